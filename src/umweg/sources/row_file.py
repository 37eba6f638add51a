"""Reading a table file in batches of text columns, each row with its number in the file.

CSV and Parquet come out alike: text, because a number that was read as one has lost its leading
zeros and its spelling. Arrow's reader does the work. Where it cannot be sure what a line is (a
quote that is not closed, a line longer than a block), the file is read again line by line:
slower, and every line gets an answer.
"""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from umweg.errors import InputError
from umweg.sources.batches import (
    LISTED,
    Batch,
    LineByLineError,
    Reject,
    and_more,
    count_lines,
    cut,
    listed,
    no_rows,
    ragged,
    unclosed,
    undecodable,
)

BLOCK = 8 << 20
"""Bytes of a CSV file that are parsed at once."""

BATCH = 1 << 17
"""Rows of a Parquet file, or lines of a difficult CSV file, that are read at once."""

DELIMITERS = (",", ";", "\t")
_MAX_HEADER = 1 << 16
_BOM = b"\xef\xbb\xbf"


class RowFile:
    """A CSV or Parquet file.

    Args:
        path: The file.
        known: Column names that may occur; they decide which delimiter a CSV file has.

    Raises:
        InputError: the file is missing, empty, of another kind, or has no usable header.
    """

    def __init__(self, path: Path, known: Sequence[str]) -> None:
        self.path = path
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
            # A pipe would be waited for without end, and a file is read twice.
            raise InputError(
                "this is not a regular file; save it to a file first",
                where=str(path),
                allowed="a CSV or Parquet file",
                next_step="name the file itself",
            )
        try:
            with path.open("rb") as f:
                head = f.read(_MAX_HEADER)
        except OSError as error:
            raise InputError(
                f"the file cannot be read: {error.strerror or error}",
                where=str(path),
                allowed="a CSV or Parquet file",
                next_step="check the name and the permissions",
            ) from error
        self.is_parquet = head[:4] == b"PAR1"
        self.delimiter = ""
        if self.is_parquet:
            self.columns = self._parquet_columns()
        else:
            self.columns = self._csv_columns(head, known)
        self._check_names(known)

    def batches(self, *, careful: bool = False) -> Iterator[Batch]:
        """The rows, in order.

        Args:
            careful: Read a CSV file line by line.

        Raises:
            LineByLineError: the file must be read with `careful`.
            InputError: the file is damaged.
        """
        if self.is_parquet:
            return self._parquet()
        return self._csv_lines() if careful else self._csv_blocks()

    # -- the header ---------------------------------------------------------------------------

    def _csv_columns(self, head: bytes, known: Sequence[str]) -> tuple[str, ...]:
        where = str(self.path)
        for magic, kind, step in (
            (b"PK\x03\x04", "a workbook or zip archive", "save the sheet as CSV in UTF-8"),
            (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
            (b"\xff\xfe", "written in UTF-16", "save it as CSV in UTF-8"),
            (b"\xfe\xff", "written in UTF-16", "save it as CSV in UTF-8"),
        ):
            if head.startswith(magic):
                raise InputError(
                    f"the file is {kind}",
                    where=where,
                    allowed="CSV in UTF-8, or Parquet",
                    next_step=step,
                )
        text = head.removeprefix(_BOM).decode("utf-8", errors="replace")
        if not text.strip():
            raise InputError(
                "the file is empty",
                where=where,
                allowed=f"a header with the columns {', '.join(known)}, and rows below it",
                next_step="export the figures again",
            )
        line = text.splitlines()[0]
        if len(head) == _MAX_HEADER and len(line) == len(text):
            raise InputError(
                f"the first line is longer than {_MAX_HEADER} bytes",
                where=where,
                allowed="a header of column names, one line",
                next_step="check that this is a CSV file",
            )
        best: tuple[int, int] = (-1, -1)
        columns: tuple[str, ...] = ()
        for delimiter in DELIMITERS:
            fields = next(csv.reader([line], delimiter=delimiter), [])
            names = tuple(name.strip().lower() for name in fields)
            score = (sum(name in known for name in names), len(names))
            if score > best:
                best, columns, self.delimiter = score, names, delimiter
        return columns

    def _parquet_columns(self) -> tuple[str, ...]:
        try:
            schema = pq.read_schema(self.path)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error
        return tuple(name.strip().lower() for name in schema.names)

    def _check_names(self, known: Sequence[str]) -> None:
        counts = Counter(self.columns)
        twice = sorted(name for name, n in counts.items() if n > 1)
        unknown = [c for c in self.columns if c not in known]
        if not twice and not unknown:
            return
        hints = []
        for name in unknown[:LISTED]:
            near = difflib.get_close_matches(cut(name), known, n=1)
            hints.append(f"'{cut(name)}'" + (f" (meant {near[0]}?)" if near else ""))
        what = f"the column {listed(twice)} occurs twice" if twice else ""
        if unknown:
            what += (
                "; " if what else ""
            ) + f"unknown columns: {', '.join(hints)}{and_more(len(unknown))}"
        raise InputError(
            what,
            where=f"{self.path}, header: {listed(self.columns)}",
            allowed=", ".join(known),
            next_step="rename or remove these columns: none is dropped in silence",
        )

    def _damaged(self, error: Exception) -> InputError:
        return InputError(
            f"the file is damaged: {error}",
            where=str(self.path),
            allowed="CSV in UTF-8, or Parquet",
            next_step="export or copy it again",
        )

    # -- CSV ----------------------------------------------------------------------------------

    def _csv_blocks(self) -> Iterator[Batch]:
        lines = count_lines(self.path)
        wrong: list[Reject] = []
        reader = self._arrow_reader(self._note_wrong(wrong))
        next_row, total = 2, 1
        skipped: list[int] = []
        while reader is not None:
            try:
                block = reader.read_next_batch()
            except StopIteration:
                break
            except pa.ArrowException as error:
                raise LineByLineError from error
            skipped += [r.row for r in wrong]
            # The reader leaves rejected rows out of its blocks but not out of its count.
            numbers = np.arange(next_row, next_row + block.num_rows + len(skipped))
            numbers = numbers[~np.isin(numbers, skipped)][: block.num_rows]
            if len(numbers):
                next_row = int(numbers[-1]) + 1
            skipped = [n for n in skipped if n >= next_row]
            total += block.num_rows + len(wrong)
            columns = {n: block.column(i) for i, n in enumerate(self.columns)}
            yield Batch(numbers, columns, tuple(wrong))
            wrong.clear()
        total += len(wrong)
        if total != lines:
            # A quoted field ran over the end of its line: these are not the rows of the file.
            raise LineByLineError
        if wrong:
            yield Batch(np.empty(0, np.int64), no_rows(self.columns), tuple(wrong))

    def _arrow_reader(
        self, handler: Callable[[pacsv.InvalidRow], str]
    ) -> pacsv.CSVStreamingReader | None:
        try:
            return pacsv.open_csv(
                self.path,
                read_options=pacsv.ReadOptions(
                    use_threads=False,  # the number of a rejected row is known only then
                    block_size=BLOCK,
                    skip_rows=1,
                    column_names=list(self.columns),
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter,
                    ignore_empty_lines=False,
                    invalid_row_handler=handler,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(self.columns, pa.string()),
                    null_values=[],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowException as error:
            if "Could not skip" in str(error):  # a header and no line end after it
                return None
            raise LineByLineError from error

    def _note_wrong(self, wrong: list[Reject]) -> Callable[[pacsv.InvalidRow], str]:
        def note(row: pacsv.InvalidRow) -> str:
            wrong.append(
                ragged(row.number, row.actual_columns, len(self.columns), self.delimiter, row.text)
            )
            return "skip"

        return note

    def _csv_lines(self) -> Iterator[Batch]:
        with io.TextIOWrapper(
            self.path.open("rb"), encoding="utf-8", errors="surrogateescape", newline=None
        ) as f:
            f.readline()
            rows: list[int] = []
            cells: list[list[str]] = []
            rejects: list[Reject] = []
            for row, line in enumerate(f, start=2):
                fields = self._fields(row, line.removesuffix("\n"), rejects)
                if fields is not None:
                    rows.append(row)
                    cells.append(fields)
                if len(rows) + len(rejects) >= BATCH:
                    yield self._batch_of(rows, cells, rejects)
                    rows, cells, rejects = [], [], []
            if rows or rejects:
                yield self._batch_of(rows, cells, rejects)

    def _batch_of(self, rows: list[int], cells: list[list[str]], rejects: list[Reject]) -> Batch:
        columns = zip(*cells, strict=True) if cells else [()] * len(self.columns)
        texts = [pa.array(c, pa.string()) for c in columns]
        return Batch(
            np.array(rows, np.int64),
            dict(zip(self.columns, texts, strict=True)),
            tuple(rejects),
        )

    def _fields(self, row: int, line: str, rejects: list[Reject]) -> list[str] | None:
        """The fields of one line; None where it is no row, which is then noted."""
        if not line:
            return [""] * len(self.columns)
        if not _is_text(line):
            shown = line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            rejects.append(undecodable(row, {"line": shown}))
            return None
        if line.count('"') % 2:
            rejects.append(unclosed(row, line))
            return None
        try:
            fields = next(csv.reader([line], delimiter=self.delimiter), [""])
        except csv.Error:  # a field beyond the limit of the module
            fields = [line]
        if len(fields) != len(self.columns):
            rejects.append(ragged(row, len(fields), len(self.columns), self.delimiter, line))
            return None
        return fields

    # -- Parquet ------------------------------------------------------------------------------

    def _parquet(self) -> Iterator[Batch]:
        next_row = 1
        try:
            with pq.ParquetFile(self.path) as file:
                for block in file.iter_batches(batch_size=BATCH):
                    rows = np.arange(next_row, next_row + block.num_rows)
                    next_row += block.num_rows
                    columns = {
                        name: self._parquet_text(name, block.column(i))
                        for i, name in enumerate(self.columns)
                    }
                    yield Batch(rows, columns, ())
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _parquet_text(self, name: str, column: pa.Array) -> pa.StringArray:
        if name == "code" and not _is_texty(column.type):
            raise InputError(
                f"the column 'code' holds {column.type}: leading zeros are lost",
                where=str(self.path),
                allowed="text",
                next_step="write the goods codes as text, with their leading zeros",
            )
        try:
            return column.cast(pa.string()).fill_null("")
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputError(
                f"the column '{name}' cannot be read as text: {error}",
                where=str(self.path),
                allowed="text or numbers",
                next_step="write the column as text",
            ) from error


def _is_texty(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _is_text(line: str) -> bool:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # a byte that was no UTF-8 came in as a lone surrogate
        return False
    return True
