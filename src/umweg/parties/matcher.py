"""Find the listed parties that a name, or a whole customer file, may be."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from umweg.errors import UsageError
from umweg.parties.corpus import Corpus, PartyCorpus, StoreCorpus
from umweg.parties.features import ceiling
from umweg.parties.index import VERSION, Index
from umweg.parties.model import Aligned, Candidate, Feature, MatchResult, Party, PartyName
from umweg.parties.names import BODY, Name, analyse, group_of, has_letters
from umweg.parties.ofac import compare_like_ofac, plain
from umweg.parties.score import (
    Seen,
    agreement,
    bounds,
    compare,
    group_of_pair,
    names_agree,
    score_of,
)
from umweg.parties.scripts import DATA
from umweg.store.derived import keep, place

if TYPE_CHECKING:
    from umweg.store import Store

THRESHOLD = 0.7
"""The score from which a candidate is a hit, unless the caller says otherwise."""

LONGEST_NAME = 1_000
"""Characters. The longest name of the lists that we know has under 500."""

MOST_NAMES = 10
"""Names of one query that are looked up."""

MOST_SCORED = 30
"""Parties that are scored in full for a query, at most."""

NEAR = 0.1
"""How far below the best of a party's names another one may lie that is scored too."""

NAMES_SCORED = 3
"""Names of a party that are scored in full: those whose terms met the query best."""

MARGIN = 0.15
"""How far the score of the terms may lie below the full score of the names."""

CHUNK = 100
"""Queries that a process takes at once."""

_Near = tuple[int, float, list[int]]
"""Number of a party, score of its terms, and those of its names that come near that."""

ALGORITHMS = ("umweg", "ofac")
"""`umweg`: words, scripts and everything else that is known. `ofac`: an imitation of the score of
OFAC's Sanctions List Search, of Latin names alone."""


