"""The result of a screening for the terminal: the summary first, then what to do, grouped."""

from __future__ import annotations

from collections import Counter

from umweg.report.number_formats import share
from umweg.report.plain_text import Style, width, wrap
from umweg.screening import CheckResult, LineResult
from umweg.screening.replay import Replay

DECISION_WORDS = {
    "alert": "stop: a person decides before release",
    "review": "a person looks at it",
    "cannot-tell": "something that the decision needs is missing",
    "clear": "nothing was found in what was checked",
}
ALERTS_SHOWN = 20
ROWS_SHOWN = 8


def check_text(result: CheckResult, *, style: Style, alerts: int = ALERTS_SHOWN) -> str:
    """The summary, alerts one by one, reviews by reason, what was not checked, rows set aside."""
    run = result.run
    head = (
        f"{run.input['name']}: {result.read:,} rows read, {result.decided:,} decided, "
        f"{len(result.aside):,} set aside"
    )
    lines = [
        *(style.bold(line) for line in wrap(head, 0)),
        *wrap(
            f"as of {run.as_of}; policy {run.policy.label}; regime {run.regime_version}; "
            f"{run.run_id}",
            0,
        ),
        "",
    ]
    for decision in ("alert", "review", "cannot-tell", "clear"):
        number = result.counts[decision]
        part = share(number / result.decided) if result.decided else ""
        counted = f"  {decision:<12}{number:>9,}  {part:>7}"
        whole = f"{counted}  {DECISION_WORDS[decision]}"
        lines.append(whole if len(whole) <= width() else counted)
    for message in (*result.groups, *run.notes):
        lines += ["", *wrap(message, 0)]
    lines += _alerts(result, style, alerts)
    for decision in ("review", "cannot-tell"):
        lines += _by_reason(result, decision, style)
    lines += _not_checked(result, style)
    lines += _aside(result, style)
    return "\n".join(lines) + "\n"


def title_of(line: LineResult) -> str:
    """A line in a few words: row, order, code, destination, consignee."""
    order = " / ".join(p for p in (line.order, line.item) if p)
    parts = [f"row {line.row}"]
    parts += [f"order {order}"] if order else []
    parts += [p for p in (line.code_read or line.code, line.destination, line.consignee) if p]
    return ", ".join(parts)


def _alerts(result: CheckResult, style: Style, shown: int) -> list[str]:
    total = result.counts["alert"]
    if not total or not shown:
        return []
    lines = ["", style.bold(f"ALERT ({total:,})")]
    for n, line in enumerate(result.lines({"alert"})):
        if n == shown:
            lines.append(f"  … and {total - shown:,} more: --format xlsx -o FILE, or --pack DIR")
            break
        lines += wrap(f"{title_of(line)} [{line.points} points]", 2)
        for reason in line.reasons:
            if result.run.policy.points.get(reason.key, 0):
                source = f"{reason.source}, {reason.date}".rstrip(", ")
                lines += wrap(f"- {reason.text} [{source}]", 4)
    return lines


def _by_reason(result: CheckResult, decision: str, style: Style) -> list[str]:
    total = result.counts[decision]
    if not total:
        return []
    policy = result.run.policy
    lines = ["", style.bold(f"{decision.upper()} ({total:,}), by reason")]
    for key, number, example in result.reason_counts(decision):
        telling = policy.points.get(key, 0) > 0 or key in policy.cannot_tell
        if not telling or (decision == "cannot-tell" and key not in policy.cannot_tell):
            continue
        what = "1 line" if number == 1 else f"{number:,} lines"
        lines += wrap(f"{what}: {key}, such as: {example.text} [{example.source}]", 2)
    return lines


def _not_checked(result: CheckResult, style: Style) -> list[str]:
    found: Counter[str] = Counter(n.text for n in result.not_checked)
    found.update({n.text for o in result.parties for n in o.not_checked})
    corridor = {n.text for o in result.trade for n in o.not_checked if n.test == "corridor"}
    if len(corridor) == 1:
        found.update(corridor)
    elif corridor:
        found[f"corridor: {len(corridor):,} corridors are not in the saved scan"] += 1
    goods = {n.text for o in result.trade for n in o.not_checked if n.test == "goods"}
    prices = {f"price: {p.missing}" for p in result.prices if p.missing}
    for texts, what in ((goods, "goods"), (prices, "price")):
        if len(texts) == 1:
            found.update(texts)
        elif texts:
            found[f"{what}: {len(texts):,} such as: {min(texts).partition(': ')[2]}"] += 1
    if not found:
        return []
    lines = ["", style.bold("NOT CHECKED (no data is never no risk)")]
    for text in found:
        lines += wrap(text, 2)
    if result.counts["alert"] + result.counts["review"]:
        lines += wrap(
            f"{len(result.questions)} public warning signs need a person: they stand as questions "
            "in JSON and in the evidence pack",
            2,
        )
    return lines


def _aside(result: CheckResult, style: Style) -> list[str]:
    if not result.aside:
        return []
    lines = ["", style.bold(f"SET ASIDE ({len(result.aside):,})")]
    by_reason: dict[str, list[int]] = {}
    for reject in result.aside:
        by_reason.setdefault(reject.reason, []).append(reject.row)
    for reason, rows in by_reason.items():
        shown = ", ".join(str(r) for r in rows[:ROWS_SHOWN])
        more = f" and {len(rows) - ROWS_SHOWN:,} more" if len(rows) > ROWS_SHOWN else ""
        lines += wrap(f"{reason}: row {shown}{more}", 2)
    return lines


def mapping_lines(result: CheckResult) -> list[str]:
    """Which column was taken for what, for the person to see."""
    run = result.run
    lines = ["columns:"]
    for role, column in run.columns.items():
        how = run.how.get(role, "")
        lines.append(f"  {role:<20} {column}" + ("" if how == "known name" else f"  ({how})"))
    if run.unused_columns:
        lines += wrap(f"not used: {', '.join(run.unused_columns)}", 2)
    return lines


def replay_text(found: Replay, *, style: Style) -> str:
    """What came of running an evidence pack again."""
    if found.same:
        return f"{found.run_id}: the same result, {found.decided:,} lines decided as in the pack\n"
    lines = [style.bold(f"{found.run_id}: not the same")]
    for name in found.damaged:
        lines += wrap(f"the file {name} is missing, or not as the manifest says", 2)
    for what, (before, now) in found.differences.items():
        lines += wrap(f"{what}: {before or 'none'} in the pack, {now or 'none'} now", 2)
    others = sum(c.before != c.now for c in found.changed)
    lines += wrap(
        f"{others:,} of {found.decided:,} lines are decided otherwise, "
        f"{len(found.changed) - others:,} the same for other reasons",
        2,
    )
    for change in found.changed[:ALERTS_SHOWN]:
        both = f"{change.before} → {change.now}"
        if change.before == change.now:
            both = f"{change.now}, for other reasons"
        lines += wrap(f"row {change.row}: {both}", 4)
        for reason in change.reasons:
            lines += wrap(reason, 6)
    if len(found.changed) > ALERTS_SHOWN:
        lines.append(f"    … and {len(found.changed) - ALERTS_SHOWN:,} more")
    return "\n".join(lines) + "\n"
