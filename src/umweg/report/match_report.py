"""Matches as text, rows, workbook and page: of one name, and of a customer file."""

from __future__ import annotations

import csv
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from umweg.parties.answer import HIT_COLUMNS, answer_json
from umweg.report.plain_text import Style, harmless_row, json_text, table_text, wrap
from umweg.report.row_files import rows_html

if TYPE_CHECKING:
    from umweg.parties.answer import MatchAnswer
    from umweg.parties.batch import BatchRun

NO_CLEARANCE = (
    "A score is no probability, and a match no finding of guilt: compare identifiers, dates and "
    "addresses. Nobody found is no clearance for lists that were not looked at."
)
ROW_COLUMNS = ("row", "reference", "query", "status", "problem", *HIT_COLUMNS)
"""Columns of the flat result of a file: one row a candidate, and one for a row without any."""

PAGE_ROWS = 5_000
"""Rows that a page shows; a browser takes long over more. All of them are in the other formats."""

_HITS = (("score", "score"), ("name", "listed name"), ("lists", "list"),
         ("published_on", "version"), ("entity_id", "entity"))  # fmt: skip


# -- one name -------------------------------------------------------------------------------------


def answer_text(answer: MatchAnswer, style: Style) -> str:
    """The answer for a terminal: candidates, their reasons, what was looked at and what not."""
    query = answer.result.query
    lines = [style.bold(f"{query.caption}: {answer.status}")]
    for reason in (answer.result.problem, None if answer.candidates else answer.reach.missing):
        if reason:
            lines += wrap(f"cannot tell: {reason}", 2)
    rows = answer.rows()
    if rows:
        shown = [{**r, "score": f"{r['score']:.2f}", **_filled(r, "published_on")} for r in rows]
        lines += ["", table_text(shown, _HITS, style).rstrip("\n"), ""]
        for number, r in enumerate(rows, start=1):
            lines += wrap(f"{number}. {_reasons(r)}", 0)
    lines += ["", *_reach_lines(answer_json(answer), style), *wrap(NO_CLEARANCE, 0)]
    return "\n".join(lines) + "\n"


