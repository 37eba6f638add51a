"""What the verbs share: formats, dates, messages, and writing results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umweg.errors import UsageError
from umweg.report.plain_text import Style, csv_text, json_text, table_text

if TYPE_CHECKING:
    from umweg.store import Store

FORMATS = ("table", "json", "csv", "xlsx", "html")

Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="table, json, csv, xlsx or html.")
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to this file.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No messages.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="More messages.")]
StoreDir = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="DIR",
        help="Your store; by default in the platform's user data folder. The sample lies below it.",
    ),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="Plain text; NO_COLOR does the same.")]
Offline = Annotated[
    bool, typer.Option("--offline", help="Never use the network (this verb never does).")
]


def check_format(name: str, output: Path | None = None, allowed: Sequence[str] = FORMATS) -> None:
    """A format that the verb does not have is wrong usage, and so is a workbook without a file."""
    if name not in allowed:
        raise UsageError(
            f"unknown format {name!r}",
            where="--format",
            allowed=", ".join(allowed),
            next_step="use one of them",
        )
    if name == "xlsx" and output is None:
        raise UsageError("a workbook needs a file", where="--format xlsx", next_step="add -o FILE")


def parse_day(text: str | None, option: str) -> date | None:
    """A day as typed, None where none was."""
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


def parse_today(text: str | None) -> date:
    """The day of --as-of, else today."""
    # The local calendar day is meant: law applies by the date where the question is asked.
    return parse_day(text, "--as-of") or date.today()  # noqa: DTZ011


def open_store(
    named: Path | None, *, told: bool, create: bool = False, required: bool = False
) -> Store:
    """The store of --store, of the configuration, or the packaged sample.

    Args:
        named: As typed.
        told: Say on stderr which it is.
        create: Make it if it does not exist.
        required: Refuse the packaged sample.
    """
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    store = open_configured(load_settings(store=named), create=create, required=required)
    say(f"store: {store.root}", quiet=not told)
    return store


def say(text: str, *, quiet: bool = False) -> None:
    """A message to the person, on stderr, so that results can be piped."""
    if not quiet:
        typer.echo(text, err=True)


def show(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]],
    format: str,
    output: Path | None,
    no_color: bool,
    *,
    title: str,
    empty: str = "No facts held for this question.",
) -> None:
    """Rows as a table for reading (only `columns`), or whole as JSON, CSV, workbook or page."""
    if format == "table":
        text = table_text(rows, columns, Style(no_color, output)) if rows else empty + "\n"
        write(text, output)
    else:
        write_rows(rows, format, output, title)


def write_rows(
    rows: Sequence[Mapping[str, Any]], format: str, output: Path | None, title: str
) -> None:
    """Whole rows as JSON, CSV, workbook or page."""
    if format == "json":
        write(json_text(list(rows)), output)
        return
    from umweg.report.row_files import flat, rows_html, rows_xlsx

    if format == "csv":
        write(csv_text(flat(rows)), output)
    elif format == "html":
        write(rows_html(rows, title), output)
    elif output is not None:
        with writing(output):
            rows_xlsx(rows, output, title)


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """A file that cannot be written is wrong usage, said in words."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"the result cannot be written: {error.strerror or error}",
            where=str(output),
            allowed="a file in a folder that exists and can be written",
            next_step="name another file with -o",
        ) from None


def write(text: str, output: Path | None) -> None:
    """A result to stdout, or to the file of -o."""
    if output is None:
        typer.echo(text, nl=False)
        return
    with writing(output):
        output.write_text(text, encoding="utf-8")
