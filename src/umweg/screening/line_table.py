"""The decided lines as a table: in memory while they are few, in a file once they are many."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from umweg.screening.columns import PARTY_ROLES
from umweg.screening.order_book import Lines, OrderBook

_D = pa.dictionary(pa.int32(), pa.string())
_S = pa.string()
COLUMNS = pa.schema(
    [
        ("row", pa.int64()), ("decision", pa.int8()), ("points", pa.int32()), ("trade", pa.int32()),
        ("parties", pa.int32()), ("flags", pa.int32()), ("order", _S), ("item", _S), ("day", _D),
        ("code", _D), ("code_read", _D), ("destination", _D), ("consignee", _D),
        ("value_usd", pa.float64()), ("repaired", _D), ("price", pa.int32()),
        ("weight_kg", pa.float32()), ("pieces", pa.float32()),
    ]
)  # fmt: skip
"""The columns of `CheckResult.table`: numbers of decision and outcomes, and what a reader needs."""

IN_MEMORY = 1 << 18
"""Lines that are held in memory; more are written to a temporary file and read from there."""


def line_part(
    book: OrderBook, lines: Lines, days: Sequence[date], numbers: Mapping[str, Any]
) -> pa.Table:
    """Some decided lines as a table of `COLUMNS`.

    Args:
        book: Where the cells lie.
        lines: The lines.
        days: Day of each distinct cell of a day.
        numbers: The columns that the decision made.
    """
    count = len(lines)
    nothing = np.zeros(count, np.int32)
    empty = pa.array([""] * count, pa.string())
    party = next((lines.texts[r] for r in PARTY_ROLES if r in lines.texts), empty)

    def shown(role: str, values: Sequence[str]) -> pa.Array:
        # Only the values of these lines: those of the whole file would be written with each part.
        ids = lines.cells.get(role, nothing)
        distinct, inverse = np.unique(ids, return_inverse=True)
        return pa.DictionaryArray.from_arrays(
            pa.array(inverse.astype(np.int32)),
            pa.array([values[n] for n in distinct.tolist()], pa.string()),
        )

    def read(role: str) -> pa.Array:
        return shown(role, [c.value for c in book.cells[role].values])

    data = {
        "row": pa.array(lines.rows),
        "order": lines.texts.get("order", empty),
        "item": lines.texts.get("item", empty),
        "day": shown("date", [d.isoformat() for d in days]),
        "code": lines.texts.get("code", empty).dictionary_encode(),
        "code_read": read("code"),
        "destination": read("destination"),
        "consignee": party.dictionary_encode(),
        "repaired": _repairs(book, lines),
        "weight_kg": pa.array(lines.weight_kg.astype(np.float32), from_pandas=True),
        "pieces": pa.array(lines.pieces.astype(np.float32), from_pandas=True),
    }
    for name, values in numbers.items():
        kind = COLUMNS.field(name).type
        data[name] = pa.array(values, from_pandas=True).cast(kind)
    return pa.table({name: data[name] for name in COLUMNS.names}, schema=COLUMNS)


def _repairs(book: OrderBook, lines: Lines) -> pa.Array:
    """What was repaired in the code and in the day of each line."""
    roles = ("code", "date")
    nothing = np.zeros(len(lines), np.int32)
    ids = [lines.cells.get(r, nothing) for r in roles]
    key = np.stack(ids, axis=1)
    noted = np.zeros(len(lines), bool)
    for role, column in zip(roles, ids, strict=True):
        has = np.array([bool(c.note) for c in book.cells[role].values])
        noted |= has[column]
    key[~noted] = 0
    distinct, inverse = np.unique(key, axis=0, return_inverse=True)
    texts = [
        "\x1f".join(
            note
            for role, number in zip(roles, row, strict=True)
            if (note := book.cells[role].values[number].note)
        )
        for row in distinct.tolist()
    ]
    return pa.DictionaryArray.from_arrays(
        pa.array(inverse.reshape(-1).astype(np.int32)), pa.array(texts, pa.string())
    )


class LineTable:
    """Collects parts of decided lines.

    Beyond `IN_MEMORY` lines they are written to a temporary file that the table is mapped from: the
    system holds of it what is being read. The file goes with the program.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._parts: list[pa.Table] = []
        self._count = 0
        self._writer: pa.RecordBatchStreamWriter | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._table: pa.Table | None = None

    def add(self, part: pa.Table) -> None:
        """Add some lines."""
        self._table = None
        self._parts.append(part)
        self._count += part.num_rows
        if self._count > self._in_memory:
            self._write()

    def _write(self) -> None:
        if self._writer is None:
            self._folder = tempfile.TemporaryDirectory(prefix="umweg-")
            self._writer = pa.ipc.new_stream(str(self._path), COLUMNS)
        for part in self._parts:
            for batch in part.combine_chunks().to_batches():
                self._writer.write_batch(batch)
        self._parts = []

    @property
    def _path(self) -> Path:
        return Path(self._folder.name if self._folder else "") / "lines.arrow"

    @property
    def table(self) -> pa.Table:
        """All lines; nothing can be added after."""
        if self._table is None:
            self._table = self._mapped() if self._writer is not None else self._whole()
        return self._table

    def _whole(self) -> pa.Table:
        if not self._parts:
            return COLUMNS.empty_table()
        return pa.concat_tables(self._parts).unify_dictionaries()

    def _mapped(self) -> pa.Table:
        if self._writer is not None:
            self._writer.close()
        with pa.ipc.open_stream(pa.memory_map(str(self._path))) as reader:
            table = reader.read_all()
        # What is mapped stays readable without its name; where it does not, the file goes later.
        with suppress(OSError):
            self._path.unlink()
        return table
