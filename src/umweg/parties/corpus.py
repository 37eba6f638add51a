"""The listed parties as the matcher holds them: columns, and a `Party` only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import StoreError, UsageError
from umweg.parties.model import KINDS, Identifier, Listing, Party, PartyName

if TYPE_CHECKING:
    from umweg.store import Store
    from umweg.store.snapshots import Manifest

Mask = np.ndarray[Any, np.dtype[np.bool_]]

_IDENTIFIER = ("kind", "value", "normal", "country", "valid")
_NAME = ("name", "kind", "weak", "script", "language")
_LISTING = (
    "list", "authority", "programme", "reference", "listed_from", "listed_until", "url",
)  # fmt: skip
_ORDER = {"primary": 0, "original": 1, "alias": 2, "former": 3}


class Corpus:
    """Parties and their names.

    Attributes:
        schemas: The schema of each party.
        names: Every name, party by party.
        owner: For each name the number of its party.
        number_of: Normal form of an identifier → parties that carry it.
    """

    schemas: Sequence[str]
    names: Sequence[str]
    owner: np.ndarray[Any, np.dtype[np.int32]]
    number_of: dict[str, list[int]]

    def party(self, number: int) -> Party:
        """The party of a number."""
        raise NotImplementedError

    def outline(self, number: int) -> Party:
        """Of a party what every comparison needs, beside names: kind and gender."""
        raise NotImplementedError

    def name(self, at: int) -> PartyName:
        """The name of a number, among all names."""
        raise NotImplementedError

    def wanted(
        self,
        lists: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
    ) -> Mask | None:
        """Which parties a matcher that is restricted looks at; None: all of them."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.schemas)


def schemata(kinds: Collection[str] | None) -> frozenset[str] | None:
    """The schemata that kinds mean, kinds or schemata named; None: any.

    `LegalEntity` belongs to every kind but vessel and aircraft: the publisher does not say whether
    it is a person or an organisation.

    Raises:
        UsageError: no kind is called so.
    """
    if not kinds or "any" in kinds:
        return None
    found: set[str] = set()
    for kind in kinds:
        if kind in KINDS:
            found.update(KINDS[kind])
        elif any(kind in schemas for schemas in KINDS.values()) or kind == "LegalEntity":
            found.add(kind)
        else:
            raise UsageError(f"no kind of party is called '{kind}'", allowed=", ".join(KINDS))
    if found & {"Person", "Organization", "Company"}:
        found.add("LegalEntity")
    return frozenset(found)


