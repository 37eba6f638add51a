"""How long an import of a list takes: OFAC's SDN list with its aliases and addresses.

    python benchmarks/import_list.py [FOLDER]

Reads `bench_sdn_2021-07.csv.gz` and the two files of the same day (8,976 entities, 11,910 aliases,
13,837 addresses), which lie below UMWEG_RAW (github.com/moov-io/watchman @ 05de7744 and 7fc46a6b).
Each run is a process of its own, so that nothing is warm. Prints wall time, CPU time, peak memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 5
SCRIPT = """
import resource, sys, time
from pathlib import Path
from umweg.sources import import_files
from umweg.store import Store
store = Store.open(Path(sys.argv[1]), create=True, with_sample=False)
wall, cpu = time.perf_counter(), time.process_time()
m = import_files([Path(p) for p in sys.argv[2:]], store, source="ofac-sdn")
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{wall:6.2f} s wall, {cpu:6.2f} s CPU, {peak} MB peak, {m.rows_kept:,} rows kept")
"""


def main() -> None:
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("UMWEG_RAW", "../shared/data")
    folder = Path(named) / "lists" / "us_ofac_watchman"
    files = [folder / f"bench_{name}_2021-07.csv.gz" for name in ("sdn", "alt", "add")]
    if not all(f.exists() for f in files):
        sys.exit(f"no files in {folder}: set UMWEG_RAW")
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(
                [sys.executable, "-c", SCRIPT, str(Path(scratch) / "store"), *map(str, files)],
                check=True,
            )


if __name__ == "__main__":
    main()
