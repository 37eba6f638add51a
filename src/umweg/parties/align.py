"""Which word of one name meets which of the other, and how well: compiled.

Words come as `packed` tables, a name as the numbers of its words. The same functions say which of
many listed names are worth a look, and give the meetings that an explanation is made of.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from umweg.parties.compiling import compiled
from umweg.parties.letters import SLOPE, distance, edited, equal
from umweg.parties.meeting import DIVIDED, INITIALS, JOINED, meet
from umweg.parties.meeting import HOW as HOW
from umweg.parties.packed import (
    ABJAD,
    BONES,
    COLUMNS,
    CONCEPT,
    FLAGS,
    FOREIGN,
    KEY,
    KIND,
    LATIN,
    OTHER,
    SOFT,
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
    TITLE,
)
from umweg.parties.words import PLACE as OF_PLACE

Array = Any

MOVED = 0.93
"""What two words are worth between which the space stands elsewhere."""

PLACED = 0.4
"""What a place costs, as a part of another word, that one name alone has in the same script: there
it tells a branch from its parent."""

_LIGHT = np.array([kind in LIGHT for kind in range(10)])
_FAINT = np.array([kind in LIGHT or kind in (INITIAL, GENERATION) for kind in range(10)])

MOST = 8192
"""Meetings of words that are tried for two names, at most."""

MINE, YOURS, MANNER, MET_MINE, MET_YOURS, MET_MANNER = range(6)
"""Rows of `Room.ints`: as bits the words that may meet, in what way, and those that met."""

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
    if equal(whole.text, np.int64(0), l1, b.text, m0, m1):
        found = 0.97
    elif equal(whole.text, l1, k1, b.text, m1, q1):
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
                how = JOINED
                similarity = 0.0
                if may:
                    similarity = _joined(a, part, b, one[j], run, room)
                if similarity == 0.0 and m1 - m0 == size:
                    how = INITIALS
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
                room.ints[MANNER, found] = DIVIDED
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
            if equal(a.text, l0, l1, b.text, b.num[theirs[j], LATIN], b.num[theirs[j], KEY]):
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
