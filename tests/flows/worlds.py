"""Small invented worlds for the tests, written into a store as a user's import would be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from umweg.periods import Window
from umweg.store import Store, commit
from umweg.store.contracts import COVERAGE, FLOWS, ORIGINS

RESTRICTED = ("854231", "854232", "852691", "847150")
FREE = ("020110", "020220", "020319", "020410", "020430", "020622", "020712", "020910")
"""Kinds of meat, which no list of the regime names."""

MONTHS = Window("2020-01", "2022-12").periods


def statement(
    reporter: str, partner: str, flow: str, period: str, code: str, usd: float, **other: Any
) -> dict[str, Any]:
    """One row of `flows`, in USD and HS2017 unless said otherwise."""
    return {
        "reporter": reporter,
        "partner": partner,
        "flow": flow,
        "freq": "M" if len(period) == 7 else "A",
        "period": period,
        "nomenclature": "HS2017",
        "code": code,
        "value_reported": float(usd),
        "currency": "USD",
        "basis": "FOB" if flow == "X" else "CIF",
        "net_weight_kg": None,
        "quantity": None,
        "quantity_unit": None,
        "partial_code": False,
        "origin_id": "invented",
        **other,
    }


def store_of(
    folder: Path, rows: Iterable[dict[str, Any]], coverage: Iterable[dict[str, Any]] = ()
) -> Store:
    """A store that holds these rows alone."""
    store = Store.open(folder, create=True, with_sample=False)
    add_to(store, rows, coverage)
    return store


def add_to(
    store: Store,
    rows: Iterable[dict[str, Any]],
    coverage: Iterable[dict[str, Any]] = (),
    source: str = "invented",
) -> None:
    """Import rows as a snapshot of their own."""
    add_table(store, pa.Table.from_pylist(list(rows), schema=FLOWS.schema), coverage, source)


def add_table(
    store: Store,
    flows: pa.Table,
    coverage: Iterable[dict[str, Any]] = (),
    source: str = "invented",
) -> None:
    """Import a table as a snapshot of its own."""
    table = flows.select(FLOWS.names).cast(FLOWS.schema)
    covered = list(coverage)
    with store.importing() as stage:
        stage.write("flows", table)
        origin = {"origin_id": source, "publisher": "nobody", "title": "an invented world"}
        stage.write("origins", pa.Table.from_pylist([origin], schema=ORIGINS.schema))
        if covered:
            stage.write("coverage", pa.Table.from_pylist(covered, schema=COVERAGE.schema))
        commit(
            store.root, stage, source=source, dataset="world", parser="test", inputs=(),
            rows_read=table.num_rows, rows_kept=table.num_rows, rows_set_aside=0,
        )  # fmt: skip


def growing(
    reporter: str,
    partner: str,
    flow: str,
    code: str,
    yearly: dict[int, float],
    **other: Any,
) -> list[dict[str, Any]]:
    """Twelve equal months for each year's sum."""
    return [
        statement(reporter, partner, flow, m, code, yearly[int(m[:4])] / 12, **other)
        for m in MONTHS
        if yearly.get(int(m[:4]))
    ]
