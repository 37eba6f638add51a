"""Trade analysis: corridors, their signals and verdicts."""

from umweg.flows.options import ScanOptions
from umweg.flows.result import CorridorResult, CountryResult, Run, ScanResult
from umweg.flows.scan import scan

__all__ = ["CorridorResult", "CountryResult", "Run", "ScanOptions", "ScanResult", "scan"]
