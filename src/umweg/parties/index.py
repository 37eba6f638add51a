"""The index of names: from a query to the names that may be meant, with a measured recall.

A name is a row of terms (the keys of its words, or the concept that a word translates). A query's
word finds the terms that are like it through trigrams of the terms, not of the names: there are far
fewer of them. The rows that hold these terms are gathered from the rarest word on and scored from
all their terms in compiled code; the few best go to `score`.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import local
from types import ModuleType
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA

from umweg.parties.fold import script_of
from umweg.parties.keys import bones_of, bones_of_abjad, hebrew_bones, key_of, other_bones_of
from umweg.parties.legal_forms import forms
from umweg.parties.listed import ARRAYS, Collected, ListedNames
from umweg.parties.names import BODY, PERSON, Name, analyse, compound_of, group_of
from umweg.parties.words import (
    GENERATION,
    GENERIC,
    INITIAL,
    LIGHT,
    NUMBER,
    PLACE,
    Word,
    abbreviations,
    people,
    words_of_body,
)

Array = np.ndarray[Any, Any]

VERSION = 11
"""Of the index's layout and of the way names are taken apart: a cache of another one is rebuilt."""

BUDGET = 25_000
"""Postings that a query may read: more finds no more and costs time (benchmarks/match_speed.py)."""

MOST_TERMS = 20

POOR = 0.85
"""A best score below which the query is searched a second time, its words cut at every letter."""

PARTS = 4
"""Into how many parts the weight of a word is divided that may be cut."""

Cut = tuple[float, tuple[int, ...], tuple[int, ...]]
"""A place in a word, as a part of its length, and the terms that may stand before and behind it."""

_ARRAYS = (
    "text", "ptr", "alias", "hashes", "weights", "letters", "gram_ptr", "gram_terms",
    "post_ptr", "post_rows", "row_ptr", "row_terms",
    "row_name", "bone_hashes", "bone_ptr", "bone_terms", *ARRAYS,
)  # fmt: skip

SPELT_APART = 2
"""Letters by which the spelling of a word must differ from its key to be a term beside it: a slip
within `shch` or `ee` changes a key by more than one letter."""

_SILENT = LIGHT | {INITIAL, GENERATION}


@cache
def _kernels() -> ModuleType:
    """The compiled loops, which are not loaded before they are needed."""
    return import_module("umweg.parties.kernels")


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
        words = _told(reading)
        row = {term_of(w): (w.weight, _spelling(w)) for w in words}
        rows.append(tuple((t, x, b) for t, (x, b) in row.items()))
    return rows


def _spelling(word: Word) -> str:
    """The letters of which a word's consonants are taken: none of Arabic, whose term they are."""
    if not word.abjad:
        return word.latin
    return word.text if script_of(word.text) == "Hebr" else ""


def _bones_forms(spelling: str) -> set[str]:
    """The consonants under which a term is found: as Arabic would write it (~), as Hebrew
    would (^), of a term in Hebrew its own (#)."""
    if not spelling:
        return set()
    hebrew = hebrew_bones(spelling)
    if not spelling.isascii():
        return {"#" + hebrew}
    bones = bones_of(spelling)
    article = {"~" + bones[2:]} if bones.startswith("Al") and len(bones) > 3 else set()
    return {"~" + bones, "~" + other_bones_of(spelling), "^" + hebrew} | article


@dataclass(slots=True)
class Hits:
    """Names that may be meant, best first, and what their terms score."""

    names: Array
    scores: Array


