"""Goods codes: how they are written, which vintage has them, which were created when.

The Harmonized System (HS) of the World Customs Organization is revised every five years; the
Combined Nomenclature (CN) of the European Union adds two digits and is revised every year. A code
means something only together with its vintage. Codes are strings and keep their leading zeros.
"""

from __future__ import annotations

import gzip
import re
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from umweg.errors import NomenclatureError

DATA = Path(__file__).parent / "data"


class Nomenclature(StrEnum):
    """The vintages that are known by name. Code lists are held for HS2012, HS2017 and HS2022."""

    HS1992 = "HS1992"
    HS1996 = "HS1996"
    HS2002 = "HS2002"
    HS2007 = "HS2007"
    HS2012 = "HS2012"
    HS2017 = "HS2017"
    HS2022 = "HS2022"
    CN2012 = "CN2012"
    CN2013 = "CN2013"
    CN2014 = "CN2014"
    CN2015 = "CN2015"
    CN2016 = "CN2016"
    CN2017 = "CN2017"
    CN2018 = "CN2018"
    CN2019 = "CN2019"
    CN2020 = "CN2020"
    CN2021 = "CN2021"
    CN2022 = "CN2022"
    CN2023 = "CN2023"
    CN2024 = "CN2024"
    CN2025 = "CN2025"
    CN2026 = "CN2026"

    @property
    def year(self) -> int:
        """The first year in which the vintage applies."""
        return int(self.value[2:])

    @property
    def valid_from(self) -> date:
        """The first day on which the vintage applies."""
        return date(self.year, 1, 1)

    @property
    def is_cn(self) -> bool:
        """Whether this is a year of the Combined Nomenclature (eight digits)."""
        return self.value.startswith("CN")

    @property
    def hs(self) -> Nomenclature:
        """The HS vintage whose six digits this nomenclature uses."""
        return _HS_OF[self]

    @property
    def held(self) -> bool:
        """Whether the list of its six-digit codes is held: the HS from 2012 on."""
        return self.hs in HS_VINTAGES


HS2012 = Nomenclature.HS2012
HS2017 = Nomenclature.HS2017
HS2022 = Nomenclature.HS2022
HS_VINTAGES = (HS2012, HS2017, HS2022)
# Looked up some thousand times when a list is read, so computed once.
_HS_OF = {n: max((v for v in HS_VINTAGES if v.year <= n.year), default=n) for n in Nomenclature}
LATEST = HS2022

