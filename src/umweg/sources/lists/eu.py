"""European Union: the consolidated financial sanctions list (FSF), CSV 1.1 and XML 1.1.

The CSV has one row for each name, address, birth, document or citizenship of an entity; the XML one
element an entity, its facts in attributes. Both become the same entities, by the list's own
logical id.
"""

from __future__ import annotations

import json
import re

from umweg.sources.batches import Reject
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields, Node
from umweg.sources.lists.languages import language_of
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.numbers import ISSUER, named_numbers
from umweg.sources.lists.scripts import script_of
from umweg.sources.lists.xml_records import records
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

AUTHORITY = "European Commission, on behalf of the Council of the European Union"

_NEEDED = ("Entity_LogicalId", "Entity_SubjectType", "NameAlias_WholeName")


def _recognises(head: Head) -> bool:
    text = head.text
    if "http://eu.europa.ec/fpi/fsd/export" in text[:2_000]:
        return True
    return re.search(r"\bEntity_LogicalId\W", text.partition("\n")[0]) is not None


EU = Source(
    name="eu",
    holds="entities",
    title="Consolidated list of persons, groups and entities subject to EU financial sanctions",
    publisher=AUTHORITY,
    importer="umweg.sources.lists.eu:import_eu",
    recognises=_recognises,
    url="https://webgate.ec.europa.eu/fsd/fsf",
    licence="Reuse with attribution (Commission Decision 2011/833/EU)",
)
SOURCES = (EU,)

_SCHEMAS = {"person": "Person", "p": "Person", "enterprise": "Organization", "e": "Organization",
            "entity": "Organization", "vessel": "Vessel"}  # fmt: skip


def import_eu(request: ImportRequest, store: Store) -> Manifest:
    """Import the list, from CSV or XML."""
    xml = head_of(request.files[0]).text.lstrip("\ufeff \r\n").startswith("<")
    return import_list(request, store, ListInfo.of(EU, "eu/1"), _read_xml if xml else _read_csv)


# -- what both formats say ------------------------------------------------------------------------

_QUALITY = re.compile(r"\b(low|good|high) quality\b", re.I)


def _name(entry: Entry, whole: str, parts: list[str], language: str, weak: bool, note: str) -> None:
    """A name; the first in Latin letters that is not weak is the main one: the list's order."""
    given, middle, family = parts
    name = whole or " ".join(p for p in parts if p)
    if not name:
        return
    quality = _QUALITY.search(note)
    weak = weak or (quality is not None and quality[1].casefold() == "low")
    first = not any(n["kind"] == "primary" for n in entry.names)
    latin = script_of(name) in ("Latn", "Zyyy")
    kind = "primary" if first and latin and not weak else "alias" if latin else "original"
    entry.name(
        name,
        kind,
        weak=weak,
        language=language_of(language) if language else None,
        given=given,
        patronymic=middle,
        family=family,
    )
    if note and not quality:
        entry.keep("name_remark", note)


def _no_country(text: str, code: str) -> str:
    """A country as words, or as a code where there are none; UNKNOWN and 00 are none."""
    return text if text and text != "UNKNOWN" else "" if code in ("00", "") else code


_DOCUMENTS = {
    "passport": "passport", "id": "national-id", "ssn": "national-id", "regnumber": "registration",
    "fiscalcode": "tax", "imo": "imo", "swiftbic": "bic", "electionid": "national-id",
    "residentperm": "national-id", "diplomaticpassport": "passport", "tradelic": "registration",
    "other": "other",
}  # fmt: skip
_FLAGS = (
    ("knownExpired", "known to be expired"), ("knownFalse", "known to be false"),
    ("reportedLost", "reported lost"), ("revokedByIssuer", "revoked"),
    ("diplomatic", "diplomatic"),
)  # fmt: skip


def _number(entry: Entry, number: str, code: str, words: str, country: str, note: str) -> None:
    kind = _DOCUMENTS.get(code.casefold())
    if kind is None:
        entry.noticed.add("unknown-label", "a type of document that is not known", code)
    named = named_numbers(f"{words} {note}: {number}") if kind != "passport" else []
    for one, value in named:
        entry.identifier(one, value, alpha3=ISSUER.get(one), note=f"{words} {note}")
    if not named:
        entry.identifier(kind or "other", number, country, f"{words} {note}".strip())


