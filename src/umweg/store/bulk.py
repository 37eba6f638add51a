"""Tables of a snapshot that are written by the engine, for files too large to be held in memory.

A publisher's file becomes rows of text in a scratch folder, steps of a query judge them, and the
result goes into the snapshot without passing through Python. What is written is checked against
its contract by further queries: nothing is trusted because the engine wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
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


MEMORY = "1GB"
"""What the engine may keep in memory during an import where nobody says: DuckDB's own default is
most of the machine. What does not fit goes to disk."""

ABOUT = "about"
"""A column that joins those cells of a row which many rows share: who, with whom, when, how. They
are written, compared and understood once instead of twenty times."""

BETWEEN = "\x1f"
"""Stands between the cells of `ABOUT`: the unit separator of ASCII, which no clean file holds."""


@dataclass(frozen=True, slots=True)
class Text:
    """Rows of text in the scratch folder."""

    path: Path
    file: int
    rows: int


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

    def text_of_batches(
        self,
        batches: Iterable[pa.Table],
        wanted: Sequence[str],
        file: int = 0,
        about: Sequence[str] = (),
        numbers: Sequence[str] = (),
    ) -> Text:
        """Rows of text from batches that carry their own row numbers in `row`.

        Args:
            batches: The rows; a wanted column that they have not is empty.
            wanted: The columns to keep.
            file: Number of the file.
            about: Those of `wanted` that are joined to one column, `ABOUT`. Their cells must not
                hold `BETWEEN`.
            numbers: Those of `wanted` whose cells differ from row to row.
        """
        alone = [n for n in wanted if n not in about]
        kinds = {ROW: pa.int64(), **dict.fromkeys(alone, pa.string())}
        if about:
            kinds[ABOUT] = pa.dictionary(pa.int32(), pa.string())
        schema = pa.schema(kinds)
        target, rows = self._new("text"), 0
        alike = [n for n in schema.names if n != ROW and n not in numbers]
        # What is read once is not worth packing.
        with pq.ParquetWriter(
            target, schema, compression="none", use_dictionary=alike, write_statistics=False
        ) as writer:
            for batch in batches:
                empty = pa.chunked_array([pa.nulls(batch.num_rows, pa.string())])
                held = {n: batch[n] if n in batch.column_names else empty for n in (ROW, *wanted)}
                if about:
                    cells = [held[n].fill_null("") for n in about]
                    held[ABOUT] = pc.binary_join_element_wise(*cells, BETWEEN).dictionary_encode()
                columns = [held[n] for n in schema.names]
                writer.write_table(pa.table(columns, names=schema.names).cast(schema))
                rows += batch.num_rows
        return Text(target, file, rows)

    def about(self, rows: ir.Table, about: Sequence[str]) -> ir.Table:
        """What the rows are about, each once: `ABOUT`, and the cells that it joins."""
        distinct = rows.select(ABOUT).distinct()
        cells = distinct.mutate(cells=distinct[ABOUT].split(BETWEEN))
        return cells.select(ABOUT, **{name: cells.cells[n] for n, name in enumerate(about)})

    def rows_of(
        self, texts: Sequence[Text], wanted: Sequence[str], about: Sequence[str] = ()
    ) -> ir.Table:
        """All rows of text, with their number and the number of their file.

        Columns of `about` are not among them; they are in `ABOUT`.
        """
        names = [ROW, *(n for n in wanted if n not in about), *([ABOUT] if about else [])]
        parts = [
            self._engine.read_parquet([text.path]).select(
                *names, **{FILE: ibis.literal(text.file, "int32")}
            )
            for text in texts
        ]
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    # -- steps --------------------------------------------------------------------------------

    def keep(self, expr: ir.Table, step: str, rows: int | None = None) -> ir.Table:
        """Run a named step into the scratch folder, and come back with its rows.

        Args:
            expr: The rows.
            step: Name of the step.
            rows: How many they must be.

        Raises:
            StoreError: they are not as many.
        """
        target = self._new(step.replace(" ", "-"))
        self._engine.write_parquet(expr, target, step, lasting=False)
        written = pq.read_metadata(target).num_rows
        if rows is not None and written != rows:
            raise StoreError(
                f"the step '{step}' has {written:,} rows, {rows:,} went into it",
                next_step="this is a defect of the importer; nothing was stored",
            )
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