class PartyCorpus(Corpus):
    """Parties that the caller has made."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._parties = list(parties)
        self.schemas = [p.schema for p in self._parties]
        self.names = [n.text for p in self._parties for n in p.names]
        counts = np.fromiter((len(p.names) for p in self._parties), np.int64, len(self._parties))
        self.owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        self._first = np.concatenate(([0], np.cumsum(counts)))
        self.number_of = {}
        for i, p in enumerate(self._parties):
            for identifier in p.identifiers:
                self.number_of.setdefault(identifier.normal or identifier.value, []).append(i)

    def party(self, number: int) -> Party:
        return self._parties[number]

    def outline(self, number: int) -> Party:
        return self._parties[number]

    def name(self, at: int) -> PartyName:
        number = int(self.owner[at])
        return self._parties[number].names[at - int(self._first[number])]

    def wanted(
        self,
        lists: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
    ) -> Mask | None:
        schemas = schemata(kinds)
        if not lists and schemas is None and not countries:
            return None
        if lists:
            held = {x.list for p in self._parties for x in p.listings}
            _check_lists(lists, held)
        return np.fromiter(
            (
                (not lists or any(x.list in lists for x in p.listings))
                and (schemas is None or p.schema in schemas)
                and (not countries or not p.countries or not set(countries).isdisjoint(p.countries))
                for p in self._parties
            ),
            np.bool_,
            len(self._parties),
        )


def _check_lists(asked: Collection[str], held: Collection[str]) -> None:
    unknown = sorted(set(asked) - set(held))
    if unknown:
        raise StoreError(
            f"no list here is called {', '.join(unknown)}",
            allowed=", ".join(sorted(held)) or "(no lists)",
            next_step="bring it in with `umweg data fetch` or `umweg data import FILE`",
        )


class _Rows:
    """The rows of one table that belong to each party."""

    def __init__(self, table: pa.Table, entities: pa.ChunkedArray) -> None:
        owner = pc.index_in(_key(table), value_set=entities)
        held = pc.is_valid(owner)
        table, owner = table.filter(held), owner.filter(held)
        order = np.argsort(owner.to_numpy(), kind="stable")
        self.table = table.take(pa.array(order))
        self.owner = owner.to_numpy()[order].astype(np.int32)
        self.bounds = np.searchsorted(self.owner, np.arange(len(entities) + 1))
        self._columns: dict[str, list[Any]] = {}
        self._together: dict[tuple[str, ...], list[list[Any]]] = {}

    def column(self, name: str) -> list[Any]:
        if name not in self._columns:
            self._columns[name] = self.table[name].to_pylist()
        return self._columns[name]

    def columns(self, names: tuple[str, ...]) -> list[list[Any]]:
        if names not in self._together:
            self._together[names] = [self.column(name) for name in names]
        return self._together[names]

    def of(self, number: int) -> range:
        return range(int(self.bounds[number]), int(self.bounds[number + 1]))


def _key(table: pa.Table) -> pa.ChunkedArray:
    # An entity may stand in two snapshots of one source (two data sets): each is its own party.
    return pc.binary_join_element_wise(table["snapshot_id"], table["entity_id"], "\t")


class StoreCorpus(Corpus):
    """The tables of parties of a store.

    Args:
        store: The store.
        as_of: The lists as they stood on this day; today without it.

    Raises:
        StoreError: the store holds no parties.
    """

    def __init__(self, store: Store, as_of: date | None = None) -> None:
        self.snapshots: tuple[Manifest, ...] = tuple(
            m for m in store.snapshots(as_of) if m.paths("entities")
        )
        if not self.snapshots:
            held = any(m.paths("entities") for m in store.all_snapshots)
            raise StoreError(
                f"the store holds no list as it stood on {as_of}"
                if held
                else "the store holds no list of parties",
                where=str(store.root),
                next_step="bring a list in with `umweg data fetch` or `umweg data import FILE`",
            )
        entities = self._table("entities")
        keys = _key(entities)
        if isinstance(keys, pa.ChunkedArray):
            keys = keys.combine_chunks()
        self._entities = entities
        self._columns: dict[str, list[Any]] = {}
        names = self._table("names")
        rank = pc.index_in(names["kind"], value_set=pa.array(list(_ORDER)))
        names = names.take(pc.sort_indices(rank))  # stable: the publisher's order stays
        self._names = _Rows(names, keys)
        self._keys = keys
        self._listings = _Rows(self._table("listings"), keys)
        self.owner = self._names.owner
        self.day = (as_of or date.today()).isoformat()  # noqa: DTZ011 - lists are dated by day

    @cached_property
    def _identifiers(self) -> _Rows:
        return _Rows(self._table("identifiers"), self._keys)

    @cached_property
    def _addresses(self) -> _Rows:
        return _Rows(self._table("addresses"), self._keys)

    def _table(self, name: str) -> pa.Table:
        parts = []
        for m in self.snapshots:
            rows = m.rows(name)
            ids = pa.array([m.snapshot_id] * rows.num_rows, pa.string())
            parts.append(rows.append_column("snapshot_id", ids))
        return pa.concat_tables(parts)

    def _column(self, name: str) -> list[Any]:
        if name not in self._columns:
            self._columns[name] = self._entities[name].to_pylist()
        return self._columns[name]

    @cached_property
    def schemas(self) -> Sequence[str]:  # type: ignore[override]
        return self._column("schema")

    @cached_property
    def names(self) -> Sequence[str]:  # type: ignore[override]
        return self._names.column("name")

    @cached_property
    def number_of(self) -> dict[str, list[int]]:  # type: ignore[override]
        found: dict[str, list[int]] = {}
        for normal, owner in zip(
            self._identifiers.column("normal"), self._identifiers.owner.tolist(), strict=True
        ):
            found.setdefault(normal, []).append(owner)
        return found

    def name(self, at: int) -> PartyName:
        return PartyName(*[c[at] for c in self._names.columns(_NAME)])

    def outline(self, number: int) -> Party:
        return Party(
            (),
            self._column("schema")[number],
            self._column("entity_id")[number],
            gender=self._column("gender")[number],
        )

    def party(self, number: int) -> Party:
        return self._recent(number)

    @cached_property
    def _recent(self) -> Callable[[int], Party]:
        return lru_cache(maxsize=50_000)(self._made)

    def _made(self, number: int) -> Party:
        i, a, x = self._identifiers, self._addresses, self._listings
        return Party(
            names=tuple(self.name(r) for r in self._names.of(number)),
            schema=self._column("schema")[number],
            entity_id=self._column("entity_id")[number],
            birth_dates=tuple(self._column("birth_dates")[number] or ()),
            founded=tuple(self._column("founded")[number] or ()),
            gender=self._column("gender")[number],
            countries=tuple(self._column("countries")[number] or ()),
            identifiers=tuple(
                Identifier(*[c[r] for c in i.columns(_IDENTIFIER)]) for r in i.of(number)
            ),
            addresses=tuple(a.column("full")[r] for r in a.of(number)),
            listings=tuple(Listing(*[c[r] for c in x.columns(_LISTING)]) for r in x.of(number)),
            snapshot_id=self._column("snapshot_id")[number],
            properties={
                "titles": tuple(self._column("titles")[number] or ()),
                "topics": tuple(self._column("topics")[number] or ()),
            },
        )  # fmt: skip

    def wanted(
        self,
        lists: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
    ) -> Mask | None:
        mask = self._listed(lists)
        schemas = schemata(kinds)
        if schemas is not None:
            mask &= np.fromiter((s in schemas for s in self.schemas), np.bool_, len(self))
        if countries:
            asked = set(countries)
            mask &= np.fromiter(
                (not c or not asked.isdisjoint(c) for c in self._column("countries")),
                np.bool_,
                len(self),
            )
        return None if mask.all() else mask

    def _listed(self, lists: Collection[str] | None) -> Mask:
        """The parties that stand on a list on the day.

        A list may say of its parties what they are (`topics`) and not when they were listed: they
        stay. What has neither comes from a register of firms, and being known is no listing.
        """
        rows = self._listings
        table = rows.table
        if lists:
            _check_lists(lists, set(pc.unique(table["list"]).to_pylist()))
        started = pc.fill_null(pc.less_equal(table["listed_from"], self.day), True)
        lasts = pc.fill_null(pc.greater(table["listed_until"], self.day), True)
        on = pc.and_(started, lasts)
        mask = np.zeros(len(self), np.bool_)
        if lists:
            on = pc.and_(
                on, pc.is_in(table["list"], value_set=pa.array(sorted(lists), pa.string()))
            )
        else:
            said = np.fromiter(map(bool, self._column("topics")), np.bool_, len(self))
            mask |= (np.diff(rows.bounds) == 0) & said
        mask[rows.owner[on.to_numpy().astype(np.bool_)]] = True
        return mask
