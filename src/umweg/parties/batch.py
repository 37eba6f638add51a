"""A customer file against the lists: streamed, resumable, and again for what changed.

Results go into a journal of JSON lines: first the run (input, options, versions of the lists), then
a line for each row of the file in its order, then the summary. A run that was interrupted goes on
behind the last whole line; the finished journal is what every format is made of, so that a resumed
run gives what an uninterrupted one does.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from umweg.errors import InputError, UsageError
from umweg.parties.answer import (
    MatchOptions,
    candidate_json,
    hit_row,
    query_json,
    reach_json,
    status_of,
)
from umweg.parties.corpus import StoreCorpus
from umweg.parties.customers import Customer, CustomerAside, CustomerFile
from umweg.parties.matcher import Matcher
from umweg.parties.model import MatchResult
from umweg.parties.reach import Reach, reach_of
from umweg.parties.search import checked, day_of_question, matcher_of, threshold_of
from umweg.store import Manifest, Store
from umweg.store.list_changes import Renewed, renewed
from umweg.store.manifest import sha256_of
from umweg.version import __version__

CHUNK = 2_000
"""Customers that are matched together where a run needs two matchers."""
FLUSH = 200
"""Results after which the journal is written to disk."""

SET_ASIDE = "set-aside"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a file is matched.

    Attributes:
        match: Threshold, lists, kinds, countries, algorithm, day.
        columns: {role: column} that the user has fixed.
        sheet: Sheet of a workbook.
        since: Match only against what changed on the lists since this day.
        previous: The journal of an earlier run: customers that are as they were there are matched
            only against what changed on the lists since.
        resume: Go on with a journal that was interrupted.
        workers: Processes or threads; None for all cores.
    """

    match: MatchOptions = field(default_factory=MatchOptions)
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    since: date | None = None
    previous: Path | None = None
    resume: bool = False
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class BatchRun:
    """A finished run; its results lie in the journal.

    Attributes:
        journal: JSON lines: the run, the results, the summary.
        run: The first line.
        summary: The last line: rows read = answered + set aside, and how they were answered.
    """

    journal: Path
    run: Mapping[str, Any]
    summary: Mapping[str, Any]

    def results(self) -> Iterator[dict[str, Any]]:
        """The result of each row, in the order of the file."""
        return (line for line in _lines(self.journal) if "row" in line)


def match_file(
    store: Store,
    path: Path,
    journal: Path,
    options: BatchOptions | None = None,
    progress: Progress | None = None,
) -> BatchRun:
    """Match every row of a customer file.

    Args:
        store: The store of the lists.
        path: CSV, workbook, Parquet or JSON lines.
        journal: Where the results go, line by line.
        options: How.
        progress: Called with the number of rows done.

    Raises:
        InputError: the file cannot be read or has no column of names; or the journal to go on with
            is of another run.
        StoreError: there is no list to look at.
    """
    asked = options or BatchOptions()
    match = checked(asked.match)
    reach = reach_of(store, day_of_question(match), match.lists)
    kind = match.kinds[0] if len(match.kinds) == 1 else "any"
    customers = CustomerFile(path, asked.columns, kind=_SCHEMA_OF[kind], sheet=asked.sheet)
    known, changes = _changes(store, reach, asked)
    run = _run(path, customers, reach, asked, changes)
    done = _resumed(journal, run) if asked.resume else 0
    answers = _answers(_after(customers, done), store, asked, known, changes)
    count = 0
    with journal.open("a" if done else "w", encoding="utf-8") as out:
        if not done:
            _write(out, run)
        for count, (customer, result) in enumerate(answers, start=1):
            _write(out, _line(customer, result, reach, match))
            if count % FLUSH == 0:
                out.flush()
                if progress is not None:
                    progress(count)
        summary = _summary(out, journal, customers)
    if progress is not None:
        progress(count)
    return BatchRun(journal, run, summary)


_SCHEMA_OF = {"person": "Person", "organization": "Organization", "vessel": "Vessel",
              "aircraft": "Airplane", "any": "LegalEntity"}  # fmt: skip


