"""`umweg routes`: ways of several hops that goods can have taken to the target."""

from __future__ import annotations

from pathlib import Path
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
    parse_day,
    say,
    write,
    write_rows,
)
from umweg.report.plain_text import Style, json_text


def routes_command(
    codes: Annotated[
        list[str], typer.Argument(metavar="CODE", help="Goods: 854231, 8542.31, 8541-8543.")
    ],
    target: Annotated[str, typer.Option(help="Sanctioned territory, alpha-3.")] = "RUS",
    transit: Annotated[
        str | None, typer.Option(help="Transit countries; those the regime names without it.")
    ] = None,
    before: Annotated[
        str, typer.Option(help="Window before the measures.", metavar="FROM..TO")
    ] = "2021-01..2021-11",
    after: Annotated[
        str, typer.Option(help="Window after the measures.", metavar="FROM..TO")
    ] = "2022-01..2022-11",
    lag: Annotated[int, typer.Option(help="Periods that goods may wait in a country.", min=0)] = 3,
    hops: Annotated[int, typer.Option(help="Most transit countries on one route.", min=1)] = 2,
    policy: Annotated[Path | None, typer.Option(help="Policy file with the thresholds.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The regime as it stood on this day.", metavar="DATE")
    ] = None,
    top: Annotated[int, typer.Option(help="Rows in the tables.", min=0)] = 15,
    format_: Format = "table",
    output: Output = None,
    store_dir: StoreDir = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The most that can have passed from the coalition to the target, over routes of several hops.

    Excess over the window before, as a maximum flow through countries and periods; every leg with
    the least and the most that it carries in any maximum flow.

    Example: umweg routes 854231 --target RUS --transit KGZ,KAZ
    """
    check_format(format_, output)
    from umweg.flows import ScanOptions, routes
    from umweg.periods import Window
    from umweg.report.routes_page import routes_html, routes_text
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    options = ScanOptions(
        target=target.upper(),
        transit=tuple(c.strip().upper() for c in (transit or "").split(",") if c.strip()),
        codes=tuple(codes),
        before=Window.parse(before),
        after=Window.parse(after),
        as_of=parse_day(as_of, "--as-of"),
        policy=policy,
    )
    store = open_configured(load_settings(store=store_dir, offline=offline or None))
    say(f"store: {store.root}", quiet=quiet or not verbose)
    result = routes(store, options, lag=lag, longest=hops)
    if format_ == "table":
        write(routes_text(result, top, Style(no_color, output)), output)
    elif format_ == "json":
        write(json_text(result.to_json()), output)
    elif format_ == "html":
        write(routes_html(result), output)
    else:
        write_rows(result.to_arrow().to_pylist(), format_, output, "Routes")
