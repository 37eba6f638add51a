"""`umweg match`: names against the lists in the store."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from umweg.cli.output import (
    NoColor,
    Offline,
    Output,
    Quiet,
    StoreDir,
    Verbose,
    check_format,
    parse_day,
    say,
    write,
    writing,
)
from umweg.errors import EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_OK, UsageError
from umweg.report.plain_text import Style, csv_text

if TYPE_CHECKING:
    from umweg.parties.answer import MatchAnswer, MatchOptions
    from umweg.parties.batch import BatchRun
    from umweg.store import Store

FORMATS = ("table", "json", "jsonl", "csv", "xlsx", "html", "ftm")
FAIL_ON = ("never", "match", "cannot-tell")


def match_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A name, in any script.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="A customer file: CSV, workbook, Parquet, JSON lines."
        ),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Lowest score shown, 0 to 1 (default 0.7).")
    ] = None,
    top: Annotated[int, typer.Option(help="Candidates of one name at most.", min=1)] = 5,
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", help="Only this list, such as ofac-sdn; repeatable."),
    ] = None,
    country: Annotated[
        list[str] | None,
        typer.Option(help="Only parties of this country, or of none named; repeatable."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="person, organization, vessel, aircraft; repeatable."),
    ] = None,
    born: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of birth of NAME: 1970-05-01, 1970.")
    ] = None,
    number: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="KIND:VALUE", help="A number of NAME: inn:7707083893."),
    ] = None,
    algorithm: Annotated[
        str, typer.Option(help="umweg, or ofac: OFAC's own search score, imitated.")
    ] = "umweg",
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The lists as they stood on this day.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=COLUMN", help="What a column of the file is: name=Kunde."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    rescreen: Annotated[
        str | None,
        typer.Option(metavar="SINCE", help="Match only against what changed since this day."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Earlier result (--format jsonl): its unchanged customers are matched only "
            "against what changed on the lists since.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted run (needs -o).")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Processor cores; all without it.", min=1)
    ] = None,
    fail_on: Annotated[str, typer.Option(help="never, match or cannot-tell.")] = "never",
    store_dir: StoreDir = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="table, json, jsonl, csv, xlsx, html or ftm."
        ),
    ] = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Is this name, or anybody in this file, on a list? With the reasons, and what was looked at.

    Example: umweg match "Rassvet Trading" --country KAZ
    """
    check_format(format_, output, FORMATS)
    if fail_on not in FAIL_ON:
        raise UsageError(
            f"--fail-on does not know '{fail_on}'", allowed=", ".join(FAIL_ON),
            next_step="use one of them",
        )  # fmt: skip
    if (name is None) == (file is None):
        raise UsageError(
            "give a name, or a file with --file",
            where="umweg match",
            allowed="one of the two",
            next_step='umweg match "NAME", or umweg match --file customers.csv',
        )
    _check_alone(name, file, born, number, column, sheet, rescreen, previous, resume, output)

    from umweg.parties.answer import MatchOptions
    from umweg.parties.search import countries_of, match, party_of
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    options = MatchOptions(
        threshold, top, tuple(lists or ()), countries_of(country or ()), tuple(kind or ()),
        algorithm, parse_day(as_of, "--as-of"),
    )  # fmt: skip
    store = open_configured(load_settings(store=store_dir, offline=offline or None))
    say(f"store: {store.root}", quiet=not verbose)
    if name is not None:
        party = party_of(name, kinds=options.kinds, born=born, numbers=number or ())
        answer = match(party, store, options)
        _write_answer(answer, format_, output, no_color)
        statuses = {answer.status}
    elif file is not None:
        statuses = _match_file(
            store, file, options, _columns(column), sheet, rescreen, previous, resume, workers,
            format_, output, quiet, no_color,
        )  # fmt: skip
    if output is not None:
        say(f"written to {output}", quiet=quiet)
    return _exit_code(statuses, fail_on)


def _check_alone(
    name: str | None,
    file: Path | None,
    born: str | None,
    number: list[str] | None,
    column: list[str] | None,
    sheet: str | None,
    rescreen: str | None,
    previous: Path | None,
    resume: bool,
    output: Path | None,
) -> None:
    """Options that mean nothing beside the others are wrong usage."""
    of_file = {"--column": column, "--sheet": sheet, "--rescreen": rescreen,
               "--previous": previous, "--resume": resume}  # fmt: skip
    of_name = {"--born": born, "--id": number}
    wrong = [k for k, v in (of_file if name is not None else of_name).items() if v]
    if wrong:
        raise UsageError(
            f"{wrong[0]} goes with {'--file' if name is not None else 'NAME'}",
            where=wrong[0],
            next_step="leave it out, or ask the other way",
        )
    if resume and output is None:
        raise UsageError("--resume needs the output that was interrupted", where="--resume",
                         next_step="add the same -o FILE")  # fmt: skip
    if output is not None and not output.parent.is_dir():
        raise UsageError(
            "the folder of the output file does not exist", where=str(output.parent),
            next_step="make the folder, or choose another file",
        )  # fmt: skip


