"""The cascade of ownership as loops over arrays, and the economic share beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from umweg.parties.holdings import SHARES, UNIT, WHOLE, Holdings, Ints, Mask
from umweg.regime.model import OwnershipInterval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """What the cascade reached.

    Attributes:
        owned: Owned whatever the unknown shares are (listed persons are not marked).
        possible: Owned for some values of the unknown shares.
        low, high: The holdings that count, (entity, measure), in millionths of a percent. Where
            holdings of several persons are not added up, those of the person who has most.
    """

    owned: Mask
    possible: Mask
    low: Ints
    high: Ints


def spread(graph: Holdings, listed: Mask, reading: OwnershipInterval) -> Spread:
    """Run the cascade for a rule.

    Where the rule adds up all listed persons' holdings there is one run from all of them; where
    it does not, one run for each listed person together with those who hold jointly with it.
    """
    limit = reading.threshold_percent * UNIT + (0 if reading.comparison == ">=" else 1)
    measures = np.array(["shares" in reading.counts, "votes" in reading.counts])
    use = measures[graph.measure]
    control = graph.control if reading.control else graph.control[:0]
    # One list of edges; control is an edge of the whole without a share.
    holder = np.concatenate([graph.holder[use], control[:, 0]])
    edges = np.argsort(holder, kind="stable")
    size = len(graph.ids)
    firm = np.concatenate([graph.firm[use], control[:, 1]])[edges]
    measure = np.concatenate([graph.measure[use], np.full(len(control), -1)])[edges]
    zero = np.zeros(len(control), np.int64)
    low = np.concatenate([graph.low[use], zero])[edges]
    high = np.concatenate([graph.high[use], zero])[edges]
    start = np.searchsorted(holder[edges], np.arange(size + 1))
    known = np.zeros((size, 2), np.int64)
    counted = measure >= 0
    np.add.at(known, (firm[counted], measure[counted]), low[counted])
    units, bounds = _units(graph, listed, reading.aggregate)
    owned, possible, sums = _cascade(
        size, start, firm, measure, low, high, known, limit, units, bounds
    )
    return Spread(owned & ~listed, possible & ~listed, sums[0], sums[1])


def _units(graph: Holdings, listed: Mask, aggregate: str) -> tuple[Ints, Ints]:
    """Who starts together: seeds, and where each group of them begins."""
    seeds = np.flatnonzero(listed).astype(np.int64)
    if aggregate == "all":
        return seeds, np.array([0, len(seeds)], np.int64)
    if not len(graph.joint):
        return seeds, np.arange(len(seeds) + 1, dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(graph.joint), np.int8)
    shape = (len(listed), len(listed))
    pairs = coo_array((ones, (graph.joint[:, 0], graph.joint[:, 1])), shape=shape)
    _, label = connected_components(pairs.tocsr(), directed=False)
    # "Each of them is treated as holding the combined shares or rights of both of them": the
    # holdings of a partner count, whether the partner is listed or not.
    groups = np.isin(label, label[seeds])
    members = np.flatnonzero(groups)
    members = members[np.argsort(label[members], kind="stable")]
    _, starts = np.unique(label[members], return_index=True)
    return members.astype(np.int64), np.append(starts, len(members)).astype(np.int64)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _cascade(
    size: int,
    start: Any,
    firm: Any,
    measure: Any,
    low: Any,
    high: Any,
    known: Any,
    limit: int,
    seeds: Any,
    bounds: Any,
) -> Any:
    """Two breadth-first runs for each group of seeds: with the lower shares, and with the upper.

    The upper sum of a firm is also at most what its other holders surely leave.
    """
    owned = np.zeros(size, np.bool_)
    possible = np.zeros(size, np.bool_)
    best = np.zeros((2, size, 2), np.int64)
    total = np.zeros((size, 2), np.int64)
    surely = np.zeros((size, 2), np.int64)
    inside = np.zeros(size, np.bool_)
    queue = np.empty(size, np.int64)
    touched = np.empty(size, np.int64)
    seen = np.zeros(size, np.bool_)
    for group in range(len(bounds) - 1):
        for upper in range(2):
            head, tail, dirty = 0, 0, 0
            for s in seeds[bounds[group] : bounds[group + 1]]:
                inside[s] = True
                queue[tail] = s
                tail += 1
            first = tail
            while head < tail:
                u = queue[head]
                head += 1
                for e in range(start[u], start[u + 1]):
                    v = firm[e]
                    m = measure[e]
                    if not seen[v]:
                        seen[v] = True
                        touched[dirty] = v
                        dirty += 1
                    reached = m < 0
                    if m >= 0:
                        total[v, m] += high[e] if upper else low[e]
                        surely[v, m] += low[e]
                        counts = total[v, m]
                        if upper:
                            counts = min(counts, WHOLE - (known[v, m] - surely[v, m]))
                        if counts > best[upper, v, m]:
                            best[upper, v, m] = counts
                        reached = counts >= limit
                    if reached and not inside[v]:
                        inside[v] = True
                        queue[tail] = v
                        tail += 1
            for i in range(tail):
                v = queue[i]
                inside[v] = False
                if i >= first:
                    if upper:
                        possible[v] = True
                    else:
                        owned[v] = True
            for i in range(dirty):
                v = touched[i]
                seen[v] = False
                for m in range(2):
                    total[v, m] = 0
                    surely[v, m] = 0
    return owned, possible, best


def economic(graph: Holdings, listed: Mask, tolerance: float = 1e-12) -> tuple[Floats, Floats]:
    """The multiplied share of listed persons in each firm, lower and upper, in [0, 1].

    The least solution of `x_firm = Σ share · (1 if the holder is listed, else x_holder)`, by
    iteration from zero: finite steps on a graph without cycles, and geometric on one with cycles
    in which somebody outside holds a part. A listed holder counts whole.
    """
    shares = graph.measure == SHARES
    holder, firm = graph.holder[shares], graph.firm[shares]
    size = len(graph.ids)
    results = []
    for bound in (graph.low[shares], graph.high[shares]):
        part = bound / WHOLE
        x = listed.astype(np.float64)
        for _ in range(10_000):
            mass = np.bincount(firm, part * x[holder], size)
            new = np.where(listed, 1.0, np.minimum(mass, 1.0))
            done = float(np.abs(new - x).max(initial=0.0)) <= tolerance
            x = new
            if done:
                break
        # A listed firm's own row shows what listed persons hold of it.
        results.append(
            np.where(listed, np.minimum(np.bincount(firm, part * x[holder], size), 1), x)
        )
    return results[0], results[1]
