"""Countries and the groups that reporters publish."""

from __future__ import annotations

from datetime import date

import pytest

from umweg.geography import (
    EU27_2020,
    GROUPS,
    UK_LEFT_EU,
    group_members,
    is_country,
    is_place,
    name_of,
)


@pytest.mark.parametrize("code", ["DEU", "KGZ", "KAZ", "GBR", "HKG", "TWN", "ABW"])
def test_countries(code: str) -> None:
    assert is_country(code)
    assert is_place(code)


@pytest.mark.parametrize("code", ["", "DE", "deu", "XXX", "EU", "SUN", "276", "Germany"])
def test_what_is_no_country(code: str) -> None:
    assert not is_country(code)


def test_groups_are_places_but_no_countries() -> None:
    for group in GROUPS:
        assert is_place(group)
        assert not is_country(group)
        assert name_of(group) == GROUPS[group]


def test_the_union_has_27_members_that_are_countries() -> None:
    assert len(EU27_2020) == 27
    assert all(is_country(c) for c in EU27_2020)
    assert "GBR" not in EU27_2020


def test_the_union_at_the_time_had_the_united_kingdom_until_it_left() -> None:
    assert group_members("EU", date(2020, 1, 31)) == EU27_2020 | {"GBR"}
    assert group_members("EU", UK_LEFT_EU) == EU27_2020
    assert group_members("EU27_2020", date(2019, 1, 1)) == EU27_2020


def test_a_part_of_the_union() -> None:
    part = group_members("EU25_X_MLT_NLD", date(2022, 1, 1))
    assert part | {"MLT", "NLD"} == EU27_2020
    assert len(part) == 25


def test_members_are_never_invented() -> None:
    assert group_members("WLD", date(2022, 1, 1)) == frozenset()
    assert group_members("ASEAN", date(2022, 1, 1)) == frozenset()


def test_names() -> None:
    assert name_of("KGZ") == "Kyrgyzstan"
    assert name_of("XXX") == "XXX"
