"""`umweg validate names`: how well, and how fast, each scorer tells labelled pairs apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from umweg.errors import UsageError
from umweg.parties.model import Party
from umweg.validation import accuracy
from umweg.validation.accuracy import Bools, Confusion, Floats, Rate
from umweg.validation.name_pairs import LabelledPair, PairAside, PairFile
from umweg.validation.scorers import Scorer, scorers_named

HALVES = ("both", "development", "holdout")
RANKS = (1, 5, 10)
ONE_IN = 1000
SEED = 20221007
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NamesOptions:
    """How to measure.

    Attributes:
        threshold: For every scorer; None for the one that was fixed for each beforehand.
        scorers: Names of scorers; empty for all that can run.
        nomenklatura_python: An interpreter that has nomenklatura.
        pool: Other listed names with which each matching query is paired by shuffling.
        seed: Of the shuffling and the bootstrap.
        half: `development`, `holdout` (by a hash of both names) or `both`.
    """

    threshold: float | None = None
    scorers: tuple[str, ...] = ()
    nomenklatura_python: Path | None = None
    pool: int = 20
    seed: int = SEED
    half: str = "both"

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise UsageError(
                f"a threshold of {self.threshold} can never be met",
                where="--threshold", allowed="0 to 1", next_step="write it like 0.7",
            )  # fmt: skip
        if self.half not in HALVES:
            raise UsageError(
                f"no half is named '{self.half}'", where="--half", allowed=", ".join(HALVES)
            )
        if self.pool < 0:
            raise UsageError("a pool needs 0 or more names", where="--pool", allowed="0 to 1000")


@dataclass(frozen=True, slots=True)
class SliceResult:
    """A part of the pairs: those with one value of one column."""

    by: str
    value: str
    confusion: Confusion
    auc: float | None
    recall_at_one_in_1000: Rate | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Matches against shuffled pairs.

    Attributes:
        shuffled: Number of shuffled pairs.
        false_hits: How many of them reach the threshold.
        one_in_1000: Share of the matches that score above all but one in a thousand of them.
        cut: The score beyond which that is.
        at: For k = 1, 5, 10 the share of the matches among the first k of the pool.
    """

    shuffled: int
    false_hits: Rate
    one_in_1000: Rate | None
    cut: float | None
    at: Mapping[int, Rate]


@dataclass(frozen=True, slots=True)
class ScorerResult:
    """What one scorer did on a set of pairs.

    Attributes:
        confusion: At the threshold; None where the file has no labels.
        best_f1: The highest F1 of any threshold, and that threshold: a diagnostic, chosen after
            the fact.
        close: Share of the reference scores that were met within 5 points of 100; a negative
            reference stands for "not shown among those of 80 and more".
        mean_difference: Mean absolute difference from the reference scores that are given.
    """

    name: str
    text: str
    threshold: float
    scores: Floats
    pairs_per_second: float | None
    confusion: Confusion | None = None
    f1_interval: tuple[float, float] | None = None
    auc: float | None = None
    average_precision: float | None = None
    best_f1: tuple[float, float] | None = None
    ranking: Ranking | None = None
    slices: tuple[SliceResult, ...] = ()
    close: Rate | None = None
    mean_difference: float | None = None


@dataclass(frozen=True, slots=True)
class SetResult:
    """The scorers on one set of pairs."""

    name: str
    pairs: tuple[LabelledPair, ...]
    scorers: Mapping[str, ScorerResult]


@dataclass(frozen=True, slots=True)
class NamesValidation:
    """The answer of `umweg validate names`."""

    sets: tuple[SetResult, ...]
    options: NamesOptions
    rows_read: int
    rows_kept: int
    left_out: int = 0
    set_aside: tuple[PairAside, ...] = ()
    notes: tuple[str, ...] = ()
    layout: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)

    def score_rows(self) -> Iterator[dict[str, Any]]:
        """Each pair with the score of each scorer."""
        for s in self.sets:
            for i, pair in enumerate(s.pairs):
                yield {
                    "set": s.name,
                    "row": pair.number,
                    "name_a": pair.query.caption,
                    "name_b": pair.listed.caption,
                    "kind": pair.query.schema,
                    "label": "" if pair.label is None else str(pair.label).lower(),
                    "reference": "" if pair.reference is None else pair.reference,
                    **{name: round(float(r.scores[i]), 6) for name, r in s.scorers.items()},
                }


