"""The score of two names: order, grading, contradiction, other scripts; and why."""

import csv

import pytest

from tests.raw import raw_file
from umweg.parties import THRESHOLD, Party, PartyName, align, compare, rules, score_names
from umweg.parties.rules import RULES


def test_the_rules_know_how_words_meet() -> None:
    assert rules.BY_LIKENESS | {"same in another romanisation"} <= set(align.HOW)


def test_every_rule_explains_itself() -> None:
    for of_kind in RULES.values():
        for rule, weight in of_kind:
            assert rule.__doc__, rule.__name__
            assert -1 < weight < 0


@pytest.mark.parametrize(
    ("a", "b", "schema"),
    [
        ("Ospanov Zhanibek", "Zhanibek OSPANOV", "Person"),
        ("Zhanibek Askarovich Ospanov", "Zhanibek Ospanov", "Person"),
        ("Жанибек Оспанов", "Zhanybek Ospanov", "Person"),
        ("Z. Ospanov", "Zhanibek Ospanov", "Person"),
        ("Dr. Zhanibek Ospanov", "Zhanibek Ospanov", "Person"),
        # one father in two languages
        ("Сергій Олексійович Сокіл", "Sergei Alekseevich Sokil", "Person"),
        ("Аляксандр Мікалаевіч Казак", "Aleksandr Nikolaevich Kazak", "Person"),
        ("Гүлнар Болатқызы Оспанова", "Gulnar Bolatovna Ospanova", "Person"),
        ("Sergei Oleksiivych Sokil", "Сергей Алексеевич Сокил", "Person"),
        ("Volodymyr Sokil", "Владимир Сокил", "Person"),
        ("Mohammed Karimzai", "Muhammad Karimzai", "Person"),
        ("محمد کریم‌زی", "Muhammad Karimzai", "Person"),
        ("Abd al-Rahman Karim", "Abdurrahman Kareem", "Person"),
        ("ბარამ ლომიძე", "Baram Lomidze", "Person"),
        ("Αλέξης Βαρδάκης", "Alexis Vardakis", "Person"),
        ("김철수", "Kim Chol Su", "Person"),
        ("Wang Xiaomin", "Wang Xiaoming", "Person"),
        ("Guo Liming", "Kwok Liming", "Person"),
        ("Hamid Salem", "حميد سالم", "Person"),
        ("王小明", "Wang Xiaoming", "Person"),
        ("ООО Рассвет", "Rassvet LLC", "Company"),
        ("Рассветский механический завод", "Rassvet Mechanical Plant JSC", "Company"),
        ("RASSVET TECH & SRVCES", "Rassvet Technology and Services", "Company"),
        ("RASSVET COMM GRP", "Rassvet Commercial Group", "Company"),
        ("RassvetAG", "Rassvet AG", "Company"),
        ("Good Morning Rassvet", "Goodmorning Rassvet", "Company"),
        ("MV Northern Lights", "Northern Lights", "Vessel"),
        # one slip of the pen: in a father's name, a legal form, at a space, from another keyboard
        ("Zhanibek Askarovcih Ospanov", "Zhanibek Askarovich Ospanov", "Person"),
        ("Жанибек Аскарови Оспанов", "Жанибек Аскарович Оспанов", "Person"),
        ("Жанибек Аскqарович Оспанов", "Жанибек Аскарович Оспанов", "Person"),
        ("Opn Joint Stock Company Rassvet", "Open Joint Stock Company Rassvet", "Company"),
        ("Limited Liabilty Company Rassvet", "Rassvet LLC", "Company"),
        ("Обществос ограниченной ответственностью Рассвет", "ООО Рассвет", "Company"),
        ("Rassvet Electronics Co.,L td.", "Rassvet Electronics Co., Ltd.", "Company"),
        ("OOORassvet", "OOO Rassvet", "Company"),
        ("Karimz aiMurad", "Karimzai Murad", "Person"),
        # one word in one language, two in another; words of honour; two names in one
        ("Рассветский машиностроительный завод", "Rassvet Machine Building Plant", "Company"),
        (
            "Рассветский приборостроительный завод",
            "Rassvet Instrument Engineering Plant",
            "Company",
        ),
        ("Завод электрооборудования Рассвет", "Rassvet Electrical Equipment Plant", "Company"),
        ("Рассветский авиаремонтный завод", "Rassvet Aircraft Repair Plant", "Company"),
        (
            "НПО Рассвет имени академика И.И. Иванова",
            "Rassvet Scientific Production Association",
            "Company",
        ),
        ("АО НПО Рассвет", "Rassvet JSC", "Company"),
        ("Rassvet LLC (also known as Aurora Trading)", "Aurora Trading", "Company"),
        ("АО Рассвет or Аврора Трейдинг", "Aurora Trading", "Company"),
        ("Девайс Консалтинг", "Device Consulting", "Company"),
        ("Банк Санкт-Петербург", "Bank St. Petersburg", "Company"),
        ("SANGUANG 8", "SAN GUANG 8", "Vessel"),
    ],
)
def test_one_and_the_same(a: str, b: str, schema: str) -> None:
    assert THRESHOLD <= score_names(a, b, schema) < 1


