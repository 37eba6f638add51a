"""Snapshots: frozen imports, each a folder of Parquet files with a manifest.

An import writes into a staging folder and becomes visible by one `rename` of the finished folder,
which the file system does wholly or not at all. A process killed before that leaves a staging
folder behind, which no reader looks at and the next import removes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from umweg.errors import StoreError
from umweg.store.columns import Contract
from umweg.store.contracts import CONTRACTS, SCHEMA_VERSION
from umweg.store.figures import check_figures
from umweg.store.inventory import Series, inventory
from umweg.store.manifest import MANIFEST, Alarm, InputFile, Manifest, TableFile, sha256_of
from umweg.store.party_contracts import PARTY_TABLES

_LONG_TEXTS = frozenset({"set_aside", *(t.name for t in PARTY_TABLES)})


class Staging:
    """A snapshot in the making."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: list[TableFile] = []
        self._series: list[Series] = []
        self._adopted: set[str] = set()

    def scratch(self) -> Path:
        """A folder beside the snapshot for what an import needs on its way; never stored."""
        folder = self.folder.with_name(f"{self.folder.name}-scratch")
        folder.mkdir(exist_ok=True)
        return folder

    def file_for(self, contract: Contract, part: str = "") -> Path:
        """Where the file of a table goes.

        Raises:
            StoreError: it was written already.
        """
        path = self.folder / f"{contract.name}{'-' + part if part else ''}.parquet"
        if path.exists():
            raise StoreError(
                f"the table '{contract.name}' was written twice into one snapshot",
                next_step="name the second file with `part`",
            )
        return path

    def adopt(
        self, contract: Contract, path: Path, rows: int, series: Iterable[Series] = ()
    ) -> None:
        """Take in a file that the engine wrote and `bulk` has checked."""
        self._tables.append(TableFile(contract.name, path.name, sha256_of(path), rows))
        self._series.extend(series)
        self._adopted.add(path.name)

    def fingerprint(self) -> list[str]:
        """What tells the content of two snapshots of the same input apart.

        The engine's threads may divide a file into other row groups each time: of what it wrote,
        the number of rows is taken, and the rows follow from the input and the parser.
        """
        return [f"{t.file}:{t.rows}" if t.file in self._adopted else t.sha256 for t in self._tables]

    def write(self, contract: Contract | str, table: pa.Table, part: str = "") -> None:
        """Write rows of a contract; checks columns, types and empty cells.

        Raises:
            StoreError: the rows break the contract.
        """
        c = CONTRACTS[contract] if isinstance(contract, str) else contract
        checked = conform(table, c)
        path = self.file_for(c, part)
        # The highest level is worth its time on figures that are few enough to be packaged; on
        # lists and on rows set aside it would take most of an import.
        small = checked.num_rows < 1_000_000 and c.name not in _LONG_TEXTS
        write_parquet(checked, path, level=19 if small else 6)
        self._tables.append(TableFile(c.name, path.name, sha256_of(path), checked.num_rows))
        if c.name == "flows":
            self._series.extend(inventory(checked))

    @property
    def tables(self) -> tuple[TableFile, ...]:
        """The files written so far."""
        return tuple(self._tables)

    @property
    def series(self) -> tuple[Series, ...]:
        """The inventory of the flows written so far."""
        merged: dict[tuple[Any, ...], Series] = {}
        for s in self._series:
            key = (s.origin_id, s.reporter, s.flow, s.freq, s.nomenclature, s.level,
                   s.partial_code, s.currency)  # fmt: skip
            old = merged.get(key)
            merged[key] = s if old is None else Series(
                *key[:6], *key[6:], min(old.first, s.first), max(old.last, s.last),
                old.rows + s.rows, tuple(sorted({*old.partners, *s.partners})),
            )  # fmt: skip
        return tuple(merged.values())


