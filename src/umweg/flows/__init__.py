"""Trade analysis: corridors, their signals and verdicts."""

from umweg.flows.corridor_scan import scan
from umweg.flows.options import ScanOptions
from umweg.flows.result import CorridorResult, CountryResult, Run, ScanResult

__all__ = ["CorridorResult", "CountryResult", "Run", "ScanOptions", "ScanResult", "scan"]
