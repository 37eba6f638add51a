"""Codes and vintages. Counts are those of the UN code tables; single codes are those of the HS."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umweg import nomenclature as n
from umweg.errors import NomenclatureError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("854231", "854231"),
        ("8542.31", "854231"),
        ("8542 31 90", "85423190"),
        (" 8542.31.90 ", "85423190"),
        ("0101", "0101"),
        ("01", "01"),
        ("8542\u00a031", "854231"),
    ],
)
def test_parse_code(text: str, code: str) -> None:
    assert n.parse_code(text) == code
    assert n.level(text) == len(code)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("8542319900", "85423199"),
        ("10121", "010121"),
        ("101", "0101"),
        ("854", "write 2, 4, 6 or 8 digits"),
        ("", "8542.31"),
        ("chips", "8542.31"),
        ("٨٥٤٢", "8542.31"),
        ("854231900012", "2, 4, 6 or 8"),
    ],
)
def test_parse_code_errors_say_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(NomenclatureError) as caught:
        n.parse_code(text)
    assert hint in caught.value.next_step
    assert caught.value.allowed


@given(
    st.sampled_from([2, 4, 6, 8]).flatmap(lambda k: st.text("0123456789", min_size=k, max_size=k))
)
def test_written_codes_read_back(code: str) -> None:
    assert n.parse_code(n.format_code(code)) == code
    assert n.parse_code(".".join(code)) == code


def test_counts_of_the_vintages() -> None:
    six = {v: sum(len(c) == 6 for c in n.codes(v)) for v in n.HS_VINTAGES}
    assert six == {n.HS2012: 5206, n.HS2017: 5388, n.HS2022: 5613}


@pytest.mark.parametrize(
    ("year", "vintage"),
    [(2012, "HS2012"), (2016, "HS2012"), (2017, "HS2017"), (2021, "HS2017"), (2022, "HS2022"),
     (2026, "HS2022")],
)  # fmt: skip
def test_cn_years_use_an_hs_vintage(year: int, vintage: str) -> None:
    cn = n.nomenclature(f"cn{year}")
    assert cn.hs == vintage
    assert cn.valid_from == date(year, 1, 1)
    assert cn.is_cn


def test_exists_tells_cannot_tell_apart_from_no() -> None:
    assert n.exists("854231", "HS2017") is True
    assert n.exists("854151", "HS2017") is False
    assert n.exists("8806", "HS2022") is True
    assert n.exists("8806", "HS2017") is False
    assert n.exists("85423190", "CN2022") is None
    assert n.exists("88062110", "CN2021") is False
    assert n.exists("85423190", "HS2022") is False


def test_unknown_nomenclature_names_the_known_ones() -> None:
    with pytest.raises(NomenclatureError) as caught:
        n.nomenclature("HS1999")
    assert "HS2012" in caught.value.allowed


def test_created_codes_of_2022() -> None:
    created = n.created_in("HS2022")
    # The traps that matter here: smartphones, flat panel modules, transducers, drones.
    assert {"851713", "851714", "852411", "854151", "854159", "880610", "880730"} <= created
    assert "854231" not in created
    assert len(created) == 370
    assert len(n.created_in("HS2017")) == 263
    with pytest.raises(NomenclatureError):
        n.created_in("HS2012")


def test_ranges() -> None:
    assert n.expand_range("8541-8543") == ("8541", "8542", "8543")
    assert n.expand_range("84-85") == ("84", "85")
    assert n.expand_range("8542") == ("8542",)
    assert n.expand_range("854231-854233") == ("854231", "854232", "854233")
    for bad in ("8543-8541", "8541-854231", "85423190-85423191", "7700-7799"):
        with pytest.raises(NomenclatureError):
            n.expand_range(bad)


def test_typographic_dashes_make_a_range() -> None:
    assert n.expand_range("8541\u20138543") == n.expand_range("8541-8543")
