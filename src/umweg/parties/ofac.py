"""An imitation of the score of OFAC's Sanctions List Search.

For those whose procedure is written around that number. OFAC says how it is made in FAQ 249
(https://ofac.treasury.gov/faqs/249): Jaro-Winkler on the whole name and on each part of it, Soundex
on the parts, the first letter as a gate, the higher of both results. What the FAQ leaves open was
settled on the public set of 170 scores that others noted down from the tool (`umweg validate names`
measures it): Winkler's bonus for a common beginning is given however low the rest is, which the
old .NET library did that the tool seems to use; parts of one or two letters are left out; a part
that meets nothing by half counts nothing. The tool knows no other script than Latin, no legal form
and no word order beyond its parts; nor does this.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Jaro

from umweg.parties.model import Candidate, Feature, Party, PartyName

SHORTEST_PART = 3
"""Letters of a part that is compared, unless the query has no longer one."""

LEAST = 0.5
"""Similarity below which a part counts as not found: FAQ 249, "at least 50% or more similar"."""

PREFIX, SCALE = 4, 0.1
"""Winkler's constants: letters of the common beginning that count, and what each of them adds."""

_DROPPED = re.compile(r"['’`.]")
_BETWEEN = re.compile(r"[^A-Z0-9]+")


def ofac_score(query: str, listed: str) -> float:
    """The score of a typed name and a listed one, in [0, 1]; not symmetric, as OFAC's is not.

    Args:
        query: The name as typed.
        listed: The name as the list prints it, family name first or last.
    """
    ours, theirs = plain(query), plain(listed)
    if not ours or not theirs:
        return 0.0
    whole = _similar(ours, theirs) if ours[0] == theirs[0] else 0.0
    return max(whole, _by_parts(ours.split(), theirs.split()))


@lru_cache(maxsize=1 << 16)
def plain(name: str) -> str:
    """A name in capital Latin letters and digits, as it is compared."""
    return _BETWEEN.sub(" ", _DROPPED.sub("", name.upper())).strip()


def _by_parts(query: list[str], listed: list[str]) -> float:
    """Mean over the parts of the query of the best that each meets."""
    long = [p for p in query if len(p) >= SHORTEST_PART]
    if long:
        query = long
        listed = [p for p in listed if len(p) >= SHORTEST_PART] or listed
    best = (max(_similar(p, x) for x in listed) for p in query)
    return sum(s for s in best if s >= LEAST) / len(query)


@lru_cache(maxsize=1 << 18)
def _similar(a: str, b: str) -> float:
    """Jaro's similarity with Winkler's bonus, whatever it is."""
    jaro = Jaro.similarity(a, b)
    same = 0
    for x, y in zip(a[:PREFIX], b[:PREFIX], strict=False):
        if x != y:
            break
        same += 1
    return float(jaro + same * SCALE * (1 - jaro))


def like_ofac(query: Party, listed: Party) -> tuple[float, PartyName, str]:
    """Jaro-Winkler of the whole names and of their parts, as OFAC's search scores them."""
    return max(
        ((ofac_score(q.text, n.text), n, q.text) for q in query.names for n in listed.names),
        key=lambda found: found[0],
        default=(0.0, PartyName(""), ""),
    )


def compare_like_ofac(query: Party, listed: Party) -> Candidate:
    """A query and a listed party by their names alone, as OFAC's search compares them."""
    score, name, typed = like_ofac(query, listed)
    text = " ".join((like_ofac.__doc__ or "").split())
    feature = Feature("like_ofac", text, score, 1.0, f"{typed} ~ {name.text}")
    return Candidate(listed, score, name, typed, (), (feature,))
