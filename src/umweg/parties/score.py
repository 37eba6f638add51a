"""The score of two names, and of two parties: what met, how, and what speaks against it.

`score_names` looks at the names alone. `compare` adds what `features` knows of dates, numbers,
countries, gender and kind. Both explain themselves through the docstrings of the functions used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cache, cached_property
from importlib import import_module
from itertools import islice, product
from threading import local
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from umweg.parties.features import weigh
from umweg.parties.model import Aligned, Candidate, Feature, Party, PartyName
from umweg.parties.names import (
    BODY,
    PERSON,
    VESSEL,
    Name,
    analyse,
    group_of,
)
from umweg.parties.packed import (
    NUMBERS,
    Array,
    Words,
    readings_of,
    with_runs,
)
from umweg.parties.rules import RULES, Meeting, Rule
from umweg.parties.words import Word

if TYPE_CHECKING:
    from umweg.parties.align import Room
    from umweg.parties.listed import ListedNames


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the comparison of names.

    Attributes:
        extra_ours, extra_theirs: What a word that one name alone has costs, as a part of its
            weight, where the other name has no word left that could stand in its place.
        conflict: What a pair of left-over words costs, one of each name.
        light: What a light word (particle, title) costs that is missing.
        place, generic: What a place, a word of trade costs that one name alone has, as a part of
            another word's cost.
    """

    extra_ours: float
    extra_theirs: float
    conflict: float
    light: float
    place: float
    generic: float


WEIGHTS = {
    PERSON: Weights(0.17, 0.1, 2.6, 0.15, 1.0, 1.0),
    BODY: Weights(0.4, 0.4, 0.85, 0.12, 0.25, 2.0),
    VESSEL: Weights(0.4, 0.4, 2.0, 0.2, 1.0, 1.0),
}


