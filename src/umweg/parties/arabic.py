"""Words in Arabic letters as a dictionary has them: spellings made one, additions taken off.

The article, `and`, `by`, `for` are written to an Arabic word in front; gender, number and the -y of
an adjective behind it, and in Persian the plural and the link to the next word.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

# One letter has several code points (Persian and Arabic keyboards), a hamza comes and goes, and the
# ta marbuta is written without its dots.
_LETTERS = str.maketrans({
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ئ": "ي",
    "ک": "ك", "ګ": "گ", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ؤ": "و", "ء": None,
})  # fmt: skip
_BEFORE = ("وال", "بال", "لل", "ال", "و", "ب", "ل")
_BEHIND = (
    "هايي", "هاي", "ها", "يون", "يين", "يات", "يه", "ون", "ين", "ات", "ان", "ي", "ه", "ا",
)  # fmt: skip
LEAST = 3
"""Letters that are left at least."""


@lru_cache(maxsize=16_384)
def folded(word: str) -> str:
    """A word with each letter in one spelling."""
    return word.translate(_LETTERS)


def forms(word: str) -> Iterator[str]:
    """A word, folded, and what it may be the form of, the likeliest first."""
    whole = folded(word)
    starts = [whole, *(whole[len(b) :] for b in _BEFORE if whole.startswith(b))]
    for start in starts:
        if len(start) >= LEAST or start is whole:
            yield start
    for start in starts:
        for end in _BEHIND:
            if start.endswith(end) and len(start) - len(end) >= LEAST:
                stem = start[: -len(end)]
                yield stem
                yield stem + "ه"  # سياحي of سياحه
