"""What `umweg trace` found, in words and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umweg.report.plain_text import Style, table_text, wrap

if TYPE_CHECKING:
    from umweg.flows import TraceResult

_LEVEL = 0.05

COLUMNS = (
    ("country", "country"),
    ("firm", "firm"),
    ("code", "code"),
    ("passed", "passed kg"),
    ("sent", "sent kg"),
    ("share", "share"),
    ("days", "days"),
    ("chance", "by chance"),
    ("p", "p"),
)


def trace_text(result: TraceResult, top: int, style: Style) -> str:
    """The result for a terminal."""
    rows = [
        {
            "country": f.country,
            "firm": f.firm if len(f.firm) <= 28 else f.firm[:27] + "…",
            "code": f.code,
            "passed": f"{f.passed_kg:,.0f}",
            "sent": f"{f.sent_kg:,.0f}",
            "share": f"{100 * f.passed_share:.0f} %",
            "days": "" if f.days is None else f"{f.days:.0f}",
            "chance": f"{f.chance_kg:,.0f}",
            "p": f"{f.p_value:.3g}",
        }
        for f in result.firms[:top]
    ]
    order = (
        "the order of the shipments is more than chance"
        if result.p_value <= _LEVEL
        else "the order of the shipments adds no evidence"
    )
    lines = [
        style.bold(
            f"{result.passed_kg:,.0f} of {result.reached_kg:,.0f} kg that reached {result.target} "
            "match arrivals from the coalition, first in, first out"
        ),
        *wrap(
            f"{result.shipments:,} shipments; {result.entered_kg:,.0f} kg left the coalition; at "
            f"most {result.upper_kg:,.0f} kg can have passed ({result.upper_method}). What "
            f"matches is consistent with diversion; {order} (p {result.p_value:.3g} of "
            f"{result.permutations} exchanges of days)",
            2,
        ),
        "",
    ]
    if rows:
        lines.append(table_text(rows, COLUMNS, style).rstrip("\n"))
        if len(result.firms) > top:
            lines.append(f"  and {len(result.firms) - top} more: see --format csv")
    else:
        lines.append("No firm sent anything to the target.")
    lines.append("")
    for caveat in result.caveats:
        lines += wrap(caveat, 2)
    return "\n".join(lines) + "\n"
