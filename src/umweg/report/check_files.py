"""The result of a screening as files: CSV, workbook, and a page for each held order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from umweg.errors import InputError
from umweg.geography import name_of
from umweg.report.check_text import DECISION_WORDS
from umweg.report.order_chart import CorridorFigure
from umweg.report.plain_text import harmless
from umweg.screening import CheckResult, LineResult

SHEET_ROWS = 1_048_575
PAGE_LINES = 500
"""Lines on the HTML page of a run; all of them are in the workbook and the CSV."""


def check_csv(result: CheckResult) -> Iterator[str]:
    """The lines as CSV, in parts; texts that begin like a formula get an apostrophe."""
    buffer = io.StringIO()
    writer = None
    for n, row in enumerate(result.rows(), start=1):
        if writer is None:
            writer = csv.DictWriter(buffer, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({k: harmless(v) for k, v in row.items()})
        if n % 1_000 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def check_xlsx(result: CheckResult, path: Path) -> None:
    """A workbook: summary, lines, rows set aside; frozen headers, filters, codes as text.

    Raises:
        InputError: there are more lines than a sheet has rows.
    """
    import xlsxwriter

    if result.decided > SHEET_ROWS:
        raise InputError(
            f"a sheet holds {SHEET_ROWS:,} lines, and these are {result.decided:,}",
            where=str(path),
            allowed="--format csv or json",
            next_step="use --format csv -o FILE",
        )
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        text = book.add_format({"num_format": "@", "valign": "top"})
        wide = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        head = book.add_format({"bold": True, "bottom": 1})
        formats = {"text": text, "wide": wide, "money": money, "head": head}
        _sheet(book, "Summary", ("what", "value"), _summary_rows(result), formats)
        rows = (tuple(row.values()) for row in result.rows())
        first = next(result.rows(), None)
        names = tuple(first) if first else ("row", "decision")
        _sheet(book, "Lines", names, rows, formats)
        aside = ((r.row, r.reason, r.detail, r.raw) for r in result.aside)
        _sheet(book, "Set aside", ("row", "reason", "detail", "raw"), aside, formats)
        questions = ((i, q, p, "") for i, q, p in result.questions)
        _sheet(book, "Questions", ("id", "question", "publisher", "answer"), questions, formats)


_WIDE = {
    "reasons": 70, "sources": 40, "questions": 50, "not_checked": 40, "detail": 60, "raw": 60,
    "consignee": 28, "order": 14, "question": 70, "publisher": 40, "value": 60, "what": 28,
}  # fmt: skip
"""Columns that are wider than twelve characters; their texts wrap."""


def _sheet(
    book: Any, title: str, names: Sequence[str], rows: Iterable[Sequence[Any]], formats: Any
) -> None:
    sheet = book.add_worksheet(title)
    for i, name in enumerate(names):
        sheet.set_column(i, i, _WIDE.get(name, 12))
        sheet.write_string(0, i, name, formats["head"])
    number = 0
    for number, row in enumerate(rows, start=1):
        for i, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                style = formats["money"] if isinstance(value, float) else formats["text"]
                sheet.write_number(number, i, value, style)
            elif value is not None:
                style = formats["wide"] if names[i] in _WIDE else formats["text"]
                # What a spreadsheet would run is text here, and stays text when it is saved on.
                sheet.write_string(number, i, harmless(str(value))[:32_767], style)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, number), max(0, len(names) - 1))


def _summary_rows(result: CheckResult) -> list[tuple[str, Any]]:
    run = result.run
    return [
        ("file", run.input["name"]),
        ("SHA-256", run.input["sha256"]),
        ("run", run.run_id),
        ("as of", run.as_of),
        ("program", f"umweg {run.version}"),
        ("regime", run.regime_version),
        ("policy", run.policy.label),
        ("targets", " ".join(run.targets)),
        ("rows read", result.read),
        ("lines decided", result.decided),
        ("rows set aside", len(result.aside)),
        *((d, result.counts[d]) for d in ("alert", "review", "cannot-tell", "clear")),
        *(("message", m) for m in result.groups),
        *(("note", n) for n in run.notes),
        *(("not checked", n.text) for n in result.not_checked),
        *((f"column {role}", column) for role, column in run.columns.items()),
    ]


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("umweg.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(name_of=name_of, decision_words=DECISION_WORDS)
    return env


def check_html(
    result: CheckResult, pages: Mapping[str, str] | None = None, without_page: int = 0
) -> str:
    """The run as one page: counts, messages, every held line with its reasons.

    Args:
        result: The run.
        pages: {order: address of its own page}, in a pack.
        without_page: Held orders that have no page, because a pack has so many at most.
    """
    held = []
    for line in result.lines({"alert", "review", "cannot-tell"}):
        held.append(line)
        if len(held) == PAGE_LINES:
            break
    held.sort(key=lambda line: -line.points)
    return (
        _environment()
        .get_template("check.html.j2")
        .render(
            result=result,
            run=result.run,
            lines=held,
            pages=pages or {},
            without_page=without_page,
            more=result.decided - result.counts["clear"] - len(held),
            points=result.run.policy.points,
        )
    )


CHARTS = 3
"""Charts on the page of an order: it is to print on one page or two."""


def order_html(
    result: CheckResult,
    lines: Sequence[LineResult],
    page: str,
    figures: Sequence[CorridorFigure] = (),
) -> str:
    """One held order: its lines, reasons, what was not checked, what is to be asked, signatures.

    Args:
        result: The run.
        lines: The lines of the order, held ones and others.
        page: Number of the page in the pack.
        figures: What the statistics say of its goods and countries.
    """
    not_checked = list(dict.fromkeys(n.text for line in lines for n in line.not_checked))
    questions = [r.text for line in lines for r in line.reasons if r.ask]
    return (
        _environment()
        .get_template("order.html.j2")
        .render(
            run=result.run,
            lines=lines,
            page=page,
            order=lines[0].order or f"row {lines[0].row}",
            points=result.run.policy.points,
            not_checked=not_checked,
            asked=list(dict.fromkeys(questions)),
            flags=result.questions[:12],
            figures=figures[:CHARTS],
            more_figures=max(0, len(figures) - CHARTS),
            svg=Markup,  # drawn by us; its only foreign text is escaped in charts.svg
            worst=max(lines, key=lambda line: line.points).decision.value,
        )
    )
