"""What a file shows its reporters to have published: the difference between zero and unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from umweg.store.contracts import COVERAGE
from umweg.store.snapshots import Staging

Seen = tuple[str, str, str, Sequence[str], Sequence[str]]
"""Reporter, flow, scope, the periods with rows, and the periods in between without."""


def write_coverage(
    stage: Staging, series: Iterable[Seen], origin_id: str, practice: str | None = None
) -> None:
    """Write the coverage that follows from the rows of a file; a gap within it is named.

    Args:
        stage: The snapshot in the making.
        series: What was seen.
        origin_id: Row of `origins`.
        practice: How the publisher names the partner, where it says so.
    """
    rows: list[dict[str, str | None]] = []
    for reporter, flow, scope, seen, gaps in series:
        common = {
            "reporter": reporter,
            "flow": flow,
            "freq": "A" if len(seen[0]) == 4 else "M",
            "scope": scope,
            "practice": practice,
            "origin_id": origin_id,
        }
        rows += [
            {**common, "period": p, "status": "published", "note": "inferred: the file has rows"}
            for p in seen
        ]
        rows += [
            {
                **common,
                "period": p,
                "status": "missing",
                "note": f"inferred: no row was kept between {seen[0]} and {seen[-1]} for it: not "
                "published, not exported to the file, or nothing traded",
            }
            for p in gaps
        ]
    rows.sort(key=lambda r: tuple(str(r[k]) for k in COVERAGE.key))
    stage.write(COVERAGE, pa.Table.from_pylist(rows, schema=COVERAGE.schema))
