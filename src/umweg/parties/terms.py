"""Under which terms a word is kept, and what a word of a query is looked up as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from umweg.parties.fold import script_of
from umweg.parties.keys import bones_of, hebrew_bones, other_bones_of
from umweg.parties.names import Name
from umweg.parties.words import (
    GENERATION,
    GENERIC,
    INITIAL,
    LIGHT,
    NUMBER,
    PLACE,
    Word,
    glossary,
    people,
    words_of_body,
)

_SILENT = LIGHT | {INITIAL, GENERATION}


def term_of(word: Word) -> str:
    """The term under which a word is found."""
    if word.concept and word.kind in (GENERIC, PLACE, NUMBER):
        return "=" + word.concept
    if word.abjad:
        return "~" + word.bones
    return word.key


def terms_of(name: Name) -> list[tuple[tuple[str, float, str], ...]]:
    """The rows of a name: for each reading its terms, what each tells, and its consonants."""
    rows: list[tuple[tuple[str, float, str], ...]] = []
    for reading in name.readings:
        words = told(reading)
        row = {term_of(w): (w.weight, spelling_of(w)) for w in words}
        rows.append(tuple((t, x, b) for t, (x, b) in row.items()))
    return rows


def spelling_of(word: Word) -> str:
    """The letters of which a word's consonants are taken: none of Arabic, whose term they are."""
    if not word.abjad:
        return word.latin
    return word.text if script_of(word.text) == "Hebr" else ""


def bones_forms(spelling: str) -> set[str]:
    """The consonants under which a term is found: as Arabic would write it (~), as Hebrew
    would (^), of a term in Hebrew its own (#)."""
    if not spelling:
        return set()
    hebrew = hebrew_bones(spelling)
    if not spelling.isascii():
        return {"#" + hebrew}
    return _as_arabic(spelling) | {"^" + hebrew}


def _as_arabic(latin: str) -> set[str]:
    bones = bones_of(latin)
    article = {"~" + bones[2:]} if bones.startswith("Al") and len(bones) > 3 else set()
    return {"~" + bones, "~" + other_bones_of(latin)} | article


EXACT, ALIKE, BY_BONES = range(3)
"""How a text is looked up: as a term, by its likeness to terms, as the consonants of terms."""

LEAST = 0.4
"""The likeness below which two terms are two terms."""

Lookup = tuple[str, int, float]
"""A text, how it is looked up, and what that is worth: see `kernels.like`."""


def lookups_of(word: Word, person: bool, abjads: bool) -> Iterator[Lookup]:
    """What a word of a query is looked up as; first of all as itself.

    Args:
        word, person: The word, and whether it is read as one of the name of a person.
        abjads: Whether there are terms of scripts without vowels.
    """
    if word.abjad:
        yield from _lookups_of_abjad(word)
        return
    plain = word.concept[:1] == "#"
    yield word.key, EXACT, 0.9 if plain else 1.0
    for concept in _concepts(word):
        yield "=" + concept, EXACT, 0.95
    if plain:
        return
    if abjads:
        for bones in _as_arabic(word.latin):
            yield bones, EXACT, 0.9
        yield "#" + hebrew_bones(word.latin), BY_BONES, 0.88
    if not word.concept:
        yield word.key, ALIKE, LEAST
        if word.latin != word.key:
            yield word.latin, ALIKE, LEAST
    if person:
        for key in _equivalents(word.key):
            yield key, EXACT, 0.9


def _concepts(word: Word) -> set[str]:
    alone = word.latin and " " not in word.text
    as_body = words_of_body(word.text, word.latin) if alone else ()
    return {c for c in (word.concept, *(x.concept for x in as_body)) if c}


def _lookups_of_abjad(word: Word) -> Iterator[Lookup]:
    bones = word.bones
    yield "~" + bones, EXACT, 1.0
    for concept in _concepts(word):
        yield "=" + concept, EXACT, 0.95
    if word.concept[:1] == "#":
        yield word.key, EXACT, 0.9
        return
    yield "~" + bones, BY_BONES, 0.9
    if spelling := spelling_of(word):
        yield "^" + hebrew_bones(spelling), BY_BONES, 0.88
    if len(bones) > 3:
        for i in range(len(bones)):
            yield f"~{bones[:i]}{bones[i + 1 :]}", BY_BONES, 0.65
    if len(bones) > 1:
        yield "~" + bones, ALIKE, LEAST


def lookups_of_pair(a: Word, b: Word, least: float, abjads: bool) -> Iterator[Lookup]:
    """What two words are looked up as that may be one.

    Args:
        a, b: The words.
        least: The likeness from which it may be it.
        abjads: As of `lookups_of`.
    """
    if a.abjad:
        yield from _lookups_of_abjad(Word(a.text + b.text, "", "", "", 0, 1.0, abjad=True))
        return
    key = a.key + b.key
    yield key, EXACT, 1.0
    concept = glossary().whole.get(a.latin + b.latin)
    if concept is not None:
        yield "=" + concept[0], EXACT, 0.95
    if abjads:
        for bones in _as_arabic(key):
            yield bones, EXACT, 0.9
    yield key, ALIKE, least


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """Group of given names → their keys."""
    out: dict[str, list[str]] = {}
    p = people()
    for table in (p.equal, p.short):
        for key, groups in table.items():
            for group in groups:
                out.setdefault(group, []).append(key)
    return {g: tuple(k) for g, k in out.items()}


def _equivalents(key: str) -> set[str]:
    p = people()
    groups = p.equal.get(key, frozenset()) | p.short.get(key, frozenset())
    return {k for g in groups for k in _groups()[g]} - {key}


def told(reading: Sequence[Word]) -> list[Word]:
    """The words by which a name is found: titles and particles too where one other word is left."""
    words = [w for w in reading if w.kind not in _SILENT]
    return words if len(words) > 1 else list(reading)
