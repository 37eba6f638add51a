"""The index of names: from a query to the names that may be meant, with a measured recall.

A name is a row of terms (the keys of its words, or the concept that a word translates). A query's
word finds the terms that are like it through what is left of a term without a letter or two: there
are far fewer terms than names. The rows that hold these terms are gathered from the rarest word on
and scored from all their terms in compiled code; the few best go to `score`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from threading import local
from types import ModuleType
from typing import Any

import numpy as np

from umweg.parties.listed import ARRAYS, ListedNames
from umweg.parties.names import BODY, PERSON, analyse, group_of
from umweg.parties.query import Cut, Query
from umweg.parties.terms import Lookup, lookups_of, lookups_of_pair, told
from umweg.parties.words import GENERIC, NUMBER, Word

Array = np.ndarray[Any, Any]

VERSION = 16
"""Of the index's layout and of the way names are taken apart: a cache of another one is rebuilt."""

BUDGETS = 25_000, 100_000
"""Postings that a query may read, and when it is searched thoroughly: more finds no more and costs
time (benchmarks/match_speed.py)."""

PART_READ = 0.05, 0.1
"""Of all rows, that part may be read of very many: common words are more common there."""

ENOUGH = 0.6, 2.0
"""The part of a query's weight that must have been read when few postings are enough."""

MOST_TERMS = 20

MOST_LIKE = 800
"""Terms that a word may be, at most."""

POOR = 0.85
"""A best score below which the query is searched a second time, its words cut at every letter."""

_ARRAYS = (
    "text", "ptr", "alias", "hashes", "weights", "letters", "variant_ptr", "variant_terms",
    "post_ptr", "post_rows", "row_ptr", "row_terms", "row_weight",
    "row_name", "bone_hashes", "bone_ptr", "bone_terms", *ARRAYS,
)  # fmt: skip


