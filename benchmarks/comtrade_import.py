"""A large download of UN Comtrade into the store, against DuckDB's own reader, in one run.

    python benchmarks/comtrade_import.py [ROWS] [FOLDER] [LIMIT]

An invented file in the format of Comtrade Plus (47 columns) is turned into Parquet by DuckDB's CSV
reader, imported, and turned into Parquet once more. Printed are both times of the reader, the time
of the import (rows judged, breakdowns set aside, keys checked, hashed, written), the ratio of its
speed to the reader's, by the clock and by the processor's time (which other work on the machine
changes less), and the peak memory of the importing process with DuckDB limited to LIMIT (2GB). A
file that was made in FOLDER before is used again.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from umweg.nomenclature import codes

REPORTERS = ((276, "DEU", "Germany"), (842, "USA", "USA"), (398, "KAZ", "Kazakhstan"),
             (251, "FRA", "France"), (792, "TUR", "Türkiye"), (156, "CHN", "China"))  # fmt: skip
PARTNERS = ((643, "RUS", "Russian Federation"), (417, "KGZ", "Kyrgyzstan"),
            (51, "ARM", "Armenia"), (268, "GEO", "Georgia"), (384, "CIV", "Côte d'Ivoire"),
            (490, "S19", "Other Asia, nes"), (0, "W00", "World"), (699, "IND", "India"),
            (784, "ARE", "United Arab Emirates"), (31, "AZE", "Azerbaijan"))  # fmt: skip
HEADER = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,"
    "flowCode,flowDesc,partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,"
    "classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,"
    "aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,"
    "isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,"
    "isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,"
    "legacyEstimationFlag,isReported,isAggregate"
)
CHILD = """
import json, resource, sys, time
from pathlib import Path
from umweg.sources import import_files
from umweg.store import DuckDBEngine, Store
began, worked = time.monotonic(), time.process_time()
m = import_files([Path(sys.argv[1])], Store.open(sys.argv[2], create=True, with_sample=False,
                 engine=DuckDBEngine(sys.argv[3])))
print(json.dumps({"seconds": time.monotonic() - began,
  "worked": time.process_time() - worked, "read": m.rows_read, "kept": m.rows_kept,
  "aside": m.rows_set_aside, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}))
"""


def lines(rows: int) -> Iterator[str]:
    """Invented rows; one in ten is a breakdown beside its total."""
    random.seed(1)
    goods = sorted(c for c in codes("HS2017") if len(c) == 6)
    made = 0
    for month in range(60):
        year, m = 2017 + month // 12, month % 12 + 1
        for code in goods:
            for r in REPORTERS:
                for p in PARTNERS:
                    for flow in ("X", "M"):
                        value, weight = random.randint(1, 10**7), random.randint(1, 10**5)
                        cif, fob = (value, "") if flow == "M" else ("", value)
                        name = f'"{p[2]}"' if "," in p[2] else p[2]
                        for mode in (0, 2100) if random.random() < 0.1 else (0,):
                            yield (
                                f"C,M,{year}{m:02d}01,{year},{m},{year}{m:02d},{r[0]},{r[1]},{r[2]}"
                                f",{flow},Export,{p[0]},{p[1]},{name},0,W00,World,H5,HS,true,{code}"
                                f',"Goods of heading {code[:4]}, others than elsewhere, n.e.c.",6,'
                                f"true,C00,TOTAL CPC,0,{mode},TOTAL MOT,8,kg,{weight},false,8,kg,"
                                f"{weight},false,{weight},false,0,false,{cif},{fob},{value},0,"
                                "false,true\n"
                            )
                            made += 1
                            if made == rows:
                                return


def reader(file: Path, target: Path) -> tuple[float, float]:
    """Seconds, and seconds of the processor, in which DuckDB's reader makes Parquet of a file."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    began, worked = time.monotonic(), time.process_time()
    con.execute(f"COPY (FROM read_csv('{file}')) TO '{target}' (FORMAT parquet)")
    return time.monotonic() - began, time.process_time() - worked


def made(rows: int, folder: Path) -> Path:
    """The file of so many rows."""
    file = folder / f"TradeData-{rows}.csv"
    if not file.exists():
        half = file.with_suffix(".part")
        with half.open("w", encoding="utf-8") as out:
            out.write(HEADER + "\n")
            out.writelines(lines(rows))
        half.rename(file)
    return file


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    limit = sys.argv[3] if len(sys.argv) > 3 else "2GB"
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as scratch:
        folder = Path(scratch)
        file = made(rows, Path(sys.argv[2]) if len(sys.argv) > 2 else folder)
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB")
        first = reader(file, folder / "a.parquet")
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(file), str(folder / "store"), limit],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        second = reader(file, folder / "b.parquet")
        seconds, worked = ((a + b) / 2 for a, b in zip(first, second, strict=True))
        print(
            f"DuckDB's reader to Parquet: {first[0]:.1f} s before, {second[0]:.1f} s after "
            f"({first[1]:.1f} and {second[1]:.1f} s of the processor)"
        )
        print(
            f"import: {told['seconds']:.1f} s ({told['worked']:.1f} s of the processor), "
            f"{told['kept']:,} kept, {told['aside']:,} set aside, peak {told['peak_mb']:,} MB"
        )
        print(
            f"speed of the import: {seconds / told['seconds']:.2f} of the reader's by the clock, "
            f"{worked / told['worked']:.2f} by the processor's time"
        )


if __name__ == "__main__":
    main()
