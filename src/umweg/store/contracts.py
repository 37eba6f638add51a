"""The tables of the store: each column with its type, unit and meaning, each table with its key.

This is the only description of the tables. Importers validate against it, the documentation is
printed from it, and the reader casts every snapshot to it.
"""

from __future__ import annotations

import pyarrow as pa

from umweg.store.columns import NUM, STR, Column, Contract
from umweg.store.party_contracts import PARTY_TABLES

SCHEMA_VERSION = 1
"""Version of the contracts below; a store of an older version is migrated, see `migrate`."""

FLOW_KINDS = ("X", "M", "RX", "RM")
BASES = ("FOB", "CIF")
TOTAL = "TOTAL"
"""The goods code of "all goods", as UN Comtrade and Eurostat write it."""

FLOWS = Contract(
    "flows",
    "One row is one reporter's statement about one partner, flow, period and goods code.",
    (
        Column("reporter", STR, "who declared: ISO 3166 alpha-3, or a group of geography.py"),
        Column("partner", STR, "the other side: alpha-3 or group"),
        Column("flow", STR, "X export, M import, RX re-export, RM re-import"),
        Column("freq", STR, "M monthly, A annual"),
        Column("period", STR, "YYYY-MM for months, YYYY for years"),
        Column("nomenclature", STR, "vintage of the code: HS2017, CN2022 …"),
        Column("code", STR, "goods code with its leading zeros, digits only, or TOTAL"),
        Column("value_reported", NUM, "value as published", "units of `currency`"),
        Column("currency", STR, "ISO 4217 code of value_reported"),
        Column("basis", STR, "FOB or CIF", nullable=True),
        Column("net_weight_kg", NUM, "net weight as published", "kg", nullable=True),
        Column("quantity", NUM, "supplementary quantity", "`quantity_unit`", nullable=True),
        Column("quantity_unit", STR, "unit of `quantity`", nullable=True),
        Column(
            "partial_code",
            pa.bool_(),
            "true where the row sums only some sub-codes of its code: never a whole flow, "
            "never used for a mirror gap",
        ),
        Column("origin_id", STR, "row of `origins` that the figure comes from"),
    ),
    key=("reporter", "partner", "flow", "period", "nomenclature", "code", "partial_code"),
)

MIN_RATE_DAYS = {"M": 10, "A": 200}
"""Days that a mean rate of a month and of a year must be made of to be used for `value_usd`.

The ECB publishes about 20 rates a month and 255 a year. A currency that it stopped quoting ends in
a mean of few days, which says little about the period: RUB, last quoted on 1 March 2022, has a
single day in that month and 42 in that year. `rates` keeps such means; `value_usd` is null there.
"""

VALUE_USD = Column(
    "value_usd",
    NUM,
    "value_reported at the mean ECB reference rate of the period (table `rates`), if that mean is "
    f"of at least {MIN_RATE_DAYS['M']} days of a month or {MIN_RATE_DAYS['A']} days of a year; "
    "derived when the table is read, so that a corrected rate needs no new import; null without "
    "such a rate",
    "USD",
    nullable=True,
)

ORIGINS = Contract(
    "origins",
    "Who published a figure, where it was had, under which licence.",
    (
        Column("origin_id", STR, "short stable name"),
        Column("publisher", STR, "who published"),
        Column("title", STR, "data set"),
        Column("url", STR, "public address", nullable=True),
        Column("licence", STR, "terms of reuse", nullable=True),
        Column("vintage", STR, "date of the data: YYYY-MM-DD, or YYYY-MM", nullable=True),
        Column("derivation", STR, "what our script did to the published figures", nullable=True),
    ),
    key=("origin_id",),
)

