"""Tests of numbers: volumes, growth, shares, mirror gaps, and published figures.

Each rule's docstring is its explanation for the reader; docs/claims.md prints the truth tables.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import inf
from typing import Any

from umweg.claims import parameters as p
from umweg.claims import units
from umweg.claims.answer import Lack, Outcome
from umweg.claims.figures import Figures, Held
from umweg.claims.judging import Measured, compare, joined, judged
from umweg.claims.statements import unit_of_rows
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Country, Say
from umweg.flows.gap import fob_from_cif
from umweg.flows.policy import load_policy

PRICES = ("price", "reporting-practice")
GROWTH = ("price", "reporting-practice", "domestic-demand")


def export_volume(
    figures: Figures, parameters: p.Volume, expect: p.Expect, said_on: date | None
) -> Outcome:
    """A sum of trade over a period against the stated sum.

    supported: our sum lies within the tolerance (or beyond the stated limit, for "over"). A sum
    that lacks reporters or periods is known from below only: it can contradict a number that is
    too small and support an "over", and is otherwise not-testable. contradicted: outside.
    """
    return judged(volume(figures, parameters, expect.unit), expect, said_on)


def growth_between(
    figures: Figures, parameters: p.Growth, expect: p.Expect, said_on: date | None
) -> Outcome:
    """The change of a flow between two periods against the stated change.

    Both sides are in one currency: the one that the file names, else that of the first figures.
    supported: within the tolerance; contradicted: outside; not-testable: one side is not held
    whole, or the side before is zero, so that there is no factor.
    """
    return judged(growth(figures, parameters, expect.unit), expect, said_on)


def share_of(
    figures: Figures, parameters: p.Share, expect: p.Expect, said_on: date | None
) -> Outcome:
    """One flow as a share of another against the stated share.

    supported: within the tolerance; contradicted: outside; not-testable: one of the two is not
    held whole, or the whole is zero.
    """
    return judged(share(figures, parameters, expect.unit), expect, said_on)


def mirror_gap_below(
    figures: Figures, parameters: p.Gap, expect: p.Expect, said_on: date | None
) -> Outcome:
    """What was sent and is not reported as received, against a stated limit.

    gap = X − M/(1+τ), for τ from the low to the high end of the policy's range. supported: the gap
    agrees with the statement over the whole range; contradicted: nowhere in it; mixed: the margin
    decides; not-testable: one side is not held.
    """
    return judged(mirror_gap(figures, parameters, expect.unit), expect, said_on, ["cif-fob"])


def figure_matches(
    figures: Figures, parameters: p.FigureMatches, expect: p.Expect, said_on: date | None
) -> Outcome:
    """A published number against the data.

    Where the publication does not say which goods, months or partners it counted, every reading of
    the file is measured: supported if one of them gives the number; contradicted if the number
    lies outside of what the lowest and the highest give; not-testable in between, because then
    only the reading is missing. With one reading: as the test of a volume, growth, share or gap.
    """
    found = {
        name: MEASURES[figure.of](figures, figure, expect.unit)
        for name, figure in parameters.ways.items()
    }
    gap = any(figure.of == "mirror-gap" for figure in parameters.ways.values())
    extra = ["cif-fob"] if gap else []
    if len(found) == 1:
        return judged(next(iter(found.values())), expect, said_on, extra)
    return _among_readings(found, expect, said_on, extra)


def _among_readings(
    found: dict[str, Measured], expect: p.Expect, said_on: date | None, extra: list[str]
) -> Outcome:
    for name, one in found.items():
        if one.value is not None and compare(one.low, one.high, expect) is ClaimVerdict.SUPPORTED:
            text = "The publication leaves open what it counted; this is the reading '{name}'."
            method = Say(text, name=name)
            fitting = _with(one, method=method)
            return judged(fitting, expect, said_on, ["reading-open", *extra])
    low, high = min(m.low for m in found.values()), max(m.high for m in found.values())
    rows = tuple(dict.fromkeys(r for m in found.values() for r in m.rows))
    lacks = {str(x): x for m in found.values() for x in m.missing}
    outside = compare(low, high, expect) is ClaimVerdict.CONTRADICTED
    if not outside and not lacks:
        lack = Lack(Say("what exactly the publication counted: the number lies between its "
                        "lowest and its highest reading"))  # fmt: skip
        lacks[str(lack)] = lack
    bounds = Measured(
        low, high, rows, tuple(lacks.values()), frozenset().union(*(m.caveats
                                                                 for m in found.values())),
        tuple((Say("reading '{name}'", name=n), m.low) for n, m in found.items() if m.rows),
        Say("The publication leaves open what it counted; the lowest and the highest reading "
            "are bounds."),
        PRICES,
    )  # fmt: skip
    return judged(bounds, expect, said_on, ["reading-open", *extra])


def _with(one: Measured, **changes: Any) -> Measured:
    from dataclasses import replace

    return replace(one, **changes)


# -- how each number is made --------------------------------------------------------------------


def _statistic(held: Held, statistic: str) -> float:
    if statistic == "total":
        return held.total
    months = list(held.by_period().values())
    return max(months) if statistic == "monthly-peak" else held.total / len(months)


def volume(figures: Figures, what: p.Volume, unit: str) -> Measured:
    """A sum, a monthly mean or the highest month."""
    held = figures.measure(
        what.population,
        what.period,
        unit_of_rows(unit),
        monthly=what.statistic != "total",
        partly=what.statistic != "monthly-mean",
    )
    value = _statistic(held, what.statistic) / units.scale_of(unit)
    # A mean of the months that are held is no bound of anything.
    bound = what.statistic != "monthly-mean"
    low = value if held.complete or bound else -inf
    return Measured(
        low if held.rows or held.complete else 0.0,
        value if held.complete else inf,
        held.rows,
        held.missing,
        held.caveats,
        ((Say("{window}", window=what.period), value),),
        explanations=PRICES,
    )


def quantity(figures: Figures, what: p.Quantity, unit: str) -> Measured:
    """A number of pieces or kilograms."""
    return volume(figures, p.Volume(population=what.population, period=what.period), unit)


def _currency(figures: Figures, what: p.Growth) -> str:
    """The currency in which a growth is measured: that of the figures, where they have one."""
    if what.currency:
        return what.currency
    reported = figures.reported_currencies(what.population)
    return reported.pop() if len(reported) == 1 else "USD"


def growth(figures: Figures, what: p.Growth, unit: str) -> Measured:
    """After against before, in per cent or as a factor."""
    currency = units.currency_of(unit) or _currency(figures, what)
    sides = [
        (w, s, figures.measure(what.population, w, currency, monthly=s != "total"))
        for w, s in ((what.before, what.before_statistic), (what.after, what.after_statistic))
    ]
    rows, missing, keys = joined([h for _, _, h in sides])
    before, after = (_statistic(h, s) for _, s, h in sides)
    compared = tuple((Say("{window}", window=w), _statistic(h, s)) for w, s, h in sides if h.rows)
    method = Say("Both periods in {currency}.", currency=currency)
    if not missing and before <= 0:
        missing = (Lack(Say("a figure above zero in {window}: there is no factor from nothing",
                            window=what.before)),)  # fmt: skip
    if missing:
        return Measured(-inf, inf, rows, missing, keys, compared, method, GROWTH)
    factor = after / before
    value = factor if unit == "times" else 100 * (factor - 1)
    if before < load_policy().small_base_usd:
        keys |= {"base-size"}
    return Measured(value, value, rows, (), keys, compared, method, (*GROWTH, "tiny-base")
                    if "base-size" in keys else GROWTH)  # fmt: skip


def difference(figures: Figures, what: p.Difference, unit: str) -> Measured:
    """After less before, in money."""
    sides = [
        (w, figures.measure(what.population, w, unit_of_rows(unit)))
        for w in (what.before, what.after)
    ]
    rows, missing, keys = joined([h for _, h in sides])
    scale = units.scale_of(unit)
    compared = tuple((Say("{window}", window=w), h.total / scale) for w, h in sides if h.rows)
    if missing:
        return Measured(-inf, inf, rows, missing, keys, compared, explanations=GROWTH)
    value = (sides[1][1].total - sides[0][1].total) / scale
    return Measured(value, value, rows, (), keys, compared, explanations=GROWTH)


def share(figures: Figures, what: p.Share, unit: str) -> Measured:
    """A part of a whole, in per cent."""
    part, whole = (figures.measure(x, what.period, "USD") for x in (what.part, what.whole))
    rows, missing, keys = joined([part, whole])
    compared = tuple(
        (n, h.total) for n, h in ((Say("the part"), part), (Say("the whole"), whole)) if h.rows
    )
    if not missing and whole.total <= 0:
        missing = (Lack(Say("a figure above zero in {window}: there is no factor from nothing",
                            window=what.period)),)  # fmt: skip
    if missing:
        return Measured(-inf, inf, rows, missing, keys, compared, explanations=PRICES)
    value = part.total / whole.total * (1 if unit == "times" else 100)
    return Measured(value, value, rows, (), keys, compared, explanations=PRICES)


def offset(figures: Figures, what: p.Offset, unit: str) -> Measured:
    """The rise of one flow as a share of the fall of another, in per cent."""
    sides = {
        (name, w): figures.measure(pop, w, "USD")
        for name, pop in (("rise", what.rise), ("fall", what.fall))
        for w in (what.before, what.after)
    }
    rows, missing, keys = joined(list(sides.values()))
    if missing:
        return Measured(-inf, inf, rows, missing, keys, explanations=GROWTH)
    rise = sides["rise", what.after].total - sides["rise", what.before].total
    fall = sides["fall", what.before].total - sides["fall", what.after].total
    compared = ((Say("the rise"), rise), (Say("the fall"), fall))
    if fall <= 0:
        lack = Lack(Say("a fall of the direct flow: it rose between the two periods"))
        return Measured(-inf, inf, rows, (lack,), keys, compared, explanations=GROWTH)
    value = rise / fall * (1 if unit == "times" else 100)
    return Measured(value, value, rows, (), keys, compared, explanations=GROWTH)


def mirror_gap(figures: Figures, what: p.Gap, unit: str) -> Measured:
    """The gap X − M/(1+τ) over the policy's range of τ, in per cent of X or in money."""
    currency = units.currency_of(unit) or "USD"
    sent = figures.measure(what.sent, what.period, currency)
    received = figures.measure(what.received, what.period, currency)
    rows, missing, keys = joined([sent, received])
    compared = tuple(
        (n, h.total)
        for n, h in ((Say("sent, by the exporters' report"), sent),
                     (Say("received, by the importers' report"), received))
        if h.rows
    )  # fmt: skip
    if not missing and sent.total <= 0:
        missing = (Lack(Say("a figure above zero in {window}: there is no factor from nothing",
                            window=what.period)),)  # fmt: skip
    if missing:
        return Measured(-inf, inf, rows, missing, keys, compared, explanations=PRICES)
    policy = load_policy()
    gaps = [
        (sent.total - fob_from_cif(received.total, tau))
        / (units.scale_of(unit) if units.currency_of(unit) else sent.total / 100)
        for tau in (policy.tau_low, policy.tau_high)
    ]
    method = Say("CIF margin of imports from {low} to {high} per cent; exporters: {who}.",
                 low=f"{100 * policy.tau_low:.0f}", high=f"{100 * policy.tau_high:.0f}",
                 who=Country(what.exporters))  # fmt: skip
    return Measured(min(gaps), max(gaps), rows, (), keys | {"origin-or-consignment"}, compared,
                    method, PRICES)  # fmt: skip


MEASURES: dict[str, Callable[[Figures, Any, str], Measured]] = {
    "volume": volume,
    "growth": growth,
    "difference": difference,
    "share": share,
    "offset": offset,
    "mirror-gap": mirror_gap,
    "quantity": quantity,
}
"""How each kind of figure is made."""
