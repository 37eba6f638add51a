"""An import of a list that is killed leaves the previous state, whenever that happens.

`SLOW_TESTS=1` kills 50 times instead of 8.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.test_list_changes import sdn

KILLS = 50 if os.environ.get("SLOW_TESTS") else 8

# One process forks a child for each import and kills it after a part of the time that an import
# takes; it looks at the store with nothing but the manifests and the hashes of the files.
SCRIPT = """
import json, os, random, signal, sys, time
from pathlib import Path
from umweg.sources import import_files
from umweg.sources.lists.places import alpha3_of
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
        import_files([path], Store.open(folder / "store", create=True, with_sample=False),
                     source="ofac-sdn", dataset=path.stem, allow_shrink=True)
    finally:
        os._exit(0)

def held():
    store = Store.open(folder / "store", create=True, with_sample=False)
    for m in store.all_snapshots:
        assert not m.differing(), m.snapshot_id
        assert m.rows("entities").num_rows == m.rows_kept
    return {m.dataset for m in store.all_snapshots}

alpha3_of("Russia")  # what is loaded once is loaded before the forks
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
    results.append([os.WIFSIGNALED(status), sorted(before), sorted(held()), path.stem])
for path in files:
    os.waitpid(start(path), 0)
left = len(list((folder / "store" / ".staging").iterdir()))
print(json.dumps({"results": results, "left": left, "end": sorted(held())}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with SIGKILL")
def test_killed_imports_leave_the_previous_state(tmp_path: Path) -> None:
    for n in range(KILLS + 2):
        found = [
            (i, f"FIRM {n} {i}", "CUBA", f"Tax ID No. {i} (Russia); a.k.a. 'F{i}'.")
            for i in range(1, 801)
        ]
        (tmp_path / f"f{n:02d}.csv").write_text(sdn(*found))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path), str(KILLS), "20220224"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["results"]) == KILLS
    assert sum(r[0] for r in told["results"]) >= KILLS // 4, "the kills came too late"
    for _, before, after, name in told["results"]:
        assert set(after) in (set(before), {*before, name})
    assert any(name not in after for _, _, after, name in told["results"])
    assert told["left"] == 0
    assert told["end"] == [f"f{n:02d}" for n in range(KILLS + 2)]