@pytest.mark.parametrize(
    ("a", "b", "schema"),
    [
        ("Zhanibek Ospanov", "Nurlan Ospanov", "Person"),
        ("Zhanibek Askarovich Ospanov", "Zhanibek Maratovich Ospanov", "Person"),
        ("Zhanibek A. Ospanov", "Zhanibek K. Ospanov", "Person"),
        ("محمود کریم‌زی", "Hamid Rahimov", "Person"),
        ("Unit 61398", "Unit 61419", "Organization"),
        ("Rassvet Systems Inc", "Rassvet Industries Inc", "Company"),
        ("Rassvet Bank", "Zakat Bank", "Company"),
        ("ANO Rassvet", "Rassvet LLC", "Company"),
        ("Saturn 5", "Saturn 6", "Vessel"),
        ("Анна Ивановна Петрова", "Анна Петровна Иванова", "Person"),
        ("Askar Ospanovich", "Askar Ospanov", "Person"),
        # of two short syllables another one is another name, and no common name is a slip
        ("Li Ming", "Li Jing", "Person"),
        ("Xiuying Liu", "Cuiying Liu", "Person"),
        ("Zhang Wei", "Zhang Wenwei", "Person"),
        ("Wei Chen", "Li Wei Chung", "Person"),
        ("Марат Оспанов", "Murat OSPANOV", "Person"),
        ("Stefan Schmidt", "Stephen Smith", "Person"),
        ("Hüseyin Demir", "Hasan Demir", "Person"),
        ("Saeed Karimi", "Karim Saeed Hosseini", "Person"),
        ("Tuan Le", "Tuan Isnawi", "Person"),  # what stands at the end is no particle
        ("Алиев Сервис ТОО", "Aleph", "Company"),
        ("Askar Ospanov", "Askar", "Person"),  # a listed alias of one given name is anybody's
        ("НПП Рассвет", "Scientific Production Enterprise Aurora", "Company"),
        ("Белорусские удобрения", "Ministry of Defence of Belarus", "Company"),
    ],
)
def test_two_and_not_the_same(a: str, b: str, schema: str) -> None:
    assert score_names(a, b, schema) < THRESHOLD


def test_only_the_same_name_reaches_one() -> None:
    assert score_names("Zhanibek Ospanov", "Zhanibek Ospanov", "Person") == 1
    others = (
        "ZHANIBEK OSPANOV", "Ospanov, Zhanibek", "Janibek Ospanov", "Zhanibek Ospanow",
        "Zhanibek Askar Ospanov", "Zhanibek Ospenov",
    )  # fmt: skip
    close = [score_names("Zhanibek Ospanov", other, "Person") for other in others]
    assert all(0.6 < s < 1 for s in close)
    assert len({round(s, 4) for s in close}) >= 5


def test_a_score_does_not_depend_on_the_side_by_much() -> None:
    a, b = "Zhanibek Ospanov", "Zhanibek Askar Ospanov"
    assert abs(score_names(a, b, "Person") - score_names(b, a, "Person")) < 0.05


def test_the_explanation_names_words_and_rules() -> None:
    query = Party.named("Рассвет 2", "Company")
    listed = Party((PartyName("Rassvet 3 LLC"), PartyName("RSV", "alias", weak=True)), "Company")
    found = compare(query, listed)
    assert found.matched_name.text == "Rassvet 3 LLC"
    assert next((a.query, a.listed) for a in found.aligned) == ("рассвет", "rassvet")
    assert {"names_agree", "numbers_differ"} <= {f.name for f in found.features}
    assert all(f.text for f in found.features)


def test_stock_and_limited_company_differ_by_more_than_two_stock_companies() -> None:
    apart, alike = (
        score_names("Rassvet Bank AG", other, "Company")
        for other in ("Rassvet Bank GmbH", "Rassvet Bank PJSC")
    )
    assert THRESHOLD < apart < alike


def test_a_weak_alias_says_less() -> None:
    query = Party.named("Rassvet", "Company")
    strong, weak = (
        compare(query, Party((PartyName("Rassvet", "alias", weak=w),), "Company")).score
        for w in (False, True)
    )
    assert weak < strong == 1


def test_bad_input_is_no_match() -> None:
    for bad in ("", "\u202e", "LLC", "...", "ꙮ", "🚢🚢"):
        assert 0 <= score_names(bad, "Zhanibek Ospanov") < 0.3
        assert compare(Party.named(bad), Party.named("Zhanibek Ospanov")).score < 0.3


def test_public_pairs() -> None:
    """826 labelled pairs; the bounds lie above the best open matcher's .893, .796, .870.

    503 labels were proposed by a language model (their category says so), among them that fund VII
    is fund VIII; the weights were chosen with these pairs in sight (docs/parties.md).
    """
    path = raw_file("matching/cases.csv", "github.com/opensanctions/nomenklatura at 502208c2")
    with path.open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    scores = [score_names(r["name1"], r["name2"], r["schema"]) for r in rows]
    labels = [r["is_match"] == "true" for r in rows]
    by_hand = [not r["category"].startswith("LLM") for r in rows]
    strong = [r["quality"] == "STRONG" for r in rows]
    assert (len(rows), sum(by_hand), sum(strong)) == (826, 323, 47)
    assert f1([*zip(scores, labels, strict=True)]) >= 0.84
    assert (
        f1([x for x, h in zip(zip(scores, labels, strict=True), by_hand, strict=True) if h]) >= 0.93
    )
    assert all((s >= THRESHOLD) == y for s, y, q in zip(scores, labels, strong, strict=True) if q)


def f1(pairs: list[tuple[float, bool]]) -> float:
    hits = sum(s >= THRESHOLD and y for s, y in pairs)
    return 2 * hits / (sum(s >= THRESHOLD for s, _ in pairs) + sum(y for _, y in pairs))
