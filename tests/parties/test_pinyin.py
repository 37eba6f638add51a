"""Chinese names in Latin letters: syllables by ISO 7098:2015, Wade-Giles by its own table."""

import pytest

from umweg.parties import score_names
from umweg.parties.pinyin import alike, chinese, syllables_of


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("xiaoming", ["xiao", "ming"]),
        ("zhiqiang", ["zhi", "qiang"]),
        ("wang", ["wang"]),
        ("ouyang", ["ou", "yang"]),
        ("guangxian", ["guang", "xian"]),
        ("hsu", ["hsu"]),  # of Wade-Giles a word that is one syllable
        ("kwok", ["kwok"]),  # and of the surnames of Hong Kong
        ("kim", []),
        ("petrov", []),
        ("", []),
    ],
)
def test_syllables(word: str, syllables: list[str]) -> None:
    assert list(syllables_of(word)) == syllables


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("li ming", 2),
        ("xiaoming wang", 3),
        ("chan tai man", 3),
        ("hsu chih ming", 3),
        ("ming", 0),  # one word is any name
        ("osama hasan", 0),  # syllables, and no surname
        ("li petrov", 0),
    ],
)
def test_a_name_is_chinese_by_its_syllables_and_surname(name: str, count: int) -> None:
    assert len(chinese(tuple(name.split()))) == count


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("li ming", "ming li", 2),
        ("li ming", "li jing", 1),
        ("xu zhi ming", "hsu chih ming", 3),  # 徐志明
        ("zhang jian guo", "chang chien kuo", 3),  # 张建国
        (
            "chen da wen",
            "chan tai man",
            1,
        ),  # 陳大文: the surname; of Cantonese the rest is not known
        ("guo li", "kwok li", 2),
        ("li lin", "li ling", 1.5),
        ("zhang wei", "chang wei", 2),  # Chang may be 张 in Wade-Giles, for Zhang is none
        ("zhang wei", "jiang wei", 1),
    ],
)
def test_syllables_are_the_same_or_they_are_not(a: str, b: str, same: float) -> None:
    assert alike(a.split(), b.split()) == same
    assert alike(b.split(), a.split()) == same


def test_a_name_of_syllables_is_a_persons_where_nobody_says_whose() -> None:
    # Lists give many persons no kind: the schema is LegalEntity, and so is a query without --kind.
    assert score_names("Wang Wei", "Wei Pang") < 0.7
    assert score_names("Wang Wei", "Wei Wang") > 0.9
    # With a word of trade it is a firm, and its name is a brand.
    assert score_names("Hua Wei Trading", "Hua Wei") > score_names("Wang Wei", "Wei Pang")
