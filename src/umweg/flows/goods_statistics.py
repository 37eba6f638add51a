"""What the store's statistics say of single goods codes to single countries: exports, unit values.

Which statements are read is decided by the plan that a scan uses: each reporter and period once,
and no reconciled figures. A customs statistic has no prices; its unit value (value over weight, or
over pieces) is the published substitute, and mixes what the code mixes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from umweg.flows.availability import Availability
from umweg.flows.legs import chosen_rows
from umweg.flows.plan import Cover, cover, members_of
from umweg.geography import EU27_2020
from umweg.periods import Frequency, Window
from umweg.store import Store

FIRST_YEAR = 2015

PIECES = frozenset({"u", "p/st", "nar", "no", "pce", "pcs", "number", "number of items", "pst"})
"""Supplementary units that count pieces: UN Comtrade writes `u`, Eurostat `p/st`."""


@dataclass(frozen=True, slots=True)
class Exports:
    """One reporter's exports of a code to a country in a year.

    Attributes:
        reporter: Who declared.
        year: `2022`.
        code: As stated, six or eight digits.
        eur: The amount in EUR; None without a rate.
        kg, usd_by_weight: Net weight, and the amount in USD of the statements that give it.
        pieces, usd_by_piece: Supplementary quantity where it counts pieces, and their amount.
        origin: Where the figures come from.
    """

    reporter: str
    year: str
    code: str
    eur: float | None
    kg: float
    usd_by_weight: float
    pieces: float
    usd_by_piece: float
    origin: str = ""


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What a unit of goods was worth in the statistics.

    Attributes:
        usd: USD for one unit.
        unit: `kg` or `piece`.
        statements: Number of statements it is made of.
        first, last: First and last year.
        code: The code that they are about.
        is_median: It is the median over the statements; else their sums divided, because there are
            too few for a median.
        origins: Where the figures come from.
    """

    usd: float
    unit: str
    statements: int
    first: str
    last: str
    code: str
    is_median: bool
    origins: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """How it was computed."""
        span = self.first if self.first == self.last else f"{self.first} to {self.last}"
        number = f"{self.statements:,} yearly export statement" + "s" * (self.statements > 1)
        how = f"the median of {number}" if self.is_median else f"the sum of {number}, divided"
        source = f"; figures: {', '.join(self.origins)}" if any(self.origins) else ""
        return f"USD {self.usd:,.2f} a {self.unit} of {self.code} ({how}, {span}{source})"


