"""From numbers to findings: signals, reasons, caveats and verdicts of countries and corridors."""

from __future__ import annotations

import math
from collections.abc import Mapping

from umweg.evidence import (
    Caveat,
    Signal,
    Signals,
    Status,
    Verdict,
    cannot_tell,
    remaining,
    verdict_of,
)
from umweg.flows.basket import Match
from umweg.flows.controls import METHODS, OWN_PAST
from umweg.flows.corridors import FAKE_DATES, ONWARD_CONTROLS, Corridors, Test
from umweg.flows.firing import fire, too_few_placebos
from umweg.flows.legs import CodePanel
from umweg.flows.policy import Policy
from umweg.flows.result import CorridorResult
from umweg.flows.stats import Array

RANK = {Verdict.ALERT: 0, Verdict.REVIEW: 1, Verdict.CANNOT_TELL: 2, Verdict.CLEAR: 3}


def number(x: float | None, digits: int = 2) -> str:
    """A number for a sentence."""
    return "–" if x is None or not math.isfinite(x) else f"{x:,.{digits}f}"


def reason_of(name: str, signal: Signal) -> str:
    """One signal in a sentence."""
    if signal.status is Status.CANNOT_TELL:
        return f"{name}: cannot tell; missing: {'; '.join(signal.missing)}"
    judged = {
        Status.FIRED: "fired",
        Status.NOT_FIRED: "not fired",
        Status.BELOW_FLOOR: "below the floor",
        Status.SHOWN: "shown",
    }[signal.status]
    value = "from nothing" if signal.value is None else number(signal.value)
    against = f" against {number(signal.expected)} expected" if signal.expected is not None else ""
    q = f", q = {signal.q_value:.3f}" if signal.q_value is not None else ""
    how = f" ({signal.method})" if signal.method else ""
    return f"{name}: {judged}, {value} {signal.unit}{against}{q}{how}"


def reasons_of(signals: Signals) -> tuple[str, ...]:
    """The signals in words, those that count first."""
    return tuple(reason_of(n.replace("_", " "), s) for n, s in signals.items() if n != "collapse")


def _number(values: Array, i: int) -> float | None:
    x = float(values[i])
    return x if math.isfinite(x) else None


def _judged(
    test: Test, i: int, preset: bool, floor: float, policy: Policy
) -> tuple[Status, tuple[str, ...]]:
    """Status of one corridor's test, and what is missing where it cannot be told."""
    ranks = test.ranks
    status = fire(
        preset,
        float(test.excess_usd_per_year[i]),
        floor,
        q=_number(ranks.q, i),
        attainable=ranks.attainable,
        limit=policy.q,
    )
    if status is not Status.CANNOT_TELL:
        return status, ()
    return status, (too_few_placebos(ranks.placebos, ranks.tests, policy.q),)


def _surge(c: Corridors, i: int, policy: Policy, missing: str) -> Signal:
    growth = _number(c.surge.expected, i)
    if c.created[i]:
        return cannot_tell("the code in both windows: it was created, ended or renumbered")
    if growth is None or _number(c.surge.excess_usd_per_year, i) is None:
        return cannot_tell(missing)
    value, q = _number(c.surge.value, i), _number(c.surge.ranks.q, i)
    preset = policy.surge_preset
    relative = value is None or value >= preset.min_ratio_to_expected * growth
    status, lacks = _judged(c.surge, i, relative, policy.floor_usd_per_year.corridor, policy)
    placebos = ""
    if q is not None:
        placebos = f"; p: rank among {c.surge.ranks.placebos} placebos ({c.placebos})"
    return Signal(
        status,
        value=value,
        expected=growth,
        method=METHODS[int(c.surge.method[i])] + placebos,
        p_value=_number(c.surge.ranks.p, i),
        q_value=q,
        missing=lacks,
        preset="" if q is not None else preset.name,
        unit="after/before",
    )


def _collapse(c: Corridors, i: int, target: str) -> Signal:
    value = _number(c.direct, i)
    if value is None:
        return cannot_tell(f"direct exports of this code to {target} before the measures")
    return Signal(
        Status.SHOWN, value=value, expected=1.0, unit="after/before",
        method="direct exports of the coalition; common to all transit countries, never counted",
    )  # fmt: skip


def _gap(test: Test | None, i: int, policy: Policy, missing: str) -> Signal:
    value = _number(test.value, i) if test is not None else None
    if test is None or value is None:
        return cannot_tell(missing)
    lowest = float(test.expected[i])
    # The preset is the rule for the gap; a placebo rank narrows it where there is one.
    status = Status.NOT_FIRED
    lacks: tuple[str, ...] = ()
    if value <= policy.gap_preset.max_ratio_to_lowest_before * lowest:
        status, lacks = _judged(test, i, True, policy.floor_usd_per_year.corridor, policy)
    return Signal(
        status,
        value=value,
        expected=lowest,
        method="arrival ratio M/X against the lower of the two windows before",
        p_value=_number(test.ranks.p, i),
        q_value=_number(test.ranks.q, i),
        missing=lacks,
        preset=policy.gap_preset.name,
        unit="M/X",
    )


