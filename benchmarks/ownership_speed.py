"""A million relations: the cascade of each authority's rule, and a plain Python loop beside it.

    python benchmarks/ownership_speed.py [--relations N]

Invented holdings: firms of up to five holders, chains and cycles, a tenth of the shares unknown,
one entity in two hundred listed.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

import numpy as np
import pyarrow as pa

from umweg.parties.ownership import ownership
from umweg.regime import load
from umweg.store.party_contracts import RELATIONS


def relations(size: int, seed: int = 1) -> pa.Table:
    """Random holdings in the columns of the contract."""
    rng = np.random.default_rng(seed)
    entities = size // 2
    firm = rng.integers(0, entities, size)
    holder = rng.integers(0, entities, size)
    low = rng.integers(1, 60, size).astype(float)
    high = np.where(rng.random(size) < 0.1, 100.0, low)
    names = np.char.add("e", np.arange(entities).astype(str))
    given = {
        "subject_id": pa.array(names[holder]),
        "object_id": pa.array(names[firm]),
        "kind": pa.repeat("Ownership", size),
        "role": pa.repeat("shareholding", size),
        "share_min": pa.array(low),
        "share_max": pa.array(high),
        "origin_id": pa.repeat("invented", size),
    }
    columns = [given.get(f.name, pa.nulls(size, f.type)) for f in RELATIONS.schema]
    return pa.table(columns, schema=RELATIONS.schema)


def naive(table: pa.Table, listed: set[str]) -> set[str]:
    """Rounds of a Python loop over all holdings until nothing changes."""
    rows = list(
        zip(*(table[c].to_pylist() for c in ("subject_id", "object_id", "share_min")), strict=True)
    )
    owned: set[str] = set()
    while True:
        totals: dict[str, float] = {}
        for who, firm, share in rows:
            if who in listed or who in owned:
                totals[firm] = totals.get(firm, 0.0) + share
        new = {f for f, t in totals.items() if t >= 50} - listed
        if new == owned:
            return owned
        owned = new


def main() -> None:
    """Print seconds and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--relations", type=int, default=1_000_000)
    size = parser.parse_args().relations
    rules, day = load().ownership_rules, date(2026, 11, 1)
    table = relations(size)
    listed = [f"e{n}" for n in range(0, size // 2, 200)]
    ownership(relations(1000), ["e0"], rules["ofac"], day)  # compiles the loop
    seconds = {}
    for authority in ("ofac", "eu", "uk"):
        start = time.perf_counter()
        found = ownership(table, listed, rules[authority], day)
        seconds[authority] = time.perf_counter() - start
        owned, possible = int(found.found.owned.sum()), int(found.found.possible.sum())
        unknown = possible - owned
        print(f"{authority}: {seconds[authority]:.2f} s, {owned:,} owned, {unknown:,} unknown")
    start = time.perf_counter()
    naive(table, set(listed))
    plain = time.perf_counter() - start
    print(f"plain loop, lower shares only: {plain:.2f} s, {plain / seconds['ofac']:.1f} times ofac")


if __name__ == "__main__":
    main()
