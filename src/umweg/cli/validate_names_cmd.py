"""`umweg validate names`: the measured quality of name scorers."""

from __future__ import annotations

import csv
import sys
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
    write,
    write_rows,
    writing,
)
from umweg.errors import UsageError

if TYPE_CHECKING:
    from umweg.validation.names import NamesOptions, NamesValidation, Progress


def names_command(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Labelled pairs: CSV with name_a, name_b, kind, label; or schema, name1, name2, "
            "is_match; or query_name, result_name, ofac_score; or YAML with checks.",
        ),
    ] = None,
    from_store: Annotated[
        bool,
        typer.Option(
            "--from-store",
            help="Measure on pairs of original-script and Latin names of the lists in the store.",
        ),
    ] = False,
    against: Annotated[
        str, typer.Option(help="With --from-store: meet the primary Latin name, or all of them.")
    ] = "primary",
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="With --from-store: only this set; repeatable."),
    ] = None,
    scorer: Annotated[
        list[str] | None,
        typer.Option(help="umweg, ofac, rapidfuzz:NAME, nomenklatura:NAME; repeatable."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="For every scorer; else the one fixed for each.")
    ] = None,
    half: Annotated[
        str, typer.Option(help="both, development or holdout (by a hash of both names).")
    ] = "both",
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Leave these pairs out; repeatable."),
    ] = None,
    pool: Annotated[
        int, typer.Option(help="Other names that each matching query is shuffled with.")
    ] = 20,
    seed: Annotated[int | None, typer.Option(help="Of the shuffling.")] = None,
    scores: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Write the score of each pair here.")
    ] = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="Rows of slices instead of scorers; table: both.")
    ] = False,
    nomenklatura_python: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Interpreter in which nomenklatura is installed; UMWEG_NOMENKLATURA_PYTHON "
            "does the same.",
        ),
    ] = None,
    store_dir: StoreDir = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The lists as they stood on this day.")
    ] = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Precision, recall, F1, AUC, rank and speed of each scorer on labelled pairs of names.

    Example: umweg validate names pairs.csv --slices
    """
    check_format(format_, output)
    if (file is None) == (not from_store):
        raise UsageError(
            "name a file of labelled pairs, or ask for --from-store",
            where="umweg validate names",
            allowed="one of the two",
            next_step="umweg validate names pairs.csv",
        )
    from umweg.validation.names import SEED, NamesOptions

    options = NamesOptions(
        threshold, tuple(scorer or ()), nomenklatura_python, pool,
        SEED if seed is None else seed, half,
    )  # fmt: skip
    shows = not quiet and sys.stderr.isatty()

    def progress(what: str) -> None:
        if shows:
            say(what)

    if file is not None:
        result = _of_file(file, options, _conditions(without), progress)
    else:
        from umweg.settings import load_settings
        from umweg.store.opening import open_configured
        from umweg.validation.cross_script import validate_store

        store = open_configured(load_settings(store=store_dir, offline=offline or None))
        say(f"store: {store.root}", quiet=not verbose)
        result = validate_store(
            store, options, against=against, sets=tuple(sets or ()),
            as_of=parse_day(as_of, "--as-of"), progress=progress,
        )  # fmt: skip
    if scores is not None:
        _write_scores(result, scores)
        say(f"scores of each pair written to {scores}", quiet=quiet)
    _show(result, format_, output, no_color, slices)


def _of_file(
    file: Path, options: NamesOptions, without: dict[str, str], progress: Progress
) -> NamesValidation:
    from umweg.validation.name_pairs import read_pairs
    from umweg.validation.names import validate_file

    return validate_file(read_pairs(file, without), options, progress=progress)


def _conditions(texts: list[str] | None) -> dict[str, str]:
    found = {}
    for text in texts or ():
        column, equals, value = text.partition("=")
        if not equals or not column.strip():
            raise UsageError(
                f"'{text}' is no condition",
                where="--without",
                allowed="COLUMN=VALUE",
                next_step="write it like --without quality=WEAK",
            )
        found[column.strip()] = value.strip()
    return found


def _write_scores(result: NamesValidation, path: Path) -> None:
    rows = list(result.score_rows())
    with writing(path), path.open("w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, list(rows[0]) if rows else ["row"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _show(
    result: NamesValidation, format_: str, output: Path | None, no_color: bool, slices: bool
) -> None:
    from umweg.report.names_validation import names_json, names_rows, names_text, slice_rows
    from umweg.report.plain_text import Style, json_text

    if format_ == "json":
        write(json_text(names_json(result)), output)
    elif format_ == "table":
        style = Style(no_color, output)
        write(names_text(result, style, "umweg" if slices else ""), output)
    else:
        rows = slice_rows(result) if slices else names_rows(result)
        write_rows(rows, format_, output, "Scorers measured")
