"""What speaks for and against a match beside the names."""

import pytest

from umweg.parties.features import FEATURES, ceiling, date_difference, kind_disagrees, weigh
from umweg.parties.model import Identifier, Party


def test_every_feature_explains_itself() -> None:
    for function, weight in FEATURES:
        assert function.__doc__, function.__name__
        assert 0 < abs(weight) < 1


# The order of contradiction is the brief of a compliance officer: same < slip < another person.
@pytest.mark.parametrize(
    ("ours", "theirs", "least", "most"),
    [
        ("1970-05-01", "1970-05-01", 0, 0),
        ("1970", "1970-05-01", 0, 0),  # as far as both are known
        ("~1970", "1972", 0, 0),  # circa
        ("1970-05-01", "1970-01-05", 0.1, 0.3),  # day and month swapped
        ("1970-05-01", "1971-05-01", 0.1, 0.3),  # one year off
        ("1970-05-01", "1970-05-02", 0.1, 0.3),  # one digit
        ("1970-05-01", "1985-11-23", 0.9, 1),
        ("1970", "1990", 0.9, 1),
    ],
)
def test_dates_are_graded(ours: str, theirs: str, least: float, most: float) -> None:
    assert least <= date_difference(ours, theirs) <= most
    assert date_difference(ours, theirs) == date_difference(theirs, ours)


def _firm(**known: object) -> Party:
    return Party.named("Rassvet", "Company", **known)


def test_a_valid_number_decides() -> None:
    inn = Identifier("inn", "7707083893", "7707083893", "RUS", True)
    score, features = weigh(0.3, _firm(identifiers=(inn,)), _firm(identifiers=(inn,)))
    assert score > 0.95
    assert [f.name for f in features] == ["identifier_agrees"]


def test_a_wrong_check_digit_decides_nothing() -> None:
    inn = Identifier("inn", "7707083894", "7707083894", "RUS", False)
    assert weigh(0.3, _firm(identifiers=(inn,)), _firm(identifiers=(inn,))) == (0.3, ())


def test_another_number_of_the_kind_speaks_against() -> None:
    ours, theirs = (Identifier("lei", x, x, None, True) for x in ("A" * 20, "B" * 20))
    score, features = weigh(0.9, _firm(identifiers=(ours,)), _firm(identifiers=(theirs,)))
    assert score < 0.7
    assert features[0].weight < 0


def test_what_speaks_for_a_match_never_reaches_one() -> None:
    both = {"birth_dates": ("1970-05-01",), "countries": ("KAZ",)}
    a, b = (Party.named("x", "Person", **both) for _ in range(2))
    less = Party.named("x", "Person", birth_dates=("1970",), countries=("KAZ",))
    assert 0.8 < weigh(0.8, a, less)[0] < weigh(0.8, a, b)[0] < 1


def test_silence_is_no_evidence() -> None:
    a = Party.named("x", "Person", gender="male", countries=("KAZ",), birth_dates=("1970",))
    assert weigh(0.8, a, Party.named("x", "LegalEntity")) == (0.8, ())


def test_man_and_woman_person_and_firm() -> None:
    man, woman = (Party.named("x", "Person", gender=g) for g in ("male", "female"))
    assert weigh(0.9, man, woman)[0] < 0.7
    assert weigh(0.9, man, Party.named("x", "Company"))[0] < 0.7
    assert weigh(0.9, man, Party.named("x", "LegalEntity"))[0] == 0.9


def test_nothing_lifts_two_kinds_above_their_ceiling() -> None:
    """A person and a firm of one name, number, day and country; what the kind takes comes last."""
    assert FEATURES[-1][0] is kind_disagrees
    known = {
        "birth_dates": ("1970-05-01",), "founded": ("1970-05-01",), "countries": ("KAZ",),
        "identifiers": (Identifier("lei", "1"), Identifier("passport", "2")),
    }  # fmt: skip
    score, _ = weigh(1.0, Party((), "Person", **known), Party((), "Company", **known))
    assert score == pytest.approx(ceiling("Person", "Company"))
    assert ceiling("Person", "LegalEntity") == ceiling("Company", "Organization") == 1
