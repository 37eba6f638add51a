"""United Kingdom, OFSI: the consolidated list of asset freeze targets (ConList), CSV of 2022.

One row is one name of one group (person, entity or ship) with one of its addresses and birth
dates; the rows of a group make one entity. OFSI withdrew the list in January 2026 in favour of the
UK Sanctions List.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from umweg.sources.batches import Reject
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields
from umweg.sources.lists.languages import language_of
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.numbers import ISSUER, named_numbers
from umweg.sources.opening import Head
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

AUTHORITY = "HM Treasury, Office of Financial Sanctions Implementation"

_NEEDED = ("Name 6", "Group Type", "Alias Type", "Regime", "Listed On", "Group ID")


def _recognises(head: Head) -> bool:
    first, _, second = head.text.partition("\n")
    return first.startswith("Last Updated,") and "Group ID" in second.partition("\n")[0]


CONLIST = Source(
    name="uk-conlist",
    holds="entities",
    title="OFSI Consolidated List of Financial Sanctions Targets in the UK",
    publisher=AUTHORITY,
    importer="umweg.sources.lists.uk_conlist:import_conlist",
    recognises=_recognises,
    url="https://ofsistorage.blob.core.windows.net/publishlive/2022format/ConList.csv",
    licence="Open Government Licence v3.0",
    hosts=("ofsistorage.blob.core.windows.net",),
    min_entities=2_000,
)
SOURCES = (CONLIST,)

_SCHEMAS = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
_KINDS = {
    "primary name": "primary",
    "primary name variation": "alias",
    "aka": "alias",
    "fka": "former",
}


def import_conlist(request: ImportRequest, store: Store) -> Manifest:
    """Import the list."""
    return import_list(request, store, ListInfo.of(CONLIST, "uk-conlist/1"), _read)


_SAID = re.compile(r"(?:Report Date|Last Updated)\W+(\w[\w/ .-]*\w)")


def said_day(above: Sequence[str]) -> str:
    """The day that a line above the header says, as written; empty where none does."""
    found = _SAID.search("\n".join(above))
    return found[1] if found else ""


def _read(task: ListTask) -> None:
    groups: dict[str, Entry] = {}
    above, body = task.table(_NEEDED)
    task.published_on(said_day(above))
    for number, values in body:
        if problem := _add(task, groups, values):
            raw = json.dumps(values, ensure_ascii=False)
            task.set_aside(Reject(number, "bad-row", problem, raw))
    for entry in groups.values():
        task.keep(entry)


def _add(task: ListTask, groups: dict[str, Entry], values: dict[str, str]) -> str | None:
    """Add a row to its group; returns what is wrong with it."""
    fields = Fields(values, task.noticed, "ConList")
    group = fields.take("Group ID")
    schema = _SCHEMAS.get(fields.take("Group Type").casefold())
    type_ = fields.take("Alias Type")
    kind = _KINDS.get(type_.casefold())
    parts = [fields.take(f"Name {n}") for n in range(1, 7)]
    if not group.isdigit() or schema is None or kind is None or not any(parts):
        return (
            "no number of a group, type of a group, type of a name or name; allowed: "
            f"{', '.join(_SCHEMAS)}; {', '.join(_KINDS)}"
        )
    entry = groups.get(group)
    if entry is not None and entry.schema != schema:
        return f"the group {group} was a {entry.schema} before; allowed: one type for each group"
    if entry is None:
        entry = groups[group] = task.entry(group, schema, 0)
        entry.topics.append("sanction")
        _once(entry, values)
    entry.rows += 1
    weak = fields.take("Alias Quality").casefold() == "low quality"
    if schema == "Person":
        entry.person(" ".join(p for p in parts[:5] if p), parts[5], kind, weak=weak)
    else:
        entry.name(" ".join([*parts[:5], parts[5]]), kind, weak=weak)
    language = fields.take("Non-Latin Script Language") or fields.take("Non-Latin Script Type")
    entry.name(fields.take("Name Non-Latin Script"), "original", language=language_of(language))
    _row(entry, fields)
    # What is the same in every row of a group was read from its first one.
    fields.ignore("Other Information", "Non-Latin Script Type", "Last Updated")
    fields.done()
    return None


def _row(entry: Entry, fields: Fields) -> None:
    """What may differ between the rows of a group."""
    entry.born(fields.take("DOB"))
    towns, countries = fields.take("Town of Birth"), fields.take("Country of Birth")
    pairs = list(numbered(towns)), list(numbered(countries))
    for i in range(max(map(len, pairs))):
        entry.birth_places.append(", ".join(p[i].strip(" .") for p in pairs if i < len(p)))
    for nationality in numbered(fields.take("Nationality")):
        for part in nationality.split(", "):
            entry.country(part.rstrip("."))
    for kind, column in (("passport", "Passport"), ("national-id", "National Identification")):
        numbers = list(numbered(fields.take(f"{column} Number")))
        details = list(numbered(fields.take(f"{column} Details")))
        for i, number in enumerate(numbers):
            note = details[i] if len(details) == len(numbers) else "; ".join(details)
            if number.strip(" .-"):
                entry.identifier(kind, number.rstrip("."), note=note)
        if not numbers and details:
            entry.keep("document", "; ".join(details))
    for column in ("Title", "Position"):
        entry.titles += [t for t in numbered(fields.take(column)) if t]
    street = ", ".join(a for a in (fields.take(f"Address {n}") for n in range(1, 6)) if a)
    country = fields.take("Country")
    place = re.sub(r"\s*\((?:as at|previous|in ).*?\)", "", country)
    entry.address(
        street=street,
        city=fields.take("Address 6"),
        postal_code=fields.take("Post/Zip Code"),
        country=place,
        note=country.removeprefix(place).strip(" ()"),
    )
    entry.listing(
        "uk-conlist",
        AUTHORITY,
        programme=fields.take("Regime"),
        reference=entry.number,
        listed_from=fields.take("Listed On") or fields.take("UK Sanctions List Date Designated"),
    )
    fields.ignore("UK Sanctions List Date Designated")


_LABEL = re.compile(
    r"\((UK Sanctions List Ref|UN Ref|Gender|UK Statement of Reasons|Phone number|Type of entity|"
    r"Business Reg No|Website|Email address|Parent company|Subsidiaries|IMO number|"
    r"Hull identification number|Current owners|Previous owners|Flag of ship|Previous flags|"
    r"Type of ship|Tonnage of ship|Length of ship|Year built)\):"
)
_KEPT = {
    "Type of entity": "organization_type",
    "Type of ship": "vessel_type",
    "Tonnage of ship": "tonnage",
    "Length of ship": "length_of_ship",
    "Previous flags": "former_flag",
    "Hull identification number": "hull_identification_number",
    "UK Sanctions List Ref": "uk_sanctions_list_ref",
    "UN Ref": "un_ref",
}


def _once(entry: Entry, values: dict[str, str]) -> None:
    """What the free text of a group says under its labels."""
    text = (values.get("Other Information") or "").strip()
    if text:
        entry.remarks.append(text)
    entry.keep("last_updated", values.get("Last Updated") or "")
    parts = _LABEL.split(text)
    for label, value in zip(parts[1::2], parts[2::2], strict=True):
        _labelled(entry, label, value.strip())


def _labelled(entry: Entry, label: str, value: str) -> None:
    if key := _KEPT.get(label):
        # A reference ends with the full stop of its sentence, and free text may follow.
        bare = value.split(". ")[0].rstrip(".") if label.endswith("Ref") else value
        entry.keep(key, bare)
    elif label == "Gender":
        entry.sex(re.split(r"[\s.]", value, maxsplit=1)[0])
    elif label in ("Phone number", "Website", "Email address"):
        kind = label.split()[0].casefold()
        for one in numbered(value):
            entry.identifier(kind, one.rstrip("."))
    elif label == "Business Reg No":
        register_numbers(entry, value)
    elif label == "IMO number":
        entry.identifier("imo", re.split(r"\s", value, maxsplit=1)[0])
    elif label in ("Current owners", "Previous owners"):
        entry.relation("Ownership", label.casefold(), subject_name=value)
    elif label == "Parent company":
        for one in numbered(value):
            entry.relation("Ownership", "parent company", subject_name=one, control=True)
    elif label == "Subsidiaries":
        for one in numbered(value):
            entry.relation("Ownership", "subsidiary", object_name=one, control=True)
    elif label == "Flag of ship":
        entry.country(value)
    elif label == "Year built" and (day := entry.day(value[:4], "founded")):
        entry.founded.append(day)


def register_numbers(entry: Entry, text: str) -> None:
    """Numbers of a register, by the kind that the text names, else as they are."""
    for one in numbered(text):
        named = named_numbers(one)
        for kind, value in named:
            entry.identifier(kind, value, alpha3=ISSUER.get(kind), note=one)
        if not named and one:
            entry.identifier("registration", one.rstrip("."))


_NUMBER = re.compile(r"\(\d{1,2}\)\s*")


def numbered(text: str) -> Iterator[str]:
    """The parts of a cell that numbers them, `(1) Haji (2) Qari`; the whole where it does not.

    >>> list(numbered("(1) Haji (2) Qari"))
    ['Haji', 'Qari']
    """
    if not text:
        return
    if not text.startswith("("):
        yield text
        return
    for part in _NUMBER.split(text):
        if bare := part.strip():
            yield bare
