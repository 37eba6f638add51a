"""Five thousand routes through twenty transit countries, and one linear program a route beside it.

    python benchmarks/routes_speed.py [--routes N]

An invented network of 24 periods in which goods may wait for three. Each route is the maximum flow
on one way of up to three transit countries; the least and the most of every leg comes on top.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice, pairwise

import numpy as np
from scipy.optimize import linprog

from umweg.flows.route_flow import SINK, SOURCE, Arcs, at_most, max_flow, paths, ranges

COUNTRIES, PERIODS, LAG = 20, 24, 3


def network(seed: int = 1) -> Arcs:
    """Excess on two thirds of all pairs and periods."""
    rng = np.random.default_rng(seed)
    rows = [
        (i, j, t, rng.lognormal(11, 1.5))
        for i in (SOURCE, *range(2, 2 + COUNTRIES))
        for j in (SINK, *range(2, 2 + COUNTRIES))
        for t in range(PERIODS)
        if i != j and (i, j) != (SOURCE, SINK) and rng.random() < 2 / 3
    ]
    table = np.array(rows)
    ints = table[:, :3].astype(np.int64)
    return Arcs(ints[:, 0], ints[:, 1], ints[:, 2], table[:, 3], LAG)


def program(arcs: Arcs) -> float:
    """The same maximum as a linear program."""
    g = arcs.graph
    if not len(g.tail):
        return 0.0
    balance = np.zeros((g.nodes, len(g.tail)))
    balance[g.tail, np.arange(len(g.tail))] += 1
    balance[g.head, np.arange(len(g.tail))] -= 1
    scale = g.capacity.max()
    solved = linprog(
        -(g.tail == SOURCE).astype(float),
        A_eq=balance[2:],
        b_eq=np.zeros(g.nodes - 2),
        bounds=np.stack([np.zeros(len(g.tail)), g.capacity / scale], axis=1),
    )
    return float(-solved.fun * scale)


def main() -> None:
    """Print seconds and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--routes", type=int, default=5_000)
    wanted = parser.parse_args().routes
    net = network()
    ways = list(islice(paths(net, 3), wanted))
    start = time.perf_counter()
    found = [at_most(net, w) for w in ways]
    fast = time.perf_counter() - start
    print(f"{len(ways):,} routes in {fast:.1f} s: {1000 * fast / len(ways):.2f} ms a route")
    few = ways[:: max(1, len(ways) // 50)]
    start = time.perf_counter()
    solved = [program(net.between(list(pairwise(w)))) for w in few]
    slow = time.perf_counter() - start
    ratio = (slow / len(few)) / (fast / len(ways))
    worst = max(
        abs(a - b) / max(b, 1.0)
        for a, b in zip((found[ways.index(w)] for w in few), solved, strict=True)
    )
    print(f"linear program: {ratio:.1f} times slower; largest relative difference {worst:.1e}")
    start = time.perf_counter()
    maximum = max_flow(net)
    print(f"maximum flow of all {len(net.tail):,} arcs: {time.perf_counter() - start:.2f} s")
    part = net.between([p for p in net.pairs if max(p) < 10])
    start = time.perf_counter()
    legs = ranges(part)
    print(f"least and most of {len(legs)} legs of 8 countries: {time.perf_counter() - start:.1f} s")
    print(f"maximum {maximum:,.0f}")


if __name__ == "__main__":
    main()
