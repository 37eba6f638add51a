"""Public statements, put to the test: a claim file in, a computed verdict out.

The names are loaded when they are first used: a list of claims needs no figures and no engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umweg.claims.answer import ClaimResult as ClaimResult
    from umweg.claims.answer import PartResult as PartResult
    from umweg.claims.figures import Figures as Figures
    from umweg.claims.library import find_claim as find_claim
    from umweg.claims.library import load_library as load_library
    from umweg.claims.model import Claim as Claim
    from umweg.claims.reading import ClaimError as ClaimError
    from umweg.claims.reading import parse_claim as parse_claim
    from umweg.claims.reading import read_claim as read_claim
    from umweg.claims.running import RULES as RULES
    from umweg.claims.running import claim as claim
    from umweg.claims.running import run_claim as run_claim
    from umweg.claims.running import run_claims as run_claims
    from umweg.claims.stages import Stage as Stage
    from umweg.claims.stages import history as history
    from umweg.claims.verdicts import ClaimVerdict as ClaimVerdict

_HOMES = {
    "RULES": "running",
    "Claim": "model",
    "ClaimError": "reading",
    "ClaimResult": "answer",
    "ClaimVerdict": "verdicts",
    "Figures": "figures",
    "PartResult": "answer",
    "Stage": "stages",
    "claim": "running",
    "find_claim": "library",
    "history": "stages",
    "load_library": "library",
    "parse_claim": "reading",
    "read_claim": "reading",
    "run_claim": "running",
    "run_claims": "running",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
