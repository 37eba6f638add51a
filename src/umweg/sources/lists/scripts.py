"""Which script a name is written in, as a code of ISO 15924."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

_CODES = {
    "Latin": "Latn", "Cyrillic": "Cyrl", "Arabic": "Arab", "Han": "Hani", "Hangul": "Hang",
    "Hiragana": "Hira", "Katakana": "Kana", "Hebrew": "Hebr", "Georgian": "Geor",
    "Armenian": "Armn", "Greek": "Grek", "Thai": "Thai", "Devanagari": "Deva", "Bengali": "Beng",
    "Tamil": "Taml", "Telugu": "Telu", "Kannada": "Knda", "Malayalam": "Mlym",
    "Gujarati": "Gujr", "Gurmukhi": "Guru", "Sinhala": "Sinh", "Myanmar": "Mymr",
    "Khmer": "Khmr", "Lao": "Laoo", "Ethiopic": "Ethi", "Tibetan": "Tibt", "Mongolian": "Mong",
    "Syriac": "Syrc", "Thaana": "Thaa",
}  # fmt: skip

UNKNOWN = "Zyyy"
"""ISO 15924 for text in no script of its own: digits, signs."""


@lru_cache(maxsize=1 << 16)
def script_of(text: str) -> str:
    """The script of most letters of a text; `Zyyy` where it has no letter.

    >>> script_of("Ромашка (Romashka)")
    'Latn'
    """
    if text.isascii():
        return "Latn" if any(c.isalpha() for c in text) else UNKNOWN
    from rigour.text.scripts import codepoint_script

    letters = Counter(codepoint_script(ord(c)) for c in text if c.isalpha())
    named = [(n, s) for s, n in letters.items() if s in _CODES]
    if not named:
        return "Zzzz" if letters else UNKNOWN
    return _CODES[max(named)[1]]
