"""Rows seen before are found as a dictionary finds them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from umweg.screening.seen_rows import SeenRows


@given(
    batches=st.lists(st.lists(st.integers(-3, 9), max_size=12), max_size=8),
)
def test_as_a_dictionary_finds_them(batches: list[list[int]]) -> None:
    seen, first, row = SeenRows(), {}, 1
    for values in batches:
        rows = np.arange(row, row + len(values), dtype=np.int64)
        row += len(values)
        found = dict(seen.repeated(np.array(values, np.int64), rows))
        expected = {}
        for position, (value, number) in enumerate(zip(values, rows.tolist(), strict=True)):
            if first.setdefault(value, number) != number:
                expected[position] = first[value]
        assert found == expected