_SEPARATORS = re.compile(r"[\s.\-\u00a0\u202f]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_LEVELS = (2, 4, 6, 8)


def plain_dashes(text: str) -> str:
    """The text with typographic dashes (as in a range, 8541 to 8543) as plain hyphens."""
    return _DASHES.sub("-", text)


def nomenclature(name: str) -> Nomenclature:
    """The vintage of that name (`HS2017`, `cn2022`); an error names the known ones."""
    try:
        return Nomenclature(name.strip().upper())
    except ValueError:
        raise NomenclatureError(
            f"unknown nomenclature {name!r}",
            allowed="HS1992, HS1996, HS2002, HS2007, HS2012, HS2017, HS2022, CN2012 to CN2026",
            next_step="write the name of the vintage with its year, such as HS2022",
        ) from None


def parse_code(text: str) -> str:
    """The bare digits of a goods code: `8542.31`, `8542 31 90` and `854231` are all understood.

    Two digits are a chapter, four a heading, six a subheading of the HS, eight a code of the
    Combined Nomenclature. An odd number of digits is an error, because a leading zero was lost
    somewhere and it cannot be known where.
    """
    digits = _SEPARATORS.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise NomenclatureError(
            f"{text!r} is not a goods code",
            allowed="2, 4, 6 or 8 digits, with or without dots and spaces",
            next_step="write it like 8542.31 or 85423190",
        )
    if len(digits) in _LEVELS:
        return digits
    if len(digits) == 10:
        raise NomenclatureError(
            f"{text!r} has 10 digits: a national or TARIC code, which is not held",
            allowed="2, 4, 6 or 8 digits",
            next_step=f"use the first eight digits {digits[:8]}, or the first six {digits[:6]}",
        )
    hint = "write 2, 4, 6 or 8 digits"
    if len(digits) in (1, 3, 5, 7) and any(
        ("0" + digits)[:6] in codes(vintage) for vintage in HS_VINTAGES
    ):
        hint = f"if a leading zero was lost, write {'0' + digits}"
    raise NomenclatureError(
        f"{text!r} has {len(digits)} digits",
        allowed="2 (chapter), 4 (heading), 6 (HS) or 8 (CN) digits",
        next_step=hint,
    )


def level(code: str) -> int:
    """The number of digits of a code: 2, 4, 6 or 8."""
    return len(parse_code(code))


def format_code(code: str) -> str:
    """The code as it is written in text: `8542.31`, `8542 31 90`."""
    if len(code) == 6:
        return f"{code[:4]}.{code[4:]}"
    if len(code) == 8:
        return f"{code[:4]} {code[4:6]} {code[6:]}"
    return code


@cache
def codes(vintage: Nomenclature | str) -> frozenset[str]:
    """All codes of levels 2, 4 and 6 of an HS vintage (or of the HS vintage of a CN year)."""
    if not nomenclature(vintage).held:
        raise NomenclatureError(
            f"the codes of {nomenclature(vintage)} are not held",
            allowed="HS2012, HS2017, HS2022 and the CN years built on them",
            next_step="ask the publisher for the figures in HS2012 or later",
        )
    name = nomenclature(vintage).hs.value.lower()
    packed = DATA.joinpath(f"{name}.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("ascii").split())


def exists(code: str, vintage: Nomenclature | str) -> bool | None:
    """Whether a code exists in a vintage: True, False, or None for "cannot be told".

    The lists that are held end at six digits. A code of eight digits under a Combined
    Nomenclature is therefore False if even its first six digits do not exist, and None if they do.
    Under an HS vintage an eight-digit code is False: the HS has no such codes. Under an edition
    before HS2012, whose list is not held, a code of two to six digits is None.
    """
    digits = parse_code(code)
    which = nomenclature(vintage)
    if not which.held and len(digits) < 8:
        return None
    if len(digits) < 8:
        return digits in codes(which.hs)
    if not which.is_cn or digits[:6] not in codes(which.hs):
        return False
    return None


@cache
def created_in(vintage: Nomenclature | str) -> frozenset[str]:
    """Six-digit codes of an HS vintage that did not exist in the vintage before.

    A flow under such a code cannot have existed before: that it appears is no surge. HS2022
    created among others 8806 (drones), 8517.13 and .14, 8524 and 8541.51, .59.
    """
    which = nomenclature(vintage).hs
    if which not in HS_VINTAGES[1:]:
        raise NomenclatureError(
            f"the codes created in {which} cannot be told: the vintage before is not held",
            allowed="HS2017, HS2022",
            next_step="ask for HS2017 or HS2022",
        )
    new = codes(which) - codes(HS_VINTAGES[HS_VINTAGES.index(which) - 1])
    return frozenset(c for c in new if len(c) == 6)


def expand_range(text: str, vintage: Nomenclature | str = LATEST) -> tuple[str, ...]:
    """The codes of a range, both ends included: `8541-8543` is 8541, 8542, 8543.

    Both ends have the same number of digits (2, 4 or 6), and only codes that exist in the vintage
    come back. A single code comes back alone, unchecked.
    """
    first, dash, last = plain_dashes(text).partition("-")
    if not dash:
        return (parse_code(text),)
    low, high = parse_code(first), parse_code(last)
    if len(low) != len(high) or len(low) == 8 or low > high:
        raise NomenclatureError(
            f"{text!r} is not a range of goods codes",
            allowed="two codes of the same length (2, 4 or 6 digits), the smaller one first",
            next_step="write it like 8541-8543",
        )
    found = sorted(c for c in codes(vintage) if len(c) == len(low) and low <= c <= high)
    if not found:
        raise NomenclatureError(
            f"no code of {nomenclature(vintage)} lies in {text!r}",
            allowed="a range that holds at least one code",
            next_step="check both ends of the range",
        )
    return tuple(found)
