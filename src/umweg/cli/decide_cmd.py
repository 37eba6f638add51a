"""`umweg decide` and `umweg audit`: what people decided, and whether the record of it is whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    show,
    write,
)
from umweg.errors import EXIT_INPUT, EXIT_OK, UsageError
from umweg.report.plain_text import json_text

if TYPE_CHECKING:
    from umweg.store.ledger import Ledger

audit = typer.Typer(name="audit", no_args_is_help=True, rich_markup_mode=None)

Place = Annotated[
    str | None,
    typer.Option(
        "--decisions",
        metavar="PLACE",
        help="File or database of decisions; default decisions.sqlite in the store.",
    ),
]

_COLUMNS = (
    ("seq", "record"),
    ("recorded_at", "recorded"),
    ("about", "about"),
    ("ruling", "decision"),
    ("expires", "until"),
    ("reviewer", "reviewer"),
    ("subject", "subject"),
)


def decide_command(
    pack: Annotated[
        Path, typer.Argument(metavar="PACK", help="Evidence pack that `umweg check --pack` wrote.")
    ],
    row: Annotated[int, typer.Option(help="Row of the line in the order book.")],
    ruling: Annotated[
        str, typer.Option("--decision", help="cleared, blocked, or reopened (undone).")
    ],
    reason: Annotated[str, typer.Option(help="Why, in words.")],
    by: Annotated[str, typer.Option(help="Who decides; the chain holds a pseudonym only.")],
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day on which it no longer holds.")
    ] = None,
    pair: Annotated[
        bool,
        typer.Option("--pair", help="About the party and the list entry, in whatever order."),
    ] = False,
    retention: Annotated[int, typer.Option(help="Years to keep names and reasons.", min=1)] = 10,
    place: Place = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Record that a line, or a party against a list entry, is cleared or blocked, and why.

    A cleared line or pair is not asked again; it comes back when the list entry, the order's data
    or the policy change, and when the decision expires.

    Example: umweg decide pack-7 --row 12 --decision cleared --reason "another firm" --by me
    """
    check_format(format_, output)
    from umweg.screening.deciding_pack import subjects
    from umweg.screening.decisions import decide

    today = date.today()  # noqa: DTZ011 - the reviewer's own calendar day
    expires = parse_day(until, "--until")
    found = subjects(pack, row, pair=pair)
    ledger = _ledger(place, store_dir, create=True)
    made = [
        decide(
            ledger, s.fingerprint, s.about, ruling, reason=reason, person=by, today=today,
            expires=expires, subject=s.shown, retention_years=retention,
        )
        for s in found
    ]  # fmt: skip
    rows = [
        {
            "seq": d.seq, "recorded_at": d.recorded_at[:19], "about": d.about, "ruling": d.ruling,
            "expires": d.expires.isoformat() if d.expires else "", "reviewer": d.reviewer,
            "fingerprint": d.fingerprint, "hash": d.hash, "subject": _subject(s.shown),
        }
        for d, s in zip(made, found, strict=True)
    ]  # fmt: skip
    show(rows, _COLUMNS, format_, output, no_color, title="Decisions")
    say(f"head of the chain: {made[-1].hash}", quiet=quiet)


@audit.command()
def verify(
    expect: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="A head that was noted before; it must be in the chain."),
    ] = None,
    place: Place = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Walk the chain of decisions: any edit, deletion or reordering is found.

    What was erased after its time is reported as erased, not as broken. Who can rewrite the whole
    database can make a whole chain: note the head elsewhere and hand it over with --expect.

    Example: umweg audit verify
    """
    check_format(format_, output, ("table", "json"))
    found = _ledger(place, store_dir).verify(expect)
    if format_ == "json":
        data = {
            "intact": found.intact, "records": found.records, "erased": list(found.erased),
            "problems": list(found.problems), "head": found.head,
        }  # fmt: skip
        write(json_text(data), output)
    else:
        state = "intact" if found.intact else "broken"
        lines = [
            f"{state}: {found.records:,} records, {len(found.erased):,} erased after their time",
            *(f"  {p}" for p in found.problems),
            f"head: {found.head}",
        ]
        write("\n".join(lines) + "\n", output)
    return EXIT_OK if found.intact else EXIT_INPUT


@audit.command()
def log(
    names: Annotated[
        bool, typer.Option("--names", help="With reasons and names, where not erased.")
    ] = False,
    place: Place = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The decisions in their order, under pseudonyms.

    Example: umweg audit log --format csv -o decisions.csv
    """
    check_format(format_, output)
    from umweg.screening.decisions import history

    ledger = _ledger(place, store_dir)
    rows: list[dict[str, Any]] = []
    for d in history(ledger):
        held = ledger.payload(d.seq) if names else None
        row: dict[str, Any] = {
            "seq": d.seq, "recorded_at": d.recorded_at[:19], "about": d.about, "ruling": d.ruling,
            "expires": d.expires.isoformat() if d.expires else "", "reviewer": d.reviewer,
            "fingerprint": d.fingerprint, "hash": d.hash, "subject": "",
        }  # fmt: skip
        if names:
            row |= {
                "person": held["person"] if held else "(erased)",
                "reason": held["reason"] if held else "(erased)",
                "subject": _subject(held["subject"]) if held else "(erased)",
            }
        rows.append(row)
    columns = [c for c in _COLUMNS if names or c[0] != "subject"]
    columns += [("reason", "reason")] if names else []
    show(rows, columns, format_, output, no_color, title="Decisions", empty="No decisions yet.")


@audit.command()
def erase(
    place: Place = None,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Erase names and reasons whose retention is over; the chain stays whole and says so.

    Example: umweg audit erase
    """
    check_format(format_, output, ("table", "json"))
    today = date.today()  # noqa: DTZ011 - retention runs by calendar days
    gone = _ledger(place, store_dir).erase(today)
    if format_ == "json":
        write(json.dumps({"erased": list(gone)}) + "\n", output)
    else:
        write(f"erased the content of {len(gone):,} records\n", output)


def _ledger(place: str | None, store_dir: Path | None, *, create: bool = False) -> Ledger:
    from umweg.settings import load_settings
    from umweg.store.ledger import Ledger, place_of

    settings = load_settings(store=store_dir)
    where, exists = place_of(place or settings.decisions, settings.store_folder)
    if not exists and not create:
        raise UsageError(
            "there are no decisions yet",
            where=where,
            next_step="record one with `umweg decide`, or name their place with --decisions",
        )
    return Ledger.open(where)


def _subject(shown: dict[str, Any]) -> str:
    entry = f", entry {shown['entry']}" if shown.get("entry") else ""
    return f"order {shown['order']}, {shown['consignee']}, {shown['code']}{entry}"
