"""Cells: what is repaired is said, and what can mean two things has no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umweg.screening.cleaning import (
    clean_code,
    clean_currency,
    clean_day,
    clean_incoterm,
    clean_number,
    clean_yes_no,
    day_order,
    decimal_sign,
)
from umweg.screening.places import clean_country, places_in


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("85423190", "85423190", ""),
        ("8542.31.90", "85423190", "is read as"),
        ("8542 31 90", "85423190", "is read as"),
        ("8542-31", "854231", "is read as"),
        ("85423190.0", "85423190", "typed as a number"),
        ("85423190,00", "85423190", "typed as a number"),
        ("8542319000", "85423190", "cut to the eight"),
        ("9012100", "09012100", "leading zero was lost"),  # 0901.21 is roasted coffee
        ("90121", "090121", "leading zero was lost"),
        ("901210000", "09012100", "leading zero was lost"),
        ("901", "0901", "leading zero was lost"),
        ("ex 8542 31", "854231", "'ex'"),
        ("8542", "8542", ""),
        (" 854231 ", "854231", ""),
        ("", "", ""),
    ],
)
def test_codes_are_repaired_and_said(text: str, value: str, note: str) -> None:
    cell = clean_code(text)
    assert (cell.value, cell.problem) == (value, "")
    assert note in cell.note


@pytest.mark.parametrize(
    "text",
    ["85", "8542319", "4819100", "854231901234", "4,82E+07", "=1+1", "n/a", "00000000", "²³"],
)
def test_what_is_no_code_has_no_value(text: str) -> None:
    cell = clean_code(text)
    assert cell.value == ""
    assert cell.problem


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.234,50", "", 1234.5),
        ("1,234.50", "", 1234.5),
        ("1.234", ",", 1234.0),
        ("1.234", ".", 1.234),
        ("1.234", "", None),  # a thousand or a fraction
        ("1.234.567", "", 1234567.0),
        ("12,5", "", 12.5),
        ("EUR 1.200,00", "", 1200.0),
        ("1 234,56 €", "", 1234.56),
        ("1'234.00", "", 1234.0),
        ("(500)", "", -500.0),
        ("500-", "", -500.0),
        ("0,125", "", 0.125),
        ("", "", None),
        ("viel", "", None),
        ("1e400", "", None),
    ],
)
def test_amounts(text: str, decimal: str, value: float | None) -> None:
    assert clean_number(text, decimal)[0] == value


def test_a_column_shows_its_decimal_sign() -> None:
    assert decimal_sign(["1.234", "17,50", "2.000"]) == ","
    assert decimal_sign(["1,234", "17.50"]) == "."
    assert decimal_sign(["1.234", "2.000"]) == ""


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("2024-03-01", "", "2024-03-01"),
        ("01.03.2024", "", "2024-03-01"),
        ("1.3.24", "", "2024-03-01"),
        ("20240301", "", "2024-03-01"),
        ("2024-03-01 00:00:00", "", "2024-03-01"),
        ("1. März 2024", "", "2024-03-01"),
        ("1 марта 2024 г.", "", "2024-03-01"),
        ("01-Mar-2024", "", "2024-03-01"),
        ("45352", "", "2024-03-01"),  # 2024-01-01 is 45292; 31 + 29 days
        ("13/01/2024", "", "2024-01-13"),
        ("01/13/2024", "", "2024-01-13"),
        ("03/01/2024", "mdy", "2024-03-01"),
        ("03/01/2024", "dmy", "2024-01-03"),
        ("03/01/2024", "", ""),  # two days
        ("31.02.2024", "", ""),
        ("30.2.1850", "", ""),
        ("gestern", "", ""),
    ],
)
def test_days(text: str, order: str, value: str) -> None:
    cell = clean_day(text, order)
    assert cell.value == value
    assert bool(cell.problem) == (not value)


def test_a_column_shows_the_order_of_day_and_month() -> None:
    assert day_order(["03/01/2024", "28/01/2024"]) == "dmy"
    assert day_order(["03/01/2024", "01/28/2024"]) == "mdy"
    assert day_order(["03/01/2024"]) == ""
    assert day_order(["28/01/2024", "01/28/2024"]) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KZ", "KAZ"), ("KAZ", "KAZ"), ("398", "KAZ"), ("Kasachstan", "KAZ"), ("Казахстан", "KAZ"),
        ("Республика Казахстан", "KAZ"), ("Kazakhstan", "KAZ"), ("KASACHSTAN", "KAZ"),
        ("Kasachstan (KZ)", "KAZ"), ("KZ - Kasachstan", "KAZ"), ("VAE", "ARE"), ("ОАЭ", "ARE"),
        ("Türkei", "TUR"), ("Tuerkei", "TUR"), ("Turkei", "TUR"), ("Turkey", "TUR"),
        ("Russische Föderation", "RUS"), ("РФ", "RUS"), ("Weißrussland", "BLR"), ("D", "DEU"),
        ("UK", "GBR"), ("EL", "GRC"), ("Republik Korea", "KOR"), ("Hongkong", "HKG"),
        ("Krim", "UA-43"), ("Донецк", "UA-14"), ("Elfenbeinküste", "CIV"), ("Allemagne", "DEU"),
    ],
)  # fmt: skip
def test_countries(text: str, code: str) -> None:
    assert clean_country(text).value == code


@pytest.mark.parametrize("text", ["Mittelerde", "N/A", "Deutschland/Polen", "ZZ", "0"])
def test_what_is_no_country(text: str) -> None:
    cell = clean_country(text)
    assert (cell.value, bool(cell.problem)) == ("", True)


def test_countries_of_a_route() -> None:
    assert places_in("Hamburg – Riga (LV) – Russland – Almaty, KZ") == ("LVA", "RUS", "KAZ")
    assert places_in("per Luftfracht") == ()


def test_small_words() -> None:
    assert clean_currency("€").value == "EUR"
    assert clean_currency("руб.").value == "RUB"
    assert clean_currency("Taler").problem
    assert clean_incoterm("DAP Almaty").value == "DAP"
    assert clean_incoterm("ab Werk").value == "EXW"
    assert clean_incoterm("frei Haus").problem
    assert [clean_yes_no(t).value for t in ("ja", "Нет", "X", "")] == ["yes", "no", "yes", ""]


@given(st.text(max_size=40))
def test_any_text_gives_a_value_or_a_problem(text: str) -> None:
    for clean in (clean_code, clean_day, clean_currency, clean_incoterm, clean_yes_no):
        cell = clean(text)
        assert bool(cell.value) + bool(cell.problem) == bool(text.strip())
    number, _, problem = clean_number(text)
    assert (number is not None) + bool(problem) == bool(text.strip())


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_amounts_written_the_german_way_come_back(whole: int, cents: int) -> None:
    text = f"{whole:,}".replace(",", ".") + f",{cents:02d}"
    assert clean_number(text)[0] == pytest.approx(whole + cents / 100)  # a float holds 15 digits
