"""A publisher's file as rows of text: fast where it is clean, line by line where it is not.

The engine reads a clean CSV file many times faster than Python, but it does not number bad lines.
So the file is counted first, apart from any parser: only where the engine finds as many rows as
there are lines, and no byte is in doubt, are its rows taken. Else every line gets its own answer.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from umweg.errors import InputError
from umweg.sources.aside import Aside
from umweg.sources.batches import Reject, listed
from umweg.sources.opening import opened
from umweg.sources.table_file import TableFile
from umweg.store.bulk import Bulk, Text
from umweg.store.engine import UnclearTextError

_CHUNK = 1 << 20
_MAX_HEADER = 1 << 16
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a publisher's table, by their names in small letters.

    Attributes:
        title: What the table is, for a message: `a file of UN Comtrade`.
        wanted: Columns that are read.
        required: Those of them without which it is none of these tables.
        ignored: Columns that are known and say nothing more than others do.
    """

    title: str
    wanted: tuple[str, ...]
    required: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    def check(self, names: Sequence[str], path: Path) -> tuple[str, ...]:
        """The columns that are neither wanted nor known.

        Raises:
            InputError: a required column is missing, or a wanted one occurs twice.
        """
        missing = [n for n in self.required if n not in names]
        twice = sorted({n for n in names if n in self.wanted and names.count(n) > 1})
        if missing or twice:
            page = bool(names) and names[0].lstrip().startswith(("<!doctype", "<html", "<?xml"))
            raise InputError(
                f"this is not {self.title}: "
                + ("it is a web page" if page else "")
                + (f"the column {listed(twice)} occurs twice" if twice else "")
                + (f"columns are missing: {listed(missing)}" if missing and not page else ""),
                where=f"{path}, first line: {listed(names)}",
                allowed=", ".join(self.required),
                next_step="download the file again, or import it under another source with "
                "--mapping",
            )
        return tuple(n for n in names if n and n not in self.wanted and n not in self.ignored)


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a file: its rows, how many lines it had, and what was remarkable."""

    texts: tuple[Text, ...]
    rejected: int
    rows: int
    notes: tuple[tuple[str, int, str], ...] = ()
    """Alarms: name, rows, detail."""


@dataclass(frozen=True, slots=True)
class _Survey:
    head: bytes
    lines: int
    utf8: bool
    nul: bool


def _survey(path: Path) -> _Survey:
    """Lines of a file without the empty ones at its end, and whether it is clean text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    head, ends, last, tail, utf8, nul = b"", 0, b"", 0, True, False
    with path.open("rb") as f:
        while chunk := f.read(_CHUNK):
            head = head or chunk[:_MAX_HEADER]
            ends += chunk.count(b"\n")
            nul = nul or b"\0" in chunk
            kept = chunk.rstrip(b"\r\n")
            tail = (tail if not kept else 0) + chunk[len(kept) :].count(b"\n")
            last = chunk[-1:]
            if utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    utf8 = False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    # A file ends with a line end or without; every further one is an empty line.
    return _Survey(head, ends - max(tail - 1, 0) + (last != b"\n"), utf8, nul)


Renamed = Callable[[list[str], list[str]], tuple[list[str], tuple[str, int, str] | None]]
"""Names and first row → the names that the cells really belong to, and an alarm."""


def csv_rows(
    bulk: Bulk,
    path: Path,
    layout: Layout,
    aside: Aside,
    *,
    shown: Path,
    file: int = 0,
    first: int = 0,
    renamed: Renamed | None = None,
    delimiters: str = ",\t;",
) -> Read:
    """The rows of a CSV file.

    Args:
        bulk: Where they go.
        path: The file, unpacked.
        layout: Its columns.
        aside: Where lines go that are no rows.
        shown: The file as the user named it, for messages.
        file: Its number.
        first: Rows of the files before it, which the numbers of its rows follow.
        renamed: Sets names right that the publisher's own program shifts.
        delimiters: What may stand between two cells.

    Raises:
        InputError: it is none of these tables, or has no rows.
    """
    survey = _survey(path)
    text = survey.head.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
    lines = text.splitlines()
    if not lines or not lines[0].strip():
        raise InputError("the file is empty", where=str(shown), next_step="download it again")
    delimiter = max(delimiters, key=lines[0].count)
    cells = [_split(line, delimiter) for line in lines[: 2 if len(lines) > 2 else len(lines)]]
    names = [n.strip().lower() for n in cells[0]]
    row = cells[1] if len(cells) > 1 else []
    if len(row) == len(names) + 1 and not row[-1]:
        names = [*names, ""]  # each line but the header ends with a delimiter
    notes: list[tuple[str, int, str]] = []
    if renamed is not None and row:
        names, note = renamed(names, row)
        notes += [note] if note else []
    unknown = layout.check(names, shown)
    if unknown:
        notes.append(
            ("unknown-columns", max(survey.lines - 1, 0),
             f"{shown.name}: columns that are not known and were not read: {listed(unknown)}")
        )  # fmt: skip
    if not survey.utf8:
        notes.append(
            ("not-utf-8", max(survey.lines - 1, 0),
             f"{shown.name}: the file is not UTF-8; it was read as ISO 8859-1 or what fits better")
        )  # fmt: skip
    unique = [n if n and names.index(n) == i else f"column {i + 1}" for i, n in enumerate(names)]
    if not survey.nul:
        try:
            found = bulk.text_of_csv(
                path, unique, layout.wanted, delimiter=delimiter, latin1=not survey.utf8, file=file
            )
        except UnclearTextError:
            found = None
        if found is not None and found.rows == survey.lines - 1:
            return Read((found.after(first),), 0, found.rows, tuple(notes))
    return _line_by_line(bulk, path, layout, aside, unique, delimiter, file, first, notes)


