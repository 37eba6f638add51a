"""Two snapshots of one list compared: who was added, who was removed, who changed and in what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pyarrow as pa

from umweg.errors import UsageError
from umweg.store.manifest import Manifest
from umweg.store.party_contracts import (
    ADDRESSES,
    ENTITIES,
    IDENTIFIERS,
    LISTINGS,
    NAMES,
    RELATIONS,
)
from umweg.store.store import Store

_BATCH = 50_000
_COLUMNS = tuple(c for c in ENTITIES.names if c not in ("entity_id", "origin_id"))
_OTHERS = {
    NAMES.name: ("name", "kind", "weak", "language"),
    IDENTIFIERS.name: ("kind", "value", "country", "note"),
    ADDRESSES.name: ("full", "country", "note"),
    LISTINGS.name: tuple(c for c in LISTINGS.names if c != "entity_id"),
    RELATIONS.name: tuple(c for c in RELATIONS.names if c not in ("subject_id", "origin_id")),
}
"""Table → what of its rows is compared. What the program derives (script, check digit, comparable
form of a number) is not: a newer program would change it without the publisher."""

FIELDS = (*_COLUMNS, *_OTHERS)
"""Everything that may differ, by the names that a change carries."""

Side = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One entity that is not in both snapshots alike.

    Attributes:
        change: `added`, `removed` or `changed`.
        entity_id, schema, caption: The entity, as the newer snapshot that has it says.
        fields: What differs, of `FIELDS`; empty for one that was added or removed.
        before, after: The values of these fields.
    """

    change: Literal["added", "removed", "changed"]
    entity_id: str
    schema: str
    caption: str
    fields: tuple[str, ...] = ()
    before: Side | None = None
    after: Side | None = None

    def to_row(self) -> dict[str, Any]:
        """The change as one line of a table."""
        return {
            "change": self.change,
            "entity_id": self.entity_id,
            "schema": self.schema,
            "caption": self.caption,
            "fields": list(self.fields),
            "before": dict(self.before or {}),
            "after": dict(self.after or {}),
        }


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What became of a list between two snapshots."""

    old: Manifest
    new: Manifest
    entities_before: int
    entities_after: int
    changes: tuple[Change, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before believing the changes."""
        found = []
        if self.old.parser != self.new.parser:
            found.append(
                f"the snapshots were read by {self.old.parser} and {self.new.parser}: some "
                "changes may be the program's; import the older file again to be sure"
            )
        if len(self.old.inputs) != len(self.new.inputs):
            found.append(
                f"{self.old.snapshot_id} was read from {len(self.old.inputs)} files, "
                f"{self.new.snapshot_id} from {len(self.new.inputs)}: what the missing ones hold "
                "shows as changed"
            )
        return tuple(found)

    def of(self, kind: Literal["added", "removed", "changed"]) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(c for c in self.changes if c.change == kind)

    def to_arrow(self) -> pa.Table:
        """The changes as a table; the values before and after as JSON."""
        rows = [
            {k: json.dumps(v, ensure_ascii=False) if k in ("before", "after") else v
             for k, v in c.to_row().items()}
            for c in self.changes
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_SCHEMA)

    def to_pandas(self) -> Any:
        """The changes as a data frame."""
        return self.to_arrow().to_pandas()


_SCHEMA = pa.schema(
    [
        ("change", pa.string()),
        ("entity_id", pa.string()),
        ("schema", pa.string()),
        ("caption", pa.string()),
        ("fields", pa.list_(pa.string())),
        ("before", pa.string()),
        ("after", pa.string()),
    ]
)


def list_changes(
    store: Store, source: str, old: str, new: str, dataset: str | None = None
) -> ListChanges:
    """Compare two snapshots of a list.

    Args:
        store: The store.
        source: Name of the source.
        old, new: A day (the list as it stood then), or the id of a snapshot or its beginning.
        dataset: Data set within the source; needed where the source has several.

    Raises:
        UsageError: there is no such snapshot, or it is not known which is meant.
        StoreError: a snapshot is damaged.
    """
    held = _lists(store, source, dataset)
    before, after = (_chosen(held, source, which) for which in (old, new))
    sides = [_Sides(m) for m in (before, after)]
    first, second = (s.digests() for s in sides)
    gone = [n for n in first if n not in second]
    come = [n for n in second if n not in first]
    other = {n for n, d in second.items() if n in first and first[n] != d}
    known = [s.whole({*gone, *other} if s is sides[0] else {*come, *other}) for s in sides]
    changes = [_change("added", n, known[1][n]) for n in come]
    changes += [_change("removed", n, known[0][n]) for n in gone]
    changes += [c for n in second if n in other if (c := _differing(n, known[0][n], known[1][n]))]
    return ListChanges(before, after, len(first), len(second), tuple(changes))


@dataclass(frozen=True, slots=True)
class Renewed:
    """The entities of a newer snapshot against an older one of the same list, by id alone.

    Attributes:
        older, newer: Ids of the snapshots; without an older one, all entities are added.
        added, changed, removed: Ids of entities. One is changed if anything is that the publisher
            says of it.
    """

    source: str
    older: str | None
    newer: str
    added: frozenset[str]
    changed: frozenset[str]
    removed: frozenset[str]

    @property
    def to_match(self) -> frozenset[str]:
        """The entities against which a customer must be matched again."""
        return self.added | self.changed


