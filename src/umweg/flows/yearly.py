"""Yearly figures of all goods: the mirror pair of every transit country, and its onward total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import ibis.expr.types as ir
import pyarrow as pa

from umweg.flows.gap import MirrorYear
from umweg.flows.legs import chosen_rows
from umweg.flows.plan import Cover, cover, members_of
from umweg.geography import GROUPS
from umweg.periods import Frequency, Window
from umweg.store import Store

ALL_YEARS = Window("1900", "2199")
ALL_MONTHS = Window("1900-01", "2199-12")


def yearly_totals(rows: ir.Table) -> ir.Table:
    """Step: sums by leg, reporter, partner and year, with the number of periods in each."""
    return (
        rows.mutate(year=rows.period[:4])
        .group_by("leg", "freq", "reporter", "partner", "year")
        .agg(usd=rows.value_usd.sum(), periods=rows.period.nunique())
    )


@dataclass(frozen=True, slots=True)
class Yearly:
    """Yearly all-goods figures of one transit country.

    Attributes:
        mirror: Both reports of what the coalition sent, for the years that both published.
        onward_usd: The country's exports to the target by year.
        practices: How the importer names its partners, as far as it says.
        groups: Groups that stand for partners (with a composition that may change).
        origins: Origins of the figures.
    """

    mirror: tuple[MirrorYear, ...] = ()
    onward_usd: Mapping[int, float] = field(default_factory=dict)
    practices: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()


def yearly_figures(
    store: Store, places: Sequence[str], target: str, coalition: frozenset[str], on: date
) -> tuple[dict[str, Yearly], tuple[Cover, ...]]:
    """The yearly figures of every place.

    Yearly statements are taken where they exist, else twelve months. The importer's partners are
    the exporters' own countries: single countries where it names them, else their group.
    """
    manifests = store.snapshots()
    covers: list[Cover] = []
    wanted = (
        ("sent", "X", coalition),
        ("received", "M", frozenset(places)),
        ("onward", "X", frozenset(places)),
    )
    spans: tuple[tuple[Frequency, Window], ...] = (("A", ALL_YEARS), ("M", ALL_MONTHS))
    for leg, flow, countries in wanted:
        for freq, span in spans:
            found = cover(
                f"{leg}-{freq}", manifests, countries, flow=flow, freq=freq, level=0,
                windows=[span], on=on,
            )  # fmt: skip
            if found.chosen:
                covers.append(found)
    if not covers:
        return {p: Yearly() for p in places}, ()
    first = min(c.series.first for x in covers for c in x.chosen)[:4]
    last = max(c.series.last for x in covers for c in x.chosen)[:4]
    years = Window(first, last)
    periods = [*years.periods, *Window(f"{first}-01", f"{last}-12").periods]
    rows = store.execute(yearly_totals(chosen_rows(store, covers, periods)), "yearly totals")
    return (
        {p: _of_place(rows, p, target, covers, store, on) for p in places},
        tuple(covers),
    )


def _of_place(
    table: pa.Table, place: str, target: str, covers: Sequence[Cover], store: Store, on: date
) -> Yearly:
    sums: dict[tuple[str, str, int], dict[str, float]] = defaultdict(dict)
    for r in table.to_pylist():
        leg, freq = r["leg"].rsplit("-", 1)
        if r["usd"] is None or r["periods"] != (1 if freq == "A" else 12):
            continue  # a year with missing months is no year
        sums[leg, freq, int(r["year"])][f"{r['reporter']}>{r['partner']}"] = r["usd"]
    sent_members = {
        freq: frozenset[str]().union(*(x.members for x in covers if x.leg == f"sent-{freq}"))
        for freq in "AM"
    }
    mirror: dict[int, MirrorYear] = {}
    onward: dict[int, float] = {}
    groups: set[str] = set()
    for year in sorted({y for _, _, y in sums}):
        for freq in "MA":  # the yearly statement, where there is one, is looked at last and stays
            sent = [
                (k.split(">")[0], v)
                for k, v in sums["sent", freq, year].items()
                if k.endswith(f">{place}")
            ]
            if sent:
                exporters = sent_members[freq]
                received = _received(sums, place, year, exporters, on)
                stated = frozenset[str]().union(*(members_of(r, on) for r, _ in sent))
                if received is not None and stated:
                    value, used = received
                    groups |= used
                    mirror[year] = MirrorYear(year, sum(v for _, v in sent), value)
            for k, v in sums["onward", freq, year].items():
                if k == f"{place}>{target}":
                    onward[year] = v
    practices: set[str] = set()
    origins: set[str] = set()
    for c in (c for x in covers for c in x.chosen):
        if place in c.members or c.leg.startswith("sent"):
            origins.add(c.series.origin_id)
    if mirror and store.has("coverage"):
        for r in _coverage(store):
            if (
                r["reporter"] == place and r["flow"] == "M" and r["scope"] == "total"
                and r["practice"] and int(r["period"][:4]) in mirror
            ):  # fmt: skip
                practices.add(r["practice"])
    return Yearly(
        tuple(mirror[y] for y in sorted(mirror)), onward, frozenset(practices), frozenset(groups),
        frozenset(origins),
    )  # fmt: skip


def _coverage(store: Store) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = store.read("coverage").to_pylist()
    return rows


def _received(
    sums: Mapping[tuple[str, str, int], Mapping[str, float]],
    place: str,
    year: int,
    exporters: frozenset[str],
    on: date,
) -> tuple[float, frozenset[str]] | None:
    """The place's imports of a year from the exporters: country by country, else by group."""
    for freq in "AM":
        found = {
            k.split(">")[1]: v
            for k, v in sums.get(("received", freq, year), {}).items()
            if k.startswith(f"{place}>")
        }
        single = {p: v for p, v in found.items() if p in exporters}
        if single:
            return sum(single.values()), frozenset()
        for group in sorted(found):
            if group in GROUPS and members_of(group, on) == exporters:
                return found[group], frozenset({group})
    return None
