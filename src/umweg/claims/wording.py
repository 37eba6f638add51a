"""Sentences with numbers in them, kept apart from any language until they are read.

A test says `Say("… {a} …", a=Amount(…))`; the English sentence is `str(say)`, and a reader in
another language gets the same sentence through a catalogue of translations (`say.text(translate,
locale)`), with numbers, dates and countries as that language writes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from umweg.claims import units
from umweg.geography import GROUPS, name_of
from umweg.periods import Window

Translate = Callable[[str], str]
"""From an English sentence to that of the reader's language, gettext's `gettext`."""

LARGE_UNITS = {"m": "{number} m", "bn": "{number} bn"}
"""Catalogue entries of the words for millions and billions beside a number."""


def same(text: str) -> str:
    """The translation into English: none."""
    return text


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, as `units` knows them. `digits` after the point; None chooses."""

    value: float
    unit: str
    digits: int | None = None

    def text(self, translate: Translate, locale: str) -> str:
        """The number as the language writes it: `USD 18.0 m`, `18,0 Mio. USD`."""
        from babel.numbers import format_decimal

        value, unit = self.value, self.unit
        currency = units.currency_of(unit)
        if currency is not None:
            base = value * units.scale_of(unit)
            size = abs(base)
            word, scale = ("bn", 1e9) if size >= 1e9 else ("m", 1e6) if size >= 1e6 else ("", 1)
            digits = {"bn": 2, "m": 1, "": 0}[word]
            number = format_decimal(base / scale, f"#,##0.{'0' * digits}" if digits else "#,##0",
                                    locale=locale)  # fmt: skip
            number = translate(LARGE_UNITS[word]).format(number=number) if word else number
            return f"{currency} {number}" if locale == "en" else f"{number} {currency}"
        digits = self.digits if self.digits is not None else _digits(value)
        number = format_decimal(value, "#,##0." + "0" * digits if digits else "#,##0",
                                locale=locale)  # fmt: skip
        if unit == "%":
            return f"{number} %"
        words = {"times": translate("times"), "points": translate("percentage points"),
                 "pieces": translate("pieces"), "kg": "kg", "": ""}  # fmt: skip
        return f"{number} {words.get(unit, unit)}".strip()


def _digits(value: float) -> int:
    return 2 if abs(value) < 10 else 1 if abs(value) < 1000 else 0


@dataclass(frozen=True, slots=True)
class Country:
    """Countries or groups by code, joined by commas."""

    codes: tuple[str, ...]

    def text(self, translate: Translate, locale: str) -> str:
        """Their names; more than four are counted."""
        names = [_country(c, locale, translate) for c in self.codes]
        if len(names) > 4:
            return translate("{n} countries").format(n=len(names))
        return ", ".join(names)


def _country(code: str, locale: str, translate: Translate) -> str:
    if code in GROUPS:
        return translate(GROUPS[code])
    if locale == "en":
        return name_of(code)
    from babel import Locale
    from rigour.territories import get_territory

    found = get_territory(code)
    alpha2 = (found.code if found else "").upper()
    return str(Locale.parse(locale).territories.get(alpha2, name_of(code)))


@dataclass(frozen=True, slots=True)
class Several:
    """Sentences that stand behind each other."""

    parts: tuple[Say, ...]

    def text(self, translate: Translate, locale: str) -> str:
        """The sentences, divided by semicolons."""
        return "; ".join(p.text(translate, locale) for p in self.parts)


class Say:
    """One sentence: a template of the catalogue, and what stands in its gaps."""

    __slots__ = ("template", "values")

    def __init__(self, template: str, **values: Any) -> None:
        self.template = template
        self.values = values

    def text(self, translate: Translate, locale: str) -> str:
        """The sentence in a language."""
        shown = {k: _value(v, translate, locale) for k, v in self.values.items()}
        return translate(self.template).format(**shown)

    def __str__(self) -> str:
        return self.text(same, "en")

    def __repr__(self) -> str:
        return f"Say({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Say) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def _value(value: Any, translate: Translate, locale: str) -> str:
    if isinstance(value, Amount | Country | Several | Say):
        return value.text(translate, locale)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Window):
        return value.first if value.first == value.last else f"{value.first} – {value.last}"
    if isinstance(value, int):
        from babel.numbers import format_decimal

        return str(format_decimal(value, locale=locale))
    return str(value)
