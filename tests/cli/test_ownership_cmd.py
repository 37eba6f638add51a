"""`umweg ownership` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from umweg.cli.main import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "holdings.csv"
ASK = ["ownership", "--relations", str(EXAMPLE), "--listed", "Example Bank", "--no-match"]


def statuses(text: str) -> dict[str, str]:
    return {f["name"]: f["status"] for f in json.loads(text)["firms"]}


def test_the_example_by_authority(capsys: pytest.CaptureFixture[str]) -> None:
    """Sample Leasing 51 %. Muster Logistics 40 through it and 10 directly: 50, enough for OFAC and
    the EU, not more than half for the UK. Beispiel Trading 25 to 50: unknown, and no for the UK."""
    common = {"Sample Leasing": "owned", "Primer Invest": "not-owned"}
    for authority, more in {
        "ofac": {"Muster Logistics": "owned", "Beispiel Trading": "unknown",
                 "Ejemplo Shipping": "unknown"},
        "eu": {"Muster Logistics": "owned", "Beispiel Trading": "unknown",
               "Ejemplo Shipping": "unknown"},
        "uk": {"Muster Logistics": "not-owned", "Beispiel Trading": "not-owned",
               "Ejemplo Shipping": "not-owned"},
    }.items():  # fmt: skip
        asked = [*ASK, "--authority", authority, "--as-of", "2024-08-01", "--all"]
        assert run([*asked, "--format", "json"]) == 0
        assert statuses(capsys.readouterr().out) == {**common, **more}


def test_the_day_decides(capsys: pytest.CaptureFixture[str]) -> None:
    """Until 2024-07-02 the EU wanted more than 50 %; Primer Invest was sold on 2022-02-01."""
    asked = [*ASK, "--authority", "eu", "--all", "--format", "json"]
    assert run([*asked, "--as-of", "2024-07-02"]) == 0
    assert statuses(capsys.readouterr().out)["Muster Logistics"] == "not-owned"
    assert run([*asked, "--as-of", "2021-06-01"]) == 0
    assert statuses(capsys.readouterr().out)["Primer Invest"] == "owned"


def test_words_table_and_one_firm(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run([*ASK, "muster logistics", "--as-of", "2024-08-01"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Muster Logistics counts as owned: 50 % held by" in out
    # .51 · .4 + .1 = .304
    assert "economic share 30.4 % (shown, never decides)" in out
    page = tmp_path / "o.csv"
    assert run([*ASK, "--format", "csv", "-o", str(page), "-q"]) == 0
    assert page.read_text("utf-8").startswith("entity_id,name,status,")


def test_what_is_missing_or_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ownership", "--relations", str(EXAMPLE), "--authority", "mars"]) == 2
    assert "allowed: ofac, eu, uk, bis" in capsys.readouterr().err
    assert run(["ownership", "--relations", str(EXAMPLE)]) == 3
    assert "none of the lists of 'ofac' is held" in capsys.readouterr().err
    assert run(["ownership", "--relations", str(EXAMPLE), "--listed", "Nobody"]) == 3
    assert "nobody in the relations is called 'Nobody'" in capsys.readouterr().err
    assert run([*ASK, "No Firm"]) == 2
