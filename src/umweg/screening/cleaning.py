"""What a cell of an order book says: codes, days, amounts, currencies, with what was repaired.

Each function takes the text of a cell and gives a `Cell`: the value, or why there is none, and what
was changed to get it. Nothing is guessed: where a text can mean two things it has no value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from umweg.nomenclature import HS_VINTAGES, codes
from umweg.sources.batches import cut


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a cell as text; `note` says what was repaired, `problem` why there is none."""

    value: str = ""
    note: str = ""
    problem: str = ""


EMPTY = Cell()

# ------------------------------------------------------------------------------------- codes

_FLOAT = re.compile(r"^([0-9]{2,10})[.,]0+$")
_CODE_SIGNS = re.compile(r"[\s.\-/'’\u00a0\u202f]")
_EX = re.compile(r"^(?:ex|aus|из)[\s:.]*(?=[0-9])", re.IGNORECASE)
_NAMED = re.compile(
    r"^(?:hs|hts|htsus|cn|kn|taric|тн\s?вэд|schedule\s?b)[\s:.#-]*(?:code|nr|no)?[\s:.]*(?=[0-9])",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"^[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+$", re.IGNORECASE)
_SEVERAL = re.compile(
    r"^\D*([0-9][0-9. \u00a0]{2,13}?)\s*(-|–|—|/|,|;|\+|&|bis|to|und|and|и|по)\s*(?=[0-9]{4})"
)


def clean_code(text: str, was_number: bool = False) -> Cell:
    """A goods code as digits.

    Dots, spaces and dashes are taken out; more than eight digits are cut to the eight of the
    Combined Nomenclature or, where those do not exist in the HS, stay a problem; a number of a
    spreadsheet that lost its leading zero gets it back where the code exists with it and does not
    without it. Every repair is said.
    """
    shown = text.strip()
    if not shown:
        return EMPTY
    notes: list[str] = []
    # Digits of other scripts and of full width are digits.
    digits = unicodedata.normalize("NFKC", shown)
    if _SHORTENED.match(digits):
        return Cell(
            problem=f"'{cut(shown)}' is a number that a spreadsheet shortened, and its digits are "
            "lost: format the column as text and export it again"
        )
    digits = _NAMED.sub("", digits)
    if several := _several(digits):
        return Cell(problem=f"'{cut(shown)}' names {several}: a line has one code")
    if found := _FLOAT.match(digits):
        digits = found[1]
        notes.append(f"'{cut(shown)}' is a code typed as a number")
        was_number = True
    if _EX.match(digits):
        digits = _EX.sub("", digits)
        notes.append("'ex' is left out: only a part of the code is meant")
    plain = _CODE_SIGNS.sub("", digits)
    if not plain.isascii() or not plain.isdigit():
        return Cell(problem=f"'{cut(shown)}' is no goods code: only digits are")
    if len(plain) > 10:
        return Cell(problem=f"'{cut(shown)}' has {len(plain)} digits; goods codes have 4 to 10")
    code = _with_zero(plain, was_number)
    if code is None:
        what = "ambiguous" if len(plain) in (5, 7, 9) else "too short"
        return Cell(problem=f"'{cut(shown)}' has {len(plain)} digits and is {what}: 4, 6, 8 or 10")
    if code != plain:
        notes.append(f"a leading zero was lost: {plain} is read as {code}")
    if len(code) > 8:
        notes.append(f"{len(code)} digits are cut to the eight of the CN: {code[:8]}")
        code = code[:8]
    if not _exists(code):
        other = "0" + code[:-1] if len(code) > 5 else ""
        hint = f"; did {other} lose its zero?" if other and _exists(other) else ""
        return Cell(
            problem=f"'{cut(shown)}': the HS of 2012, 2017 and 2022 has no code {code[:6]}{hint}"
        )
    if not notes and plain != shown:
        notes.append(f"'{cut(shown)}' is read as {code}")
    return Cell(code, "; ".join(notes))


def _several(text: str) -> str:
    """`a range of codes` or `more than one code`, where a text names these; else empty."""
    found = _SEVERAL.match(text)
    if found is None or len(_CODE_SIGNS.sub("", found[1])) not in (4, 6, 8, 10):
        return ""
    rest = _CODE_SIGNS.sub("", text[found.end() :])
    # 8542-3190 is one code with a dash in it.
    one = len(_CODE_SIGNS.sub("", found[1])) + len(rest) <= 10 and found[2] in "-–—/"
    if one:
        return ""
    return (
        "a range of codes"
        if found[2] in ("-", "–", "—", "bis", "to", "по")
        else ("more than one code")
    )


