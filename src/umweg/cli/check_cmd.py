"""`umweg check`: an order book in, a reasoned decision for every line out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umweg.cli.output import (
    Format,
    NoColor,
    Offline,
    Output,
    Quiet,
    StoreDir,
    Verbose,
    check_format,
    parse_day,
    say,
    show,
    write,
    writing,
)
from umweg.errors import EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_OK, UsageError
from umweg.report.plain_text import Style

if TYPE_CHECKING:
    from umweg.regime import GoodsList
    from umweg.screening import CheckOptions, CheckResult, History
    from umweg.screening.check import Progress
    from umweg.store import Store

FAIL_ON = ("never", "alert", "review", "cannot-tell")


def check_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="Order book: CSV, XLSX, XLS, ODS, Parquet or JSON lines."),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(help="Only this sanctioned territory, alpha-3; repeatable. Default: all."),
    ] = None,
    goods_list: Annotated[
        list[Path] | None,
        typer.Option(help="A goods list of your own, CSV with a column code; repeatable."),
    ] = None,
    complete_from: Annotated[
        str | None, typer.Option(help="First day of which that list is complete.", metavar="DATE")
    ] = None,
    complete_until: Annotated[
        str | None,
        typer.Option(help="First day of which it is not: absence before counts.", metavar="DATE"),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="File that says which column is what (YAML).")
    ] = None,
    save_mapping: Annotated[
        Path | None, typer.Option("--save-mapping", help="Write the columns that were found here.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding; found without it.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Delimiter; found without it.")] = None,
    no_parties: Annotated[
        bool, typer.Option("--no-parties", help="Do not look parties up.")
    ] = False,
    policy: Annotated[Path | None, typer.Option(help="Policy file with the points.")] = None,
    show_policy: Annotated[
        bool, typer.Option("--show-policy", help="Print the packaged policy file and stop.")
    ] = False,
    pack: Annotated[
        Path | None, typer.Option(help="Write an evidence pack into this new folder.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Check the order book of an evidence pack again.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(help="Sales of past years: your growth against the market's."),
    ] = None,
    reporter: Annotated[
        str, typer.Option(help="Your country, alpha-3: its exports are a market to compare with.")
    ] = "",
    before: Annotated[
        str | None, typer.Option(help="Months before, for --history.", metavar="FROM..TO")
    ] = None,
    after: Annotated[
        str | None, typer.Option(help="Months after, for --history.", metavar="FROM..TO")
    ] = None,
    assessment: Annotated[
        Path | None,
        typer.Option(help="Write the risk assessment of --history to this file (HTML)."),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the risk assessment: en or de.")] = "en",
    decisions: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Decisions to remember; default decisions.sqlite in the store, if there.",
        ),
    ] = None,
    no_decisions: Annotated[
        bool, typer.Option("--no-decisions", help="What the tests alone say.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(help="Day of the check; lines without a day count as of it.", metavar="DATE"),
    ] = None,
    fail_on: Annotated[str, typer.Option(help="never, alert, review or cannot-tell.")] = "never",
    format_: Format = "table",
    output: Output = None,
    top: Annotated[int, typer.Option(help="Alerts that the table shows.", min=0)] = 20,
    store_dir: StoreDir = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Which lines of an order book may go, which must be held, and why?

    Columns, encoding and delimiter are found; headers may be English, German or Russian. Each line
    is decided: alert, review, cannot-tell or clear, with its reasons, their sources, and what was
    not checked.

    \b
    Example: umweg check orders.csv
    umweg check orders.xlsx --goods-list annex.csv --complete-until 2026-12-01 --format json
    umweg check orders.csv --pack pack-2026-11-25 --fail-on alert
    umweg check --replay pack-2026-11-25
    umweg check --history sales.csv --reporter DEU --assessment risk.html --lang de
    """
    if show_policy:
        from umweg.screening.policy import DEFAULT

        typer.echo(DEFAULT.read_text("utf-8"), nl=False)
        return EXIT_OK
    check_format(format_, output)
    if fail_on not in FAIL_ON:
        raise UsageError(f"--fail-on does not know '{fail_on}'", allowed=", ".join(FAIL_ON))
    if replay is not None and (file is not None or history is not None):
        raise UsageError("--replay stands alone", next_step="type: umweg check --replay PACK")
    if file is None and replay is None and history is None:
        raise UsageError(
            "an order book is needed, or a sales history with --history, or a pack with --replay",
            next_step="type: umweg check orders.csv",
        )
    if assessment is not None and history is None:
        raise UsageError("a risk assessment needs a sales history", next_step="add --history FILE")
    if lang not in ("en", "de"):
        raise UsageError(f"--lang does not know {lang!r}", allowed="en, de")
    if output is not None and not output.parent.is_dir():
        raise UsageError(
            "the folder of the output file does not exist",
            where=str(output.parent),
            next_step="make the folder, or choose another file",
        )

    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    settings = load_settings(store=store_dir, offline=offline or None, no_color=no_color or None)
    store = open_configured(settings)
    say(f"store: {store.root}", quiet=not verbose)
    if replay is not None:
        return _replay(replay, store, no_color, output)
    told = _history(history, store, reporter, before, after, mapping) if history else None
    if told is not None and file is None:
        _write_history(told, format_, output, no_color)
    if told is not None and assessment is not None:
        _assess(told, assessment, lang, quiet)
    if file is None:
        return EXIT_OK

    from umweg.screening import CheckOptions, check, mapping_text, read_mapping
    from umweg.screening.columns import ColumnMap

    lists = _goods_lists(goods_list or [], complete_from, complete_until)
    options = CheckOptions(
        targets=tuple(t.strip().upper() for v in target or () for t in v.split(",") if t.strip()),
        as_of=parse_day(as_of, "--as-of"),
        policy=policy,
        goods_lists=tuple(lists),
        mapping=read_mapping(mapping) if mapping else {},
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
        parties=not no_parties,
        usual_quantities=told.usual if told is not None else {},
    )
    with _progress(quiet, settings.no_color) as progress:
        result = check(file, store, options, progress=progress)
        if not no_decisions:
            result = _remembering(result, decisions or settings.decisions, settings.store_folder)
    _say_mapping(result, quiet)
    if save_mapping is not None:
        columns = ColumnMap(result.run.columns, result.run.how, result.run.unused_columns)
        write(mapping_text(columns), save_mapping)
        say(f"mapping written to {save_mapping}", quiet=quiet)
    _write(result, format_, output, top, no_color)
    if pack is not None:
        _pack(result, pack, file, options, goods_list or [], store)
        say(f"evidence pack written to {pack}", quiet=quiet)
    if output is not None:
        say(f"written to {output}", quiet=quiet)
    return _exit_code(result.counts, fail_on)


