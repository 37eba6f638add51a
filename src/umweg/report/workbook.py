"""`scan_xlsx`: the result as a workbook that can be sorted and filtered.

Codes are text, so that their leading zeros stay; every string is written as a string, so that no
text of a data file can become a formula or a link.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from umweg.flows.result import ScanResult
from umweg.geography import is_country, name_of
from umweg.report.flat import VOLUMES, signal_parts
from umweg.report.words import NO_PROOF

MAX_ROWS = 1_048_575
"""Rows below the header that one sheet of the format can hold; more go on to another sheet."""
_MAX_TEXT = 32_767

Column = tuple[str, str, int]
"""Heading, kind of number (`text`, `usd`, `ratio`, `share`, `p`, `int`), width."""

COUNTRIES: tuple[Column, ...] = (
    ("transit", "text", 8), ("name", "text", 18), ("verdict", "text", 12),
    ("inbound_before_usd", "usd", 16), ("inbound_after_usd", "usd", 16),
    ("inbound_before_reported", "usd", 16), ("inbound_after_reported", "usd", 16),
    ("ratio_currency", "text", 9), ("inbound_ratio", "ratio", 10),
    ("control_ratio", "ratio", 10), ("control_growth_usd", "ratio", 10),
    ("control_method", "text", 40), ("inbound_expected_usd", "usd", 16),
    ("inbound_excess_usd", "usd", 16), ("ci_low_usd", "usd", 16), ("ci_high_usd", "usd", 16),
    ("direct_ratio", "ratio", 10), ("direct_control_ratio", "ratio", 10),
    ("onward_ratio", "ratio", 10), ("tau", "share", 8), ("reasons", "text", 80),
    ("caveats", "text", 80),
)  # fmt: skip
CORRIDORS: tuple[Column, ...] = (
    ("rank", "int", 7), ("transit", "text", 8), ("code", "text", 11),
    ("nomenclature", "text", 11), ("description", "text", 50), ("verdict", "text", 12),
    ("inbound_before_usd", "usd", 16), ("inbound_after_usd", "usd", 16),
    ("inbound_excess_usd", "usd", 16), ("surge_value", "ratio", 10),
    ("surge_expected", "ratio", 10), ("surge_status", "text", 12),
    ("collapse_value", "ratio", 10), ("mirror_gap_status", "text", 12),
    ("onward_status", "text", 12), ("score", "ratio", 9), ("p_value", "p", 9),
    ("q_value", "p", 9), ("lists", "text", 40), ("caveats", "text", 40),
    ("volume_lower_usd", "usd", 16), ("volume_usd", "usd", 16), ("volume_upper_usd", "usd", 16),
    ("volume_onward_usd", "usd", 16), ("volume_ghost_usd", "usd", 16),
    ("volume_lower_kg", "usd", 16), ("volume_kg", "usd", 16), ("volume_upper_kg", "usd", 16),
    ("unit_value_ratio", "ratio", 10),
)  # fmt: skip
SIGNALS: tuple[Column, ...] = (
    ("scale", "text", 9), ("transit", "text", 8), ("code", "text", 11),
    ("nomenclature", "text", 11), ("signal", "text", 11), ("status", "text", 12),
    ("value", "ratio", 10), ("expected", "ratio", 10), ("unit", "text", 12),
    ("method", "text", 60), ("ci_low", "ratio", 10), ("ci_high", "ratio", 10),
    ("p_value", "p", 9), ("q_value", "p", 9), ("preset", "text", 20), ("missing", "text", 60),
)  # fmt: skip
MIRROR: tuple[Column, ...] = (
    ("transit", "text", 8), ("year", "text", 7), ("exports_fob_usd", "usd", 18),
    ("imports_cif_usd", "usd", 18), ("gap_share_raw", "share", 12), ("gap_share", "share", 12),
)  # fmt: skip
NOT_TESTED: tuple[Column, ...] = (
    ("what", "text", 40), ("name", "text", 24), ("why", "text", 60), ("missing", "text", 80),
)  # fmt: skip
ORIGINS: tuple[Column, ...] = (("what", "text", 26), ("value", "text", 110))

_FORMATS = {"usd": "#,##0", "ratio": "0.00", "share": "0 %", "p": "0.000", "int": "0"}


class _Book:
    """A workbook with one way to write a table."""

    def __init__(self, path: Path) -> None:
        self.file = xlsxwriter.Workbook(
            str(path),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        self._head = self.file.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._text = self.file.add_format({"num_format": "@"})
        self._kinds = {k: self.file.add_format({"num_format": f}) for k, f in _FORMATS.items()}

    def table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """A sheet with frozen header and filters; more rows than fit go on to `name 2` …"""
        source = iter(rows)
        number, full = 1, True
        while full:
            full = self._sheet(name if number == 1 else f"{name} {number}", columns, source)
            number += 1

    def _sheet(self, name: str, columns: Sequence[Column], rows: Iterator[Sequence[Any]]) -> bool:
        sheet = self.file.add_worksheet(name)
        for i, (heading, kind, width) in enumerate(columns):
            sheet.set_column(i, i, width, self._text if kind == "text" else self._kinds[kind])
            sheet.write_string(0, i, heading, self._head)
        sheet.freeze_panes(1, 0)
        written = 0
        while written < MAX_ROWS:
            row = next(rows, None)
            if row is None:
                break
            written += 1
            for i, value in enumerate(row):
                # The column's format applies; a format of the cell would only swell the file.
                if isinstance(value, str):
                    if value:
                        sheet.write_string(written, i, _clipped(value))
                elif value is not None and math.isfinite(value):
                    sheet.write_number(written, i, value)
        sheet.autofilter(0, 0, max(1, written), len(columns) - 1)
        return written == MAX_ROWS


def _clipped(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def scan_xlsx(result: ScanResult, path: Path | str) -> None:
    """Write the workbook of a scan.

    Args:
        result: What the scan answered.
        path: The file, which is replaced if it exists.
    """
    book = _Book(Path(path))
    try:
        book.table("Countries", COUNTRIES, _countries(result))
        book.table("Corridors", CORRIDORS, _corridors(result))
        book.table("Signals", SIGNALS, _signals(result))
        book.table("Mirror gap", MIRROR, _mirror(result))
        book.table("Not tested", NOT_TESTED, _not_tested(result))
        book.table("Run and sources", ORIGINS, _run(result))
    finally:
        book.file.close()


def _countries(result: ScanResult) -> Iterator[tuple[Any, ...]]:
    for c in result.countries:
        yield (
            c.transit, c.name, c.verdict.value, c.inbound_before_usd, c.inbound_after_usd,
            c.inbound_before_reported, c.inbound_after_reported, result.run.ratio_currency,
            c.inbound_ratio, c.control_ratio, c.control_growth, c.control_method,
            c.inbound_expected_usd, c.inbound_excess_usd, c.ci_low_usd, c.ci_high_usd,
            c.direct_ratio, c.direct_control_ratio, c.onward_ratio, c.tau, " | ".join(c.reasons),
            " | ".join(x.text for x in c.caveats),
        )  # fmt: skip


def _corridors(result: ScanResult) -> Iterator[tuple[Any, ...]]:
    for rank, c in enumerate(result.corridors, 1):
        s = c.signals
        yield (
            rank, c.transit, c.code, c.nomenclature, c.description, c.verdict.value,
            c.inbound_before_usd, c.inbound_after_usd, c.inbound_excess_usd, s.surge.value,
            s.surge.expected, s.surge.status.value, s.collapse.value, s.mirror_gap.status.value,
            s.onward.status.value, c.score, c.p_value, c.q_value, "; ".join(c.lists),
            "; ".join(x.key for x in c.caveats),
            *(c.to_json()[k] for k in VOLUMES[:5]),
        )  # fmt: skip


def _signals(result: ScanResult) -> Iterator[tuple[Any, ...]]:
    for c in result.countries:
        for name, s in c.signals.items():
            yield ("country", c.transit, "", "", name, *signal_parts(s))
    for r in result.corridors:
        for name, s in r.signals.items():
            yield ("corridor", r.transit, r.code, r.nomenclature, name, *signal_parts(s))


def _mirror(result: ScanResult) -> Iterator[tuple[Any, ...]]:
    for c in result.countries:
        for year, (exports, imports) in sorted(c.mirror_by_year.items()):
            yield (
                c.transit, year, exports, imports, c.gap_share_raw_by_year.get(year),
                c.gap_share_by_year.get(year),
            )  # fmt: skip


def _not_tested(result: ScanResult) -> Iterator[tuple[Any, ...]]:
    for n in result.not_tested:
        yield (n.what, name_of(n.what) if is_country(n.what) else "", n.why, n.missing)


def _run(result: ScanResult) -> Iterator[tuple[Any, ...]]:
    run = result.run
    yield ("read this first", NO_PROOF)
    yield ("program", f"umweg {run.version}")
    for name in (
        "run_id", "target", "programme", "before", "after", "earlier", "ratio_currency", "preset",
        "as_of", "regime_version", "policy_version", "policy_sha256", "code_level",
        "basket_codes", "complete_reporters", "codes_in_both", "placebos", "n_placebos",
        "smallest_q", "fdr", "elsewhere_tested", "elsewhere_flagged",
    ):  # fmt: skip
        value = getattr(run, name)
        yield (name, "" if value is None else str(value))
    for name in ("goods_lists", "codes", "transit"):
        yield (name, ", ".join(getattr(run, name)))
    for o in run.origins:
        yield (f"source {o.origin_id}", f"{o.publisher}: {o.title}")
        yield ("  vintage", o.vintage or "undated")
        yield ("  address", o.url or "")
        yield ("  terms", o.licence or "not stated")
        yield ("  snapshot", o.snapshot_id)
        yield ("  sha256", ", ".join(o.sha256))
