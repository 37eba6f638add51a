"""Routes of several hops: how much excess can have passed from the coalition to the target."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from umweg.errors import UsageError
from umweg.evidence import Verdict
from umweg.flows.excess_arcs import COALITION, ArcExcess, Excess, excess_arcs, numbered
from umweg.flows.options import ScanOptions
from umweg.flows.policy import load_policy
from umweg.flows.question import ask
from umweg.flows.route_flow import Arcs, at_most, max_flow, paths, ranges
from umweg.regime import Regime, load
from umweg.store import Store

if TYPE_CHECKING:
    import pandas as pd

MOST_LEGS = 60
"""Legs whose range is computed, those of the most excess; each costs two linear programs."""

LAG = 3
HOPS = 2
MOST_ROUTES = 5_000
"""Routes that are computed; a network with more is cut to this many, the shorter ones first."""

CAVEATS = (
    "The maximum flow is the most that can have passed, and no estimate of what did.",
    "Excess by code overstates what single firms reroute (Iyoha and others: 16.1 against 1.8 %).",
    "Goods that never arrive in a transit country's statistics have no onward leg here.",
)


@dataclass(frozen=True, slots=True)
class RouteArc:
    """One leg of the network, over the window after, in USD.

    Attributes:
        excess_usd: Sent above expected, periods with less counted as none.
        least_usd, most_usd: What passes here in any maximum flow; None where it was not computed.
    """

    exporter: str
    importer: str
    before_usd: float
    sent_usd: float
    expected_usd: float
    excess_usd: float
    least_usd: float | None
    most_usd: float | None
    growth: float
    method: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way from the coalition to the target, and the most that can have passed on it alone."""

    countries: tuple[str, ...]
    at_most_usd: float

    @property
    def hops(self) -> int:
        """Number of transit countries."""
        return len(self.countries) - 2


@dataclass(frozen=True, slots=True)
class RoutesResult:
    """The answer for some goods.

    Attributes:
        verdict: `review` where more than the policy's floor can have passed (an upper bound alone
            is never an alert); `clear` where it cannot and every country named was heard; else
            `cannot-tell`.
        max_flow_usd: The most that can have passed over all routes together.
        direct_before_usd, direct_after_usd: The direct flow, for comparison.
        routes: By what each alone can carry, the widest first; they share arcs and do not add up.
        missing: What is missing for more.
    """

    target: str
    codes: tuple[str, ...]
    before: str
    after: str
    as_of: str
    lag: int
    longest: int
    level: int
    regime_version: str
    origins: tuple[str, ...]
    verdict: Verdict
    max_flow_usd: float
    direct_before_usd: float
    direct_after_usd: float
    arcs: tuple[RouteArc, ...]
    routes: tuple[Route, ...]
    missing: tuple[str, ...]
    caveats: tuple[str, ...] = CAVEATS

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            **asdict(self),
            "verdict": self.verdict.value,
            "routes": [{**asdict(r), "hops": r.hops} for r in self.routes],
        }

    def to_arrow(self) -> pa.Table:
        """The routes, one row each."""
        return pa.table(
            {
                "route": pa.array([" > ".join(r.countries) for r in self.routes], pa.string()),
                "hops": pa.array([r.hops for r in self.routes], pa.int64()),
                "at_most_usd": pa.array([r.at_most_usd for r in self.routes], pa.float64()),
            }
        )

    def to_pandas(self) -> pd.DataFrame:
        """The routes as a pandas data frame."""
        return self.to_arrow().to_pandas()


def routes(
    store: Store | None = None,
    options: ScanOptions | None = None,
    *,
    regime: Regime | None = None,
    lag: int = LAG,
    longest: int = HOPS,
) -> RoutesResult:
    """Find the routes that excess flows of some goods can have taken.

    Args:
        store: Published figures; the packaged sample without it.
        options: Goods, target, transit countries and windows; `codes` must be given.
        regime: The law; the packaged one without it.
        lag: In how many further periods goods may leave a country after they arrived.
        longest: Most transit countries on one route.

    Raises:
        UsageError: no codes, an unknown country, a number that makes no sense.
        StoreError: a query failed.
    """
    options, regime, store = options or ScanOptions(), regime or load(), store or Store.sample()
    if not options.codes:
        raise UsageError(
            "routes are those of some goods", allowed="one code or more", next_step="name a code"
        )
    if lag < 0 or longest < 1:
        raise UsageError(
            f"a lag of {lag} periods and {longest} hops cannot be",
            allowed="a lag from 0, hops from 1",
        )
    # The codes alone make the basket: what is asked for need not be on a list.
    question = ask(replace(options, goods_list=(), programme=None), regime)
    policy = load_policy(options.policy)
    found = excess_arcs(store, question, policy.min_control_usd)
    number = numbered(found.arcs, options.target)
    names = {v: k for k, v in number.items()}
    direct = [a for a in found.arcs if (a.exporter, a.importer) == (COALITION, options.target)]
    detour = [a for a in found.arcs if a not in direct]
    network = _network(detour, number, lag)
    maximum = max_flow(network)
    widest = sorted(detour, key=lambda a: -sum(a.excess))[:MOST_LEGS]
    carried = ranges(network, [(number[a.exporter], number[a.importer]) for a in widest])
    ways = [
        Route(tuple(names[n] for n in p), at_most(network, p))
        for p in islice(paths(network, longest), MOST_ROUTES)
    ]
    return RoutesResult(
        options.target, options.codes, str(options.before), str(options.after),
        (options.as_of or date.today()).isoformat(),  # noqa: DTZ011 - the user's own calendar day
        lag, longest, found.level, regime.version, found.origins,
        _verdict(found, maximum, policy.floor_usd_per_year.corridor * options.after.years),
        maximum,
        sum(a.before_usd for a in direct), sum(sum(a.sent) for a in direct),
        tuple(
            RouteArc(
                a.exporter, a.importer, a.before_usd, sum(a.sent), sum(a.expected), sum(a.excess),
                r.least if (r := carried.get((number[a.exporter], number[a.importer]))) else None,
                r.most if r else None, a.growth, a.method,
            )
            for a in detour
        ),
        tuple(sorted((w for w in ways if w.at_most_usd > 0), key=lambda w: -w.at_most_usd)),
        _missing(found),
    )  # fmt: skip


def _network(arcs: list[ArcExcess], number: dict[str, int], lag: int) -> Arcs:
    rows = [
        (number[a.exporter], number[a.importer], t, usd)
        for a in arcs
        for t, usd in enumerate(a.excess)
        if usd > 0
    ]
    table = np.array(rows, np.float64).reshape(-1, 4)
    ints = table[:, :3].astype(np.int64)
    return Arcs(ints[:, 0], ints[:, 1], ints[:, 2], table[:, 3], lag)


def _verdict(found: Excess, maximum: float, floor: float) -> Verdict:
    if maximum > floor:
        return Verdict.REVIEW
    # Nothing passed only where everybody was heard.
    heard = found.level > 0 and not found.unpublished and not found.silent
    return Verdict.CLEAR if heard else Verdict.CANNOT_TELL


def _missing(found: Excess) -> tuple[str, ...]:
    missing = []
    if found.silent:
        missing.append(f"exports by code, both windows, of {', '.join(sorted(found.silent))}")
    if found.unpublished:
        missing.append(f"exports of the coalition for {', '.join(found.unpublished)}")
    return tuple(missing)
