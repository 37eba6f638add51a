"""Control groups: how much a flow would have grown without a detour, and by which comparison.

The chain, first that exists: unrestricted siblings of the heading → all other goods to the same
partner → other destinations → the flow's own past. What was used stands in every result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umweg.flows.basket import Sorted
from umweg.flows.legs import ELSEWHERE, CodePanel, TimePanel
from umweg.flows.stats import Array
from umweg.periods import Window

SIBLINGS = "unrestricted goods of the same heading to the same partner"
OTHER_GOODS = "all other goods to the same partner"
OTHER_GOODS_COMPLETE = "all other goods to the same partner (total less listed goods)"
DESTINATIONS = "the same goods to other destinations"
OWN_PAST = "the flow's own growth of the year before"
NONE = ""
WHOLE = 0.5
"""Unrestricted codes stand for all other goods where they make at least this share of them; a
handful of codes that happen to be held does not."""

METHODS = (NONE, SIBLINGS, OTHER_GOODS, OTHER_GOODS_COMPLETE, DESTINATIONS, OWN_PAST)


@dataclass(frozen=True, slots=True)
class Course:
    """A control's sums by period of two windows, USD; `ratio` is its growth as reported."""

    method: str
    before: Array
    after: Array
    ratio: float | None = None

    @property
    def growth(self) -> float | None:
        """After over before in USD, as yearly rates; None where either is not positive."""
        return quotient(self.after, self.before)


def quotient(after: Array, before: Array) -> float | None:
    """Growth of the mean per period; None where either is not positive."""
    b, a = float(before.mean()), float(after.mean())
    return a / b if a > 0 and b > 0 else None


def other_goods(
    time: TimePanel, place: str, before: Window, after: Window, min_usd: float
) -> Course | None:
    """The course of all goods to a place that are on no list.

    Where the store has unrestricted codes these are summed; else the total less the listed codes,
    both of the reporters that published every period of both.
    """

    def course(window: Window, own: bool) -> Array:
        if method == OTHER_GOODS:
            return time.series("inbound", place, ["other"], window, own=own)
        total = time.series("inbound_total", place, ["other"], window, own=own)
        listed = ["basket", "restricted"]
        return total - time.series("inbound_common", place, listed, window, own=own)

    free = time.series("inbound", place, ["other"], before).sum()
    total = time.series("inbound_total", place, ["other"], before).sum()
    listed = time.series("inbound_common", place, ["basket", "restricted"], before).sum()
    if free > 0 and free >= WHOLE * (total - listed):
        method = OTHER_GOODS
    elif total > 0:
        method = OTHER_GOODS_COMPLETE
    else:
        return None
    return usable(
        Course(
            method,
            course(before, own=False),
            course(after, own=False),
            quotient(course(after, own=True), course(before, own=True)),
        ),
        before,
        after,
        min_usd,
    )


def usable(course: Course, before: Window, after: Window, min_usd: float) -> Course | None:
    """The course if both its windows are worth something (USD a year), else None."""
    rates = (course.before.sum() / before.years, course.after.sum() / after.years)
    return course if course.growth and min(rates) >= min_usd else None


def other_destinations(
    time: TimePanel, neutrals: Sequence[str], before: Window, after: Window, min_usd: float
) -> Course | None:
    """The course of the basket to the destinations that are neither transit country nor target."""
    b = np.zeros(len(before.periods))
    a = np.zeros(len(after.periods))
    for place in neutrals:
        b += time.series("inbound", place, ["basket"], before)
        a += time.series("inbound", place, ["basket"], after)
    return usable(Course(DESTINATIONS, b, a), before, after, min_usd)


def own_past(
    time: TimePanel, place: str, earlier: Window | None, before: Window, min_usd: float
) -> Course | None:
    """The course of the basket itself one step earlier (a rolling-origin forecast)."""
    if earlier is None:
        return None
    b = time.series("inbound", place, ["basket"], earlier)
    a = time.series("inbound", place, ["basket"], before)
    return usable(Course(OWN_PAST, b, a), earlier, before, min_usd)


def country_control(
    time: TimePanel,
    place: str,
    neutrals: Sequence[str],
    before: Window,
    after: Window,
    earlier: Window | None,
    min_usd: float,
) -> Course | None:
    """The first control of the chain that exists for a whole basket."""
    return (
        other_goods(time, place, before, after, min_usd)
        or other_destinations(time, [n for n in neutrals if n != place], before, after, min_usd)
        or own_past(time, place, earlier, before, min_usd)
    )


