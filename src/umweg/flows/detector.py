"""The detector: every corridor of a panel scored on two legs and ranked among placebos.

METHODS of the two-leg score: log half-years around each code's own measure, control groups, a
scale from placebos of the same size, the onward leg or the mirror gap as second leg, placebo
p-values, Benjamini-Hochberg. Ours beyond that, each measured in docs/detector.md: controls enter
with the weight at which they predict unrestricted goods; legs are joined as evidence (−ln p) and
not as z; the two excesses must agree in money; placebos get no more siblings than the cells that
they stand for; false alarms that need one leg only are counted beside those of chance (`one_leg`).

Sources: Chupilkin, Javorcik, Plekhanov, EBRD WP 276 (2023) for the comparison with unrestricted
goods; Benjamini and Hochberg, JRSS B 57 (1995); Fisher's method of joining p-values.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from umweg.flows.evidence_of_legs import classes_of, leg_evidence, standard_scores
from umweg.flows.expectations import Expected, expect, sibling_matrix
from umweg.flows.half_years import HALF_YEAR, Change, HalfYears, change, means
from umweg.flows.one_leg import Sized, one_leg_p
from umweg.flows.panel import Amounts, Ints, Panel
from umweg.flows.placebos import country_odds, earlier, joined_p
from umweg.flows.stats import (
    Array,
    Flags,
    benjamini_hochberg,
    placebo_p,
    smallest_p,
)
from umweg.flows.two_legs import ELSEWHERE, LEGS, Cells, Leg, Scoring

UNRESTRICTED = "unrestricted goods of the same countries"
NEUTRAL_COUNTRIES = "the same goods to neutral countries"
FAKE_DATES = "the same corridors a year before the measures"
MOST_OFFSET_USD = 10_000.0
"""Added to a half-year before logarithms, so that small orders make no large factors; less where
a quarter of the panel's flows are smaller."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What the detector says of every cell (places × units).

    Attributes:
        panel: What it looked at.
        date: Month index of the date of each unit: its measure, or the date that an unrestricted
            unit was given as a placebo; -1 where there is nothing on one side of it.
        legs: By name, see `LEGS`.
        score: Two-leg evidence; NaN where the inbound leg cannot be told.
        p, q: Of the cells tested; NaN elsewhere.
        leg_p, leg_q: The same for each leg alone.
        tested: Restricted goods of transit countries for which p exists.
        placebo: Cells that served as placebos.
        placebos: What they are; empty without any.
        n_placebos: Scores that p ranks among: those cells, and the tested ones at a fake date.
        exported_before: USD a half-year that the place sent of the goods, to anybody, before.
        path: Index of the pair of legs (`PATHS`) that makes the score.
        attainable: The smallest q that one corridor alone could reach; None without placebos.
        elsewhere_q: q of the same test with the neutral countries as a placebo target.
    """

    panel: Panel
    date: Ints
    legs: Mapping[str, Leg]
    score: Array
    p: Array
    q: Array
    leg_p: Mapping[str, Array]
    leg_q: Mapping[str, Array]
    tested: Flags
    placebo: Flags
    placebos: str
    n_placebos: int
    exported_before: Array
    path: Ints
    attainable: float | None
    elsewhere_q: Array

    def elsewhere(self, level: float) -> tuple[int, int]:
        """How many corridors were tested with the placebo target, and how many are flagged."""
        known = np.isfinite(self.elsewhere_q)
        return int(known.sum()), int((self.elsewhere_q[known] <= level).sum())


@dataclass(frozen=True, slots=True)
class _AtDate:
    """All legs of all cells, as seen from one date."""

    legs: dict[str, Leg]
    exported_before: Array


def folds_of(panel: Panel, apart: Flags) -> Array:
    """A fixed half for every unit that may be a placebo; NaN for those tested."""
    half = np.array([float(zlib.crc32(u.encode()) & 1) for u in panel.units])
    return np.where(apart, np.nan, half)


def dates_of(panel: Panel) -> Ints:
    """The date of every unit: its own measure; for unrestricted goods one of those, in proportion.

    The choice rests on the name of the unit alone, so that it is the same in every run.
    """
    own = np.sort(panel.measure[panel.restricted])
    if not len(own):
        return np.full(len(panel.units), -1, dtype=np.int64)
    draw = np.array([zlib.crc32(b"date" + u.encode()) % len(own) for u in panel.units])
    return np.where(panel.restricted, panel.measure, own[draw])


def offset_of(panel: Panel) -> float:
    """USD a half-year added before logarithms: what is small in this panel, at most 10,000."""
    whole = panel.sent.shape[2] // HALF_YEAR * HALF_YEAR
    halves = panel.sent[:, :, :whole].reshape(*panel.sent.shape[:2], -1, HALF_YEAR).sum(axis=3)
    some = halves[halves > 0]
    return float(np.clip(np.quantile(some, 0.25), 1.0, MOST_OFFSET_USD)) if len(some) else 1.0


def _gap_levels(sent: Amounts, arrived: Amounts, usd: float) -> Amounts:
    offset = np.float32(usd)
    levels: Amounts = np.log(sent + offset) - np.log(arrived + offset)
    return levels


def _leg(
    found: Change, expected: Expected, placebo: Flags, folds: Array, excess: Array,
    tested: Flags, arrival: tuple[Array, Array] | None = None,
) -> Leg:  # fmt: skip
    nothing = np.full(excess.shape, np.nan)
    ratio_before, ratio_after = arrival or (nothing, nothing)
    z = standard_scores(expected.effect, found, placebo, tested, folds)
    return Leg(
        effect=expected.effect,
        growth=np.exp(np.clip(found.effect - expected.effect, -3.0, 3.0)),
        z=z,
        evidence=leg_evidence(z, found, placebo),
        excess=excess,
        before=found.before,
        after=found.after,
        ratio_before=ratio_before,
        ratio_after=ratio_after,
        controls=expected.controls,
    )


def _excess(found: Change, expected: Expected) -> Array:
    growth = np.exp(np.clip(found.effect - expected.effect, -3.0, 3.0))
    return np.where(np.isfinite(expected.effect), found.after - found.before * growth, np.nan)


def _at(
    panel: Panel, halves: HalfYears, reference: Flags, tested: Flags, folds: Array,
    siblings: csr_matrix, offset: float,
) -> _AtDate:  # fmt: skip
    """The legs around one date."""
    n = len(halves.before)
    known = np.broadcast_to(panel.sent_known, panel.publishes_exports.shape)

    def of(usd: Amounts, published: Flags) -> Change:
        level = means(usd, published, halves.spans)
        return change(np.log(level + np.float32(offset)), level, n)

    def expected(leg: Change, elsewhere: bool, supply: Change | None = None) -> Expected:
        return expect(
            panel, leg, offset=offset, folds=folds, siblings=siblings,
            goods_elsewhere=elsewhere, supply=supply,
        )  # fmt: skip

    def leg(
        found: Change, about: Expected, excess: Array | None = None,
        arrival: tuple[Array, Array] | None = None,
    ) -> Leg:  # fmt: skip
        beyond = _excess(found, about) if excess is None else excess
        return _leg(found, about, reference, folds, beyond, tested, arrival)

    inbound = of(panel.sent, known)
    onward = of(panel.onward, panel.publishes_exports)
    supply = of(panel.supply, panel.publishes_exports)
    sent = means(panel.both_sent, panel.publishes_imports, halves.spans)
    arrived = means(panel.both_arrived, panel.publishes_imports, halves.spans)
    gap = change(_gap_levels(sent, arrived, offset), sent, n)
    arriving = change(_gap_levels(arrived, sent, offset), arrived, n)
    in_expected = expected(inbound, True)
    on_expected = expected(onward, True, supply)
    gap_expected = expected(gap, False)
    # The share that arrived before; where little was sent, all of it with freight.
    ratio = np.where(
        gap.before > offset,
        np.clip(arriving.before / np.maximum(gap.before, 1.0), 0.0, 1.2),
        1.0,
    )
    missing = np.where(np.isfinite(gap.effect), gap.after * ratio - arriving.after, np.nan)
    ratio_after = np.divide(
        arriving.after, gap.after, out=np.full(ratio.shape, np.nan), where=gap.after > 0
    )
    legs = {
        "inbound": _leg(
            inbound, in_expected, reference, folds, _excess(inbound, in_expected), tested
        ),
        "onward": _leg(onward, on_expected, reference, folds, _excess(onward, on_expected), tested),
        "gap": _leg(gap, gap_expected, reference, folds, missing, tested, (ratio, ratio_after)),
    }
    for name, usd, published in (
        ("to_transit", panel.to_transit, panel.publishes_exports),
        ("from_transit", panel.from_transit, np.ones_like(panel.publishes_exports)),
    ):
        found = of(usd, published)
        about = expected(found, False)
        legs[name] = leg(found, about)
    legs[ELSEWHERE] = leg(supply, expected(supply, True, onward))
    return _AtDate(legs, onward.before + supply.before)


@dataclass(frozen=True, slots=True)
class _Seen:
    """All legs of all cells, each at its own date, before they are ranked."""

    panel: Panel
    date: Ints
    legs: dict[str, Leg]
    exported: Array
    reference: Flags
    kind: str

    @property
    def moved(self) -> Flags:
        """Cells to which anything came after the date, and of which that can be told."""
        came = self.legs["inbound"].after + self.legs["from_transit"].after > 0
        dated: Flags = (self.date >= 0) & np.isfinite(self.legs["inbound"].evidence)
        return came & dated

    @property
    def candidates(self) -> Flags:
        """The cells to be tested."""
        return self.panel.transit[:, None] & self.panel.restricted & self.moved


def detect(panel: Panel, min_placebos: int = 19) -> Detection:
    """Score and rank every corridor of a panel.

    Args:
        panel: Both legs by month.
        min_placebos: Fewer give no p-value.
    """
    seen = _see(panel, min_placebos)
    past = earlier(panel) if seen.kind else None
    fakes = _see(past, min_placebos) if past is not None else None
    return _ranked(seen, fakes, min_placebos)


def _see(panel: Panel, min_placebos: int) -> _Seen:
    """All legs of all cells."""
    shape = panel.shape[:2]
    date = dates_of(panel)
    free = ~panel.restricted
    kind, reference = _reference(panel, min_placebos)
    folds = folds_of(panel, panel.restricted if kind == UNRESTRICTED else np.ones(len(free), bool))
    siblings = sibling_matrix(panel)
    offset = offset_of(panel)
    arrays = {leg: {f: np.full(shape, np.nan) for f in _FIELDS} for leg in LEGS}
    controls: dict[str, dict[str, float]] = {leg: {} for leg in LEGS}
    exported = np.zeros(shape)
    for day in np.unique(date):
        halves = HalfYears.around(int(day), len(panel.months))
        units = date == day
        if day < 0 or not halves.testable:
            date[units] = -1
            continue
        tested = panel.transit[:, None] & units & panel.restricted
        seen = _at(panel, halves, reference, tested, folds, siblings, offset)
        for leg, found in seen.legs.items():
            for field, into in arrays[leg].items():
                into[:, units] = getattr(found, field)[:, units]
            for name, weight in found.controls:
                controls[leg][name] = max(weight, controls[leg].get(name, 0.0))
        exported[:, units] = seen.exported_before[:, units]
    legs = {leg: Leg(**arrays[leg], controls=tuple(sorted(controls[leg].items()))) for leg in LEGS}
    return _Seen(panel, date, legs, exported, reference, kind)


_FIELDS = (
    "effect", "growth", "z", "evidence", "excess", "before", "after", "ratio_before",
    "ratio_after",
)  # fmt: skip


def _reference(panel: Panel, min_placebos: int) -> tuple[str, Flags]:
    """Which cells serve as placebos: the first group of the chain that is large enough."""
    traded = (panel.sent > 0).any(axis=2)
    goods = panel.transit[:, None] & ~panel.restricted & traded
    if goods.sum() >= min_placebos:
        return UNRESTRICTED, goods
    neutral = ~panel.transit[:, None] & panel.restricted & traded
    if neutral.sum() >= min_placebos:
        return NEUTRAL_COUNTRIES, neutral
    return "", np.zeros(panel.shape[:2], bool)


def _ranked(seen: _Seen, fakes: _Seen | None, min_placebos: int) -> Detection:
    """Ranks of the tested cells among placebos that have the same legs."""
    panel, legs = seen.panel, seen.legs
    candidates = seen.candidates
    placebo = seen.reference & seen.moved
    score = np.full(candidates.shape, np.nan)
    p = np.full(candidates.shape, np.nan)
    path = np.zeros(candidates.shape, dtype=np.int64)
    most = 0
    on, gap = (np.isfinite(legs[leg].evidence) for leg in ("onward", "gap"))
    for with_on in (True, False):
        for with_gap in (True, False):
            mine = candidates & (on == with_on) & (gap == with_gap)
            if not mine.any():
                continue
            usable = {"onward", "to_transit"} if with_on else set()
            usable |= {"gap"} if with_gap else set()
            scored, own, ranks = _tested(
                seen, fakes, mine, placebo, frozenset(usable), min_placebos
            )
            score[mine], path[mine], p[mine] = scored.score[mine], scored.path[mine], own
            most = max(most, ranks)
    # Nothing arrived there at all: no detour, and no test that could be lost.
    cells = panel.transit[:, None] & panel.restricted & (seen.date >= 0)
    came = legs["inbound"].after + legs["from_transit"].after > 0
    still = cells & ~came & np.isfinite(legs["inbound"].effect)
    score[still] = 0.0
    if np.isfinite(p).any():
        p[still] = 1.0
    tests = int(np.isfinite(p).sum())
    leg_p = {
        leg: _leg_ranks(x.evidence, candidates, placebo, min_placebos) for leg, x in legs.items()
    }
    return Detection(
        panel=panel,
        date=seen.date,
        legs=legs,
        score=score,
        p=p,
        q=_bh(p),
        leg_p=leg_p,
        leg_q={leg: _bh(v) for leg, v in leg_p.items()},
        tested=np.isfinite(p),
        placebo=placebo,
        placebos=_placebos(seen, fakes) if tests else "",
        n_placebos=most,
        exported_before=seen.exported,
        path=path,
        attainable=min(1.0, tests * smallest_p(most)) if tests and most else None,
        elsewhere_q=_elsewhere(seen, placebo, min_placebos),
    )


def _tested(
    seen: _Seen, fakes: _Seen | None, tested: Flags, placebo: Flags, usable: frozenset[str],
    min_placebos: int, target: str = "onward",
) -> tuple[_Scored, Array, int]:  # fmt: skip
    """Scores, and of the tested cells p, NaN with too few placebos; and how many there are."""
    scored = _among(seen, fakes, tested, placebo, usable, target)
    goods = placebo & np.isfinite(scored.score)
    if goods.sum() < min_placebos:
        return scored, np.full(int(tested.sum()), np.nan), 0
    by_chance = joined_p(scored.score[tested], scored.score[goods], scored.past)
    p = np.minimum(by_chance + scored.one_leg(tested, goods), 1.0)
    return scored, p, int(goods.sum()) + len(scored.past)


def _elsewhere(seen: _Seen, placebo: Flags, min_placebos: int) -> Array:
    """q of the tested cells with a placebo target: the neutral countries together.

    Goods that reach the target over a country do not reach a neutral one for that reason, so that
    what is found here is found wrongly. It sets no p: it shows on the user's own figures how far
    rises inbound and the goods' own booms alone raise alarms (METHODS: placebo targets).
    """
    cells = seen.candidates & np.isfinite(seen.legs[ELSEWHERE].evidence)
    q = np.full(cells.shape, np.nan)
    if cells.any() and (seen.panel.supply > 0).any():
        _, p, _ = _tested(
            seen, None, cells, placebo, frozenset({"onward"}), min_placebos, ELSEWHERE
        )
        q[cells] = _bh(p)
    return q


def _placebos(seen: _Seen, fakes: _Seen | None) -> str:
    return f"{seen.kind}; {FAKE_DATES}" if fakes is not None else seen.kind


@dataclass(frozen=True, slots=True)
class _Scored:
    """Scores of all cells with the log odds of their countries, and of tested ones in the past."""

    cells: Cells
    scoring: Scoring
    inbound: Leg
    offset: float
    score: Array
    odds: Array
    path: Ints
    past: Array

    def one_leg(self, tested: Flags, placebo: Flags) -> Array:
        """See `one_leg_p`; nothing where one leg is all that there is."""
        if not self.scoring.usable:
            return np.zeros(int(tested.sum()))
        size = classes_of(self.inbound.before, placebo)

        def sized(chosen: Flags) -> Sized:
            return Sized(
                self.cells.at(chosen), self.odds[chosen], size[chosen],
                self.inbound.before[chosen] + self.offset, self.inbound.after[chosen] + self.offset,
            )  # fmt: skip

        return one_leg_p(sized(tested), self.score[tested], sized(placebo), self.scoring)


def _among(
    seen: _Seen, fakes: _Seen | None, tested: Flags, placebo: Flags, usable: frozenset[str],
    target: str,
) -> _Scored:  # fmt: skip
    """Scores where these second legs may be used."""
    cells = Cells.of(seen.legs, target)
    scoring = Scoring.among(cells, seen.reference, usable)
    value, path = scoring.score(cells, cells)
    pool = value[placebo & np.isfinite(value)]
    past = np.array([])
    if fakes is not None:
        held = Cells.of(fakes.legs, target)
        before, _ = Scoring.among(held, fakes.reference, usable).score(held, held)
        told = fakes.candidates & np.isfinite(before)
        pool = np.concatenate([pool, before[told]])
        past = (before + country_odds(before, told, pool))[told]
    odds = country_odds(value, tested, pool)
    offset = offset_of(seen.panel)
    return _Scored(cells, scoring, seen.legs["inbound"], offset, value + odds, odds, path, past)


def _leg_ranks(evidence: Array, cells: Flags, placebo: Flags, min_placebos: int) -> Array:
    out = np.full(evidence.shape, np.nan)
    pool = evidence[placebo & np.isfinite(evidence)]
    mine = cells & np.isfinite(evidence)
    if len(pool) >= min_placebos:
        out[mine] = placebo_p(evidence[mine], pool)
    return out


def _bh(p: Array) -> Array:
    return benjamini_hochberg(p.ravel()).reshape(p.shape)
