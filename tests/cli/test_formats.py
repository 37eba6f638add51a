"""Every verb that answers with rows gives them in all five formats."""

import csv
import io
import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from umweg.cli.main import run
from umweg.errors import EXIT_OK

VERBS = [
    ["regime", "goods", "854231", "--target", "RUS", "--as-of", "2022-03-01"],
    ["regime", "measures", "--target", "RUS"],
    ["regime", "timeline"],
    ["regime", "countries", "--target", "BLR"],
    ["regime", "check"],
    ["data", "list"],
    ["data", "coverage"],
]


@pytest.fixture(autouse=True)
def _no_store_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nobody"))


@pytest.mark.parametrize("words", VERBS, ids=[" ".join(v[:2]) for v in VERBS])
def test_formats(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--format", "json"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)
    assert run([*words, "--format", "csv"]) == EXIT_OK
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert len({len(r) for r in rows}) == 1
    assert run([*words, "--format", "html"]) == EXIT_OK
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "<table>" in page
    book = tmp_path / "book.xlsx"
    assert run([*words, "--format", "xlsx", "-o", str(book)]) == EXIT_OK
    sheet = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    assert len(sheet) == len(rows)
    assert run([*words, "--offline", "-q"]) == EXIT_OK


def test_a_formula_in_a_cell_stays_text(tmp_path: Path) -> None:
    from umweg.report.row_files import rows_html, rows_xlsx

    rows = [{"code": "0101", "text": "=1+1", "link": "javascript:alert(1)", "n": 3}]
    rows_xlsx(rows, tmp_path / "x.xlsx", "x")
    sheet = CalamineWorkbook.from_path(tmp_path / "x.xlsx").get_sheet_by_index(0).to_python()
    assert sheet[1] == ["0101", "=1+1", "javascript:alert(1)", 3.0]
    assert "<a href" not in rows_html(rows, "<script>")
    assert "&lt;script&gt;" in rows_html(rows, "<script>")
