"""The answer of a scan in sentences that a reader without statistics understands.

Everything is said from the result; no sentence knows a country. The words are those of evidence:
unexplained, consistent with diversion. An indicator is no proof, and the text says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from umweg.evidence import CAVEATS, Status, Verdict
from umweg.flows.confirmation import Effect
from umweg.flows.result import CountryResult, Run, ScanResult
from umweg.geography import name_of
from umweg.periods import Window
from umweg.report import number_formats as nf

ORDER = (Verdict.ALERT, Verdict.REVIEW, Verdict.CANNOT_TELL, Verdict.CLEAR)
SYMBOLS = {
    Verdict.ALERT: "▲",
    Verdict.REVIEW: "◆",
    Verdict.CANNOT_TELL: "?",
    Verdict.CLEAR: "○",
}
LABELS = {
    Verdict.ALERT: "alert",
    Verdict.REVIEW: "review",
    Verdict.CANNOT_TELL: "cannot tell",
    Verdict.CLEAR: "clear",
}
MEANINGS = {
    Verdict.ALERT: "at least two of the three signals fired, one of them the mirror gap or "
    "the onward leg",
    Verdict.REVIEW: "exactly one signal fired: a reason to look closer",
    Verdict.CANNOT_TELL: "no signal fired, but the data for the needed tests are missing: no "
    "clearance",
    Verdict.CLEAR: "the needed tests were made and no signal fired",
}
SIGNAL_NAMES = {
    "surge": "surge",
    "collapse": "collapse of the direct flow",
    "mirror_gap": "mirror gap",
    "onward": "onward leg",
}
SHORT_NAMES = {"surge": "surge", "collapse": "collapse", "mirror_gap": "gap", "onward": "onward"}
STATUS_NAMES = {
    Status.FIRED: "fired",
    Status.NOT_FIRED: "not fired",
    Status.BELOW_FLOOR: "below the floor",
    Status.SHOWN: "shown only",
    Status.CANNOT_TELL: "cannot tell",
}
MANY = 8
"""More names than this are counted; what came out alert or review is always named."""
NO_PROOF = (
    "An indicator is no proof. The figures show what was declared to statistical offices; they "
    "do not show who traded, why, or whether any law was broken."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one transit country."""

    country: CountryResult
    sentences: tuple[str, ...]


def goods(run: Run) -> str:
    """The goods asked for, in words."""
    if run.codes:
        asked = ", ".join(nf.code(c) if c.isdigit() else c for c in run.codes)
        return f"the goods {asked}" + (" on the goods list" if run.goods_lists else "")
    return "the goods on the list" if len(run.goods_lists) < 2 else "the goods on the lists"


def question(result: ScanResult, list_titles: tuple[str, ...] = ()) -> str:
    """What was asked."""
    run = result.run
    names = "; ".join(f"“{t}”" for t in list_titles or run.goods_lists)
    listed = f" {names}" if names else ""
    return (
        f"Did {goods(run)}{listed} ({nf.count(run.basket_codes, 'goods code')}) reach "
        f"{name_of(run.target)} by a detour through a third country? Compared: "
        f"{nf.window(run.before)} with {nf.window(run.after)}."
    )


def summary(result: ScanResult) -> str:
    """How many countries came out how, by name."""
    if not result.countries:
        return (
            "Nothing could be tested: the store holds no figures for this question. This is no "
            "clearance."
        )
    parts = []
    for verdict in ORDER:
        names = tuple(c.name for c in result.countries if c.verdict is verdict)
        if names:
            said = nf.listing(names)
            if len(names) > MANY and verdict in (Verdict.CANNOT_TELL, Verdict.CLEAR):
                said = nf.count(len(names), "country", "countries")
            parts.append(f"{SYMBOLS[verdict]} {LABELS[verdict]}: {said}")
    head = f"Of {nf.count(len(result.countries), 'transit country', 'transit countries')} with "
    return f"{head}figures – {'; '.join(parts)}."


def direct(result: ScanResult) -> str:
    """What became of the direct flow, which is common to all transit countries."""
    run = result.run
    told = next((c for c in result.countries if c.direct_ratio is not None), None)
    if told is None or told.direct_ratio is None:
        return ""
    sums = _sums(told.monthly.get("direct", {}), run)
    amounts = (
        f" ({nf.money(sums[0])} → {nf.money(sums[1])}, {nf.money(sums[1] - sums[0], plus=True)})"
        if sums
        else ""
    )
    beside = (
        f" All other goods to it went {nf.factor(told.direct_control_ratio)}."
        if told.direct_control_ratio is not None
        else ""
    )
    verb = "fell:" if told.direct_ratio < 1 else "rose:"
    return (
        f"Direct exports of these goods to {name_of(run.target)} {verb} "
        f"{nf.factor(told.direct_ratio)} in {run.ratio_currency}{amounts}.{beside}"
    )


