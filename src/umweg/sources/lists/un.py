"""United Nations Security Council: the consolidated list, official XML."""

from __future__ import annotations

import re

from umweg.sources.lists.days import day_of
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Node
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.xml_records import records
from umweg.sources.opening import Head
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

AUTHORITY = "United Nations Security Council"


def _recognises(head: Head) -> bool:
    return re.search(r"<CONSOLIDATED_LIST[\s>]", head.text[:2_000]) is not None


UN = Source(
    name="un",
    holds="entities",
    title="United Nations Security Council Consolidated List",
    publisher=AUTHORITY,
    importer="umweg.sources.lists.un:import_un",
    recognises=_recognises,
    url="https://scsanctions.un.org/resources/xml/en/consolidated.xml",
    licence="UN website terms of use: no redistribution",
    min_entities=500,
)
SOURCES = (UN,)


def import_un(request: ImportRequest, store: Store) -> Manifest:
    """Import the consolidated list."""
    return import_list(request, store, ListInfo.of(UN, "un/1"), _read)


def _read(task: ListTask) -> None:
    path = task.files[0]
    with task.open(path) as stream:
        for element in records(stream, path, {"CONSOLIDATED_LIST"}, {"INDIVIDUAL", "ENTITY"}):
            if element.tag == "CONSOLIDATED_LIST":
                task.published_on(element.get("dateGenerated", ""))
                continue
            task.read()
            node = Node(element, task.noticed)
            person = node.tag == "INDIVIDUAL"
            number = node.take("DATAID")
            entry = task.entry(number, "Person" if person else "Organization")
            _common(entry, node)
            if person:
                _person(entry, node)
            node.done()
            task.keep(entry, element.sourceline or 0)


_LAST_UPDATE = ("SORT_KEY", "SORT_KEY_LAST_MOD", "VERSIONNUM")


def _common(entry: Entry, node: Node) -> None:
    """What persons and others have alike."""
    parts = [node.take(f"{n}_NAME") for n in ("FIRST", "SECOND", "THIRD", "FOURTH")]
    # The list numbers the parts in reading order and does not say which is the family's.
    entry.name(" ".join(p for p in parts if p), "primary")
    entry.name(node.take("NAME_ORIGINAL_SCRIPT"), "original")
    entry.topics.append("sanction")
    entry.listing(
        "un",
        AUTHORITY,
        programme=node.take("UN_LIST_TYPE"),
        reference=node.take("REFERENCE_NUMBER"),
        listed_from=node.take("LISTED_ON"),
    )
    if comment := node.take("COMMENTS1"):
        entry.remarks.append(comment)
        _comment(entry, comment)
    for value in _values(node, "LAST_DAY_UPDATED"):
        entry.keep("last_updated", value)
    for value in _values(node, "LIST_TYPE"):
        entry.keep("list_type", value)
    entry.keep("submitted_on", node.take("SUBMITTED_ON"))
    entry.keep("submitted_by", node.take("SUBMITTED_BY"))
    kind = node.tag
    for alias in node.children(f"{kind}_ALIAS"):
        _alias(entry, alias)
    for address in node.children(f"{kind}_ADDRESS"):
        entry.address(
            street=address.take("STREET"),
            city=address.take("CITY"),
            region=address.take("STATE_PROVINCE"),
            postal_code=address.take("ZIP_CODE"),
            country=address.take("COUNTRY"),
            note=address.take("NOTE"),
        )
        address.done()
    # Keys for sorting, and the number of the schema's version.
    node.ignore(*_LAST_UPDATE)


def _comment(entry: Entry, comment: str) -> None:
    """What the comments say in a fixed form: gender."""
    if entry.gender is None and (found := re.search(r"\bGender:\s*(male|female)\b", comment, re.I)):
        entry.sex(found[1])


