"""OpenSanctions and any FollowTheMoney export: entities as JSON lines, and `targets.simple.csv`.

In the JSON lines the listings, relations, papers and addresses of an entity are entities of their
own that point to it; each becomes a row of the table it belongs to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from umweg.sources.batches import Reject
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields
from umweg.sources.lists.json_records import json_lines
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.numbers import ISSUER, named_numbers
from umweg.sources.lists.scripts import script_of
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store
from umweg.store.party_contracts import SCHEMAS

_JSON = re.compile(r'^\s*\{.{0,400}?"schema":\s*"[A-Z][A-Za-z]+"', re.S)
_NEEDED = ("id", "schema", "name", "aliases")


def _recognises(head: Head) -> bool:
    first = head.text.partition("\n")[0]
    if first.startswith("{"):
        return _JSON.match(first) is not None and '"properties"' in head.text[:65_536]
    names = first.replace('"', "").strip().split(",")
    return names[:3] == ["id", "schema", "name"] and "first_seen" in names


OPENSANCTIONS = Source(
    name="opensanctions",
    holds="entities",
    title="OpenSanctions",
    publisher="OpenSanctions",
    importer="umweg.sources.lists.opensanctions:import_opensanctions",
    recognises=_recognises,
    url="https://www.opensanctions.org/",
    licence="CC BY-NC 4.0: no commercial use without a licence",
)
SOURCES = (OPENSANCTIONS,)


def import_opensanctions(request: ImportRequest, store: Store) -> Manifest:
    """Import a collection or data set; several side by side need a `--dataset` each."""
    text = head_of(request.files[0]).text.lstrip("\ufeff \r\n")
    info = ListInfo.of(OPENSANCTIONS, "opensanctions/1")
    return import_list(request, store, info, _read_lines if text.startswith("{") else _read_csv)


# -- JSON lines -----------------------------------------------------------------------------------

NAMES = {"name": "alias", "alias": "alias", "weakAlias": "alias", "previousName": "former",
         "abbreviation": "alias"}  # fmt: skip
_WEAK = frozenset({"weakAlias", "abbreviation"})

IDENTIFIERS = {
    "innCode": "inn", "ogrnCode": "ogrn", "leiCode": "lei", "imoNumber": "imo", "mmsi": "mmsi",
    "swiftBic": "bic", "okpoCode": "okpo", "kppCode": "kpp", "uscCode": "uscc", "vatCode": "vat",
    "dunsCode": "duns", "isin": "isin", "isinCode": "isin", "passportNumber": "passport",
    "idNumber": "national-id", "socialSecurityNumber": "national-id", "taxNumber": "tax",
    "registrationNumber": "registration", "callSign": "call-sign", "serialNumber": "serial-number",
    "publicKey": "wallet", "website": "website", "email": "email", "phone": "phone",
    "bikCode": "other", "cageCode": "other", "permId": "other", "npiCode": "other",
    "uniqueEntityId": "other", "wikidataId": "other", "icaoCode": "other", "cikCode": "other",
    "giiNumber": "other", "opencorporatesUrl": "other", "jibCode": "other", "fnsCode": "other",
    "caemCode": "other", "coatoCode": "other", "fssCode": "other", "pfrNumber": "other",
    "okopfCode": "other", "oksmCode": "other", "ibcRuc": "registration",
}  # fmt: skip
"""Property → kind of identifier; `other` carries the property's name as its note."""

COUNTRIES = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "flag",
             "pastFlags")  # fmt: skip
_ISSUING = ("jurisdiction", "mainCountry", "country", "nationality", "citizenship")
_REMARKS = ("notes", "summary", "description")
_FOUNDED = ("incorporationDate", "buildDate")
_PARTS = ("firstName", "lastName", "middleName", "fatherName", "patronymic", "secondName")

RELATIONS: Mapping[str, tuple[str, str, str]] = {
    "Ownership": ("owner", "asset", "role"),
    "Directorship": ("director", "organization", "role"),
    "Employment": ("employee", "employer", "role"),
    "Membership": ("member", "organization", "role"),
    "Family": ("person", "relative", "relationship"),
    "Associate": ("person", "associate", "relationship"),
    "Representation": ("agent", "client", "role"),
    "UnknownLink": ("subject", "object", "role"),
}
"""Schema of a link → property of its subject, of its object, of its role."""

