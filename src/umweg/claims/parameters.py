"""What each named test is told: its parameters and its expectation, as a claim file writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from umweg.claims import units
from umweg.claims.population import (
    COUNTRY,
    Day,
    Goods,
    Lists,
    ListsOrCodes,
    Period,
    Place,
    Places,
    Population,
    RefusedError,
    Strict,
)
from umweg.periods import Window

Reading = Literal["about", "at-least", "at-most"]
Statistic = Literal["total", "monthly-mean", "monthly-peak"]


class Tolerance(Strict):
    """How far our number may lie from the published one, in a unit, and why just so far."""

    value: float = Field(ge=0)
    unit: str
    why: str = Field(min_length=10)


class Expect(Strict):
    """The number that was stated.

    `reading`: `about` the number itself, `at-least` ("over"), `at-most` ("below", "not even").
    """

    value: float
    unit: str
    tolerance: Tolerance
    reading: Reading = "about"

    @model_validator(mode="after")
    def _units(self) -> Expect:
        if not units.is_unit(self.unit):
            raise RefusedError(f"{self.unit!r} is no unit", units.WAYS_TO_WRITE)
        allowed = units.tolerance_units(self.unit)
        if self.tolerance.unit not in allowed:
            raise RefusedError(
                f"{self.tolerance.unit!r} is no unit for the tolerance of a value in {self.unit}",
                ", ".join(allowed),
            )
        return self

    @property
    def slack(self) -> float:
        """The tolerance in the unit of the value."""
        t = self.tolerance
        return units.tolerance_in(self.value, self.unit, t.value, t.unit)

    @property
    def low(self) -> float:
        """The lowest number that agrees."""
        return float("-inf") if self.reading == "at-most" else self.value - self.slack

    @property
    def high(self) -> float:
        """The highest number that agrees."""
        return float("inf") if self.reading == "at-least" else self.value + self.slack


class Volume(Strict):
    """A sum over a period; `statistic` takes the mean or the highest month instead."""

    of: Literal["volume"] = "volume"
    population: Population
    period: Period
    statistic: Statistic = "total"


class Growth(Strict):
    """After against before. The statistic of each side can differ: a peak against a mean."""

    of: Literal["growth"] = "growth"
    population: Population
    before: Period
    after: Period
    before_statistic: Statistic = "total"
    after_statistic: Statistic = "total"
    currency: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Growth:
        _check_order(self.before, self.after)
        lengths = {len(w.months.periods) for w in (self.before, self.after)}
        if len(lengths) > 1 and "total" in (self.before_statistic, self.after_statistic):
            raise RefusedError(
                f"the totals of {self.before} and {self.after} are of different lengths",
                "two intervals of one length, or the statistics monthly-mean and monthly-peak",
            )
        return self


class Difference(Growth):
    """After less before, in money."""

    of: Literal["difference"] = "difference"  # type: ignore[assignment]


class Share(Strict):
    """One population as a share of another, in one period."""

    of: Literal["share"] = "share"
    part: Population
    whole: Population
    period: Period


class Offset(Strict):
    """The rise of one population as a share of the fall of another, between the same windows."""

    of: Literal["offset"] = "offset"
    rise: Population
    fall: Population
    before: Period
    after: Period

    @model_validator(mode="after")
    def _ordered(self) -> Offset:
        _check_order(self.before, self.after)
        return self


class Gap(Strict):
    """What the exporters report less what the importer reports, brought to FOB.

    The unit of the expectation decides: `%` is the gap as a share of the exports, money the gap
    itself.
    """

    of: Literal["mirror-gap"] = "mirror-gap"
    exporters: Places
    importers: Places
    period: Period
    goods: Goods = "TOTAL"

    @property
    def sent(self) -> Population:
        """The exporters' report."""
        return Population(
            reporter=self.exporters, partner=self.importers, flow=("X",), goods=self.goods
        )

    @property
    def received(self) -> Population:
        """The importers' report of the same flow."""
        return Population(
            reporter=self.importers, partner=self.exporters, flow=("M",), goods=self.goods
        )


