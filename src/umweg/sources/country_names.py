"""Names of countries in several languages as ISO 3166-1 alpha-3; what is not known stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from umweg.geography import is_place

_PARENTHESES = re.compile(r"\s*\(.*\)\s*$")
_NO_COUNTRY = frozenset({"america", "америка", "amerika", "amérique"})
"""Names of parts of the world that name lists take for a country: in statistics America is the
continent, and its total beside the United States would be read as theirs."""


def _plain(name: str) -> str:
    return re.sub(r"[\s.,'’`-]+", " ", name.replace("ё", "е")).strip().casefold()


@cache
def _in_language(language: str) -> Mapping[str, str]:
    """The names of a language as the Common Locale Data Repository has them."""
    from babel import Locale, UnknownLocaleError
    from rigour.territories import get_territories

    known = {t.code.upper(): t.alpha3.upper() for t in get_territories()
             if t.alpha3 and len(t.code) == 2 and not t.is_historical}  # fmt: skip
    try:
        names = Locale.parse(language).territories
    except (UnknownLocaleError, ValueError):
        return {}
    return {_plain(name): known[code] for code, name in names.items() if code in known}


@cache
def is_language(language: str) -> bool:
    """Whether names of countries are known in a language."""
    return bool(_in_language(language))


class CountryNames:
    """Looks names up: those given first, then the languages, then every other known name.

    Args:
        given: Names with their code; they decide.
        languages: Languages besides English.
        drop_parentheses: Whether parentheses at the end are no part of a name.
    """

    def __init__(
        self, given: Mapping[str, str], languages: Sequence[str], drop_parentheses: bool = False
    ) -> None:
        self._given = {_plain(k): v for k, v in given.items()}
        self._languages = (*languages, "en")
        self._drop = drop_parentheses
        self._found: dict[str, str | None] = {}

    def code(self, name: str) -> str | None:
        """The alpha-3 code of a name, or of a group; None where it is not known."""
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def _look(self, name: str) -> str | None:
        text = " ".join(name.split())
        found = self._given.get(_plain(text))
        if found:
            return found
        if text.isascii() and text.isupper() and is_place(text):
            return text
        for language in self._languages:
            if found := _in_language(language).get(_plain(text)):
                return found
        if found := _territory(text):
            return found
        shorter = _PARENTHESES.sub("", text)
        return self._look(shorter) if self._drop and shorter and shorter != text else None


def _territory(text: str) -> str | None:
    if not text or len(text) > 120 or _plain(text) in _NO_COUNTRY:
        return None
    from rigour.territories import get_territory, lookup_territory

    found = get_territory(text.lower()) if len(text) == 2 else lookup_territory(text)
    if found is None or not found.alpha3 or found.is_historical or len(found.code) != 2:
        return None
    return str(found.alpha3).upper()
