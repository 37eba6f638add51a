"""Write a store of invented flow tables of any size, to measure speed and memory on.

    python benchmarks/generate_flows.py OUT_DIR --rows 100_000_000 --seed 1

The store is a valid one: `umweg scan --store OUT_DIR` reads it like any other. It holds monthly
statements of 190 reporters about each other, exports (FOB) and imports (CIF) of HS6 codes, 2019-01
to 2024-12, HS2017 until 2021 and HS2022 after, all in USD, and the coverage of every reporter.
`--rows` counts the statements by code; the all-goods totals (about one more row in twenty) come
on top. One snapshot a year; inside, rows are sorted by flow, reporter, period, code and partner,
as publishers hand them out.

How the world is made: a *channel* is an (exporter, importer, code) that trades now and then.
Countries and codes have fat-tailed sizes, so that few channels carry most of the value and most
pairs trade few codes. Every channel has a log-normal size, a chance to trade in a month, and a
shipment every month that it trades; both sides state the same shipment, the importer with freight
and its own error, and each may be silent. From the month of the first measures the coalition's
restricted goods to the target fall, and in three transit countries (written to `generator.json`)
the inbound and onward legs rise while a part of what was sent never arrives. The target stops
publishing. Countries, lists and dates come from the regime; no figure is real.

The same rows and seed give the same tables. Memory stays under 4 GB at any size.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import string
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from umweg import nomenclature as nom
from umweg.geography import is_country
from umweg.periods import Window
from umweg.regime import load
from umweg.store import Store, commit
from umweg.store.contracts import COVERAGE, FLOWS, ORIGINS, TOTAL

TARGET = "RUS"
MONTHS = Window("2019-01", "2024-12").periods
COUNTRIES = 190
DETOURS = 3
PRESENCE = 0.6
"""Mean chance that a channel trades in a month."""
PART_ROWS = 4_500_000
"""Most rows of one Parquet file: what bounds the memory."""
SOURCE = "generated-flows"
ORIGIN = "generated"
PUBLISHED = "2025-03-01"

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Countries, codes and channels; the arrays of channels have one position each."""

    countries: tuple[str, ...]
    codes: tuple[str, ...]
    detours: tuple[str, ...]
    measures_from: str
    exporter: Ints
    importer: Ints
    code_2017: Ints
    code_2022: Ints
    size: Floats
    presence: Floats
    price: Floats
    growth: Floats
    direct: NDArray[np.bool_]
    inbound: NDArray[np.bool_]
    onward: NDArray[np.bool_]


def draw_world(rows: int, seed: int) -> World:
    """Draw countries, codes and as many channels as the rows need."""
    rng = np.random.default_rng(seed)
    regime = load()
    start = regime.main_measures_from(TARGET)
    coalition = regime.coalition(TARGET, start.replace(year=start.year + 1))
    transit = sorted({c.country for c in regime.transit(TARGET)} - coalition)
    named = [*sorted(coalition), *transit, *sorted(set(regime.target_codes) - set(transit))]
    everybody = ("".join(x) for x in itertools.product(string.ascii_uppercase, repeat=3))
    others = [c for c in everybody if c not in named and is_country(c)]
    others = sorted(rng.choice(others, COUNTRIES - len(named), replace=False).tolist())
    countries = tuple(sorted([*named, *others]))
    neutral = sorted(set(transit) - set(regime.target_codes))
    detours = tuple(sorted(rng.choice(neutral, DETOURS, replace=False).tolist()))

    into = _renamings()
    old = sorted(into)
    codes = tuple(sorted({*old, *(c for c in nom.codes(nom.HS2022) if len(c) == 6)}))
    index = {c: i for i, c in enumerate(codes)}
    listed = {
        entry.code
        for name in regime.goods_lists
        for entry in regime.goods_list(name).members(None, None)
        if TARGET in regime.goods_list(name).targets and entry.nomenclature == "HS2017"
    }
    exporter, importer, code, renamed = _channels(rows, countries, coalition, into, index, rng)
    n = len(code)
    of_coalition = np.array([c in coalition for c in countries])
    of_detours = np.array([c in detours for c in countries])
    is_target = np.array([c == TARGET for c in countries])
    restricted = np.array([c in listed or c[:4] in listed for c in old])[code]
    sent = restricted & of_coalition[exporter]
    tail = rng.lognormal(0.0, 1.0, len(old))
    return World(
        countries=countries,
        codes=codes,
        detours=detours,
        measures_from=f"{start:%Y-%m}",
        exporter=exporter,
        importer=importer,
        code_2017=np.array([index[c] for c in old])[code],
        code_2022=renamed,
        size=np.exp(rng.normal(9.5, 2.2, n)) * tail[code],
        presence=rng.beta(1.2, 0.8, n),
        price=np.exp(rng.normal(2.0, 1.5, len(old)))[code] * np.exp(rng.normal(0, 0.3, n)),
        growth=rng.normal(0.03, 0.06, COUNTRIES)[importer],
        direct=sent & is_target[importer],
        inbound=sent & of_detours[importer],
        onward=restricted & of_detours[exporter] & is_target[importer],
    )


