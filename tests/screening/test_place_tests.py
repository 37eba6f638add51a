"""Truth tables of destination, route and corridor."""

from __future__ import annotations

from datetime import date

import pytest

from umweg.flows.result import BEFORE_MEASURE
from umweg.regime import Regime
from umweg.screening.facts import Facts
from umweg.screening.model import NotChecked, Reason, Trade
from umweg.screening.place_tests import corridor, destination, end_use, route
from umweg.screening.policy import Policy
from umweg.screening.signals import CorridorSignals

MARCH = date(2026, 3, 1)


def keys(test: object, line: Trade, facts: Facts) -> set[str]:
    return {f.key for f in test(line, facts) if isinstance(f, Reason)}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("place", "day", "expected"),
    [
        ("RUS", MARCH, {"destination-target"}),
        ("BLR", MARCH, {"destination-target"}),
        ("UA-43", MARCH, {"destination-occupied"}),
        ("UA-14", date(2022, 2, 22), set()),
        ("UA-14", date(2022, 2, 23), {"destination-occupied"}),  # Reg. (EU) 2022/263
        ("KAZ", MARCH, {"destination-customs-union", "destination-transit"}),
        ("KAZ", date(2022, 6, 27), {"destination-customs-union"}),  # named on 2022-06-28
        ("KGZ", date(2026, 4, 24), {
            "destination-ban", "destination-customs-union", "destination-transit"}),
        ("TUR", MARCH, {"destination-transit"}),
        ("VNM", MARCH, set()),
        ("FRA", MARCH, set()),
        ("JPN", MARCH, set()),
    ],
)  # fmt: skip
def test_what_the_destination_is(facts: Facts, place: str, day: date, expected: set[str]) -> None:
    assert keys(destination, Trade(destination=place, day=day), facts) == expected


def test_end_use_and_route(facts: Facts) -> None:
    line = Trade("854231", destination="TUR", end_use="RUS", route=("LVA", "RUS"), day=MARCH)
    assert keys(end_use, line, facts) == {"end-use-target"}
    assert keys(route, line, facts) == {"route-through-target"}
    straight = Trade("854231", destination="RUS", end_use="RUS", route=("RUS",), day=MARCH)
    assert keys(end_use, straight, facts) == keys(route, straight, facts) == set()


def _signal(code: str, verdict: str, status: str = "fired") -> dict[str, object]:
    return {
        "run_id": "scan-1", "target": "RUS", "transit": "KAZ", "code": code, "verdict": verdict,
        "signal": "surge", "status": status, "value": 6.0, "expected": 2.0, "missing": "months",
        "before": "2021-01..2021-11", "after": "2022-01..2022-11", "vintage": "test",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("85423190", {"corridor-alert"}),  # the code itself
        ("854231", {"corridor-alert"}),  # of the codes within it the strongest
        ("85423110", {"corridor-review"}),
        ("85423211", set()),  # clear: nothing to say
        ("85423999", set()),  # cannot-tell: not checked
        ("33030010", set()),  # not in the scan: not checked
    ],
)
def test_what_the_statistics_say(
    law: Regime, policy: Policy, code: str, expected: set[str]
) -> None:
    signals = CorridorSignals(
        [
            _signal("85423190", "alert"), _signal("85423110", "review"),
            _signal("85423211", "clear", "not-fired"), _signal("85423999", "cannot-tell"),
        ]
    )  # fmt: skip
    own = Facts(law, ("RUS",), policy, (), signals)
    line = Trade(code, destination="KAZ", day=MARCH)
    assert keys(corridor, line, own) == expected
    unchecked = [f for f in corridor(line, own) if isinstance(f, NotChecked)]
    assert bool(unchecked) == (code in ("85423999", "33030010"))


def test_a_corridor_around_its_own_measure_names_no_window(law: Regime, policy: Policy) -> None:
    row = {**_signal("85423190", "alert"), "before": BEFORE_MEASURE}
    own = Facts(law, ("RUS",), policy, (), CorridorSignals([row]))
    [found] = [
        f
        for f in corridor(Trade("85423190", destination="KAZ", day=MARCH), own)
        if isinstance(f, Reason)
    ]
    assert "before the measure of the goods against after it, up to 2022-11" in found.text
    assert found.date == "2022-11"


def test_without_a_saved_scan_the_next_step_is_named(facts: Facts) -> None:
    [found] = corridor(Trade("854231", destination="KAZ", day=MARCH), facts)
    assert isinstance(found, NotChecked)
    assert "umweg scan --save" in found.next_step
    assert not list(corridor(Trade("854231", destination="FRA", day=MARCH), facts))