def _sums(course: Mapping[str, float], run: Run) -> tuple[float, float] | None:
    """The amounts of the two windows; only where they are of one length and wholly held."""
    before, after = (Window.parse(w).periods for w in (run.before, run.after))
    if len(before) != len(after) or not set(before + after) <= course.keys():
        return None
    return sum(course[p] for p in before), sum(course[p] for p in after)


def inbound(c: CountryResult, run: Run) -> str:
    """Growth of the inbound leg, as factor and difference."""
    money = run.ratio_currency
    gap, rate = nf.difference(
        c.inbound_before_reported, c.inbound_after_reported, (run.before, run.after)
    )
    amounts = (
        f"{nf.money(c.inbound_before_reported, money)} → "
        f"{nf.money(c.inbound_after_reported, money)}, {nf.money(gap, money, plus=True)}{rate}"
    )
    if c.inbound_ratio is None:
        return f"Reported exports of these goods to {c.name}: nothing before ({amounts})"
    verb = "grew" if c.inbound_ratio >= 1 else "fell to"
    return (
        f"Reported exports of these goods to {c.name} {verb} {nf.factor(c.inbound_ratio)} "
        f"({amounts})"
    )


def control(c: CountryResult) -> str:
    """What the control did, in the currency of the ratio where it is known in it."""
    if c.control_ratio is not None:
        return f"the comparison, {c.control_method}, went {nf.factor(c.control_ratio)}"
    if c.control_growth is not None:
        return f"the comparison, {c.control_method}, went {nf.factor(c.control_growth)} in USD"
    return "no control group is held"


def excess(c: CountryResult) -> str:
    """The excess over the expectation with its interval."""
    if c.inbound_excess_usd is None:
        return ""
    word = "more" if c.inbound_excess_usd >= 0 else "less"
    text = f"{nf.money(abs(c.inbound_excess_usd))} {word} than the comparison leads to expect"
    if c.ci_low_usd is None or c.ci_high_usd is None:
        return f"{text} (no interval)"
    zero = ", which includes zero" if c.ci_low_usd <= 0 <= c.ci_high_usd else ""
    return f"{text} (95 % interval {nf.interval(c.ci_low_usd, c.ci_high_usd)}{zero})"


def _surge(c: CountryResult, run: Run) -> str:
    signal, above = c.signals.surge, excess(c)
    tail = {
        Status.FIRED: "This rise is unexplained: the surge signal fired.",
        Status.NOT_FIRED: "That is not enough for the surge signal"
        + (f" (threshold: {signal.preset})." if signal.preset else "."),
        Status.BELOW_FLOOR: "Too little money for the surge signal (below the floor).",
    }.get(signal.status, f"The surge cannot be told; missing: {'; '.join(signal.missing)}.")
    middle = f" That is {above}." if above else ""
    return f"{inbound(c, run)}; {control(c)}.{middle} {tail}"


def _baskets_differ(c: CountryResult) -> bool:
    return any(x.key == "different-baskets" for x in c.caveats)


def _mirror(c: CountryResult) -> str:
    signal = c.signals.mirror_gap
    years = ", ".join(f"{y} {nf.share(s)}" for y, s in sorted(c.gap_share_raw_by_year.items()))
    years = f" Sent but not arrived, all goods: {years}." if years else ""
    if signal.status is Status.CANNOT_TELL:
        return f"The mirror gap cannot be told; missing: {'; '.join(signal.missing)}.{years}"
    verb = "opened" if signal.status is Status.FIRED else "did not open enough to count"
    basket = ", counting all goods" if _baskets_differ(c) else ""
    base = f" (lowest year before: {nf.share(signal.expected)})" if signal.expected else ""
    return (
        f"The mirror gap {verb}: {c.name} reported as imported {nf.share(signal.value)} of what "
        f"the exporters reported as sent to it{basket}{base}.{years}"
    )


def _onward(c: CountryResult, run: Run) -> str:
    signal = c.signals.onward
    target = name_of(run.target)
    if signal.status is Status.CANNOT_TELL:
        known = ""
        if c.onward_ratio is not None:
            years = [run.before[:4], run.after[:4]]
            b, a = (c.onward_by_year.get(y) for y in years)
            amounts = (
                f" ({years[0]}: {nf.money(b)}, {years[1]}: {nf.money(a)}, "
                f"{nf.money(a - b, plus=True)})"
                if b is not None and a is not None
                else ""
            )
            known = (
                f" All its exports to {target} went {nf.factor(c.onward_ratio)}{amounts}, which "
                "does not say what goods they were."
            )
        return f"The onward leg cannot be told; missing: {'; '.join(signal.missing)}.{known}"
    return (
        f"The onward leg to {target} went {nf.factor(signal.value)} against "
        f"{nf.factor(signal.expected)} expected: {STATUS_NAMES[signal.status]}."
    )