def _birth(
    entry: Entry, day: str, parts: list[str], years: list[str], circa: bool, place: list[str]
) -> None:
    mark = "circa " if circa else ""
    if any(years):
        first, last = (y or next(filter(None, years)) for y in years)
        entry.born(mark + (first if first == last else f"{first} to {last}"))
    text = day or "-".join(p.zfill(2) for p in parts if p and p != "0")
    entry.born(mark + text if text else "")
    entry.birth_places.append(", ".join(p for p in place if p))


# -- CSV ------------------------------------------------------------------------------------------

_REGULATION = (
    "Regulation_Type", "Regulation_OrganisationType", "Regulation_PublicationDate",
    "Regulation_EntryIntoForceDate", "Regulation_NumberTitle", "Regulation_Programme",
    "Regulation_PublicationUrl", "LogicalId", "RegulationLanguage",
)  # fmt: skip
"""Of which act a fact comes: the act of the listing is kept, those of single facts are not."""


def _read_csv(task: ListTask) -> None:
    entries: dict[str, Entry] = {}
    _, body = task.table(_NEEDED)
    for number, values in body:
        if task.published is None:
            task.published_on(values.get("fileGenerationDate") or "")
        if problem := _add(task, entries, values):
            raw = json.dumps(values, ensure_ascii=False)
            task.set_aside(Reject(number, "bad-row", problem, raw))
    for entry in entries.values():
        task.keep(entry)


def _add(task: ListTask, entries: dict[str, Entry], values: dict[str, str]) -> str | None:
    """Add a row to its entity; returns what is wrong with it."""
    fields = Fields(values, task.noticed, "FSF")
    number = fields.take("Entity_LogicalId")
    code = fields.take("Entity_SubjectType_ClassificationCode").casefold()
    type_ = fields.take("Entity_SubjectType").casefold()
    schema = _SCHEMAS.get(code) or _SCHEMAS.get(type_)
    if not number.isdigit() or schema is None:
        return "no logical id or type of subject; allowed types: person, enterprise"
    entry = entries.get(number)
    if entry is None:
        entry = entries[number] = task.entry(number, schema, 0)
        entry.topics.append("sanction")
    entry.rows += 1
    _entity_cells(entry, fields)
    _name(
        entry,
        fields.take("NameAlias_WholeName"),
        [fields.take(f"NameAlias_{n}Name") for n in ("First", "Middle", "Last")],
        fields.take("NameAlias_NameLanguage"),
        weak=False,
        note=fields.take("NameAlias_Remark"),
    )
    _name_cells(entry, fields)
    _address_cells(entry, fields)
    _birth_cells(entry, fields)
    _document_cells(entry, fields)
    country = _no_country(
        fields.take("Citizenship_CountryDescription"), fields.take("Citizenship_CountryIso2Code")
    )
    entry.country(country)
    entry.keep("citizenship_remark", fields.take("Citizenship_Remark"))
    fields.ignore("fileGenerationDate", "Citizenship_Region")
    for group in ("NameAlias", "Address", "BirthDate", "Identification", "Citizenship"):
        fields.ignore(*(f"{group}_{name}" for name in _REGULATION))
    fields.done()
    return None


def _entity_cells(entry: Entry, fields: Fields) -> None:
    act = {n: fields.take(f"Entity_Regulation_{n}") for n in (
        "Type", "OrganisationType", "PublicationDate", "EntryIntoForceDate", "NumberTitle",
        "Programme", "PublicationUrl",
    )}  # fmt: skip
    reference = fields.take("Entity_EU_ReferenceNumber")
    day = fields.take("Entity_DesignationDate") or act["EntryIntoForceDate"]
    if act["Programme"] or reference or day:
        entry.listing(
            "eu",
            AUTHORITY,
            programme=act["Programme"],
            reference=reference,
            listed_from=day or act["PublicationDate"],
            legal_basis=act["NumberTitle"],
            reason=fields.take("Entity_DesignationDetails"),
            url=act["PublicationUrl"],
        )
    entry.keep("un_ref", fields.take("Entity_UnitedNationId"))
    if (remark := fields.take("Entity_Remark")) and remark not in entry.remarks:
        entry.remarks.append(remark)


def _name_cells(entry: Entry, fields: Fields) -> None:
    for name in ("Title", "Function"):
        if text := fields.take(f"NameAlias_{name}"):
            entry.titles.append(text)
    if gender := fields.take("NameAlias_Gender"):
        entry.sex(gender)


