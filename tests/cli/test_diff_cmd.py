"""`umweg data diff` as it is typed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from tests.store.test_list_changes import sdn

from umweg.cli.main import run


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    for day, rows in {
        "2022-01-01": [(1, "ALPHA", "CUBA", "Website a.example.")],
        "2022-03-01": [(1, "ALPHA", "IRAN", "Website a.example."),
                       (2, "BETA", "IRAN", "Website b.example.")],
    }.items():  # fmt: skip
        file = tmp_path / "sdn.csv"
        file.write_text(sdn(*rows), encoding="utf-8")
        words = ["data", "import", str(file), "--published", day, "--allow-shrink"]
        assert run([*words, "--store", str(tmp_path / "store")]) == 0
    capsys.readouterr()
    return tmp_path / "store"


def diff(store: Path, *words: str) -> int:
    return run(
        ["data", "diff", "ofac-sdn", "2022-01-01", "2022-03-01", *words, "--store", str(store)]
    )


def test_json(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(store, "--format", "json") == 0
    out, err = capsys.readouterr()
    added, changed = json.loads(out)
    assert (added["change"], added["entity_id"], added["caption"]) == (
        "added", "ofac-sdn/2", "BETA",
    )  # fmt: skip
    assert (changed["change"], changed["fields"]) == ("changed", ["listings"])
    assert changed["after"]["listings"][0]["programme"] == "IRAN"
    assert "1 entities" in err
    assert "1 added, 0 removed, 1 changed" in err


def test_table_and_csv(store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert diff(store) == 0
    assert "listings" in capsys.readouterr().out
    assert diff(store, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [r["change"] for r in rows] == ["added", "changed"]
    for name in ("xlsx", "html"):
        assert diff(store, "--format", name, "-o", str(tmp_path / f"d.{name}")) == 0
        assert (tmp_path / f"d.{name}").stat().st_size > 500


def test_a_day_without_a_list(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "diff", "un", "2022-01-01", "2022-03-01", "--store", str(store)]) == 2
    assert "ofac-sdn" in capsys.readouterr().err


def test_list_says_what_was_imported(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "list", "--format", "json", "--store", str(store)]) == 0
    held = [r for r in json.loads(capsys.readouterr().out) if r["source"] == "ofac-sdn"]
    assert [(r["published_on"], r["rows_read"], r["entities"]) for r in held] == [
        ("2022-01-01", 1, 1), ("2022-03-01", 2, 2),
    ]  # fmt: skip
    assert all(len(r["sha256"]) == 64 and r["retrieved_at"] for r in held)
