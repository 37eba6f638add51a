"""The listed parties as the matcher holds them: columns, and a `Party` only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from umweg.errors import StoreError, UsageError
from umweg.parties.model import KINDS, Identifier, Listing, Party, PartyName
from umweg.parties.tables import Mask, Tables, ints, where

if TYPE_CHECKING:
    import pyarrow as pa

    from umweg.store import Store
    from umweg.store.snapshots import Manifest


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


class _Cells(Sequence[Any]):
    """A column of a table as a sequence of which each cell is read when it is asked for."""

    def __init__(self, column: pa.Array) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return self._column[at].to_pylist()
        return self._column[int(at)].as_py()

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self._column), _BLOCK):
            yield from self._column.slice(start, _BLOCK).to_pylist()


_BLOCK = 10_000


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
        self._tables = Tables(self.snapshots, store.root)
        self._entities = self._tables["entities"]
        self.schemas = _Cells(self._entities.column("schema"))
        self.names = _Cells(self._tables["names"].column("name"))
        self.owner = self._tables["names"].owner
        self.day = (as_of or date.today()).isoformat()  # noqa: DTZ011 - lists are dated by day

    @cached_property
    def number_of(self) -> dict[str, list[int]]:  # type: ignore[override]
        rows = self._tables["identifiers"]
        found: dict[str, list[int]] = {}
        for normal, owner in zip(rows.column("normal").to_pylist(), rows.owner, strict=True):
            found.setdefault(normal, []).append(int(owner))
        return found

    def name(self, at: int) -> PartyName:
        return PartyName(*self._tables["names"].row(at))

    def outline(self, number: int) -> Party:
        cell = self._entities.column
        return Party(
            (),
            cell("schema")[number].as_py(),
            cell("entity_id")[number].as_py(),
            gender=cell("gender")[number].as_py(),
        )

    def party(self, number: int) -> Party:
        return self._recent(number)

    @cached_property
    def _recent(self) -> Callable[[int], Party]:
        return lru_cache(maxsize=50_000)(self._made)

    def _made(self, number: int) -> Party:
        t = self._tables
        names, numbers = t["names"], t["identifiers"]
        addresses, listings = t["addresses"], t["listings"]
        schema, entity_id, gender, births, founded, countries, titles, topics, snapshot = (
            self._entities.row(number)
        )
        return Party(
            names=tuple(PartyName(*names.row(r)) for r in names.of(number)),
            schema=schema,
            entity_id=entity_id,
            birth_dates=tuple(births or ()),
            founded=tuple(founded or ()),
            gender=gender,
            countries=tuple(countries or ()),
            identifiers=tuple(Identifier(*numbers.row(r)) for r in numbers.of(number)),
            addresses=tuple(addresses.row(r)[0] for r in addresses.of(number)),
            listings=tuple(Listing(*listings.row(r)) for r in listings.of(number)),
            snapshot_id=snapshot,
            properties={"titles": tuple(titles or ()), "topics": tuple(topics or ())},
        )

    def wanted(
        self,
        lists: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
    ) -> Mask | None:
        mask = self._listed(lists)
        schemas = schemata(kinds)
        if schemas is not None:
            mask &= where(self._entities.column("schema"), lambda s: s in schemas)
        if countries:
            asked = set(countries)
            named = _Cells(self._entities.column("countries"))
            mask &= np.fromiter(
                (not c or not asked.isdisjoint(c) for c in named), np.bool_, len(self)
            )
        return None if mask.all() else mask

    def _listed(self, lists: Collection[str] | None) -> Mask:
        """The parties that stand on a list on the day.

        A list may say of its parties what they are (`topics`) and not when they were listed: they
        stay. What has neither comes from a register of firms, and being known is no listing.
        """
        rows, day = self._tables["listings"], self.day
        on = where(rows.column("listed_from"), lambda d: d is None or d <= day)
        on &= where(rows.column("listed_until"), lambda d: d is None or d > day)
        mask = np.zeros(len(self), np.bool_)
        if lists:
            _check_lists(lists, set(pc.unique(rows.column("list")).to_pylist()))
            on &= where(rows.column("list"), lambda x: x in lists)
        else:
            topics = np.diff(ints(self._entities.column("topics").offsets))
            mask |= (np.diff(rows.bounds) == 0) & (topics > 0)
        mask[rows.owner[on]] = True
        return mask
