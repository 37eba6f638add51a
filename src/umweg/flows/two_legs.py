"""The score of a corridor: evidence of two legs that a detour must have, and their agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from umweg.flows.evidence_of_legs import Agreement
from umweg.flows.panel import Ints
from umweg.flows.stats import Array, Flags

ELSEWHERE = "elsewhere"
"""The leg of the placebo target: what goes on to the neutral countries together."""
LEGS = ("inbound", "onward", "gap", "to_transit", "from_transit", ELSEWHERE)
PATHS = (
    ("inbound", "onward", 0.0),
    ("inbound", "gap", 0.0),
    ("inbound", "to_transit", -1.5),
    ("from_transit", "onward", -1.5),
)
"""First leg, second leg, and log prior odds: a detour over two transit countries shows each of
them one leg with the other, and is rarer than one over a single country."""
ONE_HOP, GHOST, FIRST_OF_TWO, SECOND_OF_TWO = range(4)
SATURATION = 4.0
"""Evidence of a leg beyond this counts with its logarithm only: no rise on one leg, however large,
makes up for the other."""
AGREEMENT_WEIGHT = 0.75
"""The agreement of the excesses is partly told by the evidence of the legs already."""


def saturated(evidence: Array) -> Array:
    """Evidence up to `SATURATION` as it is, beyond it its logarithm."""
    beyond = np.maximum(evidence - SATURATION, 0.0)
    return np.minimum(evidence, SATURATION) + np.log1p(beyond)


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of every cell at its own date: places × units.

    Attributes:
        effect: Log growth beyond the controls; NaN where it cannot be told.
        growth: Growth factor of the controls: what the flow would have done.
        z: Effect over its standard error.
        evidence: −ln of its rank among placebos.
        excess: USD a half-year above what was expected.
        before, after: USD a half-year.
        ratio_before, ratio_after: Arrival ratio M/X, for the gap; NaN for other legs.
        controls: Names and weights of the controls used.
    """

    effect: Array
    growth: Array
    z: Array
    evidence: Array
    excess: Array
    before: Array
    after: Array
    ratio_before: Array
    ratio_after: Array
    controls: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """What a score is made of: legs (`LEGS`) × cells of any shape.

    Attributes:
        evidence: Saturated; NaN where a leg is not known.
        excess: USD.
    """

    evidence: Array
    excess: Array

    @classmethod
    def of(cls, legs: Mapping[str, Leg], target: str = "onward") -> Cells:
        """Cells by leg; `target` names the leg that is taken for the onward one."""
        taken = [legs[target if n == "onward" else n] for n in LEGS]
        return cls(
            saturated(np.stack([x.evidence for x in taken])), np.stack([x.excess for x in taken])
        )

    def at(self, chosen: Flags | Ints) -> Cells:
        """Some of them, as legs × cells."""
        return Cells(self.evidence[:, chosen], self.excess[:, chosen])


@dataclass(frozen=True)
class Scoring:
    """How two legs are joined.

    Attributes:
        usable: Second legs that may be used.
        agreements: How the excesses of each path lie by chance.
    """

    usable: frozenset[str]
    agreements: tuple[Agreement, ...]

    @classmethod
    def among(cls, cells: Cells, placebo: Flags, usable: frozenset[str]) -> Scoring:
        """The scoring of a panel, by its placebos."""
        at = {leg: cells.excess[i] for i, leg in enumerate(LEGS)}
        return cls(usable, tuple(Agreement.among(at[a], at[b], placebo) for a, b, _ in PATHS))

    @cached_property
    def _paths(self) -> tuple[tuple[int, int, int, float], ...]:
        """Index of the path, of its first and its second leg, and its prior odds."""
        return tuple(
            (i, LEGS.index(a), LEGS.index(b), prior)
            for i, (a, b, prior) in enumerate(PATHS)
            if b in self.usable
        )

    def score(self, first: Cells, second: Cells) -> tuple[Array, Ints]:
        """The best path over the first leg of some cells and the second of others, and its index.

        Args:
            first, second: The same cells for a corridor; cells of shapes that broadcast. Without a
                second leg that is usable, the evidence of the first inbound leg.

        Returns:
            Score, NaN where no path is known, and index in `PATHS`.
        """
        shape = np.broadcast_shapes(first.evidence.shape[1:], second.evidence.shape[1:])
        best = np.full(shape, ONE_HOP, dtype=np.int64)
        if not self._paths:
            return np.broadcast_to(first.evidence[LEGS.index("inbound")], shape).copy(), best
        out = np.full(shape, -np.inf)
        for path, a, b, prior in self._paths:
            agree = self.agreements[path].of(first.excess[a], second.excess[b])
            value = first.evidence[a] + second.evidence[b] + AGREEMENT_WEIGHT * agree + prior
            better = value > out
            out[better] = value[better]
            best[better] = path
        out[np.isneginf(out)] = np.nan
        return out, best

    def strength(self, cells: Cells, second: bool) -> Array:
        """The best evidence for the first, or for the second leg of any path; −∞ without one."""
        out = np.full(cells.evidence.shape[1:], -np.inf)
        for _, a, b, prior in self._paths:
            out = np.fmax(out, cells.evidence[b if second else a] + prior)
        return out
