"""How much may have passed: a lower and an upper bound and a central estimate for a corridor.

What passed through a country is at most the smaller of what came in beyond expectation and what
went on beyond it, stock and the goods that never arrived (ghost trade) included; it is at least
what went on and cannot have come from elsewhere (METHODS §3). All sums run over the months from
the measure on, the start-up included, in USD, FOB, of what came in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from umweg.flows.detector import Detection
from umweg.flows.half_years import RAMP
from umweg.flows.panel import Ints
from umweg.flows.policy import VolumePolicy
from umweg.flows.stats import Array, Flags
from umweg.flows.two_legs import FIRST_OF_TWO, ONE_HOP, SECOND_OF_TWO

ONE_SIDED_90 = 1.2816
MOST_SE = 1.0
"""Cap of the log standard error: beyond it a factor says nothing of an amount."""
FEW_ALARMS = 5
FEW = 15
ALARM_Q = 0.20
"""Alarms up to this q show how large the detours of the panel are."""
FEWEST_MISSES = 30
"""As many corridors next below the alarms stand for false ones as there are alarms, or these."""
LEAST_BEFORE_USD = 10_000.0
"""Added to a flow before it is divided by."""
CHANCE_DF = 4.0
MOST_OVER_SMALLER = 1.5
LOCAL_OVER_TAIL = 2.0
"""Local false-discovery rate over that of all with as much evidence, where it is small: 1/γ of
Lehmann alternatives with Efron's usual γ of one half (chapter 5)."""
LEAST_SCALE = 1.0
"""Log amounts of few alarms may lie close together by chance."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """USD over all months from the measure on, one number for each cell asked for.

    Attributes:
        lower, central, upper: The estimate and its bounds.
        onward, ghost: The two parts of the central estimate.
        inbound_excess, onward_excess, gap_rise: The excesses that it was made of.
        without_ghost: Whether the gap could not be tested, so that `upper` knows no ghost trade.
        inbound_high, onward_low, onward_high, gap_high: Ends of these, one-sided 90 %.
        other_supply: Excess supply of the country from other origins; NaN where not known.
    """

    lower: Array
    central: Array
    upper: Array
    onward: Array
    ghost: Array
    inbound_excess: Array
    onward_excess: Array
    gap_rise: Array
    inbound_high: Array
    onward_low: Array
    onward_high: Array
    gap_high: Array
    without_ghost: Flags
    other_supply: Array


@dataclass(frozen=True, slots=True)
class _Excess:
    """Excess over a window and its one-sided ends."""

    value: Array
    low: Array
    high: Array

    @property
    def shrunk(self) -> Array:
        """The excess, drawn towards nothing by the share of noise in it (v²/(v² + error²)).

        Corridors are flagged because their excess came out large, so that the uncertain ones
        among them came out too large (the winner's curse).
        """
        value = np.maximum(np.nan_to_num(self.value), 0.0)
        error = np.nan_to_num(self.high - self.value) / ONE_SIDED_90
        square = value**2
        whole = square + error**2
        share: Array = np.divide(square, whole, out=np.zeros(len(value)), where=whole > 0)
        return np.asarray(value * share)


def _excess(usd: Array, published: Flags, start: Ints, growth: Array, se: Array) -> _Excess:
    """Observed less expected from the start on; months not published count like the others.

    Args:
        usd, published: Cells × months.
        start: First month of the window of each cell.
        growth: Growth factor of the controls.
        se: Standard error of the log growth.
    """
    t = np.arange(usd.shape[1])
    after = t >= start[:, None]
    held_after, held_before = after & published, ~after & published
    n, n0 = held_after.sum(axis=1), held_before.sum(axis=1)
    before = np.where(held_before, usd, 0.0).sum(axis=1) / np.maximum(n0, 1)
    mean = np.where(held_after, usd, 0.0).sum(axis=1) / np.maximum(n, 1)
    months = after.sum(axis=1)
    expected = before * growth
    value = np.where((n > 0) & (n0 > 0), (mean - expected) * months, np.nan)
    # A flow of shipments has a noise of its own, with the months as they lie before and after.
    spread = np.sqrt(_variance(usd, held_before) * growth**2 / np.maximum(n0, 1))
    error = months * np.hypot(expected * np.minimum(se, MOST_SE), spread)
    return _Excess(value, value - ONE_SIDED_90 * error, value + ONE_SIDED_90 * error)


def _variance(usd: Array, held: Flags) -> Array:
    n = np.maximum(held.sum(axis=1), 1)
    mean = np.where(held, usd, 0.0).sum(axis=1) / n
    squares = np.where(held, (usd - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.asarray(squares / np.maximum(n - 1, 1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts if there is a detour, and what the flow was before, USD; `q` of each, NaN as 1."""

    usd: Array
    before: Array
    q: Array


def chance_of_detour(cells: Amounts, alarms: Array, misses: Amounts) -> Array:
    """1 − local false-discovery rate of amounts, in a model of two groups.

    f1, the amounts of detours, is a log-normal round the alarms, whatever the flow was before. f0,
    those of chance, are multiples of that flow, as booms and decoys sit on flows of any size: a
    Student's t of the log ratio, round the corridors that the test just did not let through. Then
    fdr = r·f0/(r·f0 + (1 − r)·f1), r = 2q: a false alarm on a huge flow does not outweigh all
    others. Centres are medians and scales those of the median deviation. Source: Efron,
    Large-Scale Inference (2010), chapter 5 (two groups).

    Args:
        cells: What is asked about.
        alarms: Amounts of the corridors that the test lets through.
        misses: Corridors next below these.

    Returns:
        Between 0 and 1; 1 less the local rate where there are too few to compare with.
    """
    rate = np.minimum(np.nan_to_num(cells.q, nan=1.0) * LOCAL_OVER_TAIL, 1.0)
    some = np.log(alarms[alarms > 0])
    positive = misses.usd > 0
    ratios = np.log(misses.usd[positive]) - np.log(misses.before[positive] + LEAST_BEFORE_USD)
    if len(some) < FEW_ALARMS or len(ratios) < FEW:
        return np.asarray(1 - rate)
    log = np.log(np.maximum(cells.usd, 1.0))
    f1 = norm.pdf(log, *_centre(some))
    f0 = student.pdf(log - np.log(cells.before + LEAST_BEFORE_USD), CHANCE_DF, *_centre(ratios))
    false = rate * f0
    whole = false + (1 - rate) * f1
    likely: Array = np.divide((1 - rate) * f1, whole, out=np.zeros(len(log)), where=whole > 0)
    return likely


def _centre(logs: Array) -> tuple[float, float]:
    middle = float(np.median(logs))
    return middle, max(1.4826 * float(np.median(np.abs(logs - middle))), LEAST_SCALE)


def volumes_of(found: Detection, places: Ints, units: Ints, policy: VolumePolicy) -> Volumes:
    """The volumes of the cells (place, unit), the central ones by what the evidence is worth.

    A central estimate is the amount if there is a detour, times the chance that there is one
    (`chance_of_detour`); the bounds are those of the detour.

    Args:
        found: What the detector says.
        places, units: Indices of the cells.
        policy: Margins, stock and the least of what counts as known.
    """
    cells = _if_detour(found, places, units, policy)

    def amounts(at: tuple[Ints, ...]) -> Amounts:
        usd = _if_detour(found, at[0], at[1], policy).central
        return Amounts(usd, _before(found, at[0], at[1]), found.q[at])

    alarm = np.nan_to_num(found.q, nan=1.0) <= ALARM_Q
    score = np.where(found.tested & ~alarm, np.nan_to_num(found.score, nan=-np.inf), -np.inf)
    most = min(max(int(alarm.sum()), FEWEST_MISSES), int(np.isfinite(score).sum()))
    miss = np.unravel_index(np.argsort(-score, axis=None, kind="stable")[:most], score.shape)
    likely = chance_of_detour(
        Amounts(cells.central, _before(found, places, units), found.q[places, units]),
        amounts(np.nonzero(alarm)).usd,
        amounts(miss),
    )
    return replace(
        cells,
        lower=np.minimum(cells.lower, cells.central * likely),
        central=cells.central * likely,
        onward=cells.onward * likely,
        ghost=cells.ghost * likely,
    )


def _before(found: Detection, places: Ints, units: Ints) -> Array:
    """USD a half-year of the first leg before the date."""
    at = (places, units)
    second = found.path[at] == SECOND_OF_TWO
    return np.where(second, found.legs["from_transit"].before[at], found.legs["inbound"].before[at])


def _if_detour(found: Detection, places: Ints, units: Ints, policy: VolumePolicy) -> Volumes:
    """The volumes of cells if each has a detour."""
    panel = found.panel
    start = np.maximum(found.date[units] - RAMP, 1)

    def standard_error(leg: str) -> Array:
        z, effect = found.legs[leg].z[places, units], found.legs[leg].effect[places, units]
        usable = np.isfinite(z) & (np.abs(z) > 1e-9)
        return np.where(usable, np.abs(effect / np.where(usable, z, 1.0)), MOST_SE)

    def growth(leg: str) -> Array:
        return np.nan_to_num(found.legs[leg].growth[places, units], nan=1.0)

    path = found.path[places, units]

    def by_path(of: dict[int, str], values: Callable[[str], Array]) -> Array:
        out = values(of[ONE_HOP])
        for number, leg in of.items():
            chosen = (path == number).reshape(-1, *[1] * (out.ndim - 1))
            out = np.where(chosen, values(leg), out)
        return out

    usd = {
        "inbound": panel.sent, "onward": panel.onward, "to_transit": panel.to_transit,
        "from_transit": panel.from_transit,
    }  # fmt: skip

    def course(leg: str) -> Array:
        return usd[leg][places, units].astype(np.float64)

    first = {ONE_HOP: "inbound", SECOND_OF_TWO: "from_transit"}
    second = {ONE_HOP: "onward", FIRST_OF_TWO: "to_transit"}
    known = np.broadcast_to(panel.sent_known, (len(places), len(panel.months)))
    came = _excess(
        by_path(first, course), known, start,
        by_path(first, growth), by_path(first, standard_error),
    )  # fmt: skip
    went = _excess(
        by_path(second, course), panel.publishes_exports[places],
        start, by_path(second, growth), by_path(second, standard_error),
    )  # fmt: skip
    other = _excess(
        panel.other_in[places, units].astype(np.float64), panel.publishes_imports[places], start,
        np.ones(len(places)), np.full(len(places), 0.5),
    )  # fmt: skip
    rise = _gap_rise(found, places, units, start)
    tested = np.isfinite(rise.value)
    onward_part = went.shrunk / (1 + policy.margin)
    ghost_part = np.where(tested, rise.shrunk, 0.0)
    came_most = np.maximum(came.high, 0.0)
    # What went on is no bound where it was not published.
    went_most = np.where(np.isfinite(went.high), np.maximum(went.high, 0.0), np.inf)
    upper = np.minimum(
        came_most,
        went_most / (1 + policy.margin_low)
        + policy.stock_share * came_most
        + np.where(tested, np.maximum(rise.high, 0.0), 0.0),
    )
    upper = upper * (1 + policy.report_error)
    central = np.minimum(_joined(came.shrunk, onward_part + ghost_part), upper)
    # Home output is not known; where goods were exported before, it may be anything.
    home = found.exported_before[places, units] > policy.home_output_usd
    supply = np.maximum(other.high, 0.0)
    lower = np.maximum(np.nan_to_num(went.low), 0.0) / (1 + policy.margin_high) - supply
    lower = np.where(home | ~np.isfinite(supply), 0.0, np.maximum(np.nan_to_num(lower), 0.0))
    share = np.divide(
        onward_part, onward_part + ghost_part, out=np.ones(len(places)),
        where=onward_part + ghost_part > 0,
    )  # fmt: skip
    return Volumes(
        lower=np.minimum(lower, central),
        central=central,
        upper=upper,
        onward=central * share,
        ghost=central * (1 - share),
        inbound_excess=came.value,
        onward_excess=went.value,
        gap_rise=rise.value,
        inbound_high=came.high,
        onward_low=went.low,
        onward_high=went.high,
        gap_high=rise.high,
        without_ghost=~tested,
        other_supply=np.where(home, np.nan, supply),
    )


def _joined(came: Array, left: Array) -> Array:
    """One amount from two measurements of it: what came, and what went on or never arrived.

    The smaller one is an upper bound if both are exact; of two that err, the smaller is too small
    in the mean. Their geometric mean is not; where they disagree, half more than the smaller is
    the most that is believed.
    """
    return np.asarray(np.minimum(np.sqrt(came * left), MOST_OVER_SMALLER * np.minimum(came, left)))


def _gap_rise(found: Detection, places: Ints, units: Ints, start: Ints) -> _Excess:
    """Rise of the mirror gap in value: what would have arrived as before, less what did.

    At a constant margin τ the share M/X already holds 1 + τ; its rise is brought to FOB by it.
    """
    panel = found.panel
    sent = panel.both_sent[places, units].astype(np.float64)
    arrived = panel.both_arrived[places, units].astype(np.float64)
    published = panel.publishes_imports[places]
    t = np.arange(sent.shape[1])
    after = t >= start[:, None]
    now, past = after & published, ~after & published
    x0, m0 = (np.where(past, a, 0.0).sum(axis=1) for a in (sent, arrived))
    x1, m1 = (np.where(now, a, 0.0).sum(axis=1) for a in (sent, arrived))
    months, n = after.sum(axis=1), now.sum(axis=1)
    share = np.clip(np.divide(m0, x0, out=np.ones(len(x0)), where=x0 > 0), 0.3, 1.2)
    fill = months / np.maximum(n, 1)
    missing = (x1 - m1 / share) * fill
    # The share before is known as well as its half-years agree, a tenth at best.
    error = 0.1 * x1 * fill
    value = np.where(
        (n > 0) & np.isfinite(found.legs["gap"].effect[places, units]), missing, np.nan
    )
    return _Excess(value, value - ONE_SIDED_90 * error, value + ONE_SIDED_90 * error)
