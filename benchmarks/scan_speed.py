"""Measure a scan of a large store against one bare aggregation of the same Parquet files.

    python benchmarks/generate_flows.py /tmp/world --rows 100_000_000 --seed 1
    python benchmarks/scan_speed.py /tmp/world

Every run is a process of its own, measured from its start to its end with imports, and with its
own peak of resident memory. The kinds alternate, after one run that warms the file cache:

bare   what a user would write: DuckDB, sum of value by (reporter, partner, flow, code, month) over
       all rows, its result counted. The yardstick of the goal.
read   a much lighter query, sum of value by (reporter, flow, month): little more than reading the
       columns once. The stricter yardstick.
scan   `umweg.flows.scan` with the goods lists of the EU's annexes, 2021 against 2022.

Then a plain scan of the packaged sample, as a newcomer runs it. Exit code 1 where the goal is
missed: a scan within 3 times the bare aggregation and under 6 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

GOAL_RATIO = 3.0
GOAL_GB = 6.0
GOAL_SAMPLE_SECONDS = 10.0
LISTS = (
    "eu-833-annex-ii",
    "eu-833-annex-x",
    "eu-833-annex-xi",
    "eu-833-annex-xviii",
    "eu-833-annex-xxiii",
)
KINDS = ("bare", "read", "scan")
KEYS = {"bare": "reporter, partner, flow, code, period", "read": "reporter, flow, period"}


def aggregate(store: Path, keys: str, threads: int) -> dict[str, object]:
    """One aggregation over every row of the store, without Umweg."""
    import duckdb

    con = duckdb.connect(config={"threads": threads})
    files = str(store / "snapshots" / "*" / "flows*.parquet")
    row = con.execute(
        "select count(*), sum(n) from (select count(*) n, sum(value_reported) value "  # noqa: S608
        f"from read_parquet($files) group by {keys}) where value > 0",
        {"files": files},
    ).fetchone()
    return {"groups": row[0], "rows": int(row[1])} if row else {}


def scan_store(store: Path, threads: int) -> dict[str, object]:
    """One scan, with the time of each query step."""
    import ibis.expr.types as ir
    import pyarrow as pa

    from umweg.evidence import Verdict
    from umweg.flows import ScanOptions, scan
    from umweg.periods import Window
    from umweg.store import DuckDBEngine, Store

    steps: dict[str, float] = {}

    class Timed(DuckDBEngine):
        def execute(self, expr: ir.Table, step: str) -> pa.Table:
            began = time.perf_counter()
            try:
                return super().execute(expr, step)
            finally:
                steps[step] = steps.get(step, 0.0) + time.perf_counter() - began

    result = scan(
        Store.open(store, with_sample=False, engine=Timed(threads=threads)),
        ScanOptions(
            goods_list=LISTS,
            before=Window("2021-01", "2021-12"),
            after=Window("2022-01", "2022-12"),
        ),
    )
    return {
        "steps": steps,
        "countries": len(result.countries),
        "corridors": len(result.corridors),
        "alerts": sorted(c.transit for c in result.countries if c.verdict is Verdict.ALERT),
    }


@dataclass(frozen=True)
class Measured:
    """One process: wall time, processor time of all threads, peak memory, what it printed."""

    seconds: float
    cpu_seconds: float
    peak_gb: float
    said: dict[str, object]


def run(command: list[str]) -> Measured:
    """Run a process and measure it alone."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(command)}")
    unit = 2**30 if sys.platform == "darwin" else 2**20
    said = json.loads(text) if text.startswith("{") else {}
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, said)


def spread(values: list[float], unit: str = "") -> str:
    """Median (least to most)."""
    return f"{statistics.median(values):.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


def main() -> int:
    """Read the command line, measure, print, judge."""
    parser = argparse.ArgumentParser(description="Measure a scan against a bare aggregation.")
    parser.add_argument("store", type=Path, help="store written by generate_flows.py")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=KINDS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    store, threads = arguments.store, arguments.threads
    if arguments.only is not None:
        said = (
            scan_store(store, threads)
            if arguments.only == "scan"
            else aggregate(store, KEYS[arguments.only], threads)
        )
        print(json.dumps(said))
        return 0

    def once(kind: str) -> Measured:
        own = [sys.executable, __file__, str(store), "--threads", str(threads), "--only", kind]
        return run(own)

    once("read")
    runs: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    for i in range(arguments.repeats):
        for kind in KINDS:
            found = once(kind)
            runs[kind].append(found)
            print(
                f"{i + 1} {kind:5} {found.seconds:7.1f} s {found.cpu_seconds:7.1f} s of processor "
                f"{found.peak_gb:6.2f} GB",
                flush=True,
            )

    bare, scan = runs["bare"][0].said, runs["scan"][0].said
    print(f"\n{bare['rows']:,} rows, {bare['groups']:,} groups, {threads} threads")
    for kind in KINDS:
        seconds = spread([m.seconds for m in runs[kind]], " s")
        cpu = spread([m.cpu_seconds for m in runs[kind]], " s")
        peak = spread([m.peak_gb for m in runs[kind]], " GB")
        print(f"{kind:5} {seconds}, processor {cpu}, peak {peak}")
    ratios = {
        kind: [s.seconds / b.seconds for s, b in zip(runs["scan"], runs[kind], strict=True)]
        for kind in ("bare", "read")
    }
    print(f"scan / bare {spread(ratios['bare'])}; scan / read {spread(ratios['read'])}")
    cpu_ratios = [
        s.cpu_seconds / b.cpu_seconds for s, b in zip(runs["scan"], runs["bare"], strict=True)
    ]
    print(f"the same in processor time: scan / bare {spread(cpu_ratios)}")
    steps = scan["steps"]
    if isinstance(steps, dict):
        engine = sum(steps.values())
        named = ", ".join(f"{k} {v:.1f}" for k, v in sorted(steps.items(), key=lambda x: -x[1]))
        print(f"of the first scan {engine:.1f} s in the engine: {named}")
    print(f"{scan['countries']} countries, {scan['corridors']} corridors, alerts {scan['alerts']}")
    planted = store / "generator.json"
    if planted.exists():
        print(f"detours planted: {json.loads(planted.read_text('utf-8'))['detours']}")

    sample = [run([sys.executable, "-m", "umweg", "scan"]).seconds for _ in runs["scan"]]
    print(f"scan of the packaged sample {spread(sample, ' s')}")
    largest = max(m.peak_gb for m in runs["scan"])
    verdicts = {
        f"within {GOAL_RATIO:g} times the bare aggregation": max(ratios["bare"]) <= GOAL_RATIO,
        f"under {GOAL_GB:g} GB": largest < GOAL_GB,
        f"the sample within {GOAL_SAMPLE_SECONDS:g} s": max(sample) < GOAL_SAMPLE_SECONDS,
    }
    for goal, met in verdicts.items():
        print(f"{goal}: {'yes' if met else 'NO'}")
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
