"""`umweg data fetch`: publishers' files from their own hosts into the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umweg.cli.fetch_view import ASKED, plan_row, row, show, told, told_or_empty, tools
from umweg.cli.output import (
    Format,
    NoColor,
    Output,
    Quiet,
    StoreDir,
    Verbose,
    check_format,
    say,
)
from umweg.errors import EXIT_OK, UmwegError, UsageError

if TYPE_CHECKING:
    from umweg.settings import Settings
    from umweg.sources.source import Source

app = typer.Typer(
    name="fetch",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Download from a publisher's own hosts, check, and import; nothing is stored by halves.",
)

Offline = Annotated[
    bool, typer.Option("--offline", help="Never use the network: this verb refuses then.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the addresses that would be asked, and ask none.")
]
Again = Annotated[
    bool, typer.Option("--again", help="Ask for the bytes even where they are unchanged.")
]
MaxSize = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Refuse a larger file, such as 500MB or 2GB.")
]
MaxMinutes = Annotated[
    float, typer.Option(metavar="N", min=0.01, help="Give up on a file after so many minutes.")
]
Dataset = Annotated[
    str | None, typer.Option(metavar="NAME", help="Data set to store it as; default a fixed one.")
]
Comma = "separated by commas"


@app.command("lists", short_help="Sanctions and export-control lists")
def lists_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="ofac, un, uk, eu, ca, csl, opensanctions."),
    ] = None,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Store a list although it lost many entities.")
    ] = False,
    again: Again = False,
    dry_run: DryRun = False,
    max_size: MaxSize = None,
    max_minutes: MaxMinutes = 60,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Sanctions and export-control lists; all of them without a name. Unchanged ones stay.

    Example: umweg data fetch lists ofac eu --store my-store
    """
    check_format(format_, output)
    from umweg.sources.fetching.published import fetch_published

    sources, limit = _list_sources(names or []), _bytes(max_size)
    if dry_run:
        rows = [plan_row(s.name, d) for s in sources for d in s.downloads]
        show(rows, format_, output, no_color, ASKED)
        return
    settings = _settings(store_dir, offline, no_color)
    rows, code = [], EXIT_OK
    with tools(settings, max_minutes, quiet, verbose) as (
        store,
        downloader,
    ):
        for source in sources:
            try:
                fetched = fetch_published(
                    source,
                    store,
                    downloader,
                    again=again,
                    allow_shrink=allow_shrink,
                    max_bytes=limit,
                )
            except UmwegError as error:
                # One publisher that is away must not keep the others from being fetched.
                if len(sources) == 1:
                    raise
                say(f"umweg: {source.name}: {error}")
                code = max(code, error.exit_code)
                rows.append(row(source.name, None, "failed"))
                continue
            rows.append(told(fetched, quiet))
    show(rows, format_, output, no_color)
    if code:
        raise typer.Exit(code)


