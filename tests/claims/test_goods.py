"""Statements about all goods of a list, and about parallel imports: both ways, and never by
silence."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.claims.drafts import TODAY, claim_of, exports, imported, run
from umweg.claims import Figures, find_claim, run_claim
from umweg.claims.answer import Outcome
from umweg.cli.main import run as cli
from umweg.regime import load
from umweg.store import Store
from umweg.store.store import Store as _Store

MONTHS = "2023-10..2023-12"
PART = {
    "sentence": "None of the priority goods is sold on.",
    "test": "trades_no_listed_goods",
    "parameters": {
        "reporter": "KAZ",
        "partner": "RUS",
        "goods": {"lists": ["chpl"], "day": date(2023, 9, 28)},
        "period": MONTHS,
    },
}
WHEAT = {"100199": 50e6}


def outcome(store: _Store, part: dict[str, Any] = PART) -> Outcome:
    return run(claim_of(part), store).parts[0].outcome


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # 854231 is on the list since 2023-05-19: 3 × 1 m a month, well above USD 100,000.
        (exports(MONTHS, {**WHEAT, "854231": 1e6}), "contradicted"),
        # The same, but only that code was asked for: one robust corridor is enough.
        (exports(MONTHS, {"854231": 1e6}, total=60e6), "contradicted"),
        # All codes add up to the total, none of them is listed.
        (exports(MONTHS, WHEAT), "supported"),
        # They do not add up: silence supports nothing.
        (exports(MONTHS, WHEAT, total=60e6), "not-testable"),
        # One month lacks.
        (exports("2023-10..2023-11", WHEAT), "not-testable"),
        # Another partner.
        (exports(MONTHS, WHEAT, partner="CHN"), "not-testable"),
        # 3 × 10,000: below the floor of 100,000.
        (exports(MONTHS, {**WHEAT, "854231": 1e4}), "mixed"),
        # Stated as zero, beside a total that says that all is there.
        (exports(MONTHS, {**WHEAT, "854231": 0.0}), "supported"),
        # Another edition of the same goods: 854239 exists in HS2017 and HS2022.
        (exports(MONTHS, {**WHEAT, "854239": 1e6}), "contradicted"),
        # A year that contains days before the list: 854231 was listed on 2023-05-19.
        (exports("2023", {**WHEAT, "854231": 1e6}), "not-testable"),
        ([], "not-testable"),
    ],
    ids=["trade", "one-code", "none", "gap", "month", "partner", "floor", "zero", "other", "year",
         "empty"],
)  # fmt: skip
def test_trades_no_listed_goods(rows: list[dict[str, Any]], expected: str, tmp_path: Path) -> None:
    other = exports("2020", {"010121": 1.0}, reporter="CHN", partner="DEU")
    found = outcome(imported(tmp_path / "store", [*rows, *other]))
    assert found.verdict.value == expected
    if expected == "not-testable":
        assert found.missing
        assert any("umweg data fetch comtrade" in m.query for m in found.missing) or rows
    if expected == "contradicted":
        tables = {r.to_dict()["table"] for r in found.rows}
        assert tables == {"flows", "regime"}
        assert found.value == pytest.approx(3e6)


def test_a_list_that_does_not_reach_so_far_supports_nothing(tmp_path: Path) -> None:
    """The EU lists are held up to 2023-06-23; on 2023-09-28 more may have been on them."""
    part = {**PART, "parameters": {**PART["parameters"], "goods": {  # type: ignore[dict-item]
        "lists": ["eu-833-annex-xxiii"], "day": date(2023, 9, 28)}}}  # fmt: skip
    found = outcome(imported(tmp_path / "store", exports(MONTHS, WHEAT)), part)
    assert found.verdict.value == "not-testable"
    assert "eu-833-annex-xxiii" in str(found.missing[0])


def test_goods_that_may_be_controlled_contradict_nothing(tmp_path: Path) -> None:
    part = {**PART, "parameters": {**PART["parameters"], "goods": {  # type: ignore[dict-item]
        "lists": ["eu-833-dual-use"], "day": date(2023, 5, 1)}}}  # fmt: skip
    code = sorted(load().goods_list("eu-833-dual-use").codes(date(2023, 5, 1)))[0]
    found = outcome(imported(tmp_path / "store", exports(MONTHS, {**WHEAT, code: 1e7})), part)
    assert found.verdict.value == "not-testable"
    assert "may-be-controlled" in {c.key for c in found.caveats}


# -- the statements of September 2023 -----------------------------------------------------------

QUERY = "2022-05..2023-08"


def _parts(store: _Store, as_of: date = TODAY) -> list[str]:
    result = run_claim(find_claim("kz-14"), Figures(store, as_of, load()))
    return [p.verdict.value for p in result.parts]


def test_with_the_sample_alone_they_name_what_would_decide() -> None:
    result = run_claim(find_claim("kz-14"), Figures(Store.sample(), TODAY, load()))
    assert [p.verdict.value for p in result.parts] == ["not-testable"] * 4
    queries = [m.query for p in result.parts for m in p.outcome.missing]
    assert (
        "umweg data fetch comtrade --reporter KAZ --partner RUS --flow X --codes TOTAL,AG6 "
        "--periods 2023-06..2023-08"
    ) in queries
    assert (
        "umweg data fetch comtrade --reporter KAZ --partner RUS --flow M --codes TOTAL "
        "--periods 2022..2022"
    ) in queries


@pytest.mark.parametrize("number", range(4))
def test_the_queries_are_commands_that_exist(
    number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    result = run_claim(find_claim("kz-14"), Figures(Store.sample(), TODAY, load()))
    queries = sorted({m.query for p in result.parts for m in p.outcome.missing if m.query})
    words = shlex.split(queries[number])
    assert cli([*words[1:], "--dry-run"]) == 0
    assert "comtradeapi.un.org" in capsys.readouterr().out


FLOWS = {
    # Washing machines are on Annex XXIII since April 2022, CHPL chips since May 2023.
    "contradicted": {"before": {"845011": 0.0}, "after": {"845011": 4e6, "854231": 1e6}},
    "supported": {"before": {"260300": 30e6}, "after": {"260300": 40e6}},
}


@pytest.mark.parametrize("way", ["contradicted", "supported"])
def test_with_the_figures_of_the_queries_they_turn_both_ways(way: str, tmp_path: Path) -> None:
    """Files of the shape of the three queries, and of the total of imports; the sample below."""
    before, after = FLOWS[way]["before"], FLOWS[way]["after"]
    total = {"contradicted": 9e9, "supported": 15.9e9}[way]
    rows = [
        *exports("2021-03..2021-09", {**before, "100199": 1e6}),
        *exports("2021-03..2021-09", {**before, "100199": 1e6}, partner="WLD"),
        *exports("2022-03..2023-08", {**after, "100199": 1e6}),
        *[
            {**r, "flow": "M", "basis": "CIF"}
            for r in exports("2022", {}, total=total)
        ],
    ]  # fmt: skip
    store = imported(tmp_path / "store", rows, sample=True)
    # Exports of 9.09 bn (kz-stat) and these imports: 18.1 or 25.0 bn.
    assert _parts(store) == [way] * 4
    # What was published later was not known then.
    assert _parts(store, date(2023, 9, 28)) == ["not-testable"] * 4


# -- parallel imports -----------------------------------------------------------------------------


def onward(rows: list[dict[str, Any]], tmp_path: Path) -> Outcome:
    part = {
        "sentence": "No part in parallel imports.",
        "test": "no_onward_flow_of_goods_not_made_at_home",
        "parameters": {
            "place": "KAZ",
            "target": "RUS",
            "goods": {"codes": ["8450.11"], "nomenclature": "HS2017"},
            "inbound": ["DEU"],
            "before": 2021,
            "after": 2022,
        },
    }
    return outcome(imported(tmp_path / "store", rows), part)


def _flows(
    in_before: float, in_after: float, on_before: float, on_after: float, world: float | None
) -> list[dict[str, Any]]:
    rows = [
        *exports("2021", {"845011": in_before}, reporter="DEU", partner="KAZ"),
        *exports("2022", {"845011": in_after}, reporter="DEU", partner="KAZ"),
        *exports("2021", {"845011": on_before}),
        *exports("2022", {"845011": on_after}),
    ]
    if world is not None:
        rows += exports("2021", {"845011": world}, partner="WLD")
    return rows


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        # The truth table: inbound up, onward up, not exported before.
        ((1e6, 5e6, 0.0, 3e6, 0.0), "contradicted"),
        ((1e6, 5e6, 0.0, 3e6, 9e6), "supported"),  # made at home: 9 m went out before
        ((5e6, 5e6, 0.0, 3e6, 0.0), "supported"),  # no more came in
        ((1e6, 5e6, 3e6, 3e6, 3e6), "supported"),  # no more went on
        ((5e6, 5e6, 3e6, 3e6, 3e6), "supported"),
        ((1e6, 5e6, 0.0, 9e4, 0.0), "supported"),  # below the floor of 100,000
        ((1e6, 5e6, 0.0, 3e6, None), "not-testable"),  # exports to the world not known
    ],
)
def test_no_onward_flow(flows: Any, expected: str, tmp_path: Path) -> None:
    assert onward(_flows(*flows), tmp_path).verdict.value == expected


def test_the_onward_leg_alone_can_support(tmp_path: Path) -> None:
    rows = [r for r in _flows(0, 0, 3e6, 3e6, 3e6) if r["reporter"] == "KAZ"]
    assert onward(rows, tmp_path).verdict.value == "supported"


def test_the_onward_leg_alone_cannot_contradict(tmp_path: Path) -> None:
    rows = [r for r in _flows(0, 0, 0, 3e6, 0) if r["reporter"] == "KAZ"]
    found = onward(rows, tmp_path)
    assert found.verdict.value == "not-testable"
    assert any("--reporter DEU --partner KAZ" in m.query for m in found.missing)


def test_growth_of_a_publication_is_no_growth(tmp_path: Path) -> None:
    """The year before was not published: nothing rose."""
    rows = [r for r in _flows(1e6, 5e6, 0, 3e6, 0) if (r["reporter"], r["period"]) !=
            ("KAZ", "2021")]  # fmt: skip
    assert onward(rows, tmp_path).verdict.value == "not-testable"
