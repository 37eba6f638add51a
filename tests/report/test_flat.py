"""CSV and JSON: what other programs read."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import Any

import pytest

from tests.report.conftest import FORMULA
from umweg.flows import ScanResult
from umweg.report import scan_csv, scan_json
from umweg.report.flat import COLUMNS, safe_text


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_round_trip(medium: ScanResult) -> None:
    rows = read(scan_csv(medium))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(medium.corridors)
    for row, c in zip(rows, medium.corridors, strict=True):
        assert (row["transit"], row["code"], row["verdict"]) == (c.transit, c.code, c.verdict.value)
        # Ten significant digits are written.
        assert float(row["inbound_after_usd"]) == pytest.approx(c.inbound_after_usd, rel=1e-9)
        assert row["surge_status"] == c.signals.surge.status.value
        value = c.signals.surge.value
        assert (row["surge_value"] == "") == (value is None)
        assert row["description"].lstrip("'") == c.description.lstrip("'")


def test_csv_columns_are_stable() -> None:
    assert all(c == c.lower() and " " not in c for c in COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert COLUMNS[:7] == (
        "run_id", "target", "transit", "code", "nomenclature", "description", "lists",
    )  # fmt: skip


def test_csv_for_excel_begins_with_a_mark(small: ScanResult) -> None:
    assert scan_csv(small, bom=True) == "\ufeff" + scan_csv(small)


def test_no_cell_is_a_formula(hostile: ScanResult) -> None:
    rows = read(scan_csv(hostile))
    assert rows[1]["description"] == "'" + FORMULA
    for row in rows:
        for name, cell in row.items():
            if cell.startswith(("=", "+", "@", "-")):
                assert math.isfinite(float(cell)), name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_safe_text(start: str) -> None:
    assert safe_text(f"{start}1+1") == f"'{start}1+1"
    assert safe_text(f"a{start}1") == f"a{start}1"


def strict(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_json_is_the_result(medium: ScanResult) -> None:
    data = strict(scan_json(medium))
    assert data == json.loads(json.dumps(medium.to_json()))  # tuples become lists
    assert data["countries"][0]["verdict"] == "alert"
    assert len(data["corridors"]) == len(medium.corridors)


def test_json_never_holds_nan(small: ScanResult) -> None:
    odd = replace(small.corridors[0], inbound_excess_usd=math.nan, score=math.inf)
    data = strict(scan_json(replace(small, corridors=(odd,))))
    assert data["corridors"][0]["inbound_excess_usd"] is None
    assert data["corridors"][0]["score"] is None
