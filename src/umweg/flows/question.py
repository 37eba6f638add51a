"""From options and the regime to the particulars of a scan: who, which lists, which statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from umweg.errors import RegimeError, UsageError
from umweg.flows.basket import ListedCodes, Wanted
from umweg.flows.options import ScanOptions
from umweg.flows.plan import MOST, Cover, cover
from umweg.geography import is_country
from umweg.periods import Window
from umweg.regime import GoodsList, Regime, goods_list_from_csv
from umweg.store import Manifest, Store


@dataclass(frozen=True, slots=True)
class Question:
    """The particulars of a scan, made from the options and the regime.

    Attributes:
        as_of: The regime as it stood on this day.
        on: Last day of the window after: the day on which roles and groups are looked up.
        named: Transit countries that were asked for or that the regime names.
        targets: Every target of the regime: none of them is a neutral destination.
        lists: The goods lists of the basket.
        basket, restricted: The same and all lists against the target, as codes.
    """

    options: ScanOptions
    as_of: date
    on: date
    coalition: frozenset[str]
    named: tuple[str, ...]
    targets: frozenset[str]
    lists: tuple[GoodsList, ...]
    basket: tuple[ListedCodes, ...]
    restricted: tuple[ListedCodes, ...]
    wanted: Wanted
    measures_from: date

    @property
    def windows(self) -> dict[str, Window]:
        """The windows by name, in the order of time."""
        earlier = self.options.earlier
        found = {"earlier": earlier} if earlier else {}
        return {**found, "before": self.options.before, "after": self.options.after}


def last_day(period: str) -> date:
    """Last day of a month or year."""
    year = int(period[:4])
    month = int(period[5:]) if len(period) > 4 else 12
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)


def _as_codes(found: GoodsList, as_of: date | None, tier: str | None) -> list[ListedCodes]:
    """The list as codes, one for each vintage that its entries are written in."""
    by_vintage: dict[str, dict[str, str]] = {}
    for entry in found.members(as_of, tier):
        by_vintage.setdefault(entry.nomenclature, {})[entry.code] = entry.description
    return [
        ListedCodes(found.id, vintage, frozenset(texts), texts)
        for vintage, texts in sorted(by_vintage.items())
    ]


def _goods_list(name: str, regime: Regime, options: ScanOptions) -> GoodsList:
    if name in regime.goods_lists:
        return regime.goods_list(name)
    if Path(name).suffix.lower() == ".csv" or Path(name).exists():
        return goods_list_from_csv(Path(name), target=options.target)
    raise UsageError(
        f"no goods list is named '{name}'",
        where="--goods-list",
        allowed=", ".join(regime.goods_lists) + ", or the path of a CSV file",
        next_step="see `umweg regime measures`, or write a CSV with a column 'code'",
    )


def ask(options: ScanOptions, regime: Regime) -> Question:
    """Resolve the options against the regime.

    Raises:
        UsageError: an unknown target, country, programme or list.
    """
    as_of = options.as_of or date.today()  # noqa: DTZ011 - the user's own calendar day
    on = last_day(options.after.last)
    if options.target not in regime.target_codes:
        raise UsageError(
            f"'{options.target}' is no target of the regime",
            where="--target",
            allowed=", ".join(regime.target_codes),
        )
    if options.programme is not None and options.programme not in regime.programmes:
        raise UsageError(
            f"no programme is named '{options.programme}'",
            where="--programme",
            allowed=", ".join(sorted(regime.programmes)),
        )
    coalition = regime.coalition(options.target, on)
    named = options.transit or tuple(
        c.country for c in regime.transit(options.target, as_of) if c.country not in coalition
    )
    for country in named:
        if not is_country(country):
            raise UsageError(
                f"'{country}' is no country code",
                where="--transit",
                allowed="a code of three letters, ISO 3166-1 alpha-3",
            )
        if country == options.target or country in coalition:
            role = "the target" if country == options.target else "in the coalition"
            raise UsageError(
                f"'{country}' is {role} on {on}: no transit country of this scan",
                where="--transit",
            )
    lists = tuple(_goods_list(name, regime, options) for name in _list_names(options, regime))
    everything = [
        regime.goods_list(name)
        for name in regime.goods_lists
        if options.target in regime.goods_list(name).targets
    ]
    try:
        basket = [c for x in lists for c in _as_codes(x, _membership_day(x, as_of), options.tier)]
    except RegimeError as error:
        raise UsageError(error.what, where="--tier", allowed=error.allowed) from error
    if lists and not any(b.codes for b in basket):
        raise UsageError(
            f"the goods list has no entry on {as_of}",
            where=", ".join(x.id for x in lists),
            next_step="choose another --as-of, or another --goods-list",
        )
    restricted = [c for x in (*everything, *lists) for c in _as_codes(x, None, None)]
    return Question(
        options=options,
        as_of=as_of,
        on=on,
        coalition=coalition,
        named=named,
        targets=frozenset(regime.target_codes),
        lists=lists,
        basket=tuple(basket),
        restricted=tuple(restricted),
        wanted=Wanted.parse(options.codes),
        measures_from=regime.main_measures_from(options.target),
    )


def _list_names(options: ScanOptions, regime: Regime) -> tuple[str, ...]:
    if options.goods_list:
        return options.goods_list
    if options.programme is not None:
        return tuple(
            m
            for m in regime.goods_lists
            if regime.goods_list(m).programme == options.programme
            and options.target in regime.goods_list(m).targets
        )
    if options.codes:
        return ()
    names = options.default_lists(regime)
    if not names:
        raise UsageError(
            f"no goods list against '{options.target}' is held",
            where="--goods-list",
            allowed=", ".join(regime.goods_lists),
        )
    return names


def _membership_day(found: GoodsList, as_of: date) -> date | None:
    """Lists of one day's text have no dates of their own: all their entries count."""
    return None if found.info.as_of is not None else as_of