def _address_cells(entry: Entry, fields: Fields) -> None:
    def take(name: str) -> str:
        return fields.take(f"Address_{name}")

    street = ", ".join(p for p in (take("Street"), take("PoBox"), take("Place")) if p)
    contact = take("ContactInfo")
    listing = "at the time of listing" if take("AsAtListingTime").casefold() == "true" else ""
    remark = take("Remark")
    entry.address(
        street=street,
        city=take("City"),
        region=take("Region"),
        postal_code=take("ZipCode"),
        country=_no_country(take("CountryDescription"), take("CountryIso2Code")),
        note="; ".join(n for n in (listing, remark) if n),
    )
    _contacts(entry, contact)


def _contacts(entry: Entry, text: str) -> None:
    for part in re.split(r"[;\n]", text):
        found = re.match(r"^\s*\[?(phone|fax|email|web\w*)\b[\]:\s]*(.+)$", part, re.I)
        if found:
            word = found[1].casefold()
            kind = "email" if word == "email" else "website" if word[0] == "w" else "phone"
            entry.identifier(kind, found[2], note="Fax" if word == "fax" else "")
        else:
            entry.keep("contact", part)


def _birth_cells(entry: Entry, fields: Fields) -> None:
    def take(name: str) -> str:
        return fields.take(f"BirthDate_{name}")

    place = [take(n) for n in ("Place", "City", "Region", "ZipCode")]
    country = _no_country(take("CountryDescription"), take("CountryIso2Code"))
    parts = [take(n) for n in ("Year", "Month", "Day")]
    years = [take("YearRangeFrom"), take("YearRangeTo")]
    circa = take("Circa").casefold() == "true"
    calendar = take("CalendarType")
    day = take("BirthDate")
    if calendar not in ("", "GREGORIAN"):
        entry.keep("birth_date_calendar", f"{calendar}: {day or '-'.join(p for p in parts if p)}")
        day, parts, years = "", ["", "", ""], ["", ""]
    _birth(entry, day, parts, years, circa, [*place, country])
    entry.keep("birth_date_note", take("Remark"))


def _document_cells(entry: Entry, fields: Fields) -> None:
    def take(name: str) -> str:
        return fields.take(f"Identification_{name}")

    number, latin = take("Number"), take("LatinNumber")
    code, words = take("TypeCode"), take("TypeDescription")
    country = _no_country(take("CountryDescription"), take("CountryIso2Code"))
    notes = [text for name, text in _FLAGS
             if take(name[0].upper() + name[1:]).casefold() in ("true", "yes")]  # fmt: skip
    notes += [f"{w} {v}" for w, v in (
        ("issued by", take("IssuedBy")), ("issued", take("IssuedDate")),
        ("valid from", take("ValidFrom")), ("valid to", take("ValidTo")),
        ("name", take("NameOnDocument")),
    ) if v]  # fmt: skip
    notes.append(take("Remark"))
    fields.ignore("Identification_Region")
    for value in dict.fromkeys(v for v in (number, latin) if v):
        _number(entry, value, code, words, country, "; ".join(n for n in notes if n))


# -- XML ------------------------------------------------------------------------------------------


def _read_xml(task: ListTask) -> None:
    path = task.files[0]
    with task.open(path) as stream:
        for element in records(stream, path, {"export"}, {"sanctionEntity"}):
            if element.tag.endswith("export"):
                task.published_on(element.get("generationDate", ""))
                continue
            task.read()
            node = Node(element, task.noticed)
            entry = _entity(task, node)
            node.done()
            task.keep(entry, element.sourceline or 0)


