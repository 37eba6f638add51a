"""An import that is killed leaves the previous state, whenever that happens.

Three ways into the store: a table of figures, a publisher's figures judged in the engine, a list of
parties. `SLOW_TESTS=1` kills each 50 times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.trade.files import comtrade_csv, comtrade_row
from tests.store.test_list_changes import sdn
from tests.thorough import times
from umweg.sources import import_files
from umweg.store import Store

KILLS = times(6, 50)

# One process forks a child for each import and kills it after a part of the time that an import
# takes; it looks at the store with nothing but the manifests, the hashes and the rows of the files.
SCRIPT = """
import json, os, random, signal, sys, time
from pathlib import Path
import ibis.backends.duckdb
import pyarrow as pa
import umweg.sources.lists.ofac_csv, umweg.sources.trade.figures, umweg.store.bulk
from umweg.geography import is_country
from umweg.nomenclature import codes
from umweg.sources import import_files
from umweg.sources.lists.places import alpha3_of
from umweg.store import Store

folder, kills, source = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
files = sorted(folder.glob("*.csv"))
random.seed(20220224)

def start(path):
    child = os.fork()
    if child:
        return child
    try:
        import_files([path], Store.open(folder / "store", create=True, with_sample=False),
                     source=source, dataset=path.stem, allow_shrink=True)
    finally:
        os._exit(0)

def held():
    store = Store.open(folder / "store", create=True, with_sample=False)
    assert not store.incomplete()
    for m in store.all_snapshots:
        assert not m.differing(), m.snapshot_id
        assert sum(m.rows(t).num_rows for t in ("flows", "entities")) == m.rows_kept
    return sorted(m.dataset for m in store.all_snapshots)

# What is loaded once is loaded before the forks, so that the kills hit the import itself.
is_country("DEU"), codes("HS2017"), alpha3_of("Russia")
pa.array(["a"]).dictionary_encode().indices.to_numpy()
whole = []
for path in files[:2]:
    began = time.monotonic()
    os.waitpid(start(path), 0)
    whole.append(time.monotonic() - began)
results, limit = [], min(whole)
for path in files[2:kills + 2]:
    before = held()
    child = start(path)
    time.sleep(random.uniform(0, limit))
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        limit *= 0.7  # the machine has become faster than it was when the time was taken
    results.append([os.WIFSIGNALED(status), before, held(), path.stem])
print(json.dumps(results))
"""


def table(n: int) -> str:
    rows = [
        f"DEU,{p},X,{y}-{m:02d},HS2017,{c},{n + y + m}\n"
        for p in ("KGZ", "KAZ", "ARM", "GEO", "UZB", "RUS", "BLR", "TUR")
        for y in range(2010, 2024)
        for m in range(1, 13)
        for c in ("854231", "854232", "8541", "TOTAL")
    ]
    return "reporter,partner,flow,period,nomenclature,code,value_usd\n" + "".join(rows)


def comtrade(n: int) -> str:
    return comtrade_csv(*(
        comtrade_row(period=f"{y}{m:02d}", cmdCode=c, classificationCode="H5",
                     primaryValue=n + y + m)
        for y in range(2017, 2022)
        for m in range(1, 13)
        for c in ("854231", "854232", "8541", "85", "TOTAL")
    ))  # fmt: skip


def firms(n: int) -> str:
    return sdn(*(
        (i, f"FIRM {n} {i}", "CUBA", f"Tax ID No. {i} (Russia); a.k.a. 'F{i}'.")
        for i in range(1, 801)
    ))  # fmt: skip


KINDS = {"own-table": table, "comtrade": comtrade, "ofac-sdn": firms}


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with SIGKILL")
@pytest.mark.parametrize("source", KINDS)
def test_killed_imports_leave_the_previous_state(
    tmp_path: Path, source: str, record_property: Callable[[str, object], None]
) -> None:
    files = [tmp_path / f"f{n:02d}.csv" for n in range(KILLS + 2)]
    for n, path in enumerate(files):
        path.write_text(KINDS[source](n))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path), str(KILLS), source],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert len(results) == KILLS
    killed = sum(was_killed for was_killed, *_ in results)
    record_property("killed", f"{killed} of {KILLS}")
    assert killed >= KILLS // 4, "the kills came too late to test anything"
    for _, before, after, name in results:
        assert after in (before, sorted([*before, name]))
    assert any(name not in after for _, _, after, name in results)
    store = Store.open(tmp_path / "store", with_sample=False)
    for path in files:  # after all that, every file can still be imported
        import_files([path], store, source=source, dataset=path.stem, allow_shrink=True)
    assert {m.dataset for m in store.all_snapshots} == {path.stem for path in files}
    # What the killed ones left is gone: the next import removes it.
    assert list((store.root / ".staging").iterdir()) == []