def _filled(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {n: str(row[n] or "") for n in names}


def _reasons(row: Mapping[str, Any]) -> str:
    """Name, listing and explanation of a hit in a sentence."""
    listing = ", ".join(
        str(x)
        for x in (
            row["authorities"], row["programmes"],
            f"since {row['listed_from']}" if row["listed_from"] else "", row["url"],
        )
        if x
    )  # fmt: skip
    main = "" if row["name"] == row["primary_name"] else f" ({row['primary_name']})"
    return f"{row['name']}{main}: {listing or 'no listing stated'}. Why: {row['explanation']}"


def _reach_lines(data: Mapping[str, Any], style: Style) -> list[str]:
    lines = [style.bold(f"looked at, as of {data['as_of']}")]
    for v in data["checked"]:
        mark = f"; STALE after {v['max_age_days']} days" if v["stale"] else ""
        lines += wrap(
            f"{v['source']}: version of {v['published_on'] or v['had_on']}, {v['age_days']} days "
            f"old, {v['entities']:,} entities, snapshot {v['snapshot_id']}{mark}", 2,
        )  # fmt: skip
    lines.append(style.bold("not looked at" if data["not_checked"] else "not looked at: –"))
    for why in dict.fromkeys(n["why"] for n in data["not_checked"]):
        lines += wrap(
            f"{why}: "
            + "; ".join(
                n["what"] if why == "not held" else f"{n['what']} ({n['detail']})"
                for n in data["not_checked"]
                if n["why"] == why
            ),
            2,
        )
    return lines


def answer_html(answer: MatchAnswer) -> str:
    """The answer as a page of one table."""
    title = f"{answer.result.query.caption}: {answer.status}"
    reach = _reach_lines(answer_json(answer), Style(True, Path("-")))
    notes = [*filter(None, (answer.result.problem, answer.reach.missing)), *reach, NO_CLEARANCE]
    return _page(answer.rows(), title, notes)


def _page(rows: list[dict[str, Any]], title: str, notes: Iterable[str]) -> str:
    """A page of one table with sentences below it."""
    said = "".join(f"<p>{html.escape(n.strip())}</p>" for n in notes if n.strip())
    return rows_html(rows, title).replace("</div></body>", f"</div>{said}</body>")


# -- a file ---------------------------------------------------------------------------------------


def flat_rows(run: BatchRun) -> Iterator[dict[str, Any]]:
    """One row a candidate, and one for each row of the file without any."""
    empty = dict.fromkeys(HIT_COLUMNS)
    for line in run.results():
        head = {
            "row": line["row"], "reference": line["reference"], "query": line["name"],
            "status": line["status"], "problem": line["problem"],
        }  # fmt: skip
        for candidate in line["candidates"] or ({"flat": empty},):
            yield {**head, **candidate["flat"]}


def batch_text(run: BatchRun, style: Style, top: int = 20) -> str:
    """The summary for a terminal, with the first matches."""
    data, summary = run.run["run"], run.summary
    by = summary["by_status"]
    lines = [
        style.bold(
            f"{data['input']}: rows read {summary['rows_read']} = answered "
            f"{summary['rows_answered']} + set aside {summary['rows_set_aside']}"
        ),
        "  " + ", ".join(f"{k} {n}" for k, n in by.items()),
        *wrap("columns: " + ", ".join(f"{r} = {c}" for r, c in data["columns"].items()), 2),
    ]
    if data["columns_not_used"]:
        lines += wrap("not used: " + ", ".join(data["columns_not_used"]), 2)
    for note in data["notes"]:
        lines += wrap(f"note: {note}", 2)
    if summary["not_understood"]:
        said = ", ".join(f"{w} ({n})" for w, n in summary["not_understood"].items())
        lines += wrap(f"not understood, and not used: {said}", 2)
    if data["only_changes"] is not None:
        for c in data["only_changes"]:
            lines += wrap(
                f"{c['source']}: only what changed since {c['older'] or '(not held before)'}: "
                f"{c['added']} added, {c['changed']} changed, {c['removed']} removed", 2,
            )  # fmt: skip
    hits = list(islice((r for r in flat_rows(run) if r["score"] is not None), top))
    if hits:
        columns = (("row", "row"), ("query", "customer"), ("score", "score"),
                   ("name", "listed name"), ("lists", "list"))  # fmt: skip
        shown = [{**r, "score": f"{r['score']:.2f}"} for r in hits]
        lines += ["", table_text(shown, columns, style).rstrip("\n")]
        if summary["candidates"] > len(hits):
            lines.append(f"… and {summary['candidates'] - len(hits)} more candidates: use -o FILE")
    aside = list(islice((x for x in run.results() if x["status"] == "set-aside"), 5))
    for line in aside:
        lines += wrap(f"set aside: row {line['row']}: {line['problem']}", 2)
    lines += ["", *_reach_lines(data, style), *wrap(NO_CLEARANCE, 0)]
    return "\n".join(lines) + "\n"


def write_csv(run: BatchRun, out: TextIO) -> None:
    """The flat rows, one after the other."""
    writer = csv.DictWriter(out, ROW_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(harmless_row, flat_rows(run)))


def write_json(run: BatchRun, out: TextIO) -> None:
    """One JSON object: the run, the results, the summary; written as it is read."""
    out.write('{"run": ' + json.dumps(run.run["run"], ensure_ascii=False))
    out.write(',\n"summary": ' + json.dumps(run.summary, ensure_ascii=False))
    out.write(',\n"results": [')
    for number, line in enumerate(run.results()):
        for candidate in line["candidates"]:
            del candidate["flat"]
        out.write(("," if number else "") + "\n" + json.dumps(line, ensure_ascii=False))
    out.write("\n]}\n")


def write_xlsx(run: BatchRun, path: Path) -> None:
    """A workbook of the flat rows and of what was looked at, written row by row."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("Matches")
        _sheet_rows(sheet, bold, ROW_COLUMNS, flat_rows(run))
        data = run.run["run"]
        for name, rows in (("Looked at", data["checked"]), ("Not looked at", data["not_checked"])):
            columns = list(rows[0]) if rows else ["what", "why", "detail"]
            _sheet_rows(book.add_worksheet(name), bold, columns, rows)
        facts = [
            {"fact": k, "value": json.dumps(v, ensure_ascii=False) if not isinstance(v, str) else v}
            for k, v in {**data, **run.summary}.items()
            if k not in ("checked", "not_checked")
        ]
        _sheet_rows(book.add_worksheet("Run"), bold, ["fact", "value"], facts)


_MAX_ROWS, _MAX_TEXT = 1_048_575, 32_767  # what one sheet and one cell of the format hold


def _sheet_rows(
    sheet: Any, bold: Any, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    names = list(columns)
    for i, name in enumerate(names):
        sheet.set_column(i, i, 24)
        sheet.write_string(0, i, name, bold)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(islice(rows, _MAX_ROWS), start=1):
        for i, name in enumerate(names):
            value = row[name]
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(last, i, value)
            elif value is not None:
                text = ", ".join(value) if isinstance(value, list) else str(value)
                sheet.write_string(last, i, text[:_MAX_TEXT])
    sheet.autofilter(0, 0, max(1, last), len(names) - 1)


def batch_html(run: BatchRun) -> str:
    """A page with the matches, what could not be told, and what was looked at."""
    wanted = (r for r in flat_rows(run) if r["status"] not in ("no-match",))
    rows = list(islice(wanted, PAGE_ROWS))
    summary = run.summary
    title = f"{run.run['run']['input']}: {summary['candidates']} candidates"
    notes = [
        (
            f"Rows read {summary['rows_read']} = answered {summary['rows_answered']} + set aside "
            f"{summary['rows_set_aside']}."
        ),
        f"Only the first {PAGE_ROWS} rows are shown." if len(rows) == PAGE_ROWS else "",
        *_reach_lines(run.run["run"], Style(True, Path("-"))),
        NO_CLEARANCE,
    ]
    return _page(rows, title, notes)


def ftm_lines(results: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Candidates as FollowTheMoney entities with `score` and `query`, one JSON object a line."""
    for line in results:
        for c in line["candidates"]:
            entity = c["entity"]
            properties = {
                "name": entity["names"],
                "country": [x.lower() for x in entity["countries"]],
                "birthDate": [d.removeprefix("~") for d in entity["birth_dates"]],
                "sourceUrl": [x["url"] for x in c["listings"] if x["url"]],
                "program": [x["programme"] for x in c["listings"] if x["programme"]],
            }
            yield json.dumps(
                {
                    "id": entity["entity_id"], "schema": entity["schema"],
                    "properties": {k: v for k, v in properties.items() if v},
                    "score": c["score"], "query": {"row": line.get("row"), "name": line["name"]},
                },
                ensure_ascii=False,
            )  # fmt: skip


def answer_lines(answer: MatchAnswer) -> list[dict[str, Any]]:
    """The answer to one name in the shape of a result of a file, for `ftm_lines`."""
    data = answer_json(answer)
    return [{"name": data["query"]["name"], "candidates": data["candidates"]}]


def answer_as_json(answer: MatchAnswer) -> str:
    """The answer as JSON text."""
    return json_text(answer_json(answer))
