"""A name, taken apart: its words, legal forms and readings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from umweg.parties.fold import clean, script_of, words_of
from umweg.parties.keys import latin_of
from umweg.parties.legal_forms import Form, without_forms, without_unspaced
from umweg.parties.packed import Array, Words
from umweg.parties.scripts import language_of, readings, simplified, syllables
from umweg.parties.words import (
    GENERIC,
    NAME,
    NUMBER,
    PLACE,
    SMALL,
    UNSPACED,
    Word,
    glossary,
    halves_of,
    latin_reading,
    people,
    word,
    word_of_person,
    words_of_body,
)

PERSON, BODY, VESSEL = "person", "body", "vessel"
"""How a name is read: of a person; of a firm or body, or of nobody knows whom; of a vessel."""

_GROUPS = {"Person": PERSON, "Vessel": VESSEL, "Airplane": VESSEL}

MOST_WORDS = 24
"""Words of a name that are looked at; the longest listed names that we know have about twenty."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, taken apart.

    Attributes:
        text: As written.
        group: How it was read.
        readings: The words, one tuple for each way of reading them.
        forms: Its legal forms.
        numbers: The numbers in it.
        packed: Of a listed name the table that holds its words, and for each reading which.
    """

    text: str
    group: str
    readings: tuple[tuple[Word, ...], ...]
    forms: tuple[Form, ...] = ()
    numbers: frozenset[str] = frozenset()
    packed: tuple[Words, tuple[Array, ...]] | None = field(default=None, compare=False)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to compare."""
        return not self.readings or not self.readings[0]


def group_of(schema: str) -> str:
    """How names of a schema are read."""
    return _GROUPS.get(schema, BODY)


@lru_cache(maxsize=65_536)
def analyse(text: str, group: str) -> Name:
    """Take a name apart."""
    if group == PERSON:
        return Name(text, group, _person(text))
    return _body(text, group)


# -- persons --------------------------------------------------------------------------------------

_ABD = re.compile(r"^(?:abd|ebd)(?:[ueoa]+(?:l|r|s|n|z|d|t|sh|h)?|al|el)?$")
_ABD_JOINED = re.compile(
    r"^abd(?:[aeou]{1,2}(?:l|(?P<same>[rsnztd])(?=(?P=same))))(?P<rest>\w{3,})$"
)
_ARTICLES = frozenset(
    {"al", "el", "ul", "ur", "ar", "as", "us", "an", "ad", "ud", "uz", "ush", "ash", "il"}
)
_OF_GOD = frozenset({"allah", "ullah", "ollah", "llah", "alah", "allh", "ulla", "oullah"})
_DIN = frozenset({"din", "deen", "dine", "ddin", "eddin", "eddine", "uddin", "udin"})
_GOD_END = re.compile(r"(?:[aeou]{1,2}l{1,2}ah?|allh)$")
_DIN_END = re.compile(r"(?:[aeiou]{1,2})d{1,2}(?:in|een|ine)$")
_COMPOUND = re.compile(r"^[ae]bd|^ab[ou]{1,2}l|[aeou]l{1,2}ah?$|allh|^l{1,2}ah$|d(?:in|een|ine)$")
_AL = "ال"
_FATHER_OF = re.compile("([اأ]بو)ال(?=...)")
_FATHER_JOINED = re.compile(r"^ab[ou]{1,2}l(?=[bdfghjkmnqrstwxyz])(\w{3,})$")


def _person(text: str) -> tuple[tuple[Word, ...], ...]:
    """The readings of a name of a person; of each, where several stand in one."""
    whole = _one_person(text)
    parts = _parts_of(text)
    return (*whole, *(r for p in parts for r in _one_person(p) if len(r) > 1))


