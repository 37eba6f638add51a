"""Trade analysis: corridors, their signals and verdicts; routes; shipments.

The parts are imported when they are first used, so that a question to one of them does not wait for
what the others need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umweg.flows.corridor_scan import scan
    from umweg.flows.file_scan import scan_files
    from umweg.flows.options import ScanOptions
    from umweg.flows.result import CorridorResult, CountryResult, Run, ScanResult
    from umweg.flows.routing import RoutesResult, routes
    from umweg.flows.saving import save_signals
    from umweg.flows.tracing import TraceResult, trace

# No module has the name of a function here: it would take the function's place once imported.
_HOMES = {
    "CorridorResult": "result",
    "CountryResult": "result",
    "RoutesResult": "routing",
    "Run": "result",
    "ScanOptions": "options",
    "ScanResult": "result",
    "TraceResult": "tracing",
    "routes": "routing",
    "save_signals": "saving",
    "scan": "corridor_scan",
    "scan_files": "file_scan",
    "trace": "tracing",
}

__all__ = [
    "CorridorResult",
    "CountryResult",
    "RoutesResult",
    "Run",
    "ScanOptions",
    "ScanResult",
    "TraceResult",
    "routes",
    "save_signals",
    "scan",
    "scan_files",
    "trace",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
