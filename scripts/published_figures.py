"""Hold every published figure of the library against the data, and print the table for the docs.

    python scripts/published_figures.py [DIRECTORY] [--check]

Besides the packaged sample, the totals in DIRECTORY/trade/country_totals are read (default:
`UMWEG_RAW`, else `../shared/data`): EU exports by partner and year, and Kyrgyzstan's imports by
country and year. Both come from github.com/mary-lev/eu-export-sanctions, commit 4b6a5df. Printed
is every part of a figure for which the data give a number; with --check, docs/claims.md must hold
the same table.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from raw import folder_from, raw_folder
from umweg.claims import ClaimVerdict, Figures, load_library, run_claim
from umweg.claims.wording import Amount, same
from umweg.regime import load
from umweg.store import Store, commit, input_file
from umweg.store.contracts import FLOWS, ORIGINS

DOC = Path(__file__).resolve().parents[1] / "docs" / "claims.md"
AS_OF = date(2026, 11, 20)
PARTNERS = {"Türkiye": "TUR", "Turkey": "TUR", "Azerbaijan": "AZE"}
YEARS = ("2021", "2022", "2023")


def _row(reporter: str, partner: str, flow: str, year: str, value: float, **more: Any) -> Any:
    base = {
        "reporter": reporter, "partner": partner, "flow": flow, "freq": "A", "period": year,
        "code": "TOTAL", "value_reported": value, "partial_code": False, "net_weight_kg": None,
        "quantity": None, "quantity_unit": None,
    }  # fmt: skip
    return {**base, **more}


def _exports(path: Path) -> Iterator[Any]:
    for r in pq.read_table(path).to_pylist():
        partner = next((c for n, c in PARTNERS.items() if r["PARTNER"].startswith(n)), None)
        if partner and str(r["year"]) in YEARS and r["REPORTER"].startswith("European Union"):
            yield _row("EU27_2020", partner, "X", str(r["year"]), float(r["VALUE_IN_EUR"]),
                       nomenclature=f"CN{r['year']}", currency="EUR", basis="FOB",
                       origin_id="eurostat-by-partner")  # fmt: skip


def _imports(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f):
            if r["partner"] == "Germany" and r["year"] in YEARS:
                vintage = "HS2022" if r["year"] >= "2022" else "HS2017"
                yield _row("KGZ", "DEU", "M", r["year"], 1000 * float(r["kusd"]),
                           nomenclature=vintage, currency="USD", basis="CIF",
                           origin_id="kg-stat-by-country")  # fmt: skip


def store_with_totals(raw: Path, folder: Path) -> Store:
    """A store on the sample with the totals of the raw files."""
    totals = raw / "trade" / "country_totals"
    exports = totals / "eurostat_eu27_exports_total_by_partner_annual.parquet"
    imports = totals / "kyrgyzstan_imports_by_country_kusd_1994-2023.csv"
    store = Store.open(folder, create=True)
    for source, publisher, title, path, rows in (
        ("eurostat-by-partner", "Eurostat", "Comext, exports of the EU of 27 by partner and year",
         exports, list(_exports(exports))),
        ("kg-stat-by-country", "National Statistical Committee of the Kyrgyz Republic",
         "Imports by country", imports, list(_imports(imports))),
    ):  # fmt: skip
        with store.importing() as stage:
            stage.write("flows", pa.Table.from_pylist(rows, schema=FLOWS.schema))
            origin = {"origin_id": source, "publisher": publisher, "title": title,
                      "vintage": "2024-11-25"}  # fmt: skip
            stage.write("origins", pa.Table.from_pylist([origin], schema=ORIGINS.schema))
            commit(store.root, stage, source=source, dataset="totals", parser="script",
                   inputs=[input_file(path)], rows_read=len(rows), rows_kept=len(rows),
                   rows_set_aside=0, published_on="2024-11-25")  # fmt: skip
    return store


def table(store: Store) -> tuple[str, int, int]:
    """The table in Markdown, the number of figures in it, and of those fully as published."""
    figures = Figures(store, AS_OF, load())
    lines = ["| figure | published | ours | difference | tolerance | verdict |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    tested: set[str] = set()
    agreeing: set[str] = set()
    for claim in load_library().values():
        if claim.kind != "figure" or not claim.id.startswith("pe-"):
            continue
        result = run_claim(claim, figures)
        for part in result.parts:
            o = part.outcome
            expect = getattr(part.part, "expect", None)
            if o.verdict is ClaimVerdict.NOT_TESTABLE or expect is None:
                continue
            tested.add(claim.id)
            unit = expect.unit
            points = "points" if unit == "%" else unit
            ours = _shown(o.value, o.low, o.high, unit)
            known = isinstance(o.value, int | float)
            gap = Amount(o.value - expect.value, points).text(same, "en") if known else "–"
            lines.append(
                f"| `{claim.id}` {part.part.sentence.rstrip('.')} | "
                f"{Amount(expect.value, unit).text(same, 'en')} | {ours} | {gap} | "
                f"{Amount(expect.slack, points).text(same, 'en')} | {o.verdict.value} |"
            )
        if result.verdict is ClaimVerdict.SUPPORTED:
            agreeing.add(claim.id)
    return "\n".join(lines) + "\n", len(tested), len(agreeing)


def _shown(value: Any, low: float | None, high: float | None, unit: str) -> str:
    if isinstance(value, int | float):
        return Amount(value, unit).text(same, "en")
    ends = [Amount(x, unit).text(same, "en") for x in (low, high) if x is not None]
    return " to ".join(ends) if len(ends) == 2 else f"at least {ends[0]}" if ends else "–"


def main() -> None:
    """Print the table, or compare it with the one of the docs."""
    check = "--check" in sys.argv
    raw = folder_from([a for a in sys.argv if a != "--check"])
    with tempfile.TemporaryDirectory() as folder:
        text, tested, agreeing = table(store_with_totals(raw, Path(folder) / "store"))
    if check:
        if text not in DOC.read_text("utf-8"):
            sys.exit("docs/claims.md holds another table: run scripts/published_figures.py")
        return
    print(text)
    print(f"{tested} figures tested, {agreeing} of them supported in every part")


__all__ = ["main", "raw_folder", "store_with_totals", "table"]

if __name__ == "__main__":
    main()
