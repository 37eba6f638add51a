"""Forms of a Latin word in which the spellings of different romanisations meet.

`latin` is the word without accents; `key` folds systems of romanisation together (kh/h, ts/c,
dzh/j, -iy/-y/-ii, w/v, doubled letters); `soft` folds the vowels too (Mohammed, Muhammad); `bones`
are the consonants alone, as a script without vowels writes them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from operator import itemgetter

_SPECIAL = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
     "ŋ": "n", "ə": "a", "ɣ": "gh", "ŧ": "t", "ĸ": "k", "ı": "i", "ŭ": "u"}
)  # fmt: skip
_ACCENTED = str.maketrans(
    {"š": "sh", "ş": "sh", "ș": "sh", "ś": "sh", "č": "ch", "ć": "ch", "ç": "ch", "ž": "zh",
     "ź": "zh", "ż": "zh", "ğ": "g", "ģ": "g", "ţ": "ts", "ț": "ts", "ñ": "n", "ä": "a", "ö": "o",
     "ü": "u", "å": "a"}
)  # fmt: skip


@lru_cache(maxsize=131_072)
def latin_of(word: str) -> str:
    """A Latin word without accents."""
    if word.isascii():
        return word
    spread = unicodedata.normalize("NFD", word.translate(_SPECIAL))
    return "".join(c for c in spread if c.isascii())


# Consonants first, the longest spelling first, in one pass; upper case letters are sounds that no
# later rule touches.
_CONSONANTS = {
    "shch": "SC", "schtsch": "SC", "stsch": "SC", "szcz": "SC", "shtsh": "SC", "dzh": "J",
    "dsch": "J", "dsh": "J", "zh": "J", "tsch": "C", "tch": "C", "ch": "C", "cz": "C", "tsh": "C",
    "tz": "C", "ts": "C", "zz": "C", "sch": "S", "sh": "S", "sz": "S", "kh": "h", "ks": "ks",
    "cks": "ks", "cs": "ks", "x": "ks", "gh": "g", "ph": "f", "th": "t", "dh": "d", "bh": "b",
    "wh": "v", "ck": "k", "q": "k", "w": "v", "ce": "se", "ci": "si", "cy": "sy", "c": "k",
}  # fmt: skip
_CONSONANT = re.compile("|".join(sorted(_CONSONANTS, key=len, reverse=True)))
_HAS_CONSONANT = re.compile("[hxcqwz]|ks|ts|^(?:nt|mp|gk)")
_STARTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"^zsh", "J"),
        (r"^x(?=[aeiou])", "h"),
        (r"^c(?=[^aeiouyhlrckz])", "C"),
        (r"^rh", "r"),
        (r"^nt", "d"),  # Greek writes d, b, g at the start with two letters
        (r"^mp", "b"),
        (r"^gk", "g"),
    )
)
_GLIDES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"dj(?=[aeiouy])", "J"),
        (r"tj(?=[aeo])", "C"),
        (r"(?<=[aeiou])y(?=[eo])|^y(?=e)", ""),
        (r"(?<=[^aeiouy])[yj]o(?![nk])", "e"),
        (r"(?<=[^aeiouy])y(?=[eo])", ""),
        (r"(?<=[^aeiouyj])j(?=[aeou])", "i"),
        (r"(?<=[aeio])je(?=[vw])", "e"),
        (r"(?<=[^aeiouy])ie(?=[^aeiouy])", "e"),
        (r"(?<=[aeiou])j(?=[^aeiou]|$)", "i"),
        (r"y", "i"),
        (r"(?<=i)j(?=[ae])", ""),
    )
)
_BETWEEN = re.compile(r"(?<=[^aeiouy])ie(?=[^aeiouy])")
_PAIRS = {"ou": "u", "oo": "u", "oe": "o", "ue": "u", "ee": "i"}
_PAIR = re.compile(r"ou|oo|ee|(?:oe|ue)(?=[^aeiou])|ow(?=[^aeiou])")
_TAIL = re.compile(r"(?<=[^aeiou])i+e?i$")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=131_072)
def key_of(word: str) -> str:
    """A word with the spellings of different romanisations folded together."""
    if not word.isascii():
        word = latin_of(word.translate(_ACCENTED))
    if word.isdigit():
        return word
    key = word
    if _HAS_CONSONANT.search(key):
        for pattern, value in _STARTS:
            key = pattern.sub(value, key)
        key = _CONSONANT.sub(lambda m: _CONSONANTS[m[0]], key)
    if "y" in key or "j" in key:
        for pattern, value in _GLIDES:
            key = pattern.sub(value, key)
    elif "ie" in key:
        key = _BETWEEN.sub("e", key)
    if key.endswith("v") and len(key) > 1:
        key = key[:-1] + "f"
    key = _PAIR.sub(lambda m: _PAIRS.get(m[0], "u"), key)
    key = _TAIL.sub("i", key)
    if key.endswith("h"):
        key = key[:-1]
    return _single(key).lower() or word


_SOFT = str.maketrans("oey", "uii")


@lru_cache(maxsize=131_072)
def soft_of(key: str) -> str:
    """A key with the vowels folded: o with u, e with i; Belarusian -au is Russian -ov."""
    if len(key) > 4 and key.endswith(("au", "ou", "eu")):
        key = key[:-2] + "of"
    return _single(key.translate(_SOFT))


# Consonants by the classes in which Arabic and Hebrew letters meet their Latin spellings: the
# emphatic ones with the plain ones, Persian z with Arabic d and dh, q with g, gh and k, French ch
# with sh. In one pass: what is a sound of several letters is not taken apart by one before it.
_SOUNDS = {
    "shch": "S", "sch": "S", "sh": "S", "tch": "S", "ch": "S", "dj": "J", "zh": "J", "j": "J",
    "kh": "X", "x": "X", "ph": "f", "tth": "s", "th": "s", "dh": "d", "z": "d", "ts": "s",
    "gh": "k", "g": "k", "q": "k", "ck": "k", "c": "k", "p": "b", "v": "w",
}  # fmt: skip
_SOUND = re.compile(
    "shch|sch|sh|tch|ch|dj|zh|j|kh|x|ph|tth|th|dh|z|ts(?!h|ch)|gh|g|q|ck(?!h)|c|p|v"
)
_FIRST = itemgetter(1)


def _sound(found: re.Match[str]) -> str:
    letters = found[0]
    if letters == "c" and found.string[found.end() : found.end() + 1] in ("e", "i"):
        return "s"
    if letters == "v" and found.end() == len(found.string):
        return "f"
    return _SOUNDS[letters]


def _single(word: str) -> str:
    """A word without doubled letters."""
    return _DOUBLE.sub(_FIRST, word)


_NO_VOWELS = str.maketrans("", "", "aeiouyw")


def _consonants(word: str) -> str:
    """What is left of sounds without vowels, an initial one as `A`."""
    rest = word.lstrip("aeiou")
    if len(rest) < len(word):
        rest = "A" + rest
    if len(rest) > 1 and rest[-1] in "aeiouywh":
        rest = rest[:-1]
    rest = rest[:1] + rest[1:].translate(_NO_VOWELS)
    if len(rest) > 1 and rest[-1] == "h" and rest[-2] != "A":
        rest = rest[:-1]
    return _single(rest)


_ABJAD = {
    **dict.fromkeys("اأإآٱعאע", "A"), **dict.fromkeys("بپבּב", "b"), **dict.fromkeys("تطٹټתט", "t"),
    **dict.fromkeys("جژځږ", "J"), **dict.fromkeys("حههہھחה", "h"), **dict.fromkeys("خכך", "X"),
    **dict.fromkeys("دضذظزڈډזד", "d"), **dict.fromkeys("رڑړڕר", "r"),
    **dict.fromkeys("سصثסצץ", "s"), **dict.fromkeys("شچښש", "S"),
    **dict.fromkeys("قكکگګغגק", "k"), **dict.fromkeys("فפף", "f"),
    **dict.fromkeys("لڵל", "l"), **dict.fromkeys("مמם", "m"), **dict.fromkeys("نںڼڭنן", "n"),
    **dict.fromkeys("وؤڤۆۇۈۋו", "w"), **dict.fromkeys("يیېۍےئێיى", "y"), "څ": "s",
}  # fmt: skip


@lru_cache(maxsize=131_072)
def bones_of(latin: str) -> str:
    """The consonants of a word, an initial vowel as `A`; y and w count at the start only."""
    return _consonants(_SOUND.sub(_sound, latin))


_SPLIT = str.maketrans({"c": "s"})


@lru_cache(maxsize=65_536)
def other_bones_of(latin: str) -> str:
    """The consonants where `th`, `kh`, `sh` … are two letters (Fathi, Lakhal), and `c` is s."""
    if "h" not in latin and "c" not in latin:
        return bones_of(latin)
    apart = re.sub(r"(?<=[bcdfgkpstz])(?=h)", "'", latin.translate(_SPLIT))
    bones = _consonants(_SOUND.sub(_sound, apart))
    return _single(bones.replace("'", ""))


_VOWELS = str.maketrans({"ا": "a", "أ": "a", "آ": "a", "ە": "a", "و": "u", "ؤ": "u", "ۆ": "u",
                         "ۇ": "u", "ۈ": "u", "ו": "u", "ێ": "i", "ي": "i",
                         "ی": "i", "ې": "i", "ى": "i", "ے": "i", "י": "i"})  # fmt: skip


_GAPS = 12
_WIDTH = 5
_MARKS = {"a": 1, "u": 2, "i": 4}
_HEARD = {"a": 1, "e": 1 | 4, "i": 4, "o": 1 | 2, "u": 2, "w": 2, "y": 4}
_UNWRITTEN, _NO_WAW = 8, 16
_LONG = re.compile("w|y(?=[aeiou])|[ae][iuy]|oy|aa|ee|ii|oo|uu")
_ENDS_OPEN = frozenset("هہةعءئؤۀאהע")


def written_vowels(abjad: str) -> int:
    """The long vowels that an Arabic or Hebrew word writes behind each of its consonants.

    Five bits for each of the first 12 consonants: a, u, i, that none is written, and that no waw
    is. Between two consonants a written vowel must be heard in the Latin word (Mahmud is not
    Muhammad), an unwritten one may be if it is short (Hasan is not Hussein); v and w are written.
    """
    marked = "".join(
        v if i and (v := c.translate(_VOWELS)) != c else _ABJAD.get(c, "")
        for i, c in enumerate(abjad)
    )
    gaps = re.split(r"[^aui]", _single(marked.replace("A", "")))[1 : _GAPS + 1]
    last = len(gaps) - 1
    # What is not heard at the end, or stands for any vowel there, leaves the end open.
    ends = abjad[-1:] in _ENDS_OPEN
    out = 0
    for i, gap in enumerate(gaps):
        bits = _MARKS[gap[0]] if gap else _UNWRITTEN if i < last or not ends else 0
        out |= (bits | (0 if "u" in gap else _NO_WAW)) << _WIDTH * i
    return out


def heard_vowels(latin: str) -> int:
    """The vowels that are heard behind each consonant of a Latin word, as `written_vowels` has
    them; behind its last one nothing is missed."""
    # At the start w and y are consonants, as in the other script.
    classes = re.sub("^[wy](?=[aeiou])", "W", _SOUND.sub(_sound, latin))
    gaps = re.split(r"[^aeiouyw]", _single(classes))[1 : _GAPS + 1]
    last = len(gaps) - 1
    out = -1 << _WIDTH * len(gaps) & (1 << _WIDTH * _GAPS) - 1
    for i, gap in enumerate(gaps):
        bits = 0 if "w" in gap else _NO_WAW
        for vowel in gap:
            bits |= _HEARD[vowel]
        if not gap or (i < last and not _LONG.search(gap)):
            bits |= _UNWRITTEN
        out |= bits << _WIDTH * i
    return out


# Hebrew has one letter for b and v, and writes ch and kh, ts and tz, s and z as names do not.
_HEBREW_SOUNDS = {
    "tch": "s", "tz": "s", "ts": "s", "sch": "s", "sh": "s", "z": "s", "ch": "h", "kh": "h",
    "x": "h", "pch": "f", "pkh": "f", "px": "f", "ph": "f", "tkh": "t", "tx": "t", "th": "t",
    "ck": "k", "c": "k", "q": "k", "p": "f", "v": "b", "w": "b", "j": "g",
}  # fmt: skip
_HEBREW_SOUND = re.compile(
    "(?P<s>(?<=i)ch$|c(?=[ei])|th$)|"
    "tch|tz|ts|sch|sh|z|pch|pkh|px|ph|tkh|tx|th|ch|kh|x|ck(?!h)|c|q|p|v|w|j"
)


def _hebrew_sound(found: re.Match[str]) -> str:
    return "s" if found["s"] else _HEBREW_SOUNDS[found[0]]


_NO_VOWELS_OF_HEBREW = str.maketrans("", "", "aeiouy")
_HEBREW = {
    **dict.fromkeys("אע", "A"), "ב": "b", "ג": "g", "ד": "d", **dict.fromkeys("החךכ", "h"),
    **dict.fromkeys("זסשצץ", "s"), **dict.fromkeys("טת", "t"), "ל": "l", **dict.fromkeys("םמ", "m"),
    **dict.fromkeys("ןנ", "n"), **dict.fromkeys("פף", "f"), "ק": "k", "ר": "r",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def hebrew_bones(word: str) -> str:
    """The consonants of a Latin word or of one in Hebrew letters, by what Hebrew tells apart."""
    if word.isascii():
        word = _HEBREW_SOUND.sub(_hebrew_sound, word)
        rest = word.lstrip("aeiou")
        if len(rest) < len(word):
            rest = "A" + rest
        rest = rest[:1] + rest[1:].translate(_NO_VOWELS_OF_HEBREW)
        if len(rest) > 1 and rest[-1] == "h" and rest[-2] != "A":
            rest = rest[:-1]
        return _single(rest)
    word = word.replace("וו", "ב").replace("יי", "י")
    first = {"כ": "k", "ו": "b", "י": "y"}.get(word[:1]) or _HEBREW.get(word[:1], "")
    bones = first + "".join([_HEBREW.get(c, "") for c in word[1:]]).replace("A", "")
    return _single(re.sub(r"(?<=[^A])h$", "", bones))


@lru_cache(maxsize=131_072)
def bones_of_abjad(word: str) -> str:
    """The consonants of a word in Arabic or Hebrew letters, as `bones_of` has them."""
    bones = "".join(_ABJAD.get(c, "") for c in word)
    if len(bones) > 1 and bones[0] in "yw" and bones[1] in "A":
        bones = bones[0] + bones[2:]
    bones = bones[:1] + re.sub("[Ayw]", "", bones[1:])
    bones = re.sub(r"(?<=[^A])h$", "", bones)
    return _single(bones)
