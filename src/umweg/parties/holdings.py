"""Who holds how much of whom on a day: the graph of holdings, as arrays, from rows of `relations`.

Shares are whole millionths of a percent, so that 33.333 + 16.667 is fifty and not almost fifty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import InputError
from umweg.store.party_contracts import RELATIONS

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

UNIT = 1_000_000
"""Units of one percent."""

WHOLE = 100 * UNIT

SHARES, VOTES = 0, 1
MEASURES = ("shares", "votes")

VOTE_ROLE = "vot"
"""Beginning of the role of a holding of votes (votes, voting rights); others are of shares."""

JOINT_ROLE = "joint arrangement"
"""Role of a relation `Associate` that says that two holders exercise their rights jointly."""


@dataclass(frozen=True)
class Holdings:
    """Holdings in force on a day, one row for each holder, firm and measure.

    Attributes:
        ids: Entity ids (or `name:…` where only a name is known), by number.
        names: Their names, as far as a relation states one.
        holder, firm: Numbers of the two sides.
        measure: `SHARES` or `VOTES`.
        low, high: Bounds of the holding, in millionths of a percent.
        control: Pairs (holder, firm) of which control is stated.
        joint: Pairs of holders who exercise their rights jointly.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    holder: Ints
    firm: Ints
    measure: Ints
    low: Ints
    high: Ints
    control: Ints
    joint: Ints

    @cached_property
    def number(self) -> dict[str, int]:
        """Entity id → number."""
        return {e: n for n, e in enumerate(self.ids)}

    def numbers(self, ids: Collection[str]) -> Ints:
        """The numbers of those entities that hold or are held."""
        found = [self.number[i] for i in ids if i in self.number]
        return np.array(sorted(found), np.int64)


def holdings(relations: pa.Table, as_of: date) -> Holdings:
    """The graph of the holdings that are in force on a day.

    A relation without a date is taken to hold. A share that is not stated lies between 0 and 100
    percent. The same holder named twice for one firm and measure is one holding, at least the
    larger and at most the sum of what is stated (a register may repeat a holding, or state two
    parcels); rows that are alike in share are one statement.

    Args:
        relations: Rows of the contract `relations`.
        as_of: The day.

    Raises:
        InputError: a share is no share, or a relation names neither side.
    """
    missing = [n for n in RELATIONS.names if n not in relations.column_names and n != "origin_id"]
    if missing:
        raise InputError(
            f"the relations lack {', '.join(missing)}",
            allowed=", ".join(RELATIONS.names),
            next_step="see the table `relations` in docs/data.md",
        )
    day = as_of.isoformat()
    begun = pc.fill_null(pc.less_equal(relations["valid_from"], day), True)
    going = pc.fill_null(pc.greater(relations["valid_until"], day), True)
    table = relations.filter(pc.and_(begun, going)).combine_chunks()
    sides = [_side(table, s) for s in ("subject", "object")]
    _check(table, sides)
    keys = pa.chunked_array([sides[0], sides[1]]).combine_chunks().dictionary_encode()
    ids = tuple(keys.dictionary.to_pylist())
    codes = keys.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    size = table.num_rows
    holder, firm = codes[:size], codes[size:]

    kind = table["kind"]
    owning = _mask(pc.equal(kind, "Ownership"))
    control = _mask(pc.fill_null(table["control"], False)) & (holder != firm)
    role = pc.utf8_lower(pc.fill_null(table["role"], ""))
    joint = _mask(pc.equal(kind, "Associate")) & _mask(pc.equal(role, JOINT_ROLE))
    votes = _mask(pc.starts_with(role, VOTE_ROLE))
    low = _units(table["share_min"], 0)
    high = _units(table["share_max"], WHOLE)
    # A firm's holding of its own shares is nobody's.
    used = owning & (holder != firm)
    merged = _merged(holder[used], firm[used], votes[used], low[used], high[used])
    return Holdings(
        ids,
        _names(ids, table, codes),
        *merged,
        control=np.stack([holder[control], firm[control]], axis=1),
        joint=np.stack([holder[joint], firm[joint]], axis=1),
    )


def _side(table: pa.Table, side: str) -> pa.Array:
    """Ids of one side, `name:…` in small letters where only a name is known."""
    small = pc.utf8_lower(pc.utf8_trim_whitespace(table[f"{side}_name"]))
    named = pc.binary_join_element_wise("name:", small, "")
    both = pc.coalesce(table[f"{side}_id"], named)
    return both.combine_chunks() if isinstance(both, pa.ChunkedArray) else both


def _check(table: pa.Table, sides: Iterable[pa.Array]) -> None:
    for side, ids in zip(("subject", "object"), sides, strict=True):
        if ids.null_count:
            row = int(np.flatnonzero(ids.is_null().to_numpy(zero_copy_only=False))[0])
            raise InputError(
                f"{ids.null_count} relations name no {side}",
                where=f"relation {row + 1} of those in force",
                allowed=f"{side}_id or {side}_name",
                next_step="give one of them",
            )
    low, high = pc.fill_null(table["share_min"], 0.0), pc.fill_null(table["share_max"], 100.0)
    wrong = pc.or_(
        pc.or_(pc.less(low, 0.0), pc.greater(high, 100.0)),
        pc.or_(pc.greater(low, high), pc.or_(pc.is_nan(low), pc.is_nan(high))),
    )
    if pc.any(wrong).as_py():
        row = int(np.flatnonzero(_mask(wrong))[0])
        found = table.slice(row, 1).select(["share_min", "share_max"]).to_pylist()[0]
        raise InputError(
            f"a share from {found['share_min']} to {found['share_max']} is none",
            where=f"relation {row + 1} of those in force",
            allowed="percent, from 0 to 100, the lower bound first",
            next_step="correct the share, or leave it empty where it is not known",
        )


def _mask(values: pa.ChunkedArray | pa.Array) -> Mask:
    mask: Mask = (
        np.asarray(values.to_numpy(zero_copy_only=False), bool)
        if isinstance(values, pa.Array)
        else np.asarray(values.to_numpy(), bool)
    )
    return mask


def _units(column: pa.ChunkedArray, default: int) -> Ints:
    percent = np.asarray(pc.fill_null(column, default / UNIT).to_numpy(), np.float64)
    units: Ints = np.rint(percent * UNIT).astype(np.int64)
    return units


def _merged(
    holder: Ints, firm: Ints, votes: Mask, low: Ints, high: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    measure = votes.astype(np.int64)
    rows = np.stack([holder, firm, measure, low, high], axis=1)
    rows = np.unique(rows, axis=0) if len(rows) else rows.reshape(0, 5)
    if not len(rows):
        empty = np.zeros(0, np.int64)
        return empty, empty, empty, empty, empty
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:, :3] != rows[:-1, :3]).any(axis=1)
    starts = np.flatnonzero(first)
    return (
        rows[starts, 0],
        rows[starts, 1],
        rows[starts, 2],
        np.maximum.reduceat(rows[:, 3], starts),
        np.minimum(np.add.reduceat(rows[:, 4], starts), WHOLE),
    )


def _names(ids: tuple[str, ...], table: pa.Table, codes: Ints) -> tuple[str, ...]:
    stated = pa.chunked_array([c for s in ("subject", "object") for c in table[f"{s}_name"].chunks])
    names = [i.removeprefix("name:") for i in ids]
    known = _mask(pc.is_valid(stated))
    if known.any():
        texts = stated.filter(pa.array(known)).to_pylist()
        for number, text in zip(codes[known].tolist(), texts, strict=True):
            names[number] = text
    return tuple(names)