def us_code(cell: Cell) -> Cell:
    """A code of the US tariff or of Schedule B: beyond six digits it is no code of the CN."""
    if len(cell.value) <= 6:
        return cell
    note = f"a US code: beyond its six digits of the HS, {cell.value[:6]}, it is a national one"
    return Cell(cell.value[:6], f"{cell.note}; {note}" if cell.note else note)


def _with_zero(digits: str, was_number: bool) -> str | None:
    """The code that digits of odd length are, with the zero that a spreadsheet takes away."""
    if len(digits) in (4, 6, 8, 10):
        # 850110 typed as a number may be 0850110x only with another digit: nothing to repair.
        return digits
    if len(digits) in (3, 5, 7, 9):
        padded = "0" + digits
        # Chapters 01 to 09 lose a zero; the digits alone are no code of even length anyway.
        if _exists(padded[:8]) and (was_number or digits[0] != "0"):
            return padded
    return None


@lru_cache(maxsize=1 << 16)
def _exists(code: str) -> bool:
    """Whether any vintage of the HS has the code, by its first six digits."""
    return any(code[:6] in codes(v) for v in HS_VINTAGES)


# ------------------------------------------------------------------------------------- numbers

_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_NUMBER = re.compile(r"^[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$")
_EDGES = re.compile(r"^[^\d+\-.,(]+|[^\d).,\-]+$")


def clean_number(
    text: str, decimal: str = "", *, money: bool = False
) -> tuple[float | None, str, str]:
    """(number, note, problem) of an amount.

    Args:
        text: The cell; a currency or unit around the number is left out, and said.
        decimal: The sign before the decimals, `,` or `.`, as the column as a whole shows it. It
            decides what `1.234` is; without it such a text has no value.
        money: Only a currency may stand around the number: `12 TEUR` and `12k` are no twelve.
    """
    shown = text.strip()
    if not shown or shown.strip("-–—") == "":
        return None, "", ""  # a dash stands for "none"
    shown = re.sub(r"(?<=[^\W\d])\.$", "", unicodedata.normalize("NFKC", shown))  # 100 руб.
    around = " ".join(m[0] for m in _EDGES.finditer(shown))
    if money and (unknown := _no_currency(around)):
        return None, "", f"'{cut(shown)}': '{cut(unknown)}' is no currency"
    core = _SPACES.sub("", _EDGES.sub("", shown))
    if shown.startswith("(") and shown.endswith(")"):
        core = "-" + core.strip("()")
    elif core.endswith("-"):
        core = "-" + core[:-1]
    note = ""
    if _EDGES.search(_SPACES.sub("", shown)):
        note = f"'{cut(shown)}': what stands around the number is left out"
    commas, points = core.count(","), core.count(".")
    if commas and points:
        decimal = "," if core.rfind(",") > core.rfind(".") else "."
    elif commas > 1 or points > 1:
        decimal = "." if commas else ","
    elif (commas or points) and not _three(core):
        decimal = "," if commas else "."
    elif (commas or points) and not decimal:
        return None, "", f"'{cut(shown)}' can be a thousand or a fraction"
    core = core.replace("." if decimal == "," else ",", "").replace(",", ".")
    if not _NUMBER.match(core):
        return None, "", f"'{cut(shown)}' is no number"
    value = float(core)
    if value in (float("inf"), float("-inf")):
        return None, "", f"'{cut(shown)}' is too large"
    return value, note, ""


def _no_currency(around: str) -> str:
    """The first word around an amount that is no currency; empty where all are."""
    words = re.findall(r"[^\W\d_]+\$?", around.upper())
    return next((w for w in words if w not in _CURRENCY_WORDS and w not in _CURRENCIES), "")


def _three(core: str) -> bool:
    """Whether one sign is followed by exactly three digits: it may divide thousands or decimals."""
    head, sign, tail = core.partition("," if "," in core else ".")
    whole = head.lstrip("+-")
    return bool(sign) and len(tail) == 3 and tail.isdigit() and 0 < len(whole) < 4 and whole != "0"


