"""The example is decided as its companion says, with packaged lists and with one more."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from umweg.regime import GoodsList, goods_list_from_csv
from umweg.screening import CheckOptions, CheckResult, check

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ORDERS = EXAMPLES / "orders_de.csv"


def invented() -> GoodsList:
    return goods_list_from_csv(EXAMPLES / "invented_list.csv", complete_until=date(2027, 1, 1))


def run(*lists: GoodsList) -> CheckResult:
    return check(ORDERS, options=CheckOptions(goods_lists=lists, as_of=date(2026, 11, 25)))


@pytest.fixture(scope="module")
def packaged() -> CheckResult:
    return run()


@pytest.fixture(scope="module")
def with_list() -> CheckResult:
    return run(invented())


def expected(column: str) -> dict[int, str]:
    with (EXAMPLES / "orders_de.expected.csv").open(encoding="utf-8", newline="") as f:
        return {int(r["row"]): r[column] for r in csv.DictReader(f)}


@pytest.mark.parametrize("which", ["packaged", "with_list"])
def test_every_line_is_decided_as_reasoned(which: str, request: pytest.FixtureRequest) -> None:
    result: CheckResult = request.getfixturevalue(which)
    found = {line.row: line.decision.value for line in result.lines()}
    found |= {a.row: "set-aside" for a in result.aside}
    column = "packaged_lists" if which == "packaged" else "with_invented_list"
    assert found == expected(column)
    assert result.read == result.decided + len(result.aside)


def test_rows_are_set_aside_for_the_reason_that_is_named(packaged: CheckResult) -> None:
    comments = expected("comment")
    assert [a.reason for a in packaged.aside] == [comments[a.row] for a in packaged.aside]


def test_few_alerts_on_a_normal_order_book(packaged: CheckResult, with_list: CheckResult) -> None:
    # 3 and 4 of 205 lines; no more than 2 % of a normal order book are alerts
    assert (packaged.counts["alert"], with_list.counts["alert"]) == (3, 4)
    assert packaged.share_of_alerts <= 0.02
    assert with_list.share_of_alerts <= 0.02


def test_one_message_about_the_reach_and_none_with_a_list_that_covers(
    packaged: CheckResult, with_list: CheckResult
) -> None:
    [message] = packaged.groups
    assert message.startswith("45 lines cannot be told (list-reach)")
    assert "2023-06-24" in message
    assert "--goods-list FILE --complete-until DATE" in message
    assert not with_list.groups


def test_what_holds_a_line_has_a_source_and_what_was_not_checked_is_said(
    packaged: CheckResult,
) -> None:
    for line in packaged.lines():
        assert line.not_checked
        if line.decision.value != "clear":
            assert line.reasons
        for reason in line.reasons:
            assert reason.text
            assert reason.source
    tests = {n.test for line in packaged.lines() for n in line.not_checked}
    assert {"parties", "corridor", "goods", "ownership"} <= tests


def test_repairs_are_said(packaged: CheckResult) -> None:
    repaired = " ".join(t for line in packaged.lines() for t in line.repaired)
    for words in ("a leading zero was lost", "typed as a number", "spreadsheet's number", "cut to"):
        assert words in repaired
