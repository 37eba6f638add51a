"""The national tables and Eurostat's Parquet files by their mappings, against the sample's figures.

The sample was derived by a script of its own (`scripts/build_sample.py`), which reads these files
in another way: both must find the same figures.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.raw import raw_file
from umweg.geography import EU27_2020
from umweg.sources import import_files
from umweg.store import Manifest, Store

MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
PUBLIC = "github.com/mary-lev/eu-export-sanctions, commit 4b6a5dfc864ab3352104974a4516458fd7347b38"
LISTED = "github.com/vzemlys/ruimpeks, commit 5b5d97ccdfc2fc3ce418233fe340680fe192c18a"
TOTALS = "trade/country_totals/"
KAZAKH = {
    2019: "Основные показатели внешней торговли_2019.xls",
    2020: "Основные показатели внешней торговли_2020.xls",
    2021: "Основные показатели внешней торговли_2021.xls",
    2022: "Основные показатели внешней торговли по странам_2022.xls",
    2023: "Основные показатели внешней торговли по странам_2023.xls",
}


def run(store: Store, path: Path, mapping: str, dataset: str) -> Manifest:
    return import_files(
        [path], store, source="own", dataset=dataset, mapping=MAPPINGS / f"{mapping}.yaml"
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def sample(source: str) -> dict[tuple[str, str, str], float]:
    (found,) = [m for m in Store.sample().all_snapshots if m.source == source]
    return {
        (r["partner"], r["flow"], r["period"]): r["value_reported"]
        for r in found.rows("flows").to_pylist()
        if r["freq"] == "A"
    }


def figures(found: Manifest) -> dict[tuple[str, str, str], float]:
    return {
        (r["partner"], r["flow"], r["period"]): r["value_reported"]
        for r in found.rows("flows").to_pylist()
    }


def reasons(found: Manifest) -> Counter[str]:
    return Counter(found.rows("set_aside")["reason"].to_pylist())


def test_kyrgyz_tables(store: Store) -> None:
    held: dict[tuple[str, str, str], float] = {}
    for kind, rows in (("exports", 2523), ("imports", 3516)):
        path = raw_file(f"{TOTALS}kyrgyzstan_{kind}_by_country_kusd_1994-2023.csv", PUBLIC)
        found = run(store, path, "kyrgyzstan-by-country", kind)
        assert found.rows_read == rows
        # What is left over is named: regions, and partners that are no country of today.
        assert set(reasons(found)) == {"ignored-by-mapping", "unknown-country"}
        unknown = {
            r["detail"].split("'")[1]
            for r in found.rows("set_aside").to_pylist()
            if r["reason"] == "unknown-country"
        }
        assert unknown <= {
            "Undefined country", "Channel Islands", "UN", "Zaire", "Netherlands antilles",
        }  # fmt: skip
        held |= figures(found)
    wanted = sample("kg-stat")
    assert len(wanted) == 10
    # The sample rounds to the cent.
    assert {k: round(held[k], 2) for k in wanted} == wanted


def test_kazakh_workbooks(store: Store) -> None:
    held: dict[tuple[str, str, str], float] = {}
    for year, name in KAZAKH.items():
        found = run(store, raw_file(f"{TOTALS}kazakhstan_raw/{name}", PUBLIC),
                    "kazakhstan-by-country", f"y{year}")  # fmt: skip
        assert set(reasons(found)) == {"ignored-by-mapping"}
        held |= figures(found)  # a later file revises the year before
    wanted = sample("kz-stat")
    assert len(wanted) == 5 * (len(EU27_2020) + 1)
    # A later workbook repeats 2020 and 2021 with cents where the earlier has thousands, so that
    # the sums differ by less than a thousand USD; the sample takes each year from the newest.
    assert {k: round(held[k], 2) for k in wanted} == wanted
    # The total of the world is a partner too: the countries add up to it but for rounding.
    world = held["WLD", "X", "2023"]
    countries = sum(v for (p, f, y), v in held.items() if (f, y) == ("X", "2023") and len(p) == 3
                    and p != "WLD")  # fmt: skip
    assert countries == pytest.approx(world, rel=1e-3)


def test_eurostat_totals(store: Store) -> None:
    monthly = run(
        store,
        raw_file(f"{TOTALS}eurostat_total_trade_monthly_2019-01_2024-08.parquet", PUBLIC),
        "eurostat-total-monthly", "m",
    )  # fmt: skip
    assert monthly.rows_read == 14_063
    assert reasons(monthly) == {"ignored-by-mapping": 952}  # the euro area, twice, 476 each
    annual = run(
        store,
        raw_file(f"{TOTALS}eurostat_eu27_exports_total_by_partner_annual.parquet", PUBLIC),
        "eurostat-total-annual", "a",
    )  # fmt: skip
    assert annual.rows_read == 3407
    # The CN is held from 2012 on; 2010 and 2011 are set aside by name.
    assert set(reasons(annual)) == {
        "ignored-by-mapping", "unknown-nomenclature", "conflicting-statements",
    }  # fmt: skip
    # One year has Guinea twice, under its English and its French label, with different figures.
    assert reasons(annual)["conflicting-statements"] == 2
    wanted = sample("eurostat-total")
    held = figures(annual)
    assert wanted
    assert {k: held[k] for k in wanted} == wanted


def test_eurostat_listed_codes(store: Store) -> None:
    found = run(
        store,
        raw_file("trade/eurostat_restricted/eurostat_eu27_exports_sanctioned_cn8_monthly_2020-01_"
                 "2022-11.parquet", LISTED),
        "eurostat-listed-monthly", "listed",
    )  # fmt: skip
    assert (found.rows_read, found.rows_set_aside) == (1_141_670, 0)
    (alarm,) = [a for a in found.alarms if a.name == "heading-beside-sub-codes"]
    assert alarm.rows > 0  # 114 heading totals stand beside their sub-codes (PROVENANCE)
