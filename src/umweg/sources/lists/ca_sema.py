"""Canada: consolidated autonomous sanctions list (SEMA and JVCFOA), official XML."""

from __future__ import annotations

import re

from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Node
from umweg.sources.lists.languages import language_of
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.scripts import script_of
from umweg.sources.lists.xml_records import records
from umweg.sources.opening import Head
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

AUTHORITY = "Global Affairs Canada"


def _recognises(head: Head) -> bool:
    text = head.text
    return "<data-set" in text[:1_000] and "<DateOfListing>" in text


SEMA = Source(
    name="ca-sema",
    holds="entities",
    title="Consolidated Canadian Autonomous Sanctions List",
    publisher=AUTHORITY,
    importer="umweg.sources.lists.ca_sema:import_sema",
    recognises=_recognises,
    url="https://www.international.gc.ca/world-monde/assets/office_docs/international_relations-"
    "relations_internationales/sanctions/sema-lmes.xml",
    licence="Crown copyright, Open Government Licence - Canada",
    min_entities=2_000,
)
SOURCES = (SEMA,)


def import_sema(request: ImportRequest, store: Store) -> Manifest:
    """Import the list. The file says no day of publication."""
    return import_list(request, store, ListInfo.of(SEMA, "ca-sema/1"), _read)


def _read(task: ListTask) -> None:
    path = task.files[0]
    with task.open(path) as stream:
        for element in records(stream, path, {"data-set"}, {"record"}):
            if element.tag != "record":
                continue
            task.read()
            node = Node(element, task.noticed)
            entry = _entry(task, node)
            node.done()
            task.keep(entry, element.sourceline or 0)


def _entry(task: ListTask, node: Node) -> Entry:
    regime = node.take("Country").split(" / ")[0].strip()
    schedule, item = node.take("Schedule"), node.take("Item")
    # The list has no numbers of its own: schedule and item of the regulations name a person.
    number = re.sub(r"[^a-z0-9.]+", "-", f"{regime} {schedule} {item}".casefold()).strip("-")
    given, family, other = (node.take(n) for n in ("GivenName", "LastName", "EntityOrShip"))
    imo, title = node.take("ShipIMONumber"), node.take("TitleOrShip")
    born = node.take("DateOfBirthOrShipBuildDate")
    schema = "Vessel" if imo else "Organization" if other else "Person"
    entry = task.entry(number, schema)
    if other:
        entry.name(other, "primary")
    else:
        entry.person(given, family, "primary")
    for alias in aliases(node.take("Aliases"), person=schema == "Person"):
        _alias(entry, alias)
    if imo:
        entry.identifier("imo", imo)
        entry.keep("vessel_type", title)
        if day := entry.day(born, "founded"):
            entry.founded.append(day)
    else:
        entry.titles.append(title.split("/")[0])  # English and French
        entry.born(born)
    entry.topics.append("sanction")
    entry.listing(
        "ca-sema",
        AUTHORITY,
        programme=regime,
        reference=", ".join(p for p in (schedule, f"item {item}" if item else "") if p),
        listed_from=node.take("DateOfListing"),
    )
    return entry


_LABELLED = re.compile(r"^(\w[\w\s]*?)\s*:\s*(.+)$")


def aliases(text: str, *, person: bool) -> list[str]:
    """The aliases of a cell.

    A semicolon parts them. The names of persons are parted by commas too; in a firm's name a comma
    is part of it ("Co., Ltd.").
    """
    parts = re.split(r"[;,]" if person else r";", text)
    return [p for part in parts if (p := part.strip(" ."))]


def _alias(entry: Entry, text: str) -> None:
    """An alias, with its language where the list says it: `Russian: …`."""
    language = None
    if (found := _LABELLED.match(text)) and (code := language_of(found[1])):
        language, text = code, found[2]
    script = script_of(text)
    entry.name(text, "alias" if script in ("Latn", "Zyyy") else "original", language=language)
