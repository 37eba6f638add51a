"""Snapshots: atomic, the same bytes once, layered on the sample, chosen by date."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from umweg.errors import StoreError
from umweg.store import DuckDBEngine, InputFile, Manifest, Store, commit
from umweg.store.contracts import FLOWS
from umweg.store.manifest import MANIFEST

Row = dict[str, Any]


@ibis.udf.scalar.builtin
def current_setting(name: str) -> str:
    """A setting of DuckDB."""


FLOW: Row = {
    "reporter": "DEU", "partner": "KGZ", "flow": "X", "freq": "M", "period": "2022-03",
    "nomenclature": "HS2017", "code": "854231", "value_reported": 100.0, "currency": "EUR",
    "basis": "FOB", "net_weight_kg": None, "quantity": None, "quantity_unit": None,
    "partial_code": False, "origin_id": "o",
}  # fmt: skip


def flows(rows: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist([{**FLOW, **r} for r in rows], schema=FLOWS.schema)


def put(store: Store, *rows: Row, **options: Any) -> Manifest:
    chosen = rows or ({},)
    with store.importing() as stage:
        stage.write("flows", flows(chosen))
        return commit(
            store.root,
            stage,
            **{
                "source": "s", "dataset": "d", "parser": "p/1",
                "inputs": [InputFile("f", "0" * 64, 1)], "rows_read": len(chosen),
                "rows_kept": len(chosen), "rows_set_aside": 0, **options,
            },
        )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def leftovers(store: Store) -> list[str]:
    return [p.name for p in (store.root / ".staging").iterdir()]


# -- commit -----------------------------------------------------------------------------------


def test_a_commit_is_visible_with_its_inventory(store: Store) -> None:
    m = put(store, {}, {"period": "2022-05", "code": "8542"}, {"period": "2022-04"})
    assert store.all_snapshots == (m,)
    assert m.snapshot_id.startswith("s-undated-")
    assert [(s.level, s.first, s.last, s.rows) for s in m.series] == [
        (4, "2022-05", "2022-05", 1),
        (6, "2022-03", "2022-04", 2),
    ]
    assert leftovers(store) == []


def test_the_same_bytes_are_the_same_snapshot(store: Store) -> None:
    first = put(store, imported_at="2024-01-01T00:00:00+00:00")
    assert put(store, imported_at="2024-02-01T00:00:00+00:00") == first
    assert put(store, {"value_reported": 1.0}).snapshot_id != first.snapshot_id
    assert put(store, parser="p/2").snapshot_id != first.snapshot_id
    assert len(store.all_snapshots) == 3


def test_lost_rows_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="read 5, kept 1, set aside 3"):
        put(store, rows_read=5, rows_set_aside=3)
    assert store.all_snapshots == ()
    assert leftovers(store) == []


def test_a_failure_in_the_middle_leaves_nothing(store: Store) -> None:
    def failing() -> None:
        with store.importing() as stage:
            stage.write("flows", flows([{}]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert store.all_snapshots == ()
    assert leftovers(store) == []


def test_rows_that_break_the_contract_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="must not be empty"):
        put(store, {"currency": None})
    assert store.all_snapshots == ()


def test_what_a_killed_process_left_is_removed(store: Store) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True)  # fmt: skip
    dead = store.root / ".staging" / f"{done.stdout.strip()}-00000000"
    alive = store.root / ".staging" / f"{os.getpid()}-00000000"
    strange = store.root / ".staging" / "no-process"
    for folder in (dead, alive, strange):
        folder.mkdir(parents=True)
        (folder / "flows.parquet").write_text("half a file")
    assert store.all_snapshots == ()
    put(store)
    assert leftovers(store) == [alive.name]


def test_a_store_that_cannot_be_written_says_so(store: Store) -> None:
    (store.root / ".staging").write_text("a file where a folder belongs")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        put(store)
    assert "--store" in caught.value.next_step


# -- opening ----------------------------------------------------------------------------------


def test_opening_what_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        Store.open(tmp_path / "nothing")
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="not empty"):
        Store.open(tmp_path, create=True)
    with pytest.raises(StoreError, match="not empty"):
        Store.open(tmp_path / "thesis.txt", create=True)


def test_a_store_is_made_where_a_killed_process_began_one(tmp_path: Path) -> None:
    (tmp_path / ".store.json.4711").write_text('{"schema_v')
    assert Store.open(tmp_path, create=True, with_sample=False).all_snapshots == ()


def test_a_damaged_store_file_is_named(store: Store) -> None:
    (store.root / "store.json").write_text("{")
    with pytest.raises(StoreError, match="no readable store") as caught:
        Store.open(store.root)
    assert caught.value.where.endswith("store.json")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"inputs": []}', '{"unknown": 1}'])
def test_a_damaged_manifest_is_named_and_can_be_removed(store: Store, content: str) -> None:
    m = put(store)
    (m.folder / MANIFEST).write_text(content)
    again = Store.open(store.root, with_sample=False)
    with pytest.raises(StoreError, match="manifest") as caught:
        _ = again.all_snapshots
    assert m.snapshot_id in caught.value.where
    assert f"umweg data forget {m.snapshot_id}" in caught.value.next_step
    again.forget(m.snapshot_id)
    assert again.all_snapshots == ()


# -- forgetting -------------------------------------------------------------------------------


def test_forget_removes_one_snapshot(store: Store) -> None:
    first, second = put(store), put(store, {"value_reported": 2.0})
    store.forget(first.snapshot_id)
    assert store.all_snapshots == (second,)
    assert leftovers(store) == []
    put(store)
    store.forget(first.snapshot_id)  # twice in a life
    assert store.all_snapshots == (second,)


@pytest.mark.parametrize("name", ["nothing", "", ".", "..", "../..", "../store.json"])
def test_forget_removes_nothing_but_snapshots(store: Store, name: str) -> None:
    put(store)
    with pytest.raises(StoreError):
        store.forget(name)
    assert len(store.all_snapshots) == 1
    assert (store.root / "store.json").exists()


def test_the_sample_is_never_removed(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    with pytest.raises(StoreError, match="sample"):
        store.forget(store.all_snapshots[0].snapshot_id)
    with pytest.raises(StoreError, match="sample"), Store.sample().importing():
        pass


# -- which snapshots count --------------------------------------------------------------------


def test_the_newest_of_a_source_and_data_set_counts(store: Store) -> None:
    old = put(store, published_on="2024-01-15")
    new = put(store, {"value_reported": 2.0}, published_on="2024-02-15")
    put(store, {"value_reported": 3.0}, published_on="2023-12-15")  # imported last, published first
    other = put(store, {"value_reported": 4.0}, published_on="2024-01-20", dataset="e")
    assert {m.snapshot_id for m in store.snapshots()} == {new.snapshot_id, other.snapshot_id}
    at = {d: {m.snapshot_id for m in store.snapshots(date.fromisoformat(d))} for d in
          ("2023-12-01", "2024-01-15", "2024-02-14", "2024-02-15")}  # fmt: skip
    assert at["2023-12-01"] == set()
    assert at["2024-01-15"] == {old.snapshot_id}
    assert at["2024-02-14"] == {old.snapshot_id, other.snapshot_id}
    assert at["2024-02-15"] == {new.snapshot_id, other.snapshot_id}


def test_without_a_day_of_publication_the_import_counts(store: Store) -> None:
    m = put(store, imported_at="2024-03-01T12:00:00+00:00")
    assert store.snapshots(date(2024, 2, 29)) == ()
    assert store.snapshots(date(2024, 3, 1)) == (m,)


def test_own_figures_stand_on_the_sample(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    sample = Store.sample().all_snapshots
    own = put(store, source="mine")
    assert store.all_snapshots == (*sample, own)
    rows = store.execute(store.table("flows").group_by("origin_id").agg(n=lambda t: t.count()), "n")
    assert set(rows["origin_id"].to_pylist()) > {"o", "eurostat-listed"}


def test_own_figures_take_the_place_of_the_sample_of_the_same_name(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    (base,) = [m for m in Store.sample().all_snapshots if m.source == "kg-stat"]
    own = put(store, source="kg-stat", dataset="sample", published_on="2025-11-25")
    counted = {m.snapshot_id for m in store.snapshots()}
    assert own.snapshot_id in counted
    assert base.snapshot_id not in counted
    assert base.snapshot_id in {m.snapshot_id for m in store.snapshots(date(2025, 1, 1))}


def ids(store: Store, as_of: date | None = None) -> list[str]:
    return [m.snapshot_id for m in store.snapshots(as_of)]


def test_snapshots_come_in_the_order_of_their_import(store: Store) -> None:
    """A re-import is newer than what was imported between it and the first."""
    old = put(store, published_on="2024-01-15")
    other = put(store, source="t", published_on="2024-01-20")
    assert ids(store) == [old.snapshot_id, other.snapshot_id]
    new = put(store, {"value_reported": 2.0}, published_on="2024-02-15")
    assert ids(store) == [other.snapshot_id, new.snapshot_id]
    assert ids(store, date(2024, 2, 1)) == [old.snapshot_id, other.snapshot_id]
    # Imported last, published before what is held: it does not count, and moves nothing.
    put(store, {"value_reported": 3.0}, source="t", published_on="2023-01-01")
    assert ids(store) == [other.snapshot_id, new.snapshot_id]


def test_own_snapshots_come_after_the_sample(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True)
    mine = put(store, source="mine")
    own = put(store, source="eurostat-listed", dataset="sample", published_on="2025-11-25")
    sample = [m.snapshot_id for m in Store.sample().all_snapshots if m.source != own.source]
    assert ids(store) == [*sample, mine.snapshot_id, own.snapshot_id]


def test_imports_of_one_second_are_told_apart(store: Store) -> None:
    made = [put(store, {"value_reported": float(n)}, source=s) for n, s in enumerate("dbca")]
    assert [m.source for m in store.snapshots()] == list("dbca")
    for m in made:
        stamp = datetime.fromisoformat(m.imported_at)
        assert m.imported_at == stamp.isoformat(timespec="microseconds")
        assert stamp.utcoffset() == timedelta(0)


def test_a_fixed_stamp_of_seconds_stays_as_given(store: Store) -> None:
    """As the sample has it; within a second it comes before one with microseconds."""
    late = put(store, source="a", imported_at="2024-01-01T00:00:00.000001+00:00")
    fixed = put(store, source="b", imported_at="2024-01-01T00:00:00+00:00")
    assert fixed.imported_at == "2024-01-01T00:00:00+00:00"
    assert ids(store) == [fixed.snapshot_id, late.snapshot_id]


def test_rows_of_one_snapshot_alone(store: Store) -> None:
    m = put(store, {"value_reported": 7.0})
    put(store, {"value_reported": 8.0}, source="t")
    assert m.rows("flows")["value_reported"].to_pylist() == [7.0]
    assert m.rows("set_aside").num_rows == 0


def test_the_manifest_reads_back_what_was_written(store: Store) -> None:
    m = put(store, published_on="2024-01-15", retrieved_at="2024-01-16T10:00:00+00:00")
    data = json.loads((m.folder / MANIFEST).read_text("utf-8"))
    assert data == json.loads(json.dumps(m.to_json()))
    assert Manifest.read(m.folder) == m


def test_a_file_of_another_number_of_rows_is_refused(store: Store) -> None:
    m = put(store)
    (path,) = m.paths("flows")
    pq.write_table(flows([{}, {"period": "2022-04"}]), path)
    with pytest.raises(StoreError, match="has 2 rows, the manifest names 1") as caught:
        store.table("flows")
    assert f"umweg data forget {m.snapshot_id}" in caught.value.next_step
    assert list(m.differing()) == ["flows.parquet"]
    path.unlink()
    assert "cannot be read" in m.differing()["flows.parquet"]
    with pytest.raises(StoreError, match="missing or damaged"):
        m.rows("flows")


def test_a_folder_without_its_manifest_is_incomplete(store: Store) -> None:
    m = put(store)
    assert store.incomplete() == ()
    (m.folder / MANIFEST).unlink()
    store.refresh()
    assert store.all_snapshots == ()
    assert store.incomplete() == (m.folder,)


def test_an_import_has_a_limit_of_memory_even_where_nobody_says(tmp_path: Path) -> None:
    def limit(engine: DuckDBEngine | None) -> str:
        store = Store.open(tmp_path / "limited", create=True, with_sample=False, engine=engine)
        with store.importing() as stage:
            asked = ibis.memtable({"x": [1]}).mutate(limit=current_setting("memory_limit"))
            return str(store.bulk(stage).rows(asked, "limit")["limit"][0])

    # DuckDB counts in powers of two: 1 GB is 953.6 MiB, 512 MiB stay 512 MiB.
    assert limit(None) == "953.6 MiB"
    assert limit(DuckDBEngine(threads=1)) == "953.6 MiB"
    assert limit(DuckDBEngine("512MiB")) == "512.0 MiB"
