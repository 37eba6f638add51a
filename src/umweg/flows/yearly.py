"""Yearly figures of all goods: the mirror pair of every transit country, and its onward total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import fsum

import ibis.expr.types as ir

from umweg.flows.availability import Availability
from umweg.flows.gap import MirrorYear
from umweg.flows.legs import cents, chosen_rows
from umweg.flows.plan import MOST, Cover, cover, members_of
from umweg.geography import GROUPS
from umweg.periods import Frequency, Window
from umweg.store import Store

ALL_YEARS = Window("1900", "2199")
ALL_MONTHS = Window("1900-01", "2199-12")


def yearly_totals(rows: ir.Table) -> ir.Table:
    """Step: sums by leg, reporter, partner and year."""
    return (
        rows.mutate(year=rows.period[:4])
        .group_by("leg", "reporter", "partner", "year")
        .agg(usd=cents(rows.value_usd.sum()))
    )


@dataclass(frozen=True, slots=True)
class Yearly:
    """Yearly figures of one transit country.

    Attributes:
        basket: Whether they are of the basket's goods; else of all goods.
        mirror: Both reports of what the coalition sent, for the years that both published.
        groups: Groups that stand for partners (with a composition that may change).
        onward_usd: The country's exports to the target by year.
        practices: How the importer names its partners, as far as it says.
    """

    basket: bool = False
    mirror: tuple[MirrorYear, ...] = ()
    groups: frozenset[str] = frozenset()
    onward_usd: Mapping[int, float] = field(default_factory=dict)
    practices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pair:
    """Who is looked at: exporters, the transit countries, the target, and the day for groups."""

    coalition: frozenset[str]
    places: tuple[str, ...]
    target: str
    on: date


Sums = Mapping[tuple[str, int], Mapping[tuple[str, str], float]]
"""(leg and frequency, year) → (reporter, partner) → USD."""


def yearly_figures(
    store: Store,
    pair: Pair,
    available: Availability,
    level: int,
    kind: str | None,
    basket: ir.Table | None,
) -> tuple[dict[str, Yearly], tuple[Cover, ...]]:
    """The yearly figures of every place.

    Yearly statements are taken where they exist, else twelve months. The importer's partners are
    the exporters' own countries: single countries where it names them, else their group.

    Args:
        store: Where the figures are.
        pair: Who is looked at.
        available: What was published.
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
    table = store.execute(yearly_totals(rows), "yearly sums")
    sums: dict[tuple[str, int], dict[tuple[str, str], float]] = defaultdict(dict)
    for r in table.to_pylist():
        if r["usd"] is not None:
            sums[r["leg"], int(r["year"])][r["reporter"], r["partner"]] = r["usd"]
    whole = Whole(available, {c.leg: c for c in covers}, int(first), int(last))
    stated = _practices(store)
    return (
        {
            p: Yearly(
                basket is not None,
                *_mirror(sums, whole, p, pair.on),
                onward_usd=_onward(sums, whole, p, pair.target),
                practices=frozenset(stated.get(p, {}).values()),
            )
            for p in pair.places
        },
        tuple(covers),
    )


class Whole:
    """Which years each country has published as a whole, and in which statements."""

    def __init__(
        self, available: Availability, covers: Mapping[str, Cover], first: int, last: int
    ) -> None:
        self._available = available
        self._covers = covers
        self.years = range(first, last + 1)

    def cover(self, leg: str, freq: str) -> Cover | None:
        """The statements of a leg at a frequency."""
        return self._covers.get(f"{leg}-{freq}")

    def countries(self, leg: str, freq: str, year: int) -> frozenset[str]:
        """The countries with every period of a year."""
        cover = self.cover(leg, freq)
        if cover is None:
            return frozenset()
        periods = [str(year)] if freq == "A" else Window(f"{year}-01", f"{year}-12").periods
        return cover.members - set(self._available.incomplete(cover, periods))


def _mirror(
    sums: Sums, whole: Whole, place: str, on: date
) -> tuple[tuple[MirrorYear, ...], frozenset[str]]:
    """Both reports by year between the same countries, and the groups that stand for partners.

    The exporters are the same in every year: a country that begins to publish is no change of
    trade. Years that lack more than a few of them are left out.
    """
    best: tuple[tuple[MirrorYear, ...], frozenset[str]] = ((), frozenset())
    for sent_freq in "AM":
        sending = {y: whole.countries("sent", sent_freq, y) for y in whole.years}
        widest = max((len(c) for c in sending.values()), default=0)
        years = [y for y, c in sending.items() if c and len(c) >= MOST * widest]
        if not years:
            continue
        exporters = frozenset.intersection(*(sending[y] for y in years))
        for freq in "AM":
            found: dict[int, MirrorYear] = {}
            groups: frozenset[str] = frozenset()
            cover = whole.cover("received", freq)
            if cover is None or place not in cover.members:
                continue
            named = cover.partners_of(place)
            for y in years:
                if place not in whole.countries("received", freq, y):
                    continue
                both = _compared(
                    {r: v for (r, p), v in sums.get((f"sent-{sent_freq}", y), {}).items()
                     if p == place and members_of(r, on) <= exporters},
                    {p: v for (r, p), v in sums.get((f"received-{freq}", y), {}).items()
                     if r == place},
                    exporters, named, on,
                )  # fmt: skip
                if both is not None:
                    found[y] = MirrorYear(y, both[0], both[1])
                    groups |= both[2]
            if len(found) > len(best[0]):  # yearly statements first: they win a draw
                best = tuple(found[y] for y in sorted(found)), groups
    return best


def _compared(
    sent: Mapping[str, float],
    received: Mapping[str, float],
    exporters: frozenset[str],
    named: frozenset[str],
    on: date,
) -> tuple[float, float, frozenset[str]] | None:
    """Exports and imports of a year between the same countries, and the groups used for partners.

    The importer is taken country by country where it names most of the exporters in its
    publication: one without a figure sent nothing by its account. Else the group that consists of
    the exporters; else the few that it names, where each has a report of its own.
    """
    single = named & exporters
    if len(single) >= MOST * len(exporters):
        arrived = fsum(v for p, v in received.items() if p in exporters)
        return fsum(sent.values()), arrived, frozenset()
    for group in sorted(received):
        if group in GROUPS and members_of(group, on) == exporters:
            return fsum(sent.values()), received[group], frozenset({group})
    if single and single <= set(sent):
        return (
            fsum(sent[p] for p in single),
            fsum(received.get(p, 0.0) for p in single),
            frozenset(),
        )
    return None


def _onward(sums: Sums, whole: Whole, place: str, target: str) -> dict[int, float]:
    """A place's yearly exports to the target."""
    found: dict[int, float] = {}
    for freq in "MA":  # the yearly statement, where there is one, is looked at last and stays
        for y in whole.years:
            value = sums.get((f"onward-{freq}", y), {}).get((place, target))
            if value is not None and place in whole.countries("onward", freq, y):
                found[y] = value
    return found


def _practices(store: Store) -> dict[str, dict[int, str]]:
    """How each importer names its partners, by year, where its publication says so."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    if store.has("coverage"):
        for r in store.read("coverage").to_pylist():
            if r["flow"] == "M" and r["practice"]:
                found[r["reporter"]][int(r["period"][:4])] = r["practice"]
    return found
