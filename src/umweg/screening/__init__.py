"""Order rows → decisions: what is sold, where to, to whom, and what the statistics say of it."""

from umweg.screening.check import CheckOptions, check
from umweg.screening.columns import ColumnMap, mapping_text, propose, read_mapping
from umweg.screening.policy import Policy, load_policy
from umweg.screening.result import CheckResult, LineResult, Run

__all__ = [
    "CheckOptions",
    "CheckResult",
    "ColumnMap",
    "LineResult",
    "Policy",
    "Run",
    "check",
    "load_policy",
    "mapping_text",
    "propose",
    "read_mapping",
]
