"""What changed on a list between two snapshots of it, entity by entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from umweg.store.party_contracts import PARTY_TABLES
from umweg.store.snapshots import Manifest

_TABLES = tuple(t for t in PARTY_TABLES if "entity_id" in t.names)


@dataclass(frozen=True, slots=True)
class ListChanges:
    """Entities of a newer snapshot against an older one of the same list.

    Attributes:
        older, newer: Their ids; `older` is None where there was none: then all are added.
        added, changed, removed: Ids of entities. An entity is changed if anything is that the
            publisher says of it: a name, a date, a number, an address, a listing.
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


def list_changes(older: Manifest | None, newer: Manifest) -> ListChanges:
    """Compare two snapshots of a list; without an older one, everything is new."""
    after = _contents(newer)
    if older is None:
        return ListChanges(
            newer.source, None, newer.snapshot_id, frozenset(after), frozenset(), frozenset()
        )
    before = after if older.snapshot_id == newer.snapshot_id else _contents(older)
    return ListChanges(
        newer.source,
        older.snapshot_id,
        newer.snapshot_id,
        frozenset(after.keys() - before.keys()),
        frozenset(e for e in after.keys() & before.keys() if after[e] != before[e]),
        frozenset(before.keys() - after.keys()),
    )


def _contents(snapshot: Manifest) -> Mapping[str, frozenset[int]]:
    """For each entity the hashes of all its rows, whatever their order."""
    found: dict[str, set[int]] = defaultdict(set)
    for contract in _TABLES:
        rows = snapshot.rows(contract.name)
        names = [n for n in contract.names if n not in ("entity_id", "origin_id")]
        ids = rows["entity_id"].to_pylist()
        columns = [
            [tuple(v) if isinstance(v, list) else v for v in rows[n].to_pylist()] for n in names
        ]
        for entity, *cells in zip(ids, *columns, strict=True):
            found[entity].add(hash((contract.name, *cells)))
    return {entity: frozenset(hashes) for entity, hashes in found.items()}
