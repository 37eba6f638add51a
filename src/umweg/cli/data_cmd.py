"""`umweg data`: figures in the store, imported, listed, inspected, removed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umweg.cli.data_view import (
    COVERAGE,
    FORGOTTEN,
    LIST,
    SET_ASIDE,
    also_stated_lines,
    coverage_rows,
    list_row,
    rows_word,
    set_aside_by_reason,
    set_aside_lines,
    show_rows,
    snapshot_text,
    to_the_second,
)
from umweg.cli.output import (
    Format,
    NoColor,
    Offline,
    Output,
    Quiet,
    StoreDir,
    Verbose,
    check_format,
    open_store,
    parse_day,
    say,
    write,
    write_rows,
)
from umweg.errors import InputError, StoreError
from umweg.report.plain_text import Style, json_text
from umweg.report.row_files import cell

if TYPE_CHECKING:
    from umweg.store import Manifest, Store

app = typer.Typer(name="data", no_args_is_help=True, rich_markup_mode=None)

AsOf = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="What had been published by this day; ages count to it."),
]
Snapshot = Annotated[
    str, typer.Argument(metavar="SNAPSHOT", help="Id of a snapshot, or a unique beginning of it.")
]


@app.command("import", short_help="A publisher's file, or your own table")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="The file, and those that belong to it."),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Source, such as ofac-sdn or comtrade; recognised where it can be. Any other "
            "name for a table of your own.",
        ),
    ] = None,
    published: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of publication, YYYY-MM-DD.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="YAML", help="Which column of your own table is what.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Data set within the source; a newer file of the same takes the older's place.",
        ),
    ] = None,
    publisher: Annotated[str | None, typer.Option(metavar="TEXT", help="Who published.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the data.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Public address.")] = None,
    licence: Annotated[str | None, typer.Option(metavar="TEXT", help="Terms of reuse.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the file if a row would be set aside.")
    ] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Store a list although it lost many entities.")
    ] = False,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Import a publisher's file or your own table; every row is kept, or set aside with a reason.

    Example: umweg data import flows.csv --source my-office --published 2024-08-15
    """
    check_format(format_, output)
    from umweg.sources import OriginInfo, import_files

    file = files[0]
    store = open_store(store_dir, told=verbose and not quiet, create=True)
    before = {(m.source, m.dataset): m for m in store.snapshots()}
    shows = not quiet and sys.stderr.isatty()

    def progress(rows: int) -> None:
        if shows:
            typer.echo(f"\r{rows:,} rows read", nl=False, err=True)

    try:
        manifest = import_files(
            files,
            store,
            source=source,
            published_on=published,
            dataset=dataset,
            origin=OriginInfo(publisher, title, url, licence),
            mapping=mapping,
            url=url,
            strict=strict,
            allow_shrink=allow_shrink,
            progress=progress,
        )
    finally:
        if shows:
            typer.echo(err=True)
    replaced = before.get((manifest.source, manifest.dataset))
    counted = store.snapshots()
    current = {m.snapshot_id for m in counted}
    for alarm in manifest.alarms:
        say(
            f"{file.name}: alarm {alarm.name}: {rows_word(alarm.rows)}: {alarm.detail}", quiet=quiet
        )
    if manifest.snapshot_id in current:
        for line in also_stated_lines(manifest, counted):
            say(f"{file.name}: alarm also-stated: {line}", quiet=quiet)
    if manifest.rows_set_aside:
        for line in set_aside_lines(manifest):
            say(f"{file.name}: {line}", quiet=quiet)
        say(
            f"see them with: umweg data set-aside {manifest.snapshot_id}{_named(store_dir)}",
            quiet=quiet,
        )
    if manifest.snapshot_id not in current:
        say(
            "note: a newer snapshot of this source and data set is the one that is read; remove "
            "it with `umweg data forget`, or import under another --dataset",
            quiet=quiet,
        )
    elif replaced is not None and replaced.snapshot_id not in current:
        say(
            f"note: this takes the place of {replaced.snapshot_id}, which is still held; to read "
            "both side by side, import under another --dataset",
            quiet=quiet,
        )
    show_rows([list_row(manifest)], LIST, format_, output, no_color, "Snapshots")


