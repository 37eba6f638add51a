"""Chinese names in Latin letters: their syllables, in pinyin and in other spellings.

A name of two or three short syllables says little, and another syllable is another name: Li Ming is
nobody's slip for Li Jing. So syllables are the same or they are not, but for the systems in which
one and the same is spelt (Wade-Giles, and the customary spellings of surnames elsewhere).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from umweg.parties.scripts import load_yaml

MOST = 5
"""Syllables of a name; a longer one is no Chinese name, or says enough."""

SLIP = 0.5
"""How far a syllable is the same that differs by the -g of its end: Lin, Ling."""

_INITIALS = {
    "b": "p", "d": "t", "g": "k", "zh": "ch", "j": "ch", "q": "ch", "x": "hs", "z": "ts", "c": "ts",
    "r": "j",
}  # fmt: skip
_FINALS = {"ong": "ung", "iong": "iung", "ian": "ien", "ie": "ieh", "ue": "ueh"}
_WHOLE = {
    "zi": "tzu", "ci": "tzu", "si": "ssu", "er": "erh", "yan": "yen", "ye": "yeh", "yue": "yueh",
    "yong": "yung", "you": "yu", "yi": "i", "ge": "ko", "ke": "ko", "he": "ho", "gui": "kuei",
    "kui": "kuei", "guo": "kuo", "kuo": "kuo", "huo": "huo", "shuo": "shuo",
}  # fmt: skip


@cache
def _data() -> dict[str, Any]:
    return load_yaml("pinyin.yaml")  # type: ignore[no-any-return]


@cache
def _pinyin() -> frozenset[str]:
    return frozenset(
        initial.strip("-") + final
        for initial, finals in _data()["finals"].items()
        for final in finals.split()
    )


@cache
def _wade_giles() -> dict[str, frozenset[str]]:
    """What a syllable of Wade-Giles, without its apostrophes, may be in pinyin."""
    out: dict[str, set[str]] = {}
    for key, finals in _data()["finals"].items():
        initial = key.strip("-")
        for final in finals.split():
            end = _FINALS.get(final, final)
            if initial in ("zh", "ch", "sh", "r") and final == "i":
                end = "ih"
            elif final == "uo":
                end = "o"
            spelt = _WHOLE.get(initial + final, _INITIALS.get(initial, initial) + end)
            out.setdefault(spelt, set()).add(initial + final)
    return {spelt: frozenset(found) for spelt, found in out.items()}


@cache
def _elsewhere() -> dict[str, frozenset[str]]:
    return {spelt: frozenset(found.split()) for spelt, found in _data()["elsewhere"].items()}


@cache
def _surnames() -> frozenset[str]:
    own = frozenset(_data()["surnames"].split())
    spelt = (s for s, found in _wade_giles().items() if found & own and s not in _pinyin())
    return own | frozenset(_elsewhere()) | frozenset(spelt)


@lru_cache(maxsize=65_536)
def syllables_of(latin: str) -> tuple[str, ...]:
    """The syllables of a word, as few as possible; empty where it is not made of such."""
    if not latin.isascii() or len(latin) > 6 * MOST:
        return ()
    best: list[tuple[str, ...] | None] = [()]
    known = (_pinyin(), _wade_giles().keys() | _elsewhere().keys())
    for end in range(1, len(latin) + 1):
        found = None
        for start in range(max(0, end - 6), end):
            before, part = best[start], latin[start:end]
            # Other spellings are looked for only in a word of their own, or between hyphens.
            if before is None or not (
                part in known[0] or (len(part) == len(latin) and part in known[1])
            ):
                continue
            if found is None or len(before) + 1 < len(found):
                found = (*before, part)
        best.append(found)
    return best[-1] or ()


@lru_cache(maxsize=65_536)
def chinese(words: tuple[str, ...]) -> tuple[str, ...]:
    """The syllables of a name that is Chinese by its look; empty for any other.

    Every word is made of syllables, and the first or the last one is a surname.
    """
    if len(words) < 2 or not (words[0] in _surnames() or words[-1] in _surnames()):
        return ()
    out: list[str] = []
    for w in words:
        found = syllables_of(w)
        if not found:
            return ()
        out += found
    return tuple(out) if len(out) <= MOST else ()


def _of_pinyin(syllables: Sequence[str]) -> bool:
    """Whether a name can be pinyin alone: Wade-Giles has no b, d, g, q, r, x, z."""
    return any(s[0] in "bdgqrxz" or s.endswith("ong") for s in syllables)


def alike(a: Sequence[str], b: Sequence[str]) -> float:
    """How many of the syllables of two names are the same, in whatever order."""
    plain_a, plain_b = _of_pinyin(a), _of_pinyin(b)
    left = list(b)
    out = 0.0
    for least in (1.0, SLIP):
        rest = []
        for x in a:
            met = next((y for y in left if _same(x, y, plain_a, plain_b) >= least), None)
            if met is None:
                rest.append(x)
            else:
                out += least
                left.remove(met)
        a = rest
    return out


def _same(x: str, y: str, plain_x: bool, plain_y: bool) -> float:
    if x == y:
        return 1.0
    ours, theirs = _elsewhere().get(x, frozenset()), _elsewhere().get(y, frozenset())
    if y in ours or x in theirs or ours & theirs:
        return 1.0
    if plain_x != plain_y or x not in _pinyin() or y not in _pinyin():  # two systems
        other, spelt = (x, y) if plain_x or y not in _pinyin() else (y, x)
        if other in _wade_giles().get(spelt, frozenset()):
            return 1.0
    return SLIP if x + "g" == y or y + "g" == x else 0.0
