"""What a word in a name is: legal form, word of trade, title, initial, number, or a name."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from umweg.parties import arabic
from umweg.parties.fold import script_of, words_of
from umweg.parties.keys import bones_of, bones_of_abjad, key_of, latin_of, soft_of
from umweg.parties.scripts import ABJADS, DATA, load_yaml, readings

NAME, GENERIC, NUMBER, INITIAL, PARTICLE, TITLE, PATRONYMIC, GENERATION, PLACE, SMALL = range(10)
"""Kinds of words. GENERIC: a word of trade that many firms share."""

UNSPACED = frozenset({"Hani", "Kana", "Thai", "Hang"})
"""Scripts in which words are not divided by spaces, or a syllable is a word."""

KIND_WEIGHT = {
    NAME: 1.0, GENERIC: 0.5, NUMBER: 0.6, INITIAL: 0.4, PARTICLE: 0.12, TITLE: 0.1, PATRONYMIC: 0.8,
    GENERATION: 0.3, PLACE: 0.75, SMALL: 0.04,
}  # fmt: skip
"""How much a word of a kind tells, before its rarity."""

LIGHT = frozenset({PARTICLE, TITLE, SMALL})
"""Kinds that say nothing where they are missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word of a name, in the forms in which it can meet another.

    Attributes:
        text: As written, folded.
        latin, key, soft, bones: See `keys`.
        kind: One of the kinds above.
        weight: How much it tells, in (0, 1].
        concept: The entry of the glossary it translates, or the number it stands for.
        abjad: Written without vowels.
        foreign: Not written in Latin letters.
    """

    text: str
    latin: str
    key: str
    soft: str
    kind: int
    weight: float
    concept: str = ""
    abjad: bool = False
    foreign: bool = False

    @property
    def bones(self) -> str:
        """The consonants."""
        return bones_of_abjad(self.text) if self.abjad else bones_of(self.latin)


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of a data file, without its comment."""
    with (DATA / name).open(encoding="utf-8", newline="") as f:
        yield from csv.DictReader(line for line in f if not line.startswith("#"))


def latin_reading(word: str, language: str = "") -> str:
    """The first reading of a word of any script, without accents; of a language, if it is known."""
    if word.isascii():
        return word
    return latin_of(readings(word, language)[0])


# -- the glossary ---------------------------------------------------------------------------------


# What may follow a stem: suffixes and an ending, and no second stem (Уралсиб is not Ural).
_ENDING = re.compile(
    r"(?:итель|тель|ель|ер|ор|ов|ев|ск|цк|ств|тв|ест|енн|нн|н|нь|ен|ин|ан|ян|ир|ост|ик|к|ц|ц[иі]|ч|ни|нн|ани|ени|"
    r"аци|яци|ици|ист|аль|льн|ль|л|ат|ич|іч|еск|ічн|ичн|щ|из|изм|иров|ова|ев|уа|т|ть|ющ|ящ|ій|лік|лар|лер|дар|"
    r"дер|тар|тер|с|сі|сы|ын|ін|дық|дік|тық|тік|лық|ғы|гі|чн|лиги|лик)*"
    r"(?:а|я|о|ё|е|и|ы|у|ю|ь|й|ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ых|их|ым|им|ом|ем|ами|ями|ам|ям|"
    r"ах|ях|ей|ою|ію|ия|ії|і|ї|ія|ые|ів|ий|ої|ою|ии|ию|ай|ае|ага|аму|ыя|ія|ау|оў|ў)?"
)
_LATIN_ENDING = re.compile(
    r"(?:tel|el|er|or|of|ov|ev|ef|sk|ck|stv|tv|enn|n|en|in|an|ian|ir|ost|ik|k|c|ni|ani|eni|ac|aci|ist|al|l|at|"
    r"ic|esk|s|sc|iz|irov|ova|t)*"
    r"(?:[aeiou]|ii|ei|oi|aia|oe|ee|ie|ogo|omu|ih|im|om|em|ami|am|ah|iu|ia|iie|oie)?"
)


