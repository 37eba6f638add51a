"""Half-years around a measure's own date, and what changed on a leg between before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umweg.flows.panel import Amounts
from umweg.flows.stats import Array, Flags

HALF_YEAR = 6
RAMP = 3
"""Months left out before and after the date: what anticipates the measure, and what starts up."""
LEAST_MONTHS = 2
"""Published months that a half-year needs to say anything."""


@dataclass(frozen=True, slots=True)
class HalfYears:
    """Spans of months `[from, until)` before and after a date.

    Half-years are counted from the date, so that each code has those of its own measure. A rest
    of three months or more at the end of the figures counts as one.
    """

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]

    @classmethod
    def around(cls, date: int, months: int) -> HalfYears:
        """The spans around month `date` of a panel of `months` months; one side may be empty."""
        before: list[tuple[int, int]] = []
        end = min(date - RAMP, months)
        while end >= RAMP:
            start = max(0, end - HALF_YEAR)
            if end - start >= RAMP:
                before.append((start, end))
            end = start
        # Where the figures end soon after the measure, the start-up is all there is.
        first = date + RAMP if date + 2 * RAMP <= months else date
        after = [
            (a, min(a + HALF_YEAR, months))
            for a in range(max(first, 0), months, HALF_YEAR)
            if min(a + HALF_YEAR, months) - a >= RAMP
        ]
        return cls(tuple(reversed(before)), tuple(after))

    @property
    def testable(self) -> bool:
        """Whether there is something on both sides."""
        return bool(self.before) and bool(self.after)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """All of them, in order."""
        return self.before + self.after


def means(usd: Amounts, published: Flags, spans: tuple[tuple[int, int], ...]) -> Amounts:
    """USD a half-year in every span, from the months that were published; NaN where too few were.

    Args:
        usd: Places × units × months.
        published: Places × months.
        spans: The half-years.

    Returns:
        Places × units × spans.
    """
    held = np.stack([published[:, a:b].sum(axis=1) for a, b in spans], axis=1)
    share = np.where(held >= LEAST_MONTHS, HALF_YEAR / np.maximum(held, 1), np.nan)
    # Sums between all ends of spans in one pass over the months; those between spans (the ramp,
    # months before the first) are left out. No product of matrices: its threads get in the way
    # of each other on a busy machine.
    ends = sorted({x for span in spans for x in span if x < usd.shape[2]})
    wanted = [ends.index(a) for a, _ in spans]
    out = np.empty((*usd.shape[:2], len(spans)), np.float32)
    for p in range(usd.shape[0]):
        rows = usd[p] if published[p].all() else usd[p] * published[p]
        out[p] = np.add.reduceat(rows, ends, axis=1)[:, wanted] * share[p].astype(np.float32)
    return out


@dataclass(frozen=True, slots=True)
class Change:
    """What changed on one leg: places × units.

    Attributes:
        effect: Mean log level after minus before (METHODS §2.3); NaN where it cannot be told.
        variance: Of the log level between half-years before; NaN with fewer than two.
        n_before, n_after: Half-years that could be used.
        before, after: USD a half-year.
    """

    effect: Array
    variance: Array
    n_before: Array
    n_after: Array
    before: Array
    after: Array


def change(levels: NDArray[np.float32], usd: Amounts, n_before: int) -> Change:
    """The change of log levels whose first `n_before` spans lie before the measure."""
    known = np.isfinite(levels)
    n0, n1 = known[..., :n_before].sum(-1), known[..., n_before:].sum(-1)
    zero = np.where(known, levels, 0.0).astype(np.float64)
    m0 = zero[..., :n_before].sum(-1) / np.maximum(n0, 1)
    m1 = zero[..., n_before:].sum(-1) / np.maximum(n1, 1)
    squares = np.where(known[..., :n_before], (zero[..., :n_before] - m0[..., None]) ** 2, 0.0)
    variance = np.where(n0 > 1, squares.sum(-1) / np.maximum(n0 - 1, 1), np.nan)
    value = np.where(np.isfinite(usd), usd, 0.0).astype(np.float64)
    return Change(
        np.where((n0 > 0) & (n1 > 0), m1 - m0, np.nan),
        variance,
        n0.astype(np.float64),
        n1.astype(np.float64),
        value[..., :n_before].sum(-1) / np.maximum(n0, 1),
        value[..., n_before:].sum(-1) / np.maximum(n1, 1),
    )
