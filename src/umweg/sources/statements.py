"""The statements of one flows file, packed: what must be known of all rows at once.

Each kept row is about fifty bytes here, whatever its text: the key of its contract as one whole
number (every part of it has a small, closed set of values), its numbers, and its row in the file.
Sorting the keys brings together what must be compared: statements made twice, a heading and its
sub-codes, the periods of a reporter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from umweg.nomenclature import Nomenclature
from umweg.sources.cells import FIRST_YEAR
from umweg.store.contracts import BASES, FLOW_KINDS, FLOWS, TOTAL

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

VINTAGES = tuple(n.value for n in Nomenclature)
BASIS_NAMES = (None, *BASES)

# The key, from the high bits down. The code comes first, so that rows of one code lie together in
# the store and a scan of a few codes reads a few row groups.
_BITS = {
    "code": 20,  # about 6,000 codes of six digits, each with at most 100 of eight: 2^20 suffices
    "partner": 9,
    "reporter": 9,
    "flow": 2,
    "nomenclature": 5,
    "period": 12,
    "partial_code": 1,
}
_SHIFT: dict[str, int] = {}
_below = 0
for _name, _width in reversed(_BITS.items()):
    _SHIFT[_name] = _below
    _below += _width

_YEARS = 2101 - FIRST_YEAR
_ANNUAL = _YEARS * 12
"""Months count from January of the first year; years follow after the last month."""

# Bits of `notes`: what was assumed or changed while a row was read.
BASIS_ASSUMED, CODE_REWRITTEN, TEXT_REWRITTEN, CODE_UNCHECKED = 1, 2, 4, 8


def period_number(period: str) -> int:
    """A period as a whole number that grows with time within its frequency."""
    year = int(period[:4]) - FIRST_YEAR
    return _ANNUAL + year if len(period) == 4 else year * 12 + int(period[5:]) - 1


@cache
def period_name(number: int) -> str:
    """The period of a number; the inverse of `period_number`."""
    if number >= _ANNUAL:
        return f"{number - _ANNUAL + FIRST_YEAR:04d}"
    return f"{number // 12 + FIRST_YEAR:04d}-{number % 12 + 1:02d}"


class Register:
    """Numbers for the distinct texts of a column, in the order in which they are met."""

    def __init__(self, texts: Sequence[str | None] = ()) -> None:
        self.texts: list[str | None] = list(texts)
        self._numbers = {text: n for n, text in enumerate(self.texts)}

    def number(self, text: str | None) -> int:
        """The number of a text; a new one if it is met for the first time."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


@dataclass(slots=True)
class Registers:
    """The registers of a file."""

    places: Register = field(default_factory=Register)
    codes: Register = field(default_factory=Register)
    currencies: Register = field(default_factory=Register)
    units: Register = field(default_factory=lambda: Register([None]))
    origins: Register = field(default_factory=lambda: Register([None]))


def pack(parts: Mapping[str, npt.NDArray[np.integer]]) -> Ints:
    """The keys of rows from their parts."""
    key = np.zeros(len(parts["code"]), np.int64)
    for name, shift in _SHIFT.items():
        key |= parts[name].astype(np.int64) << shift
    return key


def part(keys: Ints, name: str) -> Ints:
    """One part of the keys."""
    return (keys >> _SHIFT[name]) & ((1 << _BITS[name]) - 1)


COLUMNS: dict[str, type[np.generic]] = {
    "key": np.int64,
    "row": np.int64,
    "value": np.float64,
    "net_weight_kg": np.float64,
    "quantity": np.float64,
    "currency": np.int16,
    "basis": np.int8,
    "unit": np.int32,
    "origin": np.int32,
    "notes": np.uint8,
}
"""What is held of a row. Optional columns that the file has not are left out."""

_COMPARED = ("value", "currency", "basis", "net_weight_kg", "quantity", "unit")
"""What two statements about the same thing must agree in to be one statement made twice."""


