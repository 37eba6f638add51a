"""What `umweg routes` found: in a terminal, and as a page with a Sankey diagram."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from umweg.flows import RoutesResult
from umweg.flows.excess_arcs import COALITION
from umweg.geography import name_of
from umweg.report import number_formats as nf
from umweg.report.page import environment
from umweg.report.plain_text import Style, table_text, wrap
from umweg.report.sankey import MOST_LINKS, Link, sankey_svg
from umweg.report.words import LABELS, SYMBOLS

_ROUTES = (("route", "route"), ("at_most", "at most"))
_ARCS = (
    ("leg", "leg"),
    ("sent", "sent"),
    ("expected", "expected"),
    ("excess", "excess"),
    ("least", "least"),
    ("most", "most"),
)


def _name(country: str) -> str:
    return COALITION if country == COALITION else name_of(country)


def _goods(result: RoutesResult) -> str:
    return nf.listing([nf.code(c) for c in result.codes])


def headline(result: RoutesResult) -> str:
    """The answer in one sentence."""
    if not result.level:
        return f"No exports of the coalition of {_goods(result)} are held for these windows."
    if result.max_flow_usd <= 0:
        return f"No route of {_goods(result)} to {_name(result.target)} can be drawn."
    return (
        f"At most {nf.money(result.max_flow_usd)} of {_goods(result)} can have reached "
        f"{_name(result.target)} through third countries, {nf.window(result.after)}."
    )


def _route_rows(result: RoutesResult, top: int) -> list[dict[str, Any]]:
    return [
        {"route": " > ".join(_name(c) for c in r.countries), "at_most": nf.money(r.at_most_usd)}
        for r in result.routes[:top]
    ]


def _arc_rows(result: RoutesResult) -> list[dict[str, Any]]:
    arcs = sorted(result.arcs, key=lambda a: (-(a.most_usd or 0), -a.excess_usd))
    return [
        {
            "leg": f"{_name(a.exporter)} > {_name(a.importer)}",
            "sent": nf.money(a.sent_usd),
            "expected": nf.money(a.expected_usd),
            "excess": nf.money(a.excess_usd),
            "least": nf.money(a.least_usd),
            "most": nf.money(a.most_usd),
            "method": a.method,
        }
        for a in arcs
        if a.excess_usd > 0
    ]


def routes_text(result: RoutesResult, top: int, style: Style) -> str:
    """The result for a terminal."""
    verdict = f"{SYMBOLS[result.verdict]} {LABELS[result.verdict]}"
    lines = [
        *wrap(style.bold(f"{verdict}: {headline(result)}"), 0),
        *wrap(
            f"{nf.window(result.before)} against {nf.window(result.after)}, codes of "
            f"{result.level} digits; goods may leave up to {result.lag} periods after they "
            f"arrived; the direct flow went from {nf.money(result.direct_before_usd)} to "
            f"{nf.money(result.direct_after_usd)}",
            2,
        ),
        "",
    ]
    if result.routes:
        lines += [table_text(_route_rows(result, top), _ROUTES, style).rstrip("\n"), ""]
    rows = _arc_rows(result)
    if rows:
        lines += [table_text(rows[:top], _ARCS, style).rstrip("\n"), ""]
    for what in result.missing:
        lines += wrap(f"missing: {what}", 2)
    for caveat in result.caveats:
        lines += wrap(caveat, 2)
    return "\n".join(lines) + "\n"


def routes_html(result: RoutesResult) -> str:
    """The result as one page that needs neither network nor script."""
    links = [
        Link(
            _name(a.exporter),
            _name(a.importer),
            a.most_usd or 0.0,
            f"{nf.money(a.least_usd)} to {nf.money(a.most_usd)}",
        )
        for a in result.arcs
    ]
    drawn = sum(1 for x in links if x.value > 0)
    return (
        environment()
        .get_template("routes.html.j2")
        .render(
            result=result,
            headline=headline(result),
            target=_name(result.target),
            goods=_goods(result),
            verdict=f"{SYMBOLS[result.verdict]} {LABELS[result.verdict]}",
            sankey=Markup(sankey_svg(links, headline(result))) if drawn else "",  # noqa: S704
            left_out=max(0, drawn - MOST_LINKS),
            routes=_route_rows(result, 100),
            arcs=_arc_rows(result),
        )
    )
