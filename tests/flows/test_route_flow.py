"""Maximum flows in time: cases computed by hand, and the linear program as a second way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from umweg.flows.route_flow import SINK, SOURCE, Arcs, at_most, max_flow, paths, ranges

A, B = 2, 3


def arcs(*rows: tuple[int, int, int, float], lag: int = 1) -> Arcs:
    table = np.array(rows, float).reshape(-1, 4)
    ints = table[:, :3].astype(np.int64)
    return Arcs(ints[:, 0], ints[:, 1], ints[:, 2], table[:, 3], lag)


def test_the_smaller_leg_is_the_most() -> None:
    assert max_flow(arcs((SOURCE, A, 0, 100), (A, SINK, 0, 60))) == pytest.approx(60)
    assert max_flow(arcs((SOURCE, A, 0, 30), (A, SINK, 0, 60))) == pytest.approx(30)


def test_time_goes_forward_and_goods_wait_so_long() -> None:
    assert max_flow(arcs((SOURCE, A, 1, 100), (A, SINK, 0, 100))) == 0
    late = (SOURCE, A, 0, 100), (A, SINK, 2, 100)
    assert max_flow(arcs(*late, lag=1)) == 0
    assert max_flow(arcs(*late, lag=2)) == pytest.approx(100)


def test_two_hops_and_their_ranges() -> None:
    """100 enter A, 40 enter B. 50 leave A for the target, 80 go from A to B, 90 leave B.

    Into the target go at most 50 + 90 = 140, out of the coalition 100 + 40 = 140: all of it must
    move. So A to the target carries 50, A to B the other 50, B to the target 90.
    """
    net = arcs(
        (SOURCE, A, 0, 100), (SOURCE, B, 0, 40), (A, SINK, 0, 50), (A, B, 0, 80), (B, SINK, 0, 90)
    )
    found = max_flow(net)
    assert found == pytest.approx(140)
    got = ranges(net)
    for pair, value in {(A, SINK): 50, (A, B): 50, (B, SINK): 90, (SOURCE, A): 100}.items():
        assert got[pair].least == pytest.approx(value, rel=1e-5)
        assert got[pair].most == pytest.approx(value, rel=1e-5)


def test_one_flow_of_many() -> None:
    """100 may reach the target through A or B, each wide enough for all: nothing is certain."""
    net = arcs(
        (SOURCE, A, 0, 100), (A, SINK, 0, 100), (A, B, 0, 100), (B, SINK, 0, 100)
    )  # fmt: skip
    got = ranges(net)
    for pair in ((A, SINK), (A, B), (B, SINK)):
        assert (got[pair].least, got[pair].most) == (0, pytest.approx(100, rel=1e-5))
    assert got[SOURCE, A].least == pytest.approx(100, rel=1e-5)


def test_ways_and_what_each_alone_can_carry() -> None:
    net = arcs(
        (SOURCE, A, 0, 100), (A, SINK, 0, 10), (A, B, 1, 70), (B, SINK, 2, 30), (B, A, 2, 5), lag=1
    )
    found = {p: round(at_most(net, p)) for p in paths(net, 3)}
    assert found == {(SOURCE, A, SINK): 10, (SOURCE, A, B, SINK): 30}


def test_nothing_to_go_through() -> None:
    assert max_flow(arcs()) == 0
    assert list(paths(arcs(), 2)) == []
    # The direct flow is no detour: there is no way without a transit country.
    assert list(paths(arcs((SOURCE, SINK, 0, 5)), 2)) == []


@pytest.mark.parametrize("seed", range(20))
def test_against_a_linear_program(seed: int) -> None:
    """The same network written down as a linear program, one variable an edge."""
    rng = np.random.default_rng(seed)
    countries, periods = int(rng.integers(3, 7)), int(rng.integers(1, 6))
    rows = [
        (int(i), int(j), t, float(rng.integers(1, 100)))
        for i in range(countries)
        for j in range(countries)
        for t in range(periods)
        if i not in (j, SINK) and j != SOURCE and (i, j) != (SOURCE, SINK) and rng.random() < 0.4
    ]
    net = arcs(*rows, lag=int(rng.integers(0, 3)))
    found = max_flow(net)
    g = net.graph
    if not len(g.tail):
        assert found == 0
        return
    balance = np.zeros((g.nodes, len(g.tail)))
    balance[g.tail, np.arange(len(g.tail))] += 1
    balance[g.head, np.arange(len(g.tail))] -= 1
    solved = linprog(
        -(g.tail == SOURCE).astype(float),
        A_eq=balance[2:],
        b_eq=np.zeros(g.nodes - 2),
        bounds=np.stack([np.zeros(len(g.tail)), g.capacity], axis=1),
    )
    # Whole units of a billionth of all excess, rounded up on every arc.
    assert found == pytest.approx(-solved.fun, rel=1e-6)
    for pair, r in ranges(net).items():
        held = sum(c for (i, j, _, c) in rows if (i, j) == pair)
        assert -1e-6 <= r.least <= r.most + 1e-6 <= held + 1e-3
