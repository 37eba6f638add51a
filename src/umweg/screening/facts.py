"""What the tests look things up in: the law as of a day, the lists of the user, saved signals.

The law changes on certain days only. Everything asked of it is remembered for the stretch between
two such days, so that a million lines cost as much as their distinct goods, places and stretches.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from umweg.geography import EU27_2020
from umweg.regime.hits import GoodsAnswer
from umweg.regime.law import Regime
from umweg.regime.lists import GoodsList
from umweg.regime.model import Member, Naming, Target
from umweg.screening.market import Market
from umweg.screening.model import Trade
from umweg.screening.policy import Policy
from umweg.screening.signals import CorridorSignals

_ONE_DAY = timedelta(days=1)
CUSTOMS_UNION = "customs union"
"""How `transit.csv` begins the statement that a country and the target share a customs union."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a country is to a target on a day.

    Attributes:
        role: `target`, `occupied`, `coalition`, or `third`.
        record: The entry of `targets.yaml`, for a target or a territory.
        member: The entry of `coalition.csv`.
        namings: Who named it as a transit country.
    """

    role: str
    record: Target | None = None
    member: Member | None = None
    namings: tuple[Naming, ...] = ()

    @property
    def customs_union(self) -> Naming | None:
        """The customs union with the target."""
        return next((n for n in self.namings if n.who.startswith(CUSTOMS_UNION)), None)

    @property
    def named(self) -> tuple[Naming, ...]:
        """Who named it, the customs union apart."""
        return tuple(n for n in self.namings if not n.who.startswith(CUSTOMS_UNION))


class Facts:
    """The law, the user's lists, the policy and the signals of one run.

    Args:
        regime: The law as data.
        targets: The targets that are asked about.
        policy: Points and thresholds.
        extra_lists: Goods lists of the user.
        signals: The latest saved scan.
        market: The statistics of goods.
    """

    def __init__(
        self,
        regime: Regime,
        targets: Sequence[str],
        policy: Policy,
        extra_lists: Sequence[GoodsList] = (),
        signals: CorridorSignals | None = None,
        market: Market | None = None,
    ) -> None:
        self.regime = regime
        self.targets = tuple(targets)
        self.policy = policy
        self.extra_lists = tuple(extra_lists)
        self.signals = signals
        self.market = market
        self._goods: dict[tuple[str, str, int], GoodsAnswer] = {}
        self._places: dict[tuple[str, str, int], Place] = {}
        self._asked: dict[tuple[str, str, int], tuple[str, ...]] = {}

    # -- days ---------------------------------------------------------------------------------

    @cached_property
    def turning_days(self) -> tuple[date, ...]:
        """The days on which any fact changes, in order."""
        return tuple(sorted({d for d in self._days() if d is not None}))

    def _days(self) -> Iterator[date | None]:
        regime = self.regime
        for measure in regime.all_measures.values():
            for interval in measure.intervals:
                yield from (interval.from_, interval.until)
        lists = [regime.goods_list(i) for i in regime.goods_lists] + list(self.extra_lists)
        for info in (*regime.list_infos.values(), *(g.info for g in self.extra_lists)):
            yield from (info.created, info.complete_from, info.complete_until, info.as_of)
            yield info.as_of and info.as_of + _ONE_DAY
        for goods_list in lists:
            for entry in goods_list.entries:
                yield from (entry.from_, entry.until)
                yield entry.wind_down_until and entry.wind_down_until + _ONE_DAY
        for rule in regime.question_rules.values():
            yield from (rule.from_, rule.until)
        for duty in regime.duties.values():
            yield from (duty.from_, duty.until)
            yield from (duty.old_contracts_before, duty.old_contracts_until)
        roles = regime.roles
        for target in roles.target_records:
            yield from (target.from_, target.until)
        for member in roles.members:
            yield from (member.from_, member.until)
        for naming in roles.namings:
            yield from (naming.date, naming.until)

    def stretch(self, day: date) -> int:
        """Number of the stretch between two turning days in which a day lies."""
        return bisect_right(self.turning_days, day)

    @cached_property
    def price_steps(self) -> tuple[float, ...]:
        """The prices per item, in EUR, above which something is banned."""
        lists = [self.regime.goods_list(i) for i in self.regime.goods_lists]
        steps = {e.price_threshold_eur for g in (*lists, *self.extra_lists) for e in g.entries}
        return tuple(sorted(s for s in steps if s is not None))

    # -- goods --------------------------------------------------------------------------------

    def goods(self, code: str, target: str, day: date) -> GoodsAnswer:
        """What the law says of a code against a target on a day; see `Regime.goods`."""
        key = (code, target, self.stretch(day))
        if key not in self._goods:
            self._goods[key] = self.regime.goods(code, target, day, self.extra_lists)
        return self._goods[key]

    def covered_by_user(self, target: str, day: date) -> GoodsList | None:
        """A list of the user that says what is listed against a target on a day and what is not."""
        for goods_list in self.extra_lists:
            if goods_list.covers(day) and (not goods_list.targets or target in goods_list.targets):
                return goods_list
        return None

    def restricted(self, line: Trade) -> bool:
        """Whether any list that is held has the code, against a target that is asked about."""
        return any(
            hit.direction.startswith("export")
            for target in self.asked(line)
            for hit in self.goods(line.code, target, line.day).measures
        )

    # -- places -------------------------------------------------------------------------------

    def place(self, country: str, target: str, day: date) -> Place:
        """What a country is to a target on a day."""
        key = (country, target, self.stretch(day))
        if key not in self._places:
            self._places[key] = self._place(country, target, day)
        return self._places[key]

    def _place(self, country: str, target: str, day: date) -> Place:
        roles = self.regime.roles
        for record in roles.targets(day):
            codes = record.code.split(";")
            if country in codes and record.role == "occupied-territory":
                return Place("occupied", record)
            if country == target == record.code and record.role == "target":
                return Place("target", record)
        if country == target:
            return Place("target")
        for member in roles.coalition_records(target, day):
            if member.country == country and member.role == "member":
                return Place("coalition", member=member)
        if country in EU27_2020:  # the Union's market is one; its members are no third countries
            return Place("coalition")
        ban = next(
            (t for t in roles.targets(day) if t.code == country and t.role == "destination-of-ban"),
            None,
        )
        namings = [t for t in self.regime.transit(target, day) if t.country == country]
        return Place("third", ban, namings=namings[0].named_by if namings else ())

    def asked(self, line: Trade) -> tuple[str, ...]:
        """The targets that a line is asked about: that one alone to which it goes or where it is
        used; none, if it goes to a country that applies measures against any of them; else all."""
        key = (line.destination, line.end_use, self.stretch(line.day))
        if key not in self._asked:
            roles = {t: self.place(line.destination, t, line.day).role for t in self.targets}
            own = tuple(
                t
                for t, role in roles.items()
                if role in ("target", "occupied") or line.end_use == t
            )
            within = "coalition" in roles.values()
            self._asked[key] = own or (() if within else self.targets)
        return self._asked[key]
