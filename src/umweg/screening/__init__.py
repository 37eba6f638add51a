"""Order rows → decisions: what is sold, where to, to whom, and what the statistics say of it."""

from umweg.screening.check import CheckOptions, check
from umweg.screening.columns import ColumnMap, mapping_text, propose, read_mapping
from umweg.screening.history import Growth, History, compare_history
from umweg.screening.memory import remember
from umweg.screening.policy import Policy, load_policy
from umweg.screening.result import CheckResult, LineResult, Run

__all__ = [
    "CheckOptions",
    "CheckResult",
    "ColumnMap",
    "Growth",
    "History",
    "LineResult",
    "Policy",
    "Run",
    "check",
    "compare_history",
    "load_policy",
    "mapping_text",
    "propose",
    "read_mapping",
    "remember",
]