class Matcher:
    """Matches queries against listed parties.

    Args:
        corpus: The listed parties.
        index: Of their names; built without it.
        lists, kinds, countries: Look only at these; countries at parties that name none, too.
        algorithm: How pairs are scored.
    """

    def __init__(
        self,
        corpus: Corpus,
        index: Index | None = None,
        *,
        lists: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
        algorithm: str = "umweg",
    ) -> None:
        if algorithm not in ALGORITHMS:
            raise UsageError(f"no algorithm is called '{algorithm}'", allowed=", ".join(ALGORITHMS))
        self.corpus = corpus
        self.algorithm = algorithm
        self._wanted = corpus.wanted(lists, kinds, countries)
        self.index = index or Index.build(corpus.names, corpus.schemas, corpus.owner)

    @classmethod
    def from_store(
        cls,
        store: Store,
        lists: Collection[str] | None = None,
        as_of: date | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
        algorithm: str = "umweg",
    ) -> Matcher:
        """A matcher of the lists that a store holds, as they stood on a day.

        The index is built once and kept beside the snapshots; it is mapped into memory when the
        same snapshots are asked for again.

        Raises:
            StoreError: the store holds no list, or none of those asked for.
        """
        corpus = StoreCorpus(store, as_of)
        index = _kept(corpus, store.root)
        return cls(
            corpus, index, lists=lists, kinds=kinds, countries=countries, algorithm=algorithm
        )

    @classmethod
    def from_parties(cls, parties: Iterable[Party], algorithm: str = "umweg") -> Matcher:
        """A matcher of parties that the caller has made."""
        return cls(PartyCorpus(parties), algorithm=algorithm)

    def __len__(self) -> int:
        return len(self.corpus) if self._wanted is None else int(self._wanted.sum())

    # -- one query ---------------------------------------------------------------------------------

    def match(
        self, party: Party | str, *, threshold: float = THRESHOLD, top: int = 5
    ) -> MatchResult:
        """The listed parties that a query may be, best first.

        Args:
            party: The query; a string is a name of a party of any kind.
            threshold: Lowest score of a candidate that is returned.
            top: How many candidates at most.
        """
        query = Party.named(party) if isinstance(party, str) else party
        problem = problem_of(query)
        if problem:
            return MatchResult(query, (), problem)
        found = self._found(query, threshold, top)
        whole = self.corpus.party
        return MatchResult(query, tuple(replace(c, party=whole(n)) for n, c in found))

    def _found(self, query: Party, threshold: float, top: int) -> list[tuple[int, Candidate]]:
        """The numbers of the candidates, and these with an outline of their parties at least."""
        found: list[tuple[int, Candidate]] = []
        more = bool(query.birth_dates or query.founded or query.identifiers or query.countries)
        margin = MARGIN + (0.13 if more else 0.0)
        near = [
            (number, estimate, names)
            for number, (estimate, names) in self._estimated(query, threshold - margin)[
                :MOST_SCORED
            ]
        ]
        if self.algorithm == "umweg":
            near = self._may(query, near, threshold, more)
        seen: Seen = {}  # one name often stands on several lists
        for number, estimate, names in near:
            if len(found) >= top:
                worst = sorted((c.score for _, c in found), reverse=True)[top - 1]
                if estimate < worst - margin:
                    break
            candidate = self._scored(query, number, names, threshold, more, seen)
            if candidate is not None and candidate.score >= threshold:
                found.append((number, candidate))
        found.sort(key=lambda f: (-f[1].score, self.corpus.entity_id(f[0])))
        return found[:top]

    def _may(self, query: Party, near: list[_Near], threshold: float, more: bool) -> list[_Near]:
        """What is left of candidates without those that must end below the threshold.

        Neither the kinds of two parties nor the words of their names let through what `compare`
        would find to be at the threshold or above.
        """
        schemas = self.corpus.schemas
        by_group: dict[str, list[int]] = {}
        least = []
        for number, _, names in near:
            schema = schemas[number]
            least.append((threshold - 1e-9) / ceiling(query.schema, schema))
            group = group_of_pair(query.schema, schema)
            if least[-1] <= 1 and not more and group == group_of(schema):
                by_group.setdefault(group, []).extend(names)
        most: dict[int, float] = {}
        for group, names in by_group.items():
            at = np.array(names, np.int32)
            for ours in query.names:
                for name, bound in zip(
                    names, bounds(analyse(ours.text, group), self.index.listed, at), strict=True
                ):
                    most[name] = max(most.get(name, 0.0), bound)
        out = []
        for (number, estimate, names), lowest in zip(near, least, strict=True):
            if lowest > 1:
                continue
            may = [n for n in names if most.get(n, 1.0) >= lowest]
            if may or not names:
                out.append((number, estimate, may))
        return out

    def _scored(
        self,
        query: Party,
        number: int,
        names: list[int],
        threshold: float,
        more: bool,
        seen: Seen,
    ) -> Candidate | None:
        """The candidate, or None where its names say already that it lies below the threshold."""
        if self.algorithm == "ofac":
            return compare_like_ofac(query, self.corpus.party(number))
        if not names:
            return compare(query, self.corpus.party(number))
        met = [self.corpus.name(n) for n in names]
        schema = self.corpus.schemas[number]
        group = group_of(schema)
        read: Callable[[int], Name] | None = None
        if group == group_of_pair(query.schema, schema):  # as they were taken apart for the index
            listed = self.index.listed
            read = lambda at: listed.name(names[at], met[at].text, group)  # noqa: E731
        agreed = names_agree(query, schema, met, read, seen)
        if more:
            return compare(query, self.corpus.party(number), agreed)
        # Without dates, numbers or countries in the query nothing can raise the score, and
        # nothing else of the party is looked at.
        if score_of(agreed) < threshold:
            return None
        return compare(query, self.corpus.outline(number), agreed)

    def candidates(self, query: Party) -> dict[int, float]:
        """The numbers of the parties that a query may be, with the score of their terms."""
        return {number: estimate for number, (estimate, _) in self._estimated(query)}

    def _estimated(
        self, query: Party, least: float = 0.0
    ) -> list[tuple[int, tuple[float, list[int]]]]:
        """Parties with the best score of their terms, and the names that come near it.

        Args:
            query: The query.
            least: The lowest score of a party's terms that is of interest.
        """
        met: dict[int, tuple[float, list[int]]] = {}
        for identifier in query.identifiers:
            for number in self.corpus.number_of.get(identifier.normal or identifier.value, ()):
                if self._wanted is None or self._wanted[number]:
                    met[number] = (2.0, [])  # a number that agrees is looked at first, all names
        owner = self.index.owner
        if self.algorithm == "ofac":
            for name in query.names[:MOST_NAMES]:
                for number, score in self._alike(name.text):
                    met[number] = (max(score, met.get(number, (0.0, []))[0]), [])
            return sorted([x for x in met.items() if x[1][0] >= least], key=lambda x: -x[1][0])
        for name in query.names[:MOST_NAMES]:
            hits = self.index.search(name.text, query.schema, self._wanted)
            for at, number, score in zip(
                hits.names.tolist(), owner[hits.names].tolist(), hits.scores.tolist(), strict=True
            ):
                if score < least - NEAR:
                    break  # the best come first
                best = met.get(number)
                if best is None:
                    if score >= least:
                        met[number] = (score, [at])
                elif score > best[0] - NEAR and best[0] < 2.0 and len(best[1]) < NAMES_SCORED:
                    met[number] = (max(best[0], score), [*best[1], at])
        return sorted(met.items(), key=lambda x: -x[1][0])

    @cached_property
    def _plain(self) -> list[str]:
        return [plain(name) for name in self.corpus.names]

    def _alike(self, name: str) -> list[tuple[int, float]]:
        """The parties whose names OFAC's search may like: all are tried, as it tries all."""
        typed = plain(name)
        if not typed:
            return []
        whole = process.cdist([typed], self._plain, scorer=JaroWinkler.similarity)[0]
        parts = process.cdist(typed.split(), self._plain, scorer=fuzz.partial_ratio)
        scores = np.maximum(whole, parts.mean(axis=0) / 100)
        met: dict[int, float] = {}
        for at in np.argsort(-scores, kind="stable")[: 20 * MOST_SCORED].tolist():
            number = int(self.index.owner[at])
            if self._wanted is None or self._wanted[number]:
                met.setdefault(number, float(scores[at]))
        return list(met.items())

    # -- many queries ------------------------------------------------------------------------------

    def match_many(
        self,
        parties: Iterable[Party | str],
        *,
        threshold: float = THRESHOLD,
        top: int = 5,
        workers: int | None = None,
    ) -> Iterator[MatchResult]:
        """The answers to many queries, in their order, on all cores and in bounded memory.

        Args:
            parties: The queries; they are read as they are needed.
            threshold, top: As of `match`.
            workers: Processes; without it one a core, and none for a few queries or where processes
                cannot be forked (Windows).
        """
        queries = (Party.named(p) if isinstance(p, str) else p for p in parties)
        count = workers if workers is not None else _cores()
        first = list(islice(queries, 4 * CHUNK))
        if count < 2 or len(first) < 4 * CHUNK or not _can_fork():
            for query in chain(first, queries):
                yield self.match(query, threshold=threshold, top=top)
            return
        yield from self._parallel(chain(first, queries), threshold, top, count)

    def _parallel(
        self, queries: Iterator[Party], threshold: float, top: int, workers: int
    ) -> Iterator[MatchResult]:
        self._warm_up()
        _TASK.update(matcher=self, threshold=threshold, top=top)
        waiting: deque[tuple[list[Party], Any]] = deque()
        gc.freeze()  # the lists stay: no process needs to look through them for garbage
        with multiprocessing.get_context("fork").Pool(workers, _prepare) as pool:
            gc.unfreeze()  # here they may go again
            while True:
                while len(waiting) < 3 * workers and (part := list(islice(queries, CHUNK))):
                    waiting.append((part, pool.apply_async(_answer, (part,))))
                if not waiting:
                    return
                part, answers = waiting.popleft()
                for query, (problem, candidates) in zip(part, answers.get(), strict=True):
                    yield MatchResult(query, tuple(map(self._restored, candidates)), problem)

    def _warm_up(self) -> None:
        """Load what the processes share: compiled code (made on the first day), tables of words."""
        self.match("warm up")
        if len(self.corpus.names):
            bounds(analyse("warm up", BODY), self.index.listed, np.zeros(1, np.int32))
        agreement(analyse("warm up", BODY), analyse("worm up", BODY))

    def _restored(self, packed: tuple[Any, ...]) -> Candidate:
        number, score, name, query_name, aligned, features = packed
        return Candidate(
            self.corpus.party(number), score, PartyName(*name), query_name,
            tuple([Aligned(*a) for a in aligned]), tuple([Feature(*f) for f in features]),
        )  # fmt: skip


