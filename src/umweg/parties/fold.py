"""From a written name to its words: case, marks, look-alike letters, joined initials."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TURKISH = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼʹʺʻʿʾ′″“”״׳ـ\u200c\u200d"), None)
_APART = {ord("&"): " and ", ord("№"): " no ", ord("@"): " at ", ord("·"): " "}

# Letters of two scripts that look alike: a word that mixes the two is brought to the script of
# most of its letters. Source: Unicode confusables.txt (UTS 39), the pairs of basic letters.
_LATIN, _CYRILLIC = "abekmhopctyxijsdqw", "авекмнорстухіјѕԁԛԝ"
_TO_LATIN = dict(zip(_CYRILLIC, _LATIN, strict=True))
_TO_CYRILLIC = dict(zip(_LATIN, _CYRILLIC, strict=True))
_ALIKE = frozenset("abekmhopctyx")

_INITIALS = re.compile(
    r"(?<!\w)(?:[^\W\d_]\.\s?-?){2,}(?:[^\W\d_](?!\w))?|(?<!\w)[^\W\d_](?:\.[^\W\d_])+(?!\w)"
)
# Vowel signs of Thai, Devanagari, Khmer … are marks, which are no word characters to `re`.
_WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0e7f\u0f00-\u109f\u1780-\u17ff])+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_SCRIPTS = (
    ("Latn", re.compile(r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")),
    ("Cyrl", re.compile(r"[\u0400-\u052f]")),
    ("Arab", re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")),
    ("Hebr", re.compile(r"[\u0590-\u05ff]")),
    ("Grek", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("Armn", re.compile(r"[\u0530-\u058f]")),
    ("Geor", re.compile(r"[\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f]")),
    ("Hang", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("Kana", re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")),
    ("Hani", re.compile(r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]")),
)
# Scripts whose vowel signs are marks: these must not be taken for accents.
_KEEPS_MARKS = re.compile(r"[\u0900-\u0e7f\u0f00-\u109f\u1780-\u17ff]")


@lru_cache(maxsize=65_536)
def script_of(word: str) -> str:
    """ISO 15924 code of a word's script; `Zyyy` without letters.

    Of a word in Latin and other letters it is that of the more: a letter that was mistyped on
    another keyboard changes no script.
    """
    if word.isascii():
        return "Zyyy" if word.isdigit() else "Latn"
    latin = len(_SCRIPTS[0][1].findall(word))
    for code, pattern in _SCRIPTS[1:]:
        if pattern.search(word) and 2 * latin < sum(map(str.isalpha, word)):
            return code
    if latin:
        return "Latn"
    return "Zzzz" if any(c.isalpha() for c in word) else "Zyyy"


def clean(text: str) -> str:
    """A name in lower case, without control, format and quotation characters.

    Composed first (й stays one letter), then accents are left on the letters that have them as
    one code point: `keys` knows ş from s.
    """
    if text.isascii() and text.isprintable():
        return (
            text.lower()
            .replace("&", " and ")
            .replace("'", "")
            .replace("`", "")
            .replace("@", " at ")
        )
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii() or not text.isprintable():
        text = "".join(
            " " if unicodedata.category(c) in ("Cc", "Zs", "Zl", "Zp") else c
            for c in text
            if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
        )
    return text.translate(_APART).translate(_TURKISH).translate(_APOSTROPHES).casefold()


def strip_marks(word: str) -> str:
    """A word without accents, where accents are no vowels."""
    if word.isascii() or _KEEPS_MARKS.search(word):
        return word
    if _SCRIPTS[4][1].search(word):  # Greek: stress and breathing
        word = unicodedata.normalize("NFD", word)
    return "".join(c for c in word if not unicodedata.combining(c))


@lru_cache(maxsize=65_536)
def unmixed(word: str) -> str:
    """A word in one script where look-alike letters of Latin and Cyrillic were mixed in it."""
    latin, cyrillic = len(_SCRIPTS[0][1].findall(word)), len(_SCRIPTS[1][1].findall(word))
    if not latin or not cyrillic:
        return word
    table, other = (
        (_TO_LATIN, _SCRIPTS[1][1]) if latin > cyrillic else (_TO_CYRILLIC, _SCRIPTS[0][1])
    )
    mapped = "".join(table.get(c, c) for c in word)
    if not other.search(mapped):
        return mapped
    table = _TO_CYRILLIC if table is _TO_LATIN else _TO_LATIN
    turned = "".join(table.get(c, c) for c in word)
    one = not _SCRIPTS[0][1].search(turned) or not _SCRIPTS[1][1].search(turned)
    return turned if one else mapped


def words_of(text: str, join_initials: bool = True) -> list[str]:
    """The words of a name, folded.

    Args:
        text: The name as written.
        join_initials: `A.B.C. Company` → abc company; of a person initials stay apart.
    """
    text = clean(text)
    if join_initials and "." in text:
        text = _INITIALS.sub(lambda m: re.sub(r"[^\w]", "", m[0]) + " ", text)
    if text.isascii():
        return _ASCII_WORD.findall(text)
    found = _WORD.findall(strip_marks(text))
    out = [w if w.isascii() else unmixed(w) for w in found]
    if any(_SCRIPTS[1][1].match(w) for w in out):  # AHO beside Cyrillic words is АНО
        return ["".join(_TO_CYRILLIC[c] for c in w) if _ALIKE.issuperset(w) else w for w in out]
    return out
