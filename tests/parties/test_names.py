"""Names taken apart: case, look-alikes, scripts, romanisations, legal forms, numbers."""

import pytest

from umweg.parties.fold import words_of
from umweg.parties.keys import heard_vowels, key_of, written_vowels
from umweg.parties.legal_forms import forms
from umweg.parties.names import BODY, PERSON, analyse
from umweg.parties.scripts import readings, simplified
from umweg.parties.words import glossary, people, rows_of


def latin(text: str, group: str = PERSON) -> list[str]:
    return [w.latin for w in analyse(text, group).readings[0]]


# -- case and look-alikes -------------------------------------------------------------------------


def test_turkish_capitals_leave_no_dot() -> None:
    """`"TİCARET".lower()` leaves a combining dot (Unicode, SpecialCasing.txt)."""
    assert words_of("TİCARET LIMITED ŞIRKETİ") == ["ticaret", "limited", "şirketi"]
    assert words_of("ISPARTA ısparta") == ["isparta", "isparta"]


@pytest.mark.parametrize(
    ("mixed", "clean"),
    [
        ("Rоmashka", "romashka"),  # Cyrillic о in a Latin word (UTS 39, confusables.txt)
        ("Ромaшка", "ромашка"),  # Latin a in a Cyrillic word
        ("АЛMАЗ", "алмаз"),  # Latin M
    ],
)
def test_letters_that_look_alike(mixed: str, clean: str) -> None:
    assert words_of(mixed) == [clean]


def test_latin_letters_beside_cyrillic_words_are_cyrillic() -> None:
    assert words_of("AHO Рассвет") == ["ано", "рассвет"]


@pytest.mark.parametrize("text", ["", "   ", "\u202e\u200f", "\x00\x01", "!!!", "\ud800"])
def test_nothing_is_nothing(text: str) -> None:
    assert words_of(text) == []
    assert analyse(text, PERSON).empty
    assert analyse(text, BODY).empty


def test_control_and_direction_marks_fall_away() -> None:
    assert words_of("Al\u200bma \u202bTau\u202c\x07") == ["alma", "tau"]


def test_initials_of_a_firm_are_one_word() -> None:
    assert latin("A.B.C. Company", BODY) == ["abc"]
    assert latin("Ada B. Celik") == ["ada", "b", "celik"]


# -- standards: the examples are those of the standard named -------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # ICAO 9303 and Order 320 of the Russian migration service, BGN/PCGN 1947
        ("щукин", "shchukin"), ("цой", "tsoy"), ("хабаровск", "khabarovsk"), ("юрий", "yuriy"),
        # Resolution 55 of the Cabinet of Ministers of Ukraine, 2010: its own examples
        ("їжакевич", "izhakevych"), ("гаєвич", "haievych"),
        # ELOT 743 (ISO 843): Αθήνα, Πειραιάς, Ευαγγελία
        ("αθηνα", "athina"), ("πειραιασ", "peiraias"), ("ευαγγελια", "evangelia"),
        # Georgian national system 2002: its own examples
        ("თბილისი", "tbilisi"), ("ქუთაისი", "kutaisi"), ("ჭიათურა", "chiatura"),
        # ISO 9985 / BGN-PCGN: Երևան, Գյումրի, Վանաձոր
        ("երևան", "yerevan"), ("գյումրի", "gyumri"), ("վանաձոր", "vanadzor"),
        # RTGS: its own examples of place names
        ("เชียงใหม่", "chiangmai"), ("ภูเก็ต", "phuket"),
        # Unihan readings
        ("北京", "beijing"), ("上海", "shanghai"),
        # Hepburn
        ("トヨタ", "toyota"), ("ひろしま", "hiroshima"),
        # Academy of the Hebrew Language: vowels are not written; consonants are
        ("לוי", "lvi-or-lui"),
    ],
)  # fmt: skip
def test_romanisation_follows_its_standard(word: str, expected: str) -> None:
    assert readings(word)[0].replace(" ", "") in expected.split("-or-")


def test_hangul_by_both_systems() -> None:
    """Revised Romanization 2000 and McCune-Reischauer 1937, syllable by syllable."""
    assert readings("부산") == ("bu san", "pu san")
    assert readings("김영철") == ("gim yeong cheol", "kim yong chol")


