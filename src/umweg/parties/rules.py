"""What weakens the agreement of two names: numbers, legal forms, names of their own, syllables.

A rule sees both names and the words of them that met. Its docstring is what the reader of an answer
is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from umweg.parties import pinyin
from umweg.parties.known_names import names_of_their_own
from umweg.parties.names import BODY, PERSON, VESSEL, Name
from umweg.parties.words import GENERIC, LIGHT, NAME, NUMBER, Word


class Meeting(NamedTuple):
    """Some words of one name met some of the other."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    similarity: float
    how: str


def numbers_differ(a: Name, b: Name, _: list[Meeting]) -> tuple[float, str] | None:
    """The names hold different numbers: Unit 61398 is not Unit 61419."""
    ours, theirs = a.numbers, b.numbers
    if ours and theirs and not (ours <= theirs or theirs <= ours):
        return 1.0, f"{', '.join(sorted(ours))} ≠ {', '.join(sorted(theirs))}"
    return None


def number_missing(a: Name, b: Name, _: list[Meeting]) -> tuple[float, str] | None:
    """One name holds a number and the other none: it may be another of a series."""
    ours, theirs = a.numbers, b.numbers
    if bool(ours) != bool(theirs):
        return 1.0, ", ".join(sorted(ours or theirs))
    return None


def forms_of_another_class(a: Name, b: Name, _: list[Meeting]) -> tuple[float, str] | None:
    """One is a company, the other a public body or a non-profit, by their legal forms."""
    ours, theirs = {f.kind for f in a.forms}, {f.kind for f in b.forms}
    if ours and theirs and not ours & theirs and "vessel" not in ours | theirs:
        return 1.0, f"{'/'.join(sorted(ours))} ≠ {'/'.join(sorted(theirs))}"
    return None


def forms_differ(a: Name, b: Name, _: list[Meeting]) -> tuple[float, str] | None:
    """The legal forms differ (joint-stock, limited …); firms change them, lists confuse them."""
    ours, theirs = {f.code for f in a.forms}, {f.code for f in b.forms}
    if not ours or not theirs or ours & theirs or _loose(ours) or _loose(theirs):
        return None
    # A company limited by shares is no partnership of limited liability; AG and PJSC are alike.
    apart = (ours <= _STOCK and theirs <= _LIMITED) or (ours <= _LIMITED and theirs <= _STOCK)
    strength = 1.0 if apart else 0.7
    return strength, f"{'/'.join(sorted(ours))} ≠ {'/'.join(sorted(theirs))}"


_STOCK = frozenset({"jsc", "ojsc", "cjsc", "pjsc", "ag"})
_LIMITED = frozenset({"llc", "ltd", "gmbh"})


def form_missing(a: Name, b: Name, _: list[Meeting]) -> tuple[float, str] | None:
    """One name has a legal form and the other none."""
    if bool(a.forms) != bool(b.forms):
        return 1.0, "/".join(f.code for f in a.forms or b.forms)
    return None


def _loose(codes: set[str]) -> bool:
    """Forms that every language uses for any company: `Co`, `Corporation`, `Ltd`."""
    return codes <= {"co", "corp", "inc", "ltd", "llc"}


def only_trade_words_met(a: Name, b: Name, meetings: list[Meeting]) -> tuple[float, str] | None:
    """Only words of trade have met, which many firms share, and each name has another word left."""
    ours, theirs = a.readings[0], b.readings[0]
    met_ours = {i for m in meetings for i in m.ours}
    met_theirs = {j for m in meetings for j in m.theirs}
    if any(ours[i].kind != GENERIC for i in met_ours):
        return None
    left_ours = [w.text for i, w in enumerate(ours) if i not in met_ours and w.kind not in LIGHT]
    left = [w.text for j, w in enumerate(theirs) if j not in met_theirs and w.kind not in LIGHT]
    if not left_ours or not left:
        return None
    return 1.0, f"{' '.join(left_ours)} ≠ {' '.join(left)}"


_NOT_QUITE = frozenset({"differs by a few letters", "same in another romanisation"})


def one_word_alike(a: Name, b: Name, meetings: list[Meeting]) -> tuple[float, str] | None:
    """The one word of its own that has met is only like the other: Yang Trading, Liang Trading."""
    for m in meetings:
        if m.how in _NOT_QUITE:
            break
    else:
        return None
    ours = a.readings[0]
    own = [m for m in meetings if any(ours[i].kind == NAME for i in m.ours)]
    if len(own) != 1 or len(own[0].ours) + len(own[0].theirs) > 2:
        return None
    x, y = a.readings[0][own[0].ours[0]], b.readings[0][own[0].theirs[0]]
    if x.abjad or y.abjad or max(len(x.latin), len(y.latin)) > 7:
        return None
    if own[0].how == "differs by a few letters":
        strength = (0.85 - own[0].similarity) / 0.3
    elif own[0].how == "same in another romanisation":
        # Aliev and Aleph have one key: spellings that differ in every other letter.
        strength = (OSA.normalized_distance(x.latin, y.latin) - 0.4) / 0.2
    else:
        return None
    return (min(1.0, strength), f"{x.text} ~ {y.text}") if strength > 0 else None


