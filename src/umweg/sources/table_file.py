"""A user's table as it comes: CSV in any encoding, a workbook, Parquet, or JSON lines.

All come out alike: columns of text, each row with its number in the file. Text, because a number
that was read as one has lost its leading zeros and its spelling; cells that were numbers already in
the file are marked as such (`Batch.numbers`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from umweg.errors import InputError, UsageError
from umweg.sources.appearance import signed
from umweg.sources.batches import Batch, Reject, cut, listed, ragged
from umweg.sources.csv_rows import DELIMITERS, CsvRows
from umweg.sources.json_line_rows import JsonLineRows
from umweg.sources.opening import Head, head_of
from umweg.sources.table_header import column_names, find_header
from umweg.sources.text_encoding import TextEncoding, encoding_of
from umweg.sources.workbook_rows import Cells, SheetRows, number_text

BATCH = 1 << 16
"""Rows of one batch."""

MAX_COLUMNS = 1_000

KINDS = ("csv", "xlsx", "xlsb", "xls", "ods", "parquet", "jsonl")
WORKBOOKS = ("xlsx", "xlsb", "xls", "ods")
ALLOWED = "CSV, a workbook (XLSX, XLSB, XLS, ODS), Parquet, or JSON lines"

_SHEET_SEARCH = 12
"""Sheets of a workbook among which the one with the best header is looked for."""

_HEADER_SEARCH = 25
"""Rows at the beginning of a table among which its header is looked for."""

_Row = tuple[int, "Cells | Reject"]


class TableFile:
    """A table in a file.

    Attributes:
        path: The file.
        kind: One of `KINDS`.
        columns: Names of the columns as written; an empty name becomes `column 3`, a second `Name`
            becomes `Name (2)`.
        encoding: Of a text file, as Python names it; else empty.
        delimiter: What divides the fields of a CSV file; else empty.
        sheet: Name of the sheet of a workbook; else empty.
        header_row: Number of the row that holds the names; 0 where the format has none.
        notes: What was assumed while reading, in words.

    Args:
        path: The file.
        sheet: Sheet of a workbook; without it, the first that is not hidden.
        encoding: Of a text file; found where it is None.
        delimiter: Of a CSV file; found where it is None.
        recognise: How many of the names of a row are known to who asks. With it, the header is the
            row (or two rows on top of each other) of which most are, and of several sheets the one
            with the best header is read.

    Raises:
        UsageError: an encoding or delimiter that is none, or one that the file's kind has not.
        InputError: the file is missing, empty, damaged, too large, of another kind, or has no
            usable header.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        sheet: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        recognise: Callable[[Sequence[str]], int] | None = None,
    ) -> None:
        self._recognise = recognise
        self.path = Path(path)
        self.encoding = self.delimiter = self.sheet = ""
        self._notes: list[str] = []
        self._rows_read = self._height = 0
        head = head_of(self.path)
        self.kind = _kind(self.path, head)
        self._packed = _is_packed(self.path)
        _check_options(self.kind, sheet, encoding, delimiter)
        self.header_row = 0
        if self.kind == "parquet":
            self.columns = self._names(_parquet_names(self.path))
        elif self.kind == "jsonl":
            self._json = JsonLineRows(self.path, self._encoded(encoding))
            self.columns = self._names(self._json.keys(MAX_COLUMNS))
        else:
            if self.kind == "csv":
                self._csv = CsvRows(self.path, self._encoded(encoding), delimiter)
                self.delimiter = self._csv.delimiter
            else:
                self._sheet_rows = SheetRows(self.path, self.kind, sheet)
                if sheet is None and recognise is not None:
                    self._choose_sheet(recognise)
                self.sheet = self._sheet_rows.name
                others = [n for n in self._sheet_rows.names if n != self.sheet]
                if others and sheet is None:
                    self._note(f"the sheet '{cut(self.sheet)}' is read; not: {listed(others)}")
            self.header_row, names = self._header()
            self.columns = self._names(names)
            if self.kind in WORKBOOKS:
                self._height = self._sheet_rows.height

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed while reading, in words."""
        return tuple(self._notes)

    @property
    def share_read(self) -> float | None:
        """How much of the file `batches` has read, from 0 to 1; None where it cannot be told."""
        if self.kind == "csv" and not self._packed:
            size = self.path.stat().st_size
            return min(1.0, self._csv.bytes_read / size) if size else None
        if self.kind in WORKBOOKS or self.kind == "parquet":
            return min(1.0, self._rows_read / self._height) if self._height else None
        return None

    def batches(self, size: int = BATCH) -> Iterator[Batch]:
        """The rows below the header, in order; rows that are none are in `Batch.rejects`.

        Empty rows between others are rejects (`empty-row`); empty rows at the end are no rows.

        Raises:
            InputError: the file is damaged.
        """
        if self.kind == "parquet":
            yield from self._parquet(size)
            return
        rows = self._data()
        while chunk := list(islice(rows, size)):
            self._rows_read = chunk[-1][0]
            yield self._batch(chunk)

    # -- the header ---------------------------------------------------------------------------

    def _encoded(self, given: str | None) -> TextEncoding:
        found = encoding_of(self.path, given)
        self.encoding = found.name
        if found.note:
            self._note(found.note)
        return found

    def _note(self, text: str) -> None:
        self._notes.append(text)

    def _choose_sheet(self, recognise: Callable[[Sequence[str]], int]) -> None:
        """Read the sheet with the best header; the first of equally good ones."""
        best, chosen = -1, self._sheet_rows.name
        for name in self._sheet_rows.names[:_SHEET_SEARCH]:
            self._sheet_rows.choose(name)
            rows = [c.texts for c in islice(self._sheet_rows.rows(), _HEADER_SEARCH)]
            score = max((recognise(texts) for texts in rows), default=0)
            if score > best:
                best, chosen = score, name
        self._sheet_rows.choose(chosen)

    def _header(self) -> tuple[int, list[str]]:
        """The row that names the columns, with its number; see `find_header`."""
        first: list[tuple[int, list[str]]] = []
        for row, cells in islice(self._all_rows(None), _HEADER_SEARCH):
            if isinstance(cells, Cells):
                first.append((row, cells.texts))
            elif not first:
                # What stands before any row is the header, and a header that cannot be read
                # leaves a table without names.
                raise InputError(
                    f"the first line cannot be read: {cells.detail}",
                    where=f"{self.path}, row {row}",
                    allowed="a header of column names",
                    next_step="check that this is a table with a header, or name its --encoding",
                )
        found = find_header([texts for _, texts in first], self._recognise)
        if found is None:
            raise InputError(
                "the table is empty",
                where=str(self.path),
                allowed="a header of column names, and rows below it",
                next_step="export the table again",
            )
        row = first[found.at][0]
        above = sum(1 for _, texts in first[: found.at + 1 - found.rows] if "".join(texts).strip())
        header = f"row {row}"
        if found.rows > 1:
            header = f"rows {first[found.at - 1][0]} and {row}, joined"
        if above:
            more = "1 row above it is" if above == 1 else f"{above} rows above it are"
            self._note(f"the header is {header}; {more} not read")
        elif found.rows > 1:
            self._note(f"the header is {header}")
        return row, list(found.names)

    def _names(self, written: Sequence[str]) -> tuple[str, ...]:
        if len(written) > MAX_COLUMNS:
            raise InputError(
                f"the table has {len(written):,} columns",
                where=f"{self.path}, header: {listed(written)}",
                allowed=f"at most {MAX_COLUMNS:,}",
                next_step="check the delimiter, or remove the columns that are not needed",
            )
        names, notes = column_names(written)
        self._notes += notes
        return names

    # -- rows ---------------------------------------------------------------------------------

    def _all_rows(self, width: int | None) -> Iterator[_Row]:
        if self.kind == "csv":
            for row, fields in self._csv.rows(width):
                yield row, fields if isinstance(fields, Reject) else Cells(fields, _NONE)
        else:
            yield from enumerate(self._sheet_rows.rows(), start=1)

    def _data(self) -> Iterator[_Row]:
        """Rows below the header, empty ones as rejects unless nothing follows them."""
        empty: list[int] = []
        rows = (
            self._json.rows(self.columns)
            if self.kind == "jsonl"
            else self._all_rows(len(self.columns))
        )
        for row, cells in rows:
            if row <= self.header_row:
                continue
            if isinstance(cells, Cells) and not "".join(cells.texts).strip():
                empty.append(row)
                continue
            for number in empty:
                yield number, Reject(number, "empty-row", "the row has no content", "{}")
            empty = []
            yield row, self._fitted(row, cells) if isinstance(cells, Cells) else cells

    def _fitted(self, row: int, cells: Cells) -> Cells | Reject:
        """A row of a sheet may be shorter than the header where the format leaves out its end."""
        width = len(self.columns)
        if len(cells.texts) == width:
            return cells
        if any(cells.texts[width:]):
            return ragged(row, len(cells.texts), width, ",", json.dumps(cells.texts[:width]))
        missing = width - len(cells.texts)
        return Cells(
            cells.texts[:width] + [""] * missing, cells.numbers[:width] + [False] * missing
        )

    def _batch(self, chunk: list[_Row]) -> Batch:
        rows = [row for row, cells in chunk if isinstance(cells, Cells)]
        good = [cells for _, cells in chunk if isinstance(cells, Cells)]
        texts = zip(*(c.texts for c in good), strict=True) if good else [()] * len(self.columns)
        columns = dict(zip(self.columns, (pa.array(t, pa.string()) for t in texts), strict=True))
        numbers = {}
        if good and good[0].numbers is not _NONE:
            flags = np.array([c.numbers for c in good], bool)
            numbers = {n: flags[:, i] for i, n in enumerate(self.columns) if flags[:, i].any()}
        return Batch(
            np.array(rows, np.int64),
            columns,
            tuple(cells for _, cells in chunk if isinstance(cells, Reject)),
            numbers,
        )

    # -- Parquet ------------------------------------------------------------------------------

    def _parquet(self, size: int) -> Iterator[Batch]:
        next_row = 1
        try:
            with pq.ParquetFile(self.path) as file:
                self._height = file.metadata.num_rows
                for block in file.iter_batches(batch_size=size):
                    rows = np.arange(next_row, next_row + block.num_rows)
                    next_row += block.num_rows
                    self._rows_read = next_row - 1
                    columns, numbers = {}, {}
                    for i, name in enumerate(self.columns):
                        column = block.column(i)
                        columns[name] = self._parquet_text(name, column)
                        if _is_number(column.type):
                            numbers[name] = np.asarray(column.is_valid())
                    yield Batch(rows, columns, (), numbers)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from error

    def _parquet_text(self, name: str, column: pa.Array) -> pa.StringArray:
        if pa.types.is_floating(column.type):
            texts = [None if v is None or v != v else number_text(v) for v in column.to_pylist()]
            return pa.array(texts, pa.string()).fill_null("")
        try:
            text = column.cast(pa.string()).fill_null("")
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputError(
                f"the column '{cut(name)}' cannot be read as text: {error}",
                where=str(self.path),
                allowed="text, numbers or dates",
                next_step="write the column as text",
            ) from error
        return text


_NONE: list[bool] = []
"""The marks of a row of a text file, whose cells are never numbers."""


def _is_packed(path: Path) -> bool:
    """Whether a file is compressed: its size says nothing of how much is left."""
    with path.open("rb") as f:
        return f.read(2) in (b"PK", b"\x1f\x8b")


def _kind(path: Path, head: Head) -> str:
    """The kind of a file by what it holds; its name is no evidence."""
    data = head.data
    if head.members:
        names = set(head.members)
        if "xl/workbook.bin" in names:
            return "xlsb"
        if any(n.startswith("xl/") for n in names):
            return "xlsx"
        if "content.xml" in names and "mimetype" in names:
            return "ods"
        if len(head.members) > 1:
            raise _other(path, f"an archive of {len(head.members)} files", "unpack it and name one")
    packed = head.name != path.name or _is_gzip(path)
    if data[:4] == b"PAR1" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if packed:
            raise _other(path, "packed", "unpack it first: only text is read from an archive")
        return "parquet" if data[:4] == b"PAR1" else "xls"
    if what := signed(data):
        raise _other(path, what, "export the table as CSV in UTF-8 or as XLSX")
    beginning = head.text.lstrip().lower()
    if beginning.startswith(("<!doctype html", "<html", "<?xml", "<table")):
        raise _other(
            path,
            "a web page or XML, whatever its name",
            "open it in a spreadsheet program and save it as XLSX",
        )
    if beginning.startswith("{"):
        return "jsonl"
    if beginning.startswith(("[{", "[\n", "[\r", "[ ")):
        raise _other(path, "one JSON array", "write one object on each line (JSON lines)")
    if not data:
        raise InputError(
            "the file is empty",
            where=str(path),
            allowed=ALLOWED,
            next_step="export the table again",
        )
    return "csv"


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_floating(kind) or types.is_integer(kind) or types.is_decimal(kind))


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as f:
        return f.read(2) == b"\x1f\x8b"


def _other(path: Path, what: str, next_step: str) -> InputError:
    return InputError(f"the file is {what}", where=str(path), allowed=ALLOWED, next_step=next_step)


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(
        f"the file is damaged: {error}",
        where=str(path),
        allowed=ALLOWED,
        next_step="export or copy it again",
    )


def _check_options(
    kind: str, sheet: str | None, encoding: str | None, delimiter: str | None
) -> None:
    if sheet is not None and kind not in WORKBOOKS:
        raise UsageError(
            f"a sheet is named, and the file is {kind}",
            allowed=f"a sheet of {', '.join(WORKBOOKS)}",
            next_step="leave the sheet out",
        )
    if encoding is not None and kind not in ("csv", "jsonl"):
        raise UsageError(
            f"an encoding is named, and the file is {kind}",
            allowed="an encoding of CSV or JSON lines",
            next_step="leave the encoding out",
        )
    if delimiter is not None and (kind != "csv" or delimiter not in DELIMITERS):
        raise UsageError(
            f"the delimiter {delimiter!r} cannot be used for {kind}",
            allowed="one of ; , | or a tab, for CSV",
            next_step="leave it out to have it found",
        )


def _parquet_names(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
