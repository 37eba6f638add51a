"""The triple difference as a Poisson regression: rows, the fit against our own, the time guard."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from umweg.errors import UsageError
from umweg.flows import confirmation, ppml
from umweg.flows.confirmation import CODES, HEADINGS, Rows, confirm, fit_guarded, interval, rows_of
from umweg.flows.panel import Panel
from umweg.flows.policy import ConfirmationPolicy, load_policy

POLICY = ConfirmationPolicy(seconds=60, max_rows=100_000, min_pairs=2)
MONTHS = 48
DATE = 24


def invented(
    seed: int = 1, factor: float = 1.0, places: int = 8, units: int = 40, level: float = 30.0
) -> Panel:
    """Poisson draws whose means are products of the three kinds of effects and, after month 24, of
    `factor` for the restricted goods (every fourth) of the first place, the one transit country."""
    rng = np.random.default_rng(seed)
    restricted = np.arange(units) % 4 == 0
    after = np.arange(MONTHS) >= DATE
    mean = level * (
        rng.gamma(1.0, 1.0, (places, units, 1))
        * rng.gamma(20.0, 1 / 20, (places, 1, MONTHS))
        * rng.gamma(20.0, 1 / 20, (1, units, MONTHS))
    )
    # A shock to the restricted goods everywhere, and a boom of the country in everything.
    mean[:, restricted] *= np.where(after, 2.0, 1.0)
    mean[0] *= np.where(after, 3.0, 1.0)
    mean[0, restricted] *= np.where(after, factor, 1.0)
    usd = rng.poisson(mean).astype(np.float32)
    nothing = np.zeros_like(usd)
    return Panel(
        target="ZZT",
        places=tuple(f"P{i:02}" for i in range(places)),
        transit=np.arange(places) == 0,
        units=tuple(f"U{k:02}" for k in range(units)),
        heading=np.arange(units) // 2,
        restricted=restricted,
        measure=np.where(restricted, DATE, -1),
        months=tuple(f"{2020 + m // 12}-{m % 12 + 1:02}" for m in range(MONTHS)),
        sent=usd, both_sent=usd, both_arrived=usd, arrived=usd, onward=nothing, supply=nothing,
        other_in=nothing, from_transit=nothing, to_transit=nothing, direct=nothing[0],
        publishes_exports=np.ones((places, MONTHS), bool),
        publishes_imports=np.ones((places, MONTHS), bool),
        sent_known=np.ones(MONTHS, bool),
    )  # fmt: skip


def rows(panel: Panel, level: str = CODES, fewest: float = 1) -> Rows:
    found = rows_of(panel, 0, "inbound", level, fewest)
    assert isinstance(found, Rows), found
    return found


def test_rows_are_all_cells_and_the_country_after_its_measure_is_treated() -> None:
    found = rows(invented(level=500))
    # Half-years around month 24 without three months each side: [0,3) is short of half a year but
    # long enough to count, [3,9), [9,15), [15,21) before; [27,33), [33,39), [39,45), [45,48) after.
    assert len(found.columns["usd"]) == 8 * 40 * 8
    assert found.columns["treated"].sum() == 10 * 4
    assert (found.pairs, found.countries) == (8 * 20, 8)
    # Ten headings of unlike size: fewer by weight.
    assert 1 < found.pairs_effective < 10


def test_goods_of_another_day_are_left_out_around_it() -> None:
    panel = invented(level=500)
    later = np.where(np.arange(40) == 0, 30, panel.measure)
    found = rows(replace(panel, measure=later))
    # Month 30 with three months on each side: [27,33) is neither, three half-years are after.
    # The other good of the day stays: the common half-years are those of the most frequent day.
    assert len(found.columns["usd"]) == 8 * 40 * 8 - 8
    assert found.columns["treated"].sum() == 9 * 4 + 3


def test_headings_sum_what_is_restricted_apart_from_what_is_not() -> None:
    panel = invented(level=500)
    by_code, by_heading = rows(panel), rows(panel, HEADINGS)
    # 20 headings of two goods; in ten of them one of the two is restricted.
    assert len(by_heading.columns["usd"]) == 8 * 30 * 8
    assert by_heading.columns["usd"].sum() == pytest.approx(by_code.columns["usd"].sum())


def test_what_is_never_traded_is_dropped_and_counted() -> None:
    panel = invented(level=500)
    panel.sent[3] = 0
    panel.sent[:, 5] = 0
    panel.sent[2, 7] = 0
    found = rows(panel)
    assert len(found.columns["usd"]) == (7 * 39 - 1) * 8
    assert found.dropped == 8 * 40 * 8 - (7 * 39 - 1) * 8
    assert found.countries == 7


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.sent.__setitem__((0, p.restricted), 0), "before and after their measure"),
        (lambda p: p.sent.__setitem__((0, ~p.restricted), 0), "unrestricted goods"),
        (lambda p: p.sent.__setitem__(slice(2, None), 0), "neutral countries"),
        (lambda p: p.measure.__setitem__(slice(None), -1), "no good has a measure"),
        (lambda p: p.sent.__setitem__(slice(None), 0), "before and after their measure"),
    ],
)
def test_a_panel_that_can_tell_nothing_says_why(spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    panel = invented(level=500)
    spoil(panel)
    found = rows_of(panel, 0, "inbound", CODES, 1)
    assert isinstance(found, str)
    assert said in found


def test_few_headings_are_named() -> None:
    found = confirm(invented(level=500), 0, POLICY.model_copy(update={"min_pairs": 11.0}))
    assert found[0].missing[0].startswith("headings that carry the restricted goods on this leg: ")
    assert found[0].growth is None


def test_the_time_guard_ends_the_fit_and_names_what_was_tried() -> None:
    # No interpreter starts within a millisecond.
    found = confirm(invented(level=500), 0, POLICY.model_copy(update={"seconds": 0.001}))[0]
    assert found.growth is None
    assert found.missing == ("codes: no result in 0.001 s", "headings: no result in 0.001 s")


def test_too_many_rows_are_no_fit() -> None:
    found = confirm(invented(level=500), 0, POLICY.model_copy(update={"max_rows": 100}))[0]
    assert found.missing == (
        "codes: 2,560 rows are more than the limit of 100",
        "headings: 1,920 rows are more than the limit of 100",
    )


def test_a_process_that_breaks_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert fit_guarded({"usd": np.ones(3)}, 5) == {
        "failed": "the fit ended without a result: exit code 1"
    }
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "could not be started" in fit_guarded({"usd": np.ones(3)}, 5)["failed"]


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(confirmation, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="econ") as caught:
        confirmation.require_method("ppml")
    assert "umweg[econ]" in str(caught.value.next_step)


def test_the_interval_is_students() -> None:
    # t of 0.975 with 4 degrees of freedom is 2.776 (any table); 0.5 ± 2.776 × 0.1 on the log scale.
    low, high, p = interval(0.5, 0.1, 5)
    assert low == pytest.approx(np.exp(0.5 - 0.2776) - 1, abs=1e-4)
    assert high == pytest.approx(np.exp(0.5 + 0.2776) - 1, abs=1e-4)
    # At the edge of the interval p is .05.
    assert interval(0.27764, 0.1, 5)[2] == pytest.approx(0.05, abs=1e-4)
    assert p < 0.01
    # An error that says nothing gives ends that say nothing, not a broken scan.
    assert interval(0.0, 500.0, 2)[1] > 1e300


def test_headings_count_by_weight() -> None:
    panel = invented(level=500)
    panel.sent[0, panel.restricted] = 0
    panel.sent[0, : 2 * 4 : 4] = 3.0
    # Goods 0 and 4, in the headings 0 and 2, alike: two by weight; one three times the other:
    # 16 / (9 + 1) = 1.6.
    assert rows(panel).pairs_effective == pytest.approx(2)
    panel.sent[0, 4] = 1.0
    assert rows(panel).pairs_effective == pytest.approx(1.6)


def test_the_packaged_policy_has_limits() -> None:
    assert load_policy().confirmation.seconds > 0


def newton(found: Rows) -> float:
    """The effect by Newton's method with a column for every fixed effect: nothing of pyfixest's."""
    c = found.columns
    dummies = [c["treated"][:, None]]
    for name in ("place_unit", "place_time", "unit_time"):
        dummies.append((c[name][:, None] == np.unique(c[name])[None, :]).astype(float))
    x, y = np.hstack(dummies), c["usd"]
    beta = np.linalg.lstsq(x, np.log(y + 1), rcond=None)[0]
    for _ in range(50):
        mu = np.exp(x @ beta)
        # The columns are collinear (each set sums to one): least squares of the least norm.
        step = np.linalg.lstsq(x * np.sqrt(mu)[:, None], (y - mu) / np.sqrt(mu), rcond=1e-10)[0]
        beta = beta + step
    return float(beta[0])


def test_the_effect_is_that_of_a_regression_with_dummies() -> None:
    pytest.importorskip("pyfixest", reason="the extra 'econ' is not installed")
    found = rows(invented(factor=1.7, places=4, units=12))
    # Both stop where the deviance no longer moves (1e-8): the effect is then good to 1e-4.
    assert ppml.fit(found.columns)["effect"] == pytest.approx(newton(found), abs=1e-4)


def test_a_planted_factor_lies_in_the_interval() -> None:
    pytest.importorskip("pyfixest", reason="the extra 'econ' is not installed")
    truth = np.log(1.8)
    read = [rows(invented(seed, factor=1.8)) for seed in range(30)]
    fits = [ppml.fit(r.columns) for r in read]
    ends = [
        interval(f["effect"], f["error"]["pair"], r.pairs_effective)
        for f, r in zip(fits, read, strict=True)
    ]
    held = [low <= np.expm1(truth) <= high for low, high, _ in ends]
    # 95 % intervals of 30 worlds: fewer than 25 happens once in 300 times (binomial).
    assert sum(held) >= 25
    # The mean of thirty estimates, at four standard errors: their deviation is .02, so .004 each.
    assert np.mean([f["effect"] for f in fits]) == pytest.approx(truth, abs=0.015)


def test_the_whole_way_through_the_process() -> None:
    pytest.importorskip("pyfixest", reason="the extra 'econ' is not installed")
    inbound, onward = confirm(invented(factor=1.8), 0, POLICY)
    assert inbound.level == CODES
    assert inbound.growth is not None
    assert inbound.low is not None
    assert inbound.high is not None
    assert 0 < inbound.low < inbound.growth < inbound.high
    assert inbound.observations + inbound.dropped == 8 * 40 * 8
    assert onward.missing == ("restricted goods on this leg both before and after their measure",)
