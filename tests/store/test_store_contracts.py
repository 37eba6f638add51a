"""What fits a contract, and what the message says of what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.store.test_store_snapshots import flows
from umweg.errors import StoreError
from umweg.store.contracts import CONTRACTS, FLOWS, MIN_RATE_DAYS, ORIGINS, VALUE_USD
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


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("column", "bad", "says"),
    [
        ("value_reported", [NAN, INF, -INF], "3 rows are not finite"),
        ("value_reported", [-1.0, -0.01], "2 rows are negative"),
        ("value_reported", [NAN, -1.0, -2.0], "1 rows are not finite, 2 rows are negative"),
        ("net_weight_kg", [NAN, None], "1 rows are not finite"),
        ("quantity", [INF, -INF], "2 rows are not finite"),
    ],
)
def test_flows_hold_numbers_that_can_be_added(
    column: str, bad: list[float | None], says: str
) -> None:
    with pytest.raises(StoreError, match=f"'{column}' of 'flows'.*{says}\n") as caught:
        conform(flows([{}, *({column: b} for b in bad)]), FLOWS)
    assert "finite" in caught.value.allowed
    assert "aside" in caught.value.next_step


def test_nothing_and_zero_are_numbers_that_can_be_added() -> None:
    rows = flows([{"value_reported": 0.0}, {"net_weight_kg": None, "quantity": 0.0}])
    assert conform(rows, FLOWS).equals(rows)
    assert conform(flows([]), FLOWS).num_rows == 0


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
    assert VALUE_USD.meaning in text
    assert f"at least {MIN_RATE_DAYS['M']} days, of a year only" in text
    assert f"at least {MIN_RATE_DAYS['A']} (`MIN_RATE_DAYS`)" in text


def test_the_interval_is_the_one_that_the_method_names() -> None:
    meanings = {c.name: c.meaning for c in CONTRACTS["signals"].columns}
    for name, end, year in (("ci_low", "lower", "lowest"), ("ci_high", "upper", "highest")):
        assert meanings[name].startswith(f"{end} end of the interval that `method` names")
        assert f"{year} single year for the mirror gap" in meanings[name]
