"""The chance of a detour against arithmetic; volumes of a small world against their bounds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm
from scipy.stats import t as student

from umweg.flows.detector import FAKE_DATES, Detection, detect
from umweg.flows.file_tables import read_tables
from umweg.flows.panel_files import file_panel
from umweg.flows.placebos import earlier
from umweg.flows.policy import load_policy
from umweg.flows.volumes import (
    LEAST_BEFORE_USD,
    Amounts,
    _joined,
    chance_of_detour,
    volumes_of,
)
from umweg.store.engine import DuckDBEngine
from umweg.validation.families import FAMILIES
from umweg.validation.worlds import make_world

ALARMS = np.exp(np.array([13.0, 14.0, 15.0, 16.0, 17.0]))
BEFORE = 1e6
RATIOS = np.exp(np.arange(-8.0, 11.0))
"""Of the misses: what they amount to over the flow before."""


def amounts(usd: np.ndarray, q: float | np.ndarray) -> Amounts:
    n = len(usd)
    return Amounts(usd, np.full(n, BEFORE - LEAST_BEFORE_USD), np.broadcast_to(q, n))


MISSES = amounts(RATIOS * BEFORE, 0.3)


def test_chance_of_a_detour_is_that_of_two_groups() -> None:
    # Logs of the alarms: median 15, median deviation 1, scale 1.4826. Of the misses over the flow
    # before, −8 to 10: median 1, median deviation 5, scale 7.413.
    f1 = norm.pdf((15.0 - 15) / 1.4826) / 1.4826
    f0 = student.pdf((15.0 - np.log(BEFORE) - 1) / 7.413, 4) / 7.413
    # The local rate is twice that of all with as much evidence: 0.2 for a q of 0.1.
    expected = 0.8 * f1 / (0.8 * f1 + 0.2 * f0)
    found = chance_of_detour(amounts(np.array([np.exp(15.0)]), 0.1), ALARMS, MISSES)
    assert found[0] == pytest.approx(expected)


def test_an_alarm_far_above_all_others_counts_for_little() -> None:
    # 1,500 times the median alarm: 4.9 scales of theirs, 1.0 of the misses'.
    found = chance_of_detour(amounts(np.exp(np.array([15.0, 22.3])), 0.1), ALARMS, MISSES)
    assert found[0] > 0.95
    assert found[1] < 0.01


def test_the_usual_rise_of_a_large_flow_is_likelier_by_chance_than_out_of_little() -> None:
    narrow = amounts(np.exp(np.linspace(-0.5, 0.5, 19)) * BEFORE, 0.3)
    usd = np.full(2, np.exp(15.0))
    large, small = chance_of_detour(
        Amounts(usd, np.array([usd[0], 1e4]), np.full(2, 0.1)), ALARMS, narrow
    )
    assert large < small


def test_with_few_alarms_the_false_discovery_rate_stands_alone() -> None:
    asked = amounts(np.array([1e6, 1e9]), np.array([0.1, np.nan]))
    assert chance_of_detour(asked, ALARMS[:3], MISSES).tolist() == [0.8, 0.0]


def test_two_measurements_join_to_their_geometric_mean_unless_they_disagree() -> None:
    # 4 and 9: the mean of 6 is half more than the smaller. 4 and 16: 8 would be twice the smaller.
    assert _joined(np.array([4.0, 4.0]), np.array([9.0, 16.0])).tolist() == [6.0, 6.0]
    assert _joined(np.array([0.0]), np.array([9.0])).tolist() == [0.0]


@given(
    usd=arrays(np.float64, 6, elements=st.floats(0, 1e12)),
    q=arrays(np.float64, 6, elements=st.floats(0, 1)),
    alarms=arrays(np.float64, 8, elements=st.floats(0, 1e12)),
    missed=arrays(np.float64, 20, elements=st.floats(0, 1e12)),
)
@settings(max_examples=60, deadline=None)
def test_a_chance_lies_between_nothing_and_certainty(
    usd: np.ndarray, q: np.ndarray, alarms: np.ndarray, missed: np.ndarray
) -> None:
    found = chance_of_detour(amounts(usd, q), alarms, amounts(missed, 0.3))
    assert ((found >= 0) & (found <= 1)).all()


@pytest.fixture(scope="module")
def found() -> Detection:
    small = replace(
        FAMILIES["base"], coalition=2, transit=6, neutral=4, codes=90, months=48, measure=27,
        revision=24, planted=8, size=300_000, size_sd=0.4, two_hop=0.0, decoys=0.02,
    )  # fmt: skip
    world = make_world(small, 5)
    tables = read_tables(
        DuckDBEngine(threads=1), world.flows, world.goods, world.roles, world.concordance
    )
    return detect(file_panel(tables, load_policy().tau).panel)


def test_the_panel_as_it_stood_a_year_before_the_measures(found: Detection) -> None:
    panel = found.panel
    past = earlier(panel)
    assert past is not None
    # The first measure comes in month 27: figures end three months before, and the fake measure
    # lies a year before that.
    assert panel.measure[panel.restricted].min() == 27
    assert past.shape[2] == 24
    assert set(past.measure[past.restricted].tolist()) == {12}
    assert found.n_placebos > found.placebo.sum()
    assert found.placebos.endswith(FAKE_DATES)


def test_volumes_lie_in_their_bounds_and_depend_on_no_other_cell_asked_for(
    found: Detection,
) -> None:
    # Every tested cell, flagged or not.
    places, units = np.nonzero(found.tested)
    v = volumes_of(found, places, units, load_policy().volume)
    assert (v.lower >= 0).all()
    assert (v.lower <= v.central).all()
    assert (v.central <= v.upper).all()
    assert v.onward + v.ghost == pytest.approx(v.central)
    one = volumes_of(found, places[3:4], units[3:4], load_policy().volume)
    assert one.central[0] == pytest.approx(v.central[3])
