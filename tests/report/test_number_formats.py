"""How numbers are written, by table."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from umweg.report import number_formats as nf
from umweg.report.charts import bin_of
from umweg.report.events import period_days

CASES: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (nf.money, (18_000_000,), "USD 18.0 m"),
    (nf.money, (2_737_600_000,), "USD 2.74 bn"),
    (nf.money, (999_960_000,), "USD 1.00 bn"),
    (nf.money, (45_300,), "USD 45,300"),
    (nf.money, (99_949,), "USD 99,949"),
    (nf.money, (99_950,), "USD 0.1 m"),
    (nf.money, (0,), "USD 0"),
    (nf.money, (-649_724_666,), "−USD 649.7 m"),
    (nf.money, (-0.2,), "USD 0"),
    (nf.money, (18e6, "EUR"), "EUR 18.0 m"),
    (nf.money, (18e6, ""), "18.0 m"),
    (nf.money, (None,), "–"),
    (nf.money, (math.nan,), "–"),
    (nf.money, (math.inf,), "–"),
    (nf.millions, (83_087_601.2,), "83.1"),
    (nf.millions, (0.0,), "0"),
    (nf.millions, (12_000,), "<0.05"),
    (nf.millions, (-12_000,), ">−0.05"),
    (nf.millions, (-3_200_000,), "−3.2"),
    (nf.factor, (7.0652,), "×7.07"),
    (nf.factor, (0.4123,), "×0.41"),
    (nf.factor, (99.994,), "×99.99"),
    (nf.factor, (99.999,), "×100"),
    (nf.factor, (22981.4,), "×22,981"),
    (nf.factor, (None,), "–"),
    (nf.share, (0.6737,), "67 %"),
    (nf.share, (-0.031,), "−3 %"),
    (nf.share, (-0.001,), "0 %"),
    (nf.share, (None,), "–"),
    (nf.decimal, (0.356,), "0.36"),
    (nf.decimal, (-1234.5, 1), "−1,234.5"),
    (nf.probability, (0.0000004,), "<0.001"),
    (nf.probability, (0.52907,), "0.529"),
    (nf.probability, (None,), "–"),
    (nf.interval, (266_239_633.4, 350_135_877.0), "USD 266.2 m to USD 350.1 m"),
    (nf.interval, (None, 1.0), "–"),
    (nf.growth, (7.0652, 424_900_000, "EUR"), "×7.07 (+EUR 424.9 m)"),
    (nf.growth, (None, 22_300_000), "from nothing (+USD 22.3 m)"),
    (nf.code, ("8542",), "8542"),
    (nf.code, ("854231",), "8542.31"),
    (nf.code, ("85423190",), "8542 31 90"),
    (nf.code, ("0101210000",), "0101 21 00 00"),
    (nf.code, ("TOTAL",), "TOTAL"),
    (nf.vintage, ("CN2022",), "CN 2022"),
    (nf.vintage, ("HS2017",), "HS 2017"),
    (nf.window, ("2021-01..2021-11",), "2021-01 to 2021-11"),
    (nf.window, ("2024-07",), "2024-07"),
    (nf.count, (1, "country", "countries"), "1 country"),
    (nf.count, (2218, "goods code"), "2,218 goods codes"),
    (nf.listing, (("a",),), "a"),
    (nf.listing, (("a", "b", "c"),), "a, b and c"),
]


@pytest.mark.parametrize(("write", "arguments", "expected"), CASES)
def test_formats(write: Callable[..., str], arguments: tuple[Any, ...], expected: str) -> None:
    assert write(*arguments) == expected


def test_difference_carries_its_sign() -> None:
    assert nf.money(424.9e6, "EUR", plus=True) == "+EUR 424.9 m"
    assert nf.money(-1e6, plus=True) == "−USD 1.0 m"
    assert nf.money(0, plus=True) == "USD 0"


def test_difference_of_windows() -> None:
    assert nf.difference(10.0, 30.0, ("2021-01..2021-11", "2022-01..2022-11")) == (20.0, "")
    # 10 in half a year is 20 a year, 30 in a year is 30: a difference of 10 a year
    assert nf.difference(10.0, 30.0, ("2021-01..2021-06", "2022-01..2022-12")) == (10.0, " a year")


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2022-02", (date(2022, 2, 1), date(2022, 3, 1))),
        ("2022-12", (date(2022, 12, 1), date(2023, 1, 1))),
        ("2022", (date(2022, 1, 1), date(2023, 1, 1))),
    ],
)
def test_days_of_a_period(period: str, days: tuple[date, date]) -> None:
    assert period_days(period) == days


@pytest.mark.parametrize(
    ("excess", "step"),
    [
        (None, "cannot tell"), (-5.0, "none or less"), (0.0, "none or less"),
        (1.0, "up to 0.1 m"), (1e5, "up to 0.1 m"), (2e5, "0.1 to 1 m"), (1e7, "1 to 10 m"),
        (1e8, "10 to 100 m"), (1.1e8, "over 100 m"),
    ],
)  # fmt: skip
def test_steps_of_the_heat_map(excess: float | None, step: str) -> None:
    assert bin_of(excess) == step
