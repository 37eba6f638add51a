"""The command `umweg`: one file a verb, and the one place where errors become exit codes."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from umweg.cli import (
    check_cmd,
    claim_cmd,
    data_cmd,
    decide_cmd,
    diff_cmd,
    doctor_cmd,
    fetch_cmd,
    match_cmd,
    ownership_cmd,
    regime_cmd,
    routes_cmd,
    scan_cmd,
    trace_cmd,
    validate_detector_cmd,
    validate_names_cmd,
    validate_worlds_cmd,
)
from umweg.cli.output import say
from umweg.errors import EXIT_INPUT, EXIT_USAGE, UmwegError

app = typer.Typer(
    name="umweg",
    help=(
        "Do goods under sanctions reach the sanctioned country by a detour through a third "
        "country?\n\nStart with:  umweg scan\n\nResults go to stdout, messages to stderr. Exit "
        "codes: 0 done; 1 a finding at or above --fail-on; 2 wrong usage; 3 input or data "
        "unusable; 4 a publisher could not be reached; 5 a result is cannot-tell and "
        "--fail-on cannot-tell was asked."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
validate = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
validate.command("names")(validate_names_cmd.names_command)
validate.command("detector")(validate_detector_cmd.detector_command)
validate.command("worlds")(validate_worlds_cmd.worlds_command)
data_cmd.app.add_typer(fetch_cmd.app, name="fetch", short_help="Download, check and import")
data_cmd.app.command("diff", short_help="Two days of a list compared")(diff_cmd.diff_command)

# In the order in which `umweg --help` shows them: the three questions, then what they rest on.
app.command("scan")(scan_cmd.scan_command)
app.command("routes")(routes_cmd.routes_command)
app.command("trace")(trace_cmd.trace_command)
app.command("check")(check_cmd.check_command)
app.command("decide")(decide_cmd.decide_command)
app.add_typer(decide_cmd.audit, name="audit", help="Decisions: whole, listed, erased.")
app.command("match")(match_cmd.match_command)
app.command("ownership")(ownership_cmd.ownership_command)
app.add_typer(claim_cmd.app, name="claim", help="Public statements put to the test.")
app.add_typer(regime_cmd.app, name="regime", help="The law as data, as of a date.")
app.add_typer(data_cmd.app, name="data", help="Figures and lists: fetch, import, see, remove.")
app.add_typer(validate, name="validate", help="Measured quality, repeatable by anyone.")
app.command("doctor")(doctor_cmd.doctor_command)


def _version(asked: bool) -> None:
    if asked:
        from umweg.version import __version__

        typer.echo(f"umweg {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Options that stand before the verb."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors are printed to stderr."""
    try:
        code = app(args=arguments, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except UmwegError as error:
        say(f"umweg: {error}")
        return error.exit_code
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        say("umweg: stopped")
        return 130
    except KeyboardInterrupt:
        say("umweg: stopped")
        return 130
    except BrokenPipeError:
        # The reader (`head`, a pager) has seen enough. Python would complain again at exit.
        sys.stderr.close()
        return 0
    except OSError as error:  # a full disk, a terminal that went away
        say(f"umweg: the system refused: {error.strerror or error}")
        return EXIT_INPUT
    except Exception as error:  # noqa: BLE001 - 1 means findings: no failure may end with it
        if (shown := _usage_text(error)) is not None:
            say(f"umweg: {shown}")
            return EXIT_USAGE
        say(
            f"umweg: this is a defect of the program: {type(error).__name__}: {error}\n"
            "  do next: report it with the lines below and the command that you typed\n"
            + traceback.format_exc()
        )
        return EXIT_INPUT


def _usage_text(error: Exception) -> str | None:
    """The text of an error of the command line's own parser, None for any other error."""
    message = getattr(error, "format_message", None)
    if message is None:
        return None
    context = getattr(error, "ctx", None)
    hint = f"\n  do next: {context.command_path} --help" if context is not None else ""
    return f"{message()}{hint}"


def main() -> None:
    """Entry point of the program `umweg`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A code page that lacks a sign must not end the program; JSON stays JSON this way.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run())
