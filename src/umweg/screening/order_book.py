"""An order book as arrays: each cell cleaned once for each distinct text, each line as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from umweg.screening.cleaning import (
    Cell,
    clean_code,
    clean_currency,
    clean_day,
    clean_number,
    clean_yes_no,
    currency_in,
    day_order,
    decimal_sign,
    us_code,
)
from umweg.screening.columns import PARTY_ROLES, ColumnMap, plain
from umweg.screening.places import clean_country, places_in
from umweg.screening.seen_rows import SeenRows
from umweg.sources.batches import Batch, Reject, as_json
from umweg.sources.table_file import BATCH, TableFile

Ids = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
T = TypeVar("T")

_TOTAL = re.compile(
    r"^\W*(?:zwischen|gesamt|teil|end|sub|grand)?[\s-]*(?:summe|summen|total|totals|sum|ergebnis|"
    r"итого|всего|suma|razem|toplam|übertrag|carry over)\b[\s:.,\d€$£]*",
    re.IGNORECASE,
)


class Interned(Generic[T]):
    """Values by number, each distinct one once; number 0 is given at the start."""

    def __init__(self, first: T) -> None:
        self.values: list[T] = [first]
        self._number: dict[T, int] = {first: 0}

    def number(self, value: T) -> int:
        """The number of a value."""
        found = self._number.get(value)
        if found is None:
            found = self._number[value] = len(self.values)
            self.values.append(value)
        return found


_US = re.compile(r"\b(?:hts|htsus|schedule b)\b")
"""Headers of codes that are the HS up to six digits only, and national beyond."""


@dataclass(frozen=True)
class Lines:
    """Some lines of an order book, as arrays of equal length.

    Attributes:
        rows: Row numbers in the file.
        cells: {role: numbers of cleaned cells}, for the roles of `OrderBook.CLEANED`.
        parties: {role: numbers of names}.
        texts: {role: cells as written}, for every role that the table has.
        value, unit_price, quantity: Amounts; NaN where there is none.
        weight_kg: Net weight, of its own column or of a quantity in a unit of weight.
        pieces: Quantity where it counts pieces.
        amounts_unread: Number of amounts that cannot be read.
        aside: Rows that are no lines, with the reason.
    """

    rows: npt.NDArray[np.int64]
    cells: Mapping[str, Ids]
    parties: Mapping[str, Ids]
    texts: Mapping[str, pa.StringArray]
    value: Numbers
    unit_price: Numbers
    quantity: Numbers
    weight_kg: Numbers
    pieces: Numbers
    amounts_unread: int
    aside: tuple[Reject, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.rows)


class OrderBook:
    """Reads a table of orders.

    Args:
        file: The table.
        columns: Which column is what.
    """

    CLEANED = (
        "code", "destination", "end_use_country", "previous_destination", "payer_country", "date",
        "contract_date", "currency", "clause", "route", "control_number", "incoterm", "unit",
    )  # fmt: skip

    def __init__(self, file: TableFile, columns: ColumnMap) -> None:
        self.file, self.columns = file, columns
        self.cells: dict[str, Interned[Cell]] = {r: Interned(Cell()) for r in self.CLEANED}
        self.routes: dict[str, tuple[str, ...]] = {"": ()}
        self.names: Interned[str] = Interned("")
        self.notes: list[str] = []
        self._memo: dict[tuple[str, bool], dict[str, int]] = {}
        self._seen = SeenRows()
        self._decimal: dict[str, str] = {}
        self._order = ""
        self.share_read: float | None = 0.0
        self._is_us = bool(_US.search(plain(columns.roles.get("code", ""))))

    def lines(self, size: int = BATCH) -> Iterator[Lines]:
        """All lines, in order, at most `size` rows at once.

        What the columns as a whole show is taken from the first batch of the file, whatever `size`
        is.
        """
        batches = self.file.batches()
        first = next(batches, None)
        if first is None:
            return
        self._look_at(first)
        before: float | None = 0.0
        for batch in chain([first], batches):
            after = self.file.share_read
            count = len(batch.rows)
            for start in range(0, max(count, 1), size):
                part = _part(batch, start, size)
                if before is None or after is None:
                    self.share_read = None
                else:
                    done = min(1.0, (start + size) / count) if count else 1.0
                    self.share_read = before + (after - before) * done
                yield self._read(part)
            before = after

    def _look_at(self, batch: Batch) -> None:
        """What the columns as a whole show: the decimal sign, the order of day and month."""
        for role in AMOUNTS:
            if (column := self._column(batch, role)) is not None:
                texts = pc.unique(column).to_pylist()
                self._decimal[role] = decimal_sign(texts)
        shown = next((d for d in map(self._decimal.get, ("value", "unit_price")) if d), "")
        for role, sign in self._decimal.items():
            self._decimal[role] = sign or shown
        if shown == "," or (not shown and self.file.delimiter == ";"):
            # A file divided by semicolons is written where the comma stands before the decimals.
            for role, sign in self._decimal.items():
                self._decimal[role] = sign or ","
        days = [
            t
            for role in ("date", "contract_date")
            if (column := self._column(batch, role)) is not None
            for t in pc.unique(column).to_pylist()
        ]
        self._order = day_order(days)

    def _column(self, batch: Batch, role: str) -> pa.StringArray | None:
        name = self.columns.roles.get(role)
        return None if name is None else batch.columns[name]

    def _read(self, batch: Batch) -> Lines:
        keep, aside = self._lines_only(batch)
        if not keep.all():
            kept = pa.array(keep)
            batch = Batch(
                batch.rows[keep],
                {n: c.filter(kept) for n, c in batch.columns.items()},
                (),
                {n: m[keep] for n, m in batch.numbers.items()},
            )
        texts = {role: batch.columns[name] for role, name in self.columns.roles.items()}
        cells = {
            role: self._cleaned(role, texts[role], batch.numbers.get(self.columns.roles[role]))
            for role in self.CLEANED
            if role in texts
        }
        named = (*PARTY_ROLES, "address")
        parties = {role: self._named(texts[role]) for role in named if role in texts}
        amounts, unread = {}, 0
        for role in AMOUNTS:
            amounts[role], bad = self._amounts(role, texts.get(role), len(batch.rows))
            unread += bad
        for role in ("value", "unit_price"):
            if role in texts:
                unread += self._currency_of_cells(texts[role], cells)
        weight, pieces = self._measures(cells, amounts)
        return Lines(
            batch.rows, cells, parties, texts, amounts["value"], amounts["unit_price"],
            amounts["quantity"], weight, pieces, unread, aside,
        )  # fmt: skip

    # -- rows that are no lines ---------------------------------------------------------------

    def _lines_only(self, batch: Batch) -> tuple[Mask, tuple[Reject, ...]]:
        count = len(batch.rows)
        aside = list(batch.rejects)
        keep = np.ones(count, bool)
        roles = self.columns.roles
        telling = [r for r in ("code", "destination", *PARTY_ROLES) if r in roles]
        filled = np.zeros(count, np.int64)
        for role in telling:
            column = pc.utf8_trim_whitespace(batch.columns[roles[role]])
            filled += np.asarray(pc.not_equal(column, ""))
        # Sums have a word in one cell and an amount; a header that comes again equals its names.
        suspects = np.flatnonzero(filled <= 1)
        for position, row in zip(suspects.tolist(), batch.texts(suspects), strict=True):
            if problem := self._no_line(int(batch.rows[position]), row, int(filled[position])):
                keep[position] = False
                aside.append(problem)
        if (header := self._again(batch)) is not None:
            for position in np.flatnonzero(header & keep).tolist():
                keep[position] = False
                again = int(batch.rows[position])
                aside.append(Reject(again, "repeated-header", "the header comes again", "{}"))
        if "order" in roles:
            aside += self._repeated(batch, keep)
        return keep, tuple(sorted(aside, key=lambda r: r.row))

    def _no_line(self, row: int, texts: Mapping[str, str], filled: int) -> Reject | None:
        words = [t.strip() for t in texts.values() if t.strip()]
        code = texts.get(self.columns.roles.get("code", ""), "")
        # Where a party is named, only a bare word is a sum: Total Ferrailles SA is a firm.
        sums = _TOTAL.fullmatch if filled else _TOTAL.match
        if any(sums(w) for w in words) and not any(c.isdigit() for c in code):
            return Reject(row, "subtotal-row", "a sum, no order", as_json(texts))
        if not filled:
            return Reject(
                row, "no-order",
                "neither a goods code, nor a country, nor a party stands on the row",
                as_json(texts),
            )  # fmt: skip
        return None

    def _again(self, batch: Batch) -> Mask | None:
        found: Mask | None = None
        for role, name in self.columns.roles.items():
            if role not in ("code", "destination", "order"):
                continue
            same = np.asarray(pc.equal(pc.utf8_trim_whitespace(batch.columns[name]), name))
            found = same if found is None else found & same
        return found

    def _repeated(self, batch: Batch, keep: Mask) -> list[Reject]:
        """Rows that say word for word what an earlier row says."""
        joined = pc.binary_join_element_wise(*batch.columns.values(), "\x1f").to_pylist()
        hashes = np.fromiter(map(hash, joined), np.int64, len(joined))
        kept = np.flatnonzero(keep)
        found = []
        for at, first in self._seen.repeated(hashes[kept], batch.rows[kept]):
            position = int(kept[at])
            keep[position] = False
            text = f"the same as row {first}, which is decided"
            found.append(Reject(int(batch.rows[position]), "duplicate-row", text, "{}"))
        return found

    # -- cells --------------------------------------------------------------------------------

    def _cleaned(self, role: str, column: pa.StringArray, numbers: Mask | None) -> Ids:
        encoded = column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        indices = np.asarray(encoded.indices)
        ids: Ids = np.array([self._cell(role, t, False) for t in texts] or [0], np.int32)[indices]
        if role == "code" and numbers is not None and numbers.any():
            typed = np.array([self._cell(role, t, True) for t in texts], np.int32)[indices]
            ids = np.where(numbers, typed, ids)
        return ids

    def _cell(self, role: str, text: str, number: bool) -> int:
        memo = self._memo.setdefault((role, number), {})
        found = memo.get(text)
        if found is None:
            cell = self._clean(role, text, number)
            found = memo[text] = self.cells[role].number(cell)
        return found

    def _clean(self, role: str, text: str, number: bool) -> Cell:
        if role == "code":
            cell = clean_code(text, number)
            return us_code(cell) if self._is_us else cell
        if role in ("date", "contract_date"):
            return clean_day(text, self._order)
        if role == "route":
            places = places_in(text) if text.strip() else ()
            value = " ".join(places)
            self.routes[value] = places
            return Cell(value)
        clean: Callable[[str], Cell] = _CLEANERS.get(role, _as_is)
        return clean(text)

    def _named(self, column: pa.StringArray) -> Ids:
        encoded = column.dictionary_encode()
        numbers = [self.names.number(" ".join(t.split())) for t in encoded.dictionary.to_pylist()]
        ids: Ids = np.array(numbers or [0], np.int32)[np.asarray(encoded.indices)]
        return ids

    def _amounts(self, role: str, column: pa.StringArray | None, count: int) -> tuple[Numbers, int]:
        if column is None:
            return np.full(count, np.nan), 0
        encoded = column.dictionary_encode()
        sign = self._decimal.get(role, "")
        money = role in ("value", "unit_price")
        read = [clean_number(t, sign, money=money) for t in encoded.dictionary.to_pylist()]
        values = np.array([np.nan if v is None else v for v, _, _ in read] or [np.nan])
        bad = np.array([bool(problem) for *_, problem in read] or [False])
        indices = np.asarray(encoded.indices)
        return values[indices], int(bad[indices].sum())

    def _currency_of_cells(self, column: pa.StringArray, cells: dict[str, Ids]) -> int:
        """Take the currency that an amount itself names where its column names none; the number
        of amounts that name another one than their column, and so have no currency."""
        encoded = column.dictionary_encode()
        known = self.cells["currency"]
        named = [known.number(currency_in(t)) for t in encoded.dictionary.to_pylist()]
        ids: Ids = np.array(named or [0], np.int32)[np.asarray(encoded.indices)]
        if not ids.any():
            return 0
        own = cells.get("currency", np.zeros(len(ids), np.int32))
        values = np.array([c.value for c in known.values], object)
        two = (ids > 0) & (own > 0) & (values[ids] != values[own])
        found = np.where(own > 0, own, ids)
        cells["currency"] = np.where(two, known.number(TWO_CURRENCIES), found).astype(np.int32)
        return int(two.sum())

    def _measures(
        self, cells: Mapping[str, Ids], amounts: Mapping[str, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """(net weight in kg, number of pieces) of each line; NaN where they are not known."""
        quantity = amounts["quantity"]
        ids = cells.get("unit", np.zeros(len(quantity), np.int32))
        units = [c.value for c in self.cells["unit"].values]
        factors = np.array([kilograms(u) or np.nan for u in units])[ids]
        own = amounts["net_weight"] * (kilograms(self.columns.roles.get("net_weight", "")) or 1.0)
        weight = np.where(own > 0, own, quantity * factors)
        count = np.array([counts_pieces(u) for u in units], bool)[ids]
        return np.where(weight > 0, weight, np.nan), np.where(
            count & (quantity > 0), quantity, np.nan
        )


def _part(batch: Batch, start: int, size: int) -> Batch:
    """Some rows of a batch; the rows that are none go with the first of them."""
    if start == 0 and len(batch.rows) <= size:
        return batch
    end = start + size
    return Batch(
        batch.rows[start:end],
        {name: column.slice(start, size) for name, column in batch.columns.items()},
        batch.rejects if start == 0 else (),
        {name: marks[start:end] for name, marks in batch.numbers.items()},
    )


def _as_is(text: str) -> Cell:
    return Cell(" ".join(text.split()))


_CLEANERS: dict[str, Callable[[str], Cell]] = {
    "destination": clean_country,
    "end_use_country": clean_country,
    "previous_destination": clean_country,
    "payer_country": clean_country,
    "currency": clean_currency,
    "clause": clean_yes_no,
}

PIECES = {
    "", "st", "stk", "stck", "stuck", "stueck", "pc", "pcs", "pce", "pieces", "piece", "ea", "each",
    "unit", "units", "шт", "штук", "c62", "h87", "nar", "adet", "szt", "u",
}  # fmt: skip
"""Units in which an amount divided by a quantity is the price of an item."""


AMOUNTS = ("value", "unit_price", "quantity", "net_weight")
"""Roles of columns that hold numbers."""

TWO_CURRENCIES = Cell(problem="the amount names another currency than its column")

_WEIGHTS = {
    **dict.fromkeys(("kg", "kgm", "kilogramm", "kilogram", "kilo", "кг"), 1.0),
    **dict.fromkeys(("t", "to", "tne", "tonne", "tonnen", "tonnes", "т", "тонн"), 1000.0),
    **dict.fromkeys(("g", "gr", "grm", "gramm", "grams", "г"), 0.001),
    # The international pound, exactly (1959 agreement).
    **dict.fromkeys(("lb", "lbs", "lbr", "pound", "pounds"), 0.45359237),
}


def kilograms(text: str) -> float | None:
    """Kilograms in the unit of weight that a unit or a header ends with: `Nettogewicht (t)`."""
    words = re.findall(r"\w+", text.casefold())
    return _WEIGHTS.get(words[-1]) if words else None


def counts_pieces(unit: str) -> bool:
    """Whether a unit counts items."""
    return plain(unit) in PIECES


def taken(values: Sequence[Any], ids: Ids) -> list[Any]:
    """The values of numbers."""
    return [values[i] for i in ids.tolist()]
