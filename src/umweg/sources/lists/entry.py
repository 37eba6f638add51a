"""One entity of a list in the making, and the tables that entities become."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from umweg.sources.lists.days import Order, day_of
from umweg.sources.lists.fields import Noticed
from umweg.sources.lists.numbers import is_valid, kind_of, normal
from umweg.sources.lists.places import NOWHERE, alpha3_of
from umweg.sources.lists.scripts import script_of
from umweg.store import Contract
from umweg.store.party_contracts import IDENTIFIER_KINDS, PARTY_TABLES
from umweg.store.snapshots import Staging

PART = 200_000
"""Entities of one Parquet file of a snapshot."""

Values = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """An entity while its publisher's rows are read.

    What is not understood is told to `noticed`, and what is published stays: a country that is not
    known goes into `fields`, a date that is none too.

    Attributes:
        number: The publisher's own stable number.
        schema: FollowTheMoney schema.
        noticed: Where alarms go.
        rows: Rows of the file that this entity is made of.
        order: Which comes first in dates of numbers.
    """

    number: str
    schema: str
    noticed: Noticed
    rows: int = 1
    order: Order = "dmy"
    names: list[Values] = field(default_factory=list)
    identifiers: list[Values] = field(default_factory=list)
    addresses: list[Values] = field(default_factory=list)
    listings: list[Values] = field(default_factory=list)
    relations: list[Values] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    birth_dates: list[str] = field(default_factory=list)
    birth_places: list[str] = field(default_factory=list)
    founded: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    gender: str | None = None
    dissolved: str | None = None
    industry: str | None = None
    remarks: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)

    def name(
        self,
        text: str,
        kind: str = "alias",
        *,
        weak: bool = False,
        language: str | None = None,
        given: str = "",
        patronymic: str = "",
        family: str = "",
    ) -> None:
        """A name in reading order; an empty one is none."""
        name = one_line(text)
        if name:
            self.names.append(
                {
                    "name": name,
                    "kind": kind,
                    "weak": weak,
                    "script": script_of(name),
                    "language": language,
                    "given": one_line(given) or None,
                    "patronymic": one_line(patronymic) or None,
                    "family": one_line(family) or None,
                }
            )

    def person(
        self,
        given: str,
        family: str,
        kind: str = "alias",
        *,
        middle: str = "",
        weak: bool = False,
        language: str | None = None,
    ) -> None:
        """A person's name from its parts."""
        self.name(
            f"{given} {middle} {family}",
            kind,
            weak=weak,
            language=language,
            given=given,
            patronymic=middle,
            family=family,
        )

    def identifier(
        self, kind: str, value: str, country: str = "", note: str = "", *, alpha3: str | None = None
    ) -> None:
        """A number; its kind is made exact by country and form."""
        text = one_line(value)
        bare = normal(text)
        if not bare:
            return
        issuer = alpha3 or (self.alpha3(country) if country else None)
        exact = kind_of(kind, bare, issuer)
        self.identifiers.append(
            {
                "kind": exact,
                "value": text,
                "normal": bare,
                "country": issuer,
                "valid": is_valid(exact, bare),
                "note": one_line(note) or None,
            }
        )

    def address(
        self,
        full: str = "",
        *,
        street: str = "",
        city: str = "",
        region: str = "",
        postal_code: str = "",
        country: str = "",
        note: str = "",
    ) -> None:
        """An address; the whole of it is put together from its parts where it is not given."""
        parts = [one_line(p) for p in (street, city, region, postal_code, country)]
        whole = one_line(full) or ", ".join(p for p in parts if p)
        alpha3 = self.alpha3(country) if country else None
        if whole.casefold() in NOWHERE:
            return
        self.addresses.append(
            {
                "full": whole,
                "street": parts[0] or None,
                "city": parts[1] or None,
                "region": parts[2] or None,
                "postal_code": parts[3] or None,
                "country": alpha3,
                "note": one_line(note) or None,
            }
        )

    def listing(
        self,
        list_: str,
        authority: str,
        *,
        programme: str = "",
        reference: str = "",
        listed_from: str = "",
        listed_until: str = "",
        legal_basis: str = "",
        reason: str = "",
        url: str = "",
    ) -> None:
        """A listing by an authority."""
        self.listings.append(
            {
                "list": list_,
                "authority": authority,
                "programme": one_line(programme) or None,
                "reference": one_line(reference) or None,
                "listed_from": self.day(listed_from),
                "listed_until": self.day(listed_until),
                "legal_basis": one_line(legal_basis) or None,
                "reason": reason.strip() or None,
                "url": url.strip() or None,
            }
        )

    def relation(
        self,
        kind: str,
        role: str = "",
        *,
        subject_id: str | None = None,
        subject_name: str | None = None,
        object_id: str | None = None,
        object_name: str | None = None,
        share: tuple[float | None, float | None] = (None, None),
        control: bool | None = None,
        valid_from: str = "",
        valid_until: str = "",
    ) -> None:
        """A relation; a side without an id and a name is this entity itself."""
        subject_self = not subject_id and not subject_name
        object_self = not object_id and not object_name
        self.relations.append(
            {
                "subject_id": SELF if subject_self else subject_id,
                "subject_name": subject_name or None,
                "object_id": SELF if object_self else object_id,
                "object_name": object_name or None,
                "kind": kind,
                "role": one_line(role) or None,
                "share_min": share[0],
                "share_max": share[1],
                "control": control,
                "valid_from": self.day(valid_from),
                "valid_until": self.day(valid_until),
            }
        )

    def country(self, text: str) -> None:
        """A country or nationality of the entity."""
        for part in _countries(text):
            if alpha3 := self.alpha3(part):
                self.countries.append(alpha3)

    def born(self, text: str) -> None:
        """A date of birth; one that cannot be read is an alarm and stays as published."""
        for part in re.split(r"\s+or\s+", one_line(text), flags=re.I):
            if day := self.day(part, "birth_date"):
                self.birth_dates.append(day)

    def alpha3(self, text: str) -> str | None:
        """Alpha-3 of a country as published; an unknown one is an alarm, and kept in `fields`."""
        name = one_line(text)
        if name.casefold() in NOWHERE:
            return None
        known = alpha3_of(name)
        if known is None:
            self.noticed.add(
                "unknown-country",
                "a country that is not known by this name; it is kept as published in `fields`",
                name,
            )
            self.keep("country_as_published", name)
        return known

    def day(self, text: str, what: str = "date") -> str | None:
        """A date as the store writes it; one that is none is an alarm, and kept in `fields`."""
        bare = one_line(text)
        if not bare or bare == "-":
            return None
        day = day_of(bare, self.order)
        if day is None:
            self.noticed.add(
                "date-not-understood",
                "a date that cannot be read; it is kept as published in `fields`",
                bare,
            )
            self.keep(f"{what}_as_published", bare)
        return day

    def keep(self, name: str, value: str) -> None:
        """A value that has no column of its own."""
        text = one_line(value)
        if text and text not in self.fields.setdefault(name, []):
            self.fields[name].append(text)

    def sex(self, text: str) -> None:
        """Gender in the publisher's words; another word than male or female is kept."""
        word = text.strip().casefold()
        if word in ("male", "m"):
            self.gender = "male"
        elif word in ("female", "f"):
            self.gender = "female"
        else:
            self.keep("gender", text)


