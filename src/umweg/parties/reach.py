"""What a search looked at, and what it did not: each list with its version and its age."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow.parquet as pq

from umweg.errors import StoreError
from umweg.sources.registry import SOURCES
from umweg.store import Manifest, Store


@dataclass(frozen=True, slots=True)
class ListVersion:
    """A snapshot of a list, as it stood on the day that was asked for.

    Attributes:
        lists: Short names of the lists in it.
        published_on: The publisher's date; None where it is not known.
        had_on: The last day on which it is known to have been the publisher's newest.
        age_days: From that day to the day asked for.
        max_age_days: Days after which it is stale; 0 where the publisher names no rhythm.
    """

    source: str
    lists: tuple[str, ...]
    snapshot_id: str
    published_on: str | None
    had_on: str
    entities: int
    age_days: int
    max_age_days: int

    @property
    def stale(self) -> bool:
        return 0 < self.max_age_days < self.age_days

    @property
    def said(self) -> str:
        """In words: `ofac-sdn of 2024-05-03, 12 days old`."""
        old = f"{self.age_days} days old"
        text = f"{self.source} of {self.published_on or self.had_on}, {old}"
        return f"{text}, stale after {self.max_age_days}" if self.stale else text


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What was not looked at: `why` is `not held`, `not asked`, or `stale`."""

    what: str
    why: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What a search looked at on a day.

    Attributes:
        day: The lists as they stood on this day.
        checked: Versions of lists that were searched, stale ones too.
        not_checked: Lists that were not, and the time since a stale one was had.
    """

    day: str
    checked: tuple[ListVersion, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def missing(self) -> str:
        """Why finding nobody says little; empty where every list searched is current."""
        stale = [v.said for v in self.checked if v.stale]
        return "; ".join(stale)

    def published_on(self, snapshot_id: str) -> str | None:
        """The publisher's date of a snapshot."""
        return next((v.published_on for v in self.checked if v.snapshot_id == snapshot_id), None)


def reach_of(store: Store, day: date, lists: Collection[str] | None = None) -> Reach:
    """What a search of a store looks at.

    Args:
        store: The store.
        day: The lists as they stood on this day; their age is counted up to it.
        lists: Short names of the lists that are asked for; None for all.

    Raises:
        StoreError: there is no list, or none of those asked for; the message says what to do.
    """
    versions = [_version(m, day) for m in _snapshots(store, day)]
    if not versions:
        earlier = [m for m in store.all_snapshots if m.paths("entities")]
        raise StoreError(
            f"the store holds no list as it stood on {day}"
            if earlier
            else "the store holds no list, so nobody can be said not to be on one",
            where=str(store.root),
            allowed="; ".join(f"{m.source} of {m.published_on}" for m in earlier[:5]),
            next_step="bring one in with `umweg data fetch lists`, or `umweg data import FILE`",
        )
    checked = [v for v in versions if not lists or set(lists) & set(v.lists)]
    found = {x for v in checked for x in v.lists}
    absent = sorted(set(lists or ()) - found)
    if absent:
        held = sorted({x for v in versions for x in v.lists})
        raise StoreError(
            f"the store holds no list called {', '.join(absent)}",
            where="--list",
            allowed=", ".join(held),
            next_step="name one of these, or bring the list in with `umweg data fetch lists`",
        )
    return Reach(day.isoformat(), tuple(checked), tuple(_gaps(versions, checked)))


def _snapshots(store: Store, day: date) -> list[Manifest]:
    return [m for m in store.snapshots(day) if m.paths("entities")]


def _version(m: Manifest, day: date) -> ListVersion:
    names: set[str] = set()
    for path in m.paths("listings"):
        names.update(pq.read_table(path, columns=["list"])["list"].unique().to_pylist())
    # A copy had yesterday of a list published a month ago is a day old: nothing newer was there.
    known = [m.published_on, (m.retrieved_at or "")[:10]]
    had = max((d for d in known if d and d <= day.isoformat()), default=m.imported_at[:10])
    source = SOURCES.get(m.source)
    return ListVersion(
        m.source,
        tuple(sorted(names)) or (m.source,),
        m.snapshot_id,
        m.published_on,
        had,
        sum(t.rows for t in m.tables if t.table == "entities"),
        max(0, (day - date.fromisoformat(had)).days),
        source.max_age_days if source else 0,
    )


def _gaps(versions: list[ListVersion], checked: list[ListVersion]) -> Iterator[NotChecked]:
    for v in checked:
        if v.stale:
            yield NotChecked(v.source, "stale", f"changes after {v.had_on}: {v.said}")
    for v in versions:
        if v not in checked:
            yield NotChecked(v.source, "not asked", v.said)
    held = {v.source for v in versions}
    for source in SOURCES.values():
        if source.holds == "entities" and source.name not in held:
            yield NotChecked(source.name, "not held", source.title)
