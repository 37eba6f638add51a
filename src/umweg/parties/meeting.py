"""How well two words meet, and in what way: compiled. See `align`."""

from __future__ import annotations

from typing import Any

import numpy as np

from umweg.parties.compiling import compiled
from umweg.parties.letters import (
    abbreviates,
    distance,
    edited,
    equal,
    has_form,
    own_edited,
    share,
    slip,
)
from umweg.parties.packed import (
    ABJAD,
    BONES,
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
    GENERIC,
    INITIAL,
    NUMBER,
    PATRONYMIC,
)

Array = Any

LEAST = 0.55
"""The similarity below which two words are two words."""

GLUED = 0.93
"""What a word is worth that has its legal form written to it: SiemensAG."""

HEARD = 0.72
"""What a word of a firm is worth of which the consonants are the same in another script."""

CONSONANT = 1.3
"""What a consonant that differs costs, as a part of their number: vowels tell nothing there."""

NEARLY = 0.1
"""What a consonant costs that is written for another one."""

UNHEARD = 0.12
"""What a long vowel costs that one word writes and the other does not have."""

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
    NOT, SAME, SPELLING, TRANSLATED, SYNONYM, EQUIVALENT, SHORT_FORM, INITIALS, SOUNDED, EDITED,
    JOINED, CUT, DERIVED, DIVIDED,
) = range(len(HOW))  # fmt: skip

_NEAR = np.frombuffer(bytearray(b"XhdssSJk"), np.uint8)
"""Consonants, as `keys.bones_of` has them, that are written for each other, pair by pair."""


@compiled()
def _of_place(a: Words, i: int, b: Words, j: int) -> bool:
    """An adjective of a place and the place: Тамбовский and Tambov, Казанский and Kazan."""
    p0, p1 = a.num[i, PLACE], a.num[i, PLACE + 1]
    k0, k1 = b.num[j, KEY], b.num[j, KEY + 1]
    size = p1 - p0
    if size == 0 or k1 - k0 < size - 1 or k1 - k0 - size > 3:
        return False
    return equal(a.text, p0, p1 - 1, b.text, k0, k0 + size - 1)


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
    apart = a1 - a0 > 1 and equal(a.text, a0, a1, b.text, b1, b2)
    joined = a1 - a0 > 1 and b1 - b0 > 2 and b.text[b0] == 65 and b.text[b0 + 1] == 108
    if apart or (joined and equal(a.text, a0, a1, b.text, b0 + 2, b1)):  # or with its article
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
    if equal(a.text, l0, l1, b.text, m0, m1):
        return (0.99, SPELLING) if foreign else (1.0, SAME)
    kind_a, kind_b = a.num[i, KIND], b.num[j, KIND]
    concept = a.num[i, CONCEPT] != 0 and a.num[i, CONCEPT] == b.num[j, CONCEPT]
    if kind_a == NUMBER or kind_b == NUMBER:
        return (0.97, SAME) if concept else (0.0, NOT)
    if concept:
        if foreign:
            return 0.95, TRANSLATED
        alike = equal(a.text, l0, min(l0 + 4, l1), b.text, m0, min(m0 + 4, m1))
        return (0.93, SPELLING) if alike else (0.8, SYNONYM)
    if k1 - k0 > 1 and equal(a.text, k0, k1, b.text, q0, q1):
        longest = max(l1 - l0, m1 - m0)
        edits = distance(a.text, l0, l1, b.text, m0, m1, longest, rows)
        return 0.98 - 0.06 * (edits / longest), SPELLING
    if l0 == l1 or m0 == m1:
        return 0.0, NOT
    if kind_a == INITIAL or kind_b == INITIAL:
        same = a.text[l0] == b.text[m0] or (k1 > k0 and q1 > q0 and a.text[k0] == b.text[q0])
        return (0.75, INITIALS) if same and person else (0.0, NOT)
    s1, t1 = a.num[i, BONES], b.num[j, BONES]
    if s1 - k1 > 2 and equal(a.text, k1, s1, b.text, q1, t1):
        return 0.93, SPELLING
    best, how = 0.0, NOT
    either = a.num[i, FLAGS] | b.num[j, FLAGS]
    if person:
        apart = (kind_a == PATRONYMIC) != (kind_b == PATRONYMIC)
        if apart and not either & ABJAD and not slip(a, i, b, j, rows):
            return 0.0, NOT  # a father's name and a given name
        ours, theirs = a.num[i, EQUAL], b.num[j, EQUAL]
        if share(ours, theirs):
            best, how = 0.9, EQUIVALENT
        elif share(ours, b.num[j, SHORT]) or share(theirs, a.num[i, SHORT]):
            best, how = 0.8, SHORT_FORM
    if either & ABJAD:
        found = _by_bones(a, i, b, j, rows)
        if found > best:
            best, how = found, SOUNDED
    elif best < 0.9:
        if person and foreign and either & HAN:
            best, how = (0.8, SOUNDED) if _by_sound(a, i, b, j) else (0.0, NOT)
        found = edited(a, i, b, j, rows)
        written = a.num[i, OWN] < a.num[i, END] or b.num[j, OWN] < b.num[j, END]
        if written and a.num[i, SCRIPT] == b.num[j, SCRIPT]:
            found = max(found, own_edited(a, i, b, j, rows))
        if found > best:
            best, how = found, EDITED
    if not person:
        if best < HEARD and foreign and _heard(a, i, b, j):
            best, how = HEARD, SOUNDED
        if best < 0.9 and (_of_place(a, i, b, j) or _of_place(b, j, a, i)):
            best, how = 0.9, DERIVED
        if best < GLUED and (
            has_form(a.text, l0, l1, b.text, m0, m1) or has_form(b.text, m0, m1, a.text, l0, l1)
        ):
            best, how = GLUED, JOINED
        if best < 0.8 and (kind_a == GENERIC or kind_b == GENERIC):
            if l1 - l0 < m1 - m0:
                cut = abbreviates(a.text, l0, l1, b.text, m0, m1)
            else:
                cut = abbreviates(b.text, m0, m1, a.text, l0, l1)
            if cut:
                best, how = 0.8, CUT
    return (best, how) if best >= LEAST else (0.0, NOT)