def unit_value(exports: Iterable[Exports], unit: str, least: int) -> UnitValue | None:
    """The median of the unit values of statements; of fewer than `least`, their sums divided.

    Each statement is one year of one reporter. None: none of them gives the quantity.
    """
    found = [
        (e, usd, quantity)
        for e in exports
        for usd, quantity in [
            (e.usd_by_weight, e.kg) if unit == "kg" else (e.usd_by_piece, e.pieces)
        ]
        if usd > 0 and quantity > 0
    ]
    if not found:
        return None
    enough = len(found) >= least
    values = [usd / quantity for _, usd, quantity in found]
    total = sum(usd for _, usd, _ in found) / sum(quantity for *_, quantity in found)
    years = sorted(e.year for e, *_ in found)
    codes = sorted({e.code for e, *_ in found})
    shown = codes[0] if len(codes) == 1 else f"{codes[0][:6]} ({len(codes)} codes within)"
    return UnitValue(
        median(values) if enough else total, unit, len(found), years[0], years[-1], shown,
        enough, tuple(sorted({e.origin for e, *_ in found} - {""})),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearlyExports:
    """Exports of the EU of a code to a country in the years of the Commission's rule.

    Attributes:
        eur: Year → EUR.
        members: Number of member states whose statements are whole.
        origins: Where the figures come from.
        missing: What is missing, if they cannot be told.
    """

    eur: dict[str, float]
    members: int = 0
    missing: str = ""
    origins: tuple[str, ...] = ()


RULE_YEARS = ("2019", "2020", "2021", "2022")
"""The years that the Commission's rule compares."""


class GoodsStatistics:
    """Exports of goods codes to countries, read once for each code and country.

    Args:
        store: Where the statistics lie.
        targets: Their own exports are no market.
        until: Nothing after this day.
    """

    def __init__(self, store: Store, targets: Iterable[str], until: date) -> None:
        self._store = store
        self._until = until
        self._targets = frozenset(targets)
        self._held: dict[tuple[str, str], tuple[Exports, ...]] = {}
        self._asked: set[tuple[str, str]] = set()

    @cached_property
    def _countries(self) -> frozenset[str]:
        reporters = {s.reporter for m in self._store.snapshots() for s in m.series}
        members = {c for r in reporters for c in members_of(r, self._until)}
        return frozenset(members - self._targets)

    def _cover(self, level: int, freq: Frequency) -> Cover:
        window = (
            Window(f"{FIRST_YEAR}-01", f"{self._until:%Y-%m}")
            if freq == "M"
            else Window(str(FIRST_YEAR), f"{self._until:%Y}")
        )
        return cover(
            "market", self._store.snapshots(), self._countries, flow="X", freq=freq, level=level,
            windows=[window], on=self._until,
        )  # fmt: skip

    @cached_property
    def covers(self) -> tuple[Cover, ...]:
        """The statements used, one cover a level of detail: of months, where there are any."""
        found = []
        for level in (8, 6):
            monthly = self._cover(level, "M")
            chosen = monthly if monthly.chosen else self._cover(level, "A")
            if chosen.chosen:
                found.append(chosen)
        return tuple(found)

    def load(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read what is held of some (code, country), all in one query; each is read once."""
        wanted = {(code[:6], place) for code, place in pairs if len(code) >= 6} - self._asked
        self._asked |= wanted
        if not wanted or not self.covers:
            return
        places = sorted({p for _, p in wanted})
        codes = pa.table({"six": pa.array(sorted({c for c, _ in wanted}), pa.string())})
        found: dict[tuple[str, str], list[Exports]] = defaultdict(list)
        for used in self.covers:
            first, last = min(c.first for c in used.chosen), max(c.last for c in used.chosen)
            rows = chosen_rows(self._store, [used], Window(first, last).periods)
            table = self._store.execute(_by_year(rows, places, codes), "exports of goods codes")
            for r in table.to_pylist():
                if (r["six"], r["partner"]) in wanted:
                    found[r["six"], r["partner"]].append(self._exports(r))
        self._held |= {key: tuple(rows) for key, rows in found.items()}

    def _exports(self, row: dict[str, Any]) -> Exports:
        eur, other = row["eur"] or 0.0, row["other_usd"] or 0.0
        rate = self._euro.get(row["year"])
        known = not row["no_rate"] and (not other or rate)
        return Exports(
            row["reporter"], row["year"], row["code"], eur + other / (rate or 1) if known else None,
            row["kg"] or 0.0, row["usd_by_weight"] or 0.0, row["pieces"] or 0.0,
            row["usd_by_piece"] or 0.0, row["origin"],
        )  # fmt: skip

    @cached_property
    def _euro(self) -> dict[str, float]:
        """USD for a euro, mean of the year."""
        if not self._store.has("rates"):
            return {}
        rates = self._store.table("rates")
        wanted = rates.filter(rates.currency == "EUR", rates.freq == "A")
        return {
            r["period"]: r["usd_per_unit"]
            for r in self._store.execute(wanted, "rates of the euro").to_pylist()
        }

    def exports(self, code: str, place: str) -> tuple[tuple[Exports, ...], ...]:
        """What is held of a code to a country, the nearest first: of the code itself, of its six
        digits, of the codes within those."""
        held = self._held.get((code[:6], place), ())
        near = [tuple(e for e in held if e.code == c) for c in dict.fromkeys((code, code[:6]))]
        within = tuple(e for e in held if len(e.code) > 6)
        return tuple(found for found in (*near, within) if found)

    # -- the Commission's rule ------------------------------------------------------------------

    @cached_property
    def _whole(self) -> tuple[Cover | None, tuple[str, ...]]:
        """(the EU's statements that are whole in every year of the rule, the years missing)."""
        available = Availability(self._store)
        missing: tuple[str, ...] = RULE_YEARS
        for used in self.covers[::-1]:  # six digits first
            eu = used.without(used.members - EU27_2020)
            if not eu.chosen:
                continue
            monthly = eu.chosen[0].series.freq == "M"
            years = Window(RULE_YEARS[0], RULE_YEARS[-1])
            periods = years.months.periods if monthly else years.periods
            lacking = available.unpublished(eu, periods)
            if not lacking:
                return eu.without(frozenset(available.incomplete(eu, periods))), ()
            missing = min(missing, tuple(sorted({p[:4] for p in lacking})), key=len)
        return None, missing

    def yearly_eu_exports(self, code: str, place: str) -> YearlyExports:
        """Exports of the EU of the six digits of a code to a country in 2019 to 2022, in EUR."""
        used, missing = self._whole
        if used is None:
            return YearlyExports({}, 0, f"monthly or yearly EU exports of {', '.join(missing)}")
        if place not in {p for c in used.chosen for p in c.series.partners}:
            return YearlyExports({}, 0, f"EU exports to {place}")
        reporters = {c.series.reporter for c in used.chosen}
        eur = dict.fromkeys(RULE_YEARS, 0.0)
        for e in self._held.get((code[:6], place), ()):
            if e.reporter in reporters and len(e.code) == used.level and e.year in eur:
                if e.eur is None:
                    return YearlyExports({}, 0, f"a rate of the euro for {e.year}")
                eur[e.year] += e.eur
        return YearlyExports(eur, len(used.members), origins=tuple(sorted(used.origins)))


def _by_year(rows: ir.Table, places: list[str], codes: pa.Table) -> ir.Table:
    """Step: exports by reporter, partner, code and year; quantities beside the amounts of just the
    statements that give them."""
    rows = rows.filter(rows.partner.isin(places), ~rows.partial_code, rows.value_reported > 0)
    rows = rows.mutate(six=rows.code[:6], year=rows.period[:4])
    rows = rows.semi_join(ibis.memtable(codes), "six")
    weighed = (rows.net_weight_kg > 0) & rows.value_usd.notnull()
    counted = (
        (rows.quantity > 0)
        & rows.value_usd.notnull()
        & rows.quantity_unit.strip().lower().isin(sorted(PIECES))
    )
    in_eur = rows.currency == "EUR"
    return rows.group_by("reporter", "partner", "six", "code", "year").agg(
        origin=rows.origin_id.max(),
        eur=rows.value_reported.sum(where=in_eur),
        other_usd=rows.value_usd.sum(where=~in_eur),
        no_rate=(~in_eur & rows.value_usd.isnull()).any(),
        kg=rows.net_weight_kg.sum(where=weighed),
        usd_by_weight=rows.value_usd.sum(where=weighed),
        pieces=rows.quantity.sum(where=counted),
        usd_by_piece=rows.value_usd.sum(where=counted),
    )
