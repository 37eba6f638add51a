"""Publishers' CSV and TSV as a stream of rows, each whole, or set aside with what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from umweg.errors import InputError
from umweg.sources.batches import Reject, cut, ragged

MAX_LINE = 4 << 20
"""Bytes of one line; the longest line of a published list known has 300 KB."""

MAX_FIELD = 1 << 20
"""Characters of one field."""

_MAX_LINES = 2_000
"""Lines that one quoted text may span."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, its cells; or why it is none."""

    number: int
    cells: tuple[str, ...] = ()
    reject: Reject | None = None


class Lines:
    """The lines of a stream as text, and those of them that are no text."""

    def __init__(self, stream: BinaryIO, path: Path, encoding: str = "utf-8") -> None:
        self._stream, self._path, self._encoding = stream, path, encoding
        self.number = 0
        self.undecodable = False

    def __iter__(self) -> Iterator[str]:
        """Each line with its end."""
        while line := self._stream.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise InputError(
                    f"line {self.number + 1} is longer than {MAX_LINE >> 20} MB",
                    where=str(self._path),
                    allowed="the file as the publisher sent it",
                    next_step="download it again",
                )
            self.number += 1
            if self.number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if b"\0" in line:
                raise InputError(
                    f"the file is no text in UTF-8: there is a zero byte in line {self.number}",
                    where=str(self._path),
                    allowed="the file as the publisher sent it",
                    next_step="download it again, or save it as UTF-8",
                )
            try:
                yield line.decode(self._encoding)
            except UnicodeDecodeError:
                self.undecodable = True
                yield line.decode(self._encoding, errors="backslashreplace")


def csv_rows(
    stream: BinaryIO,
    path: Path,
    columns: int | None = None,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    skip: int = 0,
) -> Iterator[Row]:
    """The rows of a CSV file; blank lines are no rows, and neither is a last line of byte 0x1A.

    A quote that is not closed swallows the lines after it. Where a row over several lines has
    not the right number of fields, its lines are therefore read again one by one. A delimiter at
    the end of a row, which the header has not, says nothing.

    Args:
        stream: The bytes.
        path: The file, for messages.
        columns: How many fields a row has; as many as the first one without it.
        delimiter: What stands between fields.
        encoding: How the bytes are written; bytes that are none set their row aside.
        skip: Lines above the first row.

    Raises:
        InputError: a line or a field is endless, there are bytes that no text has, or the file
            ends in the middle of a row.
    """
    lines = Lines(stream, path, encoding)
    source = iter(lines)
    for _ in islice(source, skip):
        pass
    if csv.field_size_limit() != MAX_FIELD:
        csv.field_size_limit(MAX_FIELD)
    for line in source:
        first, parts = lines.number, [line]
        cells = None
        reader = csv.reader(_kept(line, source, parts), delimiter=delimiter)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"a field from line {first} on is endless or damaged: {error}",
                where=str(path),
                allowed=f"fields of at most {MAX_FIELD:,} characters",
                next_step="download the file again",
            ) from error
        if len(parts) > _MAX_LINES:
            raise InputError(
                f"a quoted text that begins in line {first} is endless",
                where=str(path),
                allowed=f"a text over at most {_MAX_LINES:,} lines",
                next_step="download the file again",
            )
        bad, lines.undecodable = lines.undecodable, False
        if not cells or not "".join(parts).strip("\x1a \r\n"):
            continue
        columns = columns or len(cells)
        if len(cells) == columns + 1 and not cells[-1].strip():
            cells.pop()
        if _is_cut_off(parts, len(cells) == columns, delimiter):
            raise InputError(
                f"the file ends in the middle of the row that begins in line {first}",
                where=str(path),
                allowed="the whole file: a list that was cut off reads as 'nobody else is listed'",
                next_step="download it again",
            )
        if len(cells) == columns and not bad:
            yield Row(first, tuple(cells))
        elif len(parts) == 1 or len(cells) == columns:
            yield Row(first, reject=_reject(first, cells, columns, delimiter, "".join(parts), bad))
        else:
            yield from _one_by_one(first, parts, columns, delimiter)


def _kept(line: str, source: Iterator[str], parts: list[str]) -> Iterator[str]:
    """The line and those that follow it, as the reader asks for them, remembered."""
    yield line
    for following in source:
        parts.append(following)
        yield following
        if len(parts) > _MAX_LINES:
            return


def _one_by_one(first: int, parts: list[str], columns: int, delimiter: str) -> Iterator[Row]:
    for number, line in enumerate(parts, first):
        cells = next(csv.reader([line], delimiter=delimiter), [])
        if not line.strip():
            continue
        if len(cells) == columns and "\n" not in "".join(cells):
            yield Row(number, tuple(cells))
        else:
            yield Row(number, reject=ragged(number, len(cells), columns, delimiter, line.strip()))


def _reject(
    number: int, cells: list[str], columns: int, delimiter: str, line: str, bad: bool
) -> Reject:
    if bad:
        return Reject(
            number,
            "undecodable-text",
            "bytes that are no text in the encoding of the file; allowed: the file as published",
            json.dumps({"line": line.strip()}, ensure_ascii=False),
        )
    return ragged(number, len(cells), columns, delimiter, line.strip())


def _is_cut_off(parts: list[str], whole: bool, delimiter: str) -> bool:
    """Whether the lines of a row are the last of the file, and it lacks its end."""
    if parts[-1].endswith(("\n", "\r", "\x1a")):
        return False
    try:
        next(csv.reader(parts, delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "end of data" in str(error)
    return not whole


_ABOVE = 5
"""Lines in which a header is looked for: a date or a title may stand above it."""

DELIMITERS = ",;\t|"
"""Programs in which a file was saved again choose among these by the language of the computer."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header of a file is, and what it says.

    Attributes:
        above: The lines above it.
        names: The names of the columns.
        delimiter: What stands between them.
    """

    above: tuple[str, ...]
    names: tuple[str, ...]
    delimiter: str


def header_of(stream: BinaryIO, path: Path, needed: tuple[str, ...], encoding: str) -> Header:
    """The first line that has the columns of a list.

    Raises:
        InputError: there is none.
    """
    lines = [line.rstrip("\r\n") for line in islice(Lines(stream, path, encoding), _ABOVE)]
    best: Header | None = None
    for n, line in enumerate(lines):
        delimiter = max(DELIMITERS, key=line.count)
        cells = next(csv.reader([line], delimiter=delimiter), [])
        found = Header(tuple(lines[:n]), tuple(c.strip() for c in cells), delimiter)
        if not set(needed) - set(found.names):
            return found
        if best is None or set(needed) & set(found.names) > set(needed) & set(best.names):
            best = found
    names = best.names if best else ()
    missing = [n for n in needed if n not in names]
    raise InputError(
        f"the file has not the columns of this list; missing: {', '.join(missing)}",
        where=f"{path}, first line: {cut(lines[0]) if lines else '(empty)'}",
        allowed=f"{', '.join(needed)}, in English, as the publisher writes them",
        next_step="download the list again in the format that the documentation names, or "
        "choose another --source",
    )


def encoding_of(stream: BinaryIO) -> str:
    """UTF-8, or Windows-1252 where no line with other letters is UTF-8.

    One damaged byte must not turn every name of a list into other letters: a file that has a single
    line of proper UTF-8 beyond ASCII is UTF-8, and its damaged lines are set aside.
    """
    others = False
    while line := stream.readline(MAX_LINE + 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            others = True
        else:
            return "utf-8"
    return "cp1252" if others else "utf-8"
