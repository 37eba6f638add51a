"""The compiled loops against a plain reckoning, and the quick path against the full comparison."""

import itertools
import random
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from tests.parties.test_index import invented, typo
from umweg.parties import Matcher, Party, align, compare, compiling, kernels, letters
from umweg.parties.listed import Collected, ListedNames
from umweg.parties.names import BODY, PERSON, VESSEL, analyse
from umweg.parties.packed import LETTERS
from umweg.parties.score import agreement, bounds
from umweg.parties.terms import ALIKE, LEAST


def test_distances_are_those_of_rapidfuzz() -> None:
    """Optimal string alignment, of words up to the 60 letters that the index compares."""
    rng = random.Random(5)  # noqa: S311
    for _ in range(2_000):
        a = "".join(rng.choices("abcd", k=rng.randint(1, rng.choice((8, 60)))))
        b = typo(typo(a, rng) or a, rng) if rng.random() < 0.7 else a[::-1]
        places = np.zeros(256, np.uint64)
        for i, c in enumerate(a.encode()):
            places[c] |= np.uint64(1 << i)
        text = np.frombuffer(f"xx{b}y".encode(), np.uint8)
        found = kernels.osa(places, len(a), text, 2, 2 + len(b.encode()))
        assert found == OSA.distance(a.encode(), b.encode()), (a, b)


def test_the_words_like_a_word_are_those_of_a_full_search() -> None:
    """Of terms of the lists against all of them: everything within two edits is found, of words of
    less than five letters within one."""
    matcher = Matcher.from_parties(invented(600, 4))
    index = matcher.index
    text, ptr = index._a["text"].tobytes(), index._a["ptr"].tolist()
    terms = [text[a:b].decode() for a, b in itertools.pairwise(ptr)]
    plain = [t for t in terms if t[0] not in "=~"]
    rng = random.Random(2)  # noqa: S311
    for key in rng.sample(plain, 120):
        word = typo(typo(key, rng), rng)
        similar, alike, _ = index._looked_up([(word, ALIKE, LEAST)])
        found = {terms[t]: s for t, s in zip(similar.tolist(), alike.tolist(), strict=True)}
        most = 1 if len(word) < 5 else 2
        for term in plain:
            edits = OSA.distance(word, term)
            likeness = 1 - 1.35 * edits / max(len(word), len(term)) if edits else 1.0
            if edits <= most and likeness >= LEAST and min(len(term), len(word)) > 2:
                assert found.get(term, 0) >= likeness - 1e-6, (word, term)  # 32 bits of it
        room = index._room()
        assert not room["seen"].any()
        assert not room["places"].any()
        assert (room["slot"] == -1).all()


def test_every_candidate_is_what_the_full_comparison_says() -> None:
    parties = invented(3000, 1)
    matcher = Matcher.from_parties(parties)
    rng = random.Random(9)  # noqa: S311
    seen = 0
    for i in rng.sample(range(3000), 60):
        known = {"gender": "female"} if i % 2 else {"countries": ("KAZ",)}
        query = Party.named(typo(parties[i].caption, rng), parties[i].schema, **known)
        for candidate in matcher.match(query).candidates:
            assert candidate == compare(query, candidate.party)
            seen += 1
    assert seen > 40


def test_distances_with_a_limit_are_those_of_rapidfuzz() -> None:
    """Texts of all lengths that words joined can have, and every limit."""
    rng = random.Random(6)  # noqa: S311
    rows = align.new_room().ints
    for _ in range(2_000):
        a = "".join(rng.choices("abcd", k=rng.randint(0, rng.choice((8, 200)))))
        b = a
        for _ in range(rng.randint(0, 4)):
            b = typo(b, rng) if b else "x"
        most = rng.randint(0, 5)
        x, y = (np.frombuffer(bytearray(t.encode("utf-16-le")), np.uint16) for t in (a, b))
        found = letters.distance(x, 0, len(x), y, 0, len(y), most, rows)
        assert found == min(OSA.distance(a, b), most + 1), (a, b, most)


NAMES = (
    "Rassvet Trading LLC", "ТОО Рассвет Трейдинг", "Tambovskiy Zavod No 5", "Tambov Plant 5",
    "Zhanibek Ospanovich Sarsenov", "ZHANYBEK SARSENOV", "محمود الاحمدي", "Mahmoud Al-Ahmadi", "N5",
    "אברהם לוי", "Avraham Levi", "奥巴马", "Obama", "Мохаммед Карим", "Muhammad Kareem", "J. Doe",
    "SiemensAG", "Siemens", "Sci & Tech Rsrch Grp", "Science Technology Research Group", "김정은",
    "Abuy Asir", "Abu Yasir", "Alfa Bank / Beta Bank", "a " * 70, "x" * 300, "ꙮ", "Co Ltd", "ООО",
)  # fmt: skip


def test_no_name_agrees_better_than_its_bound() -> None:
    """And without words that have no vowels, and where no rule weakens it, exactly as well."""
    parties = [p.caption for p in invented(60, 8)]
    for group in (PERSON, BODY, VESSEL):
        listed = Collected()
        texts = [*NAMES, *parties]
        names = [analyse(text, group) for text in texts]
        for name in names:
            listed.add(name)
        packed, everything = ListedNames(listed.arrays()), np.arange(len(texts), dtype=np.int32)
        exact = 0
        for a in names:
            for b, bound in zip(names, bounds(a, packed, everything), strict=True):
                found = agreement(a, b)
                assert found.score <= bound + 1e-12, (a.text, b.text)
                bare = any(w.abjad for n in (a, b) for r in n.readings for w in r)
                if not bare and not found.rules and len(a.readings) == len(b.readings) == 1:
                    # Only names that are the same to the letter reach 1: see `agreement`.
                    assert found.score in (bound, 0.99, 0.999), (a.text, b.text)
                    exact += 1
        assert exact > 1000


@pytest.mark.parametrize("group", [PERSON, BODY, VESSEL])
def test_a_listed_name_is_read_as_it_was_taken_apart(group: str) -> None:
    collected = Collected()
    texts = [*NAMES, *(p.caption for p in invented(60, 8))]
    names = [analyse(text, group) for text in texts]
    for name in names:
        collected.add(name)
    listed = ListedNames(collected.arrays())
    for number, name in enumerate(names):
        again = listed.name(number, name.text, group)
        assert (again.forms, again.numbers) == (name.forms, name.numbers)
        for read, taken in zip(again.readings, name.readings, strict=True):
            for a, b in zip(read, taken, strict=True):
                short = replace(b, **{k: getattr(b, k)[:LETTERS] for k in ("text", "latin", "key")})
                assert astuple(a) == astuple(replace(short, soft=b.soft[:LETTERS]))


def test_where_no_code_can_be_kept_it_is_said_and_compiled_anyway(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere(*_: object, cache: bool = False, **__: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")
        return lambda function: function

    monkeypatch.setattr(compiling, "njit", nowhere)
    compiling._say_so.cache_clear()
    assert compiling.compiled()(abs)(-3) == 3
    assert "NUMBA_CACHE_DIR" in caplog.text


def test_what_is_kept_depends_on_all_compiled_modules() -> None:
    """A function of one module that calls one of another holds a copy of it."""
    stamps = {f._cache._cache_file._source_stamp for f in (align.agree, letters.distance)}
    assert stamps == {compiling._stamp()}
    folder = Path(compiling.__file__).parent
    using = {p.stem for p in folder.glob("*.py") if "@compiled(" in p.read_text("utf-8")}
    assert using <= {*compiling._COMPILED, "compiling"}
