"""A store of the test's own, and what an import left in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from umweg.sources import import_files
from umweg.store import Manifest, Store

Import = Callable[..., Manifest]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


@pytest.fixture
def load(store: Store) -> Import:
    """Imports files into the store; small invented lists pass `allow_shrink`."""

    def run(*files: Path, **asked: Any) -> Manifest:
        return import_files(files, store, **asked)

    return run


def rows(manifest: Manifest, table: str) -> list[dict[str, Any]]:
    """The rows of one table of a snapshot."""
    found: list[dict[str, Any]] = manifest.rows(table).to_pylist()
    return found


def of(manifest: Manifest, table: str, number: str) -> list[dict[str, Any]]:
    """The rows of one entity."""
    entity_id = f"{manifest.source}/{number}"
    return [r for r in rows(manifest, table) if r["entity_id"] == entity_id]
