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
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from umweg.errors import StoreError
from umweg.store.columns import Contract
from umweg.store.contracts import CONTRACTS, SCHEMA_VERSION
from umweg.store.figures import check_figures
from umweg.store.inventory import Series, inventory
from umweg.store.party_contracts import PARTY_TABLES

MANIFEST = "manifest.json"

_LONG_TEXTS = frozenset({"set_aside", *(t.name for t in PARTY_TABLES)})


@dataclass(frozen=True, slots=True)
class InputFile:
    """A publisher's file as it was read."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class TableFile:
    """One Parquet file of a snapshot."""

    table: str
    file: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a reader of the figures must know that was noticed while they were read."""

    name: str
    rows: int
    detail: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a snapshot; also its passport in an evidence pack."""

    snapshot_id: str
    source: str
    dataset: str
    schema_version: int
    imported_at: str
    published_on: str | None
    retrieved_at: str | None
    parser: str
    inputs: tuple[InputFile, ...]
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    alarms: tuple[Alarm, ...]
    tables: tuple[TableFile, ...]
    series: tuple[Series, ...] = ()
    reconciled: bool = False
    """Whether the figures were made from both sides' reports: no reporter stated them."""
    folder: Path = field(default=Path(), compare=False)

    @property
    def day(self) -> str:
        """The day that counts: of publication, where it is not known that of the import."""
        return self.published_on or self.imported_at[:10]

    def paths(self, table: str) -> tuple[Path, ...]:
        """The Parquet files of one table."""
        return tuple(self.folder / t.file for t in self.tables if t.table == table)

    def rows(self, table: str) -> pa.Table:
        """The rows of one table of this snapshot alone, as written; empty where it has none."""
        schema = CONTRACTS[table].schema
        try:
            parts = [pq.read_table(path, schema=schema) for path in self.paths(table)]
        except (OSError, pa.ArrowException) as error:
            raise self.damage(table, str(error)) from error
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def set_aside_reasons(self, first: int) -> list[tuple[str, int, list[tuple[int, str]]]]:
        """Each reason of rows set aside, most frequent first: rows, and the first of them.

        Read in batches, because a large file may have millions of breakdowns.
        """
        counts: Counter[str] = Counter()
        found: dict[str, list[tuple[int, str]]] = {}
        try:
            for path in self.paths("set_aside"):
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(columns=["row", "reason", "detail"]):
                        for reason in pc.unique(batch["reason"]).to_pylist():
                            rows = batch.filter(pc.equal(batch["reason"], reason))
                            counts[reason] += rows.num_rows
                            rows = rows.take(pc.array_sort_indices(rows["row"])[:first])
                            pairs = zip(
                                rows["row"].to_pylist(), rows["detail"].to_pylist(), strict=True
                            )
                            found[reason] = sorted([*found.get(reason, []), *pairs])[:first]
        except (OSError, pa.ArrowException) as error:
            raise self.damage("set_aside", str(error)) from error
        return [(reason, n, found[reason]) for reason, n in counts.most_common()]

    def check_rows(self, table: str) -> None:
        """Compare the number of rows that the files of a table have with the one they had.

        Only the end of each file is read; `differing` compares every byte.

        Raises:
            StoreError: a file is missing, is no Parquet, or has another number of rows.
        """
        for t in self.tables:
            if t.table != table:
                continue
            try:
                rows = pq.read_metadata(self.folder / t.file).num_rows
            except (OSError, pa.ArrowException) as error:
                raise self.damage(table, str(error)) from error
            if rows != t.rows:
                raise self.damage(table, f"{t.file} has {rows} rows, the manifest names {t.rows}")

    def damage(self, table: str, what: str) -> StoreError:
        """The error of a file of this snapshot that is not as it was written."""
        return StoreError(
            f"a file of the table '{table}' is missing or damaged: {what}",
            where=str(self.folder),
            next_step=f"remove the snapshot with `umweg data forget {self.snapshot_id}` and "
            "import it again",
        )

    def differing(self) -> dict[str, str]:
        """The files that are not what was written, each with what is wrong with it."""
        found = {}
        for t in self.tables:
            try:
                if sha256_of(self.folder / t.file) != t.sha256:
                    found[t.file] = "its SHA-256 is not the one of the manifest"
            except OSError as error:
                found[t.file] = f"it cannot be read: {error.strerror or error}"
        return found

    def to_json(self) -> dict[str, Any]:
        """The manifest as plain data, without the folder it lies in."""
        data = asdict(self)
        del data["folder"]
        return data

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a snapshot's folder."""
        path = folder / MANIFEST
        try:
            data = json.loads(path.read_text("utf-8"))
            return cls(
                **{
                    **data,
                    "inputs": tuple(InputFile(**x) for x in data["inputs"]),
                    "alarms": tuple(Alarm(**x) for x in data["alarms"]),
                    "tables": tuple(TableFile(**x) for x in data["tables"]),
                    "series": tuple(
                        Series(**{**x, "partners": tuple(x["partners"])}) for x in data["series"]
                    ),
                    "folder": folder,
                }
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(
                f"the manifest of a snapshot cannot be read: {error}",
                where=str(path),
                next_step=f"remove it with `umweg data forget {folder.name}` and import again",
            ) from error


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def input_file(path: Path, sha256: str = "") -> InputFile:
    """The passport of an input file: name without folder, hash (if not known yet), size."""
    return InputFile(path.name, sha256 or sha256_of(path), path.stat().st_size)


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
