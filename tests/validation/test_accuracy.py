"""The measures, against published examples, arithmetic and brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umweg.validation.accuracy import (
    Confusion,
    Rate,
    auc,
    average_precision,
    best_f1,
    bootstrap_f1,
    recall_at,
    recall_at_cut,
)


def test_wilson_interval() -> None:
    """Newcombe (1998), Stat. Med. 17, 857-872, table I, method 3: 81/263, 15/148, 0/20, 1/29."""
    for hits, of, low, high in [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:  # fmt: skip
        rate = Rate(hits, of)
        # Four published decimals.
        assert rate.low == pytest.approx(low, abs=5e-5)
        assert rate.high == pytest.approx(high, abs=5e-5)
    assert Rate(0, 0).value is None
    assert Rate(0, 0).low is None


def test_confusion_by_hand() -> None:
    scores, labels = np.array([0.9, 0.7, 0.6, 0.8, 0.1]), np.array([True, True, True, False, False])
    c = Confusion.at(scores, labels, 0.7)  # .7 itself is a match
    assert (c.tp, c.fp, c.fn, c.tn) == (2, 1, 1, 1)
    assert c.f1 == pytest.approx(4 / 6)  # 2·2 / (2·2 + 1 + 1)
    assert (c.precision.value, c.recall.value, c.right.value) == (2 / 3, 2 / 3, 3 / 5)


def test_area_and_average_precision_of_the_textbook() -> None:
    """The example of scikit-learn's roc_auc_score and average_precision_score: .75 and .83."""
    labels, scores = np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8])
    assert auc(scores, labels) == pytest.approx(0.75)
    # Thresholds .8: recall 1/2, precision 1; .35: recall 1, precision 2/3. 1/2 + 1/2·2/3.
    assert average_precision(scores, labels) == pytest.approx(5 / 6)


@given(
    st.lists(
        st.tuples(st.integers(0, 5).map(lambda n: n / 5), st.booleans()), min_size=1, max_size=40
    )
)
def test_measures_against_brute_force(pairs: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([s for s, _ in pairs]), np.array([x for _, x in pairs])
    wins = [
        1.0 if p > n else 0.5 if p == n else 0.0 for p in scores[labels] for n in scores[~labels]
    ]
    area = auc(scores, labels)
    assert (area is None) == (not wins)
    if wins:
        assert area == pytest.approx(float(np.mean(wins)))
    best = best_f1(scores, labels)
    every = [Confusion.at(scores, labels, t).f1 or 0.0 for t in {*scores.tolist(), 2.0}]
    assert (best[0] if best else 0.0) == pytest.approx(max(every))
    if best:
        assert Confusion.at(scores, labels, best[1]).f1 == pytest.approx(best[0])
        assert 0 < (average_precision(scores, labels) or 0) <= 1 + 1e-12


def test_one_false_hit_in_a_thousand() -> None:
    """2,000 shuffled scores 1..2000: at most two may exceed the cut, so it is 1998."""
    shuffled = np.arange(1.0, 2001.0)
    rate = recall_at_cut(np.array([1998.0, 1998.5, 3000.0]), shuffled)
    assert rate is not None
    assert (rate.hits, rate.of) == (2, 3)
    assert recall_at_cut(np.array([1.0]), np.arange(999.0)) is None  # too few to tell


def test_rank_counts_ties_against_the_match() -> None:
    positives = np.array([0.9, 0.5])
    others = np.array([[0.9, 0.1], [0.4, np.nan]])
    assert recall_at(positives, others, 1).value == 0.5
    assert recall_at(positives, others, 2).value == 1.0


def test_the_bootstrap_holds_the_measured_f1() -> None:
    rng = np.random.default_rng(1)
    labels = rng.random(400) < 0.5
    scores = np.where(labels, 0.6, 0.4) + rng.normal(0, 0.15, 400)
    f1 = Confusion.at(scores, labels, 0.5).f1
    interval = bootstrap_f1(scores, labels, 0.5, seed=1)
    assert f1 is not None
    assert interval is not None
    assert interval[0] < f1 < interval[1]
    # Of 400 pairs, about ±.04: the standard error of a share of .75 is .02.
    assert 0.04 < interval[1] - interval[0] < 0.12
