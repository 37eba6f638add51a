"""What one cell of a flows table may hold: each column's rule, said in the words of its message.

A rule is applied once to each distinct text of a column, never once a row, so that a file of ten
million rows costs a few thousand calls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from umweg.errors import NomenclatureError
from umweg.geography import GROUPS, WORLD, is_place
from umweg.nomenclature import Nomenclature, exists, nomenclature, parse_code
from umweg.periods import frequency_of
from umweg.sources.batches import SHOWN, cut
from umweg.store.contracts import BASES, FLOW_KINDS, TOTAL

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that a period may name; anything else is a slip of the pen."""

DEFAULT_BASIS = {"X": "FOB", "RX": "FOB", "M": "CIF", "RM": "CIF"}
"""Usual basis of each flow in customs statistics (IMTS 2010, chapter IV)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be kept: the name of the reason, and what is allowed."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A text as understood: its value, or the problem with it.

    `altered` is true where the value is not the text as written (trimmed, upper-cased, separators
    of a code removed), so that the change can be counted and named.
    """

    value: str | None
    problem: Problem | None = None
    altered: bool = False


Rule = Callable[[str], Cell]


def _missing(column: str, allowed: str) -> Cell:
    return Cell(None, Problem("missing-value", f"'{column}' is empty; allowed: {allowed}"))


@cache
def _country_hint(text: str) -> str:
    if len(text) > SHOWN:  # no name of a country
        return ""
    from rigour.territories import get_territory, lookup_territory

    found = get_territory(text.lower()) if len(text) == 2 else lookup_territory(text)
    if found is None or not found.alpha3:
        return ""
    return f"; for '{text}' write {found.alpha3.upper()}"


def place(column: str) -> Rule:
    """The rule of `reporter` or `partner`: a country of ISO 3166-1 alpha-3, or a named group."""
    allowed = f"an ISO 3166-1 alpha-3 code, or one of {', '.join(GROUPS)}"

    def rule(text: str) -> Cell:
        code = text.strip().upper()
        if not code:
            return _missing(column, allowed)
        if column == "reporter" and code == WORLD:
            return Cell(
                None,
                Problem("unknown-country", f"'{WORLD}' can be a partner, never a reporter"),
            )
        if not is_place(code):
            return Cell(
                None,
                Problem(
                    "unknown-country",
                    f"{column} '{cut(text)}' is not known; allowed: {allowed}"
                    f"{_country_hint(text.strip())}",
                ),
            )
        return Cell(code, altered=code != text)

    return rule


def one_of(column: str, allowed: tuple[str, ...], reason: str, *, optional: bool = False) -> Rule:
    """The rule of a column with a closed list of values."""

    def rule(text: str) -> Cell:
        value = text.strip().upper()
        if not value:
            return Cell(None) if optional else _missing(column, ", ".join(allowed))
        if value not in allowed:
            return Cell(
                None, Problem(reason, f"{column} '{cut(text)}'; allowed: {', '.join(allowed)}")
            )
        return Cell(value, altered=value != text)

    return rule


_NEAR_PERIODS = (
    (re.compile(r"^(\d{4})[/.M ]?(0?[1-9]|1[0-2])$"), 1, 2),
    (re.compile(r"^(\d{4})-([1-9])$"), 1, 2),
    (re.compile(r"^(0?[1-9]|1[0-2])[/.\-](\d{4})$"), 2, 1),
    (re.compile(r"^(\d{4})-(0[1-9]|1[0-2])-\d{2}(?:[T ].*)?$"), 1, 2),
)


def period(text: str) -> Cell:
    """The rule of `period`: a month `2021-03` or a year `2021`."""
    value = text.strip()
    if not value:
        return _missing("period", "YYYY-MM or YYYY")
    # frequency_of knows other digits than ASCII ones too; a key is made of these figures.
    if value.isascii() and frequency_of(value) and FIRST_YEAR <= int(value[:4]) <= LAST_YEAR:
        return Cell(value, altered=value != text)
    hint = ""
    for pattern, year, month in _NEAR_PERIODS:
        if near := pattern.match(value):
            hint = f"; for '{cut(value)}' write {near[year]}-{int(near[month]):02d}"
            break
    return Cell(
        None,
        Problem(
            "bad-period",
            f"period '{cut(text)}'; allowed: YYYY-MM for a month, YYYY for a year, "
            f"{FIRST_YEAR} to {LAST_YEAR}{hint}",
        ),
    )


COMTRADE_VINTAGES = {
    "H0": "HS1992", "H1": "HS1996", "H2": "HS2002", "H3": "HS2007", "H4": "HS2012",
    "H5": "HS2017", "H6": "HS2022",
}  # fmt: skip
"""The editions of the HS as UN Comtrade names them; H0 is HS 1988/92."""


def vintage(text: str) -> Cell:
    """The rule of `nomenclature`: a vintage that is known by name."""
    if not text.strip():
        return _missing("nomenclature", "a vintage with its year, such as HS2022 or CN2022")
    try:
        value = nomenclature(text).value
    except NomenclatureError as error:
        near = COMTRADE_VINTAGES.get(text.strip().upper())
        hint = f"; for '{text.strip()}' write {near}" if near else ""
        return Cell(
            None,
            Problem(
                "unknown-nomenclature",
                f"nomenclature '{cut(text)}'; allowed: {error.allowed}{hint}",
            ),
        )
    return Cell(value, altered=value != text)


