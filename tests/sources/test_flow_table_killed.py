"""An import that is killed leaves the previous state, whenever that happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 10

# One process forks a child for each import and kills it after a part of the time that an import
# takes; it looks at the store with nothing but the manifests and the hashes of the files.
SCRIPT = """
import json, os, random, signal, sys, time
from pathlib import Path
import pyarrow as pa
from umweg.geography import is_country
from umweg.nomenclature import codes
from umweg.sources import import_flows
from umweg.store import Store
from umweg.store.snapshots import sha256_of

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
files = sorted(folder.glob("*.csv"))
random.seed(int(sys.argv[3]))

def start(path):
    child = os.fork()
    if child:
        return child
    try:
        import_flows(path, Store.open(folder / "store", create=True, with_sample=False),
                     source=path.stem)
    finally:
        os._exit(0)

def held():
    store = Store.open(folder / "store", create=True, with_sample=False)
    for m in store.all_snapshots:
        for t in m.tables:
            assert sha256_of(m.folder / t.file) == t.sha256, m.snapshot_id
        assert m.rows("flows").num_rows == m.rows_kept
    return {m.source for m in store.all_snapshots}

# What is loaded once is loaded before the forks, so that the kills hit the import itself.
is_country("DEU"), codes("HS2017"), pa.array(["a"]).dictionary_encode().indices.to_numpy()
whole = []
for path in files[:2]:
    began = time.monotonic()
    os.waitpid(start(path), 0)
    whole.append(time.monotonic() - began)
results = []
for path in files[2:kills + 2]:
    before = held()
    child = start(path)
    time.sleep(random.uniform(0, min(whole)))
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _, status = os.waitpid(child, 0)
    after = held()
    results.append([os.WIFSIGNALED(status), sorted(before), sorted(after), path.stem])
left = len(list((folder / "store" / ".staging").iterdir()))
for path in files:
    import_flows(path, Store.open(folder / "store", with_sample=False), source=path.stem)
cleaned = len(list((folder / "store" / ".staging").iterdir()))
print(json.dumps({"results": results, "left": left, "cleaned": cleaned, "end": sorted(held())}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with SIGKILL")
def test_killed_imports_leave_the_previous_state(tmp_path: Path) -> None:
    header = "reporter,partner,flow,period,nomenclature,code,value_usd\n"
    for n in range(KILLS + 2):
        rows = [
            f"DEU,{p},X,{y}-{m:02d},HS2017,{c},{n + y + m}\n"
            for p in ("KGZ", "KAZ", "ARM", "GEO", "UZB", "RUS", "BLR", "TUR")
            for y in range(2010, 2024)
            for m in range(1, 13)
            for c in ("854231", "854232", "8541", "TOTAL")
        ]
        (tmp_path / f"f{n:02d}.csv").write_text(header + "".join(rows))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(KILLS), "20220224"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    killed = [r for r in told["results"] if r[0]]
    assert len(told["results"]) == KILLS
    assert len(killed) >= 3, "the kills came too late to test anything"
    for _, before, after, name in told["results"]:
        assert set(after) in (set(before), {*before, name})
    assert any(name not in after for _, _, after, name in killed)
    assert told["cleaned"] == 0
    assert told["end"] == [f"f{n:02d}" for n in range(KILLS + 2)]
