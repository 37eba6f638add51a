"""Every reason and every alarm stands in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import umweg.sources as sources

FOLDER = Path(sources.__file__).parent
DOCUMENT = Path(__file__).parents[2] / "docs" / "data.md"

# Names of reasons and alarms are hyphenated words in quotes; these are none of them.
NOT_NAMES = {"utf-8"}


def names() -> set[str]:
    text = "".join(p.read_text("utf-8") for p in FOLDER.glob("*.py"))
    return set(re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', text)) - NOT_NAMES


@pytest.mark.parametrize("name", sorted(names()))
def test_a_name_is_explained(name: str) -> None:
    assert f"| `{name}` |" in DOCUMENT.read_text("utf-8")


def test_the_search_finds_names() -> None:
    assert {"negative-value", "basis-assumed", "ragged-row", "no-rate"} <= names()
