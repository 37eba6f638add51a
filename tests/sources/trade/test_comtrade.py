"""UN Comtrade: every row kept or set aside by name, in every shape the publisher writes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources.trade.files import COMTRADE, comtrade_csv, comtrade_row, csv_text
from umweg.errors import InputError
from umweg.sources import import_files
from umweg.store import Manifest, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def put(tmp_path: Path, text: str | bytes, name: str = "TradeData.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def figures(manifest: Manifest) -> list[dict[str, Any]]:
    return sorted(manifest.rows("flows").to_pylist(), key=lambda r: (r["period"], r["code"],
                  r["reporter"], r["partner"], r["flow"]))  # fmt: skip


def reasons(manifest: Manifest) -> list[tuple[int, str]]:
    rows = manifest.rows("set_aside").to_pylist()
    assert len(rows) == manifest.rows_set_aside
    assert all(json.loads(r["raw"]) and r["detail"] for r in rows)
    return sorted((r["row"], r["reason"]) for r in rows)


def test_a_download_becomes_figures(tmp_path: Path, store: Store) -> None:
    text = comtrade_csv(
        comtrade_row(),
        comtrade_row(flowCode="M", partnerCode=276, primaryValue=500),
        comtrade_row(cmdCode="TOTAL", primaryValue=7000, netWgt=0, qtyUnitCode=-1, qty=0),
    )
    found = import_files([put(tmp_path, text)], store)  # recognised by its header
    assert (found.source, found.rows_read, found.rows_kept) == ("comtrade", 3, 3)
    export, total, arrival = sorted(figures(found), key=lambda r: (r["flow"] == "M", r["code"]))
    assert export == {
        "reporter": "KAZ", "partner": "RUS", "flow": "X", "freq": "M", "period": "2023-01",
        "nomenclature": "HS2022", "code": "854231", "value_reported": 1000.0, "currency": "USD",
        "basis": "FOB", "net_weight_kg": 2.0, "quantity": 10.0, "quantity_unit": "u",
        "partial_code": False, "origin_id": f"comtrade/{found.dataset}",
    }  # fmt: skip
    assert (arrival["basis"], arrival["partner"], arrival["value_reported"]) == ("CIF", "DEU", 500)
    # UN Comtrade writes 0 where no weight was reported, and no unit where there is no quantity.
    assert (total["net_weight_kg"], total["quantity"], total["quantity_unit"]) == (None,) * 3
    assert [a.name for a in found.alarms] == ["weight-zero"]
    seen = {(r["reporter"], r["flow"], r["period"], r["scope"], r["status"])
            for r in found.rows("coverage").to_pylist()}  # fmt: skip
    assert ("KAZ", "X", "2023-01", "codes", "published") in seen
    assert ("KAZ", "X", "2023-01", "total", "published") in seen


PLACES = {
    842: "USA", 251: "FRA", 757: "CHE", 579: "NOR", 699: "IND", 490: "TWN", 276: "DEU",
    381: "ITA", "051": "ARM", "31.0": "AZE", 97: "EU", 0: "WLD",
}  # fmt: skip
"""From the publisher's list of partner areas; M49 has 840, 250, 756, 578, 356, 158, 380."""


def test_the_publishers_codes_of_countries(tmp_path: Path, store: Store) -> None:
    rows = [comtrade_row(partnerCode=code) for code in PLACES]
    found = import_files([put(tmp_path, comtrade_csv(*rows))], store)
    assert sorted(r["partner"] for r in figures(found)) == sorted(PLACES.values())


ASIDE: list[tuple[dict[str, object], str]] = [
    ({"motCode": 2100}, "breakdown"),
    ({"customsCode": "C01"}, "breakdown"),
    ({"partner2Code": 156}, "breakdown"),
    ({"mosCode": 1}, "breakdown"),
    ({"classificationCode": "S4"}, "other-classification"),
    ({"classificationCode": "B5"}, "other-classification"),
    ({"typeCode": "S"}, "no-goods"),
    ({"flowCode": "DX"}, "part-of-flow"),
    ({"flowCode": "FM"}, "part-of-flow"),
    ({"flowCode": "Q"}, "unknown-flow"),
    ({"partnerCode": 899}, "no-country"),
    ({"reporterCode": 810}, "no-country"),
    ({"partnerCode": 12345}, "unknown-country"),
    ({"partnerCode": "x"}, "unknown-country"),
    ({"partnerCode": ""}, "missing-value"),
    ({"reporterCode": 0}, "unknown-country"),
    ({"partnerCode": 398}, "reporter-is-partner"),
    ({"period": "202313"}, "bad-period"),
    ({"period": "2023"}, "bad-period"),
    ({"period": "2023-01"}, "bad-period"),
    ({"cmdCode": "9999AA"}, "unspecified-goods"),
    ({"cmdCode": "85423"}, "bad-code"),
    ({"cmdCode": ""}, "bad-code"),
    ({"cmdCode": "854299"}, "code-not-in-nomenclature"),
    ({"primaryValue": "", "fobvalue": ""}, "missing-value"),
    ({"primaryValue": "many", "fobvalue": ""}, "not-a-number"),
    ({"primaryValue": "nan", "fobvalue": ""}, "not-a-number"),
    ({"primaryValue": "1e999", "fobvalue": ""}, "not-a-number"),
    ({"primaryValue": "-5", "fobvalue": ""}, "negative-value"),
]


