"""The risk assessment of a seller of common high priority goods, in English and German."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from umweg.periods import last_day
from umweg.regime import Regime
from umweg.report.language import catalogue
from umweg.report.number_formats import factor, money
from umweg.screening.history import ALL, FASTER, History

ROWS = 60


def history_rows(told: History) -> list[dict[str, str]]:
    """The comparison for a terminal: growth as a factor and a difference."""
    return [
        {
            "destination": r.destination,
            "code": r.code + (f" (tier {r.tier})" if r.tier else ""),
            "own": factor(r.factor),
            "market": f"{factor(r.market_factor)} {r.market}".strip(),
            "status": r.status if not r.missing else f"{r.status}: {r.missing}",
            "difference": money(r.after - r.before, plus=True),
        }
        for r in told.rows
    ]


def assessment_html(told: History, regime: Regime, lang: str) -> str:
    """The risk assessment: exposure by goods, destination and growth, measures, what is missing.

    Args:
        told: The comparison of the firm's sales with the market.
        regime: The law, for the roles of the destinations.
        lang: `en` or `de`.
    """
    words = catalogue(lang, "assessment")
    locale = "en_GB" if lang == "en" else lang

    def say(text: str, **values: object) -> str:
        return words.gettext(text).format(**values)

    env = Environment(
        loader=PackageLoader("umweg.report", "templates"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    territories = Locale.parse(locale).territories
    env.globals.update(
        _=say,
        place=lambda code: territories.get(_alpha2(code), code),
        usd=lambda x: "–" if x is None else format_decimal(round(x), locale=locale),
        times=lambda x: "–" if x is None else "×" + format_decimal(x, "#,##0.00", locale=locale),
    )
    day = last_day(told.after.periods[-1])
    by_goods: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in told.rows:
        if row.tier:
            by_goods[row.tier, row.code][0] += row.before
            by_goods[row.tier, row.code][1] += row.after
    places = [(r, _roles(regime, r.destination, say)) for r in told.rows if r.code == ALL]
    codes = [r for r in told.rows if r.code != ALL]
    return env.get_template("assessment.html.j2").render(
        told=told,
        lang=lang,
        made=format_date(format="long", locale=locale),
        until=format_date(day, "long", locale=locale),
        goods=sorted(by_goods.items()),
        places=places,
        growth=sorted(codes, key=lambda r: (r.status != FASTER, not r.tier, r.before - r.after))[
            :ROWS
        ],
        more=max(0, len(codes) - ROWS),
        faster=sum(r.status == FASTER for r in told.rows),
    )


def _roles(regime: Regime, country: str, say: Any) -> str:
    """What a country is to the default target today, in words."""
    target = regime.default_target
    if country == target or country in regime.target_codes:
        return str(say("target of sanctions"))
    if country in regime.coalition(target):
        return str(say("applies the measures itself"))
    named = next((t for t in regime.transit(target) if t.country == country), None)
    if named is None:
        return str(say("third country"))
    return str(say("named as a transit country: {who}", who=named.basis))


@cache
def _alpha2(alpha3: str) -> str:
    from rigour.territories import get_territories

    codes = {t.alpha3.upper(): t.code.upper() for t in get_territories() if t.alpha3}
    return str(codes.get(alpha3, alpha3))
