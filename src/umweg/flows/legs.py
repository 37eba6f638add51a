"""The legs of a corridor as named query steps, and the small arrays that come out of them.

inbound: coalition → place. arrival: the same flow as the place's own imports. onward: place →
target. supply: the place's exports elsewhere. origin: everybody else → target.

The store holds up to hundreds of millions of statements; what leaves the engine is at most
(legs × places × codes × 3 windows) sums, and (legs × places × kinds × periods) for the course of
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from umweg.flows.plan import Cover
from umweg.flows.stats import Array
from umweg.periods import Window
from umweg.store import Store

ELSEWHERE = "*"
"""Place of the neutral destinations together, in sums by code."""

OTHERS = "~"
"""Place of other transit countries and targets together: neither looked at nor a control."""

KINDS = ("basket", "restricted", "other")


@dataclass(frozen=True, slots=True)
class Partners:
    """Who may stand on the other side in each leg.

    Attributes:
        target: The sanctioned territory.
        coalition: Members of the coalition: never a destination of a detour.
        exporters: Those of them whose exports are held: an importer is compared with these.
        places: The transit countries of the scan.
        others: Other transit countries and targets of the regime: neither looked at nor neutral.
    """

    target: str
    coalition: frozenset[str]
    exporters: frozenset[str]
    places: tuple[str, ...]
    others: frozenset[str]


KEYS = ("snapshot_id", "origin_id", "reporter", "flow", "freq", "nomenclature", "partial_code")


def _chosen_table(covers: Sequence[Cover]) -> pa.Table:
    """One row a leg, series and span of periods; two currencies of a series are one row."""
    rows = {
        (
            c.leg,
            c.snapshot_id,
            c.series.origin_id,
            c.series.reporter,
            c.series.flow,
            c.series.freq,
            c.series.nomenclature,
            c.series.partial_code,
            c.series.level,
            c.first,
            c.last,
        ): None
        for cover in covers
        for c in cover.chosen
    }
    names = ("leg", *KEYS, "level", "first", "last")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def chosen_rows(store: Store, covers: Sequence[Cover], periods: Sequence[str]) -> ir.Table:
    """Step: the statements of the covers, each with the leg (or legs) it is used in."""
    used = [c for cover in covers for c in cover.chosen]
    flows = store.table("flows", snapshots={c.snapshot_id for c in used})
    chosen = ibis.memtable(_chosen_table(covers))
    level = ibis.cases((flows.code == "TOTAL", 0), else_=flows.code.length()).cast("int64")
    # Said in terms of a column, a scan of the files can skip what has another level.
    total_only = [flows.code == "TOTAL"] if {c.series.level for c in used} == {0} else []
    return (
        flows.filter(
            *total_only,
            flows.freq.isin(sorted({c.series.freq for c in used})),
            flows.flow.isin(sorted({c.series.flow for c in used})),
            flows.period.between(min(periods), max(periods)),
            flows.period.isin(list(periods)),
        )
        .mutate(level=level)
        .inner_join(chosen, [*KEYS, "level"])
        .filter(lambda t: t.period.between(t.first, t.last))
    )


def placed(rows: ir.Table, partners: Partners) -> ir.Table:
    """Step: give every statement its place, and drop partners that the leg does not have.

    Exports of a transit country split into `onward` (to the target) and `supply` (elsewhere).
    """
    target, coalition = partners.target, sorted(partners.coalition)
    inbound = rows.leg.startswith("inbound") | rows.leg.startswith("heading")
    leg = ibis.cases(((rows.leg == "onward") & (rows.partner != target), "supply"), else_=rows.leg)
    place = ibis.cases((inbound, rows.partner), (rows.leg == "origin", ELSEWHERE),
                       else_=rows.reporter)  # fmt: skip
    fits = ibis.cases(
        (inbound, ~rows.partner.isin(coalition) & (rows.partner.length() == 3)
         & (rows.partner != "WLD")),
        (rows.leg == "arrival", rows.partner.isin(sorted(partners.exporters))),
        (rows.leg == "origin", rows.partner == target),
        else_=(rows.partner.length() == 3) & (rows.partner != "WLD"),
    )  # fmt: skip
    return rows.filter(fits).mutate(leg=leg, place=place)


def in_currency(rows: ir.Table, currency: str) -> ir.Value:
    """The value in the currency of the ratio: as reported in it, else at the mean rate, USD."""
    return rows.value_usd if currency == "USD" else rows.value_reported


def cents(total: ir.Value) -> ir.Value:
    """A sum to the cent: threads add in no fixed order, and the last bits must not show."""
    return total.round(2)


def by_code(rows: ir.Table, windows: Mapping[str, Window], partners: Partners) -> ir.Table:
    """Step: sums by leg, place, code and window; neutral destinations count as one place."""
    named = [*partners.places, partners.target]
    place = ibis.cases(
        (rows.place.isin(named) | (rows.leg == "arrival"), rows.place),
        (rows.place.isin(sorted(partners.others)), OTHERS),
        else_=ELSEWHERE,
    )
    window = ibis.cases(
        *((rows.period.between(w.first, w.last), name) for name, w in windows.items()),
        else_=ibis.null("string"),
    )
    return (
        rows.mutate(place=place, window=window)
        .filter(lambda t: t.window.notnull())
        .group_by("leg", "place", "code", "window")
        .agg(
            usd=cents(rows.value_usd.sum()),
            nomenclature=rows.nomenclature.max(),
            no_rate=rows.value_usd.isnull().sum(),
            partial=rows.partial_code.any(),
        )
    )


def by_period(rows: ir.Table, kinds: ir.Table, currency: str) -> ir.Table:
    """Step: sums by leg, place, kind of goods (basket, restricted, other) and period."""
    joined = rows.left_join(kinds, "code")
    kind = joined.kind.fill_null("other")
    return (
        joined.mutate(kind=kind)
        .group_by("leg", "place", "kind", "period")
        .agg(usd=cents(joined.value_usd.sum()), own=cents(in_currency(joined, currency).sum()))
    )


@dataclass(frozen=True, slots=True)
class CodePanel:
    """Sums by place and code for the windows, USD: `usd[leg, window]` is places × codes."""

    places: tuple[str, ...]
    codes: tuple[str, ...]
    nomenclature: Mapping[str, str]
    usd: Mapping[tuple[str, str], Array]
    years: Mapping[str, float]
    no_rate: int
    partial: frozenset[str]

    def has(self, leg: str) -> bool:
        """Whether any statement of the leg is held."""
        return (leg, "after") in self.usd

    def without(self, *legs: str) -> CodePanel:
        """The panel without some legs."""
        return replace(
            self,
            usd={k: v for k, v in self.usd.items() if k[0] not in legs},
        )

    def rate(self, leg: str, window: str) -> Array:
        """USD a year: the sums of a window over its length, so that windows compare."""
        return self.usd[leg, window] / self.years[window]

    def row(self, place: str) -> int:
        """Index of a place."""
        return self.places.index(place)


def code_panel(table: pa.Table, windows: Mapping[str, Window]) -> CodePanel:
    """The rows of `by_code` as arrays. A leg that is held has zeros where nothing was stated."""
    places = tuple(sorted(set(table["place"].to_pylist())))
    codes = tuple(sorted(set(table["code"].to_pylist())))
    p_index = {p: i for i, p in enumerate(places)}
    c_index = {c: i for i, c in enumerate(codes)}
    shape = (len(places), len(codes))
    present = sorted({"inbound", *table["leg"].to_pylist()})
    usd = {(leg, w): np.zeros(shape) for leg in present for w in windows}
    rows = np.array([p_index[p] for p in table["place"].to_pylist()], dtype=np.int64)
    cols = np.array([c_index[c] for c in table["code"].to_pylist()], dtype=np.int64)
    legs_of = np.array(table["leg"].to_pylist(), dtype=object)
    windows_of = np.array(table["window"].to_pylist(), dtype=object)
    in_usd = table["usd"].fill_null(0.0).to_numpy()
    for leg, window in usd:
        here = (legs_of == leg) & (windows_of == window)
        usd[leg, window][rows[here], cols[here]] = in_usd[here]
    # The newest edition in which the code was stated; rows come in no order.
    vintage: dict[str, str] = {}
    for code, name in zip(
        table["code"].to_pylist(), table["nomenclature"].to_pylist(), strict=True
    ):
        vintage[code] = max(vintage.get(code, ""), name)
    return CodePanel(
        places=places,
        codes=codes,
        nomenclature=vintage,
        usd=usd,
        years={name: w.years for name, w in windows.items()},
        no_rate=int(sum(table["no_rate"].to_pylist())),
        partial=frozenset(
            c
            for c, p in zip(table["code"].to_pylist(), table["partial"].to_pylist(), strict=True)
            if p
        ),
    )


class TimePanel:
    """Sums by leg, place, kind and period, as series over a window's periods."""

    def __init__(self, table: pa.Table) -> None:
        self._usd: dict[tuple[str, str, str], dict[str, float]] = {}
        self._own: dict[tuple[str, str, str], dict[str, float]] = {}
        for r in table.to_pylist():
            key = (r["leg"], r["place"], r["kind"])
            self._usd.setdefault(key, {})[r["period"]] = r["usd"] or 0.0
            self._own.setdefault(key, {})[r["period"]] = r["own"] or 0.0

    def places(self, leg: str) -> frozenset[str]:
        """The places that a leg has figures for."""
        return frozenset(p for (name, p, _) in self._usd if name == leg)

    def has(self, leg: str, place: str, kind: str) -> bool:
        """Whether any figure is held."""
        return (leg, place, kind) in self._usd

    def series(
        self, leg: str, place: str, kinds: Sequence[str], window: Window, *, own: bool = False
    ) -> Array:
        """Sums over kinds, one number a period of the window; zero where nothing was stated."""
        source = self._own if own else self._usd
        total = np.zeros(len(window.periods))
        for kind in kinds:
            held = source.get((leg, place, kind), {})
            total += np.array([held.get(p, 0.0) for p in window.periods])
        return total
