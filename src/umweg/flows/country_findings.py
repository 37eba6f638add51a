"""Transit countries as findings: legs, signals, caveats and the verdict of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from umweg.evidence import Caveat, Signal, Signals, Status, cannot_tell, remaining, verdict_of
from umweg.flows import controls as ctl
from umweg.flows.basket import Sorted
from umweg.flows.corridors import ONWARD_CONTROLS, made_at_home
from umweg.flows.countries import (
    Inbound,
    inbound_of,
    judge_commission,
    judge_onward,
    judge_surge,
    permute_countries,
)
from umweg.flows.findings import RANK, chapter_caveat, reasons_of
from umweg.flows.gap import gap_share, judge_gap
from umweg.flows.legs import ELSEWHERE, KINDS, CodePanel, TimePanel
from umweg.flows.policy import Policy
from umweg.flows.question import Question
from umweg.flows.result import CountryResult
from umweg.flows.statements import Covers
from umweg.flows.untested import listing, thin_exporters
from umweg.flows.yearly import Yearly
from umweg.geography import name_of, named


def country_findings(
    time: TimePanel,
    panel: CodePanel,
    sorted_codes: Sorted,
    held: Sequence[str],
    neutrals: Sequence[str],
    yearly: Mapping[str, Yearly],
    covers: Covers,
    currency: str,
    question: Question,
    policy: Policy,
    provisional: tuple[str, ...],
) -> tuple[CountryResult, ...]:
    options = question.options
    before, after, earlier = options.before, options.after, covers.windows.get("earlier")

    def leg(place: str) -> Inbound:
        control = ctl.country_control(
            time, place, neutrals, before, after, earlier, policy.min_control_usd
        )
        return inbound_of(time, place, control, before, after)

    legs = {p: leg(p) for p in held}
    direct = leg(options.target)
    ranks = permute_countries(
        {p: x.theta for p, x in legs.items()},
        [t for n in neutrals if (t := leg(n).theta) is not None],
        policy,
    )

    def surge(place: str) -> Signal:
        x = legs[place]
        if covers.unpublished:
            return cannot_tell(f"exports of the coalition for {listing(covers.unpublished)}")
        if place in covers.thin:
            return cannot_tell(thin_exporters(place, covers))
        if options.preset == "commission":
            return judge_commission(
                x.before_own / before.years, x.after_own / after.years, currency == "EUR",
                (before.first[:4], before.last[:4], after.first[:4], after.last[:4])
                == ("2019", "2021", "2022", "2022")
                and before.years == 3 and after.years == 1 and not covers.incomplete,
            )  # fmt: skip
        missing = f"exports of the coalition to {named(place)} in {before} and {after}"
        found = judge_surge(x, after, policy, missing, ranks.get(place))
        if found.status is Status.NOT_FIRED and not question.before_measures:
            return cannot_tell(
                f"a window before {question.measures_from}: what had begun by then is compared "
                "with itself"
            )
        return found

    surges = {p: surge(p) for p in held}
    results = [
        _country(
            p, legs[p], surges[p], yearly.get(p, Yearly()), direct, time, panel, sorted_codes,
            covers, question, policy, provisional,
        )
        for p in held
    ]  # fmt: skip
    return tuple(
        sorted(
            results,
            key=lambda r: (RANK[r.verdict], _last(legs[r.transit].theta), r.transit),
        )
    )


def _last(theta: float | None) -> float:
    """Sort key: the largest first, unknown ones last."""
    return math.inf if theta is None else -theta


def first_year_after(question: Question) -> int:
    """The first calendar year that counts as after the measures: that of their first half year."""
    day = question.measures_from
    return day.year if day.month <= 6 else day.year + 1


def _country(
    place: str,
    leg: Inbound,
    surge: Signal,
    year: Yearly,
    direct: Inbound,
    time: TimePanel,
    panel: CodePanel,
    sorted_codes: Sorted,
    covers: Covers,
    question: Question,
    policy: Policy,
    provisional: tuple[str, ...],
) -> CountryResult:
    options, tau = question.options, policy.tau
    target = options.target
    collapse = (
        cannot_tell(f"direct exports of the coalition to {named(target)}")
        if direct.ratio is None
        else Signal(
            Status.SHOWN, value=direct.ratio, expected=1.0, unit="after/before",
            method="direct exports of the basket; common to all transit countries, never counted",
        )
    )  # fmt: skip
    gap = judge_gap(
        year.mirror, first_year_after(question), year.practices, policy,
        policy.floor_usd_per_year.country, f"what the coalition sends to {named(place)}",
    )  # fmt: skip
    onward = _country_onward(place, time, panel, sorted_codes, covers, question, policy)
    signals = Signals(surge, collapse, gap, onward)
    values = {
        c: float(panel.usd["inbound", "after"][panel.row(place), i])
        for i, c in enumerate(panel.codes)
        if sorted_codes.kinds.get(c) == "basket"
    }
    caveats = _country_caveats(
        place, leg, signals, year, values, covers, sorted_codes, question, policy
    )
    if provisional:
        caveats = (*caveats, Caveat("provisional", f"Here: {', '.join(provisional)}."))
    return CountryResult(
        signals=signals,
        verdict=verdict_of(surge.status, gap.status, onward.status),
        reasons=reasons_of(signals),
        caveats=caveats,
        explanations=remaining(
            renumbered=question.renumbered, tiny_base=any(c.key == "base-size" for c in caveats)
        ),
        target=target,
        transit=place,
        name=name_of(place),
        inbound_before_usd=leg.before_usd,
        inbound_after_usd=leg.after_usd,
        inbound_before_reported=leg.before_own,
        inbound_after_reported=leg.after_own,
        inbound_ratio=None if covers.unpublished or place in covers.thin else leg.ratio,
        inbound_expected_usd=leg.expected_usd,
        inbound_excess_usd=leg.excess_usd,
        ci_low_usd=leg.ci_low_usd,
        ci_high_usd=leg.ci_high_usd,
        control_growth=leg.control.growth if leg.control else None,
        control_ratio=leg.control.ratio if leg.control else None,
        control_method=leg.method,
        direct_ratio=direct.ratio,
        direct_control_ratio=direct.control.ratio if direct.control else None,
        gap_share_by_year=_shares(year, tau),
        gap_share_raw_by_year=_shares(year, 0.0),
        mirror_by_year={str(m.year): (m.exports_fob_usd, m.imports_cif_usd) for m in year.mirror},
        tau=tau,
        onward_ratio=_onward_ratio(place, time, year, question),
        onward_by_year={str(y): v for y, v in sorted(year.onward_usd.items())},
        monthly=_course(place, time, covers, question),
    )


def _shares(year: Yearly, tau: float) -> dict[str, float]:
    shares = {
        str(m.year): gap_share(m.exports_fob_usd, m.imports_cif_usd, tau) for m in year.mirror
    }
    return {y: s for y, s in shares.items() if s is not None}


def _course(
    place: str, time: TimePanel, covers: Covers, question: Question
) -> dict[str, dict[str, float]]:
    """The basket by period to the place and to the target, for the charts."""
    return {
        name: {
            p: float(v)
            for w in covers.windows.values()
            for p, v in zip(w.periods, time.series("inbound", x, ["basket"], w), strict=True)
        }
        for name, x in (("inbound", place), ("direct", question.options.target))
    }


def _onward_ratio(place: str, time: TimePanel, year: Yearly, question: Question) -> float | None:
    """Growth of the onward leg: of the basket where held by code, else of all goods by year."""
    if time.has("onward", place, "basket"):
        b, a = (
            time.series("onward", place, ["basket"], w).mean()
            for w in (question.options.before, question.options.after)
        )
        return float(a / b) if b > 0 else None
    b_year, a_year = (int(w.first[:4]) for w in (question.options.before, question.options.after))
    b_usd, a_usd = year.onward_usd.get(b_year), year.onward_usd.get(a_year)
    return a_usd / b_usd if a_usd is not None and b_usd else None


def _country_onward(
    place: str,
    time: TimePanel,
    panel: CodePanel,
    sorted_codes: Sorted,
    covers: Covers,
    question: Question,
    policy: Policy,
) -> Signal:
    target = question.options.target
    if not any(time.has(leg, place, kind) for leg in ("onward", "supply") for kind in KINDS):
        return cannot_tell(
            f"exports of {named(place)} to {named(target)} by goods code, before and after"
        )

    if not any(
        sorted_codes.kinds.get(c) == "basket" and len(c) == covers.onward.level for c in panel.codes
    ):
        return cannot_tell(f"codes of the basket at {covers.onward.level} digits")

    def rate(leg: str, where: str, window: str, kind: str = "basket") -> float:
        w = covers.windows[window]
        return float(time.series(leg, where, [kind], w).sum()) / w.years

    comparisons = (
        ("origin", ELSEWHERE, "basket", ONWARD_CONTROLS[1]),
        ("supply", place, "basket", ONWARD_CONTROLS[2]),
        ("onward", place, "other", ONWARD_CONTROLS[3]),
    )
    growth, against = None, ""
    for leg, where, kind, words in comparisons:
        b, a = rate(leg, where, "before", kind), rate(leg, where, "after", kind)
        if min(a, b) >= policy.min_control_usd:
            growth, against = a / b, words
            break
    if place not in panel.places or not panel.has("onward"):
        before = after = 0.0  # its exports are held, and none goes to the target
        left_out = 0
    else:
        basket = np.array([sorted_codes.kinds.get(c) == "basket" for c in panel.codes])
        own = made_at_home(panel, policy)[panel.row(place)]
        before = float(panel.rate("onward", "before")[panel.row(place), basket & ~own].sum())
        after = float(panel.rate("onward", "after")[panel.row(place), basket & ~own].sum())
        left_out = int((basket & own).sum())
    if growth is None:
        if before > policy.floor_usd_per_year.corridor:
            return cannot_tell(
                f"a control for the exports of {named(place)}: the target's other suppliers of "
                "these goods, its exports of them elsewhere, or its unrestricted goods"
            )
        growth, against = 1.0, ONWARD_CONTROLS[4]
    method = f"growth against {against}"
    if left_out:
        method += f"; without {left_out} codes that the country exported before"
    return judge_onward(before, after, growth, policy, method)


def _country_caveats(
    place: str,
    leg: Inbound,
    signals: Signals,
    year: Yearly,
    values: Mapping[str, float],
    covers: Covers,
    sorted_codes: Sorted,
    question: Question,
    policy: Policy,
) -> tuple[Caveat, ...]:
    options = question.options
    found = [Caveat("value-not-volume")]
    found += chapter_caveat(values, policy)
    if leg.before_usd < policy.small_base_usd * options.before.years:
        found.append(Caveat("base-size"))
    if covers.incomplete:
        found.append(
            Caveat(
                "missing-reporters",
                "; ".join(f"{r}: {', '.join(p)}" for r, p in covers.incomplete.items()) + ".",
            )
        )
    if covers.kind == "CN" and options.before.first[:4] != options.after.first[:4]:
        found.append(Caveat("code-meaning"))
    if leg.method in (ctl.OTHER_GOODS, ctl.OTHER_GOODS_COMPLETE):
        found.append(Caveat("all-goods-control"))
    if leg.method == ctl.OWN_PAST:
        found.append(Caveat("own-past-control"))
    if any(x.complete_until is None or x.complete_until <= question.on for x in question.lists):
        found.append(Caveat("list-reach"))
    if any(x.info.direction != "export" for x in question.lists):
        found.append(Caveat("import-codes"))
    if not question.before_measures:
        found.append(Caveat("windows-after-measures"))
    if covers.inbound.partial:
        found.append(Caveat("partial-codes"))
    if covers.inbound.unused:
        found.append(
            Caveat("several-sources", "Not used: " + ", ".join(
                f"{r} of {o}" for o, r in covers.inbound.unused) + ".")
        )  # fmt: skip
    if place in question.targets:
        found.append(Caveat("target-elsewhere"))
    if any(m.how == "wider" for found_in in sorted_codes.matches.values() for m in found_in):
        found.append(Caveat("wider-codes"))
    if year.mirror:
        found += [Caveat("cif-fob", f"τ = {policy.tau:.0%}, from {policy.tau_low:.0%} to "
                         f"{policy.tau_high:.0%}."), Caveat("shared-report")]  # fmt: skip
        if not year.basket:
            found.append(Caveat("different-baskets"))
        if not year.practices:
            found.append(Caveat("origin-or-consignment"))
    if year.groups:
        found.append(Caveat("group-composition", f"Here: {', '.join(sorted(year.groups))}."))
    if signals.onward.status is Status.CANNOT_TELL and year.onward_usd:
        found.append(Caveat("total-only-onward"))
    return tuple(found)
