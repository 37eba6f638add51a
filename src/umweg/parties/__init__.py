"""Names, entities and ownership: find the listed name, in any script, and say why."""

from __future__ import annotations

from umweg.parties.matcher import THRESHOLD, Matcher
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

__all__ = [
    "KINDS",
    "THRESHOLD",
    "Aligned",
    "Candidate",
    "Feature",
    "Identifier",
    "Listing",
    "MatchResult",
    "Matcher",
    "Party",
    "PartyName",
    "compare",
    "score_names",
]
