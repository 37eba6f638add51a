"""The few statistics of a scan: jackknife interval, robust scale, placebo p-values, BH."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

TAIL, TAIL_RANKS = 20, 10
FEWEST_FOR_TAIL = 100
REACH = 0.05


def jackknife_log_ratio(
    after: Array, before: Array, control_after: Array, control_before: Array
) -> tuple[float, float, float] | None:
    """Log of growth over the control's growth, with a 95 % interval.

    θ = ln(ΣA/ΣB) − ln(ΣCa/ΣCb). The interval deletes one month at a time (the same calendar month
    of both windows where they are of one length, otherwise a month of one window) and takes
    Student's t with n − 1 degrees of freedom (Efron, The Jackknife, 1982). It knows the chance
    variation between months and nothing of legitimate booms: it is no p-value.

    Args:
        after, before: Sums by month, length n_a and n_b.
        control_after, control_before: The control, month by month, of the same lengths.

    Returns:
        θ, lower and upper end; the ends are NaN with fewer than three months; None where a sum
        is not positive.
    """

    def theta(keep_a: Flags, keep_b: Flags) -> float:
        sums = (
            after[keep_a].sum(),
            before[keep_b].sum(),
            control_after[keep_a].sum(),
            control_before[keep_b].sum(),
        )
        if min(sums) <= 0:
            return float("nan")
        a, b, c, d = (float(np.log(s)) for s in sums)
        return a - b - (c - d)

    all_a, all_b = np.ones(len(after), bool), np.ones(len(before), bool)
    point = theta(all_a, all_b)
    if not np.isfinite(point):
        return None
    paired = len(after) == len(before)
    variance, df = 0.0, 0
    deletions = [(after, before)] if paired else [(after, None), (None, before)]
    for first, second in deletions:
        n = len(first if first is not None else before)
        if n < 3:
            return point, float("nan"), float("nan")
        replicates = []
        for i in range(n):
            keep = np.arange(n) != i
            replicates.append(
                theta(keep if first is not None else all_a, keep if second is not None else all_b)
            )
        values = np.array(replicates)
        if not np.isfinite(values).all():
            return point, float("nan"), float("nan")
        variance += (n - 1) / n * float(((values - values.mean()) ** 2).sum())
        df += n - 1
    half = float(stdtrit(df, 0.975)) * variance**0.5
    return point, point - half, point + half


def mad_scale(values: Array) -> float:
    """1.4826 · MAD, the standard deviation of a normal sample by its median deviation."""
    if not len(values):
        return float("nan")
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def placebo_p(scores: Array, placebos: Array) -> Array:
    """p = (1 + #{placebo ≥ score}) / (1 + n); NaN scores give NaN.

    The smallest attainable p is 1/(1+n).
    """
    ranked = np.sort(placebos[np.isfinite(placebos)])
    larger = len(ranked) - np.searchsorted(ranked, scores, side="left")
    return np.where(np.isfinite(scores), (1.0 + larger) / (1.0 + len(ranked)), np.nan)


def tail_p(scores: Array, placebos: Array) -> Array:
    """Placebo p-values that go on beyond the largest placebos, along their tail.

    A rank cannot be rarer than one in the number of placebos, and the multiplicity of thousands of
    tests then leaves little to be found. Where fewer than ten placebos score as much, the p is that
    of an exponential with the mean of the twenty largest exceedances, not further than to a `REACH`
    of the smallest rank. Source: Knijnenburg, Wessels, Reinders, Shmulevich, Bioinformatics 25
    (2009), with the exponential in place of the generalised Pareto: saturating scores have a
    tail that is lighter than it, and the error is on the safe side.

    Args:
        scores: What is tested; NaN gives NaN.
        placebos: Scores without an effect.
    """
    p = placebo_p(scores, placebos)
    pool = np.sort(placebos[np.isfinite(placebos)])
    n = len(pool)
    if n < FEWEST_FOR_TAIL:
        return p
    start = pool[-TAIL - 1]
    mean = float((pool[-TAIL:] - start).mean())
    rare = np.isfinite(scores) & (p < (1.0 + TAIL_RANKS) / (1.0 + n))
    if mean <= 0 or not rare.any():
        return p
    along = (TAIL + 1.0) / (n + 1.0) * np.exp(-np.maximum(scores - start, 0.0) / mean)
    return np.where(rare, np.maximum(along, smallest_p(n)), p)


def smallest_p(placebos: int) -> float:
    """The smallest p that `tail_p` gives with so many placebos."""
    reach = REACH if placebos >= FEWEST_FOR_TAIL else 1.0
    return reach / (1.0 + placebos)


def benjamini_hochberg(p_values: Array) -> Array:
    """Benjamini-Hochberg q-values (JRSS B 57, 1995); NaN stays NaN and does not count."""
    from scipy.stats import false_discovery_control  # half a second to import

    q = np.full(len(p_values), np.nan)
    known = np.isfinite(p_values)
    if known.any():
        q[known] = false_discovery_control(p_values[known])
    return q


def size_classes(size: Array, edges: Array) -> NDArray[np.int64]:
    """The class of each size by rising edges."""
    return np.searchsorted(edges, size, side="right").astype(np.int64)


def standardise(
    effects: Array, sizes: Array, placebo_effects: Array, placebo_sizes: Array, folds: Array
) -> tuple[Array, Array]:
    """Effects and placebo effects in units of the placebos' scale in their size class.

    Cross-fitted: a placebo is scaled by the centre and the MAD of the other fold of its class, so
    that it never helps to make the yardstick that it is held against. Effects are scaled by all
    placebos of the class. Quartiles of the placebos' size make the classes; a class with fewer
    than ten placebos in a fold takes the yardstick of all classes.

    Returns:
        z of the effects and z of the placebos (METHODS of placebo tests: pooled over classes only
        after standardising).
    """
    edges = np.quantile(placebo_sizes, [0.25, 0.5, 0.75]) if len(placebo_sizes) else np.zeros(3)
    own, other = size_classes(sizes, edges), size_classes(placebo_sizes, edges)
    z, z_placebo = np.full(len(effects), np.nan), np.full(len(placebo_effects), np.nan)

    def yardstick(chosen: Flags) -> tuple[float, float]:
        pool = placebo_effects[chosen]
        return float(np.median(pool)), max(mad_scale(pool), 1e-9)

    everything = np.ones(len(placebo_effects), bool)
    for k in range(4):
        in_class = other == k
        pool = in_class if in_class.sum() >= 20 else everything
        if pool.sum() >= 2:
            centre, scale = yardstick(pool)
            z[own == k] = (effects[own == k] - centre) / scale
        for fold in (0.0, 1.0):
            mine, theirs = in_class & (folds == fold), in_class & (folds != fold)
            pool = theirs if theirs.sum() >= 10 else folds != fold
            if mine.any() and pool.sum() >= 2:
                centre, scale = yardstick(pool)
                z_placebo[mine] = (placebo_effects[mine] - centre) / scale
    return z, z_placebo


def log_change(after: Array, before: Array, offset: float) -> Array:
    """ln(after + offset) − ln(before + offset), for ranking only: never an effect size."""
    return np.log(after + offset) - np.log(before + offset)


def fold_of(codes: Sequence[str]) -> Array:
    """A fixed half (0 or 1) for every code, the same in every run."""
    return np.array([float(zlib.crc32(c.encode()) & 1) for c in codes])


def harmonic(first: Array, second: Array) -> Array:
    """Harmonic mean where both are positive, else the smaller; the first where no second is."""
    both = (first > 0) & (second > 0)
    mean = 2 * first * second / np.where(both, first + second, 1.0)
    joined = np.where(both, mean, np.minimum(first, second))
    return np.where(np.isnan(second), first, joined)
