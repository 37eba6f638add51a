"""Two snapshots of a list, entity by entity."""

from pathlib import Path

from tests.invented_lists import add_list
from umweg.store.list_changes import renewed


def test_added_changed_removed(tmp_path: Path) -> None:
    def entity(number: str, name: str, **more: object) -> dict[str, object]:
        return {"id": number, "schema": "Person", "names": [(name, "primary")], **more}

    add_list(tmp_path, "l", [entity("1", "Ada"), entity("2", "Bea"), entity("3", "Cem")],
             "2024-01-01")  # fmt: skip
    store = add_list(
        tmp_path, "l",
        [entity("4", "Dan"), entity("2", "Bea", birth_dates=["1970"]), entity("1", "Ada")],
        "2024-02-01",
    )  # fmt: skip
    old, new = store.all_snapshots
    changes = renewed(old, new)
    assert (changes.added, changes.changed, changes.removed) == ({"l/4"}, {"l/2"}, {"l/3"})
    assert changes.to_match == {"l/2", "l/4"}
    assert renewed(new, new).to_match == frozenset()
    assert len(renewed(None, new).to_match) == 3
