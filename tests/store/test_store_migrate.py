"""Migration: each snapshot in its old or its new form, whenever the process dies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.store.test_store_snapshots import put
from umweg.errors import StoreError
from umweg.store import SCHEMA_VERSION, Store
from umweg.store.manifest import MANIFEST
from umweg.store.migrate import migrate, version_of

NEXT = SCHEMA_VERSION + 1


def step(folder: Path) -> None:
    """An invented step to an invented version: it leaves a mark beside the Parquet files."""
    (folder / "mark").write_text("migrated")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    put(store)
    put(store, {"value_reported": 2.0}, source="t")
    return store


def forms(store: Store) -> list[tuple[int, bool]]:
    """Version and mark of every snapshot; both must belong together."""
    found = []
    for folder in sorted((store.root / "snapshots").iterdir()):
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        assert (folder / "flows.parquet").stat().st_size
        found.append((data["schema_version"], (folder / "mark").exists()))
    return found


def test_every_snapshot_is_brought_to_the_next_version(store: Store) -> None:
    assert migrate(store.root, {SCHEMA_VERSION: step}, NEXT) == 2
    assert forms(store) == [(NEXT, True)] * 2
    assert version_of(store.root) == NEXT
    assert not (store.root / ".migration").exists()
    assert migrate(store.root, {SCHEMA_VERSION: step}, NEXT) == 0


class KilledError(BaseException):
    """Stands for the end of the process: no handler of ours may catch it."""


# Each snapshot takes two renames: the old one out of the way, the new one into its place. The
# manifest and store.json are written by `replace`, which is another call.
@pytest.mark.parametrize("survived", range(5))
def test_killed_anywhere_the_next_run_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    renames = 0
    rename = Path.rename

    def dying(self: Path, target: Path) -> Path:
        nonlocal renames
        if renames == survived:
            raise KilledError
        renames += 1
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying)
        if survived < 4:
            with pytest.raises(KilledError):
                migrate(store.root, {SCHEMA_VERSION: step}, NEXT)
        else:
            migrate(store.root, {SCHEMA_VERSION: step}, NEXT)
    assert all(form in ((SCHEMA_VERSION, False), (NEXT, True)) for form in forms(store))
    migrate(store.root, {SCHEMA_VERSION: step}, NEXT)
    assert forms(store) == [(NEXT, True)] * 2
    assert version_of(store.root) == NEXT


def test_killed_inside_a_step_the_original_is_untouched(store: Store) -> None:
    def broken(folder: Path) -> None:
        (folder / "flows.parquet").write_text("half")
        raise KilledError

    with pytest.raises(KilledError):
        migrate(store.root, {SCHEMA_VERSION: broken}, NEXT)
    assert forms(store) == [(SCHEMA_VERSION, False)] * 2
    assert len(Store.open(store.root, with_sample=False).all_snapshots) == 2


def test_a_newer_store_is_refused(store: Store) -> None:
    (store.root / "store.json").write_text(json.dumps({"schema_version": NEXT}))
    with pytest.raises(StoreError, match=f"version {NEXT}, this program knows {SCHEMA_VERSION}"):
        Store.open(store.root)


def test_a_missing_step_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match=f"from schema version {SCHEMA_VERSION} to {NEXT}"):
        migrate(store.root, {}, NEXT)
    assert forms(store) == [(SCHEMA_VERSION, False)] * 2
