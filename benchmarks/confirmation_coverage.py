"""How often the confirmation of a country is right: its intervals in planted worlds.

    python benchmarks/confirmation_coverage.py --family base --family base-null --seeds 10

Needs the extra `econ`. For each leg, countries are sorted by what was planted in them: the planted
volume as a share of what the leg's restricted goods would have been without it. Told: there is
an interval. Above, below: the 95 % interval lies wholly on that side of no effect. By country: the
same of the interval that is clustered by country, which is shown as a check alone.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from umweg.flows import ppml
from umweg.flows.confirmation import confirm
from umweg.flows.file_tables import read_tables
from umweg.flows.panel import Panel
from umweg.flows.panel_files import file_panel
from umweg.flows.policy import load_policy
from umweg.store.engine import DuckDBEngine
from umweg.validation.worlds import World, family_named, make_world

CLASSES = ((0.0, "nothing"), (0.1, "up to 10 %"), (0.5, "10 to 50 %"), (np.inf, "over 50 %"))
NOT_SEEN = {"inbound": ("hop-2",), "onward": ("ghost", "hop-1")}
"""What is planted on other legs: goods from another transit country, goods that vanish, goods that
go to another transit country."""


def planted_share(panel: Panel, world: World, place: int, leg: str) -> float:
    """Planted volume over the rest of the leg's restricted goods, from the measures on."""
    planted = sum(
        r["volume_usd"]
        for r in world.truth.to_pylist()
        if r["transit"] == panel.places[place] and r["kind"] not in NOT_SEEN[leg]
    )
    first = int(panel.measure[panel.restricted].min())
    usd = panel.sent if leg == "inbound" else panel.onward
    whole = float(usd[place, panel.restricted, first:].sum())
    return planted / max(whole - planted, 1.0)


def in_process(columns: Mapping[str, NDArray[Any]], seconds: float) -> dict[str, Any]:
    """The fit without the guard, which would start a process for each of thousands."""
    del seconds
    return ppml.fit(columns)


def main() -> None:
    """Draw the worlds, fit every transit country, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--family", action="append", required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=101)
    asked = parser.parse_args()
    policy = load_policy()
    seen: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for family in asked.family:
        for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
            world = make_world(family_named(family), seed)
            tables = read_tables(
                DuckDBEngine(), world.flows, world.goods, world.roles, world.concordance
            )
            panel = file_panel(tables, policy.tau).panel
            for place in np.flatnonzero(panel.transit).tolist():
                for e in confirm(panel, place, policy.confirmation, in_process):
                    share = planted_share(panel, world, place, e.leg)
                    size = next(name for most, name in CLASSES if share <= most)
                    count = seen[family, e.leg, size]
                    count["countries"] += 1
                    if e.low is not None and e.high is not None:
                        count["told"] += 1
                        count["above"] += e.low > 0
                        count["below"] += e.high < 0
                    if e.low_by_country is not None and e.high_by_country is not None:
                        count["by country"] += e.low_by_country > 0 or e.high_by_country < 0
    print("| family | leg | planted | countries | told | above | below | by country |")
    print("|---|---|---|---|---|---|---|---|")
    order = [name for _, name in CLASSES]
    for family, leg, size in sorted(seen, key=lambda k: (k[0], k[1], order.index(k[2]))):
        c = seen[family, leg, size]
        parts = [f"{c[k] / max(c['told'], 1):.0%}" for k in ("above", "below", "by country")]
        print(f"| {family} | {leg} | {size} | {c['countries']} | {c['told']} | "
              f"{' | '.join(parts)} |")  # fmt: skip


if __name__ == "__main__":
    main()
