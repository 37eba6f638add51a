"""`umweg regime`: the law as data, as of a date."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umweg.errors import EXIT_INPUT, UsageError

if TYPE_CHECKING:
    from umweg.regime import GoodsList, Regime
    from umweg.regime.hits import GoodsAnswer, Hit

app = typer.Typer(
    name="regime",
    no_args_is_help=True,
    help="The sanctions regime as dated, cited data: goods, measures, timeline, countries.",
    rich_markup_mode=None,
)

FORMATS = ("table", "json", "csv")

Target = Annotated[
    str | None, typer.Option("--target", metavar="ALPHA3", help="The sanctioned country.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day, YYYY-MM-DD; default today.")
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or csv.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file.")
]
NoColor = Annotated[bool, typer.Option("--no-color", help="Plain text; NO_COLOR does the same.")]
Facts = Annotated[
    list[Path] | None,
    typer.Option("--facts", metavar="DIR", help="Add the fact files of a folder. Repeatable."),
]


@app.command()
def goods(
    code: Annotated[str, typer.Argument(help="Goods code or range: 854231, 8542.31, 8541-8543.")],
    target: Target = None,
    as_of: AsOf = None,
    goods_list: Annotated[
        list[Path] | None,
        typer.Option(
            "--goods-list",
            metavar="FILE",
            help="Your own code list: CSV, or a .dta of OpenICPSR 229004 or 230342. Repeatable.",
        ),
    ] = None,
    complete_until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="First day your list no longer covers, YYYY-MM-DD."),
    ] = None,
    complete_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day your list covers, YYYY-MM-DD.")
    ] = None,
    nomenclature: Annotated[
        str, typer.Option(metavar="NAME", help="Vintage of your list, such as HS2022 or CN2026.")
    ] = "HS2022",
    ignore_column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A column of the .dta that is not needed. Repeatable."),
    ] = None,
    facts: Facts = None,
    format: Format = "table",
    output: Output = None,
    no_color: NoColor = False,
) -> None:
    """Which measures meet a goods code on a day, which came later, what cannot be told.

    Example: umweg regime goods 8542.31 --target RUS --as-of 2022-03-01
    """
    _check_format(format)
    regime = _load(facts)
    target = target or regime.default_target
    if (complete_until or complete_from) and not goods_list:
        raise UsageError(
            "--complete-until and --complete-from say how far your own list reaches",
            allowed="together with --goods-list FILE",
            next_step="add --goods-list FILE, or leave them out",
        )
    from umweg.regime import goods_list_from_csv

    extra: list[GoodsList] = []
    for path in goods_list or ():
        if path.suffix.lower() == ".dta":
            from umweg.regime.stata import read_stata

            read = read_stata(path, target=target, ignore=ignore_column or ())
            extra += read.lists
            if read.set_aside:
                first = f"row {read.set_aside[0][0]}: {read.set_aside[0][1]}"
                typer.echo(
                    f"{path}: {len(read.set_aside)} of {read.rows_read} rows set aside, {first}",
                    err=True,
                )
            continue
        extra.append(
            goods_list_from_csv(
                path,
                target=target,
                nomenclature=nomenclature,
                complete_from=_day(complete_from, "--complete-from"),
                complete_until=_day(complete_until, "--complete-until"),
            )
        )
    answer = regime.goods(code, target, _today(as_of), extra)
    if format == "json":
        _write(_json(answer.to_dict()), output)
    elif format == "csv":
        _write(_csv(_goods_rows(answer)), output)
    else:
        _write(_goods_text(answer, _Style(no_color, output), regime.version), output)


@app.command()
def measures(
    target: Target = None,
    as_of: AsOf = None,
    facts: Facts = None,
    format: Format = "table",
    output: Output = None,
    no_color: NoColor = False,
) -> None:
    """The measures held, with provision, act and first day; with --as-of those in force then.

    Example: umweg regime measures --target RUS --as-of 2022-03-20
    """
    _check_format(format)
    regime = _load(facts)
    _check_target(regime, target)
    day = _day(as_of, "--as-of")
    rows = []
    for m in regime.measures(target, day):
        info = regime.list_infos[m.goods_list]
        applies = [
            i for i in m.intervals if day and i.from_ <= day and (not i.until or day < i.until)
        ]
        interval = (applies or m.intervals)[0]
        act = regime.instruments[interval.instrument]
        rows.append(
            {
                "id": m.id,
                "programme": m.programme,
                "issuer": regime.programmes[m.programme].issuer,
                "kind": m.kind,
                "provision": m.provision,
                "annex": m.annex,
                "title": m.title,
                "direction": m.direction,
                "targets": " ".join(m.targets),
                "in_force_from": interval.from_.isoformat(),
                "date_quality": interval.date_quality,
                "until": interval.until.isoformat() if interval.until else "",
                "instrument": act.title,
                "reference": act.link or act.note,
                "confidence": interval.confidence,
                "verified_on": m.verified_on.isoformat() if m.verified_on else "",
                "goods_list": info.id,
                "codes_held": info.held,
                "note": m.note,
            }
        )
    _show(
        rows,
        [("in_force_from", "from"), ("provision", "provision"), ("title", "goods")],
        format,
        output,
        no_color,
    )


@app.command()
def timeline(
    target: Target = None,
    until: Annotated[
        str | None,
        typer.Option("--until", "--as-of", metavar="DATE", help="Events in force by that day."),
    ] = None,
    facts: Facts = None,
    format: Format = "table",
    output: Output = None,
    no_color: NoColor = False,
) -> None:
    """What was adopted when, and by whom.

    Example: umweg regime timeline --target BLR
    """
    _check_format(format)
    regime = _load(facts)
    _check_target(regime, target)
    day = _day(until, "--until")
    rows = [
        {
            "id": e.id,
            "issuer": e.issuer,
            "package": e.package,
            "targets": " ".join(e.targets),
            "adopted": e.adopted.isoformat(),
            "in_force": e.in_force.isoformat(),
            "precision": e.precision,
            "date_text": e.date_text or e.in_force.isoformat(),
            "instrument": e.title,
            "what": e.what,
            "confidence": e.confidence,
            "number_seen": e.number_seen,
            "reference": e.reference,
            "reference_2": e.reference_2,
        }
        for e in regime.timeline(target)
        if day is None or e.in_force <= day
    ]
    if format == "table":  # a month stays a month, and act and content share a column
        rows = [
            {
                "day": r["in_force"] if r["precision"] == "day" else r["in_force"][:7],
                "issuer": r["issuer"],
                "what": f"{r['instrument']}: {r['what']}",
            }
            for r in rows
        ]
    columns = [("day", "in force"), ("issuer", "by"), ("what", "act: what")]
    _show(rows, columns, format, output, no_color)


@app.command()
def countries(
    target: Target = None,
    as_of: AsOf = None,
    facts: Facts = None,
    format: Format = "table",
    output: Output = None,
    no_color: NoColor = False,
) -> None:
    """Who is target, coalition or transit country, from when, and who says so.

    Example: umweg regime countries --target RUS --as-of 2022-07-01 --format csv
    """
    _check_format(format)
    regime = _load(facts)
    target = target or regime.default_target
    _check_target(regime, target)
    _show(
        _country_rows(regime, target, _day(as_of, "--as-of")),
        [("country", "code"), ("role", "role"), ("date_text", "since"), ("basis", "basis")],
        format,
        output,
        no_color,
    )


@app.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A folder with your own fact files.")
    ] = None,
    format: Format = "table",
    output: Output = None,
) -> None:
    """Test the invariants of the fact files; exit code 3 if one is broken.

    Example: umweg regime check my-facts
    """
    from umweg.regime.invariants import check as run

    _check_format(format)
    regime = _load([directory] if directory else None)
    results = run(regime)
    broken = [c for c in results if not c.ok]
    rows = [
        {"invariant": c.name, "tested": c.tested, "ok": c.ok, "problems": list(c.problems)}
        for c in results
    ]
    if format == "json":
        _write(_json({"version": regime.version, "checks": rows}), output)
    elif format == "csv":
        flat = [
            r | {"problems": " | ".join(map(str, c.problems))}
            for r, c in zip(rows, results, strict=True)
        ]
        _write(_csv(flat), output)
    else:
        lines = [f"Regime {regime.version}"]
        for c in results:
            lines += textwrap.wrap(
                f"{'ok    ' if c.ok else 'BROKEN'} {c.tested:>6}  {c.name}",
                width=_width(),
                subsequent_indent=" " * 15,
            )
            lines += [textwrap.indent(p, " " * 15) for p in c.problems[:20]]
        lines.append(f"{len(results) - len(broken)} of {len(results)} invariants hold.")
        _write("\n".join(lines) + "\n", output)
    if broken:
        raise typer.Exit(EXIT_INPUT)


# ------------------------------------------------------------------------------------- rows


def _country_rows(regime: Regime, target: str, day: date | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(country: str, role: str, since: date, quality: str, **more: str) -> None:
        bound = {"lower-bound": "not before ", "no-later-than": "by "}.get(quality, "")
        rows.append(
            {
                "country": country,
                "role": role,
                "target": target,
                "from": since.isoformat(),
                "date_quality": quality,
                "date_text": f"{bound}{since}",
                **more,
            }
        )

    def end(until: date | None) -> str:
        return until.isoformat() if until else ""

    programmes = {m.programme for m in regime.measures(target)}
    for t in regime.targets(day):
        if t.code == target or (t.role != "target" and programmes & set(t.programmes)):
            act = regime.instruments[t.instrument]
            add(
                t.code,
                t.role,
                t.from_,
                "exact",
                until=end(t.until),
                basis=t.legal_basis,
                reference=act.link or act.title,
                confidence=t.confidence,
            )
    for m in regime.roles.coalition_records(target, day):
        role = "coalition" if m.role == "member" else m.role
        add(
            m.country,
            role,
            m.from_,
            m.date_quality,
            until=end(m.until),
            basis=m.instrument,
            reference=m.reference,
            confidence=m.membership_confidence,
        )
    for c in regime.transit(target, day):
        first = c.named_by[0]
        add(
            c.country,
            "transit",
            c.from_,
            first.date_quality,
            until=end(c.until),
            basis=c.basis,
            reference=first.reference,
            confidence=min(n.confidence for n in c.named_by),
        )
    return rows


def _goods_rows(answer: GoodsAnswer) -> list[dict[str, Any]]:
    """The answer as one table: a row a measure, a question, a list's reach."""
    plain = answer.to_dict()
    rows = []
    for section in ("measures", "later"):
        for hit in plain[section]:
            wind_down = hit["wind_down"] or {}
            rows.append(
                {
                    "section": section,
                    "list": hit["list"],
                    "status": hit["strength"],
                    "text": hit["text"],
                    "programme": hit["programme"],
                    "issuer": hit["issuer"],
                    "provision": hit["provision"],
                    "in_force_from": hit["in_force_from"],
                    "date_quality": hit["date_quality"],
                    "until": hit["until"],
                    "wind_down_until": wind_down.get("until"),
                    "wind_down_applies_to": wind_down.get("applies_to"),
                    "price_threshold_eur": hit["price_threshold_eur"],
                    "partial_code": hit["partial_code"],
                    "matched_codes": " ".join(hit["matched_codes"]),
                    "nomenclature": hit["nomenclature"],
                    "how": hit["how"],
                    "tier": hit["tier"],
                    "instrument": hit["instrument_title"],
                    "reference": hit["reference"],
                    "code_confidence": hit["confidence"]["code"],
                    "date_confidence": hit["confidence"]["date"],
                }
            )
    for question in plain["questions"]:
        rows.append(
            {
                "section": "questions",
                "list": " ".join(question["lists"]),
                "status": question["about"],
                "text": question["text"],
                "reference": question["reference"],
            }
        )
    for reach in plain["reach"]:
        rows.append(
            {
                "section": "reach",
                "list": reach["list"],
                "status": reach["status"],
                "text": reach["text"],
                "programme": reach["programme"],
            }
        )
    asked = {"code": plain["code"], "target": plain["target"], "as_of": plain["as_of"]}
    columns = {k: None for row in rows for k in row}
    return [asked | columns | row for row in rows]


