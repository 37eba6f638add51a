"""How the verdict on a claim changed as figures came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from umweg.claims.answer import ClaimResult
from umweg.claims.figures import Figures
from umweg.claims.model import Claim
from umweg.claims.running import run_claim
from umweg.regime import Regime
from umweg.store import Store


@dataclass(frozen=True, slots=True)
class Stage:
    """The verdict from a day on.

    Attributes:
        as_of: The day.
        why: What happened then: the statement was made, a snapshot was published, today.
        came_in: The snapshots that became known since the stage before.
        result: The verdict as of that day.
        changed: Whether a verdict, of the whole or of a part, is another than in the stage before.
    """

    as_of: date
    why: str
    came_in: tuple[str, ...]
    result: ClaimResult
    changed: bool

    def to_dict(self) -> dict[str, Any]:
        """The stage as plain data."""
        return {
            "claim": self.result.claim.id,
            "as_of": self.as_of.isoformat(),
            "why": self.why,
            "verdict": self.result.verdict.value,
            "parts": [p.verdict.value for p in self.result.parts],
            "changed": self.changed,
            "came_in": list(self.came_in),
        }


def history(claim: Claim, store: Store, regime: Regime, until: date) -> tuple[Stage, ...]:
    """The stages of a claim: the day it was made, each day on which figures came out, and `until`.

    Args:
        claim: The claim.
        store: All that is held; every snapshot counts from the day it was published.
        regime: The law as held today; the days that a claim names decide which of it applies.
        until: The last day.
    """
    days: dict[date, str] = {}
    for m in store.all_snapshots:
        day = date.fromisoformat(m.day)
        if m.paths("flows") and day <= until:
            days[day] = "figures published"
    if claim.said_on is not None and claim.said_on <= until:
        days[claim.said_on] = "statement made"
    days[until] = days.get(until, "last day asked for")
    stages: list[Stage] = []
    for day in sorted(days):
        result = run_claim(claim, Figures(store, day, regime))
        known = stages[-1].result if stages else None
        came = tuple(s for s in result.snapshots if known is None or s not in known.snapshots)
        changed = known is not None and _verdicts(known) != _verdicts(result)
        stages.append(Stage(day, days[day], came, result, changed))
    return tuple(_from_statement(stages, claim))


def _from_statement(stages: list[Stage], claim: Claim) -> Iterable[Stage]:
    """Stages before the statement are left out: there was nothing to judge."""
    said = claim.said_on
    return [s for s in stages if said is None or s.as_of >= said]


def _verdicts(result: ClaimResult) -> tuple[str, ...]:
    return (result.verdict.value, *(p.verdict.value for p in result.parts))
