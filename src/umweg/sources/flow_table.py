"""A user's own flows file, in the columns of the contract, into a snapshot of the store.

Every row is kept or set aside with a reason; what was assumed or is remarkable becomes a named
alarm of the snapshot. Nothing is estimated and nothing corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from umweg.errors import InputError, UsageError
from umweg.sources.alarms import alarms_of
from umweg.sources.aside import Aside
from umweg.sources.batch_rules import BatchRules
from umweg.sources.batches import Batch, LineByLineError, Reject, as_json, listed
from umweg.sources.coverage import write_coverage
from umweg.sources.row_file import RowFile
from umweg.sources.statements import Statements
from umweg.store import Alarm, Manifest, Store, commit, input_file
from umweg.store.contracts import ORIGINS
from umweg.store.snapshots import Staging

PARSER = "flow_table/2"
DATASET = "flows"

REQUIRED = ("reporter", "partner", "flow", "period", "nomenclature", "code")
OPTIONAL = (
    "value_usd", "value_reported", "currency", "freq", "basis", "net_weight_kg", "quantity",
    "quantity_unit", "partial_code", "origin_id",
)  # fmt: skip
ALLOWED = REQUIRED + OPTIONAL
_VALUES = "value_usd, or value_reported and currency"

PART = 2_000_000
"""Rows of one Parquet file of a snapshot."""

_SHOWN = 10
"""Rows that a message about several rows names."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class OriginInfo:
    """Who published the figures of a file; what is unknown stays empty.

    Args:
        publisher: Who published.
        title: Data set.
        url: Public address.
        licence: Terms of reuse.
    """

    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    licence: str | None = None


