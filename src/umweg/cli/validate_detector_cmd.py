"""`umweg validate detector`: error rates, ranking and volumes, measured on planted worlds."""

from __future__ import annotations

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
    say,
    show,
    write,
    write_rows,
)
from umweg.errors import UsageError
from umweg.report.plain_text import json_text

if TYPE_CHECKING:
    from umweg.validation.study import Study

COLUMNS = (
    ("method", "method"), ("average_precision", "AP"), ("auc", "AUC"),
    ("precision_50", "P@50"), ("precision_100", "P@100"), ("fdr_0.05", "FDR .05"),
    ("fdr_0.1", "FDR .10"), ("fdr_0.2", "FDR .20"), ("power_0.1", "power"),
    ("lead", "lead"), ("lead_low", "from"), ("lead_high", "to"),
)  # fmt: skip


def detector_command(
    family: Annotated[
        list[str] | None,
        typer.Option(help="Family of worlds, NAME or NAME-null; repeatable. Default: reserve."),
    ] = None,
    seeds: Annotated[int, typer.Option(help="Worlds of each family.", min=1)] = 100,
    first_seed: Annotated[
        int | None,
        typer.Option(help="First seed; those from 10000 on were not used for development.", min=0),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
    state: Annotated[
        Path | None,
        typer.Option(help="Keep each measured world in this file and go on from there."),
    ] = None,
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
    """How good is the detector, and how good are the known methods, on worlds with known detours?

    Each world is drawn anew, read and scored like a user's files. Worlds without detours
    (NAME-null) show how often anything at all is flagged.

    \b
    Example: umweg validate detector --family reserve --family reserve-null --seeds 100
    """
    check_format(format_, output)
    from umweg.validation.detector import Task, run_study
    from umweg.validation.study import Study
    from umweg.validation.worlds import FIRST_REPORT_SEED, family_named

    names = family or ["reserve"]
    for name in names:
        family_named(name)
    if state is not None and not state.parent.is_dir():
        raise UsageError("the folder of the state file does not exist", where=str(state.parent))
    first = FIRST_REPORT_SEED if first_seed is None else first_seed
    tasks = [Task(n, first + i) for i in range(seeds) for n in names]

    def progress(done: int, total: int) -> None:
        if done % 10 == 0 or done == total or verbose:
            say(f"{done} of {total} worlds", quiet=quiet)

    study = Study.of(run_study(tasks, workers=workers, state=state, progress=progress))
    _print(study, format_, output, no_color)
    return 0


def _print(study: Study, format_: str, output: Path | None, no_color: bool) -> None:
    if format_ == "json":
        write(json_text(study.to_json()), output)
    elif format_ != "table":
        write_rows(study.rows(), format_, output, "Detector")
    else:
        rows = [
            {k: f"{v:.2f}" if isinstance(v, float) else v for k, v in row.items()}
            for row in study.rows()
        ]
        show(rows, COLUMNS, "table", output, no_color, title="Detector")
        if output is None:
            write("\n".join(_rest(study)) + "\n", None)


def _rest(study: Study) -> list[str]:
    found = study.to_json()
    lines = [
        "",
        f"{found['worlds']} worlds, {found['corridors']:,} corridors, {found['planted']:,} planted",
        f"families: {', '.join(found['families'])}",
    ]
    for level, (share, low, high) in found["null_any_flag"].items():
        lines.append(
            f"any flag in {found['null_worlds']} worlds without detours at {level}: "
            f"{share} ({low} to {high})"
        )
    for name, v in found["volumes"].items():
        lines.append(
            f"volume, {name}: estimate/truth {v['ratio']}, truth inside the bounds {v['inside']} "
            f"({v['flagged']} corridors)"
        )
    return lines