def _countries(text: str) -> list[str]:
    """The countries of a cell that names one, or several with a sign between them."""
    name = one_line(text)
    if name.casefold() in NOWHERE:
        return []
    if alpha3_of(name):
        return [name]
    return [p for p in re.split(r"\s*[/;]\s*|\.\s+", name) if p]


SELF = "\0self"
"""Stands for the entity's own id until it is known."""


def one_line(text: str) -> str:
    """A text without line ends and double spaces."""
    return " ".join(text.split())


class PartyTables:
    """Entities on their way into the tables of a snapshot, written out in parts."""

    def __init__(self, stage: Staging, source: str, origin_id: str) -> None:
        self.entities = 0
        self._stage = stage
        self._source = source
        self._origin = origin_id
        self._seen: set[str] = set()
        self._pending: dict[str, dict[str, list[Any]]] = {}
        self._parts = 0
        self._rows = 0
        self._reset()

    def _reset(self) -> None:
        self._pending = {t.name: {c: [] for c in t.names} for t in PARTY_TABLES}
        self._rows = 0

    def holds(self, number: str) -> bool:
        """Whether an entity of this number was added."""
        return number in self._seen

    def add(self, entry: Entry) -> None:
        """The rows of an entity; the first primary name is its caption."""
        entity_id = f"{self._source}/{entry.number}"
        self._seen.add(entry.number)
        primary = next((n for n in entry.names if n["kind"] == "primary"), entry.names[0])
        primary["kind"] = "primary"  # of a list that calls none so, the first
        caption = primary["name"]
        self._append(
            "entities",
            {
                "entity_id": entity_id,
                "schema": entry.schema,
                "caption": caption,
                "countries": unique(entry.countries),
                "birth_dates": unique(entry.birth_dates),
                "birth_places": unique(map(one_line, entry.birth_places)),
                "gender": entry.gender,
                "founded": unique(entry.founded),
                "dissolved": entry.dissolved,
                "industry": entry.industry,
                "titles": unique(map(one_line, entry.titles)),
                "topics": unique(entry.topics),
                "remarks": "\n".join(unique(entry.remarks)) or None,
                "fields": json.dumps(entry.fields, ensure_ascii=False) if entry.fields else None,
                "origin_id": self._origin,
            },
        )
        self.entities += 1
        own = {"entity_id": entity_id}
        for name in _strong_first(entry.names):
            self._append("names", own | name)
        for identifier in _distinct(entry.identifiers, ("kind", "value")):
            self._append("identifiers", own | identifier)
        for address in _distinct(entry.addresses, ("full",)):
            self._append("addresses", own | address)
        for listing in _distinct(entry.listings, ("list", "programme", "reference")):
            self._append("listings", own | listing)
        self.relate(entry.relations, entity_id)
        self._rows += 1
        if self._rows >= PART:
            self.write()

    def relate(self, relations: Iterable[Mapping[str, Any]], entity_id: str = "") -> None:
        """Relations, of an entity or of their own."""
        for r in _distinct(relations, _RELATION_KEY):
            ends = {k: entity_id if r[k] == SELF else r[k] for k in ("subject_id", "object_id")}
            self.append("relations", {**r, **ends, "origin_id": self._origin})

    def append(self, table: str, row: Values) -> None:
        """A row of a list whose tables come apart from its entities (FollowTheMoney)."""
        self._append(table, row)
        self._rows += 1
        if self._rows >= PART:
            self.write()

    def _append(self, table: str, row: Values) -> None:
        for name, column in self._pending[table].items():
            column.append(row[name])

    def write(self) -> None:
        """Write what is held."""
        part = f"{self._parts:03d}" if self._parts else ""
        for contract in PARTY_TABLES:
            columns = self._pending[contract.name]
            if columns[contract.names[0]] or (contract.name == "entities" and not self._parts):
                self._stage.write(contract, _table(contract, columns), part)
        self._parts += 1
        self._reset()


