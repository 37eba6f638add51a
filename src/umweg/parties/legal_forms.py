"""Legal forms in names: where they stand, how they are written out, abbreviated and misspelt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from umweg.parties.fold import script_of, words_of
from umweg.parties.keys import key_of
from umweg.parties.words import UNSPACED, latin_reading, rows_of

LONG = 12
"""Letters from which a form is so long that no name is spelt like it by accident."""

SLIPS = 2
"""Letters that may be wrong in a long form."""


@dataclass(frozen=True, slots=True)
class Form:
    """A legal form: canonical code, class (company, public …), and where it may stand."""

    code: str
    kind: str
    ends: bool


@dataclass(frozen=True, slots=True)
class Forms:
    """The packaged legal forms.

    Attributes:
        table: By their words, as `form_parts` spells them.
        longest: The most words of a form.
        firsts: Their first words.
        unspaced: Spellings in scripts without spaces, the longest first.
        joined: Forms written without spaces.
        long: Number of letters → the long forms that have so many, without spaces.
        long_words: The words that long forms are made of.
        last_words: Single words, long enough to be known where a letter is wrong.
    """

    table: dict[tuple[str, ...], Form]
    longest: int
    firsts: frozenset[str]
    unspaced: tuple[tuple[str, Form], ...]
    joined: dict[str, Form]
    long: dict[int, tuple[str, ...]]
    long_words: frozenset[str]
    last_words: tuple[str, ...]


def form_parts(words: list[str]) -> list[str]:
    """Words as the table of legal forms spells them."""
    return [x if len(x) <= 5 else key_of(x) for x in map(latin_reading, words)]


@cache
def forms() -> Forms:
    """The packaged legal forms."""
    table: dict[tuple[str, ...], Form] = {}
    unspaced: dict[str, Form] = {}
    for row in rows_of("forms.csv"):
        form = Form(row["form"], row["kind"], row["ends"] == "1")
        for spelling in row["spellings"].split("|"):
            words = words_of(spelling)
            if not words:
                continue
            if any(script_of(w) in UNSPACED for w in words):
                unspaced.setdefault("".join(words), form)
                if len("".join(words)) == 1:
                    continue  # (株), (주): their readings, zhu and ju, are surnames
            # A spelling that may stand anywhere beats one that may stand at the ends only.
            parts = tuple(form_parts(words))
            if parts not in table or (table[parts].ends and not form.ends):
                table[parts] = form
    joined: dict[str, Form] = {}
    long: dict[int, list[str]] = {}
    for parts, form in table.items():
        whole = "".join(parts)
        if whole not in joined:
            joined[whole] = form
            if len(parts) > 1 and len(whole) >= LONG:
                long.setdefault(len(whole), []).append(whole)
    long_words = {w for p in table if len(p) > 1 and len("".join(p)) >= LONG for w in p}
    return Forms(
        table,
        max(map(len, table)),
        frozenset(parts[0] for parts in table),
        tuple(sorted(unspaced.items(), key=lambda x: -len(x[0]))),
        joined,
        {size: tuple(found) for size, found in long.items()},
        frozenset(w for w in long_words if len(w) > 3),
        tuple(p[0] for p in table if len(p) == 1 and len(p[0]) > 6 and p[0].isalpha()),
    )


def without_unspaced(word: str) -> tuple[list[str], list[Form]]:
    """A word in a script without spaces: what is left of it, and the legal forms in it."""
    found = []
    for spelling, form in forms().unspaced:
        if spelling in word and len(spelling) > 1:
            found.append(form)
            word = word.replace(spelling, " ")
    return word.split(), found


def without_forms(words: list[str]) -> tuple[list[str], list[Form]]:
    """The words of a name that are no legal form, and its legal forms."""
    known = forms()
    parts = form_parts(words)
    written_out = sum([p in known.long_words for p in parts])
    if written_out < 2 and known.firsts.isdisjoint(parts) and min(map(len, parts), default=0) != 1:
        return _without_last(words, parts)
    kept: list[int] = []
    found: list[Form] = []
    i = 0
    while i < len(parts):
        size, form = _at(parts, i, known)
        if written_out > max(1, size):
            slipped = _misspelt(parts, i, size, known)
            size, form = slipped if slipped[1] else (size, form)
        if form is None:
            kept.append(i)
            i += 1
        else:
            found.append(form)
            i += size
    rest = [words[k] for k in kept]
    return (rest, found) if found else _without_last(rest, [parts[k] for k in kept])


def _at(parts: list[str], i: int, known: Forms) -> tuple[int, Form | None]:
    """How many words from a place on are a legal form, and which."""
    if parts[i] in known.firsts:
        for size in range(min(known.longest, len(parts) - i), 0, -1):
            form = known.table.get(tuple(parts[i : i + size]))
            if form is not None and (
                not form.ends or i == 0 or i + size == len(parts) or _only_forms(parts, i + size)
            ):
                return size, form
    if i in (0, len(parts) - 2) and len(parts) > 2 and len(parts[i]) + len(parts[i + 1]) in (3, 4):
        form = known.joined.get(parts[i] + parts[i + 1])  # Co., L td
        if form is not None and min(len(parts[i]), len(parts[i + 1])) == 1:
            return 2, form
    return 0, None


def _misspelt(parts: list[str], i: int, least: int, known: Forms) -> tuple[int, Form | None]:
    """As `_at`, of a form of more words than `least` that is written out with a slip or two."""
    found: tuple[int, Form | None] = (0, None)
    slips = SLIPS + 1
    for size in range(least + 1, min(known.longest + 1, len(parts) - i) + 1):
        part = parts[i : i + size]
        whole = "".join(part)
        if len(whole) < LONG - 1 or not any(p in known.long_words for p in part):
            continue
        for length in range(len(whole) - SLIPS, len(whole) + SLIPS + 1):
            for form in known.long.get(length, ()):
                if slips == 0:
                    return found
                distance = OSA.distance(whole, form, score_cutoff=slips - 1)
                if distance < slips:
                    found, slips = (size, known.joined[form]), distance
    return found


def _without_last(words: list[str], parts: list[str]) -> tuple[list[str], list[Form]]:
    """As `without_forms`, where the last word is a legal form but for one letter."""
    if len(parts) > 1 and len(parts[-1]) > 5:
        for form in forms().last_words:
            if form != parts[-1] and OSA.distance(form, parts[-1], score_cutoff=1) == 1:
                rest, found = without_forms(words[:-1])
                return rest, [*found, forms().table[(form,)]]
    return words, []


def _only_forms(parts: list[str], start: int) -> bool:
    """Whether nothing but legal forms follows."""
    table = forms().table
    return tuple(parts[start:]) in table or all((p,) in table for p in parts[start:])
