"""Names of other scripts in Latin letters: the readings of a word, by table, by rule or by ICU."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from anyascii import anyascii

from umweg.parties.fold import script_of

DATA = Path(__file__).parent / "data"
ABJADS = frozenset({"Arab", "Hebr"})
"""Scripts that write consonants: their words are compared by consonants."""


def load_yaml(name: str) -> Any:
    """A data file of the package."""
    with (DATA / name).open(encoding="utf-8") as f:
        return yaml.load(f, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@cache
def _tables() -> dict[str, Any]:
    return load_yaml("romanisation.yaml")  # type: ignore[no-any-return]


@cache
def _letters(script: str, language: str) -> dict[str, str]:
    table = _tables()[script]
    letters = dict(table["letters"])
    if language:
        letters.update(table["languages"][language]["letters"])
    return letters


def _language(word: str, script: str) -> str:
    for language, table in _tables()[script].get("languages", {}).items():
        if any(c in table["marks"] for c in word):
            return str(language)
    return ""


@lru_cache(maxsize=65_536)
def readings(word: str, language: str = "") -> tuple[str, ...]:
    """The readings of a word in Latin letters, the likeliest first; itself if it is Latin.

    The letters of a word tell its language where `language` is empty.
    """
    script = script_of(word)
    if script in ("Latn", "Zyyy"):
        return (word,)
    if script in _tables():
        return (_by_table(word, script, language),)
    if script == "Hang":
        return hangul(word)
    if script == "Thai":
        from umweg.parties.thai import romanise_thai

        return (romanise_thai(word),)
    return (_by_icu(word, script),)


def language_of(text: str) -> str:
    """The language of a name in Cyrillic letters that only one of two neighbours has; or empty."""
    if "ў" in text and not any(c in text for c in "қғҳ"):
        return "bel" if any(c in text for c in "іэыi") else ""
    return "ukr" if any(c in text for c in "їєґ") else ""


def _by_table(word: str, script: str, language: str = "") -> str:
    letters = _letters(script, (script == "Cyrl" and language) or _language(word, script))
    out, i = [], 0
    while i < len(word):
        for size in (2, 1):
            part = word[i : i + size]
            if len(part) < size:
                continue
            value = letters.get("^" + part) if i == 0 else None
            if value is None:
                value = letters.get(part)
            if value is not None:
                out.append(value)
                i += size
                break
        else:
            out.append(anyascii(word[i]).lower() if not word[i].isascii() else word[i])
            i += 1
    latin = "".join(out)
    if script == "Grek":  # αυ and ευ are read af, ef before voiceless consonants and at the end
        for vowel in "aei":
            for after in ("th", "k", "x", "p", "s", "t", "f", "ch"):
                latin = latin.replace(f"{vowel}v{after}", f"{vowel}f{after}")
    return latin


@cache
def _transliterator(name: str) -> Any:
    import icu

    return icu.Transliterator.createInstance(name)


def _by_icu(word: str, script: str) -> str:
    name = "Han-Latin" if script == "Hani" else "Any-Latin"
    latin = _transliterator(name).transliterate(word)
    return "".join(c for c in anyascii(latin).lower() if c.isalnum() or c == " ").strip()


@lru_cache(maxsize=16_384)
def simplified(word: str) -> str:
    """A word in Han with traditional characters made simplified; any other as it is."""
    if script_of(word) != "Hani":
        return word
    return str(_transliterator("Traditional-Simplified").transliterate(word))


def syllables(word: str) -> list[str]:
    """The readings of the characters of a word in Han."""
    return [_by_icu(c, "Hani") for c in word]


_LEADS = "g kk n d tt r m b pp s ss _ j jj ch k t p h".replace("_", "").split(" ")
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()  # noqa: SIM905
_TAILS = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
    "t", "t", "ng", "t", "t", "k", "t", "p", "t",
]  # fmt: skip
# What McCune-Reischauer and habit write where the Revised Romanization writes the above.
_LEADS_MR = "k kk n t tt r m p pp s ss _ ch tch ch k t p h".replace("_", "").split(" ")
_VOWELS_MR = "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i".split()  # noqa: SIM905


def hangul(word: str) -> tuple[str, ...]:
    """A word in Hangul, syllable by syllable: Revised Romanization, then McCune-Reischauer.

    A syllable is composed as (lead × 21 + vowel) × 28 + tail (Unicode, chapter 3.12). Sound changes
    between syllables are left out: in names they are mostly not written.
    """
    out: tuple[list[str], list[str]] = ([], [])
    for c in word:
        code = ord(c) - 0xAC00
        if not 0 <= code < 11_172:
            continue
        lead, vowel, tail = code // 588, code % 588 // 28, code % 28
        out[0].append(_LEADS[lead] + _VOWELS[vowel] + _TAILS[tail])
        out[1].append(_LEADS_MR[lead] + _VOWELS_MR[vowel] + _TAILS[tail])
    return " ".join(out[0]), " ".join(out[1])
