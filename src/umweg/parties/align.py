"""Which word of one name meets which of the other, and how well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from umweg.parties.fold import script_of
from umweg.parties.keys import (
    bones_of,
    bones_of_abjad,
    key_of,
    long_vowels_missing,
    other_bones_of,
)
from umweg.parties.words import (
    GENERIC,
    INITIAL,
    NUMBER,
    PARTICLE,
    PATRONYMIC,
    SMALL,
    TITLE,
    Word,
    people,
)

LEAST = 0.55
"""The similarity below which two words are two words."""

SAME = "same"
SPELLING = "same in another romanisation"
TRANSLATED = "translated"
SYNONYM = "word of like meaning"
EQUIVALENT = "form of the same given name"
SHORT = "short form of the given name"
INITIALS = "initial"
BONES = "same consonants"
EDITED = "differs by a few letters"
JOINED = "written as one word and as several"
DIVIDED = "divided into words at another place"
CUT = "abbreviated"
DERIVED = "adjective of the place"


HEARD = 0.72
"""What a word of a firm is worth of which the consonants are the same in another script."""

MOVED = 0.93
"""What two words are worth between which the space stands elsewhere."""

GLUED = 0.93
"""What a word is worth that has its legal form written to it: SiemensAG."""

_FORMS = frozenset(
    {"ag", "gmbh", "ltd", "llc", "inc", "plc", "jsc", "ooo", "oao", "zao", "pao", "too", "spa",
     "sro", "doo", "corp", "fze", "kft", "ao", "sa", "co", "ojsc", "cjsc", "pjsc", "fzco", "llp",
     "sarl", "srl", "osoo", "tov", "bv", "nv", "oy", "ab", "uab", "sia", "ood", "pte", "bhd",
     "dmcc", "company", "limited"}
)  # fmt: skip

SLOPE = 1.26
"""What an edit costs, as a part of the length of the word."""

EXCHANGED = 0.8
"""Of an edit, two letters that changed places: hardly ever two words differ by that."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Some words of one name met some of the other."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    similarity: float
    how: str


def edited(a: str, b: str, ka: str, kb: str, sa: str, sb: str) -> float:
    """Similarity by edits: of the spellings, of their keys, of their keys without vowels' shades.

    One edit (insertion, deletion, substitution, transposition) costs `SLOPE` of the length: a
    word of five letters may have one, of eight two, of eleven three.
    """
    longest = max(len(a), len(b))
    if longest < 3:
        return 0.0
    best = _part(a, b, 0.0)
    if ka != a or kb != b:
        best = min(best, _part(ka, kb, 0.15))
    if sa != ka or sb != kb:
        best = min(best, _part(sa, sb, 0.35))
    found = 1 - SLOPE * best
    return found if a[0] == b[0] or ka[:1] == kb[:1] else found - 0.04


def _part(a: str, b: str, more: float) -> float:
    """Edits as a part of the length; 1 where there are more than a third of it."""
    longest = max(len(a), len(b), 3)
    most = longest // 3
    distance: float = OSA.distance(a, b, score_cutoff=most)
    if distance > most:
        return 1.0
    if distance == 1 and len(a) == len(b) and sorted(a) == sorted(b):
        distance = EXCHANGED
    return (distance + more) / longest


_ADJECTIVE = re.compile(
    r"(?:ov|ev|in|en|an)?(?:sk|tsk|ck)"
    r"(?:i|ii|iy|yy|y|ij|ogo|aya|aia|aja|oe|oye|oi|oy|ie|iye|ikh|im|om|a|e|yi|yj)?$"
)


@lru_cache(maxsize=65_536)
def adjective_base(latin: str) -> str:
    """What an adjective of a place is made of: Tambovskiy → tambov; empty for no adjective."""
    base = _ADJECTIVE.sub("", latin)
    return base if len(base) >= 3 and base != latin else ""


def _of_place(a: Word, b: Word) -> float:
    """An adjective of a place and the place: Тамбовский and Tambov, Казанский and Kazan."""
    for x, y in ((a, b), (b, a)):
        base = key_of(adjective_base(x.latin)) if len(x.latin) > 5 else ""
        if base and y.key.startswith(base[:-1]) and len(y.key) - len(base) <= 3:
            return 0.9
    return 0.0


