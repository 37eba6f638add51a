"""Plain rows as a workbook or a page: for answers that are one table."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = Sequence[Mapping[str, Any]]

_CSS = """
body { font: 15px/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 1.5rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ccc;
  overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #111; }
.wide { overflow-x: auto; }
@media print { body { margin: 0; font-size: 9pt; } tr { break-inside: avoid; } }
"""


def cell(value: Any) -> str:
    """A value as one cell: lists of names with spaces between, other structures as JSON."""
    if value is None:
        return ""
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return " ".join(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def flat(rows: Rows) -> list[dict[str, str]]:
    """Rows whose cells are all text."""
    return [{name: cell(value) for name, value in row.items()} for row in rows]


def rows_xlsx(rows: Rows, path: Path, title: str) -> None:
    """A workbook of one sheet: frozen header, filters, numbers as numbers, the rest as text."""
    import xlsxwriter

    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(title[:31])
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 1})
        names = list(rows[0]) if rows else []
        for i, name in enumerate(names):
            sheet.write_string(0, i, name, head)
            longest = max([len(name), *(len(cell(r[name])) for r in rows)])
            sheet.set_column(i, i, min(60, longest + 2), text)
        for number, row in enumerate(rows, start=1):
            for i, name in enumerate(names):
                value = row[name]
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, i, value)
                else:
                    sheet.write_string(number, i, cell(value), text)
        sheet.freeze_panes(1, 0)
        if names:
            sheet.autofilter(0, 0, max(1, len(rows)), len(names) - 1)


def rows_html(rows: Rows, title: str) -> str:
    """A self-contained page with one table; links of the rows can be followed."""
    names = list(rows[0]) if rows else []
    head = "".join(f"<th scope=col>{html.escape(n.replace('_', ' '))}</th>" for n in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{_linked(cell(r[n]))}</td>" for n in names) + "</tr>" for r in rows
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{_CSS}</style></head><body><div class=wide><table>"
        f"<caption>{html.escape(title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></body></html>\n"
    )


def _linked(text: str) -> str:
    shown = html.escape(text)
    if text.startswith(("https://", "http://")) and " " not in text:
        return f'<a href="{shown}">{shown}</a>'
    return shown
