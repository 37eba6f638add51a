"""Names, entities and ownership: find the listed name, in any script, and say why.

The parts are imported when they are first used, so that a question to one of them does not wait for
what the others need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umweg.parties.answer import MatchAnswer, MatchOptions
    from umweg.parties.matcher import ALGORITHMS, THRESHOLD, Matcher
    from umweg.parties.model import (
        KINDS,
        Aligned,
        Candidate,
        Feature,
        Identifier,
        Listing,
        MatchResult,
        Party,
        PartyName,
    )
    from umweg.parties.score import compare, score_names
    from umweg.parties.search import match

# No module has the name of a function here: it would take the function's place once imported.
_HOMES = {
    "ALGORITHMS": "matcher",
    "KINDS": "model",
    "THRESHOLD": "matcher",
    "Aligned": "model",
    "Candidate": "model",
    "Feature": "model",
    "Identifier": "model",
    "Listing": "model",
    "MatchAnswer": "answer",
    "MatchOptions": "answer",
    "MatchResult": "model",
    "Matcher": "matcher",
    "Party": "model",
    "PartyName": "model",
    "compare": "score",
    "match": "search",
    "score_names": "score",
}

__all__ = [
    "ALGORITHMS",
    "KINDS",
    "THRESHOLD",
    "Aligned",
    "Candidate",
    "Feature",
    "Identifier",
    "Listing",
    "MatchAnswer",
    "MatchOptions",
    "MatchResult",
    "Matcher",
    "Party",
    "PartyName",
    "compare",
    "match",
    "score_names",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
