"""Whatever a file holds: no row is lost, and nothing but an error with a message is raised."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umweg.errors import UmwegError
from umweg.sources.batch_rules import BatchRules
from umweg.sources.batches import Batch, LineByLineError, count_lines
from umweg.sources.cells import RULES, number
from umweg.sources.flow_table import ALLOWED, import_flows
from umweg.sources.row_file import RowFile
from umweg.sources.statements import period_name, period_number
from umweg.store import Store

HEADER = "reporter,partner,flow,period,nomenclature,code,value_reported,currency"
GOOD = "DEU,KGZ,X,2022-01,HS2017,854231,1,USD"

# Texts near to what is allowed, so that most examples have kept rows beside bad ones.
cells = st.one_of(
    st.sampled_from(
        ["DEU", "KGZ", "kaz", "WLD", "X", "M", "2022-01", "2022", "HS2017", "CN2022", "854231",
         "8542", "85", "TOTAL", "85423190", "1", "1.5", "-1", "1e3", "USD", "KZT", "", " ", '"']
    ),
    st.text(max_size=6),
)  # fmt: skip
near_rows = st.tuples(
    st.sampled_from(["DEU", "FRA", "", "XX", "kaz"]),
    st.sampled_from(["KGZ", "KAZ", "DEU", "WLD", "?"]),
    st.sampled_from(["X", "M", "x ", "E"]),
    st.sampled_from(["2022-01", "2022", "2022-1"]),
    st.sampled_from(["HS2017", "HS2022", "CN2022", "H5"]),
    st.sampled_from(["8542", "854231", "8542.31", "TOTAL", "880621", "1"]),
    st.sampled_from(["1", "2", "2.50", "-1", "1;5", "", "nan"]),
    st.sampled_from(["USD", "usd", "US", ""]),
).map(",".join)
lines = st.one_of(near_rows, st.lists(cells, max_size=10).map(",".join))
files = st.lists(lines, max_size=12).map(
    lambda rows: "\n".join([HEADER, *rows]).encode("utf-8", "surrogatepass")
)
some = settings(max_examples=80, deadline=None)


Write = Callable[[bytes], Path]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Each example in a folder of its own."""

    def write(content: bytes) -> Path:
        path = tmp_path_factory.mktemp("example") / "flows.csv"
        path.write_bytes(content)
        return path

    return write


@some
@given(st.one_of(files, st.lists(st.binary(max_size=20)).map(b"\n".join).map(
    lambda rest: HEADER.encode() + b"\n" + rest
)))  # fmt: skip
def test_every_row_is_kept_or_set_aside(written: Write, content: bytes) -> None:
    # A last good row of a country that no other row names keeps the import alive.
    content += b"\n" + GOOD.replace("DEU", "JPN").encode() + b"\n"
    path = written(content)
    store = Store.open(path.parent / "store", create=True, with_sample=False)
    m = import_flows(path, store, source="test")
    ends = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
    assert m.rows_read == ends - 1  # the last line ends, and the first is the header
    assert m.rows_read == m.rows_kept + m.rows_set_aside
    assert m.rows("flows").num_rows == m.rows_kept
    aside = m.rows("set_aside")["row"].to_pylist()
    assert len(aside) == len(set(aside)) == m.rows_set_aside
    assert all(2 <= row <= m.rows_read + 1 for row in aside)
    assert m.rows("coverage").num_rows


@some
@given(st.binary(max_size=300))
def test_any_bytes_give_a_snapshot_or_an_error_with_a_message(
    written: Write, content: bytes
) -> None:
    path = written(content)
    store = Store.open(path.parent / "store", create=True, with_sample=False)
    try:
        import_flows(path, store, source="test")
    except UmwegError as error:
        assert "flows.csv" in error.where  # noqa: PT017 - not every example raises


def _rows(file: RowFile, *, careful: bool) -> dict[int, object]:
    """What became of each row: its cells, or the reason why it is none."""
    found: dict[int, object] = {}
    for batch in file.batches(careful=careful):
        columns = [c.to_pylist() for c in batch.columns.values()]
        for n, cells in zip(batch.rows.tolist(), zip(*columns, strict=True), strict=True):
            assert n not in found
            found[n] = cells
        for reject in batch.rejects:
            assert reject.row not in found
            found[reject.row] = reject.reason
    return found


@settings(some, max_examples=200)
@given(st.one_of(files, st.binary(max_size=80).map(lambda b: HEADER.encode() + b"\n" + b)))
def test_both_ways_of_reading_agree(written: Write, content: bytes) -> None:
    """The quick reader and the careful one give the same rows wherever no quote is in the way."""
    path = written(content)
    file = RowFile(path, ALLOWED)
    careful = _rows(file, careful=True)
    try:
        assert set(careful) == set(range(2, count_lines(path) + 1))
        quick = _rows(file, careful=False)
    except LineByLineError:
        return
    assert set(quick) == set(careful)
    if b'"' not in content:
        assert quick == careful


numbers = st.one_of(
    st.text("0123456789.,-+eE ", max_size=8),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["nan", "NaN", "inf", "-Infinity", "1_0", "0x1", "1e400", "-0", "١", "1 "]),
)


@given(st.lists(numbers, min_size=1, max_size=8))
def test_a_column_of_numbers_is_read_like_its_cells(texts: list[str]) -> None:
    """Reading a column at once must not accept what the rule of one cell refuses, or differ."""
    rules = BatchRules(("value_reported",))
    batch = Batch(np.arange(len(texts)), {"value_reported": pa.array(texts, pa.string())}, ())
    good = np.ones(len(texts), bool)
    values = rules._read_number("value_reported", batch, good, optional=False)
    for text, value, kept in zip(texts, values.tolist(), good.tolist(), strict=True):
        expected, problem = number("value_reported", text, optional=False)
        assert kept == (problem is None)
        assert value == expected or (math.isnan(value) and math.isnan(expected))


@given(st.sampled_from(sorted(RULES)), st.text(max_size=12))
def test_a_rule_answers_every_text(name: str, text: str) -> None:
    cell = RULES[name](text)
    assert cell.problem is None or (cell.value is None and cell.problem.detail)


@given(st.integers(1900, 2100), st.integers(0, 12))
def test_periods_become_numbers_and_back(year: int, month: int) -> None:
    period = f"{year}-{month:02d}" if month else f"{year}"
    assert period_name(period_number(period)) == period
