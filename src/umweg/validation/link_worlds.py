"""A world as a list of trade links: who sends what to whom, month by month, and what is planted.

Every link is one exporter, one importer and one product. Amounts are USD a month, FOB. See
`link_families` for what differs from the dense worlds of `trade_world`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from umweg.validation.link_families import LinkFamily
from umweg.validation.trade_world import Array, Flags, Goods, Ints, Planted, draw_goods

Key = tuple[int, int, int]
"""Exporter, importer, product. Countries: coalition, transit, neutral, then the target."""


@dataclass(frozen=True, slots=True)
class Links:
    """True flows.

    Attributes:
        goods: The products.
        exporter, importer, product: Of each link.
        usd: Link × month.
        vanished: Link × month: the part of `usd` that never arrives where it is declared.
        planted: The detours; `country` counts from the first transit country.
    """

    goods: Goods
    exporter: Ints
    importer: Ints
    product: Ints
    usd: Array
    vanished: Array
    planted: tuple[Planted, ...]


def draw_links(rng: np.random.Generator, f: LinkFamily) -> Links:
    """One world of a family."""
    goods = draw_goods(rng, f)
    n = f.coalition + f.transit + f.neutral + 1
    exporter, importer, product, level = _active(rng, f, n)
    mean = np.exp(level)[:, None] * _courses(rng, f, goods, n, exporter, importer, product)
    _measures(rng, f, goods, n, exporter, importer, product, mean)
    before = mean[:, : f.measure].mean(axis=1)
    direct = np.zeros((f.coalition, f.codes))
    own = (exporter < f.coalition) & (importer == n - 1)
    direct[exporter[own], product[own]] = before[own]
    usd = _realise(rng, mean, f)
    at = {k: i for i, k in enumerate(zip(*(x.tolist() for x in (exporter, importer, product)),
                                         strict=True))}  # fmt: skip
    extra, gone, planted = _plant(rng, f, goods, direct, n)
    _decoys(rng, f, goods, direct, n, extra, gone, at, usd)
    vanished = np.zeros_like(usd)
    new = [k for k in extra if k not in at]
    at |= {k: len(usd) + i for i, k in enumerate(new)}
    more = np.array(new, dtype=np.int64).reshape(-1, 3)
    usd = np.concatenate([usd, np.zeros((len(new), f.months))])
    vanished = np.concatenate([vanished, np.zeros((len(new), f.months))])
    for k, course in extra.items():
        usd[at[k]] += course
    for k, course in gone.items():
        vanished[at[k]] += np.minimum(course, usd[at[k]])
    return Links(
        goods, np.append(exporter, more[:, 0]), np.append(importer, more[:, 1]),
        np.append(product, more[:, 2]), usd, np.minimum(vanished, usd), planted,
    )  # fmt: skip


def _active(rng: np.random.Generator, f: LinkFamily, n: int) -> tuple[Ints, Ints, Ints, Array]:
    """Which links exist, and their log level: gravity, skill of the exporter, taste."""
    mass = rng.normal(0, f.mass_sd, n)
    mass[: f.coalition] += 1.0
    mass[-1] += 1.2
    place = rng.random((n, 2))
    far = np.log(0.1 + np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    good = rng.normal(0, 1.0, f.codes)
    skill = rng.normal(0, f.skill, (n, f.codes)) - 1.0
    skill[: f.coalition] += 1.5
    taste = rng.normal(0, 0.7, (n, f.codes))
    allowed = np.ones((n, n), bool)
    np.fill_diagonal(allowed, False)
    allowed[:, : f.coalition] = False  # what the coalition buys is no leg of any detour
    allowed[-1] = False
    parts = []
    for seller in range(n - 1):
        own = mass[seller] - 0.9 * far[seller][:, None] + skill[seller]
        log = f.level + own + mass[:, None] + good + taste
        log = log + rng.normal(0, 0.8, log.shape)
        odds = 1 / (1 + np.exp(-(log - np.log(f.least_link)) / 0.5))
        j, k = np.nonzero(allowed[seller][:, None] & (rng.random(log.shape) < odds))
        parts.append((np.full(len(j), seller), j, k, log[j, k]))
    i, j, k, level = (np.concatenate(x) for x in zip(*parts, strict=True))
    return i.astype(np.int64), j.astype(np.int64), k.astype(np.int64), level


def _bump(rng: np.random.Generator, f: LinkFamily, number: int) -> Array:
    """Log courses of booms and busts: some stay, some pass."""
    t = np.arange(f.months)
    size = f.boom * np.clip(rng.standard_t(f.tail_df, (number, 1)), -4, 4)
    start = rng.integers(-6, f.months, (number, 1))
    length = np.where(rng.random((number, 1)) < f.passing_boom, rng.integers(6, 24, (number, 1)),
                      10 * f.months)  # fmt: skip
    ramp = rng.integers(1, 10, (number, 1))
    rise = np.clip((t - start + 1) / ramp, 0, 1)
    fall = np.clip((t - start - length) / ramp, 0, 1)
    return np.asarray(size * (rise - fall))


def _some(rng: np.random.Generator, f: LinkFamily, shape: tuple[int, ...]) -> Array:
    """Booms of a share `p_boom` of the cells of an array; months last."""
    out = np.zeros((*shape, f.months))
    hit = rng.random(shape) < f.p_boom
    out[hit] = _bump(rng, f, int(hit.sum()))
    return out


def _courses(
    rng: np.random.Generator, f: LinkFamily, goods: Goods, n: int, i: Ints, j: Ints, k: Ints
) -> Array:
    """Factors of every link by month that are nobody's detour."""
    t = np.arange(f.months)
    head = goods.heading
    heads = int(head.max()) + 1
    season = rng.normal(0, f.season, (heads, 12))
    season -= season.mean(axis=1, keepdims=True)

    def walk(count: int, sd: float) -> Array:
        return np.cumsum(rng.normal(0, sd, (count, f.months)), axis=1)

    demand = _some(rng, f, (n, heads))
    offer = _some(rng, f, (n, heads))
    # Some importers sell on what they buy in a boom, to everybody alike.
    resold = rng.random((n, heads)) < f.resale
    offer[resold] = np.maximum(offer[resold], 0.8 * demand[resold])
    buys, sells, price = walk(n, 0.03), walk(n, 0.03), walk(heads, 0.02)
    slump = -rng.uniform(0.1, 0.6) * np.exp(-0.5 * ((t - f.measure / 2.5) / 2.0) ** 2)
    log = np.empty((len(i), f.months))
    for a in range(0, len(i), 50_000):  # link by link, in parts that fit the memory
        part = slice(a, a + 50_000)
        h = head[k[part]]
        log[part] = (
            season[h][:, t % 12] + buys[j[part]] + sells[i[part]] + price[h]
            + demand[j[part], h] + offer[i[part], h] + slump
        )  # fmt: skip
    hit = np.flatnonzero(rng.random(len(i)) < f.p_boom)
    log[hit] += _bump(rng, f, len(hit))
    out = np.exp(log)
    brief = np.flatnonzero(rng.random(len(i)) < f.spells)
    born = rng.integers(-f.months // 2, f.months, (len(brief), 1))
    lives = rng.integers(6, f.months, (len(brief), 1))
    out[brief] *= (t >= born) & (t < born + lives)
    return out


def _measures(
    rng: np.random.Generator, f: LinkFamily, goods: Goods, n: int, i: Ints, j: Ints, k: Ints,
    mean: Array,
) -> None:  # fmt: skip
    """The direct flow falls, and the target buys elsewhere."""
    after = np.clip((np.arange(f.months) - goods.measure[:, None] + 1) / 4, 0, 1)
    after = after * goods.restricted[:, None]
    to_target = j == n - 1
    direct = to_target & (i < f.coalition)
    mean[direct] *= np.exp(-f.supply_drop * after[k[direct]])
    others = np.flatnonzero(to_target & (i >= f.coalition))
    shift = f.demand_shift * rng.lognormal(0, 0.5, f.codes)
    mean[others] *= np.exp((shift[:, None] * after)[k[others]])


def _realise(rng: np.random.Generator, mean: Array, f: LinkFamily) -> Array:
    """What a month brings, given its mean."""
    if f.noise == "pareto":
        # Consignments whose size has no variance: Pareto with index 1.8, mean 2.25 times the least.
        lot = 12_000.0
        number = rng.poisson(np.minimum(mean / (2.25 * lot), 400))
        out = np.zeros(mean.shape)
        for draw in range(int(number.max()) if number.size else 0):
            some = number > draw
            if draw >= 30:  # many consignments are near their mean
                out[some] += 2.25 * lot * (number[some] - draw)
                break
            out[some] += np.minimum(lot * (1 + rng.pareto(1.8, int(some.sum()))), 60 * lot)
        return out
    shock = rng.standard_t(4, mean.shape) / 2**0.5 if f.noise == "student" else rng.normal(
        size=mean.shape)  # fmt: skip
    for m in range(1, mean.shape[1]):  # what one month orders too little, the next ones still feel
        shock[:, m] = 0.4 * shock[:, m - 1] + 0.917 * shock[:, m]
    wide = f.spread * np.clip(np.exp(-(np.log(np.maximum(mean, 1)) - 11) / 6), 0.5, 2)
    value = mean * np.exp(wide * np.clip(shock, -4, 4) - wide**2 / 2)
    # Small flows skip months.
    seen = rng.random(mean.shape) < 1 - np.exp(-mean / 6_000)
    return np.where(seen, value / np.maximum(1 - np.exp(-mean / 6_000), 0.05), 0.0)


def _course(rng: np.random.Generator, f: LinkFamily, start: int) -> Array:
    """A logistic rise some time after the measure; a campaign ends again."""
    t = np.arange(f.months)
    middle = start + rng.integers(1, 9)
    rise = 1 / (1 + np.exp(-(t - middle) / rng.uniform(0.4, 1.8)))
    rise[t < start - 2] = 0.0
    if rng.random() < f.campaign:
        rise *= t < middle + rng.integers(8, 20)
    return np.asarray(rise)


def _by_exporter(rng: np.random.Generator, usd: Array, sold: Array) -> Array:
    """A flow by member of the coalition, as they sold to the target before."""
    weight = sold / sold.sum() if sold.sum() > 0 else np.full(len(sold), 1 / len(sold))
    weight = rng.dirichlet(0.2 + 6 * weight)
    return np.asarray(weight[:, None] * usd)


Flows = dict[Key, Array]


def _add(flows: Flows, key: Key, usd: Array) -> None:
    flows[key] = flows[key] + usd if key in flows else usd


def _send(
    rng: np.random.Generator, flows: Flows, gone: Flows, place: int, k: int, usd: Array,
    sold: Array, lost: float,
) -> None:  # fmt: skip
    """The coalition sends `usd` to a place; a share of it never arrives."""
    for i, part in enumerate(_by_exporter(rng, usd, sold)):
        if part.sum() > 0:
            _add(flows, (i, place, k), part)
            if lost:
                _add(gone, (i, place, k), part * lost)


def _passed(rng: np.random.Generator, f: LinkFamily, usd: Array) -> Array:
    """What goes on, over some months after it came."""
    weights = rng.dirichlet(np.ones(f.lag + 1))
    return np.asarray(np.convolve(usd, weights)[: f.months] * rng.uniform(0.8, 1.0))


def _plant(
    rng: np.random.Generator, f: LinkFamily, goods: Goods, direct: Array, n: int
) -> tuple[Flows, Flows, tuple[Planted, ...]]:
    """Plant the detours; their volume is what the coalition sent for them, FOB."""
    flows: Flows = {}
    gone: Flows = {}
    found: list[Planted] = []
    codes = np.flatnonzero(goods.restricted)
    cells = [(p, int(k)) for p in range(f.transit) for k in codes]
    hub = rng.dirichlet(np.full(f.transit, 0.7))
    lost = direct.sum(axis=0)
    odds = np.array([(hub[p] + 0.01) * (0.2 + lost[k] ** 0.5) for p, k in cells])
    number = min(f.planted, len(cells))
    chosen = rng.choice(len(cells), number, replace=False, p=odds / odds.sum())
    used = {cells[c] for c in chosen}
    for c in chosen:
        p, k = cells[c]
        if (p, k) in {(x.country, x.product) for x in found}:
            continue
        level = max(rng.uniform(f.share_low, f.share_high) * lost[k], f.least_usd)
        course = level * _course(rng, f, int(goods.measure[k]))
        usd = _realise(rng, course[None], f)[0]
        volume = float(usd.sum())
        if volume <= 0:
            continue
        kind = rng.random()
        share = 1.0 if kind < f.ghost else 0.0
        if f.ghost <= kind < f.ghost + f.mixed:
            share = rng.uniform(0.3, 0.7)
        _send(rng, flows, gone, f.coalition + p, k, usd, direct[:, k], share)
        onward = _passed(rng, f, usd * (1 - share))
        margin = 1 + rng.uniform(f.margin_low, f.margin_high)
        others = [q for q in range(f.transit) if q != p and (q, k) not in used]
        if share == 0 and rng.random() < f.two_hop and others:
            q = int(rng.choice(others))
            used.add((q, k))
            _add(flows, (f.coalition + p, f.coalition + q, k), onward * margin)
            _add(flows, (f.coalition + q, n - 1, k), _passed(rng, f, onward) * margin**2)
            found += [
                Planted(p, k, "hop-1", volume), Planted(q, k, "hop-2", float(onward.sum()))
            ]  # fmt: skip
            continue
        if share < 1:
            _add(flows, (f.coalition + p, n - 1, k), onward * margin)
        found.append(Planted(p, k, {0.0: "one-hop", 1.0: "ghost"}.get(share, "mixed"), volume))
    return flows, gone, tuple(found)


def _decoys(
    rng: np.random.Generator, f: LinkFamily, goods: Goods, direct: Array, n: int, flows: Flows,
    gone: Flows, at: dict[Key, int], usd: Array,
) -> None:  # fmt: skip
    """Rises on one leg about the time of the measure: a market at home, a new factory, a recount.

    They befall unrestricted goods as well, at the date that most measures have.
    """
    hit: Flags = rng.random((f.transit, f.codes)) < f.decoys
    for p, k in zip(*(x.tolist() for x in np.nonzero(hit)), strict=True):
        place = f.coalition + p
        level = f.least_usd * float(rng.lognormal(0.5, 1.0))
        rise = _realise(rng, level * _course(rng, f, int(goods.measure[k]))[None], f)[0]
        kind = int(rng.integers(0, 3))
        if kind == 0:
            _send(rng, flows, {}, place, k, rise, direct[:, k], 0.0)
        elif kind == 1:
            _add(flows, (place, n - 1, k), rise)
        else:
            share = rng.uniform(0.2, 0.8) * _course(rng, f, int(goods.measure[k]))
            for i in range(f.coalition):
                if (i, place, k) in at:
                    _add(gone, (i, place, k), usd[at[i, place, k]] * share)