# ------------------------------------------------------------------------------------- text


class _Style:
    """Bold headings on a terminal that wants them, plain text everywhere else."""

    def __init__(self, no_color: bool, output: Path | None) -> None:
        plain = no_color or output is not None or bool(os.environ.get("NO_COLOR"))
        self.on = not plain and sys.stdout.isatty()

    def bold(self, text: str) -> str:
        return typer.style(text, bold=True) if self.on else text


def _width() -> int:
    """The width of the terminal; 80 in a pipe, at most 100 so that lines stay readable."""
    import shutil

    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def _wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        width=_width(),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _goods_text(answer: GoodsAnswer, style: _Style, version: str) -> str:
    from umweg.nomenclature import format_code

    shown = "-".join(format_code(c) for c in answer.code.split("-"))
    lines = [style.bold(f"{shown}, target {answer.target}, as of {answer.as_of}"), ""]
    lines.append(style.bold(f"In force on {answer.as_of}: {len(answer.measures) or 'none found'}"))
    for hit in answer.measures:
        lines += _hit_text(hit, style)
    if not answer.measures:
        lines += _wrap(
            "None found in the lists held is not the same as not restricted: see below.", 2
        )
    if answer.later:
        lines += ["", style.bold(f"Came later: {len(answer.later)}")]
        for hit in answer.later:
            lines += _hit_text(hit, style)
    if answer.questions:
        lines += ["", style.bold("To be asked")]
        for question in answer.questions:
            lines += _wrap(f"? {question.text}", 2)
            for detail in (
                *([", ".join(question.lists)] if question.lists else ()),
                question.reference,
            ):
                lines += _wrap(detail, 4) if detail else []
    lines += ["", style.bold("What not found means")]
    groups: dict[tuple[str, str], list[str]] = {}
    for reach in answer.reach:
        if reach.status not in ("listed", "may-be-controlled"):
            groups.setdefault((reach.status, reach.text), []).append(reach.title)
    for (_, text), titles in groups.items():
        lines += _wrap(f"- {text}", 2)
        for title in titles:
            lines += _wrap(title, 6)
    lines += ["", *_wrap(f"Regime {version}. Facts, not legal advice: the act decides.", 0)]
    return "\n".join(lines) + "\n"


