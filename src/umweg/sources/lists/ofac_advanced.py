"""OFAC's advanced XML (the UN's "advanced sanctions data model"): parts that point to each other.

Locations, documents and parties come first, relations and listings after them: the parties are held
until the end of the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from umweg.sources.lists.days import period
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Node
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

_RECORDS = {
    "DateOfIssue", "ReferenceValueSets", "Location", "IDRegDocument", "DistinctParty",
    "ProfileRelationship", "SanctionsEntry",
}  # fmt: skip


@dataclass(slots=True)
class _Held:
    """What is known when a part points to another one."""

    words: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    documents: dict[str, list[tuple[str, str, str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    entries: dict[str, Entry] = field(default_factory=dict)

    def word(self, kind: str, number: str) -> str:
        """A reference value in words."""
        return self.words.get((kind, number), "")


def read_advanced(task: ListTask) -> None:
    """Read the parts of the file, then hand the parties over."""
    path = task.files[0]
    held = _Held()
    with task.open(path) as stream:
        for element in records(stream, path, {"Sanctions"}, _RECORDS):
            node = Node(element, task.noticed)
            if node.tag == "DateOfIssue":
                task.published_on(_day(node))
            elif node.tag == "ReferenceValueSets":
                _reference_values(held, element)
            elif node.tag == "Location":
                _location(held, node)
            elif node.tag == "IDRegDocument":
                _document(held, node)
            elif node.tag == "DistinctParty":
                task.read()
                entry = _party(task, held, node)
                if entry.number in held.entries:
                    task.keep(held.entries.pop(entry.number))
                    task.keep(entry, element.sourceline or 0)
                else:
                    held.entries[entry.number] = entry
            elif node.tag == "ProfileRelationship":
                _relationship(task, held, node)
            elif node.tag == "SanctionsEntry":
                _listing(held, node)
    for entry in held.entries.values():
        task.keep(entry)


def _reference_values(held: _Held, element: Any) -> None:
    """The words behind the numbers; the schema names many sets, those used here are looked up."""
    for group in element:
        for value in group:
            if isinstance(value.tag, str):
                kind = value.tag.rpartition("}")[2]
                text = " ".join((value.text or "").split())
                held.words[kind, value.get("ID", "")] = text
                if kind == "PartySubType":
                    held.words["PartyTypeOf", value.get("ID", "")] = value.get("PartyTypeID", "")
                if kind == "AreaCode":
                    held.words[kind, value.get("ID", "")] = value.get("Description", text)


def _day(node: Node | None) -> str:
    """Year, month and day as a date."""
    if node is None:
        return ""
    node.ignore("CalendarTypeID")
    parts = [node.take(n) for n in ("Year", "Month", "Day")]
    node.done()
    return "-".join(p for p in parts if p)


def _period(node: Node | None) -> str:
    """A period as a date or a range of dates."""
    if node is None:
        return ""
    node.ignore("CalendarTypeID", "DayFixed", "MonthFixed", "YearFixed", "Comment")
    ends, circa = [], False
    for name, side in (("Start", "From"), ("End", "To")):
        end = node.child(name)
        if end is None:
            continue
        circa = end.attribute("Approximate") == "true" or circa
        # The other two bounds matter where a period is not sharp; the outer ones hold all of it.
        end.ignore("DayFixed", "MonthFixed", "YearFixed", "To" if side == "From" else "From")
        ends.append(_day(end.child(side)))
        end.done()
    node.done()
    return period(ends[0], ends[-1], circa=circa) or "" if ends else ""


def _location(held: _Held, node: Node) -> None:
    number = node.attribute("ID")
    node.ignore("FeatureVersionReference", "IDRegDocumentReference")
    found: dict[str, list[str]] = defaultdict(list)
    for area in node.children("LocationAreaCode"):
        found["area"].append(held.word("AreaCode", area.attribute("AreaCodeID")))
        area.done()
    for country in node.children("LocationCountry"):
        country.ignore("CountryRelevanceID")
        found["country"].append(held.word("Country", country.attribute("CountryID")))
        country.done()
    for part in node.children("LocationPart"):
        key = _PLACES.get(held.word("LocPartType", part.attribute("LocPartTypeID")), "street")
        for value in part.children("LocationPartValue"):
            value.ignore("LocPartValueStatusID", "LocPartValueTypeID", "Primary", "Comment")
            found[key].append(value.take("Value"))
            value.done()
        part.done()
    node.done()
    areas = found.pop("area", [])
    place = {k: ", ".join(v) for k, v in found.items()}
    held.places[number] = place if place.get("country") else {**place, "country": ", ".join(areas)}


_PLACES = {
    "ADDRESS1": "street", "ADDRESS2": "street", "ADDRESS3": "street", "CITY": "city",
    "STATE/PROVINCE": "region", "REGION": "region", "POSTAL CODE": "postal_code",
}  # fmt: skip


def _document(held: _Held, node: Node) -> None:
    label = held.word("IDRegDocType", node.attribute("IDRegDocTypeID"))
    identity = node.attribute("IdentityID")
    country = held.word("Country", node.attribute("IssuedBy-CountryID"))
    node.ignore("ID", "ValidityID", "DocumentedNameReference", "IssuedIn-LocationID")
    number = node.take("IDRegistrationNo")
    notes = [node.take("IssuingAuthority"), node.take("Comment")]
    for dated in node.children("DocumentDate"):
        word = held.word("IDRegDocDateType", dated.attribute("IDRegDocDateTypeID"))
        day = _period(dated.child("DatePeriod"))
        notes.append(f"{'issued' if word == 'Issue Date' else 'expires'} {day}")
        dated.done()
    node.done()
    held.documents[identity].append((label, number, country, "; ".join(n for n in notes if n)))


def _party(task: ListTask, held: _Held, node: Node) -> Entry:
    node.ignore("FixedRef")
    comment = node.take("Comment")
    profile = node.child("Profile")
    if profile is None:
        return task.entry("", "LegalEntity")
    number, sub = profile.attribute("ID"), profile.attribute("PartySubTypeID")
    kind = held.word("PartySubType", sub)
    if kind not in ("Vessel", "Aircraft"):
        kind = held.word("PartyType", held.word("PartyTypeOf", sub))
    schema = SCHEMAS.get(kind.casefold())
    if schema is None:
        task.noticed.add("unknown-type", "a type of entity that is not known", kind)
    entry = task.entry(number, schema or "LegalEntity")
    entry.topics.append("sanction")
    for identity in profile.children("Identity"):
        own = identity.attribute("ID")
        identity.ignore("FixedRef", "False", "Primary")
        parts = dict(_part_types(held, identity))
        for alias in identity.children("Alias"):
            _alias(held, entry, alias, parts)
        identity.done()
        for label, value, country, note in held.documents.get(own, []):
            if value and not identifier(entry, label, value, country, note):
                _say(entry, label, value, note)
    for feature in profile.children("Feature"):
        _feature(held, entry, feature)
    if comment:
        entry.remarks.append(comment)
        read_remarks(entry, comment)
    profile.ignore("SanctionsEntryReference")
    profile.done()
    node.done()
    return entry


def _part_types(held: _Held, identity: Node) -> Iterator[tuple[str, str]]:
    for group in identity.children("NamePartGroups", "MasterNamePartGroup"):
        for part in group.children("NamePartGroup"):
            yield part.attribute("ID"), held.word("NamePartType", part.attribute("NamePartTypeID"))
            part.done()
        group.done()


def _alias(held: _Held, entry: Entry, alias: Node, types: dict[str, str]) -> None:
    alias.ignore("FixedRef")
    word = held.word("AliasType", alias.attribute("AliasTypeID")).casefold()
    weak = alias.attribute("LowQuality") == "true"
    primary = alias.attribute("Primary") == "true"
    if word not in ALIASES:
        entry.noticed.add("unknown-quality", "a type of alias that is not known", word)
    kind = "primary" if primary else ALIASES.get(word, "alias")
    for name in alias.children("DocumentedName"):
        name.ignore("ID", "FixedRef")
        latin = held.word("DocNameStatus", name.attribute("DocNameStatusID"))
        found: dict[str, list[str]] = defaultdict(list)
        scripts = set()
        for part in name.children("DocumentedNamePart"):
            for value in part.children("NamePartValue"):
                value.ignore("ScriptStatusID", "Acronym")
                scripts.add(held.word("Script", value.attribute("ScriptID")))
                found[types.get(value.attribute("NamePartGroupID"), "")].append(value.leaf())
            part.done()
        name.done()
        own = kind if scripts <= {"Latin", ""} or latin == "Primary Latin" else "original"
        text = {k: " ".join(v) for k, v in found.items()}
        if entry.schema == "Person":
            entry.person(
                text.pop("First Name", ""),
                " ".join(text.pop(k, "") for k in ("Last Name", "Maiden Name")),
                own,
                middle=" ".join(text.pop(k, "") for k in ("Middle Name", "Patronymic")),
                weak=weak,
            )
            for part_type, value_ in text.items():
                if part_type:
                    entry.keep(part_type.casefold().replace(" ", "_"), value_)
                else:
                    entry.name(value_, own, weak=weak)
        else:
            entry.name(" ".join(text.values()), own, weak=weak)
    alias.done()


def _feature(held: _Held, entry: Entry, feature: Node) -> None:
    label = held.word("FeatureType", feature.attribute("FeatureTypeID"))
    feature.ignore("ID", "IdentityReference")
    for version in feature.children("FeatureVersion"):
        version.ignore("ID", "ReliabilityID")
        note = version.take("Comment")
        dated = _period(version.child("DatePeriod"))
        places = []
        for place in version.children("VersionLocation"):
            places.append(held.places.get(place.attribute("LocationID"), {}))
            place.done()
        values = []
        for value in version.children("VersionDetail"):
            value.ignore("DetailTypeID")
            reference = held.word("DetailReference", value.attribute("DetailReferenceID"))
            values.append(value.leaf() or reference)
        version.done()
        for place_ in places:
            if label == "Location":
                entry.address(**place_)
            else:
                _say(entry, label, place_.get("country", "") or ", ".join(place_.values()), note)
        for text in [dated] if dated else values if not places else [v for v in values if v]:
            _say(entry, label, text, note)
    feature.done()


_KEPT = {"vessel tonnage": "tonnage", "vessel gross tonnage": "gross_tonnage",
         "vessel gross registered tonnage": "gross_tonnage"}  # fmt: skip


def _say(entry: Entry, label: str, value: str, note: str = "") -> None:
    name = label.casefold()
    if not value or value == "-":
        return
    if name in _KEPT:
        entry.keep(_KEPT[name], value)
    elif name == "vessel owner":
        entry.relation("Ownership", "vessel owner", subject_name=value)
    elif not detail(entry, label, value) and not identifier(entry, label, value, "", note):
        if not name.startswith("for more information"):
            entry.noticed.add(
                "unknown-label", "a label of OFAC's that is not known; kept in `fields`", label
            )
        entry.keep(label.rstrip(":"), f"{value} {note}".strip())


def _relationship(task: ListTask, held: _Held, node: Node) -> None:
    node.ignore("ID", "Comment", "DatePeriod", "Former", "RelationQualityID", "SanctionsEntryID",
                "IDRegDocumentReference")  # fmt: skip
    own, other = node.attribute("From-ProfileID"), node.attribute("To-ProfileID")
    word = held.word("RelationType", node.attribute("RelationTypeID"))
    node.done()
    entry = held.entries.get(own)
    if entry is None:
        task.noticed.add(
            "relation-without-party", "a relation of a party that the file does not hold", own
        )
        return
    relation(entry, word, other_id=task.entity_id(other))


def _listing(held: _Held, node: Node) -> None:
    entry = held.entries.get(node.attribute("ProfileID"))
    name = held.word("List", node.attribute("ListID"))
    node.ignore("ID")
    days: list[str] = []
    bases: list[str] = []
    programmes: list[str] = []
    types: list[str] = []
    for event in node.children("EntryEvent"):
        event.ignore("ID", "EntryEventTypeID", "Comment")
        bases.append(held.word("LegalBasis", event.attribute("LegalBasisID")))
        days.append(_day(event.child("Date")))
        event.done()
    for measure in node.children("SanctionsMeasure"):
        measure.ignore("ID", "DatePeriod")
        programme = measure.take("Comment")
        type_ = held.word("SanctionsType", measure.attribute("SanctionsTypeID"))
        # The type "Program" names the programme in its comment; the others say what is prohibited.
        (programmes if programme else types).append(programme or type_)
        measure.done()
    node.ignore("LimitationsToListing")
    node.done()
    if entry is None:
        return
    for programme in programmes or [""]:
        entry.listing(
            list_of(name),
            AUTHORITY,
            programme=programme,
            listed_from=min((d for d in days if d), default=""),
            legal_basis="; ".join(dict.fromkeys(b for b in bases if b)),
            reason="; ".join(dict.fromkeys(types)),
        )