def _channels(
    rows: int,
    countries: tuple[str, ...],
    coalition: frozenset[str],
    into: dict[str, tuple[str, ...]],
    index: dict[str, int],
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Distinct (exporter, importer, code), drawn by fat-tailed weights, and the later code."""
    n = int(np.ceil(rows / (2 * len(MONTHS)) / PRESENCE)) + 1
    scale = np.array([6.0 if c in coalition else 2.0 for c in countries])
    sells = scale * rng.lognormal(0.0, 1.2, len(countries))
    buys = scale * rng.lognormal(0.0, 1.0, len(countries))
    wanted = rng.lognormal(0.0, 1.0, len(into))

    def pick(weights: Floats, size: int) -> Ints:
        return rng.choice(len(weights), size, p=weights / weights.sum())

    found = np.zeros(0, dtype=np.int64)
    while len(found) < 1.1 * n:
        x, m, c = pick(sells, n), pick(buys, n), pick(wanted, n)
        key = (x * len(countries) + m) * len(into) + c
        found = np.unique(np.concatenate([found, key[x != m]]))
    pair, code = np.divmod(found, len(into))
    renamed = _renamed(into, index, code, rng)
    # Two codes that became one would be stated twice: one of them is left out.
    _, single = np.unique(pair * len(index) + renamed, return_index=True)
    kept = np.sort(rng.choice(single, n, replace=False))
    exporter, importer = np.divmod(pair[kept], len(countries))
    return exporter, importer, code[kept], renamed[kept]


def _renamings() -> dict[str, tuple[str, ...]]:
    """HS2017 code → the HS2022 codes that it became; without those that became none."""
    old = (c for c in nom.codes(nom.HS2017) if len(c) == 6)
    into = {
        c: (c,)
        if nom.exists(c, nom.HS2022)
        else tuple(s.code for s in nom.successors(c, nom.HS2017, nom.HS2022))
        for c in old
    }
    return {c: x for c, x in into.items() if x}


def _renamed(
    into: dict[str, tuple[str, ...]], index: dict[str, int], code: Ints, rng: np.random.Generator
) -> Ints:
    """The HS2022 code of every channel: its own, or one of the codes it was split into."""
    old = sorted(into)
    renamed = np.array([index[into[c][0]] for c in old])[code]
    for i, c in enumerate(old):
        if len(into[c]) > 1:
            here = np.flatnonzero(code == i)
            renamed[here] = rng.choice([index[x] for x in into[c]], len(here))
    return renamed


def stated(world: World, reporter: Ints, month: str) -> NDArray[np.bool_]:
    """Whether each statement's reporter publishes the month: the target stops."""
    silent = month >= world.measures_from
    return ~((reporter == world.countries.index(TARGET)) & silent)


@dataclass(frozen=True)
class Month:
    """The statements of one month, unsorted."""

    month: int
    flow: Ints
    reporter: Ints
    partner: Ints
    code: Ints
    value: Floats
    weight: Floats


def draw_month(world: World, number: int, rows: int, rng: np.random.Generator) -> Month:
    """Draw a month's shipments and who states them: exactly `rows` statements and the totals."""
    month = MONTHS[number]
    n = len(world.size)
    after = month >= world.measures_from
    shipment = world.size * np.exp(rng.normal(0.0, 0.7, n)) * (1 + world.growth) ** (number / 12)
    sent, arrived = shipment, shipment * 1.06 * np.exp(rng.normal(0.0, 0.1, n))
    if after:
        sent = shipment * np.select([world.direct, world.inbound, world.onward], [0.1, 4.0, 6.0], 1)
        arrived = arrived * np.select([world.direct, world.inbound], [0.1, 2.4], 1)
    code = world.code_2017 if month < "2022-01" else world.code_2022
    halves = []
    for flow, stated_value in ((0, sent), (1, arrived)):
        reporter, partner = world.exporter, world.importer
        if flow:
            reporter, partner = partner, reporter
        # The smallest of exponential variates over chances: drawn by chance, exactly as many.
        order = rng.exponential(size=n) / world.presence
        order[~stated(world, reporter, month)] = np.inf
        quota = rows // 2 + (rows % 2) * flow
        chosen = np.argpartition(order, quota - 1)[:quota]
        chosen = chosen[np.isfinite(order[chosen])]
        value = np.maximum(np.round(stated_value[chosen]), 1.0)
        weight = np.round(value / world.price[chosen], 1)
        who, other, what = reporter[chosen], partner[chosen], code[chosen]
        pair = who * COUNTRIES + other
        sums, kilos = np.bincount(pair, value), np.bincount(pair, weight)
        held = np.flatnonzero(sums)
        halves.append(
            (
                np.full(len(chosen) + len(held), flow),
                np.concatenate([who, held // COUNTRIES]),
                np.concatenate([other, held % COUNTRIES]),
                np.concatenate([what, np.full(len(held), len(world.codes))]),
                np.concatenate([value, sums[held]]),
                np.concatenate([weight, kilos[held]]),
            )
        )
    return Month(number, *(np.concatenate(x) for x in zip(*halves, strict=True)))


def as_table(world: World, months: list[Month]) -> pa.Table:
    """Statements as rows of the contract, sorted by flow, reporter, period, code, partner."""
    month = np.concatenate([np.full(len(m.flow), m.month) for m in months])
    flow, reporter, partner, code = (
        np.concatenate([getattr(m, name) for m in months])
        for name in ("flow", "reporter", "partner", "code")
    )
    key = ((flow * COUNTRIES + reporter) * len(MONTHS) + month) * (len(world.codes) + 1) + code
    order = np.argsort(key * COUNTRIES + partner)

    def text(values: tuple[str, ...], which: Ints) -> pa.Array:
        labels = pa.array(values, pa.string())
        return pa.DictionaryArray.from_arrays(which.astype(np.int32), labels).cast(pa.string())

    def number(name: str) -> pa.Array:
        return pa.array(np.concatenate([getattr(m, name) for m in months])[order])

    n = len(order)
    # One year is written at a time, so that the vintage is one for the whole part.
    vintage = "HS2017" if MONTHS[months[0].month] < "2022-01" else "HS2022"
    return pa.table(
        {
            "reporter": text(world.countries, reporter[order]),
            "partner": text(world.countries, partner[order]),
            "flow": text(("X", "M"), flow[order]),
            "freq": pa.repeat("M", n),
            "period": text(MONTHS, month[order]),
            "nomenclature": pa.repeat(vintage, n),
            "code": text((*world.codes, TOTAL), code[order]),
            "value_reported": number("value"),
            "currency": pa.repeat("USD", n),
            "basis": text(("FOB", "CIF"), flow[order]),
            "net_weight_kg": number("weight"),
            "quantity": pa.nulls(n, pa.float64()),
            "quantity_unit": pa.nulls(n, pa.string()),
            "partial_code": pa.repeat(False, n),
            "origin_id": pa.repeat(ORIGIN, n),
        },
        schema=FLOWS.schema,
    )


def coverage(world: World, months: tuple[str, ...]) -> pa.Table:
    """Which reporter published which month."""
    numbers = np.arange(COUNTRIES)
    return pa.Table.from_pylist(
        [
            {
                "reporter": reporter, "flow": flow, "freq": "M", "period": month, "scope": scope,
                "status": "published" if published else "missing",
                "practice": None, "note": None, "origin_id": ORIGIN,
            }
            for month in months
            for reporter, published in zip(
                world.countries, stated(world, numbers, month), strict=True
            )
            for flow in ("X", "M")
            for scope in ("codes", "total")
        ],
        schema=COVERAGE.schema,
    )  # fmt: skip


def origin() -> pa.Table:
    """The origin of every figure: this program."""
    row = {
        "origin_id": ORIGIN,
        "publisher": "nobody: generated",
        "title": "Invented statements for measuring speed",
        "url": None,
        "licence": "Apache-2.0",
        "vintage": PUBLISHED,
        "derivation": "benchmarks/generate_flows.py",
    }
    return pa.Table.from_pylist([row], schema=ORIGINS.schema)


def generate(out: Path, rows: int, seed: int) -> int:
    """Write the store; returns the number of rows with the totals."""
    world = draw_world(rows, seed)
    store = Store.open(out, create=True, with_sample=False)
    quotas = [(i + 1) * rows // len(MONTHS) - i * rows // len(MONTHS) for i in range(len(MONTHS))]
    step = max(1, min(12, int(PART_ROWS / (max(quotas) + 1))))
    total = 0
    for year in sorted({m[:4] for m in MONTHS}):
        here = [i for i, m in enumerate(MONTHS) if m.startswith(year)]
        with store.importing() as stage:
            written = 0
            for k in range(0, len(here), step):
                drawn = [
                    # A stream of its own for every month: the same however months are grouped.
                    draw_month(world, i, quotas[i], np.random.default_rng([seed, i]))
                    for i in here[k : k + step]
                ]
                table = as_table(world, drawn)
                stage.write("flows", table, part=MONTHS[here[k]])
                written += table.num_rows
            stage.write("coverage", coverage(world, tuple(MONTHS[i] for i in here)))
            stage.write("origins", origin())
            commit(
                store.root, stage, source=SOURCE, dataset=f"statements-{year}",
                parser="generate_flows/1", inputs=(), rows_read=written, rows_kept=written,
                rows_set_aside=0, published_on=PUBLISHED,
            )  # fmt: skip
        total += written
    notes = {"rows": rows, "seed": seed, "detours": world.detours, "from": world.measures_from}
    (out / "generator.json").write_text(json.dumps(notes, indent=1) + "\n", "utf-8")
    return total


def main() -> None:
    """Read the command line and write the store."""
    parser = argparse.ArgumentParser(description="Write a store of invented flow tables.")
    parser.add_argument("out", type=Path, help="folder of the store; new or empty")
    parser.add_argument("--rows", type=int, default=100_000_000, help="statements by code")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.perf_counter()
    total = generate(arguments.out, arguments.rows, arguments.seed)
    size = sum(p.stat().st_size for p in arguments.out.rglob("*.parquet"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{total:,} rows, {size / 1e9:.2f} GB of Parquet in {arguments.out}, "
        f"{time.perf_counter() - began:.0f} s, peak memory {peak:.1f} GB"
    )


if __name__ == "__main__":
    main()
