"""A second opinion on a country: the triple difference as a Poisson regression (extra `econ`).

What was sent to one transit country and to neutral countries, restricted and unrestricted goods, by
half-year; fixed effects of good × time (a shock to a good everywhere), country × time (a boom of
a country in everything) and country × good. What is left to the restricted goods of the country
after their own measure is the effect. Values enter as they are, zeros too: nothing is read off
log(x + c).

Sources: Chupilkin, Javorcik, Plekhanov, EBRD WP 276 (2023) for the triple difference; Santos Silva
and Tenreyro, "The log of gravity" (Review of Economics and Statistics 88, 2006) for the regression.

A fit on a sparse panel may not end. It runs in a process of its own, which is ended after the
policy's limit; then headings are tried instead of codes, and then nothing is said.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from umweg.errors import UsageError
from umweg.evidence import Caveat, Verdict
from umweg.flows.half_years import HalfYears, means
from umweg.flows.panel import Panel
from umweg.flows.policy import ConfirmationPolicy
from umweg.flows.stats import Array, Flags

if TYPE_CHECKING:
    from umweg.flows.result import CountryResult

METHOD = "triple-difference-ppml"
METHODS = ("ppml",)
CODES, HEADINGS = "codes", "headings"
LEGS = ("inbound", "onward")
MOST = 700.0
Fit = Callable[[Mapping[str, NDArray[Any]], float], dict[str, Any]]
NO_PANEL = (
    "figures by month of restricted and unrestricted goods, to this country and to neutral ones, "
    "from before the measures to after them"
)
FEWEST_NEUTRAL = 2
"""Neutral countries with trade: a single one's own shock would be the effect."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How much more a leg's restricted goods grew than its controls; or why that is not known.

    Attributes:
        leg: `inbound` (coalition → country) or `onward` (country → target).
        growth: exp(b) - 1: 0.5 is half as much again as expected. None if it is not known.
        low, high: 95 % interval, clustered by pair: country × heading.
        p_value: Of no effect, clustered by pair.
        low_by_country, high_by_country: The same clustered by country, as a check. One country
            alone is treated, so that this interval is too narrow.
        level: Whether the rows were goods codes or headings.
        observations: Rows that the fit used.
        dropped: Rows before that: of countries, goods or half-years without any trade, which
            no effect can be read from.
        pairs, countries: Clusters.
        pairs_effective: How many headings the country's restricted goods amount to, each by its
            weight: where one carries nearly all trade, little more than one.
        seconds: Time taken.
        missing: Why there is no effect, in order of what was tried.
    """

    leg: str
    growth: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    low_by_country: float | None = None
    high_by_country: float | None = None
    level: str = ""
    observations: int = 0
    dropped: int = 0
    pairs: int = 0
    pairs_effective: float = 0.0
    countries: int = 0
    seconds: float = 0.0
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain data (the published schema)."""
        return {**asdict(self), "missing": list(self.missing)}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a fit reads: one row a country, good and half-year, as columns of one length."""

    columns: Mapping[str, NDArray[Any]]
    dropped: int
    pairs: int
    pairs_effective: float
    countries: int


def require_method(name: str) -> None:
    """Check that a method is known and that its extra is installed.

    Raises:
        UsageError: it is not.
    """
    if name not in METHODS:
        raise UsageError(
            f"no confirmation is named '{name}'", where="--confirm", allowed=", ".join(METHODS)
        )
    if find_spec("pyfixest") is None:
        raise UsageError(
            "a confirmation by regression needs the extra 'econ'",
            where="--confirm ppml",
            next_step="pip install 'umweg[econ]', or leave --confirm out",
        )


def confirm_countries(
    countries: Sequence[CountryResult],
    panel: Panel | None,
    named: Sequence[str],
    policy: ConfirmationPolicy,
) -> tuple[CountryResult, ...]:
    """The same countries, with the effect beside the verdict of those it was asked for.

    Args:
        countries: As judged.
        panel: Both legs by month; None where there are no such figures.
        named: Countries asked for by name; without any, those that are alert or review.
        policy: Limits.
    """

    def wanted(c: CountryResult) -> bool:
        return c.transit in named if named else c.verdict in (Verdict.ALERT, Verdict.REVIEW)

    return tuple(
        replace(
            c,
            confirmation=_told(c.transit, panel, policy),
            caveats=(*c.caveats, Caveat("confirmation-limits")),
        )
        if wanted(c)
        else c
        for c in countries
    )


def _told(name: str, panel: Panel | None, policy: ConfirmationPolicy) -> tuple[Effect, ...]:
    if panel is None or name not in panel.places:
        return tuple(Effect(leg, missing=(NO_PANEL,)) for leg in LEGS)
    return confirm(panel, panel.places.index(name), policy)


def confirm(
    panel: Panel, place: int, policy: ConfirmationPolicy, fit: Fit | None = None
) -> tuple[Effect, ...]:
    """The effect on each leg of one transit country.

    Args:
        panel: Both legs by month.
        place: Index of the transit country.
        policy: Limits.
        fit: What fits the rows within so many seconds; `fit_guarded` without it.
    """
    return tuple(_leg(panel, place, leg, policy, fit or fit_guarded) for leg in LEGS)


def _leg(panel: Panel, place: int, leg: str, policy: ConfirmationPolicy, fit: Fit) -> Effect:
    failures: list[str] = []
    started = time.monotonic()
    for level in (CODES, HEADINGS):
        rows = rows_of(panel, place, leg, level, policy.min_pairs)
        if isinstance(rows, str):
            failures.append(f"{level}: {rows}" if failures else rows)
            break
        n = len(rows.columns["usd"])
        if n > policy.max_rows:
            failures.append(f"{level}: {n:,} rows are more than the limit of {policy.max_rows:,}")
            continue
        found = fit(rows.columns, policy.seconds)
        if "failed" in found:
            failures.append(f"{level}: {found['failed']}")
            continue
        effect, error = found["effect"], found["error"]
        low, high, p = interval(effect, error["pair"], rows.pairs_effective)
        low_by_country, high_by_country, _ = interval(effect, error["place"], rows.countries)
        return Effect(
            leg, growth=growth(effect), low=low, high=high, p_value=p,
            low_by_country=low_by_country, high_by_country=high_by_country, level=level,
            observations=found["observations"],
            dropped=rows.dropped + n - found["observations"], pairs=rows.pairs,
            pairs_effective=rows.pairs_effective, countries=rows.countries,
            seconds=time.monotonic() - started, missing=tuple(failures),
        )  # fmt: skip
    return Effect(leg, seconds=time.monotonic() - started, missing=tuple(failures))


def interval(effect: float, error: float, clusters: float) -> tuple[float, float, float]:
    """Both ends of the 95 % interval as growth, and p, from an effect on the log scale.

    By Student's t with the effective number of clusters less one: a standard error that rests on
    few clusters of weight is itself uncertain (Carter, Schnepel, Steigerwald, Review of Economics
    and Statistics 99, 2017).
    """
    freedom = clusters - 1
    half = float(t.ppf(0.975, freedom)) * error
    p = 2 * float(t.sf(abs(effect) / error, freedom)) if error > 0 else math.nan
    return growth(effect - half), growth(effect + half), p


def growth(effect: float) -> float:
    """exp(b) - 1; of what no float can hold, the largest."""
    return math.expm1(min(effect, MOST))


def fit_guarded(columns: Mapping[str, NDArray[Any]], seconds: float) -> dict[str, Any]:
    """`ppml.fit` in a process that is ended after so many seconds: its answer, or `failed`."""
    with tempfile.TemporaryDirectory(prefix="umweg-ppml-") as folder:
        file = Path(folder) / "rows.npz"
        np.savez(file, **columns)  # type: ignore[arg-type]
        try:
            # Our own module in our own interpreter; -P: no module of the folder we stand in.
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-P", "-m", "umweg.flows.ppml", str(file)],
                capture_output=True, encoding="utf-8", timeout=seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"failed": f"no result in {seconds:g} s"}
        except OSError as error:
            return {"failed": f"the fit could not be started: {error}"}
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            return {"failed": f"the fit ended without a result: {said[-1]}"}
        # Whatever the libraries print comes before.
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


def rows_of(panel: Panel, place: int, leg: str, level: str, fewest: float) -> Rows | str:
    """The rows of a fit, or why there can be none.

    Args:
        panel: Both legs by month.
        place: Index of the transit country.
        leg: `inbound` or `onward`.
        level: `codes` or `headings`.
        fewest: Effective headings of restricted goods that an interval needs.
    """
    dates = panel.measure[panel.restricted & (panel.measure >= 0)]
    if not len(dates):
        return "no good has a measure within the figures"
    spans = HalfYears.around(int(np.bincount(dates).argmax()), len(panel.months)).spans
    side = _sides(panel, spans)
    chosen = np.flatnonzero(~panel.transit | (np.arange(len(panel.places)) == place))
    if leg == "inbound":
        usd = panel.sent[chosen]
        published = np.broadcast_to(panel.sent_known, (len(chosen), len(panel.months)))
    else:
        usd, published = panel.onward[chosen], panel.publishes_exports[chosen]
    values = means(usd, published, spans).astype(np.float64)
    values[:, side < 0] = np.nan
    heading, restricted = panel.heading, panel.restricted
    if level == HEADINGS:
        values, side, heading, restricted = _by_heading(values, side, heading, restricted)
    own = int(np.flatnonzero(chosen == place)[0])
    treated = np.zeros(values.shape, bool)
    treated[own] = (side == 1) & restricted[:, None]
    return _rows(values, treated, own, heading, restricted, fewest)


def _sides(panel: Panel, spans: tuple[tuple[int, int], ...]) -> NDArray[np.int8]:
    """Units × half-years: 1 after the unit's own measure, 0 before or without any, -1 neither."""
    side = np.zeros((len(panel.units), len(spans)), np.int8)
    for day in np.unique(panel.measure[panel.restricted]):
        own = HalfYears.around(int(day), len(panel.months))
        units = panel.restricted & (panel.measure == day)
        if day < 0 or not own.testable:
            side[units] = -1
            continue
        until, since = own.before[-1][1], own.after[0][0]
        side[units] = [1 if a >= since else 0 if b <= until else -1 for a, b in spans]
    return side