_TASK: dict[str, Any] = {}


def _prepare() -> None:
    # An answer makes hundreds of small objects and no cycles: looking for these less often saves
    # a twentieth of the time.
    gc.set_threshold(50_000, 20, 100)


def _answer(part: list[Party]) -> list[tuple[str | None, list[tuple[Any, ...]]]]:
    """The answers of a process: without parties, which its parent has."""
    matcher: Matcher = _TASK["matcher"]
    out: list[tuple[str | None, list[tuple[Any, ...]]]] = []
    for query in part:
        problem = problem_of(query)
        found = [] if problem else matcher._found(query, _TASK["threshold"], _TASK["top"])
        out.append((problem, [_packed(n, c) for n, c in found]))
    return out


def _packed(number: int, c: Candidate) -> tuple[Any, ...]:
    name = c.matched_name
    return (
        number, c.score, (name.text, name.kind, name.weak, name.script, name.language),
        c.query_name,
        [(a.query, a.listed, a.how, a.similarity, a.weight) for a in c.aligned],
        [(f.name, f.text, f.score, f.weight, f.detail) for f in c.features],
    )  # fmt: skip


def _cores() -> int:
    """The cores that this process may use; where a system does not say so, all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def problem_of(query: Party) -> str | None:
    """Why a query cannot be answered, or None."""
    if any(not isinstance(n.text, str) for n in query.names):
        return "the name is no text"
    longest = max((len(n.text) for n in query.names), default=0)
    if longest > LONGEST_NAME:
        return f"the name has {longest:,} characters; names have at most {LONGEST_NAME:,}"
    if not query.identifiers and not any(has_letters(n.text) for n in query.names):
        return "the name is empty: it holds no letter and no digit"
    return None


# -- the kept index -------------------------------------------------------------------------------


def _kept(corpus: StoreCorpus, root: Path) -> Index:
    """The index of a store's lists: mapped where it is kept, else built and kept.

    It depends on the snapshots, the packaged words, and the way in which names are read.
    """
    words = (path.read_bytes() for path in sorted(DATA.iterdir()))
    folder = place(root, "names", corpus.snapshots, str(VERSION), *words)
    index = Index.load(folder, corpus.owner)
    if index is None:
        index = Index.build(corpus.names, corpus.schemas, corpus.owner)
        keep(folder, corpus.snapshots, index.save)
    return index
