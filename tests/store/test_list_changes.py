"""Two snapshots of a list compared, against what was put into them."""

from __future__ import annotations

from pathlib import Path

import pytest

from umweg.errors import UsageError
from umweg.sources import import_files
from umweg.store import Store
from umweg.store.list_changes import list_changes

NULL = "-0- "


def sdn(*rows: tuple[int, str, str, str]) -> str:
    """OFAC's legacy CSV of invented entities: number, name, programme, remarks."""
    return "".join(
        f'{number},"{name}",{NULL},"{programme}"' + f",{NULL}" * 7 + f',"{remarks}"\r\n'
        for number, name, programme, remarks in rows
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    days = {
        "2022-01-01": sdn(
            (1, "ALPHA TRADING", "CUBA", "Website a.example; Tax ID No. 7707083893 (Russia)."),
            (2, "BETA SHIPPING", "IRAN", "Website b.example."),
            (3, "GAMMA", "IRAN", "Website c.example."),
        ),
        "2022-03-01": sdn(
            (3, "GAMMA", "IRAN", "Website c.example."),
            (1, "ALPHA TRADING LLC", "CUBA] [IRAN", "Website a.example; a.k.a. 'ALPHA'."),
            (4, "DELTA", "RUSSIA-EO14024", "Organization Established Date 2001."),
        ),
    }
    for day, text in days.items():
        file = tmp_path / f"sdn-{day}.csv"
        file.write_text(text, encoding="utf-8")
        import_files([file], store, source="ofac-sdn", published_on=day, allow_shrink=True)
    return store


def test_added_removed_changed(store: Store) -> None:
    found = list_changes(store, "ofac-sdn", "2022-02-17", "2022-03-01")
    assert (found.entities_before, found.entities_after) == (3, 3)
    assert [c.entity_id for c in found.of("added")] == ["ofac-sdn/4"]
    assert [c.entity_id for c in found.of("removed")] == ["ofac-sdn/2"]
    # 3 stands in another place of the file and is the same.
    [changed] = found.of("changed")
    assert changed.entity_id == "ofac-sdn/1"
    assert set(changed.fields) == {"caption", "remarks", "names", "identifiers", "listings"}
    assert changed.before is not None
    assert changed.after is not None
    assert changed.before["caption"] == "ALPHA TRADING"
    assert [n["name"] for n in changed.after["names"]] == ["ALPHA TRADING LLC", "ALPHA"]
    # The listing under CUBA is in both and is not shown again.
    assert [x["programme"] for x in changed.after["listings"]] == ["IRAN"]
    assert [i["value"] for i in changed.before["identifiers"]] == ["7707083893"]


def test_there_and_back(store: Store) -> None:
    there = list_changes(store, "ofac-sdn", "2022-01-01", "2022-03-01")
    back = list_changes(store, "ofac-sdn", "2022-03-01", "2022-01-01")
    assert {c.entity_id for c in there.of("added")} == {c.entity_id for c in back.of("removed")}
    assert {(c.entity_id, c.fields) for c in there.of("changed")} == {
        (c.entity_id, c.fields) for c in back.of("changed")
    }
    same = list_changes(store, "ofac-sdn", "2022-03-01", "2026-01-01")
    assert same.changes == ()


def test_by_snapshot_id(store: Store) -> None:
    old, new = (m.snapshot_id for m in store.all_snapshots)
    assert len(list_changes(store, "ofac-sdn", old, new[:-2]).changes) == 3


@pytest.mark.parametrize(
    ("source", "old", "says"),
    [
        ("un", "2022-01-01", "no list of 'un'"),
        ("ofac-sdn", "2021-12-31", "no list of 'ofac-sdn' from 2021-12-31 or before"),
        ("ofac-sdn", "ofac-sdn-2022", "several snapshots"),
        ("ofac-sdn", "nonsense", "no day and no snapshot"),
    ],
)
def test_what_cannot_be_chosen(store: Store, source: str, old: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        list_changes(store, source, old, "2022-03-01")


def test_several_data_sets_must_be_told_apart(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text(sdn((9, "OMEGA", "CUBA", "Website o.example.")), encoding="utf-8")
    import_files([file], store, source="ofac-sdn", dataset="other", allow_shrink=True)
    with pytest.raises(UsageError, match="several data sets"):
        list_changes(store, "ofac-sdn", "2022-01-01", "2022-03-01")
    assert list_changes(store, "ofac-sdn", "2022-01-01", "2022-03-01", "ofac-sdn").changes


def test_as_of_picks_the_list_as_it_stood(store: Store) -> None:
    from datetime import date

    assert store.read("entities", date(2022, 2, 28)).num_rows == 3
    then = set(store.read("entities", date(2022, 2, 28))["caption"].to_pylist())
    now = set(store.read("entities", date(2022, 3, 1))["caption"].to_pylist())
    assert then - now == {"ALPHA TRADING", "BETA SHIPPING"}
    assert now - then == {"ALPHA TRADING LLC", "DELTA"}
