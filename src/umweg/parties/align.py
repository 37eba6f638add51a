"""Which word of one name meets which of the other, and how well: compiled.

Words come as `packed` tables, a name as the numbers of its words. The same functions say which of
many listed names are worth a look, and give the meetings that an explanation is made of.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types

from umweg.parties.compiling import compiled
from umweg.parties.packed import (
    ABJAD,
    BONES,
    COLUMNS,
    CONCEPT,
    END,
    EQUAL,
    FLAGS,
    FOREIGN,
    HAN,
    HEBREW,
    IN_HEBREW,
    KEY,
    KIND,
    LATIN,
    OTHER,
    OWN,
    PLACE,
    SCRIPT,
    SHORT,
    SOFT,
    VOWELS,
    Words,
)
from umweg.parties.words import (
    GENERATION,
    GENERIC,
    INITIAL,
    LIGHT,
    NAME,
    NUMBER,
    PARTICLE,
    PATRONYMIC,
    TITLE,
)
from umweg.parties.words import PLACE as OF_PLACE

Array = Any

LEAST = 0.55
"""The similarity below which two words are two words."""

GLUED = 0.93
"""What a word is worth that has its legal form written to it: SiemensAG."""

HEARD = 0.72
"""What a word of a firm is worth of which the consonants are the same in another script."""

MOVED = 0.93
"""What two words are worth between which the space stands elsewhere."""

SLOPE = 1.26
"""What an edit costs, as a part of the length of the word."""

CONSONANT = 1.3
"""What a consonant that differs costs, as a part of their number: vowels tell nothing there."""

PLACED = 0.4
"""What a place costs, as a part of another word, that one name alone has in the same script: there
it tells a branch from its parent."""

NEARLY = 0.1
"""What a consonant costs that is written for another one."""

UNHEARD = 0.12
"""What a long vowel costs that one word writes and the other does not have."""

EXCHANGED = 0.8
"""Of an edit, two letters that changed places: hardly ever two words differ by that."""

HOW = (
    "",
    "same",
    "same in another romanisation",
    "translated",
    "word of like meaning",
    "form of the same given name",
    "short form of the given name",
    "initial",
    "same consonants",
    "differs by a few letters",
    "written as one word and as several",
    "abbreviated",
    "adjective of the place",
    "divided into words at another place",
)
"""In what way words meet."""

(
    _NOT, _SAME, _SPELLING, _TRANSLATED, _SYNONYM, _EQUIVALENT, _SHORT, _INITIALS, _BONES, _EDITED,
    _JOINED, _CUT, _DERIVED, _DIVIDED,
) = range(len(HOW))  # fmt: skip

_WRITTEN_TO_WORDS = (
    "ag gmbh ltd llc inc plc jsc ooo oao zao pao too spa sro doo corp fze kft ao sa co ojsc cjsc "
    "pjsc fzco llp sarl srl osoo tov bv nv oy ab uab sia ood pte bhd dmcc company limited"
)
_FORMS = np.array(
    [int.from_bytes(form.encode(), "big") for form in _WRITTEN_TO_WORDS.split()], np.int64
)
"""Legal forms that are written to a word, their letters as a number."""

_NEAR = np.frombuffer(bytearray(b"XhdssSJk"), np.uint8)
"""Consonants, as `keys.bones_of` has them, that are written for each other, pair by pair."""

_LIGHT = np.array([kind in LIGHT for kind in range(10)])
_FAINT = np.array([kind in LIGHT or kind in (INITIAL, GENERATION) for kind in range(10)])


# Types are said where the compiler would else make one function for literals and one for variables.
_WORDS = types.NamedTuple([types.uint16[::1], types.int64[:, ::1], types.float64[::1]], Words)
_DISTANCE = (
    "int64(uint16[::1], int64, int64, uint16[::1], int64, int64, int64, int64[:, ::1])"
)  # fmt: skip
_SIMILARITY = types.float64(_WORDS, types.int64, _WORDS, types.int64, types.int64[:, ::1])

MOST = 8192
"""Meetings of words that are tried for two names, at most."""

MINE, YOURS, MANNER, MET_MINE, MET_YOURS, MET_MANNER = range(6)
"""Rows of `Room.ints`: as bits the words that may meet, in what way, and those that met."""

ROWS = 6
"""From here on three rows of a table of edits."""

ORDER, SIMILARITY, MET_SIMILARITY, OURS, OURS_ALONE, THEIRS, THEIRS_ALONE = range(7)
"""Rows of `Room.floats`: how early a meeting is tried, how alike; of those that met, how alike;
what words that are left over cost, in conflict and alone."""


class Room(NamedTuple):
    """Room to work in, and where the meetings are left; `joined` is a table of one word."""

    ints: Array
    floats: Array
    joined: Words


def new_room() -> Room:
    """Room to work in."""
    joined = Words(np.zeros(1024, np.uint16), np.zeros((1, COLUMNS), np.int64), np.zeros(1))
    return Room(np.zeros((9, MOST), np.int64), np.zeros((7, MOST)), joined)


# -- letters --------------------------------------------------------------------------------------


@compiled()
def _same(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
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
    if not _same(a.text, a0, a1, a.text, a1, a2) or not _same(b.text, b0, b1, b.text, b1, b2):
        best = min(best, _part(a.text, a1, a2, b.text, b1, b2, 0.15, rows))
    if not _same(a.text, a1, a2, a.text, a2, a3) or not _same(b.text, b1, b2, b.text, b2, b3):
        best = min(best, _part(a.text, a2, a3, b.text, b2, b3, 0.35, rows))
    found = 1 - SLOPE * best
    starts = a.text[a0] == b.text[b0] or (a2 > a1 and b2 > b1 and a.text[a1] == b.text[b1])
    return found if starts else found - 0.04


@compiled()
def _abbreviates(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
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
    return short * 2 >= long or _same(a, a0, a1, b, b0, b0 + short)


@compiled()
def _has_form(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> bool:
    """Whether the second word is the first one with a legal form written to it."""
    short = a1 - a0
    more = b1 - b0 - short
    if more < 2 or more > 7:
        return False
    if short > 3 and _same(a, a0, a1, b, b0, b0 + short):
        start = b0 + short
    elif short > 2 and _same(a, a0, a1, b, b0 + more, b1):
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
def _share(a: int, b: int) -> bool:
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
def _own_edited(a: Words, i: int, b: Words, j: int, rows: Array) -> float:
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
def _slip(a: Words, i: int, b: Words, j: int, rows: Array) -> bool:
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
    if a1 - a0 < 3 or b1 - b0 != a1 - a0 + 1 or not _same(a, a0, a1 - 1, b, b0, b1 - 2):
        return False
    before, v, last = a[a1 - 3], a[a1 - 2], a[a1 - 1]
    ova = (before == 111 or before == 101) and v == 118 and last == 97
    return ova and b[b1 - 2] == 110 and b[b1 - 1] == 97


# -- two words ------------------------------------------------------------------------------------


@compiled()
def _of_place(a: Words, i: int, b: Words, j: int) -> bool:
    """An adjective of a place and the place: Тамбовский and Tambov, Казанский and Kazan."""
    p0, p1 = a.num[i, PLACE], a.num[i, PLACE + 1]
    k0, k1 = b.num[j, KEY], b.num[j, KEY + 1]
    size = p1 - p0
    if size == 0 or k1 - k0 < size - 1 or k1 - k0 - size > 3:
        return False
    return _same(a.text, p0, p1 - 1, b.text, k0, k0 + size - 1)


@compiled()
def _by_bones(a: Words, i: int, b: Words, j: int, rows: Array) -> float:
    """Similarity by consonants, where one word at least is in a script that writes no vowels."""
    in_a, in_b = a.num[i, FLAGS] & ABJAD != 0, b.num[j, FLAGS] & ABJAD != 0
    if in_a == in_b:
        a0, a1, b0, b1 = a.num[i, BONES], a.num[i, OTHER], b.num[j, BONES], b.num[j, OTHER]
        found = _bones_alike(a.text, a0, a1, b.text, b0, b1)
        return found if found > 0 else _bones_edited(a.text, a0, a1, b.text, b0, b1, rows)
    return _by_consonants(a, i, b, j, rows) if in_a else _by_consonants(b, j, a, i, rows)


@compiled()
def _near(x: int, y: int) -> bool:
    """Whether one consonant is written for another: kh as h, z as s, sh as s, j as g."""
    for k in range(0, len(_NEAR), 2):
        if (x == _NEAR[k] and y == _NEAR[k + 1]) or (y == _NEAR[k] and x == _NEAR[k + 1]):
            return True
    return False


@compiled()
def _bones_alike(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int) -> float:
    longest = max(a1 - a0, b1 - b0)
    if a1 == a0 or b1 == b0:
        return 0.0
    same = 0.94 if longest > 2 else 0.85
    if a1 - a0 == b1 - b0:
        near, apart = 0, 0
        for k in range(longest):
            if a[a0 + k] != b[b0 + k]:
                if _near(a[a0 + k], b[b0 + k]):
                    near += 1
                else:
                    apart += 1
        if apart == 0 and near * 2 <= longest:
            return same - NEARLY * near
    return 0.0


@compiled()
def _bones_edited(a: Array, a0: int, a1: int, b: Array, b0: int, b1: int, rows: Array) -> float:
    longest = max(a1 - a0, b1 - b0)
    if longest < 3 or min(a1 - a0, b1 - b0) == 0:
        return 0.0
    return 1 - CONSONANT / longest if distance(a, a0, a1, b, b0, b1, 1, rows) == 1 else 0.0


@compiled()
def _by_consonants(a: Words, i: int, b: Words, j: int, rows: Array) -> float:
    """As `_by_bones`: the first word is in such a script, the second in Latin letters."""
    a0, a1 = a.num[i, BONES], a.num[i, OTHER]
    b0, b1, b2, b3 = b.num[j, BONES], b.num[j, OTHER], b.num[j, HEBREW], b.num[j, PLACE]
    best = 0.0
    if a.num[i, FLAGS] & IN_HEBREW:
        h0, h1 = a.num[i, HEBREW], a.num[i, PLACE]
        best = _bones_alike(a.text, h0, h1, b.text, b2, b3)
        best = best if best > 0 else _bones_edited(a.text, h0, h1, b.text, b2, b3, rows)
        best -= 0.02
    found = _bones_alike(a.text, a0, a1, b.text, b0, b1)
    if found > 0:
        missing = a.num[i, VOWELS] & ~b.num[j, VOWELS]
        while missing:
            missing &= missing - 1
            found -= UNHEARD
        return max(best, found)
    apart = a1 - a0 > 1 and _same(a.text, a0, a1, b.text, b1, b2)
    joined = a1 - a0 > 1 and b1 - b0 > 2 and b.text[b0] == 65 and b.text[b0 + 1] == 108
    if apart or (joined and _same(a.text, a0, a1, b.text, b0 + 2, b1)):  # or with its article
        found = 0.9 if a1 - a0 > 2 else 0.82
    else:
        found = _bones_edited(a.text, a0, a1, b.text, b0, b1, rows)
    return max(best, found)


@compiled()
def _by_sound(a: Words, i: int, b: Words, j: int) -> bool:
    """A foreign name in Chinese syllables (奥巴马, Obama): its consonants, r and l as one."""
    a0, b0 = a.num[i, BONES], b.num[j, BONES]
    size = a.num[i, BONES + 1] - a0
    if size < 3 or b.num[j, BONES + 1] - b0 != size:
        return False
    for k in range(size):
        x, y = a.text[a0 + k], b.text[b0 + k]
        if x != y and not (x in (108, 114) and y in (108, 114)):
            return False
    return True


@compiled()
def _heard(a: Words, i: int, b: Words, j: int) -> bool:
    """Whether a word is another as it is heard, by its consonants: девайс and device."""
    if min(a.num[i, KEY] - a.num[i, LATIN], b.num[j, KEY] - b.num[j, LATIN]) < 4:
        return False
    x, x1, y, y1 = a.num[i, KEY], a.num[i, SOFT], b.num[j, KEY], b.num[j, SOFT]
    same = 0
    while True:
        while x < x1 and x > a.num[i, KEY] and _is_vowel(a.text[x]):
            x += 1
        while y < y1 and y > b.num[j, KEY] and _is_vowel(b.text[y]):
            y += 1
        if x == x1 or y == y1:
            return same > 2 and x == x1 and y == y1
        if a.text[x] != b.text[y]:
            return False
        same += 1
        x += 1
        y += 1


@compiled()
def _is_vowel(c: int) -> bool:
    return c == 97 or c == 101 or c == 105 or c == 111 or c == 117


@compiled()
def meet(a: Words, i: int, b: Words, j: int, person: bool, rows: Array) -> Any:
    """How well two words meet, in [0, 1], and in what way (see `HOW`); 0 below `LEAST`."""
    l0, l1, m0, m1 = a.num[i, LATIN], a.num[i, KEY], b.num[j, LATIN], b.num[j, KEY]
    k0, k1, q0, q1 = l1, a.num[i, SOFT], m1, b.num[j, SOFT]
    foreign = a.num[i, FLAGS] & FOREIGN != b.num[j, FLAGS] & FOREIGN
    if _same(a.text, l0, l1, b.text, m0, m1):
        return (0.99, _SPELLING) if foreign else (1.0, _SAME)
    kind_a, kind_b = a.num[i, KIND], b.num[j, KIND]
    concept = a.num[i, CONCEPT] != 0 and a.num[i, CONCEPT] == b.num[j, CONCEPT]
    if kind_a == NUMBER or kind_b == NUMBER:
        return (0.97, _SAME) if concept else (0.0, _NOT)
    if concept:
        if foreign:
            return 0.95, _TRANSLATED
        alike = _same(a.text, l0, min(l0 + 4, l1), b.text, m0, min(m0 + 4, m1))
        return (0.93, _SPELLING) if alike else (0.8, _SYNONYM)
    if k1 - k0 > 1 and _same(a.text, k0, k1, b.text, q0, q1):
        longest = max(l1 - l0, m1 - m0)
        edits = distance(a.text, l0, l1, b.text, m0, m1, longest, rows)
        return 0.98 - 0.06 * (edits / longest), _SPELLING
    if l0 == l1 or m0 == m1:
        return 0.0, _NOT
    if kind_a == INITIAL or kind_b == INITIAL:
        same = a.text[l0] == b.text[m0] or (k1 > k0 and q1 > q0 and a.text[k0] == b.text[q0])
        return (0.75, _INITIALS) if same and person else (0.0, _NOT)
    s1, t1 = a.num[i, BONES], b.num[j, BONES]
    if s1 - k1 > 2 and _same(a.text, k1, s1, b.text, q1, t1):
        return 0.93, _SPELLING
    best, how = 0.0, _NOT
    either = a.num[i, FLAGS] | b.num[j, FLAGS]
    if person:
        apart = (kind_a == PATRONYMIC) != (kind_b == PATRONYMIC)
        if apart and not either & ABJAD and not _slip(a, i, b, j, rows):
            return 0.0, _NOT  # a father's name and a given name
        ours, theirs = a.num[i, EQUAL], b.num[j, EQUAL]
        if _share(ours, theirs):
            best, how = 0.9, _EQUIVALENT
        elif _share(ours, b.num[j, SHORT]) or _share(theirs, a.num[i, SHORT]):
            best, how = 0.8, _SHORT
    if either & ABJAD:
        found = _by_bones(a, i, b, j, rows)
        if found > best:
            best, how = found, _BONES
    elif best < 0.9:
        if person and foreign and either & HAN:
            best, how = (0.8, _BONES) if _by_sound(a, i, b, j) else (0.0, _NOT)
        found = edited(a, i, b, j, rows)
        written = a.num[i, OWN] < a.num[i, END] or b.num[j, OWN] < b.num[j, END]
        if written and a.num[i, SCRIPT] == b.num[j, SCRIPT]:
            found = max(found, _own_edited(a, i, b, j, rows))
        if found > best:
            best, how = found, _EDITED
    if not person:
        if best < HEARD and foreign and _heard(a, i, b, j):
            best, how = HEARD, _BONES
        if best < 0.9 and (_of_place(a, i, b, j) or _of_place(b, j, a, i)):
            best, how = 0.9, _DERIVED
        if best < GLUED and (
            _has_form(a.text, l0, l1, b.text, m0, m1) or _has_form(b.text, m0, m1, a.text, l0, l1)
        ):
            best, how = GLUED, _JOINED
        if best < 0.8 and (kind_a == GENERIC or kind_b == GENERIC):
            if l1 - l0 < m1 - m0:
                cut = _abbreviates(a.text, l0, l1, b.text, m0, m1)
            else:
                cut = _abbreviates(b.text, m0, m1, a.text, l0, l1)
            if cut:
                best, how = 0.8, _CUT
    return (best, how) if best >= LEAST else (0.0, _NOT)


# -- several words --------------------------------------------------------------------------------


@compiled()
def _joined(a: Words, part: Array, b: Words, j: int, run: int, room: Room) -> float:
    """How well several words in a row are one.

    Args:
        run: The row of `a` that holds their consonants together; read where a word has no vowels.
    """
    if b.num[j, KIND] == NUMBER:
        return 0.0
    letters = 0
    for i in part:
        if a.num[i, KIND] == NUMBER:
            return 0.0
        letters += a.num[i, KEY] - a.num[i, LATIN]
    abjad = (b.num[j, FLAGS] | a.num[part[0], FLAGS]) & ABJAD != 0
    if not abjad and letters < 4:
        return 0.0
    whole, end = room.joined, 0
    for form in range(LATIN, BONES):
        for i in part:
            for k in range(a.num[i, form], a.num[i, form + 1]):
                whole.text[end] = a.text[k]
                end += 1
        whole.num[0, form + 1] = end
    m0, m1, q1 = b.num[j, LATIN], b.num[j, KEY], b.num[j, SOFT]
    l1, k1 = whole.num[0, KEY], whole.num[0, SOFT]
    if _same(whole.text, np.int64(0), l1, b.text, m0, m1):
        found = 0.97
    elif _same(whole.text, l1, k1, b.text, m1, q1):
        found = 0.95
    elif abjad:
        at, size = a.num[run, LATIN], a.num[run, KEY] - a.num[run, LATIN]
        met = 0
        for k in range(b.num[j, BONES], b.num[j, OTHER]):
            if b.text[k] == 65:  # A, a vowel at the start
                continue
            if met == size or a.text[at + met] != b.text[k]:
                return 0.0
            met += 1
        if met != size or size < 2:
            return 0.0
        found = 0.88 if size > 2 else 0.75
    else:
        found = edited(whole, 0, b, j, room.ints) - 0.04
    return found if found >= 0.68 else 0.0


@compiled()
def _initialled(a: Words, part: Array, b: Words, j: int, person: bool) -> float:
    """The initials of several words: PLA, and of given names JC."""
    kind = b.num[j, KIND]
    if b.num[j, CONCEPT] != 0 or kind in (PARTICLE, TITLE):
        return 0.0
    if (len(part) != 2) if person else (len(part) < 3):
        return 0.0
    for k in range(len(part)):
        start = a.num[part[k], LATIN]
        if a.num[part[k], KEY] - start < 3 or a.text[start] != b.text[b.num[j, LATIN] + k]:
            return 0.0
    return 0.75 if person else 0.85


@compiled()
def _several(
    a: Words, many: Array, free_many: int, b: Words, one: Array, free_one: int,
    person: bool, side: int, room: Room, found: int,
) -> int:  # fmt: skip
    """What several words in a row may be in one: joined, as an acronym, as initials.

    Args:
        side: 0 where `a` is the first of the two names.
    """
    left = 0
    for i in range(len(many)):
        left += free_many >> i & 1
    for i in range(len(many)):
        if not free_many >> i & 1:
            continue
        abjad = a.num[many[i], FLAGS] & ABJAD
        first = a.text[a.num[many[i], LATIN]]
        length = a.num[many[i], KEY] - a.num[many[i], LATIN]
        weight = a.weight[many[i]]
        for size in range(2, min(6, left) + 1):
            last = i + size - 1
            if last >= len(many) or not free_many >> last & 1:
                break
            word = many[last]
            length += a.num[word, KEY] - a.num[word, LATIN]
            weight += a.weight[word]
            for j in range(len(one)):
                if not free_one >> j & 1:
                    continue
                m0, m1 = b.num[one[j], LATIN], b.num[one[j], KEY]
                may = size < 5 and (
                    abjad != 0
                    or b.num[one[j], FLAGS] & ABJAD != 0
                    or (
                        abs(m1 - m0 - length) <= 3
                        and (first == b.text[m0] or a.text[a.num[word, KEY] - 1] == b.text[m1 - 1])
                    )
                )
                if not may and m1 - m0 != size:
                    continue
                part = many[i : i + size]
                run = len(many) + 3 * i + size - 2  # see `packed.with_runs`
                how = _JOINED
                similarity = 0.0
                if may:
                    similarity = _joined(a, part, b, one[j], run, room)
                if similarity == 0.0 and m1 - m0 == size:
                    how = _INITIALS
                    similarity = _initialled(a, part, b, one[j], person)
                if similarity > 0.0 and found < MOST:
                    room.floats[ORDER, found] = similarity * ((weight + b.weight[one[j]]) / 2)
                    mine, yours = ((1 << size) - 1) << i, 1 << j
                    room.ints[MINE, found] = yours if side else mine
                    room.ints[YOURS, found] = mine if side else yours
                    room.floats[SIMILARITY, found] = similarity
                    room.ints[MANNER, found] = how
                    found += 1
    return found


@compiled()
def _moved_space(
    a: Words, ours: Array, free_ours: int, b: Words, theirs: Array, free_theirs: int,
    room: Room, found: int,
) -> int:  # fmt: skip
    """Two words that are divided at another place: Abuy Asir and Abu Yasir."""
    text = room.joined.text
    for i in range(len(ours) - 1):
        if not (free_ours >> i & 1 and free_ours >> i + 1 & 1):
            continue
        first = a.num[ours[i], KEY] - a.num[ours[i], LATIN]
        size = first + a.num[ours[i + 1], KEY] - a.num[ours[i + 1], LATIN]
        if size < 5:
            continue
        for j in range(len(theirs) - 1):
            if not (free_theirs >> j & 1 and free_theirs >> j + 1 & 1):
                continue
            other = b.num[theirs[j], KEY] - b.num[theirs[j], LATIN]
            length = other + b.num[theirs[j + 1], KEY] - b.num[theirs[j + 1], LATIN]
            if abs(size - length) > 1 or first == other:
                continue
            end = 0
            for w in ours[i : i + 2]:
                for k in range(a.num[w, LATIN], a.num[w, KEY]):
                    text[end] = a.text[k]
                    end += 1
            for w in theirs[j : j + 2]:
                for k in range(b.num[w, LATIN], b.num[w, KEY]):
                    text[end] = b.text[k]
                    end += 1
            edits = distance(text, 0, size, text, size, end, 1, room.ints)
            if edits <= 1 and found < MOST:
                weight = a.weight[ours[i]] + a.weight[ours[i + 1]]
                weight = (weight + b.weight[theirs[j]] + b.weight[theirs[j + 1]]) / 2
                similarity = MOVED - SLOPE * edits / size
                room.floats[ORDER, found] = similarity * weight
                room.ints[MINE, found], room.ints[YOURS, found] = 3 << i, 3 << j
                room.floats[SIMILARITY, found] = similarity
                room.ints[MANNER, found] = _DIVIDED
                found += 1
    return found


@compiled()
def align(a: Words, ours: Array, b: Words, theirs: Array, person: bool, room: Room) -> int:
    """The words of two names that meet, the best meetings first; each word meets once.

    Args:
        a, ours: Words, and which of them the name has; where a word of either name has no vowels,
            `a` is a table `with_runs`.
        b, theirs: The same of the other name.

    Returns:
        How many meetings `room` holds.
    """
    n, m = len(ours), len(theirs)
    free_ours, free_theirs = (1 << n) - 1, (1 << m) - 1
    met = 0
    for i in range(n):  # words that are the same meet first
        l0, l1 = a.num[ours[i], LATIN], a.num[ours[i], KEY]
        for j in range(m):
            if _same(a.text, l0, l1, b.text, b.num[theirs[j], LATIN], b.num[theirs[j], KEY]):
                if free_theirs >> j & 1:
                    similarity, how = meet(a, ours[i], b, theirs[j], person, room.ints)
                    room.ints[MET_MINE, met], room.ints[MET_YOURS, met] = 1 << i, 1 << j
                    room.floats[MET_SIMILARITY, met], room.ints[MET_MANNER, met] = similarity, how
                    met += 1
                    free_ours ^= 1 << i
                    free_theirs ^= 1 << j
                break
    if free_ours == 0 or free_theirs == 0:
        return met
    found = np.int64(0)  # a literal nought would be a type of its own, and compiled apart
    for i in range(n):
        if not free_ours >> i & 1:
            continue
        for j in range(m):
            if not free_theirs >> j & 1:
                continue
            similarity, how = meet(a, ours[i], b, theirs[j], person, room.ints)
            if similarity > 0 and found < MOST:
                weight = (a.weight[ours[i]] + b.weight[theirs[j]]) / 2
                room.floats[ORDER, found] = similarity * weight - 0.001 * abs(i - j)
                room.ints[MINE, found], room.ints[YOURS, found] = 1 << i, 1 << j
                room.floats[SIMILARITY, found], room.ints[MANNER, found] = similarity, how
                found += 1
    for side in range(2):
        if side == 0 and free_ours & (free_ours - 1):
            found = _several(
                a, ours, free_ours, b, theirs, free_theirs, person, side, room, found
            )  # fmt: skip
        elif side == 1 and free_theirs & (free_theirs - 1):
            found = _several(
                b, theirs, free_theirs, a, ours, free_ours, person, side, room, found
            )  # fmt: skip
    if free_ours & (free_ours - 1) and free_theirs & (free_theirs - 1):
        found = _moved_space(a, ours, free_ours, b, theirs, free_theirs, room, found)
    while True:  # the best of what is left, until nothing is
        best = -1
        for f in range(found):
            fits = room.ints[MINE, f] & ~free_ours == 0 and room.ints[YOURS, f] & ~free_theirs == 0
            if fits and (best < 0 or room.floats[ORDER, f] > room.floats[ORDER, best]):
                best = f
        if best < 0:
            return met
        free_ours ^= room.ints[MINE, best]
        free_theirs ^= room.ints[YOURS, best]
        room.ints[MET_MINE, met], room.ints[MET_YOURS, met] = (
            room.ints[MINE, best],
            room.ints[YOURS, best],
        )
        room.floats[MET_SIMILARITY, met], room.ints[MET_MANNER, met] = (
            room.floats[SIMILARITY, best],
            room.ints[MANNER, best],
        )
        met += 1


# -- two names ------------------------------------------------------------------------------------

EXTRA_OURS, EXTRA_THEIRS, CONFLICT, LIGHTLY, ABSENT_PLACE, ABSENT_GENERIC = range(6)
"""`score.Weights`, in their order."""


@compiled()
def _any_foreign(a: Words, ours: Array) -> bool:
    for i in ours:  # noqa: SIM110
        if a.num[i, FLAGS] & FOREIGN != 0:
            return True
    return False


@compiled()
def _left_over(
    a: Words, ours: Array, left: int, w: Array, place: float, generic: float, light: float,
    costs: Array, alone: Array,
) -> Any:  # fmt: skip
    """What the words that are left over of a name cost: the light ones, and the others by weight.

    Returns:
        `light` with the cost of the light ones, and the number of the others, whose costs in
        conflict and alone are in `costs` and `alone`, the dearest first.
    """
    n = 0
    for i in range(len(ours)):
        if not left >> i & 1:
            continue
        kind, weight = a.num[ours[i], KIND], a.weight[ours[i]]
        if _LIGHT[kind]:
            light += w[LIGHTLY] * weight
            continue
        conflict = max(weight, 0.8) if kind == INITIAL else weight
        if kind == OF_PLACE and place >= PLACED:
            conflict = max(weight, 1.0)  # two branches
        part = place if kind == OF_PLACE else generic if kind == GENERIC else 1.0
        single = weight * part
        k = n
        while k > 0 and (
            costs[k - 1] < conflict or (costs[k - 1] == conflict and alone[k - 1] < single)
        ):
            costs[k], alone[k] = costs[k - 1], alone[k - 1]
            k -= 1
        costs[k], alone[k] = conflict, single
        n += 1
    return light, n


@compiled()
def agree(
    a: Words, ours: Array, b: Words, theirs: Array, person: bool, w: Array, room: Room
) -> Any:
    """How well the words of two names agree, in [0, 1], and how many meetings `room` holds.

    Args:
        w: `score.Weights` as an array. The others as of `align`.
    """
    met = align(a, ours, b, theirs, person, room)
    if met == 0:
        return 0.0, 0
    left_ours, left_theirs = (1 << len(ours)) - 1, (1 << len(theirs)) - 1
    matched, worth = 0.0, 0.0
    telling, named = 0, False
    for k in range(met):
        mine, yours = room.ints[MET_MINE, k], room.ints[MET_YOURS, k]
        weight = 0.0
        words = 0
        kind = -1
        for i in range(len(ours)):
            if mine >> i & 1:
                weight += a.weight[ours[i]]
                words += 1
                if kind < 0:
                    kind = a.num[ours[i], KIND]
        for j in range(len(theirs)):
            if yours >> j & 1:
                weight += b.weight[theirs[j]]
                words += 1
        weight /= 2
        matched += weight * room.floats[MET_SIMILARITY, k]
        worth += weight
        left_ours ^= mine
        left_theirs ^= yours
        named |= kind == NAME
        if words > 2 or not _FAINT[kind]:
            telling += 1
    # Where one name is a translation of the other, words of trade come and go.
    generic, place = w[ABSENT_GENERIC], max(w[ABSENT_PLACE], PLACED)
    if _any_foreign(a, ours) != _any_foreign(b, theirs):
        generic = min(0.5 if named else 1.0, generic)
        place = w[ABSENT_PLACE]
    solid, cost = room.floats, 0.0
    cost, n = _left_over(
        a, ours, left_ours, w, place, generic, cost, solid[OURS], solid[OURS_ALONE]
    )
    cost, m = _left_over(
        b, theirs, left_theirs, w, place, generic, cost, solid[THEIRS], solid[THEIRS_ALONE]
    )
    pairs = min(n, m)
    for k in range(pairs):
        cost += w[CONFLICT] * (solid[OURS, k] + solid[THEIRS, k]) / 2
    alone = 0.0
    for k in range(pairs, n):
        alone += solid[OURS_ALONE, k]
    cost += w[EXTRA_OURS] * alone
    alone = 0.0
    for k in range(pairs, m):
        alone += solid[THEIRS_ALONE, k]
    cost += w[EXTRA_THEIRS] * alone
    score = matched / (worth + cost)
    if person and telling < 2:
        # One name alone has met; of an initial or a particle, not even that.
        score *= 0.4 if telling == 0 else _one_met(a, ours, b, theirs)
    return score, met


@compiled()
def bounds(
    a: Words, our_ptr: Array, ours: Array, b: Words, name_ptr: Array, reading_ptr: Array,
    reading_words: Array, names: Array, person: bool, w: Array, room: Room, out: Array,
) -> None:  # fmt: skip
    """For each of some listed names the most that it can agree with a name.

    That is how well the words agree in the readings that agree best, before rules weaken it; 1 for
    a name with words that have no vowels, which is not looked at here.

    Args:
        a, our_ptr, ours: The words of the one name, reading by reading.
        b, name_ptr, reading_ptr, reading_words: Those of the listed names (see `packed.Listed`).
    """
    bare = False
    for i in ours:
        bare |= a.num[i, FLAGS] & ABJAD != 0
    for k in range(len(names)):
        best = 1.0 if bare else 0.0
        for r in range(name_ptr[names[k]], name_ptr[names[k] + 1]):
            theirs = reading_words[reading_ptr[r] : reading_ptr[r + 1]]
            for j in theirs:
                if b.num[j, FLAGS] & ABJAD != 0:
                    best = 1.0
            if best == 1.0:
                break
            for q in range(len(our_ptr) - 1):
                own = ours[our_ptr[q] : our_ptr[q + 1]]
                best = max(best, agree(a, own, b, theirs, person, w, room)[0])
        out[k] = best


@compiled()
def _one_met(a: Words, ours: Array, b: Words, theirs: Array) -> float:
    """Less for a person of whom one name alone has met, where there were more to meet."""
    n, m = 0, 0
    for i in ours:
        n += not _LIGHT[a.num[i, KIND]]
    for j in theirs:
        m += not _LIGHT[b.num[j, KIND]]
    if max(n, m) <= 1:
        return 1.0
    return 0.8 if m <= 1 else 0.88  # a listed name of one word, as many bear it
