"""The listed parties as the matcher holds them: columns, and a `Party` only when it is needed."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from umweg.errors import StoreError, UsageError
from umweg.parties.model import KINDS, Identifier, Listing, Party, PartyName
from umweg.parties.tables import Mask, Tables, ints, shared, where

if TYPE_CHECKING:
    import pyarrow as pa

    from umweg.store import Store
    from umweg.store.manifest import Manifest


class Corpus(ABC):
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

    @abstractmethod
    def party(self, number: int) -> Party:
        """The party of a number."""

    @abstractmethod
    def outline(self, number: int) -> Party:
        """Of a party what every comparison needs, beside names: kind and gender."""

    @abstractmethod
    def entity_id(self, number: int) -> str:
        """By which its publisher knows a party."""

    @abstractmethod
    def name(self, at: int) -> PartyName:
        """The name of a number, among all names."""

    @abstractmethod
    def wanted(
        self,
        lists: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        countries: Collection[str] | None = None,
    ) -> Mask | None:
        """Which parties a matcher that is restricted looks at; None: all of them."""

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


class _Texts(Sequence[str]):
    """Texts, one behind the other: a third of the room that as many strings take."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._ptr = array("q", [0])

    def append(self, text: str) -> None:
        self._text += text.encode("utf-8", "surrogatepass")
        self._ptr.append(len(self._text))

    def __len__(self) -> int:
        return len(self._ptr) - 1

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text[self._ptr[at] : self._ptr[at + 1]].decode("utf-8", "surrogatepass")


class PartyCorpus(Corpus):
    """Parties that the caller has made.

    Of a party of which a name and nothing else is known, no object is kept.
    """

    def __init__(self, parties: Iterable[Party]) -> None:
        texts, ids = _Texts(), _Texts()
        schemas: list[str] = []
        counts = array("q")
        self.number_of = {}
        self._known: dict[int, Party] = {}
        for i, p in enumerate(parties):
            for name in p.names:
                texts.append(name.text)
            ids.append(p.entity_id)
            schemas.append(sys.intern(p.schema))
            counts.append(len(p.names))
            for identifier in p.identifiers:
                self.number_of.setdefault(identifier.normal or identifier.value, []).append(i)
            if p != Party.named(p.caption, p.schema, entity_id=p.entity_id):
                self._known[i] = p
        self.schemas, self.names, self._ids = schemas, texts, ids
        self.owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        self._first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)

    def party(self, number: int) -> Party:
        known = self._known.get(number)
        if known is not None:
            return known
        name = self.names[int(self._first[number])]
        return Party.named(name, self.schemas[number], entity_id=self._ids[number])

    def outline(self, number: int) -> Party:
        return self.party(number)

    def entity_id(self, number: int) -> str:
        return str(self._ids[number])

    def name(self, at: int) -> PartyName:
        number = int(self.owner[at])
        return self.party(number).names[at - int(self._first[number])]

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
            held = {x.list for p in self._known.values() for x in p.listings}
            _check_lists(lists, held)
        return np.fromiter(
            (
                (not lists or any(x.list in lists for x in p.listings))
                and (schemas is None or p.schema in schemas)
                and (not countries or not p.countries or not set(countries).isdisjoint(p.countries))
                for p in map(self.party, range(len(self)))
            ),
            np.bool_,
            len(self),
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


@lru_cache(maxsize=256)
def _outline(schema: str, gender: str) -> Party:
    return Party((), schema, gender=gender)


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
        self.schemas = shared(self._entities.column("schema"))
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
        cell = self._entities.cell
        return _outline(cell("schema", number), cell("gender", number))

    def entity_id(self, number: int) -> str:
        return str(self._entities.cell("entity_id", number))

    def party(self, number: int) -> Party:
        return self._recent(number)

    @cached_property
    def _recent(self) -> Callable[[int], Party]:
        return lru_cache(maxsize=50_000)(self._made)

    def _made(self, number: int) -> Party:
        entity, names, numbers, addresses, listings = json.loads(
            self._entities.column("whole")[number].as_py()
        )
        schema, entity_id, gender, births, founded, countries, titles, topics, snapshot = entity
        return Party(
            names=tuple([PartyName(*row) for row in names]),
            schema=schema,
            entity_id=entity_id,
            birth_dates=tuple(births or ()),
            founded=tuple(founded or ()),
            gender=gender,
            countries=tuple(countries or ()),
            identifiers=tuple([Identifier(*row) for row in numbers]),
            addresses=tuple([row[0] for row in addresses]),
            listings=tuple([Listing(*row) for row in listings]),
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
