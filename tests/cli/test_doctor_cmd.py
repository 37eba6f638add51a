"""`umweg doctor` as it is typed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from umweg.cli.main import run


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("UMWEG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("format_", ["table", "json", "csv", "html"])
def test_a_new_installation_is_usable(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a store of one's own the sample is read."""
    assert run(["doctor", "--quick", "--format", format_]) == 0
    out = capsys.readouterr().out
    assert "no store of your own yet" in " ".join(out.split())
    if format_ == "json":
        rows = json.loads(out)
        assert {"topic", "name", "status", "value", "do_next"} == set(rows[0])
        assert {"snapshot", "source"} <= {r["topic"] for r in rows}
        assert not [r for r in rows if r["status"] == "damaged"]


def test_a_store_that_is_not_there_is_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", "--quick", "--store", str(tmp_path / "none")]) == 3
    assert "there is no store here" in " ".join(capsys.readouterr().out.split())


def test_online_and_offline_contradict(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--online", "--offline"]) == 2
    assert "leave one of them out" in capsys.readouterr().err


def test_the_sample_is_what_was_packaged(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    sample = [r for r in rows if r["topic"] == "snapshot"]
    assert sample
    assert {r["status"] for r in sample} == {"ok"}
