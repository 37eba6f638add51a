"""Mutated trade files of every format: a named error, or every row kept or set aside by name.

Where a row is a line, they are counted apart from the reader. `SLOW_TESTS=1` runs 40 seeds a format
instead of 4. A seed that once failed is kept in `KEPT`.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import py7zr
import pytest
from xlsxwriter import Workbook

from tests.raw import raw_file
from tests.sources.mutations import SEEDS, mutated
from tests.sources.trade.files import comtrade_csv, comtrade_row, json_stat_cube
from tests.sources.trade.test_comext import HEAD, ROWS, SDMX
from umweg.errors import UmwegError
from umweg.sources import import_files
from umweg.store import Store

KEPT: tuple[int, ...] = ()
LIMIT_SECONDS = 60.0
MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
PUBLIC = "github.com/mary-lev/eu-export-sanctions, commit 4b6a5dfc864ab3352104974a4516458fd7347b38"
TOTALS = "trade/country_totals/"


def lines_of(data: bytes) -> int | None:
    """Rows below the header, one a line; None where quotes or odd bytes make lines doubtful."""
    if b'"' in data or b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return None
    return sum(1 for line in data.split(b"\n")[1:] if line.strip(b"\r"))


def records_of(data: bytes) -> int | None:
    """Rows below the header, as Python's csv reads them where it has no doubt."""
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return None
    try:
        text = data.decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError):
        return None
    if any("\n" in cell for row in rows for cell in row):
        return None
    return sum(1 for row in rows[1:] if row)


@dataclass(frozen=True)
class Kind:
    """A format: its file, what is mutated of it, and how its rows are counted."""

    name: str
    source: str
    whole: Callable[[Path], bytes]
    pack: Callable[[bytes, Path], None] = lambda data, path: void(path.write_bytes(data))
    count: Callable[[bytes], int | None] | None = None
    mapping: str | None = None


def void(_: object) -> None:
    return None


def download(_: Path) -> bytes:
    rows = [comtrade_row(period=f"2023{m:02d}", partnerCode=p, primaryValue=m * p)
            for m in range(1, 13) for p in (643, 417, 899)]  # fmt: skip
    return comtrade_csv(*rows, comtrade_row(motCode=2100)).encode()


def answer(_: Path) -> bytes:
    rows = [comtrade_row(period=f"2023{m:02d}") for m in range(1, 13)]
    return json.dumps({"elapsedTime": "1", "count": 12, "data": rows, "error": ""}).encode()


def bulk_file(_: Path) -> bytes:
    return f"{HEAD}\n{ROWS}".encode()


def seven(folder: Path) -> bytes:
    path = folder / "whole.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr(f"{HEAD}\n{ROWS}", "full_202402.dat")
    return path.read_bytes()


def baci_year(_: Path) -> bytes:
    body = "".join(f"2020,276,398,8542{n:02d},{n}.5,{n}\n" for n in range(10, 60))
    return b"t,i,j,k,v,q\n" + body.encode()


def as_baci(data: bytes, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BACI_HS17_Y2020_V202401.csv", data)
        archive.writestr("country_codes_V202401.csv", "country_code,country_name\n276,Germany\n")


def baci_archive(folder: Path) -> bytes:
    path = folder / "whole.zip"
    as_baci(baci_year(folder), path)
    return path.read_bytes()


def json_stat(_: Path) -> bytes:
    return json.dumps(json_stat_cube()).encode()


def kyrgyz(_: Path) -> bytes:
    name = f"{TOTALS}kyrgyzstan_exports_by_country_kusd_1994-2023.csv"
    data = raw_file(name, PUBLIC).read_bytes()
    return data[: data.find(b"\n", 20_000) + 1]


def kazakh(_: Path) -> bytes:
    name = "Основные показатели внешней торговли по странам_2023.xls"
    return raw_file(f"{TOTALS}kazakhstan_raw/{name}", PUBLIC).read_bytes()


def workbook(folder: Path) -> bytes:
    path = folder / "whole.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("exports")
        sheet.write_row(0, 0, ["partner", "year", "kusd"])
        for n in range(60):
            sheet.write_row(n + 1, 0, ["Russia", 1994 + n % 30, n * 1.5])
    return path.read_bytes()


KINDS = (
    Kind("comtrade-csv", "comtrade", download, count=records_of),
    Kind("comtrade-json", "comtrade", answer),
    Kind("comtrade-gz", "comtrade", lambda f: gzip.compress(download(f), mtime=0)),
    Kind("comext-dat", "comext", bulk_file, count=lines_of),
    Kind("comext-7z", "comext", seven),
    Kind("comext-sdmx", "comext", lambda _: SDMX.encode(), count=lines_of),
    Kind("comext-json", "comext", json_stat),
    Kind("baci-year", "baci", baci_year, as_baci, count=lines_of),
    Kind("baci-zip", "baci", baci_archive),
    Kind("mapped-csv", "kg-own", kyrgyz, count=lines_of, mapping="kyrgyzstan-by-country"),
    Kind("mapped-xlsx", "kg-own", workbook, mapping="kyrgyzstan-by-country"),
    Kind("mapped-xls", "kz-own", kazakh, mapping="kazakhstan-by-country"),
)
NAMES = {"baci-year": "BACI_HS17_V202401.zip", "baci-zip": "BACI_HS17_V202401.zip",
         "comext-7z": "full_v2_202402.7z"}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_mutated_trade_files(tmp_path: Path, kind: Kind) -> None:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    whole = kind.whole(tmp_path)
    mapping = MAPPINGS / f"{kind.mapping}.yaml" if kind.mapping else None
    file = tmp_path / NAMES.get(kind.name, "mutated")
    for seed in (*KEPT, *SEEDS):
        data = mutated(whole, kind.name, seed)
        kind.pack(data, file)
        began = time.monotonic()
        m = None
        with contextlib.suppress(UmwegError):
            m = import_files(
                [file], store, source=kind.source, dataset=f"seed-{seed}", mapping=mapping
            )
        assert time.monotonic() - began < LIMIT_SECONDS, seed
        assert list(store.root.glob(".staging/*")) == [], seed
        if m is None:
            continue
        assert m.rows_read == m.rows_kept + m.rows_set_aside, seed
        assert m.rows("set_aside").num_rows == m.rows_set_aside, seed
        if kind.source != "comext":  # there a figure is a sum of rows
            assert m.rows("flows").num_rows == m.rows_kept, seed
        expected = kind.count(data) if kind.count else None
        if expected is not None:
            assert m.rows_read == expected, seed
