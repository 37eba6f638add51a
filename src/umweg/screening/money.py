"""Amounts of an order book in USD and EUR, by the reference rates that the store holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from umweg.store.contracts import MIN_RATE_DAYS

Numbers = npt.NDArray[np.float64]
BASIS = (
    "amounts are brought to USD and EUR by the mean ECB reference rate of the month of the order; "
    "daily rates are not held"
)


class Rates:
    """Mean reference rates of months.

    Args:
        table: The store's table `rates`.
    """

    def __init__(self, table: pa.Table) -> None:
        self._usd: dict[tuple[str, str], float] = {
            (row["currency"], row["period"]): row["usd_per_unit"]
            for row in table.to_pylist()
            if row["freq"] == "M" and row["days"] >= MIN_RATE_DAYS["M"]
        }

    def usd(self, currency: str, month: str) -> float:
        """USD for one unit in a month; NaN where no rate is held."""
        if currency == "USD":
            return 1.0
        return self._usd.get((currency, month), float("nan"))

    def eur(self, currency: str, month: str) -> float:
        """EUR for one unit in a month; NaN where no rate is held."""
        return 1.0 if currency == "EUR" else self.usd(currency, month) / self.usd("EUR", month)


def factors(
    rates: Rates,
    currencies: npt.NDArray[np.int32],
    months: npt.NDArray[np.int32],
    currency_of: Mapping[int, str],
    month_of: Mapping[int, str],
) -> tuple[Numbers, Numbers]:
    """(USD, EUR) for one unit of each line's currency in the month of its order."""
    pairs = currencies.astype(np.int64) << 32 | months.astype(np.int64)
    distinct, inverse = np.unique(pairs, return_inverse=True)
    usd, eur = np.empty(len(distinct)), np.empty(len(distinct))
    for n, pair in enumerate(distinct.tolist()):
        currency, month = currency_of[pair >> 32], month_of[pair & 0xFFFFFFFF]
        usd[n] = rates.usd(currency, month) if currency else np.nan
        eur[n] = rates.eur(currency, month) if currency else np.nan
    return usd[inverse], eur[inverse]
