"""A user's table of holdings as it comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from umweg.errors import InputError
from umweg.sources.relations_file import read_relations


def test_names_and_shares(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "Owner;Company;Anteil;Control;From\nBank;Firma;51,5 %;;2020-01-01\nBank;Andere;;ja;\n",
        "utf-8",
    )
    rows = read_relations(path).table.to_pylist()
    assert [(r["share_min"], r["share_max"]) for r in rows] == [(51.5, 51.5), (None, None)]
    assert [r["control"] for r in rows] == [None, True]
    assert rows[0]["valid_from"] == "2020-01-01"
    assert {r["kind"] for r in rows} == {"Ownership"}


def test_read_is_kept_and_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    bad = {
        "A,B,101,,,": "bad-share",
        "A,B,half,,,": "bad-share",
        "A,B,,60,40,": "bad-share",
        ",B,50,,,": "missing-value",
        "A,,50,,,": "missing-value",
        "A,B,50,,,1.1.2020": "bad-date",
        "A,B,50": "ragged-row",
    }
    path.write_text(
        "owner,company,share,share_min,share_max,until\nA,B,50,,,2020-01-01\n"
        + "\n".join(bad)
        + "\n"
    )
    found = read_relations(path)
    assert found.read == 8 == found.table.num_rows + len(found.set_aside)
    assert {a.row: a.reason for a in found.set_aside} == dict(
        zip(range(3, 10), bad.values(), strict=True)
    )


def test_a_side_without_a_column(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("company,share\nA,5\n")
    with pytest.raises(InputError, match="no column names the subject"):
        read_relations(path)
