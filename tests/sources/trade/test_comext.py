"""Eurostat Comext: bulk files of two versions, and the answers of the interface."""

from __future__ import annotations

import builtins
import json
import lzma
from pathlib import Path
from typing import Any

import py7zr
import pytest

from tests.sources.trade.files import json_stat_cube
from umweg.errors import InputError, UsageError
from umweg.sources import import_files
from umweg.store import Manifest, Store

HEAD = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,"
    "PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,"
    "QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
ROWS = """\
DE,KZ,E,85423190,77641,2611,2611,220,1,16,2,1,NST,202402,1000,1000,3,50
DE,KZ,E,85423190,77641,2611,2611,220,1,16,2,2,NST,202402,200,200,1,10
DE,KZ,E,85423190,77641,2611,2611,220,1,16,2,9,NST,202402,30,30,0,0
DE,KZ,E,85423190,77641,2611,2611,220,1,16,1,1,NST,202402,7,7,1,1
GR,XS,E,TOTAL,5,5,5,5,5,5,2,1,NO_SU,202402,900,900,10,0
DE,QS,E,85423190,77641,2611,2611,220,1,16,2,1,NST,202402,5,5,1,1
DE,KZ,E,85XXXXXX,77641,2611,2611,220,1,16,2,1,NO_SU,202402,6,6,1,0
DE,XI,L,85423190,77641,2611,2611,220,1,16,2,1,NST,202402,8,8,1,1
DE,KZ,E,99SSS999,77641,2611,2611,220,1,16,2,1,NO_SU,202402,9,9,1,0
DE,KZ,E,85423190,77641,2611,2611,220,1,16,2,1,NST,200102,9,9,1,0
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def put(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def figures(manifest: Manifest) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    return {
        (r["reporter"], r["partner"], r["flow"], r["code"]): r
        for r in manifest.rows("flows").to_pylist()
    }


def test_a_bulk_file_is_summed_over_procedures(tmp_path: Path, store: Store) -> None:
    path = put(tmp_path, "full_202402.dat", f"{HEAD}\n{ROWS}")
    packed = tmp_path / "full_v2_202402.7z"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.write(path, path.name)
    for file in (path, packed):
        found = import_files([file], store)  # recognised
        assert (found.source, found.rows_read, found.rows_kept) == ("comext", 10, 5)
        held = figures(found)
        sent = held["DEU", "KAZ", "X", "85423190"]
        # 1000 + 200 + 30 euro and 3 + 1 + 0 kg over normal, inward and not recorded procedures.
        assert (sent["value_reported"], sent["net_weight_kg"], sent["quantity"]) == (1230, 4, 60)
        assert (sent["currency"], sent["basis"], sent["nomenclature"]) == ("EUR", "FOB", "CN2024")
        assert held["DEU", "KAZ", "M", "85423190"]["basis"] == "CIF"
        assert held["GRC", "SRB", "X", "TOTAL"]["quantity"] is None
        assert len(held) == 3
        aside = {r["row"]: r["reason"] for r in found.rows("set_aside").to_pylist()}
        assert aside == {
            7: "no-country", 8: "suppressed-code", 9: "no-country", 10: "suppressed-code",
            11: "nomenclature-not-held",
        }  # fmt: skip
        assert {a.name: a.rows for a in found.alarms}["several-procedures"] == 2


def test_the_bulk_file_of_before(tmp_path: Path, store: Store) -> None:
    text = (
        "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,"
        "PRODUCT_cpa2002,PRODUCT_cpa2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,"
        "STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY\n"
        "001,FR,0079,KZ,E,85423190,77641,1,1,1,220,16,2,1,A,201952,500,2,9\n"
        "001,FR,0079,KZ,E,85423190,77641,1,1,1,220,16,2,4,A,201952,500,2,9\n"
    )
    found = import_files([put(tmp_path, "full201952.dat", text)], store)
    (row,) = found.rows("flows").to_pylist()
    # Month 52 stands for the year; procedure 4 repeats the others.
    assert (row["period"], row["freq"], row["value_reported"]) == ("2019", "A", 500)
    assert found.rows("set_aside")["reason"].to_pylist() == ["procedures-together"]


SDMX = """\
DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,KZ,854231,2,VALUE_IN_EUROS,2024-02,1230
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,KZ,854231,2,QUANTITY_IN_100KG,2024-02,0.04
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,KZ,854231,2,SUPPLEMENTARY_QUANTITY,2024-02,60
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,WORLD,854231,1,VALUE_IN_EUROS,2024-02,99
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,EXT_EU27_2020,854231,1,VALUE_IN_EUROS,2024-02,99
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,AM,854231,2,QUANTITY_IN_100KG,2024-02,1
ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,DE,GE,854231,2,VALUE_IN_EUROS,2024-02,
"""


def test_an_answer_of_the_interface(tmp_path: Path, store: Store) -> None:
    found = import_files([put(tmp_path, "answer.csv", SDMX)], store)
    assert (found.source, found.rows_read, found.rows_kept) == ("comext", 7, 4)
    held = figures(found)
    sent = held["DEU", "KAZ", "X", "854231"]
    assert (sent["value_reported"], sent["net_weight_kg"], sent["quantity"]) == (1230, 4, 60)
    assert held["DEU", "WLD", "M", "854231"]["value_reported"] == 99
    aside = {r["row"]: r["reason"] for r in found.rows("set_aside").to_pylist()}
    assert aside == {6: "group-of-countries", 7: "quantity-without-value", 8: "missing-value"}


def test_an_answer_as_json_stat_says_the_same(tmp_path: Path, store: Store) -> None:
    answer = json.dumps(json_stat_cube())
    found = import_files([put(tmp_path, "a.json", answer)], store, source="comext")
    held = figures(found)
    assert held["DEU", "KAZ", "X", "854231"]["net_weight_kg"] == 4
    assert held["DEU", "ARM", "X", "854231"]["value_reported"] == 77
    with pytest.raises(InputError, match="JSON-stat"):
        import_files([put(tmp_path, "b.json", answer[:-40])], store, source="comext")


def test_a_7z_that_is_damaged_or_cannot_be_read(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "full_v2_202402.7z"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.writestr(f"{HEAD}\n{ROWS}", "full_202402.dat")
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged or cut off"):
        import_files([packed], store)
    bomb = tmp_path / "full_v2_202403.7z"
    with py7zr.SevenZipFile(
        bomb, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": lzma.PRESET_DEFAULT}]
    ) as archive:
        archive.writestr(b"\n" * (70 << 20), "full_202403.dat")
    with pytest.raises(InputError, match="unpacks to"):
        import_files([bomb], store)
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "py7zr":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    packed.write_bytes(whole)
    with pytest.raises(UsageError, match="extra 'comext'"):
        import_files([packed], store)
