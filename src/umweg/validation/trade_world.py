"""The true trade of an invented world: gravity, zeros, booms, and what is planted.

All arrays are USD a month, FOB; the axes stand in the name of each. Nobody in the world sees these
figures: `world_reports` says what the statistics show of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umweg.validation.families import Family
from umweg.validation.link_families import LinkFamily

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Goods:
    """Product lines, the finest grain of the world.

    Attributes:
        heading: Index of the heading of each.
        restricted: Whether a measure reaches it.
        measure: Month of its measure; the main month for goods without one.
        usd_per_kg: Unit value.
        codes: Code of each product before and after the revision; two products may share one.
    """

    heading: Ints
    restricted: Flags
    measure: Ints
    usd_per_kg: Array
    codes: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted detour: country (index among the transit countries), product, kind, USD.

    `kind` is `one-hop`, `ghost`, `hop-1` (the country next to the coalition) or `hop-2`.
    """

    country: int
    product: int
    kind: str
    volume_usd: float


@dataclass(frozen=True, slots=True)
class Trade:
    """True flows.

    Attributes:
        inbound: Exporter of the coalition × destination × product × month; the destinations are
            transit countries, neutral ones, then the target.
        onward: Origin (transit, neutral) × product × month, to the target.
        supply: Origin × product × month, to one other country (see `buyers`).
        buyers: Destination of the supply of each origin.
        between: Pairs of transit countries with trade of their own: product × month each.
        middle: Pairs of transit countries of two-hop detours, with product and USD by month.
        vanished: Country × product × month of `inbound` that never arrives where it is declared.
    """

    goods: Goods
    inbound: Array
    onward: Array
    supply: Array
    buyers: tuple[int, ...]
    between: tuple[tuple[int, int, Array], ...]
    middle: tuple[tuple[int, int, int, Array], ...]
    vanished: Array
    planted: tuple[Planted, ...]


