"""Did a flow stop, or fall, after something happened? A small event study of one series."""

from __future__ import annotations

from datetime import date
from math import fsum

from umweg.claims import parameters as p
from umweg.claims.answer import FactRow, Lack, Outcome, caveats
from umweg.claims.figures import Figures
from umweg.claims.judging import later
from umweg.claims.policy import claim_policy
from umweg.claims.statements import shortened
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Amount, Say
from umweg.flows.policy import load_policy
from umweg.periods import Window


def flow_stopped_after(
    figures: Figures, parameters: p.EventStudy, expect: p.Change, said_on: date | None
) -> Outcome:
    """The mean month after an event against the mean month before it.

    The same comparison at every earlier month that the figures allow (invented dates) shows how
    far the flow moves by itself. stopped: what came after is at most the policy's share of what
    went before. fell: it is at most the second share, and at most the policy's share of the
    invented dates fell as much. unchanged: neither. The stated change is supported or
    contradicted accordingly; mixed where it fell, but no more than at other times, or where there
    are too few invented dates to say; not-testable without monthly figures on both sides. That
    something came after the event does not say that it came from it.
    """
    event = next(e for e in figures.regime.events if e.id == parameters.event)
    fact = FactRow("timeline.csv", event.id, event.date_text or event.in_force.isoformat(),
                   f"{event.title}: {event.what}", event.reference,
                   figures.regime.version)  # fmt: skip
    before, after = _around(event.in_force, parameters.months, parameters.ramp)
    earlier = before.shifted(-2)
    whole = Window(before.first, after.last)
    held = figures.measure(parameters.population, whole, "USD", monthly=True)
    if held.missing:
        return Outcome(
            ClaimVerdict.NOT_TESTABLE, missing=held.missing, rows=(*shortened(held.rows), fact),
            caveats=caveats(*held.caveats),
            would_change=(Say("The missing figures would decide it."),),
        )  # fmt: skip
    past = figures.measure(parameters.population, Window(earlier.first, whole.last), "USD",
                           monthly=True)  # fmt: skip
    series = (held if past.missing else past).by_period()
    months = sorted(series)
    ratio = _ratio(series, before, after)
    if ratio is None:
        lack = Lack(Say("a figure above zero in {window}: there is no factor from nothing",
                        window=before))  # fmt: skip
        return Outcome(ClaimVerdict.NOT_TESTABLE, missing=(lack,), rows=(fact,))
    placebos = _placebos(series, months, before, after)
    verdict = _judge(ratio, placebos, expect.change)
    policy = claim_policy()
    keys = {"value-not-volume", *held.caveats, *later(held.rows, said_on)}
    if len(placebos) < policy.min_placebos:
        keys.add("few-placebos")
    mean = _mean(series, before)
    if 12 * mean < load_policy().small_base_usd:
        keys.add("base-size")
    says = (
        Say("Mean month: {before} in {w1}, {after} in {w2}: {ratio}.",
            before=Amount(mean, "USD"), after=Amount(_mean(series, after), "USD"), w1=before,
            w2=after, ratio=Amount(ratio, "times")),
        Say("Of {n} invented dates before the event, {k} show a fall as large.", n=len(placebos),
            k=sum(x <= ratio for x in placebos)),
        Say("{text}: in force from {day}.", text=fact.text, day=fact.date),
    )  # fmt: skip
    return Outcome(
        verdict, value=ratio, unit="times", says=says, rows=(*shortened(held.rows), fact),
        missing=(Lack(Say("monthly figures of more years before the event")),)
        if verdict is ClaimVerdict.NOT_TESTABLE else (),
        caveats=caveats(*keys),
        explanations=("reporting-practice", "price", "domestic-demand"),
        would_change=(
            Say("A ratio above {stopped} would mean that it did not stop, one above {fell} that it "
                "did not fall.", stopped=Amount(policy.stopped_at_most, "times"),
                fell=Amount(policy.fell_to_at_most, "times")),
        ),
        compared=tuple((Say("{month}", month=m), series[m]) for m in months),
    )  # fmt: skip


def _around(day: date, months: int, ramp: int) -> tuple[Window, Window]:
    """Equal windows before the event's month, and after it and the ramp."""
    at = day.year * 12 + day.month - 1

    def month(n: int) -> str:
        return f"{n // 12:04d}-{n % 12 + 1:02d}"

    first = at + ramp
    return (
        Window(month(at - months), month(at - 1)),
        Window(month(first), month(first + months - 1)),
    )


def _mean(series: dict[str, float], window: Window) -> float:
    return fsum(series[m] for m in window.periods) / len(window.periods)


def _ratio(series: dict[str, float], before: Window, after: Window) -> float | None:
    base = _mean(series, before)
    return _mean(series, after) / base if base > 0 else None


def _placebos(
    series: dict[str, float], months: list[str], before: Window, after: Window
) -> list[float]:
    """The same comparison at every earlier date whose windows end before the event."""
    start, n = months.index(before.first), len(before.periods)
    gap = months.index(after.first) - start - n
    found = []
    for shift in range(1, start + 1):
        one = months[start - shift : start - shift + n]
        two = months[start - shift + n + gap : start - shift + 2 * n + gap]
        if two[-1] >= after.first:
            continue
        base = fsum(series[m] for m in one)
        if base > 0:
            found.append(fsum(series[m] for m in two) / base)
    return found


def _judge(ratio: float, placebos: list[float], stated: str) -> ClaimVerdict:
    policy = claim_policy()
    share = (1 + sum(x <= ratio for x in placebos)) / (1 + len(placebos))
    if ratio <= policy.stopped_at_most:
        fits = stated in ("stopped", "fell")
        return ClaimVerdict.SUPPORTED if fits else ClaimVerdict.CONTRADICTED
    if ratio > policy.fell_to_at_most:
        fits = stated == "unchanged"
        return ClaimVerdict.SUPPORTED if fits else ClaimVerdict.CONTRADICTED
    if stated == "stopped":
        return ClaimVerdict.CONTRADICTED
    sure = len(placebos) >= policy.min_placebos and share <= policy.max_placebo_share
    if not sure:
        return ClaimVerdict.MIXED
    return ClaimVerdict.SUPPORTED if stated == "fell" else ClaimVerdict.CONTRADICTED