def import_flows(
    path: Path | str,
    store: Store,
    *,
    source: str,
    published_on: date | str | None = None,
    origin: OriginInfo | None = None,
    dataset: str = DATASET,
    strict: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Import a CSV or Parquet file in the columns of the `flows` contract.

    The whole import becomes visible at once or, if it fails or is killed, not at all. The same
    file imported twice is the same snapshot.

    Args:
        path: The file.
        store: Where to; a store that may be written to.
        source: Short name of who the figures come from: small letters, digits and hyphens.
        published_on: Day on which the publisher published them; decides what counts `as_of` a day.
        origin: What is known of the publisher.
        dataset: Name of the data set within the source. A newer snapshot of the same source and
            data set takes the place of the older one when the store is read.
        strict: Refuse the file if any row would have to be set aside.
        progress: Called with the number of rows read so far.

    Raises:
        UsageError: a name or date that is none.
        InputError: the file cannot be read, has another header, or no row that can be kept; with
            `strict`, has any row that cannot. Nothing is stored then.
    """
    path = Path(path)
    vintage = check_names(source, dataset, published_on)
    file = RowFile(path, ALLOWED)
    _check_header(file)
    return import_table(
        file, store, source=source, dataset=dataset, vintage=vintage, origin=origin, strict=strict,
        progress=progress,
    )  # fmt: skip


class Table(Protocol):
    """A file whose rows come in the columns of the contract."""

    path: Path
    columns: tuple[str, ...]

    def batches(self, *, careful: bool = False) -> Iterator[Batch]:
        """The rows; `careful` after a `LineByLineError`."""
        ...


def import_table(
    file: Table,
    store: Store,
    *,
    source: str,
    dataset: str,
    vintage: str | None,
    origin: OriginInfo | None,
    strict: bool = False,
    progress: Progress | None = None,
    parser: str = PARSER,
    retrieved_at: str | None = None,
    alarms: Sequence[Alarm] = (),
) -> Manifest:
    """Import a table whose rows come in the columns of the contract; see `import_flows`.

    Args:
        file: The table.
        store: Where to.
        source, dataset, vintage, origin, strict, progress, retrieved_at: As in `import_flows` and
            `ImportRequest`; checked before.
        parser: Name and version of what made the columns.
        alarms: What was noticed already.
    """
    given = (source, dataset, vintage, origin, strict, progress, parser, retrieved_at, alarms)
    try:
        return _attempt(file, store, *given)
    except LineByLineError:
        return _attempt(file, store, *given, careful=True)


def _attempt(
    file: Table,
    store: Store,
    source: str,
    dataset: str,
    vintage: str | None,
    origin: OriginInfo | None,
    strict: bool,
    progress: Progress | None,
    parser: str,
    retrieved_at: str | None,
    alarms: Sequence[Alarm],
    *,
    careful: bool = False,
) -> Manifest:
    before = file.path.stat()
    with store.importing() as stage:
        done = _Import(file, stage, progress).run(careful=careful)
        _refuse(file, done, strict)
        ids = _origins(
            stage, done.statements, f"{source}/{dataset}", source, origin, file.path, vintage
        )
        _write_flows(stage, done.statements, ids)
        write_coverage(stage, done.statements.coverage(), ids[0])
        done.aside.close()
        passport = input_file(file.path)
        after = file.path.stat()
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise InputError(
                "the file was changed while it was read; nothing was stored",
                where=str(file.path),
                next_step="import it again once it is finished",
            )
        return commit(
            store.root,
            stage,
            source=source,
            dataset=dataset,
            parser=parser,
            inputs=[passport],
            rows_read=done.rows_read,
            rows_kept=len(done.statements),
            rows_set_aside=done.aside.count,
            alarms=[*alarms, *alarms_of(done.statements, store, file.columns)],
            published_on=vintage,
            retrieved_at=retrieved_at,
        )


_NAME = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


def check_names(source: str, dataset: str, published_on: date | str | None) -> str | None:
    """The day of publication in ISO 8601; raises where a name or the day cannot be."""
    for label, name in (("source", source), ("data set", dataset)):
        if not _NAME.match(name) or len(name) > 60:
            raise UsageError(
                f"'{name}' is no name of a {label}",
                allowed="small letters, digits and single hyphens, at most 60",
                next_step="choose a name such as eurostat-comext",
            )
    if dataset == "sample":
        raise UsageError(
            "'sample' is the data set of the packaged figures",
            allowed="any other name",
            next_step="leave --dataset out, or choose another name",
        )
    if published_on is None:
        return None
    try:
        day = date.fromisoformat(str(published_on))
    except ValueError as error:
        raise UsageError(
            f"'{published_on}' is no date",
            allowed="YYYY-MM-DD",
            next_step="write the day of publication like 2024-08-15, or leave it out",
        ) from error
    if day > date.today():  # noqa: DTZ011 - the user's own calendar day
        raise UsageError(
            f"the day of publication {day} is a day after today",
            allowed="YYYY-MM-DD, today or before",
            next_step="write the day of publication like 2024-08-15, or leave it out",
        )
    return day.isoformat()


def _check_header(file: RowFile) -> None:
    columns = set(file.columns)
    missing = [name for name in REQUIRED if name not in columns]
    if "value_reported" not in columns:
        if "value_usd" not in columns:
            missing.append(_VALUES)
        elif "currency" in columns:
            missing.append("value_reported (what 'currency' belongs to)")
    elif "currency" not in columns:
        missing.append("currency (of value_reported)")
    if missing:
        raise InputError(
            f"columns are missing: {', '.join(missing)}",
            where=f"{file.path}, header: {listed(file.columns) or '(no column name)'}",
            allowed=f"{', '.join(REQUIRED)}; {_VALUES}; and if known "
            f"{', '.join(c for c in OPTIONAL if c not in ('value_usd', 'value_reported'))}",
            next_step="name the columns like this in the first line of the file",
        )


class _Import:
    """One reading of a file."""

    def __init__(self, file: Table, stage: Staging, progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self._rules = BatchRules(file.columns)
        self.aside = Aside(stage)
        self.rows_read = 0

    @property
    def statements(self) -> Statements:
        return self._rules.statements

    def run(self, *, careful: bool) -> _Import:
        for batch in self._file.batches(careful=careful):
            self.rows_read += len(batch.rows) + len(batch.rejects)
            _, rejects = self._rules.read(batch)
            self.aside.add(rejects)
            if self._progress:
                self._progress(self.rows_read)
        self.statements.close()
        if len(self.statements):
            self._set_aside(self._repeated() | self._parts_of_wholes(), careful)
        return self

    def _repeated(self) -> dict[int, tuple[str, str]]:
        """Statements made twice: the first counts if they agree, none if they do not."""
        rows = self.statements.rows
        keep = np.ones(len(rows), bool)
        why: dict[int, tuple[str, str]] = {}
        for positions, unlike in self.statements.repeated():
            named = rows[positions].tolist()
            if unlike:
                text = (
                    f"rows {_listed(named)} state the same thing with different "
                    f"{', '.join(unlike)}; allowed: one statement for each reporter, partner, "
                    "flow, period, nomenclature, code and partial_code; which one is right cannot "
                    "be known here: keep the right one"
                )
                why |= dict.fromkeys(named, ("conflicting-statements", text))
                keep[positions] = False
            else:
                text = f"row {named[0]} states the same thing; that one is kept: remove this one"
                why |= dict.fromkeys(named[1:], ("duplicate-statement", text))
                keep[positions[1:]] = False
        if why:
            self.statements.keep(keep)
        return why

    def _parts_of_wholes(self) -> dict[int, tuple[str, str]]:
        """A sum of some sub-codes beside the sum of all: the whole counts, or both would."""
        positions = self.statements.partial_beside_whole()
        rows = self.statements.rows
        why: dict[int, tuple[str, str]] = {}
        for row, whole in zip(rows[positions].tolist(), rows[positions - 1].tolist(), strict=True):
            text = (
                f"row {whole} states the whole of the same code; that one is kept, because a part "
                "beside its whole would be counted twice: remove this one"
            )
            why[row] = ("partial-beside-whole", text)
        if why:
            keep = np.ones(len(rows), bool)
            keep[positions] = False
            self.statements.keep(keep)
        return why

    def _set_aside(self, why: Mapping[int, tuple[str, str]], careful: bool) -> None:
        """Set rows aside that were read as good ones, with what became known of all of them."""
        if not why:
            return
        # The text of a row is not held while reading: the few that are asked for are read again.
        wanted = np.array(sorted(why))
        for batch in self._file.batches(careful=careful):
            found = np.flatnonzero(np.isin(batch.rows, wanted))
            self.aside.add(
                [
                    Reject(row, *why[row], as_json(texts))
                    for row, texts in zip(
                        batch.rows[found].tolist(), batch.texts(found), strict=True
                    )
                ]
            )


def _listed(rows: Sequence[int]) -> str:
    shown = ", ".join(str(r) for r in rows[:_SHOWN])
    return shown + (f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")


def _refuse(file: Table, done: _Import, strict: bool) -> None:
    if not done.rows_read:
        raise InputError(
            "the file has a header and no rows",
            where=str(file.path),
            allowed="at least one row of figures",
            next_step="export the figures again",
        )
    if not len(done.statements):
        raise InputError(
            f"no row can be kept: all {done.rows_read} are set aside; nothing was stored",
            where=f"{file.path}: {done.aside.summary()}",
            allowed=f"columns {', '.join(ALLOWED)}; their contents: see docs/data.md",
            next_step="correct the rows and import the file again",
        )
    if strict and done.aside.count:
        raise InputError(
            f"{done.aside.count} of {done.rows_read} rows would be set aside, and the import is "
            "strict; nothing was stored",
            where=f"{file.path}: {done.aside.summary()}",
            next_step="correct the rows, or import without --strict to set them aside",
        )


def _origins(
    stage: Staging,
    statements: Statements,
    main: str,
    source: str,
    origin: OriginInfo | None,
    path: Path,
    vintage: str | None,
) -> list[str]:
    """Write one origin for the file, and one for each `origin_id` that its rows name.

    Origin ids begin with source and data set, because a file's own names mean nothing outside it.
    """
    given = origin or OriginInfo()
    named: Sequence[str | None] = statements.registers.origins.texts
    ids = [main if name is None else f"{main}/{name}" for name in named]
    used = set(range(len(ids)))
    if statements.has("origin"):
        used = {0, *np.unique(statements["origin"]).tolist()}
    rows = [
        {
            "origin_id": ids[n],
            "publisher": given.publisher or source,
            "title": (given.title or path.name) + (f", {named[n]}" if named[n] else ""),
            "url": given.url,
            "licence": given.licence,
            "vintage": vintage,
            "derivation": None,
        }
        for n in sorted(used)
    ]
    stage.write(ORIGINS, pa.Table.from_pylist(rows, schema=ORIGINS.schema))
    return ids


def _write_flows(stage: Staging, statements: Statements, ids: Sequence[str]) -> None:
    for n, start in enumerate(range(0, len(statements), PART)):
        part = f"{n:03d}" if len(statements) > PART else ""
        stage.write("flows", statements.table(start, start + PART, ids), part)
