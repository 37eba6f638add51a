"""Importing a list: read strictly, held against its minimum and against last time, then stored."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from umweg.errors import InputError, UsageError
from umweg.sources.aside import Aside
from umweg.sources.batches import Reject
from umweg.sources.flow_table import check_names
from umweg.sources.lists.csv_rows import Header, csv_rows, encoding_of, header_of
from umweg.sources.lists.days import Order, day_of
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Noticed
from umweg.sources.lists.last_time import compare_with_last_time
from umweg.sources.lists.party_tables import PartyTables
from umweg.sources.opening import opened_as_utf8
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store, commit, input_file
from umweg.store.contracts import ORIGINS
from umweg.store.snapshots import Staging

_PROGRESS = 1_000


@dataclass(frozen=True, slots=True)
class ListInfo:
    """What is known of a list before it is read.

    Attributes:
        publisher, title, url, licence: For `origins`.
        parser: Name and version of the program that reads it; a change of meaning is a new version.
        min_entities: Fewer are taken for a truncated file.
        max_shrink: Share of its entities that the list may lose.
    """

    publisher: str
    title: str
    parser: str
    url: str = ""
    licence: str = ""
    min_entities: int = 1
    max_shrink: float = 0.1

    @classmethod
    def of(cls, source: Source, parser: str) -> ListInfo:
        """What a source says of itself."""
        return cls(
            source.publisher,
            source.title,
            parser,
            source.url,
            source.licence,
            max(source.min_entities, 1),
            source.max_shrink,
        )


class ListTask:
    """One list while it is read: what comes in is counted, what goes out is counted apart."""

    def __init__(self, request: ImportRequest, info: ListInfo, stage: Staging) -> None:
        self.request = request
        self.files = request.files
        self.noticed = Noticed()
        self.rows_read = 0
        self.rows_kept = 0
        self.published: str | None = None
        self.tables = PartyTables(stage, request.source, f"{request.source}/{request.dataset}")
        self.aside = Aside(stage)
        self._info = info

    @contextmanager
    def open(self, path: Path, member: str | None = None) -> Iterator[BinaryIO]:
        """The bytes of one of the files."""
        with opened_as_utf8(path, member, max_bytes=8 << 30) as stream:
            yield stream

    def table(
        self, needed: tuple[str, ...]
    ) -> tuple[tuple[str, ...], Iterator[tuple[int, dict[str, str]]]]:
        """The lines above the header of the first file, and its rows by the header's names.

        Rows are counted as read; those that are none are set aside.

        Args:
            needed: Columns by which the header is found.
        """
        path = self.files[0]
        with self.open(path) as stream:
            encoding = encoding_of(stream)
        if encoding != "utf-8":
            self.noticed.add("encoding-assumed", "the file is no UTF-8; it was read as", encoding)
        with self.open(path) as stream:
            header = header_of(stream, path, needed, encoding)
        return header.above, self._rows(path, header, encoding)

    def _rows(
        self, path: Path, header: Header, encoding: str
    ) -> Iterator[tuple[int, dict[str, str]]]:
        with self.open(path) as stream:
            rows = csv_rows(
                stream,
                path,
                len(header.names),
                delimiter=header.delimiter,
                encoding=encoding,
                skip=len(header.above) + 1,
            )
            for row in rows:
                self.read()
                if row.reject is not None:
                    self.set_aside(row.reject)
                else:
                    yield row.number, dict(zip(header.names, row.cells, strict=True))

    def entry(self, number: str, schema: str, rows: int = 1, order: Order = "dmy") -> Entry:
        """A new entity that is made of some rows of the file."""
        return Entry(number, schema, self.noticed, rows, order)

    def entity_id(self, number: str) -> str:
        """The id of an entity of this list."""
        return f"{self.request.source}/{number}"

    def read(self, rows: int = 1) -> None:
        """Count rows of a file."""
        before = self.rows_read // _PROGRESS
        self.rows_read += rows
        if self.request.progress and self.rows_read // _PROGRESS != before:
            self.request.progress(self.rows_read)

    def keep(self, entry: Entry, row: int = 0, raw: str = "") -> None:
        """Put an entity into the tables; a second one of the same number is set aside.

        Args:
            entry: The entity.
            row: Where it stands in the file, for a message.
            raw: The row as read.
        """
        if self.tables.holds(entry.number):
            detail = (
                f"the entity {entry.number} came before in this file; the first one is kept; "
                "allowed: each number once"
            )
            for _ in range(entry.rows):
                self.set_aside(Reject(row, "repeated-entity", detail, raw or entry.number))
            return
        if not entry.names:
            for _ in range(entry.rows):
                self.set_aside(
                    Reject(
                        row,
                        "no-name",
                        f"the entity {entry.number} has no name; allowed: at least one",
                        raw or entry.number,
                    )
                )
            return
        self.tables.add(entry)
        self.rows_kept += entry.rows

    def set_aside(self, reject: Reject) -> None:
        """A row that is not kept."""
        self.aside.add([reject])

    def published_on(self, text: str, order: Order = "dmy") -> None:
        """The publisher's own date, as the file says it."""
        day = day_of(text, order)
        if day is None or len(day) != 10:
            self.noticed.add(
                "no-publication-date",
                "the file says no day of publication that can be read",
                text,
            )
            return
        self.published = day


