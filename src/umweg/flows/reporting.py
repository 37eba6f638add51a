"""Who published which months: inferred from the figures, because files have no list of it.

An absent row may be a zero, a flow below a reporting threshold, or a report that never came. A
reporter that has no row at all in a month, of a flow in which it has many in other months, has not
published it; one that has only a small part of its usual rows has published it in part, which is
worse than not at all, and counts as not published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from umweg.flows.panel import Amounts, Ints
from umweg.flows.stats import Array, Flags

FEW_ROWS = 3
"""A reporter with fewer rows in its usual month may have none by chance."""
PARTIAL = 0.25
ENOUGH_FOR_PARTIAL = 20
NEIGHBOURS = 6
"""Months of its own on which the filling of an exporter's missing month rests."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Rows by (reporter, flow): one number a month."""

    rows: dict[tuple[str, str], Ints]
    span: tuple[str, ...]

    @classmethod
    def of(cls, counts: Mapping[tuple[str, str, str], int], months: Sequence[str]) -> Reporting:
        """From the counts by reporter, flow and month."""
        index = {m: i for i, m in enumerate(months)}
        rows: dict[tuple[str, str], Ints] = {}
        for (reporter, flow, month), n in counts.items():
            row = rows.setdefault((reporter, flow), np.zeros(len(months), dtype=np.int64))
            row[index[month]] += n
        return cls(rows, tuple(months))

    def months(self, country: str, flow: str) -> Flags:
        """The months that a country published, of exports (`X`) or imports (`M`)."""
        counts = self.rows.get((country, flow))
        if counts is None:
            return np.zeros(len(self.span), bool)
        usual = float(np.median(counts[counts > 0]))
        if usual < FEW_ROWS:
            other = self.rows.get((country, "M" if flow == "X" else "X"))
            # Nothing of this flow, in a month in which something of the other was published.
            return (counts > 0) | (other > 0 if other is not None else True)
        least = PARTIAL * usual if usual >= ENOUGH_FOR_PARTIAL else 1.0
        return counts >= least

    def share(self, countries: Sequence[str], flow: str) -> Array:
        """Share of the countries' usual rows whose reporters published, by month."""
        weight = np.array(
            [self.rows[c, flow].mean() if (c, flow) in self.rows else 0.0 for c in countries]
        )
        known = np.array([self.months(c, flow) for c in countries])
        total = weight.sum()
        return (
            (weight[:, None] * known).sum(axis=0) / total if total > 0 else np.zeros(len(self.span))
        )

    def table(self, numbers: Mapping[str, int]) -> pa.Table:
        """country, month, exports_mirrored: one row for every month published.

        `exports_mirrored` is 1 where it mirrors a partner's exports, 0 where its imports.

        Args:
            numbers: Country → the number it is joined by.
        """
        country: list[int] = []
        month: list[int] = []
        mirrored: list[int] = []
        for name, flow in self.rows:
            if name in numbers:
                known = np.flatnonzero(self.months(name, flow))
                country += [numbers[name]] * len(known)
                month += known.tolist()
                mirrored += [int(flow == "M")] * len(known)
        columns = {"country": country, "month": month, "exports_mirrored": mirrored}
        return pa.table({k: pa.array(v, pa.int32()) for k, v in columns.items()})


def fill_gaps(usd: Amounts, known: Flags) -> Amounts:
    """An exporter's cells with its missing months as the mean of its nearest published ones.

    Args:
        usd: Places × units × months.
        known: Months that it published.
    """
    out = usd.copy()
    held = np.flatnonzero(known)
    for t in np.flatnonzero(~known):
        near = held[np.argsort(np.abs(held - t), kind="stable")[:NEIGHBOURS]]
        out[:, :, t] = usd[:, :, near].mean(axis=2)
    return out
