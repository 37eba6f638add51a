"""Public statements, put to the test: a claim file in, a computed verdict out."""

from umweg.claims.answer import ClaimResult, PartResult
from umweg.claims.figures import Figures
from umweg.claims.history import Stage, history
from umweg.claims.library import find_claim, load_library
from umweg.claims.model import Claim
from umweg.claims.reading import ClaimError, parse_claim, read_claim
from umweg.claims.running import RULES, claim, run_claim, run_claims
from umweg.claims.verdicts import ClaimVerdict

__all__ = [
    "RULES",
    "Claim",
    "ClaimError",
    "ClaimResult",
    "ClaimVerdict",
    "Figures",
    "PartResult",
    "Stage",
    "claim",
    "find_claim",
    "history",
    "load_library",
    "parse_claim",
    "read_claim",
    "run_claim",
    "run_claims",
]
