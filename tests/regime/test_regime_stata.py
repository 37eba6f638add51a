"""Stata files of the two research deposits; small invented files in their format."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from umweg.errors import RegimeError
from umweg.regime.stata import read_openicpsr_229004, read_openicpsr_230342, read_stata

pyreadstat = pytest.importorskip("pyreadstat", reason="the extra stata is not installed")


def write(path: Path, columns: dict[str, list[Any]]) -> Path:
    pandas = pytest.importorskip("pandas", reason="pyreadstat writes from a data frame")
    pyreadstat.write_dta(pandas.DataFrame(columns), str(path))
    return path


def deposit_229004(**changes: list[Any]) -> dict[str, list[Any]]:
    none = [float("nan")] * 5
    flags = {
        c: list(none)
        for c in ("aviation", "firearms", "military_tech", "oil_exploration", "oil_refining")
    }
    return {
        "Code": [10121, 854231, 851712, 999998, 100630],
        "Date": [date(2022, 3, 15), date(2022, 2, 25), date(2016, 12, 22), date(2022, 4, 8), None],
        "Winddowndate": [None, date(2022, 5, 1), None, None, None],
        "partially_exempt": [1.0, 0.0, 0.0, 0.0, float("nan")],
        "Maxprice": [300.0, *none[1:]],
        "dual_use": [float("nan"), 1.0, float("nan"), float("nan"), float("nan")],
        "industrial_cap": [float("nan"), 1.0, 1.0, 1.0, float("nan")],
        "luxury": [1.0, *none[1:]],
        **flags,
        "EU_sanction": [1.0, 1.0, 1.0, 1.0, float("nan")],
        **changes,
    }


def test_deposit_229004(tmp_path: Path) -> None:
    path = write(tmp_path / "EU_sanctions_HS6.dta", deposit_229004())
    read = read_openicpsr_229004(path, target="RUS")
    assert read.rows_read == 5 == read.rows_kept + read.rows_unlisted + len(read.set_aside)
    assert read.set_aside == ((4, "the code '999998' does not exist in HS2017"),)
    lists = {g.id.removeprefix("openicpsr-229004-"): g for g in read.lists}
    assert set(lists) == {"luxury", "dual-use", "industrial-cap"}
    (horse,) = lists["luxury"].entries
    # The leading zero is back, and the day after adoption is the first day in force.
    assert (horse.code, horse.from_, horse.date_quality) == ("010121", date(2022, 3, 16), "exact")
    assert horse.partial_code
    assert horse.price_threshold_eur == 300
    chip = lists["dual-use"].by_code["854231"][0]
    assert (chip.date_quality, chip.strength) == ("lower-bound", "may_be_controlled")
    assert chip.wind_down_until is None
    # The declared correction of a misprinted day.
    assert lists["industrial-cap"].by_code["851712"][0].from_ == date(2022, 12, 17)


def test_unknown_and_missing_columns_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dta", deposit_229004(surprise=[1.0] * 5))
    with pytest.raises(RegimeError, match="not understood: surprise") as caught:
        read_openicpsr_229004(path, target="RUS")
    assert "ignore=['surprise']" in caught.value.next_step
    assert read_openicpsr_229004(path, target="RUS", ignore=["surprise"]).rows_kept == 3
    short = deposit_229004()
    del short["Date"]
    with pytest.raises(RegimeError, match="'Date' is missing"):
        read_openicpsr_229004(write(tmp_path / "b.dta", short), target="RUS")


def test_deposit_230342(tmp_path: Path) -> None:
    path = write(
        tmp_path / "data_sa_20241230.dta",
        {
            "country2": ["EU", "EU", "US", "JP", "EU", ""],
            "len": [8.0, 4.0, 6.0, 2.0, 6.0, 6.0],
            "code": ["85423190", "8703", "854231", "88", "771100", "854231"],
            "code_6": ["854231", "", "854231", "", "771100", "854231"],
            "date_s": [date(2022, 4, 9)] * 5 + [date(2022, 4, 9)],
        },
    )
    read = read_stata(path, target="RUS")
    assert read.rows_read == 6 == read.rows_kept + len(read.set_aside)
    assert [n for n, _ in read.set_aside] == [5, 6]
    lists = {g.id: g for g in read.lists}
    assert set(lists) == {"openicpsr-230342-eu", "openicpsr-230342-us", "openicpsr-230342-jp"}
    eu = lists["openicpsr-230342-eu"]
    assert eu.by_code["854231"][0].partial_code
    assert eu.by_code["8703"][0].date_quality == "exact"
    assert not eu.covers(date(2023, 1, 1))


def test_not_a_stata_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.dta"
    with pytest.raises(RegimeError, match="does not exist"):
        read_stata(path, target="RUS")
    path.write_text("code\n854231\n", encoding="utf-8")
    with pytest.raises(RegimeError, match="not a readable Stata file"):
        read_stata(path, target="RUS")
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(RegimeError, match="not installed") as caught:
        read_openicpsr_230342(path, target="RUS")
    assert "umweg[stata]" in caught.value.next_step