def _history(
    path: Path,
    store: Store,
    reporter: str,
    before: str | None,
    after: str | None,
    mapping: Path | None,
) -> History:
    from umweg.periods import Window
    from umweg.screening import compare_history, read_mapping

    if (before is None) != (after is None):
        raise UsageError("--before and --after belong together", next_step="name both or none")
    return compare_history(
        path,
        store,
        reporter=reporter.upper(),
        before=Window.parse(before) if before else None,
        after=Window.parse(after) if after else None,
        mapping=read_mapping(mapping) if mapping else None,
    )


def _write_history(told: History, format_: str, output: Path | None, no_color: bool) -> None:
    from umweg.report.assessment import history_rows

    say(f"{told.name}: {told.read:,} rows, {told.before} against {told.after}; {told.vintage}")
    for what, number in told.unused.items():
        say(f"  {number:,} rows without a {what} are not compared")
    if format_ == "table":
        columns = (
            ("destination", "to"), ("code", "code"), ("own", "you"), ("market", "market"),
            ("status", "faster?"), ("difference", "difference"),
        )  # fmt: skip
        show(history_rows(told), columns, format_, output, no_color, title="Growth")
    else:
        show(told.to_dicts(), (), format_, output, no_color, title="Growth")


def _assess(told: History, path: Path, lang: str, quiet: bool) -> None:
    from umweg.regime import load
    from umweg.report.assessment import assessment_html

    write(assessment_html(told, load(), lang), path)
    say(f"risk assessment written to {path}", quiet=quiet)