@dataclass(slots=True)
class Glossary:
    """Words of trade and places by what they mean."""

    whole: dict[str, tuple[str, int]] = field(default_factory=dict)
    stems: dict[str, tuple[str, int]] = field(default_factory=dict)
    native: dict[str, tuple[str, int]] = field(default_factory=dict)
    native_stems: dict[str, tuple[str, int]] = field(default_factory=dict)
    han: dict[str, tuple[str, int]] = field(default_factory=dict)
    phrases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    longest_han: int = 1

    def of(self, text: str, latin: str) -> tuple[str, int] | None:
        """The concept of a word and its kind."""
        if not text.isascii():
            found = self.native_of(text)
            if found is not None:
                return found
        found = self.whole.get(latin)
        if found is not None:
            return found
        key = key_of(latin)
        for end in range(len(key), 4, -1):
            found = self.stems.get(key[:end])
            if found is not None and _LATIN_ENDING.fullmatch(key, end):
                return None if key[end:] in self.whole else found
        return None

    def native_of(self, text: str) -> tuple[str, int] | None:
        """The concept of a word in the letters of its language."""
        if script_of(text) == "Arab":
            spelt = self.native.get(text)
            return spelt or next((f for x in arabic.forms(text) if (f := self.native.get(x))), None)
        found = self.native.get(text)
        if found is not None:
            return found
        if len(text) > 3 and text[0] in _HEBREW_BEFORE:
            return self.native_of(text[1:])
        for end in range(len(text), 1, -1):
            found = self.native_stems.get(text[:end])
            if found is not None and _ENDING.fullmatch(text, end):
                # Северсталь is no form of север: what follows is a word of its own.
                return None if self._is_stem(text[end:]) else found
        return None

    def _is_stem(self, rest: str) -> bool:
        return len(rest) > 3 and any(
            rest[:end] in self.native_stems and len(rest) - end < 3 for end in (3, 4, 5, len(rest))
        )


_HEBREW_BEFORE = "הולבמ"
"""What is written to a Hebrew word in front: the, and, for, in, from."""

_KINDS = {"w": GENERIC, "n": NAME, "p": PLACE, "s": SMALL}


@cache
def glossary() -> Glossary:
    """The packaged glossary."""
    g = Glossary()
    folded: list[tuple[str, tuple[str, int]]] = []
    for row in rows_of("glossary.csv"):
        concept = row["english"].split()[0]
        value = (concept, _KINDS[row["kind"]])
        for word in f"{row['english']} {row['latin'] or ''}".split():
            for part in [word] if "_" not in word else []:
                latin = latin_of("".join(words_of(part.rstrip("-"))))
                g.whole.setdefault(latin, value)
        for word in f"{row['cyrillic'] or ''} {row['arabic'] or ''}".split():
            if "_" in word:
                continue
            stem = "".join(words_of(word.rstrip("-")))
            if not stem:
                continue
            if script_of(stem) == "Arab":
                g.native.setdefault(stem, value)
                folded.append((arabic.folded(stem), value))
                continue
            if word.endswith("-"):
                g.native_stems.setdefault(stem, value)
                if script_of(stem) == "Cyrl" and len(stem) >= 5:
                    g.stems.setdefault(key_of(latin_reading(stem)), value)
            else:
                g.native.setdefault(stem, value)
                if script_of(stem) == "Cyrl" and len(stem) >= 4:
                    g.whole.setdefault(latin_reading(stem), value)
        for word in f"{row['han'] or ''} {row['other'] or ''}".split():
            stem = "".join(words_of(word))
            if script_of(stem) not in UNSPACED:
                g.native.setdefault(stem, value)
            elif len(stem) >= 2 or stem in "厂院港":
                g.han.setdefault(stem, value)
    for stem, value in folded:  # words that only a hamza tells apart are two as they are written
        g.native.setdefault(stem, value)
    g.phrases = {s: w for s, w in abbreviations().items() if script_of(s) == "Hani"}
    g.longest_han = max(map(len, (*g.han, *g.phrases)))
    return g