@app.command("comtrade", short_help="UN Comtrade, by its API")
def comtrade_command(
    reporter: Annotated[
        str, typer.Option(metavar="ALPHA3", help=f"Who declared; several {Comma}.")
    ],
    periods: Annotated[
        str, typer.Option(metavar="FROM..TO", help="Months 2021-01..2022-12, or years 2021..2022.")
    ],
    partner: Annotated[
        str, typer.Option(metavar="ALPHA3", help=f"The other side; several {Comma}; or all.")
    ] = "all",
    flow: Annotated[
        str, typer.Option(metavar="FLOW", help=f"X, M, RX, RM; several {Comma}.")
    ] = "X,M",
    codes: Annotated[
        str,
        typer.Option(
            metavar="CODES", help=f"2, 4 or 6 digits, {Comma}; TOTAL; AG6 for all of six digits."
        ),
    ] = "TOTAL",
    nomenclature: Annotated[
        str, typer.Option(metavar="HS", help="HS as reported, or H0 (1988/92) to H6 (2022).")
    ] = "HS",
    bulk: Annotated[
        bool, typer.Option("--bulk", help="Whole files of the reporters and periods (needs a key).")
    ] = False,
    async_: Annotated[
        bool, typer.Option("--async", help="Have one file made of a large question (needs a key).")
    ] = False,
    dataset: Dataset = None,
    again: Again = False,
    dry_run: DryRun = False,
    max_minutes: MaxMinutes = 60,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """UN Comtrade by its API. The key comes from UMWEG_COMTRADE_KEY; the preview without one.

    Example: umweg data fetch comtrade --reporter KAZ --codes 854231 --periods 2021..2023
    """
    check_format(format_, output)
    from umweg.periods import Window
    from umweg.sources.fetching.comtrade import ComtradeFetch, comtrade_key, query_urls
    from umweg.sources.registry import source_named
    from umweg.sources.trade.comtrade_api import ComtradeQuery, async_url, bulk_url

    if bulk and async_:
        raise UsageError("--bulk and --async are two ways", next_step="leave one of them out")
    query = ComtradeQuery(
        reporters=_some(reporter, upper=True),
        periods=Window.parse(periods).periods,
        partners=_some(partner, upper=True),
        flows=_some(flow, upper=True),
        codes=_some(codes, upper=True),
        classification=nomenclature.upper(),
    )
    key = comtrade_key()
    if dry_run:
        urls = query_urls(query, with_key=key is not None)
        urls = [bulk_url(query)] if bulk else [async_url(query)] if async_ else urls
        rows = [{"source": "comtrade", "file": "", "url": url} for url in urls]
        show(rows, format_, output, no_color, ASKED)
        return
    with tools(_settings(store_dir, offline, no_color), max_minutes, quiet, verbose, 1.0) as (
        store,
        downloader,
    ):
        fetch = ComtradeFetch(source_named("comtrade"), store, downloader, key=key, again=again)
        ask = fetch.fetch_bulk if bulk else fetch.fetch_async if async_ else fetch.fetch
        rows = [told_or_empty("comtrade", ask(query, dataset), quiet)]
    show(rows, format_, output, no_color)


@app.command("comext", short_help="Eurostat Comext: selections, months")
def comext_command(
    reporter: Annotated[str, typer.Option(metavar="ALPHA3", help=f"Member states, {Comma}.")] = "",
    periods: Annotated[
        str, typer.Option(metavar="FROM..TO", help="Months 2021-01..2022-12, or years.")
    ] = "",
    partner: Annotated[
        str, typer.Option(metavar="ALPHA3", help=f"The other side; several {Comma}; or all.")
    ] = "all",
    flow: Annotated[str, typer.Option(metavar="FLOW", help="X, M or both.")] = "X,M",
    codes: Annotated[
        str, typer.Option(metavar="CODES", help=f"2, 4, 6 or 8 digits, {Comma}; TOTAL.")
    ] = "",
    bulk: Annotated[
        str | None,
        typer.Option(metavar="FROM..TO", help="Whole months instead: everything of each."),
    ] = None,
    dataset: Dataset = None,
    again: Again = False,
    dry_run: DryRun = False,
    max_size: MaxSize = None,
    max_minutes: MaxMinutes = 60,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Eurostat Comext: a selection by its SDMX API, or whole months as bulk files (7z).

    Example: umweg data fetch comext --reporter DEU --codes 85423190 --periods 2021..2023
    """
    check_format(format_, output)
    from umweg.periods import Window
    from umweg.sources.fetching.comext import ComextFetch, ComextQuery, bulk_downloads
    from umweg.sources.fetching.published import fetch_published
    from umweg.sources.registry import source_named

    if bulk is not None and (reporter or periods or codes):
        raise UsageError(
            "--bulk fetches whole months: a selection has no meaning beside it",
            next_step="leave out --bulk, or --reporter, --periods and --codes",
        )
    if bulk is None and not periods:
        raise UsageError(
            "no periods are named", next_step="add --periods 2021-01..2022-12, or --bulk 2024-01"
        )
    limit = _bytes(max_size)
    months = bulk_downloads(Window.parse(bulk)) if bulk is not None else []
    query = (
        None
        if bulk is not None
        else ComextQuery(
            _some(reporter, upper=True),
            _some(partner, upper=True),
            _some(flow, upper=True),
            _some(codes, upper=True),
            Window.parse(periods),
        )
    )
    if dry_run:
        rows = [plan_row("comext", d) for d in months]
        if query is not None:
            rows += [{"source": "comext", "file": "", "url": q.url} for q in query.parts()]
        show(rows, format_, output, no_color, ASKED)
        return
    rows = []
    with tools(_settings(store_dir, offline, no_color), max_minutes, quiet, verbose) as (
        store,
        downloader,
    ):
        source = source_named("comext")
        if query is not None:
            found = ComextFetch(source, store, downloader, again=again).fetch(query, dataset)
            rows.append(told_or_empty("comext", found, quiet))
        for download in months:
            month = re.sub(r"\D", "", download.file.partition("_v2_")[2])
            fetched = fetch_published(
                source,
                store,
                downloader,
                downloads=[download],
                dataset=f"{dataset or 'bulk'}-{month[:4]}-{month[4:6]}",
                again=again,
                max_bytes=limit,
            )
            rows.append(told(fetched, quiet))
    show(rows, format_, output, no_color)


@app.command("baci", short_help="BACI of CEPII, one HS edition")
def baci_command(
    nomenclature: Annotated[
        str, typer.Option(metavar="HS", help="HS92, HS96, HS02, HS07, HS12, HS17 or HS22.")
    ] = "HS17",
    release: Annotated[
        str | None, typer.Option(metavar="YYYYMM", help="Release of CEPII, such as 202601.")
    ] = None,
    again: Again = False,
    dry_run: DryRun = False,
    max_size: MaxSize = None,
    max_minutes: MaxMinutes = 240,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """BACI of CEPII, one archive an edition (some gigabytes). Never used for mirror gaps.

    Example: umweg data fetch baci --nomenclature HS17 --store my-store
    """
    check_format(format_, output)
    from umweg.sources.fetching.baci import RELEASE, baci_download
    from umweg.sources.fetching.published import fetch_published
    from umweg.sources.registry import source_named

    download, limit = baci_download(nomenclature, release or RELEASE), _bytes(max_size)
    if dry_run:
        show([plan_row("baci", download)], format_, output, no_color, ASKED)
        return
    with tools(_settings(store_dir, offline, no_color), max_minutes, quiet, verbose) as (
        store,
        downloader,
    ):
        fetched = fetch_published(
            source_named("baci"),
            store,
            downloader,
            downloads=[download],
            dataset=nomenclature.lower(),
            again=again,
            max_bytes=limit,
        )
        rows = [told(fetched, quiet)]
    show(rows, format_, output, no_color)


@app.command("ecb", short_help="Euro reference rates of the ECB")
def ecb_command(
    again: Again = False,
    dry_run: DryRun = False,
    max_minutes: MaxMinutes = 10,
    store_dir: StoreDir = None,
    format_: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Euro reference rates of the ECB: the whole history, in the place of the packaged one.

    Example: umweg data fetch ecb --store my-store
    """
    check_format(format_, output)
    from umweg.sources.fetching.published import fetch_published
    from umweg.sources.registry import source_named

    source = source_named("ecb")
    if dry_run:
        show([plan_row("ecb", d) for d in source.downloads], format_, output, no_color, ASKED)
        return
    with tools(_settings(store_dir, offline, no_color), max_minutes, quiet, verbose) as (
        store,
        downloader,
    ):
        rows = [told(fetch_published(source, store, downloader, again=again), quiet)]
    show(rows, format_, output, no_color)


# -- words in -------------------------------------------------------------------------------------


def _list_sources(names: Sequence[str]) -> list[Source]:
    from umweg.sources.offered import LIST_GROUPS
    from umweg.sources.registry import source_named

    known = LIST_GROUPS | {s: (s,) for group in LIST_GROUPS.values() for s in group}
    if unknown := [n for n in names if n not in known]:
        raise UsageError(
            f"no list is fetched by the name '{unknown[0]}'",
            allowed=", ".join(known),
            next_step="choose among them, or name none for all",
        )
    wanted = [s for n in names or LIST_GROUPS for s in known[n]]
    return [source_named(s) for s in dict.fromkeys(wanted)]


def _some(text: str, *, upper: bool = False) -> tuple[str, ...]:
    """Values separated by commas; none for `all`."""
    values = tuple(dict.fromkeys(v.strip() for v in text.split(",") if v.strip()))
    if [v.lower() for v in values] == ["all"]:
        return ()
    return tuple(v.upper() for v in values) if upper else values


def _bytes(text: str | None) -> int | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    if found is None:
        raise UsageError(
            f"{text!r} is no size", where="--max-size", allowed="a number with KB, MB or GB"
        )
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))


def _settings(store_dir: Path | None, offline: bool, no_color: bool) -> Settings:
    from umweg.settings import load_settings

    return load_settings(store=store_dir, offline=offline or None, no_color=no_color or None)
