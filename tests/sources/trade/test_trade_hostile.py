"""Files that are broken or killed on the way: a named error or every row accounted for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.trade.files import comtrade_csv, comtrade_row
from umweg.errors import UmwegError
from umweg.sources import import_files
from umweg.store import Store
from umweg.store.snapshots import sha256_of

KILLS = int(os.environ.get("KILLS", "5"))


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


SCRIPT = """
import os, random, signal, sys, time
from pathlib import Path
from umweg.sources import import_files
from umweg.store import Store
folder, kills = Path(sys.argv[1]), int(sys.argv[2])
random.seed(int(sys.argv[3]))
def start(path):
    child = os.fork()
    if child:
        return child
    try:
        import_files([path], Store.open(folder / "store", create=True, with_sample=False),
                     source="comtrade", dataset=path.stem)
    finally:
        os._exit(0)
files = sorted(folder.glob("f*.csv"))
began = time.monotonic()
os.waitpid(start(files[0]), 0)
whole = time.monotonic() - began
killed = 0
for path in files[1 : kills + 1]:
    child = start(path)
    time.sleep(random.uniform(0, whole))
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _, status = os.waitpid(child, 0)
    killed += os.WIFSIGNALED(status)
print(killed)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with SIGKILL")
def test_a_killed_import_leaves_nothing_half_done(tmp_path: Path) -> None:
    """Killed at random moments; the full proof of 50 kills runs with KILLS=50."""
    for n in range(KILLS + 1):
        rows = [
            comtrade_row(period=f"{y}{m:02d}", cmdCode=c, classificationCode="H5",
                         primaryValue=n + y + m)
            for y in range(2017, 2022)
            for m in range(1, 13)
            for c in ("854231", "854232", "8541", "85", "TOTAL")
        ]  # fmt: skip
        (tmp_path / f"f{n:02d}.csv").write_text(comtrade_csv(*rows))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(KILLS), "24"],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1, "the kills came too late to test anything"
    store = Store.open(tmp_path / "store", with_sample=False)
    for m in store.all_snapshots:
        for t in m.tables:
            assert sha256_of(m.folder / t.file) == t.sha256
        assert m.rows("flows").num_rows == m.rows_kept == 300
    again = import_files([tmp_path / "f01.csv"], store, source="comtrade", dataset="f01")
    assert again.rows_kept == 300
    # What the killed ones left is gone: the next import removes it.
    assert list((tmp_path / "store" / ".staging").iterdir()) == []