def import_list(
    request: ImportRequest, store: Store, info: ListInfo, read: Callable[[ListTask], None]
) -> Manifest:
    """Import a list as a snapshot, wholly or not at all.

    Args:
        request: What is asked.
        store: Where to.
        info: What is known of the list.
        read: Reads the files of a task and hands over their entities.

    Raises:
        InputError: a file cannot be read, is another list, holds too few entities, lost too many
            since last time, or says another day of publication. Nothing is stored then.
    """
    for path in request.files:
        _not_empty(path)
    before = [_state(path) for path in request.files]
    with store.importing() as stage:
        task = ListTask(request, info, stage)
        read(task)
        task.tables.write()
        task.aside.close()
        published = _published(task)
        _refuse(task, info)
        compare_with_last_time(
            task.noticed, store, request, stage, published, info.max_shrink, task.tables.entities
        )
        stage.write(ORIGINS, _origin(request, info, published))
        inputs = [input_file(path) for path in request.files]
        if before != [_state(path) for path in request.files]:
            raise InputError(
                "the file was changed while it was read; nothing was stored",
                where=", ".join(map(str, request.files)),
                next_step="import it again once it is finished",
            )
        return commit(
            store.root,
            stage,
            source=request.source,
            dataset=request.dataset,
            parser=info.parser,
            inputs=inputs,
            rows_read=task.rows_read,
            rows_kept=task.rows_kept,
            rows_set_aside=task.aside.count,
            alarms=(*request.noticed, *task.noticed.alarms()),
            published_on=published,
            retrieved_at=request.retrieved_at,
        )


def _state(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - one call for both facts
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(path),
            next_step="check the name and the permissions",
        ) from error
    return found.st_mtime_ns, found.st_size


def _not_empty(path: Path) -> None:
    if _state(path)[1] == 0:
        raise InputError(
            "the file is empty; nothing was stored",
            where=str(path),
            allowed="the list as the publisher sent it",
            next_step="download it again",
        )


def _published(task: ListTask) -> str | None:
    """The day of publication, from the file and from the user; they must agree."""
    said, asked = task.published, task.request.published_on
    if said and asked and said != asked:
        raise UsageError(
            f"the file says that it was published on {said}, not on {asked}; nothing was stored",
            where="--published",
            allowed=said,
            next_step="leave --published out",
        )
    if said and said > date.today().isoformat():  # noqa: DTZ011 - the user's own calendar day
        raise InputError(
            f"the file says that it was published on {said}, a day after today",
            where=str(task.files[0]),
            next_step="check the clock of this computer, and where the file comes from",
        )
    return check_names(task.request.source, task.request.dataset, said or asked)


def _refuse(task: ListTask, info: ListInfo) -> None:
    if task.aside.count and task.request.strict:
        raise InputError(
            f"{task.aside.count} of {task.rows_read} rows cannot be kept, and --strict was asked; "
            "nothing was stored",
            where=task.aside.summary(),
            next_step="leave --strict out to keep the others",
        )
    found = task.tables.entities
    if found >= info.min_entities or (found and task.request.allow_shrink):
        return
    reasons = f"\n{task.aside.summary()}" if task.aside.count else ""
    raise InputError(
        f"the file holds {found:,} entities of {task.request.source}; nothing was stored, because "
        "a truncated list would read as 'nobody is listed'",
        where=", ".join(map(str, task.files)) + reasons,
        allowed=f"at least {info.min_entities:,}",
        next_step="download it again"
        + ("; if it is right, add --allow-shrink" if found else ", or name the right --source"),
    )


def _origin(request: ImportRequest, info: ListInfo, published: str | None) -> pa.Table:
    own = request.origin
    row = {
        "origin_id": f"{request.source}/{request.dataset}",
        "publisher": (own and own.publisher) or info.publisher,
        "title": (own and own.title) or info.title,
        "url": request.url or (own and own.url) or info.url or None,
        "licence": (own and own.licence) or info.licence or None,
        "vintage": published,
        "derivation": None,
    }
    return pa.Table.from_pylist([row], schema=ORIGINS.schema)
