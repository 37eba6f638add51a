"""Batches of rows as they come out of a table file, and the rows that are none."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is no row of the table: too few fields, bytes that are no text."""

    row: int
    reason: str
    detail: str
    raw: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of the file: their numbers, their columns as text, and the rows that are none.

    `numbers` marks, for the columns that have any, the cells that were numbers in the file: a goods
    code among them may have lost its leading zero.
    """

    rows: Rows
    columns: dict[str, pa.StringArray]
    rejects: tuple[Reject, ...]
    numbers: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)

    def texts(self, indices: Sequence[int] | npt.NDArray[np.intp]) -> list[dict[str, str]]:
        """Some rows as read."""
        chosen = pa.array(indices, pa.int64())
        columns = [column.take(chosen).to_pylist() for column in self.columns.values()]
        return [dict(zip(self.columns, cells, strict=True)) for cells in zip(*columns, strict=True)]


def as_json(texts: Mapping[str, str]) -> str:
    """A row as read, as JSON."""
    return json.dumps(texts, ensure_ascii=False)


SHOWN = 80
"""Characters of a text that a message shows; the row as read stays whole."""

LISTED = 10
"""Names that a list in a message shows."""


def cut(text: str) -> str:
    """A text of a file as a message shows it."""
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def listed(names: Sequence[str]) -> str:
    """Names of a file as a message shows them."""
    shown = (cut(n) if n and n == n.strip() else f"'{cut(n)}'" for n in names[:LISTED])
    return ", ".join(shown) + and_more(len(names))


def and_more(total: int) -> str:
    """What follows the first names of a list."""
    return f" and {total - LISTED} more" if total > LISTED else ""


class LineByLineError(Exception):
    """Arrow's reader is not sure of this file; read it again with `batches(careful=True)`."""


def ragged(row: int, fields: int, columns: int, delimiter: str, line: str) -> Reject:
    """A line with too few or too many fields."""
    return Reject(
        row,
        "ragged-row",
        f"{fields} fields where the header has {columns}; allowed: one field for each column; put "
        f"a text that holds '{delimiter}' in double quotes",
        json.dumps({"line": line}, ensure_ascii=False),
    )


def unclosed(row: int, line: str) -> Reject:
    """A line on which a quoted text begins that does not end there."""
    return Reject(
        row,
        "unclosed-quote",
        "a double quote is not closed on its line; allowed: a row on one line, and two double "
        'quotes ("") for one inside a text',
        json.dumps({"line": line}, ensure_ascii=False),
    )


def undecodable(row: int, cells: dict[str, str]) -> Reject:
    """A row with bytes that are no text."""
    return Reject(
        row,
        "undecodable-text",
        "bytes that are not UTF-8; allowed: UTF-8; save the file in that encoding",
        json.dumps(cells, ensure_ascii=False),
    )


def no_rows(columns: Sequence[str]) -> dict[str, pa.StringArray]:
    """The columns of a batch without rows."""
    return {name: pa.array([], pa.string()) for name in columns}


def count_lines(path: Path) -> int:
    """Lines of a file, whichever of the three ends of line it uses; counted apart from the
    parser, so that no line is lost without notice.

    Raises:
        LineByLineError: some bytes are not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    ends, last = 0, b""
    try:
        with path.open("rb") as f:
            while chunk := f.read(1 << 20):
                ends += chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n")
                if last == b"\r" and chunk[:1] == b"\n":
                    ends -= 1
                last = chunk[-1:]
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise LineByLineError from error
    return ends + (last not in (b"", b"\n", b"\r"))
