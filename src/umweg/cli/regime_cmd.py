"""`umweg regime`: the law as data, as of a date."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umweg.cli.output import (
    Format,
    NoColor,
    Offline,
    Output,
    Quiet,
    Verbose,
    check_format,
    parse_day,
    parse_today,
    say,
    show,
    write,
    write_rows,
)
from umweg.errors import EXIT_INPUT, NomenclatureError, UsageError
from umweg.report.plain_text import Style, json_text, width
from umweg.report.regime_text import country_rows, goods_rows, goods_text

if TYPE_CHECKING:
    from umweg.regime import GoodsList, Regime

app = typer.Typer(
    name="regime",
    no_args_is_help=True,
    help="The sanctions regime as dated, cited data: goods, measures, timeline, countries.",
    rich_markup_mode=None,
)

Target = Annotated[
    str | None, typer.Option("--target", metavar="ALPHA3", help="The sanctioned country.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day, YYYY-MM-DD; default today.")
]
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
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Which measures meet a goods code on a day, which came later, what cannot be told.

    Example: umweg regime goods 8542.31 --target RUS --as-of 2022-03-01
    """
    check_format(format, output)
    regime = _load(facts)
    say(f"regime {regime.version}", quiet=quiet or not verbose)
    target = target or regime.default_target
    if (complete_until or complete_from) and not goods_list:
        raise UsageError(
            "--complete-until and --complete-from say how far your own list reaches",
            allowed="together with --goods-list FILE",
            next_step="add --goods-list FILE, or leave them out",
        )
    target = _known_target(regime, target, bool(goods_list))
    _check_code(code)
    from umweg.regime import goods_list_from_csv

    taken = set(regime.list_infos)
    extra: list[GoodsList] = []
    for path in dict.fromkeys(goods_list or ()):
        if path.suffix.lower() == ".dta":
            from umweg.regime.stata import read_stata

            read = read_stata(path, target=target, ignore=ignore_column or ())
            extra += read.lists
            if read.set_aside:
                first = f"row {read.set_aside[0][0]}: {read.set_aside[0][1]}"
                say(
                    f"{path}: {len(read.set_aside)} of {read.rows_read} rows set aside, {first}",
                    quiet=quiet,
                )
            continue
        name = path.stem
        if name in taken:  # two files of one name, or the name of a packaged list
            name = next(f"{name}-{n}" for n in range(2, 1000) if f"{name}-{n}" not in taken)
        taken.add(name)
        mine = goods_list_from_csv(
            path,
            id=name,
            target=target,
            nomenclature=nomenclature,
            complete_from=parse_day(complete_from, "--complete-from"),
            complete_until=parse_day(complete_until, "--complete-until"),
        )
        extra.append(mine)
        bare = sum(e.instrument == path.name for e in mine.entries)
        if bare:
            say(
                f"{path}: {bare} of {len(mine.entries)} rows name no act; fill a column "
                "'reference' to say what each change rests on",
                quiet=quiet,
            )
    answer = regime.goods(code, target, parse_today(as_of), extra)
    if format == "json":
        write(json_text(answer.to_dict()), output)
    elif format == "table":
        write(goods_text(answer, Style(no_color, output), regime.version), output)
    else:
        title = f"{answer.code}, target {target}, as of {answer.as_of} (regime {regime.version})"
        write_rows(goods_rows(answer), format, output, title)


