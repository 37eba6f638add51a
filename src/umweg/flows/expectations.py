"""What a leg would have done without a detour: control groups, one after the other.

Each control is a number for every cell: how much the comparison grew, in logs. It is subtracted
with the weight at which it predicts the cells that are known to have no detour, the unrestricted
goods of the same countries: a control that predicts nothing there (few, thin flows) only adds
noise and gets no weight. METHODS of the two-leg test, with the weight as our addition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from umweg.flows.half_years import Change
from umweg.flows.panel import Panel
from umweg.flows.stats import Array, Flags

NEUTRAL = "the same goods elsewhere"
SUPPLY = "the country's exports of these goods elsewhere"
COUNTRY = "unrestricted goods of the same country"
COUNTRY_ALL = "all goods of the same country"
SIBLINGS = "unrestricted goods of the same heading"
FEWEST = 30
"""Cells that a weight is estimated from; with fewer a control is subtracted whole."""
FEW_PLACES = 2
CLIP = 0.02
SHRINK = 2.0
"""Siblings count n/(n+2): one or two say little of a heading."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Effects less what the controls explain.

    Attributes:
        effect: Places × units.
        controls: Names of the controls that had weight, with it.
    """

    effect: Array
    controls: tuple[tuple[str, float], ...]


def weight_of(effect: Array, control: Array, cells: Flags) -> float:
    """Least-squares weight of a control among cells without a detour, between 0 and 1."""
    use = cells & np.isfinite(effect) & np.isfinite(control)
    if use.sum() < FEWEST:
        return 1.0 if use.any() or not cells.any() else 0.0
    y, x = effect[use], control[use]
    low, high = np.quantile(y, [CLIP, 1 - CLIP])
    y, x = np.clip(y, low, high), x - x.mean()
    square = float((x * x).sum())
    return float(np.clip((x * y).sum() / square, 0.0, 1.0)) if square > 0 else 0.0


def elsewhere(panel: Panel, leg: Change, offset: float) -> Array | None:
    """Growth of each unit over neutral countries together, and its median over them.

    Returns:
        2 × units, or None with fewer than two neutral countries.
    """
    neutral = ~panel.transit
    if neutral.sum() < FEW_PLACES:
        return None
    before, after = leg.before[neutral], leg.after[neutral]
    pooled = np.log(after.sum(axis=0) + 3 * offset) - np.log(before.sum(axis=0) + 3 * offset)
    active = (before + after > 0) & np.isfinite(leg.effect[neutral])
    median = np.nanmedian(
        np.where(active.any(axis=0), np.where(active, leg.effect[neutral], np.nan), 0.0), axis=0
    )
    return np.stack([pooled, median])


def by_country(effect: Array, cells: Flags, folds: Array) -> Array:
    """Median over a country's unrestricted goods: country × time.

    Cross-fitted: a good of one fold is compared with those of the other; restricted goods
    (fold NaN) with all of them.
    """
    out = np.zeros(effect.shape)
    for fold in (np.nan, 0.0, 1.0):
        mine = np.isnan(folds) if np.isnan(fold) else folds == fold
        others = cells if np.isnan(fold) else cells & (folds != fold)
        pool = np.where(others & np.isfinite(effect), effect, np.nan)
        empty = ~np.isfinite(pool).any(axis=1)
        pool[empty, 0] = 0.0
        out[:, mine] = np.nanmedian(pool, axis=1)[:, None]
    return out


def sibling_matrix(panel: Panel, seed: int = 0) -> csr_matrix:
    """Units × units: which unrestricted siblings each unit is compared with.

    An unrestricted unit gets as many as a restricted one would have: a heading that is restricted
    as a whole leaves none, and placebos that have more help than the cells they stand for would
    make the p-values too small.
    """
    rng = np.random.default_rng(seed)
    free = ~panel.restricted
    order = np.argsort(panel.heading, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(panel.heading[order])) + 1)
    counts = np.array([free[g].sum() for g in groups for u in g if panel.restricted[u]])
    rows: list[int] = []
    cols: list[int] = []
    for g in groups:
        siblings = g[free[g]]
        for u in g:
            own = siblings[siblings != u]
            if free[u] and len(counts) and len(own):
                own = rng.permutation(own)[: int(rng.choice(counts))]
            rows += [int(u)] * len(own)
            cols += own.tolist()
    n = len(panel.units)
    return csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(n, n))


def by_heading(effect: Array, cells: Flags, matrix: csr_matrix) -> Array:
    """Mean of the siblings' effects, clipped at both ends, shrunk by their number."""
    use = cells & np.isfinite(effect)
    if not use.any():
        return np.zeros(effect.shape)
    low, high = np.quantile(effect[use], [CLIP, 1 - CLIP])
    clipped = np.where(use, np.clip(effect, low, high), 0.0)
    total = (matrix @ clipped.T).T
    number = (matrix @ use.T.astype(np.float64)).T
    return np.asarray(total / np.maximum(number, 1) * number / (number + SHRINK))


def expect(
    panel: Panel,
    leg: Change,
    *,
    offset: float,
    folds: Array,
    siblings: csr_matrix,
    goods_elsewhere: bool,
    supply: Change | None,
) -> Expected:
    """Subtract the controls of a leg in turn.

    Args:
        panel: Who and what.
        leg: Its change.
        offset: USD a half-year added before logarithms.
        folds: Fold of each unrestricted unit; NaN for restricted ones.
        siblings: See `sibling_matrix`.
        goods_elsewhere: Whether neutral countries are a comparison for this leg.
        supply: The country's own exports elsewhere, for the onward leg.
    """
    active = leg.before + leg.after > 0
    free = np.broadcast_to(~panel.restricted, active.shape)
    cells = panel.transit[:, None] & free & active
    effect = leg.effect
    used: list[tuple[str, float]] = []

    def subtract(control: Array, name: str, among: Flags) -> None:
        nonlocal effect
        full = np.broadcast_to(control, effect.shape)
        w = weight_of(effect, full, among)
        if w > 0:
            effect = effect - w * np.where(np.isfinite(full), full, 0.0)
            used.append((name, w))

    other = elsewhere(panel, leg, offset) if goods_elsewhere else None
    if other is not None:
        for control in other:
            subtract(control, NEUTRAL, cells)
    if supply is not None:
        known = (supply.before + supply.after > 0) & np.isfinite(supply.effect)
        subtract(np.where(known, supply.effect, 0.0), SUPPLY, cells & known)
    some_free = free & active
    if some_free.any():
        effect = effect - by_country(effect, some_free, folds)
        used.append((COUNTRY, 1.0))
    elif active.any(axis=1).all() and active.sum() > FEWEST:
        # No control goods: the median of all of a country's goods, of which few take a detour.
        effect = effect - by_country(effect, active, np.full(len(folds), np.nan))
        used.append((COUNTRY_ALL, 1.0))
    if siblings.nnz:
        subtract(by_heading(effect, some_free, siblings), SIBLINGS, cells)
    return Expected(effect, tuple(used))
