"""`scan_html`: the report of a scan as one file that needs neither network nor script."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from umweg.evidence import CAVEATS, EXPLANATIONS, Status
from umweg.flows.policy import load_policy
from umweg.flows.result import OWN_FILE, CountryResult, Run, ScanResult
from umweg.geography import is_country, name_of
from umweg.regime import Regime
from umweg.report import figures, words
from umweg.report import number_formats as nf
from umweg.report.events import label_of, marked, reference_of

CORRIDORS = 40
"""Corridors in the table; all of them are in the workbook and the CSV."""


@cache
def environment() -> Environment:
    """The templates of the pages, with their filters."""
    env = Environment(
        loader=PackageLoader("umweg.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        money=nf.money, millions=nf.millions, factor=nf.factor, share=nf.share,
        decimal=nf.decimal, probability=nf.probability, code=nf.code, vintage=nf.vintage,
        window=nf.window, web=_web, together=_together,
    )  # fmt: skip
    return env


def scan_html(result: ScanResult, regime: Regime) -> str:
    """The report of a scan.

    Args:
        result: What the scan answered.
        regime: The law as data, for the dates of the measures and the titles of the lists.
    """
    run = result.run
    events = marked(run, regime)
    titles = tuple(
        regime.list_infos[x].title if x in regime.list_infos else x for x in run.goods_lists
    )
    drawn = [
        f
        for f in (figures.legs(result, events.drawn), figures.heat(result), figures.gaps(result))
        if f is not None
    ]
    return environment().get_template("scan.html.j2").render(
        run=run,
        target=name_of(run.target),
        question=words.question(result, titles),
        summary=words.summary(result),
        direct=words.direct(result),
        answers=words.answers(result),
        corridors_said=words.corridors(result),
        volumes_said=words.volumes(result),
        unconfirmed=words.unconfirmed(result),
        no_proof=words.NO_PROOF,
        symbols=words.SYMBOLS,
        labels=words.LABELS,
        meanings=[(v, words.MEANINGS[v]) for v in words.ORDER],
        countries=[_country_row(c, run) for c in result.countries],
        figures={f.id: f for f in drawn},
        svg=Markup,  # drawn by us; its only foreign text is escaped in charts.svg
        measures=[(label_of(e, i), e) for i, e in enumerate(events.drawn, 1)],
        other_measures=events.others,
        reference_of=reference_of,
        corridors=result.corridors[:CORRIDORS],
        corridor_count=len(result.corridors),
        name_of=name_of,
        untested=_untested(result),
        caveats=_caveats(result),
        explanations=EXPLANATIONS,
        origins=run.origins,
        command=command(run),
        own_policy=run.policy_sha256 != load_policy(None).sha256,
        list_titles=list(zip(run.goods_lists, titles, strict=True)),
    )  # fmt: skip


_AMOUNT = re.compile(r"([A-Z]{3}) (\d[\d,.]*)(?: (m|bn)\b)?|(\d) %")


def _together(text: str) -> str:
    """The same text with no line break inside an amount or before a per cent sign."""
    return _AMOUNT.sub(lambda m: m.group(0).replace(" ", "\N{NO-BREAK SPACE}"), text)


def _web(url: str | None) -> str:
    """An address that may become a link: only web pages, whatever a data file says."""
    return url if url and re.match(r"https?://", url) else ""


def _country_row(c: CountryResult, run: Run) -> dict[str, Any]:
    money = run.ratio_currency
    gap, rate = nf.difference(
        c.inbound_before_reported, c.inbound_after_reported, (run.before, run.after)
    )
    mirror = c.signals.mirror_gap
    return {
        "country": c,
        "inbound": (
            "from nothing" if c.inbound_ratio is None else nf.factor(c.inbound_ratio),
            nf.money(gap, money, plus=True) + rate,
            f"{nf.money(c.inbound_before_reported, money)} →",
            nf.money(c.inbound_after_reported, money),
        ),
        "control": (
            (nf.factor(c.control_ratio), "")
            if c.control_ratio is not None
            else (nf.factor(c.control_growth), "in USD" if c.control_growth is not None else "")
        ),
        "excess": (
            nf.money(c.inbound_excess_usd, plus=True),
            nf.interval(c.ci_low_usd, c.ci_high_usd),
        ),
        "arrival": (
            f"M/X {nf.decimal(mirror.value)}, lowest before {nf.decimal(mirror.expected)}"
            if mirror.status is not Status.CANNOT_TELL
            else ""
        ),
        "gaps": [(y, nf.share(s)) for y, s in sorted(c.gap_share_raw_by_year.items())],
        "onward": nf.factor(c.onward_ratio) if c.onward_ratio is not None else "",
        "signals": words.by_status(c),
        "confirmation": words.confirmation(c),
    }  # fmt: skip


def _untested(result: ScanResult) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was not tested, by reason, countries with their names."""
    found: Mapping[str, list[tuple[str, str]]] = defaultdict(list)
    for n in result.not_tested:
        what = f"{name_of(n.what)} ({n.what})" if is_country(n.what) else n.what
        found[n.why].append((what, n.missing))
    return list(found.items())


def _caveats(result: ScanResult) -> list[dict[str, Any]]:
    """Each caveat once: its sentence, its particulars, the countries, the number of corridors."""
    places: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for c in result.countries:
        for caveat in c.caveats:
            places[caveat.key][caveat.detail].append(c.name)
    corridors: dict[str, int] = defaultdict(int)
    for corridor in result.corridors:
        for caveat in corridor.caveats:
            corridors[caveat.key] += 1
    return [
        {
            "key": key,
            "text": text,
            "places": [
                (_all_or(names, result), detail) for detail, names in places[key].items()
            ],
            "corridors": corridors[key],
        }
        for key, text in CAVEATS.items()
        if key in places or key in corridors
    ]  # fmt: skip


def _all_or(names: list[str], result: ScanResult) -> str:
    if len(names) == len(result.countries) > 1:
        return "all countries"
    return nf.listing(names)


def command(run: Run) -> str:
    """The command line that asks the same question again."""
    confirm = ["--confirm", run.confirm] if run.confirm else []
    transit = ["--transit", ",".join(run.transit_asked)] if run.transit_asked else []
    files = {o.title: o.origin_id for o in run.origins if o.publisher == OWN_FILE}
    if files:
        named = [x for option, file in files.items() for x in (f"--{option}", file)]
        return shlex.join(
            ["umweg", "scan", *named, *transit, "--fdr", f"{run.fdr:g}", *confirm, "--format",
             "html", "-o", "report.html"]
        )  # fmt: skip
    parts = ["umweg", "scan", "--target", run.target]
    if run.programme:
        parts += ["--programme", run.programme]
    parts += transit
    for name in run.goods_lists:
        parts += ["--goods-list", name]
    for code in run.codes:
        parts += ["--codes", code]
    if run.tier is not None:
        parts += ["--tier", run.tier]
    parts += ["--before", run.before, "--after", run.after, "--currency", run.ratio_currency]
    if run.complete_reporters:
        parts.append("--complete-reporters")
    if run.codes_in_both:
        parts.append("--codes-in-both")
    if run.fdr != load_policy(None).q:
        parts += ["--fdr", f"{run.fdr:g}"]
    if run.preset != "control":
        parts += ["--preset", run.preset]
    parts += confirm
    parts += ["--as-of", run.as_of, "--format", "html", "-o", "report.html"]
    return shlex.join(parts)
