"""A user's own table of who holds how much of whom, for the rules of ownership."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from umweg.errors import InputError
from umweg.sources.batches import cut, listed
from umweg.sources.shipments import NotKept
from umweg.sources.table_file import TableFile
from umweg.store.party_contracts import RELATION_KINDS, RELATIONS

COLUMNS = {
    "subject_id": ("subject_id", "owner_id", "holder_id", "shareholder_id"),
    "subject_name": ("subject_name", "owner", "holder", "shareholder", "inhaber", "учредитель"),
    "object_id": ("object_id", "owned_id", "company_id", "firm_id"),
    "object_name": ("object_name", "owned", "company", "firm", "firma", "компания"),
    "share": ("share", "share_percent", "percent", "percentage", "anteil", "доля"),
    "share_min": ("share_min", "minimum"),
    "share_max": ("share_max", "maximum"),
    "kind": ("kind", "relation"),
    "role": ("role", "interest"),
    "control": ("control",),
    "valid_from": ("valid_from", "from", "since"),
    "valid_until": ("valid_until", "until", "to"),
}  # fmt: skip
"""The columns of a table of relations, each with the names under which it is recognised."""

_DAY = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")
_YES, _NO = {"1", "true", "yes", "ja", "да"}, {"", "0", "false", "no", "nein", "нет"}


@dataclass(frozen=True)
class RelationsFile:
    """What a file of relations holds: rows read = kept + set aside."""

    table: pa.Table
    read: int
    set_aside: tuple[NotKept, ...]
    notes: tuple[str, ...]


def read_relations(path: Path) -> RelationsFile:
    """Read relations from CSV, a workbook, Parquet or JSON lines.

    A row names a holder and a firm by an id, a name or both; the share in percent, exact (`share`)
    or as bounds (`share_min`, `share_max`), empty where it is not known.

    Raises:
        InputError: the file cannot be read or lacks a column.
    """
    file = TableFile(path)
    given = {c.strip().lower(): c for c in file.columns}
    columns = {
        name: next(given[s] for s in synonyms if s in given)
        for name, synonyms in COLUMNS.items()
        if any(s in given for s in synonyms)
    }
    for side in ("subject", "object"):
        if f"{side}_id" not in columns and f"{side}_name" not in columns:
            raise InputError(
                f"no column names the {side} of a relation",
                where=f"{path}, header: {listed(file.columns)}",
                allowed="; ".join(f"{c}: {', '.join(s)}" for c, s in COLUMNS.items()),
                next_step="name the columns like this",
            )
    rows: list[dict[str, Any]] = []
    aside: list[NotKept] = []
    read = 0
    for batch in file.batches():
        read += len(batch.rows) + len(batch.rejects)
        aside += [NotKept(r.row, r.reason, r.detail) for r in batch.rejects]
        texts = {n: batch.columns[c].to_pylist() for n, c in columns.items()}
        for i, number in enumerate(batch.rows.tolist()):
            cells = {n: v[i].strip() for n, v in texts.items()}
            found = _relation(cells)
            if isinstance(found, str):
                reason, _, detail = found.partition(": ")
                aside.append(NotKept(number, reason, detail))
            else:
                rows.append({**found, "origin_id": path.name})
    return RelationsFile(
        pa.Table.from_pylist(rows, schema=RELATIONS.schema), read, tuple(aside), file.notes
    )


def _relation(cells: dict[str, str]) -> dict[str, Any] | str:
    """A row as a relation, or `reason: detail` where it is none."""
    row: dict[str, Any] = {n: cells.get(n) or None for n in RELATIONS.names}
    for side in ("subject", "object"):
        if not row[f"{side}_id"] and not row[f"{side}_name"]:
            return f"missing-value: no id and no name of the {side}"
    exact = _percent(cells.get("share", ""))
    low, high = _percent(cells.get("share_min", "")), _percent(cells.get("share_max", ""))
    for value in (exact, low, high):
        if isinstance(value, str):
            return f"bad-share: {value}; allowed: percent from 0 to 100, empty where not known"
    row["share_min"], row["share_max"] = (exact, exact) if exact is not None else (low, high)
    if row["share_min"] is not None and row["share_max"] is not None:  # noqa: SIM102
        if row["share_min"] > row["share_max"]:
            return "bad-share: the lower bound lies above the upper one"
    row["kind"] = row["kind"] or "Ownership"
    if row["kind"] not in RELATION_KINDS:
        return f"bad-kind: '{cut(row['kind'])}'; allowed: {', '.join(RELATION_KINDS)}"
    for name in ("valid_from", "valid_until"):
        if row[name] and not _DAY.match(row[name]):
            return f"bad-date: {name} '{cut(row[name])}'; allowed: YYYY-MM-DD"
    control = cells.get("control", "").lower()
    if control not in _YES | _NO:
        return f"not-a-boolean: control '{cut(control)}'; allowed: true, false, or empty"
    row["control"] = True if control in _YES else None
    return row


def _percent(text: str) -> float | str | None:
    bare = text.replace("%", "").replace(",", ".").strip()
    if not bare:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", bare) or float(bare) > 100:
        return f"'{cut(text)}'"
    return float(bare)
