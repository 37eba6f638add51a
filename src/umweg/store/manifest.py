"""The description of a snapshot: what was read, what became of it, which files hold it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from umweg.errors import StoreError
from umweg.store.contracts import CONTRACTS
from umweg.store.inventory import Series

MANIFEST = "manifest.json"


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
