"""OFAC's enhanced XML: names in every script, dates and numbers apart, relations with their ids."""

from __future__ import annotations

import re

from umweg.sources.lists.days import period
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Node
from umweg.sources.lists.languages import language_of
from umweg.sources.lists.list_import import ListTask
from umweg.sources.lists.ofac_csv import read_remarks
from umweg.sources.lists.ofac_terms import (
    ALIASES,
    AUTHORITY,
    SCHEMAS,
    detail,
    identifier,
    list_of,
    relation,
)
from umweg.sources.lists.xml_records import records

_RECORDS = {"publicationInfo", "referenceValues", "featureTypes", "entity"}


def read_enhanced(task: ListTask) -> None:
    """Read the entities; the reference values repeat what each entity says in words."""
    path = task.files[0]
    with task.open(path) as stream:
        for element in records(stream, path, {"sanctionsData"}, _RECORDS):
            node = Node(element, task.noticed)
            if node.tag == "publicationInfo":
                task.published_on(node.take("dataAsOf"))
                node.ignore("filters")
                node.done()
            if node.tag != "entity":
                continue
            task.read()
            entry = _entry(task, node)
            node.done()
            task.keep(entry, element.sourceline or 0)


def _entry(task: ListTask, node: Node) -> Entry:
    general = node.child("generalInfo")
    kind, remarks = "", ""
    if general is not None:
        general.ignore("identityId", "title")
        kind, remarks = _word(general, "entityType"), general.take("remarks")
        general.done()
    schema = SCHEMAS.get(kind.casefold())
    if schema is None:
        task.noticed.add("unknown-type", "a type of entity that is not known", kind)
    entry = task.entry(node.attribute("id"), schema or "LegalEntity")
    entry.topics.append("sanction")
    for name in node.children("names", "name"):
        _name(entry, name)
    if remarks:
        entry.remarks.append(remarks)
        read_remarks(entry, remarks)
    _listings(entry, node)
    for address in node.children("addresses", "address"):
        _address(entry, address)
    for feature in node.children("features", "feature"):
        _feature(entry, feature)
    for document in node.children("identityDocuments", "identityDocument"):
        _document(entry, document)
    for link in node.children("relationships", "relationship"):
        _relationship(task, entry, link)
    return entry


def _word(node: Node, name: str) -> str:
    """The text of a child that points to a reference value."""
    child = node.child(name)
    if child is None:
        return ""
    child.ignore("refId", "id")
    return child.leaf()


def _listings(entry: Entry, node: Node) -> None:
    lists = []
    for child in node.children("sanctionsLists", "sanctionsList"):
        child.ignore("refId", "id")
        lists.append((child.attribute("datePublished"), child.leaf()))
    words: dict[str, list[str]] = {}
    for tag, group in (
        ("sanctionsProgram", "sanctionsPrograms"),
        ("sanctionsType", "sanctionsTypes"),
        ("legalAuthority", "legalAuthorities"),
    ):
        words[tag] = []
        for child in node.children(group, tag):
            child.ignore("refId", "id")
            words[tag].append(child.leaf())
    for day, name in lists:
        for programme in words["sanctionsProgram"] or [""]:
            entry.listing(
                list_of(name),
                AUTHORITY,
                programme=programme,
                listed_from=day,
                legal_basis="; ".join(dict.fromkeys(words["legalAuthority"])),
                reason="; ".join(dict.fromkeys(words["sanctionsType"])),
            )


_PARTS = {
    "Last Name": "family", "First Name": "given", "Middle Name": "patronymic",
    "Maiden Name": "maiden", "Patronymic": "patronymic", "Matronymic": "matronymic",
    "Nickname": "nickname", "Entity Name": "whole", "Vessel Name": "whole",
    "Aircraft Name": "whole",
}  # fmt: skip


