"""One name against a store: candidates, versions of lists, and what was not looked at."""

from datetime import date
from pathlib import Path

import pytest

from tests.invented_lists import add_list
from umweg.errors import StoreError, UsageError
from umweg.parties.answer import HIT_COLUMNS, MatchOptions, answer_json
from umweg.parties.reach import reach_of
from umweg.parties.search import countries_of, match, party_of
from umweg.store import Store

FIRMS = [
    {"id": "1", "schema": "Company", "names": [("Rassvet Trading LLC", "primary"),
                                               ("Рассвет Трейдинг", "original")],
     "countries": ["KAZ"], "identifiers": [("bin", "170440031562")], "programme": "INVENTED",
     "listed_from": "2024-02-01", "url": "https://example.org/1", "reference": "R-1"},
    {"id": "2", "schema": "Person", "names": [("Ada Celik", "primary")], "birth_dates": ["1970"],
     "listed_from": "2023-01-01", "listed_until": "2024-04-01"},
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    add_list(tmp_path / "s", "ours", FIRMS, "2024-05-03")
    return add_list(
        tmp_path / "s", "theirs", [{"id": "9", "schema": "Vessel", "names": [("Nova", "primary")]}],
        None,
    )  # fmt: skip


def test_a_hit_carries_version_listing_and_reasons(store: Store) -> None:
    answer = match("Rasvet Trading", store, MatchOptions(as_of=date(2024, 5, 10), lists=("ours",)))
    assert answer.status == "match"
    row = answer.rows()[0]
    assert list(row) == list(HIT_COLUMNS)
    assert (row["lists"], row["programmes"], row["references"]) == ("ours", "INVENTED", "R-1")
    assert (row["published_on"], row["listed_from"]) == ("2024-05-03", "2024-02-01")
    assert row["snapshot_id"].startswith("ours-2024-05-03-")
    assert row["explanation"]
    table = answer.to_arrow()
    assert table.num_rows == len(answer.candidates)
    assert table.column_names == list(HIT_COLUMNS)
    assert "Rassvet" in answer._repr_html_()
    data = answer_json(answer)
    assert data["candidates"][0]["features"]
    assert data["not_checked"][0]["why"] == "not held" or data["not_checked"]


def test_a_number_decides(store: Store) -> None:
    party = party_of("Something Else", numbers=["bin:1704 4003 1562"])
    answer = match(party, store, MatchOptions(as_of=date(2030, 1, 1)))
    assert answer.candidates[0].party.entity_id == "ours/1"


def test_a_list_as_it_stood(store: Store) -> None:
    def found(day: str) -> int:
        options = MatchOptions(as_of=date.fromisoformat(day), lists=("ours",))
        return len(match("Ada Celik", store, options).candidates)

    with pytest.raises(StoreError, match="as it stood on 2024-01-01"):
        found("2024-01-01")  # nothing published yet: never "no match"
    assert found("2024-05-04") == 0  # struck off in April


def test_a_store_without_lists_is_an_error_and_no_clearance(tmp_path: Path) -> None:
    empty = Store.open(tmp_path / "none", create=True)
    with pytest.raises(StoreError, match="nobody can be said") as caught:
        match("Ada Celik", empty)
    assert "umweg data fetch" in caught.value.next_step


def test_a_list_that_is_not_held_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="no list called magic"):
        match("Ada Celik", store, MatchOptions(lists=("magic",), as_of=date(2030, 1, 1)))


def test_nobody_on_a_stale_list_is_no_clearance(tmp_path: Path) -> None:
    """OFAC's list is stale after seven days (its source says so)."""
    store = add_list(tmp_path / "s", "ofac-sdn", FIRMS, "2024-05-03")
    fresh = match("Nobody Atall", store, MatchOptions(as_of=date(2024, 5, 10)))
    assert (fresh.status, fresh.reach.missing) == ("no-match", "")
    stale = match("Nobody Atall", store, MatchOptions(as_of=date(2024, 5, 11)))
    assert stale.status == "cannot-tell"
    assert "8 days old, stale after 7" in stale.reach.missing
    assert [n.why for n in stale.reach.not_checked if n.what == "ofac-sdn"] == ["stale"]
    assert match("Rassvet Trading", store, MatchOptions(as_of=date(2024, 5, 11))).status == "match"


def test_what_is_held_and_not_asked_is_named(store: Store) -> None:
    reach = reach_of(store, date(2030, 1, 1), ["ours"])
    assert [v.source for v in reach.checked] == ["ours"]
    assert ("theirs", "not asked") in [(n.what, n.why) for n in reach.not_checked]
    assert "ofac-sdn" in [n.what for n in reach.not_checked if n.why == "not held"]


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u202c", "…!?", "\x00\x01\x02", "x" * 100_000])
def test_bad_names_get_a_clear_answer(store: Store, name: str) -> None:
    answer = match(name, store, MatchOptions(as_of=date(2030, 1, 1), lists=("ours",)))
    assert answer.status == "cannot-tell"
    assert answer.result.problem
    assert answer.candidates == ()


def test_an_unknown_script_is_an_answer(store: Store) -> None:
    """Cuneiform: nobody is found, and nothing breaks."""
    answer = match("𒀀𒀁𒀂 𒀃", store, MatchOptions(as_of=date(2024, 5, 4), lists=("ours",)))
    assert answer.status in ("no-match", "cannot-tell")


def test_marks_of_direction_do_not_hide_a_name(store: Store) -> None:
    options = MatchOptions(as_of=date(2024, 5, 4), lists=("ours",))
    assert match("\u202bRassvet\u200f Trading\u202c", store, options).status == "match"


def test_what_is_refused(store: Store) -> None:
    for options in (MatchOptions(threshold=1.5), MatchOptions(kinds=("robot",)),
                    MatchOptions(algorithm="magic"), MatchOptions(top=0)):  # fmt: skip
        with pytest.raises(UsageError):
            match("Ada", store, options)
    with pytest.raises(UsageError, match="no number of a party"):
        party_of("Ada", numbers=["inn7707083893"])
    with pytest.raises(UsageError, match="no date"):
        party_of("Ada", born="soon")
    with pytest.raises(UsageError, match="no country"):
        countries_of(["Atlantis"])
    assert countries_of(["KZ", "Kirgisistan", "TUR"]) == ("KAZ", "KGZ", "TUR")
