"""The inventory of a snapshot: what it holds of every reporter, without reading a figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Series:
    """What a snapshot holds of one reporter: one line of its inventory.

    `level` is the number of digits of the goods codes, 0 for TOTAL; `partners` are all whom the
    reporter names, so that a file about one partner is never taken for one about all.
    """

    origin_id: str
    reporter: str
    flow: str
    freq: str
    nomenclature: str
    level: int
    partial_code: bool
    currency: str
    first: str
    last: str
    rows: int
    partners: tuple[str, ...]


def inventory(table: pa.Table) -> tuple[Series, ...]:
    """What a flows table holds, one line a reporter, flow, frequency, vintage and code level."""
    keys = ["origin_id", "reporter", "flow", "freq", "nomenclature", "partial_code", "currency"]
    levels = pc.if_else(
        pc.ascii_is_decimal(table["code"]), pc.utf8_length(table["code"]), pa.scalar(0, pa.int32())
    )
    grouped = (
        table.select([*keys, "period", "partner"])
        .append_column("level", pc.cast(levels, pa.int64()))
        .group_by([*keys, "level"])
        .aggregate(
            [("period", "min"), ("period", "max"), ("period", "count"), ("partner", "distinct")]
        )
    )
    rows = [
        Series(
            **{k: r[k] for k in [*keys, "level"]},
            first=r["period_min"],
            last=r["period_max"],
            rows=r["period_count"],
            partners=tuple(sorted(r["partner_distinct"])),
        )
        for r in grouped.to_pylist()
    ]
    return tuple(sorted(rows, key=lambda s: tuple(str(v) for v in asdict(s).values())))
