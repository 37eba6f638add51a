"""An order line against the statistics of its goods: the value of a unit, the Commission's rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from umweg.evidence import Status
from umweg.flows.countries import judge_commission
from umweg.flows.goods_statistics import Exports, GoodsStatistics, UnitValue, unit_value
from umweg.geography import name_of
from umweg.screening.model import NotChecked
from umweg.screening.order_book import Ids, Lines, Mask, Numbers, OrderBook
from umweg.screening.policy import Policy

KG, PIECE = "kg", "piece"
PRICE_FLAG = "flag-unit-value"
"""The flag whose reason names the numbers of its line."""


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """What a unit of a code was worth in the statistics of one country in some years.

    Attributes:
        kg, piece: The unit values; None where the statistics give no such quantity.
        missing: What is missing, if neither is known.
    """

    kg: UnitValue | None = None
    piece: UnitValue | None = None
    missing: str = ""


NO_PRICE = MarketPrice()
"""Of lines that are not asked about: goods that are not restricted, or go to no third country."""


@dataclass(frozen=True, slots=True)
class LinePrice:
    """The value of a unit on a line beside that of the statistics.

    Attributes:
        usd: USD for a unit on the line; None where it cannot be told.
        market: The unit value that it is compared with.
        missing: Why there is no comparison.
    """

    usd: float | None = None
    market: UnitValue | None = None
    missing: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the market's unit value the line's is."""
        return self.usd / self.market.usd if self.usd is not None and self.market else None

    @property
    def text(self) -> str:
        """Both numbers, for the reason of a line."""
        if self.usd is None or self.market is None or self.ratio is None:
            return ""
        return (
            f"USD {self.usd:,.2f} a {self.market.unit} on the line, {self.ratio:,.1f} times "
            f"{self.market.text}"
        )

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """What was not looked at."""
        return (NotChecked("price", self.missing),) if self.missing else ()


def compare_price(
    price: MarketPrice, value_usd: float | None, weight_kg: float | None, pieces: float | None
) -> LinePrice:
    """The value of a unit on a line against the market: by weight where both give it, else by
    pieces; with what is missing where neither does.

    Args:
        price: The unit values of the statistics.
        value_usd: Amount of the line.
        weight_kg: Its net weight.
        pieces: Its quantity, where that counts pieces.
    """
    if price is NO_PRICE:
        return LinePrice()
    if price.missing:
        return LinePrice(missing=price.missing)
    for market, quantity in ((price.kg, weight_kg), (price.piece, pieces)):
        if market and quantity:
            if not value_usd:
                return LinePrice(missing="the line gives no amount that can be brought to USD")
            return LinePrice(value_usd / quantity, market)
    wanted = " or ".join(
        what
        for what, market in (("net weight", price.kg), ("number of pieces", price.piece))
        if market
    )
    return LinePrice(missing=f"the line gives no {wanted} to compare its unit value by")


class Market:
    """The statistics of goods, asked by code, country and year; `load` first what is asked about.

    Args:
        statistics: The figures.
        policy: How many statements make a median, and how old they may be.
    """

    def __init__(self, statistics: GoodsStatistics, policy: Policy) -> None:
        self._statistics, self._policy = statistics, policy
        self.prices: list[MarketPrice] = [NO_PRICE]
        self._number: dict[tuple[str, str, int], int] = {}

    def load(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read what is held of some (code, country)."""
        self._statistics.load(pairs)

    def number(self, code: str, place: str, year: int) -> int:
        """The number of the price, in `prices`, of a code to a country in the years up to one."""
        key = (code, place, year)
        found = self._number.get(key)
        if found is None:
            found = self._number[key] = len(self.prices)
            self.prices.append(self._price(code, place, year))
        return found

    def _price(self, code: str, place: str, year: int) -> MarketPrice:
        if len(code) < 6:
            return MarketPrice(missing=f"{code} is too wide for a unit value")
        held = self._statistics.exports(code, place)
        what = f"exports of {code} to {name_of(place)}"
        if not held:
            return MarketPrice(missing=f"the store holds no {what}")
        limits = self._policy.thresholds
        first = year - limits.unit_value_years + 1
        recent = [[e for e in level if first <= int(e.year) <= year] for level in held]
        if not any(recent):
            last = max(e.year for level in held for e in level)
            return MarketPrice(
                missing=f"the held {what} end on {last}, and unit values of {first} to {year} are "
                "wanted"
            )
        kg, piece = (self._nearest(recent, unit) for unit in (KG, PIECE))
        if kg is None and piece is None:
            return MarketPrice(missing=f"the held {what} give no weight and no number of pieces")
        return MarketPrice(kg, piece)

    def _nearest(self, levels: Iterable[Iterable[Exports]], unit: str) -> UnitValue | None:
        """The unit value of the code itself; where it has none, of the next wider one."""
        least = self._policy.thresholds.unit_value_min_statements
        found = (unit_value(exports, unit, least) for exports in levels)
        return next((value for value in found if value is not None), None)

    def commission_rule(self, code: str, place: str) -> tuple[Status, str]:
        """(whether the Commission's rule fires, the numbers or what is missing)."""
        found = self._statistics.yearly_eu_exports(code, place)
        if found.missing:
            return Status.CANNOT_TELL, found.missing
        *before, after = found.eur.values()
        mean = sum(before) / len(before)
        signal = judge_commission(mean, after, in_eur=True, whole_years=True)
        growth = f"{after / mean:,.1f} times" if mean else "from"
        text = (
            f"EU exports of {code[:6]} to {name_of(place)} were EUR {after / 1e6:,.1f} m in 2022, "
            f"{growth} the mean of 2019 to 2021 (EUR {mean / 1e6:,.1f} m; {found.members} members; "
            f"figures: {', '.join(found.origins)})"
        )
        return signal.status, text


def price_ratios(
    market: Market | None, book: OrderBook, lines: Lines, asked: Mask, years: Ids, value: Numbers
) -> tuple[Ids, Numbers]:
    """(number of the unit value that each line is compared with, how many times it is).

    Args:
        market: The statistics; None for none.
        book: Where the cells lie.
        lines: The lines.
        asked: Lines of restricted goods to third countries: only they are compared.
        years: Year of each distinct cell of a day.
        value: Amounts in USD.
    """
    prices, ratios = np.zeros(len(lines), np.int32), np.full(len(lines), np.nan)
    nothing = np.zeros(len(lines), np.int32)
    if market is None or not asked.any():
        return prices, ratios
    codes, places = (lines.cells.get(role, nothing)[asked] for role in ("code", "destination"))
    key = np.stack([codes, places, years[lines.cells.get("date", nothing)[asked]]], axis=1)
    distinct, inverse = np.unique(key, axis=0, return_inverse=True)
    cells = book.cells
    numbers = [
        market.number(cells["code"].values[c].value, cells["destination"].values[p].value, year)
        for c, p, year in distinct.tolist()
    ]
    prices[asked] = np.array(numbers, np.int32)[inverse.reshape(-1)]
    # `compare_price` for many lines at once: by weight, else by pieces.
    per_kg, per_piece = (
        np.array([p.usd if (p := getattr(price, unit)) else np.nan for price in market.prices])
        for unit in (KG, PIECE)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        by_weight = value / lines.weight_kg / per_kg[prices]
        by_piece = value / lines.pieces / per_piece[prices]
    known = np.isfinite(lines.weight_kg) & np.isfinite(per_kg[prices])
    return prices, np.where(known, by_weight, by_piece)