def _remembering(result: CheckResult, named: str | None, folder: Path) -> CheckResult:
    """The result with the decisions that people recorded, where there are any."""
    from datetime import date

    from umweg.screening import remember
    from umweg.screening.decisions import standing
    from umweg.store.ledger import Ledger, place_of

    where, exists = place_of(named, folder)
    if not exists:
        if named is not None:
            raise UsageError(
                "there are no decisions at this place",
                where=where,
                next_step="record one with `umweg decide`, or leave --decisions out",
            )
        return result
    return remember(result, standing(Ledger.open(where), date.fromisoformat(result.run.as_of)))


def _goods_lists(
    paths: list[Path], complete_from: str | None, complete_until: str | None
) -> list[GoodsList]:
    if not paths and (complete_from or complete_until):
        raise UsageError(
            "--complete-from and --complete-until say how far a --goods-list reaches",
            next_step="name the list with --goods-list FILE",
        )
    from umweg.regime import goods_list_from_csv

    return [
        goods_list_from_csv(
            path,
            complete_from=parse_day(complete_from, "--complete-from"),
            complete_until=parse_day(complete_until, "--complete-until"),
        )
        for path in paths
    ]


@contextmanager
def _progress(quiet: bool, no_color: bool) -> Iterator[Progress | None]:
    """A bar on a terminal, with percent where the size is known; nothing in a pipe."""
    import sys

    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"), TimeElapsedColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True, no_color=no_color), transient=True) as bar:
        task = bar.add_task("", total=None, rows=0)

        def progress(what: str, rows: int, share: float | None) -> None:
            total = None if share is None else 100.0
            bar.update(task, description=what, total=total, completed=(share or 0) * 100, rows=rows)

        yield progress


def _say_mapping(result: CheckResult, quiet: bool) -> None:
    from umweg.report.check_text import mapping_lines

    for line in mapping_lines(result):
        say(line, quiet=quiet)


def _write(
    result: CheckResult, format_: str, output: Path | None, top: int, no_color: bool
) -> None:
    from umweg.report import check_files, check_text

    if format_ == "xlsx":
        if output is not None:
            with writing(output):
                check_files.check_xlsx(result, output)
        return
    if format_ in ("json", "csv"):
        parts = result.json_parts() if format_ == "json" else check_files.check_csv(result)
        if output is None:
            for part in parts:
                typer.echo(part, nl=False)
            return
        with writing(output), output.open("w", encoding="utf-8", newline="") as f:
            f.writelines(parts)
        return
    if format_ == "html":
        write(check_files.check_html(result), output)
        return
    style = Style(no_color, output)
    write(check_text.check_text(result, style=style, alerts=top), output)


def _pack(
    result: CheckResult,
    folder: Path,
    file: Path,
    options: CheckOptions,
    lists: list[Path],
    store: Store,
) -> None:
    from umweg.regime import load
    from umweg.report.evidence_pack import write_pack
    from umweg.screening.corridor_evidence import CorridorEvidence
    from umweg.screening.policy import DEFAULT

    write_pack(
        result,
        folder,
        source=file,
        policy=options.policy or DEFAULT,
        goods_lists=lists,
        usual_quantities=options.usual_quantities,
        corridors=CorridorEvidence(result, store, load()),
    )


def _replay(folder: Path, store: Store, no_color: bool, output: Path | None) -> int:
    from umweg.report.check_text import replay_text
    from umweg.screening.replay import replay

    found = replay(folder, store)
    write(replay_text(found, style=Style(no_color, output)), output)
    return EXIT_OK if found.same else EXIT_FINDINGS


def _exit_code(counts: dict[str, int], fail_on: str) -> int:
    if fail_on == "never":
        return EXIT_OK
    if counts["alert"] or (fail_on != "alert" and counts["review"]):
        return EXIT_FINDINGS
    if fail_on == "cannot-tell" and counts["cannot-tell"]:
        return EXIT_CANNOT_TELL
    return EXIT_OK
