"""`umweg scan`: corridors and countries, their signals and verdicts."""

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
    StoreDir,
    Verbose,
    check_format,
    parse_day,
    say,
    write,
    writing,
)
from umweg.errors import EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_OK, UsageError
from umweg.report.plain_text import Style, width

if TYPE_CHECKING:
    from umweg.flows import ScanResult
    from umweg.regime import Regime

FAIL_ON = ("never", "alert", "review", "cannot-tell")


def scan_command(
    target: Annotated[str, typer.Option(help="Sanctioned territory, alpha-3.")] = "RUS",
    programme: Annotated[
        str | None, typer.Option(help="Only this programme's goods lists.")
    ] = None,
    transit: Annotated[
        list[str] | None,
        typer.Option(help="Transit country, alpha-3; repeat, or separate by commas."),
    ] = None,
    goods_list: Annotated[
        list[str] | None,
        typer.Option(help="Goods list of the regime (see `umweg regime measures`), or a CSV."),
    ] = None,
    codes: Annotated[
        list[str] | None,
        typer.Option(help="Only these goods: 8542, 8542.31, 85423190, 8541-8543; repeatable."),
    ] = None,
    tier: Annotated[str | None, typer.Option(help="Only this tier of the goods list.")] = None,
    before: Annotated[
        str, typer.Option(help="Window before the measures.", metavar="FROM..TO")
    ] = "2021-01..2021-11",
    after: Annotated[
        str, typer.Option(help="Window after the measures.", metavar="FROM..TO")
    ] = "2022-01..2022-11",
    frequency: Annotated[
        str | None, typer.Option(help="M or A; must fit the windows.", metavar="M|A")
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="Currency of the ratio: USD, or what all exporters reported in."),
    ] = None,
    complete_reporters: Annotated[
        bool, typer.Option("--complete-reporters", help="Leave out reporters that miss a month.")
    ] = False,
    codes_in_both: Annotated[
        bool, typer.Option("--codes-in-both", help="Only codes reported in both windows.")
    ] = False,
    preset: Annotated[
        str,
        typer.Option(help="control (growth against a control group) or commission."),
    ] = "control",
    flows: Annotated[
        Path | None,
        typer.Option(
            help="Scan these figures instead of the store's: Parquet or CSV with reporter, "
            "partner, flow (X FOB, M CIF), period (YYYY-MM), nomenclature, code, value_usd, "
            "net_weight_kg.",
            metavar="FILE",
        ),
    ] = None,
    goods: Annotated[
        Path | None,
        typer.Option(
            help="With --flows: code, nomenclature, restricted_from, tier.", metavar="FILE"
        ),
    ] = None,
    roles: Annotated[
        Path | None,
        typer.Option(
            help="With --flows: country, role (coalition, target, transit, neutral).",
            metavar="FILE",
        ),
    ] = None,
    concordance: Annotated[
        Path | None,
        typer.Option(
            help="With --flows: hs2022, hs2017; else the packaged correlation tables.",
            metavar="FILE",
        ),
    ] = None,
    fdr: Annotated[
        float | None,
        typer.Option(help="False-discovery rate at which a signal fires (policy: 0.10)."),
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option(
            help="ppml: a regression beside the verdict of countries that are alert or review, or "
            "of those named with --transit (extra 'econ').",
            metavar="METHOD",
        ),
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file with the thresholds.")] = None,
    show_policy: Annotated[
        bool, typer.Option("--show-policy", help="Print the packaged policy file and stop.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(help="The regime as it stood on this day.", metavar="DATE")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the signals in the store for other commands.")
    ] = False,
    fail_on: Annotated[str, typer.Option(help="never, alert, review or cannot-tell.")] = "never",
    format_: Format = "table",
    output: Output = None,
    report_file: Annotated[
        Path | None,
        typer.Option("--report", help="Write the HTML report to this file as well."),
    ] = None,
    top: Annotated[int, typer.Option(help="Corridors in the table.", min=0)] = 10,
    store_dir: StoreDir = None,
    engine: Annotated[str | None, typer.Option(help="duckdb or spark.")] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Through which transit countries did restricted goods surge, and what can be said of it?

    Without options: the packaged sample of real figures, EU exports of the goods on the EU list
    of 2022-10-07, January to November 2021 against 2022.

    \b
    umweg scan
    umweg scan --transit KGZ,ARM --codes 8542 --complete-reporters
    umweg scan --report report.html
    umweg scan --flows flows.parquet --goods goods.csv --roles roles.csv --fdr 0.05
    umweg scan --flows flows.parquet --goods goods.csv --roles roles.csv --confirm ppml
    umweg scan --format json -o scan.json
    """
    if show_policy:
        from umweg.flows.policy import DEFAULT

        typer.echo(DEFAULT.read_text("utf-8"), nl=False)
        return EXIT_OK
    check_format(format_, output)
    if fail_on not in FAIL_ON:
        raise UsageError(f"--fail-on does not know '{fail_on}'", allowed=", ".join(FAIL_ON))
    for file in (output, report_file):
        if file is not None and not file.parent.is_dir():
            raise UsageError(
                "the folder of the output file does not exist",
                where=str(file.parent),
                next_step="make the folder, or choose another file",
            )

    from umweg.flows import ScanOptions, save_signals, scan
    from umweg.periods import Window
    from umweg.regime import load
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    if flows is not None or goods is not None or roles is not None:
        from umweg.flows import scan_files

        files = _files(flows, goods, roles)
        named = tuple(c.upper() for c in _split(transit, "--transit"))
        result = scan_files(
            *files, concordance, fdr=fdr, confirm=confirm, named=named, policy=policy
        )
        _finish(result, load(), format_, output, report_file, top, no_color, quiet)
        return _exit_code(result, fail_on)
    if concordance is not None:
        raise UsageError(
            "--concordance belongs to --flows", next_step="name --flows, --goods and --roles"
        )
    options = ScanOptions(
        target=target.upper(),
        programme=programme,
        transit=tuple(c.upper() for c in _split(transit, "--transit")),
        goods_list=_split(goods_list, "--goods-list"),
        codes=_split(codes, "--codes"),
        tier=tier,
        before=Window.parse(before),
        after=Window.parse(after),
        currency=currency,
        complete_reporters=complete_reporters,
        codes_in_both=codes_in_both,
        preset=preset,
        as_of=parse_day(as_of, "--as-of"),
        policy=policy,
        fdr=fdr,
        confirm=confirm,
    )
    if frequency is not None and frequency.upper() != options.before.freq:
        raise UsageError(
            f"--frequency {frequency} does not fit the windows {before} and {after}",
            allowed="M with YYYY-MM..YYYY-MM, A with YYYY..YYYY",
        )
    settings = load_settings(store=store_dir, engine=engine, offline=offline or None)
    store = open_configured(settings, create=save)
    say(f"store: {store.root}", quiet=not verbose)
    regime = load()
    result = scan(store, options, regime=regime)
    if save:
        snapshot = save_signals(store, result)
        say(f"signals saved as {snapshot}", quiet=quiet)
    _finish(result, regime, format_, output, report_file, top, no_color, quiet)
    return _exit_code(result, fail_on)


def _files(flows: Path | None, goods: Path | None, roles: Path | None) -> tuple[Path, Path, Path]:
    if flows is None or goods is None or roles is None:
        named = {"--flows": flows, "--goods": goods, "--roles": roles}
        raise UsageError(
            "a scan of files needs all three of --flows, --goods and --roles",
            where="missing: " + ", ".join(n for n, f in named.items() if f is None),
            next_step="see `umweg scan --help` for their columns",
        )
    return flows, goods, roles


def _finish(
    result: ScanResult,
    regime: Regime,
    format_: str,
    output: Path | None,
    report_file: Path | None,
    top: int,
    no_color: bool,
    quiet: bool,
) -> None:
    _write(result, regime, format_, output, top, no_color)
    if report_file is not None:
        _write(result, regime, "html", report_file, top, no_color)
    for file in (output, report_file):
        if file is not None:
            say(f"written to {file}", quiet=quiet)


def _split(values: list[str] | None, option: str) -> tuple[str, ...]:
    found = tuple(x.strip() for v in values or () for x in v.split(",") if x.strip())
    if values and not found:
        # An empty variable of a script must not become the question about everything.
        raise UsageError(
            f"{option} is empty", where=option, next_step="give a value or leave it out"
        )
    return found


def _write(
    result: ScanResult,
    regime: Regime,
    format_: str,
    output: Path | None,
    top: int,
    no_color: bool,
) -> None:
    from umweg import report

    if format_ == "xlsx":
        assert output is not None  # noqa: S101 - checked before the scan ran
        with writing(output):
            report.scan_xlsx(result, output)
        return
    if format_ == "json":
        text = report.scan_json(result)
    elif format_ == "csv":
        text = report.scan_csv(result)
    elif format_ == "html":
        text = report.scan_html(result, regime)
    else:
        style = Style(no_color, output)
        text = report.scan_text(result, width=width(), top=top, color=style.on)
    write(text if text.endswith("\n") else text + "\n", output)


def _exit_code(result: ScanResult, fail_on: str) -> int:
    from umweg.evidence import Verdict

    verdicts = result.verdicts
    if fail_on == "never":
        return EXIT_OK
    if Verdict.ALERT in verdicts or (fail_on != "alert" and Verdict.REVIEW in verdicts):
        return EXIT_FINDINGS
    if fail_on == "cannot-tell" and (Verdict.CANNOT_TELL in verdicts or not result.countries):
        return EXIT_CANNOT_TELL
    return EXIT_OK
