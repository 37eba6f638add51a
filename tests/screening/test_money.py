"""Which reference rate an amount is brought to USD by."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from umweg.screening.money import DAY, MONTH, NONE, OWN, Converted, Rates, factors
from umweg.store.contracts import DAILY_RATES, RATES


def rates(*, daily: bool = True) -> Rates:
    """Two dollars for a euro on Thursday the 28th, four on Tuesday; the mean of March is 3."""
    means = [
        {"currency": c, "freq": "M", "period": p, "usd_per_unit": v, "days": d, "origin_id": "t"}
        for c, p, v, d in (
            ("EUR", "2024-03", 3.0, 20), ("GBP", "2024-03", 5.0, 20), ("RUB", "2024-03", 9.0, 3),
        )
    ]  # fmt: skip
    days = [
        ("USD", "2024-03-28", 2.0), ("USD", "2024-04-02", 4.0), ("GBP", "2024-03-28", 0.5),
        ("TRY", "2024-03-27", 10.0),
    ]  # fmt: skip
    rows = [{"currency": c, "day": d, "per_eur": v, "origin_id": "t"} for c, d, v in days]
    table = pa.Table.from_pylist(rows, schema=DAILY_RATES.schema) if daily else None
    return Rates(pa.Table.from_pylist(means, schema=RATES.schema), table)


@pytest.mark.parametrize(
    ("currency", "day", "usd", "kind"),
    [
        ("USD", "2024-03-28", 1.0, OWN),
        ("EUR", "2024-03-28", 2.0, DAY),
        ("EUR", "2024-04-01", 2.0, DAY),  # Easter Monday: the rate of the Thursday stands
        ("EUR", "2024-04-02", 4.0, DAY),
        ("GBP", "2024-03-28", 4.0, DAY),  # 2 dollars a euro, half a pound a euro
        ("EUR", "2024-04-09", 4.0, DAY),  # seven days after
        ("EUR", "2024-04-10", math.nan, NONE),  # a longer gap is no holiday
        ("EUR", "2024-03-27", 3.0, MONTH),  # before the first day that is held
        ("GBP", "2024-04-02", math.nan, NONE),  # the pound of one day, the dollar of another
        ("TRY", "2024-03-28", math.nan, NONE),
        ("RUB", "2024-03-28", math.nan, NONE),  # a mean of three days says little of a month
        ("KZT", "2024-03-28", math.nan, NONE),
    ],
)
def test_the_rate_of_a_day(currency: str, day: str, usd: float, kind: str) -> None:
    value, found = rates().usd(currency, date.fromisoformat(day))
    assert found == kind
    assert value == pytest.approx(usd, nan_ok=True)


def test_the_mean_of_the_month_where_no_days_are_held() -> None:
    assert rates(daily=False).usd("GBP", date(2024, 3, 28)) == (5.0, MONTH)
    assert rates(daily=False).eur("GBP", date(2024, 3, 28)) == pytest.approx(5 / 3)
    assert rates().eur("GBP", date(2024, 3, 28)) == pytest.approx(2.0)


def test_lines_are_converted_and_counted() -> None:
    converted = Converted()
    days = [date(2024, 3, 28), date(2024, 3, 27), date(2024, 3, 28), date(2024, 3, 28)]
    usd, eur = factors(
        rates(), np.array([1, 1, 2, 0], np.int32),
        np.array([d.toordinal() for d in days], np.int32),
        {0: "", 1: "EUR", 2: "KZT"}, np.array([True, True, True, True]), converted,
    )  # fmt: skip
    assert usd.tolist()[:2] == [2.0, 3.0]
    assert np.isnan(usd[2:]).all()
    assert eur.tolist()[:2] == [1.0, 1.0]
    assert dict(converted.lines) == {DAY: 1, MONTH: 1, NONE: 1}
    text = " ".join(converted.notes())
    assert "of the day of the order" in text
    assert "1 amount is brought to USD by the mean rate of the month" in text
    assert "KZT in 2024-03" in text