def renewed(older: Manifest | None, newer: Manifest) -> Renewed:
    """Compare two snapshots of a list; without an older one, everything is new."""
    after = _Sides(newer).digests()
    before = _Sides(older).digests() if older is not None else {}
    return Renewed(
        newer.source,
        older.snapshot_id if older is not None else None,
        newer.snapshot_id,
        frozenset(after.keys() - before.keys()),
        frozenset(e for e in after.keys() & before.keys() if after[e] != before[e]),
        frozenset(before.keys() - after.keys()),
    )


def _lists(store: Store, source: str, dataset: str | None) -> list[Manifest]:
    """The snapshots of a source and data set that hold entities, in the order of their days."""
    own = [m for m in store.all_snapshots if m.source == source and m.paths(ENTITIES.name)]
    if not own:
        names = sorted({m.source for m in store.all_snapshots if m.paths(ENTITIES.name)})
        raise UsageError(
            f"no list of '{source}' is held",
            where=str(store.root),
            allowed=", ".join(names) or "(the store holds no list)",
            next_step="see `umweg data list`, or import one with `umweg data import FILE`",
        )
    datasets = sorted({m.dataset for m in own})
    if dataset is None and len(datasets) > 1:
        raise UsageError(
            f"'{source}' is held in several data sets",
            allowed=", ".join(datasets),
            next_step="choose one with --dataset",
        )
    chosen = [m for m in own if m.dataset == (dataset or datasets[0])]
    if not chosen:
        raise UsageError(
            f"'{source}' has no data set '{dataset}'",
            allowed=", ".join(datasets),
            next_step="choose one of them with --dataset",
        )
    return sorted(chosen, key=lambda m: (m.day, m.imported_at))


def _chosen(held: list[Manifest], source: str, which: str) -> Manifest:
    named = ", ".join(f"{m.snapshot_id} ({m.day})" for m in held)
    try:
        day = date.fromisoformat(which)
    except ValueError:
        found = [m for m in held if m.snapshot_id.startswith(which)]
        exact = [m for m in found if m.snapshot_id == which]
        if len(exact or found) != 1:
            raise UsageError(
                f"'{which}' is no day and no snapshot of '{source}'"
                if not found
                else f"several snapshots of '{source}' begin with '{which}'",
                allowed=f"YYYY-MM-DD, or one of {named}",
                next_step="see `umweg data list`",
            ) from None
        return (exact or found)[0]
    until = [m for m in held if m.day <= day.isoformat()]
    if not until:
        raise UsageError(
            f"no list of '{source}' from {which} or before is held",
            allowed=named,
            next_step="choose a later day, or import an older list with --published",
        )
    return until[-1]


class _Sides:
    """One snapshot, read twice: a digest of every entity, then the whole of those that differ."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def _rows(self, table: str, key: str, columns: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        found = self._manifest.rows(table).select(list(dict.fromkeys((key, *columns))))
        for batch in found.to_batches(max_chunksize=_BATCH):
            cells = [batch.column(c).to_pylist() for c in columns]
            yield from zip(batch.column(key).to_pylist(), zip(*cells, strict=True), strict=True)

    def _each(self, take: Callable[[str, str, Any], None]) -> None:
        for number, cells in self._rows(ENTITIES.name, "entity_id", _COLUMNS):
            take(number, ENTITIES.name, cells)
        for table, columns in _OTHERS.items():
            key = "subject_id" if table == RELATIONS.name else "entity_id"
            for number, cells in self._rows(table, key, columns):
                if number is not None:
                    take(number, table, cells)

    def digests(self) -> dict[str, int]:
        """Entity → a sum over its rows in which their order does not count.

        Of relations those count of which the entity is the subject.
        """
        found: dict[str, int] = {}

        def take(number: str, table: str, cells: Any) -> None:
            if table == ENTITIES.name:
                found[number] = hash(repr(cells))
            elif number in found:
                found[number] += hash((table, repr(cells)))

        self._each(take)
        return found

    def whole(self, wanted: set[str]) -> dict[str, dict[str, Any]]:
        """The values of some entities, by field."""
        found: dict[str, dict[str, Any]] = {}

        def take(number: str, table: str, cells: Any) -> None:
            if number not in wanted:
                return
            if table == ENTITIES.name:
                values = dict(zip(_COLUMNS, cells, strict=True))
                if values["fields"]:
                    values["fields"] = json.loads(values["fields"])
                found[number] = values | {name: [] for name in _OTHERS}
            elif number in found:
                row = {k: v for k, v in zip(_OTHERS[table], cells, strict=True) if v is not None}
                found[number][table].append(row)

        self._each(take)
        return found


def _change(kind: Literal["added", "removed"], number: str, values: Mapping[str, Any]) -> Change:
    return Change(kind, number, values["schema"], values["caption"])


def _differing(number: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change | None:
    """What differs; of tables only the rows that are on one side alone."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in FIELDS:
        if name in _OTHERS:
            lost = [r for r in old[name] if r not in new[name]]
            won = [r for r in new[name] if r not in old[name]]
            if lost or won:
                before[name], after[name] = lost, won
        elif _set(old[name]) != _set(new[name]):
            before[name], after[name] = old[name], new[name]
    if not before:
        return None
    return Change("changed", number, new["schema"], new["caption"], tuple(before), before, after)


def _set(value: Any) -> Any:
    """A list of texts as a set: the order in which a publisher names them says nothing."""
    return frozenset(value) if isinstance(value, list) else value