def _one_person(text: str) -> tuple[tuple[Word, ...], ...]:
    words = words_of(text, join_initials=False)[:MOST_WORDS]
    if text.isascii():
        return (_persons_words(_compounds([(w, w) for w in words])),)
    if len(words) == 1 and script_of(words[0]) == "Hani":
        words = _han_person(words[0])
    elif any(script_of(w) == "Hang" for w in words):
        return _korean(words)
    pairs: list[tuple[str, str]] = []
    language = language_of(text.casefold())
    for w in words:
        if script_of(w) == "Arab":
            pairs += _arabic(w)
        elif script_of(w) == "Hani":
            pairs.append((w, latin_of("".join(syllables(w)))))
        else:
            pairs.append((w, latin_reading(w, language)))
    return (_persons_words([(t, x) for t, x in _compounds(pairs) if x]),)


_BEFORE = frozenset("da das de del della der di do dos du la las le los ten van von y zu".split())  # noqa: SIM905
"""Particles that stand before a name: at the end such a word is a name (Tuan Le, Linh Do)."""


def _persons_words(pairs: list[tuple[str, str]]) -> tuple[Word, ...]:
    out = [word_of_person(t, x) for t, x in pairs]
    if len(out) > 1 and out[-1].latin in _BEFORE:
        out[-1] = word(out[-1].text, out[-1].latin, True)
    return tuple(out)


def _arabic(w: str) -> list[tuple[str, str]]:
    """A word in Arabic letters, its article and the servant's `abd` apart."""
    out = []
    father = _FATHER_OF.match(w)
    if w.startswith("عبدال") and len(w) > 6 and w != "عبدالله":
        out.append(("عبد", "abd"))
        w = w[5:]
    elif father:
        out.append((father[1], "abu"))
        w = w[father.end() :]
    elif w.startswith(_AL) and len(w) > 3 and w != "الله":
        w = w[2:]
    if w.startswith(("وال", "لل")) and len(w) > 5:
        w = w[2:] if w.startswith("لل") else w[3:]
    out.append((w, latin_reading(w)))
    return out