def test_what_is_set_aside_and_why(tmp_path: Path, store: Store) -> None:
    rows = [comtrade_row(), *(comtrade_row(**changes) for changes, _ in ASIDE)]
    found = import_files([put(tmp_path, comtrade_csv(*rows))], store)
    assert (found.rows_read, found.rows_kept) == (len(rows), 1)
    # The header is row 1, the good row is row 2.
    assert reasons(found) == [(n + 3, reason) for n, (_, reason) in enumerate(ASIDE)]


def test_breakdowns_without_their_total_are_named(tmp_path: Path, store: Store) -> None:
    broken_down = [comtrade_row(motCode=m, period="202302") for m in (1000, 2100, 3200)]
    text = comtrade_csv(comtrade_row(), comtrade_row(motCode=2100), *broken_down)
    found = import_files([put(tmp_path, text)], store)
    (alarm,) = [a for a in found.alarms if a.name == "breakdown-without-total"]
    assert (alarm.rows, "row 4" in alarm.detail) == (3, True)
    with pytest.raises(InputError, match="leave the breakdowns") as error:
        import_files([put(tmp_path, comtrade_csv(*broken_down), "b.csv")], store)
    assert "breakdown: 3" in str(error.value)


def test_the_seven_editions_of_the_hs(tmp_path: Path, store: Store) -> None:
    rows = [
        comtrade_row(classificationCode=f"H{n}", cmdCode="854211" if n < 3 else "854231",
                     period=f"20{n:02d}01")
        for n in range(7)
    ]  # fmt: skip
    found = import_files([put(tmp_path, comtrade_csv(*rows))], store)
    assert [r["nomenclature"] for r in figures(found)] == [
        "HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022",
    ]  # fmt: skip
    (alarm,) = [a for a in found.alarms if a.name == "code-not-checked"]
    assert alarm.rows == 4


