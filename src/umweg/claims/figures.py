"""The store as it stood on a day, read for claims: sums with the rows and gaps behind them.

Which statements are read is decided by the plan that a scan uses (`flows.plan.cover`): each country
and period once. What was published is decided by `flows.availability`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import fsum
from typing import Any

from umweg import nomenclature as nom
from umweg.claims.answer import FlowRow, Lack
from umweg.claims.basket import Basket
from umweg.claims.lacking import figures_missing
from umweg.claims.policy import claim_policy
from umweg.claims.population import Codes, Population
from umweg.claims.statements import (
    Asked,
    Choice,
    Statements,
    breadth,
    negligible,
    origins_of,
    spans,
)
from umweg.flows.availability import Availability
from umweg.flows.plan import Cover, cover, members_of
from umweg.geography import GROUPS, WORLD, group_members
from umweg.periods import Frequency, Window, last_day
from umweg.regime import Regime
from umweg.store import Manifest, Store


@dataclass(frozen=True, slots=True)
class Held:
    """What the store says of one population in one window.

    Attributes:
        rows: The statements, each with its value in the unit asked for.
        missing: What it does not say; then the sum is a lower bound.
        caveats: Keys of the closed list.
        periods: The periods read, in order.
        lacking: Countries without a statement for some period.
        codes: The codes of the goods that the publications hold at all; None for the totals.
    """

    rows: tuple[FlowRow, ...] = ()
    missing: tuple[Lack, ...] = ()
    caveats: frozenset[str] = frozenset()
    periods: tuple[str, ...] = ()
    lacking: frozenset[str] = frozenset()
    codes: frozenset[str] | None = None

    @property
    def total(self) -> float:
        """The sum of the rows."""
        return fsum(r.value for r in self.rows)

    @property
    def complete(self) -> bool:
        """Whether the sum is that of the whole population."""
        return not self.missing

    def by_period(self) -> dict[str, float]:
        """The sums by period, zero where nothing was stated."""
        found: dict[str, list[float]] = {p: [] for p in self.periods}
        for r in self.rows:
            if r.period in found:
                found[r.period].append(r.value)
        return {p: fsum(v) for p, v in found.items()}


class Figures:
    """The figures known on a day.

    Args:
        store: Where they are.
        as_of: Only what was published by then.
        regime: The law, for goods lists.
    """

    def __init__(self, store: Store, as_of: date, regime: Regime) -> None:
        self.as_of = as_of
        self.regime = regime
        self.store = store.published_by(as_of)
        self._cache: dict[tuple[Any, ...], Held] = {}
        self.rows = Statements(self.store)
        self._baskets: dict[Any, Basket] = {}

    @cached_property
    def available(self) -> Availability:
        """What was published."""
        return Availability(self.store)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The snapshots that count, oldest first."""
        return self.rows.manifests

    @cached_property
    def snapshots(self) -> tuple[str, ...]:
        """The snapshots of figures that count."""
        return tuple(m.snapshot_id for m in self.manifests if m.paths("flows"))

    def basket(self, goods: Any) -> Basket:
        """The goods of a population as something that codes of the statistics can be held to."""
        if goods not in self._baskets:
            self._baskets[goods] = Basket.of(goods, self.regime)
        return self._baskets[goods]

    # -- measuring ------------------------------------------------------------------------------

    def measure(
        self,
        population: Population,
        window: Window,
        unit: str,
        *,
        monthly: bool = False,
        partly: bool = False,
        by_code: bool = False,
    ) -> Held:
        """The statements about a population in a window.

        Args:
            population: Whose, about whom, in what.
            window: The periods; whole years are read from yearly statements where there are any.
            unit: A currency, `pieces` or `kg`.
            monthly: Only monthly statements.
            partly: Read what there is even where a whole reporter or some codes are not held.
            by_code: Goods of a list one by one; they come summed by chapter otherwise.
        """
        key = (population, window, unit, monthly, partly, by_code)
        if key not in self._cache:
            parts = [
                self._flow(
                    population, flow, window, unit, monthly=monthly, partly=partly, by_code=by_code
                )
                for flow in population.flow
            ]
            self._cache[key] = Held(
                rows=tuple(r for p in parts for r in p.rows),
                missing=tuple(m for p in parts for m in p.missing),
                caveats=frozenset[str]().union(*(p.caveats for p in parts)),
                periods=tuple(sorted({x for p in parts for x in p.periods})),
                lacking=frozenset[str]().union(*(p.lacking for p in parts)),
                codes=frozenset(c for p in parts for c in p.codes or ())
                if any(p.codes is not None for p in parts)
                else None,
            )
        return self._cache[key]

    def _flow(
        self,
        population: Population,
        flow: str,
        window: Window,
        unit: str,
        *,
        monthly: bool,
        partly: bool,
        by_code: bool,
    ) -> Held:
        on = last_day(window.last)
        asked = Asked(
            population,
            flow,
            window.months if monthly else window,
            self._partners(population, flow, on),
            frozenset[str]().union(*(members_of(r, on) for r in population.reporter)),
            by_code,
        )
        best = self._best(asked, monthly=monthly)
        if best is None:
            missing = figures_missing(population.reporter, population, flow, asked.window)
            return Held(
                missing=(missing,), periods=asked.window.periods, lacking=asked.wanted,
            )  # fmt: skip
        silent = any(len(p) == len(best.window.periods) for p in best.lacking.values())
        read = partly or not (silent or not best.whole)
        rows, unknown = self._rows(best, asked, unit) if read else ((), False)
        small = negligible(rows, best)
        lacking = {c: p for c, p in best.lacking.items() if c not in small}
        missing_parts = []
        if lacking:
            periods = sorted({p for ps in lacking.values() for p in ps})
            gap = Window(periods[0], periods[-1])
            missing_parts.append(figures_missing(lacking, population, flow, gap))
        if not best.whole or unknown:
            missing_parts.append(figures_missing(asked.wanted, population, flow, asked.window))
        caveats = {"sub-codes-only"} if not best.whole else set()
        caveats |= {"missing-reporters"} if small else set()
        if not rows and not missing_parts:  # published, and nothing of this was traded
            rows = self._nothing(best, asked, unit)
        return Held(
            rows, tuple(missing_parts), frozenset(caveats), best.window.periods,
            frozenset(lacking), best.codes,
        )  # fmt: skip

    def _best(self, asked: Asked, *, monthly: bool) -> Choice | None:
        """The statements that lack least: yearly before monthly, few digits before many."""
        choices = []
        for freq, span in spans(asked.window, monthly):
            for level in self._levels(asked.population):
                found = self._choose(asked, span, freq, level)
                if found is not None:
                    choices.append(found)
                    if found.rank == (0, False):
                        return found
        return min(choices, key=lambda c: c.rank, default=None)

    def _partners(self, population: Population, flow: str, on: date) -> frozenset[str]:
        """The partners as the statistics name them: a group itself, or its members one by one."""
        named = {p for m in self.manifests for s in m.series if s.flow == flow
                 for p in s.partners}  # fmt: skip
        found: set[str] = set()
        for p in population.partner:
            members = group_members(p, on)
            found |= members if p in GROUPS and p not in named and p != WORLD else {p}
        return frozenset(found)

    def _levels(self, population: Population) -> tuple[int, ...]:
        goods = population.goods
        if goods == "TOTAL":
            return (0,)
        if isinstance(goods, Codes):
            longest = max(len(p) for p in goods.prefixes)
            return tuple(n for n in (2, 4, 6, 8) if n >= longest)
        return (8, 6) if self.basket(goods).longest == 8 else (6, 8)

    def _choose(self, asked: Asked, span: Window, freq: Frequency, level: int) -> Choice | None:
        found = cover(
            "claim", self.manifests, asked.wanted, flow=asked.flow, freq=freq, level=level,
            windows=[span], on=last_day(span.last), partners=asked.partners,
        )  # fmt: skip
        found = replace(found, chosen=tuple(c for c in found.chosen if not c.series.partial_code))
        if not found.chosen:
            return None
        codes: frozenset[str] | None = None
        whole = True
        if asked.population.goods != "TOTAL":
            codes, whole = self._codes(asked, found, span)
            if not codes and not whole:
                return None
        lacking = dict.fromkeys(asked.wanted - found.members, span.periods)
        lacking |= self._silent(asked, found, span, freq)
        lacking = {c: periods for c, periods in lacking.items() if periods}
        for country, origins in origins_of(found).items():
            named = frozenset[str]().union(*(self._named(*o, asked.flow) for o in origins))
            if not asked.partners <= named:
                lacking[country] = span.periods
        for country, periods in self.available.incomplete(found, span.periods).items():
            lacking[country] = lacking.get(country) or periods
        return Choice(found, span, lacking, codes, whole)

    def _silent(
        self, asked: Asked, found: Cover, span: Window, freq: Frequency
    ) -> dict[str, tuple[str, ...]]:
        """Countries that speak in the same publication, never of this partner, with what they miss.

        Where the publication names the partner at all, they traded nothing with it.
        """
        others = cover(
            "claim", self.manifests, asked.wanted - found.members, flow=asked.flow,
            freq=freq, level=found.level, windows=[span], on=last_day(span.last),
        )  # fmt: skip
        same = {(c.snapshot_id, c.series.origin_id) for c in found.chosen}
        mine = {c for c, origins in origins_of(others).items() if origins <= same}
        return {c: self.available.missing(others, c, span.periods) for c in mine}

    def _named(self, snapshot: str, origin: str, flow: str) -> frozenset[str]:
        """The partners that a publication names at all, whoever reports."""
        return frozenset(
            p
            for m in self.manifests
            if m.snapshot_id == snapshot
            for s in m.series
            if (s.origin_id, s.flow) == (origin, flow)
            for p in s.partners
        )

    def _codes(self, asked: Asked, found: Cover, span: Window) -> tuple[frozenset[str], bool]:
        """The codes of the statistics that belong to the goods, and whether they are all of them.

        A publication holds them all where it holds every code of them, or all goods: nearly every
        code of the nomenclature, or codes that add up to its own total.
        """
        basket = self.basket(asked.population.goods)
        policy = claim_policy()
        codes: set[str] = set()
        whole = True
        for snapshot, origin in {(c.snapshot_id, c.series.origin_id) for c in found.chosen}:
            held = self.rows.held_codes.get(
                (snapshot, origin, asked.flow, found.level), frozenset()
            )
            mine = {(code, name) for code, name in held if basket.holds(code, name)}
            codes |= {code for code, _ in mine}
            vintages = {
                nom.nomenclature(c.series.nomenclature).hs
                for c in found.chosen
                if c.snapshot_id == snapshot
            }
            share = min((basket.share_held(mine, v, found.level) for v in vintages), default=0.0)
            whole &= share >= policy.min_share_of_codes_held or (
                basket.exists_in(vintages)
                and breadth(held, vintages) >= policy.min_share_of_nomenclature
            )
        return frozenset(codes), whole or self._adds_up(asked, found, span)

    def _adds_up(self, asked: Asked, found: Cover, span: Window) -> bool:
        """Whether the codes of every reporter, partner and period add up to the total of all goods.

        Total and codes must come from one publication. Goods without a row were then not traded.
        """
        with_total = {
            m.snapshot_id
            for m in self.manifests
            for s in m.series
            if s.level == 0 and s.flow == asked.flow
        }
        if found.level < 6 or not {c.snapshot_id for c in found.chosen} <= with_total:
            return False
        everything = asked.population.model_copy(update={"goods": "TOTAL"})
        totals = self._choose(replace(asked, population=everything, window=span), span,
                              span.freq, 0)  # fmt: skip
        if totals is None or totals.lacking:
            return False
        sums = self.rows.sums(found, asked, span)
        share = claim_policy().min_share_of_total
        return all(
            sums.get((r["reporter"], r["partner"], r["period"]), 0.0)
            >= share * float(r["value_reported"])
            for r in self.rows.fetch(totals, asked)
        )

    def states(self, population: Population, flow: str) -> bool:
        """Whether any statement of a reporter about a partner of a population is held."""
        return any(
            s.reporter in population.reporter and s.flow == flow
            and set(population.partner) & set(s.partners)
            for m in self.manifests
            for s in m.series
        )  # fmt: skip

    def reported_currencies(self, population: Population) -> set[str]:
        """The currencies in which the reporters of a population state their figures."""
        on = self.as_of
        wanted = frozenset[str]().union(*(members_of(r, on) for r in population.reporter))
        return {
            s.currency
            for m in self.manifests
            for s in m.series
            if s.flow in population.flow and members_of(s.reporter, on) & wanted
        }

    def _rows(self, choice: Choice, asked: Asked, unit: str) -> tuple[tuple[FlowRow, ...], bool]:
        """The rows, and whether one of them has no value in the unit asked for."""
        found, unknown = [], False
        for r in self.rows.fetch(choice, asked):
            value = self.rows.value_of(r, unit)
            unknown |= value is None
            if value is not None:
                found.append(self.rows.row(r, value, unit, r["statements"]))
        found.sort(key=lambda x: (x.reporter, x.partner, x.code, x.period))
        return tuple(found), unknown

    def _nothing(self, choice: Choice, asked: Asked, unit: str) -> tuple[FlowRow, ...]:
        goods = asked.population.goods
        code = ",".join(goods.prefixes) if isinstance(goods, Codes) else "*"
        seen = {(c.series.reporter, c.snapshot_id, c.series.origin_id, c.series.nomenclature)
                for c in choice.cover.chosen}  # fmt: skip
        return tuple(
            self.rows.row(
                {
                    "reporter": reporter, "partner": ",".join(sorted(asked.partners)),
                    "flow": asked.flow, "period": str(choice.window), "nomenclature": vintage,
                    "code": "TOTAL" if goods == "TOTAL" else code,
                    "snapshot_id": snapshot, "origin_id": origin,
                },
                0.0, unit, 0,
            )
            for reporter, snapshot, origin, vintage in sorted(seen)
        )  # fmt: skip