@lru_cache(maxsize=262_144)
def meet(a: Word, b: Word, person: bool) -> tuple[float, str]:
    """How well two words meet, in [0, 1], and in what way; 0 below `LEAST`."""
    if a.latin == b.latin:
        return (1.0, SAME) if a.foreign == b.foreign else (0.99, SPELLING)
    if a.kind == NUMBER or b.kind == NUMBER:
        return (0.97, SAME) if a.concept and a.concept == b.concept else (0.0, "")
    if a.concept and a.concept == b.concept:
        if a.foreign != b.foreign:
            return 0.95, TRANSLATED
        return (0.93, SPELLING) if a.latin[:4] == b.latin[:4] else (0.8, SYNONYM)
    if a.key == b.key and len(a.key) > 1:
        apart = OSA.distance(a.latin, b.latin) / max(len(a.latin), len(b.latin))
        return 0.98 - 0.06 * apart, SPELLING
    if a.kind == INITIAL or b.kind == INITIAL:
        same = a.latin[0] == b.latin[0] or a.key[0] == b.key[0]
        return (0.75, INITIALS) if same and person else (0.0, "")
    if a.soft == b.soft and len(a.soft) > 2:
        return 0.93, SPELLING
    best, how = 0.0, ""
    if person:
        if (a.kind == PATRONYMIC) != (b.kind == PATRONYMIC) and not _slip(a, b):
            return 0.0, ""  # a father's name and a given name
        best, how = _given(a, b)
    if a.abjad or b.abjad:
        found = _by_bones(a, b)
        if found > best:
            best, how = found, BONES
    elif best < 0.9:
        if person and a.foreign != b.foreign and "Hani" in (script_of(a.text), script_of(b.text)):
            best, how = _by_sound(a, b)
        found = edited(a.latin, b.latin, a.key, b.key, a.soft, b.soft)
        if (a.text != a.latin or b.text != b.latin) and script_of(a.text) == script_of(b.text):
            # In its own script a slip is one letter, where in Latin ones it may be three.
            found = max(found, edited(a.text, b.text, a.text, b.text, a.text, b.text))
        if found > best:
            best, how = found, EDITED
    if not person and best < HEARD and a.foreign != b.foreign and _heard(a, b):
        best, how = HEARD, BONES
    if not person and best < 0.9:
        found = _of_place(a, b)
        if found > best:
            best, how = found, DERIVED
    if not person and best < GLUED:
        less, more = sorted((a.latin, b.latin), key=len)
        if (len(less) > 3 and more.startswith(less) and more[len(less) :] in _FORMS) or (
            len(less) > 2 and more.endswith(less) and more[: -len(less)] in _FORMS
        ):
            best, how = GLUED, JOINED
    if not person and best < 0.8 and (a.kind == GENERIC or b.kind == GENERIC):
        short, long = (a, b) if len(a.latin) < len(b.latin) else (b, a)
        if abbreviates(short.latin, long.latin):
            best, how = 0.8, CUT
    return (best, how) if best >= LEAST else (0.0, "")


def _slip(a: Word, b: Word) -> bool:
    """Whether two words are a father's name and the same with a slip of the pen.

    Petrova and Petrovna, Petrov and Petrovich differ by little and are no slips.
    """
    short, long = sorted((a.latin, b.latin), key=len)
    if short.endswith(("ova", "eva")) and long == f"{short[:-1]}na":
        return False
    if script_of(a.text) == script_of(b.text):
        short, long = sorted((a.text, b.text), key=len)
    most = 1 if len(long) < 11 else 2
    return OSA.distance(short, long, score_cutoff=most) <= most


def _given(a: Word, b: Word) -> tuple[float, str]:
    p = people()
    ours, theirs = p.equal.get(a.key), p.equal.get(b.key)
    if ours and theirs and ours & theirs:
        return 0.9, EQUIVALENT
    pet_a, pet_b = p.short.get(a.key), p.short.get(b.key)
    if (ours and pet_b and ours & pet_b) or (theirs and pet_a and theirs & pet_a):
        return 0.8, SHORT
    return 0.0, ""


