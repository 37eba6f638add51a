"""United Kingdom, FCDO: the UK Sanctions List, official CSV (58 columns) and XML.

The CSV has one row for each name, address or birth date of a designation, the XML one element a
designation; both become the same entities, by the list's own id (`RUS0001`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from umweg.sources.batches import Reject
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields, Node
from umweg.sources.lists.languages import language_of
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.uk_conlist import numbered, register_numbers, said_day
from umweg.sources.lists.xml_records import records
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

AUTHORITY = "UK Foreign, Commonwealth and Development Office"

_NEEDED = ("Unique ID", "Name 6", "Name type", "Regime Name", "Designation Type")


def _recognises(head: Head) -> bool:
    text = head.text
    if re.search(r"<Designations[\s>]", text[:2_000]):
        return True
    lines = text.split("\n", 5)
    return any("Unique ID" in line and "Designation Type" in line for line in lines[:5])


UKSL = Source(
    name="uk-sanctions-list",
    holds="entities",
    title="The UK Sanctions List",
    publisher=AUTHORITY,
    importer="umweg.sources.lists.uk_sanctions_list:import_uksl",
    recognises=_recognises,
    url="https://sanctionslist.fcdo.gov.uk/",
    licence="Open Government Licence v3.0",
)
SOURCES = (UKSL,)

_SCHEMAS = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
_KINDS = {
    "primary name": "primary", "primary name variation": "alias", "alias": "alias",
    "aka": "alias", "fka": "former", "former name": "former",
}  # fmt: skip


def import_uksl(request: ImportRequest, store: Store) -> Manifest:
    """Import the list, from CSV or XML."""
    xml = head_of(request.files[0]).text.lstrip("\ufeff \r\n").startswith("<")
    info = ListInfo.of(UKSL, "uk-sanctions-list/1")
    return import_list(request, store, info, _read_xml if xml else _read_csv)


# -- what both formats say ------------------------------------------------------------------------


def _name(entry: Entry, parts: Sequence[str], type_: str, strength: str) -> None:
    kind = _KINDS.get(type_.casefold())
    if kind is None:
        entry.noticed.add("unknown-name-type", "a type of name that is not known", type_)
    weak = strength.casefold().startswith("low")
    if entry.schema == "Person":
        given = " ".join(p for p in parts[:5] if p)
        entry.person(given, parts[5], kind or "alias", weak=weak)
    else:
        entry.name(" ".join(p for p in parts if p), kind or "alias", weak=weak)


def _address(entry: Entry, lines: Sequence[str], code: str, country: str) -> None:
    street = ", ".join(line for line in lines[:5] if line)
    entry.address(street=street, city=lines[5], postal_code=code, country=country)


def _born(entry: Entry, text: str) -> None:
    """A date of birth: what is not known of it is written `dd` or `mm`."""
    entry.born(re.sub(r"\b(?:dd|mm|DD|MM)\b", "00", text))


def _listing(
    entry: Entry, regime: str, group: str, un: str, day: str, source: str, measures: str,
    reason: str,
) -> None:  # fmt: skip
    entry.listing(
        "uk-sanctions-list",
        AUTHORITY,
        programme=regime,
        reference=entry.number,
        listed_from=day,
        legal_basis=measures.replace("|", "; "),
        reason=reason,
    )
    for key, value in (("ofsi_group_id", group), ("un_ref", un), ("designation_source", source)):
        entry.keep(key, value)


def _owned(entry: Entry, parents: Sequence[str], subsidiaries: Sequence[str]) -> None:
    for name in parents:
        entry.relation("Ownership", "parent company", subject_name=name, control=True)
    for name in subsidiaries:
        entry.relation("Ownership", "subsidiary", object_name=name, control=True)


def _ship(entry: Entry, owners: Sequence[str], former: Sequence[str]) -> None:
    for name in owners:
        entry.relation("Ownership", "current owner/operator", subject_name=name)
    for name in former:
        entry.relation("Ownership", "previous owner/operator", subject_name=name)


def _built(entry: Entry, text: str) -> None:
    if text and (day := entry.day(text, "founded")):
        entry.founded.append(day)


# -- CSV ------------------------------------------------------------------------------------------


def _read_csv(task: ListTask) -> None:
    entries: dict[str, Entry] = {}
    above, body = task.table(_NEEDED)
    if said := said_day(above):
        task.published_on(said)
    for number, values in body:
        if problem := _add(task, entries, values):
            raw = json.dumps(values, ensure_ascii=False)
            task.set_aside(Reject(number, "bad-row", problem, raw))
    for entry in entries.values():
        task.keep(entry)


def _add(task: ListTask, entries: dict[str, Entry], values: dict[str, str]) -> str | None:
    """Add a row to its designation; returns what is wrong with it."""
    fields = Fields(values, task.noticed, "UKSL")
    number = fields.take("Unique ID")
    schema = _SCHEMAS.get(fields.take("Designation Type").casefold())
    parts = [fields.take(f"Name {n}") for n in range(1, 7)]
    if not number or schema is None or not any(parts):
        return f"no id, type or name; allowed types: {', '.join(_SCHEMAS)}"
    entry = entries.get(number)
    if entry is None:
        entry = entries[number] = task.entry(number, schema, 0)
        entry.topics.append("sanction")
    if entry.schema != schema:
        return f"{number} was a {entry.schema} before; allowed: one type for each designation"
    entry.rows += 1
    _name(entry, parts, fields.take("Name type"), fields.take("Alias strength"))
    script, language = (fields.take(f"Non-latin script {n}") for n in ("type", "language"))
    entry.name(
        fields.take("Name non-latin script"), "original", language=language_of(language or script)
    )
    lines = [fields.take(f"Address Line {n}") for n in range(1, 7)]
    _address(entry, lines, fields.take("Address Postal Code"), fields.take("Address Country"))
    _person_cells(entry, fields)
    _other_cells(entry, fields)
    _listing(
        entry,
        fields.take("Regime Name"),
        fields.take("OFSI Group ID"),
        fields.take("UN Reference Number"),
        fields.take("Date Designated"),
        fields.take("Designation source"),
        fields.take("Sanctions Imposed"),
        fields.take("UK Statement of Reasons"),
    )
    entry.keep("last_updated", fields.take("Last Updated"))
    fields.done()
    return None


def _person_cells(entry: Entry, fields: Fields) -> None:
    for name in ("Title", "Position"):
        entry.titles += [t for t in numbered(fields.take(name)) if t]
    for text in numbered(fields.take("D.O.B")):
        _born(entry, text)
    for text in numbered(fields.take("Nationality(/ies)")):
        entry.country(text.rstrip("."))
    if gender := fields.take("Gender"):
        entry.sex(gender)
    place = [fields.take("Town of birth"), fields.take("Country of birth")]
    entry.birth_places.append(", ".join(p for p in place if p))
    for kind, name, detail in (
        ("passport", "Passport number", "Passport additional information"),
        ("national-id", "National Identifier number",
         "National Identifier additional information"),
    ):  # fmt: skip
        note = fields.take(detail)
        for number in numbered(fields.take(name)):
            entry.identifier(kind, number, note=note)


def _other_cells(entry: Entry, fields: Fields) -> None:
    for kind, name in (("phone", "Phone number"), ("website", "Website"),
                       ("email", "Email address")):  # fmt: skip
        for value in numbered(fields.take(name)):
            entry.identifier(kind, value)
    register_numbers(entry, fields.take("Business registration number (s)"))
    if imo := fields.take("IMO number"):
        entry.identifier("imo", imo)
    _owned(
        entry,
        list(numbered(fields.take("Parent company"))),
        list(numbered(fields.take("Subsidiaries"))),
    )
    _ship(
        entry,
        list(numbered(fields.take("Current owner/operator (s)"))),
        list(numbered(fields.take("Previous owner/operator (s)"))),
    )
    for flag in numbered(fields.take("Current believed flag of ship")):
        entry.country(flag)
    for key, name in (
        ("organization_type", "Type of entity"), ("former_flag", "Previous flags"),
        ("vessel_type", "Type of ship"), ("tonnage", "Tonnage of ship"),
        ("length_of_ship", "Length of ship"),
        ("hull_identification_number", "Hull identification number (HIN)"),
    ):  # fmt: skip
        entry.keep(key, fields.take(name))
    _built(entry, fields.take("Year Built"))
    if (text := fields.take("Other Information")) and text not in entry.remarks:
        entry.remarks.append(text)


# -- XML ------------------------------------------------------------------------------------------


def _read_xml(task: ListTask) -> None:
    path = task.files[0]
    tags = {"Designation", "DateGenerated"}
    with task.open(path) as stream:
        for element in records(stream, path, {"Designations"}, tags):
            node = Node(element, task.noticed)
            if node.tag == "DateGenerated":
                task.published_on(node.text)
            elif node.tag == "Designation":
                task.read()
                entry = _designation(task, node)
                node.done()
                task.keep(entry, element.sourceline or 0)


def _designation(task: ListTask, node: Node) -> Entry:
    kind = node.take("IndividualEntityShip")
    schema = _SCHEMAS.get(kind.casefold())
    if schema is None:
        task.noticed.add("unknown-type", "a type of designation that is not known", kind)
    entry = task.entry(node.take("UniqueID"), schema or "LegalEntity")
    entry.topics.append("sanction")
    for name in node.children("Names", "Name"):
        parts = [name.take(f"Name{n}") for n in range(1, 7)]
        _name(entry, parts, name.take("NameType"), name.take("AliasStrength"))
        name.done()
    for name in node.children("NonLatinNames", "NonLatinName"):
        script, language = (name.take(f"NonLatinScript{n}") for n in ("Type", "Language"))
        entry.name(
            name.take("NameNonLatinScript"), "original", language=language_of(language or script)
        )
        name.done()
    _listing(
        entry,
        node.take("RegimeName"),
        node.take("OFSIGroupID"),
        node.take("UNReferenceNumber"),
        node.take("DateDesignated"),
        node.take("DesignationSource"),
        node.take("SanctionsImposed"),
        node.take("UKStatementofReasons"),
    )
    node.ignore("SanctionsImposedIndicators")  # what SanctionsImposed says in words
    entry.keep("last_updated", node.take("LastUpdated"))
    if text := node.take("OtherInformation"):
        entry.remarks.append(text)
    for address in node.children("Addresses", "Address"):
        lines = [address.take(f"AddressLine{n}") for n in range(1, 7)]
        _address(entry, lines, address.take("AddressPostalCode"), address.take("AddressCountry"))
        address.done()
    _contacts(entry, node)
    entry.titles += _all(node, "Titles", "Title")
    for person in node.children("IndividualDetails", "Individual"):
        _person(entry, person)
    for firm in node.children("EntityDetails", "Entity"):
        _firm(entry, firm)
    for ship in node.children("ShipDetails", "Ship"):
        _ship_node(entry, ship)
    return entry


def _all(node: Node, *path: str) -> list[str]:
    return [text for child in node.children(*path) if (text := child.leaf())]


def _contacts(entry: Entry, node: Node) -> None:
    for kind, *path in (
        ("phone", "PhoneNumbers", "PhoneNumber"),
        ("website", "Websites", "Website"),
        ("email", "EmailAddresses", "EmailAddress"),
    ):
        for value in _all(node, *path):
            entry.identifier(kind, value)


def _person(entry: Entry, node: Node) -> None:
    for text in _all(node, "DOBs", "DOB"):
        _born(entry, text)
    for text in _all(node, "Nationalities", "Nationality"):
        entry.country(text)
    for text in _all(node, "Genders", "Gender"):
        entry.sex(text)
    entry.titles += _all(node, "Titles", "Title") + _all(node, "Positions", "Position")
    for place in node.children("BirthDetails", "Location"):
        parts = [place.take("TownOfBirth"), place.take("CountryOfBirth")]
        entry.birth_places.append(", ".join(p for p in parts if p))
        place.done()
    for kind, group, tag in (
        ("passport", "PassportDetails", "Passport"),
        ("national-id", "NationalIdentifierDetails", "NationalIdentifier"),
    ):
        for paper in node.children(group, tag):
            note = paper.take(f"{tag}AdditionalInformation")
            if number := paper.take(f"{tag}Number"):
                entry.identifier(kind, number, note=note)
            else:
                entry.keep("document", note)
            paper.done()
    node.done()


def _firm(entry: Entry, node: Node) -> None:
    for text in _all(node, "TypeOfEntities", "TypeOfEntity"):
        entry.keep("organization_type", text)
    for text in _all(node, "BusinessRegistrationNumbers", "BusinessRegistrationNumber"):
        register_numbers(entry, text)
    _owned(
        entry,
        _all(node, "ParentCompanies", "ParentCompany"),
        _all(node, "Subsidiaries", "Subsidiary"),
    )
    _contacts(entry, node)
    node.done()


def _ship_node(entry: Entry, node: Node) -> None:
    for text in _all(node, "IMONumbers", "IMONumber"):
        entry.identifier("imo", text)
    _ship(
        entry,
        _all(node, "CurrentOwnerOperators", "CurrentOwnerOperator"),
        _all(node, "PreviousOwnerOperators", "PreviousOwnerOperator"),
    )
    for text in _all(node, "CurrentBelievedFlagOfShips", "CurrentBelievedFlagOfShip"):
        entry.country(text)
    for key, *path in (
        ("former_flag", "PreviousFlags", "PreviousFlag"),
        ("vessel_type", "TypeOfShipDetails", "TypeOfShip"),
        ("tonnage", "TonnageOfShipDetails", "TonnageOfShip"),
        ("length_of_ship", "LengthOfShipDetails", "LengthOfShip"),
        ("hull_identification_number", "HullIdentificationNumbers", "HullIdentificationNumber"),
    ):
        for text in _all(node, *path):
            entry.keep(key, text)
    for text in _all(node, "YearsBuilt", "YearBuilt"):
        _built(entry, text)
    node.done()
