"""The claim card: one page for one statement, self-contained, in the reader's language.

The claim's own words (title, paraphrase, sentences) keep the language in which the claim file is
written and are marked as such.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from umweg.claims.answer import ClaimResult, FlowRow, PartResult
from umweg.claims.figures import Figures
from umweg.errors import UsageError
from umweg.evidence import CAVEATS, EXPLANATIONS
from umweg.report import claim_words as words
from umweg.report.claim_chart import charts_of
from umweg.report.language import Language, language
from umweg.report.plain_text import csv_text
from umweg.report.row_files import flat
from umweg.version import __version__

ROWS_SHOWN = 25
"""Rows of figures in the page's own table; all of them are in the CSV behind it."""


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("umweg.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(web=_web, host=_host)
    return env


def claim_cards(results: Sequence[ClaimResult], figures: Figures, lang: str = "en") -> str:
    """One page with the card of every result.

    Args:
        results: The verdicts.
        figures: What they were computed on, for the publishers of the figures.
        lang: Language of everything but the claim's own words: en, de, ru.
    """
    reader = language(lang)
    cards = [_card(r, figures, reader) for r in results]
    title = results[0].claim.title if len(results) == 1 else reader("Verdicts on claims")
    return _environment().get_template("claim.html.j2").render(
        _=reader, lang=reader, cards=cards, title=title, words=words, version=__version__,
        svg=Markup,  # drawn by us; its only foreign text is escaped in charts.svg
    )  # fmt: skip


def chart_svg(result: ClaimResult, lang: str = "en") -> str:
    """The first chart of a claim, as SVG with its alternative text.

    Raises:
        UsageError: no part of the claim has a number to draw.
    """
    reader = language(lang)
    for part in result.parts:
        source = f"{reader('Source:')} {_source(part)}; umweg claim run {result.claim.id} "
        drawn = charts_of(
            part, reader, head=result.claim.title, foot=f"{source}--as-of {result.as_of}"
        )
        if drawn:
            return drawn[0].svg + "\n"
    raise UsageError(
        "this claim has no number to draw",
        where=result.claim.id,
        next_step="see its card: --format html",
    )


def chart_png(result: ClaimResult, lang: str = "en") -> bytes:
    """The first chart of a claim as a picture, two pixels for each of the SVG."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(chart_svg(result, lang), scale=2))


def _web(url: str) -> str:
    """An address that may become a link: only web pages, whatever a data file says."""
    return url if re.match(r"https?://", url) else ""


def _host(url: str) -> str:
    host = urllib.parse.urlsplit(url).hostname or url
    return host.removeprefix("www.")


def _card(result: ClaimResult, figures: Figures, lang: Language) -> dict[str, Any]:
    claim = result.claim
    origins = sorted(
        {
            (r.publisher or r.origin, r.origin, r.vintage, r.snapshot)
            for p in result.parts
            for r in p.outcome.rows
            if isinstance(r, FlowRow)
        }
    )
    facts = any(not isinstance(r, FlowRow) for p in result.parts for r in p.outcome.rows)
    return {
        "claim": claim,
        "result": result,
        "verdict": result.verdict,
        "said": lang.day(claim.said_on) if claim.said_on else claim.said_text,
        "as_of": lang.day(result.as_of),
        "parts": [_part(p, n, result, lang) for n, p in enumerate(result.parts, 1)],
        "methods": sorted({p.part.test for p in result.parts}),
        "origins": origins,
        "origin_facts": {
            (s, o): figures.rows.origin(s, o) for _, o, _, s in origins
        },
        "regime": result.regime_version if facts else "",
        "command": f"umweg claim run {claim.id} --as-of {result.as_of}",
    }  # fmt: skip


def _part(part: PartResult, number: int, result: ClaimResult, lang: Language) -> dict[str, Any]:
    o = part.outcome
    rows = [r.to_dict() for r in o.rows]
    return {
        "number": number,
        "sentence": part.part.sentence,
        "test": part.part.test,
        "verdict": o.verdict,
        "says": [lang.say(s) for s in o.says],
        "missing": [(lang.say(m.what), m.query) for m in o.missing],
        "charts": charts_of(part, lang),
        "caveats": [lang(CAVEATS[c.key]) + (f" {c.detail}" if c.detail else "") for c in o.caveats],
        "explanations": [lang(EXPLANATIONS[k]) for k in o.explanations],
        "changes": [lang.say(s) for s in o.would_change],
        "figures": [r for r in rows if r["table"] == "flows"][:ROWS_SHOWN],
        "facts": [r for r in rows if r["table"] != "flows"],
        "count": len(rows),
        "tolerance": _tolerance(part),
        "source": _source(part),
        "csv": _csv_url(rows),
        "csv_name": f"{result.claim.id}-{number}.csv",
    }


def _source(part: PartResult) -> str:
    """Who published the figures of a part, with their vintages: the line under a chart."""
    found = dict.fromkeys(
        f"{r.publisher or r.origin} ({r.vintage})"
        for r in part.outcome.rows
        if isinstance(r, FlowRow)
    )
    return "; ".join(found)


def _tolerance(part: PartResult) -> str:
    expect = getattr(part.part, "expect", None)
    return expect.tolerance.why if hasattr(expect, "tolerance") else ""  # type: ignore[union-attr]


def _csv_url(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a file inside the page."""
    keys = list(dict.fromkeys(k for r in rows for k in r))
    whole = [{k: r.get(k, "") for k in keys} for r in rows]
    return "data:text/csv;charset=utf-8," + urllib.parse.quote(csv_text(flat(whole)))