def _by_bones(a: Word, b: Word) -> float:
    longest = max(len(a.bones), len(b.bones))
    if not longest or not a.bones or not b.bones:
        return 0.0
    if a.bones == b.bones:
        missing = 0
        if a.abjad != b.abjad:
            abjad, latin = (a, b) if a.abjad else (b, a)
            missing = long_vowels_missing(abjad.text, latin.latin)
        return (0.94 if longest > 2 else 0.85) - 0.12 * missing
    if longest > 2 and a.abjad != b.abjad:
        abjad, latin = (a, b) if a.abjad else (b, a)
        if abjad.bones == other_bones_of(latin.latin):
            return 0.9
    if longest >= 3 and OSA.distance(a.bones, b.bones, score_cutoff=1) == 1:
        return 1 - 1.3 / longest
    return 0.0


def _by_sound(a: Word, b: Word) -> tuple[float, str]:
    """A foreign name in Chinese syllables (奥巴马, Obama): its consonants, r and l as one."""
    ours, theirs = a.bones.replace("r", "l"), b.bones.replace("r", "l")
    return (0.8, BONES) if len(ours) > 2 and ours == theirs else (0.0, "")


_VOWELS = re.compile(r"(?<=.)[aeiou]+")


def _heard(a: Word, b: Word) -> bool:
    """Whether a word is another as it is heard, by its consonants: девайс and device."""
    if min(len(a.latin), len(b.latin)) < 4:
        return False
    ours, theirs = _VOWELS.sub("", a.key), _VOWELS.sub("", b.key)
    return len(ours) > 2 and ours == theirs


def abbreviates(short: str, long: str) -> bool:
    """Whether a word is written short: its letters in order, the first one the same."""
    if len(short) < 3 or len(short) >= len(long) or short[0] != long[0]:
        return False
    rest = iter(long)
    return all(c in rest for c in short) and (long.startswith(short) or len(short) * 2 >= len(long))


def align(ours: tuple[Word, ...], theirs: tuple[Word, ...], person: bool) -> list[Meeting]:
    """The words of two names that meet, the best meetings first; each word meets once."""
    out: list[Meeting] = []
    left_ours: list[int] = []
    at: dict[str, int] = {}
    for j, b in enumerate(theirs):
        at.setdefault(b.latin, j)
    for i, a in enumerate(ours):  # words that are the same meet first
        same = at.pop(a.latin, None)
        if same is None:
            left_ours.append(i)
        else:
            out.append(Meeting((i,), (same,), *meet(a, theirs[same], person)))
    if len(left_ours) == 0 or len(out) == len(theirs):
        return out
    taken = {m.theirs[0] for m in out}
    left_theirs = [j for j in range(len(theirs)) if j not in taken]
    if len(left_ours) == len(left_theirs) == 1:
        i, j = left_ours[0], left_theirs[0]
        similarity, how = meet(ours[i], theirs[j], person)
        if similarity:
            out.append(Meeting((i,), (j,), similarity, how))
        return out
    found: _Found = []
    for i in left_ours:
        a = ours[i]
        for j in left_theirs:
            b = theirs[j]
            similarity, how = meet(a, b, person)
            if similarity:
                order = similarity * (a.weight + b.weight) / 2 - 0.001 * abs(i - j)
                found.append((order, (i,), (j,), similarity, how))
    if len(left_ours) > 1:
        _several(ours, theirs, left_ours, left_theirs, person, found, False)
    if len(left_theirs) > 1:
        _several(theirs, ours, left_theirs, left_ours, person, found, True)
    if len(left_ours) > 1 and len(left_theirs) > 1:
        _moved_space(ours, theirs, left_ours, left_theirs, found)
    found.sort(key=lambda f: -f[0])
    free_ours, free_theirs = set(left_ours), set(left_theirs)
    for _, mine, yours, similarity, how in found:
        if free_ours.issuperset(mine) and free_theirs.issuperset(yours):
            free_ours.difference_update(mine)
            free_theirs.difference_update(yours)
            out.append(Meeting(mine, yours, similarity, how))
    return out


_Found = list[tuple[float, tuple[int, ...], tuple[int, ...], float, str]]


