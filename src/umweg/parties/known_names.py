"""Common names of persons: two that differ are two names, and no slip of the pen."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from umweg.parties.fold import script_of
from umweg.parties.keys import key_of, latin_of
from umweg.parties.scripts import load_yaml
from umweg.parties.words import NAME, Word, latin_reading, people

# What Slavic and Turkic surnames add to the name that they are made of, as `key_of` has it.
_SUFFIX = re.compile(r"(?:[oei]v(?:a|ski|skaia)|[oei]f|in|ina|enko|ian|zade|oglu)$")


@cache
def _groups() -> dict[str, frozenset[str]]:
    """The names that each spelling, and each key, may be."""
    out: dict[str, set[str]] = {k: set(v) for k, v in people().equal.items()}
    for line in load_yaml("known_names.yaml").values():
        for spellings in line.split():
            words = spellings.split("=")
            keys = {k for w in words for k in _keys(w)}
            met: set[str] = {spellings}.union(*(people().equal.get(k, ()) for k in keys))
            for key in keys:
                out.setdefault(key, set()).update(met)
            for w in words:
                out.setdefault(_spelt(latin_reading(w)), set()).update(met)
    return {k: frozenset(v) for k, v in out.items()}


def _keys(word: str) -> set[str]:
    if script_of(word) != "Latn":
        return {key_of(latin_reading(word))}
    return {key_of(word), key_of(latin_of(word))}


def _spelt(latin: str) -> str:
    return f"={latin}"


@lru_cache(maxsize=16_384)
def groups_of(latin: str, key: str) -> frozenset[str]:
    """The common names that a word may be: by its spelling, else its key, and by what a surname is
    made of."""
    known = _groups()
    own = known.get(_spelt(latin)) or known.get(key, frozenset())
    base = _SUFFIX.sub("", key)
    return own | known.get(base, frozenset()) if base != key and len(base) > 2 else own


def names_of_their_own(a: Word, b: Word) -> bool:
    """Whether two words that are alike are two common names."""
    if a.kind != NAME or b.kind != NAME or a.soft == b.soft:
        return False
    short, long = sorted((a.key, b.key), key=len)
    if long == short + "i" and len(short) > 3 and groups_of("", short):
        return True  # Karim and Karimi: a name, and a surname that is made of it
    ours, theirs = groups_of(a.latin, a.key), groups_of(b.latin, b.key)
    if not (ours and theirs) and a.key.endswith("i") and b.key.endswith("i"):  # Rahimi, Ebrahimi
        ours, theirs = groups_of("", a.key[:-1]), groups_of("", b.key[:-1])
    return bool(ours and theirs and not ours & theirs)