class Index:
    """Rows of terms with everything that is needed to search them, as flat arrays."""

    def __init__(self, arrays: dict[str, Array], owner: Array) -> None:
        self._a = arrays
        self.owner = np.ascontiguousarray(owner, np.int32)
        self.listed = ListedNames(arrays)
        self._scratch = local()  # compiled code runs in several threads at once
        self._expanded: dict[str, tuple[Array, Array]] = {}

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._a["row_name"])

    @property
    def terms(self) -> int:
        """How many different terms there are."""
        return len(self._a["hashes"])

    # -- making ------------------------------------------------------------------------------------

    @classmethod
    def build(cls, names: Sequence[str], schemas: Sequence[str], owner: Array) -> Index:
        """The index of names; `owner` says of each which party it names."""
        number_of: dict[str, int] = {}
        weights = array("f")
        latins: list[str] = []
        row_terms, row_sizes, row_name = array("i"), array("i"), array("i")
        alias_of: dict[str, str] = {}
        spelt: list[tuple[str, str]] = []

        def number(term: str, weight: float, latin: str) -> int:
            at = number_of.get(term)
            if at is None:
                at = number_of[term] = len(number_of)
                weights.append(weight)
                latins.append(latin)
            return at

        words_of_names = Collected()
        for name, analysed in enumerate(_analysed(names, schemas, owner)):
            words_of_names.add(analysed)
            for row in terms_of(analysed):
                for term, weight, latin in row:
                    if term[0] == "=" and latin:
                        # A word that has a concept is found under its own letters too.
                        alias_of[key_of(latin)] = term
                        row_terms.append(number(term, weight, ""))
                    else:
                        row_terms.append(number(term, weight, latin))
                        if (
                            latin.isascii()
                            and latin
                            and OSA.distance(latin, term, score_cutoff=1) >= SPELT_APART
                        ):
                            spelt.append((latin, term))
                row_sizes.append(len(row))
                row_name.append(name)
        for latin, term in spelt:
            if latin not in number_of:
                alias_of.setdefault(latin, term)
        for key in alias_of:
            number(key, 1.0, "")
        words = [t.encode() for t in number_of]
        text, ptr = _flat(words)
        hashes = _kernels().fnv_all(text, ptr) if words else np.empty(0, np.uint64)
        order = np.argsort(hashes, kind="stable")
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        text, ptr = _flat([words[i] for i in order])
        terms = rank[np.frombuffer(row_terms, np.int32)] if len(row_terms) else _ints(0)
        alias = np.arange(len(order), dtype=np.int32)
        for key, term in alias_of.items():
            alias[rank[number_of[key]]] = rank[number_of[term]]
        row_ptr = np.concatenate(([0], np.cumsum(np.frombuffer(row_sizes, np.int32)))).astype(
            np.int64
        )
        row_of = np.repeat(np.arange(len(row_sizes), dtype=np.int32), np.diff(row_ptr))
        by_term = np.argsort(terms, kind="stable")
        gram_ptr, gram_terms = _kernels().gram_index(
            text, ptr, np.argsort(np.diff(ptr), kind="stable")
        )
        bones = [(b, at) for at, i in enumerate(order) for b in _bones_forms(latins[i])]
        bone_text, bone_at = _flat([b.encode() for b, _ in bones])
        bone_all = _kernels().fnv_all(bone_text, bone_at) if bones else np.empty(0, np.uint64)
        by_bones = np.argsort(bone_all, kind="stable")
        held = np.fromiter((at for _, at in bones), np.int32, len(bones))[by_bones]
        bone_hashes, first = np.unique(bone_all[by_bones], return_index=True)
        return cls(
            {
                "text": text, "ptr": ptr, "alias": alias, "hashes": hashes[order],
                "weights": np.frombuffer(weights, np.float32)[order] if words else _floats(0),
                "letters": _kernels().letters_of_all(text, ptr),
                "gram_ptr": gram_ptr, "gram_terms": gram_terms,
                "post_ptr": np.searchsorted(terms[by_term], np.arange(len(words) + 1)),
                "post_rows": row_of[by_term], "row_ptr": row_ptr, "row_terms": terms,
                "row_name": np.frombuffer(row_name, np.int32) if len(row_name) else _ints(0),
                "bone_hashes": bone_hashes, "bone_terms": held.astype(np.int32),
                "bone_ptr": np.concatenate((first, [len(held)])).astype(np.int64),
                **words_of_names.arrays(),
            },
            owner,
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", self._a[name])
        (folder / "index.json").write_text(json.dumps({"version": VERSION}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, owner: Array) -> Index | None:
        """The index that a folder holds, mapped into memory; None where it holds none of today."""
        try:
            stated = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            if stated != {"version": VERSION}:
                return None
            # Copied on write, which never happens: an array that is read-only is of another type to
            # the compiler, which would compile everything twice.
            arrays = {n: np.load(folder / f"{n}.npy", mmap_mode="c") for n in _ARRAYS}
        except (OSError, ValueError):
            return None
        if len(arrays["row_name"]) and int(arrays["row_name"].max()) >= len(owner):
            return None
        return cls({n: np.asarray(a) for n, a in arrays.items()}, owner)

    # -- searching ---------------------------------------------------------------------------------

    def _room(self) -> dict[str, Array]:
        if not hasattr(self._scratch, "room"):
            self._scratch.room = {
                "acc": np.zeros(self.rows, np.float32),
                "touched": np.empty(max(1, self.rows), np.int32),
                "slot": np.full(max(1, self.terms), -1, np.int32),
                "seen": np.zeros(max(1, self.terms), np.uint8),
                "touched_terms": np.empty(max(1, self.terms), np.int32),
                "places": np.zeros(256, np.uint64),
                "cuts": np.empty((2, 64), np.int64),
                "out_terms": np.empty(400, np.int32),
                "out_similarity": np.empty(400, np.float32),
                "out_names": np.empty(200, np.int32),
                "out_scores": np.empty(200, np.float32),
                "all": np.zeros(0, np.bool_),
            }
        room: dict[str, Array] = self._scratch.room
        return room

    def _exact(self, term: str) -> int:
        return int(_kernels().find(self._a["hashes"], np.frombuffer(term.encode(), np.uint8)))

    def holds(self, word: Word) -> bool:
        """Whether a word is one of the lists', letter for letter or by another romanisation."""
        return self._exact(f"~{word.bones}" if word.abjad else word.key) >= 0

    def _meant(self, part: str, abjad: bool = False) -> tuple[int, ...]:
        """The terms that a part of a word may be as a word: itself, its concept, what it is for."""
        if abjad:
            at = self._exact(f"~{bones_of_abjad(part)}")
            return () if at < 0 else (at,)
        at = self._exact(key_of(compound_of(part)))
        if at >= 0:
            return self._both(at)
        long = abbreviations().get(part, ())
        if len(long) == 1:
            at = self._exact(term_of(words_of_body(part, part)[0]))
        return () if at < 0 else (at,)

    def _both(self, at: int) -> tuple[int, ...]:
        other = int(self._a["alias"][at])
        return (at,) if other == at else (at, other)

    def halves(self, key: str) -> list[Cut]:
        """Where a key may be cut into those of two words; one is enough if it is long."""
        if not 4 <= len(key) <= 60:
            return []
        lefts, rights = self._room()["cuts"]
        _kernels().halves(np.frombuffer(key.encode(), np.uint8), self._a["hashes"], lefts, rights)
        found: list[Cut] = []
        ends = zip(lefts[: len(key) - 1].tolist(), rights[: len(key) - 1].tolist(), strict=True)
        for cut, (left, right) in enumerate(ends):
            if cut < 2 or (left < 0 and right < 0):
                continue
            if (left >= 0 and right >= 0) or (cut if left >= 0 else len(key) - cut) > 4:
                before = () if left < 0 else self._both(left)
                found.append((cut / len(key), before, () if right < 0 else self._both(right)))
        return found

    def cuts(self, word: Word) -> list[Cut]:
        """Where the spelling of a word may be cut into those of two, a letter between or none.

        Unlike `halves` it knows that letters which meet at the seam may be one sound in the whole.
        A legal form that is written to a word is cut off.
        """
        text = word.text if word.abjad else word.latin
        found: list[Cut] = []
        for cut in range(2, min(len(text), 40) - 1):
            before = self._meant(text[:cut], word.abjad)
            if before:
                for gap in (0, 1):
                    behind = self._meant(text[cut + gap :], word.abjad)
                    if behind:
                        found.append((cut / len(text), before, behind))
        for form in [] if word.abjad else _glued().finditer(text):
            start, end = form.span()
            rest = self._meant(text[:start] + text[end:])
            found.append((0.0, (), rest) if start == 0 else (1.0, rest, ()))
        return found

    def moved_space(self, a: Word, b: Word) -> list[Cut]:
        """Two words between which the space may stand one or two letters elsewhere."""
        whole, at = (a.text + b.text, len(a.text)) if a.abjad else (a.latin + b.latin, len(a.latin))
        found = []
        for cut in (at - 2, at - 1, at + 1, at + 2):
            if 1 < cut < len(whole) - 1:
                before = self._meant(whole[:cut], a.abjad)
                behind = self._meant(whole[cut:], a.abjad)
                if before and behind:
                    found.append((cut / len(whole), before, behind))
                elif behind and whole[:cut] in forms().joined:
                    found.append((0.0, (), behind))
                elif before and whole[cut:] in forms().joined:
                    found.append((1.0, before, ()))
        return found

    def _by_bones(self, bones: str) -> Array:
        text = np.frombuffer(bones.encode(), np.uint8)
        at = int(_kernels().find(self._a["bone_hashes"], text))
        if at < 0:
            return _ints(0)
        ptr = self._a["bone_ptr"]
        return self._a["bone_terms"][ptr[at] : ptr[at + 1]]

    def like(self, word: Word, person: bool) -> tuple[Array, Array]:
        """The terms that a word of a query may be, and how alike they are."""
        stored = f"{word.text}\t{word.latin}\t{person}"
        found = self._expanded.get(stored)
        if found is None:
            if len(self._expanded) > 200_000:
                self._expanded.clear()
            found = self._expanded[stored] = self._like(word, person)
        return found

    def _like(self, word: Word, person: bool) -> tuple[Array, Array]:

        best: dict[int, float] = {}

        def add(at: int, similarity: float) -> None:
            if at >= 0 and best.get(at, 0.0) < similarity:
                best[at] = similarity

        for concept in (word.concept, *(x.concept for x in _as_body(word.text, word.latin))):
            if concept:
                add(self._exact("=" + concept), 0.95)
        if word.concept[:1] == "#":
            add(self._exact(word.key), 0.9)
            return _pair(best)
        if word.abjad:
            bones = word.bones
            add(self._exact("~" + bones), 1.0)
            for at in self._by_bones("~" + bones).tolist():
                add(at, 0.9)
            if spelling := _spelling(word):
                for at in self._by_bones("^" + hebrew_bones(spelling)).tolist():
                    add(at, 0.88)
            if len(bones) > 3:
                for i in range(len(bones)):
                    for at in self._by_bones(f"~{bones[:i]}{bones[i + 1 :]}").tolist():
                        add(at, 0.65)
            if len(bones) > 1:
                for at, _, similarity in self._near("~" + bones):
                    add(at, similarity)
            return _pair(best)
        for bones in _bones_forms(word.latin):
            if bones[0] == "~":
                add(self._exact(bones), 0.9)
        for at in self._by_bones("#" + hebrew_bones(word.latin)).tolist():
            add(at, 0.88)
        add(self._exact(word.key), 1.0)
        if not word.concept:
            for spelling in dict.fromkeys((word.key, word.latin)):
                for at, other, similarity in self._near(spelling):
                    add(at, similarity)
                    if other != at:
                        add(other, similarity * 0.98)
        if person:
            for key in _equivalents(word.key):
                add(self._exact(key), 0.9)
        return _pair(best)

    def _near(self, spelling: str) -> list[tuple[int, int, float]]:
        """Terms that differ from a spelling by little: the term, what it stands for, how alike."""
        room, a = self._room(), self._a
        n = _kernels().expand(
            np.frombuffer(spelling.encode(), np.uint8), a["text"], a["ptr"], a["letters"],
            a["gram_ptr"], a["gram_terms"], room["seen"], room["touched_terms"],
            room["places"], room["out_terms"], room["out_similarity"],
        )  # fmt: skip
        found = room["out_terms"][:n]
        similarity = room["out_similarity"][:n]
        return list(
            zip(found.tolist(), a["alias"][found].tolist(), similarity.tolist(), strict=True)
        )

    def search(self, name: str, schema: str, wanted: Array | None, room_for: int = 60) -> Hits:
        """The names that a name may mean, best first.

        Args:
            name: The name.
            schema: Of what bears it; `LegalEntity` where that is not known.
            wanted: Which parties are looked at; None: all.
            room_for: How many names at most.
        """
        names: list[Array] = []
        scores: list[Array] = []
        for words, person in _readings(name, schema):
            found, scored = self._best(_Query(self, words, person, False), wanted, person, room_for)
            names.append(found)
            scores.append(scored)
            if not len(found) or scored[0] < POOR:
                query = _Query(self, words, person, True)
                found, scored = self._best(query, wanted, person, room_for)
                names.append(found)
                scores.append(scored)
        if len(names) == 1:
            return Hits(names[0], scores[0])
        if not names:
            return Hits(_ints(0), _floats(0))
        all_names, all_scores = np.concatenate(names), np.concatenate(scores)
        order = np.argsort(-all_scores, kind="stable")
        _, first = np.unique(all_names[order], return_index=True)
        order = order[np.sort(first)][:room_for]
        return Hits(all_names[order], all_scores[order])

    def _best(
        self, query: _Query, wanted: Array | None, person: bool, room_for: int
    ) -> tuple[Array, Array]:
        if not query.terms:
            return _ints(0), _floats(0)
        room, a = self._room(), self._a
        n = _kernels().search(
            np.array(query.ptr, np.int64), np.concatenate(query.terms),
            np.concatenate(query.similarity), np.array(query.use, np.int64),
            np.array(query.cover, np.int64), np.array(query.weights, np.float32),
            np.array(query.word_weights, np.float32), a["post_ptr"], a["post_rows"],
            a["row_ptr"], a["row_terms"], a["weights"], a["row_name"], self.owner,
            room["all"] if wanted is None else wanted, wanted is not None, BUDGET,
            _COSTS[PERSON if person else BODY], room["acc"], room["touched"], room["slot"],
            room["out_names"][:room_for], room["out_scores"][:room_for],
        )  # fmt: skip
        return room["out_names"][:n].copy(), room["out_scores"][:n].copy()


_COSTS = {
    PERSON: np.array([0.25, 0.15, 1.6], np.float32),
    BODY: np.array([0.5, 0.5, 1.2], np.float32),
}
"""As `score.WEIGHTS`, a little milder: a name that is lost here is lost."""


class _Query:
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
        known = [bool(w.concept) or index.holds(w) for w in words]
        masks = []
        for i, w in enumerate(words):
            parts = 1
            if (thorough or not known[i]) and self.bits + len(words) - i < 58:
                parts = PARTS
            masks.append(((1 << parts) - 1) << self.bits)
            self.bits += parts
            self.word_weights += [w.weight / parts] * parts
            terms, similarity = index.like(w, person)
            self._add(terms, similarity, masks[i], masks[i], w.weight)
        for i in range(len(words) - 1):
            a, b = words[i], words[i + 1]
            if a.concept or b.concept or a.abjad != b.abjad:
                continue
            both = masks[i] | masks[i + 1]
            terms, similarity = index.like(_together(a, b), False)
            strong = similarity >= (0.9 if a.abjad or (known[i] and known[i + 1]) else 0.7)
            if strong.any():
                weight = a.weight + b.weight
                self._add(terms[strong], similarity[strong] * 0.95, both, both, weight)
            if thorough:
                self._cut(index, index.moved_space(a, b), both)
        for i, w in enumerate(words):
            if w.kind == NUMBER or (known[i] and not thorough):
                continue
            self._cut(index, index.cuts(w) if thorough else index.halves(w.key), masks[i])

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
                weight = float(index._a["weights"][term])
                self._add(np.array([term], np.int32), _ones(0.9), cover, cover, weight)

    def _add(self, terms: Array, similarity: Array, use: int, cover: int, weight: float) -> None:
        if not len(terms):
            return
        self.terms.append(terms)
        self.similarity.append(similarity)
        self.ptr.append(self.ptr[-1] + len(terms))
        self.use.append(use)
        self.cover.append(cover)
        self.weights.append(weight)


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


def _as_body(text: str, latin: str) -> tuple[Word, ...]:
    return words_of_body(text, latin) if " " not in text else ()


def _together(a: Word, b: Word) -> Word:
    """Two words as one."""
    if a.abjad:
        return Word(a.text + b.text, "", "", "", 0, 1.0, abjad=True)
    key = a.key + b.key
    return Word(key, key, key, key, 0, 1.0)


@cache
def _glued() -> re.Pattern[str]:
    """Legal forms and abbreviations, where they may be written to a word."""
    short = {p for p in forms().joined if p.isascii() and p.isalpha() and 1 < len(p) < 8}
    either = "|".join(sorted(short | set(abbreviations()), key=lambda x: (-len(x), x)))
    return re.compile(f"^(?:{either})(?=.{{3}})|(?<=.{{3}})(?:{either})$")


def _readings(name: str, schema: str) -> list[tuple[list[Word], bool]]:
    """The words of a query by each reading, and whether they are read as of a person."""
    group = group_of(schema)
    if schema == "LegalEntity":
        body = analyse(name, BODY)
        solid = body.forms or any(w.kind in (GENERIC, NUMBER) for r in body.readings for w in r)
        group = BODY if solid else PERSON
    out = []
    for reading in analyse(name, group).readings:
        words = _told(reading)
        out.append((words[:MOST_TERMS], group == PERSON))
    return out


def _told(reading: Sequence[Word]) -> list[Word]:
    """The words by which a name is found: titles and particles too where one other word is left."""
    words = [w for w in reading if w.kind not in _SILENT]
    return words if len(words) > 1 else list(reading)


def _analysed(names: Sequence[str], schemas: Sequence[str], owner: Array) -> Iterable[Name]:
    groups = [group_of(s) for s in schemas]
    for name, number in zip(names, owner.tolist(), strict=True):
        yield analyse.__wrapped__(name, groups[number])


def _flat(words: Sequence[bytes]) -> tuple[Array, Array]:
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    text = np.frombuffer(b"".join(words), np.uint8) if words else np.empty(0, np.uint8)
    return text, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _pair(best: dict[int, float]) -> tuple[Array, Array]:
    return (
        np.fromiter(best.keys(), np.int32, len(best)),
        np.fromiter(best.values(), np.float32, len(best)),
    )


def _ints(n: int) -> Array:
    return np.empty(n, np.int32)


def _floats(n: int) -> Array:
    return np.empty(n, np.float32)


def _ones(value: float) -> Array:
    return np.array([value], np.float32)
