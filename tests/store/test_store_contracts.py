"""What fits a contract, and what the message says of what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from umweg.errors import StoreError
from umweg.store.contracts import CONTRACTS, FLOWS, ORIGINS
from umweg.store.snapshots import conform

ORIGIN: dict[str, Any] = {
    "origin_id": "o", "publisher": "p", "title": "t", "url": None, "licence": None,
    "vintage": None, "derivation": None,
}  # fmt: skip


def test_columns_come_in_the_order_of_the_contract() -> None:
    table = pa.Table.from_pylist([dict(reversed(ORIGIN.items()))])
    assert conform(table, ORIGINS).schema == ORIGINS.schema


def test_types_are_cast_where_nothing_is_lost() -> None:
    rows = pa.table(
        {"row": pa.array([1], pa.int32()), "reason": ["r"], "detail": [""], "raw": [""]}
    )
    assert conform(rows, CONTRACTS["set_aside"])["row"].type == pa.int64()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"extra": 1}, r"unknown \['extra'\]"),
        ({"title": None}, "'title' of 'origins' must not be empty, 1 rows"),
        ({"title": ["a list"]}, "another type"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(StoreError, match=says):
        conform(pa.Table.from_pylist([{**ORIGIN, **change}]), ORIGINS)


def test_a_missing_column_is_named_with_those_allowed() -> None:
    table = pa.Table.from_pylist([ORIGIN]).drop_columns(["title"])
    with pytest.raises(StoreError, match=r"missing \['title'\]") as caught:
        conform(table, ORIGINS)
    assert "publisher" in caught.value.allowed


def test_every_column_has_a_meaning_and_every_key_is_a_column() -> None:
    for contract in CONTRACTS.values():
        assert contract.meaning
        assert all(c.meaning for c in contract.columns)
        assert set(contract.key) <= set(contract.names)
        assert len(set(contract.names)) == len(contract.names)


def test_no_number_goes_without_its_unit() -> None:
    """A bare `value` is forbidden: the unit stands in the name or in the column's description."""
    for column in FLOWS.columns:
        if column.type == pa.float64():
            assert column.unit


def test_every_column_is_described_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")
    for contract in CONTRACTS.values():
        section = text.split(f"### `{contract.name}`", 1)[1].split("\n### ", 1)[0]
        for column in contract.columns:
            assert f"| `{column.name}` |" in section, f"{contract.name}.{column.name}"
            assert column.meaning.replace("|", "\\|") in section
