"""Statements: which are made twice, and which rows are parts of one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from umweg.sources.trade.judging import FIGURES, KEY
from umweg.store import Alarm
from umweg.store.bulk import Bulk

COMPARED = ("value_reported", "currency", "basis", "net_weight_kg", "quantity", "quantity_unit")
"""What two statements of one key must have alike to be one statement."""


def key_counts(judged: ir.Table, breakdown: str | None, bulk: Bulk) -> dict[str, int]:
    """How many keys are stated more than once, and how many breakdowns have no total.

    Keys are compared by a hash of 64 bits: of ten million, two agree by chance once in 400,000
    files, and what seems repeated is compared in full afterwards.
    """
    kept = judged.reason.isnull()
    part = judged.reason == (breakdown or "")
    rows = judged.filter(kept | part)
    key = ibis.struct({name: rows[name] for name in (*KEY, "part")})
    groups = (
        rows.mutate(key=key.hash(), kept=rows.reason.isnull())
        .group_by("key")
        .agg(
            totals=ibis._.kept.cast("int64").sum(),
            parts=(~ibis._.kept).cast("int64").sum(),
            first=ibis._.row.min(),
        )
    )
    alone = groups.totals == 0
    found = bulk.rows(
        groups.agg(
            repeated=(groups.totals > 1).sum(),
            rows=groups.parts.sum(where=alone),
            first=groups["first"].min(where=alone),
        ),
        "keys",
    ).to_pylist()[0]
    return {k: v or 0 for k, v in found.items()}


def without_total(keys: Mapping[str, int]) -> list[Alarm]:
    """What a reader must know of breakdowns whose total the file has not."""
    if not keys["rows"]:
        return []
    return [
        Alarm(
            "breakdown-without-total",
            keys["rows"],
            "breakdowns whose total the file has not: they are set aside and not added up, because "
            f"it cannot be known whether they are all of it (first row {keys['first']}); ask the "
            "publisher for the totals",
        )
    ]


def repeated(kept: ir.Table, bulk: Bulk) -> ir.Table:
    """The rows that go where a statement is made twice: all but the first if they agree, all of
    them if they do not."""
    keys = [*KEY, "part"]
    grouped = kept.group_by(*keys).agg(n=kept.count(), first_row=kept.row.min())
    twice = bulk.keep(grouped.filter(grouped.n > 1), "keys made twice")
    inside = kept.inner_join(twice, keys)
    unlike = inside.group_by(*keys).agg(
        n=inside.n.max(), first_row=inside.first_row.min(),
        spellings=ibis.struct({c: inside[c] for c in COMPARED}).nunique(),
    )  # fmt: skip
    groups = bulk.keep(unlike, "groups made twice")
    joined = kept.drop("reason", "detail").inner_join(groups, keys)
    conflicting = joined.spellings > 1
    gone = joined.filter(conflicting | (joined.row != joined.first_row))
    gone = gone.mutate(
        reason=ibis.cases((conflicting, "conflicting-statements"), else_="duplicate-statement"),
        detail=ibis.cases(
            (
                conflicting,
                gone.n.cast("string") + " rows from row " + gone.first_row.cast("string")
                + " on state the same thing with different figures; which one is right cannot be "
                "known here",
            ),
            else_="row " + gone.first_row.cast("string")
            + " states the same thing; that one is kept",
        ),
        raw=ibis.struct({c: gone[c] for c in FIGURES}).cast("json").cast("string"),
    )  # fmt: skip
    return bulk.keep(gone.select("row", "file", "reason", "detail", "raw", *KEY), "made twice")


def spoilt(
    kept: ir.Table, lost: Sequence[ir.Table], reasons: Sequence[str], bulk: Bulk
) -> ir.Table:
    """The rows that go because another part of their figure is lost.

    Args:
        kept: The rows.
        lost: Rows with reasons.
        reasons: Those for which the rest of a figure cannot stand alone.
        bulk: The snapshot in the making.
    """
    keys = [t.filter(t.reason.isin(reasons)).select(*KEY) for t in lost]
    figures = bulk.keep(ibis.union(*keys).distinct() if keys[1:] else keys[0].distinct(), "spoilt")
    parts = kept.drop("reason", "detail", "raw").semi_join(figures, list(KEY))
    return bulk.keep(
        parts.select(
            "row",
            "file",
            reason=ibis.literal("incomplete-figure"),
            detail=ibis.literal(
                "another row of the same figure is set aside; the sum of the others would be less "
                "than what was published"
            ),
            raw=ibis.struct({c: parts[c] for c in FIGURES}).cast("json").cast("string"),
        ),
        "parts of spoilt figures",
    )


def with_value(kept: ir.Table) -> tuple[ir.Table, ir.Table]:
    """The rows of figures that have a value, and the others, which have a weight or quantity."""
    valued = kept.filter(kept.value_reported.notnull()).select(*KEY).distinct()
    alone = kept.anti_join(valued, list(KEY)).mutate(
        reason=ibis.literal("quantity-without-value"),
        detail=ibis.literal("a weight or quantity whose value is not stated in the file"),
        raw=ibis.struct({c: ibis._[c] for c in FIGURES}).cast("json").cast("string"),
    )
    return kept.semi_join(valued, list(KEY)), alone


def summed(kept: ir.Table) -> ir.Table:
    """The parts of each figure added up."""
    one = {c: kept[c].max() for c in ("currency", "basis", "quantity_unit")}
    sums = {c: kept[c].sum() for c in ("value_reported", "net_weight_kg", "quantity")}
    units = kept.quantity_unit.nunique()
    grouped = kept.group_by(*KEY).agg(**one, **sums, units=units)
    # Quantities of two units cannot be added.
    mixed = grouped.units > 1
    return grouped.mutate(
        quantity=ibis.cases((mixed, ibis.null("float64")), else_=grouped.quantity),
        quantity_unit=ibis.cases((mixed, ibis.null("string")), else_=grouped.quantity_unit),
    )
