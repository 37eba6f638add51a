"""The tables of the store: each column with its type, unit and meaning, each table with its key.

This is the only description of the tables. Importers validate against it, the documentation is
printed from it, and the reader casts every snapshot to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

SCHEMA_VERSION = 1
"""Version of the contracts below; a store of an older version is migrated, see `migrate`."""

FLOW_KINDS = ("X", "M", "RX", "RM")
BASES = ("FOB", "CIF")
TOTAL = "TOTAL"
"""The goods code of "all goods", as UN Comtrade and Eurostat write it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: type, unit, meaning, and whether it may be empty."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """One table of the store."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the table."""
        return pa.schema([pa.field(c.name, c.type, c.nullable) for c in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(c.name for c in self.columns)


_STR = pa.string()
_NUM = pa.float64()

FLOWS = Contract(
    "flows",
    "One row is one reporter's statement about one partner, flow, period and goods code.",
    (
        Column("reporter", _STR, "who declared: ISO 3166 alpha-3, or a group of geography.py"),
        Column("partner", _STR, "the other side: alpha-3 or group"),
        Column("flow", _STR, "X export, M import, RX re-export, RM re-import"),
        Column("freq", _STR, "M monthly, A annual"),
        Column("period", _STR, "YYYY-MM for months, YYYY for years"),
        Column("nomenclature", _STR, "vintage of the code: HS2017, CN2022 …"),
        Column("code", _STR, "goods code with its leading zeros, digits only, or TOTAL"),
        Column("value_reported", _NUM, "value as published", "units of `currency`"),
        Column("currency", _STR, "ISO 4217 code of value_reported"),
        Column("basis", _STR, "FOB or CIF", nullable=True),
        Column("net_weight_kg", _NUM, "net weight as published", "kg", nullable=True),
        Column("quantity", _NUM, "supplementary quantity", "`quantity_unit`", nullable=True),
        Column("quantity_unit", _STR, "unit of `quantity`", nullable=True),
        Column(
            "partial_code",
            pa.bool_(),
            "true where the row sums only some sub-codes of its code: never a whole flow, "
            "never used for a mirror gap",
        ),
        Column("origin_id", _STR, "row of `origins` that the figure comes from"),
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
    _NUM,
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
        Column("origin_id", _STR, "short stable name"),
        Column("publisher", _STR, "who published"),
        Column("title", _STR, "data set"),
        Column("url", _STR, "public address", nullable=True),
        Column("licence", _STR, "terms of reuse", nullable=True),
        Column("vintage", _STR, "date of the data: YYYY-MM-DD, or YYYY-MM", nullable=True),
        Column("derivation", _STR, "what our script did to the published figures", nullable=True),
    ),
    key=("origin_id",),
)

COVERAGE = Contract(
    "coverage",
    "What each reporter has published for which period: the difference between zero and unknown.",
    (
        Column("reporter", _STR, "alpha-3 (a group is covered when all its members are)"),
        Column("flow", _STR, "X, M, RX, RM"),
        Column("freq", _STR, "M or A"),
        Column("period", _STR, "YYYY-MM or YYYY"),
        Column("scope", _STR, "`codes` goods by code, `total` all goods in one figure"),
        Column("status", _STR, "`published` or `missing`"),
        Column("practice", _STR, "partner by origin, consignment or destination", nullable=True),
        Column("note", _STR, "what else a reader must know", nullable=True),
        Column("origin_id", _STR, "row of `origins`"),
    ),
    key=("reporter", "flow", "freq", "period", "scope", "origin_id"),
)

RATES = Contract(
    "rates",
    "Mean ECB euro reference rates, one row a currency and period.",
    (
        Column("currency", _STR, "ISO 4217"),
        Column("freq", _STR, "M or A"),
        Column("period", _STR, "YYYY-MM or YYYY"),
        Column("usd_per_unit", _NUM, "mean of the daily cross rates", "USD per unit"),
        Column("days", pa.int32(), "number of daily rates in the mean"),
        Column("origin_id", _STR, "row of `origins`"),
    ),
    key=("currency", "period"),
)

_INTERVAL = "95 % for growth; {} single year for the mirror gap"
_LOW = f"lower end of the interval that `method` names ({_INTERVAL.format('lowest')})"
_HIGH = f"upper end of the interval that `method` names ({_INTERVAL.format('highest')})"

SIGNALS = Contract(
    "signals",
    "Results of a saved scan, one row a corridor (or country) and signal.",
    (
        Column("run_id", _STR, "run that computed the row"),
        Column("scale", _STR, "`country` or `corridor`"),
        Column("target", _STR, "alpha-3"),
        Column("transit", _STR, "alpha-3"),
        Column("code", _STR, "goods code; empty on the scale of a country", nullable=True),
        Column("nomenclature", _STR, "vintage of the code", nullable=True),
        Column("signal", _STR, "surge, collapse, mirror_gap, onward"),
        Column("status", _STR, "fired, not-fired, below-floor, shown, cannot-tell"),
        Column("value", _NUM, "the number that was judged", nullable=True),
        Column("expected", _NUM, "the number without a detour", nullable=True),
        Column("method", _STR, "how `expected` was made"),
        Column("ci_low", _NUM, _LOW, nullable=True),
        Column("ci_high", _NUM, _HIGH, nullable=True),
        Column("p_value", _NUM, "placebo p-value", nullable=True),
        Column("q_value", _NUM, "Benjamini-Hochberg q", nullable=True),
        Column("missing", _STR, "what is missing for an answer", nullable=True),
        Column("verdict", _STR, "verdict of the corridor or country"),
        Column("before", _STR, "window before"),
        Column("after", _STR, "window after"),
        Column("vintage", _STR, "regime version and origins of the figures"),
    ),
    key=("run_id", "scale", "target", "transit", "code", "signal"),
)

SET_ASIDE = Contract(
    "set_aside",
    "Rows of an input that were not kept, each with the reason: read = kept + set aside.",
    (
        Column("row", pa.int64(), "row number in the file, the header being row 1"),
        Column("reason", _STR, "name of the reason"),
        Column("detail", _STR, "what was found and what is allowed"),
        Column("raw", _STR, "the row as read, as JSON"),
    ),
    key=("row",),
)

CONTRACTS: dict[str, Contract] = {
    c.name: c for c in (FLOWS, ORIGINS, COVERAGE, RATES, SIGNALS, SET_ASIDE)
}
