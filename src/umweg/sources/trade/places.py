"""Publishers' codes of countries as ISO 3166-1 alpha-3, and why some are no country.

UN Comtrade and BACI write M49 with some codes of their own (842 for the United States with Puerto
Rico, 251 for France with Monaco). Eurostat writes two letters, with codes of its own for high seas,
stores and secret partners. What stands for no country of today is named, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from umweg.geography import WORLD

M49_OWN: Mapping[int, str] = {
    0: WORLD, 97: "EU", 251: "FRA", 381: "ITA", 490: "TWN", 579: "NOR", 699: "IND", 757: "CHE",
    842: "USA",
}  # fmt: skip
"""Codes of UN Comtrade that differ from M49, or that M49 has not.

251 is France with Monaco and the overseas departments, 381 Italy with San Marino, 579 Norway with
Svalbard, 757 Switzerland with Liechtenstein, 842 the United States with Puerto Rico. 490 is "Other
Asia, not elsewhere specified", under which reporters state their trade with Taiwan (UN Comtrade
knowledge base, "Taiwan, Province of China Trade data").
"""

M49_NO_COUNTRY: Mapping[int, str] = {
    58: "Belgium-Luxembourg (until 1998)", 200: "Czechoslovakia (until 1992)",
    221: "Eastern Europe, not elsewhere specified", 230: "Ethiopia with Eritrea (until 1992)",
    249: "Metropolitan France", 278: "German Democratic Republic (until 1990)",
    280: "Federal Republic of Germany (until 1990)",
    290: "Northern Africa, not elsewhere specified",
    377: "Western Asia, not elsewhere specified", 459: "Peninsula Malaysia",
    461: "Sabah", 457: "Sarawak", 471: "CACM, not elsewhere specified",
    472: "Africa CAMEU region, not elsewhere specified", 473: "LAIA, not elsewhere specified",
    492: "Europe EU, not elsewhere specified", 527: "Oceania, not elsewhere specified",
    530: "Netherlands Antilles (until 2010)", 532: "Netherlands Antilles and Aruba (until 1985)",
    536: "Neutral Zone", 568: "Other Europe, not elsewhere specified",
    577: "Other Africa, not elsewhere specified", 582: "Pacific Islands (until 1991)",
    588: "East and West Pakistan (until 1971)", 590: "Panama without the Canal Zone (until 1977)",
    592: "Panama Canal Zone (until 1977)", 636: "Rest of America, not elsewhere specified",
    637: "North America and Central America, not elsewhere specified", 647: "Ryukyu Islands",
    658: "Saint Kitts, Nevis and Anguilla (until 1980)",
    697: "Europe EFTA, not elsewhere specified", 711: "Southern African Customs Union (until 1999)",
    717: "Rhodesia and Nyasaland (until 1964)", 720: "Democratic Yemen (until 1990)",
    736: "Sudan with South Sudan (until 2011)", 810: "USSR (until 1991)",
    835: "Tanganyika (until 1964)", 836: "Zanzibar and Pemba (until 1964)", 837: "Bunkers",
    838: "Free zones", 839: "Special categories", 841: "United States (until 1980)",
    849: "United States Miscellaneous Pacific Islands",
    866: "Democratic Republic of Vietnam (until 1974)",
    868: "Republic of Vietnam (until 1974)", 879: "Western Asia, not elsewhere specified",
    886: "Arab Republic of Yemen (until 1990)", 890: "Yugoslavia (until 1991)",
    891: "Serbia and Montenegro (until 2005)", 899: "Areas, not elsewhere specified",
}  # fmt: skip
"""Codes of UN Comtrade that are former countries, parts of one, or goods without a country."""

EUROSTAT_OWN: Mapping[str, str] = {
    "EL": "GRC", "UK": "GBR", "XS": "SRB", "XM": "MNE",
    "WORLD": WORLD, "EU": "EU", "EU27_2020": "EU27_2020",
}  # fmt: skip
"""Codes of Eurostat that differ from ISO 3166-1 alpha-2."""

EUROSTAT_NO_COUNTRY: Mapping[str, str] = {
    "AN": "Netherlands Antilles (until 2010)", "CS": "Serbia and Montenegro (until 2005)",
    "DD": "German Democratic Republic (until 1990)", "SU": "USSR (until 1991)",
    "XI": "Northern Ireland, a part of GB", "XU": "the United Kingdom without Northern Ireland, a "
    "part of GB", "YU": "Yugoslavia (until 1991)", "XC": "Ceuta", "XL": "Melilla",
    "XB": "Canary Islands",
    "QP": "high seas", "QQ": "stores and provisions", "QR": "stores and provisions, intra-Union",
    "QS": "stores and provisions, extra-Union", "QU": "countries not specified",
    "QV": "countries not specified, intra-Union", "QW": "countries not specified, extra-Union",
    "QX": "countries kept secret", "QY": "countries kept secret, intra-Union",
    "QZ": "countries kept secret, extra-Union", "ZZ": "countries not specified",
}  # fmt: skip
"""Codes of Eurostat's geonomenclature that stand for no country of today (GEONOM, Commission
Implementing Regulation (EU) 2020/1470, annex I)."""


@cache
def alpha2_to_alpha3() -> Mapping[str, str]:
    """ISO 3166-1: two letters → three, for the countries and territories of today."""
    from rigour.territories import get_territories

    return {
        t.code.upper(): t.alpha3.upper()
        for t in get_territories()
        if t.alpha3 and len(t.code) == 2 and not t.is_historical
    }


@cache
def m49_to_alpha3() -> Mapping[int, str]:
    """The codes of UN Comtrade that stand for a country, the world, or the Union."""
    from babel.core import get_global

    known = alpha2_to_alpha3()
    numbers = {
        int(number): known[targets[0]]
        for number, targets in get_global("territory_aliases").items()
        if number.isdigit() and len(targets) == 1 and targets[0] in known
    }
    return {k: v for k, v in {**numbers, **M49_OWN}.items() if k not in M49_NO_COUNTRY}


@cache
def alpha3_to_m49() -> Mapping[str, int]:
    """The code under which UN Comtrade holds a country: its own before that of M49."""
    plain = {v: k for k, v in m49_to_alpha3().items() if k not in M49_OWN}
    # Italy is held as 380; 381 is what the older interface wrote.
    return {**plain, **{v: k for k, v in M49_OWN.items() if k != 381}}


@cache
def eurostat_to_alpha3() -> Mapping[str, str]:
    """The codes of Eurostat that stand for a country, the world, or the Union."""
    return {k: v for k, v in {**alpha2_to_alpha3(), **EUROSTAT_OWN}.items()
            if k not in EUROSTAT_NO_COUNTRY}  # fmt: skip


@cache
def alpha3_to_eurostat() -> Mapping[str, str]:
    """The code under which Eurostat publishes a country."""
    own = {"SRB": "XS", WORLD: "WORLD", "EU": "EU", "EU27_2020": "EU27_2020"}
    return {**{v: k for k, v in alpha2_to_alpha3().items()}, **own}