def _name(entry: Entry, name: Node) -> None:
    name.ignore("id")
    primary = name.take("isPrimary") == "true"
    weak = name.take("isLowQuality") == "true"
    type_ = _word(name, "aliasType")
    if type_ and type_.casefold() not in ALIASES:
        entry.noticed.add("unknown-quality", "a type of alias that is not known", type_)
    kind = "primary" if primary else ALIASES.get(type_.casefold(), "alias")
    for translation in name.children("translations", "translation"):
        first = translation.take("isPrimary") == "true"
        script = _word(translation, "script")
        translation.ignore("id", "formattedFullName")
        given = translation.take("formattedFirstName")
        family = translation.take("formattedLastName")
        middle = ""
        for part in translation.children("nameParts", "namePart"):
            part.ignore("id")
            word, value = _word(part, "type"), part.take("value")
            if word not in _PARTS:
                entry.noticed.add("unknown-name-part", "a part of a name not known", word)
            if _PARTS.get(word) == "patronymic":
                middle = value
            elif _PARTS.get(word) in ("maiden", "matronymic", "nickname"):
                entry.keep(f"{_PARTS[word]}_name", value)
            part.done()
        translation.done()
        own = kind if first else "original"
        if entry.schema == "Person":
            # The formatted first name holds the middle name too.
            shorter = given.removesuffix(middle).strip() if middle else given
            entry.person(
                shorter, family, own, middle=middle, weak=weak, language=language_of(script)
            )
        else:
            entry.name(f"{given} {family}", own, weak=weak, language=language_of(script))
    name.done()


_ADDRESS = {
    "ADDRESS1": "street", "ADDRESS2": "street", "ADDRESS3": "street", "CITY": "city",
    "STATE/PROVINCE": "region", "REGION": "region", "POSTAL CODE": "postal_code",
    "UNKNOWN": "street",
}  # fmt: skip


def _address(entry: Entry, address: Node) -> None:
    address.ignore("id")
    country = _word(address, "country")
    for translation in address.children("translations", "translation"):
        translation.ignore("id", "isPrimary")
        _word(translation, "script")
        found: dict[str, list[str]] = {}
        for part in translation.children("addressParts", "addressPart"):
            part.ignore("id")
            word, value = _word(part, "type"), part.take("value")
            found.setdefault(_ADDRESS.get(word.upper(), "street"), []).append(value)
            part.done()
        translation.done()
        entry.address(**{k: ", ".join(v) for k, v in found.items()}, country=country)
    address.done()


def _feature(entry: Entry, feature: Node) -> None:
    feature.ignore("id", "versionId", "isPrimary", "valueRefId", "reliability")
    type_ = feature.child("type")
    label = ""
    if type_ is not None:
        type_.ignore("featureTypeId")
        label = type_.leaf()
    value, note = feature.take("value"), feature.take("comments").strip("()")
    dated = feature.child("valueDate")
    if dated is not None:
        dated.ignore("id", "fromDateEnd", "toDateBegin", "isDateRange")
        first, last = dated.take("fromDateBegin"), dated.take("toDateEnd")
        approximate = dated.take("isApproximate") == "true"
        dated.done()
        if label == "Birthdate":
            value = period(first, last, circa=approximate) or value
    place = feature.child("location")
    if place is not None:
        place.ignore("id")
        value = value or place.text
    feature.done()
    _say(entry, label, value, note)


def _say(entry: Entry, label: str, value: str, note: str = "") -> None:
    if not value or detail(entry, label, value) or identifier(entry, label, value, "", note):
        return
    if not re.match("for more information", label, re.I):
        entry.noticed.add(
            "unknown-label", "a label of OFAC's that is not known; kept in `fields`", label
        )
    entry.keep(label.rstrip(":"), f"{value} {note}".strip())


def _document(entry: Entry, document: Node) -> None:
    document.ignore("id", "isValid", "name")  # the name on it is one of the entity's
    label, number = _word(document, "type"), document.take("documentNumber")
    country = _word(document, "issuingCountry")
    issued, expires = document.take("issueDate"), document.take("expirationDate")
    notes = [
        document.take("issuingAuthority"),
        document.take("comments"),
        document.take("issuingLocation"),
        f"issued {issued}" if issued else "",
        f"expires {expires}" if expires else "",
    ]
    document.done()
    note = "; ".join(n for n in notes if n)
    if number and not identifier(entry, label, number, country, note):
        _say(entry, label, number, note)


def _relationship(task: ListTask, entry: Entry, link: Node) -> None:
    link.ignore("id", "quality", "comments", "isFormer", "sanctionsEntryId")
    word = _word(link, "type")
    other = link.child("relatedEntity")
    link.done()
    if other is not None:
        number = other.attribute("entityId")
        other_id = task.entity_id(number) if number else None
        relation(entry, word, other_id=other_id, other_name=other.leaf())
