"""No row of a large file is lost between the blocks in which it is read."""

from __future__ import annotations

import csv
import random
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from tests.sources.trade.files import comtrade_csv, comtrade_row
from umweg.sources import import_files
from umweg.store import Manifest, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True, with_sample=False)


def counted(found: Manifest) -> Counter[str]:
    reasons: list[str] = found.rows("set_aside")["reason"].to_pylist()
    return Counter({"kept": found.rows("flows").num_rows, **Counter(reasons)})


def test_every_row_of_many_blocks_is_counted_once(tmp_path: Path, store: Store) -> None:
    """The counts are those of a reading by Python's own csv, which knows nothing of blocks."""
    rng = random.Random(118)  # noqa: S311 - repeatable on purpose
    rows = []
    for year in range(2017, 2022):
        for month in range(1, 13):
            for partner in (643, 417, 51, 268, 156, 276, 251, 842, 699, 490):
                for code in ("854231", "854232", "8542", "85", "TOTAL"):
                    for flow in ("X", "M"):
                        row = comtrade_row(
                            period=f"{year}{month:02d}", partnerCode=partner, cmdCode=code,
                            flowCode=flow, classificationCode="H5",
                            cmdDesc=f'Goods "so, called";\n{"of any kind " * rng.randrange(20)}',
                            primaryValue=rng.randrange(1, 10**6),
                        )  # fmt: skip
                        rows.append(row)
                        if rng.random() < 0.1:
                            rows.append({**row, "motCode": "2100"})
                        if rng.random() < 0.02:
                            rows.append({**row, "partnerCode": "899"})
    one_line = [{**r, "cmdDesc": r["cmdDesc"].replace("\n", " ")} for r in rows]
    for n, held in enumerate((one_line, rows)):  # quotes over several lines take the slow way
        path = tmp_path / f"{n}.csv"
        path.write_text(comtrade_csv(*held), newline="")
        expected: Counter[str] = Counter()
        with path.open(newline="") as f:
            for row in csv.DictReader(f):
                expected["breakdown" if row["motCode"] != "0" else
                         "no-country" if row["partnerCode"] == "899" else "kept"] += 1  # fmt: skip
        found = import_files([path], store, dataset=f"d{n}")
        # A figure of an area that is no country may be stated twice; it is set aside before that.
        assert counted(found) == expected
        assert found.rows_read == expected.total() == found.rows_kept + found.rows_set_aside
        assert found.inputs[0].sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_sign_that_stands_between_joined_cells_moves_no_cell(
    tmp_path: Path, store: Store
) -> None:
    text = comtrade_csv(
        comtrade_row(), comtrade_row(period="202302", reporterDesc="Kazakh\x1fstan"),
        comtrade_row(period="202303", partnerCode="899", partnerDesc="\x1fAreas\x1f"),
    )  # fmt: skip
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    found = import_files([path], store)
    assert sorted(found.rows("flows")["period"].to_pylist()) == ["2023-01", "2023-02"]
    (aside,) = found.rows("set_aside").to_pylist()
    assert (aside["row"], aside["reason"]) == (4, "no-country")