def _compounds(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Arabic names of two words as one, however they were divided: Abd al-Rahman, Hamid Ullah."""
    if not any(_COMPOUND.search(latin) for _, latin in pairs):
        return pairs
    out: list[tuple[str, str]] = []
    i = 0
    while i < len(pairs):
        text, latin = pairs[i]
        if len(latin) < 2 or latin in ("bin", "ben", "ibn", *_ARTICLES):
            out.append(pairs[i])
            i += 1
            continue
        j = i + 1
        while j < len(pairs) - 1 and pairs[j][1] in _ARTICLES:
            j += 1
        following = pairs[j][1] if j < len(pairs) else ""
        if _ABD.match(latin) and following:
            if following in _OF_GOD:
                out.append((f"{text} {pairs[j][0]}", "abdullah"))
            else:
                out += [(text, "abd"), pairs[j]]
            i = j + 1
        elif following in _OF_GOD:
            out.append((f"{text} {pairs[j][0]}", latin.rstrip("u") + "ullah"))
            i = j + 1
        elif following in _DIN and latin not in _ARTICLES:
            out.append((f"{text} {pairs[j][0]}", latin.rstrip("u") + "uddin"))
            i = j + 1
        else:
            joined = _ABD_JOINED.match(latin)
            father = _FATHER_JOINED.match(latin)
            if joined and not _GOD_END.search(latin):
                out += [(text, "abd"), (text, joined["rest"])]
            elif father:
                out += [(text, "abu"), (text, father[1])]
            else:
                out.append((text, compound_of(latin)))
            i += 1
    return out


def compound_of(latin: str) -> str:
    """One spelling of the names that end in God and religion: Hamidallah, Saifeddine."""
    if len(latin) > 6 and _GOD_END.search(latin):
        return _GOD_END.sub("ullah", latin)
    if len(latin) > 6 and _DIN_END.search(latin):
        return _DIN_END.sub("uddin", latin)
    return latin


def _han_person(w: str) -> list[str]:
    size = 2 if w[:2] in people().han_surnames else 1
    return [w[:size], w[size:]] if len(w) > size else [w]


def _korean(words: list[str]) -> tuple[tuple[Word, ...], ...]:
    """Surname and given name, syllable by syllable, by each system of romanisation."""
    out: list[list[Word]] = [[], []]
    for w in words:
        for number, reading in enumerate((readings(w) * 2)[:2]):
            latins = reading.split()
            texts = list(w) if len(latins) == len(w) else [w]
            for t, x in zip(texts, latins, strict=False):
                out[number].append(word_of_person(t, x))
    return tuple(tuple(o) for o in out)


# -- firms, bodies, vessels -----------------------------------------------------------------------


_ALTERNATIVES = re.compile(
    r"\s*/\s*"
    r"|[\s(,;]*\b(?:also known as|a\.?k\.?a\.?|f\.?k\.?a\.?|formerly(?: known as)?)(?=\W)[\s:]*"
    r"|(?<=[\u0400-\u052f»”\"])\s+(?:or|and|или)\s+(?=\W?[\u0400-\u052f«“\"])",
    re.IGNORECASE,
)
"""Between two names that stand in one: a stroke, `also known as`, English between Cyrillic ones."""


def _body(text: str, group: str) -> Name:
    """A name, and where two names stand in it, each of them as a reading of its own."""
    whole = _one_body(text, group)
    parts = _parts_of(text)
    if not parts:
        return whole
    readings = [r for p in parts for r in _one_body(p, group).readings if _tells(r)]
    return replace(whole, readings=(*whole.readings, *readings))


def _parts_of(text: str) -> list[str]:
    """The names that stand in one; none where it is one name."""
    if not _ALTERNATIVES.search(text):
        return []
    parts = [p for p in _ALTERNATIVES.split(text) if p]
    return parts if 1 < len(parts) <= 4 and min(map(len, parts)) >= 5 else []


def _tells(reading: tuple[Word, ...]) -> bool:
    """Whether a name says more than what trade somebody is in."""
    return len(reading) > 2 or any(w.kind == NAME for w in reading)


def _one_body(text: str, group: str) -> Name:
    spread = words_of(text)
    found: list[Form] = []
    if not text.isascii():
        words, spread = list(map(simplified, spread)), []
        for w in words:
            if script_of(w) in ("Hani", "Kana", "Thai"):
                rest, own = without_unspaced(w)
                spread += rest
                found += own
            else:
                spread.append(w)
    rest, own = without_forms(spread[: 2 * MOST_WORDS])
    found += own
    if not rest and found:  # a name that is a legal form and nothing else names something
        rest = spread
    out: list[Word] = []
    vessel = group == VESSEL
    for w in rest[:MOST_WORDS]:
        if w.isascii():
            out += words_of_body(w, w, vessel)
            continue
        script = script_of(w)
        if script in UNSPACED and script != "Kana":
            out += _unspaced_words(w, script)
        elif script == "Arab":
            known, parts = glossary().native_of(w), _arabic(w)
            if known and len(parts) == 1:  # with its article a word may be another one
                out.append(word(*parts[0], False, known[1], known[0]))
                continue
            for t, x in parts:
                out += words_of_body(t, x, vessel)
        else:
            latin = latin_reading(w).replace(" ", "")
            if latin:
                out += words_of_body(w, latin, vessel)
    out = _customary(_named_after(out))
    readings = [_once(out)]
    halves = [_halved(w) for w in out]
    if not vessel and max(map(len, halves), default=1) > 1:
        readings.append(_once([x for part in halves for x in part]))
    numbers = frozenset(x.concept for x in readings[0] if x.kind == NUMBER)
    return Name(text, group, tuple(readings), tuple(dict.fromkeys(found)), numbers)


def _once(words: list[Word]) -> tuple[Word, ...]:
    """The words, said once: what one word says and several, one concept twice."""
    once: list[Word] = []
    for now in words:
        last = once[-1] if once else None
        if last and now.concept and now.concept == last.concept and now.kind == GENERIC:
            continue  # research and science are one concept: side by side they are said once
        if last and last.concept in _MADE and now.latin in _MAKING:
            continue  # the building of machines is one word in other languages
        if last and last.kind == now.kind == NUMBER and _tens(last) and len(now.concept) == 2:
            total = int(last.concept[1:]) + int(now.concept[1:])  # forty-four
            text = f"{last.text} {now.text}"
            once[-1] = word(text, str(total), False, NUMBER, f"#{total}")
            continue
        once.append(now)
    return tuple(once)


_MADE = frozenset(
    {"machine", "instrument", "ship", "engine", "tool", "lathe", "aviation", "automobile", "radio",
     "energy", "heat", "rocket", "helicopter", "tractor", "electric"}
)  # fmt: skip
_MAKING = frozenset({"building", "build", "engineering", "making", "manufacturing"})


def _halved(w: Word) -> tuple[Word, ...]:
    """A word of two stems of the glossary as the two."""
    if w.concept or not w.foreign or w.abjad or len(w.text) < 9:
        return (w,)
    return tuple(
        word(part, latin_reading(part), False, kind, concept)
        for part, (concept, kind) in halves_of(w.text)
    ) or (w,)


_AFTER = frozenset({"имени", "им", "імені", "ім", "імя", "named"})
_AFTER_IT = frozenset({"атындағы", "атындагы", "номидаги", "nomidagi", "atyndagy"})
_HONOUR = 0.3
"""Of its weight, what a word keeps that says after whom something is named: it comes and goes."""


def _customary(words: list[Word]) -> list[Word]:
    """Industry and trade, which firms of some countries add to any name, made light."""
    solid = [i for i, w in enumerate(words) if w.kind != SMALL]
    for i, j in pairwise(solid):
        if (words[i].concept, words[j].concept) == ("industry", "trading") and len(solid) > 2:
            light = {i, j}
            return [
                replace(w, weight=w.weight * _HONOUR) if k in light else w
                for k, w in enumerate(words)
            ]
    return words


def _named_after(words: list[Word]) -> list[Word]:
    """The words of a name, those that say after whom it is named made light."""
    light: set[int] = set()
    for i, w in enumerate(words):
        if w.text in _AFTER:
            span = range(i + 1, min(i + 5, len(words)))
        elif w.text in _AFTER_IT:
            span = range(i - 1, max(i - 3, -1), -1)
        else:
            continue
        light.add(i)
        for k in span:
            if words[k].kind not in (NAME, SMALL) and k != i + 1:  # a rank may stand before a name
                break
            light.add(k)
    if not light or not any(w.kind == NAME for i, w in enumerate(words) if i not in light):
        return words
    return [replace(w, weight=w.weight * _HONOUR) if i in light else w for i, w in enumerate(words)]


def _tens(x: Word) -> bool:
    return not x.latin.isdigit() and x.concept[1:] in _TENS


_TENS = frozenset({"20", "30", "40", "50", "60", "70", "80", "90"})


_DIVISIONS = frozenset("市省县区")
"""Behind a place what it is: city, province, county, district."""


def _unspaced_words(w: str, script: str) -> list[Word]:
    """A name without spaces: words of the glossary, and what stands between them as one word."""
    g = glossary()
    out: list[Word] = []
    between = ""

    def read(part: str) -> str:
        if script == "Hani":
            return latin_of("".join(syllables(part)))
        return latin_reading(part).replace(" ", "")

    def close() -> None:
        nonlocal between
        if between:
            out.append(word(between, read(between), False, NAME))
            between = ""

    i = 0
    while i < len(w):
        if w[i] in _DIVISIONS and not between and out and out[-1].kind == PLACE:
            i += 1  # 深圳市: the city of Shenzhen
            continue
        for size in range(min(g.longest_han, len(w) - i), 0, -1):
            part = w[i : i + size]
            value = g.han.get(part)
            if part in g.phrases:
                close()
                for english in g.phrases[part]:
                    out += (replace(x, foreign=True) for x in words_of_body(english, english))
                i += size
                break
            if value is not None:
                close()
                out.append(word(part, read(part), False, value[1], value[0]))
                i += size
                break
        else:
            between += w[i]
            i += 1
    close()
    return [x for x in out if x.latin]


def has_letters(text: str) -> bool:
    """Whether a name holds a letter or a digit."""
    return any(c.isalnum() for c in clean(text))
