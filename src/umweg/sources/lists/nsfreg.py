"""US restricted-party lists as the public repository `phagehunter/nsfreg` transcribed them: JSON.

Not an official format: names and addresses are what its parser made of the official documents. Each
file holds one list and becomes a data set of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from umweg.errors import InputError
from umweg.sources.batches import Reject, as_json
from umweg.sources.lists.bis import AUTHORITY as BIS
from umweg.sources.lists.bis import digest
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Fields
from umweg.sources.lists.json_records import json_document
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

_HEAD = re.compile(r'^\s*\{\s*"list_id":\s*"([a-z0-9-]+)",\s*"source_file":')


def _recognises(head: Head) -> bool:
    return _HEAD.match(head.text) is not None


NSFREG = Source(
    name="us-lists-transcribed",
    holds="entities",
    title="US restricted-party lists, transcribed",
    publisher="github.com/phagehunter/nsfreg, from the official documents",
    importer="umweg.sources.lists.nsfreg:import_nsfreg",
    recognises=_recognises,
    url="https://github.com/phagehunter/nsfreg",
    licence="none stated; the content is a US Government work",
    min_entities=1,
)
SOURCES = (NSFREG,)

_STATE = "US Department of State"
LISTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "bis-dpl": ("bis-dpl", BIS, ("export.control",)),
    "bis-entity-list": ("bis-entity-list", BIS, ("export.control",)),
    "bis-meu": ("bis-meu", BIS, ("export.control", "military.end.user")),
    "cbp-wro": ("cbp-wro", "US Customs and Border Protection", ("export.risk",)),
    "dhs-uflpa": ("dhs-uflpa", "US Department of Homeland Security", ("export.risk",)),
    "dow-1260h": ("dow-1260h", "US Department of War", ("military.end.user",)),
    "dow-1286": ("dow-1286", "US Department of War", ("export.risk",)),
    "fcc-covered": ("fcc-covered", "US Federal Communications Commission", ("export.risk",)),
    "ofac-eo14032": (
        "ofac-cmic", "US Department of the Treasury, Office of Foreign Assets Control",
        ("sanction",),
    ),
    "ofac-nscmic": (
        "ofac-cmic", "US Department of the Treasury, Office of Foreign Assets Control",
        ("sanction",),
    ),
    "state-debarred-admin": ("state-dtc", _STATE, ("debarment",)),
    "state-debarred-statutory": ("state-dtc", _STATE, ("debarment",)),
    "state-nonproliferation": ("state-isn", _STATE, ("export.control",)),
}  # fmt: skip
"""`list_id` → short name of the list, authority, topics."""


def import_nsfreg(request: ImportRequest, store: Store) -> Manifest:
    """Import one of the lists, as a data set of its own name."""
    found = _HEAD.match(head_of(request.files[0]).text)
    if found is None or found[1] not in LISTS:
        raise InputError(
            "the file is none of the transcribed lists",
            where=str(request.files[0]),
            allowed=", ".join(LISTS),
            next_step="name another --source",
        )
    if request.dataset == NSFREG.name:
        request = replace(request, dataset=found[1])
    return import_list(request, store, ListInfo.of(NSFREG, "us-lists-transcribed/1"), _read)


def _read(task: ListTask) -> None:
    path = task.files[0]
    with task.open(path) as stream:
        document = json_document(stream, path)
    whole = Fields(document if isinstance(document, dict) else {}, task.noticed, "list")
    list_id = whole.take("list_id")
    entities = whole.take_raw("entities")
    count = whole.take("count")
    task.published_on(whole.take("extracted"))
    whole.ignore("source_file")  # the name of the document it was transcribed from
    whole.done()
    if not isinstance(entities, list) or count != str(len(entities)):
        raise InputError(
            f"the file says that it holds {count or 'no number of'} entities, and holds "
            f"{len(entities) if isinstance(entities, list) else 'no list'}",
            where=str(path),
            next_step="download it again",
        )
    seen: Counter[str] = Counter()
    for row, values in enumerate(entities, 1):
        task.read()
        if not isinstance(values, dict):
            task.set_aside(Reject(row, "bad-row", "no object", str(values)))
            continue
        _add(task, list_id, values, row, seen)


def _add(
    task: ListTask, list_id: str, values: dict[str, Any], row: int, seen: Counter[str]
) -> None:
    list_, authority, topics = LISTS[list_id]
    fields = Fields(values, task.noticed, list_id)
    name, country = fields.take("name"), fields.take("country")
    address, day = fields.take("address"), fields.take("effective_date")
    notice, notes = fields.take("federal_register"), fields.take("notes")
    number = digest(name, country, address, day)
    seen[number] += 1
    if seen[number] > 1:  # the same facts twice, under two notices
        number = f"{number}-{seen[number]}"
    # The high-risk addresses of the Entity List name a place and nobody.
    place = re.fullmatch(r"Address \d+\.?", name) is not None
    entry = task.entry(f"{list_id}-{number}", "Address" if place else "LegalEntity", order="mdy")
    entry.name(address if place else name, "primary")
    for alias in fields.take_raw("aliases") or []:
        entry.name(str(alias))
    if place:
        entry.keep("label", name)
    _country(entry, country)
    entry.address(address, country=country if not re.search(r"[;,/]", country) else "")
    entry.topics += topics
    if notes:
        entry.remarks.append(notes)
    entry.listing(
        list_,
        authority,
        programme=list_id,
        reference=number,
        listed_from=day,
        legal_basis=notice,
        reason=fields.take("status"),
    )
    fields.done()
    task.keep(entry, row, as_json({k: str(v) for k, v in values.items()}))


def _country(entry: Entry, text: str) -> None:
    for part in re.split(r"\s*[;/]\s*", text):
        entry.country(part)
