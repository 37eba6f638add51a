"""Holders of a register found on a list: by their own entry and by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.parties.relations import holds, table
from umweg.errors import StoreError
from umweg.parties.holdings import holdings
from umweg.parties.listed_holders import THRESHOLD, by_lists, ids
from umweg.parties.ownership import ownership
from umweg.regime import load
from umweg.sources import import_files
from umweg.store import Store

DAY = date(2024, 8, 1)
RULE = load().ownership_rules["ofac"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An invented list in OFAC's legacy format, under its name."""
    rows = [
        f'{n},"INVENTED HOLDING {n}",-0- ,"TEST",' + ",".join(["-0- "] * 7) + ',"invented."'
        for n in range(1, 5_100)
    ]
    rows[0] = '1,"EXAMPLE BANK OAO",-0- ,"TEST",' + ",".join(["-0- "] * 7) + ',"invented."'
    path = tmp_path / "sdn.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    import_files([path], store, source="ofac-sdn", published_on="2024-05-03")
    return store


def test_by_its_own_entry_and_by_name(store: Store) -> None:
    graph = holdings(
        table(
            holds("register/7", "Firm A", 60, subject_name="Example Bank OAO"),
            holds("ofac-sdn/2", "Firm B", 60, subject_name="Invented Holding 2"),
            holds("register/8", "Firm C", 60, subject_name="Quite Another Person"),
        ),
        DAY,
    )
    found = ids(by_lists(graph, store, RULE, DAY, match=True))
    assert found["ofac-sdn/2"].how == "its own entry on the list"
    assert found["register/7"].listed_id == "ofac-sdn/1"
    assert found["register/7"].score >= THRESHOLD
    assert "register/8" not in found
    statuses = ownership(graph, found, RULE, DAY).statuses
    assert (statuses["Firm A"], statuses["Firm B"], statuses["Firm C"]) == (
        "owned", "owned", "not-owned",
    )  # fmt: skip
    assert set(ids(by_lists(graph, store, RULE, DAY, match=False))) == {"ofac-sdn/2"}


def test_without_a_list_of_the_authority_there_is_no_answer(store: Store) -> None:
    graph = holdings(table(holds("X", "A", 60)), DAY)
    with pytest.raises(StoreError, match="none of the lists of 'eu' is held"):
        by_lists(graph, store, load().ownership_rules["eu"], DAY, match=True)
    # As the list stood: it was not published yet.
    with pytest.raises(StoreError):
        by_lists(graph, store, RULE, date(2024, 5, 2), match=True)
