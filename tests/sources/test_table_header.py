"""Which row is the header."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from umweg.sources.table_header import find_header

KNOWN = {"hs code", "country", "name", "amount", "order no", "goods hs code", "ship-to country"}


def recognise(names: Sequence[str]) -> int:
    return len({n.casefold() for n in names} & KNOWN)


HEADER = ["HS code", "Country", "Name", "Amount"]
DATA = ["854231", "KZ", "Steppe", "100"]


@pytest.mark.parametrize(
    ("rows", "at", "joined"),
    [
        ([HEADER, DATA], 0, 1),
        ([["Report", "", "", ""], ["", "", "", ""], HEADER, DATA], 2, 1),
        ([["Goods", "Ship-to", "Ship-to", "Sum"], HEADER, DATA], 1, 1),  # groups above the names
        # two rows that are names only together
        (
            [["Order", "Goods", "Ship-to"], ["No", "HS code", "Country"], ["1", "854231", "KZ"]],
            1, 2,
        ),
        # a row of names below a row of data is a legend, and no header: the data would be lost
        ([["HS code", "x", "y", "z"], DATA, HEADER, DATA], 0, 1),
        ([["a", "b"], ["c", "d"]], 0, 1),
    ],
)  # fmt: skip
def test_the_header(rows: list[list[str]], at: int, joined: int) -> None:
    found = find_header(rows, recognise)
    assert found is not None
    assert (found.at, found.rows) == (at, joined)


def test_without_anybody_who_knows_the_names() -> None:
    found = find_header([["Report", "", "", ""], HEADER, DATA])
    assert found is not None
    assert found.at == 1
    assert find_header([["", ""], [""]]) is None
    assert find_header([]) is None