class Statements:
    """The kept rows of a file."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers
        self._chunks: dict[str, list[npt.NDArray[np.generic]]] = {}
        self._columns: dict[str, npt.NDArray[np.generic]] = {}

    def add(self, columns: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Add the rows of a batch; every batch has the same columns."""
        for name, values in columns.items():
            self._chunks.setdefault(name, []).append(values.astype(COLUMNS[name], copy=False))

    def __getitem__(self, name: str) -> npt.NDArray[np.generic]:
        return self._columns[name]

    def has(self, name: str) -> bool:
        """Whether the file had the optional column."""
        return name in self._columns

    def __len__(self) -> int:
        return len(self._columns["key"]) if self._columns else 0

    @property
    def keys(self) -> Ints:
        """The packed keys, in order once `close` ran."""
        return self._columns["key"].astype(np.int64, copy=False)

    @property
    def rows(self) -> Ints:
        """The rows' numbers in the file."""
        return self._columns["row"].astype(np.int64, copy=False)

    def close(self) -> None:
        """No more rows: put them in the order of code, partner, reporter, flow and period."""
        # Column by column, so that no more than one of them is held twice.
        for name in list(self._chunks):
            self._columns[name] = np.concatenate(self._chunks.pop(name))
        if not self._columns:
            return
        codes = self.registers.codes
        rank = np.empty(len(codes.texts), np.int64)
        rank[sorted(range(len(rank)), key=lambda n: codes.texts[n] or "")] = np.arange(len(rank))
        keys, shift = self.keys, _SHIFT["code"]
        keys = (keys & ((1 << shift) - 1)) | (rank[keys >> shift] << shift)
        self.registers.codes = Register(sorted(text for text in codes.texts if text is not None))
        self._columns["key"] = keys
        order = np.argsort(keys, kind="stable")
        for name, values in self._columns.items():
            self._columns[name] = values[order]

    def keep(self, mask: Mask) -> None:
        """Keep only the rows of the mask."""
        for name, values in self._columns.items():
            self._columns[name] = values[mask]

    # -- statements made twice ----------------------------------------------------------------

    def repeated(self) -> Iterator[tuple[Ints, list[str]]]:
        """The positions of rows that state the same thing, and the columns they disagree in.

        Where there are none, the rows are one statement made several times.
        """
        same = self.keys[1:] == self.keys[:-1]
        if not same.any():
            return
        # A group is a run of equal keys: it starts where a row equals the next one, not the last.
        inside = np.concatenate([[False], same])
        starts = np.flatnonzero(~inside & np.concatenate([same, [False]]))
        ends = np.flatnonzero(inside & ~np.concatenate([same, [False]])) + 1
        differs = {
            name: _unlike_previous(self._columns[name])
            for name in _COMPARED
            if name in self._columns
        }
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            unlike = [n for n, d in differs.items() if d[start : end - 1].any()]
            yield np.arange(start, end), ["value_reported" if n == "value" else n for n in unlike]

    def partial_beside_whole(self) -> Ints:
        """Positions of partial statements right after the whole statement of the same thing.

        Called when nothing is stated twice any more: then the two are neighbours.
        """
        keys = self.keys
        return np.flatnonzero((keys[1:] & 1 == 1) & (keys[1:] - 1 == keys[:-1])) + 1

    # -- what a reader must know --------------------------------------------------------------

    def headings_beside_sub_codes(self) -> Ints:
        """Positions of headings whose sub-codes the same reporter states for the same flow."""
        texts = self.registers.codes.texts
        numbers = {text: n for n, text in enumerate(texts)}
        shift = _SHIFT["code"]
        keys = self.keys & ~np.int64(1)  # whether a statement is partial makes no difference here
        rest = keys & ((1 << shift) - 1)
        found = np.zeros(len(keys), bool)
        for length in (2, 4, 6):
            parents = np.array(
                [
                    numbers.get(t[:length], -1) if t and t != TOTAL and len(t) > length else -1
                    for t in texts
                ],
                np.int64,
            )
            parent = parents[keys >> shift]
            has = parent >= 0
            if has.any():
                found |= np.isin(keys, np.unique((parent[has] << shift) | rest[has]))
        return np.flatnonzero(found)

    def two_editions(self) -> tuple[Mask, dict[tuple[str, str, tuple[str, ...]], list[str]]]:
        """Where a reporter states a flow, period and level of codes in two editions of a family.

        Returns:
            The rows of the older editions; the periods by reporter, flow and editions.
        """
        keys, texts = self.keys, self.registers.codes.texts
        digits = np.array([0 if t is None or t == TOTAL else len(t) for t in texts], np.int64)
        family = np.array([Nomenclature(name).is_cn for name in VINTAGES], np.int64)
        # From the high bits down: reporter, flow, period, level, family; then the edition.
        edition = part(keys, "nomenclature")
        groups = (
            (part(keys, "reporter") << 18)
            | (part(keys, "flow") << 16)
            | (part(keys, "period") << 4)
            | (digits[part(keys, "code")] >> 1 << 1)
            | family[edition]
        )
        stated = np.unique((groups << _BITS["nomenclature"]) | edition)
        group = stated >> _BITS["nomenclature"]
        older = np.concatenate([group[1:] == group[:-1], np.zeros(len(group[:1]), bool)])
        mask = np.isin((groups << _BITS["nomenclature"]) | edition, stated[older])
        by_group: dict[int, list[str]] = {}
        for number in stated[np.isin(group, group[older])].tolist():
            by_group.setdefault(number >> _BITS["nomenclature"], []).append(
                VINTAGES[number & ((1 << _BITS["nomenclature"]) - 1)]
            )
        found: dict[tuple[str, str, tuple[str, ...]], set[int]] = {}
        for g, names in by_group.items():
            key = (str(self.registers.places.texts[g >> 18]), FLOW_KINDS[(g >> 16) & 3])
            found.setdefault((*key, tuple(names)), set()).add((g >> 4) & 0xFFF)
        return mask, {k: [period_name(n) for n in sorted(p)] for k, p in found.items()}

    def coverage(self) -> Iterator[tuple[str, str, str, list[str], list[str]]]:
        """For each reporter, flow and scope: the periods seen, and those missing in between."""
        total = next((n for n, t in enumerate(self.registers.codes.texts) if t == TOTAL), -1)
        keys = self.keys
        combined = (
            (part(keys, "reporter") << 16)
            | (part(keys, "flow") << 14)
            | ((part(keys, "code") == total).astype(np.int64) << 13)
        )
        combined = np.unique((combined << 12) | part(keys, "period"))
        series: dict[tuple[int, bool], list[int]] = {}
        for number in combined.tolist():
            month = number & 0xFFF
            series.setdefault((number >> 12, month >= _ANNUAL), []).append(month)
        for (head, _), seen in sorted(series.items()):
            gaps = sorted(set(range(seen[0], seen[-1] + 1)) - set(seen))
            yield (
                str(self.registers.places.texts[head >> 16]),
                FLOW_KINDS[(head >> 14) & 3],
                "total" if (head >> 13) & 1 else "codes",
                [period_name(n) for n in seen],
                [period_name(n) for n in gaps],
            )

    def currencies_by(self, name: str) -> dict[tuple[int, int], tuple[int, int]]:
        """(part of the key, currency) → (rows, first row in the file)."""
        pairs = (part(self.keys, name) << 16) | self._columns["currency"].astype(np.int64)
        distinct, where, counts = np.unique(pairs, return_inverse=True, return_counts=True)
        first = np.full(len(distinct), np.iinfo(np.int64).max)
        np.minimum.at(first, where, self.rows)
        return {
            (int(p) >> 16, int(p) & 0xFFFF): (int(n), int(f))
            for p, n, f in zip(distinct, counts, first, strict=True)
        }

    def noted(self, bit: int) -> Mask:
        """Rows that carry a note."""
        mask: Mask = (self._columns["notes"].astype(np.uint8) & bit) != 0
        return mask

    # -- as a table ---------------------------------------------------------------------------

    def table(self, start: int, stop: int, origin_ids: Sequence[str]) -> pa.Table:
        """Rows `start` to `stop` in the columns of the contract."""
        keys, size = self.keys[start:stop], min(stop, len(self)) - start
        months = part(keys, "period")
        columns: dict[str, pa.Array] = {
            "reporter": _words(part(keys, "reporter"), self.registers.places.texts),
            "partner": _words(part(keys, "partner"), self.registers.places.texts),
            "flow": _words(part(keys, "flow"), FLOW_KINDS),
            "freq": _words((months >= _ANNUAL).astype(np.int64), ("M", "A")),
            "period": _words(months, [period_name(n) for n in range(_ANNUAL + _YEARS)]),
            "nomenclature": _words(part(keys, "nomenclature"), VINTAGES),
            "code": _words(part(keys, "code"), self.registers.codes.texts),
            "value_reported": pa.array(self._columns["value"][start:stop]),
            "currency": _words(
                self._slice("currency", start, stop), self.registers.currencies.texts
            ),
            "basis": _words(self._slice("basis", start, stop), BASIS_NAMES),
            "partial_code": pa.array(part(keys, "partial_code").astype(bool)),
            "origin_id": (
                _words(self._slice("origin", start, stop), origin_ids)
                if "origin" in self._columns
                else pa.repeat(origin_ids[0], size)
            ),
        }
        for name in ("net_weight_kg", "quantity"):
            values = self._columns.get(name)
            columns[name] = (
                pa.nulls(size, pa.float64())
                if values is None
                else pa.array(values[start:stop], mask=np.isnan(values[start:stop].astype(float)))
            )
        columns["quantity_unit"] = (
            _words(self._slice("unit", start, stop), self.registers.units.texts)
            if "unit" in self._columns
            else pa.nulls(size, pa.string())
        )
        return pa.table({name: columns[name] for name in FLOWS.names})

    def _slice(self, name: str, start: int, stop: int) -> Ints:
        return self._columns[name][start:stop].astype(np.int64)


def _unlike_previous(values: npt.NDArray[np.generic]) -> Mask:
    """For each row but the first: whether it differs from the one before; two empties are alike."""
    unlike: Mask = values[1:] != values[:-1]
    if values.dtype == np.float64:
        numbers = values.astype(np.float64, copy=False)
        unlike &= ~(np.isnan(numbers[1:]) & np.isnan(numbers[:-1]))
    return unlike


def _words(numbers: Ints, texts: Sequence[str | None]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers.astype(np.int32)), pa.array(texts, pa.string())
    ).cast(pa.string())
