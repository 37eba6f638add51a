"""`umweg claim` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.claims.drafts import exports, imported

from umweg.claims import read_claim
from umweg.cli.main import run


@pytest.fixture(autouse=True)
def _no_store_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nobody"))


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(["claim", *words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "list")
    assert len(rows) == 103
    assert {"claim", "kind", "said_on", "speaker", "title", "parts", "testable"} <= set(rows[0])
    assert {r["kind"] for r in answer(capsys, "list", "--kind", "denial")} == {"denial"}
    shown = answer(capsys, "show", "kz-14")
    assert len(shown["parts"]) == 4
    assert run(["claim", "show", "kz-14"]) == 0
    assert "trades_no_listed_goods" in capsys.readouterr().out


def test_run_has_the_promised_shape(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = answer(capsys, "run", "pe-041", "--as-of", "2025-01-01")
    assert found["claim"] == "pe-041"
    assert found["as_of"] == "2025-01-01"
    assert found["verdict"] == "supported"
    part = found["parts"][0]
    assert {
        "sentence",
        "test",
        "verdict",
        "value",
        "expected",
        "missing",
        "rows",
        "caveats",
    } <= set(part)
    row = part["rows"][0]
    assert {"reporter", "partner", "flow", "period", "code", "value", "origin", "vintage"} <= set(
        row
    )
    assert part["value"] == pytest.approx(57.83, abs=0.01)


def test_as_of_is_what_was_known(capsys: pytest.CaptureFixture[str]) -> None:
    (then,) = answer(capsys, "run", "pe-041", "--as-of", "2023-03-01")
    assert then["verdict"] == "not-testable"
    assert "umweg data fetch comtrade" in then["parts"][0]["missing"][0]


def test_text_and_other_formats(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["claim", "run", "kz-13"]) == 0
    text = capsys.readouterr().out
    assert "not-testable" in text
    assert "umweg data fetch comtrade --reporter KAZ --partner RUS" in text
    for format_, start in (
        ("csv", b"claim,as_of"), ("html", b"<!DOCTYPE html>"), ("svg", b"<svg"),
        ("png", b"\x89PNG"), ("claimreview", b"["), ("xlsx", b"PK"),
    ):  # fmt: skip
        file = tmp_path / f"out.{format_}"
        assert run(["claim", "run", "pe-041", "--format", format_, "-o", str(file)]) == 0
        assert file.read_bytes().startswith(start), format_


def test_history(capsys: pytest.CaptureFixture[str]) -> None:
    stages = answer(capsys, "history", "pe-041", "--as-of", "2026-11-01")
    assert [s["verdict"] for s in stages][-1] == "supported"
    assert any(s["changed"] == "yes" for s in stages)


def test_fail_on(tmp_path: Path) -> None:
    rows = exports("2023-06..2023-08", {"854231": 1e6, "100199": 1e6})
    imported(tmp_path / "store", rows, sample=True)
    words = ["claim", "run", "kz-13", "--store", str(tmp_path / "store"), "-q"]
    assert run([*words, "--format", "csv", "-o", str(tmp_path / "x.csv")]) == 0
    assert run([*words, "--fail-on", "contradicted"]) == 1
    assert run(["claim", "run", "kz-13", "--fail-on", "cannot-tell"]) == 5
    assert run(["claim", "run", "kz-13", "--fail-on", "contradicted"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["run"], ["run", "kz-14", "--all"], ["run", "no-such-claim"], ["run", "--all", "--format",
        "svg"], ["run", "kz-14", "--lang", "fr"], ["run", "kz-14", "--format", "png"],
        ["run", "kz-14", "--fail-on", "x"], ["run", "kz-14", "--as-of", "28.9.2023"],
    ],
)  # fmt: skip
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["claim", *words]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_new_writes_a_file_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    words = [
        "claim", "new", str(file), "--id", "my-claim", "--title", "Trade of nine billion",
        "--speaker", "A minister", "--role", "Minister", "--said-on", "2023-01-15",
        "--language", "en", "--paraphrase", "Exports to Russia were USD 9 bn in 2022.",
        "--source", "https://example.org/speech", "--source-kind", "press", "--test",
        "export_volume", "--reporter", "KAZ", "--partner", "RUS", "--goods", "TOTAL", "--period",
        "2022", "--value", "9", "--unit", "USD bn",
    ]  # fmt: skip
    assert run(words) == 0
    assert read_claim(file).id == "my-claim"
    capsys.readouterr()
    (found,) = answer(capsys, "run", str(file))
    assert found["verdict"] == "supported"
    assert run(words) == 2  # it exists already
    bad = [("2022-99" if w == "2022" else w) for w in words]
    bad[2] = str(tmp_path / "bad.yaml")
    assert run(bad) == 3
    assert not (tmp_path / "bad.yaml").exists()
