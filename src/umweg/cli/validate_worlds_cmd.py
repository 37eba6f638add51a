"""`umweg validate worlds`: planted worlds as files for `umweg scan --flows`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from umweg.cli.output import (
    Format,
    NoColor,
    Offline,
    Output,
    Quiet,
    Verbose,
    check_format,
    say,
    show,
    writing,
)


def worlds_command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="Where to write; without it the families are listed."
        ),
    ] = None,
    family: Annotated[
        str, typer.Option(help="Family of worlds; NAME-null has nothing planted.")
    ] = "base",
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.", min=0)] = 1,
    format_: Format = "table",
    output: Output = None,
    as_of: Annotated[
        str | None, typer.Option(help="Not used: worlds have no law.", metavar="DATE")
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Write an invented world: trade with booms, shocks and holes, and detours of known size.

    The folder gets flows.parquet, goods.csv, roles.csv, concordance.csv (what a scan reads),
    truth.csv (what was planted) and world.json (how it was drawn).

    \b
    Example: umweg validate worlds my-world --family lumpy --seed 7
    """
    check_format(format_, output)
    from umweg.validation.worlds import all_families, family_named, make_world, write_world

    if folder is None:
        rows = [asdict(f) for f in all_families().values()]
        columns = (
            ("name", "family"), ("noise", "noise"), ("transit", "transit"), ("codes", "codes"),
            ("months", "months"), ("planted", "planted"), ("tail_df", "tails"),
        )  # fmt: skip
        show(rows, columns, format_, output, no_color, title="Families of worlds")
        return 0
    world = make_world(family_named(family), seed)
    with writing(folder):
        write_world(world, folder)
    say(
        f"{world.flows.num_rows:,} rows, {world.truth.num_rows} planted corridors: {folder}\n"
        f"scan it: umweg scan --flows {folder}/flows.parquet --goods {folder}/goods.csv "
        f"--roles {folder}/roles.csv --concordance {folder}/concordance.csv",
        quiet=quiet,
    )
    return 0
