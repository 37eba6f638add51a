"""Truth tables of the goods tests, on a law of a few lines whose answers can be read off."""

from __future__ import annotations

import inspect
from datetime import date
from pathlib import Path

import pytest

from umweg.regime import Regime, goods_list_from_csv
from umweg.screening.facts import Facts
from umweg.screening.flags import FLAGS
from umweg.screening.goods_tests import contract_clause, control_number, goods_on_a_list, readable
from umweg.screening.model import Reason, Trade
from umweg.screening.party_tests import listed_parties
from umweg.screening.policy import Policy
from umweg.screening.trade_tests import TRADE_TESTS

LIST = """code,from,wind_down_until,price_threshold_eur,partial_code,strength,date_quality
482010,2026-02-01,,,,,
482020,2026-02-01,2026-05-01,,,,
482030,2026-02-01,,300,,,
482040,2026-02-01,,,1,,
482050,2026-02-01,,,,may_be_controlled,
482090,2026-02-01,,,,,lower-bound
"""


@pytest.fixture(scope="module")
def own(law: Regime, policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    path = tmp_path_factory.mktemp("law") / "own.csv"
    path.write_text(LIST, "utf-8")
    goods_list = goods_list_from_csv(path, target="RUS", complete_until=date(2027, 1, 1))
    return Facts(law, ("RUS",), policy, (goods_list,))


def keys(test: object, line: Trade, facts: Facts) -> set[str]:
    return {f.key for f in test(line, facts) if isinstance(f, Reason)}  # type: ignore[operator]


MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("code", "day", "contract", "price", "key"),
    [
        ("482010", MARCH, None, None, "goods-prohibited"),
        ("482010", date(2026, 1, 31), None, None, ""),  # the day before
        ("482010", date(2026, 2, 1), None, None, "goods-prohibited"),  # the first day
        ("482020", MARCH, None, None, "goods-wind-down-unknown"),
        ("482020", MARCH, date(2026, 1, 31), None, "goods-wind-down"),
        ("482020", MARCH, date(2026, 2, 1), None, "goods-prohibited"),
        ("482020", date(2026, 5, 1), date(2026, 1, 1), None, "goods-wind-down"),  # the last day
        ("482020", date(2026, 5, 2), date(2026, 1, 1), None, "goods-prohibited"),
        ("482030", MARCH, None, None, "goods-price-unknown"),
        ("482030", MARCH, None, 300.0, "goods-below-price"),  # above 300 only
        ("482030", MARCH, None, 300.01, "goods-prohibited"),
        ("482040", MARCH, None, None, "goods-partial"),
        ("482050", MARCH, None, None, "goods-may-be-controlled"),
        ("482090", MARCH, None, None, "goods-date-uncertain"),
        ("48201030", MARCH, None, None, "goods-prohibited"),  # within a listed code
        ("4820", MARCH, None, None, "heading-only"),
    ],
)
def test_goods_sold_to_the_target(
    own: Facts, code: str, day: date, contract: date | None, price: float | None, key: str
) -> None:
    line = Trade(code, destination="RUS", day=day, contract_day=contract, price_eur=price)
    assert keys(goods_on_a_list, line, own) == ({key} if key else set())


@pytest.mark.parametrize(
    ("code", "place", "key"),
    [
        ("482010", "TUR", "goods-restricted-for-target"),
        ("482040", "TUR", "goods-may-be-restricted"),
        ("482050", "TUR", "goods-may-be-restricted"),
        ("482010", "FRA", ""),
        ("482010", "CHE", ""),
        ("481910", "TUR", ""),  # not on the list, which covers the day
        ("4820", "TUR", "heading-only"),
        ("0901", "TUR", ""),
    ],
)
def test_goods_sold_to_a_third_country(own: Facts, code: str, place: str, key: str) -> None:
    line = Trade(code, destination=place, day=MARCH)
    assert keys(goods_on_a_list, line, own) == ({key} if key else set())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Annexes II to XXIII are held from 2022-04-09 (XXIII came last) up to 2023-06-24, half-open
        (date(2023, 6, 23), set()),
        (date(2023, 6, 24), {"list-reach"}),
        (MARCH, {"list-reach"}),
    ],
)
def test_beyond_the_reach_of_the_held_lists(facts: Facts, day: date, expected: set[str]) -> None:
    line = Trade("481910", destination="VNM", day=day)
    assert keys(goods_on_a_list, line, facts) == expected


