"""The lines of an order book, decided: outcomes shared by lines that are alike, and their table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from umweg.screening.facts import Facts
from umweg.screening.flag_bits import flag_bits
from umweg.screening.flags import FLAGS
from umweg.screening.goods_tests import NO_REACH
from umweg.screening.line_table import LineTable, line_part
from umweg.screening.market import NO_PRICE, MarketPrice, price_ratios
from umweg.screening.model import NotChecked, Outcome, Reason, Trade
from umweg.screening.money import Converted, Rates, factors
from umweg.screening.order_book import Ids, Lines, Mask, Numbers, OrderBook, counts_pieces
from umweg.screening.party_tests import PartyScreen, Query
from umweg.screening.result import DECISIONS
from umweg.screening.trade_tests import TRADE_TESTS, Remembered
from umweg.sources.batches import Reject

_SENSITIVE = ("goods-priority", "goods-restricted", "goods-may-be-restricted")


class Screening:
    """The lines of one run: outcomes shared by lines that are alike, and their table."""

    def __init__(
        self,
        facts: Facts,
        book: OrderBook,
        as_of: date,
        parties: PartyScreen,
        rates: Rates,
        usual: Mapping[tuple[str, str], float],
        look_up: bool,
    ) -> None:
        self._facts, self._book, self._as_of = facts, book, as_of
        self._party_screen, self._rates, self._usual = parties, rates, usual
        self._look_up = look_up
        self.trade: list[Outcome] = []
        self.parties: list[Outcome] = [Outcome()]
        self._trade_number: dict[tuple[int, ...], int] = {}
        self._party_number: dict[tuple[int, ...], int] = {
            (): 0,
        }
        self._remembered = Remembered(facts)
        self._lines = LineTable()
        self._flag_points = np.array([facts.policy.points[f.key] for f in FLAGS], np.int64)
        self._trade_facts: list[tuple[int, bool, bool]] = []
        self._party_facts: list[int] = [0]
        self.aside: list[Reject] = []
        self.read = 0
        self._undated = self._unread_amounts = 0
        self._converted = Converted()

    def add(self, lines: Lines) -> None:
        """Decide some lines."""
        self.read += len(lines) + len(lines.aside)
        self.aside += lines.aside
        self._unread_amounts += lines.amounts_unread
        if not len(lines):
            return
        days, stretches, numbers = self._days(lines)
        usd, eur = self._rates_of(lines, numbers)
        value_usd = np.round(lines.value * usd, 2)
        trade = self._trade_ids(lines, days, stretches, self._price_steps(lines, eur))
        parties = self._party_ids(lines)
        trade_facts = np.array(self._trade_facts, np.int64)[trade]
        sensitive = trade_facts[:, 2] > 0
        years = np.array([d.year for d in days], np.int32)
        prices, ratios = price_ratios(
            self._facts.market, self._book, lines, sensitive, years, value_usd
        )
        bits = flag_bits(
            self._book, lines, sensitive, value_usd, self._usual_of(lines), ratios,
            self._facts.targets, self._facts.policy,
        )  # fmt: skip
        flag_points = np.zeros(len(lines), np.int64)
        for n, points in enumerate(self._flag_points.tolist()):
            flag_points += (bits >> n & 1) * points
        points = trade_facts[:, 0] + np.array(self._party_facts)[parties] + flag_points
        decisions = self._decisions(points, trade_facts[:, 1] > 0)
        self._lines.add(
            line_part(
                self._book, lines, days,
                {
                    "decision": decisions, "points": points, "trade": trade, "parties": parties,
                    "flags": bits, "price": prices, "value_usd": value_usd,
                },
            )
        )  # fmt: skip

    def _decisions(self, points: Any, unknown: Mask) -> Any:
        policy = self._facts.policy
        number = {d: n for n, d in enumerate(DECISIONS)}
        distinct, inverse = np.unique(points * 2 + unknown, return_inverse=True)
        found = [number[policy.decide(p // 2, bool(p % 2))] for p in distinct.tolist()]
        return np.array(found, np.int8)[inverse]

    # -- days and amounts ---------------------------------------------------------------------

    def _days(self, lines: Lines) -> tuple[list[date], Ids, Ids]:
        """(day of each distinct cell, stretch of each line, day of each line as a number)."""
        cells = self._book.cells["date"].values
        days = [date.fromisoformat(c.value) if c.value else self._as_of for c in cells]
        stretches = np.array([self._facts.stretch(d) for d in days], np.int32)
        numbers = np.array([d.toordinal() for d in days], np.int32)
        ids = lines.cells.get("date", np.zeros(len(lines), np.int32))
        self._undated += int((ids == 0).sum())
        return days, stretches[ids], numbers[ids]

    def _rates_of(self, lines: Lines, days: Ids) -> tuple[Numbers, Numbers]:
        cells = self._book.cells["currency"].values
        ids = lines.cells.get("currency", np.zeros(len(lines), np.int32))
        fallback = self._book.columns.currency
        currency = {n: c.value or ("" if c.problem else fallback) for n, c in enumerate(cells)}
        known = np.isfinite(lines.value) | np.isfinite(lines.unit_price)
        return factors(self._rates, ids, days, currency, known, self._converted)

    def _price_steps(self, lines: Lines, eur: Numbers) -> tuple[Ids, Numbers]:
        """(between which thresholds of the law the price of an item lies, the price in EUR)."""
        price = lines.unit_price.copy()
        units = self._book.cells["unit"].values
        ids = lines.cells.get("unit", np.zeros(len(lines), np.int32))
        pieces = np.array([counts_pieces(u.value) for u in units], bool)[ids]
        with np.errstate(divide="ignore", invalid="ignore"):
            each = lines.value / lines.quantity
        price = np.where(np.isnan(price) & pieces & (lines.quantity > 0), each, price) * eur
        steps = np.searchsorted(self._facts.price_steps, price, side="left").astype(np.int32)
        return np.where(np.isfinite(price), steps, -1).astype(np.int32), price

    def _usual_of(self, lines: Lines) -> Numbers:
        usual = np.full(len(lines), np.nan)
        role = next((r for r in ("consignee", "buyer") if r in lines.parties), None)
        if not self._usual or role is None or "code" not in lines.cells:
            return usual
        codes, names = self._book.cells["code"].values, self._book.names.values
        pairs = zip(lines.parties[role].tolist(), lines.cells["code"].tolist(), strict=True)
        for n, (name, code) in enumerate(pairs):
            found = self._usual.get((names[name].casefold(), codes[code].value))
            if found is not None:
                usual[n] = found
        return usual

    # -- outcomes -----------------------------------------------------------------------------

    def _trade_ids(
        self, lines: Lines, days: Sequence[date], stretches: Ids, prices: tuple[Ids, Numbers]
    ) -> Ids:
        count = len(lines)
        nothing = np.zeros(count, np.int32)
        day_cells = lines.cells.get("date", nothing)
        # A price matters only where goods go to a target: other lines are alike whatever it is.
        direct = self._direct(lines)
        unread = np.array([bool(c.problem) for c in self._book.cells["date"].values])
        contracts = self._contract_stretches(lines)
        key = np.stack(
            [
                lines.cells.get("code", nothing),
                lines.cells.get("destination", nothing),
                lines.cells.get("end_use_country", nothing),
                lines.cells.get("route", nothing),
                stretches,
                np.where(unread[day_cells], day_cells, 0),
                contracts,
                np.where(direct, prices[0], -1),
                lines.cells.get("control_number", nothing),
                lines.cells.get("clause", nothing),
            ],
            axis=1,
        )
        distinct, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
        rows = [tuple(row) for row in distinct.tolist()]
        new = {
            row: self._trade_of(lines, at, row, days, prices[1])
            for row, at in zip(rows, first.tolist(), strict=True)
            if row not in self._trade_number
        }
        if self._facts.market is not None:  # one question to the store for all of them
            self._facts.market.load(
                (line.code, line.destination)
                for line in new.values()
                if line.code and self._facts.restricted(line)
            )
        for row, line in new.items():
            self._trade_number[row] = self._new_trade(line)
        numbers = np.array([self._trade_number[row] for row in rows], np.int32)
        return numbers[inverse.reshape(-1)]

    def _direct(self, lines: Lines) -> Mask:
        """The lines that name a target as destination or as country of end use."""
        found = np.zeros(len(lines), bool)
        for role in ("destination", "end_use_country"):
            if role in lines.cells:
                cells = self._book.cells[role].values
                is_target = np.array([c.value in self._facts.targets for c in cells])
                found |= is_target[lines.cells[role]]
        return found

    def _contract_stretches(self, lines: Lines) -> Ids:
        ids = lines.cells.get("contract_date")
        if ids is None:
            return np.full(len(lines), -1, np.int32)
        stretches = [
            self._facts.stretch(date.fromisoformat(c.value)) if c.value else -1
            for c in self._book.cells["contract_date"].values
        ]
        return np.array(stretches, np.int32)[ids]

    def _trade_of(
        self, lines: Lines, at: int, row: Sequence[int], days: Sequence[date], price: Numbers
    ) -> Trade:
        cells = self._book.cells
        code, place, use = (
            cells[role].values[number]
            for role, number in zip(("code", "destination", "end_use_country"), row, strict=False)
        )
        day_id = int(lines.cells["date"][at]) if "date" in lines.cells else 0
        contract = ""
        if "contract_date" in lines.cells:
            contract = cells["contract_date"].values[int(lines.cells["contract_date"][at])].value
        return Trade(
            code=code.value,
            code_problem=code.problem,
            destination=place.value,
            destination_problem=place.problem,
            end_use=use.value,
            route=self._book.routes[cells["route"].values[row[3]].value],
            day=days[day_id],
            day_problem=cells["date"].values[day_id].problem,
            contract_day=date.fromisoformat(contract) if contract else None,
            price_eur=float(price[at]) if row[7] >= 0 else None,
            control_number=cells["control_number"].values[row[8]].value,
            clause=cells["clause"].values[row[9]].value,
        )

    def _new_trade(self, line: Trade) -> int:
        reasons: list[Reason] = []
        not_checked: list[NotChecked] = []
        for test in TRADE_TESTS:
            for found in self._remembered.found(test, line):
                if isinstance(found, Reason):
                    reasons.append(found)
                else:
                    not_checked.append(found)
        policy = self._facts.policy
        points = policy.sum_of(reasons)
        unknown = any(r.key in policy.cannot_tell for r in reasons)
        sensitive = any(r.key.startswith(_SENSITIVE) for r in reasons)
        self.trade.append(
            Outcome(tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(not_checked)), sensitive)
        )
        self._trade_facts.append((points, unknown, sensitive))
        return len(self.trade) - 1

    def _party_ids(self, lines: Lines) -> Ids:
        roles = list(lines.parties)
        if not roles or not self._look_up:
            return np.zeros(len(lines), np.int32)
        key = np.stack([lines.parties[r] for r in roles], axis=1)
        distinct, inverse = np.unique(key, axis=0, return_inverse=True)
        names = self._book.names.values
        queries = [
            [Query(role, names[n]) for role, n in zip(roles, row, strict=True) if n]
            for row in distinct.tolist()
        ]
        known = self._party_screen.outcomes(q for some in queries for q in some)
        numbers = np.empty(len(distinct), np.int32)
        for n, (row, some) in enumerate(zip(distinct.tolist(), queries, strict=True)):
            found = self._party_number.get(tuple(row))
            if found is None:
                found = self._party_number[tuple(row)] = self._new_parties([known[q] for q in some])
            numbers[n] = found
        return numbers[inverse.reshape(-1)]

    def _new_parties(self, outcomes: Sequence[Outcome]) -> int:
        reasons = tuple(dict.fromkeys(r for o in outcomes for r in o.reasons))
        not_checked = tuple(dict.fromkeys(n for o in outcomes for n in o.not_checked))
        if not outcomes:
            not_checked = (NotChecked("parties", "the line names no party"),)
        self.parties.append(Outcome(reasons, not_checked))
        self._party_facts.append(self._facts.policy.sum_of(reasons))
        return len(self.parties) - 1

    # -- the result ---------------------------------------------------------------------------

    @property
    def table(self) -> pa.Table:
        """All lines."""
        return self._lines.table

    @property
    def prices(self) -> tuple[MarketPrice, ...]:
        """The unit values that the column `price` refers to by number."""
        market = self._facts.market
        return (NO_PRICE,) if market is None else tuple(market.prices)

    def notes(self) -> tuple[str, ...]:
        """What was assumed about the lines."""
        notes = [*self._book.file.notes]
        if self._undated:
            what = "1 line names" if self._undated == 1 else f"{self._undated:,} lines name"
            notes.append(f"{what} no day: the law is asked as of {self._as_of}")
        if number := self._unread_amounts:
            what = (
                "1 amount cannot be read and counts"
                if number == 1
                else (f"{number:,} amounts cannot be read and count")
            )
            notes.append(f"{what} as not known")
        notes += self._converted.notes()
        for role, what in (("code", "goods code"), ("destination", "country of destination")):
            if role not in self._book.columns.roles:
                notes.append(
                    f"no column of a {what} was found: name it with --mapping, if there is one"
                )
        return tuple(notes)

    def groups(self) -> tuple[str, ...]:
        """Messages about many lines at once."""
        with_reach = [
            n for n, o in enumerate(self.trade) if any(r.key == NO_REACH for r in o.reasons)
        ]
        if not with_reach:
            return ()
        table = self.table
        mask = np.isin(np.asarray(table["trade"]), with_reach)
        mask &= np.asarray(table["decision"]) == list(DECISIONS).index(DECISIONS[1])
        if not (count := int(mask.sum())):
            return ()
        ends = {
            r.date
            for n in with_reach
            for r in self.trade[n].reasons
            if r.key == NO_REACH and r.date
        }
        lines = "1 line" if count == 1 else f"{count:,} lines"
        message = (
            f"{lines} cannot be told (list-reach): the held lists end on {min(ends)}; load the "
            "current annex with --goods-list FILE --complete-until DATE"
        )
        return (message,)
