"""Running claims: each part goes to its test; the verdict is computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from umweg.claims import model
from umweg.claims.answer import ClaimResult, Lack, Outcome, PartResult
from umweg.claims.checking import check_claim
from umweg.claims.event_rule import flow_stopped_after
from umweg.claims.figures import Figures
from umweg.claims.goods_rules import trades_no_listed_goods
from umweg.claims.law_rules import listed_at, measure_in_force_at
from umweg.claims.library import find_claim
from umweg.claims.model import Claim, Part
from umweg.claims.number_rules import (
    export_volume,
    figure_matches,
    growth_between,
    mirror_gap_below,
    share_of,
)
from umweg.claims.onward_rule import no_onward_flow_of_goods_not_made_at_home
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Say
from umweg.regime import Regime
from umweg.regime import load as load_regime
from umweg.store import Store

RULES: Mapping[str, Callable[..., Outcome]] = {
    "trades_no_listed_goods": trades_no_listed_goods,
    "no_onward_flow_of_goods_not_made_at_home": no_onward_flow_of_goods_not_made_at_home,
    "export_volume": export_volume,
    "growth_between": growth_between,
    "share_of": share_of,
    "mirror_gap_below": mirror_gap_below,
    "measure_in_force_at": measure_in_force_at,
    "flow_stopped_after": flow_stopped_after,
    "listed_at": listed_at,
    "figure_matches": figure_matches,
}
"""The named tests. Each takes the figures, its parameters, its expectation where it has one, and
the day of the statement."""


def run_part(part: Part, figures: Figures, said_on: date | None) -> Outcome:
    """Put one part to its test."""
    if isinstance(part, model.NotTestable):
        return Outcome(
            ClaimVerdict.NOT_TESTABLE,
            missing=tuple(Lack(Say("{text}", text=need)) for need in part.needs),
            would_change=(Say("The missing data would make a test possible."),),
        )
    rule = RULES[part.test]
    expect: Any = getattr(part, "expect", None)
    arguments = (figures, part.parameters) + ((expect,) if expect is not None else ())
    return rule(*arguments, said_on)


def run_claim(claim: Claim, figures: Figures) -> ClaimResult:
    """Put every part of a claim to its test, with what was known on the figures' day.

    Raises:
        ClaimError: the claim names something that the regime does not have.
    """
    check_claim(claim, figures.regime)
    return ClaimResult(
        claim,
        figures.as_of,
        tuple(PartResult(part, run_part(part, figures, claim.said_on)) for part in claim.parts),
        figures.regime.version,
        figures.snapshots,
    )


def run_claims(claims: Iterable[Claim], figures: Figures) -> tuple[ClaimResult, ...]:
    """Run several claims on one view of the store, which remembers what it has read."""
    return tuple(run_claim(c, figures) for c in claims)


def claim(
    which: str | Path | Claim,
    *,
    store: Store | None = None,
    as_of: date | None = None,
    regime: Regime | None = None,
) -> ClaimResult:
    """The verdict on one claim: the public entry from Python.

    Args:
        which: Its identifier in the library, the path of its file, or a claim that was read.
        store: The figures; the packaged sample without it.
        as_of: Only what was published by this day; today without it.
        regime: The law; the packaged facts without it.

    Raises:
        UsageError: no claim has that name.
        ClaimError: the claim file breaks a rule.
    """
    found = which if isinstance(which, Claim) else find_claim(str(which))
    # The user's own calendar day is meant.
    day = as_of or date.today()  # noqa: DTZ011
    return run_claim(found, Figures(store or Store.sample(), day, regime or load_regime()))
