"""When a signal fires: a truth table, and the ranks of countries."""

import pytest

from umweg.evidence import Status
from umweg.flows.countries import permute_countries
from umweg.flows.firing import fire, too_few_placebos
from umweg.flows.policy import load_policy

F, N, B, C = Status.FIRED, Status.NOT_FIRED, Status.BELOW_FLOOR, Status.CANNOT_TELL

# preset passed, excess (floor 100), q, attainable q (limit 0.10) → status
TABLE = [
    (True, 500, None, None, F),
    (True, 50, None, None, B),
    (True, -5, None, None, N),
    (False, 500, None, None, N),
    (False, 500, 0.05, 0.01, F),  # the q decides, whatever the preset says
    (True, 50, 0.05, 0.01, B),  # and the floor holds for it too
    (True, 500, 0.30, 0.05, N),
    (True, 500, 0.30, 0.50, C),  # one case alone could not have reached 0.10
    (False, 500, 0.30, 0.50, N),
    (True, 50, 0.30, 0.50, N),
]


@pytest.mark.parametrize(("preset", "excess", "q", "attainable", "status"), TABLE)
def test_rule(
    preset: bool, excess: float, q: float | None, attainable: float | None, status: Status
) -> None:
    assert fire(preset, excess, 100, q=q, attainable=attainable, limit=0.10) is status


def test_what_is_missing_where_placebos_are_few() -> None:
    # One alone reaches q = tests/(1+n) = 0.10 with n = 26/0.10 − 1 = 259.
    assert "259" in too_few_placebos(24, 26, 0.10)


def test_ranks_of_countries() -> None:
    ranks = permute_countries({"A": 3.0, "B": 0.0, "C": None}, [0.1 * i for i in range(20)], POLICY)
    assert ranks["A"].p == pytest.approx(1 / 21)  # none of twenty is as large
    assert ranks["B"].p == pytest.approx(1)
    assert ranks["A"].attainable == pytest.approx(2 / 21)  # two countries tested
    assert "C" not in ranks


def test_too_few_neutral_countries_give_no_rank() -> None:
    assert permute_countries({"A": 3.0}, [0.0] * 18, POLICY) == {}


POLICY = load_policy()
