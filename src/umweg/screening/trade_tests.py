"""The tests of what is sold, where to and when, and what each of them sees of a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from umweg.geography import EU27_2020
from umweg.screening.facts import Facts
from umweg.screening.goods_tests import (
    Found,
    contract_clause,
    control_number,
    goods_on_a_list,
    readable,
)
from umweg.screening.model import NotChecked, Reason, Trade
from umweg.screening.place_tests import (
    commission_rule,
    corridor,
    destination,
    end_use,
    route,
)


def _goods_view(line: Trade, facts: Facts) -> tuple[object, ...]:
    """What the goods test sees of a line: of its destination only what it is to the targets."""
    asked = facts.asked(line)
    return (
        line.code, bool(line.code_problem or line.day_problem), bool(line.destination),
        facts.stretch(line.day), line.price_eur, _stretch(line.contract_day, facts), asked,
        tuple((facts.place(line.destination, t, line.day).role, line.end_use == t) for t in asked),
    )  # fmt: skip


def _clause_view(line: Trade, facts: Facts) -> tuple[object, ...]:
    """What the test of the clause sees of a line."""
    duties = facts.regime.duties.values()
    return (
        line.code, bool(line.code_problem or line.day_problem), bool(line.destination),
        line.destination in EU27_2020,
        tuple(line.destination in (*d.not_to, *d.targets) for d in duties),
        facts.stretch(line.day), _stretch(line.contract_day, facts), line.clause,
    )  # fmt: skip


def _place_view(line: Trade, facts: Facts) -> tuple[object, ...]:
    """What the test of the destination sees of a line."""
    return (line.destination, line.end_use, bool(line.day_problem), facts.stretch(line.day))


def _stretch(day: date | None, facts: Facts) -> int:
    return -1 if day is None else facts.stretch(day)


def _rule_view(line: Trade, facts: Facts) -> tuple[object, ...]:
    """What the test of the Commission's rule sees of a line."""
    return (
        line.code, bool(line.code_problem or line.day_problem), line.destination,
        facts.stretch(line.day),
    )  # fmt: skip


VIEWS: Mapping[Callable[[Trade, Facts], Found], Callable[[Trade, Facts], tuple[object, ...]]] = {
    goods_on_a_list: _goods_view,
    contract_clause: _clause_view,
    destination: _place_view,
    commission_rule: _rule_view,
}
"""Tests that see less than the whole line: lines that are alike to them share their answer."""

TRADE_TESTS: tuple[Callable[[Trade, Facts], Found], ...] = (
    readable, goods_on_a_list, commission_rule, destination, end_use, route, corridor,
    contract_clause, control_number,
)  # fmt: skip
"""The tests of what is sold, where to and when, in the order in which they are shown."""


class Remembered:
    """What the tests found, remembered for all lines that are alike to them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._seen: dict[object, tuple[Reason | NotChecked, ...]] = {}

    def found(
        self, test: Callable[[Trade, Facts], Found], line: Trade
    ) -> tuple[Reason | NotChecked, ...]:
        """What a test finds in a line."""
        view = VIEWS.get(test)
        if view is None:
            return tuple(test(line, self._facts))
        key = (test, view(line, self._facts))
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = tuple(test(line, self._facts))
        return found
