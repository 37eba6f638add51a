"""Corridors by comparing the two windows: where the detector has no monthly controls to work with.

Growth against a control group, the mirror gap and the onward leg by code, each against its preset,
or its rank among fake dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from umweg.evidence import NotTested
from umweg.flows import controls as ctl
from umweg.flows.basket import Sorted, renumbered_codes
from umweg.flows.corridors import Corridors, scan_corridors
from umweg.flows.findings import corridor_findings
from umweg.flows.legs import CodePanel, TimePanel
from umweg.flows.panel import Panel
from umweg.flows.plan import Cover
from umweg.flows.policy import Policy
from umweg.flows.question import Question, descriptions_of, lists_of
from umweg.flows.result import WINDOWS, CorridorResult
from umweg.flows.statements import Covers
from umweg.flows.untested import listing, missing_for, thin_exporters


@dataclass(frozen=True, slots=True)
class CorridorSet:
    """The corridors of a scan, and how they were ranked.

    Attributes:
        results: The corridors, ranked.
        dates: What divides before from after: `WINDOWS` or `MEASURES`.
        placebos: Which placebos gave p; empty where none did.
        n_placebos: How many.
        smallest_q: The smallest q that one corridor alone could reach; None without placebos.
        covers: Statements read for the corridors alone.
        not_tested: What they could not use.
        elsewhere: Corridors tested with a placebo target, and flagged.
        panel: The monthly figures of the detector, where it was used.
    """

    results: tuple[CorridorResult, ...]
    dates: str
    placebos: str
    n_placebos: int
    smallest_q: float | None
    covers: tuple[Cover, ...] = ()
    not_tested: tuple[NotTested, ...] = ()
    elsewhere: tuple[int, int] = (0, 0)
    panel: Panel | None = None


def window_corridors(
    panel: CodePanel,
    time: TimePanel,
    sorted_codes: Sorted,
    held: Sequence[str],
    covers: Covers,
    question: Question,
    policy: Policy,
) -> CorridorSet:
    """Judge every corridor between the windows before and after.

    Args:
        panel: Sums by code of the windows.
        time: Sums by period.
        sorted_codes: What each code is.
        held: Transit countries whose inbound leg is held.
        covers: The statements of every leg.
        question: Who and what is asked about.
        policy: The thresholds.
    """
    target = question.options.target
    created = _created(panel, sorted_codes, question)
    # At another level of the code the onward leg says nothing of a single corridor.
    same_level = covers.onward.level == covers.level
    found = _judged(
        panel if same_level else panel.without("onward", "supply"),
        time, sorted_codes, held, created, covers, target, policy,
    )  # fmt: skip
    basket = sorted_codes.of("basket")
    results = corridor_findings(
        found,
        panel,
        sorted_codes.matches,
        lists_of(question, basket, panel.nomenclature),
        descriptions_of(question, basket),
        target,
        policy,
        missing_for(held, covers, question),
        {
            p: f"exports of the coalition for {listing(covers.unpublished)}"
            if covers.unpublished
            else thin_exporters(p, covers)
            for p in held
            if covers.unpublished or p in covers.thin
        },
        question.renumbered,
    )
    ranks = found.surge.ranks
    return CorridorSet(results, WINDOWS, found.placebos, ranks.placebos, ranks.attainable)


def _created(panel: CodePanel, sorted_codes: Sorted, question: Question) -> frozenset[str]:
    """Codes of the basket that did not exist in both windows.

    Known from the nomenclature at six digits; at eight, a code that nobody reported to anybody in
    the window before is taken as created or renumbered.
    """
    basket = sorted_codes.of("basket")
    named = renumbered_codes(
        ((c, panel.nomenclature[c]) for c in basket),
        int(question.options.before.last[:4]),
        int(question.options.after.first[:4]),
    )
    past = panel.usd["inbound", "before"].sum(axis=0)
    unseen = {c for i, c in enumerate(panel.codes) if c in basket and past[i] <= 0}
    return named | unseen


def _judged(
    panel: CodePanel,
    time: TimePanel,
    sorted_codes: Sorted,
    held: Sequence[str],
    created: frozenset[str],
    covers: Covers,
    target: str,
    policy: Policy,
) -> Corridors:
    before, after = covers.windows["before"], covers.windows["after"]
    earlier = covers.windows.get("earlier")
    past = (earlier, before) if earlier else None
    now = ctl.code_controls(
        panel, time, sorted_codes, held, ("before", "after"), (before, after), past,
        policy.min_control_usd,
    )  # fmt: skip
    fake = None
    if earlier is not None:
        fake = ctl.code_controls(
            panel, time, sorted_codes, held, ("earlier", "before"), (earlier, before), None,
            policy.min_control_usd,
        )  # fmt: skip
    return scan_corridors(panel, sorted_codes, held, target, now, fake, created, policy)
