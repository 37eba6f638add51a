"""The tables that the entities of a list become."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from umweg.sources.lists.entry import SELF, Entry, Values, one_line
from umweg.store import Contract
from umweg.store.party_contracts import IDENTIFIER_KINDS, PARTY_TABLES
from umweg.store.snapshots import Staging

PART = 200_000
"""Entities of one Parquet file of a snapshot."""


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
