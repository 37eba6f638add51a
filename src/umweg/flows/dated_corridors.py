"""Corridors of a store around each good's own measure: the detector on the store's figures."""

from __future__ import annotations

from dataclasses import replace

from umweg.evidence import Caveat, NotTested
from umweg.flows.availability import Availability
from umweg.flows.detector import detect
from umweg.flows.file_findings import corridor_results
from umweg.flows.panel_files import file_panel
from umweg.flows.panel_untested import panel_untested
from umweg.flows.policy import Policy
from umweg.flows.question import Question, descriptions_of, lists_of
from umweg.flows.result import MEASURES, CorridorResult
from umweg.flows.store_panel import StorePanel, store_panel
from umweg.flows.window_corridors import CorridorSet
from umweg.regime import Regime
from umweg.store import Store

WANTED = (
    "exports of the coalition by month and code, of restricted and unrestricted goods, from half "
    "a year or more before the measures to a quarter or more after them"
)


def dated_corridors(
    store: Store, question: Question, available: Availability, regime: Regime, policy: Policy
) -> CorridorSet | NotTested:
    """Judge every corridor around the measure of its own goods.

    Returns:
        Why it cannot be done, where the store does not hold what it needs: then the two windows
        are all that can be compared.
    """
    read = store_panel(store, question, available, regime, policy.min_placebos)
    if read is None:
        return _impossible("no unrestricted goods are held by month and code")
    held = file_panel(read.tables, policy.tau)
    found = detect(held.panel, policy.min_placebos)
    if not found.placebos:
        return _impossible(
            "the measures lie outside the months held, or fewer than "
            f"{policy.min_placebos} unrestricted goods can be compared"
        )
    return CorridorSet(
        _named(corridor_results(held, found, policy), read, question),
        MEASURES,
        found.placebos,
        found.n_placebos,
        found.attainable,
        read.covers,
        (*panel_untested(held, found, read.tables.rows), *_left_out(read, policy)),
        found.elsewhere(policy.q),
        held.panel,
    )


def _left_out(read: StorePanel, policy: Policy) -> tuple[NotTested, ...]:
    if not read.left_out:
        return ()
    return (
        NotTested(
            "exports of " + ", ".join(read.left_out) + " in the corridors",
            f"fewer than {policy.min_placebos} of their unrestricted goods are held by month",
            "their exports of all goods, by month and code",
        ),
    )


def _impossible(why: str) -> NotTested:
    return NotTested(
        "corridors around the measure of their own goods",
        f"{why}: the windows are compared instead",
        WANTED,
    )


def _named(
    corridors: tuple[CorridorResult, ...], read: StorePanel, question: Question
) -> tuple[CorridorResult, ...]:
    """The corridors with the lists and texts of the regime; those without any trade left out."""
    kept = [c for c in corridors if c.inbound_before_usd + c.inbound_after_usd > 0 or c.score]
    codes = {c.code for c in kept}
    lists = lists_of(question, codes, read.nomenclature)
    texts = descriptions_of(question, codes)
    wider = {
        code
        for code, matches in read.sorted_codes.matches.items()
        if any(m.how == "wider" for m in matches)
    }
    return tuple(
        replace(
            c,
            description=texts.get(c.code, ""),
            lists=lists[c.code],
            caveats=(*c.caveats, Caveat("wider-codes")) if c.code in wider else c.caveats,
        )
        for c in kept
    )
