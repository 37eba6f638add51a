"""The tables of a store's parties as the matcher reads them: joined, in order, mapped from a file.

Made once for a set of snapshots and kept in the store's cache; after that a start costs the opening
of five files, and a cell is read when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from umweg.store.derived import keep, place

if TYPE_CHECKING:
    from umweg.store.manifest import Manifest

VERSION = 2
"""Of what is kept: a cache of another one is made anew."""

COLUMNS = {
    "entities": ("schema", "entity_id", "gender", "countries", "topics", "whole"),
    "names": ("name", "kind", "weak", "script", "language"),
    "identifiers": ("normal",),
    "listings": ("list", "listed_from", "listed_until"),
}
"""What is kept of each table. `whole` is everything below of a party, as JSON: one cell is read
where a party is, not a hundred."""

FEW = frozenset(("schema", "gender", "kind", "weak", "script", "language"))
"""Columns of few different cells, of which each is one object."""

WHOLE = {
    "entities": (
        "schema", "entity_id", "gender", "birth_dates", "founded", "countries", "titles", "topics",
        "snapshot_id",
    ),
    "names": COLUMNS["names"],
    "identifiers": ("kind", "value", "normal", "country", "valid"),
    "addresses": ("full",),
    "listings": (
        "list", "authority", "programme", "reference", "listed_from", "listed_until", "url",
    ),
}  # fmt: skip
"""What a party is made of."""

_ORDER = {"primary": 0, "original": 1, "alias": 2, "former": 3}
_OWNER = "owner"

Ints = np.ndarray[Any, np.dtype[np.int32]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


class Rows:
    """The rows of one table, party by party.

    Attributes:
        columns: Column by column, in the order of `COLUMNS`.
        owner: For each row the number of its party (of `entities` the row's own).
    """

    def __init__(self, name: str, table: pa.Table, parties: int) -> None:
        table = table.combine_chunks()
        self.table = table
        self.columns = [_array(table[c]) for c in COLUMNS[name]]
        if _OWNER in table.column_names:
            self.owner = ints(_array(table[_OWNER]))
        else:
            self.owner = np.arange(parties, dtype=np.int32)
        counts = np.bincount(self.owner, minlength=parties)
        self.bounds = np.concatenate(([0], np.cumsum(counts)))
        self._at = {c: i for i, c in enumerate(COLUMNS[name])}

    def __len__(self) -> int:
        return len(self.owner)

    def column(self, name: str) -> pa.Array:
        """A column."""
        return self.columns[self._at[name]]

    @cached_property
    def _cells(self) -> list[Callable[[int], Any]]:
        return [
            shared(c).__getitem__ if name in FEW else partial(_cell, c)
            for name, c in zip(self._at, self.columns, strict=True)
        ]

    def cell(self, name: str, at: int) -> Any:
        """One cell of a row."""
        return self._cells[self._at[name]](at)

    def row(self, at: int) -> list[Any]:
        """The cells of a row."""
        return [cell(at) for cell in self._cells]

    def of(self, number: int) -> range:
        """The rows of a party."""
        return range(int(self.bounds[number]), int(self.bounds[number + 1]))


def _cell(column: pa.Array, at: int) -> Any:
    return column[at].as_py()


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def ints(column: pa.Array) -> Ints:
    """An int32 column without nulls as numpy; `to_numpy` imports pandas where it is installed."""
    if not len(column):
        return np.empty(0, np.int32)
    return np.frombuffer(column.buffers()[1], np.int32)[column.offset :][: len(column)]


def where(column: pa.Array, holds: Callable[[Any], bool]) -> Mask:
    """The rows whose cell fulfils something; each different cell is asked about once."""
    # A comparison with a constant would be shorter, and imports pandas where it is installed.
    coded = pc.dictionary_encode(column, null_encoding="encode")
    fulfils = np.fromiter(map(holds, coded.dictionary.to_pylist()), np.bool_, len(coded.dictionary))
    return fulfils[ints(coded.indices)]


def shared(column: pa.Array) -> list[Any]:
    """A column of few different cells as a list, each of them one object."""
    coded = pc.dictionary_encode(column, null_encoding="encode")
    cells = coded.dictionary.to_pylist()
    return [cells[i] for i in ints(coded.indices).tolist()]


class Tables:
    """The tables of some snapshots, each read when it is first asked for.

    Args:
        snapshots: The snapshots.
        root: The folder of the store, in whose `cache` they are kept.
    """

    def __init__(self, snapshots: Sequence[Manifest], root: Path) -> None:
        folder = place(root, "parties", snapshots, f"{VERSION} {COLUMNS} {WHOLE}")
        self._rows: dict[str, Rows] = {}
        # All files are opened at once: what is open stays, even if another process removes them.
        try:
            self._held = _mapped(folder)
        except (OSError, pa.ArrowException):
            self._held = _joined(snapshots)
            if keep(folder, snapshots, lambda fresh: _write(self._held, fresh)):
                with suppress(OSError, pa.ArrowException):
                    self._held = _mapped(folder)  # and not in memory
        entities = self._held["entities"]
        self._parties = entities.num_rows
        self._rows["entities"] = Rows("entities", entities, self._parties)

    def __getitem__(self, name: str) -> Rows:
        if name not in self._rows:
            self._rows[name] = Rows(name, self._held[name], self._parties)
        return self._rows[name]


def _mapped(folder: Path) -> dict[str, pa.Table]:
    return {
        name: pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all()
        for name in COLUMNS
    }


def _write(tables: dict[str, pa.Table], folder: Path) -> None:
    for name, table in tables.items():
        with pa.ipc.new_file(str(folder / f"{name}.arrow"), table.schema) as file:
            for batch in table.combine_chunks().to_batches():
                file.write_batch(batch)


def _joined(snapshots: Sequence[Manifest]) -> dict[str, pa.Table]:
    """The rows of each table party by party, names of the first rank first."""
    entities = _all("entities", snapshots)
    keys = _key(entities).combine_chunks()
    tables = {"entities": entities}
    for name in list(WHOLE)[1:]:
        table = _all(name, snapshots)
        if name == "names":
            rank = pc.index_in(table["kind"], value_set=pa.array(list(_ORDER)))
            table = table.take(pc.sort_indices(rank))  # stable: the publisher's order stays
        owner = pc.index_in(_key(table), value_set=keys)
        table = table.select(list(WHOLE[name])).append_column(_OWNER, owner)
        table = table.filter(pc.is_valid(owner)).combine_chunks()
        order = np.argsort(ints(_array(table[_OWNER])), kind="stable")
        tables[name] = table.take(pa.array(order))
    tables["entities"] = entities.append_column("whole", _whole(tables))
    return {
        name: tables[name].select([*kept, *([_OWNER] if name != "entities" else [])])
        for name, kept in COLUMNS.items()
    }


def _whole(tables: dict[str, pa.Table]) -> pa.Array:
    parties: list[list[Any]] = [
        [row, *([] for _ in range(len(WHOLE) - 1))] for row in _rows(tables, "entities")
    ]
    for at, name in enumerate(list(WHOLE)[1:], start=1):
        owners = tables[name][_OWNER].to_pylist()
        for owner, row in zip(owners, _rows(tables, name), strict=True):
            parties[owner][at].append(row)
    texts = [json.dumps(p, ensure_ascii=False, separators=(",", ":")) for p in parties]
    return pa.array(texts, pa.large_string())


def _rows(tables: dict[str, pa.Table], name: str) -> Iterable[tuple[Any, ...]]:
    return zip(*[tables[name][c].to_pylist() for c in WHOLE[name]], strict=True)


def _all(name: str, snapshots: Sequence[Manifest]) -> pa.Table:
    parts = []
    for m in snapshots:
        rows = m.rows(name)
        ids = pa.array([m.snapshot_id] * rows.num_rows, pa.string())
        parts.append(rows.append_column("snapshot_id", ids))
    return pa.concat_tables(parts)


def _key(table: pa.Table) -> pa.ChunkedArray:
    # An entity may stand in two snapshots of one source (two data sets): each is its own party.
    return pc.binary_join_element_wise(table["snapshot_id"], table["entity_id"], "\t")
