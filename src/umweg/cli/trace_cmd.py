"""`umweg trace`: a user's own shipments, followed from the coalition to the target."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umweg.cli.output import (
    Format,
    NoColor,
    Offline,
    Output,
    Quiet,
    Verbose,
    check_format,
    parse_today,
    say,
    write,
    write_rows,
)
from umweg.report.plain_text import Style, json_text

if TYPE_CHECKING:
    from umweg.flows import TraceResult

_SHOWN = 5


def trace_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Shipments: CSV, XLSX, Parquet or JSON lines.")
    ],
    target: Annotated[
        str | None, typer.Option(metavar="ALPHA3", help="The sanctioned country.")
    ] = None,
    coalition: Annotated[
        str | None,
        typer.Option(
            metavar="ALPHA3,...", help="Countries of origin; the regime's coalition without it."
        ),
    ] = None,
    digits: Annotated[int, typer.Option(help="Digits of the goods code.", min=2, max=10)] = 6,
    expiry: Annotated[int, typer.Option(help="Days that a lot lasts.", min=0)] = 180,
    permutations: Annotated[
        int, typer.Option(help="Exchanges of days for the p-values.", min=1)
    ] = 99,
    seed: Annotated[int, typer.Option(help="Of the exchanges.")] = 1,
    as_of: Annotated[
        str | None, typer.Option(help="Coalition on this day; default today.", metavar="DATE")
    ] = None,
    top: Annotated[int, typer.Option(help="Firms in the table.", min=0)] = 20,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Follow shipments, first in, first out, from the coalition through firms to the target.

    Columns: date, consignor, consignee, from_country, to_country, code, net_weight_kg. Nothing of
    the file is stored or sent.

    Example: umweg trace shipments.parquet --target RUS --expiry 180
    """
    check_format(format_, output)
    from umweg.flows import trace
    from umweg.regime import load
    from umweg.sources.shipments import read_shipments

    regime, day = load(), parse_today(as_of)
    wanted = (target or regime.default_target).upper()
    members = (
        {c.strip().upper() for c in coalition.split(",") if c.strip()}
        if coalition
        else regime.coalition(wanted, day)
    )
    shipments = read_shipments(file, digits)
    for note in shipments.notes:
        say(f"{file.name}: {note}", quiet=quiet)
    for row in shipments.set_aside[:_SHOWN]:
        say(f"{file.name}: row {row.row} set aside: {row.reason}: {row.detail}", quiet=quiet)
    say(
        f"rows read {shipments.read:,} = kept {shipments.table.num_rows:,} + set aside "
        f"{len(shipments.set_aside):,}",
        quiet=quiet,
    )
    shows = not quiet and sys.stderr.isatty()

    def progress(done: int) -> None:
        if shows:
            typer.echo(f"\r{done} of {permutations} exchanges", nl=False, err=True)

    try:
        result = trace(
            shipments.table, wanted, members, expiry_days=expiry, permutations=permutations,
            seed=seed, progress=progress,
        )  # fmt: skip
    finally:
        if shows:
            typer.echo(err=True)
    counts: dict[str, Any] = {
        "read": shipments.read,
        "kept": shipments.table.num_rows,
        "set_aside": [
            {"row": r.row, "reason": r.reason, "detail": r.detail} for r in shipments.set_aside
        ],
    }
    _write(result, counts, format_, output, top, no_color)


def _write(
    result: TraceResult,
    counts: dict[str, Any],
    format_: str,
    output: Path | None,
    top: int,
    no_color: bool,
) -> None:
    from umweg.report.trace_text import trace_text

    if format_ == "table":
        write(trace_text(result, top, Style(no_color, output)), output)
    elif format_ == "json":
        write(json_text({**counts, **result.to_json()}), output)
    else:
        write_rows(result.to_json()["firms"], format_, output, "Shipments followed")
