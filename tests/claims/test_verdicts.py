"""Truth tables: of a whole from its parts, of a number from its interval."""

from __future__ import annotations

import math

import pytest

from tests.claims.drafts import claim_of, number, population
from umweg.claims.judging import compare
from umweg.claims.verdicts import ClaimVerdict, whole

S, C, M, N = (
    ClaimVerdict.SUPPORTED,
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.MIXED,
    ClaimVerdict.NOT_TESTABLE,
)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([S], S), ([C], C), ([M], M), ([N], N),
        ([S, S], S), ([S, C], M), ([S, M], M), ([S, N], N),
        ([C, C], C), ([C, N], C), ([C, M], M), ([M, N], M), ([N, N], N),
        ([S, C, N], M), ([S, S, N], N), ([C, N, N], C),
    ],
)  # fmt: skip
def test_of_the_whole(parts: list[ClaimVerdict], verdict: ClaimVerdict) -> None:
    assert whole(parts) is verdict


INF = math.inf


@pytest.mark.parametrize(
    ("reading", "low", "high", "verdict"),
    [
        # Stated 100, tolerance 5: 95 to 105 agrees.
        ("about", 100, 100, S), ("about", 95, 95, S), ("about", 105, 105, S),
        ("about", 94.9, 94.9, C), ("about", 105.1, 105.1, C),
        ("about", 96, 104, S), ("about", 90, 100, None), ("about", 110, 120, C),
        # A sum that lacks something is a lower bound.
        ("about", 110, INF, C), ("about", 90, INF, None), ("about", 100, INF, None),
        ("at-least", 100, INF, S), ("at-least", 94, INF, None), ("at-least", 94, 94, C),
        ("at-least", 1000, 1000, S),
        ("at-most", 100, 100, S), ("at-most", 0, 0, S), ("at-most", 106, INF, C),
        ("at-most", 50, INF, None),
        ("about", -INF, INF, None),
    ],
)  # fmt: skip
def test_of_a_number(reading: str, low: float, high: float, verdict: ClaimVerdict | None) -> None:
    part = number("export_volume", {"population": population(), "period": 2022}, 100, "USD m",
                  reading, tolerance=5)  # fmt: skip
    expect = claim_of(part).parts[0].expect  # type: ignore[union-attr]
    assert compare(low, high, expect) is verdict
