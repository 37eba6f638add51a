"""The workbook, read back by another library."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.report.conftest import FORMULA, HOSTILE
from umweg.flows import ScanResult
from umweg.report import scan_xlsx, workbook

SHEETS = ["Countries", "Corridors", "Signals", "Mirror gap", "Not tested", "Run and sources"]


def rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    table = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    return [dict(zip(table[0], r, strict=True)) for r in table[1:]]


@pytest.fixture(scope="module")
def book(hostile: ScanResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "scan.xlsx"
    scan_xlsx(hostile, path)
    return path


def test_sheets(book: Path) -> None:
    assert CalamineWorkbook.from_path(book).sheet_names == SHEETS


def test_every_row_is_there(medium: ScanResult, tmp_path: Path) -> None:
    path = tmp_path / "whole.xlsx"
    scan_xlsx(medium, path)
    assert len(rows(path, "Corridors")) == len(medium.corridors)
    assert len(rows(path, "Signals")) == 4 * (len(medium.corridors) + len(medium.countries))
    assert len(rows(path, "Not tested")) == len(medium.not_tested)
    first = rows(path, "Countries")[0]
    assert first["transit"] == medium.countries[0].transit
    assert first["inbound_ratio"] == pytest.approx(medium.countries[0].inbound_ratio)
    assert [r["year"] for r in rows(path, "Mirror gap") if r["transit"] == "KGZ"] == [
        "2019", "2020", "2021", "2022", "2023",
    ]  # fmt: skip


def test_codes_are_text_with_their_zeros(book: Path, hostile: ScanResult) -> None:
    found = [r["code"] for r in rows(book, "Corridors")]
    assert found == [c.code for c in hostile.corridors]
    assert found[0] == "01012100"


def test_numbers_are_numbers(book: Path) -> None:
    for row in rows(book, "Corridors"):
        assert isinstance(row["inbound_after_usd"], float)
        assert row["surge_expected"] == "" or isinstance(row["surge_expected"], float)


def test_no_formula_no_link(book: Path) -> None:
    assert rows(book, "Corridors")[1]["description"] == FORMULA
    assert rows(book, "Not tested")[0] == {
        "what": HOSTILE, "name": "", "why": FORMULA, "missing": HOSTILE,
    }  # fmt: skip
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                text = archive.read(name).decode()
                assert "<f>" not in text
                assert "<hyperlink" not in text


def test_header_is_frozen_and_filtered(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        for number in range(1, len(SHEETS) + 1):
            text = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert re.search(r'<pane ySplit="1"[^>]*state="frozen"', text)
            assert "<autoFilter" in text


def test_more_rows_than_a_sheet_holds_go_on(
    small: ScanResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 100)
    path = tmp_path / "long.xlsx"
    scan_xlsx(small, path)
    names = CalamineWorkbook.from_path(path).sheet_names
    assert {"Signals", "Signals 2", "Signals 3"} <= set(names)
    total = sum(len(rows(path, n)) for n in names if n.startswith("Signals"))
    assert total == 4 * (len(small.corridors) + len(small.countries))


def test_the_run_can_be_found(book: Path, hostile: ScanResult) -> None:
    table = CalamineWorkbook.from_path(book).get_sheet_by_name("Run and sources").to_python()
    said = {str(k): str(v) for k, v in table}
    assert said["run_id"] == hostile.run.run_id
    assert said["policy_sha256"] == hostile.run.policy_sha256
