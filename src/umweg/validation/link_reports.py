"""What the statistics show of a world of links: both sides' accounts, with their faults."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from umweg.validation.link_families import LinkFamily
from umweg.validation.link_worlds import Links
from umweg.validation.trade_world import Array, Flags, Ints
from umweg.validation.world_names import Names, coded, month_name, published

YEAR = 12
MOST_MISSED = 3
"""Months of a year that a reporter may miss and still publish the year."""


def link_reports(rng: np.random.Generator, f: LinkFamily, links: Links, names: Names) -> pa.Table:
    """The flows file of a world of links."""
    n = len(names.all)
    known = published(rng, f, n - 1)
    adopted = np.full(n, f.months)
    if f.revision is not None:
        slow = rng.random(n) < f.slow
        adopted[:] = f.revision + np.where(slow, rng.integers(1, YEAR + 1, n), 0)
        if f.yearly:
            adopted = -(-adopted // YEAR) * YEAR
    parts: list[pa.Table] = []
    sent = links.usd * np.exp(rng.normal(0, f.report_noise / 2, links.usd.shape))
    parts += _rows(rng, f, links, names, "X", links.exporter, sent, known, adopted)
    tau = rng.uniform(f.tau_low, f.tau_high, (n, n))[links.exporter, links.importer]
    bias = np.exp(rng.normal(0, f.report_bias, len(links.usd)))
    late = (links.usd - links.vanished) * rng.uniform(0, 0.4, (len(links.usd), 1))
    arrived = links.usd - links.vanished - late
    arrived[:, 1:] += late[:, :-1]
    arrived *= ((1 + tau) * bias)[:, None]
    arrived *= np.exp(rng.normal(0, f.report_noise, arrived.shape))
    parts += _rows(rng, f, links, names, "M", links.importer, arrived, known, adopted)
    return pa.concat_tables(parts).unify_dictionaries()


def _rows(
    rng: np.random.Generator, f: LinkFamily, links: Links, names: Names, flow: str,
    reporter: Ints, usd: Array, known: dict[str, Flags], adopted: Ints,
) -> list[pa.Table]:  # fmt: skip
    """One side's rows, each reporter in the nomenclature that it uses at the time."""
    periods = [month_name(t) for t in range(f.months)]
    seen = known[flow]
    if f.yearly:
        years = f.months // YEAR
        usd = usd[:, : years * YEAR].reshape(len(usd), years, YEAR).sum(axis=2)
        whole = seen[:, : years * YEAR].reshape(len(seen), years, YEAR)
        seen, periods = whole.sum(axis=2) >= YEAR - MOST_MISSED, [m[:4] for m in periods[::YEAR]]
        adopted = adopted // YEAR
    newer = np.arange(len(periods)) >= adopted[reporter][:, None]
    partner = links.importer if flow == "X" else links.exporter
    parts: list[pa.Table] = []
    for edition, name in ((0, "HS2017"), (1, "HS2022")):
        codes, index = np.unique(np.array(links.goods.codes[edition]), return_inverse=True)
        use = seen[reporter] & (newer if edition else ~newer)
        key = (reporter * len(names.all) + partner) * len(codes) + index[links.product]
        order = np.argsort(key, kind="stable")
        unique, starts = np.unique(key[order], return_index=True)
        sums = np.add.reduceat(np.where(use, usd, 0.0)[order], starts, axis=0)
        b, t = np.nonzero(sums >= max(f.threshold, 1.0))
        if not len(b):
            continue
        value = np.round(sums[b, t])
        code = unique[b] % len(codes)
        pair = unique[b] // len(codes)
        price = links.goods.usd_per_kg[links.product[order][starts]][b]
        kg = np.round(value / price * np.exp(rng.normal(0, 0.2, len(b))), 1)
        parts.append(
            pa.table(
                {
                    "reporter": coded(pair // len(names.all), names.all),
                    "partner": coded(pair % len(names.all), names.all),
                    "flow": coded(np.zeros(len(b), np.int64), [flow]),
                    "period": coded(t, periods),
                    "nomenclature": coded(np.zeros(len(b), np.int64), [name]),
                    "code": coded(code, codes.tolist()),
                    "value_usd": pa.array(value),
                    "net_weight_kg": pa.array(kg, mask=rng.random(len(b)) >= f.quantities),
                }
            )
        )
    return parts