def _verdict(c: CountryResult) -> str:
    fired = [
        SIGNAL_NAMES[n]
        for n, s in c.signals.items()
        if n != "collapse" and s.status is Status.FIRED
    ]
    if c.verdict is Verdict.ALERT:
        apart = " They rest on different baskets: these goods, and all goods."
        return f"{nf.listing(fired).capitalize()} together are consistent with diversion." + (
            apart if _baskets_differ(c) else ""
        )
    if c.verdict is Verdict.REVIEW:
        return f"Only one signal fired ({fired[0]}): unexplained, a reason to look closer."
    if c.verdict is Verdict.CANNOT_TELL:
        return "No signal fired, but the tests that are needed were not possible: no clearance."
    return "The needed tests were made and no signal fired."


def answers(result: ScanResult) -> tuple[Answer, ...]:
    """The answer for every country, in the order of the result."""
    return tuple(
        Answer(c, (_verdict(c), _surge(c, result.run), _mirror(c), _onward(c, result.run)))
        for c in result.countries
    )


def unconfirmed(result: ScanResult) -> str:
    """Why no country was confirmed though it was asked for; empty where one was."""
    if not result.run.confirm or any(c.confirmation for c in result.countries):
        return ""
    return (
        "No confirmation was made: no country that could be came out alert or review. "
        "--transit names countries to be confirmed whatever came out."
    )


def confirmation(c: CountryResult) -> tuple[str, ...]:
    """What the regression says of each leg; nothing where it was not asked for."""
    return tuple(_effect(c, e) for e in c.confirmation)


def _effect(c: CountryResult, e: Effect) -> str:
    target = name_of(c.target)
    leg = f"exports to {c.name}" if e.leg == "inbound" else f"its exports to {target}"
    tried = f" ({'; '.join(e.missing)})" if e.missing else ""
    if e.growth is None or e.low is None or e.high is None:
        return f"Confirmation, {leg}: cannot tell{tried or ''}."
    side = "above" if e.growth >= 0 else "below"
    zero = ", which includes none" if e.low <= 0 <= e.high else ""
    return (
        f"Confirmation, {leg}: restricted goods lie {nf.share(abs(e.growth))} {side} what the "
        f"same goods of neutral countries and the country's other goods let expect (95 % interval "
        f"{nf.share(e.low)} to {nf.share(e.high)}{zero}; p {nf.probability(e.p_value)}; by "
        f"{e.level}, {nf.count(e.observations, 'row')}, {e.pairs_effective:.0f} headings by "
        f"weight, {e.countries} countries){tried}."
    )


def short_answer(c: CountryResult) -> str:
    """The verdict on one country in one line, for the terminal."""
    return f"{SYMBOLS[c.verdict]} {c.name}: {LABELS[c.verdict]}. {_verdict(c)}"


def corridors(result: ScanResult) -> str:
    """How the corridors came out, and whether a single one could have stood out at all."""
    if not result.corridors:
        return "No corridor was looked at."
    found = Counter(c.verdict for c in result.corridors)
    counts = ", ".join(f"{found[v]:,} {LABELS[v]}" for v in ORDER if found[v])
    text = (
        f"{nf.count(len(result.corridors), 'corridor')} (transit country × goods code) were "
        f"looked at: {counts}."
    )
    q = result.run.smallest_q
    if q is not None:
        text += (
            f" With {nf.count(result.run.n_placebos, 'placebo')}, one corridor that stood out "
            f"alone could reach q = {q:.2f} at best; where that is above the policy's threshold, "
            "silence on single corridors is no clearance."
        )
    if result.run.elsewhere_tested:
        text += (
            " The same test with the neutral countries in place of the target, where nothing "
            f"should be found, flags {result.run.elsewhere_flagged:,} of "
            f"{nf.count(result.run.elsewhere_tested, 'corridor')} at {result.run.fdr:g}."
        )
    return text


def volumes(result: ScanResult) -> str:
    """How much the flagged corridors may have carried together; empty where none is flagged."""
    run = result.run
    found = [
        c.volume
        for c in result.corridors
        if c.volume is not None and c.q_value is not None and c.q_value <= run.fdr
    ]
    if not found:
        return ""
    low, central, high = (
        sum(getattr(v, f"{name}_usd") for v in found) for name in ("lower", "central", "upper")
    )
    return (
        f"{nf.count(len(found), 'corridor')} with q up to {run.fdr:.2f} may together have carried "
        f"{nf.money(central)} since the measures ({nf.interval(low, high)}). "
        f"{CAVEATS['volume-firm-level']}"
    )


def untested(result: ScanResult) -> tuple[tuple[str, int], ...]:
    """What was not tested, counted by reason."""
    return tuple(Counter(n.why for n in result.not_tested).most_common())


def by_status(c: CountryResult) -> tuple[tuple[str, str], ...]:
    """What fired, what did not, what cannot be told: status and the signals that count."""
    found: dict[str, list[str]] = {}
    for name, signal in c.signals.items():
        if name != "collapse":
            found.setdefault(STATUS_NAMES[signal.status], []).append(SHORT_NAMES[name])
    return tuple((status, ", ".join(names)) for status, names in found.items())
