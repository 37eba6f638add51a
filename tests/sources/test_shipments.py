"""A table of shipments as it comes: what is understood, and what is set aside with its reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from umweg.errors import InputError
from umweg.sources.shipments import read_shipments

HEADER = "date,shipper,consignee,from_country,to_country,hs_code,net_weight_kg\n"


def test_synonyms_names_of_countries_and_days(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        HEADER
        + "1.3.2022,Muster  GmbH,ОсОО Барс,Germany,KGZ,8542.31.90,12.5\n"
        + "2022-03-02T10:00:00,ОсОО БАРС,X,KG,RU,8542319000,3\n",
        "utf-8",
    )
    found = read_shipments(path, 6)
    assert (found.read, found.set_aside) == (2, ())
    assert found.table.to_pylist() == [
        {"date": date(2022, 3, 1), "consignor": "muster gmbh", "consignee": "осоо барс",
         "from_country": "DEU", "to_country": "KGZ", "code": "854231", "net_weight_kg": 12.5},
        {"date": date(2022, 3, 2), "consignor": "осоо барс", "consignee": "x",
         "from_country": "KGZ", "to_country": "RUS", "code": "854231", "net_weight_kg": 3.0},
    ]  # fmt: skip


def test_read_is_kept_and_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    good = "2022-03-01,a,b,DEU,KGZ,854231,1\n"
    bad = {
        "30.02.2022,a,b,DEU,KGZ,854231,1\n": "bad-date",
        "2022-03-01,,b,DEU,KGZ,854231,1\n": "missing-value",
        "2022-03-01,a,b,Nowhere,KGZ,854231,1\n": "unknown-country",
        "2022-03-01,a,b,DEU,KGZ,chips,1\n": "bad-code",
        "2022-03-01,a,b,DEU,KGZ,854231,-1\n": "negative-value",
        "2022-03-01,a,b,DEU,KGZ,854231,much\n": "not-a-number",
        "2022-03-01,a,b,DEU,KGZ,854231\n": "ragged-row",
    }
    path.write_text(HEADER + good + "".join(bad) + good, "utf-8")
    found = read_shipments(path)
    assert found.read == 9 == found.table.num_rows + len(found.set_aside)
    assert {a.row: a.reason for a in found.set_aside} == dict(
        zip(range(3, 10), bad.values(), strict=True)
    )


def test_parquet_with_typed_columns(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    names = [
        "date",
        "consignor",
        "consignee",
        "from_country",
        "to_country",
        "code",
        "net_weight_kg",
    ]
    cells = [date(2022, 3, 1), "a", "b", "DEU", "KGZ", "854231", 1.5]
    pq.write_table(pa.table({n: [c] for n, c in zip(names, cells, strict=True)}), path)
    assert read_shipments(path).table.to_pylist()[0]["net_weight_kg"] == 1.5


def test_a_missing_column_and_no_row(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("date,shipper\n2022-01-01,a\n")
    with pytest.raises(InputError, match=r"columns are missing: consignee, from_country"):
        read_shipments(path)
    path.write_text(HEADER + "x,a,b,DEU,KGZ,854231,1\n")
    with pytest.raises(InputError, match="no shipment can be kept of 1 rows; first: row 2"):
        read_shipments(path)
