"""Which statements every leg of a scan reads, and whether they can carry it.

The plan of one leg stands in `plan`; what was published in `availability`. Here the legs are put
together: an importer or an onward leg that does not reach over the windows is left out and named,
because growth between a window with figures and one without would be growth of the publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from umweg.flows.availability import Availability
from umweg.flows.plan import MOST, Cover, cover
from umweg.flows.question import Question
from umweg.periods import Window
from umweg.store import Manifest, Store


@dataclass(frozen=True, slots=True)
class Covers:
    """The statements that every leg of the scan reads.

    Attributes:
        windows: The windows that are compared; `earlier` only where it was published and lies
            before the measures.
        unpublished: Periods of the two windows that most exporters have not published: the inbound
            leg cannot be judged.
        incomplete: Exporters that miss single periods.
        lacking: Transit countries whose own figures do not reach over the windows, by leg.
        thin: Transit countries to which less than half of the exporters' figures are held, with
            those that are.
    """

    inbound: Cover
    common: Cover
    total: Cover
    heading: Cover
    arrival: Cover
    onward: Cover
    origin: Cover
    kind: str
    level: int
    windows: Mapping[str, Window]
    unpublished: tuple[str, ...]
    incomplete: Mapping[str, tuple[str, ...]]
    lacking: Mapping[str, tuple[str, ...]]
    thin: Mapping[str, frozenset[str]]

    @property
    def by_code(self) -> tuple[Cover, ...]:
        """The legs whose goods codes matter."""
        legs = (self.inbound, self.heading, self.arrival, self.onward, self.origin)
        return tuple(c for c in legs if c.chosen)

    @property
    def by_period(self) -> tuple[Cover, ...]:
        """The legs whose course of time matters."""
        legs = (self.inbound, self.common, self.total, self.onward, self.origin)
        return tuple(c for c in legs if c.chosen)

    @property
    def periods(self) -> tuple[str, ...]:
        """Every period of every window, in order."""
        return tuple(sorted({p for w in self.windows.values() for p in w.periods}))


def _candidates(question: Question) -> list[tuple[str, int]]:
    """Kinds and levels of codes in the order in which they suit the basket."""
    asked = max((len(p) for p in question.wanted.prefixes), default=6)
    # Headings and chapters are asked for by their sub-codes: the statistics' own totals of them
    # would be looked at last.
    longest = max((b.longest for b in question.basket), default=0) or max(asked, 6)
    kinds = ["CN", "HS"] if longest == 8 else ["HS", "CN"]
    levels = [longest, *(n for n in (8, 6, 4) if n > longest), *(n for n in (6, 4) if n < longest)]
    return [(kind, level) for level in levels for kind in kinds]


def choose_statements(store: Store, question: Question, available: Availability) -> Covers | None:
    """Choose the statements of every leg; None where no inbound leg is held at all.

    The inbound leg decides kind and level of the codes, and the arrival side follows, because a
    mirror gap compares the same goods. The onward leg takes the level nearest to it that is held:
    at another level it speaks for the country's basket and for no single corridor.
    """
    manifests = store.snapshots()
    options = question.options
    asked = [options.before, options.after]
    compared = [p for w in asked for p in w.periods]
    places = frozenset(question.named)
    destinations = places | {options.target}
    about = {"arrival": question.coalition, "origin": frozenset({options.target})}

    def found(
        leg: str, countries: frozenset[str], flow: str, level: int, kind: str | None,
        usable: frozenset[str] | None = None,
    ) -> Cover:  # fmt: skip
        return cover(
            leg, manifests, countries, flow=flow, freq=options.before.freq, level=level,
            windows=list(question.windows.values()), on=question.on, kind=kind, usable=usable,
            partners=about.get(leg, destinations),
        ).reaching(asked)  # fmt: skip

    for kind, level in _candidates(question):
        inbound = found("inbound", question.coalition, "X", level, kind)
        if inbound.chosen:
            break
    else:
        return None
    lacking_exporters = inbound.lacking
    incomplete = available.incomplete(inbound, compared)
    complete = inbound.members - set(incomplete)
    if options.complete_reporters:
        inbound = found("inbound", question.coalition, "X", level, kind, complete)
        incomplete = {}
    windows = dict(question.windows)
    if "earlier" in windows and available.unpublished(inbound, windows["earlier"].periods):
        del windows["earlier"]

    total = found("inbound_total", question.coalition, "X", 0, None, complete)
    both = complete & (total.members - set(available.incomplete(total, compared)))
    common = found("inbound_common", question.coalition, "X", level, kind, both)
    total = total.without(total.members - common.members)
    if total.members != common.members:  # groups that do not match: no difference can be taken
        total = total.without(total.members)

    # A country's own side needs every period that is compared.
    mirrored = sorted({p for w in windows.values() for p in w.periods})
    arrival = found("arrival", places, "M", level, kind)
    short = available.incomplete(arrival, mirrored)
    few = {
        # An importer that names few of the exporters says little of what arrived from all.
        p: ("most of the exporters as partners",)
        for p in arrival.members
        if len(arrival.partners_of(p) & inbound.members) < MOST * len(inbound.members)
    }
    tried = [(kind, level), *_candidates(question)]
    attempts = [found("onward", places, "X", n, k) for k, n in tried]
    onward = next(
        (c for c in attempts if c.chosen), next((c for c in attempts if c.lacking), attempts[0])
    )
    silent = available.incomplete(onward, compared)
    others = _reporters(manifests) - question.coalition - destinations
    origin = found("origin", others, "X", onward.level, None)
    return Covers(
        inbound=replace(inbound, lacking=lacking_exporters),
        common=common,
        total=total,
        heading=found("heading", question.coalition, "X", 4, kind, inbound.members)
        if level > 4
        else Cover("heading", 4, ()),
        arrival=arrival.without(frozenset(short) | frozenset(few)),
        onward=onward.without(frozenset(silent)),
        origin=origin.without(frozenset(available.incomplete(origin, compared))),
        kind=kind,
        level=level,
        windows=windows,
        unpublished=available.unpublished(inbound, compared),
        incomplete=incomplete,
        lacking={
            **{f"imports of {p}": (*short.get(p, ()), *few.get(p, ())) for p in {**short, **few}},
            **{f"exports of {p}": m for p, m in silent.items()},
            **{f"imports of {p}": () for p in arrival.lacking},
            **{f"exports of {p}": () for p in onward.lacking},
        },
        thin={
            p: speaking
            for p in sorted(places)
            if (speaking := inbound.speakers(p)) and 2 * len(speaking) < len(inbound.members)
        },
    )


def _reporters(manifests: Iterable[Manifest]) -> frozenset[str]:
    return frozenset(s.reporter for m in manifests for s in m.series)
