"""A statement that a country takes no part in parallel imports: nothing that it does not make comes
in and goes on to the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import fsum

import numpy as np

from umweg.claims import parameters as p
from umweg.claims.answer import FlowRow, Lack, Outcome, caveats
from umweg.claims.figures import Figures, Held
from umweg.claims.judging import later
from umweg.claims.lacking import figures_missing
from umweg.claims.population import Population
from umweg.claims.statements import shortened
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Amount, Country, Say
from umweg.flows.plan import members_of
from umweg.flows.policy import load_policy
from umweg.geography import WORLD
from umweg.periods import Window, last_day


def no_onward_flow_of_goods_not_made_at_home(
    figures: Figures, parameters: p.OnwardTrade, said_on: date | None
) -> Outcome:
    """Goods that a country does not make come in more than before, and go on to the target.

    A code of six digits shows it where three things hold. Onward up: what the country sends to the
    target grew by the factor of the policy, and by more than the floor. Not made at home: before,
    it exported so little of the code to anybody that sending it on is re-export (the onward preset
    of a scan). Inbound up: so did what is sent to it. contradicted: at least one code shows all
    three. supported: at least one of the three is known to fail for every code; so an onward leg
    that is held whole and did not rise is enough. not-testable: otherwise; growth of one leg alone
    decides nothing.
    """
    legs = _Legs.read(figures, parameters)
    policy = load_policy()
    floor = policy.floor_usd_per_year.corridor
    rose_onward = legs.rises("onward", policy.onward_preset.min_ratio_to_expected, floor)
    made = {c for c in rose_onward if legs.made_at_home(c)}
    candidates = {c: v for c, v in rose_onward.items() if c not in made}
    rose_inbound = legs.rises("inbound", policy.surge_preset.min_ratio_to_expected, floor)
    shown = {
        c: v for c, v in candidates.items()
        if c in rose_inbound and legs.knows_world and legs.growth_known(c)
    }  # fmt: skip
    if shown:
        return _contradicted(parameters, legs, shown, said_on)
    open_codes = [c for c in candidates if c in rose_inbound or not legs.inbound_whole]
    change = (
        Say("One code that comes in and goes on, {floor} a year or more above what it was, and "
            "that was not exported before, would contradict the statement; an onward leg without "
            "such a code would support it.", floor=Amount(floor, "USD")),
    )  # fmt: skip
    says = legs.inbound_words(parameters)
    keys = later(legs.rows, said_on) | legs.caveats
    rows = shortened(legs.rows)
    if open_codes or not legs.onward_whole:
        return Outcome(
            ClaimVerdict.NOT_TESTABLE, says=says, missing=legs.missing(open_codes), rows=rows,
            caveats=caveats(*keys), explanations=("domestic-demand", "price"), would_change=change,
        )  # fmt: skip
    none = Say("No code of these goods comes in more, goes on more, and was not exported before.")
    return Outcome(
        ClaimVerdict.SUPPORTED, value=0.0, unit="USD", says=(*says, none), rows=rows,
        caveats=caveats(*keys), would_change=change,
    )  # fmt: skip


@dataclass(frozen=True)
class _Legs:
    """Both legs in both windows, and the country's exports to the world before."""

    parameters: p.OnwardTrade
    populations: Mapping[str, Population]
    inbound: tuple[Held, Held]
    onward: tuple[Held, Held]
    world: Held
    silent: frozenset[str]

    @classmethod
    def read(cls, figures: Figures, parameters: p.OnwardTrade) -> _Legs:
        """Read what the store holds; of several senders those that both windows have."""
        senders = parameters.inbound or tuple(
            sorted(figures.regime.coalition(parameters.target, last_day(parameters.after.last)))
        )
        onward = Population(reporter=(parameters.place,), partner=(parameters.target,),
                            flow=("X",), goods=parameters.goods)  # fmt: skip
        world = onward.model_copy(update={"partner": (WORLD,)})
        inbound = Population(reporter=senders, partner=(parameters.place,), flow=("X",),
                             goods=parameters.goods)  # fmt: skip

        def both(population: Population) -> tuple[Held, Held]:
            one, two = (
                figures.measure(population, w, "USD", partly=True, by_code=True)
                for w in (parameters.before, parameters.after)
            )
            return one, two

        sent = both(inbound)
        silent = sent[0].lacking | sent[1].lacking
        speaking = tuple(s for s in _single(senders, parameters.after) if s not in silent)
        if silent and speaking:  # growth is that of the senders held in both windows
            sent = both(inbound.model_copy(update={"reporter": speaking}))
        populations = {"inbound": inbound, "onward": onward, "world": world}
        held = figures.measure(world, parameters.before, "USD", partly=True, by_code=True)
        return cls(parameters, populations, sent, both(onward), held, silent)

    @cached_property
    def _sums(self) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
        windows = (self.parameters.before, self.parameters.after)
        return {
            name: (_by_six(helds[0], windows[0]), _by_six(helds[1], windows[1]))
            for name, helds in (("inbound", self.inbound), ("onward", self.onward))
        }

    @cached_property
    def _made(self) -> dict[str, float]:
        return _by_six(self.world, self.parameters.before)

    @property
    def rows(self) -> tuple[FlowRow, ...]:
        """All statements read."""
        return tuple(r for h in (*self.onward, *self.inbound, self.world) for r in h.rows)

    @property
    def caveats(self) -> set[str]:
        """Keys of the closed list."""
        return {k for h in (*self.inbound, *self.onward) if h.rows for k in h.caveats}

    def rises(self, leg: str, factor: float, floor: float) -> dict[str, float]:
        """Codes of a leg that grew by the factor and by more than the floor: USD a year more."""
        before, after = self._sums[leg]
        return {
            c: v - before.get(c, 0.0)
            for c, v in after.items()
            if v > factor * before.get(c, 0.0) and v - before.get(c, 0.0) > floor
        }

    def made_at_home(self, code: str) -> bool:
        """Whether the country exported so much of a code before that it may make it."""
        exported = max(self._made.get(code, 0.0), self._sums["onward"][0].get(code, 0.0))
        after = self._sums["onward"][1][code]
        return bool(load_policy().onward_preset.made_at_home(np.array(exported), np.array(after)))

    @property
    def knows_world(self) -> bool:
        """Whether it is known what the country exported before, to anybody."""
        return not self.world.lacking

    @property
    def inbound_whole(self) -> bool:
        """Whether the inbound leg is that of every sender and code."""
        return not self.silent and self.inbound[0].complete and self.inbound[1].complete

    @property
    def onward_whole(self) -> bool:
        """Whether the onward leg is held whole, before and after."""
        return self.onward[0].complete and self.onward[1].complete

    def growth_known(self, code: str) -> bool:
        """Whether a code's absence before is a zero: the period was published, the code known."""
        codes = self.onward[0].codes
        return not (self.onward[0].lacking | self.onward[1].lacking) and (
            codes is None or code in {c[:6] for c in codes}
        )

    def inbound_words(self, parameters: p.OnwardTrade) -> tuple[Say, ...]:
        """The inbound leg in a sentence, where it is held."""
        before, after = (fsum(x.values()) for x in self._sums["inbound"])
        if not self.inbound[1].rows:
            return ()
        who = Country(parameters.inbound) if parameters.inbound else Say("the coalition")
        return (
            Say("Sent to {place} by {who} in these goods, a year: {before} before, {after} after.",
                place=Country((parameters.place,)), who=who,
                before=Amount(before, "USD"), after=Amount(after, "USD")),
        )  # fmt: skip

    def missing(self, open_codes: Sequence[str]) -> tuple[Lack, ...]:
        """What would decide: the onward leg first, then what is open for the codes that rose."""
        windows = (self.parameters.before, self.parameters.after)

        def lack(leg: str, window: Window, who: Iterable[str]) -> Lack:
            return figures_missing(who, self.populations[leg], "X", window, all_codes=True)

        place = (self.parameters.place,)
        lacks = [
            lack("onward", w, place) for w, h in zip(windows, self.onward, strict=True) if h.missing
        ]
        if self.world.missing:
            lacks.append(lack("world", windows[0], place))
        if open_codes or not self.inbound[1].rows:
            senders = self.silent or _single(self.populations["inbound"].reporter, windows[1])
            lacks += [
                lack("inbound", w, senders)
                for w, h in zip(windows, self.inbound, strict=True)
                if h.missing or self.silent
            ]
        return tuple({str(x): x for x in lacks}.values())


