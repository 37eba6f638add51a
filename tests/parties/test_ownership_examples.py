"""Worked examples of each authority's rule, from its own papers; the arithmetic in a comment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.parties.relations import holds, table
from umweg.errors import InputError, UsageError
from umweg.parties.ownership import OwnershipResult, ownership
from umweg.regime import load

TODAY = date(2026, 11, 1)


def run(authority: str, listed: str, *rows: Any, on: date = TODAY) -> OwnershipResult:
    return ownership(table(*rows), listed.split(), load().ownership_rules[authority], on)


def status(authority: str, listed: str, firm: str, *rows: Any, on: date = TODAY) -> str:
    return run(authority, listed, *rows, on=on).of(firm).status


# OFAC, FAQ 401 (examples in the order of the page) and FAQ 398, 399. X and Y are blocked persons.
OFAC = {
    # X holds 50 of A: A is blocked. A holds 50 of B: B is blocked.
    "401-1": ("X", "B", "owned", [("X", "A", 50), ("A", "B", 50)]),
    # A and B blocked by 50 each; 25 + 25 = 50 of C.
    "401-2": ("X", "C", "owned", [("X", "A", 50), ("X", "B", 50), ("A", "C", 25), ("B", "C", 25)]),
    # A blocked; 10 directly + 40 through A = 50 of B.
    "401-3": ("X", "B", "owned", [("X", "A", 50), ("X", "B", 10), ("A", "B", 40)]),
    # A blocked, B not (25): only A's 25 of C counts.
    "401-4": (
        "X", "C", "not-owned", [("X", "A", 50), ("X", "B", 25), ("A", "C", 25), ("B", "C", 25)],
    ),
    # Neither A nor B is blocked (25 each): nothing of C counts, although each holds 50.
    "401-5": (
        "X", "C", "not-owned", [("X", "A", 25), ("X", "B", 25), ("A", "C", 50), ("B", "C", 50)],
    ),
    # Holdings of several blocked persons are added up: 25 + 25 = 50.
    "399": ("X Y", "A", "owned", [("X", "A", 25), ("Y", "A", 25)]),
    # Two chains of two persons: A by X, B by Y, 25 + 25 = 50 of C.
    "399-and-401": (
        "X Y", "C", "owned", [("X", "A", 50), ("Y", "B", 50), ("A", "C", 25), ("B", "C", 25)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OFAC)
def test_ofac(name: str) -> None:
    listed, firm, expected, rows = OFAC[name]
    assert status("ofac", listed, firm, *(holds(*r) for r in rows)) == expected


def test_ofac_control_is_no_ownership() -> None:
    """FAQ 398: control without 50 percent does not block."""
    rows = [holds("X", "A", 49, control=True)]
    assert status("ofac", "X", "A", *rows) == "not-owned"
    assert status("eu", "X", "A", *rows) == "owned"
    assert run("eu", "X", *rows).of("A").basis == "control"


def test_ofac_did_not_add_up_before_2014() -> None:
    """The guidance of 2008 knows one blocked person at a time; that of 13 August 2014 adds up."""
    rows = [holds("X", "A", 25), holds("Y", "A", 25)]
    assert status("ofac", "X Y", "A", *rows, on=date(2014, 8, 12)) == "not-owned"
    assert status("ofac", "X Y", "A", *rows, on=date(2014, 8, 13)) == "owned"


def test_ofac_after_a_divestment() -> None:
    """FAQ 402: below 50 percent after a sale it is no longer blocked by the rule."""
    rows = [
        holds("X", "A", 50, valid_until="2023-06-01"),
        holds("X", "A", 20, valid_from="2023-06-01"),
    ]
    assert status("ofac", "X", "A", *rows, on=date(2023, 5, 31)) == "owned"
    assert status("ofac", "X", "A", *rows, on=date(2023, 6, 1)) == "not-owned"


@pytest.mark.parametrize(
    ("day", "share", "expected"),
    [
        (date(2024, 7, 2), 50, "not-owned"),  # best practices of 2018: more than 50 %
        (date(2024, 7, 2), 50.000001, "owned"),
        (date(2024, 7, 3), 50, "owned"),  # best practices of 2024: 50 % or more
        (date(2024, 7, 3), 49.999999, "not-owned"),
    ],
)
def test_eu_threshold_by_day(day: date, share: float, expected: str) -> None:
    assert status("eu", "X", "A", holds("X", "A", share), on=day) == expected


def test_eu_adds_up() -> None:
    """Commission FAQ 8 on Regulation 269/2014: 30 % and 25 % of two listed persons are owned."""
    rows = [holds("X", "A", 30), holds("Y", "A", 25)]  # 30 + 25 = 55 > 50
    assert status("eu", "X Y", "A", *rows, on=date(2022, 4, 8)) == "owned"
    assert status("eu", "X Y", "A", *rows, on=date(2021, 1, 1)) == "not-owned"
    even = [holds("X", "A", 25), holds("Y", "A", 25)]  # 25 + 25 = 50
    assert status("eu", "X Y", "A", *even, on=date(2024, 7, 2)) == "not-owned"
    assert status("eu", "X Y", "A", *even, on=date(2024, 7, 3)) == "owned"


def test_uk_more_than_half_of_one_person() -> None:
    """Regulation 7: more than 50 % of shares or votes; OFSI does not simply add up."""
    assert status("uk", "X", "A", holds("X", "A", 50)) == "not-owned"
    assert status("uk", "X", "A", holds("X", "A", 51)) == "owned"
    assert status("uk", "X", "A", holds("X", "A", 51, role="voting rights")) == "owned"
    two = [holds("X", "A", 40), holds("Y", "A", 40)]
    assert status("uk", "X Y", "A", *two) == "not-owned"
    assert run("uk", "X Y", *two).of("A").high == 40  # of the one who has most


def test_uk_joint_arrangement() -> None:
    """Schedule 1, paragraph 3: each is treated as holding the combined shares of both."""
    joint = holds("X", "Y", None, kind="Associate", role="joint arrangement")
    two = [holds("X", "A", 40), holds("Y", "A", 20), joint]  # 40 + 20 = 60
    assert status("uk", "X Y", "A", *two) == "owned"
    # The partner need not be listed.
    assert status("uk", "X", "A", *two) == "owned"
    assert status("uk", "X", "A", *two[:2]) == "not-owned"


def test_uk_chain_of_majorities() -> None:
    """Schedule 1: held indirectly through a chain of persons with a majority stake in the next."""
    rows = [holds("X", "A", 60), holds("A", "B", 60), holds("B", "C", 60)]
    assert status("uk", "X", "C", *rows) == "owned"
    # The multiplied share is .6 · .6 · .6 = 21.6 % and does not decide.
    assert run("uk", "X", *rows).of("C").economic_low == pytest.approx(21.6, abs=1e-9)


def test_shares_and_votes_are_not_added() -> None:
    rows = [holds("X", "A", 30), holds("X", "A", 30, role="voting rights")]
    assert status("uk", "X", "A", *rows) == "not-owned"


def test_bis_affiliates_rule_by_day() -> None:
    """In force from 2025-09-29, suspended from 2025-11-10 for one year."""
    rows = [holds("X", "A", 30), holds("Y", "A", 20)]
    assert status("bis", "X Y", "A", *rows, on=date(2025, 10, 1)) == "owned"
    for day in (date(2025, 9, 28), date(2025, 11, 10), date(2026, 11, 9)):
        with pytest.raises(UsageError, match="no ownership rule of 'bis'"):
            status("bis", "X Y", "A", *rows, on=day)


# -- what is not known --------------------------------------------------------------------------


def test_an_unknown_share_is_an_interval() -> None:
    found = run("ofac", "X", holds("X", "A", None, None, share_max=None)).of("A")
    assert (found.status, found.low, found.high) == ("unknown", 0, 100)
    assert "cannot be told: between 0 and 100 %" in found.text


def test_bands_of_a_register_decide_where_they_can() -> None:
    """Persons with significant control state bands: 25–50, 50–75, 75–100 percent."""
    assert status("ofac", "X", "A", holds("X", "A", 75, 100)) == "owned"
    assert status("uk", "X", "A", holds("X", "A", 25, 50)) == "not-owned"  # 50 is not more than 50
    assert status("ofac", "X", "A", holds("X", "A", 25, 50)) == "unknown"  # 50 would be enough


def test_what_others_surely_hold_is_not_left_for_the_listed() -> None:
    """X may hold 0 to 100, but somebody else holds 60: at most 40 are left."""
    found = run("ofac", "X", holds("X", "A", 0, 100), holds("Z", "A", 60)).of("A")
    assert (found.status, found.high) == ("not-owned", 40)


def test_unknown_goes_down_the_chain() -> None:
    rows = [holds("X", "A", 40, 60), holds("A", "B", 80)]
    found = run("ofac", "X", *rows)
    assert found.of("B").status == "unknown"
    assert found.of("B").holders[0].counts == "possibly"
    assert (found.of("B").low, found.of("B").high) == (0, 80)


def test_a_holder_stated_twice() -> None:
    """A repeated statement is one holding; two different ones are at least the larger, at most
    their sum: 30 + 30 would be 60."""
    assert status("ofac", "X", "A", holds("X", "A", 30), holds("X", "A", 30)) == "not-owned"
    found = run("ofac", "X", holds("X", "A", 30), holds("X", "A", 31)).of("A")
    assert (found.status, found.low, found.high) == ("unknown", 31, 61)


def test_the_rest_that_nobody_discloses_is_shown() -> None:
    assert run("ofac", "X", holds("X", "A", 30)).of("A").undisclosed == 70


def test_a_listed_firm_is_listed_and_a_firm_of_its_own_shares_is_not_owned() -> None:
    assert status("ofac", "X A", "A", holds("X", "A", 10)) == "listed"
    assert status("ofac", "X", "A", holds("X", "A", 40), holds("A", "A", 60)) == "not-owned"


def test_cycles_do_not_own_themselves() -> None:
    """A and B hold each other whole: without a listed person nobody is owned; the least fixed
    point. With X holding 50 of A, both are."""
    ring = [holds("A", "B", 100), holds("B", "A", 50)]
    assert status("ofac", "Z", "A", *ring) == "not-owned"
    assert status("ofac", "X", "B", *ring, holds("X", "A", 50)) == "owned"


# -- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high"), [(-1, 10), (10, 101), (60, 40), (float("nan"), 50)])
def test_no_share(low: float, high: float) -> None:
    with pytest.raises(InputError, match="is none"):
        run("ofac", "X", holds("X", "A", low, high))


def test_a_relation_without_a_side_and_a_firm_that_nobody_names() -> None:
    with pytest.raises(InputError, match="name no object"):
        run("ofac", "X", holds("X", "A", 10, object_id=None, object_name=None))
    with pytest.raises(UsageError, match="no relation names 'Q'"):
        run("ofac", "X", holds("X", "A", 10)).of("Q")


def test_a_side_known_by_name_only() -> None:
    rows = holds("X", "A", 60, object_id=None, object_name="Firma Ä")
    assert run("ofac", "X", rows).of("name:firma ä").status == "owned"


def test_no_relations() -> None:
    assert run("ofac", "X").statuses == {}
