"""Ten million shipments followed, first in, first out; a Python loop over a hundredth beside it.

python benchmarks/trace_speed.py [--shipments N]
"""

from __future__ import annotations

import argparse
import time
from collections import deque

import numpy as np

from umweg.flows.fifo import NOBODY, Movements, follow


def movements(size: int, seed: int = 1) -> Movements:
    """Invented shipments of four years: arrivals, departures to the target and elsewhere."""
    rng = np.random.default_rng(seed)
    firm = rng.integers(0, max(1, size // 50), size)
    start = rng.random(size) < 0.4
    other = ~start & (rng.random(size) < 0.2)
    end = ~start & ~other & (rng.random(size) < 0.5)
    return Movements(
        rng.integers(0, 1461, size),
        rng.lognormal(5, 1, size),
        np.where(start | other, NOBODY, firm),
        np.where(start | other, firm, NOBODY),
        start,
        end,
    )


def plain(moves: Movements, expiry: int) -> float:
    """The same with a queue of lots for each firm, in Python."""
    queues: dict[int, deque[list[float]]] = {}
    passed = 0.0
    rows = zip(*(c.tolist() for c in (moves.day, moves.kg, moves.giver, moves.taker)), strict=True)
    for (day, kg, giver, taker), start, end in zip(rows, moves.start, moves.end, strict=True):
        if taker >= 0:
            queues.setdefault(taker, deque()).append([day, kg, start])
        elif giver >= 0:
            queue, need = queues.get(giver, deque()), kg
            while need > 0 and queue:
                lot = queue[0]
                if day - lot[0] <= expiry:
                    taken = min(need, lot[1])
                    lot[1] -= taken
                    need -= taken
                    passed += taken if lot[2] and end else 0.0
                if day - lot[0] > expiry or lot[1] <= 0:
                    queue.popleft()
    return passed


def main() -> None:
    """Print shipments a second, sorting included, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shipments", type=int, default=10_000_000)
    size = parser.parse_args().shipments
    firms = max(1, size // 50)
    small = movements(size // 100)
    follow(small.ordered()[0], firms, 180)  # compiles the loop
    moves = movements(size)
    begin = time.perf_counter()
    ordered, _ = moves.ordered()
    found = follow(ordered, firms, 180)
    fast = time.perf_counter() - begin
    print(f"{size:,} shipments in {fast:.2f} s: {size / fast / 1e6:.2f} million a second")
    print(f"{found.kg[ordered.end].sum():,.0f} kg passed")
    begin = time.perf_counter()
    ordered, _ = small.ordered()
    passed = plain(ordered, 180)
    slow = time.perf_counter() - begin
    same = follow(ordered, firms, 180).kg[ordered.end].sum()
    ratio = (size / fast) / (len(small.day) / slow)
    print(f"Python loop: {ratio:.1f} times slower; both passed {passed:,.0f} and {same:,.0f} kg")


if __name__ == "__main__":
    main()
