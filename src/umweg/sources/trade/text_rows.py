"""A publisher's file as rows of text: fast where it is clean, line by line where it is not.

Arrow reads a clean CSV file many times faster than Python, but it does not tell bad lines apart.
So the lines are counted on the way, apart from the parser: only where it finds as many rows as
there are lines, and no byte is in doubt, are its rows taken. Else every line gets its own answer.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import InputError
from umweg.sources.aside import Aside
from umweg.sources.batches import Reject, listed
from umweg.sources.opening import opened
from umweg.sources.table_file import TableFile
from umweg.store.bulk import BETWEEN, Bulk, Text

_CHUNK = 1 << 20
_MAX_HEADER = 1 << 16
_BLOCK = 4 << 20
"""Bytes that Arrow parses at a time; no line may be longer."""

_BETWEEN = BETWEEN.encode()
_PICTURE = "\N{SYMBOL FOR UNIT SEPARATOR}"
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a publisher's table, by their names in small letters.

    Attributes:
        title: What the table is, for a message: `a file of UN Comtrade`.
        wanted: Columns that are read.
        required: Those of them without which it is none of these tables.
        ignored: Columns that are known and say nothing more than others do.
        about: Those of `wanted` whose cells many rows share (who, with whom, when, how): they are
            handled together.
        numbers: Those of `wanted` whose cells differ from row to row.
    """

    title: str
    wanted: tuple[str, ...]
    required: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def rows(self, bulk: Bulk, batches: Iterable[pa.Table], file: int) -> Text:
        """The rows of a file of this layout, as text."""
        return bulk.text_of_batches(batches, self.wanted, file, self.about, self.numbers)

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
    sha256: str = ""
    """Of the file's bytes, where they were hashed on the way."""


class _Counted(io.RawIOBase):
    """A file's bytes on their way to a parser: counted apart from it, and hashed."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._ends = self._tail = 0
        self._last = b"\n"
        self.odd = False
        """Whether there is a NUL, or the sign that stands between cells that are joined."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        self._ends += chunk.count(b"\n")
        self.odd = self.odd or b"\0" in chunk or _BETWEEN in chunk
        kept = chunk.rstrip(b"\r\n")
        self._tail = (0 if kept else self._tail) + chunk[len(kept) :].count(b"\n")
        self._last = chunk[-1:] or self._last
        return chunk

    @property
    def lines(self) -> int:
        """Lines so far, without the empty ones at the end."""
        # A file ends with a line end or without; every further one is an empty line.
        return self._ends - max(self._tail - 1, 0) + (self._last != b"\n")

    @property
    def sha256(self) -> str:
        """Of all bytes so far."""
        return self._digest.hexdigest()


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
    with path.open("rb") as f:
        head = f.read(_MAX_HEADER)
    lines = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace").splitlines()
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
    unique = [n if n and names.index(n) == i else f"column {i + 1}" for i, n in enumerate(names)]
    read = _quickly(bulk, path, layout, unique, delimiter, file, first, "utf-8")
    utf8 = read is not None or _is_utf8(path)
    if read is None and not utf8:
        read = _quickly(bulk, path, layout, unique, delimiter, file, first, "latin-1")
    if read is None:
        read = _line_by_line(bulk, path, layout, aside, unique, delimiter, file, first)
    if unknown:
        notes.append(
            ("unknown-columns", read.rows,
             f"{shown.name}: columns that are not known and were not read: {listed(unknown)}")
        )  # fmt: skip
    if not utf8:
        notes.append(
            ("not-utf-8", read.rows,
             f"{shown.name}: the file is not UTF-8; it was read as ISO 8859-1 or what fits better")
        )  # fmt: skip
    return replace(read, notes=tuple(notes), sha256=read.sha256 if path == shown else "")


def _quickly(
    bulk: Bulk,
    path: Path,
    layout: Layout,
    names: Sequence[str],
    delimiter: str,
    file: int,
    first: int,
    encoding: str,
) -> Read | None:
    """The rows as Arrow reads them; None if a byte or a line is in doubt."""
    import pyarrow.csv as arrow_csv

    def batches(source: _Counted) -> Iterator[pa.Table]:
        row = first + 2
        reader = arrow_csv.open_csv(
            pa.PythonFile(source, mode="r"),
            arrow_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=_BLOCK, encoding=encoding
            ),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=[n for n in layout.wanted if n in names],
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            numbers = np.arange(row, row + batch.num_rows)
            yield pa.table([numbers, *batch.columns], names=["row", *batch.schema.names])
            row += batch.num_rows

    with path.open("rb", buffering=0) as raw:
        source = _Counted(raw)
        try:
            found = layout.rows(bulk, batches(source), file)
        except pa.ArrowInvalid:  # bytes that are no text, another number of cells, a quote
            return None
        if source.odd or found.rows != source.lines - 1:
            return None
        return Read((found,), 0, found.rows, sha256=source.sha256)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as f:
        try:
            while chunk := f.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


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
            cells = {
                n: pc.replace_substring(c, BETWEEN, _PICTURE)
                for n, c in by_position
                if n in layout.wanted
            }
            yield pa.table({"row": batch.rows + first, **cells})

    found = layout.rows(bulk, batches(), file)
    return Read((found,), rejected, last - 1)


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

    found = layout.rows(bulk, batches(), file)
    notes: list[tuple[str, int, str]] = []
    if unknown:
        what = f"{shown.name}: fields that are not known and were not read: "
        notes.append(("unknown-columns", rows, what + listed(list(unknown))))
    return Read((found,), 0, rows, tuple(notes))


def _text(value: Any) -> str | None:
    if value is None:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace(BETWEEN, _PICTURE)


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