def order_differs(a: Name, b: Name, meetings: list[Meeting]) -> tuple[float, str] | None:
    """The same words in another order; of a firm that is more than of a person."""
    if len(meetings) < 2:
        return None
    path = [m.theirs[0] for m in sorted(meetings, key=lambda m: m.ours[0])]
    return None if path == sorted(path) else (1.0, f"{a.text} ~ {b.text}")


BY_LIKENESS = frozenset({"differs by a few letters", "same consonants"})
"""In what way (`align.HOW`) words meet that are only like each other."""


HEARD = 0.84
"""From here on the consonants of a word without vowels are those of a name: Salim, Salem."""


def two_common_names(a: Name, b: Name, meetings: list[Meeting]) -> tuple[float, str] | None:
    """Words that are alike are two common names, and no slip for each other: Marat, Murat."""
    apart, found = 0.0, []
    for m in meetings:
        if m.similarity < HEARD and m.how in BY_LIKENESS and len(m.ours) == len(m.theirs) == 1:
            x, y = a.readings[0][m.ours[0]], b.readings[0][m.theirs[0]]
            if names_of_their_own(x, y):
                apart += x.weight
                found.append(f"{x.text} ≠ {y.text}")
    if not found:
        return None
    whole = sum([a.readings[0][i].weight for m in meetings for i in m.ours])
    return apart / whole, ", ".join(found)


def other_syllables(a: Name, b: Name, meetings: list[Meeting]) -> tuple[float, str] | None:
    """A Chinese name of another syllable is another name: Li Ming, Li Jing."""
    if len(a.readings) > 1 or len(b.readings) > 1:
        return None
    ours, theirs = a.readings[0], b.readings[0]
    x, y = _syllables(ours), _syllables(theirs)
    if not x and not y:
        return None
    # A character may be read in several ways, and Korean and Cyrillic spell Chinese otherwise.
    if any(w.foreign and not w.abjad for w in (*ours, *theirs)):
        return None
    if x and y:
        apart = 1 - pinyin.alike(x, y) / max(len(x), len(y))
        return (min(1.0, 1.8 * apart), f"{' '.join(x)} ≠ {' '.join(y)}") if apart else None
    apart, found = 0.0, []
    for m in meetings:
        one, other = ours[m.ours[0]], theirs[m.theirs[0]]
        if one.latin != other.latin and len(pinyin.syllables_of((one if x else other).latin)) == 1:
            apart += 1
            found.append(f"{one.text} ≠ {other.text}")
    return (apart / len(x or y), ", ".join(found)) if found else None


def only_other_syllables(a: Name, b: Name, meetings: list[Meeting]) -> tuple[float, str] | None:
    """Two names of Chinese syllables and nothing else, of which nobody says whose they are."""
    if a.forms or b.forms or len(a.readings) > 1 or len(b.readings) > 1:
        return None
    for words in (a.readings[0], b.readings[0]):
        if any(w.kind in LIGHT for w in words) or not _syllables(words):
            return None
    return other_syllables(a, b, meetings)


@lru_cache(maxsize=16_384)
def _syllables(words: tuple[Word, ...]) -> tuple[str, ...]:
    if any(w.abjad or w.kind == NUMBER for w in words):
        return ()
    return pinyin.chinese(tuple(w.latin for w in words if w.kind not in LIGHT))


Rule = Callable[[Name, Name, list[Meeting]], tuple[float, str] | None]

RULES: dict[str, tuple[tuple[Rule, float], ...]] = {
    PERSON: ((two_common_names, -0.45), (other_syllables, -0.5), (order_differs, -0.005)),
    BODY: (
        (numbers_differ, -0.3),
        (number_missing, -0.12),
        (forms_of_another_class, -0.45),
        (forms_differ, -0.13),
        (form_missing, -0.01),
        (only_trade_words_met, -0.15),
        (one_word_alike, -0.2),
        (only_other_syllables, -0.5),
        (order_differs, -0.02),
    ),
    VESSEL: ((numbers_differ, -0.35), (number_missing, -0.12), (order_differs, -0.05)),
}
"""What weakens the agreement of two names: that part of the score is lost at full strength."""
