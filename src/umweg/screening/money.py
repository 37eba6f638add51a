"""Amounts of an order book in USD and EUR, by the reference rates that the store holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from umweg.store import Store
from umweg.store.contracts import MIN_RATE_DAYS

Numbers = npt.NDArray[np.float64]

MAX_GAP_DAYS = 7
"""Days for which a reference rate stands: none is published on weekends and TARGET holidays, of
which Easter with its four days is the longest run; a gap beyond this is no holiday."""

OWN, DAY, MONTH, NONE = "own", "day", "month", "none"
_KINDS = (OWN, DAY, MONTH, NONE)


class Rates:
    """Reference rates of days, and mean ones of months for days of which none is held.

    Args:
        means: The store's table `rates`.
        daily: The store's table `daily_rates`; None where it holds none.
    """

    def __init__(self, means: pa.Table, daily: pa.Table | None = None) -> None:
        monthly = means.filter(
            pc.and_(
                pc.equal(means["freq"], "M"), pc.greater_equal(means["days"], MIN_RATE_DAYS["M"])
            )
        )
        self._month: dict[tuple[str, str], float] = {
            (row["currency"], row["period"]): row["usd_per_unit"] for row in monthly.to_pylist()
        }
        self._daily = daily
        self._known: dict[tuple[str, date], tuple[float, str]] = {}

    @classmethod
    def of_store(cls, store: Store) -> Rates:
        """The rates that a store holds."""
        daily = store.read("daily_rates") if store.has("daily_rates") else None
        return cls(store.read("rates"), daily)

    @cached_property
    def _days(self) -> dict[str, tuple[npt.NDArray[np.int64], Numbers]]:
        """{currency: (days as numbers since 1970, units for one euro)}, in order of time."""
        if self._daily is None:
            return {}
        table = self._daily.sort_by([("currency", "ascending"), ("day", "ascending")])
        days = np.asarray(pc.cast(table["day"], pa.date32())).astype("datetime64[D]")
        numbers = days.astype(np.int64)
        values = np.asarray(table["per_eur"])
        names, first = np.unique(np.asarray(table["currency"].to_pylist()), return_index=True)
        ends = [*first[1:].tolist(), table.num_rows]
        return {
            str(name): (numbers[a:b], values[a:b])
            for name, a, b in zip(names.tolist(), first.tolist(), ends, strict=True)
        }

    def _per_eur(self, currency: str, day: date) -> tuple[float, int] | None:
        """(units for one euro, the day that it is of): that day's rate or the last one before."""
        number = day.toordinal() - _EPOCH
        if currency == "EUR":
            return 1.0, number
        days, values = self._days.get(currency, _NOTHING)
        at = int(np.searchsorted(days, number, side="right")) - 1
        if at < 0 or number - int(days[at]) > MAX_GAP_DAYS:
            return None
        return float(values[at]), int(days[at])

    def usd(self, currency: str, day: date) -> tuple[float, str]:
        """(USD for one unit on a day, `own`, `day`, `month` or `none`); NaN with `none`."""
        if currency == "USD":
            return 1.0, OWN
        key = (currency, day)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._usd(currency, day)
        return found

    def _usd(self, currency: str, day: date) -> tuple[float, str]:
        dollar, other = self._per_eur("USD", day), self._per_eur(currency, day)
        # The two rates of a cross rate must be of the same day.
        if dollar and other and (currency == "EUR" or dollar[1] == other[1]):
            return dollar[0] / other[0], DAY
        mean = self._month.get((currency, f"{day:%Y-%m}"))
        return (float("nan"), NONE) if mean is None else (mean, MONTH)

    def eur(self, currency: str, day: date) -> float:
        """EUR for one unit on a day; NaN where no rate is held."""
        return 1.0 if currency == "EUR" else self.usd(currency, day)[0] / self.usd("EUR", day)[0]


_EPOCH = date(1970, 1, 1).toordinal()
_NOTHING = (np.empty(0, np.int64), np.empty(0))


class Converted:
    """Which rates the amounts of a run were brought to USD by."""

    def __init__(self) -> None:
        self.lines: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.without = 0

    def add(self, kinds: npt.NDArray[np.int8], names: Sequence[str]) -> None:
        """Count some lines: the kind of rate of each, and currency and month where none is held."""
        for kind, number in zip(*np.unique(kinds, return_counts=True), strict=True):
            self.lines[_KINDS[int(kind)]] += int(number)
        self.missing.update(names)

    def notes(self) -> tuple[str, ...]:
        """What a reader must know."""
        found = []
        if self.lines[DAY]:
            found.append(
                "amounts are brought to USD and EUR by the ECB reference rate of the day of the "
                "order (where none was published that day, the last one before)"
            )
        if self.lines[MONTH]:
            found.append(
                f"{_amounts(self.lines[MONTH])} brought to USD by the mean rate of the month: no "
                "rate of the day is held"
            )
        if self.without:
            what = "1 amount names" if self.without == 1 else f"{self.without:,} amounts name"
            found.append(f"{what} no currency, or one that is none: not brought to USD")
        if self.lines[NONE]:
            most = ", ".join(name for name, _ in self.missing.most_common(5))
            more = " and others" if len(self.missing) > 5 else ""
            found.append(
                f"{_amounts(self.lines[NONE])} not brought to USD: no rate is held of {most}{more} "
                "(umweg data fetch ecb brings what the ECB publishes)"
            )
        return tuple(found)


def _amounts(number: int) -> str:
    return "1 amount is" if number == 1 else f"{number:,} amounts are"


def factors(
    rates: Rates,
    currencies: npt.NDArray[np.int32],
    days: npt.NDArray[np.int32],
    currency_of: Mapping[int, str],
    known: npt.NDArray[np.bool_],
    converted: Converted,
) -> tuple[Numbers, Numbers]:
    """(USD, EUR) for one unit of each line's currency on the day of its order.

    Args:
        rates: The rates.
        currencies: Number of each line's currency.
        days: Day of each line as a number, 1 being the first of January of year 1.
        currency_of: The currencies by their numbers; empty for none.
        known: Lines that have an amount: those that are counted.
        converted: Counts by which rates.
    """
    pairs = currencies.astype(np.int64) << 32 | days.astype(np.int64)
    distinct, inverse = np.unique(pairs, return_inverse=True)
    usd, eur = np.empty(len(distinct)), np.empty(len(distinct))
    kinds = np.empty(len(distinct), np.int8)
    names = []
    for n, pair in enumerate(distinct.tolist()):
        currency, day = currency_of[pair >> 32], date.fromordinal(pair & 0xFFFFFFFF)
        value, kind = rates.usd(currency, day) if currency else (float("nan"), NONE)
        usd[n], kinds[n] = value, _KINDS.index(kind)
        eur[n] = rates.eur(currency, day) if currency else float("nan")
        names.append(f"{currency} in {day:%Y-%m}" if currency and kind == NONE else "")
    named = np.array([bool(c) for c in currency_of.values()])[currencies]
    converted.without += int((known & ~named).sum())
    counted = inverse[known & named]
    used = np.bincount(counted, minlength=len(distinct))
    converted.add(
        kinds[counted],
        [name for name, number in zip(names, used.tolist(), strict=True) if name and number],
    )
    return usd[inverse], eur[inverse]