@dataclass(frozen=True)
class Agreement:
    """How two names agree."""

    score: float
    ours: tuple[Word, ...] = ()
    theirs: tuple[Word, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    rules: tuple[tuple[Rule, float, str], ...] = ()

    @cached_property
    def aligned(self) -> tuple[Aligned, ...]:
        """Word by word: what met, and what was left over on either side."""
        return _aligned(self)


_ROOMS = local()


@cache
def _compiled() -> ModuleType:
    """The compiled comparison, which is not loaded before it is needed."""
    return import_module("umweg.parties.align")


def _room() -> Room:
    if not hasattr(_ROOMS, "room"):
        _ROOMS.room = _compiled().new_room()
    return _ROOMS.room  # type: ignore[no-any-return]


@cache
def _weights(group: str) -> Array:
    return np.array(astuple(WEIGHTS[group]))


def _packed(name: Name, reading: int, bare: bool) -> tuple[Words, Array]:
    """The table in which the words of a reading are, and which they are."""
    words = name.readings[reading]
    if bare:
        return with_runs(words), NUMBERS[: len(words)]
    if name.packed is not None:
        return name.packed[0], name.packed[1][reading]
    table, ptr, which = readings_of(name.readings)
    return table, which[ptr[reading] : ptr[reading + 1]]


def _agreement(a: Name, b: Name, i: int = 0, j: int = 0) -> Agreement:
    """How reading `i` of one name agrees with reading `j` of the other."""
    align, room = _compiled(), _room()
    ours, theirs = a.readings[i], b.readings[j]
    bare = True in [w.abjad for w in ours] or True in [w.abjad for w in theirs]
    score, met = align.agree(
        *_packed(a, i, bare), *_packed(b, j, bare), a.group == PERSON, _weights(a.group), room
    )
    if len(a.readings) + len(b.readings) > 2:
        a, b = replace(a, readings=(ours,)), replace(b, readings=(theirs,))
    mine, yours, manner = room.ints[align.MET_MINE : align.MET_MANNER + 1, :met].tolist()
    alike = room.floats[align.MET_SIMILARITY, :met].tolist()
    meetings = [
        Meeting(_places(x), _places(y), similarity, align.HOW[how])
        for x, y, similarity, how in zip(mine, yours, alike, manner, strict=True)
    ]
    rules = []
    for rule, weight in RULES[a.group] if met else ():
        found = rule(a, b, meetings)
        if found is not None:
            score *= 1 + weight * found[0]
            rules.append((rule, weight * found[0], found[1]))
    return Agreement(score, ours, theirs, tuple(meetings), tuple(rules))


def bounds(a: Name, listed: ListedNames, names: Array) -> list[float]:
    """For each of some listed names the most that `agreement` can find with a name.

    Args:
        a: The name, taken apart as the listed names were.
        listed, names: The listed names, and which of them.
    """
    if a.empty:
        return [0.0] * len(names)
    out = np.empty(len(names))
    words, ptr, ours = readings_of(a.readings)
    _compiled().bounds(
        words, ptr, ours, listed.words, listed.name_ptr, listed.reading_ptr, listed.reading_words,
        names, a.group == PERSON, _weights(a.group), _room(), out,
    )  # fmt: skip
    return out.tolist()


@cache
def _places(bits: int) -> tuple[int, ...]:
    return tuple(i for i in range(bits.bit_length()) if bits >> i & 1)


def agreement(a: Name, b: Name) -> Agreement:
    """How two names agree, in the readings that agree best."""
    if a.empty or b.empty:
        return Agreement(0.0)
    best = _agreement(a, b, 0, 0)
    for i, j in islice(product(range(len(a.readings)), range(len(b.readings))), 1, None):
        other = _agreement(a, b, i, j)
        best = other if other.score > best.score else best
    if best.score > 0.99 and a.text.strip() != b.text.strip():
        # Only names that are the same to the letter reach 1.
        same = " ".join(a.text.split()).casefold() == " ".join(b.text.split()).casefold()
        return Agreement(
            min(best.score, 0.999 if same else 0.99),
            best.ours,
            best.theirs,
            best.meetings,
            best.rules,
        )
    return best


@cache
def group_of_pair(schema_a: str, schema_b: str) -> str:
    """How the names of two parties are read that are compared."""
    groups = {group_of(schema_a), group_of(schema_b)}
    if PERSON in groups and "LegalEntity" in (schema_a, schema_b):
        return PERSON
    return groups.pop() if len(groups) == 1 else PERSON if PERSON in groups else BODY


def score_names(name_a: str, name_b: str, schema: str = "LegalEntity") -> float:
    """How likely two names are names of one party, in [0, 1], from the names alone.

    Args:
        name_a, name_b: Two names, in any script.
        schema: FollowTheMoney schema of what bears them; `LegalEntity` where that is not known.
    """
    if schema == "LegalEntity":
        return max(agreement(analyse(name_a, g), analyse(name_b, g)).score for g in (PERSON, BODY))
    group = group_of(schema)
    return agreement(analyse(name_a, group), analyse(name_b, group)).score


Found = tuple[Agreement, str, PartyName]
"""How two names agree: of the query its text, of the listed party the name."""


Seen = dict[tuple[str, str, str], Agreement]
"""How two names agree that were met before: how they are read, the one name, the other."""


def names_agree(
    query: Party,
    schema: str,
    names: Sequence[PartyName],
    read: Callable[[int], Name] | None = None,
    seen: Seen | None = None,
) -> Found | None:
    """The names agree, word by word, as far as spelling, script and order allow to tell."""
    group = group_of_pair(query.schema, schema)
    known: Seen = {} if seen is None else seen
    found = None
    for ours in query.names:
        a = analyse(ours.text, group)
        for at, theirs in enumerate(names):
            key = group, ours.text, theirs.text
            g = known.get(key)
            if g is None:
                b = analyse(theirs.text, group) if read is None else read(at)
                g = known[key] = agreement(a, b)
            if found is None or _rank(g, theirs) > _rank(found[0], found[2]):
                found = (g, ours.text, theirs)
    return found


def score_of(found: Found | None) -> float:
    """The score of names alone."""
    return 0.0 if found is None else _rank(found[0], found[2])


def _rank(g: Agreement, name: PartyName) -> float:
    return g.score * (1 + WEAK if name.weak else 1)


WEAK = -0.08
"""What a match on a name loses that the publisher calls weak or of low quality."""


def weak_alias(name: PartyName) -> tuple[float, str] | None:
    """The name that met is one that the publisher calls weak or of low quality."""
    return (1.0, name.text) if name.weak else None


@cache
def _text(function: Callable[..., object]) -> str:
    return " ".join((function.__doc__ or "").split())


def compare(query: Party, listed: Party, found: Found | None = None) -> Candidate:
    """A query and a listed party, with everything that speaks for and against a match.

    Args:
        query, listed: The two parties.
        found: How their names agree, where it is known already.
    """
    if found is None:
        found = names_agree(query, listed.schema, listed.names)
    score, features = weigh(score_of(found), query, listed)
    if found is None:
        return Candidate(listed, score, PartyName(""), "", (), features)
    g, ours, theirs = found
    own = [Feature("names_agree", _text(names_agree), g.score, 1.0, f"{ours} ~ {theirs.text}")]
    own += [Feature(r.__name__, _text(r), 1.0, w, detail) for r, w, detail in g.rules]
    if theirs.weak:
        own.append(Feature("weak_alias", _text(weak_alias), 1.0, WEAK, theirs.text))
    return Candidate(listed, score, theirs, ours, g.aligned, (*own, *features))


def _aligned(g: Agreement) -> tuple[Aligned, ...]:
    out = []
    met_ours: set[int] = set()
    met_theirs: set[int] = set()
    for m in sorted(g.meetings, key=lambda m: m.ours[0]):
        met_ours.update(m.ours)
        met_theirs.update(m.theirs)
        if len(m.ours) == len(m.theirs) == 1:  # the most, and quicker so
            x, y = g.ours[m.ours[0]], g.theirs[m.theirs[0]]
            out.append(Aligned(x.text, y.text, m.how, m.similarity, (x.weight + y.weight) / 2))
            continue
        a, b = [g.ours[i] for i in m.ours], [g.theirs[j] for j in m.theirs]
        weight = sum(x.weight for x in (*a, *b)) / 2
        ours, theirs = " ".join(x.text for x in a), " ".join(x.text for x in b)
        out.append(Aligned(ours, theirs, m.how, m.similarity, weight))
    for i, x in enumerate(g.ours):
        if i not in met_ours:
            out.append(Aligned(x.text, "", "left over", 0.0, x.weight))
    for j, x in enumerate(g.theirs):
        if j not in met_theirs:
            out.append(Aligned("", x.text, "left over", 0.0, x.weight))
    return tuple(out)
