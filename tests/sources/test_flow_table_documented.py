"""Every reason and every alarm stands in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import umweg.sources as sources

FOLDER = Path(sources.__file__).parent
DOCUMENTS = Path(__file__).parents[2] / "docs"

# Names of reasons and alarms are hyphenated words in quotes; encodings and elements of a workbook's
# XML are none of them.
NOT_NAMES = {
    "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "covered-table-cell",
    "number-columns-repeated", "number-rows-repeated", "table-cell", "table-row", "value-type",
}  # fmt: skip


def names() -> set[str]:
    text = "".join(p.read_text("utf-8") for p in FOLDER.glob("*.py"))
    return set(re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', text)) - NOT_NAMES


@pytest.mark.parametrize("name", sorted(names()))
def test_a_name_is_explained(name: str) -> None:
    assert any(f"`{name}`" in page.read_text("utf-8") for page in DOCUMENTS.glob("*.md"))


def test_the_search_finds_names() -> None:
    assert {"negative-value", "basis-assumed", "ragged-row", "no-rate"} <= names()