def validate_file(
    file: PairFile, options: NamesOptions, *, progress: Progress | None = None
) -> NamesValidation:
    """Measure every scorer on the pairs of a file."""
    kept = in_half(file.pairs, options.half)
    return NamesValidation(
        (measure(file.name, kept, options, progress=progress),) if kept else (),
        options,
        file.rows_read,
        len(kept),
        file.left_out + len(file.pairs) - len(kept),
        file.set_aside,
        file.notes,
        file.layout,
        {file.name: file.sha256},
    )


def in_half(pairs: Sequence[LabelledPair], half: str) -> tuple[LabelledPair, ...]:
    """The pairs of a half; a hash of both names decides, so that rows can come and go."""
    if half == "both":
        return tuple(pairs)
    return tuple(p for p in pairs if half_of(p) == half)


def half_of(pair: LabelledPair) -> str:
    """Which half a pair belongs to."""
    both = f"{pair.query.caption.casefold()}\0{pair.listed.caption.casefold()}"
    odd = hashlib.blake2b(both.encode("utf-8", "surrogatepass"), digest_size=1).digest()[0] & 1
    return "holdout" if odd else "development"


def measure(
    name: str,
    pairs: Sequence[LabelledPair],
    options: NamesOptions,
    *,
    pool: Sequence[Party] | None = None,
    progress: Progress | None = None,
) -> SetResult:
    """Measure every scorer on one set of pairs.

    Args:
        pool: Listed parties to shuffle with; those of the pairs without it.
    """
    scorers = scorers_named(options.scorers, options.nomenklatura_python)
    others = shuffled(pairs, options.pool, options.seed, pool)
    results = {}
    for scorer in scorers:
        if progress is not None:
            progress(f"{name}: {scorer.name}")
        results[scorer.name] = _measured(scorer, pairs, others, options)
    return SetResult(name, tuple(pairs), results)


Shuffled = Mapping[int, Sequence[Party]]
"""For the place of each matching pair, the other listed parties that its query is put beside."""


def shuffled(
    pairs: Sequence[LabelledPair],
    size: int,
    seed: int,
    pool: Sequence[Party] | None = None,
) -> Shuffled:
    """Pairs that are none: the query of each match with other listed parties of its kind.

    Parties that a chain of matches or a shared name joins to the query are never drawn.
    """
    if not size:
        return {}
    groups = _Joined()
    for p in pairs:
        if p.label:
            groups.join([*(n.text for n in p.query.names), *(n.text for n in p.listed.names)])
    listed = list(pool) if pool is not None else [p.listed for p in pairs]
    for party in listed:
        groups.join([n.text for n in party.names])
    by_kind: Mapping[str, dict[str, Party]] = defaultdict(dict)
    for party in listed:
        by_kind[_kind(party)].setdefault(groups.root(party.caption), party)
    random = np.random.default_rng(seed)
    found: dict[int, list[Party]] = {}
    for i, p in enumerate(pairs):
        if not p.label:
            continue
        names = list(by_kind[_kind(p.listed)])
        own = groups.root(p.query.caption)
        drawn = random.permutation(len(names))[: size + 1]
        others = [names[j] for j in drawn if names[j] != own][:size]
        found[i] = [by_kind[_kind(p.listed)][n] for n in others]
    return found


def _kind(party: Party) -> str:
    """Person, vessel, aircraft, or one of the many that are organisations."""
    own = ("Person", "Vessel", "Airplane")
    return party.schema if party.schema in own else "Organization"


