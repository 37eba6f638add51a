"""Tables for a terminal: a number is never broken, whatever the width."""

from __future__ import annotations

from pathlib import Path

import pytest

from umweg.report.plain_text import Style, table_text

COLUMNS = (("snapshot", "snapshot"), ("days", "days"), ("entities", "entities"), ("kept", "kept"),
           ("note", "note"))  # fmt: skip
ROWS = [
    {"snapshot": "eurostat-listed-2023-01-21-a1b41d87", "days": "1,404", "entities": "0",
     "kept": "1,141,670", "note": "consistent with [diversion], two tests of three"},
    {"snapshot": "ofac-sdn-2024-05-03-0a1b2c3d", "days": "571", "entities": "14,965",
     "kept": "14,965", "note": "clear"},
]  # fmt: skip
NUMBERS = {"1,404", "0", "1,141,670", "571", "14,965"}


@pytest.mark.parametrize("columns", ["200", "100", "80", "60", "50", "40"])
def test_numbers_and_short_words_stay_whole(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = table_text(ROWS, COLUMNS, Style(True, Path("x")))
    words = set(text.split())
    assert words >= NUMBERS
    assert {"entities", "days", "clear", "[diversion],"} <= {w.rstrip(":") for w in words}
    assert max(map(len, text.splitlines())) <= max(40, min(100, int(columns)))


def test_what_does_not_fit_side_by_side_is_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = table_text(ROWS, COLUMNS, Style(True, None)).splitlines()
    assert lines[:4] == [
        "eurostat-listed-2023-01-21-a1b41d87", "  days: 1,404", "  entities: 0",
        "  kept: 1,141,670",
    ]  # fmt: skip


def test_no_rows_are_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert table_text([], COLUMNS, Style(True, None)).split() == [t for _, t in COLUMNS]