def test_alarms_name_what_the_publisher_did(tmp_path: Path, store: Store) -> None:
    text = comtrade_csv(
        comtrade_row(isNetWgtEstimated="True"),
        comtrade_row(period="202302", legacyEstimationFlag=6),
        comtrade_row(period="202303", isReported="0", isAggregate="1"),
        comtrade_row(period="202304", isOriginalClassification="false"),
        comtrade_row(period="202305", flowCode="M", cifvalue="", fobvalue="900", primaryValue=900),
        comtrade_row(period="202306", cifvalue="", fobvalue=""),
        comtrade_row(period="202306", classificationCode="H5"),
    )
    found = import_files([put(tmp_path, text)], store)
    assert {a.name: a.rows for a in found.alarms} == {
        "weight-or-quantity-estimated": 2, "not-as-reported": 1, "converted-classification": 1,
        "basis-contradicts-flow": 1, "basis-assumed": 1, "two-editions": 2,
    }  # fmt: skip
    assert [r["basis"] for r in figures(found) if r["flow"] == "M"] == ["FOB"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_encodings(tmp_path: Path, store: Store, encoding: str) -> None:
    text = comtrade_csv(comtrade_row(), comtrade_row(partnerCode=384, partnerDesc="Côte d'Ivoire"))
    found = import_files([put(tmp_path, text.encode(encoding))], store)
    assert [r["partner"] for r in figures(found)] == ["CIV", "RUS"]
    assert [a.name for a in found.alarms] == (["not-utf-8"] if encoding == "latin-1" else [])


def lines(*rows: dict[str, str]) -> list[str]:
    return comtrade_csv(*rows).splitlines()


def test_a_comma_at_the_end_of_each_line_but_the_header(tmp_path: Path, store: Store) -> None:
    head, *body = lines(comtrade_row(), comtrade_row(period="202302"))
    text = "\n".join([head, *(f"{line}," for line in body)])
    assert import_files([put(tmp_path, text)], store).rows_kept == 2


def test_names_that_a_program_shifted_are_set_right(tmp_path: Path, store: Store) -> None:
    # Read with the first column as an index and saved: with the index, or without it.
    rows = [comtrade_row(), comtrade_row(period="202302")]
    values = [[r[n] for n in COMTRADE] for r in rows]
    with_index = [["", *COMTRADE], *([*v, ""] for v in values)]
    without = [COMTRADE, *([*v[1:], ""] for v in values)]
    for n, table in enumerate((with_index, without)):
        text = "\n".join(",".join(f'"{c}"' if "," in c else c for c in line) for line in table)
        found = import_files([put(tmp_path, text, f"s{n}.csv")], store, source="comtrade")
        assert [(r["reporter"], r["value_reported"]) for r in figures(found)] == [("KAZ", 1000)] * 2
        assert "columns-shifted" in [a.name for a in found.alarms]


def test_the_interface_and_the_bulk_file_say_the_same(tmp_path: Path, store: Store) -> None:
    rows = [comtrade_row(), comtrade_row(period="202302", motCode=1)]
    typed = [
        {k: (None if v == "" else v == "true" if v in ("true", "false") else
             int(v) if v.isdigit() and k != "cmdCode" else v) for k, v in r.items()}
        for r in rows
    ]  # fmt: skip
    answer = {"elapsedTime": "0.02 secs", "count": 2, "data": typed, "error": ""}
    names = [n for n in COMTRADE if not n.endswith(("Desc", "ISO", "Abbr"))]
    renamed = ["CIFValue" if n == "cifvalue" else "FOBValue" if n == "fobvalue" else n
               for n in names]  # fmt: skip
    bulk = csv_text(names, [{n: r[n] for n in names} for r in rows], "\t")
    bulk = bulk.replace("\t".join(names), "\t".join(renamed))
    held = [
        import_files([put(tmp_path, comtrade_csv(*rows))], store),
        import_files([put(tmp_path, json.dumps(answer), "a.json")], store),
        import_files(
            [put(tmp_path, gzip.compress(bulk.encode()),
                 "COMTRADE-FINAL-CM398202301H6[2023-05-12].gz")], store,
        ),
    ]  # fmt: skip
    assert held[2].published_on == "2023-05-12"
    first = [{k: v for k, v in r.items() if k != "origin_id"} for r in figures(held[0])]
    for other in held[1:]:
        assert (other.rows_read, other.rows_set_aside) == (2, 1)
        found = [{k: v for k, v in r.items() if k != "origin_id"} for r in figures(other)]
        assert found == first
    # The same selection has the same name, however it was had.
    assert len({m.dataset for m in held}) == 1


def test_statements_made_twice(tmp_path: Path, store: Store) -> None:
    text = comtrade_csv(
        comtrade_row(), comtrade_row(), comtrade_row(period="202302"),
        comtrade_row(period="202302", primaryValue=1001), comtrade_row(period="202303"),
    )  # fmt: skip
    found = import_files([put(tmp_path, text)], store)
    assert reasons(found) == [
        (3, "duplicate-statement"), (4, "conflicting-statements"), (5, "conflicting-statements"),
    ]  # fmt: skip
    assert [r["period"] for r in figures(found)] == ["2023-01", "2023-03"]


def test_several_files_are_one_import(tmp_path: Path, store: Store) -> None:
    one = put(tmp_path, comtrade_csv(comtrade_row(), comtrade_row(flowCode="DX")), "a.csv")
    two = put(tmp_path, comtrade_csv(comtrade_row(period="202302"), comtrade_row()), "b.csv")
    found = import_files([one, two], store)
    assert (found.rows_read, found.rows_kept, len(found.inputs)) == (4, 2, 2)
    aside = {r["reason"]: r for r in found.rows("set_aside").to_pylist()}
    assert aside["part-of-flow"]["detail"].startswith("a.csv: ")
    # Rows are numbered through: the two of the first file, then those of the second.
    assert (aside["part-of-flow"]["row"], aside["duplicate-statement"]["row"]) == (3, 5)


def test_another_selection_does_not_take_the_place_of_the_first(
    tmp_path: Path, store: Store
) -> None:
    a = import_files([put(tmp_path, comtrade_csv(comtrade_row()), "a.csv")], store)
    b = import_files([put(tmp_path, comtrade_csv(comtrade_row(reporterCode=417)), "b.csv")], store)
    again = import_files(
        [put(tmp_path, comtrade_csv(comtrade_row(primaryValue=1100)), "c.csv")], store
    )
    assert {m.snapshot_id for m in store.snapshots()} == {b.snapshot_id, again.snapshot_id}
    assert a.dataset == again.dataset != b.dataset
    assert import_files([tmp_path / "c.csv"], store).snapshot_id == again.snapshot_id


def test_no_file_of_comtrade_is_said_to_be_none(tmp_path: Path, store: Store) -> None:
    page = "<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n"
    for text, said in (
        (page, "web page"),
        ("a,b,c\n1,2,3\n", "columns are missing: freqcode"),
        ("", "the file is empty"),
        (comtrade_csv(), "no rows"),
        ('{"elapsedTime": "0", "count": 0, "data": [], "error": ""}', "no rows"),
        ('{"data": [{"reporterCode": 398, ', "damaged or cut off"),
        ('{"data": [{"reporterCode": 398}]}', "columns are missing"),
        ('{"data": [1, 2]}', "no record"),
    ):
        with pytest.raises(InputError, match=said):
            import_files([put(tmp_path, text, "x.csv")], store, source="comtrade")
    assert store.all_snapshots == ()
