"""OFAC's legacy CSV: the list, its aliases, its addresses and what its remarks had no room for.

Four files without a header, told apart by their number of fields, joined by the first field.
Source: OFAC, "Specially Designated Nationals and Blocked Persons: data specification".
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from umweg.errors import InputError
from umweg.sources.batches import Reject
from umweg.sources.lists.csv_rows import DELIMITERS, Lines, Row, csv_rows, encoding_of
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.list_import import ListTask
from umweg.sources.lists.ofac_terms import (
    ALIASES,
    AUTHORITY,
    IDENTIFIERS,
    IGNORED,
    KEPT,
    SCHEMAS,
    add_name,
    detail,
    identifier,
    relation,
    resolve_links,
)

KINDS = {12: "the list (sdn.csv)", 5: "aliases (alt.csv)", 6: "addresses (add.csv)", 2: "comments"}
"""Fields of a row → which of the files it is."""

_SAMPLE = 50
"""Lines by which it is told which of the files one is."""

NULL = "-0-"

MAX_REMARKS = 1_000
"""Characters of the remarks in the list; what is beyond stands in the comments."""

Rows = list[Row]
_Problem = tuple[str, str] | None
_Add = Callable[[Entry, list[str]], _Problem]


def read_csv(task: ListTask) -> None:
    """Read the files of a task and hand over their entities."""
    files: dict[int, Rows] = {}
    for path in task.files:
        width, rows = _rows(task, path)
        if width in files:
            raise InputError(
                f"two of the files are {KINDS[width]}",
                where=", ".join(map(str, task.files)),
                allowed=", ".join(KINDS.values()),
                next_step="name each file once",
            )
        files[width] = rows
    if 12 not in files:
        raise InputError(
            "the list itself is missing",
            where=", ".join(map(str, task.files)),
            allowed=", ".join(KINDS.values()),
            next_step="name sdn.csv (or cons_prim.csv) first, then the others",
        )
    missing = [name for width, name in KINDS.items() if width not in files and width != 2]
    if missing:
        task.noticed.add(
            "companion-missing",
            "only a part of the list was imported: a name that stands in the other files is not "
            "found; name them all in one import. Missing is",
            " and ".join(missing),
        )
    comments = {r.cells[0].strip(): r for r in files.get(2, [])}
    entries: dict[str, Entry] = {}
    for row in files[12]:
        number = row.cells[0].strip()
        if number in entries:
            _aside(task, row, "repeated-entity", f"the entity {number} came before; it is kept")
            continue
        entry = _entity(task, row, comments.pop(number, None))
        if entry is not None:
            entries[number] = entry
    for comment in comments.values():
        _aside(task, comment, "unknown-entity", _orphan(comment))
    for row in files.get(5, []):
        _join(task, entries, row, _alias)
    for row in files.get(6, []):
        _join(task, entries, row, _address)
    resolve_links(task, entries.values())
    for entry in entries.values():
        task.keep(entry)


def _rows(task: ListTask, path: Path) -> tuple[int, Rows]:
    """The rows of a file that have its number of fields; the others are set aside."""
    with task.open(path) as stream:
        encoding = encoding_of(stream)
    if encoding != "utf-8":
        task.noticed.add("encoding-assumed", "the file is no UTF-8; it was read as", encoding)
    with task.open(path) as stream:
        lines = list(islice(Lines(stream, path, encoding), _SAMPLE))
    kinds = Counter((_width(line, d), d) for line in lines for d in DELIMITERS)
    width, delimiter = next((k for k, _ in kinds.most_common() if k[0] in KINDS), (0, ""))
    if not width:
        raise InputError(
            "the file is none of OFAC's CSV files",
            where=str(path),
            allowed="; ".join(f"{n} fields: {name}" for n, name in KINDS.items()),
            next_step="download it again, or name another --source",
        )
    kept: Rows = []
    with task.open(path) as stream:
        for row in csv_rows(stream, path, width, delimiter=delimiter, encoding=encoding):
            task.read()
            if row.reject is not None:
                task.set_aside(row.reject)
            elif not row.cells[0].strip().isdigit():
                _aside(task, row, "bad-number", "the first field is the number of the entity")
            else:
                kept.append(row)
    return width, kept


def _width(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:  # an endless field: reading the file says so
        return 0


def _value(text: str) -> str:
    bare = text.strip()
    return "" if bare == NULL else bare


def _aside(task: ListTask, row: Row, reason: str, detail_: str) -> None:
    raw = json.dumps(row.cells, ensure_ascii=False)
    task.set_aside(Reject(row.number, reason, detail_, raw))


def _orphan(row: Row) -> str:
    return (
        f"no entity has the number {row.cells[0].strip()}; allowed: a number of the list; the "
        "files may be of different days"
    )


def _join(task: ListTask, entries: dict[str, Entry], row: Row, add: _Add) -> None:
    entry = entries.get(row.cells[0].strip())
    if entry is None:
        _aside(task, row, "unknown-entity", _orphan(row))
        return
    problem = add(entry, [_value(c) for c in row.cells])
    if problem:
        _aside(task, row, *problem)
    else:
        entry.rows += 1


def _entity(task: ListTask, row: Row, comment: Row | None) -> Entry | None:
    cells = [_value(c) for c in row.cells]
    number, name, kind, programmes, title, sign, type_, tonnage, gross, flag, owner, remarks = cells
    schema = SCHEMAS.get(kind.casefold())
    if schema is None or not name:
        what = f"'{kind}' is no type" if name else "there is no name"
        _aside(task, row, "bad-entity", f"{what}; allowed: individual, vessel, aircraft, {NULL}")
        if comment is not None:
            _aside(task, comment, "unknown-entity", _orphan(comment))
        return None
    entry = task.entry(number, schema, 1 + (comment is not None))
    add_name(entry, name, "primary")
    entry.topics.append("sanction")
    for programme in re.split(r"\]\s*\[", programmes.strip("[] ")):
        if programme:
            entry.listing(task.request.source, AUTHORITY, programme=programme)
    if title:
        entry.titles.append(title)
    if sign:
        entry.identifier("call-sign", sign)
    for key, value in (("vessel_type", type_), ("tonnage", tonnage), ("gross_tonnage", gross)):
        entry.keep(key, value)
    entry.country(flag)
    if owner:
        entry.relation("Ownership", "vessel owner", subject_name=owner)
    whole = remarks + (comment.cells[1].rstrip() if comment is not None else "")
    # A text that was cut ends without the full stop that every other one ends with.
    cut = comment is None and len(remarks) >= MAX_REMARKS - 10 and not remarks.endswith(".")
    if cut:
        entry.noticed.add(
            "remarks-cut-off",
            "the remarks end in the middle; the rest stands in sdn_comments.csv: import it too",
            number,
        )
    if whole:
        entry.remarks.append(whole)
        read_remarks(entry, whole, cut=cut)
    return entry


def _alias(entry: Entry, cells: list[str]) -> _Problem:
    _, _, type_, name, note = cells
    kind = ALIASES.get(type_.casefold())
    if kind is None or not name:
        return "bad-alias", f"'{type_}' is no type of alias; allowed: aka, fka, nka, and a name"
    add_name(entry, name, kind)
    if note:
        entry.keep("alias_remarks", note)
    return None


def _address(entry: Entry, cells: list[str]) -> _Problem:
    _, _, street, city, country, note = cells
    # OFAC gives every entity a line, an empty one where no address is known.
    entry.address(street=street, city=city, country=country, note=note)
    return None


_ALIAS_IN_REMARKS = re.compile(r"^([afn]\.k\.a\.)\s*[:,]?\s*['\"‘](.*?)['\"’]?\s*$", re.I)
_LINKED = re.compile(r"^Linked To:\s*(.+)$", re.I)
_NUMBERED = re.compile(
    r"^(?P<value>.*?)"
    r"(?:\s*\((?P<country>[^()\d]{2,60})\))?"
    r"(?:\s+issued\s+(?P<issued>.+?))?"
    r"(?:\s+expires\s+(?P<expires>.+?))?$"
)
_LABELS = sorted(
    {*IDENTIFIERS, *KEPT, "organization established date", "aircraft manufacture date",
     "vessel year of build", "nationality of registration", "nationality", "citizen", "dob", "pob",
     "gender"} - {"member"},
    key=len,
    reverse=True,
)  # fmt: skip
_LABELLED = re.compile(
    r"^(?:alt\.\s+)?(?P<label>digital currency address - \w+"
    r"|executive order \d+ (?:\w+ )*?information(?: -)?"
    r"|(?:listing|effective|purchase/sales for divestment) date \([^)]*\):?|"
    + "|".join(re.escape(label) for label in _LABELS)
    + r")[:\s]\s*(?P<value>.+)$",
    re.I | re.S,
)


def split_remarks(text: str) -> Iterator[str]:
    """The statements of a remark; the full stop at its end belongs to none of them."""
    body = text.strip().removesuffix(".")
    for part in re.split(r";\s+|;(?=[a-z])", body):
        bare = part.strip()
        if bare.startswith("(") and bare.endswith(")") and bare.count("(") == 1:
            bare = bare[1:-1].strip()
        if bare:
            yield bare


def read_remarks(entry: Entry, text: str, *, cut: bool = False) -> None:
    """The statements of a remark that are understood, into the columns they belong to."""
    parts = list(split_remarks(text))
    for part in parts[: -1 if cut else None]:
        if not _read_remark(entry, part) and re.search(r"\d{4}", part) and not IGNORED.match(part):
            entry.noticed.add(
                "remark-not-read",
                "a remark with a number whose label is not known; it stays in `remarks` only",
                part,
            )


def _read_remark(entry: Entry, part: str) -> bool:
    if found := _ALIAS_IN_REMARKS.match(part):
        # The aliases that OFAC calls weak stand in the remarks, the others in alt.csv.
        add_name(entry, found[2], ALIASES[found[1].casefold()], weak=True)
        return True
    if found := _LINKED.match(part):
        relation(entry, "Linked To", other_name=found[1].strip())
        return True
    found = _LABELLED.match(part)
    if not found:
        return False
    label, value = found["label"], found["value"].strip()
    numbered = _NUMBERED.match(value)
    if detail(entry, label, value):
        return True
    if numbered is None:
        return False
    note = "; ".join(f"{word} {numbered[word]}" for word in ("issued", "expires") if numbered[word])
    return identifier(entry, label, numbered["value"], numbered["country"] or "", note)
