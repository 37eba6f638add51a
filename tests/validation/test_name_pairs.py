"""Files of labelled pairs: three CSV layouts, YAML, and what is wrong with rows."""

from pathlib import Path

import pytest

from tests.raw import raw_file
from umweg.errors import InputError
from umweg.validation.name_pairs import read_pairs, script_pair

PUBLIC = "github.com/opensanctions/nomenklatura at 502208c2, contrib/name_bench and entity_bench"


def written(folder: Path, text: str | bytes, name: str = "pairs.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_plain_layout(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "\ufeffname_a;name_b;kind;label\nИван Ёлкин;Ivan Yolkin;person;yes\n"
        "Acme LLC;Acme Ltd;firm;match\nNova;Navo;ship;0\nA;B;spaceship;No match\n",
    )
    file = read_pairs(path)
    assert file.layout == "pairs"
    assert [p.label for p in file.pairs] == [True, True, False, False]
    assert [p.query.schema for p in file.pairs] == ["Person", "Company", "Vessel", "LegalEntity"]
    assert file.pairs[0].slices == {"kind": "person", "scripts": "Cyrl/Latn"}
    assert file.notes == ("kind 'spaceship' is not known: 1 pairs were scored as either",)


def test_every_row_is_kept_or_set_aside(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        b"name_a,name_b,kind,label,quality\nA One,B One,person,true,GOOD\n,B,person,true,GOOD\n"
        b"A,B,person,perhaps,GOOD\nA,B,person\n\nA\xff,B,person,true,GOOD\n"
        b"C Two,D Two,person,false,WEAK\n",
    )
    file = read_pairs(path, {"quality": "WEAK"})
    assert len(file.pairs) == 1
    assert file.left_out == 1
    assert [(a.row, a.reason) for a in file.set_aside] == [
        (3, "missing-name"), (4, "unknown-label"), (5, "ragged-row"), (6, "empty-row"),
        (7, "undecodable-text"),
    ]  # fmt: skip
    assert file.rows_read == 7


def test_reference_scores(tmp_path: Path) -> None:
    path = written(tmp_path, "query_name,result_name,ofac_score\nA B,B A,100\nA B,A C,x\n")
    file = read_pairs(path)
    assert (file.layout, file.pairs[0].label, file.pairs[0].reference) == ("scores", None, 1.0)
    assert file.set_aside[0].reason == "not-a-number"


def test_checks_of_whole_entities(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "checks:\n- {match: true, schema: Person, label: Parts, query: {firstName: Ada, "
        "middleName: B, lastName: Celik, birthDate: 1970-05-01, country: kz}, "
        "candidate: {name: [Ada Celik, Adda Celik]}}\n- {match: true}\n"
        "- {match: perhaps, schema: Person, query: {name: A}, candidate: {name: B}}\n"
        "- {match: false, schema: Person, query: {}, candidate: {name: B}}\n",
        "checks.yml",
    )
    file = read_pairs(path)
    pair = file.pairs[0]
    assert pair.query.caption == "Ada B Celik"
    assert pair.query.birth_dates == ("1970-05-01",)
    assert pair.query.countries == ("KAZ",)
    assert [n.text for n in pair.listed.names] == ["Ada Celik", "Adda Celik"]
    assert [a.reason for a in file.set_aside] == ["bad-check", "unknown-label", "missing-name"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "no header"),
        ("a.csv", "one,two\n1,2\n", "no table of labelled pairs"),
        ("a.csv", "name_a,name_b\nA,B\n", "no table of labelled pairs"),
        ("a.csv", "name_a,name_b,label\n,,true\n", "no pair that can be used"),
        ("a.yml", "checks: {", "YAML cannot be read"),
        ("a.yml", "other: 1", "no list 'checks'"),
        ("a.csv", b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_pairs(written(tmp_path, text, name))


def test_scripts() -> None:
    assert script_pair("株式会社 A", "Kabushiki") == "Hani/Latn"
    assert script_pair("123", "Иван") == "Cyrl/Zyyy"


def test_the_public_cases() -> None:
    """Counts published with the set: 826 pairs, 425 matches, 47 strong, 503 machine-proposed."""
    file = read_pairs(raw_file("matching/cases.csv", PUBLIC))
    assert (len(file.pairs), len(file.set_aside)) == (826, 0)
    assert sum(bool(p.label) for p in file.pairs) == 425
    assert sum(p.slices["quality"] == "STRONG" for p in file.pairs) == 47
    proposed = read_pairs(
        raw_file("matching/cases.csv", PUBLIC), {"category": "LLM-proposed deviation"}
    )
    assert proposed.left_out == 503
    checks = read_pairs(raw_file("matching/checks.yml", PUBLIC))
    assert (len(checks.pairs), sum(bool(p.label) for p in checks.pairs)) == (228, 127)