def draw_goods(rng: np.random.Generator, f: Family | LinkFamily) -> Goods:
    """Headings of one to six products, some restricted as a whole, some in part."""
    sizes = rng.integers(1, 7, f.codes)
    heading = np.repeat(np.arange(f.codes), sizes)[: f.codes].astype(np.int64)
    n = heading.max() + 1
    chosen = rng.random(n) < f.restricted * 1.4
    whole = rng.random(n) < f.whole_headings
    restricted = chosen[heading] & (whole[heading] | (rng.random(f.codes) < 0.5))
    measure = np.full(f.codes, f.measure)
    later = restricted & (rng.random(f.codes) < f.later_measure)
    span = max(1, (f.months - f.measure) // 3)
    measure[later] += 3 * rng.integers(0, max(1, span // 3) + 1, int(later.sum()))
    measure = measure.astype(np.int64)
    unit_value = np.exp(rng.normal(3.5, 1.2, f.codes))
    return Goods(
        heading, restricted, measure, unit_value, _codes(rng, f, heading, restricted, measure)
    )


def _codes(
    rng: np.random.Generator,
    f: Family | LinkFamily,
    heading: Ints,
    restricted: Flags,
    measure: Ints,
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """Codes before and after the revision, which splits, merges and renumbers some.

    Products that are merged share the newer code, and so its measure.
    """
    place = np.arange(len(heading)) - np.searchsorted(heading, heading)
    old = [
        f"{10 + h // 80:02d}{10 + h % 80:02d}{10 * (i + 1):02d}"
        for h, i in zip(heading, place, strict=True)
    ]
    new = list(old)
    if f.revision is None:
        return tuple(old), tuple(new)
    taken = np.zeros(len(heading), bool)
    for k in np.flatnonzero(rng.random(len(heading)) < f.split):
        partner = k + 1 if k + 1 < len(heading) and heading[k + 1] == heading[k] else None
        kind = rng.integers(0, 3)
        if taken[k] or (partner is not None and taken[partner]):
            continue
        if kind == 0 or partner is None:
            new[k] = new[k][:5] + "9"
        elif kind == 1:  # one older code becomes two
            old[k] = old[partner] = old[k][:5] + "8"
        else:  # two older codes become one
            new[k] = new[partner] = new[k][:5] + "7"
            restricted[partner], measure[partner] = restricted[k], measure[k]
        taken[k] = True
        if partner is not None:
            taken[partner] = True
    return tuple(old), tuple(new)


def _steps(
    rng: np.random.Generator, shape: tuple[int, ...], p: float, scale: float, f: Family
) -> Array:
    """Log-steps at random months with a random ramp: a fat-tailed boom or bust, or nothing."""
    size = np.where(rng.random(shape) < p, rng.standard_t(f.tail_df, shape) * scale, 0.0)
    size = np.clip(size, -4.0, 4.0)
    start = rng.integers(0, f.months, shape)
    ramp = rng.integers(1, 7, shape)
    t = np.arange(f.months)
    rise = np.clip((t - start[..., None] + 1) / ramp[..., None], 0.0, 1.0)
    return size[..., None] * rise


def _walk(rng: np.random.Generator, shape: tuple[int, ...], sd: float, f: Family) -> Array:
    return np.cumsum(rng.normal(0.0, sd, (*shape, f.months)), axis=-1)


def _realise(rng: np.random.Generator, mean: Array, size: Array, f: Family) -> Array:
    """What a month brings, given its mean: shipments, or a lognormal with zeros."""
    if f.noise == "lognormal":
        sigma = 0.6
        active = 1.0 - np.exp(-mean / (f.shipment_usd * 0.5))
        drawn = rng.random(mean.shape) < active
        value = mean / np.maximum(active, 1e-9)
        return np.where(drawn, value * np.exp(rng.normal(-(sigma**2) / 2, sigma, mean.shape)), 0.0)
    shape = 0.6 if f.noise == "lumpy" else 2.0
    number = rng.poisson(np.minimum(mean / size, 1e6))
    some = number > 0
    out = np.zeros(mean.shape)
    lot = np.broadcast_to(size, mean.shape)[some]
    out[some] = lot / shape * rng.gamma(number[some] * shape)
    return out


def draw_trade(rng: np.random.Generator, f: Family) -> Trade:
    """One world of a family."""
    goods = draw_goods(rng, f)
    heading, n_headings = goods.heading, int(goods.heading.max()) + 1
    places = f.transit + f.neutral
    t = np.arange(f.months)
    lot = f.shipment_usd * np.exp(rng.normal(0, 0.7, f.codes))[:, None]

    # Gravity: size of exporter and importer, distance, product, and a pair-and-product part.
    product = rng.normal(0, 1.0, f.codes)
    exporter = rng.normal(0, 0.7, f.coalition)
    importer = np.append(rng.normal(0, 0.8, places), 1.5)  # the target is a large market
    distance = np.abs(rng.normal(0, 0.6, (f.coalition, places + 1)))
    pair = rng.normal(0, f.spread * 0.6, (f.coalition, places + 1, f.codes)) + rng.normal(
        0, f.spread * 0.6, (1, places + 1, f.codes)
    )
    log_in = (
        f.level + exporter[:, None, None] + importer[None, :, None] - distance[..., None]
        + product + pair
    )  # fmt: skip
    log_on = f.level - 1.5 + rng.normal(0, 1.0, (places, 1)) + product * 0.7
    log_on = log_on + rng.normal(0, f.spread, (places, f.codes))
    log_sup = f.level - 0.8 + rng.normal(0, 1.0, (places, 1)) + product * 0.7
    log_sup = log_sup + rng.normal(0, f.spread, (places, f.codes))
    never_in = rng.random(log_in.shape) < f.never * np.clip((f.level + 2 - log_in) / 2, 0, 3)
    # Most countries make few goods: most onward and supply flows never were.
    makes = rng.random((places, f.codes)) < 0.45
    never_on = ~makes | (rng.random(log_on.shape) < f.never)
    never_sup = ~makes & (rng.random(log_sup.shape) < 0.6)

    # Shocks that are nobody's detour.
    season = 0.15 * np.sin(2 * np.pi * (t + rng.integers(0, 12, (f.codes, 1))) / 12)
    world = (
        _steps(rng, (n_headings,), 0.5, f.boom_heading, f) + _walk(rng, (n_headings,), f.price, f)
    )[heading]
    currency = _walk(rng, (f.coalition,), f.currency, f)
    growth = _steps(rng, (places + 1,), 0.4, f.boom_country, f) + _walk(rng, (places + 1,), 0.02, f)
    demand = _steps(rng, (places + 1, n_headings), f.p_country_heading, f.boom_country_heading, f)
    cell_in = _steps(rng, (places + 1, f.codes), f.p_cell, f.boom_cell, f)
    supply_growth = _steps(rng, (places,), 0.4, f.boom_country, f) + _walk(rng, (places,), 0.02, f)
    output = _steps(rng, (places, n_headings), f.p_country_heading, f.boom_country_heading, f)
    shared = rng.random((places, n_headings)) < f.entrepot
    output = np.where(shared[..., None], demand[:places], output)
    cell_out = _steps(rng, (places, f.codes), f.p_cell, f.boom_cell, f)
    target_demand = _steps(rng, (n_headings,), 0.3, f.boom_heading, f)[heading] + _steps(
        rng, (1,), 1.0, 0.2, f
    )

    after = np.clip((t - goods.measure[:, None] + 1) / 3.0, 0, 1) * goods.restricted[:, None]
    common_in = season + world + demand[:, heading] + growth[:, None] + cell_in
    common_in[-1] -= f.supply_drop * after
    inbound = np.zeros((f.coalition, places + 1, f.codes, f.months))
    for i in range(f.coalition):
        mean = np.exp(log_in[i][..., None] + common_in + currency[i])
        mean[never_in[i]] = 0.0
        inbound[i] = _realise(rng, mean, lot, f)
    direct_before = np.exp(log_in[:, -1]) * ~never_in[:, -1]
    base_out = season + world + output[:, heading] + supply_growth[:, None] + cell_out
    mean_on = np.exp(log_on[..., None] + base_out + target_demand + f.demand_shift * after)
    mean_on[never_on] = 0.0
    mean_sup = np.exp(log_sup[..., None] + base_out)
    mean_sup[never_sup] = 0.0

    vanished = np.zeros((places, f.codes, f.months))
    _decoys(rng, f, goods, inbound, mean_on, vanished, lot)
    onward = _realise(rng, mean_on, lot, f)
    # Transit countries sell to a neutral country, neutral countries to a transit country.
    buyers = tuple(
        f.transit + c % f.neutral if c < f.transit else (c * 3) % f.transit for c in range(places)
    )
    between = tuple(
        (
            p,
            int(q),
            _realise(rng, mean_sup[p] * np.exp(rng.normal(-0.5, 0.8, (f.codes, 1))), lot, f),
        )
        for p in range(f.transit)
        for q in rng.choice(
            [x for x in range(f.transit) if x != p], min(3, f.transit - 1), replace=False
        )
    )
    supply = _realise(rng, mean_sup, lot, f)
    planted, middle = _plant(rng, f, goods, inbound, onward, vanished, direct_before, lot)
    return Trade(goods, inbound, onward, supply, buyers, between, middle, vanished, planted)


def _course(rng: np.random.Generator, f: Family, start: int, level: float) -> Array:
    """A planted flow's mean by month: nothing, then a ramp to its level."""
    begin = start - rng.integers(0, f.anticipation + 1) + rng.integers(0, 4)
    ramp = max(1, int(rng.integers(1, f.ramp + 1)))
    return level * np.clip((np.arange(f.months) - begin + 1) / ramp, 0.0, 1.0)


def _split(rng: np.random.Generator, total: Array, weights: Array) -> Array:
    """A flow by exporter: in proportion to what they sold to the target before."""
    share = (weights + 1e-9) ** 0.7 * rng.gamma(2.0, size=len(weights))
    parts: Array = total * (share / share.sum())[:, None]
    return parts


def _decoys(
    rng: np.random.Generator, f: Family, goods: Goods, inbound: Array, mean_on: Array,
    vanished: Array, lot: Array,
) -> None:  # fmt: skip
    """Rises on one leg only, about the time of the measure, of restricted goods or of all."""
    for p in range(f.transit):
        drawn = rng.random(f.codes) < f.decoys
        for k in np.flatnonzero(drawn & (goods.restricted | f.decoys_everywhere)):
            flow = _course(rng, f, int(goods.measure[k]), f.size * np.exp(rng.normal(0, f.size_sd)))
            kind = rng.integers(0, 3)
            if kind == 0:
                extra = _realise(rng, flow[None, :], lot[k], f)[0]
                inbound[:, p, k] += _split(rng, extra, inbound[:, -1, k].sum(axis=1))
            elif kind == 1:
                mean_on[p, k] += flow
            else:  # the office begins to record the goods elsewhere: a gap without a rise
                share = np.clip(flow / flow.max(), 0, 1) * rng.uniform(0.2, 0.8)
                vanished[p, k] += inbound[:, p, k].sum(axis=0) * share


def _plant(
    rng: np.random.Generator, f: Family, goods: Goods, inbound: Array, onward: Array,
    vanished: Array, direct_before: Array, lot: Array,
) -> tuple[tuple[Planted, ...], tuple[tuple[int, int, int, Array], ...]]:  # fmt: skip
    """Plant the detours; their volume is what was sent by the coalition for them, FOB, in all."""
    found: list[Planted] = []
    middle: list[tuple[int, int, int, Array]] = []
    cells = [(p, k) for p in range(f.transit) for k in np.flatnonzero(goods.restricted)]
    # Few countries carry most of it: the weight of a country is fat-tailed.
    weight = np.exp(rng.normal(0, 1.0, f.transit))
    odds = np.array([weight[p] for p, _ in cells])
    chosen = rng.choice(len(cells), min(f.planted, len(cells)), replace=False, p=odds / odds.sum())
    used = {cells[i] for i in chosen}
    for i in chosen:
        p, k = cells[i][0], int(cells[i][1])
        level = f.size * np.exp(rng.normal(0, f.size_sd))
        flow = _course(rng, f, int(goods.measure[k]), level)
        sent = _realise(rng, flow[None, :], lot[k], f)[0]
        inbound[:, p, k] += _split(rng, sent, direct_before[:, k])
        volume = float(sent.sum())
        if volume <= 0:
            continue
        if rng.random() < f.ghost:
            vanished[p, k] += sent
            found.append(Planted(p, k, "ghost", volume))
            continue
        lag = int(rng.integers(0, 3))
        passed = np.concatenate([np.zeros(lag), sent[: f.months - lag]]) * f.passing
        others = [q for q in range(f.transit) if q != p and (q, k) not in used]
        if rng.random() < f.two_hop and others:
            q = int(rng.choice(others))
            used.add((q, k))
            middle.append((p, q, k, passed * (1 + f.margin)))
            later = np.concatenate([[0.0], passed[:-1]]) * (1 + f.margin) ** 2
            onward[q, k] += later
            found += [Planted(p, k, "hop-1", volume), Planted(q, k, "hop-2", float(passed.sum()))]
        else:
            onward[p, k] += passed * (1 + f.margin)
            found.append(Planted(p, k, "one-hop", volume))
    return tuple(found), tuple(middle)