def _split(line: str, delimiter: str) -> list[str]:
    import csv

    return next(csv.reader([line[:_MAX_HEADER]], delimiter=delimiter), [])


def _line_by_line(
    bulk: Bulk,
    path: Path,
    layout: Layout,
    aside: Aside,
    names: Sequence[str],
    delimiter: str,
    file: int,
    first: int,
    notes: list[tuple[str, int, str]],
) -> Read:
    table = TableFile(path, delimiter=delimiter)
    rows = rejected = 0
    last = 1

    def batches() -> Iterator[pa.Table]:
        nonlocal rows, rejected, last
        for batch in table.batches(_BATCH):
            # An empty line between others is no row of a publisher's table.
            rejects = [r for r in batch.rejects if r.reason != "empty-row"]
            rejected += len(rejects)
            rows += len(batch.rows)
            numbers = [*batch.rows.tolist(), *(r.row for r in batch.rejects)]
            last = max([last, *numbers])
            aside.add([Reject(r.row + first, r.reason, r.detail, r.raw) for r in rejects])
            by_position = zip(names, batch.columns.values(), strict=False)
            yield pa.table(
                {"row": batch.rows + first, **{n: c for n, c in by_position if n in layout.wanted}}
            )

    found = bulk.text_of_batches(batches(), layout.wanted, file)
    return Read((found,), rejected, last - 1, tuple(notes))


# -- JSON -----------------------------------------------------------------------------------------


def json_rows(
    bulk: Bulk,
    path: Path,
    layout: Layout,
    *,
    shown: Path,
    key: str = "data",
    file: int = 0,
    first: int = 0,
) -> Read:
    """The objects of the list under `key` of a JSON answer, one after the other.

    The list is never held whole: an answer may have hundreds of thousands of records.

    Raises:
        InputError: it is no such answer, or is cut off.
    """
    unknown: dict[str, None] = {}
    rows = 0

    def batches() -> Iterator[pa.Table]:
        nonlocal rows
        held: list[dict[str, str | None]] = []
        for record in _objects(path, shown, key):
            small = {name.lower(): _text(value) for name, value in record.items()}
            if not rows:
                layout.check(list(small), shown)
            other = [n for n in small if n not in layout.wanted and n not in layout.ignored]
            unknown.update(dict.fromkeys(other))
            rows += 1
            held.append({n: small.get(n) for n in layout.wanted})
            if len(held) == _BATCH:
                yield _table(held, rows - len(held) + 1 + first)
                held = []
        if held:
            yield _table(held, rows - len(held) + 1 + first)

    def _table(held: list[dict[str, str | None]], number: int) -> pa.Table:
        columns = {n: pa.array([r[n] for r in held], pa.string()) for n in layout.wanted}
        return pa.table({"row": range(number, number + len(held)), **columns})

    found = bulk.text_of_batches(batches(), layout.wanted, file)
    notes: list[tuple[str, int, str]] = []
    if unknown:
        what = f"{shown.name}: fields that are not known and were not read: "
        notes.append(("unknown-columns", rows, what + listed(list(unknown))))
    return Read((found,), 0, rows, tuple(notes))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_MAX_OBJECT = 1 << 20
"""Characters of one record; those of UN Comtrade have about a thousand."""


def _objects(path: Path, shown: Path, key: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, decoded one by one; numbers keep their spelling."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)

    def broken(what: str) -> InputError:
        return InputError(
            f"the JSON answer is damaged or cut off: {what}", where=str(shown),
            allowed=f"an object with a list '{key}' of records", next_step="download it again",
        )  # fmt: skip

    with opened(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig")
        buffer = ""

        def more() -> bool:
            nonlocal buffer
            try:
                chunk = text.read(_CHUNK)
            except UnicodeDecodeError as error:
                raise broken("bytes that are no UTF-8") from error
            buffer += chunk
            return bool(chunk)

        more()
        start = buffer.find(f'"{key}"')
        start = buffer.find("[", start) if start >= 0 else -1
        if start < 0:
            raise broken(f"no list '{key}' in its first {_CHUNK:,} characters")
        buffer = buffer[start + 1 :]
        while True:
            buffer = buffer.lstrip(" \t\r\n,")
            if not buffer:
                if not more():
                    raise broken("the list does not end")
                continue
            if buffer[0] == "]":
                return
            try:
                found, end = decoder.raw_decode(buffer)
            except (ValueError, RecursionError) as error:
                if len(buffer) < _MAX_OBJECT + _CHUNK and more():
                    continue
                raise broken(str(error)) from error
            if not isinstance(found, dict):
                raise broken("the list holds something that is no record")
            yield found
            buffer = buffer[end:]


def unpacked(path: Path, bulk: Bulk, member: str | None = None) -> Path:
    """The file itself, or its unpacked content in the scratch folder, bounded in size."""
    with path.open("rb") as f:
        magic = f.read(4)
    if not magic.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06")):
        return path
    target = bulk.stage.scratch() / f"unpacked-{len(list(bulk.stage.scratch().iterdir()))}"
    with opened(path, member) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
    return target