def _run(
    path: Path,
    customers: CustomerFile,
    reach: Reach,
    options: BatchOptions,
    changes: Iterable[Renewed] | None,
) -> dict[str, Any]:
    m = options.match
    return {
        "run": {
            "program": f"umweg {__version__}",
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "input": path.name,
            "sha256": sha256_of(path),
            "columns": dict(customers.columns),
            "columns_not_used": list(customers.unused),
            "notes": list(customers.table.notes),
            "options": {
                "threshold": threshold_of(m), "top": m.top, "lists": list(m.lists),
                "countries": list(m.countries), "kinds": list(m.kinds), "algorithm": m.algorithm,
                "since": options.since.isoformat() if options.since else None,
                "previous": options.previous.name if options.previous else None,
            },
            "only_changes": None if changes is None else [
                {
                    "source": c.source, "older": c.older, "newer": c.newer,
                    "added": len(c.added), "changed": len(c.changed), "removed": len(c.removed),
                }
                for c in changes
            ],
            **reach_json(reach),
        }
    }  # fmt: skip


# -- what changed ---------------------------------------------------------------------------------


def _changes(
    store: Store, reach: Reach, options: BatchOptions
) -> tuple[frozenset[str] | None, tuple[Renewed, ...] | None]:
    """Digests of customers that are as before (None: all are), and what changed on the lists."""
    if options.since is None and options.previous is None:
        return None, None
    known = None
    older: dict[str, str] = {}
    if options.previous is not None:
        head, known = _previous(options.previous)
        older = {v["source"]: v["snapshot_id"] for v in head["run"]["checked"]}
    newest = {m.snapshot_id: m for m in store.all_snapshots}
    found = []
    for version in reach.checked:
        new = newest[version.snapshot_id]
        if options.since is not None:
            old = _as_of(store, new, options.since)
        else:
            old = newest.get(older.get(version.source, ""))
        found.append(renewed(old, new))
    return known, tuple(found)


def _as_of(store: Store, new: Manifest, day: date) -> Manifest | None:
    return next(
        (
            m
            for m in store.snapshots(day)
            if (m.source, m.dataset) == (new.source, new.dataset)
        ),
        None,
    )  # fmt: skip


def _previous(path: Path) -> tuple[dict[str, Any], frozenset[str]]:
    lines = _lines(path)
    head = next(lines, {})
    if "run" not in head:
        raise InputError(
            "this is no result of an earlier run",
            where=str(path),
            allowed="a file made with `umweg match --file … --format jsonl -o FILE`",
            next_step="name that file with --previous, or leave it out",
        )
    return head, frozenset(line["digest"] for line in lines if line.get("digest"))


# -- answering ------------------------------------------------------------------------------------

_Row = Customer | CustomerAside


def _answers(
    rows: Iterator[_Row],
    store: Store,
    options: BatchOptions,
    known: frozenset[str] | None,
    changes: tuple[Renewed, ...] | None,
) -> Iterator[tuple[_Row, MatchResult | None]]:
    """Each row with its result, None for one that is set aside."""
    if changes is None:
        yield from _in_order(rows, matcher_of(store, options.match), options)
        return
    changed = _matcher_of_changes(store, options.match, changes)
    whole: Matcher | None = None
    while chunk := list(islice(rows, CHUNK)):
        new = [
            r for r in chunk if isinstance(r, Customer) and known is not None
            and r.digest not in known
        ]  # fmt: skip
        if new and whole is None:
            whole = matcher_of(store, options.match)
        apart = {r.row for r in new}
        found = dict(_by_row(new, whole, options)) if whole is not None else {}
        found |= dict(_by_row([r for r in chunk if r.row not in apart], changed, options))
        for row in chunk:
            yield row, found[row.row]


def _by_row(
    rows: Iterable[_Row], matcher: Matcher, options: BatchOptions
) -> Iterator[tuple[int, MatchResult | None]]:
    return ((row.row, result) for row, result in _in_order(iter(rows), matcher, options))


def _in_order(
    rows: Iterator[_Row], matcher: Matcher, options: BatchOptions
) -> Iterator[tuple[_Row, MatchResult | None]]:
    """Rows with their results; the matcher may read ahead, what it has read waits in a queue."""
    waiting: deque[_Row] = deque()

    def queries() -> Iterator[Any]:
        for row in rows:
            waiting.append(row)
            if isinstance(row, Customer):
                yield row.party

    results = matcher.match_many(
        queries(), threshold=threshold_of(options.match), top=options.match.top,
        workers=options.workers,
    )  # fmt: skip
    for result in results:
        while not isinstance(waiting[0], Customer):
            yield waiting.popleft(), None
        yield waiting.popleft(), result
    while waiting:
        yield waiting.popleft(), None