def decimal_sign(texts: Iterable[str]) -> str:
    """The decimal sign that the texts of a column show beyond doubt: `,`, `.`, or empty."""
    votes = {",": 0, ".": 0}
    for text in texts:
        core = _SPACES.sub("", _EDGES.sub("", text.strip()))
        commas, points = core.count(","), core.count(".")
        if commas and points:
            votes["," if core.rfind(",") > core.rfind(".") else "."] += 1
        elif commas + points > 1:
            votes["." if commas else ","] += 1
        elif commas + points == 1 and not _three(core):
            votes["," if commas else "."] += 1
    best = max(votes, key=lambda sign: votes[sign])
    return best if votes[best] > 3 * min(votes.values()) else ""


# ------------------------------------------------------------------------------------- days

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 1, 1)
_SERIAL = re.compile(r"^([0-9]{5})(?:[.,][0-9]+)?$")
_MONTHS = (
    "jan|янв|janv|ene|sty", "feb|фев|fev|févr|lut", "mar|mär|mrz|мар|mars", "apr|апр|avr|abr|kwi",
    "may|mai|май|мая|maj", "jun|июн|juin|cze", "jul|июл|juil|lip", "aug|авг|août|aou|ago|sie",
    "sep|сен|sept|wrz", "oct|okt|окт|paź", "nov|ноя|lis", "dec|dez|дек|déc|dic|gru",
)  # fmt: skip
_MONTH_OF = {name: n for n, names in enumerate(_MONTHS, start=1) for name in names.split("|")}
_WORDED = re.compile(r"^([0-9]{1,2})[.\s-]*([^\W\d]{3,})[.\s-]*([0-9]{2,4})(?:\s*г\.?)?$")
_ORDERS = {
    "ymd": re.compile(r"^(?P<y>[0-9]{4})[-./]?(?P<m>[0-9]{1,2})[-./]?(?P<d>[0-9]{1,2})$"),
    "dmy": re.compile(r"^(?P<d>[0-9]{1,2})[-./](?P<m>[0-9]{1,2})[-./](?P<y>[0-9]{4}|[0-9]{2})$"),
    "mdy": re.compile(r"^(?P<m>[0-9]{1,2})[-./](?P<d>[0-9]{1,2})[-./](?P<y>[0-9]{4}|[0-9]{2})$"),
}


def clean_day(text: str, order: str = "") -> Cell:
    """A day in ISO 8601.

    Args:
        text: `2024-03-01`, `01.03.2024`, `3/1/2024`, `1. März 2024`, `20240301`, or the serial
            number of a spreadsheet (days since 1899-12-30).
        order: `dmy` or `mdy`, as the column as a whole shows it; without it a text with strokes
            that can be both has no value. With dots, the day stands first.
    """
    shown = text.strip()
    if not shown:
        return EMPTY
    core = re.split(r"[ T](?=[0-9]{1,2}:)", shown)[0].rstrip(".").removesuffix("г").strip()
    if found := _SERIAL.match(core):
        day = date(1899, 12, 30) + timedelta(days=int(found[1]))
        if FIRST_DAY <= day < LAST_DAY:
            return Cell(day.isoformat(), f"{shown} is a spreadsheet's number for {day}")
    if found := _WORDED.match(core):
        word = found[2].casefold()
        month = next((n for name, n in _MONTH_OF.items() if word.startswith(name)), None)
        if month:
            return _day(shown, int(found[3]), month, int(found[1]))
    if found := _ORDERS["ymd"].match(core):
        return _day(shown, int(found["y"]), int(found["m"]), int(found["d"]))
    found = _ORDERS["dmy"].match(core)
    if not found:
        return Cell(problem=f"'{cut(shown)}' is no day; allowed: 2024-03-01 or 01.03.2024")
    first, second = int(found["d"]), int(found["m"])
    if "." in core or first > 12:
        order = "dmy"
    elif second > 12:
        order = "mdy"
    elif first == second:
        order = "dmy"
    if not order:
        return Cell(problem=f"'{cut(shown)}' can be two days: write 2024-03-01 or 01.03.2024")
    chosen = _ORDERS[order].match(core)
    if chosen is None:  # pragma: no cover - both orders have the same shape
        return Cell(problem=f"'{cut(shown)}' is no day")
    return _day(shown, int(chosen["y"]), int(chosen["m"]), int(chosen["d"]))