NOT_HELD = frozenset(
    {"Position", "Occupancy", "Security", "Succession", "Similar", "Event", "Project",
     "ProjectParticipant", "Payment", "Documentation", "Document", "Article", "Mention", "Call",
     "Contract", "ContractAward", "CourtCase", "CourtCaseParty", "Debt", "EconomicActivity",
     "License", "RealEstate", "TaxRoll", "BankAccount", "Assessment", "Trip", "Message", "Note",
     "Vehicle", "Interest", "Analyzable", "Value", "Asset"}
)  # fmt: skip
"""Schemata for which the store has no table."""


def _read_lines(task: ListTask) -> None:
    path = task.files[0]
    addresses: dict[str, dict[str, str]] = {}
    with task.open(path) as stream:
        for _, found in json_lines(stream, path):
            if isinstance(found, dict) and found.get("schema") == "Address":
                addresses[str(found.get("id"))] = _address(_properties(found))
    with task.open(path) as stream:
        for row, found in json_lines(stream, path):
            task.read()
            if isinstance(found, Reject):
                task.set_aside(found)
            else:
                _line(task, addresses, row, found)


def _properties(found: Mapping[str, Any]) -> dict[str, list[str]]:
    given = found.get("properties")
    if not isinstance(given, dict):
        return {}
    return {
        name: [str(v) for v in values if isinstance(v, (str, int, float))]
        for name, values in given.items()
        if isinstance(values, list)
    }


def _address(properties: Mapping[str, list[str]]) -> dict[str, str]:
    def first(*names: str) -> str:
        return next((properties[n][0] for n in names if properties.get(n)), "")

    return {
        "full": first("full"),
        "street": ", ".join(p for p in (first("street"), first("street2"), first("postOfficeBox"))
                            if p),
        "city": first("city"),
        "region": first("state", "region"),
        "postal_code": first("postalCode"),
        "country": first("country"),
        "note": first("remarks", "notes"),
    }  # fmt: skip


def _line(
    task: ListTask, addresses: dict[str, dict[str, str]], row: int, found: dict[str, Any]
) -> None:
    schema, number = found.get("schema"), found.get("id")
    properties = _properties(found)
    raw = json.dumps(found, ensure_ascii=False)
    if not isinstance(schema, str) or not isinstance(number, str) or not number:
        task.set_aside(
            Reject(row, "bad-row", "no id or schema; allowed: an entity of FollowTheMoney", raw)
        )
    elif schema == "Address":
        task.rows_kept += 1  # its row stands with each entity that points to it
    elif schema == "Sanction":
        _sanction(task, row, raw, found, properties)
    elif schema in RELATIONS:
        _relation(task, row, raw, schema, properties)
    elif schema in ("Identification", "Passport"):
        _paper(task, row, raw, schema, properties)
    elif schema in SCHEMAS:
        entry = _entity(task, schema, number, found, properties, addresses)
        task.keep(entry, row, raw)
    else:
        reason = "schema-not-held" if schema in NOT_HELD else "unknown-schema"
        if schema not in NOT_HELD:
            task.noticed.add(
                "unknown-schema", "a schema of FollowTheMoney that is not known", schema
            )
        task.set_aside(
            Reject(
                row, reason,
                f"there is no table for '{schema}'; allowed: {', '.join(SCHEMAS)}, Sanction, "
                f"{', '.join(RELATIONS)}, Identification, Passport, Address",
                raw,
            )
        )  # fmt: skip


