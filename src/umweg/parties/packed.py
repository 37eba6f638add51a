"""Words as the compiled comparison reads them: all their forms in one text, and numbers.

A table holds words by number. `num` says where the forms of a word lie in the text (its Latin
letters, key, soft key, bones, other bones, bones as Hebrew has them, what an adjective of a place
is made of, and the word as it is written where that is something else, one behind the other), and
what is compared as a number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from umweg.parties.fold import script_of
from umweg.parties.keys import (
    bones_of,
    bones_of_abjad,
    heard_vowels,
    hebrew_bones,
    key_of,
    other_bones_of,
    written_vowels,
)
from umweg.parties.words import PATRONYMIC, Word, fathers_name, people

Array = np.ndarray[Any, Any]

LATIN, KEY, SOFT, BONES, OTHER, HEBREW, PLACE, OWN, END = range(9)
"""Columns of `num`: where each form begins; it ends where the next one begins."""

KIND, FLAGS, CONCEPT, EQUAL, SHORT, VOWELS, SCRIPT = range(9, 16)
"""Columns of `num`: kind of word; flags; hash of the concept; up to four groups of given names, and
of short forms, 16 bits each; the vowels between consonants, five bits each; the script."""

COLUMNS = 16

ABJAD, FOREIGN, HAN, IN_HEBREW = 1, 2, 4, 8
"""Flags."""

FATHERS = 1 << 14
"""Groups of given names are less than this; from it on stand names of fathers that are in none."""

LETTERS = 60
"""Letters of a word that are looked at."""

MOST = 60
"""Words of a reading that are looked at."""


class Words(NamedTuple):
    """A table of words.

    All arrays of all tables are of one type, writable ones, so that the compiled functions are
    compiled once; nobody writes to them.
    """

    text: Array
    num: Array
    weight: Array


class Piece(NamedTuple):
    """One word, packed."""

    text: bytes
    ends: tuple[int, ...]
    code: tuple[int, ...]
    weight: float


@lru_cache(maxsize=65_536)
def piece(word: Word, bare: bool = False) -> Piece:
    """A word, packed; for words without vowels too, if it is to meet such words (`bare`)."""
    latin = word.latin[:LETTERS]
    place = key_of(adjective_base(latin)) if len(latin) > 5 and "k" in latin else ""
    script = script_of(word.text)
    hebrew = script == "Hebr"
    forms = (
        latin, word.key[:LETTERS], word.soft[:LETTERS], word.bones[:LETTERS],
        other_bones_of(latin) if bare and not word.abjad else "",
        hebrew_bones(word.text if hebrew else latin) if bare else "", place[:LETTERS],
        word.text[:LETTERS] if word.text != word.latin else "",
    )  # fmt: skip
    parts = [f.encode("utf-16-le", "replace") for f in forms]
    ends, end = [], 0
    for part in parts:
        end += len(part) // 2
        ends.append(end)
    flags = ABJAD * word.abjad | FOREIGN * word.foreign | IN_HEBREW * hebrew
    if script == "Hani":
        flags |= HAN
    p = people()
    equal = p.equal.get(word.key)
    if word.kind == PATRONYMIC:
        father, equal = fathers_name(latin)
        equal = equal or frozenset({f"father:{number_of_text(father) % FATHERS + FATHERS}"})
    vowels = 0
    if bare:
        vowels = written_vowels(word.text) if word.abjad else heard_vowels(latin)
    code = (
        word.kind, flags, number_of_text(word.concept), _groups(equal),
        _groups(p.short.get(word.key)), vowels, number_of_text(script),
    )  # fmt: skip
    return Piece(b"".join(parts), tuple(ends), code, word.weight)


def table(pieces: Sequence[Piece]) -> Words:
    """A table of words."""
    rows = []
    start = 0
    for p in pieces:
        rows.append((start, *[start + end for end in p.ends], *p.code))
        start += p.ends[-1]
    return Words(
        np.frombuffer(bytearray(b"".join([p.text for p in pieces])), np.uint16),
        np.array(rows, np.int64).reshape(-1, COLUMNS),
        np.array([p.weight for p in pieces], np.float64),
    )


NUMBERS = np.arange(MOST, dtype=np.int32)
"""The words of a table that holds one reading and nothing else."""


@lru_cache(maxsize=16_384)
def readings_of(readings: tuple[tuple[Word, ...], ...]) -> tuple[Words, Array, Array]:
    """The words of all readings as a table, where each reading begins, and its words."""
    readings = tuple(r[:MOST] for r in readings)
    ptr = np.concatenate(([0], np.cumsum([len(r) for r in readings])))
    words = table([piece(w) for r in readings for w in r])
    return words, ptr.astype(np.int64), np.arange(len(words.weight), dtype=np.int32)


@lru_cache(maxsize=16_384)
def with_runs(words: tuple[Word, ...]) -> Words:
    """The words of a reading, and behind them what two, three and four of them in a row are as one:
    their consonants, in row n + 3 i + size - 2. These meet words of scripts without vowels."""
    out = [piece(w, True) for w in words[:MOST]]
    for i in range(len(out)):
        for size in (2, 3, 4):
            part = words[i : i + size]
            bones = _joined_bones(part) if len(part) == size else ""
            text = bones.replace("A", "")[:LETTERS].encode("utf-16-le")
            out.append(Piece(text, (len(text) // 2,) * (END - LATIN), (0,) * (COLUMNS - KIND), 0.0))
    return table(out)


_DOUBLE = re.compile(r"(.)\1+")


def _joined_bones(part: Sequence[Word]) -> str:
    if part[0].abjad:
        return bones_of_abjad("".join([w.text if w.abjad else w.latin for w in part]))
    return _DOUBLE.sub(r"\1", "".join([bones_of(w.latin) for w in part]))


@lru_cache(maxsize=65_536)
def number_of_text(text: str) -> int:
    """A concept or script as a number; 0 for none."""
    if not text:
        return 0
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def _groups(groups: frozenset[str] | None) -> int:
    out = 0
    for i, group in enumerate(sorted(groups or ())[:4]):
        out |= (int(group.partition(":")[2]) + 1) << 16 * i
    return out


_ADJECTIVE = re.compile(
    r"(?:ov|ev|in|en|an)?(?:sk|tsk|ck)"
    r"(?:i|ii|iy|yy|y|ij|ogo|aya|aia|aja|oe|oye|oi|oy|ie|iye|ikh|im|om|a|e|yi|yj)?$"
)


def adjective_base(latin: str) -> str:
    """What an adjective of a place is made of: Tambovskiy → tambov; empty for no adjective."""
    base = _ADJECTIVE.sub("", latin)
    return base if len(base) >= 3 and base != latin else ""
