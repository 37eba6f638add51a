"""Which firms count as owned by listed persons, by an authority's rule, and what cannot be told.

The rule is a cascade, the least fixed point of: a firm is owned when the holdings of listed persons
and of firms that are already owned reach the threshold. A holding through a firm below the
threshold counts nothing (OFAC FAQ 401). The multiplied economic share is computed beside it and
never decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from umweg.errors import UsageError
from umweg.parties.cascade import Spread, economic, spread
from umweg.parties.holdings import MEASURES, SHARES, UNIT, WHOLE, Holdings, Mask, holdings
from umweg.regime.model import OwnershipInterval, OwnershipRule

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["listed", "owned", "not-owned", "unknown"]


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder of a firm, and what its holding counts under the rule.

    Attributes:
        counts: `listed`, `owned` (itself owned), `possibly` (its own case is unknown), `no`.
        low, high: Bounds of the holding, in percent.
    """

    entity_id: str
    name: str
    measure: str
    low: float
    high: float
    counts: Literal["listed", "owned", "possibly", "no"]


@dataclass(frozen=True, slots=True)
class Owned:
    """The answer for one firm.

    Attributes:
        status: `owned` whatever the unknown shares are; `not-owned` whatever they are; else
            `unknown`. A listed firm is `listed`, with what the cascade says of it beside.
        basis: `ownership` or `control`, where it is owned.
        low, high: Bounds of the holdings that count, in percent.
        economic_low, economic_high: The multiplied share of listed persons, in percent; shown only.
        undisclosed: What the known holders leave of the firm, in percent; taken for held by
            persons who are not listed.
        holders: Every known holder.
    """

    entity_id: str
    name: str
    status: Status
    basis: str
    low: float
    high: float
    economic_low: float
    economic_high: float
    undisclosed: float
    holders: tuple[Holder, ...]

    @property
    def text(self) -> str:
        """The answer in one sentence."""
        counted = [h for h in self.holders if h.counts in ("listed", "owned", "possibly")]
        who = ", ".join(f"{h.name} {_range(h.low, h.high)} ({h.counts})" for h in counted)
        total = _range(self.low, self.high)
        return {
            "listed": f"{self.name} is itself listed",
            "owned": f"{self.name} counts as owned"
            + (" (control is stated)" if self.basis == "control" else f": {total} held by {who}"),
            "not-owned": f"{self.name} does not count as owned: {total} held by listed persons "
            "and by firms that are owned" + (f": {who}" if who else ""),
            "unknown": f"whether {self.name} counts as owned cannot be told: between "
            f"{self.low:g} and {self.high:g} % may count: {who}",
        }[self.status]


def _range(low: float, high: float) -> str:
    return f"{low:g} %" if low == high else f"{low:g} to {high:g} %"


