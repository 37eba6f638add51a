"""What the statistics say of the goods and country of held lines: their course, the signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from umweg.flows.goods_course import GoodsCourse, GoodsCourses
from umweg.regime import Regime
from umweg.screening.result import CheckResult, LineResult
from umweg.screening.signals import CorridorSignals
from umweg.store import Store


@dataclass(frozen=True, slots=True)
class CorridorView:
    """One code to one country.

    Attributes:
        course: Its exports by month, around the measure.
        signals: Rows of the latest saved scan about it; empty if the scan has no such corridor.
        sources: Publisher, title and vintage of the figures.
    """

    course: GoodsCourse
    signals: tuple[Mapping[str, Any], ...]
    sources: tuple[str, ...] = ()


class CorridorEvidence:
    """Courses and signals for the lines of a run.

    Args:
        result: The run.
        store: Where the statistics and the scan lie.
        regime: The law.
    """

    def __init__(self, result: CheckResult, store: Store, regime: Regime) -> None:
        run = result.run
        as_of = date.fromisoformat(run.as_of)
        self._targets = run.targets
        self._measures_day = run.policy.thresholds.measures_day
        coalition = {
            m.country for t in run.targets for m in regime.roles.coalition_records(t, as_of)
        }
        transit = {t.country for target in run.targets for t in regime.transit(target, as_of)}
        known = frozenset({*run.targets, *coalition, *transit})
        self._courses = (
            GoodsCourses(store.published_by(as_of), frozenset(run.targets), known, as_of)
            if store.has("flows")
            else None
        )
        rows = store.read("signals", as_of).to_pylist() if store.has("signals") else []
        self._signals = CorridorSignals(rows)
        origins = store.read("origins").to_pylist() if store.has("origins") else []
        self._origins = {
            o["origin_id"]: ", ".join(o[k] for k in ("publisher", "title", "vintage") if o[k])
            for o in origins
        }
        self._views: dict[tuple[str, str, date], CorridorView] = {}

    def load(self, lines: Iterable[LineResult]) -> None:
        """Read the statistics of some lines, all at once."""
        if self._courses is not None:
            self._courses.load((x.code_read, x.destination) for x in lines if _asked(x))

    def of(self, lines: Iterable[LineResult]) -> tuple[CorridorView, ...]:
        """The views of the lines of an order, each code and country once."""
        if self._courses is None:
            return ()
        found: dict[tuple[str, str], CorridorView] = {}
        for line in lines:
            key = (line.code_read, line.destination)
            if _asked(line) and key not in found:
                found[key] = self._view(line, self._courses)
        return tuple(found.values())

    def _view(self, line: LineResult, courses: GoodsCourses) -> CorridorView:
        day = _day_of_measure(line) or self._measures_day
        key = (line.code_read, line.destination, day)
        if key not in self._views:
            course = courses.of(line.code_read, line.destination, day)
            corridors = (
                self._signals.find(t, line.destination, line.code_read) for t in self._targets
            )
            rows = tuple(r for c in corridors if c is not None for r in c.rows)
            sources = tuple(self._origins.get(o, o) for o in course.origins)
            self._views[key] = CorridorView(course, rows, sources)
        return self._views[key]


_LISTED = ("goods-restricted", "goods-may-be-restricted", "goods-priority")


def _asked(line: LineResult) -> bool:
    """Whether the line is of restricted goods to a third country: only those have a corridor."""
    return len(line.code_read) >= 6 and any(
        r.key.startswith(("goods-restricted-for-target", "goods-may-be", "goods-priority-"))
        for r in line.reasons
    )


def _day_of_measure(line: LineResult) -> date | None:
    """The first day on which the goods were listed, by the reasons of the line: of prohibitions
    before lists that only ask for care."""
    for keys in _LISTED:
        days = sorted(r.date for r in line.reasons if r.key.startswith(keys) and len(r.date) == 10)
        if days:
            return date.fromisoformat(days[0])
    return None
