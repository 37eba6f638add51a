"""What is derived of snapshots: kept while it can be used, gone when it never can be again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.invented_lists import add_list
from umweg.parties import Matcher
from umweg.store import Manifest, Store
from umweg.store.derived import NEWEST, discard, keep, place


def firm(name: str) -> list[dict[str, object]]:
    return [{"id": 1, "schema": "Company", "names": [(name, "primary")]}]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    add_list(tmp_path / "s", "first", firm("Rassvet LLC"))
    return add_list(tmp_path / "s", "second", firm("Zakat LLC"))


def cached(store: Store) -> set[str]:
    return {p.name for p in (store.root / "cache").iterdir()}


def put(store: Store, kind: str, snapshots: tuple[Manifest, ...], fact: str = "") -> Path:
    folder = place(store.root, kind, snapshots, fact)
    assert keep(folder, snapshots, lambda fresh: void((fresh / "x").write_text(fact)))
    return folder


def void(_: object) -> None:
    return None


def test_forgetting_a_snapshot_removes_what_was_derived_of_it(store: Store) -> None:
    first, second = store.all_snapshots
    both = {put(store, k, (first, second)).name for k in ("names", "parties")}
    alone = {put(store, k, (second,)).name for k in ("names", "parties")}
    assert cached(store) == both | alone
    store.forget(first.snapshot_id)
    assert cached(store) == alone
    assert [c.party.names[0].text for c in Matcher.from_store(store).match("Zakat").candidates] == [
        "Zakat LLC"
    ]


def test_what_says_not_of_what_it_was_derived_goes_too(store: Store) -> None:
    old = store.root / "cache" / "names-0123456789abcdef"
    old.mkdir(parents=True)
    (old / "index.json").write_text("{}")
    store.forget(store.all_snapshots[0].snapshot_id)
    assert cached(store) == set()


def test_another_version_takes_the_place_of_the_one_before(store: Store) -> None:
    held = store.all_snapshots
    put(store, "names", held, "version 1")
    other = put(store, "names", held[:1], "version 1")
    new = put(store, "names", held, "version 2")
    assert cached(store) == {other.name, new.name}


def test_what_was_not_used_for_longest_makes_room(store: Store) -> None:
    first = store.all_snapshots[0]
    many = [(first, fake) for fake in fakes(store, NEWEST + 3)]
    folders = [put(store, "names", snapshots) for snapshots in many]
    assert cached(store) == {f.name for f in folders[-NEWEST:]}
    place(store.root, "names", many[3])  # the oldest that is left is used again
    put(store, "names", store.all_snapshots)
    assert folders[3].name in cached(store)
    assert folders[4].name not in cached(store)


def fakes(store: Store, n: int) -> list[Manifest]:
    return [replace(store.all_snapshots[1], snapshot_id=f"s-{i}") for i in range(n)]


# Opens the lists again and again; ends when it has answered fifty times.
READER = """
import sys
from umweg import Matcher, Store
for _ in range(50):
    store = Store.open(sys.argv[1], with_sample=False)
    found = Matcher.from_store(store).match("Rassvet").candidates
    assert [c.party.names[0].text for c in found] == ["Rassvet LLC"], found
"""


@pytest.mark.skipif(sys.platform == "win32", reason="files that are open are not removed there")
def test_readers_do_not_notice_that_others_clean_up(store: Store) -> None:
    """While a reader opens the lists, what it reads is taken away from it again and again."""
    command = [sys.executable, "-W", "ignore", "-c", READER, str(store.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as reader:
        removed = 0
        while reader.poll() is None:
            for folder in (store.root / "cache").glob("[np]*-*"):
                (folder / "of.json").unlink(missing_ok=True)
                removed += 1
            discard(store.root, {m.snapshot_id for m in store.all_snapshots})
        assert reader.stderr is not None
        assert reader.returncode == 0, reader.stderr.read()
    assert removed > 10
