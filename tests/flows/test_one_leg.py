"""False alarms of one leg: what is expected of them, against what happens where it is known."""

import numpy as np
import pytest

from umweg.flows.evidence_of_legs import Agreement
from umweg.flows.one_leg import Sized, one_leg_p
from umweg.flows.stats import Array, placebo_p
from umweg.flows.two_legs import LEGS, PATHS, Cells, Scoring, saturated

SCORING = Scoring(frozenset({"onward"}), (Agreement(0.0, None),) * len(PATHS))
REAL = 6.0
"""Evidence that a real rise adds: e⁻⁶ is a rank of one in four hundred."""


def cells(first: Array, second: Array) -> Sized:
    """Cells with an inbound and an onward leg, both excesses positive, all of one size."""
    n = len(first)
    evidence = np.full((len(LEGS), n), np.nan)
    evidence[LEGS.index("inbound")] = saturated(first)
    evidence[LEGS.index("onward")] = saturated(second)
    return Sized(
        Cells(evidence, np.ones((len(LEGS), n))),
        np.zeros(n),
        np.zeros(n, np.int64),
        np.ones(n),
        np.ones(n),
    )


def scores(x: Sized) -> Array:
    return SCORING.score(x.cells, x.cells)[0]


def null(rng: np.random.Generator, n: int) -> Array:
    """−ln p of a leg without a rise: p is uniform."""
    return rng.exponential(1.0, n)


@pytest.mark.parametrize("on_first", [True, False])
def test_false_alarms_of_one_leg_are_expected_as_often_as_they_happen(on_first: bool) -> None:
    rng = np.random.default_rng(1)
    placebo = cells(null(rng, 4000), null(rng, 4000))
    rise = np.where(np.arange(4000) < 400, REAL, 0.0)  # one cell in ten rises on one leg
    legs = (rise + null(rng, 4000), null(rng, 4000))
    tested = cells(*(legs if on_first else legs[::-1]))
    score = scores(tested)
    expected = 4000 * (
        placebo_p(score, scores(placebo)) + one_leg_p(tested, score, placebo, SCORING)
    )
    # Nothing is a detour, so the number of cells that score as much as the k-th is k. At k = 100
    # one standard deviation of a count is 10; both the count and its estimate vary.
    for k in (50, 100, 200):
        at = np.argsort(-score)[k - 1]
        assert expected[at] == pytest.approx(k, abs=3 * (2 * k) ** 0.5)
    # Placebos alone expect far fewer.
    at = np.argsort(-score)[99]
    assert 4000 * placebo_p(score, scores(placebo))[at] < 35


def test_without_rises_on_one_leg_next_to_nothing_is_added() -> None:
    rng = np.random.default_rng(2)
    placebo = cells(null(rng, 4000), null(rng, 4000))
    tested = cells(null(rng, 2000), null(rng, 2000))
    score = scores(tested)
    added = one_leg_p(tested, score, placebo, SCORING)
    at = np.argsort(-score)[19]
    # Twenty of 2,000 score as much by chance of both legs, p = .01; what is added is an excess
    # over what is expected, whose standard deviation is some √20 of 2,000.
    assert added[at] <= 3 * 20**0.5 / 2000


def test_detours_do_not_count_as_rises_on_one_leg() -> None:
    rng = np.random.default_rng(3)
    placebo = cells(null(rng, 4000), null(rng, 4000))
    both = np.where(np.arange(2000) < 100, REAL, 0.0)
    tested = cells(both + null(rng, 2000), both + null(rng, 2000))
    score = scores(tested)
    p = placebo_p(score, scores(placebo)) + one_leg_p(tested, score, placebo, SCORING)
    # Both legs beyond the saturation: the least that all but the weakest ten detours score. Of
    # 1,900 others .2 are expected there (Gamma of shape 2 above 9), and none of one leg.
    at = np.argsort(-score)[89]
    assert 2000 * p[at] < 10


def test_a_score_of_a_cell_is_that_of_its_best_path() -> None:
    evidence = np.array([[3.0], [1.0], [2.0], [np.nan], [4.0]])
    two = Cells(evidence, np.ones((5, 1)))
    every = Scoring(frozenset({"onward", "gap", "to_transit"}), (Agreement(0.0, None),) * 4)
    # inbound + onward 4, inbound + gap 5, from_transit + onward 4 + 1 − 1.5.
    score, path = every.score(two, two)
    assert (score[0], path[0]) == (5.0, 1)
    score, path = Scoring(frozenset(), ()).score(two, two)
    assert (score[0], path[0]) == (3.0, 0)
    nothing = Cells(np.full((5, 1), np.nan), np.ones((5, 1)))
    assert np.isnan(every.score(nothing, nothing)[0][0])
