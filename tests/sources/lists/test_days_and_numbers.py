"""Dates, countries, scripts and check digits, one line a case."""

from __future__ import annotations

import pytest
from rigour.territories import lookup_territory

from umweg.sources.lists.days import Order, day_of
from umweg.sources.lists.numbers import is_valid, kind_of, named_numbers
from umweg.sources.lists.places import OTHER_NAMES, alpha3_of
from umweg.sources.lists.scripts import script_of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1955", "1955"),
        ("15 Jan 1955", "1955-01-15"),
        ("Jan 1955", "1955-01"),
        ("September 3, 1955", "1955-09-03"),
        ("circa 1955", "~1955"),
        ("circa 1951 to 1953", "~1951/1953"),
        ("31 Dec 1975 to Mar 1977", "1975-12-31/1977-03"),
        ("1951-1953", "1951/1953"),
        ("between 1951 and 1953", "1951/1953"),
        ("00/00/1961", "1961"),
        ("00/05/1961", "1961-05"),
        ("05/1973", "1973-05"),
        ("03/04/1961", "1961-04-03"),
        ("2015-07-01-04:00", "2015-07-01"),
        ("2025-04-19T23:00:04.625Z", "2025-04-19"),
        ("31 Feb 1961", None),
        ("15/00/1961", None),  # a day without a month says nothing that can be stored
        ("unknown", None),
        ("", None),
    ],
)
def test_day(text: str, day: str | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(("order", "day"), [("dmy", "1961-04-03"), ("mdy", "1961-03-04")])
def test_order(order: Order, day: str) -> None:
    assert day_of("03/04/1961", order) == day


@pytest.mark.parametrize(
    ("kind", "number", "valid"),
    [
        ("inn", "7707083893", True),  # Sberbank, public in OFAC's list
        ("inn", "7707083894", False),
        ("ogrn", "1027700132195", True),
        ("ogrn", "1027700132196", False),
        # 1·1+7·2+0·3+4·4+4·5+0·6+0·7+3·8+1·9+5·10+6·11 = 200 = 18·11+2 → 2
        ("bin", "170440031562", True),
        ("bin", "170440031563", False),
        # 0·1+0·2+0·3+3·4+2·5+5·6+3·7 = 73 = 6·11+7 → 7 (Sberbank's OKPO, public)
        ("okpo", "00032537", True),
        ("okpo", "00032538", False),
        # 7·7+4·6+0·5+6·4+7·3+8·2 = 134 → 4 (IMO resolution A.1117(30))
        ("imo", "7406784", True),
        ("imo", "IMO7406784", True),
        ("imo", "7406785", False),
        ("lei", "253400V1H6ART1UQ0N98", True),
        ("passport", "A123", None),
        ("bic", "SABRRUMM", None),
    ],
)
def test_check_digits(kind: str, number: str, valid: bool | None) -> None:
    assert is_valid(kind, number) is valid


@pytest.mark.parametrize(
    ("kind", "number", "country", "exact"),
    [
        ("tax", "7707083893", "RUS", "inn"),
        ("tax", "7707083893", "SRB", "tax"),
        ("registration", "1027700132195", "RUS", "ogrn"),
        ("registration", "170440031562", "KAZ", "bin"),
        ("national-id", "850101300123", "KAZ", "iin"),
        ("registration", "9113100033607322XK", "CHN", "uscc"),
        ("registration", "HRB96201", "DEU", "registration"),
    ],
)
def test_kind_by_country_and_form(kind: str, number: str, country: str, exact: str) -> None:
    assert kind_of(kind, number, country) == exact


def test_numbers_named_in_a_sentence() -> None:
    text = "ИНН 7707083893; OGRN: 1027700132195 (KPP 773601001), phone 123456789"
    assert named_numbers(text) == [
        ("inn", "7707083893"),
        ("ogrn", "1027700132195"),
        ("kpp", "773601001"),
    ]


@pytest.mark.parametrize(
    ("name", "alpha3"),
    [
        ("Korea, North", "PRK"),
        ("Democratic People's Republic of Korea", "PRK"),
        ("Burma", "MMR"),
        ("Region: Crimea", "UKR"),
        ("Congo (Democratic Republic)", "COD"),
        ("USSR", "SUN"),
        ("The Gambia", "GMB"),
        ("HK", "HKG"),
        ("Turkey (Turkiye)", "TUR"),
        ("Korea (North)", "PRK"),
        ("possibly Palestinian", "PSE"),
        ("Atlantis", None),
    ],
)
def test_country(name: str, alpha3: str | None) -> None:
    assert alpha3_of(name) == alpha3


def test_other_names_agree_with_the_library() -> None:
    """Where the library of countries knows a name of the table, it says the same country."""
    for name, alpha3 in OTHER_NAMES.items():
        known = lookup_territory(name)
        assert known is None or known.alpha3 is None or known.alpha3.upper() == alpha3, name


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Romashka", "Latn"),
        ("ООО «Ромашка»", "Cyrl"),
        ("حاجی", "Arab"),
        ("ромашка (ok)", "Cyrl"),
        ("國家", "Hani"),
        ("2+2", "Zyyy"),
    ],
)
def test_script(name: str, script: str) -> None:
    assert script_of(name) == script
