"""Names, entities and ownership: find the listed name, in any script, and say why."""

from __future__ import annotations

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