COVERAGE = Contract(
    "coverage",
    "What each reporter has published for which period: the difference between zero and unknown.",
    (
        Column("reporter", STR, "alpha-3 (a group is covered when all its members are)"),
        Column("flow", STR, "X, M, RX, RM"),
        Column("freq", STR, "M or A"),
        Column("period", STR, "YYYY-MM or YYYY"),
        Column("scope", STR, "`codes` goods by code, `total` all goods in one figure"),
        Column("status", STR, "`published` or `missing`"),
        Column("practice", STR, "partner by origin, consignment or destination", nullable=True),
        Column("note", STR, "what else a reader must know", nullable=True),
        Column("origin_id", STR, "row of `origins`"),
    ),
    key=("reporter", "flow", "freq", "period", "scope", "origin_id"),
)

RATES = Contract(
    "rates",
    "Mean ECB euro reference rates, one row a currency and period.",
    (
        Column("currency", STR, "ISO 4217"),
        Column("freq", STR, "M or A"),
        Column("period", STR, "YYYY-MM or YYYY"),
        Column("usd_per_unit", NUM, "mean of the daily cross rates", "USD per unit"),
        Column("days", pa.int32(), "number of daily rates in the mean"),
        Column("origin_id", STR, "row of `origins`"),
    ),
    key=("currency", "period"),
)

DAILY_RATES = Contract(
    "daily_rates",
    "ECB euro reference rates of the day, as published on working days.",
    (
        Column("currency", STR, "ISO 4217"),
        Column("day", STR, "YYYY-MM-DD"),
        Column("per_eur", NUM, "units of the currency for one euro", "`currency` per EUR"),
        Column("origin_id", STR, "row of `origins`"),
    ),
    key=("currency", "day"),
)

_INTERVAL = "95 % for growth; {} single year for the mirror gap"
_LOW = f"lower end of the interval that `method` names ({_INTERVAL.format('lowest')})"
_HIGH = f"upper end of the interval that `method` names ({_INTERVAL.format('highest')})"

SIGNALS = Contract(
    "signals",
    "Results of a saved scan, one row a corridor (or country) and signal.",
    (
        Column("run_id", STR, "run that computed the row"),
        Column("scale", STR, "`country` or `corridor`"),
        Column("target", STR, "alpha-3"),
        Column("transit", STR, "alpha-3"),
        Column("code", STR, "goods code; empty on the scale of a country", nullable=True),
        Column("nomenclature", STR, "vintage of the code", nullable=True),
        Column("signal", STR, "surge, collapse, mirror_gap, onward"),
        Column("status", STR, "fired, not-fired, below-floor, shown, cannot-tell"),
        Column("value", NUM, "the number that was judged", nullable=True),
        Column("expected", NUM, "the number without a detour", nullable=True),
        Column("method", STR, "how `expected` was made"),
        Column("ci_low", NUM, _LOW, nullable=True),
        Column("ci_high", NUM, _HIGH, nullable=True),
        Column("p_value", NUM, "placebo p-value", nullable=True),
        Column("q_value", NUM, "Benjamini-Hochberg q", nullable=True),
        Column("missing", STR, "what is missing for an answer", nullable=True),
        Column("verdict", STR, "verdict of the corridor or country"),
        Column(
            "before",
            STR,
            "window before, or words: before the measure",
        ),
        Column("after", STR, "window after"),
        Column("vintage", STR, "regime version and origins of the figures"),
    ),
    key=("run_id", "scale", "target", "transit", "code", "signal"),
)

SET_ASIDE = Contract(
    "set_aside",
    "Rows of an input that were not kept, each with the reason: read = kept + set aside.",
    (
        Column("row", pa.int64(), "row number in the file, the header being row 1"),
        Column("reason", STR, "name of the reason"),
        Column("detail", STR, "what was found and what is allowed"),
        Column("raw", STR, "the row as read, as JSON"),
    ),
    key=("row",),
)

CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (FLOWS, ORIGINS, COVERAGE, RATES, DAILY_RATES, SIGNALS, *PARTY_TABLES, SET_ASIDE)
}
