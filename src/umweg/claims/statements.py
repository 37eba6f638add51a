"""Statements of the store as rows: which codes a publication holds, and what was stated.

Every query of the claims about figures is here, each a named step that the store executes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from umweg import nomenclature as nom
from umweg.claims import units
from umweg.claims.answer import FlowRow
from umweg.claims.policy import claim_policy
from umweg.claims.population import Lists, Population
from umweg.flows.plan import Cover
from umweg.periods import Frequency, Window
from umweg.store import Manifest, Store

PIECES = frozenset({"pieces", "piece", "u", "nar", "p/st", "pst", "c62", "items", "number"})
"""How publishers write the unit "number of items"."""

COLUMNS = (
    "reporter", "partner", "flow", "freq", "period", "nomenclature", "code", "value_reported",
    "currency",
    "value_usd", "net_weight_kg", "quantity", "quantity_unit", "origin_id", "snapshot_id",
    "statements", "last",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One flow of a population in one window."""

    population: Population
    flow: str
    window: Window
    partners: frozenset[str]
    wanted: frozenset[str]
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The statements chosen for one flow, and what they lack."""

    cover: Cover
    window: Window
    lacking: Mapping[str, tuple[str, ...]]
    codes: frozenset[str] | None
    whole: bool

    @property
    def rank(self) -> tuple[int, bool]:
        """How much is missing: countries and periods, then codes."""
        return (sum(len(p) for p in self.lacking.values()), not self.whole)


class Statements:
    """The rows of a store, as evidence.

    Args:
        store: The store as it stood on a day.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._fetched: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """The snapshots that count, oldest first."""
        return self.store.snapshots()

    @cached_property
    def _origins(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(snapshot, origin) → publisher and vintage."""
        found = {}
        for m in self.manifests:
            for o in m.rows("origins").to_pylist():
                found[m.snapshot_id, o["origin_id"]] = (
                    o["publisher"], o["vintage"] or m.day,
                )  # fmt: skip
        return found

    def origin(self, snapshot: str, origin: str) -> dict[str, Any]:
        """Who published a figure, where it was had and on which terms: a row of `origins`."""
        manifest = next(m for m in self.manifests if m.snapshot_id == snapshot)
        rows = {o["origin_id"]: o for o in manifest.rows("origins").to_pylist()}
        return {**rows.get(origin, {}), "imported_on": manifest.imported_at[:10]}

    @cached_property
    def held_codes(self) -> dict[tuple[str, str, str, int], frozenset[tuple[str, str]]]:
        """(snapshot, origin, flow, digits) → codes with their nomenclature."""
        flows = self.store.table("flows")
        table = self.store.execute(
            flows.filter(flows.code != "TOTAL")
            .select("snapshot_id", "origin_id", "flow", "code", "nomenclature")
            .distinct(),
            "claim: codes held",
        )
        found: dict[tuple[str, str, str, int], set[tuple[str, str]]] = defaultdict(set)
        for r in table.to_pylist():
            key = (r["snapshot_id"], r["origin_id"], r["flow"], len(r["code"]))
            found[key].add((r["code"], r["nomenclature"]))
        return {k: frozenset(v) for k, v in found.items()}

    @cached_property
    def _totals(self) -> list[dict[str, Any]] | None:
        """Every statement of all goods, where they are few enough to be read at once."""
        number = sum(s.rows for m in self.manifests for s in m.series if s.level == 0)
        if number > claim_policy().max_totals:
            return None
        flows = self.store.table("flows")
        rows = flows.filter(flows.code == "TOTAL", ~flows.partial_code)
        return self._read(rows, "claim: totals of all goods")

    def _read(self, rows: ir.Table, step: str) -> list[dict[str, Any]]:
        if "statements" not in rows.columns:
            rows = rows.mutate(statements=1, last=rows.period)
        found: list[dict[str, Any]] = self.store.execute(rows.select(*COLUMNS), step).to_pylist()
        return found

    def _filtered(self, found: Cover, asked: Asked) -> ir.Table:
        """The statements of the reporters of a cover about the partners, at its level."""
        flows = self.store.table("flows", snapshots={c.snapshot_id for c in found.chosen})
        level = flows.code == "TOTAL" if not found.level else (
            (flows.code != "TOTAL") & (flows.code.length() == found.level)
        )  # fmt: skip
        return flows.filter(
            flows.reporter.isin(sorted({c.series.reporter for c in found.chosen})),
            flows.partner.isin(sorted(asked.partners)),
            flows.flow == asked.flow,
            flows.freq == found.chosen[0].series.freq,
            ~flows.partial_code,
            level,
        )

    def fetch(self, choice: Choice, asked: Asked) -> list[dict[str, Any]]:
        """The statements of a choice, in its window."""
        chosen: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for c in choice.cover.chosen:
            s = c.series
            chosen[c.snapshot_id, s.origin_id, s.reporter, s.nomenclature].append(
                (max(c.first, choice.window.first), min(c.last, choice.window.last))
            )
        freq = choice.cover.chosen[0].series.freq
        return [
            r
            for r in self._statements(choice, asked)
            if (r["flow"], r["freq"]) == (asked.flow, freq)
            and r["partner"] in asked.partners
            and any(
                first <= r["period"] and r["last"] <= last
                for first, last in chosen.get(
                    (r["snapshot_id"], r["origin_id"], r["reporter"], r["nomenclature"]), ()
                )
            )
        ]

    def _statements(self, choice: Choice, asked: Asked) -> list[dict[str, Any]]:
        """The statements of all periods, fetched once; those of a list summed over the window."""
        found, goods = choice.cover, asked.population.goods
        if not found.level and self._totals is not None:
            return self._totals
        summed = (choice.window, asked.by_code) if isinstance(goods, Lists) else None
        key = (
            asked.flow, asked.partners, choice.codes, found.level,
            frozenset((c.snapshot_id, c.series.reporter, c.series.freq) for c in found.chosen),
            summed,
        )  # fmt: skip
        if key not in self._fetched:
            rows = self._filtered(found, asked)
            if choice.codes is not None:
                # A join: thousands of codes as text would take longer to read than the rows.
                codes = pa.array(sorted(choice.codes), pa.string())
                rows = rows.semi_join(ibis.memtable(pa.table({"code": codes})), "code")
            if summed is not None:
                rows = _summed(rows, choice.window, by_code=asked.by_code)
            self._fetched[key] = self._read(rows, f"claim: statements of {asked.flow}")
        return self._fetched[key]

    def sums(self, found: Cover, asked: Asked, span: Window) -> dict[tuple[str, ...], float]:
        """Sums of all codes by reporter, partner and period, as reported."""
        rows = self._filtered(found, asked)
        rows = rows.filter(rows.period.between(span.first, span.last))
        table = self.store.execute(
            rows.group_by("reporter", "partner", "period").agg(
                value=rows.value_reported.sum().round(2)
            ),
            "claim: sums of all codes",
        )
        return {(r["reporter"], r["partner"], r["period"]): r["value"] for r in table.to_pylist()}

    def row(self, r: Mapping[str, Any], value: float, unit: str, statements: int = 1) -> FlowRow:
        """A row of the store as evidence."""
        publisher, vintage = self._origins.get((r["snapshot_id"], r["origin_id"]), ("", ""))
        return FlowRow(
            r["reporter"], r["partner"], r["flow"], r["period"], r["nomenclature"], r["code"],
            value, unit, r["origin_id"], publisher, vintage, r["snapshot_id"], statements,
        )  # fmt: skip

    def value_of(self, r: Mapping[str, Any], unit: str) -> float | None:
        """The value of a statement in a unit, None where it has none."""
        if unit == "kg":
            return _float(r["net_weight_kg"])
        if unit == "pieces":
            kind = (r["quantity_unit"] or "").strip().lower()
            return _float(r["quantity"]) if kind in PIECES else None
        if r["currency"] == unit:
            return _float(r["value_reported"])
        usd = _float(r["value_usd"])
        if unit == "USD" or usd is None:
            return usd
        rate = self._rates(unit).get(r["period"])
        return usd / rate if rate else None

    def _rates(self, currency: str) -> dict[str, float]:
        """USD per unit of a currency, by period."""
        if not self.store.has("rates"):
            return {}
        rates = self.store.table("rates")
        table = self.store.execute(rates.filter(rates.currency == currency), "claim: rates")
        return {r["period"]: r["usd_per_unit"] for r in table.to_pylist()}


def _summed(rows: ir.Table, window: Window, *, by_code: bool) -> ir.Table:
    """Step: the statements of a window summed by code or chapter, for goods of many codes."""
    if not by_code:
        rows = rows.mutate(code=rows.code[:2] + "*")
    keys = ("reporter", "partner", "flow", "freq", "nomenclature", "code", "currency",
            "quantity_unit",
            "origin_id", "snapshot_id")  # fmt: skip
    rows = rows.filter(rows.period.between(window.first, window.last))
    sums = {c: rows[c].sum().round(2) for c in ("value_reported", "net_weight_kg", "quantity")}
    # A sum that leaves out a statement without a rate is no value in USD.
    usd = ibis.cases((rows.value_usd.isnull().any(), ibis.null(float)),
                     else_=rows.value_usd.sum().round(2))  # fmt: skip
    return (
        rows.group_by(*keys)
        .agg(period=rows.period.min(), last=rows.period.max(), statements=rows.count(),
             value_usd=usd, **sums)
    )  # fmt: skip


def shortened(rows: Iterable[FlowRow]) -> tuple[FlowRow, ...]:
    """The rows, summed where there are very many: over periods, then over codes of a chapter."""
    found = tuple(rows)
    for level in (8, 2):
        if len(found) <= claim_policy().max_rows:
            return found
        groups: dict[tuple[str, ...], list[FlowRow]] = defaultdict(list)
        for r in found:
            code = r.code if len(r.code) <= level or r.code == "TOTAL" else f"{r.code[:level]}*"
            key = (r.reporter, r.partner, r.flow, r.nomenclature, code, r.origin, r.snapshot)
            groups[key].append(r)
        found = tuple(_together(code[4], g) for code, g in groups.items())
    return found


def _together(code: str, rows: Sequence[FlowRow]) -> FlowRow:
    first = min(r.period.partition("..")[0] for r in rows)
    last = max(r.period.rpartition("..")[2] for r in rows)
    return replace(
        rows[0],
        code=code,
        period=first if first == last else f"{first}..{last}",
        value=fsum(r.value for r in rows),
        statements=sum(r.statements for r in rows),
    )


def unit_of_rows(unit: str) -> str:
    """The unit in which rows are read for a value in `unit`."""
    return units.currency_of(unit) or unit


def spans(window: Window, monthly: bool) -> Iterable[tuple[Frequency, Window]]:
    years = window.calendar_years
    if years and not monthly:
        yield "A", Window(years[0], years[-1])
    yield "M", window.months


def origins_of(found: Cover) -> dict[str, set[tuple[str, str]]]:
    by_country: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for c in found.chosen:
        for m in c.members:
            by_country[m].add((c.snapshot_id, c.series.origin_id))
    return by_country


def breadth(held: Iterable[tuple[str, str]], vintages: Iterable[nom.Nomenclature]) -> float:
    """The share of the six-digit codes of a vintage that a publication holds, the lowest."""
    six = {code[:6] for code, _ in held if len(code) >= 6}
    return min(
        (len(six & (all6 := {c for c in nom.codes(v) if len(c) == 6})) / len(all6)
         for v in vintages),
        default=0.0,
    )  # fmt: skip


def negligible(rows: Iterable[FlowRow], choice: Choice) -> frozenset[str]:
    """Reporters that miss a period and hardly matter: by what they state in the others.

    Together they stay below the policy's share of the whole; one without any statement is unknown.
    """
    values: dict[str, list[float]] = defaultdict(list)
    for r in rows:
        values[r.reporter].append(r.value)
    total = fsum(v for found in values.values() for v in found)
    share = claim_policy().negligible_share
    small: set[str] = set()
    known = {c for c, p in choice.lacking.items() if len(p) < len(choice.window.periods)}
    for country in sorted(known, key=lambda c: fsum(values.get(c, ()))):
        # What is missing may be as much as all that is stated.
        if fsum(v for c in (*small, country) for v in values.get(c, ())) <= share * total:
            small.add(country)
    return frozenset(small)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
