"""The rows of a file that are set aside, on their way into the snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from umweg.sources.batches import Reject
from umweg.store.contracts import SET_ASIDE
from umweg.store.snapshots import Staging

_PENDING = 200_000
"""Rows that are held before they are written out."""


class Aside:
    """The rows set aside, written out when they become many."""

    def __init__(self, stage: Staging) -> None:
        self.count = 0
        self.by_reason: Counter[str] = Counter()
        self.first: list[Reject] = []
        self._stage = stage
        self._pending: list[Reject] = []
        self._parts = 0

    def add(self, rejects: Sequence[Reject]) -> None:
        """Set some rows aside."""
        self.count += len(rejects)
        self.by_reason.update(r.reason for r in rejects)
        self.first = sorted([*self.first, *rejects[:5]], key=lambda r: r.row)[:5]
        self._pending += rejects
        if len(self._pending) > _PENDING:
            self._write(f"{self._parts:03d}")

    def _write(self, part: str) -> None:
        self._pending.sort(key=lambda r: r.row)
        columns = {n: [getattr(r, n) for r in self._pending] for n in SET_ASIDE.names}
        self._stage.write(SET_ASIDE, pa.table(columns, schema=SET_ASIDE.schema), part)
        self._pending, self._parts = [], self._parts + 1

    def close(self) -> None:
        """Write what is still held."""
        if self._pending:
            self._write(f"{self._parts:03d}" if self._parts else "")

    def summary(self) -> str:
        """The reasons with their counts, and the first rows."""
        reasons = ", ".join(f"{name}: {n}" for name, n in self.by_reason.most_common())
        rows = "\n".join(f"    row {r.row}: {r.reason}: {r.detail}" for r in self.first)
        return f"{reasons}; the first of them\n{rows}"
