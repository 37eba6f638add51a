"""A firm's own sales against the market: is it growing faster than everybody else, and where?

Article 12gb of Regulation 833/2014 asks sellers of common high priority goods to identify and
assess their risks, and to keep that up to date. Own growth beyond the market's is one sign that a
destination needs a closer look; it is no proof, for a firm may simply win customers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from umweg.errors import InputError
from umweg.geography import EU27_2020, GROUPS
from umweg.periods import Window
from umweg.regime import Regime, load
from umweg.screening.columns import propose, recognised
from umweg.screening.money import Rates
from umweg.screening.order_book import Lines, OrderBook
from umweg.sources.batches import Reject
from umweg.sources.table_file import TableFile
from umweg.store import Store
from umweg.store.contracts import TOTAL

FASTER, NOT_FASTER, UNKNOWN = "faster", "not-faster", "cannot-tell"
ALL = "all goods"


@dataclass(frozen=True, slots=True)
class Growth:
    """One destination and code: what the firm sold, what the market sold.

    Attributes:
        destination: Alpha-3.
        code: Six digits, or `ALL`.
        tier: Tier of the Common High Priority List; empty if the code is not on it.
        before, after: The firm's sales in USD in the two windows.
        market: Whose exports are the market.
        market_before, market_after: Their exports in USD; None where they are not known.
        status: `faster`, `not-faster` or `cannot-tell`.
        missing: What is missing for an answer.
    """

    destination: str
    code: str
    tier: str
    before: float
    after: float
    market: str
    market_before: float | None
    market_after: float | None
    status: str
    missing: str = ""

    @property
    def factor(self) -> float | None:
        """Growth of the firm; None where it sold nothing before."""
        return self.after / self.before if self.before > 0 else None

    @property
    def market_factor(self) -> float | None:
        """Growth of the market."""
        if not self.market_before or self.market_after is None:
            return None
        return self.market_after / self.market_before


@dataclass(frozen=True)
class History:
    """The comparison of a sales history with the market.

    Attributes:
        name: Of the file.
        read, aside: Rows below the header; those that are no sales.
        unused: Rows without a destination, a day or an amount in USD, by what is missing.
        before, after: The windows.
        rows: The comparison, the largest own growth in USD first.
        usual: {(customer, code): median quantity}.
        vintage: Regime and figures.
    """

    name: str
    read: int
    aside: tuple[Reject, ...]
    unused: Mapping[str, int]
    before: Window
    after: Window
    rows: tuple[Growth, ...]
    usual: Mapping[tuple[str, str], float]
    vintage: str

    def to_dicts(self) -> list[dict[str, Any]]:
        """The comparison as flat rows."""
        return [
            {
                "destination": r.destination, "code": r.code, "tier": r.tier,
                "before_usd": r.before, "after_usd": r.after, "factor": r.factor,
                "difference_usd": r.after - r.before, "market": r.market,
                "market_before_usd": r.market_before, "market_after_usd": r.market_after,
                "market_factor": r.market_factor, "status": r.status, "missing": r.missing,
                "before": str(self.before), "after": str(self.after),
            }
            for r in self.rows
        ]  # fmt: skip


def compare_history(
    path: Path | str,
    store: Store,
    *,
    reporter: str = "",
    before: Window | None = None,
    after: Window | None = None,
    regime: Regime | None = None,
    mapping: Mapping[str, str] | None = None,
) -> History:
    """Compare a firm's sales with the exports of its country and of the Union.

    Args:
        path: Sales: date, goods code, destination, amount and currency, in any file that
            `TableFile` reads.
        store: Where the statistics lie.
        reporter: The firm's country, alpha-3; without it, only the Union is the market.
        before, after: Windows of months; without them, the last months (at most twelve) for which
            both sales and statistics are there, and the same months a year before.
        regime: The law, for the Common High Priority List.
        mapping: {role: column}.

    Raises:
        InputError: the table lacks a column, or no months can be compared.
    """
    regime = regime or load()
    file = TableFile(path, recognise=recognised)
    columns = propose(file.columns, mapping)
    for role in ("date", "destination", "value"):
        if role not in columns.roles:
            raise InputError(
                f"the sales have no column of the {role}",
                where=str(path),
                allowed="date, goods code, destination, amount and currency",
                next_step="name the column in a file: --mapping",
            )
    sales = _Sales(OrderBook(file, columns), Rates.of_store(store))
    published = _published_months(store)
    before, after = _windows(sales.months, published, before, after, path)
    market = _Market(store, sorted({d for d, *_ in sales.sums}), before, after, reporter)
    tiers = {e.code: e.tier for e in regime.goods_list("chpl").members()}
    rows = [
        _growth(destination, code, tiers, sums, market)
        for (destination, code), sums in _by_window(sales.sums, before, after).items()
    ]
    rows.sort(key=lambda r: (-(r.after - r.before), r.destination, r.code))
    vintage = f"regime {regime.version}; {market.origins}"
    return History(
        file.path.name, sales.read, tuple(sales.aside), dict(sales.unused), before, after,
        tuple(rows), sales.usual(), vintage,
    )  # fmt: skip


class _Sales:
    """Sales of a file by destination, code and month."""

    def __init__(self, book: OrderBook, rates: Rates) -> None:
        self.sums: dict[tuple[str, str, str], float] = defaultdict(float)
        self.aside: list[Reject] = []
        self.unused: dict[str, int] = defaultdict(int)
        self.read = 0
        self._quantities: dict[tuple[str, str], list[float]] = defaultdict(list)
        for lines in book.lines():
            self.read += len(lines) + len(lines.aside)
            self.aside += lines.aside
            self._add(book, lines, rates)

    @property
    def months(self) -> frozenset[str]:
        return frozenset(month for *_, month in self.sums)

    def _add(self, book: OrderBook, lines: Lines, rates: Rates) -> None:
        def values(role: str) -> list[str]:
            ids = lines.cells.get(role)
            if ids is None:
                return [""] * len(lines)
            return [book.cells[role].values[i].value for i in ids.tolist()]

        role = next((r for r in ("consignee", "buyer") if r in lines.parties), None)
        names = [""] * len(lines)
        if role is not None:
            names = [book.names.values[i].casefold() for i in lines.parties[role].tolist()]
        columns = zip(
            values("destination"), values("code"), values("date"), values("currency"),
            lines.value.tolist(), lines.quantity.tolist(), names, strict=True,
        )  # fmt: skip
        for place, code, day, currency, amount, quantity, name in columns:
            usd = amount * _usd(rates, currency or book.columns.currency, day)
            if not place or not day or not np.isfinite(usd):
                what = "destination" if not place else "day" if not day else "amount in USD"
                self.unused[what] += 1
                continue
            self.sums[place, code[:6] if len(code) >= 6 else "", day[:7]] += usd
            if name and code and np.isfinite(quantity):
                self._quantities[name, code].append(quantity)

    def usual(self) -> dict[tuple[str, str], float]:
        return {key: float(median(found)) for key, found in self._quantities.items()}


def _usd(rates: Rates, currency: str, day: str) -> float:
    return rates.usd(currency, date.fromisoformat(day))[0] if currency and day else float("nan")


def _published_months(store: Store) -> frozenset[str]:
    flows = store.table("flows")
    monthly = flows.filter((flows.freq == "M") & (flows.flow == "X"))
    wanted = monthly.select(flows.period, total=flows.code == TOTAL).distinct()
    rows = store.execute(wanted, "months of the statistics").to_pylist()
    # Months with figures by code say more than months with one figure for all goods.
    by_code = frozenset(r["period"] for r in rows if not r["total"])
    return by_code or frozenset(r["period"] for r in rows)


def _windows(
    sold: frozenset[str],
    published: frozenset[str],
    before: Window | None,
    after: Window | None,
    path: Path | str,
) -> tuple[Window, Window]:
    if before is not None and after is not None:
        return before, after

    def year_before(month: str) -> str:
        return f"{int(month[:4]) - 1}{month[4:]}"

    both = sorted(m for m in sold & published if year_before(m) in sold & published)
    run: list[str] = []
    for month in reversed(both):
        if run and _next(month) != run[-1]:
            break
        run.append(month)
        if len(run) == 12:
            break
    if not run:
        raise InputError(
            "no month of the sales, and the same month a year before, is in the statistics",
            where=str(path),
            allowed="sales of at least two years, and monthly statistics of the same months",
            next_step="bring newer statistics into the store (umweg data fetch), or name windows "
            "with --before and --after",
        )
    last, first = run[0], run[-1]
    return (
        Window.parse(f"{year_before(first)}..{year_before(last)}"),
        Window.parse(f"{first}..{last}"),
    )


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _by_window(
    sums: Mapping[tuple[str, str, str], float], before: Window, after: Window
) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    months = (frozenset(before.periods), frozenset(after.periods))
    for (place, code, month), usd in sums.items():
        for n, window in enumerate(months):
            if month in window:
                found[place, ALL][n] += usd
                if code:
                    found[place, code][n] += usd
    return found


class _Market:
    """Exports of the firm's country and of the Union to its destinations, by window."""

    def __init__(
        self, store: Store, places: Sequence[str], before: Window, after: Window, reporter: str
    ) -> None:
        flows = store.table("flows")
        self._sums: dict[tuple[str, str, str, int], float] = defaultdict(float)
        self._months: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._wanted = frozenset((*before.periods, *after.periods))
        windows = dict.fromkeys(before.periods, 0) | dict.fromkeys(after.periods, 1)
        reporters = [*([reporter] if reporter else []), *GROUPS, *sorted(EU27_2020)]
        wanted = flows.filter(
            (flows.freq == "M") & (flows.flow == "X") & flows.partner.isin(list(places))
            & flows.period.isin(sorted(self._wanted)) & flows.reporter.isin(reporters)
            & ~flows.partial_code & flows.value_usd.notnull()
        )  # fmt: skip
        by = wanted.mutate(six=flows.code.substr(0, 6)).group_by(
            ["reporter", "partner", "period", "six"]
        )
        table = store.execute(by.aggregate(usd=wanted.value_usd.sum()), "exports of the market")
        for row in table.to_pylist():
            who, place, period, code = row["reporter"], row["partner"], row["period"], row["six"]
            self._sums[who, place, code, windows[period]] += row["usd"]
            self._months[who, place, "total" if code == TOTAL else "codes"].add(period)
        self._reporters = [reporter] if reporter else []
        self.origins = f"exports of {', '.join([*self._reporters, 'EU'])}"

    def sums(self, place: str, code: str) -> tuple[str, float | None, float | None, str]:
        """(whose exports, before, after, what is missing)."""
        key = TOTAL if code == ALL else code
        scope = "total" if code == ALL else "codes"
        for who in (*self._reporters, *GROUPS):
            if self._months[who, place, scope] >= self._wanted:
                return who, self._sums[who, place, key, 0], self._sums[who, place, key, 1], ""
        members = [m for m in sorted(EU27_2020) if self._months[m, place, scope] >= self._wanted]
        if len(members) >= 20:  # most of the Union; who is missing is said
            before, after = (sum(self._sums[m, place, key, n] for m in members) for n in (0, 1))
            return f"{len(members)} EU members", before, after, ""
        return "", None, None, f"monthly exports of {code} to {place} in both windows"


def _growth(
    destination: str,
    code: str,
    tiers: Mapping[str, str],
    sums: Iterable[float],
    market: _Market,
) -> Growth:
    before, after = sums
    who, market_before, market_after, missing = market.sums(destination, code)
    status = UNKNOWN
    if not missing and not market_before:
        missing = f"exports of {code} to {destination} before: none, or not in the statistics held"
    if not missing and before <= 0:
        missing = "nothing was sold before: growth has no factor"
    if not missing and market_before and market_after is not None:
        status = FASTER if after / before > market_after / market_before else NOT_FASTER
    return Growth(
        destination, code, tiers.get(code, ""), before, after, who, market_before, market_after,
        status, missing,
    )  # fmt: skip