def _hit_text(hit: Hit, style: _Style) -> list[str]:
    lines = _wrap(f"{hit.provision}: {hit.title}", 2)
    lines[0] = style.bold(lines[0])
    lines += _wrap(
        f"{hit.text}; {hit.date_text}" + (f", until {hit.until}" if hit.until else ""), 4
    )
    shown = ", ".join(hit.matched_codes[:8])
    more = f" and {len(hit.matched_codes) - 8} more" if len(hit.matched_codes) > 8 else ""
    tier = f", tier {hit.tier}" if hit.tier else ""
    lines += _wrap(f"{hit.list}: {shown}{more} ({hit.nomenclature}, {hit.how}{tier})", 4)
    if hit.partial_code:
        lines += _wrap("only some sub-codes of it", 4)
    if hit.price_threshold_eur:
        lines += _wrap(f"above EUR {hit.price_threshold_eur:g} per item", 4)
    if hit.wind_down:
        note = f": {hit.wind_down['note']}" if hit.wind_down["note"] else ""
        lines += _wrap(
            f"wind-down until {hit.wind_down['until']}, {hit.wind_down['applies_to']}{note}", 4
        )
    if hit.how_note:
        lines += _wrap(hit.how_note, 4)
    grades = f"confidence: code {hit.confidence['code']}, date {hit.confidence['date']}"
    lines += _wrap(f"{hit.instrument_title} ({grades})", 4)
    lines.append("    " + hit.reference)
    return lines


