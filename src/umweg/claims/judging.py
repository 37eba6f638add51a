"""From a number, or an interval of it, to a verdict on a stated number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf, isfinite

from umweg.claims import units
from umweg.claims.answer import FlowRow, Lack, Outcome, caveats
from umweg.claims.figures import Held
from umweg.claims.parameters import Expect
from umweg.claims.statements import shortened
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Amount, Say


@dataclass(frozen=True, slots=True)
class Measured:
    """A number in the unit of the statement, or the interval in which it lies.

    Attributes:
        low, high: Ends of the interval; equal where the number is known.
        rows: The statements of which it is made.
        missing: What is not held; a sum is then known from below only.
        caveats: Keys of the closed list.
        compared: Its parts with their names and values, for text and chart.
        method: How the number was made, in a sentence.
        explanations: Innocent explanations that the number leaves open.
    """

    low: float
    high: float
    rows: tuple[FlowRow, ...] = ()
    missing: tuple[Lack, ...] = ()
    caveats: frozenset[str] = frozenset()
    compared: tuple[tuple[Say, float], ...] = ()
    method: Say = field(default_factory=lambda: Say(""))
    explanations: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The number, where it is known."""
        return self.low if self.low == self.high and isfinite(self.low) else None


UNKNOWN = (-inf, inf)


def compare(low: float, high: float, expect: Expect) -> ClaimVerdict | None:
    """The verdict on a stated number from the interval in which ours lies.

    supported: the whole interval agrees with the statement. contradicted: no point of it does.
    None: a part of it does, so that more has to be known.
    """
    if expect.low <= low and high <= expect.high:
        return ClaimVerdict.SUPPORTED
    if high < expect.low or expect.high < low:
        return ClaimVerdict.CONTRADICTED
    return None


def judged(
    found: Measured, expect: Expect, said_on: date | None, extra: Iterable[str] = ()
) -> Outcome:
    """The outcome of a test of one number.

    Where the interval reaches over the border of what agrees: not-testable if something is
    missing that would narrow it, else mixed.
    """
    verdict = compare(found.low, found.high, expect)
    if verdict is None:
        verdict = ClaimVerdict.NOT_TESTABLE if found.missing else ClaimVerdict.MIXED
    keys = {*found.caveats, *extra, *later(found.rows, said_on)}
    money = units.currency_of(expect.unit) is not None or expect.unit in ("%", "times")
    keys |= {"value-not-volume"} if money and found.rows else set()
    return Outcome(
        verdict,
        value=found.value,
        unit=expect.unit,
        low=found.low if isfinite(found.low) else None,
        high=found.high if isfinite(found.high) else None,
        says=_says(found, expect, verdict),
        missing=found.missing,
        rows=shortened(found.rows),
        caveats=caveats(*keys),
        explanations=found.explanations if verdict is not ClaimVerdict.SUPPORTED else (),
        would_change=changing(found, expect, verdict),
        compared=found.compared,
    )


def later(rows: Iterable[FlowRow], said_on: date | None) -> set[str]:
    """The caveat of figures that came out after the statement."""
    after = said_on is not None and any(r.vintage > said_on.isoformat() for r in rows)
    return {"later-vintage"} if after else set()


def _says(found: Measured, expect: Expect, verdict: ClaimVerdict) -> tuple[Say, ...]:
    unit = expect.unit
    stated = {
        "about": Say("stated: {value}", value=Amount(expect.value, unit)),
        "at-least": Say("stated: at least {value}", value=Amount(expect.value, unit)),
        "at-most": Say("stated: at most {value}", value=Amount(expect.value, unit)),
    }[expect.reading]
    if found.value is not None:
        ours = Say("The published figures give {ours} ({stated}).",
                   ours=Amount(found.value, unit), stated=stated)  # fmt: skip
    elif isfinite(found.low) and isfinite(found.high):
        ours = Say("The published figures give {low} to {high} ({stated}).",
                   low=Amount(found.low, unit), high=Amount(found.high, unit),
                   stated=stated)  # fmt: skip
    elif isfinite(found.low) and found.rows:
        ours = Say("The published figures that are held give at least {low} ({stated}).",
                   low=Amount(found.low, unit), stated=stated)  # fmt: skip
    else:
        ours = Say("The published figures that are held cannot answer this ({stated}).",
                   stated=stated)  # fmt: skip
    says = [ours]
    if found.value is not None and verdict is not ClaimVerdict.NOT_TESTABLE:
        says.append(Say("Difference: {difference}; tolerance: {slack}.",
                        difference=Amount(found.value - expect.value, _points(unit)),
                        slack=Amount(expect.slack, _points(unit))))  # fmt: skip
    for name, value in found.compared if len(found.compared) > 1 else ():
        says.append(
            Say("{name}: {value}.", name=name, value=Amount(value, _part_unit(found, unit)))
        )
    if found.method.template:
        says.append(found.method)
    return tuple(says)


def _part_unit(found: Measured, unit: str) -> str:
    """The unit of the numbers that a growth or share is made of: that of the rows."""
    if units.currency_of(unit) or unit in ("pieces", "kg") or not found.rows:
        return unit
    return found.rows[0].unit


def _points(unit: str) -> str:
    return "points" if unit == "%" else unit


def changing(found: Measured, expect: Expect, verdict: ClaimVerdict) -> tuple[Say, ...]:
    """What would change a verdict on a number."""
    if verdict is ClaimVerdict.NOT_TESTABLE:
        return (Say("The missing figures would decide it."),)
    unit = expect.unit
    edges = [e for e in (expect.low, expect.high) if isfinite(e)]
    if verdict is ClaimVerdict.MIXED or found.value is None:
        return (Say("A narrower margin, or figures that are whole, would decide it."),)
    near = min(edges, key=lambda e: abs(e - found.low))
    return (
        Say(
            "A revision of our number by more than {distance}, beyond {edge}, would change the "
            "verdict.",
            distance=Amount(abs(near - found.low), _points(unit)),
            edge=Amount(near, unit),
        ),
    )


def joined(helds: Sequence[Held]) -> tuple[tuple[FlowRow, ...], tuple[Lack, ...], frozenset[str]]:
    """Rows, gaps and caveats of several measurements together, each gap once."""
    lacks = {str(m): m for h in helds for m in h.missing}
    return (
        tuple(r for h in helds for r in h.rows),
        tuple(lacks.values()),
        frozenset[str]().union(*(h.caveats for h in helds)),
    )
