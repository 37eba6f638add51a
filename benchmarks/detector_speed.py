"""Measure the detector on a panel of the size of world trade, beside a bare sum of both legs.

    python benchmarks/detector_speed.py
    python benchmarks/detector_speed.py --places 190 --codes 5000 --months 72 --dates 2

The panel is drawn sparse (most cells of world trade are empty) as dense float32 arrays, as a scan
makes them. Timed is `detect`: both legs, the mirror gap, the two legs of a longer route, all
controls, all placebos, p and q. The yardstick is numpy's own sum over months of the two legs,
before and after, and their growth: no placebo, no control, the least that any method must do. Exit
code 1 where the goal is missed: 60 seconds and 6 GB of resident memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time

import numpy as np

from umweg.flows.detector import detect
from umweg.flows.panel import Panel

GOAL_SECONDS = 60.0
GOAL_GB = 6.0


def draw(places: int, codes: int, months: int, dates: int, seed: int) -> Panel:
    """A sparse random panel; a tenth of the goods restricted, two thirds of the places neutral."""
    rng = np.random.default_rng(seed)

    def flow(share: float) -> np.ndarray:
        out = np.zeros((places, codes, months), np.float32)
        for p in range(places):  # place by place: a mask of the whole would be as large again
            traded = np.flatnonzero(rng.random(codes) < share)
            level = np.exp(rng.normal(9.5, 1.8, (len(traded), 1)))
            noise = rng.gamma(0.8, 1.25, (len(traded), months))
            out[p, traded] = (level * noise * (rng.random(noise.shape) < 0.7)).astype(np.float32)
        return out

    sent = flow(0.5)
    arrived = sent * np.float32(1.06)
    measure = np.full(codes, -1, dtype=np.int64)
    restricted = rng.random(codes) < 0.1
    days = np.linspace(months // 2, months * 2 // 3, dates).astype(int)
    measure[restricted] = rng.choice(days, int(restricted.sum()))
    everywhere = np.ones((places, months), bool)
    names = tuple(f"{i:06d}" for i in range(codes))
    return Panel(
        target="ZZZ", places=tuple(f"P{i:03d}" for i in range(places)),
        transit=np.arange(places) < places // 3, units=names,
        heading=np.arange(codes, dtype=np.int64) // 4, restricted=restricted, measure=measure,
        months=tuple(f"{2019 + i // 12}-{i % 12 + 1:02d}" for i in range(months)),
        sent=sent, both_sent=sent, both_arrived=arrived, arrived=arrived, onward=flow(0.2),
        supply=flow(0.3), other_in=sent, from_transit=flow(0.1), to_transit=flow(0.1),
        direct=np.ones((codes, months), np.float32), publishes_exports=everywhere,
        publishes_imports=everywhere, sent_known=np.ones(months, bool),
    )  # fmt: skip


def main() -> int:
    """Draw, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=190)
    parser.add_argument("--codes", type=int, default=5000)
    parser.add_argument("--months", type=int, default=72)
    parser.add_argument("--dates", type=int, default=2, help="different dates of measures")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    panel = draw(given.places, given.codes, given.months, given.dates, given.seed)
    half = given.months // 2
    start, cpu = time.perf_counter(), time.process_time()
    for usd in (panel.sent, panel.onward):
        np.log1p(usd[:, :, half:].sum(axis=2)) - np.log1p(usd[:, :, :half].sum(axis=2))
    bare, bare_cpu = time.perf_counter() - start, time.process_time() - cpu
    start, cpu = time.perf_counter(), time.process_time()
    found = detect(panel)
    took, took_cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        json.dumps(
            {
                "cells": given.places * given.codes,
                "tested": int(found.tested.sum()),
                "placebos": int(found.placebo.sum()),
                "seconds": round(took, 1),
                "cpu_seconds": round(took_cpu, 1),
                "bare_sums_seconds": round(bare, 2),
                "bare_sums_cpu_seconds": round(bare_cpu, 2),
                "peak_gb": round(peak, 2),
            }
        )
    )
    return int(took > GOAL_SECONDS or peak > GOAL_GB)


if __name__ == "__main__":
    sys.exit(main())