@pytest.mark.parametrize(
    "spellings",
    [
        ("Zhaparov", "Japarov", "Жапаров"),
        ("Dzhunusov", "Junusov", "Джунусов"),
        ("Yusuf", "Iusuf", "Юсуф"),
        ("Sergey", "Sergei", "Sergej", "Сергей"),
        ("Shcherbakov", "Щербаков", "Schtscherbakow"),
        ("Tsvetkov", "Цветков", "Cvetkov"),
        ("Yevgeny", "Evgenii", "Evgeniy", "Евгений"),
        ("Nikolaevich", "Nikolayevich", "Николаевич"),
        ("Fyodor", "Fedor", "Фёдор"),
        ("Khalid", "Halid"),
        ("Wladimir", "Vladimir", "Владимир"),
    ],
)
def test_romanisations_of_one_name_meet(spellings: tuple[str, ...]) -> None:
    assert len({key_of(latin(s)[0]) for s in spellings}) == 1


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("الزراعية", "agriculture"),  # the article, and the ending of an adjective
        ("للصناعات", "industry"),  # for the industries
        ("والتجارة", "trading"),  # and the trade
        ("نیروهای", "force"),  # Persian: forces of
        ("اسلامی", "religious"),
        ("تأمين", "insurance"),
        (
            "المخابرات",
            "intelligence",
        ),  # of Arabic, with its article; without it telecoms in Persian
        ("مخابرات", "telecommunication"),
        ("محمود", None),
    ],
)
def test_words_in_arabic_letters_are_known_in_their_forms(text: str, concept: str | None) -> None:
    found = glossary().native_of(text)
    assert (found and found[0]) == concept


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("義烏市永盛進出口有限公司", ["yiwu", "", "import", "export"]),
        ("上海電子科技有限公司", ["shanghai", "electronics", "technology"]),
    ],
)
def test_a_name_in_han_falls_into_words(text: str, meant: list[str]) -> None:
    assert [w.concept for w in analyse(text, BODY).readings[0]] == meant


def test_written_vowels_tell_two_arabic_names_apart() -> None:
    def missing(abjad: str, latin: str) -> int:
        return (written_vowels(abjad) & ~heard_vowels(latin)).bit_count()

    assert missing("محمد", "muhammad") == 0
    assert missing("محمود", "mahmud") == 0
    assert missing("محمود", "muhammad") == 1
    assert missing("حسن", "hasan") == missing("حسين", "hussein") == 0
    assert missing("حسن", "hussein") == 1  # a long vowel that is heard is written
    assert missing("والي", "wali") == missing("بطرس", "boutros") == 0
    assert missing("صالح", "saule") == 1  # and so is one at the end


@pytest.mark.parametrize(
    "text", ["Abd al-Rahman", "Abdul Rahman", "Abdulrahman", "Abdurrahman", "ABDEL RAHMAN"]
)
def test_the_servant_of_is_a_word_of_its_own(text: str) -> None:
    assert latin(text) == ["abd", "rahman"]


@pytest.mark.parametrize("text", ["Hamid Ullah", "Hamidullah", "Hamid Allah"])
def test_names_with_god_are_one_word(text: str) -> None:
    assert latin(text) == ["hamidullah"]


# -- legal forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ТОО Алтын Дала", "llc"), ("TOO Altyn Dala", "llc"), ("Алтын Дала ЖШС", "llc"),
        ("ОсОО Айкол", "llc"), ("OsOO Aikol", "llc"), ("Рассвет ООО", "llc"),
        ("OOO Rassvet", "llc"),
        ("o.O.O. Rassvet", "llc"), ("Общество с ограниченной ответственностью Рассвет", "llc"),
        ("Obshchestvo s ogranichennoy otvetstvennostyu Rassvet", "llc"),
        ("ՍՊԸ Մասիս", "llc"), ("შპს მთა", "llc"), ("Masis SPY", "llc"), ("Mta SHPS", "llc"),
        ("Oqtepa MChJ", "llc"), ("Rassvet LLC", "llc"), ("Rassvet L.L.C.", "llc"),
        ("АО Рассвет", "jsc"), ("JSC Rassvet", "jsc"), ("Rassvet AO", "jsc"),
        ("ПАО Рассвет", "pjsc"), ("ЗАО Рассвет", "cjsc"), ("Rassvet PJSC", "pjsc"),
        ("ФГУП Рассвет", "state"), ("АНО Рассвет", "nonprofit"), ("ИП Рассвет", "sole"),
        ("东方明月有限公司", "ltd"), ("Falcon FZE", "fze"), ("Falcon FZCO", "fze"),
        ("Falcon DMCC", "fze"), ("Yıldız Limited Şirketi", "ltd"), ("Yildiz Ltd. Şti.", "ltd"),
        ("Yıldız A.Ş.", "as"), ("Falke GmbH", "gmbh"), ("Vanags SIA", "sia"),
        ("Sakalas UAB", "uab"), ("Kotkas OÜ", "ou"), ("Soko d.o.o.", "doo"),
        ("Helang Sdn Bhd", "ltd"), ("บริษัท นก จำกัด", "ltd"), ("Orzel Sp. z o.o.", "spzoo"),
    ],
)  # fmt: skip
def test_legal_forms_are_found(text: str, code: str) -> None:
    name = analyse(text, BODY)
    assert code in [f.code for f in name.forms]
    assert len(name.readings[0]) in (1, 2)  # what is left is the name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Open Jjoint Stock Company Rassvet", "ojsc"), ("Ope Njoint Stock Company Rassvet", "ojsc"),
        ("Общество с ограниченой ответсвенностью Рассвет", "llc"), ("Rassvet Limitde", "ltd"),
        ("Rassvet L td", "ltd"),
    ],
)  # fmt: skip
def test_legal_forms_are_found_with_a_slip(text: str, code: str) -> None:
    name = analyse(text, BODY)
    assert code in [f.code for f in name.forms]
    assert len(name.readings[0]) == 1


