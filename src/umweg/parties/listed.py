"""Listed names, taken apart once: kept as flat arrays, and read without being taken apart again."""

from __future__ import annotations

import json
from array import array
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from umweg.parties.legal_forms import Form
from umweg.parties.names import Name
from umweg.parties.packed import (
    ABJAD,
    BONES,
    COLUMNS,
    CONCEPT,
    END,
    FLAGS,
    FOREIGN,
    KEY,
    KIND,
    LATIN,
    MOST,
    OWN,
    SOFT,
    Array,
    Words,
    number_of_text,
    piece,
)
from umweg.parties.words import NUMBER, Word

ARRAYS = (
    "word_text", "word_num", "word_weight", "name_ptr", "reading_ptr", "reading_words",
    "form_ptr", "form_numbers", "told",
)  # fmt: skip
"""What listed names are kept as; `told` is JSON: concepts and legal forms."""

_HELD = 100_000
"""Words that are held ready."""


class ListedNames:
    """Names by number.

    Attributes:
        words: Their words; each different one once.
        name_ptr, reading_ptr, reading_words: Name i has the readings from name_ptr[i] on to
            name_ptr[i + 1], reading r the words of reading_words from reading_ptr[r] on.
    """

    def __init__(self, arrays: dict[str, Array]) -> None:
        self._a = arrays
        self.words = Words(arrays["word_text"], arrays["word_num"], arrays["word_weight"])
        self.name_ptr: Array = arrays["name_ptr"]
        self.reading_ptr: Array = arrays["reading_ptr"]
        self.reading_words: Array = arrays["reading_words"]
        self._held: dict[int, Word] = {}

    def name(self, number: int, text: str, group: str) -> Name:
        """A name as `analyse` takes it apart.

        Args:
            number: Which.
            text, group: What it says, and how it was read.
        """
        first, last = self.name_ptr[number : number + 2].tolist()
        ptr = self.reading_ptr[first : last + 1].tolist()
        packed = tuple([self.reading_words[a:b] for a, b in pairwise(ptr)])
        readings = tuple([tuple(map(self._word, words.tolist())) for words in packed])
        start, end = self._a["form_ptr"][number : number + 2].tolist()
        forms: tuple[Form, ...] = ()
        if end > start:
            held = self._told[1]
            forms = tuple([held[f] for f in self._a["form_numbers"][start:end].tolist()])
        numbers = frozenset(
            [w.concept for w in readings[0] if w.kind == NUMBER] if readings else ()
        )
        return Name(text, group, readings, forms, numbers, (self.words, packed))

    def _word(self, number: int) -> Word:
        found = self._held.get(number)
        if found is None:
            if len(self._held) > _HELD:
                self._held.clear()
            found = self._held[number] = self._read(number)
        return found

    def _read(self, number: int) -> Word:
        num = self.words.num[number].tolist()

        def part(start: int, end: int) -> str:
            return str(self.words.text[num[start] : num[end]].tobytes(), "utf-16-le")

        latin = part(LATIN, KEY)
        flags = num[FLAGS]
        return Word(
            part(OWN, END) or latin, latin, part(KEY, SOFT), part(SOFT, BONES), num[KIND],
            float(self.words.weight[number]), self._told[0].get(num[CONCEPT], ""),
            bool(flags & ABJAD), bool(flags & FOREIGN),
        )  # fmt: skip

    @cached_property
    def _told(self) -> tuple[dict[int, str], list[Form]]:
        concepts, forms = json.loads(self._a["told"].tobytes())
        return {number_of_text(c): c for c in concepts}, [Form(*f) for f in forms]


class Collected:
    """Names whose words are packed one after the other; each different word is kept once."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._num, self._weight = array("q"), array("d")
        self._number_of: dict[str, int] = {}
        self._name_ptr, self._reading_ptr = array("q", [0]), array("q", [0])
        self._reading_words = array("i")
        self._form_ptr, self._form_numbers = array("q", [0]), array("i")
        self._forms: dict[Form, int] = {}
        self._concepts: dict[str, None] = {}

    def add(self, name: Name) -> None:
        """Add a name."""
        for reading in name.readings:
            for word in reading[:MOST]:
                self._reading_words.append(self._number(word))
            self._reading_ptr.append(len(self._reading_words))
        self._name_ptr.append(len(self._reading_ptr) - 1)
        for form in name.forms:
            self._form_numbers.append(self._forms.setdefault(form, len(self._forms)))
        self._form_ptr.append(len(self._form_numbers))

    def _number(self, word: Word) -> int:
        known = f"{word.latin}\t{word.key}\t{word.kind}\t{word.weight}\t{word.concept}\t{word.text}"
        number = self._number_of.get(known)
        if number is None:
            number = self._number_of[known] = len(self._number_of)
            packed = piece.__wrapped__(word)
            start = len(self._text) // 2
            self._num.extend((start, *[start + end for end in packed.ends], *packed.code))
            self._weight.append(packed.weight)
            self._text += packed.text
            self._concepts[word.concept] = None
        return number

    def arrays(self) -> dict[str, Array]:
        """The names that were added."""
        told: list[Any] = [
            list(self._concepts), [(f.code, f.kind, f.ends) for f in self._forms]
        ]  # fmt: skip
        return {
            "word_text": np.frombuffer(self._text, np.uint16),
            "word_num": np.array(self._num, np.int64).reshape(-1, COLUMNS),
            "word_weight": np.array(self._weight, np.float64),
            "name_ptr": np.array(self._name_ptr, np.int64),
            "reading_ptr": np.array(self._reading_ptr, np.int64),
            "reading_words": np.array(self._reading_words, np.int32),
            "form_ptr": np.array(self._form_ptr, np.int64),
            "form_numbers": np.array(self._form_numbers, np.int32),
            "told": np.frombuffer(json.dumps(told).encode(), np.uint8),
        }
