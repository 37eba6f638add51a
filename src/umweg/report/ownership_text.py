"""What the rules of ownership say of firms, in words and a table."""

from __future__ import annotations

from collections.abc import Mapping

from umweg.parties.listed_holders import ListedHolder
from umweg.parties.ownership import Owned, OwnershipResult
from umweg.report.plain_text import Style, wrap

_ORDER = ("owned", "unknown", "not-owned", "listed")


def ownership_text(
    result: OwnershipResult,
    firms: list[Owned],
    listed: Mapping[str, ListedHolder],
    style: Style,
) -> str:
    """The answer for a terminal: the rule, the counts, and a paragraph for each firm."""
    reading = result.reading
    adds = "added up" if reading.aggregate == "all" else "added up under a joint arrangement only"
    counts = {s: sum(1 for x in result.statuses.values() if x == s) for s in _ORDER}
    lines = [
        style.bold(f"{result.rule.id}: {result.rule.title}, as of {result.as_of}"),
        *wrap(
            f"{'at least' if reading.comparison == '>=' else 'more than'} "
            f"{reading.threshold_percent} % of {' or '.join(reading.counts)}, {adds}"
            f"{', or control' if reading.control else ''}; {reading.paper}, {reading.link} "
            f"(confidence {reading.confidence})",
            2,
        ),
        *(wrap(f"note: {reading.note}", 2) if reading.note else ()),
        "  " + ", ".join(f"{n} {s}" for s, n in counts.items()),
        "",
    ]
    for firm in firms:
        lines += wrap(f"{style.bold(firm.status)}: {firm.text}", 0)
        if firm.status != "listed":
            low, high = firm.economic_low, firm.economic_high
            share = f"{low:g} %" if low == high else f"{low:g} to {high:g} %"
            lines += wrap(
                f"economic share {share} (shown, never decides); undisclosed "
                f"{firm.undisclosed:g} %",
                2,
            )
    lines.append("")
    for holder in listed.values():
        lines += wrap(
            f"listed: {holder.name} ({holder.how}"
            + (f", {holder.listed_id}, score {holder.score:.2f}" if holder.score < 1 else "")
            + ")",
            2,
        )
    return "\n".join(lines) + "\n"
