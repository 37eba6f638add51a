"""US Bureau of Industry and Security: the Denied Persons List, official tab-separated text."""

from __future__ import annotations

import json
from hashlib import sha256

from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.opening import Head
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

AUTHORITY = "US Department of Commerce, Bureau of Industry and Security"

_COLUMNS = (
    "Name", "Street_Address", "City", "State", "Country", "Postal_Code", "Effective_Date",
    "Expiration_Date", "Standard_Order", "Last_Update", "Action", "FR_Citation",
)  # fmt: skip


def _recognises(head: Head) -> bool:
    first = head.text.partition("\n")[0].replace('"', "").strip()
    return first.split("\t") == list(_COLUMNS)


DPL = Source(
    name="bis-dpl",
    holds="entities",
    title="Denied Persons List",
    publisher=AUTHORITY,
    importer="umweg.sources.lists.bis:import_dpl",
    recognises=_recognises,
    url="https://www.bis.gov/dpl/dpl.txt",
    licence="US public domain (17 USC 105)",
    min_entities=200,
)
SOURCES = (DPL,)


def import_dpl(request: ImportRequest, store: Store) -> Manifest:
    """Import the list. The file says no day of publication."""
    return import_list(request, store, ListInfo.of(DPL, "bis-dpl/1"), _read)


def digest(*parts: str) -> str:
    """A number for what its publisher gives none: the same facts have the same one."""
    return sha256("\0".join(p.strip().casefold() for p in parts).encode()).hexdigest()[:12]


def _read(task: ListTask) -> None:
    entries: dict[str, Entry] = {}
    _, body = task.table(_COLUMNS)
    for _, values in body:
        number = digest(values["Name"], values["Effective_Date"], values["Street_Address"])
        if number in entries:  # one order, published again after a change
            entries[number].rows += 1
        else:
            entries[number] = task.entry(number, "LegalEntity", order="mdy")
        _add(entries[number], Fields(values, task.noticed, "DPL"))
    for entry in entries.values():
        task.keep(entry, 0, json.dumps([n["name"] for n in entry.names], ensure_ascii=False))


def _add(entry: Entry, fields: Fields) -> None:
    # The list does not say what is a person and what a firm.
    entry.name(fields.take("Name"), "primary")
    entry.address(
        street=fields.take("Street_Address"),
        city=fields.take("City"),
        region=fields.take("State"),
        postal_code=fields.take("Postal_Code"),
        country=fields.take("Country"),
    )
    entry.topics.append("export.control")
    entry.keep("standard_order", fields.take("Standard_Order"))
    entry.keep("last_updated", fields.take("Last_Update"))
    entry.keep("action", fields.take("Action"))
    entry.listing(
        "bis-dpl",
        AUTHORITY,
        listed_from=fields.take("Effective_Date"),
        listed_until=fields.take("Expiration_Date"),
        legal_basis=fields.take("FR_Citation"),
    )
    fields.done()
