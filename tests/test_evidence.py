"""The verdict rule as a truth table, and the closed lists."""

from itertools import product

import pytest

from umweg.evidence import CAVEATS, EXPLANATIONS, Caveat, Signal, Status, Verdict, verdict_of

F, N, B, C = Status.FIRED, Status.NOT_FIRED, Status.BELOW_FLOOR, Status.CANNOT_TELL

# surge, mirror gap, onward → verdict; every row is read off the published rule.
TABLE = [
    (F, F, F, Verdict.ALERT),
    (F, F, N, Verdict.ALERT),
    (F, F, C, Verdict.ALERT),
    (F, N, F, Verdict.ALERT),
    (F, C, F, Verdict.ALERT),
    (N, F, F, Verdict.ALERT),  # two of three without the surge
    (C, F, F, Verdict.ALERT),
    (F, N, N, Verdict.REVIEW),
    (F, C, C, Verdict.REVIEW),
    (N, F, N, Verdict.REVIEW),
    (C, C, F, Verdict.REVIEW),
    (B, F, C, Verdict.REVIEW),
    (N, N, N, Verdict.CLEAR),
    (N, N, C, Verdict.CLEAR),
    (N, C, N, Verdict.CLEAR),
    (B, B, C, Verdict.CLEAR),  # below the floor counts as tested and not fired
    (N, C, C, Verdict.CANNOT_TELL),  # the surge alone never clears
    (C, N, N, Verdict.CANNOT_TELL),  # nothing clears without the surge
    (C, C, C, Verdict.CANNOT_TELL),
]


@pytest.mark.parametrize(("surge", "gap", "onward", "expected"), TABLE)
def test_rule(surge: Status, gap: Status, onward: Status, expected: Verdict) -> None:
    assert verdict_of(surge, gap, onward) is expected


def test_no_data_is_never_no_risk() -> None:
    """Taking a test away never turns an answer into `clear`."""
    for s, g, o in product((F, N, B), repeat=3):
        for lost in ((C, g, o), (s, C, o), (s, g, C)):
            if verdict_of(*lost) is Verdict.CLEAR:
                assert verdict_of(s, g, o) is not Verdict.CANNOT_TELL
                assert lost[0] is not C


def test_a_signal_that_cannot_tell_names_what_is_missing() -> None:
    with pytest.raises(ValueError, match="missing"):
        Signal(Status.CANNOT_TELL)


def test_caveats_are_a_closed_list() -> None:
    with pytest.raises(ValueError, match="closed list"):
        Caveat("something-else")
    for text in (*CAVEATS.values(), *EXPLANATIONS.values()):
        assert "evaded" not in text
