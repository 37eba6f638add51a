"""Sheets as people send them: each row is decided or set aside, and what was done is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from umweg.errors import InputError
from umweg.screening import CheckOptions, CheckResult, check
from umweg.screening.cleaning import clean_code, clean_number, currency_in
from umweg.screening.places import clean_country

from .conftest import Write

DAY = CheckOptions(as_of=date(2026, 3, 1), parties=False)
HEADER = ("Auftrag", "Warennummer", "Bestimmungsland", "Empfänger", "Rechnungswert", "Währung")
ROWS: tuple[tuple[object, ...], ...] = (
    ("1", 85423190, "KZ", "Steppe", "100", "EUR"), ("2", "481910", "FR", "Boulon", 200, "EUR"),
)  # fmt: skip


def workbook(path: Path, draw: Callable[[Any], None]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    draw(book)
    book.close()
    return path


def put(sheet: Any, first: int, rows: Sequence[Sequence[object]]) -> None:
    for r, row in enumerate(rows, start=first):
        for c, value in enumerate(row):
            sheet.write(r, c, value)


def looked(path: Path) -> CheckResult:
    result = check(path, options=DAY)
    assert result.read == result.decided + len(result.aside)
    json.loads(result.to_json())
    return result


def read(result: CheckResult) -> list[tuple[str, str]]:
    return [(line.code_read, line.destination) for line in result.lines()]


BOTH = [("85423190", "KAZ"), ("481910", "FRA")]


def test_titles_and_merged_groups_above_the_header_and_a_sum_below(tmp_path: Path) -> None:
    def draw(book: Any) -> None:
        sheet = book.add_worksheet("Orders")
        sheet.merge_range(0, 0, 0, 5, "Auftragsbestand März 2026")
        sheet.write(1, 0, "Stand: 24.03.2026")
        sheet.merge_range(3, 0, 3, 2, "Auftrag")
        sheet.merge_range(3, 3, 3, 5, "Kunde und Wert")
        put(sheet, 4, [HEADER, *ROWS, ["Summe", "", "", "", 300]])

    result = looked(workbook(tmp_path / "o.xlsx", draw))
    assert read(result) == BOTH
    assert [a.reason for a in result.aside] == ["subtotal-row"]
    assert "the header is row 5; 3 rows above it are not read" in result.run.notes


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    def draw(book: Any) -> None:
        above = ("Order", "Goods", "", "Ship-to", "", "Value", "")
        below = ("No", "HS code", "Description", "Country", "Name", "Amount", "Currency")
        put(
            book.add_worksheet(), 0,
            [above, below, ("1", "854231", "chips", "KZ", "Steppe", 100, "EUR")],
        )  # fmt: skip

    result = looked(workbook(tmp_path / "o.xlsx", draw))
    assert read(result) == [("854231", "KAZ")]
    assert "the header is rows 1 and 2, joined" in result.run.notes
    assert {"order", "code", "destination", "value", "currency"} <= set(result.run.columns)


def test_the_sheet_with_the_orders_is_read_and_the_cover_is_not(tmp_path: Path) -> None:
    def draw(book: Any) -> None:
        book.add_worksheet("Deckblatt").write(0, 0, "Bericht")
        orders = book.add_worksheet("Aufträge")
        put(orders, 0, [HEADER, *ROWS])
        orders.set_row(1, None, None, {"hidden": True})  # a hidden row is a row
        put(book.add_worksheet("Legende"), 0, [("Kürzel", "Land"), ("KZ", "Kasachstan")])

    result = looked(workbook(tmp_path / "o.xlsx", draw))
    assert read(result) == BOTH
    assert any("'Aufträge' is read; not: Deckblatt, Legende" in n for n in result.run.notes)


def test_formulas_count_by_what_they_show(tmp_path: Path) -> None:
    def draw(book: Any) -> None:
        sheet = book.add_worksheet()
        put(sheet, 0, [HEADER])
        sheet.write_formula(1, 1, '="8542"&"31"', None, "854231")
        sheet.write_formula(1, 2, "=VLOOKUP(1,2,3)", None, "#N/A")
        sheet.write(1, 3, "X")

    [line] = looked(workbook(tmp_path / "o.xlsx", draw)).lines()
    assert (line.code_read, line.destination, line.decision.value) == ("854231", "", "cannot-tell")


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("8542.31.90 00", "85423190", ""), ("HS 8542.31", "854231", ""),
        ("ex 8542 31", "854231", ""),
        ("８５４２３１", "854231", ""), ("8542-3190", "85423190", ""), ("8542/31", "854231", ""),
        ("854231-854239", "", "a range of codes"), ("8542 bis 8544", "", "a range of codes"),
        ("8542 31, 8542 32", "", "more than one code"), ("8542.31/8471.30", "", "more than one"),
        ("8,54E+07", "", "a spreadsheet shortened"), ("8542*", "", "no goods code"),
        ("n/a", "", "no goods code"), ("siehe Anlage", "", "no goods code"),
    ],
)  # fmt: skip
def test_codes(text: str, value: str, problem: str) -> None:
    cell = clean_code(text)
    assert cell.value == value
    assert problem in cell.problem
    assert bool(cell.problem) == (not value)


@pytest.mark.parametrize(
    ("text", "value", "hint"),
    [
        ("VAE", "ARE", ""), ("Kirgisien", "KGZ", ""), ("Türkiye", "TUR", ""), ("UK", "GBR", ""),
        ("Кыргызстан", "KGZ", ""), ("Czechia", "CZE", ""), ("TR-34", "TUR", ""), ("ROK", "KOR", ""),
        ("Istanbul, Türkei", "TUR", ""), ("Dubai", "ARE", ""), ("Bosnien", "BIH", ""),
        ("Kasachtsan", "", "Kazakhstan (KAZ)"), ("Usbekisten", "", "Uzbekistan (UZB)"),
        ("USSR", "", ""), ("DDR", "", ""), ("Nordzypern", "", ""), ("div.", "", ""),
    ],
)  # fmt: skip
def test_countries(text: str, value: str, hint: str) -> None:
    cell = clean_country(text)
    assert cell.value == value
    assert bool(cell.problem) == (not value)
    assert (f"meant {hint}?" in cell.problem) == bool(hint)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1.234,56 €", 1234.56, "EUR"), ("1,234.56", 1234.56, ""), ("(500)", -500, ""),
        ("1.234,56-", -1234.56, ""), ("USD 100", 100, "USD"), ("1 000,50 руб.", 1000.5, "RUB"),
        ("-", None, ""), ("12 TEUR", None, ""), ("12k", None, ""), ("100 EUR/USD", 100, "two"),
        ("n/a", None, ""), ("=1+1", None, ""), ("５００", 500, ""),
    ],
)  # fmt: skip
def test_amounts(text: str, value: float | None, currency: str) -> None:
    assert clean_number(text, ",", money=True)[0] == value
    found = currency_in(text)
    assert bool(found.problem) == (currency == "two")
    if not found.problem:
        assert found.value == currency


def test_the_currency_of_an_amount_counts_where_its_column_names_none(orders: Write) -> None:
    path = orders(
        "order;date;code;country;value;currency",
        "1;15.03.2022;854231;KZ;100,00 €;", "2;15.03.2022;854231;KZ;100,00;EUR",
        "3;15.03.2022;854231;KZ;$ 100,00;EUR", "4;15.03.2022;854231;KZ;100,00;",
        "5;15.03.2022;854231;KZ;-;EUR",
    )  # fmt: skip
    result = looked(path)
    # 1.0991 USD for a euro on that day; of two currencies none is taken
    assert [line.value_usd for line in result.lines()] == [109.91, 109.91, None, None, None]
    text = " ".join(result.run.notes)
    assert "1 amount cannot be read" in text
    assert "2 amounts name no currency" in text


def test_days_of_three_styles_in_one_column(orders: Write) -> None:
    days = ["01.03.2026", "2026-03-01", "13/02/2026", "3/1/2026", "45352", "1. März 2026", "März"]
    path = orders("order;date;code;country", *(f"{n};{d};854231;KZ" for n, d in enumerate(days)))
    lines = list(looked(path).lines())
    assert [line.day for line in lines[:6]] == [
        "2026-03-01", "2026-03-01", "2026-02-13", "2026-01-03", "2024-03-01", "2026-03-01",
    ]  # fmt: skip
    assert lines[6].reasons[0].key == "bad-date"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1;85423190;KZ;Steppe;100\n2;481910;FR;Boulon;2\n", "has no header"),
        ("Sehr geehrte Damen und Herren,\n\nanbei die Liste.\n", "no column of a goods code"),
        ('{"orders": [{"code": "854231"}]}', "no column of a goods code"),
        ("<html><table><tr><td>854231</td></tr></table></html>", "web page"),
        (";".join(f"c{n}" for n in range(10_000)) + "\n", "10,000 columns"),
    ],
)  # fmt: skip
def test_files_that_are_no_order_book(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=what) as error:
        check(path, options=DAY)
    assert error.value.next_step


def test_what_a_list_of_customers_lacks_is_said(orders: Write) -> None:
    result = looked(orders("customer;country", "Steppe;KZ"))
    assert any("no column of a goods code was found" in n for n in result.run.notes)
    assert result.counts["cannot-tell"] == 1
