"""Thai by the Royal Thai General System of Transcription (RTGS, 1999), without a dictionary.

A vowel may stand before, above, below or after its consonant, and short a and o are not written.
The rules here read syllables by their written vowels; where none is written between consonants, `o`
is read in a closed syllable and `a` in an open one. Tones, length and silent letters follow RTGS:
tones and length are not written, a letter with thanthakhat (์) is silent.
"""

from __future__ import annotations

import re

_SOUNDS = (
    "k kh kh kh kh kh ng ch ch ch s ch y d t th th th n d t th th th n b p ph f ph f ph m y r l w "
    "s s s h l _ h"
)
_INITIAL = dict(zip("กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ", _SOUNDS.split(), strict=True))
_INITIAL["อ"] = ""
_FINAL = dict(
    zip(
        "กขคฆงจชซญฎฏฐฑฒณดตถทธนบปพฟภมยรลวศษสฬ",
        "k k k k ng t t t n t t t t t n t t t t t n p p p p p m i n n o t t t n".split(),  # noqa: SIM905
        strict=True,
    )
)
_C = "[ก-ฮ]"
_CLUSTER = f"(?:[กขคตปผพ][รลว]|ทร|ห[งญนมยรลว]|{_C})"
_MARKS = re.compile("[่-๋็ฺๆ]")
_SILENT = re.compile(f"{_C}[ิุ]?์")
_SYLLABLES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("K", f"({_CLUSTER})").replace("F", f"({_C}(?![ะาิีึืุูัำ]))?")), vowel)
    for pattern, vowel in (
        ("เKียF", "ia"), ("เKือF", "uea"), ("KัวF", "ua"), ("เKาะ", "o"), ("เKา", "ao"),
        ("เKอF", "oe"), ("เKิF", "oe"), ("แKF", "ae"), ("โKF", "o"), ("ใK", "ai"), ("ไKย?", "ai"),
        ("เKF", "e"), ("KำF", "am"), ("KัF", "a"), ("Kะ", "a"), ("KาF", "a"), ("KิF", "i"),
        ("KีF", "i"), ("KึF", "ue"), ("KืออF", "ue"), ("KือF", "ue"), ("KืF", "ue"), ("KุF", "u"),
        ("KูF", "u"), ("KอF", "o"), ("KวF", "ua"), ("KรรF", "a"),
    )
)  # fmt: skip
_BARE = re.compile(f"({_CLUSTER})({_C})?(?![ะาิีึืุูัำ])")


def _initial(letters: str) -> str:
    if len(letters) == 2 and letters[0] == "ห":
        return _INITIAL[letters[1]]
    if letters == "ทร":
        return "s"
    return "".join(_INITIAL.get(c, "") for c in letters)


def romanise_thai(word: str) -> str:
    """A Thai word in Latin letters."""
    word = _SILENT.sub("", _MARKS.sub("", word))
    word = word.replace("\u0e4d\u0e32", "ำ")
    out, i = [], 0
    while i < len(word):
        for pattern, vowel in _SYLLABLES:
            found = pattern.match(word, i)
            if found:
                groups = found.groups()
                tail = groups[1] if len(groups) > 1 and groups[1] else ""
                out.append(_initial(groups[0]) + vowel + _FINAL.get(tail, ""))
                i = found.end()
                break
        else:
            found = _BARE.match(word, i)
            if found:
                tail = found[2] or ""
                vowel = "o" if tail else "a"
                out.append(_initial(found[1]) + vowel + _FINAL.get(tail, ""))
                i = found.end()
            else:
                i += 1
    return "".join(out)
