"""`umweg trace` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from umweg.cli.main import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "shipments.csv"


def test_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    """examples/shipments.csv: 300 kg arrive from Germany on 1 March and 200 kg from China on 5
    March; 250 kg leave for the target on 20 March, all of the first lot; 100 kg on 25 March: 50 of
    the first lot, 50 of the second. One row has no weight."""
    assert run(["trace", str(EXAMPLE), "--target", "RUS", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (found["read"], found["kept"], len(found["set_aside"])) == (5, 4, 1)
    assert (found["passed_kg"], found["reached_kg"], found["upper_kg"]) == (300, 350, 300)
    assert found["firms"][0]["passed_share"] == pytest.approx(300 / 350)
    assert "rows read 5 = kept 4 + set aside 1" in err


def test_table_csv_and_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["trace", str(EXAMPLE), "--coalition", "DEU", "-q"]) == 0
    out, err = capsys.readouterr()
    assert "300 of 350 kg that reached RUS match arrivals from the coalition" in out
    assert "proves no single path" in " ".join(out.split())
    assert not err
    page = tmp_path / "t.html"
    for form in ("csv", "html"):
        assert run(["trace", str(EXAMPLE), "-q", "--format", form, "-o", str(page)]) == 0
        assert "example trading" in page.read_text("utf-8")


def test_bad_input(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["trace", str(tmp_path / "none.csv")]) == 3
    assert "cannot be read" in capsys.readouterr().err
    assert run(["trace", str(EXAMPLE), "--permutations", "0"]) == 2
