"""What `umweg data` shows: the rows of each answer, and a snapshot in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umweg.cli.output import write, write_rows
from umweg.report.plain_text import Style, table_text, wrap
from umweg.report.row_files import cell

if TYPE_CHECKING:
    from umweg.store import Manifest, Series

_FIRST = 5
_NAMED = 10
_PARTS = re.compile(r"\.[0-9]+")

Row = Mapping[str, Any]
Columns = Sequence[tuple[str, str]]

LIST: Columns = (
    ("snapshot_id", "snapshot"),
    ("age_days", "days"),
    ("entities", "entities"),
    ("rows_kept", "kept"),
    ("rows_set_aside", "aside"),
    ("alarms", "alarms"),
)
COVERAGE: Columns = (
    ("reporter", "reporter"),
    ("flow", "flow"),
    ("scope", "scope"),
    ("first", "from"),
    ("last", "to"),
    ("published", "held"),
    ("missing", "missing"),
    ("origin_id", "origin"),
)
SET_ASIDE: Columns = tuple((n, n) for n in ("row", "reason", "detail", "raw"))
FORGOTTEN: Columns = (("snapshot_id", "snapshot"), ("status", "status"))


def list_row(m: Manifest, day: date | None = None) -> dict[str, Any]:
    """A snapshot as one line of a list; its age counts to a day, today without one."""
    return {
        "snapshot_id": m.snapshot_id,
        "source": m.source,
        "dataset": m.dataset,
        "published_on": m.published_on,
        # A file that was handed in was had when it was imported.
        "retrieved_at": m.retrieved_at or m.imported_at,
        "imported_at": m.imported_at,
        # The local calendar day is meant, as with --as-of.
        "age_days": ((day or date.today()) - date.fromisoformat(m.day)).days,  # noqa: DTZ011
        "sha256": m.inputs[0].sha256 if len(m.inputs) == 1 else _joint_sha256(m),
        "rows_read": m.rows_read,
        "rows_kept": m.rows_kept,
        "rows_set_aside": m.rows_set_aside,
        "entities": sum(t.rows for t in m.tables if t.table == "entities"),
        "alarms": [a.name for a in m.alarms],
    }


def _joint_sha256(m: Manifest) -> str | None:
    """One hash for several input files: of their hashes, in order; None without inputs."""
    from hashlib import sha256

    joined = "".join(f.sha256 for f in m.inputs)
    return sha256(joined.encode()).hexdigest() if joined else None


def coverage_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One line for each reporter, flow, scope and origin: first, last and missing periods."""
    keys = ("reporter", "flow", "freq", "scope", "origin_id")
    series: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for row in rows:
        held = series.setdefault(tuple(row[k] for k in keys), {"published": [], "missing": []})
        held[row["status"]].append(row["period"])
    result = []
    for key, held in sorted(series.items()):
        periods = sorted(held["published"] + held["missing"])
        result.append(
            {
                **dict(zip(keys, key, strict=True)),
                "first": periods[0],
                "last": periods[-1],
                "published": len(held["published"]),
                "missing": sorted(held["missing"]),
            }
        )
    return result


def set_aside_by_reason(m: Manifest) -> list[dict[str, Any]]:
    """The reasons with the number of rows and the first rows of each."""
    return [
        {
            "reason": reason,
            "rows": n,
            "first": [{"row": row, "detail": detail} for row, detail in first],
        }
        for reason, n, first in m.set_aside_reasons(_FIRST)
    ]


def set_aside_lines(m: Manifest) -> list[str]:
    """One message for each reason."""
    return [
        f"set aside {r['reason']}: {rows_word(r['rows'])}, first row {r['first'][0]['row']}: "
        f"{r['first'][0]['detail']}"
        for r in set_aside_by_reason(m)
    ]


