"""The known methods, by name, to hold the detector against: one score for every cell of a panel.

Each looks at the same half-years around the same dates and sees no more than its source does.
Sources: growth ratio and yearly z-score as in mary-lev/eu-export-sanctions; triple difference as
in Chupilkin, Javorcik, Plekhanov, EBRD WP 276 (2023); synthetic control after Abadie, Diamond and
Hainmueller (JASA 2010), with the neutral countries as donors; `z-harmonic` is the score of our
feasibility run: harmonic mean of the z of two legs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import nnls

from umweg.flows.detector import Detection
from umweg.flows.half_years import HalfYears, means
from umweg.flows.panel import Panel
from umweg.flows.stats import Array, harmonic

ONE_USD = 1.0
"""Added before logarithms, as these methods do: what is new from nothing has a large growth."""
YEAR = 12


def _growth(before: Array, after: Array) -> Array:
    return np.log(after + ONE_USD) - np.log(before + ONE_USD)


def growth_ratio(found: Detection) -> Array:
    """Growth of the inbound leg."""
    leg = found.legs["inbound"]
    return _growth(leg.before, leg.after)


def onward_growth(found: Detection) -> Array:
    """Growth of the onward leg: naive, and good."""
    leg = found.legs["onward"]
    return _growth(leg.before, leg.after)


def yearly_z(found: Detection) -> Array:
    """Growth of the year after, in standard deviations of the growth of the years before."""
    panel = found.panel
    out = np.full(panel.shape[:2], np.nan)
    for day in np.unique(found.date[found.date >= 0]):
        units = found.date == day
        first = int(day) % YEAR
        spans = [(a, a + YEAR) for a in range(first, len(panel.months) - YEAR + 1, YEAR)]
        years = np.stack([panel.sent[:, units, a:b].sum(axis=2) for a, b in spans], axis=-1)
        growth = np.diff(np.log(years + ONE_USD), axis=-1)
        after = sum(b <= day for _, b in spans) - 1
        if 0 < after < growth.shape[-1]:
            past = growth[..., :after]
            spread = past.std(axis=-1) + 0.1  # with one or two years the deviation is no measure
            out[:, units] = (growth[..., after] - past.mean(axis=-1)) / spread
    return out


def _less_controls(growth: Array, panel: Panel) -> Array:
    """Less the medians over neutral countries and over the country's unrestricted goods."""
    out = growth
    if (~panel.transit).any():
        out = out - np.nan_to_num(np.nanmedian(growth[~panel.transit], axis=0))
    if (~panel.restricted).any():
        out = out - np.nan_to_num(np.nanmedian(out[:, ~panel.restricted], axis=1))[:, None]
    return out


def triple_difference(found: Detection) -> Array:
    """Triple difference of the inbound leg."""
    return _less_controls(growth_ratio(found), found.panel)


def triple_difference_two_legs(found: Detection) -> Array:
    """The smaller of the triple differences of the two legs."""
    return np.minimum(triple_difference(found), _less_controls(onward_growth(found), found.panel))


def mirror_gap(found: Detection) -> Array:
    """Difference-in-differences of the mirror gap."""
    gap = found.legs["gap"]
    change = np.log(gap.ratio_before + 0.01) - np.log(gap.ratio_after + 0.01)
    free = ~found.panel.restricted
    if not free.any():
        return change
    return np.asarray(change - np.nan_to_num(np.nanmedian(change[:, free], axis=1))[:, None])


def z_harmonic(found: Detection) -> Array:
    """Harmonic mean of z of the inbound leg and of the better second leg."""
    z = {name: leg.z for name, leg in found.legs.items()}
    return harmonic(z["inbound"], np.fmax(z["onward"], z["gap"]))


def synthetic_control(found: Detection) -> Array:
    """Inbound growth beyond a weighted mean of neutral countries fitted before, over its misfit."""
    panel = found.panel
    out = np.full(panel.shape[:2], np.nan)
    neutral = ~panel.transit
    if neutral.sum() < 2:
        return out
    for day in np.unique(found.date[found.date >= 0]):
        halves = HalfYears.around(int(day), len(panel.months))
        known = np.broadcast_to(panel.sent_known, panel.publishes_exports.shape)
        levels = np.log(means(panel.sent, known, halves.spans).astype(np.float64) + ONE_USD)
        levels = np.nan_to_num(levels)
        n = len(halves.before)
        for u in np.flatnonzero(found.date == day):
            donors = levels[neutral, u].T
            for p in np.flatnonzero(panel.transit):
                weights, misfit = nnls(donors[:n], levels[p, u, :n])
                beyond = levels[p, u, n:].mean() - (donors[n:] @ weights).mean()
                out[p, u] = beyond / (misfit / np.sqrt(n) + 0.1)
    return out


BASELINES: Mapping[str, Callable[[Detection], Array]] = {
    "onward-growth": onward_growth,
    "growth-ratio": growth_ratio,
    "yearly-z": yearly_z,
    "triple-difference": triple_difference,
    "triple-difference-two-legs": triple_difference_two_legs,
    "mirror-gap-did": mirror_gap,
    "synthetic-control": synthetic_control,
    "z-harmonic": z_harmonic,
}
