"""The score of two names and of two parties."""

from __future__ import annotations

from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from umweg.parties.features import weigh
from umweg.parties.model import Candidate, Feature, Party, PartyName


@lru_cache(maxsize=200_000)
def folded(name: str) -> str:
    """A name in lower-case ASCII, its words in alphabetic order."""
    words = anyascii(name.casefold()).lower()
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in words).split()))


def score_names(name_a: str, name_b: str, schema: str = "LegalEntity") -> float:  # noqa: ARG001
    """How likely two names are names of one party, in [0, 1], from the names alone."""
    a, b = folded(name_a), folded(name_b)
    if not a or not b:
        return 0.0
    return fuzz.ratio(a, b) / 100


def name_agreement(query: Party, listed: Party) -> tuple[float, PartyName, PartyName]:
    """The names agree, word by word, as far as spelling, script and order allow to tell."""
    return max(
        (
            (score_names(a.text, b.text, listed.schema), a, b)
            for a in query.names
            for b in listed.names
        ),
        key=lambda found: found[0],
    )


def compare(query: Party, listed: Party) -> Candidate:
    """A query and a listed party, with everything that speaks for and against a match."""
    if not query.names or not listed.names:
        nothing = PartyName("")
        score, features = weigh(0.0, query, listed)
        return Candidate(listed, score, nothing, "", (), features)
    names, ours, theirs = name_agreement(query, listed)
    score, features = weigh(names, query, listed)
    text = " ".join((name_agreement.__doc__ or "").split())
    first = Feature("name_agreement", text, names, 1.0, f"{ours.text} ~ {theirs.text}")
    return Candidate(listed, score, theirs, ours.text, (), (first, *features))
