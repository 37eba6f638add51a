"""Invented lists in a store: nobody in them exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from umweg.store import Store
from umweg.store.contracts import CONTRACTS
from umweg.store.snapshots import commit

Entity = Mapping[str, Any]
"""`id`, `schema`, `names` (text, kind), and columns of `entities` and `listings`."""


def rows_of(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of a contract; what is not named is empty."""
    contract = CONTRACTS[table]
    columns = {}
    for column in contract.columns:
        empty: Any = [] if pa.types.is_list(column.type) else None
        if column.type == pa.bool_() and not column.nullable:
            empty = False
        columns[column.name] = [r.get(column.name, empty) for r in rows]
    return pa.table(columns, schema=contract.schema)


def add_list(
    root: Path, name: str, entities: Sequence[Entity], published_on: str | None = "2024-05-03"
) -> Store:
    """A store with one more invented list in it; made if need be."""
    store = Store.open(root, create=True, with_sample=False)
    tables: dict[str, list[dict[str, Any]]] = {
        "entities": [], "names": [], "identifiers": [], "addresses": [], "listings": [],
    }  # fmt: skip
    for e in entities:
        key = {"entity_id": f"{name}/{e['id']}"}
        names = e["names"]
        tables["entities"].append(
            {**e, **key, "caption": names[0][0], "origin_id": name, "schema": e["schema"]}
        )
        tables["names"] += [
            {**key, "name": text, "kind": kind, "script": "Latn"} for text, kind in names
        ]
        tables["identifiers"] += [
            {**key, "kind": k, "value": v, "normal": v} for k, v in e.get("identifiers", ())
        ]
        tables["listings"].append({"list": name, "authority": "Invented Authority", **e, **key})
    origin = {
        "origin_id": name, "publisher": "Invented Authority",
        "title": "Invented list", "url": "https://example.org/list", "licence": "invented",
    }  # fmt: skip
    with store.importing() as stage:
        for table, rows in tables.items():
            stage.write(table, rows_of(table, rows))
        stage.write("origins", rows_of("origins", [origin]))
        commit(
            store.root, stage, source=name, dataset="list", parser="invented/1", inputs=(),
            rows_read=len(entities), rows_kept=len(entities), rows_set_aside=0,
            published_on=published_on,
        )  # fmt: skip
    store.refresh()
    return store