@pytest.mark.parametrize("text", ["Limitex Rassvet", "Joint Venture Rassvet", "Rassvet Liability"])
def test_what_only_resembles_a_form_is_no_form(text: str) -> None:
    assert analyse(text, BODY).forms == ()


@pytest.mark.parametrize("surname", ["Zhu", "Ju"])
def test_a_surname_that_sounds_like_a_form_of_one_character_is_none(surname: str) -> None:
    """(株) and (주) are forms; their readings are not."""
    assert analyse(f"{surname} Electronics", BODY).forms == ()
    assert "jsc" in [
        f.code for f in analyse("㈱ニシキ", BODY).forms + analyse("Nishiki KK", BODY).forms
    ]


def test_a_form_at_the_wrong_place_is_a_word() -> None:
    """`AS`, `SA`, `CO` are forms only at the ends of a name."""
    assert [f.code for f in analyse("Casa SA Pobla Verde", BODY).forms] == []


def test_a_name_of_forms_alone_keeps_them() -> None:
    assert not analyse("Limited Company", BODY).empty


# -- words of trade, numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Горный завод", "Mining plant"),
        ("НПО Рассвет", "Scientific Production Association Rassvet"),
        ("завод", "factory"), ("zavod", "plant"), ("сауда", "trading"),
        ("Sanayi ve Ticaret", "Industry and Trade"), ("科技", "technology"),
    ],
)  # fmt: skip
def test_words_of_trade_are_translated(ours: str, theirs: str) -> None:
    def concepts(text: str) -> list[str]:
        return [w.concept or w.key for w in analyse(text, BODY).readings[0] if w.weight > 0.1]

    assert concepts(ours) == concepts(theirs)


def test_a_word_without_any_reading_is_no_abbreviation() -> None:
    # A hamza alone has neither consonant nor vowel; it once read as 石油天然气, oil and gas.
    [word] = analyse("ء", BODY).readings[0]
    assert (word.text, word.concept) == ("ء", "")


def test_a_brand_that_begins_like_a_place_is_a_brand() -> None:
    assert analyse("Уралхолд", BODY).readings[0][0].concept == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("Brigade 44", "#44"), ("Brigade Forty-Four", "#44"), ("First Bank", "#1"),
     ("1st Bank", "#1"), ("Fund VII", "#7"), ("Unit 61398", "#61398")],
)  # fmt: skip
def test_numbers(text: str, number: str) -> None:
    assert analyse(text, BODY).numbers == {number}


def test_the_data_files_have_simplified_characters() -> None:
    """Names are made so before they are looked up."""
    cells = [w for r in rows_of("glossary.csv") for w in r["han"].split()]
    cells += [w for r in rows_of("forms.csv") for w in r["spellings"].split("|")]
    cells += [r["short"] for r in rows_of("abbreviations.csv")]
    assert [w for w in cells if simplified(w) != w] == []


def test_the_data_files_are_whole() -> None:
    assert {r["kind"] for r in rows_of("glossary.csv")} == {"w", "n", "p", "s"}
    assert len(glossary().whole) > 1000
    assert len(forms().table) > 300
    assert len(people().equal) > 300