def goods_code(text: str) -> Cell:
    """The rule of `code`, as far as it can be told without the nomenclature."""
    value = text.strip()
    if not value:
        return _missing("code", f"2, 4, 6 or 8 digits, or {TOTAL}")
    if value.upper() == TOTAL:
        return Cell(TOTAL, altered=text != TOTAL)
    try:
        digits = parse_code(value)
    except NomenclatureError as error:
        what = error.what.replace(repr(value), repr(cut(value)))
        return Cell(
            None,
            Problem("bad-code", f"{what}; allowed: {error.allowed}, or {TOTAL}; {error.next_step}"),
        )
    return Cell(digits, altered=digits != text)


@cache
def code_in_vintage(code: str, name: str) -> tuple[Problem | None, bool]:
    """Whether a code exists in its nomenclature: the problem, and whether it could be checked."""
    if code == TOTAL:
        return None, True
    known = exists(code, name)
    if known is None:
        return None, False
    if known:
        return None, True
    others = [n.value for n in Nomenclature if n.value[:2] == name[:2] and exists(code, n)]
    if others:
        hint = f"it exists in {', '.join(others)}: correct the nomenclature"
    elif len(code) == 8 and name.startswith("HS"):
        hint = "the HS has no codes of eight digits: write CN and the year, or six digits"
    else:
        hint = "correct the code or its nomenclature"
    return (
        Problem("code-not-in-nomenclature", f"{name} has no code '{code}'; {hint}"),
        True,
    )


_CURRENCY = re.compile(r"^[A-Z]{3}$")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "EURO": "EUR", "₽": "RUB", "₸": "KZT"}


def currency(text: str) -> Cell:
    """The rule of `currency`: three letters, as ISO 4217 writes them."""
    value = text.strip().upper()
    if not value:
        return _missing("currency", "a currency code of ISO 4217 such as EUR")
    if not _CURRENCY.match(value):
        near = _SIGNS.get(value)
        return Cell(
            None,
            Problem(
                "unknown-currency",
                f"currency '{cut(text)}'; allowed: the three letters of ISO 4217, such as EUR"
                + (f"; for '{text}' write {near}" if near else ""),
            ),
        )
    return Cell(value, altered=value != text)


def yes_or_no(text: str) -> Cell:
    """The rule of `partial_code`: true or false; empty is false."""
    value = text.strip().lower()
    if value in ("true", "1"):
        return Cell("true")
    if value in ("false", "0", ""):
        return Cell("false")
    return Cell(
        None,
        Problem(
            "not-a-boolean", f"partial_code '{cut(text)}'; allowed: true, false (empty is false)"
        ),
    )


def free_text(text: str) -> Cell:
    """The rule of a column that holds a name: trimmed, empty is none."""
    value = text.strip()
    return Cell(value or None, altered=value != text)


RULES: dict[str, Rule] = {
    "reporter": place("reporter"),
    "partner": place("partner"),
    "flow": one_of("flow", FLOW_KINDS, "unknown-flow"),
    "freq": one_of("freq", ("M", "A"), "unknown-frequency", optional=True),
    "period": period,
    "nomenclature": vintage,
    "code": goods_code,
    "currency": currency,
    "basis": one_of("basis", BASES, "unknown-basis", optional=True),
    "partial_code": yes_or_no,
    "quantity_unit": free_text,
    "origin_id": free_text,
}
"""The rule of each column that holds text; `number` is the rule of the others."""

_NUMBER = re.compile(r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")
_COMMA = re.compile(r"^([+-]?[0-9]+),([0-9]+)$")
_GROUPED = re.compile(r"^[+-]?[0-9]{1,3}(?:[., '’\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?$")


def number(column: str, text: str, *, optional: bool) -> tuple[float, Problem | None]:
    """The rule of a column of numbers: the number (NaN where there is none), and the problem."""
    value = text.strip()
    if not value:
        if optional:
            return math.nan, None
        return math.nan, Problem("missing-value", f"'{column}' is empty; allowed: a number from 0")
    allowed = "allowed: digits with a decimal point, such as 1234.5"
    if not _NUMBER.match(value):
        if comma := _COMMA.match(value):
            hint = f"; a decimal comma is not read: write {cut(f'{comma[1]}.{comma[2]}')}"
            if len(comma[2]) == 3:
                hint += f", or {cut(comma[1] + comma[2])} if the comma groups thousands"
        elif _GROUPED.match(value):
            hint = "; write it without separators between the thousands"
        else:
            hint = ""
        return math.nan, Problem("not-a-number", f"{column} '{cut(text)}'; {allowed}{hint}")
    result = float(value)
    if math.isinf(result):
        return math.nan, Problem("not-a-number", f"{column} '{cut(text)}' is too large; {allowed}")
    if result < 0:
        return math.nan, Problem(
            "negative-value",
            f"{column} {cut(text)} is negative; allowed: 0 or more; if it corrects an earlier "
            "statement, give the corrected statement itself",
        )
    return result + 0.0, None  # -0.0 + 0.0 is 0.0: one zero, so that equal rows are equal bytes
