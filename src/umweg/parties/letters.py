"""How far the letters of two words differ: compiled. See `align`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from umweg.parties.compiling import compiled
from umweg.parties.packed import (
    BONES,
    END,
    KEY,
    LATIN,
    OWN,
    SCRIPT,
    SOFT,
    Words,
)

Array = Any

SLOPE = 1.26
"""What an edit costs, as a part of the length of the word."""

EXCHANGED = 0.8
"""Of an edit, two letters that changed places: hardly ever two words differ by that."""

_WRITTEN_TO_WORDS = (
    "ag gmbh ltd llc inc plc jsc ooo oao zao pao too spa sro doo corp fze kft ao sa co ojsc cjsc "
    "pjsc fzco llp sarl srl osoo tov bv nv oy ab uab sia ood pte bhd dmcc company limited"
)
_FORMS = np.array(
    [int.from_bytes(form.encode(), "big") for form in _WRITTEN_TO_WORDS.split()], np.int64
)
"""Legal forms that are written to a word, their letters as a number."""

# Types are said where the compiler would else make one function for literals and one for variables.
_WORDS = types.NamedTuple([types.uint16[::1], types.int64[:, ::1], types.float64[::1]], Words)
_DISTANCE = (
    "int64(uint16[::1], int64, int64, uint16[::1], int64, int64, int64, int64[:, ::1])"
)  # fmt: skip
_SIMILARITY = types.float64(_WORDS, types.int64, _WORDS, types.int64, types.int64[:, ::1])

ROWS = 6
"""From here on three rows of a table of edits."""


@compiled()
def equal(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
    if a1 - a0 != b1 - b0:
        return False
    for k in range(a1 - a0):  # noqa: SIM110 - compiled code has no `all`
        if a[a0 + k] != b[b0 + k]:
            return False
    return True


@compiled()
def _kinds_apart(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int, most: int) -> bool:
    """Whether one text alone has more than `most` kinds of letters; an edit changes two of them."""
    one = np.uint64(1)
    held = np.uint64(0)
    for k in range(a0, a1):
        held |= one << np.uint64(a[k] & 63)
    other = np.uint64(0)
    for k in range(b0, b1):
        other |= one << np.uint64(b[k] & 63)
    apart = held ^ other
    for _ in range(most):
        apart &= apart - one
        if apart == 0:
            return False
    return apart != 0


@compiled(_DISTANCE)
def distance(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int, most: int, rows: Array) -> int:
    """Optimal string alignment distance of two texts; `most` + 1 where it is more than that."""
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        a0 += 1
        b0 += 1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1 -= 1
        b1 -= 1
    n, m = a1 - a0, b1 - b0
    if abs(n - m) > most:
        return most + 1
    if n == 0 or m == 0:
        return max(n, m)
    if _kinds_apart(a, a0, a1, b, b0, b1, 2 * most):
        return most + 1
    for j in range(m + 1):
        rows[ROWS, j] = j
    for i in range(1, n + 1):
        now, last, before = ROWS + i % 3, ROWS + (i + 2) % 3, ROWS + (i + 1) % 3
        rows[now, 0] = i
        least = i
        c = a[a0 + i - 1]
        for j in range(1, m + 1):
            d = b[b0 + j - 1]
            best = rows[last, j - 1] + (0 if c == d else 1)
            best = min(best, rows[last, j] + 1, rows[now, j - 1] + 1)
            if i > 1 and j > 1 and c == b[b0 + j - 2] and d == a[a0 + i - 2]:
                best = min(best, rows[before, j - 2] + 1)
            rows[now, j] = best
            least = min(least, best)
        if least > most:
            return most + 1
    return min(int(rows[ROWS + n % 3, m]), most + 1)


@compiled()
def _part(
    a: Array, a0: int, a1: int, b: Array, b0: int, b1: int, more: float, rows: Array
) -> float:
    """Edits as a part of the length; 1 where there are more than a third of it."""
    longest = max(a1 - a0, b1 - b0, 3)
    most = longest // 3
    edits = distance(a, a0, a1, b, b0, b1, most, rows)
    if edits > most:
        return 1.0
    if edits == 1 and a1 - a0 == b1 - b0:
        k = 0
        while a[a0 + k] == b[b0 + k]:
            k += 1
        if a0 + k + 1 < a1 and a[a0 + k + 1] == b[b0 + k] and a[a0 + k] == b[b0 + k + 1]:
            return (EXCHANGED + more) / longest
    return (edits + more) / longest


@compiled(_SIMILARITY)
def edited(a: Words, i: int, b: Words, j: int, rows: Array) -> float:
    """Similarity by edits: of the spellings, of their keys, of their keys without vowels' shades.

    One edit (insertion, deletion, substitution, transposition) costs `SLOPE` of the length: a
    word of five letters may have one, of eight two, of eleven three.
    """
    a0, a1, a2, a3 = a.num[i, LATIN], a.num[i, KEY], a.num[i, SOFT], a.num[i, BONES]
    b0, b1, b2, b3 = b.num[j, LATIN], b.num[j, KEY], b.num[j, SOFT], b.num[j, BONES]
    if max(a1 - a0, b1 - b0) < 3:
        return 0.0
    best = _part(a.text, a0, a1, b.text, b0, b1, 0.0, rows)
    if not equal(a.text, a0, a1, a.text, a1, a2) or not equal(b.text, b0, b1, b.text, b1, b2):
        best = min(best, _part(a.text, a1, a2, b.text, b1, b2, 0.15, rows))
    if not equal(a.text, a1, a2, a.text, a2, a3) or not equal(b.text, b1, b2, b.text, b2, b3):
        best = min(best, _part(a.text, a2, a3, b.text, b2, b3, 0.35, rows))
    found = 1 - SLOPE * best
    starts = a.text[a0] == b.text[b0] or (a2 > a1 and b2 > b1 and a.text[a1] == b.text[b1])
    return found if starts else found - 0.04


@compiled()
def abbreviates(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
    """Whether a word is written short: its letters in order, the first one the same."""
    short, long = a1 - a0, b1 - b0
    if short < 3 or short >= long or a[a0] != b[b0]:
        return False
    at = b0
    for k in range(a0, a1):
        while at < b1 and b[at] != a[k]:
            at += 1
        if at == b1:
            return False
        at += 1
    return short * 2 >= long or equal(a, a0, a1, b, b0, b0 + short)


@compiled()
def has_form(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
    """Whether the second word is the first one with a legal form written to it."""
    short = a1 - a0
    more = b1 - b0 - short
    if more < 2 or more > 7:
        return False
    if short > 3 and equal(a, a0, a1, b, b0, b0 + short):
        start = b0 + short
    elif short > 2 and equal(a, a0, a1, b, b0 + more, b1):
        start = b0
    else:
        return False
    form = 0
    for k in range(start, start + more):
        form = form << 8 | int(b[k])
    for f in _FORMS:  # noqa: SIM110
        if f == form:
            return True
    return False


@compiled()
def share(a: int, b: int) -> bool:
    """Whether two sets of up to four groups have one in common."""
    while a:
        other = b
        while other:
            if other & 0xFFFF == a & 0xFFFF:
                return True
            other >>= 16
        a >>= 16
    return False


@compiled()
def _as_written(a: Words, i: int) -> Any:
    """Where the word lies as it is written."""
    if a.num[i, OWN] == a.num[i, END]:
        return a.num[i, LATIN], a.num[i, KEY]
    return a.num[i, OWN], a.num[i, END]


@compiled()
def own_edited(a: Words, i: int, b: Words, j: int, rows: Array) -> float:
    """Similarity by edits in the script in which both are written.

    There a slip is one letter, where in Latin ones it may be three.
    """
    a0, a1 = _as_written(a, i)
    b0, b1 = _as_written(b, j)
    if max(a1 - a0, b1 - b0) < 3:
        return 0.0
    found = 1 - SLOPE * _part(a.text, a0, a1, b.text, b0, b1, 0.0, rows)
    return found if a.text[a0] == b.text[b0] else found - 0.04


@compiled()
def slip(a: Words, i: int, b: Words, j: int, rows: Array) -> bool:
    """Whether two words are a father's name and the same with a slip of the pen.

    Petrova and Petrovna, Petrov and Petrovich differ by little and are no slips.
    """
    l0, l1, m0, m1 = a.num[i, LATIN], a.num[i, KEY], b.num[j, LATIN], b.num[j, KEY]
    if _in_law(a.text, l0, l1, b.text, m0, m1) or _in_law(b.text, m0, m1, a.text, l0, l1):
        return False
    if a.num[i, SCRIPT] == b.num[j, SCRIPT]:
        l0, l1 = _as_written(a, i)
        m0, m1 = _as_written(b, j)
    most = 1 if max(l1 - l0, m1 - m0) < 11 else 2
    return distance(a.text, l0, l1, b.text, m0, m1, most, rows) <= most


@compiled()
def _in_law(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
    """Whether a word in -ova or -eva becomes the other one by -na: Petrova, Petrovna."""
    if a1 - a0 < 3 or b1 - b0 != a1 - a0 + 1 or not equal(a, a0, a1 - 1, b, b0, b1 - 2):
        return False
    before, v, last = a[a1 - 3], a[a1 - 2], a[a1 - 1]
    ova = (before == 111 or before == 101) and v == 118 and last == 97
    return ova and b[b1 - 2] == 110 and b[b1 - 1] == 97
