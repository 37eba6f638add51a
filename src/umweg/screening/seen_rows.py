"""Rows that were seen before, by a hash of each: sixteen bytes a row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


class SeenRows:
    """Hashes of rows with the number of the first row that had each.

    They lie in sorted arrays that double in size, so that a row costs a few binary searches. Two
    different rows of a million have one hash of 64 bits with a chance of 1 in 10 million.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[Numbers, Numbers]] = []

    def repeated(self, hashes: Numbers, rows: Numbers) -> Iterator[tuple[int, int]]:
        """(position, number of the first row with the same hash) of each row seen before.

        Args:
            hashes: Of the rows, in their order.
            rows: Their numbers.
        """
        first = np.full(len(hashes), -1, np.int64)
        for known, numbers in self._parts:
            at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            first = np.where(known[at] == hashes, numbers[at], first)
        new = first < 0
        order = np.argsort(hashes, kind="stable")
        ordered, numbers = hashes[order], rows[order]
        begins = np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)]
        own = numbers[np.flatnonzero(begins)[np.cumsum(begins) - 1]] if len(order) else numbers
        here = np.empty(len(hashes), np.int64)
        here[order] = own
        first = np.where(new & (here != rows), here, first)
        begins &= new[order]
        self._keep(ordered[begins], numbers[begins])
        for position in np.flatnonzero(first >= 0).tolist():
            yield position, int(first[position])

    def _keep(self, hashes: Numbers, rows: Numbers) -> None:
        while self._parts and len(self._parts[-1][0]) <= len(hashes):
            other, numbers = self._parts.pop()
            hashes, rows = np.r_[other, hashes], np.r_[numbers, rows]
            order = np.argsort(hashes)
            hashes, rows = hashes[order], rows[order]
        if len(hashes):
            self._parts.append((hashes, rows))