def _onward(c: Corridors, i: int, policy: Policy, missing: str) -> Signal:
    test = c.onward
    if test is None or _number(test.excess_usd_per_year, i) is None:
        return cannot_tell(missing)
    value, growth, q = _number(test.value, i), float(test.expected[i]), _number(test.ranks.q, i)
    preset = policy.onward_preset
    relative = value is None or value >= preset.min_ratio_to_expected * growth
    own = bool(c.made_at_home[i])
    status = Status.NOT_FIRED
    lacks: tuple[str, ...] = ()
    if not own:
        floor = policy.floor_usd_per_year.corridor
        status, lacks = _judged(test, i, relative, floor, policy)
    against = ONWARD_CONTROLS[int(test.method[i])]
    return Signal(
        status,
        value=value,
        expected=growth,
        method=f"growth against {against}" + ("; exported before" if own else ""),
        p_value=_number(test.ranks.p, i),
        q_value=q,
        missing=lacks,
        preset="" if q is not None else preset.name,
        unit="after/before",
    )


def corridor_findings(
    c: Corridors,
    panel: CodePanel,
    matches: Mapping[str, tuple[Match, ...]],
    all_lists: Mapping[str, tuple[str, ...]],
    descriptions: Mapping[str, str],
    target: str,
    policy: Policy,
    missing: Mapping[tuple[str, str], str],
    untold: Mapping[str, str],
    renumbered: bool,
) -> tuple[CorridorResult, ...]:
    """Every corridor as a finding, ranked by verdict, then q, then excess.

    Args:
        c: The judged arrays.
        panel: The sums they were made of.
        matches: How each code of the basket meets its list.
        all_lists: Every list of the regime that each code meets.
        descriptions: Texts by code.
        target: The sanctioned territory.
        policy: The thresholds.
        missing: What is missing for a test, by (signal, place).
        renumbered: Whether the nomenclature changed between the windows.
        untold: What the exporters have not published, for places whose inbound leg that leaves
            open.
    """
    found: list[CorridorResult] = []
    excess = c.surge.excess_usd_per_year * panel.years["after"]
    for i in range(len(c.place)):
        place, code = panel.places[c.place[i]], panel.codes[c.code[i]]
        signals = Signals(
            cannot_tell(untold[place])
            if place in untold
            else _surge(c, i, policy, missing["surge", place]),
            _collapse(c, i, target),
            _gap(
                None if place in untold or code in panel.partial else c.gap,
                i,
                policy,
                missing["mirror_gap", place],
            ),
            _onward(c, i, policy, missing["onward", place]),
        )
        caveats: list[Caveat] = []
        if c.before[i] < policy.floor_usd_per_year.corridor * panel.years["before"]:
            caveats.append(Caveat("base-size"))
        if c.created[i]:
            caveats.append(Caveat("created-codes"))
        if code in panel.partial:
            caveats.append(Caveat("partial-codes"))
        if c.placebos == FAKE_DATES and signals.surge.p_value is not None:
            caveats.append(Caveat("fake-date-placebos"))
        if METHODS[int(c.surge.method[i])] == OWN_PAST:
            caveats.append(Caveat("own-past-control"))
        if any(m.how == "wider" for m in matches.get(code, ())):
            caveats.append(Caveat("wider-codes"))
        if signals.surge.status.tested and signals.mirror_gap.status.tested:
            caveats.append(Caveat("shared-report"))
        found.append(
            CorridorResult(
                signals=signals,
                verdict=verdict_of(
                    signals.surge.status, signals.mirror_gap.status, signals.onward.status
                ),
                reasons=reasons_of(signals),
                caveats=tuple(caveats),
                explanations=remaining(
                    renumbered=renumbered, tiny_base=any(x.key == "base-size" for x in caveats)
                ),
                target=target,
                transit=place,
                code=code,
                nomenclature=panel.nomenclature[code],
                description=descriptions.get(code, ""),
                lists=all_lists.get(code, ()),
                inbound_before_usd=float(c.before[i]),
                inbound_after_usd=float(c.after[i]),
                inbound_excess_usd=None if place in untold else _number(excess, i),
                score=_number(c.score, i),
                p_value=_number(c.p, i),
                q_value=_number(c.q, i),
            )
        )
    return tuple(
        sorted(
            found,
            key=lambda f: (
                RANK[f.verdict],
                f.q_value if f.q_value is not None else 2.0,
                -(f.inbound_excess_usd or 0.0),
                f.transit,
                f.code,
            ),
        )
    )


def chapter_caveat(values: Mapping[str, float], policy: Policy) -> list[Caveat]:
    """A caveat where one chapter carries a large share of the value after."""
    total = sum(values.values())
    if total <= 0:
        return []
    chapters: dict[str, float] = {}
    for code, value in values.items():
        chapters[code[:2]] = chapters.get(code[:2], 0.0) + value
    top = max(chapters, key=lambda k: chapters[k])
    share = chapters[top] / total
    if share < policy.chapter_share:
        return []
    cars = " (cars and other road vehicles)" if top == "87" else ""
    return [Caveat("chapter-share", f"Chapter {top}{cars}: {share:.0%}.")]
