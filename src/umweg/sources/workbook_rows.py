"""The rows of a sheet of a workbook (XLSX, XLSB, XLS, ODS), read by calamine.

calamine holds a sheet as one block from its first to its last cell, so that a file of a kilobyte
with a value in the last cell of a sheet would ask for hundreds of gigabytes. The size is measured
before the workbook is opened.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from umweg.errors import InputError
from umweg.sources.batches import listed
from umweg.sources.opening import members_of, opened

MAX_CELLS = 24_000_000
"""Cells of a sheet, empty ones included: a million rows of 24 columns, some 2 GB of memory."""

MAX_UNPACKED = 1 << 30
"""Bytes that the parts of a workbook may unpack to."""

_CHUNK = 1 << 20
_REF = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^>]*?\br=["']([A-Z]{0,3})([0-9]{1,9})["']""")
_OVERLAP = 512


class Cells(NamedTuple):
    """A row of a sheet: its cells as text, and which of them were numbers."""

    texts: list[str]
    numbers: list[bool]


class SheetRows:
    """One sheet of a workbook.

    Args:
        path: The workbook.
        kind: xlsx, xlsb, xls or ods.
        sheet: Name of the sheet; without it, the first that is not hidden.

    Raises:
        InputError: the workbook is damaged, protected, too large, or has no such sheet.
    """

    def __init__(self, path: Path, kind: str, sheet: str | None) -> None:
        self._path = path
        if kind != "xls":
            _measure(path, kind)
        self._book: Any = None
        self.name: str
        self.names: tuple[str, ...]
        self._sheet = self._open(sheet)
        self._check_size()

    def _check_size(self) -> None:
        cells = self._sheet.total_height * self._sheet.total_width
        if cells > MAX_CELLS:
            raise _too_large(self._path, f"the sheet {self._sheet.name!r} spans {cells:,} cells")

    def choose(self, name: str) -> None:
        """Read another sheet of the same workbook.

        Raises:
            InputError: it is damaged or too large.
        """
        if name == self.name:
            return
        self._sheet = self._get(name)
        self.name = name
        self._check_size()

    def _get(self, name: str) -> Any:
        import python_calamine as calamine

        try:
            return self._book.get_sheet_by_name(name)
        except (calamine.CalamineError, ValueError) as error:
            raise InputError(
                f"the sheet {name!r} is damaged: {error}",
                where=str(self._path),
                next_step="name another sheet, or save the workbook again",
            ) from error

    def _open(self, name: str | None) -> Any:
        import python_calamine as calamine

        try:
            # By its bytes: by its path, the ending of the name would decide.
            book = self._book = calamine.load_workbook(io.BytesIO(self._path.read_bytes()))
            sheets = [s for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
            visible = [s.name for s in sheets if s.visible == calamine.SheetVisibleEnum.Visible]
            self.names = tuple(visible or [s.name for s in sheets])
            everything = [s.name for s in sheets]
            if not everything or (name is not None and name not in everything):
                raise InputError(
                    f"the workbook has no sheet {name!r}" if everything else "it has no sheet",
                    where=str(self._path),
                    allowed=listed(everything) or "a workbook with a sheet",
                    next_step="name one of its sheets" if everything else "save it again",
                )
            self.name = name or self.names[0]
            return book.get_sheet_by_name(self.name)
        except calamine.PasswordError as error:
            raise InputError(
                "the workbook is protected by a password",
                where=str(self._path),
                allowed="a workbook that opens without one",
                next_step="save it without a password, or save the sheet as CSV",
            ) from error
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise InputError(
                f"the workbook is damaged: {error}",
                where=str(self._path),
                allowed="XLSX, XLSB, XLS or ODS",
                next_step="open it in a spreadsheet program and save it again, or as CSV",
            ) from error

    @property
    def height(self) -> int:
        """Number of rows, empty ones included."""
        return int(self._sheet.total_height)

    def rows(self) -> Iterator[Cells]:
        """The rows of the sheet from its first on."""
        for row in self._sheet.iter_rows():
            yield Cells([_text(v) for v in row], [isinstance(v, float) for v in row])


def _text(value: object) -> str:
    """A cell as text: no `.0` behind whole numbers, days and times as ISO 8601 writes them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def number_text(value: float) -> str:
    """A number as a person types it: 85423190.0 is 85423190, 0.5 stays 0.5."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e21 else repr(value)


def _measure(path: Path, kind: str) -> None:
    """Refuse a workbook that unpacks, or spreads, to more than a sheet may hold."""
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(i.file_size for i in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"the workbook is damaged: {error}",
            where=str(path),
            allowed="XLSX, XLSB, XLS or ODS",
            next_step="open it in a spreadsheet program and save it again, or as CSV",
        ) from error
    if declared > MAX_UNPACKED:
        raise _too_large(path, f"it unpacks to {declared:,} bytes")
    left = MAX_UNPACKED
    for name in dict.fromkeys(members_of(path)):
        is_sheet = name.startswith("xl/worksheets/") or name == "content.xml"
        if kind == "ods" and name == "content.xml":
            left -= _measure_ods(path, name, left)
            continue
        rows = columns = 0
        before = b""
        with opened(path, name, left) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if not is_sheet or kind != "xlsx":
                    continue
                for letters, digits in _REF.findall(before + chunk):
                    rows = max(rows, int(digits))
                    columns = max(columns, _column(letters))
                if rows * columns > MAX_CELLS:
                    raise _too_large(path, f"{name} has cells up to row {rows:,}")
                before = chunk[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _measure_ods(path: Path, name: str, left: int) -> int:
    """Bytes of the content of an ODS file whose repeated cells stay within the limit."""
    sizes = _OdsSizes()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = sizes.start
    parser.EndElementHandler = sizes.end
    read = 0
    try:
        with opened(path, name, left) as stream:
            while chunk := stream.read(_CHUNK):
                read += len(chunk)
                parser.Parse(chunk)
                if sizes.cells > MAX_CELLS:
                    raise _too_large(
                        path, f"its cells, repeated ones included, are {sizes.cells:,}"
                    )
    except expat.ExpatError as error:
        raise InputError(
            f"the workbook is damaged: {error}",
            where=str(path),
            next_step="open it in a spreadsheet program and save it again, or as CSV",
        ) from error
    return read


class _OdsSizes:
    """Counts the cells of a sheet as they are once repeated ones are written out.

    Empty cells at the end of a row or sheet do not count: programs repeat them to its edge.
    """

    def __init__(self) -> None:
        self.cells = 0
        self._repeat = 1
        self._width = self._filled = 0
        self._rows = self._full_rows = 0
        self._widest = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        plain = {k.rpartition(" ")[2]: v for k, v in attributes.items()}
        if tag == "table":
            self._rows = self._full_rows = self._widest = 0
        elif tag == "table-row":
            self._repeat = _times(plain.get("number-rows-repeated"))
            self._width = self._filled = 0
        elif tag in ("table-cell", "covered-table-cell"):
            self._width += _times(plain.get("number-columns-repeated"))
            if "value-type" in plain or "formula" in plain:
                self._filled = self._width

    def end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] != "table-row":
            return
        self._rows += self._repeat
        if self._filled:
            self._full_rows = self._rows
            self._widest = max(self._widest, self._filled)
        self.cells = max(self.cells, self._full_rows * self._widest)


def _times(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 10 else 1


def _too_large(path: Path, what: str) -> InputError:
    return InputError(
        f"the workbook is too large: {what}",
        where=str(path),
        allowed=f"at most {MAX_CELLS:,} cells on a sheet and {MAX_UNPACKED:,} bytes unpacked",
        next_step="save the sheet as CSV; remove stray cells far from the table",
    )