@app.command()
def measures(
    target: Target = None,
    as_of: AsOf = None,
    facts: Facts = None,
    format: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The measures held, with provision, act and first day; with --as-of those in force then.

    Example: umweg regime measures --target RUS --as-of 2022-03-20
    """
    check_format(format, output)
    regime = _load(facts)
    say(f"regime {regime.version}", quiet=quiet or not verbose)
    target = target and _known_target(regime, target)
    day = parse_day(as_of, "--as-of")
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
    show(
        rows,
        [("in_force_from", "from"), ("provision", "provision"), ("title", "goods")],
        format,
        output,
        no_color,
        title=f"Measures{f' against {target}' if target else ''} (regime {regime.version})",
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
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """What was adopted when, and by whom.

    Example: umweg regime timeline --target BLR
    """
    check_format(format, output)
    regime = _load(facts)
    say(f"regime {regime.version}", quiet=quiet or not verbose)
    target = target and _known_target(regime, target)
    day = parse_day(until, "--until")
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
    title = f"Timeline{f' of measures against {target}' if target else ''}"
    show(rows, columns, format, output, no_color, title=f"{title} (regime {regime.version})")


@app.command()
def countries(
    target: Target = None,
    as_of: AsOf = None,
    facts: Facts = None,
    format: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Who is target, coalition or transit country, from when, and who says so.

    Example: umweg regime countries --target RUS --as-of 2022-07-01 --format csv
    """
    check_format(format, output)
    regime = _load(facts)
    say(f"regime {regime.version}", quiet=quiet or not verbose)
    target = _known_target(regime, target or regime.default_target)
    show(
        country_rows(regime, target, parse_day(as_of, "--as-of")),
        [("country", "code"), ("role", "role"), ("date_text", "since"), ("basis", "basis")],
        format,
        output,
        no_color,
        title=f"Roles under the measures against {target} (regime {regime.version})",
    )


@app.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A folder with your own fact files.")
    ] = None,
    format: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Test the invariants of the fact files; exit code 3 if one is broken.

    Example: umweg regime check my-facts
    """
    from umweg.regime.invariants import check as run

    check_format(format, output)
    regime = _load([directory] if directory else None)
    say(f"regime {regime.version}", quiet=quiet or not verbose)
    results = run(regime)
    broken = [c for c in results if not c.ok]
    rows = [
        {"invariant": c.name, "tested": c.tested, "ok": c.ok, "problems": list(c.problems)}
        for c in results
    ]
    if format == "json":
        write(json_text({"version": regime.version, "checks": rows}), output)
    elif format != "table":
        write_rows(rows, format, output, f"Invariants of the facts (regime {regime.version})")
    else:
        lines = [f"Regime {regime.version}"]
        for c in results:
            lines += textwrap.wrap(
                f"{'ok    ' if c.ok else 'BROKEN'} {c.tested:>6}  {c.name}",
                width=width(),
                subsequent_indent=" " * 15,
            )
            lines += [textwrap.indent(p, " " * 15) for p in c.problems[:20]]
        lines.append(f"{len(results) - len(broken)} of {len(results)} invariants hold.")
        write("\n".join(lines) + "\n", output)
    if broken:
        raise typer.Exit(EXIT_INPUT)


def _load(folders: Sequence[Path] | None) -> Regime:
    """The regime; imported here so that `umweg --help` and the other verbs do not wait for it."""
    from umweg.regime import load

    return load(folders or ())


def _known_target(regime: Regime, text: str, own_list: bool = False) -> str:
    """The target as three capital letters; a name or another spelling is an error that says which.

    A list of the user may concern any country, so with one every alpha-3 code passes.
    """
    from umweg.geography import is_country, name_of

    known = sorted({t for m in regime.all_measures.values() for t in m.targets})
    code = text.strip().upper()
    if code in known or (own_list and is_country(code)):
        return code
    names = {t: name_of(t) for t in known}
    allowed = ", ".join(f"{t} ({names[t]})" for t in known)
    meant = [t for t in known if len(code) >= 2 and _is_spelling(code, t, names[t])]
    if meant:
        raise UsageError(
            f"{text!r} is not an alpha-3 code",
            where="--target",
            allowed=allowed,
            next_step=f"write {' or '.join(meant)}",
        )
    raise UsageError(
        f"no measure against {text!r} is held",
        where="--target",
        allowed=allowed,
        next_step="name the sanctioned country by its alpha-3 code",
    )


def _is_spelling(text: str, code: str, name: str) -> bool:
    """Whether a text in capitals is another way to write a country: its name, or two letters."""
    if len(text) == 2:
        from rigour.territories import get_territory

        found = get_territory(text.lower())
        return found is not None and (found.alpha3 or "").upper() == code
    return len(text) > 3 and (text in name.upper() or name.upper() in text)


def _check_code(code: str) -> None:
    """A code that was typed wrongly is wrong usage, not a bad file."""
    from umweg.regime.matching import parse_query

    try:
        parse_query(code)
    except NomenclatureError as error:
        raise UsageError(
            error.what, where="CODE", allowed=error.allowed, next_step=error.next_step
        ) from None
