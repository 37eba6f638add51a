"""Random graphs: the cascade against a naive loop, the economic share against a linear solve."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parties.relations import holds, table
from umweg.parties.ownership import ownership
from umweg.regime import load

DAY = date(2026, 11, 1)
RULES = load().ownership_rules


def naive(edges: dict[tuple[int, int], float], listed: set[int], at_least: bool) -> set[int]:
    """The definition, word by word: repeat until nothing changes."""
    owned: set[int] = set()
    while True:
        totals: dict[int, float] = {}
        for (who, firm), share in edges.items():
            if who in listed or who in owned:
                totals[firm] = totals.get(firm, 0) + share
        new = {f for f, t in totals.items() if (t >= 50 if at_least else t > 50)} - listed
        if new == owned:
            return owned
        owned = new


def random_edges(rng: np.random.Generator, n: int, m: int) -> dict[tuple[int, int], float]:
    """Holdings of whole percents that leave every firm at most whole."""
    edges: dict[tuple[int, int], float] = {}
    left = np.full(n, 100)
    for who, firm in rng.integers(0, n, (m, 2)).tolist():
        if who != firm and (who, firm) not in edges and left[firm] > 0:
            share = int(rng.integers(1, left[firm] + 1))
            edges[who, firm] = share
            left[firm] -= share
    return edges


def rows_of(edges: dict[tuple[int, int], float]) -> list[Any]:
    return [holds(f"e{w}", f"e{f}", s) for (w, f), s in edges.items()]


@pytest.mark.parametrize("seed", range(60))
def test_cascade_against_the_naive_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    edges = random_edges(rng, n, 3 * n)
    listed = set(rng.choice(n, max(1, n // 8), replace=False).tolist())
    ids = {f"e{x}" for x in listed}
    for authority, at_least in (("ofac", True), ("eu", True)):
        found = ownership(table(*rows_of(edges)), ids, RULES[authority], DAY)
        owned = {int(i[1:]) for i, s in found.statuses.items() if s == "owned"}
        assert owned == naive(edges, listed, at_least)
    found = ownership(table(*rows_of(edges)), ids, RULES["uk"], DAY)
    owned = {int(i[1:]) for i, s in found.statuses.items() if s == "owned"}
    assert owned == set().union(*(naive(edges, {x}, False) for x in listed)) - listed


@pytest.mark.parametrize("seed", range(30))
def test_economic_share_against_a_linear_solve(seed: int) -> None:
    """x = b + Wx over the firms that are not listed, solved as it stands.

    The iteration stops at steps of 1e-12; a cycle keeps at most .99 of a share, so what is left
    is below 1e-10.
    """
    rng = np.random.default_rng(1000 + seed)
    n = int(rng.integers(3, 30))
    edges = {k: s * 0.99 for k, s in random_edges(rng, n, 3 * n).items()}
    listed = {0, 1}
    weights = np.zeros((n, n))
    for (who, firm), share in edges.items():
        weights[firm, who] = round(share * 1e6) / 1e8
    free = [i for i in range(n) if i not in listed]
    inner = weights[np.ix_(free, free)]
    outer = weights[np.ix_(free, sorted(listed))].sum(axis=1)
    x = np.linalg.solve(np.eye(len(free)) - inner, outer)
    found = ownership(table(*rows_of(edges)), {"e0", "e1"}, RULES["ofac"], DAY)
    for i, value in zip(free, x, strict=True):
        if f"e{i}" in found.statuses:
            answer = found.of(f"e{i}")
            assert answer.economic_low == pytest.approx(100 * value, abs=1e-5)
            assert answer.economic_low == answer.economic_high


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bounds_hold_for_every_share_within_them(data: st.DataObject) -> None:
    """Small graphs with two unknown shares, each tried at 11 values: a firm called owned is owned
    for all of them, one called not owned for none; the sums lie in the interval."""
    n = data.draw(st.integers(3, 6))
    seed = data.draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    edges = random_edges(rng, n, 3 * n)
    if len(edges) < 2:
        return
    picked = [list(edges)[int(i)] for i in rng.choice(len(edges), 2, replace=False)]
    low = {k: float(rng.integers(0, 101)) for k in picked}
    high = {k: float(rng.integers(low[k], 101)) for k in picked}
    rows = [
        holds(f"e{w}", f"e{f}", low.get((w, f), s), high.get((w, f), s))
        for (w, f), s in edges.items()
    ]
    found = ownership(table(*rows), {"e0"}, RULES["ofac"], DAY)
    for shares in product(*(np.linspace(low[k], high[k], 11).round(6) for k in picked)):
        world = {**edges, **dict(zip(picked, shares, strict=True))}
        totals: dict[int, float] = {}
        for (_, firm), share in world.items():
            totals[firm] = totals.get(firm, 0) + share
        if any(t > 100 for t in totals.values()):
            continue  # no such world: a firm has no more than a hundred percent
        owned = naive(world, {0}, True)
        for entity, status in found.statuses.items():
            number = int(entity[1:])
            if status == "owned":
                assert number in owned
            elif status == "not-owned":
                assert number not in owned
