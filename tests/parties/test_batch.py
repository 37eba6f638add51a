"""A customer file: streamed, gone on with, and matched again for what changed."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import umweg.parties.batch as batch
from tests.invented_lists import add_list
from umweg.errors import InputError, UsageError
from umweg.parties.answer import MatchOptions
from umweg.parties.batch import BatchOptions, match_file
from umweg.store import Store

NAMES = ["Rassvet Trading", "Altyn Kum", "Zenith Mining", "Nordlicht Handel", "Ada Celik"]
OPTIONS = BatchOptions(MatchOptions(as_of=date(2024, 6, 1)), workers=1)


def entity(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "schema": "Company", "names": [(name, "primary")], **more}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return add_list(tmp_path / "s", "ours", [entity(i, n) for i, n in enumerate(NAMES[:2])])


def customers(folder: Path, names: list[str], name: str = "c.csv") -> Path:
    path = folder / name
    path.write_text("id,name\n" + "".join(f"K{i},{n}\n" for i, n in enumerate(names)), "utf-8")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    found = [json.loads(x) for x in path.read_text("utf-8").splitlines()]
    for line in found:
        line.get("run", {}).pop("started_at", None)
    return found


def test_every_row_is_answered_or_set_aside(store: Store, tmp_path: Path) -> None:
    path = customers(tmp_path, [*NAMES, "", "x" * 100_000, "\u202e"])
    run = match_file(store, path, tmp_path / "j", OPTIONS)
    assert run.summary == {
        "rows_read": 8, "rows_answered": 6, "rows_set_aside": 2,
        "by_status": {"cannot-tell": 1, "match": 2, "no-match": 3},
        "candidates": 2, "not_understood": {},
    }  # fmt: skip
    results = list(run.results())
    assert [r["row"] for r in results] == list(range(2, 10))
    assert results[0]["reference"] == "K0"
    assert results[0]["candidates"][0]["entity"]["entity_id"] == "ours/0"
    assert results[6]["problem"].startswith("the name has 100,000 characters")
    assert run.run["run"]["columns"] == {"name": "name", "reference": "id"}
    assert run.run["run"]["checked"][0]["published_on"] == "2024-05-03"


@pytest.mark.parametrize("rows", [0, 1, 3, 7])
def test_an_interrupted_run_goes_on_and_gives_the_same(
    store: Store, tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = customers(tmp_path, [*NAMES, "", "Nova Handel"])
    whole = match_file(store, path, tmp_path / "whole", OPTIONS).journal
    broken = tmp_path / "broken"
    kept = whole.read_text("utf-8").splitlines(keepends=True)[: rows + 1]
    broken.write_text("".join(kept) + '{"row": 9, "na', "utf-8")  # killed within a line
    read: list[int] = []
    real = batch._in_order
    monkeypatch.setattr(
        batch, "_in_order",
        lambda r, m, o: real((read.append(x.row) or x for x in r), m, o),  # type: ignore[func-returns-value]
    )  # fmt: skip
    options = BatchOptions(OPTIONS.match, workers=1, resume=True)
    resumed = match_file(store, path, broken, options)
    assert lines(broken) == lines(whole)
    assert read == list(range(2 + rows, 9))  # only what was not done yet
    assert resumed.summary["rows_read"] == 7
    assert lines(match_file(store, path, broken, options).journal) == lines(whole)  # and again


def test_another_run_is_not_gone_on_with(store: Store, tmp_path: Path) -> None:
    journal = match_file(store, customers(tmp_path, NAMES), tmp_path / "j", OPTIONS).journal
    other = customers(tmp_path, NAMES[:2])
    with pytest.raises(UsageError, match="differs in sha256"):
        match_file(store, other, journal, BatchOptions(OPTIONS.match, resume=True))


def test_only_what_changed_on_the_lists(store: Store, tmp_path: Path) -> None:
    """In June Zenith is added and Altyn Kum gets a country; Rassvet stays as it was."""
    add_list(
        tmp_path / "s", "ours",
        [entity(0, NAMES[0]), entity(1, NAMES[1], countries=["KAZ"]), entity(2, NAMES[2])],
        "2024-06-10",
    )  # fmt: skip
    store.refresh()
    options = BatchOptions(MatchOptions(as_of=date(2024, 6, 12)), since=date(2024, 6, 1), workers=1)
    run = match_file(store, customers(tmp_path, NAMES), tmp_path / "j", options)
    found = {r["name"] for r in run.results() if r["status"] == "match"}
    assert found == {NAMES[1], NAMES[2]}
    (change,) = run.run["run"]["only_changes"]
    assert (change["added"], change["changed"], change["removed"]) == (1, 1, 0)


def test_only_what_changed_in_the_file(store: Store, tmp_path: Path) -> None:
    """A new customer meets the whole list, an old one only what is new on it."""
    first = match_file(store, customers(tmp_path, [NAMES[0]]), tmp_path / "j1", OPTIONS)
    options = BatchOptions(OPTIONS.match, previous=first.journal, workers=1)
    both = customers(tmp_path, [NAMES[0], NAMES[1]])
    run = match_file(store, both, tmp_path / "j2", options)
    assert [r["status"] for r in run.results()] == ["no-match", "match"]
    assert run.run["run"]["only_changes"][0]["added"] == 0

    with pytest.raises(InputError, match="results cannot be read"):
        match_file(store, both, tmp_path / "j3", BatchOptions(previous=both))
    other = tmp_path / "other.jsonl"
    other.write_text('{"row": 1}\n')
    with pytest.raises(InputError, match="no result of an earlier run"):
        match_file(store, both, tmp_path / "j3", BatchOptions(previous=other))


def test_a_list_that_was_not_held_is_new_as_a_whole(store: Store, tmp_path: Path) -> None:
    first = match_file(store, customers(tmp_path, NAMES), tmp_path / "j1", OPTIONS)
    add_list(tmp_path / "s", "theirs", [entity(9, NAMES[4])])
    store.refresh()
    options = BatchOptions(OPTIONS.match, previous=first.journal, workers=1)
    run = match_file(store, customers(tmp_path, NAMES), tmp_path / "j2", options)
    assert [r["name"] for r in run.results() if r["status"] == "match"] == [NAMES[4]]
    changes = {c["source"]: c["older"] for c in run.run["run"]["only_changes"]}
    assert changes["theirs"] is None