@app.command("list", short_help="What is held, and how old it is")
def list_(
    as_of: AsOf = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The snapshots that are held and how old they are, the packaged sample's included.

    With --as-of only those that were read on that day: of each source and data set the newest that
    was published (or, undated, imported) by then.

    Example: umweg data list --as-of 2024-06-30 --format json
    """
    check_format(format_, output)
    day = parse_day(as_of, "--as-of")
    store = open_store(store_dir, told=verbose and not quiet)
    for folder in store.incomplete():
        say(
            f"damaged: {folder} has no manifest.json and is not read: remove it with `umweg data "
            f"forget {folder.name}{_named(store_dir)}` and import its file again",
            quiet=quiet,
        )
    held = store.all_snapshots if day is None else store.snapshots(day)
    rows = [list_row(m, day) for m in held]
    empty = f"Nothing that is held had been published by {day}." if day else "Nothing is held."
    show_rows(rows, LIST, format_, output, no_color, "Snapshots", empty)


@app.command(short_help="Which reporter has published which periods")
def coverage(
    reporter: Annotated[
        str | None, typer.Option(metavar="ALPHA3", help="Only this reporter.")
    ] = None,
    as_of: AsOf = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """What each reporter has published for which periods, and what is missing.

    Example: umweg data coverage --reporter NLD
    """
    check_format(format_, output)
    day = parse_day(as_of, "--as-of")
    store = open_store(store_dir, told=verbose and not quiet)
    rows = coverage_rows(store.read("coverage", day).to_pylist())
    if reporter is not None:
        known = sorted({r["reporter"] for r in rows})
        rows = [r for r in rows if r["reporter"] == reporter.upper()]
        if not rows:
            raise InputError(
                f"nothing is held of the reporter '{reporter}'",
                where=str(store.root),
                allowed=", ".join(known),
                next_step="choose one of these, or leave --reporter out",
            )
    show_rows(rows, COVERAGE, format_, output, no_color, "Coverage")


@app.command(short_help="One snapshot: files, origins, alarms")
def show(
    snapshot: Snapshot,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """One snapshot: origins, input files with their SHA-256, alarms, rows set aside.

    Example: umweg data show my-office-2024-08
    """
    check_format(format_, output)
    store = open_store(store_dir, told=verbose and not quiet)
    manifest = _find(store, snapshot)
    differing = manifest.differing()
    for name, what in differing.items():
        say(
            f"damaged: {manifest.folder / name}: {what}: remove the snapshot with `umweg data "
            f"forget {manifest.snapshot_id}{_named(store_dir)}` and import it again",
            quiet=quiet,
        )
    data = {
        **list_row(manifest),
        "parser": manifest.parser,
        "folder": str(manifest.folder),
        "inputs": [{"name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in manifest.inputs],
        "origins": manifest.rows("origins").to_pylist(),
        "tables": [{"table": t.table, "rows": t.rows} for t in manifest.tables],
        "damaged": [{"file": name, "problem": what} for name, what in differing.items()],
        "alarm_list": [
            {"name": a.name, "rows": a.rows, "detail": a.detail} for a in manifest.alarms
        ],
        "set_aside": set_aside_by_reason(manifest),
    }
    if format_ == "json":
        write(json_text(data), output)
    elif format_ == "table":
        write(snapshot_text(data, Style(no_color, output)), output)
    else:
        facts = [{"fact": n, "value": cell(v)} for n, v in to_the_second(data).items()]
        write_rows(facts, format_, output, f"Snapshot {manifest.snapshot_id}")


@app.command("set-aside", short_help="Rows that were not kept, and why")
def set_aside(
    snapshot: Snapshot,
    store_dir: StoreDir = None,
    format_: Format = "csv",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The rows of an import that were not kept: row number, reason, what is allowed, the row.

    Example: umweg data set-aside my-office-2024-08 -o wrong.csv
    """
    check_format(format_, output)
    store = open_store(store_dir, told=verbose and not quiet)
    manifest = _find(store, snapshot)
    rows = sorted(manifest.rows("set_aside").to_pylist(), key=lambda r: int(r["row"]))
    if manifest.rows_set_aside and not rows:
        say(
            f"{manifest.rows_set_aside} rows were set aside by a build script that keeps their "
            "number only",
            quiet=quiet,
        )
    show_rows(rows, SET_ASIDE, format_, output, no_color, "Rows set aside")


@app.command(short_help="Remove a snapshot")
def forget(
    snapshot: Snapshot,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Remove one snapshot from your store; the sample and the publisher's file stay.

    Example: umweg data forget my-office-2024-08
    """
    check_format(format_, output)
    store = open_store(store_dir, told=verbose and not quiet, required=True)
    folder = store.root / "snapshots" / snapshot
    if folder.parent == store.root / "snapshots" and folder.is_dir():
        name = snapshot  # by its folder, so that a damaged snapshot can be removed too
    else:
        name = _find(store, snapshot).snapshot_id
    store.forget(name)
    show_rows(
        [{"snapshot_id": name, "status": "removed"}],
        FORGOTTEN,
        format_,
        output,
        no_color,
        "Removed",
    )


# -- the store ------------------------------------------------------------------------------------


def _named(store_dir: Path | None) -> str:
    return f" --store {store_dir}" if store_dir is not None else ""


def _find(store: Store, snapshot: str) -> Manifest:
    """The snapshot of an id, or of the beginning of one where only one begins so."""
    found = [m for m in store.all_snapshots if m.snapshot_id.startswith(snapshot)]
    exact = [m for m in found if m.snapshot_id == snapshot]
    if len(exact or found) > 1:
        raise StoreError(
            f"several snapshots begin with '{snapshot}'",
            allowed=", ".join(m.snapshot_id for m in found),
            next_step="write more of the id",
        )
    return (exact or found)[0] if found else store.snapshot(snapshot)
