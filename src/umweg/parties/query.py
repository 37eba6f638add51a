"""The words of a query as the terms that they may be: alone, two as one, cut in two."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from umweg.parties.keys import bones_of_abjad, key_of
from umweg.parties.legal_forms import forms
from umweg.parties.names import compound_of
from umweg.parties.terms import term_of
from umweg.parties.words import NUMBER, Word, abbreviations, words_of_body

if TYPE_CHECKING:
    from umweg.parties.index import Index

Array = np.ndarray[Any, Any]

PARTS = 4
"""Into how many parts the weight of a word is divided that may be cut."""

Cut = tuple[float, tuple[int, ...], tuple[int, ...]]
"""A place in a word, as a part of its length, and the terms that may stand before and behind it."""


class Query:
    """The words of a query as the terms that they may be.

    Args:
        index: Of the terms.
        words: Of the query.
        person: Whether it is read as the name of a person.
        thorough: Whether words that the lists hold are cut too, and at every letter.
    """

    def __init__(self, index: Index, words: list[Word], person: bool, thorough: bool) -> None:
        self.ptr = [0]
        self.terms: list[Array] = []
        self.similarity: list[Array] = []
        self.use: list[int] = []
        self.cover: list[int] = []
        self.weights: list[float] = []
        self.word_weights: list[float] = []
        self.bits = 0
        self.thorough = thorough
        known: list[bool] = []
        masks = []
        for i, w in enumerate(words):
            terms, similarity, held = index.like(w, person)
            known.append(held or bool(w.concept))
            parts = 1
            if (thorough or not known[i]) and self.bits + len(words) - i < 58:
                parts = PARTS
            masks.append(((1 << parts) - 1) << self.bits)
            self.bits += parts
            self.word_weights += [w.weight / parts] * parts
            self._add(terms, similarity, masks[i], masks[i], w.weight)
        self.own = len(self.terms)
        for i in range(len(words) - 1):
            a, b = words[i], words[i + 1]
            if a.concept or b.concept or a.abjad != b.abjad:
                continue
            both = masks[i] | masks[i + 1]
            weight = a.weight + b.weight
            if thorough or a.abjad:
                least = 0.9 if a.abjad or (known[i] and known[i + 1]) else 0.7
                terms, similarity = index.like_pair(a, b, least)
                self._add(terms, similarity * np.float32(0.95), both, both, weight)
                if thorough:
                    self._cut(index, moved_space(index, a, b), both)
            else:
                at = index.exact(a.key + b.key)
                for term in () if at < 0 else index.both(at):
                    self._add(_one(term), _SURE, both, both, weight)
        for i, w in enumerate(words):
            if w.kind == NUMBER or (known[i] and not thorough):
                continue
            self._cut(index, cuts(index, w) if thorough else index.halves(w.key), masks[i])

    def _cut(self, index: Index, cuts: Iterable[Cut], mask: int) -> None:
        """Terms of which words may be put together; each accounts for a part of their weight."""
        parts = mask.bit_count()
        first = (mask & -mask).bit_length() - 1
        for at, before, behind in cuts:
            size = round(at * parts)
            if 0 < at < 1 < parts:
                size = min(max(size, 1), parts - 1)
            left = ((1 << size) - 1) << first
            for term, cover in [(t, left) for t in before] + [(t, mask & ~left) for t in behind]:
                weight = float(index.weights[term])
                self._add(_one(term), _WELL, cover, cover, weight)

    def _add(self, terms: Array, similarity: Array, use: int, cover: int, weight: float) -> None:
        if not len(terms):
            return
        self.terms.append(terms)
        self.similarity.append(similarity)
        self.ptr.append(self.ptr[-1] + len(terms))
        self.use.append(use)
        self.cover.append(cover)
        self.weights.append(weight)


_SURE, _WELL = np.array([0.95], np.float32), np.array([0.9], np.float32)


def _one(term: int) -> Array:
    return np.array([term], np.int32)


def _meant(index: Index, part: str, abjad: bool = False) -> tuple[int, ...]:
    """The terms that a part of a word may be as a word: itself, its concept, what it is for."""
    if abjad:
        at = index.exact(f"~{bones_of_abjad(part)}")
        return () if at < 0 else (at,)
    at = index.exact(key_of(compound_of(part)))
    if at >= 0:
        return index.both(at)
    long = abbreviations().get(part, ())
    if len(long) == 1:
        at = index.exact(term_of(words_of_body(part, part)[0]))
    return () if at < 0 else (at,)


def cuts(index: Index, word: Word) -> list[Cut]:
    """Where the spelling of a word may be cut into those of two, a letter between or none.

    Unlike `halves` it knows that letters which meet at the seam may be one sound in the whole.
    A legal form that is written to a word is cut off.
    """
    text = word.text if word.abjad else word.latin
    found: list[Cut] = []
    for cut in range(2, min(len(text), 40) - 1):
        before = _meant(index, text[:cut], word.abjad)
        if before:
            for gap in (0, 1):
                behind = _meant(index, text[cut + gap :], word.abjad)
                if behind:
                    found.append((cut / len(text), before, behind))
    for form in [] if word.abjad else _glued().finditer(text):
        start, end = form.span()
        rest = _meant(index, text[:start] + text[end:])
        found.append((0.0, (), rest) if start == 0 else (1.0, rest, ()))
    return found


def moved_space(index: Index, a: Word, b: Word) -> list[Cut]:
    """Two words between which the space may stand one or two letters elsewhere."""
    whole, at = (a.text + b.text, len(a.text)) if a.abjad else (a.latin + b.latin, len(a.latin))
    found = []
    for cut in (at - 2, at - 1, at + 1, at + 2):
        if 1 < cut < len(whole) - 1:
            before = _meant(index, whole[:cut], a.abjad)
            behind = _meant(index, whole[cut:], a.abjad)
            if before and behind:
                found.append((cut / len(whole), before, behind))
            elif behind and whole[:cut] in forms().joined:
                found.append((0.0, (), behind))
            elif before and whole[cut:] in forms().joined:
                found.append((1.0, before, ()))
    return found


@cache
def _glued() -> re.Pattern[str]:
    """Legal forms and abbreviations, where they may be written to a word."""
    short = {p for p in forms().joined if p.isascii() and p.isalpha() and 1 < len(p) < 8}
    either = "|".join(sorted(short | set(abbreviations()), key=lambda x: (-len(x), x)))
    return re.compile(f"^(?:{either})(?=.{{3}})|(?<=.{{3}})(?:{either})$")