class Quantity(Strict):
    """A number of pieces or kilograms, where the statistics give one."""

    of: Literal["quantity"] = "quantity"
    population: Population
    period: Period


Figure = Annotated[
    Volume | Growth | Difference | Share | Offset | Gap | Quantity, Field(discriminator="of")
]


class FigureMatches(Strict):
    """A published number: how it is made, or the ways in which it can have been made.

    `baskets` holds at least two sets of goods, the narrowest and the widest that the publication
    can have meant, where it does not say which; they take the place of the goods of the figure.
    `readings` holds at least two whole figures, where it is also open which months or partners
    were counted; they stand in the place of a figure.
    """

    figure: Figure | None = None
    baskets: dict[str, Goods] = Field(default_factory=dict)
    readings: dict[str, Figure] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ways(self) -> FigureMatches:
        if (self.figure is None) == (not self.readings) or (self.readings and self.baskets):
            raise RefusedError(
                "it must be said how the number is made, in one way",
                "a figure, a figure with baskets, or readings",
            )
        if 1 in (len(self.baskets), len(self.readings)):
            raise RefusedError("one reading is no bound", "at least two, or none")
        return self

    @property
    def ways(self) -> dict[str, Figure]:
        """Every way in which the number can have been made, by name."""
        if self.figure is None:
            return self.readings
        return {n: with_goods(self.figure, g) for n, g in self.baskets.items()} or {"": self.figure}


class ListedTrade(Strict):
    """Trade in goods that are on lists of the regime on a day."""

    reporter: Place
    partner: Place
    flow: Literal["X", "M", "RX", "RM"] = "X"
    goods: Lists
    period: Period


class OnwardTrade(Strict):
    """Goods that come into a country, are not made there, and go on to the target.

    `inbound` names who sends them; without it, the coalition against the target on the last day.
    """

    place: Place
    target: Place
    goods: ListsOrCodes
    before: Period
    after: Period
    inbound: Places | None = None

    @model_validator(mode="after")
    def _ordered(self) -> OnwardTrade:
        _check_order(self.before, self.after)
        if self.place == self.target:
            raise RefusedError("place and target are the same country", COUNTRY)
        return self


class InForce(Strict):
    """A measure (`measures.yaml`) or an event of the timeline of the regime, on a day."""

    day: Day
    measure: str | None = None
    event: str | None = None

    @model_validator(mode="after")
    def _one(self) -> InForce:
        if (self.measure is None) == (self.event is None):
            raise RefusedError("name a measure or an event", "exactly one of measure, event")
        return self


class Holds(Strict):
    """Whether it holds, as stated."""

    holds: bool


class EventStudy(Strict):
    """A flow before and after an event of the timeline, in months of equal length on both sides.

    `ramp` months from the event on are left out: contracts under way are still delivered.
    """

    population: Population
    event: str
    months: int = Field(ge=3, le=60)
    ramp: int = Field(default=1, ge=0, le=12)


class Change(Strict):
    """What the flow is said to have done."""

    change: Literal["stopped", "fell", "unchanged"]


class Listed(Strict):
    """Whether goods are on a list of the regime, or a party on a list in the store, on a day."""

    list: str
    day: Day
    code: str | None = None
    nomenclature: str | None = None
    party: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Listed:
        if (self.code is None) == (self.party is None):
            raise RefusedError("name a code or a party", "exactly one of code, party")
        return self


def with_goods(figure: Any, goods: Any) -> Any:
    """A figure with other goods in every population of it."""
    changes: dict[str, Any] = {}
    for key in type(figure).model_fields:
        part = getattr(figure, key)
        if isinstance(part, Population):
            changes[key] = part.model_copy(update={"goods": goods})
        elif key == "goods":
            changes[key] = goods
    return figure.model_copy(update=changes)


def _check_order(before: Window, after: Window) -> None:
    if after.first_day < before.until:
        raise RefusedError(
            f"the interval after ({after}) begins before the one before ({before}) has ended",
            "two intervals that do not overlap, the earlier one as before",
        )
