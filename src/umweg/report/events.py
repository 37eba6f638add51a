"""Which measures are marked on a chart over time, and how their labels keep off each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from umweg.flows.result import Run
from umweg.periods import Window
from umweg.regime import Event, Regime

_URL = re.compile(r"https?://[^\s;()]+")
_LETTER_PX = 6.5


@dataclass(frozen=True, slots=True)
class Mark:
    """Events that share one label because their labels would overlap."""

    label: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The events of the charts: those drawn as lines, and the others of the same time."""

    drawn: tuple[Event, ...]
    others: tuple[Event, ...]


def span(run: Run) -> tuple[date, date]:
    """First day of the windows and the first day after them."""
    windows = [Window.parse(w) for w in (run.earlier, run.before, run.after) if w]
    return (
        min(period_days(w.first)[0] for w in windows),
        max(period_days(w.last)[1] for w in windows),
    )


def period_days(period: str) -> tuple[date, date]:
    """A month or a year as `[first day, first day after)`."""
    year = int(period[:4])
    if len(period) == 4:
        return date(year, 1, 1), date(year + 1, 1, 1)
    first = date(year, int(period[5:]), 1)
    return first, (first + timedelta(days=32)).replace(day=1)


def marked(run: Run, regime: Regime) -> Marked:
    """Events against the target inside the windows.

    Drawn are the packages of the authority whose goods lists were asked for: marking every act of
    every authority would cover the chart. Without such a list, or without such events, all are.
    """
    first, end = span(run)
    inside = [e for e in regime.timeline(target=run.target) if first <= e.in_force < end]
    issuers = {
        regime.programmes[regime.list_infos[x].programme].issuer
        for x in run.goods_lists
        if x in regime.list_infos
    }
    drawn = [e for e in inside if e.issuer in issuers and e.package]
    if not drawn:
        drawn = [e for e in inside if e.package] or inside
    ids = {e.id for e in drawn}
    return Marked(tuple(drawn), tuple(e for e in inside if e.id not in ids))


def label_of(event: Event, number: int) -> str:
    """The number of its package, else the place in the list below the chart."""
    return event.package or f"#{number}"


def place_marks(events: tuple[Event, ...], first: date, end: date, width: int) -> tuple[Mark, ...]:
    """Labels from left to right; those that would overlap become one, such as `1–5`."""
    px = width / max(1, (end - first).days)
    marks: list[Mark] = []
    labels: list[list[str]] = []
    for number, event in enumerate(events, 1):
        name = label_of(event, number)
        if labels and marks and marks[-1].days[-1] == event.in_force and name in labels[-1]:
            continue
        labels.append([name])
        marks.append(Mark(name, (event.in_force,)))
        while len(marks) > 1 and _overlap(marks[-2], marks[-1], first, px):
            names = labels[-2] + labels[-1]
            days = marks[-2].days + marks[-1].days
            labels[-2:] = [names]
            marks[-2:] = [Mark(f"{names[0]}–{names[-1]}", days)]
    return tuple(marks)


def middle(mark: Mark) -> date:
    """Where the label of a mark stands."""
    return mark.days[0] + (mark.days[-1] - mark.days[0]) / 2


def _overlap(left: Mark, right: Mark, first: date, px: float) -> bool:
    distance = ((middle(right) - first).days - (middle(left) - first).days) * px
    return distance < (len(left.label) + len(right.label)) / 2 * _LETTER_PX + 3


def reference_of(event: Event) -> str:
    """The first web address of an event's reference, or nothing."""
    found = _URL.search(f"{event.reference} {event.reference_2}")
    return found.group(0).rstrip(".,") if found else ""
