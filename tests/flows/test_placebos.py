"""What ranks are taken among: a panel as it stood earlier, and the odds of a country."""

import numpy as np
import pytest

from umweg.flows.placebos import PRIOR_CELLS, country_odds, joined_p


def test_a_country_with_many_alarms_has_better_odds_and_no_cell_speaks_for_itself() -> None:
    score = np.zeros((2, 100))
    score[0, :10] = 9.0
    tested = np.ones(score.shape, bool)
    odds = country_odds(score, tested, np.linspace(0, 5, 100))
    # Ten of 200 are striking. A quiet cell of the first country sees 10 of 99 others, a striking
    # one 9; every country is credited with 30 cells at the mean rate of 5 %.
    rate = 0.05
    quiet = np.log((10 + PRIOR_CELLS * rate) / (99 + PRIOR_CELLS) / rate)
    striking = np.log((9 + PRIOR_CELLS * rate) / (99 + PRIOR_CELLS) / rate)
    assert odds[0, 50] == pytest.approx(quiet)
    assert odds[0, 0] == pytest.approx(striking)
    assert (odds[1] < 0).all()


def test_without_placebos_there_are_no_odds() -> None:
    score = np.ones((2, 3))
    assert not country_odds(score, np.ones(score.shape, bool), np.array([])).any()


def test_a_quiet_past_does_not_make_a_high_score_rarer() -> None:
    goods = np.arange(1.0, 101.0)
    scores = np.array([90.5, 1.0])
    # Ten of 100 goods score 90.5 or more: p = 11/101. A hundred quiet placebos more alone would
    # make it 11/201; the share of high scores, 5 % of the goods and 2.5 % of both, doubles it.
    p = joined_p(scores, goods, np.zeros(100))
    assert p[0] == pytest.approx(2 * 11 / 201)
    assert p[1] == 1.0
    # A past that is as loud adds ranks and changes no level.
    assert joined_p(scores, goods, goods)[0] == pytest.approx(21 / 201)
    assert joined_p(scores, goods, np.array([]))[0] == pytest.approx(11 / 101)
