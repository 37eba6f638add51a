"""BACI: units, vintage and version from the name, kept apart as reconciled."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from umweg.errors import InputError
from umweg.sources import import_files
from umweg.store import Store

YEARS = {
    2020: "t,i,j,k,v,q\n2020,276,398,854231,12.345,0.678\n2020,842,490,10121,1.5,       NA\n",
    2021: "t,i,j,k,v,q\n2021,251,699,854231,2,1\n2021,711,398,854231,9,1\n"
    "2021,276,276,854231,9,1\n",
}


def archive(folder: Path, name: str = "BACI_HS17_V202401.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as packed:
        for year, text in YEARS.items():
            packed.writestr(f"BACI_HS17_Y{year}_V202401.csv", text)
        packed.writestr("country_codes_V202401.csv", "country_code,country_name\n276,Germany\n")
        packed.writestr("product_codes_HS17_V202401.csv", "code,description\n854231,x\n")
    return path


def test_the_archive_becomes_reconciled_figures(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    found = import_files([archive(tmp_path)], store)
    assert (found.source, found.dataset, found.published_on) == ("baci", "hs17", "2024-01-01")
    assert found.reconciled
    assert (found.rows_read, found.rows_kept) == (5, 3)
    rows = {(r["reporter"], r["partner"]): r for r in found.rows("flows").to_pylist()}
    # v is in thousand USD, q in tonnes: 12.345 thousand are 12,345 USD, 0.678 t are 678 kg.
    first = rows["DEU", "KAZ"]
    assert (first["value_reported"], first["net_weight_kg"]) == (12345, 678)
    assert (first["nomenclature"], first["flow"], first["basis"]) == ("HS2017", "X", "FOB")
    # A leading zero that was lost: chapter 1.
    assert (rows["USA", "TWN"]["code"], rows["USA", "TWN"]["net_weight_kg"]) == ("010121", None)
    assert ("FRA", "IND") in rows
    assert sorted(found.rows("set_aside")["reason"].to_pylist()) == [
        "no-country", "reporter-is-partner",
    ]  # fmt: skip
    # It is nobody's own publication.
    assert found.rows("coverage").num_rows == 0


def test_an_edition_that_no_name_tells_is_asked_for(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    path = tmp_path / "trade.csv"
    path.write_text(YEARS[2020])
    with pytest.raises(InputError, match="edition of the HS"):
        import_files([path], store, source="baci")
