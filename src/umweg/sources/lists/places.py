"""Countries as publishers of lists name them, as ISO 3166 alpha-3."""

from __future__ import annotations

import re
from functools import cache, lru_cache

NOWHERE = frozenset(
    {"", "none identified", "undetermined", "unknown", "stateless", "not known", "none", "n/a",
     "-", "na", "other", "00", "zz", "xx", "region: kafia kingi",
     "region: commonwealth of independent states"}
)  # fmt: skip
"""What publishers write where there is no country (Kafia Kingi lies between two): no alarm."""

OTHER_NAMES = {
    "bahamas, the": "BHS", "bosnia-herzegovina": "BIH", "burma": "MMR", "cabo verde": "CPV",
    "congo (democratic republic)": "COD", "congo, democratic republic of the": "COD",
    "congo, republic of the": "COG", "cote d ivoire": "CIV", "crimea": "UKR",
    "crimea region of ukraine": "UKR", "gaza": "PSE", "hong kong": "HKG",
    "iran (islamic republic of)": "IRN", "korea, north": "PRK", "korea, south": "KOR",
    "democratic people's republic of korea": "PRK", "republic of korea": "KOR",
    "kosovo (under unscr 1244/99)": "XKX", "macau": "MAC", "man, isle of": "IMN",
    "north macedonia, the republic of": "MKD", "occupied palestinian territories": "PSE",
    "palestinian": "PSE", "palestinian authority": "PSE", "russian federation": "RUS",
    "st. vincent and the grenadines": "VCT", "syrian arab republic": "SYR", "the gambia": "GMB",
    "st. kitts and nevis": "KNA", "st. kitts & nevis": "KNA", "sao tome and principe": "STP",
    "macedonia, the former yugoslav republic of": "MKD", "eritrean": "ERI", "uk": "GBR",
    "northern mali": "MLI", "dprk": "PRK", "ussr": "SUN", "viet nam": "VNM",
    "palestinian territories": "PSE", "libyan arab jamahiriya": "LBY",
    "turkey": "TUR", "u.k.": "GBR", "virgin islands, british": "VGB", "west bank": "PSE",
}  # fmt: skip
"""Names that publishers use: those that the library of countries does not know, and the commonest
of those that it needs its whole index for, which takes it longer than a list takes to read."""

_PREFIX = re.compile(r"^(?:region:\s*|the\s+|possibly\s+)", re.I)
_SUFFIX = re.compile(r"\s*(?:\(the\)|,\s*the)\s*$", re.I)
_TWICE = re.compile(r"^([^()]+?)\s*\(([^()]+)\)$")


@cache
def _usual() -> dict[str, str]:
    """The names and codes that the library gives every country, and `OTHER_NAMES`."""
    from rigour.territories import get_territories

    found: dict[str, str] = {}
    for t in sorted(get_territories(), key=lambda t: bool(t.is_historical)):
        if t.alpha3:
            for name in (t.code, t.alpha3, t.name, t.full_name):
                found.setdefault(name.casefold(), t.alpha3.upper())
    return OTHER_NAMES | found


def usual_alpha3(text: str) -> str | None:
    """Alpha-3 of a country by its usual names and codes alone; for words that may be none."""
    return _usual().get(" ".join(text.split()).casefold())


@lru_cache(maxsize=1 << 14)
def alpha3_of(text: str) -> str | None:
    """Alpha-3 of a country, of a former one (SUN, YUG) or of the country that a region is part of.

    None where the name is not known; see `NOWHERE` for what is no country at all.
    """
    name = " ".join(text.split())
    forms = tuple(dict.fromkeys((name, _SUFFIX.sub("", _PREFIX.sub("", name)))))
    for form in forms:
        if usual := usual_alpha3(form):
            return usual
    from rigour.territories import lookup_territory

    for form in forms:
        territory = lookup_territory(form)
        while territory is not None and not territory.alpha3:
            territory = territory.parent
        if territory is not None and territory.alpha3:
            return str(territory.alpha3).upper()
    # "Turkey (Turkiye)": the same twice. "Korea (North)" is not "Korea".
    if (twice := _TWICE.match(name)) and (known := alpha3_of(twice[1])) == alpha3_of(twice[2]):
        return known
    return None
