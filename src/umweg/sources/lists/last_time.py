"""A list held against its last snapshot: how many entities it lost, and how full it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from umweg.errors import InputError
from umweg.sources.lists.fields import Noticed
from umweg.sources.source import ImportRequest
from umweg.store import Manifest, Store
from umweg.store.snapshots import Staging

MIN_GROUP = 50
"""Entities of one kind below which a loss of them alone is no reason to refuse the list."""

MAX_THINNER = 0.2
"""How much thinner than last time a list may get without an alarm."""

_PER_ENTITY = ("names", "identifiers", "addresses", "listings", "relations")
_COLUMNS = ("countries", "birth_dates")


def compare_with_last_time(
    noticed: Noticed,
    store: Store,
    request: ImportRequest,
    stage: Staging,
    published: str | None,
    max_shrink: float,
    entities: int,
) -> None:
    """Refuse a list that lost too many of its entities, of any kind; name what got thinner.

    Compared is the newest snapshot of the same source and data set that is not younger.

    Raises:
        InputError: more than `max_shrink` of all, or of one kind, are gone.
    """
    last = last_snapshot(store, request.source, request.dataset, published)
    if last is None:
        return
    own = [stage.folder / t.file for t in stage.tables if t.table == "entities"]
    now, before = _kinds(own), _kinds(list(last.paths("entities")))
    shrunk = [
        f"{name}: {old:,} before, {new:,} now"
        for name, old, new in [
            ("all", before.total(), now.total()),
            *((k, n, now[k]) for k, n in sorted(before.items()) if n >= MIN_GROUP),
        ]
        # One of a dozen is no tenth of a long list; half of them is.
        if new < old * (1 - max_shrink) and (old >= MIN_GROUP or new < old / 2)
    ]
    if shrunk and not request.allow_shrink:
        raise InputError(
            f"the list lost more than {max_shrink:.0%} of its entities since "
            f"{last.snapshot_id} ({'; '.join(shrunk)}); nothing was stored, because a truncated "
            "download must never read as 'nobody is listed'",
            where=", ".join(map(str, request.files)),
            allowed=f"a list that lost at most {max_shrink:.0%}, of each kind of entity too",
            next_step="download it again; if it is right, add --allow-shrink",
        )
    for line in shrunk:
        noticed.add("list-shrank", "the list lost many entities; it was stored as asked", line)
    _thinner(noticed, stage, last, entities)


def last_snapshot(
    store: Store, source: str, dataset: str, published: str | None
) -> Manifest | None:
    """The newest snapshot of a source and data set that is not younger than a day."""
    held = [
        m
        for m in store.all_snapshots
        if (m.source, m.dataset) == (source, dataset) and (published is None or m.day <= published)
    ]
    return max(held, key=lambda m: (m.day, m.imported_at), default=None)


def _kinds(paths: list[Path]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for path in paths:
        found = pq.read_table(path, columns=["schema"])["schema"].value_counts()
        counts.update({r["values"]: r["counts"] for r in found.to_pylist()})
    return counts


def _thinner(noticed: Noticed, stage: Staging, last: Manifest, entities: int) -> None:
    before = sum(t.rows for t in last.tables if t.table == "entities")
    if not before or not entities:
        return
    for table in _PER_ENTITY:
        new = sum(t.rows for t in stage.tables if t.table == table) / entities
        old = sum(t.rows for t in last.tables if t.table == table) / before
        _alarm(noticed, f"{table} per entity", old, new)
    own = [stage.folder / t.file for t in stage.tables if t.table == "entities"]
    for column in _COLUMNS:
        new = _filled(own, column) / entities
        old = _filled(list(last.paths("entities")), column) / before
        _alarm(noticed, f"share of entities with {column}", old, new)


def _filled(paths: list[Path], column: str) -> int:
    return sum(
        pc.sum(
            pc.greater(pc.list_value_length(pq.read_table(p, columns=[column])[column]), 0)
        ).as_py()
        or 0
        for p in paths
    )


def _alarm(noticed: Noticed, what: str, old: float, new: float) -> None:
    if new < old * (1 - MAX_THINNER):
        noticed.add(
            "thinner-than-before",
            "the list says less of its entities than last time; a file may be missing",
            f"{what}: {old:.2f} before, {new:.2f} now",
        )