def _day(shown: str, year: int, month: int, day: int) -> Cell:
    if year < 100:
        year += 2000 if year < 70 else 1900
    try:
        found = date(year, month, day)
    except ValueError:
        return Cell(problem=f"'{cut(shown)}' is no day of the calendar")
    if not FIRST_DAY <= found < LAST_DAY:
        return Cell(problem=f"'{cut(shown)}' is not between {FIRST_DAY} and {LAST_DAY}")
    return Cell(found.isoformat())


def day_order(texts: Iterable[str]) -> str:
    """`dmy` or `mdy` where days with strokes show it beyond doubt, else empty."""
    day_first = month_first = 0
    for text in texts:
        found = _ORDERS["dmy"].match(text.strip())
        if found and "." not in text:
            day_first += int(found["d"]) > 12
            month_first += int(found["m"]) > 12
    if bool(day_first) == bool(month_first):
        return ""
    return "dmy" if day_first else "mdy"


# ------------------------------------------------------------------------------------- words

_CURRENCIES = {
    "€": "EUR", "EURO": "EUR", "$": "USD", "US$": "USD", "DOLLAR": "USD", "£": "GBP", "SFR": "CHF",
    "₽": "RUB", "РУБ": "RUB", "RUR": "RUB", "РУБЛЬ": "RUB", "РУБЛЕЙ": "RUB", "₸": "KZT",
    "ТЕНГЕ": "KZT", "ДОЛЛ": "USD", "ЕВРО": "EUR", "¥": "JPY", "RMB": "CNY", "TL": "TRY", "₺": "TRY",
}  # fmt: skip


def clean_currency(text: str) -> Cell:
    """The three letters of ISO 4217."""
    if not text.strip():
        return EMPTY
    shown = text.strip().upper().rstrip(".")
    code = _CURRENCIES.get(shown, shown)
    if not re.fullmatch(r"[A-Z]{3}", code):
        return Cell(problem=f"'{cut(text)}' is no currency; allowed: three letters such as EUR")
    return Cell(code)


_CURRENCY_WORDS = frozenset(
    ("EUR", "USD", "GBP", "CHF", "RUB", "RUR", "KZT", "JPY", "CNY", "RMB", "TRY", "PLN", "SEK",
     "NOK", "DKK", "CZK", "HUF", "AED", "UAH", "BYN", "AMD", "GEL", "KGS", "UZS", "AZN", "INR",
     "CAD", "AUD", "NZD", "HKD", "SGD", "KRW", "THB", "ILS", "ZAR", "RON", "BGN", "ISK", "MXN",
     "BRL")
)  # fmt: skip


@lru_cache(maxsize=1 << 14)
def currency_in(text: str) -> Cell:
    """The currency that an amount itself names: `1.234,56 €`, `USD 500`, `100 руб.`."""
    if text.isascii() and not any(c.isalpha() or c == "$" for c in text):
        return EMPTY
    words = re.findall(r"[^\W\d_]+\$?|[€£₽₸¥₺$]", text.upper())
    found = {_CURRENCIES.get(w, w) for w in words if w in _CURRENCY_WORDS or w in _CURRENCIES}
    if len(found) > 1:
        return Cell(problem=f"'{cut(text)}' names more than one currency")
    return Cell(found.pop()) if found else EMPTY


INCOTERMS = (
    "EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP", "DAT", "DAF",
)  # fmt: skip
_EX_WORKS = ("ab werk", "ex works", "франко завод", "самовывоз", "départ usine")


def clean_incoterm(text: str) -> Cell:
    """The three letters of the delivery term; the named place is left out."""
    shown = text.strip()
    if not shown:
        return EMPTY
    if any(words in shown.casefold() for words in _EX_WORKS):
        return Cell("EXW")
    for word in re.findall(r"[A-Z]{3}", shown.upper()):
        if word in INCOTERMS:
            return Cell(word)
    return Cell(problem=f"'{cut(shown)}' is no Incoterm")


_YES = {
    "yes",
    "y",
    "ja",
    "j",
    "да",
    "true",
    "1",
    "x",
    "oui",
    "vorhanden",
    "есть",
    "ok",
    "si",
    "tak",
}
_NO = {"no", "n", "nein", "нет", "false", "0", "non", "fehlt", "-", "none", "keine", "нет оговорки"}


def clean_yes_no(text: str) -> Cell:
    """`yes` or `no`."""
    if not text.strip():
        return EMPTY
    shown = text.strip().casefold().rstrip(".")
    if shown in _YES:
        return Cell("yes")
    if shown in _NO:
        return Cell("no")
    return Cell(problem=f"'{cut(text)}' is neither yes nor no")
