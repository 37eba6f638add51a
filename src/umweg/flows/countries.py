"""The signals of whole countries: the basket's growth, the yearly mirror gap, the onward leg."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from umweg.evidence import Signal, Status, cannot_tell
from umweg.flows.controls import Course
from umweg.flows.firing import fire
from umweg.flows.legs import TimePanel
from umweg.flows.policy import Policy
from umweg.flows.stats import benjamini_hochberg, jackknife_log_ratio, placebo_p
from umweg.periods import Window

BASKET = ("basket",)


@dataclass(frozen=True, slots=True)
class Inbound:
    """The inbound leg of a country's basket.

    USD sums of the windows, growth in the currency of the ratio, what the control leads to expect,
    and θ, the log of growth over the control's growth, with its interval.
    """

    before_usd: float
    after_usd: float
    before_own: float
    after_own: float
    ratio: float | None
    control: Course | None
    expected_usd: float | None
    excess_usd: float | None
    ci_low_usd: float | None
    ci_high_usd: float | None
    theta: float | None
    theta_low: float | None
    theta_high: float | None

    @property
    def method(self) -> str:
        """The control that was used."""
        return self.control.method if self.control else ""


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def inbound_of(
    time: TimePanel, place: str, control: Course | None, before: Window, after: Window
) -> Inbound:
    """Growth of the basket to a place, against its control. Windows compare as yearly rates."""
    b = time.series("inbound", place, BASKET, before)
    a = time.series("inbound", place, BASKET, after)
    own_b = float(time.series("inbound", place, BASKET, before, own=True).sum())
    own_a = float(time.series("inbound", place, BASKET, after, own=True).sum())
    years = after.years / before.years
    ratio = own_a / own_b / years if own_b > 0 else None
    growth = control.growth if control else None
    expected = float(b.sum()) * growth * years if growth is not None else None
    total = float(a.sum())
    low = high = theta = t_low = t_high = None
    if control is not None and growth is not None:
        found = jackknife_log_ratio(a, b, control.after, control.before)
        if found is not None:
            theta, t_low, t_high = (_finite(x) for x in found)
            low = total * (1 - math.exp(-t_low)) if t_low is not None else None
            high = total * (1 - math.exp(-t_high)) if t_high is not None else None
    return Inbound(
        float(b.sum()), total, own_b, own_a, ratio, control, expected,
        total - expected if expected is not None else None,
        low, high, theta, t_low, t_high,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountryRank:
    """Where a country stands among whole neutral countries."""

    p: float
    q: float
    placebos: int
    tests: int

    @property
    def attainable(self) -> float:
        """The smallest q that one country alone could reach."""
        return min(1.0, self.tests / (1 + self.placebos))


def permute_countries(
    thetas: Mapping[str, float | None], placebo_thetas: Sequence[float], policy: Policy
) -> dict[str, CountryRank]:
    """Rank countries among whole neutral ones; empty where these are too few for a p-value."""
    placebos = np.array([t for t in placebo_thetas if math.isfinite(t)])
    names = [n for n, t in thetas.items() if t is not None]
    if len(placebos) < policy.min_placebos or not names:
        return {}
    p = placebo_p(np.array([thetas[n] for n in names], dtype=float), placebos)
    q = benjamini_hochberg(p)
    return {
        n: CountryRank(float(p[i]), float(q[i]), len(placebos), len(names))
        for i, n in enumerate(names)
    }


def judge_surge(
    inbound: Inbound, after: Window, policy: Policy, missing: str, rank: CountryRank | None
) -> Signal:
    """Surge: the inbound leg above expected.

    With a rank among enough neutral countries the q decides. Else, and where these are too few for
    one country alone to reach the limit, the preset: growth at least its multiple of the control's,
    with the lower end of the interval (where there is one) above the expectation.
    """
    if inbound.before_usd <= 0 and inbound.after_usd <= 0:
        return cannot_tell(missing)
    growth = inbound.control.growth if inbound.control else None
    if inbound.ratio is None:
        return cannot_tell("a value before the measures")
    if inbound.expected_usd is None or inbound.excess_usd is None or growth is None:
        return cannot_tell(
            "a control group: unrestricted goods, all goods, other destinations, or the year before"
        )
    relative = inbound.after_usd / inbound.expected_usd
    above = inbound.theta_low is None or inbound.theta_low > 0
    decides = rank is not None and rank.attainable <= policy.q
    status = fire(
        relative >= policy.surge_preset.min_ratio_to_expected and above,
        inbound.excess_usd / after.years,
        policy.floor_usd_per_year.country,
        q=rank.q if rank is not None and decides else None,
        limit=policy.q,
    )
    method = f"growth in USD against {inbound.method}"
    if inbound.theta_low is not None:
        method += "; interval: jackknife over periods, 95 %"
    if rank is not None:
        method += f"; p: rank among {rank.placebos} neutral countries"
        if not decides:
            method += " (too few to decide)"
    return Signal(
        status,
        value=relative * growth,
        expected=growth,
        method=method,
        ci_low=math.exp(inbound.theta_low) * growth if inbound.theta_low is not None else None,
        ci_high=math.exp(inbound.theta_high) * growth if inbound.theta_high is not None else None,
        p_value=rank.p if rank else None,
        q_value=rank.q if rank else None,
        preset="" if decides else policy.surge_preset.name,
        unit="after/before",
    )


def judge_commission(
    own_before_per_year: float, own_after_per_year: float, in_eur: bool, whole_years: bool
) -> Signal:
    """The Commission's rule for "economically critical goods", as a preset.

    Exports of more than EUR 1 m in 2022, and at least +100 % on the mean of 2019-2021. It knows no
    control. It needs whole years in EUR: windows of other length cannot tell.
    """
    if not in_eur or not whole_years:
        return cannot_tell(
            "whole calendar years 2019 to 2021 and 2022, in EUR",
            method="Commission rule for economically critical goods",
        )
    fires = own_after_per_year > 1_000_000 and own_after_per_year >= 2 * own_before_per_year
    return Signal(
        Status.FIRED if fires else Status.NOT_FIRED,
        value=own_after_per_year / own_before_per_year if own_before_per_year > 0 else None,
        expected=2.0,
        method="Commission rule: over EUR 1 m in the year after and at least twice the mean of "
        "the three years before",
        preset="commission",
        unit="after/before",
    )


def judge_onward(
    before_usd: float, after_usd: float, growth: float, policy: Policy, method: str
) -> Signal:
    """Onward: the flow of goods not made at home, from the country to the target, above expected.

    Amounts in USD a year; `growth` is the control's.
    """
    expected = before_usd * growth
    preset = policy.onward_preset
    return Signal(
        fire(
            after_usd >= preset.min_ratio_to_expected * expected,
            after_usd - expected,
            policy.floor_usd_per_year.country,
        ),
        value=after_usd / before_usd if before_usd > 0 else None,
        expected=growth,
        method=method,
        preset=preset.name,
        unit="after/before",
    )
