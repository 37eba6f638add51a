"""The matcher: parties in, candidates out."""

import pytest

from umweg.errors import UsageError
from umweg.parties import Identifier, Matcher, Party

PARTIES = [
    Party.named("Zhanibek Ospanov", "Person", entity_id="p/1", birth_dates=("1970-05-01",)),
    Party.named("Rassvet Trading LLC", "Company", entity_id="p/2",
                identifiers=(Identifier("inn", "7707083893", "7707083893", "RUS", True),)),
    Party.named("Northern Star", "Vessel", entity_id="p/3"),
]  # fmt: skip


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.from_parties(PARTIES)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("Ospanov Zhanibek", "p/1"), ("Rasvet Trading", "p/2"), ("Nothern Star", "p/3")],
)
def test_a_damaged_name_finds_its_party(matcher: Matcher, query: str, expected: str) -> None:
    result = matcher.match(query)
    assert result.problem is None
    assert result.candidates[0].party.entity_id == expected
    assert 0.7 <= result.candidates[0].score <= 1


def test_a_number_finds_its_party_under_any_name(matcher: Matcher) -> None:
    inn = Identifier("inn", "7707083893", "7707083893", "RUS", True)
    query = Party.named("Altyn Kum", "Company", identifiers=(inn,))
    assert matcher.match(query).candidates[0].party.entity_id == "p/2"


def test_nobody_is_nobody(matcher: Matcher) -> None:
    assert matcher.match("Ekaterina Wasserstein").candidates == ()


def test_many_answers_come_in_order(matcher: Matcher) -> None:
    results = list(matcher.match_many(["Northern Star", "", "Zhanibek Ospanov"]))
    assert [len(r.candidates) for r in results] == [1, 0, 1]
    assert results[1].problem


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(UsageError, match="no algorithm"):
        Matcher.from_parties(PARTIES, algorithm="magic")
