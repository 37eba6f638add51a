"""Customer files: columns found, rows understood or set aside."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umweg.errors import InputError, UsageError
from umweg.parties.customers import (
    Customer,
    CustomerAside,
    CustomerFile,
    birth_date,
    columns_of,
    roles,
)
from umweg.parties.kinds import schema_named

HEAD = "Kunden-Nr.;Firma;Land;Geburtsdatum;ИНН;Art;Telefon"


def read(folder: Path, rows: str, head: str = HEAD, **options: object) -> list[object]:
    path = folder / "customers.csv"
    path.write_bytes(f"{head}\n{rows}".encode("cp1252" if "ИНН" not in head else "utf-8"))
    return list(CustomerFile(path, **options))  # type: ignore[arg-type]


def test_a_german_table(tmp_path: Path) -> None:
    rows = read(tmp_path, "K1;Müller & Söhne;Kasachstan;01.05.1970;7707083893;Privatperson;1\n")
    (customer,) = rows
    assert isinstance(customer, Customer)
    assert (customer.row, customer.reference) == (2, "K1")
    party = customer.party
    assert (party.caption, party.schema) == ("Müller & Söhne", "Person")
    assert (party.countries, party.birth_dates) == (("KAZ",), ("1970-05-01",))
    (inn,) = party.identifiers
    assert (inn.kind, inn.normal, inn.valid) == ("inn", "7707083893", True)


def test_a_row_without_a_name_is_set_aside_and_the_others_are_read(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "K1;;;;;;\nK2;\u202e \u202c;;;;;\n\nK3;---;;;;;\nK4;one;two\n"
        "K5;Good Name;Atlantis;never;;;\n",
    )
    assert [type(r) for r in rows] == [CustomerAside] * 5 + [Customer]
    assert [r.reason for r in rows if isinstance(r, CustomerAside)] == [
        "missing-name", "missing-name", "empty-row", "missing-name", "ragged-row",
    ]  # fmt: skip
    assert [r.row for r in rows] == [2, 3, 4, 5, 6, 7]  # type: ignore[attr-defined]


def test_what_is_not_understood_is_said(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("name,country,born\nAda,Atlantis,sometime\nBea,KZ,1970\n")
    file = CustomerFile(path)
    customers = list(file)
    assert dict(file.not_understood) == {"country 'Atlantis'": 1, "born: 'sometime'": 1}
    assert customers[1].party.birth_dates == ("1970",)  # type: ignore[union-attr]


def test_a_name_in_parts(tmp_path: Path) -> None:
    head = "Фамилия;Имя;Отчество"
    # `Имя` is a name by itself where there is no family name beside it.
    assert columns_of(head.split(";"))["family"] == "Фамилия"
    rows = read(tmp_path, "Celik;Ada;B\n", "Last name;First name;Middle name")
    assert rows[0].party.caption == "Ada B Celik"  # type: ignore[attr-defined]


def test_columns_of_a_kind_of_ones_own() -> None:
    found = columns_of(["A", "Firma", "B"], {"name": "B", "country": "A"})
    assert found == {"name": "B", "country": "A"}
    with pytest.raises(UsageError, match="no role"):
        columns_of(["A"], {"colour": "A"})
    with pytest.raises(UsageError, match="no column 'X'"):
        columns_of(["A"], {"name": "X"})
    with pytest.raises(InputError, match="no column of names"):
        columns_of(["A", "B"])


def test_every_known_header_is_found_alone() -> None:
    for role, names in roles().items():
        for name in names:
            header = ["name", name] if role != "name" else [name]
            assert columns_of(header)[role] == name, (role, name)


def test_the_digest_follows_what_is_matched(tmp_path: Path) -> None:
    def digest(row: str) -> str:
        (customer,) = read(tmp_path, row)
        assert isinstance(customer, Customer)
        return customer.digest

    first = digest("K1;Ada;KZ;1970;;;111\n")
    assert first == digest("K9;Ada;KZ;1970;;;222\n")  # its number and telephone do not matter
    assert len({first, digest("K1;Adda;KZ;1970;;;111\n"), digest("K1;Ada;KZ;1971;;;111\n")}) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-05-01", "1970-05-01"), ("01.05.1970", "1970-05-01"), ("1970", "1970"),
        ("13/05/1970", "1970-05-13"), ("05/13/1970", "1970-05-13"),
        ("03/05/1970", "1970"),  # the third of May or the fifth of March: only the year is sure
        ("05/05/1970", "1970-05-05"), ("circa 1970", "~1970"), ("May 1970", "1970-05"),
        ("soon", None), ("", None),
    ],
)  # fmt: skip
def test_dates(text: str, expected: str | None) -> None:
    assert birth_date(text) == expected


@given(st.text(max_size=30))
def test_no_text_breaks_a_date_or_a_kind(text: str) -> None:
    found = birth_date(text)
    assert found is None or found.removeprefix("~")[:4].isdigit()
    schema_named(text)


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@settings(deadline=None)  # the first row loads the table of countries
@given(st.lists(_CELLS, min_size=1, max_size=20))
def test_every_row_comes_out_once(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """Rows read = customers + set aside, whatever the cells hold."""
    path = tmp_path_factory.mktemp("x") / "c.jsonl"
    path.write_text("".join(json.dumps({"name": n, "id": "1"}) + "\n" for n in names))
    rows = list(CustomerFile(path))
    assert [r.row for r in rows] == list(range(1, len(names) + 1))
