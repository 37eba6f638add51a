"""Files that are broken: a named error or every row accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.trade.files import comtrade_csv, comtrade_row
from umweg.errors import UmwegError
from umweg.sources import import_files
from umweg.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def accounted(store: Store, path: Path) -> bool:
    """Whether the import ended with every row kept or set aside; False for a named error."""
    try:
        found = import_files([path], store, source="comtrade")
    except UmwegError:
        return False
    assert found.rows_read == found.rows_kept + found.rows_set_aside
    assert found.rows("flows").num_rows == found.rows_kept
    assert found.rows("set_aside").num_rows == found.rows_set_aside
    return True


GOOD = comtrade_csv(*(comtrade_row(period=f"2023{m:02d}") for m in range(1, 13)))


def test_lines_that_are_no_rows_get_an_answer_each(tmp_path: Path, store: Store) -> None:
    lines = GOOD.splitlines()
    lines[3] = lines[3] + ",extra,fields"
    lines[5] = lines[5].replace("Kazakhstan", "Kaz\0akhstan")
    lines[7] = 'C,M,"unclosed'
    lines[9] = ""
    lines[11] = lines[11].replace("Export", "E" * (3 << 20))  # longer than a line may be
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines))
    found = import_files([path], store, source="comtrade")
    aside = {r["row"]: r["reason"] for r in found.rows("set_aside").to_pylist()}
    # Line 10 is empty: no row. The others of twelve are bad by one reason each.
    assert aside == {4: "ragged-row", 6: "control-characters", 8: "unclosed-quote",
                     12: "too-long-row"}  # fmt: skip
    assert (found.rows_read, found.rows_kept) == (11, 7)


def test_a_field_of_100_megabytes_is_bounded(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "x.csv"
    head, *body = GOOD.splitlines()
    with path.open("w") as f:
        f.write(f"{head}\n{body[0]}\n" + body[1].replace("Export", "E" * (100 << 20)) + "\n")
    assert accounted(store, path)
    (found,) = store.all_snapshots
    assert found.rows("set_aside")["reason"].to_pylist() == ["too-long-row"]