@dataclass(frozen=True, slots=True)
class CodeControls:
    """Growth of the control for each place and code, and the index of its method."""

    growth: Array
    method: NDArray[np.int64]


def _ratio(after: Array, before: Array, min_usd: float) -> Array:
    """after/before where both are worth something: what vanishes compares with nothing (NaN)."""
    good = (before >= min_usd) & (after >= min_usd)
    return np.where(good, after / np.where(good, before, 1.0), np.nan)


def _siblings(panel: CodePanel, window: str, sorted_codes: Sorted) -> Array:
    """Unrestricted value in each code's heading, the code itself left out.

    From the unrestricted codes where any are held; else the heading's total less its listed codes.
    """
    usd = panel.rate("inbound", window)
    headings = np.array([c[:4] for c in panel.codes])
    is_other = np.array([sorted_codes.kinds.get(c) == "other" for c in panel.codes])
    is_heading = np.array([len(c) == 4 for c in panel.codes])
    totals = panel.rate("heading", window) if panel.has("heading") else None
    out = np.zeros_like(usd)
    for heading in np.unique(headings):
        here = headings == heading
        detail = here & ~is_heading
        if (here & is_other & ~is_heading).any():
            others = usd[:, here & is_other & ~is_heading].sum(axis=1, keepdims=True)
            out[:, here] = others - np.where(is_other[here], usd[:, here], 0.0)
        elif totals is not None and (here & is_heading).any():
            total = totals[:, here & is_heading].sum(axis=1, keepdims=True)
            out[:, here] = total - usd[:, detail].sum(axis=1, keepdims=True)
    return out


def code_controls(
    panel: CodePanel,
    time: TimePanel,
    sorted_codes: Sorted,
    places: Sequence[str],
    step: tuple[str, str],
    windows: tuple[Window, Window],
    past: tuple[Window, Window] | None,
    min_usd: float,
) -> CodeControls:
    """The control growth of every place and code from window `step[0]` to `step[1]`.

    Args:
        panel: Sums by code; its places may be more than `places`.
        time: Sums by period.
        sorted_codes: What each code is.
        places: The transit countries.
        step: Names of the two windows.
        windows: The same two windows.
        past: The two windows one step earlier, for the flow's own past.
        min_usd: Least value of a control in the first window.
    """
    shape = (len(panel.places), len(panel.codes))
    growth = np.full(shape, np.nan)
    method = np.zeros(shape, dtype=np.int64)

    def fill(values: Array, name: str) -> None:
        new = np.isnan(growth) & np.isfinite(values)
        growth[new] = np.broadcast_to(values, shape)[new]
        method[new] = METHODS.index(name)

    fill(
        _ratio(
            _siblings(panel, step[1], sorted_codes),
            _siblings(panel, step[0], sorted_codes),
            min_usd,
        ),
        SIBLINGS,
    )
    for i, place in enumerate(panel.places):
        if place not in places:
            continue
        course = other_goods(time, place, *windows, min_usd)
        if course is not None and course.growth is not None:
            row = np.full(shape, np.nan)
            row[i] = course.growth
            if course.method == OTHER_GOODS:
                # A placebo is left out of the sum that it is held against.
                is_other = np.array([sorted_codes.kinds.get(c) == "other" for c in panel.codes])
                left = [
                    panel.rate("inbound", w)[i, is_other].sum() - panel.rate("inbound", w)[i]
                    for w in step
                ]
                row[i] = np.where(is_other, _ratio(left[1], left[0], min_usd), row[i])
            fill(row, course.method)
    if ELSEWHERE in panel.places:
        k = panel.row(ELSEWHERE)
        after, before = panel.rate("inbound", step[1])[k], panel.rate("inbound", step[0])[k]
        fill(np.tile(_ratio(after, before, min_usd), (shape[0], 1)), DESTINATIONS)
    for i, place in enumerate(panel.places):
        if past is not None and place in places:
            course = own_past(time, place, past[0], past[1], min_usd)
            if course is not None and course.growth is not None:
                row = np.full(shape, np.nan)
                row[i] = course.growth
                fill(row, OWN_PAST)
    return CodeControls(growth, method)