def _entity(task: ListTask, node: Node) -> Entry:
    kind = node.child("subjectType")
    code = ""
    if kind is not None:
        code = kind.attribute("code") or kind.attribute("classificationCode")
        kind.ignore("classificationCode")
        kind.done()
    schema = _SCHEMAS.get(code.casefold())
    if schema is None:
        task.noticed.add("unknown-type", "a type of subject that is not known", code)
    entry = task.entry(node.attribute("logicalId"), schema or "LegalEntity")
    entry.topics.append("sanction")
    entry.remarks += node.texts("remark")
    reference, day = node.attribute("euReferenceNumber"), node.attribute("designationDate")
    details = node.attribute("designationDetails")
    entry.keep("un_ref", node.attribute("unitedNationId"))
    for act in node.children("regulation"):
        act.ignore("regulationType", "organisationType", "logicalId", "regulationSummary")
        entry.listing(
            "eu",
            AUTHORITY,
            programme=act.attribute("programme"),
            reference=reference,
            listed_from=day or act.attribute("entryIntoForceDate"),
            legal_basis=act.attribute("numberTitle"),
            reason=details,
            url=act.take("publicationUrl"),
        )
        act.ignore("entryIntoForceDate", "publicationDate", "remark")
        act.done()
    for name in node.children("nameAlias"):
        _alias(entry, name)
    for address in node.children("address"):
        _address(entry, address)
    for birth in node.children("birthdate"):
        _birthdate(entry, birth)
    for document in node.children("identification"):
        _identification(entry, document)
    for citizenship in node.children("citizenship"):
        entry.country(_country(citizenship))
        _fact_of_act(citizenship, "region")
        for remark in citizenship.texts("remark"):
            entry.keep("citizenship_remark", remark)
        citizenship.done()
    return entry


def _fact_of_act(node: Node, *others: str) -> None:
    """What is known of every fact: the act that it comes from, and its own id."""
    node.ignore("logicalId", "regulationLanguage", "regulationSummary", *others)


def _country(node: Node) -> str:
    return _no_country(node.attribute("countryDescription"), node.attribute("countryIso2Code"))


def _alias(entry: Entry, name: Node) -> None:
    remarks = name.texts("remark")
    _name(
        entry,
        name.attribute("wholeName"),
        [name.attribute(f"{n}Name") for n in ("first", "middle", "last")],
        name.attribute("nameLanguage"),
        weak=name.attribute("strong") == "false",
        note="; ".join(remarks),
    )
    for word in ("title", "function"):
        if text := name.attribute(word):
            entry.titles.append(text)
    if gender := name.attribute("gender"):
        entry.sex(gender)
    _fact_of_act(name)
    name.done()


def _address(entry: Entry, address: Node) -> None:
    take = address.attribute
    listing = "at the time of listing" if take("asAtListingTime") == "true" else ""
    entry.address(
        street=", ".join(p for p in (take("street"), take("poBox"), take("place")) if p),
        city=take("city"),
        region=take("region"),
        postal_code=take("zipCode"),
        country=_country(address),
        note="; ".join(n for n in (listing, *address.texts("remark")) if n),
    )
    for contact in address.children("contactInfo"):
        _contacts(entry, f"{contact.attribute('key')}: {contact.attribute('value')}")
        contact.done()
    _fact_of_act(address)
    address.done()


def _birthdate(entry: Entry, birth: Node) -> None:
    take = birth.attribute
    place = [take(n) for n in ("place", "city", "region", "zipCode")]
    country = _country(birth)
    parts = [take(n) for n in ("year", "monthOfYear", "dayOfMonth")]
    years = [take("yearRangeFrom"), take("yearRangeTo")]
    circa, calendar, day = take("circa") == "true", take("calendarType"), take("birthdate")
    if calendar not in ("", "GREGORIAN"):
        entry.keep("birth_date_calendar", f"{calendar}: {day or '-'.join(p for p in parts if p)}")
        day, parts, years = "", ["", "", ""], ["", ""]
    _birth(entry, day, parts, years, circa, [*place, country])
    for remark in birth.texts("remark"):
        entry.keep("birth_date_note", remark)
    _fact_of_act(birth)
    birth.done()


def _identification(entry: Entry, document: Node) -> None:
    take = document.attribute
    number, latin = take("number"), take("latinNumber")
    code, words = take("identificationTypeCode"), take("identificationTypeDescription")
    country = _country(document)
    notes = [text for name, text in _FLAGS if take(name) == "true"]
    notes += [f"{w} {v}" for w, v in (
        ("issued by", take("issuedBy")), ("issued", take("issueDate") or take("issuedDate")),
        ("valid from", take("validFrom")), ("valid to", take("validTo")),
        ("name", take("nameOnDocument")),
    ) if v]  # fmt: skip
    notes += document.texts("remark")
    _fact_of_act(document, "region")
    document.done()
    for value in dict.fromkeys(v for v in (number, latin) if v):
        _number(entry, value, code, words, country, "; ".join(n for n in notes if n))
