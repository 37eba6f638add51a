"""What is missing for an answer, in words and as the command that would fetch it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from umweg.claims.answer import Lack
from umweg.claims.population import Codes, Goods, Lists, Population
from umweg.claims.wording import Country, Say
from umweg.geography import GROUPS, group_members
from umweg.periods import Window
from umweg.store.contracts import TOTAL

ALL_SIX_DIGITS = "AG6"
"""How UN Comtrade calls all codes of six digits. Asked for together with the total, because only
a publication of all codes can show that a good was not traded."""

_MISSING = {
    "X": "exports of {reporters} to {partners}, {goods}, {window}",
    "M": "imports of {reporters} from {partners}, {goods}, {window}",
    "RX": "re-exports of {reporters} to {partners}, {goods}, {window}",
    "RM": "re-imports of {reporters} from {partners}, {goods}, {window}",
}


def goods_words(goods: Goods) -> Say:
    """The goods of a population in words."""
    if isinstance(goods, Codes):
        return Say("codes {codes} ({nomenclature})", codes=", ".join(goods.codes),
                   nomenclature=goods.nomenclature)  # fmt: skip
    if isinstance(goods, Lists):
        return Say("the goods on {lists} on {day}", lists=", ".join(goods.lists), day=goods.day)
    return Say("all goods")


def comtrade_query(
    reporters: Iterable[str],
    partners: Iterable[str],
    flow: str,
    goods: Goods,
    window: Window,
    *,
    all_codes: bool = False,
) -> str:
    """The command that fetches the figures from UN Comtrade, as text to copy.

    Args:
        reporters, partners: Countries; groups are written out, because Comtrade has none of them.
        flow: X, M, RX or RM.
        goods: The goods; a list of the regime is asked for as all codes of six digits.
        window: The periods, monthly or yearly.
        all_codes: Ask for all codes, whatever the goods: to see what was not traded.
    """
    on = window.first_day
    if all_codes or isinstance(goods, Lists):
        codes = f"{TOTAL},{ALL_SIX_DIGITS}"
    else:
        codes = (
            ",".join(dict.fromkeys(c[:6] for c in goods.prefixes))
            if isinstance(goods, Codes)
            else TOTAL
        )
    return (
        f"umweg data fetch comtrade --reporter {_written(reporters, on)} "
        f"--partner {_written(partners, on)} --flow {flow} --codes {codes} --periods {window}"
    )


def _written(codes: Iterable[str], on: date) -> str:
    single = {m for c in codes for m in (group_members(c, on) if c in GROUPS else ()) or (c,)}
    return ",".join(sorted(single))


def figures_missing(
    reporters: Iterable[str],
    population: Population,
    flow: str,
    window: Window,
    *,
    all_codes: bool = False,
) -> Lack:
    """The figures of some reporters of a population that the store does not hold."""
    names = tuple(sorted(reporters))
    return Lack(
        Say(
            _MISSING[flow],
            reporters=Country(names),
            partners=Country(population.partner),
            goods=goods_words(population.goods),
            window=window,
        ),
        comtrade_query(
            names, population.partner, flow, population.goods, window, all_codes=all_codes
        ),
    )
