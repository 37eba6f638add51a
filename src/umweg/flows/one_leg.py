"""False alarms that need only one leg: a real rise on one of them, and chance on the other.

A corridor is no detour if *either* leg shows nothing beyond chance, so its null hypothesis is a
composite of three: no leg rises, only the first, only the second. Placebos stand for no leg. Where
many restricted goods rise on one leg alone (a country's own demand, an office that records goods
elsewhere), the other two make most of the false alarms, and no placebo knows of them.

They are counted in the tested cells themselves. Those whose second leg lies in the lower half of
the placebos' are null there, but for few, and are half of all that are; so each keeps its first
leg, gets the second of a placebo of its size, and counts twice. The same with the legs exchanged.
A detour so small that one leg does not show it counts as one leg: the error is on the safe side.

Sources: Dai, Stanford, LeBlanc, JASA 117 (2022), a composite null of two tests with estimated
shares of its parts; Storey, JRSS B 64 (2002), nulls counted above p = ½.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from umweg.flows.panel import Ints
from umweg.flows.stats import Array, Flags
from umweg.flows.two_legs import LEGS, Cells, Scoring

DRAWN = (100, 60)
"""Placebos drawn for each class: all of those with the most evidence, and some of the rest."""
KEPT = (5_000, 5_000)
"""The same for cells that keep a leg, where there are more."""
LEAST_IN_CLASS = 150
AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class Sized:
    """Cells with what is particular to them.

    Attributes:
        cells: Their legs.
        odds: Log odds of their country.
        size: Class of the inbound flow before.
        before, after: That flow, USD a half-year, never nothing.
    """

    cells: Cells
    odds: Array
    size: Ints
    before: Array
    after: Array

    def at(self, chosen: Flags | Ints) -> Sized:
        """Some of them."""
        return Sized(
            self.cells.at(chosen), self.odds[chosen], self.size[chosen], self.before[chosen],
            self.after[chosen],
        )  # fmt: skip


def one_leg_p(tested: Sized, scores: Array, placebo: Sized, scoring: Scoring) -> Array:
    """The share of the tested cells that is expected to score as much with one leg alone.

    Args:
        tested: The cells, `scores` of them with the odds.
        placebo: Cells without a rise on either leg.
        scoring: How legs are joined.

    Returns:
        One share for each score, to be added to the p-value among placebos.
    """
    n = len(scores)
    null = []
    for second in (False, True):
        middle = np.median(scoring.strength(placebo.cells, second))
        null.append(scoring.strength(tested.cells, second) <= middle)
    neither = min(1.0, 4 * float((null[0] & null[1]).mean()))
    by_chance = _as_much(placebo, placebo, True, scoring, scores) / len(placebo.odds)
    share = np.zeros(n)
    for keeps_first in (True, False):
        kept = tested.at(null[1] if keeps_first else null[0])
        mixed = 2 * _as_much(kept, placebo, keeps_first, scoring, scores) / n
        share += np.maximum(mixed - neither * by_chance, 0.0)
    return share


def _as_much(
    kept: Sized, placebo: Sized, keeps_first: bool, scoring: Scoring, scores: Array
) -> Array:
    """How many of the cells would score as much, with the other leg of a placebo of their size."""
    some, stands_for = _thinned(kept.cells, not keeps_first, scoring, KEPT)
    kept = kept.at(some)
    values, weights = [np.zeros(0)], [np.zeros(0)]
    for k in np.unique(kept.size):
        mine = np.flatnonzero(kept.size == k)
        drawn, share = _drawn(placebo, int(k), keeps_first, scoring)
        step = max(1, AT_ONCE // len(share))
        for start in range(0, len(mine), step):
            here = mine[start : start + step]
            part = kept.at(here)
            found, _ = scoring.score(*_paired(part, drawn, keeps_first))
            value = np.nan_to_num(found, nan=-np.inf) + part.odds[:, None]
            high = value >= scores.min()
            values.append(value[high])
            weights.append((stands_for[here][:, None] * share)[high])
    value, weight = np.concatenate(values), np.concatenate(weights)
    order = np.argsort(value)
    above = np.append(np.cumsum(weight[order][::-1])[::-1], 0.0)
    return np.asarray(above[np.searchsorted(value[order], scores, side="left")])


def _paired(kept: Sized, drawn: Sized, keeps_first: bool) -> tuple[Cells, Cells]:
    """First and second legs of every cell kept with every placebo drawn, on the flow of the cell.

    A rise inbound is a multiple of what was sent before, and the mirror gap a share of what is sent
    after: so a gap that is kept grows with the rise that it meets. What goes on is no part of that
    flow and stays as it is.

    Returns:
        Legs × cells kept × placebos drawn.
    """
    inbound, gap = LEGS.index("inbound"), LEGS.index("gap")
    mine = kept.cells.excess[:, :, None]
    theirs = np.repeat(drawn.cells.excess[:, None, :], len(kept.odds), axis=1)
    if keeps_first:
        theirs[gap] *= kept.after[:, None] / drawn.after
    else:
        theirs[inbound] *= kept.before[:, None] / drawn.before
        mine = np.repeat(mine, len(drawn.odds), axis=2)
        mine[gap] *= np.maximum(1 + theirs[inbound] / kept.after[:, None], 0.0)
    a = Cells(kept.cells.evidence[:, :, None], mine)
    b = Cells(drawn.cells.evidence[:, None, :], theirs)
    return (a, b) if keeps_first else (b, a)


def _drawn(placebo: Sized, size: int, second: bool, scoring: Scoring) -> tuple[Sized, Array]:
    """Placebos of about this size, and the share of them that each stands for."""
    distance = np.abs(placebo.size - size)
    reach = np.sort(distance)[min(LEAST_IN_CLASS, len(distance)) - 1]
    pool = placebo.at(distance <= reach)
    some, stands_for = _thinned(pool.cells, second, scoring, DRAWN)
    return pool.at(some), stands_for / stands_for.sum()


def _thinned(
    cells: Cells, second: bool, scoring: Scoring, most: tuple[int, int]
) -> tuple[Ints, Array]:
    """The cells with the most evidence of a leg, some of the others, and how many each stands for.

    Equal ones come in an order that does not depend on how the panel names its goods.
    """
    order = np.lexsort((*cells.excess, *cells.evidence, -scoring.strength(cells, second)))
    top, rest = order[: most[0]], order[most[0] :]
    some = rest
    if len(rest) > most[1]:
        some = rest[np.linspace(0, len(rest) - 1, most[1]).astype(np.int64)]
    each = len(rest) / max(len(some), 1)
    return np.concatenate([top, some]), np.concatenate(
        [np.ones(len(top)), np.full(len(some), each)]
    )
