"""Findings as documents: HTML with charts, workbook, CSV, JSON, and tables for the terminal.

Nothing is computed here that a finding would rest on. The parts are imported when they are first
used, so that a command that prints a table does not wait for the chart library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umweg.report.flat import scan_csv, scan_json
    from umweg.report.page import scan_html
    from umweg.report.terminal import scan_table, scan_text
    from umweg.report.workbook import scan_xlsx

_HOMES = {
    "scan_csv": "flat",
    "scan_html": "page",
    "scan_json": "flat",
    "scan_table": "terminal",
    "scan_text": "terminal",
    "scan_xlsx": "workbook",
}

__all__ = ["scan_csv", "scan_html", "scan_json", "scan_table", "scan_text", "scan_xlsx"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
