"""What a scan could not look at, and what would be needed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from umweg.evidence import NotTested
from umweg.flows.legs import CodePanel
from umweg.flows.question import Question
from umweg.flows.statements import Covers
from umweg.flows.yearly import Yearly
from umweg.geography import named
from umweg.store import Store


def listing(periods: Sequence[str]) -> str:
    """Periods for a sentence; a long run as its ends."""
    return ", ".join(periods) if len(periods) <= 3 else f"{periods[0]} to {periods[-1]}"


def thin_exporters(place: str, covers: Covers) -> str:
    """What is missing where few of the exporters' figures to a place are held."""
    held = ", ".join(sorted(covers.thin[place]))
    return f"exports of most of the coalition to {named(place)}: only those of {held} are held"


def missing_for(
    held: Sequence[str], covers: Covers, question: Question
) -> dict[tuple[str, str], str]:
    """What would be needed for each test of a corridor that cannot be made."""
    options = question.options
    windows = f"{options.before} and {options.after}"
    codes = f"{covers.level}-digit codes"
    out: dict[tuple[str, str], str] = {}
    for p in held:
        out["surge", p] = (
            "a control group: unrestricted goods, all goods, other destinations, or the year before"
        )
        out["mirror_gap", p] = (
            f"imports of {named(p)} from the coalition by {codes}, in {windows} and one step "
            "earlier"
        )
        out["onward", p] = (
            f"exports of {named(p)} to {named(options.target)} by {codes}, in {windows}"
        )
    return out


def reconciled(store: Store) -> tuple[NotTested, ...]:
    """The figures that are held and are read by no test, because they are nobody's statement.

    Who reconciles the reports of exporter and importer into one figure makes them agree: a mirror
    gap between it and anybody's report would be a gap between two methods, and the detour that is
    looked for is what was reconciled away.
    """
    return tuple(
        NotTested(
            f"{m.source}/{m.dataset}",
            "reconciled figures are read by no test: reconciling both sides' reports erases the "
            "mirror gap",
            "the exporters' and importers' own reports, for instance of UN Comtrade",
        )
        for m in store.snapshots()
        if m.reconciled
    )


def not_tested(
    places: Sequence[str],
    held: Sequence[str],
    covers: Covers,
    panel: CodePanel,
    question: Question,
    yearly: Mapping[str, Yearly],
) -> tuple[NotTested, ...]:
    options = question.options
    found = [_unseen(p, covers, question) for p in places if p not in held]
    if covers.unpublished:
        found.append(
            NotTested(
                "the inbound leg",
                "most exporters have not published some periods of the windows",
                "exports of the coalition for " + ", ".join(covers.unpublished),
            )
        )
    found += [
        NotTested(
            f"inbound leg to {p}",
            "few of the exporters' figures to it are held",
            thin_exporters(p, covers),
        )
        for p in held
        if p in covers.thin
    ]
    if (late := question.listed_after) is not None:
        found.append(
            NotTested(
                "goods that were restricted at the time",
                f"no code of the basket was listed before {late}, after the windows: the scan says "
                "how the goods moved, and not that anything was prohibited",
                f"windows that reach beyond {late}",
            )
        )
    silent = sorted(question.coalition - covers.inbound.members)
    if silent:
        left_out = set(covers.incomplete) if options.complete_reporters else set()
        found.append(
            NotTested(
                "exports of " + ", ".join(silent),
                "members of the coalition whose exports are not in the inbound leg"
                + (" (some left out as incomplete)" if left_out else ""),
                f"their exports by {covers.level}-digit codes, {options.before} and "
                f"{options.after}",
            )
        )
    if covers.inbound.lacking:
        found.append(
            NotTested(
                "exports of " + ", ".join(sorted(covers.inbound.lacking)) + " (left out)",
                "they state nothing in one of the two windows, so that growth cannot be told",
                f"their figures for both {options.before} and {options.after}",
            )
        )
    for what, missing in sorted(covers.lacking.items()):
        found.append(
            NotTested(
                what,
                "its publication does not reach over the windows",
                ", ".join(missing) or f"figures for both {options.before} and {options.after}",
            )
        )
    if panel.no_rate:
        found.append(
            NotTested(
                f"{panel.no_rate} statements without an exchange rate",
                "their currency has no ECB reference rate, so they count nothing in USD",
                "rates of their currency",
            )
        )
    for p in held:
        if not yearly.get(p, Yearly()).mirror:
            found.append(
                NotTested(
                    f"mirror gap of {p}",
                    "no mirror side in the store",
                    f"imports of {named(p)} from the coalition, yearly or monthly",
                )
            )
    return tuple(found)


def _unseen(place: str, covers: Covers, question: Question) -> NotTested:
    """A place without a flow of the basket: nothing is held of it, or nothing was sent."""
    options = question.options
    if any(place in c.series.partners for c in covers.inbound.chosen):
        return NotTested(
            place,
            "the exporters state no exports of these goods to it in these windows",
            "nothing: by their account none was sent",
        )
    return NotTested(
        place,
        "named as a transit country, no figures in the store",
        f"exports of the coalition to {named(place)} by goods code, {options.before} and "
        f"{options.after}",
    )
