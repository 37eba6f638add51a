"""Measured quality of the detector and of the known methods, on planted worlds of fresh seeds.

Every world is drawn, written as tables in the form of `umweg scan --flows`, and read and scored as
a user's files would be. Every method ranks the same corridors and gets its p-values in the same
way, as ranks among unrestricted goods.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from umweg.errors import InputError
from umweg.flows.baselines import BASELINES
from umweg.flows.detector import Detection, detect
from umweg.flows.file_tables import read_tables
from umweg.flows.panel_files import FilePanel, file_panel
from umweg.flows.policy import load_policy
from umweg.flows.stats import Array, Flags, benjamini_hochberg, placebo_p
from umweg.flows.volumes import volumes_of
from umweg.store.engine import DuckDBEngine
from umweg.validation.worlds import World, family_named, make_world

DETECTOR = "umweg"
LEVELS = (0.05, 0.10, 0.20)
SIZES = (("below 0.3 m", 0.0, 3e5), ("0.3 to 1.5 m", 3e5, 1.5e6), ("above 1.5 m", 1.5e6, np.inf))
"""Classes of the planted volume, USD."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One world to be measured."""

    family: str
    seed: int

    @property
    def key(self) -> str:
        """What names the world in a file of results."""
        return f"{self.family}/{self.seed}"


def auc(score: Array, truth: Flags) -> float:
    """Area under the ROC curve: the chance that a planted corridor is above another one."""
    from scipy.stats import rankdata

    n, m = int(truth.sum()), int((~truth).sum())
    if not n or not m:
        return float("nan")
    return float((rankdata(score)[truth].sum() - n * (n + 1) / 2) / (n * m))


def average_precision(score: Array, truth: Flags) -> float:
    """Mean of the precision at each planted corridor, ties in the order against the method."""
    order = np.lexsort((truth, -score))
    hit = truth[order]
    if not hit.any():
        return float("nan")
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    return float(precision[hit].mean())


def precision_at(score: Array, truth: Flags, n: int) -> float:
    """Share of planted corridors among the first n."""
    order = np.lexsort((truth, -score))[:n]
    return float(truth[order].mean())


def measure(task: Task) -> Record:
    """Draw, read, score and measure one world."""
    world = make_world(family_named(task.family), task.seed)
    rules = load_policy()
    tables = read_tables(
        DuckDBEngine(threads=1), world.flows, world.goods, world.roles, world.concordance
    )
    held = file_panel(tables, rules.tau)
    found = detect(held.panel, rules.min_placebos)
    truth, volume = _truth(world, held)
    cells = np.broadcast_to(held.panel.restricted, truth.shape) & held.panel.transit[:, None]
    record: Record = {
        "world": task.key,
        "family": task.family,
        "seed": task.seed,
        "corridors": int(cells.sum()),
        "planted": int(truth[cells].sum()),
        "placebos": int(found.placebo.sum()),
        "methods": {DETECTOR: _quality(found.score, found.q, cells, truth)},
    }
    for name, method in BASELINES.items():
        score = np.asarray(method(found), dtype=np.float64)
        record["methods"][name] = _quality(score, _q(score, found), cells, truth)
    record["volumes"] = _volumes(found, cells, volume)
    return record


def _truth(world: World, held: FilePanel) -> tuple[Flags, Array]:
    panel = held.panel
    place = {p: i for i, p in enumerate(panel.places)}
    unit = {g.code: u for u, goods in held.goods.items() for g in goods}
    volume = np.zeros(panel.shape[:2])
    for row in world.truth.to_pylist():
        volume[place[row["transit"]], unit[row["code"]]] += row["volume_usd"]
    return volume > 0, volume


def _q(score: Array, found: Detection) -> Array:
    """q of a baseline: ranks among the placebos, as for the detector."""
    pool = score[found.placebo & np.isfinite(score)]
    p = np.full(score.shape, np.nan)
    p[found.tested] = placebo_p(score[found.tested], pool)
    return benjamini_hochberg(p.ravel()).reshape(p.shape)


def _quality(score: Array, q: Array, cells: Flags, truth: Flags) -> Record:
    s = np.nan_to_num(score[cells], nan=-1e9, posinf=1e9, neginf=-1e9)
    y = truth[cells]
    out: Record = {
        "auc": auc(s, y),
        "average_precision": average_precision(s, y),
        "precision_50": precision_at(s, y, 50),
        "precision_100": precision_at(s, y, 100),
    }
    for level in LEVELS:
        flag = q[cells] <= level
        out[f"flagged_{level:g}"] = int(flag.sum())
        out[f"fdr_{level:g}"] = float((flag & ~y).sum() / max(1, flag.sum()))
        out[f"power_{level:g}"] = float((flag & y).sum() / max(1, y.sum()))
    return out


def _volumes(found: Detection, cells: Flags, volume: Array) -> Record:
    """Estimate against truth over the corridors flagged at 10 %, in all and by size class."""
    rules = load_policy()
    places, units = np.nonzero(cells & (found.q <= 0.10))
    v = volumes_of(found, places, units, rules.volume)
    true = volume[places, units]
    inside = (v.lower <= true) & (true <= v.upper)
    out: Record = {
        "flagged": len(places),
        "estimate_usd": float(v.central.sum()),
        "truth_usd": float(true.sum()),
        "inside": int(inside.sum()),
        "classes": {},
    }
    for name, low, high in SIZES:
        mine = (true > low) & (true <= high)
        out["classes"][name] = {
            "flagged": int(mine.sum()),
            "estimate_usd": float(v.central[mine].sum()),
            "truth_usd": float(true[mine].sum()),
            "inside": int(inside[mine].sum()),
        }
    return out


def run_study(
    tasks: Sequence[Task],
    *,
    workers: int = 1,
    state: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Record]:
    """Measure worlds, several at a time; what is in the state file already is not done again.

    Args:
        tasks: The worlds.
        workers: Processes.
        state: A file of one JSON object a line, appended to after each world.
        progress: Called with the number done and the number of all.

    Raises:
        InputError: the state file is no such file.
    """
    done = _read_state(state)
    wanted = {t.key for t in tasks}
    records = {k: r for k, r in done.items() if k in wanted}
    todo = [t for t in tasks if t.key not in records]
    total = len(tasks)

    def keep(record: Record) -> None:
        records[record["world"]] = record
        if state is not None:
            with state.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(record) + "\n")
        if progress is not None:
            progress(len(records), total)

    if workers <= 1:
        for task in todo:
            keep(measure(task))
    else:
        # A fresh interpreter for each worker: a forked one would share the engine's threads.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for finished in as_completed([pool.submit(measure, t) for t in todo]):
                keep(finished.result())
    return [records[t.key] for t in tasks]


def _read_state(state: Path | None) -> dict[str, Record]:
    if state is None or not state.exists():
        return {}
    found: dict[str, Record] = {}
    for number, line in enumerate(state.read_text("utf-8").splitlines(), 1):
        try:
            record = json.loads(line)
            found[record["world"]] = record
        except (ValueError, KeyError, TypeError) as error:
            if number == len(state.read_text("utf-8").splitlines()):
                break  # the run was killed while it wrote its last line
            raise InputError(
                "this is no file of measured worlds", where=f"{state}, line {number}",
                next_step="name another file with --state",
            ) from error  # fmt: skip
    return found
