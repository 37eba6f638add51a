"""Which statements of the store a scan reads: one cover of disjoint reporters for every leg.

The same flow may be stated twice: by a member state and by the group it belongs to, by two
publishers, monthly and yearly, at six and at eight digits. A sum must take each reporter once. The
plan is made from the snapshots' inventories alone, before any figure is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from umweg.geography import GROUPS, group_members
from umweg.nomenclature import nomenclature
from umweg.periods import Frequency, Window
from umweg.store import Manifest, Series


@dataclass(frozen=True, slots=True)
class Chosen:
    """A series taken into a leg, the countries it speaks for, and the periods it is used for."""

    leg: str
    snapshot_id: str
    series: Series
    members: frozenset[str]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The series of one leg at one level of detail, each country and period at most once.

    Attributes:
        chosen: The series taken.
        unused: Series that state the same again, wholly or for some periods: origin and reporter.
        lacking: Countries left out because they state nothing in one of the windows compared.
    """

    leg: str
    level: int
    chosen: tuple[Chosen, ...]
    unused: tuple[tuple[str, str], ...] = ()
    lacking: frozenset[str] = frozenset()

    @property
    def members(self) -> frozenset[str]:
        """The countries that the cover speaks for."""
        return frozenset[str]().union(*(c.members for c in self.chosen))

    def speakers(self, partner: str) -> frozenset[str]:
        """The countries whose statements name a partner at all."""
        return frozenset[str]().union(
            *(c.members for c in self.chosen if partner in c.series.partners)
        )

    def partners_of(self, country: str) -> frozenset[str]:
        """Whom the statements of one country name."""
        return frozenset(p for c in self.chosen if country in c.members for p in c.series.partners)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies of the figures as reported."""
        return frozenset(c.series.currency for c in self.chosen)

    @property
    def origins(self) -> frozenset[str]:
        """The origins of the figures."""
        return frozenset(c.series.origin_id for c in self.chosen)

    @property
    def partial(self) -> bool:
        """Whether some rows sum only a part of their code."""
        return any(c.series.partial_code for c in self.chosen)

    def without(self, countries: frozenset[str]) -> Cover:
        """The cover without the series that speak for any of these countries."""
        kept = tuple(c for c in self.chosen if not c.members & countries)
        return replace(self, chosen=kept)

    def reaching(self, windows: Iterable[Window]) -> Cover:
        """The cover without countries that have no statement at all in one of the windows.

        Growth between a window with figures and one without would be growth of the publication.
        """
        lacking = frozenset(
            country
            for country in self.members
            if not all(
                any(
                    country in c.members
                    and max(c.first, c.series.first) <= w.last
                    and min(c.last, c.series.last) >= w.first
                    for c in self.chosen
                )
                for w in windows
            )
        )
        return replace(self.without(lacking), lacking=lacking)


def members_of(reporter: str, on: date) -> frozenset[str]:
    """The countries that a reporter speaks for: itself, or the members of a group."""
    return group_members(reporter, on) if reporter in GROUPS else frozenset({reporter})


def family(name: str) -> str:
    """`CN` or `HS`: the kind of nomenclature, whatever its year."""
    return "CN" if nomenclature(name).is_cn else "HS"


_Key = tuple[int, str, str, str]
"""Rank of the snapshot, origin, reporter, family of the nomenclature."""

MOST = 0.8
"""A statement about at least this share of the partners of another can take its place; countries
with next to no trade are left out of many publications."""

Span = tuple[str, str]
"""First and last period, both included; periods of one frequency sort as text."""


def free_spans(span: Span, taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of a span outside the taken ones, as spans in order."""
    left = [span]
    for first, last in taken:
        rest: list[Span] = []
        for a, b in left:
            if last < a or b < first:
                rest.append((a, b))
                continue
            if a < first:
                rest.append((a, Window(first, first).before))
            if last < b:
                rest.append((Window(last, last).next, b))
        left = rest
    return tuple(sorted(left))


def _editions(series: list[Series]) -> list[tuple[Series, tuple[Span, ...]]]:
    """The spans of each series such that no period is taken in two editions of a nomenclature.

    Some publishers offer the same statements in several editions at once; the newest is read.
    """
    reach: dict[str, Span] = {}
    for s in series:
        first, last = reach.get(s.nomenclature, (s.first, s.last))
        reach[s.nomenclature] = (min(first, s.first), max(last, s.last))
    taken: list[Span] = []
    spans: dict[str, tuple[Span, ...]] = {}
    for name in sorted(reach, key=lambda n: n[2:], reverse=True):
        spans[name] = free_spans(reach[name], taken)
        taken.append(reach[name])
    return [(s, spans[s.nomenclature]) for s in series]


