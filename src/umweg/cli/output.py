"""What the verbs share: formats, dates, messages, and writing results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from umweg.errors import UsageError
from umweg.report.plain_text import Style, csv_text, json_text, table_text

TEXT_FORMATS = ("table", "json", "csv")


def check_format(name: str, allowed: Sequence[str] = TEXT_FORMATS) -> None:
    """A format that the verb does not have is wrong usage."""
    if name not in allowed:
        raise UsageError(
            f"unknown format {name!r}",
            where="--format",
            allowed=", ".join(allowed),
            next_step="use one of them",
        )


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
    empty: str = "No facts held for this question.",
) -> None:
    """Rows as table (only `columns`), JSON or CSV (everything)."""
    if format == "json":
        write(json_text(list(rows)), output)
    elif format == "csv":
        write(csv_text(rows), output)
    elif not rows:
        write(empty + "\n", output)
    else:
        write(table_text(rows, columns, Style(no_color, output)), output)


def write(text: str, output: Path | None) -> None:
    """A result to stdout, or to the file of -o."""
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
