"""Figures of a store for the detector: every reporter once, all months held, six-digit codes.

Codes of eight digits are cut to six, the level on which the publications of all countries agree.
What `scan_files` reads from a user's files stands here as the same `Tables`, so that one detector
serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from umweg import nomenclature as nom
from umweg.flows.availability import Availability
from umweg.flows.basket import ListedCodes, Sorted, meet, sort_codes
from umweg.flows.file_tables import Good, Tables
from umweg.flows.legs import chosen_rows
from umweg.flows.plan import Cover, cover
from umweg.flows.question import Question
from umweg.geography import GROUPS, is_country
from umweg.periods import Window
from umweg.regime import Regime
from umweg.store import Manifest, Store

LEVEL = 6
DETAILED = (6, 8, 10)


@dataclass(frozen=True, slots=True)
class StorePanel:
    """The figures of a store as the detector reads them.

    Attributes:
        tables: Flows, goods and roles, as from a user's files.
        covers: The statements that were chosen, by flow and level.
        sorted_codes: What each code of six digits is: basket, restricted otherwise, or a control.
        nomenclature: The edition in which each code was stated last.
        left_out: Exporters of the coalition of which too few unrestricted codes are held.
    """

    tables: Tables
    covers: tuple[Cover, ...]
    sorted_codes: Sorted
    nomenclature: Mapping[str, str]
    left_out: tuple[str, ...]


def store_panel(
    store: Store, question: Question, available: Availability, regime: Regime, fewest: int
) -> StorePanel | None:
    """Read the monthly figures up to the end of the window after.

    Args:
        store: Where the figures are.
        question: Who and what is asked about.
        available: Which periods were published.
        regime: For the dates of the measures.
        fewest: Publications of fewer unrestricted codes are left out: figures of restricted goods
            alone have no control, and a part of a six-digit code would be read as the whole.

    Returns:
        None where no exporter of the coalition states unrestricted goods by month.
    """
    if question.options.before.freq != "M":
        return None
    detailed = _detailed(store.snapshots(), question.options.after.last)
    if not any(m.series for m in detailed):
        return None
    sorted_codes, editions = _sorted(store, detailed, question)
    whole = _whole(store, detailed, sorted_codes, fewest)
    covers = _covers(whole, question)
    inbound = [c for c in covers if c.leg == "dated-X" and c.members & question.coalition]
    if not inbound:
        return None
    tables = _tables(store, covers, question, available, regime, sorted_codes)
    speaking = frozenset(m for c in inbound for m in c.members)
    silent = {s.reporter for m in detailed for s in m.series if s.flow == "X"} - {
        c.series.reporter for found in inbound for c in found.chosen
    }
    left_out = sorted(silent & question.coalition - speaking)
    return StorePanel(tables, covers, sorted_codes, editions, tuple(left_out))


def _detailed(manifests: Iterable[Manifest], last: str) -> tuple[Manifest, ...]:
    """The snapshots with their monthly series by code alone."""
    return tuple(
        replace(
            m,
            series=tuple(
                s
                for s in m.series
                if s.freq == "M" and s.level in DETAILED and not s.partial_code and s.first <= last
            ),
        )
        for m in manifests
        if not m.reconciled
    )


def _rows(store: Store, manifests: Iterable[Manifest]) -> ir.Table:
    """Step: the monthly statements by code of these snapshots."""
    flows = store.table("flows", snapshots={m.snapshot_id for m in manifests if m.series})
    return flows.filter(
        flows.freq == "M", flows.code.length().isin(DETAILED), flows.code != "TOTAL",
        ~flows.partial_code,
    )  # fmt: skip


def _sorted(
    store: Store, manifests: tuple[Manifest, ...], question: Question
) -> tuple[Sorted, dict[str, str]]:
    """What the codes held are, and the newest edition of each."""
    rows = _rows(store, manifests)
    found = store.execute(
        rows.group_by(code=rows.code.left(LEVEL), nomenclature=rows.nomenclature)
        .agg(n=rows.count())
        .order_by("code", "nomenclature"),
        "codes held by month",
    ).to_pylist()
    newest: dict[str, str] = {}
    for r in found:
        edition = nom.nomenclature(r["nomenclature"]).hs.value
        newest[r["code"]] = max(newest.get(r["code"], ""), edition)
    kinds = sort_codes(newest.items(), question.basket, question.restricted, question.wanted, None)
    return kinds, newest


def _whole(
    store: Store, manifests: tuple[Manifest, ...], sorted_codes: Sorted, fewest: int
) -> tuple[Manifest, ...]:
    """The snapshots without series of reporters that state (next to) no unrestricted goods."""
    free = pa.table({"six": pa.array(sorted(sorted_codes.of("other")), pa.string())})
    rows = _rows(store, manifests)
    stated = rows.mutate(six=rows.code.left(LEVEL)).inner_join(ibis.memtable(free), "six")
    keys = ("snapshot_id", "origin_id", "reporter", "flow")
    counted = store.execute(
        stated.group_by(*keys).agg(codes=stated.six.nunique()), "unrestricted goods by publication"
    ).to_pylist()
    enough = {tuple(r[k] for k in keys) for r in counted if r["codes"] >= fewest}
    return tuple(
        replace(
            m,
            series=tuple(
                s for s in m.series if (m.snapshot_id, s.origin_id, s.reporter, s.flow) in enough
            ),
        )
        for m in manifests
    )


def _covers(manifests: tuple[Manifest, ...], question: Question) -> tuple[Cover, ...]:
    """Who is read for exports and for imports: at six digits, else at more."""
    series = [s for m in manifests for s in m.series]
    if not series:
        return ()
    span = Window(min(s.first for s in series), question.options.after.last)
    speakers = frozenset(s.reporter for s in series)
    singles = frozenset(r for r in speakers if r not in GROUPS)
    found: list[Cover] = []
    for flow in ("X", "M"):
        countries = singles | (question.coalition if flow == "X" else frozenset())
        for level in DETAILED:
            chosen = cover(
                f"dated-{flow}", manifests, countries, flow=flow, freq="M", level=level,
                windows=[span], on=question.on,
            )  # fmt: skip
            countries -= chosen.members
            if chosen.chosen:
                found.append(chosen)
    return tuple(found)


def _tables(
    store: Store,
    covers: tuple[Cover, ...],
    question: Question,
    available: Availability,
    regime: Regime,
    sorted_codes: Sorted,
) -> Tables:
    last = question.options.after.last
    first = min(c.first for found in covers for c in found.chosen)
    months = Window(first, last).periods
    rows = chosen_rows(store, covers, months)
    # A group speaks for its members: what an importer says of one of them mirrors the group.
    speaks = {
        m: c.series.reporter
        for found in covers
        for c in found.chosen
        if c.series.flow == "X"
        for m in c.members
    }
    # A total over a group stands beside its members, and would count them twice.
    partners = {p for f in covers for c in f.chosen for p in c.series.partners if p not in GROUPS}
    roles = _roles(partners | _reporters(covers), question, regime)
    names = {p: speaks.get(p, p) for p in partners}
    flows = rows.filter(
        rows.partner.isin([p for p, name in names.items() if name in roles]),
        rows.reporter.isin([r for r in _reporters(covers) if r in roles]),
    ).select(
        "reporter", "partner", "flow", "period", "nomenclature", "code",
        stated=rows.value_usd.notnull(), usd=rows.value_usd, kg=rows.net_weight_kg,
    )  # fmt: skip
    counted = store.execute(
        flows.group_by("reporter", "flow", "period").agg(
            rows=flows.count(), held=flows.usd.notnull().sum()
        ),
        "figures by reporter and month",
    ).to_pylist()
    stated = store.execute(
        flows.group_by("nomenclature", "code").agg(first=flows.period.min()), "codes of the panel"
    ).to_pylist()
    codes = {}
    begun: dict[str, str] = {}
    for r in stated:
        edition, six = nom.nomenclature(r["nomenclature"]).hs.value, r["code"][:LEVEL]
        begun[edition] = min(r["first"], begun.get(edition, r["first"]))
        if sorted_codes.kinds.get(six) != "restricted":
            codes[r["nomenclature"], r["code"]] = (edition, six)
    silent = _silent(covers, available, months)
    counts = {
        (r["reporter"], r["flow"], r["period"]): int(r["held"])
        for r in counted
        if (r["reporter"], r["flow"], r["period"]) not in silent and r["held"]
    }
    lost = sum(int(r["rows"] - r["held"]) for r in counted)
    return Tables(
        engine=store.engine,
        flows=flows,
        words={
            "reporter": {r: r for r in _reporters(covers)},
            "partner": names,
            "flow": {"X": "X", "M": "M"},
            "period": {m: m for m in months},
        },
        codes=codes,
        begun=begun,
        counts=counts,
        goods=_goods(set(codes.values()), question, regime, sorted_codes),
        roles=roles,
        concordance=None,
        rows=sum(int(r["rows"]) for r in counted),
        aside={"figures without an exchange rate": lost} if lost else {},
    )


def _reporters(covers: Iterable[Cover]) -> frozenset[str]:
    return frozenset(c.series.reporter for found in covers for c in found.chosen)


def _silent(
    covers: Iterable[Cover], available: Availability, months: tuple[str, ...]
) -> set[tuple[str, str, str]]:
    """Reporter, flow and month of what the publisher says is missing."""
    out: set[tuple[str, str, str]] = set()
    for found in covers:
        for c in found.chosen:
            lacking = (frozenset(available.missing(found, m, months)) for m in c.members)
            for month in frozenset.intersection(*lacking):
                out.add((c.series.reporter, c.series.flow, month))
    return out


def _roles(names: Iterable[str], question: Question, regime: Regime) -> dict[str, str]:
    """The role of every country; none for other targets and other transit countries."""
    target = question.options.target
    apart = question.targets | {c.country for c in regime.transit(target)}
    roles: dict[str, str] = {target: "target"}
    for name in sorted(names):
        if name in question.coalition or name in GROUPS:
            roles[name] = "coalition"
        elif name in question.named:
            roles[name] = "transit"
        elif name not in apart and is_country(name):
            roles[name] = "neutral"
    return roles


def _goods(
    codes: Iterable[tuple[str, str]], question: Question, regime: Regime, sorted_codes: Sorted
) -> tuple[Good, ...]:
    """The goods of the basket with the month of their first measure; the others without one."""
    dated = _dated_lists(question, regime)
    main = question.measures_from.isoformat()[:7]
    goods: list[Good] = []
    for edition, code in sorted(codes):
        month = ""
        if sorted_codes.kinds.get(code) == "basket":
            first = next(
                (day for day, listed in dated if (m := meet(code, edition, listed))
                 and m.how != "partial"),
                None,
            )  # fmt: skip
            month = first.isoformat()[:7] if first else main
        goods.append(Good(code, edition, month, ""))
    return tuple(goods)


def _dated_lists(question: Question, regime: Regime) -> list[tuple[date, ListedCodes]]:
    """Codes by the day from which a list has them; first the basket's own lists, by day.

    A list that is the text of one day says that its goods were listed by then and not since when:
    it dates nothing.
    """
    own = {x.id for x in question.lists}
    others = [
        regime.goods_list(n)
        for n in regime.goods_lists
        if n in question.target_lists and n not in own
    ]
    found: list[tuple[date, ListedCodes]] = []
    for group in (question.lists, others):
        by_day: dict[tuple[date, str, str], set[str]] = {}
        for listed in group:
            if listed.info.as_of is not None:
                continue
            for e in listed.members(None, None):
                if e.from_ is not None:
                    by_day.setdefault((e.from_, listed.id, e.nomenclature), set()).add(e.code)
        found += [
            (day, ListedCodes(name, edition, frozenset(c)))
            for (day, name, edition), c in sorted(by_day.items())
        ]
    return found
