"""Beneficial Ownership Data Standard (Open Ownership): who holds or controls whom.

Versions 0.1 to 0.4, as one JSON array or as JSON lines. Statements of entities and persons become
entities, statements of relationships become `relations`: one row an interest. An interest that is
stated as *indirect* repeats a chain that stands apart, so it is kept as a link without a share.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from umweg.sources.batches import Reject, cut
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields
from umweg.sources.lists.json_records import json_document, json_lines
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.opening import Head
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

_KINDS = {
    "entity": "entity", "person": "person", "relationship": "relationship",
    "entityStatement": "entity", "personStatement": "person",
    "ownershipOrControlStatement": "relationship",
}  # fmt: skip

_STATEMENT = re.compile(rf'"(?:recordType|statementType)"\s*:\s*"(?:{"|".join(_KINDS)})"')

_SHARES = {"shareholding"}
_VOTES = {"votingrights"}
_CONTROL = {
    "appointmentofboard", "otherinfluenceorcontrol", "influenceorcontrol", "trustee",
    "rightsgrantedbycontract", "controlviacompanyrulesorarticles", "controlbylegalframework",
}  # fmt: skip
_OFFICES = {"seniormanagingofficial", "boardmember", "boardchair"}
_NOMINEES = {"nominee", "nominator"}
_ENTITY_SCHEMA = {
    "registeredEntity": "Company", "stateBody": "PublicBody", "state": "PublicBody",
    "legalEntity": "Organization",
}  # fmt: skip


def _recognises(head: Head) -> bool:
    return _STATEMENT.search(head.text) is not None


BODS = Source(
    name="bods",
    holds="entities",
    title="Statements of beneficial ownership (BODS)",
    publisher="as the statements say",
    importer="umweg.sources.lists.bods:import_bods",
    recognises=_recognises,
    url="https://standard.openownership.org/",
    licence="as the publisher of the statements says",
    max_shrink=1.0,
)
SOURCES = (BODS,)


def import_bods(request: ImportRequest, store: Store) -> Manifest:
    """Import a package of statements."""
    return import_list(request, store, ListInfo.of(BODS, "bods/1"), _read)


def _read(task: ListTask) -> None:
    newest: dict[str, tuple[int, dict[str, Any]]] = {}
    replaced: set[str] = set()
    for row, statement in _statements(task, task.files[0]):
        task.read()
        if isinstance(statement, Reject):
            task.set_aside(statement)
            continue
        kind = statement.get("recordType") or statement.get("statementType")
        number = statement.get("recordId") or _statement_id(statement)
        if kind not in _KINDS or not number:
            detail = f"'{cut(str(kind))}'; allowed: {', '.join(_KINDS)}, with an id"
            task.set_aside(Reject(row, "no-statement", detail, _raw(statement)))
            continue
        replaced.update(map(str, statement.get("replacesStatements") or ()))
        held = newest.get(str(number))
        if held is not None:
            older = held if _date(held[1]) <= _date(statement) else (row, statement)
            task.set_aside(_superseded(*older))
            if older[0] == row:
                continue
        newest[str(number)] = (row, statement)
    for number in [n for n, (_, s) in newest.items() if _statement_id(s) in replaced]:
        task.set_aside(_superseded(*newest.pop(number)))
    _Reader(task, newest).run()


def _statements(task: ListTask, path: Path) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
    with task.open(path) as stream:
        start = stream.read(1)
        while start.isspace() or start in (b"\xef", b"\xbb", b"\xbf"):
            start = stream.read(1)
    with task.open(path) as stream:
        if start != b"[":
            yield from json_lines(stream, path)
            return
        document = json_document(stream, path)
        for row, item in enumerate(document, start=1):
            if isinstance(item, dict):
                yield row, item
            else:
                yield row, Reject(row, "bad-json", "no object", cut(str(item)))


def _statement_id(statement: dict[str, Any]) -> str:
    return str(statement.get("statementId") or statement.get("statementID") or "")


def _date(statement: dict[str, Any]) -> str:
    return str(statement.get("statementDate") or "")


def _raw(statement: dict[str, Any]) -> str:
    return json.dumps(statement, ensure_ascii=False)


def _superseded(row: int, statement: dict[str, Any]) -> Reject:
    detail = f"a later statement of the same record took the place of {_statement_id(statement)}"
    return Reject(row, "superseded", detail, _raw(statement))


class _Reader:
    """The statements that hold, entities before relationships."""

    def __init__(self, task: ListTask, statements: dict[str, tuple[int, dict[str, Any]]]) -> None:
        self._task = task
        self._statements = statements
        self._names: dict[str, str] = {}

    def run(self) -> None:
        """Read them."""
        relationships = []
        for number, (row, statement) in self._statements.items():
            kind = _KINDS[str(statement.get("recordType") or statement.get("statementType"))]
            if kind == "relationship":
                relationships.append((row, statement))
            elif statement.get("recordStatus") == "closed":
                self._closed(row, statement)
            else:
                self._party(number, row, statement, person=kind == "person")
        for row, statement in relationships:
            self._relationship(row, statement)

    def _closed(self, row: int, statement: dict[str, Any]) -> None:
        detail = "the record was closed by its publisher"
        self._task.set_aside(Reject(row, "closed-record", detail, _raw(statement)))

    def _fields(self, statement: dict[str, Any], where: str) -> Fields:
        """The details of a statement, in whichever version of the standard."""
        details = statement.get("recordDetails")
        fields = Fields(statement if details is None else details, self._task.noticed, where)
        # What a statement says of itself: who published it when, and how it is told apart.
        fields.ignore(
            "statementId", "statementID", "statementType", "statementDate", "publicationDetails",
            "recordId", "recordType", "recordStatus", "source", "annotations", "declaration",
            "declarationSubject", "isComponent", "componentRecords", "componentStatementIDs",
            "replacesStatements", "missingInfoReason",
        )  # fmt: skip
        return fields

    def _party(self, number: str, row: int, statement: dict[str, Any], *, person: bool) -> None:
        fields = self._fields(statement, "person" if person else "entity")
        kind = fields.take_raw("personType" if person else "entityType")
        kind = kind.get("type") if isinstance(kind, dict) else kind
        schema = "Person" if person else _ENTITY_SCHEMA.get(str(kind), "LegalEntity")
        entry = self._task.entry(number, schema)
        entry.keep("type", str(kind or ""))
        if person:
            _person(entry, fields)
        else:
            _entity(entry, fields)
        for identifier in fields.take_raw("identifiers") or ():
            _identifier(entry, identifier)
        for address in fields.take_raw("addresses") or ():
            country = address.get("country")
            code = country.get("code") if isinstance(country, dict) else country
            entry.address(
                full=str(address.get("address") or ""),
                postal_code=str(address.get("postCode") or ""),
                country=str(code or ""),
                note=str(address.get("type") or ""),
            )
        fields.done()
        if not entry.names:
            # A party whose name is not disclosed still holds what it holds.
            entry.name(f"not named ({kind or 'no reason given'})", "primary")
        self._names[number] = str(entry.names[0]["name"])
        self._task.keep(entry, row, _raw(statement))

    def _relationship(self, row: int, statement: dict[str, Any]) -> None:
        if statement.get("recordStatus") == "closed":
            self._closed(row, statement)
            return
        fields = self._fields(statement, "relationship")
        subject = self._side(fields.take_raw("subject"))
        holder = self._side(fields.take_raw("interestedParty"))
        interests = fields.take_raw("interests") or [{}]
        fields.done()
        relations = [self._interest(i, holder, subject) for i in interests if isinstance(i, dict)]
        self._task.tables.relate(relations)
        self._task.rows_kept += 1

    def _side(self, side: Any) -> dict[str, str | None]:
        """One side of a relationship: an id, or the reason why there is none."""
        if isinstance(side, dict):
            described = next((str(v) for k, v in side.items() if k.startswith("described")), None)
            reason = str(side.get("reason") or (side.get("unspecified") or {}).get("reason") or "")
            side = described
            if side is None:
                return {"id": None, "name": f"not disclosed ({reason or 'no reason given'})"}
        number = str(side or "")
        if not number:
            return {"id": None, "name": "not disclosed (no reason given)"}
        return {"id": self._task.entity_id(number), "name": self._names.get(number)}

    def _interest(
        self, interest: dict[str, Any], holder: dict[str, Any], subject: dict[str, Any]
    ) -> dict[str, Any]:
        fields = Fields(interest, self._task.noticed, "interest")
        entry = self._task.entry("", "LegalEntity")  # its dates only
        stated = fields.take("type")
        word = re.sub(r"[^a-z]", "", stated.lower())
        how = fields.take("directOrIndirect") or fields.take("interestLevel")
        low, high = _share(fields.take_raw("share") or {})
        ends = fields.take("endDate")
        fields.ignore("interestLevel", "details", "beneficialOwnershipOrControl")
        start = fields.take("startDate")
        fields.done()
        kind, role = "UnknownLink", stated or "not stated"
        if how == "indirect":
            role = f"indirect {role}"
            low = high = None
        elif word in _SHARES or not word:
            kind, role = "Ownership", stated or "beneficial ownership, kind not stated"
        elif word in _VOTES:
            kind, role = "Ownership", "voting rights"
        elif word in _OFFICES:
            kind = "Directorship"
        elif word in _NOMINEES:
            kind = "Representation"
        return {
            "subject_id": holder["id"],
            "subject_name": holder["name"],
            "object_id": subject["id"],
            "object_name": subject["name"],
            "kind": kind,
            "role": role,
            "share_min": low,
            "share_max": high,
            "control": True if word in _CONTROL and how != "indirect" else None,
            "valid_from": entry.day(start),
            "valid_until": entry.day(ends),
        }


def _share(share: dict[str, Any]) -> tuple[float | None, float | None]:
    """Bounds of a share in percent. A bound that the standard calls exclusive is taken as it is:
    the interval is then a hair too wide, never too narrow."""

    def number(name: str) -> float | None:
        value = share.get(name)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if known else None  # type: ignore[arg-type]

    exact = number("exact")
    if exact is not None:
        return exact, exact
    low, high = number("minimum"), number("maximum")
    return (
        number("exclusiveMinimum") if low is None else low,
        number("exclusiveMaximum") if high is None else high,
    )


def _person(entry: Entry, fields: Fields) -> None:
    for n, name in enumerate(fields.take_raw("names") or ()):
        entry.name(str(name.get("fullName") or _parts(name)), "alias" if n else "primary")
    for country in fields.take_raw("nationalities") or ():
        entry.country(str(country.get("code") or country.get("name") or ""))
    entry.born(fields.take("birthDate"))
    birth = fields.take_raw("placeOfBirth") or {}
    entry.birth_places.append(str(birth.get("address") or ""))
    if died := fields.take("deathDate"):
        entry.dissolved = entry.day(died)
    fields.ignore("taxResidencies", "placeOfResidence", "hasPepStatus", "pepStatusDetails")
    if unspecified := fields.take_raw("unspecifiedPersonDetails"):
        entry.keep("unspecified", json.dumps(unspecified))
    exposure = fields.take_raw("politicalExposure")
    if isinstance(exposure, dict):
        entry.keep("political_exposure", str(exposure.get("status") or ""))


def _parts(name: dict[str, Any]) -> str:
    order = ("givenName", "patronymicName", "familyName")
    return " ".join(str(name[k]) for k in order if name.get(k))


def _entity(entry: Entry, fields: Fields) -> None:
    entry.name(fields.take("name"), "primary")
    for name in fields.take_raw("alternateNames") or ():
        entry.name(str(name))
    for key in ("jurisdiction", "incorporatedInJurisdiction"):
        place = fields.take_raw(key) or {}
        entry.country(str(place.get("code") or place.get("name") or "").partition("-")[0])
    if founded := entry.day(fields.take("foundingDate")):
        entry.founded.append(founded)
    entry.dissolved = entry.day(fields.take("dissolutionDate"))
    for key in ("uri", "publicListing", "formedByStatute", "unspecifiedEntityDetails"):
        if value := fields.take_raw(key):
            entry.keep(key, value if isinstance(value, str) else json.dumps(value))


def _identifier(entry: Entry, identifier: dict[str, Any]) -> None:
    value = str(identifier.get("id") or "")
    scheme = str(identifier.get("scheme") or identifier.get("schemeName") or "")
    country = scheme[:2] if re.match(r"[A-Z]{2}-", scheme) and scheme[:2] != "XI" else ""
    kind = "lei" if "LEI" in scheme.upper() else "registration"
    kind = "passport" if "PASSPORT" in scheme.upper() else kind
    entry.identifier(kind, value, country, note=scheme)