def conform(table: pa.Table, contract: Contract) -> pa.Table:
    """The table with the contract's columns, order and types.

    Raises:
        StoreError: a column is missing or unknown, a type does not fit, or a cell that must not
            be empty is; or a number of `flows` is none, or a value below zero.
    """
    unknown = [n for n in table.column_names if n not in contract.names]
    missing = [c.name for c in contract.columns if c.name not in table.column_names]
    if unknown or missing:
        raise StoreError(
            f"the table '{contract.name}' does not fit its contract: "
            f"missing {missing or 'nothing'}, unknown {unknown or 'nothing'}",
            allowed=", ".join(contract.names),
        )
    for column in contract.columns:
        if not column.nullable and table[column.name].null_count:
            raise StoreError(
                f"column '{column.name}' of '{contract.name}' must not be empty, "
                f"{table[column.name].null_count} rows are",
                next_step="give the value, or set the rows aside with a reason",
            )
    try:
        fitting = table.select(list(contract.names)).cast(contract.schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise StoreError(
            f"the table '{contract.name}' has a column of another type: {error}",
            allowed=", ".join(f"{c.name}: {c.type}" for c in contract.columns),
        ) from error
    if contract.name == "flows":
        check_figures(fitting)
    return fitting


def write_parquet(table: pa.Table, path: Path, level: int) -> None:
    """Write Parquet as the store keeps it; on disk when this returns.

    Published values are whole units more often than not: splitting the bytes of a double lets
    zstd see that, a quarter smaller on the sample than with dictionaries.
    """
    numbers = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=level,
        use_dictionary=[n for n in table.column_names if n not in numbers],
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
        row_group_size=1 << 20,
    )
    with path.open("rb") as f:
        os.fsync(f.fileno())


@contextmanager
def staging(root: Path) -> Iterator[Staging]:
    """A staging folder that is removed unless `commit` moved it."""
    base = root / ".staging"
    base.mkdir(parents=True, exist_ok=True)
    for stale in base.iterdir():
        if not _alive(stale.name):
            shutil.rmtree(stale, ignore_errors=True)
    folder = base / f"{os.getpid()}-{os.urandom(4).hex()}"
    folder.mkdir()
    stage = Staging(folder)
    try:
        yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(folder.with_name(f"{folder.name}-scratch"), ignore_errors=True)


def _alive(name: str) -> bool:
    try:
        os.kill(int(name.partition("-")[0]), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def commit(
    root: Path,
    stage: Staging,
    *,
    source: str,
    dataset: str,
    parser: str,
    inputs: Iterable[InputFile],
    rows_read: int,
    rows_kept: int,
    rows_set_aside: int,
    alarms: Iterable[Alarm] = (),
    published_on: str | None = None,
    retrieved_at: str | None = None,
    imported_at: str | None = None,
    reconciled: bool = False,
) -> Manifest:
    """Make a staged snapshot visible, wholly or not at all.

    The id is made of the source, the publisher's date and the content, so that the same file read
    by the same parser is the same snapshot: importing it twice changes nothing.

    Raises:
        StoreError: rows were lost on the way (read ≠ kept + set aside).
    """
    if rows_read != rows_kept + rows_set_aside:
        raise StoreError(
            f"rows were lost: read {rows_read}, kept {rows_kept}, set aside {rows_set_aside}",
            where=f"import of {source}",
            next_step="this is a defect of the importer; nothing was stored",
        )
    files = tuple(inputs)
    digest = hashlib.sha256(
        json.dumps(
            [[f.sha256 for f in files], stage.fingerprint(), parser, SCHEMA_VERSION]
        ).encode()
    ).hexdigest()
    snapshot_id = f"{source}-{published_on or 'undated'}-{digest[:8]}"
    final = root / "snapshots" / snapshot_id
    if final.exists():
        return Manifest.read(final)
    manifest = Manifest(
        snapshot_id=snapshot_id,
        source=source,
        dataset=dataset,
        schema_version=SCHEMA_VERSION,
        imported_at=imported_at or datetime.now(UTC).isoformat(timespec="microseconds"),
        published_on=published_on,
        retrieved_at=retrieved_at,
        parser=parser,
        inputs=files,
        rows_read=rows_read,
        rows_kept=rows_kept,
        rows_set_aside=rows_set_aside,
        alarms=tuple(alarms),
        tables=stage.tables,
        series=stage.series,
        reconciled=reconciled,
    )
    write_json(stage.folder / MANIFEST, manifest.to_json())
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        stage.folder.rename(final)
    except OSError:
        if final.exists():  # another process imported the same bytes first: the same snapshot
            return Manifest.read(final)
        raise
    _fsync_folder(final.parent)
    return Manifest.read(final)


def write_json(path: Path, data: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as f:
        json.dump(data, f, ensure_ascii=False, indent=1)
        f.write("\n")
        f.flush()
        os.fsync(f.fileno())
    temporary.replace(path)


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
