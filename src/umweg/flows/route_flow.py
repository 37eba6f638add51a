"""Maximum flow of excess through a network of countries in time, and what each arc carries of it.

A country at a period is two nodes, in and out: goods that arrived in a period leave in it or in one
of the next few. An arc is an excess flow of one period, its capacity. The maximum flow from the
coalition to the target is the most that can have passed; it is rarely the only one, so that every
arc is given the least and the most that it carries in any maximum flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SOURCE, SINK = 0, 1
"""Numbers of the coalition and of the target; transit countries follow."""

_LARGEST = 2**31 - 1
"""Largest capacity of scipy's maximum flow, which counts in 32 bits."""

_SLACK = 1e-7
"""Part of the maximum by which a flow may fall short and still count as a maximum one."""

_PAIR = 1 << 20
"""More than the number of countries: makes one number of two."""


@dataclass(frozen=True)
class Arcs:
    """Excess flows, one row for each pair of countries and period; the direct flow is none of them.

    Attributes:
        tail, head: Numbers of the countries; `SOURCE` and `SINK` are the coalition and the target.
        period: Number of the period, from 0.
        excess: What can have been part of a detour; above zero.
        lag: In how many further periods goods may leave after the one in which they arrived.
    """

    tail: Ints
    head: Ints
    period: Ints
    excess: Floats
    lag: int

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of countries between which there is an excess."""
        return sorted(set(zip(self.tail.tolist(), self.head.tolist(), strict=True)))

    def between(self, pairs: Sequence[tuple[int, int]]) -> Arcs:
        """Only the arcs of some pairs."""
        wanted = np.zeros(len(self.tail), bool)
        for tail, head in pairs:
            wanted |= (self.tail == tail) & (self.head == head)
        return Arcs(
            self.tail[wanted], self.head[wanted], self.period[wanted], self.excess[wanted], self.lag
        )

    @cached_property
    def graph(self) -> Graph:
        """The network in time."""
        return _expand(self)


@dataclass(frozen=True)
class Graph:
    """A network in time: edges with capacities, and the arc (or -1, for waiting) of each."""

    nodes: int
    tail: Ints
    head: Ints
    capacity: Floats
    arc: Ints


def _expand(arcs: Arcs) -> Graph:
    periods = int(arcs.period.max(initial=-1)) + 1
    countries = int(max(arcs.tail.max(initial=1), arcs.head.max(initial=1))) + 1

    def place(country: Ints, period: Ints, out: int) -> Ints:
        inner = 2 + 2 * ((country - 2) * periods + period) + out
        return np.where(country < 2, country, inner)

    country, first, step = (
        x.ravel()
        for x in np.meshgrid(
            np.arange(2, countries), np.arange(periods), np.arange(arcs.lag + 1), indexing="ij"
        )
    )
    fits = first + step < periods
    country, first, last = country[fits], first[fits], (first + step)[fits]
    tail = np.concatenate([place(arcs.tail, arcs.period, 1), place(country, first, 0)])
    head = np.concatenate([place(arcs.head, arcs.period, 0), place(country, last, 1)])
    free = float(arcs.excess.sum()) or 1.0
    capacity = np.concatenate([arcs.excess, np.full(len(country), free)])
    arc = np.concatenate([np.arange(len(arcs.tail)), np.full(len(country), -1)])
    nodes = 2 + 2 * max(0, countries - 2) * periods
    # Only what lies on a way from the source to the sink.
    useful = _reached(nodes, tail, head, SOURCE) & _reached(nodes, head, tail, SINK)
    kept = useful[tail] & useful[head]
    return Graph(nodes, tail[kept], head[kept], capacity[kept], arc[kept])


def _reached(nodes: int, tail: Ints, head: Ints, start: int) -> Mask:
    ones = np.ones(len(tail), np.int8)
    graph = coo_array((ones, (tail, head)), shape=(nodes, nodes)).tocsr()
    order = breadth_first_order(graph, start, return_predecessors=False)
    mask = np.zeros(nodes, bool)
    mask[order] = True
    return mask


def max_flow(arcs: Arcs) -> float:
    """The most that can have passed from the coalition to the target.

    Capacities are rounded up to the unit in which they fit 32 bits, so that the result is never
    too small; it is too large by less than a billionth of the sum of all excess for each arc.
    """
    g = arcs.graph
    if not len(g.tail):
        return 0.0
    unit = float(arcs.excess.sum()) / (_LARGEST / 2)
    capacity = np.minimum(np.ceil(g.capacity / unit), _LARGEST).astype(np.int32)
    graph = coo_array(
        (capacity, (g.tail.astype(np.int32), g.head.astype(np.int32))), shape=(g.nodes, g.nodes)
    ).tocsr()
    return float(maximum_flow(graph, SOURCE, SINK).flow_value) * unit


@dataclass(frozen=True, slots=True)
class Range:
    """What an arc carries in a maximum flow: at least and at most."""

    least: float
    most: float


def ranges(
    arcs: Arcs, pairs: Sequence[tuple[int, int]] | None = None
) -> dict[tuple[int, int], Range]:
    """For pairs of countries (all without them) the least and the most that passes between them,
    over all periods, in any maximum flow.

    Two linear programs a pair (scipy's HiGHS), after one for the maximum itself: a maximum counted
    in whole units may be a little more than floating point can reach.
    """
    g = arcs.graph
    found = dict.fromkeys(arcs.pairs if pairs is None else pairs, Range(0.0, 0.0))
    if not len(g.tail):
        return found
    scale = float(g.capacity[g.arc >= 0].max())
    used, index = np.unique(np.concatenate([g.tail, g.head]), return_inverse=True)
    size = len(g.tail)
    signs = np.concatenate([np.ones(size), -np.ones(size)])
    edges = np.tile(np.arange(size), 2)
    balance = coo_array((signs, (index, edges)), shape=(len(used), size)).tocsr()
    inner = np.flatnonzero((used != SOURCE) & (used != SINK))
    program = {
        "A_eq": balance[inner],
        "b_eq": np.zeros(len(inner)),
        "bounds": np.stack([np.zeros(size), g.capacity / scale], axis=1),
        "method": "highs",
    }
    leaves = (g.tail == SOURCE).astype(float)
    maximum = -float(linprog(-leaves, **program).fun)
    program |= {"A_ub": -leaves[None, :], "b_ub": [-maximum * (1 - _SLACK)]}
    known = g.arc >= 0
    of_arc = np.full(size, -1)
    of_arc[known] = arcs.tail[g.arc[known]] * _PAIR + arcs.head[g.arc[known]]
    for pair in found:
        cost = (of_arc == pair[0] * _PAIR + pair[1]).astype(float)
        if cost.any():
            least = float(linprog(cost, **program).fun)
            most = -float(linprog(-cost, **program).fun)
            least = least if least > 2 * _SLACK * maximum else 0.0
            found[pair] = Range(least * scale, max(0.0, most) * scale)
    return found


def paths(arcs: Arcs, longest: int) -> Iterator[tuple[int, ...]]:
    """Every way from the coalition to the target over at most `longest` transit countries, none
    twice, shorter ones first."""
    after: dict[int, list[int]] = {}
    for tail, head in arcs.pairs:
        after.setdefault(tail, []).append(head)
    level: list[tuple[int, ...]] = [(SOURCE,)]
    for _ in range(longest + 1):
        following: list[tuple[int, ...]] = []
        for path in level:
            for country in after.get(path[-1], []):
                if country == SINK and len(path) > 1:
                    yield (*path, SINK)
                elif country not in (SINK, *path):
                    following.append((*path, country))
        level = following


def at_most(arcs: Arcs, path: Sequence[int]) -> float:
    """The most that can have passed on one way alone."""
    return max_flow(arcs.between(list(pairwise(path))))
