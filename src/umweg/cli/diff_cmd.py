"""`umweg data diff`: two snapshots of one list compared."""

from __future__ import annotations

from typing import Annotated

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
    open_store,
    say,
    show,
)

_COLUMNS = (
    ("change", "change"),
    ("entity_id", "entity"),
    ("schema", "schema"),
    ("caption", "name"),
    ("fields", "what changed"),
)


def diff_command(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Source: ofac-sdn, un …")],
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A day, YYYY-MM-DD, or the id of a snapshot.")
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="A day, YYYY-MM-DD, or the id of a snapshot.")
    ],
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Data set, where the source has several.")
    ] = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Who was added to a list, who was removed, who changed and in which fields.

    Example: umweg data diff ofac-sdn 2022-02-17 2022-12-28
    """
    check_format(format_, output)
    from umweg.store.list_changes import list_changes

    store = open_store(store_dir, told=verbose and not quiet)
    found = list_changes(store, source, old, new, dataset)
    counts = ", ".join(f"{len(found.of(k)):,} {k}" for k in ("added", "removed", "changed"))
    say(
        f"{found.old.snapshot_id}: {found.entities_before:,} entities; "
        f"{found.new.snapshot_id}: {found.entities_after:,}; {counts}",
        quiet=quiet,
    )
    for note in found.notes:
        say(f"note: {note}", quiet=quiet)
    rows = [c.to_row() for c in found.changes]
    if format_ == "table":
        rows = [{**r, "fields": ", ".join(r["fields"])} for r in rows]
    show(
        rows,
        _COLUMNS,
        format_,
        output,
        no_color,
        title=f"Changes of {source}",
        empty="The two snapshots hold the same entities with the same facts.",
    )
