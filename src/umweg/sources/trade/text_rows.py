"""A publisher's file as rows of text: fast where it is clean, line by line where it is not.

Arrow reads a clean CSV file many times faster than Python, but it does not tell bad lines apart.
So the lines are counted on the way, apart from the parser: only where it finds as many rows as
there are lines, and no byte is in doubt, are its rows taken. Else every line gets its own answer.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import InputError
from umweg.sources.aside import Aside
from umweg.sources.batches import Reject, listed
from umweg.sources.opening import UTF_16, opened_as_utf8
from umweg.sources.table_file import TableFile
from umweg.sources.trade.decimals import Decimals, Note
from umweg.store.bulk import BETWEEN, Bulk, Text

_CHUNK = 1 << 20
_MAX_HEADER = 1 << 16
_BLOCK = 4 << 20
"""Bytes that Arrow parses at a time; no line may be longer."""

_BETWEEN = BETWEEN.encode()
PICTURE = "\N{SYMBOL FOR UNIT SEPARATOR}"
BATCH = 50_000


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
            raise InputError(
                f"this is not {self.title}: "
                + (f"the column {listed(twice)} occurs twice" if twice else "")
                + (f"columns are missing: {listed(missing)}" if missing else ""),
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
    notes: tuple[Note, ...] = ()
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


Renamed = Callable[[list[str], list[str]], tuple[list[str], Note | None]]
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
    delimiters: str = ",\t;|",
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
    notes: list[Note] = []
    if renamed is not None and row:
        names, note = renamed(names, row)
        notes += [note] if note else []
    unknown = layout.check(names, shown)
    unique = [n if n and names.index(n) == i else f"column {i + 1}" for i, n in enumerate(names)]
    csv = _Csv(bulk, path, shown, layout, tuple(unique), delimiter, file, first)
    read = csv.quickly("utf-8")
    utf8 = read is not None or _is_utf8(path)
    if read is None and not utf8:
        read = csv.quickly("latin-1")
    if read is None:
        read = csv.line_by_line(aside)
    notes += read.notes
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


_BROKEN = ("ragged-row", "unclosed-quote")
"""What a row is that the end of the file has cut in two."""


@dataclass(frozen=True, slots=True)
class _Csv:
    """A CSV file that is read in one of two ways."""

    bulk: Bulk
    path: Path
    shown: Path
    layout: Layout
    names: tuple[str, ...]
    delimiter: str
    file: int
    first: int

    def quickly(self, encoding: str) -> Read | None:
        """The rows as Arrow reads them; None if a byte or a line is in doubt."""
        import pyarrow.csv as arrow_csv

        def batches(source: _Counted) -> Iterator[pa.Table]:
            row = self.first + 2
            reader = arrow_csv.open_csv(
                pa.PythonFile(source, mode="r"),
                arrow_csv.ReadOptions(
                    column_names=self.names, skip_rows=1, block_size=_BLOCK, encoding=encoding
                ),
                arrow_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    include_columns=[n for n in self.layout.wanted if n in self.names],
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                numbers = np.arange(row, row + batch.num_rows)
                yield pa.table([numbers, *batch.columns], names=["row", *batch.schema.names])
                row += batch.num_rows

        with self.path.open("rb", buffering=0) as raw:
            source = _Counted(raw)
            try:
                found, notes = self._rows(batches(source))
            except pa.ArrowInvalid:  # bytes that are no text, another number of cells, a quote
                return None
            if source.odd or found.rows != source.lines - 1:
                return None
            return Read((found,), 0, found.rows, notes, source.sha256)

    def line_by_line(self, aside: Aside) -> Read:
        """The rows, each with an answer of its own."""
        table = TableFile(self.path, delimiter=self.delimiter)
        rejected, last, broken = 0, 1, 0

        def batches() -> Iterator[pa.Table]:
            nonlocal rejected, last, broken
            for batch in table.batches(BATCH):
                # An empty line between others is no row of a publisher's table.
                rejects = [r for r in batch.rejects if r.reason != "empty-row"]
                rejected += len(rejects)
                numbers = [*batch.rows.tolist(), *(r.row for r in batch.rejects)]
                last = max([last, *numbers])
                broken = max([broken, *(r.row for r in rejects if r.reason in _BROKEN)])
                aside.add([Reject(r.row + self.first, r.reason, r.detail, r.raw) for r in rejects])
                by_position = zip(self.names, batch.columns.values(), strict=False)
                cells = {
                    n: pc.replace_substring(c, BETWEEN, PICTURE)
                    for n, c in by_position
                    if n in self.layout.wanted
                }
                yield pa.table({"row": batch.rows + self.first, **cells})

        found, notes = self._rows(batches())
        if broken == last and not self._ends_whole():
            raise InputError(
                f"the file ends in the middle of row {last}; nothing was stored",
                where=str(self.shown),
                allowed="the whole file: figures that were cut off would read as no trade",
                next_step="download it again",
            )
        return Read((found,), rejected, last - 1, notes)

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as f:
            f.seek(-1, io.SEEK_END)
            return f.read(1) in b"\r\n"

    def _rows(self, batches: Iterator[pa.Table]) -> tuple[Text, tuple[Note, ...]]:
        if self.delimiter == ",":
            return self.layout.rows(self.bulk, batches, self.file), ()
        decimals = Decimals(self.layout.numbers, self.shown)
        found = self.layout.rows(self.bulk, map(decimals.set_right, batches), self.file)
        return found, decimals.notes(found.rows)


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


def unpacked(path: Path, bulk: Bulk, member: str | None = None) -> Path:
    """The file itself, or what is unpacked of it in the scratch folder, bounded, as UTF-8."""
    with path.open("rb") as f:
        magic = f.read(4)
    if not magic.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", *UTF_16)):
        return path
    target = bulk.stage.scratch() / f"unpacked-{len(list(bulk.stage.scratch().iterdir()))}"
    with opened_as_utf8(path, member) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
    return target
