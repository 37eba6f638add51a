"""Tables of a snapshot that are written by the engine, for files too large to be held in memory.

A publisher's file becomes rows of text in a scratch folder, steps of a query judge them, and the
result goes into the snapshot without passing through Python. What is written is checked against
its contract by further queries: nothing is trusted because the engine wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from umweg.errors import StoreError
from umweg.store.columns import Contract
from umweg.store.contracts import CONTRACTS
from umweg.store.engine import DuckDBEngine
from umweg.store.inventory import Series
from umweg.store.snapshots import Staging

ROW, FILE = "row", "file"
"""Columns that rows of text carry besides those of the publisher: number of the row in its file,
the header being row 1, and number of the file."""


@dataclass(frozen=True, slots=True)
class Text:
    """Rows of text in the scratch folder; the first of them is row `first` of its file."""

    path: Path
    file: int
    rows: int
    first: int | None

    def after(self, rows: int) -> Text:
        """The same rows, numbered after those of the files before."""
        return self if self.first is None else replace(self, first=self.first + rows)


class Bulk:
    """A snapshot in the making, written by the engine.

    Args:
        stage: The staging area of the snapshot.
        engine: The embedded engine.
    """

    def __init__(self, stage: Staging, engine: DuckDBEngine) -> None:
        self.stage = stage
        self._engine = engine
        self._scratch = 0

    def _new(self, name: str) -> Path:
        self._scratch += 1
        return self.stage.scratch() / f"{name}-{self._scratch:03d}.parquet"

    # -- rows of text -------------------------------------------------------------------------

    def text_of_csv(
        self,
        path: Path,
        columns: Sequence[str],
        wanted: Sequence[str],
        *,
        delimiter: str,
        latin1: bool = False,
        file: int = 0,
    ) -> Text:
        """A clean CSV file as rows of text, read by the engine.

        Args:
            path: The file, with a header on its first line.
            columns: Names for its columns, in order.
            wanted: The columns to keep; one that the file has not is empty.
            delimiter: What stands between two cells.
            latin1: Whether the file is written in ISO 8859-1, else UTF-8.
            file: Number of the file.

        Raises:
            UnclearTextError: the engine is not sure of this file.
        """
        target = self._new("text")
        self._engine.csv_to_parquet(
            path, columns, wanted, target, delimiter=delimiter, latin1=latin1
        )
        return Text(target, file, pq.read_metadata(target).num_rows, 2)

    def text_of_batches(
        self, batches: Iterable[pa.Table], wanted: Sequence[str], file: int = 0
    ) -> Text:
        """Rows of text from batches that carry their own row numbers in `row`."""
        schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in wanted)])
        target, rows = self._new("text"), 0
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in batches:
                empty = pa.nulls(batch.num_rows, pa.string())
                columns = [batch[n] if n in batch.column_names else empty for n in schema.names]
                writer.write_table(pa.table(columns, names=schema.names).cast(schema))
                rows += batch.num_rows
        return Text(target, file, rows, None)

    def rows_of(self, texts: Sequence[Text], wanted: Sequence[str]) -> ir.Table:
        """All rows of text, with their number and the number of their file."""
        parts = []
        for text in texts:
            table = self._engine.read_numbered(text.path)
            row = table[ROW] if text.first is None else table.file_row_number + text.first
            parts.append(
                table.select(
                    **{ROW: row.cast("int64"), FILE: ibis.literal(text.file, "int32")},
                    **{name: table[name] for name in wanted},
                )
            )
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    # -- steps --------------------------------------------------------------------------------

    def keep(self, expr: ir.Table, step: str) -> ir.Table:
        """Run a named step into the scratch folder, and come back with its rows."""
        target = self._new(step.replace(" ", "-"))
        self._engine.write_parquet(expr, target, step, lasting=False)
        return self._engine.read_parquet([target])

    def rows(self, expr: ir.Table, step: str) -> pa.Table:
        """Run a named step whose result is small."""
        return self._engine.execute(expr, step)

    def write(
        self,
        contract: Contract | str,
        expr: ir.Table,
        step: str,
        *,
        order: Sequence[str] = (),
        part: str = "",
    ) -> ir.Table:
        """Run a named step into a table of the snapshot, and check what was written.

        Raises:
            StoreError: the rows break the contract: a column or type, an empty cell, a number
                that is none or below zero, a key stated twice.
        """
        c = CONTRACTS[contract] if isinstance(contract, str) else contract
        path = self.stage.file_for(c, part)
        fitted = expr.select(
            **{col.name: expr[col.name].cast(_ibis(col.type)) for col in c.columns}
        )
        if order:
            fitted = fitted.order_by(*order)
        self._engine.write_parquet(fitted, path, step)
        written = self._engine.read_parquet([path])
        self._check(c, written)
        series = self._inventory(written) if c.name == "flows" else ()
        self.stage.adopt(c, path, pq.read_metadata(path).num_rows, series)
        return written

    def _check(self, contract: Contract, written: ir.Table) -> None:
        faults: dict[str, ir.BooleanValue] = {}
        for column in contract.columns:
            value = written[column.name]
            if not column.nullable:
                faults[f"{column.name} is empty"] = value.isnull()
            if pa.types.is_floating(column.type):
                faults[f"{column.name} is not finite"] = value.isnan() | value.isinf()
        if contract.name == "flows":
            faults["value_reported is negative"] = written.value_reported < 0
        counted = self.rows(
            written.agg(**{f"f{n}": f.sum() for n, f in enumerate(faults.values())}),
            f"check of {contract.name}",
        ).to_pylist()[0]
        found = {name: counted[f"f{n}"] for n, name in enumerate(faults) if counted[f"f{n}"]}
        if contract.name == "flows":
            # By a hash first, because ten million keys of seven columns are much to compare.
            key = ibis.struct({name: written[name] for name in contract.key})
            hashed = written.mutate(key_hash=key.hash())
            groups = hashed.group_by("key_hash").agg(n=hashed.count())
            twice = self.rows(
                groups.filter(groups.n > 1).agg(n=ibis._.count()), f"keys of {contract.name}"
            )["n"][0].as_py()
            if twice:
                found["key stated twice"] = twice
        if found:
            raise StoreError(
                f"the table '{contract.name}' does not fit its contract: "
                + ", ".join(f"{n} rows where {what}" for what, n in found.items()),
                next_step="this is a defect of the importer; nothing was stored",
            )

    def _inventory(self, flows: ir.Table) -> tuple[Series, ...]:
        keys = ("origin_id", "reporter", "flow", "freq", "nomenclature", "level", "partial_code",
                "currency")  # fmt: skip
        level = ibis.cases((flows.code == "TOTAL", 0), else_=flows.code.length()).cast("int64")
        levelled = flows.mutate(level=level)
        grouped = (
            levelled.group_by(*keys)
            .agg(
                first=levelled.period.min(),
                last=levelled.period.max(),
                rows=levelled.count(),
                partners=levelled.partner.collect(distinct=True),
            )
            .order_by(*keys)
        )
        return tuple(
            Series(**{**r, "partners": tuple(sorted(r["partners"]))})
            for r in self.rows(grouped, "inventory of flows").to_pylist()
        )


def small(columns: Mapping[str, Sequence[object]], schema: pa.Schema) -> ir.Table:
    """A small table of ours, to be joined: codes of countries, goods codes."""
    return ibis.memtable(pa.table(dict(columns), schema=schema))


def _ibis(kind: pa.DataType) -> str:
    names = {pa.string(): "string", pa.float64(): "float64", pa.bool_(): "boolean",
             pa.int64(): "int64", pa.int32(): "int32"}  # fmt: skip
    return names[kind]
