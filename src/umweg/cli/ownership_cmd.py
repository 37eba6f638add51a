"""`umweg ownership`: which firms count as owned by listed persons, by an authority's rule."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
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
    parse_today,
    say,
    write,
    write_rows,
)
from umweg.errors import UsageError
from umweg.report.plain_text import Style, json_text

if TYPE_CHECKING:
    import pyarrow as pa

    from umweg.store import Store

_SHOWN = 5


def ownership_command(
    firm: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIRM", help="Ids or names of firms; without it, those not clear."),
    ] = None,
    authority: Annotated[str, typer.Option(help="ofac, eu, uk or bis.")] = "ofac",
    relations: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Who holds what of whom; the store's without it."),
    ] = None,
    listed: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO", help="Id or name of a listed holder; repeatable."),
    ] = None,
    match: Annotated[
        bool, typer.Option("--match/--no-match", help="Find holders on the lists by name, too.")
    ] = True,
    all_: Annotated[bool, typer.Option("--all", help="Firms that are not owned, too.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="Rule, lists and holdings on this day.", metavar="DATE")
    ] = None,
    format_: Format = "table",
    output: Output = None,
    store_dir: StoreDir = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Firms that are on no list and count as owned by somebody who is, or of whom it is unknown.

    A cascade: holdings of listed persons and of firms that are already owned count. The file has
    columns owner, company, share (percent; or share_min, share_max), and if known role, control,
    from, until.

    Example: umweg ownership --relations holdings.csv --listed "Example Bank" --authority eu
    """
    check_format(format_, output)
    from umweg.parties import listed_holders
    from umweg.parties.holdings import holdings
    from umweg.parties.ownership import ownership
    from umweg.regime import load
    from umweg.report.ownership_text import ownership_text
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    rules, day = load().ownership_rules, parse_today(as_of)
    if authority not in rules:
        raise UsageError(
            f"no ownership rule is named '{authority}'",
            where="--authority",
            allowed=", ".join(rules),
        )
    store = open_configured(load_settings(store=store_dir, offline=offline or None))
    say(f"store: {store.root}", quiet=quiet or not verbose)
    graph = holdings(_relations(store, relations, day, quiet), day)
    found = (
        listed_holders.by_given(graph, listed)
        if listed
        else listed_holders.by_lists(graph, store, rules[authority], day, match=match)
    )
    who = listed_holders.ids(found)
    result = ownership(graph, who, rules[authority], day)
    if firm:
        firms = [result.of(i) for i in result.named(firm)]
    else:
        firms = result.answers(("owned", "unknown", "not-owned") if all_ else ("owned", "unknown"))
    if format_ == "table":
        write(ownership_text(result, firms, who, Style(no_color, output)), output)
    elif format_ == "json":
        data = result.to_json(firms)
        write(json_text({**data, "listed": [asdict(h) for h in who.values()]}), output)
    else:
        rows = [{**asdict(f), "text": f.text} for f in firms]
        for row in rows:
            row["holders"] = "; ".join(
                f"{h['name']} {h['low']:g}-{h['high']:g} % {h['counts']}" for h in row["holders"]
            )
        write_rows(rows, format_, output, "Ownership")


def _relations(store: Store, file: Path | None, as_of: date, quiet: bool) -> pa.Table:
    if file is None:
        return store.read("relations", as_of)
    from umweg.sources.relations_file import read_relations

    found = read_relations(file)
    for note in found.notes:
        say(f"{file.name}: {note}", quiet=quiet)
    for row in found.set_aside[:_SHOWN]:
        say(f"{file.name}: row {row.row} set aside: {row.reason}: {row.detail}", quiet=quiet)
    say(
        f"rows read {found.read:,} = kept {found.table.num_rows:,} + set aside "
        f"{len(found.set_aside):,}",
        quiet=quiet,
    )
    return found.table
