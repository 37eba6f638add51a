"""Yearly figures of all goods: the mirror pair of every transit country, and its onward total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import fsum

import ibis.expr.types as ir
import pyarrow as pa

from umweg.flows.gap import MirrorYear
from umweg.flows.legs import cents, chosen_rows
from umweg.flows.plan import MOST, Cover, cover, members_of
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
        .agg(usd=cents(rows.value_usd.sum()), periods=rows.period.nunique())
    )


@dataclass(frozen=True, slots=True)
class Yearly:
    """Yearly figures of one transit country.

    Attributes:
        basket: Whether they are of the basket's goods; else of all goods.
        mirror: Both reports of what the coalition sent, for the years that both published.
        onward_usd: The country's exports to the target by year.
        practices: How the importer names its partners, as far as it says.
        groups: Groups that stand for partners (with a composition that may change).
    """

    basket: bool = False
    mirror: tuple[MirrorYear, ...] = ()
    onward_usd: Mapping[int, float] = field(default_factory=dict)
    practices: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pair:
    """Who is looked at: exporters, the transit countries, the target, and the day for groups."""

    coalition: frozenset[str]
    places: tuple[str, ...]
    target: str
    on: date


Sums = Mapping[tuple[str, str, int], Mapping[tuple[str, str], float]]
"""(leg, frequency, year) → (reporter, partner) → USD, whole years only."""


def yearly_figures(
    store: Store, pair: Pair, level: int, kind: str | None, basket: ir.Table | None
) -> tuple[dict[str, Yearly], tuple[Cover, ...]]:
    """The yearly figures of every place.

    Yearly statements are taken where they exist, else twelve months. The importer's partners are
    the exporters' own countries: single countries where it names them, else their group.

    Args:
        store: Where the figures are.
        pair: Who is looked at.
        level: Digits of the goods codes; 0 for the totals of all goods.
        kind: Family of the nomenclature, for codes.
        basket: The codes of the basket; None for the totals.
    """
    manifests = store.snapshots()
    spans: tuple[tuple[Frequency, Window], ...] = (("A", ALL_YEARS), ("M", ALL_MONTHS))
    wanted = (
        ("sent", "X", pair.coalition, frozenset(pair.places)),
        ("received", "M", frozenset(pair.places), pair.coalition | set(GROUPS)),
        ("onward", "X", frozenset(pair.places), frozenset({pair.target})),
    )
    covers = [
        cover(
            f"{leg}-{freq}", manifests, countries, flow=flow, freq=freq, level=level,
            windows=[span], on=pair.on, kind=kind, partners=partners,
        )
        for leg, flow, countries, partners in wanted
        for freq, span in spans
    ]  # fmt: skip
    covers = [c for c in covers if c.chosen and not (c.partial and basket is not None)]
    legs = {c.leg[:-2] for c in covers}
    # Without both sides, codes say nothing here; totals may still show the onward leg.
    if not covers or (basket is not None and not {"sent", "received"} <= legs):
        return {p: Yearly() for p in pair.places}, ()
    first = min(c.series.first for x in covers for c in x.chosen)[:4]
    last = max(c.series.last for x in covers for c in x.chosen)[:4]
    periods = [*Window(first, last).periods, *Window(f"{first}-01", f"{last}-12").periods]
    rows = chosen_rows(store, covers, periods)
    rows = rows.filter(
        rows.partner.isin([*pair.places, pair.target]) | ~rows.leg.startswith("sent")
    )
    if basket is not None:
        rows = rows.semi_join(basket, "code")
    sums = _whole_years(store.execute(yearly_totals(rows), "yearly sums"), basket is not None)
    stated = _practices(store)
    return (
        {p: _of_place(sums, p, pair, covers, stated, basket is not None) for p in pair.places},
        tuple(covers),
    )


def _whole_years(table: pa.Table, sparse: bool) -> Sums:
    """Sums of whole years. A total needs all its twelve months; a code may have months of none."""
    sums: dict[tuple[str, str, int], dict[tuple[str, str], float]] = defaultdict(dict)
    for r in table.to_pylist():
        leg, freq = r["leg"].rsplit("-", 1)
        if r["usd"] is None or (freq == "M" and r["periods"] != 12 and not sparse):
            continue
        sums[leg, freq, int(r["year"])][r["reporter"], r["partner"]] = r["usd"]
    return sums


def _of_place(
    sums: Sums,
    place: str,
    pair: Pair,
    covers: Sequence[Cover],
    practices: Mapping[str, Mapping[int, str]],
    basket: bool,
) -> Yearly:
    exporters = {
        freq: frozenset[str]().union(*(x.members for x in covers if x.leg == f"sent-{freq}"))
        for freq in "AM"
    }
    mirror: dict[int, MirrorYear] = {}
    onward: dict[int, float] = {}
    groups: set[str] = set()
    for year in sorted({y for _, _, y in sums}):
        for freq in "MA":  # the yearly statement, where there is one, is looked at last and stays
            sent = {
                reporter: v
                for (reporter, partner), v in sums.get(("sent", freq, year), {}).items()
                if partner == place
            }
            both = _compared(sent, sums, place, year, exporters[freq], pair.on)
            if both is not None:
                groups |= both[2]
                mirror[year] = MirrorYear(year, both[0], both[1])
            sold = sums.get(("onward", freq, year), {}).get((place, pair.target))
            if sold is not None:
                onward[year] = sold
    if basket:
        mirror = {y: m for y, m in mirror.items() if y in _complete_years(covers, place)}
    return Yearly(
        basket,
        tuple(mirror[y] for y in sorted(mirror)),
        onward,
        frozenset(p for y, p in practices.get(place, {}).items() if y in mirror),
        frozenset(groups),
    )


def _complete_years(covers: Sequence[Cover], place: str) -> frozenset[int]:
    """The years that the statements of both sides by code reach over from end to end."""

    def years(leg: str, members: frozenset[str] | None) -> set[int]:
        found: set[int] = set()
        for c in (c for x in covers if x.leg.startswith(leg) for c in x.chosen):
            if members is not None and not c.members & members:
                continue
            first, last = max(c.first, c.series.first), min(c.last, c.series.last)
            begin = int(first[:4]) + (first[5:] not in ("", "01"))
            end = int(last[:4]) - (last[5:] not in ("", "12"))
            found |= set(range(begin, end + 1))
        return found

    return frozenset(years("sent", None) & years("received", frozenset({place})))


def _practices(store: Store) -> dict[str, dict[int, str]]:
    """How each importer names its partners, by year, where its publication says so."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    if store.has("coverage"):
        for r in store.read("coverage").to_pylist():
            if r["flow"] == "M" and r["practice"]:
                found[r["reporter"]][int(r["period"][:4])] = r["practice"]
    return found


def _compared(
    sent: Mapping[str, float],
    sums: Sums,
    place: str,
    year: int,
    exporters: frozenset[str],
    on: date,
) -> tuple[float, float, frozenset[str]] | None:
    """Exports and imports of a year between the same countries, and the groups used for partners.

    The importer is taken country by country where it names most of the exporters: then one that it
    does not name sent nothing by its account. Where it names few, only these are compared, which
    needs their own reports; else a group that consists of the exporters.
    """
    if not sent:
        return None
    for freq in "AM":
        found = {
            partner: v
            for (reporter, partner), v in sums.get(("received", freq, year), {}).items()
            if reporter == place
        }
        single = {p: v for p, v in found.items() if p in exporters}
        if len(single) >= MOST * len(exporters):
            return fsum(sent.values()), fsum(single.values()), frozenset()
        for group in sorted(found):
            if group in GROUPS and members_of(group, on) == exporters:
                return fsum(sent.values()), found[group], frozenset({group})
        if single and set(single) <= set(sent):
            return fsum(sent[p] for p in single), fsum(single.values()), frozenset()
    return None