def _matcher_of_changes(store: Store, options: MatchOptions, changes: Iterable[Renewed]) -> Matcher:
    """A matcher of the entities alone that are new or changed."""
    ids = {(c.newer, e) for c in changes for e in c.to_match}
    corpus = StoreCorpus(store, day_of_question(options))
    wanted = corpus.wanted(options.lists or None, options.kinds or None, options.countries or None)
    parties = (corpus.party(i) for i in range(len(corpus)) if wanted is None or wanted[i])
    return Matcher.from_parties(
        [p for p in parties if (p.snapshot_id, p.entity_id) in ids], algorithm=options.algorithm
    )


def _line(
    customer: _Row, result: MatchResult | None, reach: Reach, options: MatchOptions
) -> dict[str, Any]:
    if isinstance(customer, CustomerAside):
        return {
            "row": customer.row,
            "reference": "",
            "name": "",
            "status": SET_ASIDE,
            "problem": f"{customer.reason}: {customer.detail}",
            "digest": None,
            "candidates": [],
        }
    answer = result or MatchResult(customer.party, (), "the matcher gave no answer")
    return {
        "row": customer.row,
        "reference": customer.reference,
        "name": customer.party.caption,
        "status": status_of(answer, reach),
        "problem": answer.problem or (None if answer.candidates else reach.missing or None),
        "digest": customer.digest,
        "query": query_json(customer.party),
        "candidates": [
            {**candidate_json(c, reach, options), "flat": hit_row(c, reach, options)}
            for c in answer.candidates
        ],
    }


# -- the journal ----------------------------------------------------------------------------------


def _write(out: TextIO, line: Mapping[str, Any]) -> None:
    out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as f:
            for text in f:
                yield json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(
            f"the results cannot be read: {error}",
            where=str(path),
            allowed="JSON lines as `umweg match --file` writes them",
            next_step="name another file, or start again",
        ) from error


def _after(rows: Iterable[_Row], done: int) -> Iterator[_Row]:
    return islice(iter(rows), done, None)


def _resumed(journal: Path, run: Mapping[str, Any]) -> int:
    """Rows that the journal holds already; what stands behind its last whole line is cut off."""
    if not journal.exists():
        return 0
    data_end, lines = 0, 0
    with journal.open("rb") as f:
        for raw in f:
            if not raw.endswith(b"\n"):
                break
            line = json.loads(raw)
            if lines == 0:
                _check_same(line, run, journal)
            elif "row" not in line:
                break  # the summary of a run that was finished: it is written again
            data_end += len(raw)
            lines += 1
    with journal.open("r+b") as f:
        f.truncate(data_end)
    return max(0, lines - 1)


def _check_same(before: Mapping[str, Any], now: Mapping[str, Any], journal: Path) -> None:
    def plain(line: Mapping[str, Any]) -> dict[str, Any]:
        run = dict(line.get("run", {}))
        run.pop("started_at", None)
        return run

    different = [k for k, v in plain(now).items() if plain(before).get(k) != v]
    if different:
        raise UsageError(
            f"the interrupted run was another one: it differs in {', '.join(different)}",
            where=str(journal),
            allowed="the same file, options and versions of the lists",
            next_step="leave --resume out to start again",
        )


def _summary(out: TextIO, journal: Path, customers: CustomerFile) -> dict[str, Any]:
    """Count what was written, and write it."""
    out.flush()
    counts: Counter[str] = Counter()
    hits = 0
    for line in _lines(journal):
        if "row" in line:
            counts[line["status"]] += 1
            hits += len(line["candidates"])
    summary = {
        "rows_read": counts.total(),
        "rows_answered": counts.total() - counts[SET_ASIDE],
        "rows_set_aside": counts[SET_ASIDE],
        "by_status": {k: n for k, n in sorted(counts.items()) if k != SET_ASIDE},
        "candidates": hits,
        "not_understood": dict(customers.not_understood.most_common(20)),
    }
    _write(out, {"summary": summary})
    return summary
