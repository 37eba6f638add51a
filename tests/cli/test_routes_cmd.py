"""`umweg routes` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.flows.test_routes import world

from umweg.cli.main import run

WINDOWS = ["--before", "2021-01..2021-03", "--after", "2022-01..2022-03"]


def test_every_format(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    world(
        tmp_path / "store",
        {("USA", "KGZ"): (0, 900_000), ("KGZ", "RUS"): (0, 600_000), ("USA", "RUS"): (1e6, 0)},
    )
    ask = ["routes", "8542.31", "--transit", "KGZ", *WINDOWS, "--store", str(tmp_path / "store")]
    assert run(ask) == 0
    out = " ".join(capsys.readouterr().out.split())
    # 600,000 a month for three months.
    assert "At most USD 1.8 m of 8542.31 can have reached Russia through third countries" in out
    assert "coalition > Kyrgyzstan > Russia" in out
    assert run([*ask, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["routes"][0]["hops"] == 1
    assert run([*ask, "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("route,hops,at_most_usd\n")
    page = tmp_path / "routes.html"
    assert run([*ask, "--format", "html", "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    assert "<svg" in text
    assert 'href="http' not in text
    assert "src=" not in text


def test_a_code_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["routes", "chips"]) in (2, 3)
    assert "allowed" in capsys.readouterr().err
