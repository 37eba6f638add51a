"""A user's own shipments (declarations, bills of lading) from a table file, for `umweg trace`.

They are confidential and stay where they are: nothing of them goes into the store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from umweg.errors import InputError
from umweg.sources.batches import Batch, cut, listed
from umweg.sources.cells import goods_code, number, place
from umweg.sources.table_file import TableFile

COLUMNS = {
    "date": ("date", "shipment_date", "declaration_date", "datum", "дата"),
    "consignor": ("consignor", "exporter", "shipper", "sender", "absender", "грузоотправитель"),
    "consignee": ("consignee", "importer", "receiver", "empfänger", "грузополучатель"),
    "from_country": ("from_country", "departure_country", "dispatch_country", "export_country"),
    "to_country": ("to_country", "destination_country", "destination", "import_country"),
    "code": ("code", "hs_code", "hscode", "commodity_code", "warennummer", "тн вэд"),
    "net_weight_kg": ("net_weight_kg", "net_weight", "netweight", "nettogewicht", "вес нетто"),
}
"""The columns of a table of shipments, each with the names under which it is recognised."""

_TYPES = {"date": pa.date32(), "net_weight_kg": pa.float64()}
SCHEMA = pa.schema([(c, _TYPES.get(c, pa.string())) for c in COLUMNS])

_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$|^(\d{1,2})\.(\d{1,2})\.(\d{4})$")


@dataclass(frozen=True, slots=True)
class NotKept:
    """A row that was set aside."""

    row: int
    reason: str
    detail: str


@dataclass(frozen=True)
class Shipments:
    """What a file of shipments holds: rows read = kept + set aside.

    Attributes:
        table: The rows kept, in the columns `COLUMNS`; countries in alpha-3, codes digits only.
        read: Number of rows in the file.
        set_aside: The rows that were not kept, with the reason.
        notes: What was assumed.
    """

    table: pa.Table
    read: int
    set_aside: tuple[NotKept, ...]
    notes: tuple[str, ...]


def read_shipments(path: Path, code_digits: int | None = None) -> Shipments:
    """Read shipments from CSV, a workbook, Parquet or JSON lines.

    Args:
        path: The file.
        code_digits: Cut longer codes to so many digits, so that national digits do not part what
            belongs together.

    Raises:
        InputError: the file cannot be read, lacks a column, or has no row that can be kept.
    """
    file = TableFile(path)
    columns = _columns(file)
    parts: list[pa.Table] = []
    aside: list[NotKept] = []
    read = 0
    for batch in file.batches():
        read += len(batch.rows) + len(batch.rejects)
        aside += [NotKept(r.row, r.reason, r.detail) for r in batch.rejects]
        table, rejected = _batch(batch, columns, code_digits)
        parts.append(table)
        aside += rejected
    table = pa.concat_tables(parts) if parts else SCHEMA.empty_table()
    if not table.num_rows:
        first = f"; first: row {aside[0].row}: {aside[0].detail}" if aside else ""
        raise InputError(
            f"no shipment can be kept of {read} rows{first}",
            where=str(path),
            allowed="see `umweg trace --help` for the columns",
            next_step="correct the rows",
        )
    return Shipments(table, read, tuple(aside), file.notes)


def _columns(file: TableFile) -> dict[str, str]:
    given = {c.strip().lower().replace(" ", "_"): c for c in file.columns}
    given |= {c.strip().lower(): c for c in file.columns}
    found = {}
    for name, synonyms in COLUMNS.items():
        named = [given[s] for s in synonyms if s in given]
        if named:
            found[name] = named[0]
    missing = [c for c in COLUMNS if c not in found]
    if missing:
        raise InputError(
            f"columns are missing: {', '.join(missing)}",
            where=f"{file.path}, header: {listed(file.columns)}",
            allowed="; ".join(f"{c} ({', '.join(s[1:])})" for c, s in COLUMNS.items()),
            next_step="name the columns like this",
        )
    return found


def _batch(
    batch: Batch, columns: dict[str, str], digits: int | None
) -> tuple[pa.Table, list[NotKept]]:
    """The rows of a batch that can be kept, and the others."""
    cells: dict[str, pa.Array] = {}
    problems: dict[int, NotKept] = {}
    for name, column in columns.items():
        encoded = batch.columns[column].dictionary_encode()
        values, wrong = zip(*_understood(name, encoded.dictionary, digits), strict=True) or ((), ())
        kind = SCHEMA.field(name).type
        index = encoded.indices
        cells[name] = pa.array(values, kind).take(index)
        bad = {i: p for i, p in enumerate(wrong) if p is not None}
        if bad:
            numbers = index.to_numpy(zero_copy_only=False)
            for at in np.flatnonzero(np.isin(numbers, list(bad))).tolist():
                reason, detail = bad[int(numbers[at])]
                problems.setdefault(at, NotKept(int(batch.rows[at]), reason, detail))
    keep = np.ones(len(batch.rows), bool)
    keep[list(problems)] = False
    table = pa.table(cells, schema=SCHEMA).filter(pa.array(keep))
    return table, [problems[at] for at in sorted(problems)]


_Wrong = tuple[str, str] | None


def _understood(
    name: str, texts: pa.StringArray, digits: int | None
) -> Iterator[tuple[object, _Wrong]]:
    """Each distinct text of a column: its value, or what is wrong with it."""
    for text in texts.to_pylist():
        if name == "date":
            yield _day(text)
        elif name == "net_weight_kg":
            value, problem = number(name, text, optional=False)
            yield value, (problem.reason, problem.detail) if problem else None
        elif name in ("from_country", "to_country"):
            yield _country(name, text)
        elif name == "code":
            yield _code(text, digits)
        else:
            firm = " ".join(text.split()).casefold()
            yield firm, None if firm else ("missing-value", f"'{name}' is empty")


@cache
def _country(column: str, text: str) -> tuple[str | None, _Wrong]:
    found = place(column)(text)
    if found.value:
        return found.value, None
    from rigour.territories import lookup_territory

    territory = lookup_territory(text) if text.strip() and len(text) <= 60 else None
    if territory is not None and territory.alpha3:
        return territory.alpha3.upper(), None
    problem = found.problem
    return None, (problem.reason, problem.detail) if problem else ("unknown-country", cut(text))


def _code(text: str, digits: int | None) -> tuple[str | None, _Wrong]:
    bare = re.sub(r"[\s.]", "", text)
    if bare.isascii() and bare.isdigit() and len(bare) in (10, 12) and digits:
        bare = bare[:digits]
    found = goods_code(bare if bare else text)
    if found.problem or found.value is None:
        problem = found.problem
        return None, (problem.reason, problem.detail) if problem else ("bad-code", cut(text))
    return (found.value[:digits] if digits else found.value), None


def _day(text: str) -> tuple[date | None, _Wrong]:
    found = _DAY.match(text.strip())
    if found:
        year, month, day, d, m, y = found.groups()
        try:
            return date(int(year or y), int(month or m), int(day or d)), None
        except ValueError:
            pass  # a thirtieth of February: no day, said below
    return None, ("bad-date", f"date '{cut(text)}'; allowed: 2022-03-01 or 1.3.2022")
