"""A statement about all goods of a list: one robust corridor contradicts it, silence never
supports it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import Any

import ibis.expr.types as ir

from umweg import nomenclature as nom
from umweg.claims import parameters as p
from umweg.claims.answer import FactRow, FlowRow, Lack, Outcome, caveats
from umweg.claims.basket import SOLID, Basket, Listed, in_vintage
from umweg.claims.figures import Figures
from umweg.claims.judging import later
from umweg.claims.lacking import figures_missing
from umweg.claims.policy import claim_policy
from umweg.claims.population import Population
from umweg.claims.statements import shortened
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Amount, Country, Say
from umweg.flows.policy import load_policy
from umweg.periods import Window, frequency_of
from umweg.regime import Entry
from umweg.store.contracts import TOTAL


@dataclass(frozen=True, slots=True)
class Hit:
    """One statement about a code that meets a list, with the entry it meets."""

    row: FlowRow
    listed: Listed
    entry: Entry
    how: str

    @property
    def certain(self) -> bool:
        """Whether the whole period lies after the day from which the code is surely listed."""
        start = Window(self.row.period, self.row.period).first_day
        info = self.listed.goods_list.info
        first = self.entry.from_ or info.as_of
        exact = self.entry.date_quality != "lower-bound"
        return (
            self.how in SOLID
            and self.entry.strength == "listed"
            and first is not None
            and first <= start
            and (self.entry.until is None or start < self.entry.until)
            and exact
        )

    @property
    def early(self) -> bool:
        """Whether only the day of listing is in the way: the goods were listed later, or perhaps
        later."""
        return self.how in SOLID and self.entry.strength == "listed" and not self.certain


def trades_no_listed_goods(
    figures: Figures, parameters: p.ListedTrade, said_on: date | None
) -> Outcome:
    """A country says that it trades none of the goods on a list with a partner.

    contradicted: its own statistics show trade in at least one code, listed before the period
    began, worth more than the floor of materiality for a corridor. A code that only may be
    controlled, or is only partly a listed one, does not count. mixed: there is such trade, all of
    it below the floor. supported: the figures cover every code of the list in every period (the
    code is stated, or the codes add up to the total of all goods), none was traded, and the list
    itself is held whole on that day. Otherwise not-testable: silence supports nothing.
    """
    basket = figures.basket(parameters.goods)
    population = Population(
        reporter=(parameters.reporter,), partner=(parameters.partner,), flow=(parameters.flow,),
        goods=parameters.goods,
    )  # fmt: skip
    rows = statements_by_code(figures, population, parameters.flow, parameters.period)
    hits = _hits(basket, rows)
    traded = [h for h in hits if h.row.value > 0]
    certain = [h for h in traded if h.certain]
    floor = load_policy().floor_usd_per_year.corridor
    by_code = _sums(certain)
    robust = {c: v for c, v in by_code.items() if v > floor}
    if robust:
        return _contradicted(figures, parameters, certain, robust, said_on)
    uncovered = _uncovered(basket, rows, parameters.period)
    unheld = [x for x in basket.lists if not x.goods_list.covers(parameters.goods.day)]
    missing: list[Lack] = []
    if uncovered:
        missing.append(figures_missing((parameters.reporter,), population, parameters.flow,
                                       parameters.period, all_codes=True))  # fmt: skip
    for x in unheld:
        missing.append(
            Lack(Say("the whole goods list {list} on {day}", list=x.goods_list.id,
                     day=parameters.goods.day))
        )  # fmt: skip
    unsure = [h for h in traded if not h.certain and not h.early]
    early = [h for h in traded if h.early]
    if unsure:
        missing.append(
            Lack(Say("a classification of the goods traded under {codes}: these codes hold listed "
                     "and other goods", codes=_few(h.row.code for h in unsure)))
        )  # fmt: skip
    if early:
        missing.append(
            Lack(Say("figures by month for {codes}: the periods that are held began before the "
                     "goods were surely listed", codes=_few(h.row.code for h in early)))
        )  # fmt: skip
    shown = tuple(h.row for h in (certain or early or unsure))
    facts = tuple(_reach(figures, x) for x in basket.lists)
    keys = {*later(shown, said_on)} | ({"listed-within-period"} if early else set())
    keys |= {"may-be-controlled"} if unsure else set()
    if certain:
        total = fsum(by_code.values())
        return Outcome(
            ClaimVerdict.MIXED, value=total, unit="USD", rows=(*shortened(shown), *facts),
            says=(Say("Goods on the list were traded, for {value} in all; no code reaches the "
                      "floor of {floor}.", value=Amount(total, "USD"),
                      floor=Amount(floor, "USD")),),
            missing=tuple(missing), caveats=caveats(*keys),
            explanations=("reporting-practice", "own-production"),
            would_change=(Say("Trade above the floor would contradict the statement."),),
        )  # fmt: skip
    if missing:
        held = Say("No statement of {reporter} about these goods and {partner} in {window} decides "
                   "it.", reporter=Country((parameters.reporter,)),
                   partner=Country((parameters.partner,)), window=parameters.period)  # fmt: skip
        return Outcome(
            ClaimVerdict.NOT_TESTABLE, says=(held,), missing=tuple(missing),
            rows=(*shortened(shown), *facts), caveats=caveats(*keys),
            would_change=(
                Say("One listed code worth more than {floor} would contradict the statement; "
                    "figures that cover every listed code without any would support it.",
                    floor=Amount(floor, "USD")),
            ),
        )  # fmt: skip
    covering = tuple(r for r in rows if r.code == TOTAL or r.value == 0)
    return Outcome(
        ClaimVerdict.SUPPORTED, value=0.0, unit="USD",
        rows=(*shortened(covering), *facts), caveats=caveats(*keys, *later(covering, said_on)),
        says=(Say("The figures of {reporter} cover every code of the list in {window}, and none "
                  "was traded with {partner}.", reporter=Country((parameters.reporter,)),
                  partner=Country((parameters.partner,)), window=parameters.period),),
        would_change=(Say("Trade above the floor would contradict the statement."),),
    )  # fmt: skip


def _contradicted(
    figures: Figures, parameters: p.ListedTrade, certain: list[Hit], robust: Mapping[str, float],
    said_on: date | None,
) -> Outcome:  # fmt: skip
    top = sorted(robust, key=lambda c: -robust[c])
    hits = [h for h in certain if h.row.code in robust]
    facts = {h.row.code: _entry_fact(figures, h) for h in hits}
    total = fsum(robust.values())
    first = next(h for h in hits if h.row.code == top[0])
    says = (
        Say("{reporter} reports trade with {partner} in {n} codes that were on the list before "
            "the period began, for {value} in {window}.",
            reporter=Country((parameters.reporter,)), partner=Country((parameters.partner,)),
            n=len(robust), value=Amount(total, "USD"), window=parameters.period),
        Say("The largest is {code}, {value}; on {list} since {day}.", code=top[0],
            value=Amount(robust[top[0]], "USD"), list=first.listed.goods_list.id,
            day=first.entry.from_ or first.listed.goods_list.info.as_of or ""),
    )  # fmt: skip
    rows = sorted((h.row for h in hits), key=lambda r: (top.index(r.code), r.period))
    return Outcome(
        ClaimVerdict.CONTRADICTED, value=total, unit="USD", says=says,
        rows=(*shortened(rows), *facts.values()),
        caveats=caveats("value-not-volume", *later(rows, said_on)),
        explanations=("own-production", "reporting-practice", "hs-revision"),
        would_change=(
            Say("If the rows named were withdrawn, or revised below {floor} for each code, the "
                "verdict would change.",
                floor=Amount(load_policy().floor_usd_per_year.corridor, "USD")),
        ),
        compared=tuple((Say("{code}", code=c), robust[c]) for c in top[:12]),
    )  # fmt: skip


def statements_by_code(
    figures: Figures, population: Population, flow: str, window: Window
) -> tuple[FlowRow, ...]:
    """Every statement of the reporter about the partner in the window, in USD, totals included.

    Monthly and yearly statements are not added to each other: months are used where a code has
    any, years of the window otherwise.
    """
    if not figures.states(population, flow):
        return ()
    flows: ir.Table = figures.store.table("flows")
    years = [y for y in {x[:4] for x in window.months.periods}
             if {f"{y}-{m:02d}" for m in range(1, 13)} <= set(window.months.periods)]  # fmt: skip
    rows = flows.filter(
        flows.reporter.isin(population.reporter),
        flows.partner.isin(population.partner),
        flows.flow == flow,
        flows.period.isin([*window.months.periods, *sorted(years)]),
        ~flows.partial_code,
    )
    table = figures.store.execute(rows, f"claim: statements of {flow} by code")
    found: dict[tuple[str, str, str], FlowRow] = {}
    rank = {m.snapshot_id: n for n, m in enumerate(figures.store.snapshots())}
    for r in table.to_pylist():
        value = figures.rows.value_of(r, "USD")
        if value is None:
            continue
        key = (r["code"], r["period"], r["reporter"] + r["partner"])
        old = found.get(key)  # two sources or editions of one statement: the newest
        row = figures.rows.row(r, value, "USD")
        if old is None or (rank[row.snapshot], row.nomenclature) > (
            rank[old.snapshot], old.nomenclature,
        ):  # fmt: skip
            found[key] = row
    monthly = {(k[0], k[1][:4]) for k in found if frequency_of(k[1]) == "M"}
    return tuple(
        r for k, r in sorted(found.items())
        if frequency_of(k[1]) == "M" or (k[0], k[1]) not in monthly
    )  # fmt: skip


def _hits(basket: Basket, rows: tuple[FlowRow, ...]) -> list[Hit]:
    return [
        Hit(r, listed, entry, how)
        for r in rows
        if r.code != TOTAL
        for listed, entry, how in basket.matches(r.code, r.nomenclature)
    ]


def _sums(hits: list[Hit]) -> dict[str, float]:
    """The value of each code, each statement once, though it may meet several lists.

    A heading and its sub-codes are the same goods: only the finest level of a code counts.
    """
    rows = {(h.row.code, h.row.period): h.row for h in hits}
    codes = {c for c, _ in rows}
    finest = {c for c in codes if not any(o != c and o.startswith(c) for o in codes)}
    found: dict[str, float] = defaultdict(float)
    for (code, _), r in rows.items():
        if code in finest:
            found[code] += r.value
    return found


def _uncovered(basket: Basket, rows: tuple[FlowRow, ...], window: Window) -> tuple[str, ...]:
    """The months in which some listed code is neither stated nor ruled out by the total.

    The statements of the month itself or those of its year can cover it.
    """
    by_period: dict[str, list[FlowRow]] = defaultdict(list)
    for r in rows:
        by_period[r.period].append(r)
    open_periods = {p for p, found in by_period.items() if _not_covered(basket, found)}
    covered = set(by_period) - open_periods
    return tuple(m for m in window.months.periods if m not in covered and m[:4] not in covered)


def _not_covered(basket: Basket, rows: list[FlowRow]) -> tuple[str, ...]:
    """The listed codes that the statements of one period leave open."""
    stated = {r.code: r for r in rows}
    total = stated.get(TOTAL)
    if total is not None:
        for level in (8, 6):
            codes = [r.value for r in rows if r.code != TOTAL and len(r.code) == level]
            if total.value <= 0 or fsum(codes) >= claim_policy().min_share_of_total * total.value:
                return ()
    vintages = {r.nomenclature for r in rows if r.code != TOTAL}
    empty = {r.code for r in rows if r.value == 0}
    return tuple(
        sorted(
            {
                code
                for x in basket.lists
                for listed in x.codes
                for code in listed.codes
                if not vintages
                or not all(_stated(code, listed.nomenclature, v, stated, empty) for v in vintages)
            }
        )
    )


def _stated(
    code: str, of: str, vintage: str, stated: Mapping[str, FlowRow], empty: set[str]
) -> bool:
    """Whether a listed code is stated, by itself or by a wider code of which nothing was traded."""
    editions = nom.nomenclature(of).hs, nom.nomenclature(vintage).hs
    for one in in_vintage(code, *editions):
        wider = any(one[:n] in empty for n in (2, 4, 6) if n < len(one))
        if one not in stated and not wider:
            return False
    return True


def _few(codes: Any) -> str:
    found = sorted(set(codes))
    return ", ".join(found[:8]) + (f", … ({len(found)})" if len(found) > 8 else "")


def _reach(figures: Figures, x: Listed) -> FactRow:
    info = x.goods_list.info
    reach = f"{info.complete_from or info.as_of or ''} – {info.complete_until or ''}"
    return FactRow("lists.yaml", info.id, reach, x.goods_list.title, info.reach_note,
                   figures.regime.version)  # fmt: skip


def _entry_fact(figures: Figures, h: Hit) -> FactRow:
    info = h.listed.goods_list.info
    act = figures.regime.instruments.get(h.entry.instrument)
    day = h.entry.from_ or info.as_of
    return FactRow(f"lists/{info.file or info.refers_to}", h.entry.code,
                   day.isoformat() if day else "", h.entry.description or h.listed.goods_list.title,
                   (act.link or act.title) if act else h.entry.instrument,
                   figures.regime.version)  # fmt: skip