def cover(
    leg: str,
    manifests: Iterable[Manifest],
    countries: frozenset[str],
    *,
    flow: str,
    freq: Frequency,
    level: int,
    windows: Iterable[Window],
    on: date,
    kind: str | None = None,
    usable: frozenset[str] | None = None,
    partners: frozenset[str] | None = None,
) -> Cover:
    """Choose the series of a leg.

    A series is usable when its reporter is one of `countries`, or a group of them alone, and when
    it reaches into a window. What one reporter states in one snapshot belongs together: several
    editions of one nomenclature, whole codes and partial ones. Where two speak for the same
    country, the first in this order has the periods that it reaches over, the other what is left:
    a statement about most of the partners that matter before one about few of them, a group whose
    members do not all speak for themselves, then the later snapshot in the store (a
    user's import before the packaged sample), then the one with more rows. So files of single
    years add up, and so do files about different partners, and a revised file takes the place of an
    old one.

    Args:
        leg: Name of the leg, carried along.
        manifests: The snapshots that count.
        countries: Whose statements are wanted.
        flow: X or M.
        freq: M or A.
        level: Digits of the goods codes; 0 for TOTAL.
        windows: Periods that are needed.
        on: The day on which a group's composition is looked up.
        kind: `CN` or `HS`; any without it.
        usable: Only these reporters' countries (for complete reporters).
        partners: Whom the statements must be about; statements about none of them are no part of
            the leg.
    """
    first = min(w.first for w in windows)
    last = max(w.last for w in windows)
    grouped: dict[_Key, list[Series]] = defaultdict(list)
    snapshots = list(manifests)
    for rank, manifest in enumerate(snapshots):
        if manifest.reconciled:  # nobody's statement: see `untested.reconciled`
            continue
        for s in manifest.series:
            if (s.flow, s.freq, s.level) != (flow, freq, level) or s.last < first or s.first > last:
                continue
            if kind is not None and level and family(s.nomenclature) != kind:
                continue
            if partners is not None and not partners & set(s.partners):
                continue
            grouped[rank, s.origin_id, s.reporter, family(s.nomenclature)].append(s)

    singles: dict[str, int] = {}  # country → highest rank of a statement of its own
    for rank, _, reporter, _ in grouped:
        if reporter not in GROUPS:
            singles[reporter] = max(singles.get(reporter, -1), rank)

    breadth = {
        key: len({p for s in series for p in s.partners if partners is None or p in partners})
        for key, series in grouped.items()
    }
    widest: dict[str, int] = {}
    for key, number in breadth.items():
        for m in members_of(key[2], on):
            widest[m] = max(widest.get(m, 0), number)

    def order(key: _Key) -> tuple[bool, bool, int, int, str]:
        narrow = breadth[key] < MOST * max((widest[m] for m in members_of(key[2], on)), default=0)
        # A group gives way to its members' own statements only where all of them are held and as
        # new: otherwise one member's file would push out all the others.
        replaceable = key[2] not in GROUPS or all(
            singles.get(m, -1) >= key[0] for m in members_of(key[2], on)
        )
        return (narrow, replaceable, -key[0], -sum(s.rows for s in grouped[key]), key[2])

    # Two statements of one country conflict where they share a partner; else both are read.
    taken: dict[str, list[tuple[Span, frozenset[str]]]] = defaultdict(list)
    chosen: list[Chosen] = []
    unused: list[tuple[str, str]] = []
    for key in sorted(grouped, key=order):
        members = members_of(key[2], on)
        if not members or not members <= countries:
            continue
        if usable is not None and not members <= usable:
            continue
        reach = (
            max(first, min(s.first for s in grouped[key])),
            min(last, max(s.last for s in grouped[key])),
        )
        whom = frozenset(p for s in grouped[key] for p in s.partners)
        free = free_spans(reach, [t for m in members for t, who in taken[m] if who & whom])
        if free != (reach,):
            unused.append((key[1], key[2]))
        for m in members:
            taken[m].extend((span, whom) for span in free)
        chosen += [
            Chosen(leg, snapshots[key[0]].snapshot_id, s, members, *left)
            for s, spans in _editions(grouped[key])
            for own in spans
            for span in free
            if (left := (max(own[0], span[0]), min(own[1], span[1])))[0] <= left[1]
        ]
    return Cover(leg, level, tuple(chosen), tuple(unused))