def halves_of(text: str) -> tuple[tuple[str, tuple[str, int]], ...]:
    """Of a word of two stems, what each means: электрооборудование, electric equipment.

    The first stem is one of the glossary, with the vowel that joins it or its own; the rest is a
    word of the glossary. Empty where the word is not made so.
    """
    g = glossary()
    for cut in range(len(text) - 5, 2, -1):
        stem = text[:cut]
        joint = stem[-1] in "оеаіiя"
        if stem not in g.native_stems and joint and len(stem) > 3:
            stem = stem[:-1]
        found = g.native_stems.get(stem)
        if found is None or not (joint or len(stem) > 3):
            continue
        rest = g.native_of(text[cut:])
        if rest is not None:
            return (text[:cut], found), (text[cut:], rest)
    return ()


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """Short words of names of firms, and the words they stand for."""
    return {r["short"]: tuple(r["words"].split()) for r in rows_of("abbreviations.csv")}


@cache
def _abbreviations_by_key() -> dict[str, tuple[str, ...]]:
    found = {key_of(short): words for short, words in abbreviations().items() if len(short) > 3}
    found.pop("", None)  # written in letters that have no key: known as they are written
    return found


# -- numbers --------------------------------------------------------------------------------------


@cache
def _numbers() -> tuple[dict[str, int], dict[str, int]]:
    data = load_yaml("numbers.yaml")
    words = {w: int(n) for n, line in data["words"].items() for w in line.split()}
    return words, {r: i for i, r in enumerate(data["roman"].split(), start=2)}


def number_of(latin: str, roman: bool = True) -> int | None:
    """The number that a word stands for: figures, words, Roman figures."""
    if latin.isdigit():
        return int(latin) if len(latin) < 19 else None
    words, figures = _numbers()
    found = words.get(latin)
    if found is None and roman:
        found = figures.get(latin)
    if found is None and latin[:-2].isdigit() and latin[-2:] in ("st", "nd", "rd", "th"):
        found = int(latin[:-2]) if len(latin) < 19 else None
    return found


# -- personal names -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class People:
    """Words of personal names."""

    titles: frozenset[str]
    particles: frozenset[str]
    native_titles: frozenset[str]
    native_particles: frozenset[str]
    generations: frozenset[str]
    equal: dict[str, frozenset[str]]
    short: dict[str, frozenset[str]]
    han_surnames: frozenset[str]


@cache
def people() -> People:
    """The packaged words of personal names."""
    data = load_yaml("people.yaml")
    equal: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}
    for number, line in enumerate(data["equivalents"]):
        group = f"given:{number}"
        full, _, pet = line.partition("~")
        for found, spellings in ((equal, full), (short, pet)):
            for spelt in spellings.split():
                latin = latin_of(spelt) if script_of(spelt) == "Latn" else latin_reading(spelt)
                found.setdefault(key_of(latin), set()).add(group)
    return People(
        frozenset(latin_reading(w) for w in data["titles"].split()),
        frozenset(latin_reading(w) for w in data["particles"].split()),
        frozenset("".join(words_of(w)) for w in data["native_titles"].split()),
        frozenset("".join(words_of(w)) for w in data["native_particles"].split()),
        frozenset(data["generations"].split()),
        {k: frozenset(v) for k, v in equal.items()},
        {k: frozenset(v) for k, v in short.items()},
        frozenset(data["han_surnames"].split()),
    )


_PATRONYMIC = (
    "ovich", "evich", "ovych", "evych", "ivych", "yovych", "ovna", "evna", "ivna", "yivna", "ichna",
    "avich", "auna", "euna", "ovic", "evic", "owicz", "ewicz", "ulu", "uly", "uulu", "kyzy", "qyzy",
    "qizi", "kizi", "ogly", "oglu", "ovitch", "evitch", "ievich", "iovych", "inichna",
)  # fmt: skip
_FATHERS = re.compile(
    r"(?:[yij]?[oea]vi?(?:ch|tch|c|cz)|[yij]?[oeai]vyc?h|[yij]?[oe]wicz|[yij]?[oe]vna|y?ivna|[ae]una"
    r"|u+l[uy]|[kq][yi]z[yi]|ogl[uy])$"
)


