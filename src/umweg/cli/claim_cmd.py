"""`umweg claim`: public statements put to the test."""

from __future__ import annotations

from collections.abc import Sequence
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
    parse_today,
    say,
    show,
    write,
    write_rows,
    writing,
)
from umweg.errors import EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_OK, UsageError
from umweg.report.plain_text import Style, json_text

if TYPE_CHECKING:
    from umweg.claims import Claim, ClaimResult, Figures
    from umweg.regime import Regime
    from umweg.store import Store

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

FAIL_ON = ("never", "contradicted", "mixed", "cannot-tell")
OUTPUTS = ("table", "json", "csv", "xlsx", "html", "svg", "png", "claimreview")

Which = Annotated[
    str, typer.Argument(metavar="CLAIM", help="Its name in the library, or the path of its file.")
]
Claims = Annotated[
    list[Path] | None,
    typer.Option("--claims", metavar="PATH", help="Your own claim files or folders; repeatable."),
]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only what was published by this day; today without it."),
]
Lang = Annotated[str, typer.Option("--lang", help="Language of the card: en, de or ru.")]


@app.command("list")
def list_command(
    claims: Claims = None,
    kind: Annotated[
        str | None, typer.Option(help="Only statement, denial, figure or measure.")
    ] = None,
    as_of: AsOf = None,
    format: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """The claims of the library, and your own.

    Example: umweg claim list --kind statement
    """
    check_format(format, output)
    until = parse_today(as_of) if as_of else None
    rows = [
        {
            "claim": c.id,
            "kind": c.kind,
            "said_on": c.said_on.isoformat() if c.said_on else c.said_text,
            "speaker": c.speaker.name,
            "title": c.title,
            "parts": len(c.parts),
            "testable": sum(p.test != "none" for p in c.parts),
            "sources": [s.url for s in c.sources],
        }
        for c in _library(claims).values()
        if kind in (None, c.kind) and (until is None or c.said_on is None or c.said_on <= until)
    ]
    columns = [("claim", "claim"), ("said_on", "said on"), ("title", "title")]
    show(rows, columns, format, output, no_color, title="Claims", empty="No such claim.")


@app.command("show")
def show_command(
    claim: Which,
    claims: Claims = None,
    as_of: AsOf = None,
    format: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """One claim as its file describes it: who, when, where, the parts and their tests.

    Example: umweg claim show kz-14
    """
    check_format(format, output)
    from umweg.claims import find_claim

    found = find_claim(claim, claims or ())
    if format == "json":
        write(json_text(found.model_dump(mode="json", exclude_defaults=True)), output)
        return
    if format == "table":
        from umweg.report.claim_text import claim_text

        write(claim_text(found, Style(no_color, output)), output)
        return
    rows = [
        {"claim": found.id, "sentence": p.sentence, "test": p.test, **_flat_part(p)}
        for p in found.parts
    ]
    write_rows(rows, format, output, found.title)


@app.command("run")
def run_command(
    claim: Annotated[
        str | None,
        typer.Argument(metavar="[CLAIM]", help="Its name in the library, or its file."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every claim of the library.")] = False,
    claims: Claims = None,
    as_of: AsOf = None,
    store_dir: StoreDir = None,
    lang: Lang = "en",
    fail_on: Annotated[
        str, typer.Option(help="never, contradicted, mixed, cannot-tell.")
    ] = "never",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="table, json, csv, xlsx, html (the card), svg, png (its chart), claimreview.",
        ),
    ] = "table",
    output: Output = None,
    card: Annotated[
        Path | None,
        typer.Option("--card", help="Write the claim card (HTML) to this file as well."),
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Put a claim to the test: a verdict on each part, with numbers, rows and what is missing.

    The verdict is computed from what was published by --as-of and from the law as held; it is
    never stronger than these.

    \b
    umweg claim run kz-14
    umweg claim run kz-14 --as-of 2023-09-28
    umweg claim run pe-051 --format html --lang de -o card.html
    umweg claim run --all --format json -o verdicts.json

    Example: umweg claim run kz-14
    """
    check_format(format_, output, OUTPUTS)
    _check_run(claim, all_, format_, output, lang, fail_on)
    from umweg.claims import find_claim, run_claims

    own = claims or ()
    chosen = list(_library(own).values()) if claim is None else [find_claim(claim, own)]
    figures = _figures(store_dir, as_of, offline, verbose and not quiet)
    results = run_claims(chosen, figures)
    _write_results(results, figures, format_, output, lang, no_color, many=claim is None)
    if card is not None:
        _write_results(results, figures, "html", card, lang, no_color, many=claim is None)
    for file in (output, card):
        if file is not None:
            say(f"written to {file}", quiet=quiet)
    return _exit_code(results, fail_on)


@app.command("history")
def history_command(
    claim: Which,
    claims: Claims = None,
    as_of: AsOf = None,
    store_dir: StoreDir = None,
    format: Format = "table",
    output: Output = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """How the verdict changed as figures came in, from the day the claim was made.

    Example: umweg claim history kz-14
    """
    check_format(format, output)
    from umweg.claims import find_claim, history

    found = find_claim(claim, claims or ())
    store, regime = _store(store_dir, offline, verbose and not quiet), _regime()
    stages = history(found, store, regime, parse_today(as_of))
    rows: list[dict[str, Any]] = [
        {**s.to_dict(), "changed": "yes" if s.changed else "no"} for s in stages
    ]
    if format == "table":
        for r in rows:
            r["parts"] = ", ".join(r["parts"])
            r["came_in"] = ", ".join(r["came_in"]) or "–"
    columns = [
        ("as_of", "as of"), ("verdict", "verdict"), ("parts", "parts"), ("came_in", "came in"),
    ]  # fmt: skip
    title = f"Verdicts on {found.id}: {found.title}"
    show(rows, columns, format, output, no_color, title=title,
         empty="Nothing was published between the statement and that day.")  # fmt: skip


@app.command("new")
def new_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the claim file is written.")],
    id_: Annotated[str | None, typer.Option("--id", help="Identifier.")] = None,
    title: Annotated[str | None, typer.Option(help="A short title.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Who said it.")] = None,
    role: Annotated[str | None, typer.Option(help="Office or role.")] = None,
    said_on: Annotated[str | None, typer.Option(metavar="DATE", help="The day.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the original: ru, de …")] = None,
    paraphrase: Annotated[str | None, typer.Option(help="What was said, in your words.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it can be read: a web address.")] = None,
    source_kind: Annotated[str | None, typer.Option(help="agency, press, interview …")] = None,
    test: Annotated[str | None, typer.Option(help="Name of the test.")] = None,
    reporter: Annotated[str | None, typer.Option(help="Whose trade, alpha-3.")] = None,
    partner: Annotated[str | None, typer.Option(help="With whom, alpha-3.")] = None,
    goods: Annotated[str | None, typer.Option(help="TOTAL, codes, or a goods list.")] = None,
    period: Annotated[str | None, typer.Option(help="2023 H1, 2022-01..2022-11 …")] = None,
    value: Annotated[
        float | None, typer.Option(help="The number stated, where there is one.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="USD m, EUR bn, % …")] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Ask for what a claim file needs, and write a valid one. Options answer in advance.

    Example: umweg claim new my-claim.yaml --test trades_no_listed_goods
    """
    from umweg.claims.drafting import QUESTIONS, draft

    if file.exists():
        raise UsageError(
            "the file exists already",
            where=str(file),
            next_step="choose another name, or remove it",
        )
    given: dict[str, Any] = {
        "id": id_, "title": title, "speaker": speaker, "role": role, "said_on": said_on,
        "language": language, "paraphrase": paraphrase, "source": source,
        "source_kind": source_kind, "test": test, "reporter": reporter, "partner": partner,
        "goods": goods, "period": period, "value": value, "unit": unit,
    }  # fmt: skip
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        if not question.asked(answers):
            continue
        known = given.get(question.key)
        answers[question.key] = (
            str(known)
            if known is not None
            else typer.prompt(question.text, default=question.default, err=True)
        ).strip()
    text = draft(answers, _regime())
    with writing(file):
        file.write_text(text, encoding="utf-8")
    say(f"written to {file}; next: umweg claim run {file}", quiet=quiet)


def _library(claims: Sequence[Path] | None) -> dict[str, Claim]:
    from umweg.claims import load_library

    return load_library(claims or ())


def _flat_part(part: Any) -> dict[str, Any]:
    expect = getattr(part, "expect", None)
    return {
        "parameters": part.parameters.model_dump_json() if hasattr(part, "parameters") else "",
        "expect": expect.model_dump_json() if expect is not None else "",
        "needs": list(getattr(part, "needs", ())),
    }


def _check_run(
    claim: str | None, all_: bool, format_: str, output: Path | None, lang: str, fail_on: str
) -> None:
    if (claim is None) == (not all_):
        raise UsageError(
            "name one claim, or ask for all of them",
            where="umweg claim run",
            allowed="CLAIM, or --all",
            next_step="see `umweg claim list`",
        )
    if fail_on not in FAIL_ON:
        raise UsageError(f"--fail-on does not know '{fail_on}'", allowed=", ".join(FAIL_ON))
    if lang not in ("en", "de", "ru"):
        raise UsageError(f"--lang does not know '{lang}'", allowed="en, de, ru")
    if all_ and format_ in ("svg", "png"):
        raise UsageError(f"{format_} is for one claim", next_step="name the claim")
    if format_ == "png" and output is None:
        raise UsageError("a picture needs a file", where="--format png", next_step="add -o FILE")


def _regime() -> Regime:
    from umweg.regime import load

    return load()


def _store(store_dir: Path | None, offline: bool, told: bool) -> Store:
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    store = open_configured(load_settings(store=store_dir, offline=offline or None))
    say(f"store: {store.root}", quiet=not told)
    return store


def _figures(store_dir: Path | None, as_of: str | None, offline: bool, told: bool) -> Figures:
    from umweg.claims import Figures

    day = parse_today(as_of)
    return Figures(_store(store_dir, offline, told), day, _regime())


def _write_results(
    results: Sequence[ClaimResult],
    figures: Figures,
    format_: str,
    output: Path | None,
    lang: str,
    no_color: bool,
    *,
    many: bool,
) -> None:
    if format_ == "json":
        # One shape whatever is asked: a list of results.
        write(json_text([r.to_dict() for r in results]), output)
    elif format_ == "table":
        from umweg.report.claim_text import results_text

        write(results_text(results, Style(no_color, output), brief=many), output)
    elif format_ in ("csv", "xlsx"):
        from umweg.claims.answer import flat

        write_rows(list(flat(results)), format_, output, "Verdicts on claims")
    elif format_ == "claimreview":
        from umweg.report.claim_review import claim_review

        write(json_text([claim_review(r) for r in results]), output)
    elif format_ == "html":
        from umweg.report.claim_card import claim_cards

        write(claim_cards(results, figures, lang), output)
    elif output is not None and format_ == "png":
        from umweg.report.claim_card import chart_png

        with writing(output):
            output.write_bytes(chart_png(results[0], lang))
    else:
        from umweg.report.claim_card import chart_svg

        write(chart_svg(results[0], lang), output)


def _exit_code(results: Sequence[ClaimResult], fail_on: str) -> int:
    found = {r.verdict.value for r in results}
    worst = {"contradicted": {"contradicted"}, "mixed": {"contradicted", "mixed"}}
    if found & worst.get(fail_on, set()):
        return EXIT_FINDINGS
    if fail_on == "cannot-tell" and "not-testable" in found:
        return EXIT_CANNOT_TELL
    return EXIT_OK