@dataclass(frozen=True, slots=True)
class Covers:
    """The statements that every leg of the scan reads."""

    inbound: Cover
    common: Cover
    total: Cover
    heading: Cover
    arrival: Cover
    onward: Cover
    origin: Cover
    kind: str
    level: int
    incomplete: dict[str, tuple[str, ...]]

    @property
    def by_code(self) -> tuple[Cover, ...]:
        """The legs whose goods codes matter."""
        legs = (self.inbound, self.heading, self.arrival, self.onward, self.origin)
        return tuple(c for c in legs if c.chosen)

    @property
    def by_period(self) -> tuple[Cover, ...]:
        """The legs whose course of time matters."""
        legs = (self.inbound, self.common, self.total, self.onward)
        return tuple(c for c in legs if c.chosen)


def _candidates(question: Question) -> list[tuple[str, int]]:
    """Kinds and levels of codes in the order in which they suit the basket."""
    asked = max((len(p) for p in question.wanted.prefixes), default=6)
    # Headings and chapters are asked for by their sub-codes: the statistics' own totals of them
    # would be looked at last.
    longest = max((b.longest for b in question.basket), default=0) or max(asked, 6)
    kinds = ["CN", "HS"] if longest == 8 else ["HS", "CN"]
    levels = [longest, *(n for n in (8, 6, 4) if n > longest), *(n for n in (6, 4) if n < longest)]
    return [(kind, level) for level in levels for kind in kinds]


def incomplete_reporters(
    store: Store, windows: Iterable[Window], scope: str
) -> dict[str, tuple[str, ...]]:
    """Reporters of exports that the coverage says miss a period of the windows."""
    if not store.has("coverage"):
        return {}
    periods = {p for w in windows for p in w.periods}
    missing: dict[str, list[str]] = {}
    for row in store.read("coverage").to_pylist():
        if (
            row["flow"] == "X" and row["scope"] == scope and row["status"] == "missing"
            and row["period"] in periods
        ):  # fmt: skip
            missing.setdefault(row["reporter"], []).append(row["period"])
    return {r: tuple(sorted(p)) for r, p in sorted(missing.items())}


def choose_statements(store: Store, question: Question) -> Covers | None:
    """Choose the statements of every leg; None where no inbound leg is held at all.

    The inbound leg decides kind and level of the codes, and the arrival side follows, because a
    mirror gap compares the same goods. The onward leg takes the level nearest to it that is held:
    at another level it speaks for the country's basket and for no single corridor.
    """
    manifests = store.snapshots()
    windows = list(question.windows.values())
    asked = [question.options.before, question.options.after]
    freq = question.options.before.freq
    incomplete = incomplete_reporters(store, asked, "codes")
    complete = question.coalition - set(incomplete)
    usable = complete if question.options.complete_reporters else None

    places = frozenset(question.named)
    destinations = places | {question.options.target}
    about = {"arrival": question.coalition, "origin": frozenset({question.options.target})}

    def found(
        leg: str, countries: frozenset[str], flow: str, level: int, kind: str | None,
        usable: frozenset[str] | None = None,
    ) -> Cover:  # fmt: skip
        return cover(
            leg, manifests, countries, flow=flow, freq=freq, level=level, windows=windows,
            on=question.on, kind=kind, usable=usable,
            partners=about.get(leg, destinations),
        ).reaching(asked)  # fmt: skip

    for kind, level in _candidates(question):
        inbound = found("inbound", question.coalition, "X", level, kind, usable)
        if inbound.chosen:
            break
    else:
        return None
    others = _reporters(manifests) - question.coalition - places - {question.options.target}
    all_complete = complete - set(incomplete_reporters(store, asked, "total"))
    common = found("inbound_common", question.coalition, "X", level, kind, all_complete)
    total = found("inbound_total", question.coalition, "X", 0, None, common.members)
    if total.members != common.members:  # a reporter without a total cannot be in the difference
        common = found("inbound_common", question.coalition, "X", level, kind, total.members)
        total = total.without(total.members - common.members)
    if total.members != common.members:
        total = total.without(total.members)
    tried = [(kind, level), *_candidates(question)]
    attempts = [found("onward", places, "X", n, k) for k, n in tried]
    onward = next(
        (c for c in attempts if c.chosen), next((c for c in attempts if c.lacking), attempts[0])
    )
    arrival = found("arrival", places, "M", level, kind)
    # An importer that names few of the exporters says little of what arrived from all of them.
    arrival = arrival.without(
        frozenset(
            p for p in arrival.members
            if len(arrival.partners_of(p) & inbound.members) < MOST * len(inbound.members)
        )
    )  # fmt: skip
    heading = (
        found("heading", question.coalition, "X", 4, kind, inbound.members)
        if level > 4
        else Cover("heading", 4, ())
    )
    return Covers(
        inbound=inbound,
        common=common,
        total=total,
        heading=heading,
        arrival=arrival,
        onward=onward,
        origin=found("origin", others, "X", onward.level, None),
        kind=kind,
        level=level,
        incomplete={r: p for r, p in incomplete.items() if r in inbound.members},
    )


def _reporters(manifests: Iterable[Manifest]) -> frozenset[str]:
    return frozenset(s.reporter for m in manifests for s in m.series)