def _by_heading(
    values: Array, side: NDArray[np.int8], heading: NDArray[np.int64], restricted: Flags
) -> tuple[Array, NDArray[np.int8], NDArray[np.int64], Flags]:
    """Sums over the units of a heading that are restricted from the same day on, or never."""
    keys = np.column_stack([heading, restricted, side])
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    out = np.zeros((len(first), values.shape[0], values.shape[2]))
    np.add.at(out, group.ravel(), values.swapaxes(0, 1))
    return out.swapaxes(0, 1), side[first], heading[first], restricted[first]


def _rows(
    values: Array, treated: Flags, own: int, heading: NDArray[np.int64], restricted: Flags,
    fewest: float,
) -> Rows | str:  # fmt: skip
    known = np.isfinite(values)
    usd = np.where(known, values, 0.0)
    used = known.copy()
    # A fixed effect of a group without any trade fits it perfectly at zero: exactly no information.
    while True:
        some = (usd > 0) & used
        kept = used.copy()
        for axis in (0, 1, 2):
            kept &= some.any(axis=axis, keepdims=True)
        if (kept == used).all():
            break
        used = kept
    mine = some[own] & restricted[:, None]
    if not (mine & treated[own]).any() or not (mine & ~treated[own]).any():
        return "restricted goods on this leg both before and after their measure"
    if not (some[own] & ~restricted[:, None]).any():
        return "unrestricted goods on this leg, to compare with"
    others = np.delete(some, own, axis=0).any(axis=(1, 2)).sum()
    if others < FEWEST_NEUTRAL:
        return f"neutral countries on this leg, to compare with: {others} of {FEWEST_NEUTRAL}"
    place, unit, span = np.nonzero(used)
    pair = place * (int(heading.max()) + 1) + heading[unit]
    on = treated[place, unit, span]
    weight = np.bincount(heading, np.where(mine, usd[own], 0.0).sum(axis=1))
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    if effective < fewest:
        return (
            f"headings that carry the restricted goods on this leg: {effective:.1f} of {fewest:g}"
        )
    n_units, n_spans = values.shape[1:]
    return Rows(
        {
            "usd": usd[used],
            "treated": on.astype(np.float64),
            "place_unit": place * n_units + unit,
            "place_time": place * n_spans + span,
            "unit_time": unit * n_spans + span,
            "pair": pair,
            "place": place,
        },
        dropped=int(known.sum() - used.sum()),
        pairs=len(np.unique(pair)),
        pairs_effective=effective,
        countries=int(others) + 1,
    )
