"""Tables of one's own by a mapping: what is kept, what is set aside, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from xlsxwriter import Workbook

from umweg.errors import InputError, UmwegError
from umweg.sources import import_files
from umweg.store import Manifest, Store

BASE: dict[str, Any] = {
    "holds": "flows",
    "reporter": {"value": "KGZ"},
    "partner": {"column": "Land", "language": ["de"]},
    "flow": {"column": "Fluss", "values": {"Ausfuhr": "X", "Einfuhr": "M"}},
    "period": {"column": "Monat", "pattern": r"^(?P<month>\d{1,2})/(?P<year>\d{4})$"},
    "nomenclature": {"value": "HS by year"},
    "code": {"column": "Ware"},
    "value": {"column": "Wert (Tsd.)", "unit": "thousand"},
    "net_weight": {"column": "Gewicht (t)", "unit": "tonne"},
    "currency": {"value": "USD"},
    "table": {"decimal": ",", "thousands": "."},
    "ignore": {"partner": ["Summe Asien"]},
}
ROWS = """\
Land;Fluss;Monat;Ware;Wert (Tsd.);Gewicht (t)
Russland;Ausfuhr;3/2023;854231;1.234,5;0,25
Türkei;Einfuhr;12/2021;8542.31;7;
Summe Asien;Einfuhr;12/2021;854231;9;1
Atlantis;Einfuhr;12/2021;854231;9;1
Georgien;Einfuhr;13/2021;854231;9;1
Georgien;Umfuhr;12/2021;854231;9;1
Georgien;Einfuhr;12/2021;854231;viel;1
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def run(
    tmp_path: Path, store: Store, table: Path, mapping: dict[str, Any], **more: Any
) -> Manifest:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True), "utf-8")
    return import_files([table], store, source="my-office", mapping=path, **more)


