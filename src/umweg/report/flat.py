"""`scan_csv` and `scan_json`: the result for other programs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from umweg.evidence import Signal
from umweg.flows.result import CorridorResult, ScanResult

SIGNALS = ("surge", "collapse", "mirror_gap", "onward")
SIGNAL_PARTS = (
    "status", "value", "expected", "method", "ci_low", "ci_high", "p_value", "q_value", "missing",
)  # fmt: skip
VOLUMES = (
    "volume_lower_usd", "volume_usd", "volume_upper_usd", "volume_onward_usd", "volume_ghost_usd",
    "volume_without_ghost",
    "volume_lower_kg", "volume_kg", "volume_upper_kg", "unit_value_ratio",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (
    "run_id", "target", "transit", "code", "nomenclature", "description", "lists",
    "inbound_before_usd", "inbound_after_usd", "inbound_excess_usd",
    *(f"{s}_{p}" for s in SIGNALS for p in SIGNAL_PARTS),
    "score", "p_value", "q_value", "verdict", "reasons", "caveats", *VOLUMES,
)  # fmt: skip
"""The columns of the CSV. New ones are added at the end; none is renamed or moved."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what would start one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def scan_csv(result: ScanResult, *, bom: bool = False) -> str:
    """The corridors, one row each, in the order of the result.

    Args:
        result: What the scan answered.
        bom: Begin with a byte-order mark, by which Excel recognises UTF-8.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for c in result.corridors:
        writer.writerow(_row(c, result.run.run_id))
    return ("\ufeff" if bom else "") + out.getvalue()


def _row(c: CorridorResult, run_id: str) -> list[Any]:
    data = c.to_json()
    row: list[Any] = [run_id, *(data[k] for k in COLUMNS[1:6]), "; ".join(c.lists)]
    row += [data["inbound_before_usd"], data["inbound_after_usd"], data["inbound_excess_usd"]]
    for name in SIGNALS:
        row += [_joined(data["signals"][name][part]) for part in SIGNAL_PARTS]
    row += [data["score"], data["p_value"], data["q_value"], c.verdict.value]
    row += [" | ".join(c.reasons), "; ".join(x.key for x in c.caveats)]
    row += [data[k] for k in VOLUMES]
    return ["" if v is None else safe_text(v) if isinstance(v, str) else v for v in row]


def _joined(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, list) else value


def scan_json(result: ScanResult) -> str:
    """The whole result as one JSON object of the published schema; never NaN or Infinity."""
    return json.dumps(
        result.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )  # fmt: skip


def signal_parts(signal: Signal) -> tuple[Any, ...]:
    """Numbers and words of a signal for a table."""
    return (
        signal.status.value, signal.value, signal.expected, signal.unit, signal.method,
        signal.ci_low, signal.ci_high, signal.p_value, signal.q_value, signal.preset,
        "; ".join(signal.missing),
    )  # fmt: skip
