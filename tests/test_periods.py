"""Months, years and windows of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umweg.errors import UsageError
from umweg.periods import Window, frequency_of

months = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2100), st.integers(1, 12))
years = st.builds("{:04d}".format, st.integers(1900, 2100))
windows = st.one_of(st.tuples(months, months).map(sorted), st.tuples(years, years).map(sorted)).map(
    lambda ends: Window(ends[0], ends[1])
)


@pytest.mark.parametrize(
    ("period", "freq"),
    [("2021-03", "M"), ("2021", "A"), ("2021-13", None), ("2021-3", None), ("202103", None),
     ("2021-03-01", None), ("", None), ("21", None), (" 2021", None)],
)  # fmt: skip
def test_frequency_of_a_period(period: str, freq: str | None) -> None:
    assert frequency_of(period) == freq


def test_a_window_of_months() -> None:
    window = Window.parse("2021-11..2022-02")
    assert window.periods == ("2021-11", "2021-12", "2022-01", "2022-02")
    assert (window.freq, str(window)) == ("M", "2021-11..2022-02")
    assert window.years == pytest.approx(4 / 12)
    assert str(window.shifted(-1)) == "2020-11..2021-02"


def test_a_window_of_years_and_of_one_period() -> None:
    assert Window.parse("2019..2021").periods == ("2019", "2020", "2021")
    assert Window.parse("2019..2021").years == 3
    assert Window.parse(" 2021-03 ") == Window("2021-03", "2021-03")
    assert str(Window.parse("2019..2020").shifted(3)) == "2022..2023"


@pytest.mark.parametrize(
    ("text", "says"),
    [("2021..2022-03", "not a range"), ("2021-00..2021-05", "not a range"), ("", "not a range"),
     ("now", "not a range"), ("2022..2021", "ends before it begins"),
     ("2022-02..2022-01", "ends before it begins")],
)  # fmt: skip
def test_what_is_no_window(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        Window.parse(text)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("2021-01..2021-11", "2022-01..2022-11", False), ("2021-01..2022-01", "2022-01", True)],
)
def test_windows_that_overlap(one: str, other: str, shared: bool) -> None:
    assert Window.parse(one).overlaps(Window.parse(other)) is shared
    assert Window.parse(other).overlaps(Window.parse(one)) is shared


@given(windows)
def test_a_window_is_written_and_read_back(window: Window) -> None:
    assert Window.parse(str(window)) == window
    assert window.periods[0] == window.first
    assert window.periods[-1] == window.last
    assert list(window.periods) == sorted(set(window.periods))


@given(windows, st.integers(-50, 50))
def test_shifting_there_and_back(window: Window, by: int) -> None:
    assert window.shifted(by).shifted(-by) == window
    assert len(window.shifted(by).periods) == len(window.periods)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023 H1", "2023-01", "2023-06"), ("2022-H2", "2022-07", "2022-12"),
        ("H1 2023", "2023-01", "2023-06"), ("2022-Q3", "2022-07", "2022-09"),
        ("2022 q4", "2022-10", "2022-12"), ("Q1 2023", "2023-01", "2023-03"),
        ("Jan–Nov 2022", "2022-01", "2022-11"), ("January-November 2022", "2022-01", "2022-11"),
        ("Sept 2023", "2023-09", "2023-09"), ("May 2023", "2023-05", "2023-05"),
    ],
)  # fmt: skip
def test_intervals_as_people_write_them(text: str, first: str, last: str) -> None:
    assert Window.parse(text) == Window(first, last)


@pytest.mark.parametrize("text", ["2023 H3", "2023 Q5", "Foo 2022", "2023 H", "H1"])
def test_intervals_that_are_none(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Window.parse(text)
    assert "2022-Q3" in caught.value.allowed


def test_windows_as_intervals_of_days() -> None:
    """Half-open: the first day after the window is the end."""
    assert (Window("2023-01", "2023-06").first_day, Window("2023-01", "2023-06").until) == (
        date(2023, 1, 1), date(2023, 7, 1),
    )  # fmt: skip
    assert Window("2021-01", "2022-12").calendar_years == ("2021", "2022")
    assert Window("2021-02", "2022-12").calendar_years == ()
    assert Window("2021", "2022").months == Window("2021-01", "2022-12")
