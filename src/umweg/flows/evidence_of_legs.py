"""From effects to evidence: how rare is a leg's rise among cells that have no detour?

The evidence of a leg is `−ln p`, p its rank among placebos of its kind, with a power-law tail
beyond the largest of them, so that booms, which are frequent and fat-tailed, count for what they
are. The evidence of two legs adds up as p-values of independent tests do (Fisher); a rise on one
leg alone, however large, cannot reach what two moderate ones do, because a power law grows only
with the logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from umweg.flows.half_years import Change
from umweg.flows.panel import Ints
from umweg.flows.stats import Array, Flags

PRIOR_DF = 6.0
"""Weight of the class scale against the cell's own variance (METHODS §2.4)."""
CLASSES = 8
FEW = 15
TAIL_SHARE = 0.05
TAIL_FEWEST = 20
TAIL_INDEX = 4.0
"""Power of the tail beyond the placebos: that of a Student's t with 4 degrees of freedom."""
ENOUGH = 60
SMALLEST_P = 1e-12
AGREEMENT_SD = 0.6
"""Log standard deviation of onward over inbound excess in a detour: margin, stock and noise."""
AGREEMENT_LOW, AGREEMENT_HIGH = -3.0, 2.0


def classes_of(size: Array, among: Flags) -> Ints:
    """Class 0 for cells without trade before; the others by quantiles of the size before."""
    log_size = np.log1p(np.nan_to_num(size))
    some = log_size[among & (size > 0)]
    if len(some) < 10 * CLASSES:
        return (log_size > 0).astype(np.int64)
    inner = np.quantile(some, np.linspace(0, 1, CLASSES)[1:-1])
    return np.searchsorted(np.concatenate([[1e-9], inner]), log_size).astype(np.int64)


def _scale(pool: Array) -> tuple[float, float]:
    """Centre and scale, robust; not fooled where more than half of the effects are the same."""
    centre = float(np.median(pool))
    spread = [
        1.4826 * float(np.median(np.abs(pool - centre))),
        float(np.quantile(pool, 0.84) - np.quantile(pool, 0.16)) / 2,
        0.7 * float(np.quantile(pool, 0.95) - centre) / 1.645,
    ]
    return centre, max(*spread, 1e-3)


def standard_scores(
    effect: Array, leg: Change, placebo: Flags, tested: Flags, folds: Array
) -> Array:
    """z = (e − centre)/SE, with SE² = (d0·s0² + d·s²)/(d0 + d).

    s0 and the centre are those of the placebos of the same size class, cross-fitted by folds; for
    tested cells those of the tested cells of the class where these are larger.

    Args:
        effect: Places × units, controls subtracted.
        leg: Its change, for sizes and the cell's own variance.
        placebo: Cells without a detour.
        tested: Cells that are tested.
        folds: Fold of each unit; NaN for those that are tested.
    """
    known = placebo & np.isfinite(effect)
    out = np.full(effect.shape, np.nan)
    if known.sum() < FEW:
        return out
    kind = classes_of(leg.before, known)
    df = np.maximum(leg.n_before - 1, 0)
    own = np.nan_to_num(leg.variance) * (
        1 / np.maximum(leg.n_before, 1) + 1 / np.maximum(leg.n_after, 1)
    )
    for fold in (np.nan, 0.0, 1.0):
        mine = np.isnan(folds) if np.isnan(fold) else folds == fold
        pool = known if np.isnan(fold) else known & (folds != fold)
        if pool.sum() < FEW:
            pool = known
        everything = _scale(effect[pool])
        for k in range(int(kind.max()) + 1):
            here = pool & (kind == k)
            centre, s0 = _scale(effect[here]) if here.sum() >= FEW else everything
            at = (kind == k) & mine
            own_kind = at & tested & np.isfinite(effect)
            if np.isnan(fold) and own_kind.sum() >= FEW:
                # What is common to the restricted goods (the target buys elsewhere what it no
                # longer gets, prices) is no detour either; few of them take one, so that their
                # median and quartiles show it. Only against the alarm, never for it.
                middle, spread = _scale(effect[own_kind])
                centre, s0 = max(centre, middle), max(s0, spread)
            se = np.sqrt((PRIOR_DF * s0**2 + df[at] * own[at]) / (PRIOR_DF + df[at]))
            out[at] = (effect[at] - centre) / se
    return out


def rarity(z: Array, placebos: Array) -> Array:
    """−ln of the rank of z among placebos, with a power law beyond them; NaN stays NaN."""
    pool = np.sort(placebos[np.isfinite(placebos)])
    n = len(pool)
    if n < FEW:
        return np.full(z.shape, np.nan)
    k = min(n - 1, max(TAIL_FEWEST, int(TAIL_SHARE * n)))
    start = pool[-k]
    mean_excess = max(float((pool[-k:] - start).mean()), 1e-6)
    p = (1.0 + n - np.searchsorted(pool, z, side="left")) / (1.0 + n)
    # Mean excess of a power law with index a and scale σ is σ/(a − 1).
    sigma = mean_excess * (TAIL_INDEX - 1)
    beyond = np.maximum(np.nan_to_num(z) - start, 0.0)
    p = np.where(z > start, k / (n + 1.0) * (1.0 + beyond / sigma) ** -TAIL_INDEX, p)
    return np.where(np.isfinite(z), -np.log(np.clip(p, SMALLEST_P, 1.0)), np.nan)


def leg_evidence(z: Array, leg: Change, placebo: Flags) -> Array:
    """Rarity among the placebos with trade before, or among those without, as the cell itself."""
    out = np.full(z.shape, np.nan)
    for traded in (False, True):
        here = (leg.before > 0) == traded
        pool = z[placebo & here]
        if np.isfinite(pool).sum() < ENOUGH:
            pool = z[placebo]
        out[here] = rarity(z[here], pool)
    return out


@dataclass(frozen=True, slots=True)
class Agreement:
    """Log-likelihood ratio: do the excesses of two legs agree as in a detour, or as by chance?

    In a detour what goes on is about what came in, so ln(second/first) lies near 0; of two
    unrelated rises it lies anywhere. Bounded, and lowest where either excess is not positive.

    Attributes:
        centre, spread: Of ln(second/first) by chance; None where too little is known of it.
    """

    centre: float
    spread: float | None

    @classmethod
    def among(cls, first: Array, second: Array, placebo: Flags) -> Agreement:
        """How the ratio lies by chance.

        Args:
            first, second: Excess, USD.
            placebo: Cells without a detour.
        """
        both = placebo & (first > 0) & (second > 0)
        pool = np.log(second[both]) - np.log(first[both])
        if len(pool) < FEW:
            return cls(0.0, None)
        centre = float(np.median(pool))
        return cls(centre, max(1.0, 1.4826 * float(np.median(np.abs(pool - centre)))))

    def of(self, first: Array, second: Array) -> Array:
        """The log-likelihood ratio of excesses, USD; arrays that broadcast."""
        both = (first > 0) & (second > 0)
        if self.spread is None:
            return np.where(both, 0.0, AGREEMENT_LOW)
        ratio = np.log(np.where(both, second, 1.0)) - np.log(np.where(both, first, 1.0))
        value = (
            ((ratio - self.centre) / self.spread) ** 2 - (ratio / AGREEMENT_SD) ** 2
        ) / 2 + np.log(self.spread / AGREEMENT_SD)
        return np.where(both, np.clip(value, AGREEMENT_LOW, AGREEMENT_HIGH), AGREEMENT_LOW)