@lru_cache(maxsize=16_384)
def fathers_name(latin: str) -> tuple[str, frozenset[str]]:
    """Of a patronymic the father's name, by its key, and the given names that it may be.

    Oleksiiovych and Alekseevich are sons of one Alexei, Nurlanuly and Nurlanovich of one Nurlan.
    """
    base = _FATHERS.sub("", latin)
    equal = people().equal
    for more in ("", "i", "o", "a", "ei", "ii"):
        found = equal.get(key_of(base + more))
        if found:
            return key_of(base), found
    return key_of(base), frozenset()


# -- rarity ---------------------------------------------------------------------------------------


@cache
def _rarity() -> tuple[dict[str, float], dict[str, float]]:
    """How much a word tells by how often the lists use it, of persons and of the others.

    The weight falls by the logarithm of the count, from 1 of a word below the table's cut.
    """
    persons: dict[str, float] = {}
    others: dict[str, float] = {}
    path = DATA / "word_counts.csv"
    if path.exists():
        for row in rows_of("word_counts.csv"):
            p, o = int(row["persons"]), int(row["others"])
            if p:
                persons[row["key"]] = 1 - 0.055 * math.log2(1 + p / 10)
            if o:
                others[row["key"]] = 1 - 0.09 * math.log2(1 + o / 4)
    return persons, others


def weight_of(key: str, kind: int, person: bool) -> float:
    """How much a word tells, in (0, 1]."""
    rarity = _rarity()[0 if person else 1].get(key, 1.0)
    if kind == GENERIC:
        return max(0.15, min(0.6, rarity))
    return max(0.04, KIND_WEIGHT[kind] * max(0.3, rarity))


@lru_cache(maxsize=65_536)
def word(text: str, latin: str, person: bool, kind: int = NAME, concept: str = "") -> Word:
    """A word, analysed."""
    script = script_of(text)
    accented = latin if script != "Latn" or text.isascii() else text
    key = key_of(accented)
    return Word(
        text, latin, key, soft_of(key), kind, weight_of(key, kind, person), concept,
        script in ABJADS, script not in ("Latn", "Zyyy"),
    )  # fmt: skip


@lru_cache(maxsize=65_536)
def word_of_person(text: str, latin: str) -> Word:
    """A word of the name of a person."""
    p = people()
    if len(latin) == 1 and script_of(text) not in UNSPACED:
        return word(text, latin, True, INITIAL)
    if latin in p.generations:
        return word(text, latin, True, GENERATION)
    if latin in p.titles or text in p.native_titles:
        return word(text, latin, True, TITLE)
    if latin in p.particles or text in p.native_particles:
        return word(text, latin, True, PARTICLE)
    if latin.isdigit():
        return word(text, latin, True, NUMBER, f"#{int(latin)}")
    if len(latin) > 6 and latin.endswith(_PATRONYMIC):
        return word(text, latin, True, PATRONYMIC)
    return word(text, latin, True)


@lru_cache(maxsize=65_536)
def words_of_body(text: str, latin: str, vessel: bool = False) -> tuple[Word, ...]:
    """The words that a word of the name of a firm or body stands for: one, or several if short.

    Of the words in the name of a vessel none is short for others.
    """
    number = number_of(latin, roman=text.isascii())
    if number is not None:
        return (word(text, latin, False, NUMBER, f"#{number}"),)
    long = None if vessel else abbreviations().get(latin)
    if long is None and not vessel and not text.isascii():
        long = _abbreviations_by_key().get(key_of(latin))  # импекс, impex
    if long is not None:
        out = []
        for part in long:
            concept = glossary().of(part, part)
            kind = concept[1] if concept else GENERIC
            out.append(word(part, part, False, kind, concept[0] if concept else ""))
        return tuple(out)
    found = glossary().of(text, latin)
    if found is None:
        return (word(text, latin, False),)
    return (word(text, latin, False, found[1], found[0]),)