class _Joined:
    """Names that belong together, as a union of sets."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        key = name.casefold()
        while (above := self._parent.get(key, key)) != key:
            key = above
        return key

    def join(self, names: Sequence[str]) -> None:
        roots = [self.root(n) for n in names]
        for r in roots[1:]:
            self._parent[self.root(r)] = roots[0]


def _measured(
    scorer: Scorer, pairs: Sequence[LabelledPair], others: Shuffled, options: NamesOptions
) -> ScorerResult:
    flat = [(pairs[i].query, x) for i, found in others.items() for x in found]
    # One call for both: some scorers take ten seconds to start.
    done = scorer.score([*((p.query, p.listed) for p in pairs), *flat], len(pairs))
    scores, beside = done.scores[: len(pairs)], done.scores[len(pairs) :]
    threshold = scorer.threshold if options.threshold is None else options.threshold
    speed = len(pairs) / done.seconds if done.seconds > 0 else None
    close, difference = _against_reference(scores, pairs)
    labelled = [i for i, p in enumerate(pairs) if p.label is not None]
    if not labelled:
        return ScorerResult(
            scorer.name, scorer.text, threshold, scores, speed,
            close=close, mean_difference=difference,
        )  # fmt: skip
    labels = np.array([bool(pairs[i].label) for i in labelled])
    at = scores[labelled]
    table = _beside_table(beside, others, len(pairs))
    return ScorerResult(
        scorer.name, scorer.text, threshold, scores, speed,
        confusion=Confusion.at(at, labels, threshold),
        f1_interval=accuracy.bootstrap_f1(at, labels, threshold, seed=options.seed),
        auc=accuracy.auc(at, labels),
        average_precision=accuracy.average_precision(at, labels),
        best_f1=accuracy.best_f1(at, labels),
        ranking=_ranking(scores, table, others, threshold),
        slices=tuple(_slices(pairs, scores, table, threshold)),
        close=close, mean_difference=difference,
    )  # fmt: skip


def _beside_table(beside: Floats, others: Shuffled, pairs: int) -> Floats:
    """Scores of shuffled pairs, one row a pair of the file; nan where there is none."""
    table = np.full((pairs, max((len(x) for x in others.values()), default=0)), np.nan)
    start = 0
    for i, found in others.items():
        table[i, : len(found)] = beside[start : start + len(found)]
        start += len(found)
    return table


def _ranking(scores: Floats, table: Floats, others: Shuffled, threshold: float) -> Ranking | None:
    rows = [i for i, found in others.items() if found]
    if not rows:
        return None
    positives, beside = scores[rows], table[rows]
    drawn = beside[~np.isnan(beside)]
    enough = drawn.size >= ONE_IN
    return Ranking(
        int(drawn.size),
        Rate(int((drawn >= threshold).sum()), int(drawn.size)),
        accuracy.recall_at_cut(positives, drawn, ONE_IN),
        accuracy.cut_at(drawn, ONE_IN) if enough else None,
        {k: accuracy.recall_at(positives, beside, k) for k in RANKS},
    )


def _slices(
    pairs: Sequence[LabelledPair], scores: Floats, table: Floats, threshold: float
) -> Iterator[SliceResult]:
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, p in enumerate(pairs):
        if p.label is not None:
            for by, value in p.slices.items():
                places[by, value].append(i)
    for (by, value), rows in sorted(places.items()):
        labels: Bools = np.array([bool(pairs[i].label) for i in rows])
        part, beside = scores[rows], table[rows][labels]
        yield SliceResult(
            by,
            value,
            Confusion.at(part, labels, threshold),
            accuracy.auc(part, labels),
            accuracy.recall_at_cut(part[labels], beside[~np.isnan(beside)], ONE_IN),
        )


def _against_reference(
    scores: Floats, pairs: Sequence[LabelledPair]
) -> tuple[Rate | None, float | None]:
    rows = [i for i, p in enumerate(pairs) if p.reference is not None]
    if not rows:
        return None, None
    reference = np.array([pairs[i].reference for i in rows], dtype=float)
    given, points = reference >= 0, np.round(scores[rows] * 100)
    away = np.abs(points - reference * 100)
    # A negative reference: the other program did not show the pair among those of 80 and more.
    close = np.where(given, away <= 5 + 1e-9, points < 80)
    difference = float(away[given].mean()) / 100 if given.any() else None
    return Rate(int(close.sum()), len(rows)), difference
