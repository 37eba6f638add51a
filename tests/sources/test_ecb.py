"""The ECB's file of reference rates, in small files of its own form with invented rates."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from umweg.errors import InputError
from umweg.sources import ecb
from umweg.sources.importing import import_files
from umweg.store import Store

HEADER = "Date,USD,JPY,KZT,"


def history(tmp_path: Path, *lines: str, name: str = "eurofxref-hist.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return path


def long_history(days: int, rate: str = "2.0") -> list[str]:
    """Newest first, as the ECB writes it; every day of the week, which is enough here."""
    first = date(2024, 1, 1)
    return [f"{first + timedelta(days=n)},{rate},100,N/A," for n in reversed(range(days))]


def test_a_line_is_a_day_and_every_line_is_answered_for(tmp_path: Path) -> None:
    path = history(
        tmp_path, "2024-02-01,1.25,160,N/A,", "2024-01-31,1.20,150,0,", "2024-01-31,1.3,150,N/A,",
        "31.01.2024,1.2,150,N/A,", "2024-01-30,1.2,-4,N/A,", "2024-01-29,1.2,",
        "2024-01-28,N/A,1,N/A,", "",
    )  # fmt: skip
    found = ecb.read_history(path)
    assert found.days == {
        date(2024, 2, 1): {"USD": 1.25, "JPY": 160.0},
        date(2024, 1, 31): {"USD": 1.20, "JPY": 150.0},
    }
    assert [r.reason for r in found.aside] == [
        "duplicate-row", "bad-date", "bad-rate", "ragged-row", "no-usd-rate",
    ]  # fmt: skip
    assert found.read == len(found.days) + len(found.aside)


def test_means_are_of_the_daily_cross_rates(tmp_path: Path) -> None:
    path = history(tmp_path, "2024-01-02,1.2,100,N/A,", "2024-01-01,1.0,200,N/A,")
    rows = {(r["currency"], r["period"]): r for r in ecb.means(ecb.read_history(path)).to_pylist()}
    # EUR: (1.2 + 1.0) / 2; JPY: (1.2 / 100 + 1.0 / 200) / 2 = (0.012 + 0.005) / 2
    assert rows["EUR", "2024-01"]["usd_per_unit"] == pytest.approx(1.1)
    assert rows["JPY", "2024-01"]["usd_per_unit"] == pytest.approx(0.0085)
    assert rows["JPY", "2024"]["days"] == 2
    assert not {c for c, _ in rows} & {"USD", "KZT"}


@pytest.mark.parametrize("zipped", [False, True])
def test_imported_it_takes_the_place_of_the_packaged_rates(tmp_path: Path, zipped: bool) -> None:
    path = history(tmp_path, *long_history(ecb.MIN_DAYS))
    if zipped:
        packed = tmp_path / "eurofxref-hist.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "eurofxref-hist.csv")
        path = packed
    store = Store.open(tmp_path / "store", create=True)
    made = import_files([path], store)  # recognised by its header
    # 500 days from 2024-01-01 on
    assert (made.source, made.published_on) == ("ecb", "2025-05-14")
    assert (made.rows_read, made.rows_kept, made.rows_set_aside) == (500, 500, 0)
    daily = store.read("daily_rates").to_pylist()
    assert {r["per_eur"] for r in daily if r["currency"] == "USD"} == {2.0}
    assert {r["currency"] for r in store.read("rates").to_pylist()} == {"EUR", "JPY"}


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["Date,JPY,GBP,", "2024-01-01,1,2,"], "header"),
        (["Datum,USD,", "2024-01-01,1,"], "header"),
        ([HEADER, *long_history(90)], "not the history"),
        ([HEADER], "not the history"),
    ],
)
def test_what_is_no_history(tmp_path: Path, lines: list[str], what: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("\n".join(lines), "utf-8")
    store = Store.open(tmp_path / "store", create=True)
    with pytest.raises(InputError, match=what):
        import_files([path], store, source="ecb")
    assert not [m for m in store.all_snapshots if m.source == "ecb" and m.dataset == "ecb"]