def also_stated_lines(m: Manifest, counted: Sequence[Manifest]) -> list[str]:
    """What other snapshots that count state too: reporter, flow, frequency and level of codes.

    The inventories are compared, no figure is read: periods overlap if their spans do. Without a
    partner in common both are read, side by side, and nothing need be said.
    """
    spans: dict[tuple[str, ...], list[str]] = {}
    others: dict[tuple[Any, ...], list[Series]] = {}
    for other in counted:
        for s in other.series if other.snapshot_id != m.snapshot_id else ():
            others.setdefault(_alike(s), []).append(s)
    for own in m.series:
        for s in others.get(_alike(own), ()):
            first, last = max(own.first, s.first), min(own.last, s.last)
            if first > last or set(own.partners).isdisjoint(s.partners):
                continue
            level = f"{own.level} digits" if own.level else "TOTAL"
            key = (s.origin_id, own.reporter, own.flow, own.freq, level)
            spans.setdefault(key, []).extend((first, last))
    by_origin: dict[str, list[str]] = {}
    for (origin, reporter, flow, freq, level), periods in sorted(spans.items()):
        by_origin.setdefault(origin, []).append(
            f"{reporter} {flow} {freq} {level} {min(periods)}..{max(periods)}"
        )
    return [
        "; ".join(named[:_NAMED])
        + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")
        + f": also stated by {origin}: a scan reads the statement about most partners, then the "
        "newer one"
        for origin, named in by_origin.items()
    ]


def _alike(s: Series) -> tuple[Any, ...]:
    return (s.reporter, s.flow, s.freq, s.level, s.partial_code)


def rows_word(number: int) -> str:
    """A number of rows in words."""
    return f"{number:,} row" + ("" if number == 1 else "s")


def show_rows(
    rows: Sequence[Row],
    columns: Columns,
    format_: str,
    output: Path | None,
    no_color: bool,
    title: str,
    empty: str = "",
) -> None:
    """Rows as a table (only `columns`, numbers grouped), or whole in another format."""
    if format_ == "table" and empty and not rows:
        write(f"{empty}\n", output)
    elif format_ == "table":
        shown = [{name: _shown(name, row[name]) for name, _ in columns} for row in rows]
        style = Style(no_color, output)
        write(table_text(shown, columns, style, whole=("snapshot_id",)), output)
    elif format_ == "csv" and not rows:
        write(",".join(name for name, _ in columns) + "\n", output)
    else:
        whole = format_ == "json"
        write_rows(rows if whole else [to_the_second(r) for r in rows], format_, output, title)


def to_the_second(row: Row) -> Row:
    """A row as people read it: a stamp without the parts of its second."""
    stamps = {k: _PARTS.sub("", row[k]) for k in ("retrieved_at", "imported_at") if row.get(k)}
    return {**row, **stamps}


def _shown(name: str, value: Any) -> str:
    if name == "alarms":
        return str(len(value))
    if name == "missing":
        return "" if not value else value[0] + (f" +{len(value) - 1}" if len(value) > 1 else "")
    return f"{value:,}" if isinstance(value, int) and name != "row" else cell(value)


def snapshot_text(data: Mapping[str, Any], style: Style) -> str:
    """A snapshot in words."""
    lines: list[str] = []

    def add(text: str, indent: int = 2) -> None:
        lines.extend(wrap(text, indent))

    def title(text: str) -> None:
        lines.extend(["", style.bold(text)])

    lines.append(style.bold(str(data["snapshot_id"])))
    add(f"source {data['source']}, data set {data['dataset']}, parser {data['parser']}")
    imported = to_the_second(data)["imported_at"]
    add(f"published {data['published_on'] or 'unknown'}, imported {imported}")
    add(
        f"rows read {data['rows_read']:,} = kept {data['rows_kept']:,} + set aside "
        f"{data['rows_set_aside']:,}"
    )
    add(f"folder {data['folder']}")
    add("tables " + ", ".join(f"{t['table']} {t['rows']:,}" for t in data["tables"]))
    for d in data["damaged"]:
        add(f"damaged {d['file']}: {d['problem']}")
    title("input files")
    for f in data["inputs"]:
        add(f"{f['name']}, {f['bytes']:,} bytes")
        add(f"sha256 {f['sha256']}", 4)
    title("origins")
    for o in data["origins"]:
        add(f"{o['origin_id']}: {o['publisher']}, {o['title']}")
        for key in ("vintage", "licence", "url", "derivation"):
            if o[key]:
                add(f"{key} {o[key]}", 4)
    title("alarms" if data["alarm_list"] else "alarms: none")
    for a in data["alarm_list"]:
        add(f"{a['name']}: {rows_word(a['rows'])}: {a['detail']}")
    title("rows set aside" if data["set_aside"] else "rows set aside: none held")
    for r in data["set_aside"]:
        add(f"{r['reason']}: {rows_word(r['rows'])}")
        for first in r["first"]:
            add(f"row {first['row']}: {first['detail']}", 4)
    return "\n".join(lines) + "\n"
