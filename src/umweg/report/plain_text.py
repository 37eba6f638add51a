"""Text for a terminal, a pipe or a file: widths, wrapping, plain tables, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any


class Style:
    """Bold headings on a terminal that wants them, plain text everywhere else."""

    def __init__(self, no_color: bool, output: Path | None) -> None:
        plain = no_color or output is not None or bool(os.environ.get("NO_COLOR"))
        self.on = not plain and sys.stdout.isatty()

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.on else text


def width() -> int:
    """The width of the terminal; 80 in a pipe, at most 100 so that lines stay readable."""
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        width=width(),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


_WORD = 16
"""Characters up to which a word of a cell is not broken: dates, verdicts, codes."""
_GAP = 2


def table_text(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]],
    style: Style,
    *,
    whole: Collection[str] = (),
) -> str:
    """Rows as a table as wide as the terminal; text is folded, a number never, and nothing of the
    columns `whole`, which hold what is copied.

    Where not even the numbers and the shortest words fit side by side, each row is written as a
    block of lines.
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table

    cells = [[str(row[key]) for key, _ in columns] for row in rows]
    kinds: list[tuple[bool, int]] = []  # whether a column holds numbers; its least width
    for (key, title), column in zip(columns, zip(*cells, strict=True), strict=False):
        number = any(column) and all(not text or _NUMBER.match(text) for text in column)
        number = number or key in whole
        words = [w for text in column for w in ([text] if number else text.split())]
        longest = max(map(cell_len, words), default=0)
        head = max(map(cell_len, title.split()), default=0)
        kinds.append((number, max(head, longest if number else min(longest, _WORD))))
    if sum(least for _, least in kinds) + _GAP * (len(columns) - 1) > width():
        return _blocks(cells, columns, style)
    table = Table(box=None, pad_edge=False, header_style="bold" if style.on else "")
    for position, (_, title) in enumerate(columns):
        number, least = kinds[position] if kinds else (False, 0)
        last = position == len(columns) - 1
        table.add_column(
            title,
            overflow="fold",
            no_wrap=number,
            min_width=least,
            ratio=2 if last and not number else None,
        )
    for texts in cells:
        table.add_row(*(text.replace("[", r"\[") for text in texts))
    buffer = io.StringIO()
    Console(
        file=buffer, width=width(), force_terminal=style.on, no_color=not style.on, highlight=False
    ).print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _blocks(
    cells: Sequence[Sequence[str]], columns: Sequence[tuple[str, str]], style: Style
) -> str:
    lines: list[str] = []
    for texts in cells:
        lines.append(style.bold(texts[0]))
        for (_, title), text in zip(columns[1:], texts[1:], strict=True):
            lines += wrap(f"{title}: {text}", 2) if text else []
    return "\n".join(lines) + "\n"


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"^[+-]?[0-9][0-9,.]*(?:[eE][+-]?[0-9]+)?$")


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: an apostrophe before =, +, -, @."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def harmless_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose texts are harmless; a number written as text stays one."""
    return {
        k: v if isinstance(v, str) and _NUMBER.match(v) else harmless(v) for k, v in row.items()
    }


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(harmless_row, rows))
    return buffer.getvalue()