def put(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_german_table(tmp_path: Path, store: Store, encoding: str) -> None:
    found = run(tmp_path, store, put(tmp_path, ROWS, encoding), BASE)
    assert (found.rows_read, found.rows_kept, found.parser) == (7, 2, "mapped/1")
    rows = {r["partner"]: r for r in found.rows("flows").to_pylist()}
    # 1.234,5 thousand are 1,234,500; 0,25 t are 250 kg.
    assert (rows["RUS"]["value_reported"], rows["RUS"]["net_weight_kg"]) == (1_234_500, 250)
    assert (rows["RUS"]["period"], rows["RUS"]["nomenclature"]) == ("2023-03", "HS2022")
    assert (rows["TUR"]["code"], rows["TUR"]["flow"]) == ("854231", "M")
    assert (rows["TUR"]["nomenclature"], rows["TUR"]["net_weight_kg"]) == ("HS2017", None)
    aside = {r["row"]: r for r in found.rows("set_aside").to_pylist()}
    assert {n: r["reason"] for n, r in aside.items()} == {
        4: "ignored-by-mapping", 5: "unknown-country", 6: "bad-period", 7: "unknown-flow",
        8: "not-a-number",
    }  # fmt: skip
    assert "Atlantis" in aside[5]["detail"]
    assert '"Wert (Tsd.) (as written)": "viel"' in aside[8]["raw"]


def test_a_wide_sheet_below_a_title(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "book.xlsx"
    book = Workbook(path)
    for year in (2021, 2022):
        sheet = book.add_worksheet(f"12_{year}")
        sheet.write_row(0, 0, ["Торговля Республики"])
        sheet.write_row(2, 0, ["Страна", "Экспорт", "", "Импорт"])
        sheet.write_row(3, 0, ["", "Всего", "доля, %", "Всего"])
        sheet.write_row(4, 0, ["Россия", year + 0.5, 1, 7])
        sheet.write_row(5, 0, ["Страны СНГ", 99, 1, 99])
        sheet.write_row(6, 0, ["Атлантида", "", "", 3])
    book.add_worksheet("Обложка").write_row(0, 0, ["Методология", "x"])
    book.close()
    mapping = {
        "holds": "flows",
        "table": {"sheets": r"20\d\d$", "skip_below_header": 1},
        "reporter": {"value": "KAZ"},
        "partner": {"column": "страна", "language": ["ru"]},
        "period": {"sheet": True, "pattern": r"(?P<year>20\d\d)"},
        "nomenclature": {"value": "HS by year"},
        "code": {"value": "TOTAL"},
        "unit": "thousand",
        "currency": {"value": "USD"},
        "wide": [{"column": "Экспорт", "flow": "X"}, {"column": "Импорт", "flow": "M"}],
        "ignore": {"partner": ["Страны СНГ"]},
    }
    found = run(tmp_path, store, path, mapping)
    rows = {(r["period"], r["flow"]): r["value_reported"] for r in found.rows("flows").to_pylist()}
    assert rows == {
        ("2021", "X"): 2_021_500, ("2021", "M"): 7000, ("2022", "X"): 2_022_500,
        ("2022", "M"): 7000,
    }  # fmt: skip
    # For each year: two cells of the header's second line, two of the group, one of Atlantis.
    assert found.rows_read == 4 + 2 * 5
    # Row 7, column 4 of the first sheet; of the second, a thousand million further.
    numbers = {r["row"] for r in found.rows("set_aside").to_pylist()}
    assert {7004, 1_000_007_004} <= numbers


def test_years_as_columns(tmp_path: Path, store: Store) -> None:
    table = put(tmp_path, "country,y2020,y2021\nDEU,1,2\nFrance,,4\n")
    mapping = {
        **{k: BASE[k] for k in ("holds", "reporter", "nomenclature", "currency")},
        "partner": {"column": "country"}, "flow": {"value": "M"}, "code": {"value": "TOTAL"},
        "wide": [{"columns": r"^y(\d{4})$", "period": r"\g<1>"}],
    }  # fmt: skip
    found = run(tmp_path, store, table, mapping)
    rows = {(r["partner"], r["period"]): r["value_reported"]
            for r in found.rows("flows").to_pylist()}  # fmt: skip
    assert rows == {("DEU", "2020"): 1, ("DEU", "2021"): 2, ("FRA", "2021"): 4}


def test_a_part_of_the_world_is_no_country(tmp_path: Path, store: Store) -> None:
    # The country-name library takes America for the United States.
    text = "Land;Fluss;Monat;Ware;Wert (Tsd.);Gewicht (t)\n"
    text += "".join(f"{n};Ausfuhr;3/2023;854231;1;1\n" for n in ("America", "Америка", "USA"))
    found = run(tmp_path, store, put(tmp_path, text), BASE)
    assert found.rows("flows")["partner"].to_pylist() == ["USA"]
    assert found.rows_set_aside == 2


BAD: list[tuple[dict[str, Any], str]] = [
    ({"holds": "things"}, "holds"),
    ({"valeu": 1}, "valeu"),
    ({"value": {"column": "Wert (Tsd.)", "units": "one"}}, "value.units"),
    ({"value": {"column": "Wert (Tsd.)", "unit": "dozen"}}, "value.unit"),
    ({"value": None}, "'value' or 'wide'"),
    ({"flow": None}, "'flow' is missing"),
    ({"reporter": {"value": "KGZ", "column": "Land"}}, "'column' or 'value'"),
    ({"period": {"column": "Monat", "pattern": "("}}, "regular expression"),
    ({"period": {"column": "Monat", "pattern": "x"}}, "group"),
    ({"table": {"decimal": ",", "thousands": ","}}, "same sign"),
    ({"partner": {"column": "Staat"}}, "no column 'Staat'"),
    ({"partner": {"column": "Land", "language": ["xx"]}}, "language 'xx'"),
    ({"ignore": {"value": ["1"]}}, "'ignore' has no"),
    ({"table": {"sheet": "A"}}, "sheet"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_a_mapping_that_does_not_fit_names_the_key(
    tmp_path: Path, store: Store, change: dict[str, Any], said: str
) -> None:
    mapping = {k: v for k, v in {**BASE, **change}.items() if v is not None}
    with pytest.raises(UmwegError) as error:
        run(tmp_path, store, put(tmp_path, ROWS), mapping)
    assert said in str(error.value)
    assert "allowed" in str(error.value) or "do next" in str(error.value)
    assert store.all_snapshots == ()


def test_a_file_that_is_no_mapping(tmp_path: Path, store: Store) -> None:
    table = put(tmp_path, ROWS)
    for text in ("a: [", "[1, 2]", "", "\x00"):
        path = tmp_path / "m.yaml"
        path.write_text(text)
        with pytest.raises(InputError):
            import_files([table], store, source="my-office", mapping=path)
