"""Countries by ISO 3166-1 alpha-3, and the named groups of countries that reporters publish.

Groups keep the codes that Eurostat uses (`EU27_2020` is the Union of 27 members from 2020, `EU`
the Union in its composition at the time), because a group is a statement of its publisher:
its members are never invented here.
"""

from __future__ import annotations

from datetime import date
from functools import cache

EU27_2020: frozenset[str] = frozenset(
    {"AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV",
     "HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN",
     "SWE"}
)  # fmt: skip

UK_LEFT_EU = date(2020, 2, 1)
"""First day on which the United Kingdom was no member (withdrawal agreement, OJ L 29, 2020)."""

WORLD = "WLD"
"""Partner "World": the sum over all partners, as the publisher gives it."""

GROUPS: dict[str, str] = {
    "EU27_2020": "European Union, 27 members of 2020",
    "EU": "European Union, composition at the time",
    "EU25_X_MLT_NLD": "European Union, 27 members of 2020 without Malta and the Netherlands",
    WORLD: "World",
}


def group_members(code: str, on: date) -> frozenset[str]:
    """The members of a group on a day, as alpha-3 codes; empty for an unknown group or WLD."""
    if code == "EU27_2020":
        return EU27_2020
    if code == "EU25_X_MLT_NLD":
        return EU27_2020 - {"MLT", "NLD"}
    if code == "EU":
        return EU27_2020 | {"GBR"} if on < UK_LEFT_EU else EU27_2020
    return frozenset()


@cache
def _names() -> dict[str, str]:
    # rigour takes 0.2 s to import; commands that need no country name must not pay for it.
    from rigour.territories import get_territories

    return {t.alpha3.upper(): t.name for t in get_territories() if t.alpha3 and not t.is_historical}


def is_country(code: str) -> bool:
    """Whether `code` is an ISO 3166-1 alpha-3 code of a country or territory of today."""
    return code in _names()


def is_place(code: str) -> bool:
    """Whether `code` is a country or one of the named groups."""
    return code in GROUPS or is_country(code)


def name_of(code: str) -> str:
    """English name of a country or group; the code itself where none is known."""
    return GROUPS.get(code) or _names().get(code, code)


def named(code: str) -> str:
    """Name and code for a sentence: `Armenia (ARM)`."""
    return f"{name_of(code)} ({code})"
