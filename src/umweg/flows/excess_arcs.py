"""Excess flows between all countries a detour may take, from the exporters' statements.

Coalition to transit country, transit country to transit country, transit country to target. What a
period was expected to carry is the same period of the window before, grown as all other goods on
the same arc did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from umweg.flows.availability import Availability
from umweg.flows.legs import chosen_rows
from umweg.flows.plan import Cover, cover
from umweg.flows.question import Question
from umweg.periods import Window
from umweg.store import Store

COALITION = "coalition"
"""In place of the members of the coalition, taken together."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ArcExcess:
    """One pair of countries: what was sent, what was expected, and the excess, by period.

    Attributes:
        method: How the expectation was made.
        sent, expected, excess: USD, one number a period of the window after.
    """

    exporter: str
    importer: str
    before_usd: float
    growth: float
    method: str
    sent: tuple[float, ...]
    expected: tuple[float, ...]
    excess: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Excess:
    """All arcs of a question, and what is missing for others.

    Attributes:
        level: Most digits of the codes in the coalition's statements; 0 where none is held.
        origins: Origins of the figures.
        silent: Transit countries whose own exports by code are not held for both windows.
        unpublished: Periods that most of the coalition has not published.
    """

    arcs: tuple[ArcExcess, ...]
    level: int
    origins: tuple[str, ...]
    silent: frozenset[str]
    unpublished: Sequence[str]


def excess_arcs(store: Store, question: Question, min_control_usd: float) -> Excess:
    """Read the statements and compare the windows.

    Each country is read at the most detailed level at which it states the codes; the codes that
    are asked for are summed.

    Args:
        store: Published figures.
        question: What is asked; its wanted codes are the goods.
        min_control_usd: Other goods serve as control where they are worth at least this a year in
            both windows.

    Raises:
        StoreError: a query failed.
    """
    options = question.options
    windows = (options.before, options.after)
    available = Availability(store)
    places = frozenset(question.named)

    def found(leg: str, countries: frozenset[str], level: int, kind: str) -> Cover:
        return cover(
            leg, store.snapshots(), countries, flow="X", freq=options.before.freq, level=level,
            windows=windows, on=question.on, kind=kind, partners=places | {options.target},
        ).reaching(windows)  # fmt: skip

    asked = max((len(p) for p in question.wanted.prefixes), default=6)
    # Any level carries the goods that is at least as detailed as the codes that are asked for.
    levels = [(kind, n) for n in (8, 6, 4) if n >= min(asked, 6) for kind in ("CN", "HS")]

    def covers(leg: str, countries: frozenset[str]) -> list[Cover]:
        """Each country at the most detailed level at which it states the codes."""
        chosen: list[Cover] = []
        for kind, level in levels:
            left = countries - frozenset[str]().union(*(c.members for c in chosen))
            here = found(leg, left, level, kind)
            chosen += [here] if here.chosen else []
        return chosen

    inbound, onward = covers(COALITION, question.coalition), covers("transit", places)
    compared = [p for w in windows for p in w.periods]
    if not inbound:
        return Excess((), 0, (), places, compared)
    onward = [c.without(frozenset(available.incomplete(c, compared))) for c in onward]
    used = [c for c in (*inbound, *onward) if c.chosen]
    rows = store.execute(
        _sums(chosen_rows(store, used, compared), question), "sums by arc and period"
    )
    return Excess(
        _arcs(rows, options.before, options.after, min_control_usd),
        max(c.level for c in inbound),
        tuple(sorted(frozenset[str]().union(*(c.origins for c in used)))),
        places - frozenset[str]().union(*(c.members for c in onward)),
        sorted({p for c in inbound for p in available.unpublished(c, compared)}),
    )


def _sums(rows: ir.Table, question: Question) -> ir.Table:
    """Step: sums by exporter, importer, period, and whether the goods are asked for, restricted
    otherwise, or neither."""
    asked = ibis.or_(*(rows.code.startswith(p) for p in question.wanted.prefixes))
    others = sorted({c[:6] for listed in question.restricted for c in listed.codes if len(c) >= 6})
    restricted = rows.code.substr(0, 6).isin(others)
    exporter = ibis.cases((rows.leg == COALITION, COALITION), else_=rows.reporter)
    kind = ibis.cases((asked, "asked"), (restricted, "restricted"), else_="other")
    importers = [*question.named, question.options.target]
    return (
        rows.filter(rows.partner.isin(importers) & (rows.code != "TOTAL"))
        .mutate(exporter=exporter, kind=kind)
        .filter(lambda t: t.exporter != t.partner)
        .group_by("exporter", "partner", "kind", "period")
        .agg(usd=rows.value_usd.sum().round(2))
    )


def _arcs(
    rows: pa.Table, before: Window, after: Window, min_control_usd: float
) -> tuple[ArcExcess, ...]:
    series: dict[tuple[str, str, str], dict[str, float]] = {}
    for r in rows.to_pylist():
        key = (r["exporter"], r["partner"], r["kind"])
        series.setdefault(key, {})[r["period"]] = r["usd"] or 0.0

    def values(key: tuple[str, str, str], window: Window) -> Floats:
        here = series.get(key, {})
        return np.array([here.get(p, 0.0) for p in window.periods])

    arcs = []
    for exporter, importer, kind in sorted(series):
        if kind != "asked":
            continue
        sent = values((exporter, importer, kind), after)
        past = values((exporter, importer, kind), before)
        other = [values((exporter, importer, "other"), w).sum() for w in (before, after)]
        growth, method = 1.0, "the same goods in the window before"
        if other[0] >= min_control_usd * before.years and other[1] >= min_control_usd * after.years:
            # Windows of two lengths are compared by their yearly rates.
            growth = float((other[1] / after.years) / (other[0] / before.years))
            method = "the window before, grown as all other goods on this arc"
        expected = growth * _seasonal(past, before, after)
        excess = np.maximum(sent - expected, 0.0)
        arcs.append(
            ArcExcess(
                exporter, importer, float(past.sum()), growth, method,
                tuple(sent.tolist()), tuple(expected.tolist()), tuple(excess.tolist()),
            )
        )  # fmt: skip
    return tuple(arcs)


def _seasonal(past: Floats, before: Window, after: Window) -> Floats:
    """What each period of the window after was in the window before: the same season, else the
    mean of all periods."""
    by_season: dict[str, list[float]] = {}
    for period, value in zip(before.periods, past.tolist(), strict=True):
        by_season.setdefault(period[4:], []).append(value)
    mean = float(past.mean())
    return np.array([np.mean(by_season.get(p[4:], [mean])) for p in after.periods])


def numbered(arcs: Sequence[ArcExcess], target: str) -> dict[str, int]:
    """Numbers of the countries for `route_flow`: the coalition 0, the target 1, then the others."""
    names = sorted({a.exporter for a in arcs} | {a.importer for a in arcs})
    others = [n for n in names if n not in (COALITION, target)]
    return {COALITION: 0, target: 1, **{n: i for i, n in enumerate(others, start=2)}}