def _several(
    many: tuple[Word, ...],
    one: tuple[Word, ...],
    left_many: list[int],
    left_one: list[int],
    person: bool,
    found: _Found,
    swapped: bool,
) -> None:
    """What several words in a row may be in one: joined, as an acronym, as initials."""
    free = set(left_many)
    for i in left_many:
        abjad = many[i].abjad
        for size in range(2, min(6, len(left_many)) + 1):
            places = tuple(range(i, i + size))
            if places[-1] not in free or not free.issuperset(places):
                break
            part = many[i : i + size]
            last = part[-1]
            length = sum([len(w.latin) for w in part])
            for j in left_one:
                latin = one[j].latin
                may = size < 5 and (
                    abjad
                    or one[j].abjad
                    or (
                        -3 <= len(latin) - length <= 3
                        and (part[0].latin[0] == latin[0] or last.latin[-1] == latin[-1])
                    )
                )
                if not may and len(latin) != size:
                    continue
                similarity, how = _joined(part, one[j]) if may else (0.0, "")
                if not similarity and len(latin) == size:
                    similarity, how = _initialled(part, one[j], person)
                if similarity:
                    weight = (sum(w.weight for w in part) + one[j].weight) / 2
                    pair = ((j,), places) if swapped else (places, (j,))
                    found.append((similarity * weight, *pair, similarity, how))


def _moved_space(
    ours: tuple[Word, ...],
    theirs: tuple[Word, ...],
    left_ours: list[int],
    left_theirs: list[int],
    found: _Found,
) -> None:
    """Two words that are divided at another place: Abuy Asir and Abu Yasir."""
    for i in left_ours:
        if i + 1 not in left_ours:
            continue
        a = ours[i].latin + ours[i + 1].latin
        if len(a) < 5:
            continue
        for j in left_theirs:
            if j + 1 not in left_theirs:
                continue
            b = theirs[j].latin + theirs[j + 1].latin
            if abs(len(a) - len(b)) > 1 or len(ours[i].latin) == len(theirs[j].latin):
                continue
            distance = OSA.distance(a, b, score_cutoff=1)
            if distance <= 1:
                words = (*ours[i : i + 2], *theirs[j : j + 2])
                similarity = MOVED - SLOPE * distance / len(a)
                weight = sum([w.weight for w in words]) / 2
                found.append((similarity * weight, (i, i + 1), (j, j + 1), similarity, DIVIDED))


def _joined(part: tuple[Word, ...], b: Word) -> tuple[float, str]:
    if b.kind == NUMBER or any(w.kind == NUMBER for w in part):
        return 0.0, ""
    abjad = b.abjad or part[0].abjad
    if not abjad and sum([len(w.latin) for w in part]) < 4:
        return 0.0, ""
    joined = "".join([w.latin for w in part])
    keyed = "".join(w.key for w in part)
    if b.latin == joined:
        similarity = 0.97
    elif b.key == keyed:
        similarity = 0.95
    elif abjad:
        joined = "".join([w.text if w.abjad else w.latin for w in part])
        bones = bones_of_abjad(joined) if part[0].abjad else bones_of(joined)
        bones = bones.replace("A", "")
        same = len(bones) > 1 and bones == b.bones.replace("A", "")
        similarity = (0.88 if len(bones) > 2 else 0.75) if same else 0.0
    else:
        soft = "".join(w.soft for w in part)
        similarity = edited(joined, b.latin, keyed, b.key, soft, b.soft) - 0.04
    return (similarity, JOINED) if similarity >= 0.68 else (0.0, "")


def _initialled(part: tuple[Word, ...], b: Word, person: bool) -> tuple[float, str]:
    """The initials of several words: PLA, and of given names JC."""
    if b.concept or b.kind in (PARTICLE, TITLE):
        return 0.0, ""
    if len(part) < (2 if person else 3) or (person and len(part) > 2):
        return 0.0, ""
    if any(w.latin[0] != c or len(w.latin) < 3 for w, c in zip(part, b.latin, strict=True)):
        return 0.0, ""
    return (0.75 if person else 0.85), INITIALS


LIGHT = frozenset({PARTICLE, TITLE, SMALL})
"""Kinds that say nothing where they are missing."""