def _single(senders: Iterable[str], window: Window) -> tuple[str, ...]:
    on = last_day(window.last)
    return tuple(sorted(frozenset[str]().union(*(members_of(s, on) for s in senders))))


def _by_six(held: Held, window: Window) -> dict[str, float]:
    """USD a year by code of six digits."""
    found: dict[str, list[float]] = defaultdict(list)
    for r in held.rows:
        if len(r.code) >= 6:
            found[r.code[:6]].append(r.value)
    return {c: fsum(v) / window.years for c, v in found.items()}


def _contradicted(
    parameters: p.OnwardTrade, legs: _Legs, found: dict[str, float], said_on: date | None
) -> Outcome:
    top = sorted(found, key=lambda c: -found[c])
    rows = [r for r in legs.rows if r.code[:6] in found]
    total = fsum(found.values())
    says = (
        Say("In {n} codes that {place} did not export before, more comes in and more goes on to "
            "{target}: {value} a year more than before.", n=len(found),
            place=Country((parameters.place,)), target=Country((parameters.target,)),
            value=Amount(total, "USD")),
        Say("The largest is {code}: {value} a year more.", code=top[0],
            value=Amount(found[top[0]], "USD")),
        Say("This is consistent with re-export; figures of trade alone do not prove it."),
    )  # fmt: skip
    return Outcome(
        ClaimVerdict.CONTRADICTED, value=total, unit="USD", says=says, rows=shortened(rows),
        caveats=caveats("value-not-volume", *later(rows, said_on), *legs.caveats),
        explanations=("own-production", "domestic-demand", "price", "hs-revision"),
        would_change=(
            Say("If the country showed that it makes these goods, or if the rows named were "
                "withdrawn, the verdict would change."),
        ),
        compared=tuple((Say("{code}", code=c), found[c]) for c in top[:12]),
    )  # fmt: skip
