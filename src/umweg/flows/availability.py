"""Which periods a country has published: the difference between zero and unknown.

A statement that does not exist is a zero only where its reporter published the period. What was
published stands in the store's table `coverage`; where a publication has no coverage, the span of
the reporter's own figures decides. A period whose currency has no exchange rate counts as not
published, because its value in USD is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from umweg.flows.plan import MOST, Cover
from umweg.store import Store
from umweg.store.contracts import MIN_RATE_DAYS


class Availability:
    """What each publication has, read once for a scan."""

    def __init__(self, store: Store) -> None:
        self._missing: dict[tuple[str, str, str, str], set[str]] = {}
        if store.has("coverage"):
            for r in store.read("coverage").to_pylist():
                if r["status"] == "missing":
                    key = (r["origin_id"], r["reporter"], r["flow"], r["scope"])
                    self._missing.setdefault(key, set()).add(r["period"])
        self._rates: set[tuple[str, str]] = set()
        if store.has("rates"):
            self._rates = {
                (r["currency"], r["period"])
                for r in store.read("rates").to_pylist()
                if r["days"] >= MIN_RATE_DAYS[r["freq"]]
            }

    def missing(self, cover: Cover, country: str, periods: Iterable[str]) -> tuple[str, ...]:
        """The periods for which a country has no usable statement in a cover."""
        scope = "codes" if cover.level else "total"
        spans = [
            (
                max(c.first, c.series.first),
                min(c.last, c.series.last),
                c.series.currency,
                self._missing.get((c.series.origin_id, country, c.series.flow, scope), set())
                | self._missing.get(
                    (c.series.origin_id, c.series.reporter, c.series.flow, scope), set()
                ),
            )
            for c in cover.chosen
            if country in c.members
        ]
        return tuple(
            p
            for p in periods
            if not any(
                first <= p <= last
                and p not in unpublished
                and (currency == "USD" or (currency, p) in self._rates)
                for first, last, currency, unpublished in spans
            )
        )

    def incomplete(self, cover: Cover, periods: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The countries of a cover that miss periods, with the periods."""
        found = {m: self.missing(cover, m, periods) for m in sorted(cover.members)}
        return {m: p for m, p in found.items() if p}

    def unpublished(self, cover: Cover, periods: Iterable[str]) -> tuple[str, ...]:
        """The periods that less than most of the countries of a cover have published."""
        wanted = tuple(periods)
        lacking = self.incomplete(cover, wanted)
        total = len(cover.members)
        return tuple(
            p
            for p in wanted
            if total - sum(p in missing for missing in lacking.values()) < MOST * total
        )