# ----------------------------------------------------------------------------------- output


def _show(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]],
    format: str,
    output: Path | None,
    no_color: bool,
) -> None:
    if format == "json":
        _write(_json(list(rows)), output)
    elif format == "csv":
        _write(_csv(rows), output)
    elif not rows:
        _write("No facts held for this question.\n", output)
    else:
        _write(_table(rows, columns, _Style(no_color, output)), output)


def _table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]], style: _Style
) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold" if style.on else "")
    for position, (_, title) in enumerate(columns):
        last = position == len(columns) - 1
        table.add_column(title, overflow="fold", no_wrap=position == 0, ratio=2 if last else None)
    for row in rows:
        table.add_row(*(str(row[key]).replace("[", r"\[") for key, _ in columns))
    buffer = io.StringIO()
    Console(
        file=buffer, width=_width(), force_terminal=style.on, no_color=not style.on, highlight=False
    ).print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return buffer.getvalue()


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the result cannot be written: {error.strerror}",
            where=str(output),
            allowed="a file in a folder that exists and can be written",
            next_step="name another file with -o",
        ) from None


def _load(folders: Sequence[Path] | None) -> Regime:
    """The regime; imported here so that `umweg --help` and the other verbs do not wait for it."""
    from umweg.regime import load

    return load(folders or ())


def _check_format(name: str) -> None:
    if name not in FORMATS:
        raise UsageError(
            f"unknown format {name!r}",
            where="--format",
            allowed=", ".join(FORMATS),
            next_step="use one of them",
        )


def _check_target(regime: Regime, target: str | None) -> None:
    known = {t for m in regime.all_measures.values() for t in m.targets}
    if target is not None and target not in known:
        raise UsageError(
            f"no measure against {target!r} is held",
            where="--target",
            allowed=", ".join(sorted(known)),
            next_step="name the sanctioned country by its alpha-3 code",
        )


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a date",
            where=option,
            allowed="a day written YYYY-MM-DD",
            next_step=f"write it like {option} 2022-03-01",
        ) from None


def _today(text: str | None) -> date:
    # The local calendar day is meant: law applies by the date where the question is asked.
    return _day(text, "--as-of") or date.today()  # noqa: DTZ011
