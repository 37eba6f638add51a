"""Numbers of persons, firms and ships: their kind, and whether their check digit is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_NOT_ALNUM = re.compile(r"[\W_]+")


def normal(value: str) -> str:
    """What is compared: upper case, letters and digits only."""
    return _NOT_ALNUM.sub("", value).upper()


def kind_of(kind: str, bare: str, country: str | None) -> str:
    """A kind made exact by the country and the form of the number.

    A publisher writes "Tax ID No." or "Registration Number" for every country; with the country and
    the number of digits it is known which register is meant.

    Args:
        kind: `tax`, `registration`, `national-id` or another kind, which is left alone.
        bare: The number, see `normal`.
        country: Alpha-3 of the issuer.
    """
    if kind not in ("tax", "registration", "national-id"):
        return kind
    digits = len(bare) if bare.isdigit() else 0
    if country == "RUS":
        if kind != "registration" and digits in (10, 12) and kind == "tax":
            return "inn"
        if kind == "registration" and digits in (13, 15):
            return "ogrn"
    if country == "KAZ" and digits == 12:
        # Rules on national identification numbers: the fifth digit of a BIN is 4, 5 or 6, that of
        # an IIN is the first of a day of birth.
        return "bin" if bare[4] in "456" else "iin"
    if country == "CHN" and len(bare) == 18 and kind != "national-id" and _uscc(bare):
        return "uscc"
    return kind


def is_valid(kind: str, bare: str) -> bool | None:
    """Whether the check digit is right; None where numbers of the kind have none."""
    check = _CHECKS.get(kind)
    return None if check is None else check(bare)


@lru_cache(maxsize=64)
def _format(name: str) -> Callable[[str], bool]:
    from rigour.ids import get_identifier_format

    found: Callable[[str], bool] = get_identifier_format(name).is_valid
    return found


def _by_library(name: str) -> Callable[[str], bool]:
    return lambda bare: bool(_format(name)(bare))


def _uscc(bare: str) -> bool:
    return bool(_format("uscc")(bare))


def _imo(bare: str) -> bool:
    return bool(_format("imo")(bare.removeprefix("IMO")))


def _weighted(digits: str, shift: int, cycle: int) -> int:
    return sum(int(d) * ((i + shift) % cycle + 1) for i, d in enumerate(digits)) % 11


def is_kazakh_number(bare: str) -> bool:
    """The check digit of a Kazakh BIN or IIN.

    Twelve digits; the last is the sum of the others weighted 1 … 11, modulo 11; where that is 10,
    of the weights 3 … 11, 1, 2; where that is 10 again, the number is never given out. Source:
    Government resolution of Kazakhstan No. 565 of 11 June 2003, algorithm of the number.
    """
    if len(bare) != 12 or not bare.isdigit():
        return False
    rest = _weighted(bare[:11], 0, 11)
    if rest == 10:
        rest = _weighted(bare[:11], 2, 11)
    return rest == int(bare[11])


def is_okpo(bare: str) -> bool:
    """The check digit of an OKPO number (Russian classifier of enterprises), 8 or 10 digits.

    The last digit is the sum of the others weighted 1, 2 … (10 is followed by 1), modulo 11; where
    that is 10, of the weights 3, 4 …; where that is 10 again, 0. Source: Rosstandart PR
    50.1.024-2005.
    """
    if len(bare) not in (8, 10) or not bare.isdigit():
        return False
    rest = _weighted(bare[:-1], 0, 10)
    if rest == 10:
        rest = _weighted(bare[:-1], 2, 10) % 10
    return rest == int(bare[-1])


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "inn": _by_library("inn"),
    "ogrn": _by_library("ogrn"),
    "lei": _by_library("lei"),
    "isin": _by_library("isin"),
    "imo": _imo,
    "uscc": _by_library("uscc"),
    "bin": is_kazakh_number,
    "iin": is_kazakh_number,
    "okpo": is_okpo,
}


_NAMED = re.compile(
    r"\b(?P<kind>INN|ИНН|OGRN|ОГРН|OGRNIP|OKPO|ОКПО|KPP|КПП|BIN|БИН|IIN|ИИН|LEI|USCC|IMO)\b"
    r"[^\w]{0,4}(?:(?:number|no|code|is|№)[^\w]{0,3})?(?P<value>[0-9A-Z]{7,20})\b",
    re.I,
)
_KINDS = {
    "инн": "inn", "огрн": "ogrn", "ogrnip": "ogrn", "окпо": "okpo", "кпп": "kpp", "бин": "bin",
    "иин": "iin",
}  # fmt: skip
ISSUER = {"inn": "RUS", "ogrn": "RUS", "okpo": "RUS", "kpp": "RUS", "bin": "KAZ", "iin": "KAZ"}
"""Kinds of numbers of one country's registers."""


def named_numbers(text: str) -> list[tuple[str, str]]:
    """The numbers that a sentence names by their kind.

    >>> named_numbers("Kazakhstan BIN - 170440031562, INN: 7707083893")
    [('bin', '170440031562'), ('inn', '7707083893')]
    """
    return [
        (_KINDS.get(m["kind"].casefold(), m["kind"].casefold()), m["value"])
        for m in _NAMED.finditer(text)
    ]