@dataclass(frozen=True)
class OwnershipResult:
    """The answer for every firm of the relations."""

    rule: OwnershipRule
    reading: OwnershipInterval
    as_of: date
    graph: Holdings
    listed: Mask
    found: Spread
    economic: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

    def of(self, entity_id: str) -> Owned:
        """The answer for one firm.

        Raises:
            UsageError: no relation names it.
        """
        number = self.graph.number.get(entity_id)
        if number is None:
            raise UsageError(
                f"no relation names '{entity_id}'",
                next_step="check the id, or give the relations that name it",
            )
        return self._answer(number)

    @cached_property
    def statuses(self) -> Mapping[str, Status]:
        """Entity id → status, for every firm that somebody holds or controls."""
        held = np.union1d(self.graph.firm, self.graph.control[:, 1])
        return {self.graph.ids[n]: self._status(n) for n in held.tolist()}

    def answers(self, statuses: Collection[Status] = ("owned", "unknown")) -> list[Owned]:
        """The answers of these statuses, owned firms first, then by id."""
        order = ("listed", "owned", "unknown", "not-owned")
        wanted = [(order.index(s), i) for i, s in self.statuses.items() if s in statuses]
        return [self.of(i) for _, i in sorted(wanted)]

    def to_arrow(self) -> pa.Table:
        """One row a firm, without its holders."""
        rows = [self.of(i) for i in self.statuses]
        names = (
            "entity_id", "name", "status", "basis", "low", "high", "economic_low",
            "economic_high", "undisclosed",
        )  # fmt: skip
        return pa.table({n: [getattr(r, n) for r in rows] for n in names})

    def to_pandas(self) -> pd.DataFrame:
        """One row a firm, as a pandas data frame."""
        return self.to_arrow().to_pandas()

    def named(self, texts: Iterable[str]) -> list[str]:
        """Ids of firms by id or by exact name.

        Raises:
            UsageError: no relation names one of them.
        """
        found = []
        for text in texts:
            plain = " ".join(text.split()).casefold()
            ids = [
                i
                for i, n in zip(self.graph.ids, self.graph.names, strict=True)
                if i == text or " ".join(n.split()).casefold() == plain
            ]
            if not ids:
                self.of(text)  # raises, and says what to do
            found += ids
        return found

    def to_json(self, firms: Iterable[Owned] | None = None) -> dict[str, Any]:
        """The answers as plain data, with the rule and its source; without firms, those that are
        owned or unknown."""
        from dataclasses import asdict

        return {
            "authority": self.rule.id,
            "rule": {
                "title": self.rule.title,
                "threshold_percent": self.reading.threshold_percent,
                "comparison": self.reading.comparison,
                "aggregate": self.reading.aggregate,
                "counts": list(self.reading.counts),
                "control": self.reading.control,
                "from": self.reading.from_.isoformat(),
                "paper": self.reading.paper,
                "link": self.reading.link,
                "confidence": self.reading.confidence,
                "note": self.reading.note,
            },
            "as_of": self.as_of.isoformat(),
            "firms": [
                {**asdict(a), "text": a.text} for a in (self.answers() if firms is None else firms)
            ],
        }

    def _status(self, n: int) -> Status:
        if self.listed[n]:
            return "listed"
        if self.found.owned[n]:
            return "owned"
        return "unknown" if self.found.possible[n] else "not-owned"

    def _answer(self, n: int) -> Owned:
        g = self.graph
        status = self._status(n)
        low, high = int(self.found.low[n].max()), int(self.found.high[n].max())
        reached = self.reading.reached(low / UNIT)
        basis = "" if status != "owned" else "ownership" if reached else "control"
        rows = self._held_by.get(n, np.zeros(0, np.int64))
        shares = rows[g.measure[rows] == SHARES]
        return Owned(
            g.ids[n],
            g.names[n],
            status,
            basis,
            min(low, WHOLE) / UNIT,
            min(high, WHOLE) / UNIT,
            round(100 * float(self.economic[0][n]), 6),
            round(100 * float(self.economic[1][n]), 6),
            max(0, WHOLE - int(g.low[shares].sum())) / UNIT,
            tuple(
                Holder(
                    g.ids[h],
                    g.names[h],
                    MEASURES[int(g.measure[r])],
                    int(g.low[r]) / UNIT,
                    int(g.high[r]) / UNIT,
                    self._counts(h),
                )
                for r in rows.tolist()
                for h in [int(g.holder[r])]
            ),
        )

    def _counts(self, n: int) -> Literal["listed", "owned", "possibly", "no"]:
        if self.listed[n]:
            return "listed"
        if self.found.owned[n]:
            return "owned"
        return "possibly" if self.found.possible[n] else "no"

    @cached_property
    def _held_by(self) -> dict[int, npt.NDArray[np.int64]]:
        order = np.argsort(self.graph.firm, kind="stable")
        firms, starts = np.unique(self.graph.firm[order], return_index=True)
        return dict(zip(firms.tolist(), np.split(order, starts[1:]), strict=True))


def ownership(
    relations: pa.Table | Holdings,
    listed: Iterable[str],
    rule: OwnershipRule,
    as_of: date,
) -> OwnershipResult:
    """Apply an authority's rule to all firms of the relations.

    Args:
        relations: Rows of the contract `relations`, or the graph made of them; of an `Ownership`
            the subject holds the object. Two holders who exercise their rights jointly are related
            by `Associate` with the role "joint arrangement".
        listed: Entity ids of the persons and firms that are listed on the day.
        rule: The authority's rule, see `Regime.ownership_rules`.
        as_of: The day: of the rule and of the holdings.

    Raises:
        UsageError: the authority had no rule on that day.
        InputError: the relations break their contract.
    """
    reading = rule.at(as_of)
    if reading is None:
        spans = ", ".join(f"{i.from_} to {i.until or 'today'}" for i in rule.intervals)
        raise UsageError(
            f"no ownership rule of '{rule.id}' is held for {as_of}",
            allowed=spans,
            next_step="choose another day or authority",
        )
    graph = relations if isinstance(relations, Holdings) else holdings(relations, as_of)
    seeds = np.zeros(len(graph.ids), bool)
    seeds[graph.numbers(set(listed))] = True
    return OwnershipResult(
        rule, reading, as_of, graph, seeds, spread(graph, seeds, reading), economic(graph, seeds)
    )
