"""The course of one goods code to one country around the day of a measure, with a comparison.

The comparison is the first of these that is held: the same goods to countries that are neither
targets nor named as ways to one; all other goods of the same exporters to the same country. It is
brought to the level of the code before the measure, so that it shows what growing like the
comparison would have been. It is a picture beside the scan's signals and judges nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis
import pyarrow as pa

from umweg.flows.availability import Availability
from umweg.flows.legs import chosen_rows
from umweg.flows.plan import Cover, cover, members_of
from umweg.periods import Window
from umweg.store import Store

MONTHS = 24
"""Months shown before and after the month of the measure."""

COMPARED = 12
"""Months after the measure that are compared with the same months before it."""

_OTHERS = "*"
_TOTAL = "TOTAL"


@dataclass(frozen=True, slots=True)
class GoodsCourse:
    """Monthly exports of a code to a country.

    Attributes:
        code, place: What is shown.
        day: Day of the measure.
        usd: Month → USD, in order.
        compared: Month → USD that growing like the comparison would have been; empty without one.
        comparison: What it is compared with, in words.
        before, after: Months that are compared, the same ones of the calendar; empty if there are
            none.
        growth, compared_growth: After over before; None where nothing was before.
        exporters: Number of countries whose exports they are.
        origins: Where the figures come from.
        missing: What is missing, if there is no course.
    """

    code: str
    place: str
    day: date
    usd: Mapping[str, float]
    compared: Mapping[str, float]
    comparison: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    growth: float | None = None
    compared_growth: float | None = None
    exporters: int = 0
    origins: tuple[str, ...] = ()
    missing: str = ""


class GoodsCourses:
    """Courses of goods codes to countries, read from the store for all of them at once.

    Args:
        store: Where the statistics lie.
        targets: Targets of sanctions: their own exports are no supply.
        known: Targets, coalition and transit countries: no destination among them is a comparison.
        until: Nothing after this day.
    """

    def __init__(
        self, store: Store, targets: frozenset[str], known: frozenset[str], until: date
    ) -> None:
        self._store, self._targets, self._known, self._until = store, targets, known, until
        self._usd: dict[tuple[str, str], dict[str, float]] = {}

    def _cover(self, level: int, countries: frozenset[str] | None = None) -> Cover:
        reporters = {s.reporter for m in self._store.snapshots() for s in m.series}
        everybody = {c for r in reporters for c in members_of(r, self._until)} - self._targets
        return cover(
            "market", self._store.snapshots(), countries or frozenset(everybody), flow="X",
            freq="M", level=level, windows=[Window("2015-01", f"{self._until:%Y-%m}")],
            on=self._until,
        )  # fmt: skip

    @cached_property
    def _own(self) -> tuple[Cover | None, tuple[str, ...]]:
        """(statements by code of exporters that publish every month, those months)."""
        available = Availability(self._store)
        for level in (8, 6):
            found = self._cover(level)
            if not found.chosen:
                continue
            first, last = min(c.first for c in found.chosen), max(c.last for c in found.chosen)
            every = Window(first, last).periods
            lacking = set(available.unpublished(found, every))
            months = tuple(p for p in every if p not in lacking)
            whole = found.without(frozenset(available.incomplete(found, months)))
            if months and whole.chosen:
                return whole, months
        return None, ()

    @cached_property
    def _total(self) -> Cover | None:
        """Statements of all goods by exactly the same exporters, in the same months."""
        own, months = self._own
        if own is None:
            return None
        found = self._cover(0, own.members)
        lacking = Availability(self._store).incomplete(found, months)
        return found if found.members == own.members and not lacking else None

    def load(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read what is held of some (code, country)."""
        own, months = self._own
        wanted = {(code[:6], place) for code, place in pairs if len(code) >= 6}
        if own is None or not wanted:
            return
        places = sorted({p for _, p in wanted})
        codes = pa.table({"six": pa.array(sorted({c for c, _ in wanted}), pa.string())})
        rows = chosen_rows(self._store, [own], months)
        rows = rows.filter(~rows.partial_code, rows.partner.length() == 3, rows.partner != "WLD")
        rows = rows.mutate(six=rows.code[:6]).semi_join(ibis.memtable(codes), "six")
        neutral = ~rows.partner.isin(sorted(self._known))
        place = ibis.cases((rows.partner.isin(places), rows.partner), (neutral, _OTHERS), else_="")
        rows = rows.mutate(place=place).filter(lambda t: t.place != "")
        summed = rows.group_by("six", "code", "place", "period").agg(
            usd=rows.value_usd.sum().round(2)
        )
        for r in self._store.execute(summed, "courses of goods codes").to_pylist():
            for code in dict.fromkeys((r["code"], r["six"])):
                self._add(code, r["place"], r["period"], r["usd"])
        if self._total is not None:
            rows = chosen_rows(self._store, [self._total], months)
            rows = rows.filter(rows.partner.isin(places))
            summed = rows.group_by("partner", "period").agg(usd=rows.value_usd.sum().round(2))
            for r in self._store.execute(summed, "courses of all goods").to_pylist():
                self._add(_TOTAL, r["partner"], r["period"], r["usd"])

    def _add(self, code: str, place: str, period: str, usd: float | None) -> None:
        found = self._usd.setdefault((code, place), defaultdict(float))
        found[period] += usd or 0.0

    def of(self, code: str, place: str, day: date) -> GoodsCourse:
        """The course of a code to a country around the day of a measure; `load` it first."""
        own, months = self._own
        if own is None:
            return GoodsCourse(code, place, day, {}, {}, missing="no monthly statistics by code")
        at = f"{day:%Y-%m}"
        shown = [m for m in months if _apart(m, at) <= MONTHS]
        key = next((c for c in (code, code[:6]) if (c, place) in self._usd), "")
        if not key or not shown:
            what = "of these months" if key else f"of {code} to {place}"
            return GoodsCourse(code, place, day, {}, {}, missing=f"no monthly exports {what}")
        series = self._usd[key, place]
        usd = {m: series.get(m, 0.0) for m in shown}
        after = tuple(m for m in shown if m > at)[:COMPARED]
        years = next((n for n in (1, 2) if after and _earlier(after[-1], n) < at), 0)
        before = tuple(_earlier(m, years) for m in after) if years else ()
        if not set(before) <= set(months):
            before = after = ()
        comparison, other = self._comparison(key, place)
        base = sum(series.get(m, 0.0) for m in before)
        other_base = sum(other.get(m, 0.0) for m in before)
        scale = base / other_base if before and other_base > 0 and base > 0 else 0.0
        return GoodsCourse(
            key, place, day, usd,
            {m: other.get(m, 0.0) * scale for m in shown} if scale else {},
            comparison if scale else "", before, after,
            sum(series.get(m, 0.0) for m in after) / base if base > 0 else None,
            sum(other.get(m, 0.0) for m in after) / other_base if other_base > 0 else None,
            len(own.members), tuple(sorted(own.origins)),
        )  # fmt: skip

    def _comparison(self, code: str, place: str) -> tuple[str, Mapping[str, float]]:
        if (code, _OTHERS) in self._usd:
            return (
                "the same goods to countries that are no target and not named as a way to one",
                self._usd[code, _OTHERS],
            )
        total = self._usd.get((_TOTAL, place))
        if total is None:
            return "", {}
        own = self._usd[code, place]
        return (
            "all other goods of the same exporters to the same country",
            {m: usd - own.get(m, 0.0) for m, usd in total.items()},
        )


def _apart(one: str, other: str) -> int:
    """Months between two months."""
    numbers = [int(m[:4]) * 12 + int(m[5:]) for m in (one, other)]
    return abs(numbers[0] - numbers[1])


def _earlier(month: str, years: int) -> str:
    return f"{int(month[:4]) - years}{month[4:]}"
