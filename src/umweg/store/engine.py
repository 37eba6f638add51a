"""The engines that execute a query. Everything above builds Ibis expressions and hands them here.

DuckDB is embedded and the default; Spark runs the same expressions where one machine is outgrown
(`pip install umweg[spark]`). A step that fails names itself and prints its SQL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from umweg.errors import StoreError, UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Engine(Protocol):
    """What the store needs of an engine."""

    name: str

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """A table over Parquet files of one schema."""
        ...

    def read_csv(self, path: Path) -> ir.Table:
        """A table over a CSV file with a header, all columns as text."""
        ...

    def execute(self, expr: ir.Table, step: str) -> pa.Table:
        """Run a named step and return its rows."""
        ...


def _failure(step: str, backend: Any, expr: ir.Table, error: Exception) -> StoreError:
    import ibis

    try:
        sql = str(ibis.to_sql(expr, dialect=backend.name))
    except Exception as broken:  # noqa: BLE001 - the SQL is a courtesy, the failure is the news
        sql = f"(no SQL could be made: {broken})"
    return StoreError(
        f"the query step '{step}' failed: {error}",
        where=f"SQL of the step:\n{sql}",
        next_step="report this together with the SQL; if memory ran out, set UMWEG_MEMORY_LIMIT",
    )


@cache
def _spill_folder(process: int) -> Path:
    """A folder that only this user's process reads and writes, removed when the process ends."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="umweg-spill-"))
    except OSError as error:
        raise StoreError(
            f"no folder can be made for what does not fit into memory: {error}",
            next_step="free space, or name a folder that can be written to in TMPDIR",
        ) from error
    atexit.register(_remove, folder, process)
    return folder


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a forked child ends without taking its parent's folder along
        shutil.rmtree(folder, ignore_errors=True)


class DuckDBEngine:
    """The embedded engine.

    Args:
        memory_limit: What DuckDB may keep in memory before it spills to a temporary folder of
            this process, as DuckDB writes it (`4GB`); None for DuckDB's own default.
        threads: Number of threads; None for all cores.
    """

    name = "duckdb"

    def __init__(self, memory_limit: str | None = None, threads: int | None = None) -> None:
        import ibis

        config: dict[str, Any] = {"temp_directory": str(_spill_folder(os.getpid()))}
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        if threads is not None:
            config["threads"] = threads
        self.memory_limit, self.threads = memory_limit, threads
        self._con = ibis.duckdb.connect(**config)
        # Results go to stdout; a bar that DuckDB draws there after two seconds would be among them.
        self._con.raw_sql("SET enable_progress_bar = false")
        # Sums need no order; keeping it costs memory on large stores.
        self._con.raw_sql("SET preserve_insertion_order = false")

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """A table over Parquet files; columns are matched by name."""
        return self._con.read_parquet([str(p) for p in paths], union_by_name=True)

    def read_csv(self, path: Path) -> ir.Table:
        """A table over a CSV file with a header, all columns as text."""
        return self._con.read_csv(str(path), all_varchar=True, header=True)

    def execute(self, expr: ir.Table, step: str) -> pa.Table:
        """Run a named step; a failure names the step and shows its SQL."""
        try:
            return self._con.to_pyarrow(expr)
        except Exception as error:
            raise _failure(step, self._con, expr, error) from error

    # -- what an import needs -----------------------------------------------------------------

    def write_parquet(self, expr: ir.Table, path: Path, step: str, *, lasting: bool = True) -> None:
        """Run a named step into a Parquet file; on disk when this returns.

        Args:
            expr: The rows.
            path: The file.
            step: Name of the step.
            lasting: Whether the file is kept: what is read once is not worth packing.
        """
        try:
            self._con.to_parquet(expr, path, compression="zstd" if lasting else "uncompressed")
        except Exception as error:
            raise _failure(step, self._con, expr, error) from error
        if lasting:
            with path.open("rb") as f:
                os.fsync(f.fileno())


class SparkEngine:
    """Apache Spark through Ibis, for stores that one machine cannot hold.

    Args:
        session: A `pyspark.sql.SparkSession`; a local one is started without it.
    """

    name = "spark"

    def __init__(self, session: Any | None = None) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise UsageError(
                "the engine 'spark' needs the extra of that name",
                next_step="pip install 'umweg[spark]' (and a Java 17 runtime)",
            ) from error
        self._session = session or (
            SparkSession.builder.master("local[*]")
            .appName("umweg")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "8")
            .getOrCreate()
        )
        # Spark's vectorised reader does not know BYTE_STREAM_SPLIT, the encoding of our numbers
        # (`snapshots.write_parquet`); its row-wise reader does.
        self._session.conf.set("spark.sql.parquet.enableVectorizedReader", "false")
        import ibis

        self._con = ibis.pyspark.connect(self._session)

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """A table over Parquet files of one schema."""
        import ibis

        tables = [self._con.read_parquet(str(p)) for p in paths]
        return tables[0] if len(tables) == 1 else ibis.union(*tables)

    def read_csv(self, path: Path) -> ir.Table:
        """A table over a CSV file with a header, all columns as text."""
        return self._con.read_csv(str(path), header=True, inferSchema=False)

    def execute(self, expr: ir.Table, step: str) -> pa.Table:
        """Run a named step; a failure names the step and shows its SQL."""
        try:
            return self._con.to_pyarrow(expr)
        except Exception as error:
            raise _failure(step, self._con, expr, error) from error


def engine_named(
    name: str, *, memory_limit: str | None = None, threads: int | None = None
) -> Engine:
    """The engine of a name: `duckdb` or `spark`."""
    if name == "duckdb":
        return DuckDBEngine(memory_limit, threads)
    if name == "spark":
        return SparkEngine()
    raise UsageError(f"no engine is named '{name}'", allowed="duckdb, spark")
