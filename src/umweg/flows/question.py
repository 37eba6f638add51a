"""From options and the regime to the particulars of a scan: who, which lists, which statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from umweg.errors import RegimeError, UsageError
from umweg.flows.basket import ListedCodes, Wanted, meet
from umweg.flows.options import ScanOptions
from umweg.geography import is_country
from umweg.nomenclature import HS_VINTAGES
from umweg.periods import Window, last_day
from umweg.regime import GoodsList, Regime, goods_list_from_csv


@dataclass(frozen=True, slots=True)
class Question:
    """The particulars of a scan, made from the options and the regime.

    Attributes:
        as_of: The regime as it stood on this day.
        on: Last day of the window after: the day on which roles and groups are looked up.
        named: Transit countries that were asked for or that the regime names.
        targets: Every target of the regime: none of them is a neutral destination.
        lists: The goods lists of the basket.
        basket, restricted: The same, and all lists of the regime whatever their target, as codes.
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
    target_lists: frozenset[str]
    listed_after: date | None

    @property
    def before_measures(self) -> bool:
        """Whether the window before ends before the measures began."""
        return last_day(self.options.before.last) < self.measures_from

    @property
    def renumbered(self) -> bool:
        """Whether a new edition of the Harmonized System lies between the windows."""
        first, last = int(self.options.before.first[:4]), int(self.options.after.last[:4])
        return any(first < v.year <= last for v in HS_VINTAGES)

    @property
    def windows(self) -> dict[str, Window]:
        """The windows by name, in the order of time."""
        # Only what lies before the measures can say how the flow went without them.
        earlier = self.options.earlier if self.before_measures else None
        found = {"earlier": earlier} if earlier else {}
        return {**found, "before": self.options.before, "after": self.options.after}


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
    # Goods restricted against anybody are no control: what is short under one regime is sought
    # under another.
    everything = [regime.goods_list(name) for name in regime.goods_lists]
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
        target_lists=frozenset(x.id for x in lists)
        | {x.id for x in everything if options.target in x.targets},
        listed_after=_listed_after(lists, as_of, on),
    )


def _list_names(options: ScanOptions, regime: Regime) -> tuple[str, ...]:
    if options.goods_list:
        return options.goods_list
    if options.programme is not None:
        found = tuple(
            m
            for m in regime.goods_lists
            if regime.goods_list(m).programme == options.programme
            and options.target in regime.goods_list(m).targets
        )
        if not found:
            held = {regime.goods_list(m).programme for m in regime.goods_lists}
            raise UsageError(
                f"no codes of the programme '{options.programme}' against '{options.target}' "
                "are held",
                where="--programme",
                allowed=", ".join(sorted(held)),
                next_step="name one of these, or a list of your own with --goods-list FILE",
            )
        return found
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


def _listed_after(lists: Sequence[GoodsList], as_of: date, on: date) -> date | None:
    """The first day of the whole basket, where that is after the windows."""
    days = [
        e.from_ or x.info.as_of
        for x in lists
        for e in x.members(_membership_day(x, as_of))
        if e.from_ is not None or x.info.as_of is not None
    ]
    known = [d for d in days if d is not None]
    return min(known) if known and min(known) > on else None


def _membership_day(found: GoodsList, as_of: date) -> date | None:
    """Lists of one day's text have no dates of their own: all their entries count from that day.

    Raises:
        UsageError: the question is put to a day before that.
    """
    text_of = found.info.as_of
    if text_of is not None and as_of < text_of:
        raise UsageError(
            f"the goods list '{found.id}' is the text of {text_of}: it says nothing of {as_of}",
            where="--as-of",
            allowed=f"{text_of} or later",
            next_step="choose a later day, or another list with --goods-list",
        )
    return None if text_of is not None else as_of


def lists_of(
    question: Question, codes: Iterable[str], nomenclature: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Every list against the target that each code meets, `nomenclature` being its vintage."""
    return {
        code: tuple(
            sorted(
                {
                    r.list_id
                    for r in question.restricted
                    if r.list_id in question.target_lists
                    and (m := meet(code, nomenclature[code], r))
                    and m.how != "partial"
                }
            )
        )
        for code in codes
    }


def descriptions_of(question: Question, codes: Iterable[str]) -> dict[str, str]:
    """The text of each code, or of the wider one that a list names."""
    held = [x.descriptions for x in (*question.restricted, *question.basket)]
    texts: dict[str, str] = {}
    for code in codes:
        found = (d[code[:n]] for d in held for n in (8, 6, 4) if d.get(code[:n]))
        if text := next(found, None):
            texts[code] = text
    return texts
