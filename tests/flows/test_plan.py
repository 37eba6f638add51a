"""The choice of statements: every country once for every period."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umweg.flows.plan import free_spans
from umweg.periods import Window

MONTHS = Window("2019-01", "2020-12").periods

CASES = [
    (("2020-01", "2020-12"), [], [("2020-01", "2020-12")]),
    (("2020-01", "2020-12"), [("2020-01", "2020-12")], []),
    (("2019-06", "2020-12"), [("2020-01", "2020-12")], [("2019-06", "2019-12")]),
    (
        ("2019-01", "2020-12"),
        [("2019-12", "2020-01")],
        [("2019-01", "2019-11"), ("2020-02", "2020-12")],
    ),
    (("2019", "2022"), [("2021", "2021")], [("2019", "2020"), ("2022", "2022")]),
]


@pytest.mark.parametrize(("span", "taken", "left"), CASES)
def test_free_spans(
    span: tuple[str, str], taken: list[tuple[str, str]], left: list[tuple[str, str]]
) -> None:
    assert list(free_spans(span, taken)) == left


spans = st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS)).map(
    lambda ends: (min(ends), max(ends))
)


@given(spans, st.lists(spans, max_size=4))
def test_every_period_is_taken_or_free_and_never_both(
    span: tuple[str, str], taken: list[tuple[str, str]]
) -> None:
    free = [p for a, b in free_spans(span, taken) for p in Window(a, b).periods]
    assert len(free) == len(set(free))
    for p in MONTHS:
        inside = span[0] <= p <= span[1]
        occupied = any(a <= p <= b for a, b in taken)
        assert (p in free) is (inside and not occupied)