@cache
def _compiled(name: str) -> ModuleType:
    """A module of compiled loops, which is not loaded before it is needed."""
    return import_module(f"umweg.parties.{name}")


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
        self._has_abjads = bool((arrays["text"][arrays["ptr"][:-1]] == ord("~")).any())
        self._scratch = local()  # compiled code runs in several threads at once
        self._expanded: dict[str, tuple[Array, Array, bool]] = {}
        self._wanted: tuple[Any, Array] = (None, _ints(0))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._a["row_name"])

    @property
    def terms(self) -> int:
        """How many different terms there are."""
        return len(self._a["hashes"])

    @property
    def weights(self) -> Array:
        """What each term tells."""
        return self._a["weights"]

    @classmethod
    def build(cls, names: Sequence[str], schemas: Sequence[str], owner: Array) -> Index:
        """The index of names; `owner` says of each which party it names."""
        arrays: dict[str, Array] = _compiled("building").arrays_of(names, schemas, owner)
        return cls(arrays, owner)

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

    # -- terms -------------------------------------------------------------------------------------

    def _room(self) -> dict[str, Array]:
        if not hasattr(self._scratch, "room"):
            self._scratch.room = {
                "rows": np.column_stack((np.zeros(self.rows, np.float32), self._a["row_weight"])),
                "touched": np.empty(max(1, self.rows), np.int32),
                "estimates": np.empty(max(1, self.rows), np.float32),
                "slot": np.full(max(1, self.terms), -1, np.int32),
                "seen": np.zeros(max(1, self.terms), np.uint8),
                "touched_terms": np.empty(max(1, self.terms), np.int32),
                "places": np.zeros(256, np.uint64),
                "cuts": np.empty((2, 64), np.int64),
                "variants": np.empty(64, np.uint64),
                "out_terms": np.empty(MOST_LIKE, np.int32),
                "out_similarity": np.empty(MOST_LIKE, np.float32),
                "out_names": np.empty(200, np.int32),
                "out_scores": np.empty(200, np.float32),
                "all": np.zeros(0, np.bool_),
            }
        room: dict[str, Array] = self._scratch.room
        return room

    def exact(self, term: str) -> int:
        """The number of a term; -1 where there is none."""
        return int(
            _compiled("kernels").find(self._a["hashes"], np.frombuffer(term.encode(), np.uint8))
        )

    def both(self, at: int) -> tuple[int, ...]:
        """A term, and the one that it stands for."""
        other = int(self._a["alias"][at])
        return (at,) if other == at else (at, other)

    def halves(self, key: str) -> list[Cut]:
        """Where a key may be cut into those of two words; one is enough if it is long."""
        if not 4 <= len(key) <= 60:
            return []
        lefts, rights = self._room()["cuts"]
        _compiled("kernels").halves(
            np.frombuffer(key.encode(), np.uint8), self._a["hashes"], lefts, rights
        )
        found: list[Cut] = []
        ends = zip(lefts[: len(key) - 1].tolist(), rights[: len(key) - 1].tolist(), strict=True)
        for cut, (left, right) in enumerate(ends):
            if cut < 2 or (left < 0 and right < 0):
                continue
            if (left >= 0 and right >= 0) or (cut if left >= 0 else len(key) - cut) > 4:
                before = () if left < 0 else self.both(left)
                found.append((cut / len(key), before, () if right < 0 else self.both(right)))
        return found

    def like(self, word: Word, person: bool) -> tuple[Array, Array, bool]:
        """The terms that a word of a query may be, how alike they are, and whether it is one."""
        stored = f"{word.text}\t{word.latin}\t{person}"
        found = self._expanded.get(stored)
        if found is None:
            if len(self._expanded) > 200_000:
                self._expanded.clear()
            lookups = lookups_of(word, person, self._has_abjads)
            found = self._expanded[stored] = self._looked_up(lookups)
        return found

    def like_pair(self, a: Word, b: Word, least: float) -> tuple[Array, Array]:
        """The terms that two words may be as one, and how alike they are, at least so much."""
        return self._looked_up(lookups_of_pair(a, b, least, self._has_abjads))[:2]

    def _looked_up(self, lookups: Iterable[Lookup]) -> tuple[Array, Array, bool]:
        texts, how, worth = zip(*lookups, strict=True)
        parts = [t.encode() for t in texts]
        ptr = np.array([*accumulate(map(len, parts), initial=0)], np.int64)
        known = np.zeros(len(parts), np.bool_)
        room, a = self._room(), self._a
        n = _compiled("kernels").like(
            np.frombuffer(b"".join(parts), np.uint8), ptr, np.array(how, np.int64),
            np.array(worth, np.float32), a["text"], a["ptr"], a["hashes"], a["alias"],
            a["letters"], a["variant_ptr"], a["variant_terms"], a["bone_hashes"], a["bone_ptr"],
            a["bone_terms"], room["slot"], room["seen"], room["touched_terms"], room["places"],
            room["variants"], room["out_terms"], room["out_similarity"], known,
        )  # fmt: skip
        return room["out_terms"][:n].copy(), room["out_similarity"][:n].copy(), bool(known[0])

    # -- searching ---------------------------------------------------------------------------------

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
        rows = None if wanted is None else self._rows(wanted)
        for words, person in _readings(name, schema):
            found, scored = self._best(Query(self, words, person, False), rows, person, room_for)
            names.append(found)
            scores.append(scored)
            if not len(found) or scored[0] < POOR:
                query = Query(self, words, person, True)
                found, scored = self._best(query, rows, person, room_for)
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

    def _rows(self, wanted: Array) -> Array:
        """The rows of the parties that are looked at."""
        if self._wanted[0] is not wanted:
            self._wanted = wanted, wanted[self.owner[self._a["row_name"]]]
        return self._wanted[1]

    def _best(
        self, query: Query, rows: Array | None, person: bool, room_for: int
    ) -> tuple[Array, Array]:
        if not query.terms:
            return _ints(0), _floats(0)
        room, a = self._room(), self._a
        n = _compiled("gathering").search(
            np.array(query.ptr, np.int64), np.concatenate(query.terms),
            np.concatenate(query.similarity), np.array(query.use, np.int64),
            np.array(query.cover, np.int64), np.array(query.weights, np.float32),
            query.own,
            np.array(query.word_weights, np.float32), a["post_ptr"], a["post_rows"],
            a["row_ptr"], a["row_terms"], a["weights"], a["row_name"],
            room["all"] if rows is None else rows, rows is not None,
            max(BUDGETS[query.thorough], int(PART_READ[query.thorough] * self.rows)),
            ENOUGH[query.thorough], _COSTS[PERSON if person else BODY], room["rows"],
            room["touched"], room["estimates"], room["slot"],
            room["out_names"][:room_for], room["out_scores"][:room_for],
        )  # fmt: skip
        return room["out_names"][:n].copy(), room["out_scores"][:n].copy()


_COSTS = {
    PERSON: np.array([0.25, 0.15, 1.6], np.float32),
    BODY: np.array([0.5, 0.5, 1.2], np.float32),
}
"""As `score.WEIGHTS`, a little milder: a name that is lost here is lost."""


def _readings(name: str, schema: str) -> list[tuple[list[Word], bool]]:
    """The words of a query by each reading, and whether they are read as of a person."""
    group = group_of(schema)
    if schema == "LegalEntity":
        body = analyse(name, BODY)
        solid = body.forms or any(w.kind in (GENERIC, NUMBER) for r in body.readings for w in r)
        group = BODY if solid else PERSON
    out = []
    for reading in analyse(name, group).readings:
        words = told(reading)
        out.append((words[:MOST_TERMS], group == PERSON))
    return out


def _ints(n: int) -> Array:
    return np.empty(n, np.int32)


def _floats(n: int) -> Array:
    return np.empty(n, np.float32)
