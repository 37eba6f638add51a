"""Trade analysis: corridors, their signals and verdicts."""

from umweg.flows.corridor_scan import scan
from umweg.flows.file_scan import scan_files
from umweg.flows.options import ScanOptions
from umweg.flows.result import CorridorResult, CountryResult, Run, ScanResult
from umweg.flows.routes import RoutesResult, routes
from umweg.flows.saving import save_signals
from umweg.flows.trace import TraceResult, trace

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
