"""The chart of a code and country on the page of a held order, and what must stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from umweg.flows.goods_course import GoodsCourse
from umweg.geography import name_of
from umweg.report import charts
from umweg.report import number_formats as nf
from umweg.report.events import Mark, period_days
from umweg.screening.corridor_evidence import CorridorView
from umweg.screening.place_tests import SIGNAL_WORDS

MAX_DRAWN = 300
"""Charts of one pack: each takes a fraction of a second, and an order book may hold thousands."""

WIDTH = 560
"""Pixels of the panel: the width of a printed page."""


@dataclass(frozen=True, slots=True)
class CorridorFigure:
    """A code and country as the page shows them.

    Attributes:
        title: What is shown.
        svg: The drawing; empty where there are no figures.
        reading: How to read it.
        text: The same in words and numbers.
        signals: What the saved scan found, a sentence each.
        source: Where the figures come from.
    """

    title: str
    svg: str
    reading: str
    text: str
    signals: tuple[str, ...]
    source: str


class CorridorFigures:
    """Draws each code and country once, for all pages of a pack.

    Args:
        most: Charts that are drawn; of the others the numbers stand in words.
    """

    def __init__(self, most: int = MAX_DRAWN) -> None:
        self._most = most
        self._known: dict[tuple[str, str, date], CorridorFigure] = {}

    def of(self, views: Iterable[CorridorView]) -> tuple[CorridorFigure, ...]:
        """The figures of some corridors."""
        return tuple(self._figure(view) for view in views)

    def _figure(self, view: CorridorView) -> CorridorFigure:
        key = (view.course.code, view.course.place, view.course.day)
        found = self._known.get(key)
        if found is None:
            drawn = sum(bool(f.svg) for f in self._known.values())
            found = self._known[key] = corridor_figure(view, draw=drawn < self._most)
        return found


def corridor_figure(view: CorridorView, *, draw: bool = True) -> CorridorFigure:
    """The course of a code to a country as a chart and in words, or why there is none.

    Args:
        view: What the statistics say.
        draw: Whether to draw it; without, only the words.
    """
    course = view.course
    title = f"Exports of {nf.code(course.code)} to {name_of(course.place)} ({course.place})"
    signals = tuple(_signal(row) for row in view.signals) or (
        "Scan: none is saved, or it has no corridor of this code to this country.",
    )
    if course.missing:
        text = f"No chart: the store holds {course.missing}."
        return CorridorFigure(title, "", "", text, signals, "")
    text = _said(course)
    drawing = _drawn(course, f"{title}. {text}") if draw else ""
    return CorridorFigure(
        title, drawing, _reading(course) if draw else "", text, signals,
        f"Source: {'; '.join(view.sources)}. FOB as reported by {course.exporters} exporting "
        "countries that publish every month shown.",
    )  # fmt: skip


def _reading(course: GoodsCourse) -> str:
    line = (
        f" Dashed line: what it would be if it had grown like {course.comparison}."
        if course.compared
        else " No comparison group is held."
    )
    return (
        "USD million a month. Light blue and dark blue: the months compared, before and after; "
        f"grey: not compared. Dotted line: {course.day}, the first day of the measure.{line}"
    )


def _drawn(course: GoodsCourse, label: str) -> str:
    windows = dict.fromkeys(course.before, "before") | dict.fromkeys(course.after, "after")
    rows = []
    for month, usd in course.usd.items():
        start, until = period_days(month)
        rows.append(
            {
                "from": start.isoformat(), "until": until.isoformat(), "value_m": usd / 1e6,
                "window": windows.get(month, "earlier"),
            }
        )  # fmt: skip
    middle = [
        {"from": (period_days(m)[0] + timedelta(days=15)).isoformat(), "value_m": usd / 1e6}
        for m, usd in course.compared.items()
    ]
    first, end = period_days(min(course.usd))[0], period_days(max(course.usd))[1]
    inside = first <= course.day < end
    marks = (Mark("measure", (course.day,)),) if inside else ()
    return charts.course(rows, first, end, marks, None, label, compared=middle, width=WIDTH)


def _said(course: GoodsCourse) -> str:
    """The chart in words: both windows, the growth and the comparison's."""
    if not course.before:
        return (
            f"From {min(course.usd)} to {max(course.usd)}, with no months before and after "
            f"{course.day} that could be compared."
        )
    before, after = (sum(course.usd.get(m, 0.0) for m in w) for w in (course.before, course.after))
    grown = "from nothing" if course.growth is None else f"{nf.factor(course.growth)}"
    text = (
        f"{nf.money(before)} in {_window(course.before)}, {nf.money(after)} in "
        f"{_window(course.after)}: {grown}, a difference of {nf.money(after - before, plus=True)}."
    )
    if course.compared_growth is not None and course.compared:
        expected = sum(course.compared[m] for m in course.after)
        text += (
            f" Growing like {course.comparison} ({nf.factor(course.compared_growth)}) it "
            f"would have been {nf.money(expected)}."
        )
    return text + " This is trade of everybody, not of this order."


def _window(months: tuple[str, ...]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


_NAMES = SIGNAL_WORDS | {"collapse": "direct exports to the target fell"}


def _signal(row: Mapping[str, Any]) -> str:
    name = _NAMES.get(row["signal"], row["signal"])
    if row["status"] == "cannot-tell":
        return f"Scan, {name}: cannot tell ({row['missing'] or 'figures are missing'})"
    numbers = ""
    if row["value"] is not None:
        numbers = f": {row['value']:.3g}"
        if row["expected"] is not None:
            numbers += f" where {row['expected']:.3g} was expected"
    q = f", q {row['q_value']:.2g}" if row["q_value"] is not None else ""
    return f"Scan, {name}: {row['status']}{numbers}{q}; {row['before']} against {row['after']}"