def _person(entry: Entry, node: Node) -> None:
    for value in _values(node, "TITLE"):
        entry.titles.append(value)
    for value in _values(node, "DESIGNATION"):
        entry.titles.append(value)
    for value in _values(node, "NATIONALITY"):
        entry.country(value)
    if gender := node.take("GENDER"):
        entry.sex(gender)
    for birth in node.children("INDIVIDUAL_DATE_OF_BIRTH"):
        _birth_date(entry, birth)
    for place in node.children("INDIVIDUAL_PLACE_OF_BIRTH"):
        parts = [place.take(n) for n in ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")]
        entry.birth_places.append(", ".join(p for p in parts if p))
        entry.keep("birth_place_note", place.take("NOTE"))
        place.done()
    for document in node.children("INDIVIDUAL_DOCUMENT"):
        _document(entry, document)


_FORMER = re.compile(r"(?:formerly|previously) listed", re.I)


def _alias(entry: Entry, alias: Node) -> None:
    quality = alias.take("QUALITY").casefold()
    name, note = alias.take("ALIAS_NAME"), alias.take("NOTE")
    former = quality == "f.k.a." or _FORMER.search(note)
    if quality not in ("good", "low", "a.k.a.", "f.k.a.", ""):
        entry.noticed.add("unknown-quality", "a quality of an alias that is not known", quality)
    entry.name(name, "former" if former else "alias", weak=quality == "low")
    if note and not former:
        entry.keep("alias_note", f"{name}: {note}")
    # An alias may carry a birth of its own: it belongs to the papers in that name.
    entry.born(alias.take("DATE_OF_BIRTH"))
    place = [alias.take("CITY_OF_BIRTH"), alias.take("COUNTRY_OF_BIRTH")]
    entry.birth_places.append(", ".join(p for p in place if p))
    alias.done()


def _birth_date(entry: Entry, birth: Node) -> None:
    type_ = birth.take("TYPE_OF_DATE").upper()
    day, year = birth.take("DATE"), birth.take("YEAR")
    first, last, note = birth.take("FROM_YEAR"), birth.take("TO_YEAR"), birth.take("NOTE")
    birth.done()
    circa = "circa " if type_.startswith("APPROX") or note.casefold() == "approximately" else ""
    if first or last:
        both = first and last and first != last
        entry.born(circa + (f"{first} to {last}" if both else first or last))
    # A day that is given goes before the year, which repeats it.
    if day or year:
        entry.born(circa + (day if day_of(day) else day or year))
    if note and not circa:
        entry.keep("birth_date_note", note)


_DOCUMENTS = (
    (re.compile(r"pass[ae]?port", re.I), "passport"),
    (re.compile(r"national|identi|tazkira|id card|ci\b|cedula", re.I), "national-id"),
)


def _document(entry: Entry, document: Node) -> None:
    type_ = "; ".join(t for t in (document.take("TYPE_OF_DOCUMENT"),) if t)
    type2, number = document.take("TYPE_OF_DOCUMENT2"), document.take("NUMBER")
    country = document.take("ISSUING_COUNTRY") or document.take("COUNTRY_OF_ISSUE")
    document.ignore("COUNTRY_OF_ISSUE")  # the same, or empty
    notes = [
        type2,
        *(f"issued {d}" for d in [document.take("DATE_OF_ISSUE")] if d),
        *(f"in {c}" for c in [document.take("CITY_OF_ISSUE")] if c),
        document.take("NOTE"),
    ]
    document.done()
    note = "; ".join(n for n in notes if n)
    words = f"{type_} {type2}"
    kind = next((k for p, k in _DOCUMENTS if p.search(words)), "other")
    if kind == "other" and words.strip():
        note = "; ".join(n for n in (type_, note) if n)
    if number:
        entry.identifier(kind, number, country, note)
    elif note or type_:
        entry.keep("document", "; ".join(n for n in (type_, country, note) if n))


def _values(node: Node, name: str) -> list[str]:
    found = []
    for child in node.children(name):
        found += child.texts("VALUE")
        if child.text:
            found.append(child.text)
        child.done()
    return found
