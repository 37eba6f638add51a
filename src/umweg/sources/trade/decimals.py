"""Decimal commas, in publishers' tables that a spreadsheet saved again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import InputError

Note = tuple[str, int, str]
"""An alarm: its name, how many rows, what a reader must know."""

_WITH_COMMA = r"^\s*-?(\d{1,3}([.\x{a0}\x{202f} ]\d{3})+|\d+),\d+([eE][+-]?\d+)?\s*$"
"""A number with a decimal comma; its thousands may be set off."""


class Decimals:
    """Numbers of a file that a spreadsheet saved again where decimals stand behind a comma.

    Such programs put a semicolon or a tab between the cells. A file that has both `1,5` and `1.500`
    is refused: whether the second is one and a half or a thousand and more, nobody can tell.
    """

    def __init__(self, columns: Sequence[str], shown: Path) -> None:
        self._columns, self._shown = columns, shown
        self._comma = self._point = ""

    def set_right(self, rows: pa.Table) -> pa.Table:
        """The rows with decimal points."""
        for name in self._columns:
            if name not in rows.column_names:
                continue
            cells = rows[name]
            comma = pc.match_substring(cells, ",")
            point = pc.and_(pc.match_substring(cells, "."), pc.invert(comma))
            self._comma = self._comma or _first(cells, comma)
            self._point = self._point or _first(cells, point)
            if pc.any(comma).as_py():
                bare = pc.replace_substring_regex(cells, r"[.\x{a0}\x{202f} ]", "")
                right = pc.replace_substring(bare, ",", ".")
                cells = pc.if_else(pc.match_substring_regex(cells, _WITH_COMMA), right, cells)
                rows = rows.set_column(rows.column_names.index(name), name, cells)
        return rows

    def notes(self, rows: int) -> tuple[Note, ...]:
        """What a reader must know of it.

        Raises:
            InputError: the file has both ways of writing.
        """
        if not self._comma:
            return ()
        if self._point:
            raise InputError(
                f"numbers are written in two ways: '{self._comma}' and '{self._point}'; nothing "
                "was stored",
                where=str(self._shown),
                allowed="one sign for decimals in all columns, and no thousands set off",
                next_step="import the file as the publisher sent it, not as a spreadsheet saved it",
            )
        what = f"numbers such as '{self._comma}' were read as written with a decimal comma"
        return (("decimal-comma", rows, f"{self._shown.name}: {what}"),)


def _first(cells: pa.ChunkedArray, mask: pa.ChunkedArray) -> str:
    found = cells.filter(mask)
    return str(found[0])[:40] if len(found) else ""
