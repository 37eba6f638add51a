"""Private lists and registers by a mapping: invented tables in the forms that come up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.sources.lists.conftest import rows
from umweg.errors import InputError
from umweg.sources.lists.private import import_private
from umweg.sources.source import ImportRequest
from umweg.store import Manifest, Store

REGISTER: dict[str, Any] = {
    "holds": "entities",
    "origin": {"publisher": "Invented register office", "licence": "CC0"},
    "id": "БИН",
    "schema": {"value": "Company"},
    "names": [{"column": "Наименование"}, {"column": "Name", "kind": "alias"}],
    "identifiers": [{"column": "БИН", "kind": "bin", "country": {"value": "KAZ"}}],
    "addresses": [{"full": "Адрес", "country": {"value": "KAZ"}}],
    "founded": "Дата регистрации",
    "industry": {"column": "ОКЭД"},
    "relations": [
        {"name": "Учредитель", "kind": "Ownership", "share": "Доля", "role": {"value": "founder"}}
    ],
    "ignore": ["№"],
}
FIRM = "170440031562;ТОО «Ромашка»;Romashka LLP;г. Алматы, ул. Абая 1;15.04.2017;46.52"
HEADER = "№;БИН;Наименование;Name;Адрес;Дата регистрации;ОКЭД;Учредитель;Доля"


def load(store: Store, mapping: dict[str, Any], file: Path, **asked: Any) -> Manifest:
    request = ImportRequest((file,), "my-register", "my-register", mapping=Path("m.yaml"), **asked)
    return import_private(request, mapping, store)


def test_a_company_register(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    lines = [
        HEADER,
        f"1;{FIRM};A. Owner;60%",
        f"2;{FIRM};B. Owner;40%",
        "3;170440031563;ТОО «Лютик»;;г. Астана;32.13.2017;46.90;;",
        "4;;ТОО «Без номера»;;;;;;",
    ]
    file.write_text("\n".join(lines), encoding="cp1251")
    m = load(store, REGISTER, file, published_on="2024-01-31")
    assert (m.rows_read, m.rows_kept, m.rows_set_aside) == (4, 3, 1)
    assert rows(m, "set_aside")[0]["reason"] == "no-number"
    first, second = rows(m, "entities")
    assert (first["entity_id"], first["founded"]) == ("my-register/170440031562", ["2017-04-15"])
    assert json.loads(second["fields"]) == {"founded_as_published": ["32.13.2017"]}
    assert {(i["value"], i["valid"]) for i in rows(m, "identifiers")} == {
        ("170440031562", True), ("170440031563", False),
    }  # fmt: skip
    assert [(r["subject_name"], r["share_min"]) for r in rows(m, "relations")] == [
        ("A. Owner", 60.0), ("B. Owner", 40.0),
    ]  # fmt: skip
    assert rows(m, "origins")[0]["publisher"] == "Invented register office"
    assert rows(m, "addresses")[0]["country"] == "KAZ"


def test_a_blocklist_in_a_workbook(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "blocklist.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Block")
        for i, row in enumerate(
            [
                ("Type", "Name", "Also known as", "Numbers", "Country", "Since", "Why", "Mood"),
                ("firm", "Umweg Test GmbH", "UT; Utest", "INN 7707083893; HRB 1", "Cyprus",
                 "2023-02-01", "re-export", "bad"),
                ("man", "Ivan Testov", "", "", "Turkey", "2023-03-01", "signed", ""),
                ("alien", "Zork", "", "", "", "", "", ""),
            ]
        ):  # fmt: skip
            sheet.write_row(i, 0, row)
    mapping = {
        "holds": "entities",
        "schema": {"column": "Type", "values": {"firm": "Company", "man": "Person"}},
        "names": [
            {"column": "Name"},
            {"column": "Also known as", "kind": "alias", "split": ";", "weak": True},
        ],
        "identifiers": [{"column": "Numbers", "kind": "any", "split": ";"}],
        "countries": ["Country"],
        "topics": ["blocklist"],
        "listing": {
            "list": {"value": "own-blocklist"},
            "authority": {"value": "Compliance"},
            "listed_from": "Since",
            "reason": "Why",
        },
    }
    m = load(store, mapping, file)
    assert (m.rows_read, m.rows_kept) == (3, 2)
    assert rows(m, "set_aside")[0]["reason"] == "unknown-schema"
    [alarm] = [a for a in m.alarms if a.name == "column-not-mapped"]
    assert "Mood" in alarm.detail
    firm = rows(m, "entities")[0]
    assert (firm["schema"], firm["countries"], firm["topics"]) == (
        "Company",
        ["CYP"],
        ["blocklist"],
    )
    assert json.loads(firm["fields"]) == {"Mood": ["bad"]}
    names = {n["name"]: (n["kind"], n["weak"]) for n in rows(m, "names")}
    assert names["Umweg Test GmbH"] == ("primary", False)
    assert names["UT"] == ("alias", True)
    assert {(i["kind"], i["value"]) for i in rows(m, "identifiers")} == {
        ("inn", "7707083893"), ("other", "HRB 1"),
    }  # fmt: skip
    assert rows(m, "listings")[0]["list"] == "own-blocklist"
    # The same row has the same id the next time, although the table has no numbers.
    again = load(store, mapping, file)
    assert again.snapshot_id == m.snapshot_id


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"nmaes": []}, "nmaes"),
        ({"names": []}, "needs a name"),
        ({"names": [{"column": "Nowhere"}]}, "Nowhere"),
        ({"names": [{"column": "Name", "kind": "nick"}]}, "primary, alias"),
        ({"identifiers": [{"column": "Name", "kind": "dog-tag"}]}, "dog-tag"),
        ({"schema": {"value": "Alien"}}, "Alien"),
        ({"founded": {}}, "either 'column' or 'value'"),
    ],
)
def test_a_mapping_that_does_not_fit(
    store: Store, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Name,X\nA,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load(store, {"holds": "entities", "names": [{"column": "Name"}]} | change, file)
    assert not store.all_snapshots
