"""Relations in the columns of the contract, written short."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from umweg.store.party_contracts import RELATIONS


def holds(who: str, firm: str, low: float | None, high: float | None = None, **more: Any) -> Any:
    """`who` holds from `low` to `high` percent of `firm`; one number is an exact share."""
    return {
        **dict.fromkeys(RELATIONS.names),
        "subject_id": who,
        "object_id": firm,
        "subject_name": who,
        "object_name": firm,
        "kind": "Ownership",
        "role": "shareholding",
        "share_min": low,
        "share_max": low if high is None else high,
        "origin_id": "invented",
        **more,
    }


def table(*rows: Any) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=RELATIONS.schema)
