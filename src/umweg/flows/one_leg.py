"""False alarms that need only one leg: a real rise on one of them, and chance on the other.

A corridor is no detour if *either* leg shows nothing beyond chance, so the null hypothesis is a
composite of three: neither leg, only the second, only the first. Placebos stand for the first of
these. Where many restricted goods rise on one leg alone (decoys: a country's own demand, an office
that records goods elsewhere), the other two make most of the false alarms, and no placebo knows of
them. What is expected of them is estimated from the tested cells: those whose second leg lies in the
lower half of the placebos are, all but few, null there, and are half of all that are; each keeps
its first leg and gets the second leg of a placebo. The same the other way round.

Sources: Dai, Stanford, LeBlanc, JASA 117 (2022), for tests of a composite null with estimated
shares (high-dimensional mediation); Storey, JRSS B 64 (2002), for nulls counted above p = ½.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from umweg.flows.panel import Ints
from umweg.flows.stats import Array, Flags

HALF = 0.5
TOP, SPREAD = 100, 60
"""Placebos drawn for each class: all of those with the most evidence, and some of the others."""
LEAST_IN_CLASS = 150
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Cells:
    """What a score is made of, cell by cell.

    Attributes:
        evidence, excess: Legs × cells; NaN where not known or not used.
        odds: Log odds of the cell's country.
        size: Class of the cell's inbound flow before.
    """

    evidence: Array
    excess: Array
    odds: Array
    size: Ints

    def take(self, chosen: Ints | Flags) -> Cells:
        """Some of them."""
        return Cells(
            self.evidence[:, chosen], self.excess[:, chosen], self.odds[chosen], self.size[chosen]
        )


Joined = Callable[[Array, Array, Array, Array], Array]
"""Score of (first evidence, first excess, second evidence, second excess), legs first."""


def one_leg_p(
    tested: Cells, scores: Array, placebo: Cells,
    strength: tuple[Callable[[Cells], Array], Callable[[Cells], Array]], joined: Joined,
) -> Array:  # fmt: skip
    """The share of tested cells that is expected to score as much with one leg alone.

    Args:
        tested: The cells.
        scores: Their scores; odds included.
        placebo: Cells that are null on both legs.
        strength: The best evidence for the first, and for the second leg.
        joined: What makes a score of two legs.

    Returns:
        One share for each score, to be added to the p-value among placebos.
    """
    n = len(scores)
    ranks = []
    for of in strength:
        mine, pool = of(tested), np.sort(of(placebo))
        ranks.append(1 - np.searchsorted(pool, mine, side="left") / max(len(pool), 1))
    null = [r > HALF for r in ranks]
    neither = min(1.0, 4 * float((null[0] & null[1]).sum()) / n)
    by_chance = _tail(placebo, placebo, True, joined, strength[1], scores) / max(len(placebo.odds), 1)
    share = np.zeros(n)
    for keeps_first in (True, False):
        other = 1 if keeps_first else 0
        kept = tested.take(null[other])
        tail = 2 * _tail(kept, placebo, keeps_first, joined, strength[other], scores) / n
        share += np.maximum(tail - neither * by_chance, 0.0)
    return share


def _tail(
    kept: Cells, placebo: Cells, keeps_first: bool, joined: Joined,
    strength: Callable[[Cells], Array], scores: Array,
) -> Array:  # fmt: skip
    """How many of the cells would score as much, with the other leg of a placebo of their size."""
    values, weights = [], []
    for k in np.unique(kept.size):
        mine = kept.take(kept.size == k)
        drawn, weight = _draw(placebo, int(k), strength)
        step = max(1, CHUNK * 50 // len(weight))
        for start in range(0, len(mine.odds), step):
            part = mine.take(np.arange(start, min(start + step, len(mine.odds))))
            a = (part.evidence[:, :, None], part.excess[:, :, None])
            b = (drawn.evidence[:, None, :], drawn.excess[:, None, :])
            first, second = (a, b) if keeps_first else (b, a)
            value = joined(*first, *second) + part.odds[:, None]
            values.append(value.ravel())
            weights.append(np.broadcast_to(weight, value.shape).ravel())
    if not values:
        return np.zeros(len(scores))
    value, weight = np.concatenate(values), np.concatenate(weights)
    order = np.argsort(value)
    above = np.append(np.cumsum(weight[order][::-1])[::-1], 0.0)
    return np.asarray(above[np.searchsorted(value[order], scores, side="left")])


def _draw(placebo: Cells, size: int, strength: Callable[[Cells], Array]) -> tuple[Cells, Array]:
    """Placebos of about this size, and the share of them that each stands for."""
    distance = np.abs(placebo.size - size)
    reach = 0
    while (distance <= reach).sum() < min(LEAST_IN_CLASS, len(distance)):
        reach += 1
    pool = placebo.take(distance <= reach)
    order = np.argsort(-strength(pool), kind="stable")
    top, rest = order[:TOP], order[TOP:]
    some = rest[np.linspace(0, len(rest) - 1, SPREAD).astype(int)] if len(rest) > SPREAD else rest
    weight = np.concatenate(
        [np.ones(len(top)), np.full(len(some), len(rest) / max(len(some), 1))]
    )
    return pool.take(np.concatenate([top, some])), weight / len(order)