def test_tiers_of_the_priority_list(facts: Facts) -> None:
    # Integrated circuits stand in tier 1, ball bearings in tier 3.B of the published list.
    day = date(2026, 3, 1)
    chip = keys(goods_on_a_list, Trade("854231", destination="KAZ", day=day), facts)
    bearing = keys(goods_on_a_list, Trade("84821010", destination="KAZ", day=day), facts)
    assert "goods-priority-tier-1" in chip
    assert "goods-priority-tier-3" in bearing
    before = keys(goods_on_a_list, Trade("854231", destination="KAZ", day=date(2023, 5, 18)), facts)
    assert not any(k.startswith("goods-priority") for k in before)


@pytest.mark.parametrize(
    ("place", "day", "contract", "clause", "key"),
    [
        # Art. 12g: from 2024-03-20; contracts concluded before 2023-12-19 until 2024-12-20;
        # not to the partner countries of Annex VIII
        ("VNM", date(2024, 3, 19), None, "", ""),
        ("VNM", date(2024, 3, 20), None, "", "clause-unknown"),
        ("VNM", date(2024, 3, 20), date(2023, 12, 18), "", "clause-old-contract"),
        ("VNM", date(2024, 3, 20), date(2023, 12, 19), "", "clause-unknown"),
        ("VNM", date(2024, 12, 19), date(2023, 1, 1), "", "clause-old-contract"),
        ("VNM", date(2024, 12, 20), date(2023, 1, 1), "", "clause-unknown"),
        ("VNM", MARCH, None, "yes", "clause-present"),
        ("VNM", MARCH, None, "no", "clause-missing"),
        ("JPN", MARCH, None, "", ""),
        ("FRA", MARCH, None, "", ""),
        ("RUS", MARCH, None, "", ""),
    ],
)
def test_the_clause_against_re_export(
    facts: Facts, place: str, day: date, contract: date | None, clause: str, key: str
) -> None:
    line = Trade("854231", destination=place, day=day, contract_day=contract, clause=clause)
    assert keys(contract_clause, line, facts) == ({key} if key else set())
    other = Trade("481910", destination=place, day=day, contract_day=contract, clause=clause)
    assert keys(contract_clause, other, facts) == set()


@pytest.mark.parametrize(
    ("number", "place", "key"),
    [
        ("3A001", "RUS", "control-number-target"), ("3A001", "VNM", "control-number"),
        ("3A001", "FRA", ""), ("EAR99", "VNM", ""), ("keine", "VNM", ""), ("", "VNM", ""),
        ("0003a", "VNM", "control-number"),
    ],
)  # fmt: skip
def test_control_numbers(facts: Facts, number: str, place: str, key: str) -> None:
    line = Trade("481910", destination=place, day=MARCH, control_number=number)
    assert keys(control_number, line, facts) == ({key} if key else set())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Trade("481910", destination="VNM", day=MARCH), set()),
        (Trade("", destination="VNM", day=MARCH), {"no-code"}),
        (Trade("", destination="FRA", day=MARCH), set()),
        (Trade("", "x", destination="VNM", day=MARCH), {"bad-code"}),
        (Trade("481910", day=MARCH), {"no-destination"}),
        (Trade("481910", destination_problem="x", day=MARCH), {"bad-destination"}),
        (Trade("481910", destination="FRA", day=MARCH, day_problem="x"), {"bad-date"}),
    ],
)
def test_what_is_missing_on_the_line(facts: Facts, line: Trade, expected: set[str]) -> None:
    assert keys(readable, line, facts) == expected


def test_every_test_explains_itself(policy: Policy) -> None:
    tests = [*TRADE_TESTS, listed_parties, *(f.test for f in FLAGS)]
    for test in tests:
        assert len(inspect.getdoc(test) or "") > 20, test
    source = "".join(
        path.read_text("utf-8") for path in Path(inspect.getfile(Facts)).parent.glob("*.py")
    )
    for key in (*policy.points, *policy.cannot_tell):
        # Every reason of the policy can be given, and no reason is without its place in it.
        assert key in source or key.startswith(("goods-priority-tier", "corridor-")), key
