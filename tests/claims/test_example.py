"""The notebook of the examples runs; its cells are executed without a notebook server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((EXAMPLES / "claim_card.ipynb").read_text("utf-8"))
    assert notebook["nbformat"] == 4
    scope: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert not cell["outputs"]
            exec("".join(cell["source"]), scope)  # noqa: S102 - our own example
    assert scope["result"].verdict.value == "supported"
    assert scope["before"].verdict.value == "not-testable"
    assert scope["growth"] == pytest.approx(scope["result"].parts[0].outcome.value)
    page = (tmp_path / "claim-card.html").read_text("utf-8")
    assert "537,2 %" in page
    assert "supported" in scope["result"]._repr_html_()
    assert scope["result"].to_pandas().shape[0] == 1
    assert json.loads(scope["result"].to_json())["verdict"] == "supported"