def _columns(texts: list[str] | None) -> dict[str, str]:
    found = {}
    for text in texts or ():
        role, equals, column = text.partition("=")
        if not equals or not column.strip():
            raise UsageError(
                f"'{text}' does not say what a column is", where="--column",
                allowed="ROLE=COLUMN", next_step="write it like --column name=Kunde",
            )  # fmt: skip
        found[role.strip()] = column.strip()
    return found


def _write_answer(answer: MatchAnswer, format_: str, output: Path | None, no_color: bool) -> None:
    from umweg.report import match_report as report
    from umweg.report.row_files import flat, rows_xlsx

    if format_ == "xlsx" and output is not None:
        with writing(output):
            rows_xlsx(answer.rows(), output, "Matches")
        return
    if format_ in ("json", "jsonl"):
        text = report.answer_as_json(answer)
    elif format_ == "csv":
        text = csv_text(flat(answer.rows()))
    elif format_ == "html":
        text = report.answer_html(answer)
    elif format_ == "ftm":
        text = "".join(f"{x}\n" for x in report.ftm_lines(report.answer_lines(answer)))
    else:
        text = report.answer_text(answer, Style(no_color, output))
    write(text, output)


def _match_file(
    store: Store,
    file: Path,
    match: MatchOptions,
    columns: dict[str, str],
    sheet: str | None,
    rescreen: str | None,
    previous: Path | None,
    resume: bool,
    workers: int | None,
    format_: str,
    output: Path | None,
    quiet: bool,
    no_color: bool,
) -> set[str]:
    from umweg.parties.batch import BatchOptions, match_file

    options = BatchOptions(
        match, columns, sheet, parse_day(rescreen, "--rescreen"), previous, resume, workers
    )
    with _journal(output) as journal, _bar(quiet) as progress:
        run = match_file(store, file, journal, options, progress)
        _write_run(run, format_, output, no_color)
        if output is not None and format_ == "jsonl":
            with writing(output):
                journal.replace(output)
    return set(run.summary["by_status"])


@contextmanager
def _journal(output: Path | None) -> Iterator[Path]:
    """Beside the output while the run lasts, so that it can be gone on with; else temporary."""
    if output is None:
        with tempfile.TemporaryDirectory(prefix="umweg-match-") as folder:
            yield Path(folder) / "results.jsonl"
        return
    journal = output.with_name(f"{output.name}.part")
    try:
        with writing(output):
            yield journal
    except KeyboardInterrupt:
        say(f"what was done lies in {journal}: the same command with --resume goes on from there")
        raise
    journal.unlink(missing_ok=True)


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int], None]]:
    """A counter on a terminal; nothing anywhere else."""
    shows = not quiet and sys.stderr.isatty()

    def progress(rows: int) -> None:
        if shows:
            typer.echo(f"\r{rows:,} rows matched", nl=False, err=True)

    try:
        yield progress
    finally:
        if shows:
            typer.echo(err=True)


def _write_run(run: BatchRun, format_: str, output: Path | None, no_color: bool) -> None:
    from umweg.report import match_report as report

    if format_ == "table":
        write(report.batch_text(run, Style(no_color, output)), output)
    elif format_ == "html":
        write(report.batch_html(run), output)
    elif format_ == "xlsx" and output is not None:
        with writing(output):
            report.write_xlsx(run, output)
    elif format_ == "jsonl":
        if output is None:
            with run.journal.open(encoding="utf-8") as f:
                shutil.copyfileobj(f, sys.stdout)
    elif output is None:
        _stream(run, format_, sys.stdout)
    else:
        with writing(output), output.open("w", encoding="utf-8", newline="") as out:
            _stream(run, format_, out)


def _stream(run: BatchRun, format_: str, out: TextIO) -> None:
    from umweg.report import match_report as report

    if format_ == "csv":
        report.write_csv(run, out)
    elif format_ == "json":
        report.write_json(run, out)
    else:
        out.writelines(f"{x}\n" for x in report.ftm_lines(run.results()))


def _exit_code(statuses: set[str], fail_on: str) -> int:
    if fail_on == "never":
        return EXIT_OK
    if "match" in statuses:
        return EXIT_FINDINGS
    if fail_on == "cannot-tell" and "cannot-tell" in statuses:
        return EXIT_CANNOT_TELL
    return EXIT_OK