def _entity(
    task: ListTask,
    schema: str,
    number: str,
    found: Mapping[str, Any],
    properties: dict[str, list[str]],
    addresses: Mapping[str, dict[str, str]],
) -> Entry:
    entry = task.entry(number, schema)
    caption = str(found.get("caption") or "")
    names = properties.get("name", [])
    primary = caption if caption in names or not names else names[0]
    _names(entry, primary, properties)
    for name in COUNTRIES:
        for code in properties.pop(name, []):
            entry.country(code)
    issuers = [c for n in _ISSUING for c in _codes(found, n)]
    kinds = IDENTIFIERS | ({"registrationNumber": "tail-number"} if schema == "Airplane" else {})
    for name, kind in kinds.items():
        for value in properties.pop(name, []):
            entry.identifier(
                kind,
                value,
                issuers[0] if issuers and kind in ("tax", "registration", "national-id") else "",
                name if kind == "other" else "",
            )
    for day in properties.pop("birthDate", []):
        entry.born(day)
    for name in _FOUNDED:
        entry.founded += [d for v in properties.pop(name, []) if (d := entry.day(v, "founded"))]
    for day in properties.pop("dissolutionDate", []):
        entry.dissolved = entry.day(day, "dissolved")
    for gender in properties.pop("gender", []):
        entry.sex(gender)
    entry.birth_places += properties.pop("birthPlace", [])
    entry.titles += properties.pop("title", []) + properties.pop("position", [])
    entry.topics += properties.pop("topics", [])
    for name in _REMARKS:
        entry.remarks += properties.pop(name, [])
    for full in properties.pop("address", []):
        entry.address(full)
    for reference in properties.pop("addressEntity", []):
        if reference in addresses:
            entry.address(**addresses[reference])
    for name, values in properties.items():
        for value in values:
            entry.keep(name, value)
    for name in ("datasets", "referents"):
        for value in found.get(name) or []:
            entry.keep(name, str(value))
    for name in ("first_seen", "last_seen", "last_change"):
        entry.keep(name, str(found.get(name) or ""))
    return entry


def _codes(found: Mapping[str, Any], name: str) -> list[str]:
    return _properties(found).get(name, [])


def _names(entry: Entry, primary: str, properties: dict[str, list[str]]) -> None:
    parts = {p: properties.get(p, []) for p in _PARTS}
    one = all(len(v) <= 1 for v in parts.values())  # several: it is not known whose they are
    given, family = (" ".join(parts[n]) if one else "" for n in ("firstName", "lastName"))
    middle = " ".join(parts["middleName"] or parts["patronymic"]) if one else ""
    for part in _PARTS:
        properties.pop(part, None)
        if not one:
            for value in parts[part]:
                entry.keep(part, value)
    entry.name(primary, "primary", given=given, family=family, patronymic=middle)
    for prop, kind in NAMES.items():
        for name in properties.pop(prop, []):
            if name == primary:
                continue
            own = kind
            if kind == "alias" and script_of(name) not in ("Latn", "Zyyy", script_of(primary)):
                own = "original"
            entry.name(name, own, weak=prop in _WEAK)


def _id(task: ListTask, values: list[str]) -> str | None:
    return task.entity_id(values[0]) if values else None


def _sanction(
    task: ListTask, row: int, raw: str, found: Mapping[str, Any], properties: dict[str, list[str]]
) -> None:
    entities = properties.get("entity", [])
    if not entities:
        task.set_aside(
            Reject(row, "no-entity", "the listing names no entity; allowed: one in 'entity'", raw)
        )
        return

    def first(*names: str) -> str:
        return next((properties[n][0] for n in names if properties.get(n)), "")

    datasets = found.get("datasets") or [task.request.source]
    holder = task.entry("", "LegalEntity")
    holder.listing(
        str(datasets[0]),
        first("authority") or str(datasets[0]),
        programme=first("program", "programId"),
        reference=first("authorityId", "unscId", "recordId"),
        listed_from=first("listingDate", "startDate"),
        listed_until=first("endDate"),
        legal_basis="; ".join(properties.get("provisions", [])),
        reason="; ".join(properties.get("reason", []) + properties.get("summary", [])),
        url=first("sourceUrl", "programUrl"),
    )
    for entity in entities:
        task.tables.append("listings", {"entity_id": task.entity_id(entity), **holder.listings[0]})
    task.rows_kept += 1


_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*%?(?:\s*(?:-|–|to)\s*(\d+(?:[.,]\d+)?)\s*%?)?")


def share_of(text: str) -> tuple[float | None, float | None]:
    """A share in per cent, or the bounds of one.

    >>> share_of("25 - 50 %")
    (25.0, 50.0)
    """
    found = _SHARE.search(text)
    if found is None:
        return None, None
    low = float(found[1].replace(",", "."))
    high = float(found[2].replace(",", ".")) if found[2] else low
    return (low, high) if 0 <= low <= high <= 100 else (None, None)