_RELATION_KEY = (
    "subject_id", "subject_name", "object_id", "object_name", "kind", "role", "valid_from",
)  # fmt: skip


def _table(contract: Contract, columns: Mapping[str, list[Any]]) -> pa.Table:
    unknown = set(columns.get("kind", ())) - set(IDENTIFIER_KINDS)
    if contract.name == "identifiers" and unknown:
        raise ValueError(f"kinds of identifiers that the contract does not name: {unknown}")
    return pa.table({n: columns[n] for n in contract.names}, schema=contract.schema)


def unique(values: Iterable[str]) -> list[str]:
    """The values without empty and repeated ones, in their order."""
    return list(dict.fromkeys(v for v in values if v))


def _distinct(rows: Iterable[Mapping[str, Any]], key: tuple[str, ...]) -> list[Values]:
    """The first row of each key; what it leaves empty is filled from the later ones."""
    given = list(rows)
    if len(given) < 2:
        return [dict(row) for row in given]
    found: dict[tuple[Any, ...], Values] = {}
    for row in given:
        held = found.setdefault(tuple(row[k] for k in key), dict(row))
        for name, value in row.items():
            if held[name] is None:
                held[name] = value
    return list(found.values())


def _strong_first(names: list[Values]) -> list[Values]:
    """Each name once a kind; no alias that is the primary name; strong if it is anywhere strong."""
    first = next((n["name"] for n in names if n["kind"] == "primary"), None)
    for n in names:
        if n["kind"] == "primary" and n["name"] != first:
            n["kind"] = "alias"  # the contract knows one primary name
    strong = {(n["name"], n["kind"]) for n in names if not n["weak"]}
    primary = {n["name"] for n in names if n["kind"] == "primary"}
    rest = [n for n in names if n["kind"] in ("primary", "original") or n["name"] not in primary]
    return [
        {**n, "weak": (n["name"], n["kind"]) not in strong}
        for n in _distinct(rest, ("name", "kind"))
    ]
