"""Find the listed parties that a name, or a whole customer file, may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from umweg.errors import UsageError
from umweg.parties.corpus import Corpus, PartyCorpus, StoreCorpus
from umweg.parties.model import MatchResult, Party
from umweg.parties.names import analyse, group_of
from umweg.parties.score import compare

if TYPE_CHECKING:
    from umweg.store import Store

THRESHOLD = 0.7
"""The score from which a candidate is a hit, unless the caller says otherwise."""

LONGEST_NAME = 1_000
"""Characters. The longest name of the lists that we know has under 500."""

ALGORITHMS = ("umweg",)


class Matcher:
    """Matches queries against listed parties.

    Args:
        corpus: The listed parties.
        lists, kinds, countries: Look only at these; countries at parties that name none, too.
        algorithm: How pairs are scored.
    """

    def __init__(
        self,
        corpus: Corpus,
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
        self._folded = [folded(name) for name in corpus.names]

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

        Raises:
            StoreError: the store holds no list, or none of those asked for.
        """
        return cls(
            StoreCorpus(store, as_of),
            lists=lists, kinds=kinds, countries=countries, algorithm=algorithm,
        )  # fmt: skip

    @classmethod
    def from_parties(cls, parties: Iterable[Party], algorithm: str = "umweg") -> Matcher:
        """A matcher of parties that the caller has made."""
        return cls(PartyCorpus(parties), algorithm=algorithm)

    def __len__(self) -> int:
        return len(self.corpus) if self._wanted is None else int(self._wanted.sum())

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
        numbers = self._candidates(query)
        found = [compare(query, self.corpus.party(n)) for n in numbers]
        found = [c for c in found if c.score >= threshold]
        found.sort(key=lambda c: (-c.score, c.party.entity_id))
        return MatchResult(query, tuple(found[:top]))

    def match_many(
        self,
        parties: Iterable[Party | str],
        *,
        threshold: float = THRESHOLD,
        top: int = 5,
        workers: int | None = None,  # noqa: ARG002
    ) -> Iterator[MatchResult]:
        """The answers to many queries, in their order."""
        for party in parties:
            yield self.match(party, threshold=threshold, top=top)

    def _candidates(self, query: Party) -> list[int]:
        numbers: dict[int, None] = {}
        for identifier in query.identifiers:
            numbers.update(dict.fromkeys(self.corpus.number_of.get(identifier.normal, ())))
        for name in query.names:
            text = folded(name.text)
            if not text:
                continue
            scores = process.cdist([text], self._folded, scorer=fuzz.ratio, score_cutoff=50)[0]
            best = np.argsort(-scores, kind="stable")[:50]
            numbers.update(dict.fromkeys(self.corpus.owner[best].tolist()))
        if self._wanted is None:
            return list(numbers)
        return [n for n in numbers if self._wanted[n]]


def folded(name: str, schema: str = "LegalEntity") -> str:
    """The words of a name, folded, in alphabetic order."""
    readings = analyse(name, group_of(schema)).readings
    return " ".join(sorted(w.latin for w in readings[0])) if readings else ""


def problem_of(query: Party) -> str | None:
    """Why a query cannot be answered, or None."""
    if not any(folded(n.text) for n in query.names) and not query.identifiers:
        return "the name is empty: it holds no letter and no digit"
    longest = max((len(n.text) for n in query.names), default=0)
    if longest > LONGEST_NAME:
        return f"the name has {longest:,} characters; names have at most {LONGEST_NAME:,}"
    return None
