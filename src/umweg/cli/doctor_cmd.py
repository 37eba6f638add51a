"""`umweg doctor`: versions, configuration, store, and what cannot be reached."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from umweg.cli.output import (
    Format,
    NoColor,
    Output,
    Quiet,
    StoreDir,
    Verbose,
    check_format,
    parse_today,
    say,
    show,
)
from umweg.errors import UsageError

_COLUMNS = (("topic", "topic"), ("name", "name"), ("status", "status"), ("value", "found"))


def doctor_command(
    online: Annotated[
        bool, typer.Option("--online", help="Ask each publisher's host whether it answers.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not read every file to compare its SHA-256.")
    ] = False,
    store_dir: StoreDir = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Count ages to this day; default today.")
    ] = None,
    format_: Format = "table",
    output: Output = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Never use the network; --online is refused then.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The state of this installation; no secret is shown, and nothing is asked without --online.

    Exit code 3 if the store is damaged, 4 if --online finds a publisher that does not answer.

    Example: umweg doctor --format json
    """
    check_format(format_, output)
    from umweg.settings import load_settings
    from umweg.sources.condition import condition

    today = parse_today(as_of)
    settings = load_settings(store=store_dir, offline=True if offline else None)
    if online and settings.offline:
        raise UsageError(
            "--online asks publishers and the configuration says offline",
            where="--offline, UMWEG_OFFLINE or offline in umweg.toml",
            next_step="leave one of them out",
        )
    found = condition(settings, store_flag=store_dir, today=today, quick=quick, online=online)
    lines = [asdict(line) for line in found.lines]
    shown = lines
    if format_ == "table" and not verbose:
        shown = [x for x in lines if x["topic"] != "library" or x["status"] != "ok"]
    show(shown, _COLUMNS, format_, output, no_color, title="Condition")
    for x in lines:
        if x["status"] != "ok" and x["do_next"]:
            say(f"{x['status']}: {x['name']}: {x['do_next']}", quiet=quiet)
    if found.exit_code:
        raise typer.Exit(found.exit_code)
