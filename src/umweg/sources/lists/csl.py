"""US Consolidated Screening List: the export-control and sanctions lists of three departments.

One row (CSV) or object (JSON) is one entity on one of the lists; the same person on two lists comes
twice, with an id for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from umweg.errors import InputError
from umweg.sources.batches import Reject
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields
from umweg.sources.lists.json_records import json_document
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.ofac_csv import read_remarks
from umweg.sources.lists.ofac_terms import SCHEMAS, add_name, detail, identifier
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

_NEEDED = ("source", "name", "addresses", "alt_names", "ids")


def _recognises(head: Head) -> bool:
    text = head.text
    if text.startswith(("_id,source,", "id,source,")):
        return True
    return text.lstrip().startswith("{") and '"source_list_url"' in text and '"results"' in text


CSL = Source(
    name="csl",
    holds="entities",
    title="Consolidated Screening List",
    publisher="US Department of Commerce, International Trade Administration",
    importer="umweg.sources.lists.csl:import_csl",
    recognises=_recognises,
    url="https://www.trade.gov/consolidated-screening-list",
    licence="US public domain (17 USC 105)",
    min_entities=8_000,
)
SOURCES = (CSL,)

_TREASURY = "US Department of the Treasury, Office of Foreign Assets Control"
_BIS = "US Department of Commerce, Bureau of Industry and Security"
_STATE = "US Department of State"

LISTS: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "SDN": ("ofac-sdn", _TREASURY, "LegalEntity", ("sanction",)),
    "SSI": ("ofac-ssi", _TREASURY, "LegalEntity", ("sanction",)),
    "PLC": ("ofac-plc", _TREASURY, "LegalEntity", ("sanction",)),
    "CMIC": ("ofac-cmic", _TREASURY, "LegalEntity", ("sanction",)),
    "CAP": ("ofac-capta", _TREASURY, "LegalEntity", ("sanction",)),
    "NS-MBS List": ("ofac-mbs", _TREASURY, "LegalEntity", ("sanction",)),
    "MBS": ("ofac-mbs", _TREASURY, "LegalEntity", ("sanction",)),
    "FSE": ("ofac-fse", _TREASURY, "LegalEntity", ("sanction",)),
    "EL": ("bis-entity-list", _BIS, "LegalEntity", ("export.control",)),
    "UVL": ("bis-uvl", _BIS, "LegalEntity", ("export.control",)),
    "MEU": ("bis-meu", _BIS, "Organization", ("export.control", "military.end.user")),
    "DPL": ("bis-dpl", _BIS, "LegalEntity", ("export.control",)),
    "DTC": ("state-dtc", _STATE, "LegalEntity", ("debarment",)),
    "ISN": ("state-isn", _STATE, "LegalEntity", ("export.control",)),
}
"""Letters in brackets → short name, authority, schema where no type is said, topics."""


def import_csl(request: ImportRequest, store: Store) -> Manifest:
    """Import the list. The file says no day of publication."""
    head = head_of(request.files[0])
    read = _read_json if head.text.lstrip().startswith("{") else _read_csv
    return import_list(request, store, ListInfo.of(CSL, "csl/1"), read)


def _read_csv(task: ListTask) -> None:
    entries: dict[str, Entry] = {}
    _, body = task.table(_NEEDED)
    for number, cells in body:
        values: dict[str, Any] = {**cells}
        for name in _LISTED:
            values[name] = _parts(cells.get(name) or "")
        values["ids"] = [_id(text) for text in _parts(cells.get("ids") or "")]
        values["addresses"] = [{"address": a} for a in _parts(cells.get("addresses") or "")]
        _add(task, entries, values, number)
    for entry in entries.values():
        task.keep(entry)


def _read_json(task: ListTask) -> None:
    path = task.files[0]
    with task.open(path) as stream:
        document = json_document(stream, path)
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):
        raise InputError(
            "the file has no list 'results'",
            where=str(path),
            allowed="the JSON of the Consolidated Screening List",
            next_step="download it again",
        )
    total = document.get("total")
    if isinstance(total, int) and total != len(results):
        raise InputError(
            f"this is a page of the interface's answer: {len(results):,} of {total:,} entries; "
            "nothing was stored, because the others would read as 'not listed'",
            where=str(path),
            allowed="all entries of the list",
            next_step="download the whole list (consolidated.csv or consolidated.json), or use "
            "`umweg data fetch lists csl`",
        )
    entries: dict[str, Entry] = {}
    for number, values in enumerate(results, 1):
        task.read()
        if isinstance(values, dict):
            own = values.get("id") or values.get("_id")
            _add(task, entries, {**values, "_id": own}, number)
        else:
            task.set_aside(Reject(number, "bad-row", "no object", json.dumps(values)))
    for entry in entries.values():
        task.keep(entry)


_LISTED = (
    "programs", "alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth",
)  # fmt: skip


def _parts(text: str) -> list[str]:
    """The parts of a cell; the second and later ones may begin with "and"."""
    return [re.sub(r"^and\s+", "", p) for part in text.split(";") if (p := part.strip())]


def _id(text: str) -> dict[str, str]:
    """`RU, 7702235133, Tax ID No.` in its parts; the country may be missing."""
    value, _, type_ = text.rpartition(", ")
    country = ""
    if found := re.match(r"^([A-Z]{2}), (.+)$", value, re.S):
        country, value = found.groups()
    return {"type": type_, "number": value, "country": country}


def _add(task: ListTask, entries: dict[str, Entry], values: dict[str, Any], row: int) -> None:
    """Add a row to its entity: one on one list twice, under two programmes, is one entity."""
    fields = Fields(values, task.noticed, "CSL")
    source = fields.take("source")
    found = re.search(r"\(([^()]+)\)", source)
    known = LISTS.get(found[1]) if found else None
    if known is None:
        task.set_aside(
            Reject(
                row,
                "unknown-list",
                f"'{source}' is no list that is known; allowed: {', '.join(LISTS)} in brackets",
                json.dumps(values, ensure_ascii=False, default=str),
            )
        )
        return
    list_, authority, untyped, topics = known
    own = fields.take("_id")
    schema = SCHEMAS.get(fields.take("type").casefold() or "?", untyped)
    entry = entries.setdefault(own + list_, task.entry(f"{list_}-{own}", schema, 0))
    entry.rows += 1
    # Where no type is said the name is not turned round: a comma may be part of a firm's name.
    if authority == _TREASURY:
        add_name(entry, fields.take("name"), "primary")
        for alias in _texts(fields, "alt_names"):
            add_name(entry, alias, "alias")
    else:
        entry.name(fields.take("name"), "primary")
        for alias in _texts(fields, "alt_names"):
            entry.name(alias)
    entry.topics += topics
    _facts(entry, fields)
    notice = fields.take("federal_register_notice")
    reasons = [fields.take("license_requirement"), fields.take("license_policy")]
    dates = {"listed_from": fields.take("start_date"), "listed_until": fields.take("end_date")}
    url = fields.take("source_information_url") or fields.take("source_list_url")
    reference = fields.take("entity_number")
    for programme in _texts(fields, "programs") or [""]:
        entry.listing(
            list_,
            authority,
            programme=programme,
            reference=reference,
            legal_basis=notice,
            reason=" ".join(r for r in reasons if r),
            url=url,
            **dates,
        )
    fields.ignore("id", "_id", "entity_number", "source_list_url", "source_id", "score")
    fields.done()


def _texts(fields: Fields, name: str) -> list[str]:
    value = fields.take_raw(name)
    if isinstance(value, str):
        return _parts(value)
    found: Iterable[Any] = value if isinstance(value, list) else []
    return [str(v).strip() for v in found if v and str(v).strip()]


def _objects(fields: Fields, name: str) -> list[dict[str, Any]]:
    value = fields.take_raw(name)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


_KEPT = (
    ("standard_order", "standard_order"), ("vessel_type", "vessel_type"),
    ("gross_tonnage", "tonnage"), ("gross_registered_tonnage", "gross_tonnage"),
)  # fmt: skip


def _facts(entry: Entry, fields: Fields) -> None:
    if title := fields.take("title"):
        entry.titles.append(title)
    for address in _objects(fields, "addresses"):
        _address(entry, address)
    for name in ("citizenships", "nationalities"):
        for country in _texts(fields, name):
            entry.country(country)
    entry.country(fields.take("country"))
    entry.country(fields.take("vessel_flag"))
    for day in _texts(fields, "dates_of_birth"):
        entry.born(day)
    entry.birth_places += _texts(fields, "places_of_birth")
    for name, key in _KEPT:
        entry.keep(key, fields.take(name))
    if sign := fields.take("call_sign"):
        entry.identifier("call-sign", sign)
    if owner := fields.take("vessel_owner"):
        entry.relation("Ownership", "vessel owner", subject_name=owner)
    if remarks := fields.take("remarks"):
        entry.remarks.append(remarks)
        read_remarks(entry, remarks)
    for one in _objects(fields, "ids"):
        parts = Fields(one, entry.noticed, "CSL.ids")
        label, value, country = (parts.take(n) for n in ("type", "number", "country"))
        dates = [("issued", parts.take("issue_date")), ("expires", parts.take("expiration_date"))]
        parts.done()
        note = "; ".join(f"{word} {day}" for word, day in dates if day)
        if label and value and not identifier(entry, label, value, country, note):
            if not detail(entry, label, value):
                entry.keep(label.rstrip(":"), f"{country} {value} {note}".strip())
        elif value and not label:
            entry.keep("other_id", value)


def _address(entry: Entry, address: dict[str, Any]) -> None:
    parts = Fields(address, entry.noticed, "CSL.addresses")
    whole = parts.take("address")
    city, state = parts.take("city"), parts.take("state")
    code, country = parts.take("postal_code"), parts.take("country")
    parts.done()
    if not any((city, state, code, country)):
        # In the CSV an address is one text that ends with the country's two letters.
        street, _, last = whole.rpartition(", ")
        if re.fullmatch(r"[A-Z]{2}", last):
            entry.address(whole, street=street, country=last)
            return
        entry.address(whole)
        return
    entry.address(street=whole, city=city, region=state, postal_code=code, country=country)
