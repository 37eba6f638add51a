"""Finding a goods code on a goods list: by its digits, and across vintages where it must be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Literal

from umweg.errors import NomenclatureError
from umweg.nomenclature import (
    HS_VINTAGES,
    LATEST,
    Correlation,
    Nomenclature,
    codes,
    expand_range,
    nomenclature,
    parse_code,
    plain_dashes,
    predecessors,
    successors,
    traps,
)
from umweg.regime.lists import GoodsList
from umweg.regime.model import Entry

How = Literal["exact", "parent", "sub-codes", "predecessor", "successor"]
"""exact: the code itself is listed, or the one code that is the whole of it. parent: a wider code
that holds it is. sub-codes: codes within it are. predecessor, successor: a code
of another vintage that shares goods with it is."""


@dataclass(frozen=True, slots=True)
class Match:
    """One entry of a list that a code meets."""

    entry: Entry
    how: How
    note: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What was found on one list; `doubt` says why absence could not be told, if so."""

    matches: tuple[Match, ...]
    doubt: str = ""


def parse_query(text: str) -> tuple[str, tuple[str, ...]]:
    """(the code as it is shown, its prefixes) of a code or a range; every code must exist."""
    text = plain_dashes(text)
    first, dash, last = text.partition("-")
    if dash:
        shown = f"{parse_code(first)}-{parse_code(last)}"
        return shown, expand_range(text)
    code = parse_code(text)
    if not any(code[:6] in codes(v) for v in HS_VINTAGES):
        raise NomenclatureError(
            f"the code {code} exists in none of the vintages held"
            + (" (looked at its first six digits)" if len(code) > 6 else ""),
            allowed="codes of HS2012, HS2017 or HS2022, and CN codes within them",
            next_step="check the digits; national codes go beyond six digits in their own way",
        )
    return code, (code,)


def search(goods_list: GoodsList, prefixes: tuple[str, ...]) -> Search:
    """Everything on a list that one of the prefixes meets."""
    which = nomenclature(goods_list.nomenclature).hs
    matches: list[Match] = []
    doubts: list[str] = []
    unclear: list[str] = []
    for prefix in prefixes:
        found = _by_digits(goods_list, prefix)
        if not found and prefix[:6] not in codes(which):
            # A heading that the vintage of the list does not have is looked up by its parts.
            for code in (prefix[:6],) if len(prefix) >= 6 else _parts(prefix):
                more, clear = _across(goods_list, code, which)
                found += more
                unclear += [] if clear else [code]
        elif len(prefix) >= 6:
            doubts.append(changed_scope(prefix[:6], which))
        matches += found
    if unclear:
        others = f" and {len(unclear) - 1} more" if len(unclear) > 1 else ""
        doubts.append(
            f"{unclear[0]}{others} overlap(s) n:n with codes of {which}, the vintage of the list; "
            "the correlation is not expanded"
        )
    return Search(tuple(matches), "; ".join(dict.fromkeys(d for d in doubts if d)))


def _by_digits(goods_list: GoodsList, prefix: str) -> list[Match]:
    found: list[Match] = []
    for length in (2, 4, 6, 8):
        if length <= len(prefix):
            how: How = "exact" if length == len(prefix) else "parent"
            found += [Match(e, how) for e in goods_list.by_code.get(prefix[:length], ())]
    ordered = goods_list.sorted_codes
    within = ordered[bisect_right(ordered, prefix) : bisect_left(ordered, prefix + ":")]
    found += [
        _whole(entry, prefix) or Match(entry, "sub-codes")
        for code in within  # ":" comes after every digit
        for entry in goods_list.by_code[code]
    ]
    return found


def _whole(entry: Entry, prefix: str) -> Match | None:
    """An undivided heading or subheading ends in 00: 84715000 is the whole of 847150."""
    if len(prefix) < 4 or entry.code != prefix.ljust(len(entry.code), "0"):
        return None
    what = "heading" if len(prefix) == 4 else "subheading"
    return Match(entry, "exact", f"{entry.code} is the whole {what} {prefix}")


def _across(goods_list: GoodsList, code: str, which: Nomenclature) -> tuple[list[Match], bool]:
    """(matches by way of the other vintage, whether absence can be told).

    An n:n pair is used only where a trap names it, and then a hit counts but absence does not.
    """
    home = _home(code)
    how: How = "predecessor" if home.year > which.year else "successor"
    related = (
        predecessors(code, home, which) if how == "predecessor" else successors(code, home, which)
    )
    usable = [c for c in related if c.relationship != "n:n" or c.note]
    found: list[Match] = []
    for other in usable:
        note = _note(code, home, other, which)
        found += [Match(m.entry, how, note) for m in _by_digits(goods_list, other.code)]
    clear = bool(related) and all(c.relationship != "n:n" and not c.note for c in related)
    return found, clear


def _home(code: str) -> Nomenclature:
    """The latest vintage that has a code."""
    return max((v for v in HS_VINTAGES if code in codes(v)), key=lambda v: v.year)


def _note(code: str, home: Nomenclature, other: Correlation, which: Nomenclature) -> str:
    kind = {"1:1": "the same goods as", "n:1": "part of the wider", "1:n": "wider than"}.get(
        other.relationship, "overlapping with"
    )
    note = f"{code} of {home} is {kind} {other.code} of {which}"
    return f"{note} ({other.note})" if other.note else note


def _parts(prefix: str) -> tuple[str, ...]:
    """The six-digit codes of a heading in the latest vintage that has it."""
    held = codes(_home(prefix))
    return tuple(sorted(c for c in held if len(c) == 6 and c.startswith(prefix)))


@cache
def changed_scope(code: str, which: Nomenclature) -> str:
    """Why a code that stands in both vintages is not the same code, if a trap is on record."""
    if which == LATEST or code not in codes(LATEST):
        return ""
    for trap in traps():
        if (trap.code, trap.newer, trap.older) == (code, LATEST.value, which.value):
            return f"{code} stands in {LATEST} and {which} with different goods: {trap.note}"
    return ""