def _relation(
    task: ListTask, row: int, raw: str, schema: str, properties: dict[str, list[str]]
) -> None:
    subject_name, object_name, role_name = RELATIONS[schema]
    subjects, objects = properties.get(subject_name, []), properties.get(object_name, [])
    if not subjects or not objects:
        task.set_aside(
            Reject(
                row, "no-entity",
                f"the {schema} lacks an end; allowed: '{subject_name}' and '{object_name}'", raw,
            )
        )  # fmt: skip
        return
    holder = task.entry("", "LegalEntity")
    words = properties.get(role_name, []) or properties.get("role", [])
    for subject in subjects:
        for other in objects:
            holder.relation(
                schema,
                "; ".join(words or properties.get("summary", [])),
                subject_id=task.entity_id(subject),
                object_id=task.entity_id(other),
                share=share_of((properties.get("percentage") or [""])[0]),
                valid_from=(properties.get("startDate") or [""])[0],
                valid_until=(properties.get("endDate") or [""])[0],
            )
    task.tables.relate(holder.relations)
    task.rows_kept += 1


def _paper(
    task: ListTask, row: int, raw: str, schema: str, properties: dict[str, list[str]]
) -> None:
    holders, numbers = properties.get("holder", []), properties.get("number", [])
    if not holders or not numbers:
        task.set_aside(Reject(row, "no-entity", "allowed: a paper with 'holder' and 'number'", raw))
        return
    entry = task.entry("", "LegalEntity")
    country = (properties.get("country") or [""])[0]
    words = [*properties.get("type", []), *properties.get("authority", []),
             *(f"issued {d}" for d in properties.get("startDate", [])),
             *(f"expires {d}" for d in properties.get("endDate", [])),
             *properties.get("summary", [])]  # fmt: skip
    passport = schema == "Passport" or any("passport" in w.casefold() for w in words)
    for number in numbers:
        entry.identifier(
            "passport" if passport else "national-id", number, country, "; ".join(words)
        )
    for holder in holders:
        for identifier in entry.identifiers:
            task.tables.append("identifiers", {"entity_id": task.entity_id(holder), **identifier})
    task.rows_kept += 1


# -- targets.simple.csv ---------------------------------------------------------------------------


def _read_csv(task: ListTask) -> None:
    _, body = task.table(_NEEDED)
    for number, values in body:
        raw = json.dumps(values, ensure_ascii=False)
        fields = Fields(values, task.noticed, "targets.simple")
        schema = fields.take("schema")
        if schema not in SCHEMAS:
            what = f"there is no table for '{schema}'; allowed: {', '.join(SCHEMAS)}"
            task.set_aside(Reject(number, "schema-not-held", what, raw))
            continue
        entry = task.entry(fields.take("id"), schema)
        _simple(entry, fields)
        fields.done()
        task.keep(entry, number, raw)


def _several(fields: Fields, name: str) -> list[str]:
    return [p for part in fields.take(name).split(";") if (p := part.strip())]


def _simple(entry: Entry, fields: Fields) -> None:
    primary = fields.take("name")
    entry.name(primary, "primary")
    for alias in _several(fields, "aliases"):
        script = script_of(alias)
        entry.name(alias, "alias" if script in ("Latn", "Zyyy", script_of(primary)) else "original")
    for day in _several(fields, "birth_date"):
        entry.born(day)
    for code in _several(fields, "countries"):
        entry.country(code)
    for address in _several(fields, "addresses"):
        entry.address(address)
    for number in _several(fields, "identifiers"):
        named = named_numbers(number)
        for kind, value in named:
            entry.identifier(kind, value, alpha3=ISSUER.get(kind))
        if not named:
            entry.identifier("other", number)
    for kind, name in (("phone", "phones"), ("email", "emails")):
        for value in _several(fields, name):
            entry.identifier(kind, value)
    datasets = fields.take("dataset")
    for programme in _several(fields, "sanctions") or _several(fields, "program_ids"):
        entry.listing("opensanctions", datasets or "OpenSanctions", programme=programme)
    for name in ("first_seen", "last_seen", "last_change"):
        entry.keep(name, fields.take(name))
    entry.keep("datasets", datasets)
    fields.ignore("program_ids")
