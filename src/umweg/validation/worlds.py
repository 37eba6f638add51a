"""Planted worlds in the files of `umweg scan --flows`: what the statistics of a world show of it.

A world is a panel with legitimate booms, shocks, decoys, late and missing reporters and a revision
of the nomenclature, in which detours of known size are planted. The detector sees `flows`,
`goods`, `roles` and `concordance`; `truth` is for the one who measures.

Seeds below `FIRST_REPORT_SEED` were used while the detector was made, those from it on only for
published figures.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from umweg.errors import UsageError
from umweg.validation.families import FAMILIES, Family
from umweg.validation.link_families import LINK_FAMILIES
from umweg.validation.link_reports import link_reports
from umweg.validation.link_worlds import draw_links
from umweg.validation.trade_world import Array, Goods, Planted, Trade, draw_trade
from umweg.validation.world_names import AnyFamily, Names, coded, month_name, published

FIRST_REPORT_SEED = 10_000


@dataclass(frozen=True, slots=True)
class World:
    """One invented world, as tables.

    Attributes:
        family: How it was drawn.
        seed: The seed of the generator.
        flows, goods, roles, concordance: What a scan reads.
        truth: Columns target, transit, code, kind, volume_usd: what was planted.
    """

    family: AnyFamily
    seed: int
    flows: pa.Table
    goods: pa.Table
    roles: pa.Table
    concordance: pa.Table
    truth: pa.Table


def all_families() -> dict[str, AnyFamily]:
    """Every family of both generators, by name."""
    return {**FAMILIES, **LINK_FAMILIES}


def family_named(name: str) -> AnyFamily:
    """A family of worlds by name; `name-null` is the same with nothing planted."""
    base = name.removesuffix("-null")
    known = all_families()
    if base not in known:
        raise UsageError(
            f"no family of worlds is named '{name}'",
            where="--family",
            allowed=", ".join([*known, *(f"{n}-null" for n in known)]),
        )
    found = known[base]
    return found.without_detours() if base != name else found


def make_world(family: AnyFamily, seed: int) -> World:
    """Draw a world. The same family and seed give the same world."""
    rng = np.random.default_rng([seed, *family.name.encode()])
    names = Names(family)
    if isinstance(family, Family):
        trade = draw_trade(rng, family)
        flows, goods, planted = _reports(rng, family, trade, names), trade.goods, trade.planted
    else:
        links = draw_links(rng, family)
        flows, goods, planted = link_reports(rng, family, links, names), links.goods, links.planted
    return World(
        family, seed, flows, _goods(family, goods), names.roles(), _concordance(goods),
        _truth(goods, planted, names),
    )  # fmt: skip


def write_world(world: World, folder: Path) -> None:
    """Write a world into a folder: Parquet for the flows, CSV for the rest, and its parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(world.flows, folder / "flows.parquet", compression="zstd")
    for name in ("goods", "roles", "concordance", "truth"):
        pacsv.write_csv(getattr(world, name), folder / f"{name}.csv")
    about = {"seed": world.seed, "family": asdict(world.family)}
    (folder / "world.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _goods(f: AnyFamily, g: Goods) -> pa.Table:
    """Every code of the newer nomenclature, with the month of its measure where it has one."""
    rows = {
        c: (month_name(int(m)) if r else None)
        for c, r, m in zip(g.codes[1], g.restricted, g.measure, strict=True)
    }
    vintage = "HS2022" if f.revision is not None else "HS2017"
    return pa.table(
        {
            "code": list(rows),
            "nomenclature": [vintage] * len(rows),
            "restricted_from": pa.array(list(rows.values()), pa.string()),
            "tier": ["1" if m else None for m in rows.values()],
        }
    )


def _concordance(goods: Goods) -> pa.Table:
    pairs = sorted(set(zip(goods.codes[1], goods.codes[0], strict=True)))
    return pa.table({"hs2022": [a for a, _ in pairs], "hs2017": [b for _, b in pairs]})


def _truth(goods: Goods, planted: tuple[Planted, ...], names: Names) -> pa.Table:
    sums: dict[tuple[str, str], tuple[str, float]] = {}
    for x in planted:
        key = (names.places[x.country], goods.codes[1][x.product])
        kind, volume = sums.get(key, (x.kind, 0.0))
        sums[key] = (kind, volume + x.volume_usd)
    return pa.table(
        {
            "target": pa.array([names.target] * len(sums), pa.string()),
            "transit": pa.array([k[0] for k in sums], pa.string()),
            "code": pa.array([k[1] for k in sums], pa.string()),
            "kind": pa.array([v[0] for v in sums.values()], pa.string()),
            "volume_usd": pa.array([v[1] for v in sums.values()], pa.float64()),
        }
    )


@dataclass(slots=True)
class _Blocks:
    """Reports before they are written: product × month each, with who says it of whom."""

    reporter: list[int]
    partner: list[int]
    flow: list[str]
    usd: list[Array]

    def add(self, reporter: int, partner: int, flow: str, usd: Array) -> None:
        self.reporter.append(reporter)
        self.partner.append(partner)
        self.flow.append(flow)
        self.usd.append(usd)


def _reports(rng: np.random.Generator, f: Family, trade: Trade, names: Names) -> pa.Table:
    """Both sides' statistics of every flow, with their noise, margins, delays and holes."""
    e, places = f.coalition, f.transit + f.neutral
    target = e + places
    blocks = _Blocks([], [], [], [])
    sigma = f.report_noise

    def noisy(usd: Array, scale: float) -> Array:
        return usd * np.exp(rng.normal(0.0, scale, usd.shape))

    def mirror(usd: Array) -> Array:
        """The importer's account: CIF, another month now and then, its own errors."""
        tau = max(0.0, rng.normal(f.tau_mean, 0.03))
        late = usd * rng.uniform(0.0, 0.3)
        moved = usd - late
        moved[:, 1:] += late[:, :-1]
        return noisy(moved * (1 + tau), sigma)

    total = trade.inbound[:, :places].sum(axis=0)
    kept = 1.0 - np.clip(
        np.divide(trade.vanished, total, out=np.zeros_like(total), where=total > 0), 0, 1
    )
    for i in range(e):
        for j in range(places + 1):
            flow = trade.inbound[i, j]
            blocks.add(i, e + j, "X", noisy(flow, sigma / 3))
            blocks.add(e + j, i, "M", mirror(flow * kept[j] if j < places else flow))
    for c in range(places):
        blocks.add(e + c, target, "X", noisy(trade.onward[c], sigma / 3))
        blocks.add(target, e + c, "M", mirror(trade.onward[c]))
        buyer = e + trade.buyers[c]
        blocks.add(e + c, buyer, "X", noisy(trade.supply[c], sigma / 3))
        blocks.add(buyer, e + c, "M", mirror(trade.supply[c]))
    pairs = {(p, q): usd.copy() for p, q, usd in trade.between}
    for p, q, k, course in trade.middle:
        pairs.setdefault((p, q), np.zeros((f.codes, f.months)))[k] += course
    for (p, q), usd in pairs.items():
        blocks.add(e + p, e + q, "X", noisy(usd, sigma / 3))
        blocks.add(e + q, e + p, "M", mirror(usd))
    known = published(rng, f, target)
    usd = np.stack(blocks.usd)
    for b, (reporter, flow) in enumerate(zip(blocks.reporter, blocks.flow, strict=True)):
        usd[b, :, ~known[flow][reporter]] = 0.0
    return _rows(rng, f, trade, names, blocks, usd)


def _rows(
    rng: np.random.Generator, f: Family, trade: Trade, names: Names, blocks: _Blocks, usd: Array
) -> pa.Table:  # fmt: skip
    """The rows of the flows file: each reporter in the nomenclature it uses in the month."""
    n = len(names.all)
    adopted = np.full(n, f.months if f.revision is None else f.revision)
    if f.revision is not None:
        adopted[rng.random(n) < f.slow] += 6
    newer = np.arange(f.months) >= adopted[np.array(blocks.reporter)][:, None]
    parts: list[pa.Table] = []
    for edition, name in ((0, "HS2017"), (1, "HS2022")):
        codes, index = np.unique(np.array(trade.goods.codes[edition]), return_inverse=True)
        order = np.argsort(index, kind="stable")
        starts = np.searchsorted(index[order], np.arange(len(codes)))
        seen = np.where((newer if edition else ~newer)[:, None, :], usd, 0.0)
        sums = np.add.reduceat(seen[:, order], starts, axis=1)
        b, c, t = np.nonzero(sums >= max(f.threshold, 1.0))
        if not len(b):
            continue
        value = np.round(sums[b, c, t])
        unit = trade.goods.usd_per_kg[order][starts][c]
        kg = np.round(value / unit * np.exp(rng.normal(0, 0.15, len(b))), 1)
        hidden = rng.random(len(b)) >= f.quantities
        parts.append(
            pa.table(
                {
                    "reporter": coded(np.array(blocks.reporter)[b], names.all),
                    "partner": coded(np.array(blocks.partner)[b], names.all),
                    "flow": coded((np.array(blocks.flow) == "M").astype(np.int64)[b], ["X", "M"]),
                    "period": coded(t, [month_name(i) for i in range(f.months)]),
                    "nomenclature": coded(np.zeros(len(b), np.int64), [name]),
                    "code": coded(c, codes.tolist()),
                    "value_usd": pa.array(value),
                    "net_weight_kg": pa.array(kg, mask=hidden),
                }
            )
        )
    return pa.concat_tables(parts).unify_dictionaries()
