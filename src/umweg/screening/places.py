"""Countries as an order book writes them: codes, names in many languages, old and short names."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from anyascii import anyascii
from rapidfuzz import process
from rapidfuzz.distance import OSA

from umweg.geography import name_of
from umweg.screening.cleaning import EMPTY, Cell
from umweg.sources.batches import cut

LOCALES = ("en", "de", "ru", "fr", "es", "it", "pl", "nl", "tr", "uk", "cs", "pt", "kk", "zh")

_MORE = {
    "vae": "ARE", "uae": "ARE", "emirate": "ARE", "оаэ": "ARE", "arabische emirate": "ARE",
    "republik korea": "KOR", "südkorea": "KOR", "demokratische republik kongo": "COD",
    "korea republik": "KOR",
    "elfenbeinküste": "CIV", "großbritannien": "GBR", "england": "GBR", "schottland": "GBR",
    "nordirland": "GBR", "wales": "GBR", "holland": "NLD", "d": "DEU", "a": "AUT", "f": "FRA",
    "i": "ITA", "el": "GRC", "brd": "DEU", "сша": "USA", "рф": "RUS", "фрг": "DEU", "кнр": "CHN",
    "vr china": "CHN", "pr china": "CHN", "prc": "CHN", "китай": "CHN", "тайвань": "TWN",
    "volksrepublik china": "CHN", "roc": "TWN", "rf": "RUS", "russ föderation": "RUS",
    "russische foderation": "RUS", "кыргызская республика": "KGZ", "kirgisien": "KGZ",
    "kirgistan": "KGZ", "киргизия": "KGZ",
    "belarussland": "BLR", "белоруссия": "BLR", "республика беларусь": "BLR", "rb": "BLR",
    "rk": "KAZ", "рк": "KAZ", "kosowo": "XKX", "xk": "XKX", "serbien und montenegro": "SRB",
    "türkiye": "TUR", "turkiye": "TUR", "czech rep": "CZE", "tschechische rep": "CZE",
    "bosnien": "BIH", "bosnia": "BIH", "rok": "KOR", "dubai": "ARE", "abu dhabi": "ARE",
    "sharjah": "ARE", "дубай": "ARE",
    "xs": "SRB", "xi": "GBR", "u k": "GBR", "u s a": "USA", "u s": "USA", "usa": "USA",
}  # fmt: skip
"""What neither CLDR nor rigour knows: registration letters, short and former names, customs codes
(`XS` Serbia and `XI` Northern Ireland in EU declarations)."""

_FORMS = {"republik", "republic", "республика", "rep", "republique", "of", "the", "de", "la"}
"""Words of the long form of a name: Республика Казахстан."""

OCCUPIED = {
    "ua-cri": "UA-43", "ua-dpr": "UA-14", "ua-lpr": "UA-09",
}  # fmt: skip
"""rigour's names of the territories that the regime's `targets.yaml` names by other codes."""

_OCCUPIED_NAMES = {
    "crimea": "UA-43", "krim": "UA-43", "крым": "UA-43", "республика крым": "UA-43",
    "sevastopol": "UA-43", "sewastopol": "UA-43", "севастополь": "UA-43", "simferopol": "UA-43",
    "симферополь": "UA-43", "donetsk": "UA-14", "donezk": "UA-14", "донецк": "UA-14",
    "днр": "UA-14", "luhansk": "UA-09", "lugansk": "UA-09", "луганск": "UA-09", "лнр": "UA-09",
}  # fmt: skip


@cache
def _names() -> dict[str, str]:
    """{name or code, folded: alpha-3} from CLDR in `LOCALES` and rigour."""
    from babel import Locale
    from rigour.territories import get_territories

    by_alpha2: dict[str, str] = {}
    found: dict[str, str] = {}
    for territory in get_territories():
        if territory.alpha3 and not territory.is_historical:
            alpha3 = territory.alpha3.upper()
            by_alpha2[territory.code.upper()] = alpha3
            for name in (territory.code, alpha3, territory.name, territory.full_name):
                for spelling in _spellings(name or ""):
                    found.setdefault(spelling, alpha3)
    for language in LOCALES:
        for code, name in Locale(language).territories.items():
            if code in by_alpha2:
                for spelling in _spellings(name):
                    found.setdefault(spelling, by_alpha2[code])
    return found | {s: code for name, code in _MORE.items() for s in _spellings(name)}


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _spellings(name: str) -> set[str]:
    """A name as it is, without its accents, and with umlauts written out."""
    folded = _fold(name)
    found = {folded, folded.translate(_UMLAUTS)}
    if folded and folded[0] < "\u0250":  # other scripts are never transliterated
        found.add(_fold(anyascii(folded)))
    return found - {""}


def _fold(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())


_BRACKET = re.compile(r"^(.*?)[(\[](.*?)[)\]]\s*$")


@lru_cache(maxsize=1 << 14)
def clean_country(text: str) -> Cell:
    """A country by alpha-3, or an occupied territory by the code that the regime gives it.

    Codes of two and three letters, numbers of ISO 3166, and names in the languages of `LOCALES`;
    `Kasachstan (KZ)` and `KZ - Kasachstan` are read by either part if the two agree.
    """
    shown = text.strip()
    if not shown:
        return EMPTY
    code = _one(shown)
    if code is None:
        parts = [p for p in _parts(shown) if len(p) > 1]
        codes = {c for c in map(_one, parts) if c}
        if not codes and (found := _SUBDIVISION.match(shown)) and (place := _one(found[1])):
            codes = {place}
        if len(codes) > 1:
            return Cell(problem=f"'{cut(shown)}' names more than one country")
        code = codes.pop() if codes else None
    if code is None:
        hint = f"; meant {near}?" if (near := _near(shown)) else ""
        return Cell(problem=f"'{cut(shown)}' is no country that is known by name or code{hint}")
    return Cell(code)


_SUBDIVISION = re.compile(r"^([A-Z]{2})-[A-Z0-9]{1,3}$")
"""ISO 3166-2: `TR-34` is a province of Türkiye."""


def _near(text: str) -> str:
    """The country whose name a text may be a misspelling of; it is asked, never assumed."""
    folded = _fold(text)
    if len(folded) < 5:
        return ""
    found = process.extractOne(
        folded, list(_names()), scorer=OSA.normalized_similarity, score_cutoff=0.75
    )
    return shown_place(_names()[found[0]]) if found else ""


def _parts(text: str) -> list[str]:
    if found := _BRACKET.match(text):
        return [found[1].strip(), found[2].strip()]
    return [p.strip() for p in re.split(r"\s[-–/]\s|[,;/|]", text)]


def _one(text: str) -> str | None:
    folded = _fold(text)
    if found := _OCCUPIED_NAMES.get(folded):
        return found
    for spelling in (folded, *sorted(_spellings(folded))):
        if found := _names().get(spelling):
            return found
    short = " ".join(w for w in folded.split() if w not in _FORMS)
    if short and short != folded and (found := _names().get(short)):
        return found
    if folded.isdigit() and len(folded) <= 3:
        return _numeric().get(int(folded))
    from rigour.territories import lookup_territory

    territory = lookup_territory(text)
    if territory is None or territory.is_historical:
        return None
    if territory.code in OCCUPIED:
        return OCCUPIED[territory.code]
    return territory.alpha3.upper() if territory.alpha3 else None


@cache
def _numeric() -> dict[int, str]:
    """{number of ISO 3166-1: alpha-3}, from rigour's data."""
    from babel.core import get_global
    from rigour.territories import get_territories

    by_alpha2 = {t.code.upper(): t.alpha3.upper() for t in get_territories() if t.alpha3}
    aliases: dict[str, list[str]] = get_global("territory_aliases")
    return {
        int(number): by_alpha2[targets[0]]
        for number, targets in aliases.items()
        if number.isdigit() and targets and targets[0] in by_alpha2
    }


def places_in(text: str) -> tuple[str, ...]:
    """Every country named in a free text such as a route: `Hamburg – Riga (LV) – Russland`."""
    found: dict[str, None] = {}
    for part in re.split(r"[-–—>→;,/|()+]|\bvia\b|\büber\b|\bчерез\b", text, flags=re.IGNORECASE):
        if (code := _one(part.strip())) is not None:
            found[code] = None
    return tuple(found)


def shown_place(code: str) -> str:
    """Name and code for a sentence; territories of the regime by their code."""
    name = {"UA-43": "Crimea and Sevastopol", "UA-14": "Donetsk", "UA-09": "Luhansk"}.get(code)
    return f"{name or name_of(code)} ({code})"
