"""Whole countries in a scan of files: the basket's legs, and ranks among neutral countries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from umweg.evidence import Caveat, Signal, Signals, cannot_tell, remaining, verdict_of
from umweg.flows.detector import Detection
from umweg.flows.expectations import COUNTRY, NEUTRAL
from umweg.flows.findings import RANK, chapter_caveat, reasons_of
from umweg.flows.firing import fire
from umweg.flows.panel_files import FilePanel
from umweg.flows.policy import Policy
from umweg.flows.result import CountryResult
from umweg.flows.stats import Array, Flags, benjamini_hochberg, placebo_p

PER_YEAR = 2.0
ONE_SIDED_95 = 1.645
FEWEST_HEADINGS = 5
MIDDLE = "the country in the middle"
PERMUTED = "rank of the whole country among neutral ones"


@dataclass(frozen=True, slots=True)
class _Basket:
    """Sums of a leg by place, USD a half-year: restricted and unrestricted goods.

    `expected` is what the restricted goods would be after: their level before, at the growth of
    the same goods elsewhere and of the country's unrestricted goods (a triple difference of sums).
    `low` and `high` are the ends of a 90 % interval of ln(after/expected); NaN where there is none.
    """

    before: Array
    after: Array
    expected: Array
    low: Array
    high: Array
    controls: str


def _basket(found: Detection, leg: str) -> _Basket:
    """The basket of a leg; its interval deletes one heading after the other.

    The jackknife (Efron, 1982) over headings knows how much a sum, and its control, hang on the
    booms of a few goods; the goods of a heading move together.
    """
    panel, x = found.panel, found.legs[leg]
    use = (found.date >= 0)[None, :] & np.isfinite(x.effect)
    headings = int(panel.heading.max()) + 1

    def by_heading(values: Array, units: Flags) -> Array:
        out = np.zeros((len(panel.places), headings))
        chosen = np.flatnonzero(units)
        counted = np.where(use[:, chosen], values[:, chosen], 0.0)
        for unit, column in zip(chosen, counted.T, strict=True):
            out[:, panel.heading[unit]] += column
        return out

    parts = [
        by_heading(values, units)
        for units in (panel.restricted, ~panel.restricted)
        for values in (x.before, x.after)
    ]
    totals = [p.sum(axis=1) for p in parts]
    growth, used = _growth_of_controls(panel.transit, leg, totals)
    before, after = totals[:2]
    some = np.flatnonzero(sum(p.sum(axis=0) for p in parts) > 0)
    left = [
        _log_over([t - p[:, h] for t, p in zip(totals, parts, strict=True)], panel.transit, leg)
        for h in some
    ]
    point = _log_over(totals, panel.transit, leg)
    low = high = np.full(len(point), np.nan)
    if len(left) >= FEWEST_HEADINGS:
        replicates = np.stack(left)
        squares = (replicates - replicates.mean(axis=0)) ** 2
        half = ONE_SIDED_95 * np.sqrt((len(left) - 1) / len(left) * squares.sum(axis=0))
        low, high = point - half, point + half
    if leg == "onward" and np.isfinite(point).any():
        # The target's own demand: what it buys more of from the country in the middle.
        shift = max(0.0, float(np.nanmedian(point)))
        growth, low, high = growth * np.exp(shift), low - shift, high - shift
        used = (*used, MIDDLE)
    return _Basket(before, after, before * growth, low, high, ", ".join(used))


def _growth_of_controls(
    transit: Flags, leg: str, sums: Sequence[Array]
) -> tuple[Array, tuple[str, ...]]:
    """Growth of the controls by place, and their names.

    Args:
        transit: Which places are tested; the others are neutral.
        leg: Name of the leg.
        sums: Restricted goods before and after, unrestricted goods before and after, by place.
    """
    before, after, free_before, free_after = sums
    growth = np.ones(len(before))
    used: list[str] = []
    if leg == "inbound" and (free_before > 0).any():
        good = (free_before > 0) & (free_after > 0)
        growth = np.divide(free_after, free_before, out=growth, where=good)
        used.append(COUNTRY)
    rest = [v[~transit].sum() for v in (before, after, free_before, free_after)]
    if rest[0] > 0 and rest[1] > 0:
        elsewhere = rest[1] / rest[0]
        if leg == "inbound" and rest[2] > 0 and rest[3] > 0:
            elsewhere /= rest[3] / rest[2]
        growth = growth * elsewhere
        used.append(NEUTRAL)
    return growth, tuple(used)


def _log_over(sums: Sequence[Array], transit: Flags, leg: str) -> Array:
    """ln(after/expected) by place; NaN where either is not positive."""
    growth, _ = _growth_of_controls(transit, leg, sums)
    before, after = sums[:2]
    expected = before * growth
    good = (after > 0) & (expected > 0)
    top, bottom = np.where(good, after, 1.0), np.where(good, expected, 1.0)
    return np.where(good, np.log(top / bottom), np.nan)


def country_results(held: FilePanel, found: Detection, policy: Policy) -> tuple[CountryResult, ...]:
    """Every transit country, its basket as one; ranked by verdict and excess.

    Inference permutes whole countries: the statistic of a transit country (log growth of the
    basket beyond its controls) is ranked among those of the neutral countries, because the cells
    of one country move together.
    """
    panel = held.panel
    sums = {leg: _basket(found, leg) for leg in ("inbound", "onward")}
    ranks = {leg: _ranks(found, b, policy) for leg, b in sums.items()}
    names = _names(panel.places)
    results = [
        _country(held, found, i, names[i], sums, ranks, policy)
        for i in np.flatnonzero(panel.transit).tolist()
    ]
    return tuple(
        sorted(results, key=lambda c: (RANK[c.verdict], -(c.inbound_excess_usd or 0.0), c.transit))
    )


def main_date(found: Detection) -> int:
    """Month index of the measure that most of the goods share; 0 without any that can be tested."""
    dates = found.date[found.panel.restricted & (found.date >= 0)]
    return int(np.bincount(dates).argmax()) if len(dates) else 0


def _names(places: tuple[str, ...]) -> list[str]:
    from umweg.geography import name_of

    return [name_of(p) for p in places]


def _ranks(found: Detection, sums: _Basket, policy: Policy) -> tuple[Array, Array]:
    """p and q of every country; NaN with too few neutral ones."""
    after, expected = sums.after, sums.expected
    transit = found.panel.transit
    nothing = np.full(len(transit), np.nan)
    good = (after > 0) & (expected > 0)
    theta = np.where(
        good, np.log(np.where(good, after, 1.0) / np.where(good, expected, 1.0)), np.nan
    )
    neutral = theta[~transit]
    if np.isfinite(neutral).sum() < policy.min_placebos:
        return nothing, nothing
    p = np.where(transit, placebo_p(theta, neutral), np.nan)
    return p, benjamini_hochberg(p)


def _country(
    held: FilePanel, found: Detection, i: int, name: str,
    sums: dict[str, _Basket], ranks: dict[str, tuple[Array, Array]],
    policy: Policy,
) -> CountryResult:  # fmt: skip
    panel = held.panel
    basket = sums["inbound"]
    before, after, expected = (
        float(x[i]) * PER_YEAR for x in (basket.before, basket.after, basket.expected)
    )
    day = main_date(found)
    course = panel.sent[i, panel.restricted].sum(axis=0).astype(np.float64)
    years = (len(panel.months) - day) / 12
    signals = Signals(
        _growth("inbound", i, sums, ranks, policy, "exports of the coalition to it"),
        cannot_tell("the direct flow is shown for each corridor"),
        _gap(held, found, i, policy),
        _growth("onward", i, sums, ranks, policy, f"its exports to {panel.target}"),
    )
    by_code = {
        panel.units[u]: float(found.legs["inbound"].after[i, u])
        for u in np.flatnonzero(panel.restricted)
        if found.date[u] >= 0
    }
    return CountryResult(
        signals=signals,
        verdict=verdict_of(signals.surge.status, signals.mirror_gap.status, signals.onward.status),
        reasons=reasons_of(signals),
        caveats=(Caveat("value-not-volume"), *chapter_caveat(by_code, policy)),
        explanations=remaining(
            renumbered=any(len({e for e, _ in m}) > 1 for m in held.units.members),
            tiny_base=before < policy.small_base_usd,
        ),
        target=panel.target,
        transit=panel.places[i],
        name=name,
        inbound_before_usd=float(course[:day].sum()),
        inbound_after_usd=float(course[day:].sum()),
        inbound_before_reported=float(course[:day].sum()),
        inbound_after_reported=float(course[day:].sum()),
        inbound_ratio=after / before if before > 0 else None,
        inbound_expected_usd=expected * years,
        inbound_excess_usd=(after - expected) * years,
        control_growth=expected / before if before > 0 else None,
        control_ratio=expected / before if before > 0 else None,
        control_method=basket.controls,
        tau=policy.tau,
        monthly=_monthly(held, i),
    )


def _monthly(held: FilePanel, i: int) -> dict[str, dict[str, float]]:
    panel = held.panel
    course = panel.sent[i, panel.restricted].sum(axis=0)
    return {"inbound": {m: float(v) for m, v in zip(panel.months, course, strict=True)}}


def _growth(
    leg: str, i: int, sums: dict[str, _Basket],
    ranks: dict[str, tuple[Array, Array]], policy: Policy, what: str,
) -> Signal:  # fmt: skip
    basket = sums[leg]
    before, after, expected = (float(x[i]) for x in (basket.before, basket.after, basket.expected))
    if before + after <= 0:
        return cannot_tell(f"{what}, of restricted goods: none is stated")
    growth = expected / before if before > 0 else None
    ratio = after / before if before > 0 else None
    p, q = (float(x[i]) for x in ranks[leg])
    known = math.isfinite(q)
    preset = policy.surge_preset if leg == "inbound" else policy.onward_preset
    # Without ranks the interval must lie above the expectation too: a sum that hangs on the boom
    # of one heading does not fire.
    low, high = (float(np.exp(x[i]) * growth) if growth else math.nan for x in (basket.low,
                 basket.high))  # fmt: skip
    sure = not math.isfinite(low) or growth is None or low > growth
    status = fire(
        (ratio is None or growth is None or ratio >= preset.min_ratio_to_expected * growth)
        and sure,
        (after - expected) * PER_YEAR,
        policy.floor_usd_per_year.country,
        q=q if known else None,
        attainable=None,
        limit=policy.q,
    )
    return Signal(
        status, value=ratio, expected=growth,
        ci_low=low if math.isfinite(low) else None, ci_high=high if math.isfinite(high) else None,
        method=f"against {basket.controls or 'its own past'}; interval: one heading left out at a "
        "time"
        + (f"; p: {PERMUTED}" if known else ""),
        p_value=p if known else None, q_value=q if known else None,
        preset="" if known else preset.name, unit="after/before",
    )  # fmt: skip


def _gap(held: FilePanel, found: Detection, i: int, policy: Policy) -> Signal:
    """Arrival ratio of the basket after, against the lowest year before (the named preset)."""
    panel = held.panel
    day = main_date(found)
    if not day or not panel.publishes_imports[i].any():
        return cannot_tell(f"imports of {panel.places[i]} from the coalition")
    sent = panel.both_sent[i, panel.restricted].sum(axis=0).astype(np.float64)
    arrived = panel.both_arrived[i, panel.restricted].sum(axis=0).astype(np.float64)
    years = [
        (sent[a : a + 12].sum(), arrived[a : a + 12].sum())
        for a in range(day % 12, day, 12)
        if a + 12 <= day
    ]
    ratios = [m / x for x, m in years if x > 0 and m > 0]
    if len(ratios) < 2 or sent[day:].sum() <= 0:
        return cannot_tell("two years before the measure that both sides published")
    value, lowest = float(arrived[day:].sum() / sent[day:].sum()), min(ratios)
    if lowest > 1 + policy.tau_high:
        return cannot_tell("complete exports: more arrived before than was sent")
    months = int(panel.publishes_imports[i, day:].sum())
    missing = (lowest - value) * sent[day:].sum() / max(months, 1) * 12
    status = fire(
        value <= policy.gap_preset.max_ratio_to_lowest_before * lowest,
        missing,
        policy.floor_usd_per_year.country,
    )
    return Signal(
        status, value=value, expected=lowest, unit="M/X", preset=policy.gap_preset.name,
        method="arrival ratio M/X against the lowest year before",
    )  # fmt: skip
