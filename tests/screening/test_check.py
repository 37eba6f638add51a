"""The run as a whole: hostile files, parties, the schema of the result, a pack and its replay."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

import umweg
from tests.screening.conftest import Write
from umweg.errors import InputError, UsageError
from umweg.report.check_files import check_csv, check_html, check_xlsx
from umweg.report.check_text import check_text
from umweg.report.evidence_pack import write_pack
from umweg.report.plain_text import Style, csv_text, harmless
from umweg.screening import CheckOptions, CheckResult, check
from umweg.screening.party_tests import PartyScreen, Query
from umweg.screening.policy import DEFAULT, Policy
from umweg.screening.replay import replay

DAY = CheckOptions(as_of=date(2026, 3, 1))
HEADER = "order;hs code;consignee;country;value;currency"


def balanced(result: CheckResult) -> bool:
    return result.read == result.decided + len(result.aside)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";;Summe;;1000;EUR", "subtotal-row"),
        (";;Zwischensumme: 1.000,00;;;", "subtotal-row"),
        ("Total for order 7;;;;1000;EUR", "subtotal-row"),
        ("Итого;;;;1000;EUR", "subtotal-row"),
        (";;;;1000;EUR", "no-order"),
        (";;Total Ferrailles SA;;1000;EUR", ""),  # a firm, on a line that lacks everything else
        ("1;854231;Summe;KZ;1000;EUR", ""),
        (HEADER, "repeated-header"),
    ],
)
def test_rows_that_are_no_lines(orders: Write, row: str, reason: str) -> None:
    result = check(orders(HEADER, "0;854231;A;KZ;1;EUR", row), options=DAY)
    assert [a.reason for a in result.aside] == ([reason] if reason else [])
    assert balanced(result)


def test_codes_of_the_united_states_are_the_hs_up_to_six_digits(orders: Write) -> None:
    [line] = check(orders("HTS;Destination", "8542.31.0001;KZ"), options=DAY).lines()
    assert line.code_read == "854231"
    assert "national" in line.repaired[0]
    [line] = check(orders("code;destination", "8542.31.90.00;KZ"), options=DAY).lines()
    assert line.code_read == "85423190"


def test_the_public_name(orders: Write) -> None:
    result = umweg.check(orders(HEADER, "1;854231;Steppe Trade;KZ;1000;EUR"), options=DAY)
    assert result.counts["review"] == 1
    assert result.to_arrow().num_rows == 1
    assert "review" in result._repr_html_()


def test_the_shape_of_the_json(orders: Write) -> None:
    path = orders(HEADER, "1;854231;Steppe Trade;KZ;1000;EUR", ";;Summe;;1000;")
    found = json.loads(check(path, options=DAY).to_json())
    assert {"run", "read", "decided", "set_aside", "lines"} <= set(found)
    assert (found["read"], found["decided"]) == (2, 1)
    assert [(a["row"], a["reason"]) for a in found["set_aside"]] == [(3, "subtotal-row")]
    [line] = found["lines"]
    assert {"row", "decision", "reasons", "not_checked"} <= set(line)
    assert all({"test", "text", "source", "date"} <= set(r) for r in line["reasons"])
    assert found["run"]["policy"]["points"]["goods-prohibited"] == 100
    assert len(found["run"]["input"]["sha256"]) == 64


def test_amounts_by_the_rate_of_the_day(orders: Write) -> None:
    path = orders(
        "order;date;hs code;country;value;currency", "1;15.03.2022;481910;FR;1.000,00;EUR"
    )
    result = check(path)
    [line] = result.lines()
    # ECB reference rate of 15 March 2022: 1.0991 USD per EUR (the mean of the month was 1.1019)
    assert line.value_usd == pytest.approx(1099.1)
    assert any("of the day of the order" in note for note in result.run.notes)


@pytest.mark.parametrize("kind", ["csv", "cp1251", "jsonl", "parquet", "xlsx"])
def test_the_same_orders_in_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    rows = [
        {"Заказ": "1", "Код ТН ВЭД": "8542319000", "Страна назначения": "Казахстан"},
        {"Заказ": "2", "Код ТН ВЭД": "4819100000", "Страна назначения": "Франция"},
    ]
    path = tmp_path / f"orders.{kind}"
    if kind in ("csv", "cp1251"):
        text = ";".join(rows[0]) + "\n" + "".join(";".join(r.values()) + "\n" for r in rows)
        path.write_bytes(text.encode("utf-8-sig" if kind == "csv" else "cp1251"))
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        import xlsxwriter

        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate([list(rows[0]), *(list(r.values()) for r in rows)]):
                sheet.write_row(n, 0, row)
    result = check(path, options=DAY)
    assert [(x.code_read, x.destination, x.decision.value) for x in result.lines()] == [
        ("85423190", "KAZ", "review"),
        ("48191000", "FRA", "clear"),
    ]


def test_a_code_typed_as_a_number_in_a_workbook(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["HS Code", "Country", "Date"])
        sheet.write_row(1, 0, [9012100, "FR", 45352])
    [line] = check(path).lines()
    assert (line.code_read, line.day) == ("09012100", "2024-03-01")
    assert len(line.repaired) == 2


HOSTILE = [
    '1;=cmd|"/c calc"!A1;x;KZ;1;EUR',
    '2;854231;"=HYPERLINK(""http://x"")";KZ;1;EUR',
    "3;854231;../../etc/passwd;KZ;1;EUR",
    "4;854231;x\0y;KZ;1;EUR",
    "5;854231;<script>alert(1)</script>;KZ;1;EUR",
    "6;854231;" + "x" * 2_000_000 + ";KZ;1;EUR",
    "7;854231;x;KZ",
    "8;854231;x;KZ;1e999;EUR",
    "@9;854231;+x;KZ;-5;EUR",
]


def test_hostile_lines_are_decided_or_set_aside_and_harmless(orders: Write, tmp_path: Path) -> None:
    result = check(orders(HEADER, *HOSTILE), options=DAY)
    assert balanced(result)
    assert result.read == len(HOSTILE)
    reasons = {a.row: a.reason for a in result.aside}
    assert reasons == {5: "control-characters", 7: "too-long-row", 8: "ragged-row"}
    book = tmp_path / "out.xlsx"
    check_xlsx(result, book)
    cells = [
        c
        for row in python_calamine.load_workbook(str(book)).get_sheet_by_name("Lines").to_python()
        for c in row
    ]
    text = "".join(check_csv(result))
    for cell in (*cells, *(c for row in csv.reader(io.StringIO(text)) for c in row)):
        assert not str(cell).startswith(("=", "+", "@")), cell
    page = check_html(result)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_numbers_stay_numbers_and_texts_become_harmless() -> None:
    row = {"a": "-1.5", "b": "=2+3", "c": "-cmd", "d": -2, "e": None}
    assert csv_text([row]) == "a,b,c,d,e\n-1.5,'=2+3,'-cmd,-2,\n"


def test_harmless_cells() -> None:
    assert [harmless(t) for t in ("=1", "+1", "-1", "@a", "\t=1", "a=1", "")] == [
        "'=1", "'+1", "'-1", "'@a", "'\t=1", "a=1", "",
    ]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=12))
def test_read_is_decided_and_set_aside(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    path = tmp_path_factory.mktemp("any") / "orders.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    result = check(path, options=DAY)
    assert balanced(result)
    seen = [line.row for line in result.lines()] + [a.row for a in result.aside]
    assert len(seen) == len(set(seen)) == result.read
    json.loads(result.to_json())


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "empty"), ("a;b\n1;2\n", "no column of a goods code"), ("\0" * 500, "no text")],
)
def test_files_that_are_no_order_book(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=what):
        check(path)


def test_a_header_without_rows_and_a_target_that_is_none(orders: Write) -> None:
    result = check(orders(HEADER), options=DAY)
    assert (result.read, result.decided, result.share_of_alerts) == (0, 0, 0)
    with pytest.raises(UsageError, match="no measures"):
        check(orders(HEADER), options=CheckOptions(targets=("FRA",)))


def test_only_the_targets_that_are_asked_about(orders: Write) -> None:
    path = orders(HEADER, "1;854231;x;RU;1;EUR", "2;854231;x;BY;1;EUR")
    only = CheckOptions(targets=("BLR",), as_of=DAY.as_of)
    decisions = [line.decision.value for line in check(path, options=only).lines()]
    assert decisions[1] == "alert"
    both = [line.decision.value for line in check(path, options=DAY).lines()]
    assert both == ["alert", "alert"]


def test_parties_are_matched_once_and_the_policy_decides(policy: Policy) -> None:
    from umweg.parties import Listing, Matcher, Party, PartyName

    listed = Party(
        (PartyName("Severnaya Elektronika Limited"),), "Company", "test/1",
        listings=(Listing("test-list", "Test authority", "TEST", listed_from="2023-01-01"),),
    )  # fmt: skip
    screen = PartyScreen(Matcher.from_parties([listed]), policy)
    queries = [
        Query("consignee", "Severnaya Elektronika Ltd"),
        Query("buyer", "Severnaya Elektronika Ltd"),
        Query("bank", "Quite Another Name AG"), Query("notify", "—"),
    ]  # fmt: skip
    found = screen.outcomes(queries)
    [reason] = found[queries[0]].reasons
    assert reason.key in ("party-listed", "party-possible")
    assert (reason.entry, reason.date) == ("test/1", "2023-01-01")
    assert "consignee" in reason.text
    assert "buyer" in found[queries[1]].reasons[0].text
    assert found[queries[2]].reasons == ()
    assert found[queries[3]].reasons[0].key == "party-query-problem"
    assert screen.looked_up == 4


def test_an_address_of_a_listed_party(policy: Policy) -> None:
    from umweg.parties import Matcher, Party

    rows = [{"entity_id": "test/1", "full": "12 Harbour Road, Port Alpha, 9000"}]
    screen = PartyScreen(Matcher.from_parties([Party.named("X")]), policy, rows)
    queries = [
        Query("address", "PORT ALPHA 9000, Harbour road 12"), Query("address", "Harbour Road 12"),
        Query("address", "14 Harbour Road, Port Alpha, 9000"),
    ]  # fmt: skip
    found = [bool(screen.outcomes([q])[q].reasons) for q in queries]
    assert found == [True, False, False]


def test_without_a_list_of_parties_nobody_is_cleared_in_silence(orders: Write) -> None:
    [line] = check(orders(HEADER, "1;481910;Boulon SARL;FR;1;EUR"), options=DAY).lines()
    assert line.decision.value == "clear"
    assert any(n.test == "parties" and "no list" in n.why for n in line.not_checked)


def test_the_table_says_the_summary_first(orders: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    result = check(orders(HEADER, *HOSTILE[:3], ";;Summe;;3;"), options=DAY)
    text = check_text(result, style=Style(True, None))
    assert text.startswith("orders.csv: 4 rows read, 3 decided, 1 set aside")
    assert "NOT CHECKED" in text
    assert max(map(len, text.splitlines())) <= 100
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, check_text(result, style=Style(True, None)).splitlines())) <= 60


def pack_of(orders: Write, tmp_path: Path) -> tuple[CheckResult, Path]:
    path = orders(
        HEADER, "A/../1;854231;Steppe Trade;KZ;1000;EUR", "A/../1;481910;Steppe Trade;KZ;10;EUR",
        "2;481910;Boulon SARL;FR;20;EUR", "3;;Nord;KZ;20;EUR",
    )  # fmt: skip
    result = check(path, options=DAY)
    folder = tmp_path / "pack"
    write_pack(result, folder, source=path, policy=DEFAULT)
    return result, folder


def test_a_pack_shows_what_was_checked(orders: Write, tmp_path: Path) -> None:
    result, folder = pack_of(orders, tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert names == {*manifest["files"], "manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert manifest["run"]["policy"]["sha256"] == hashlib.sha256(DEFAULT.read_bytes()).hexdigest()
    assert manifest["order_pages"] == 1
    assert manifest["held_orders_without_page"] == 0
    page = (folder / "orders" / "00001.html").read_text("utf-8")
    assert "Order A/../1" in page
    assert "Row 3" in page  # the other line of the held order stands beside it
    data = json.loads((folder / "datapackage.json").read_text("utf-8"))
    fields = [f["name"] for f in data["resources"][0]["schema"]["fields"]]
    assert (folder / "lines.csv").read_text("utf-8").splitlines()[0].split(",") == fields
    with pytest.raises(UsageError, match="not empty"):
        write_pack(result, folder, source=folder / "input" / "orders.csv", policy=DEFAULT)


def test_a_pack_run_again_is_the_same_or_says_what_changed(orders: Write, tmp_path: Path) -> None:
    _, folder = pack_of(orders, tmp_path)
    again = replay(folder)
    assert again.same, (again.damaged, again.differences, again.changed)
    policy = folder / "input" / "policy.yaml"
    policy.write_text(
        policy.read_text("utf-8").replace("review_from: 30", "review_from: 90"), "utf-8"
    )
    changed = replay(folder)
    assert changed.damaged == ("input/policy.yaml",)
    assert "policy" in changed.differences
    first = changed.changed[0]
    assert (first.row, first.before, first.now) == (2, "review", "clear")
    with pytest.raises(InputError, match="no evidence pack"):
        replay(tmp_path)


def test_a_manifest_cannot_point_outside(orders: Write, tmp_path: Path) -> None:
    _, folder = pack_of(orders, tmp_path)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["inputs"]["order book"]["path"] = "../orders.csv"
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match="outside the pack"):
        replay(folder)


def test_orders_beyond_the_pages_of_a_pack_are_said(
    orders: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("umweg.report.evidence_pack.MAX_PAGES", 1)
    path = orders(HEADER, "1;854231;A;KZ;1;EUR", "2;854231;B;KZ;1;EUR")
    folder = tmp_path / "pack"
    write_pack(check(path, options=DAY), folder, source=path, policy=DEFAULT)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["order_pages"], manifest["held_orders_without_page"]) == (1, 1)
    page = (folder / "index.html").read_text("utf-8")
    assert "1 held orders have no page" in page
    assert 'href="orders/00001.html"' in page
