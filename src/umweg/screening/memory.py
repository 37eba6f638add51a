"""Decisions remembered: what was cleared is not asked again, and what was blocked stays an alert.

A decision about a line is found by the line's fingerprint, one about a pair (a party and a list
entry) by the pair's. Both are hashes of everything the decision rested on, so a changed list entry,
order or policy brings the question back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from umweg.evidence import Verdict
from umweg.screening.decisions import Decision
from umweg.screening.result import DECISIONS, CheckResult, LineResult

LINE, PAIR = "line", "pair"


def remember(result: CheckResult, standing: Mapping[str, Decision]) -> CheckResult:
    """The same result with the decisions that hold.

    A cleared line is clear and a blocked one an alert. A reason about a cleared pair no longer
    counts, and one about a blocked pair is an alert. What was remembered stands on the line, and
    the reasons stay there to be read.

    Args:
        result: What the tests said.
        standing: Fingerprint → decision, see `decisions.standing`.
    """
    if not standing:
        return result
    place = {row: n for n, row in enumerate(result.table["row"].to_pylist())}
    codes = np.asarray(result.table["decision"]).copy()
    points = np.asarray(result.table["points"]).copy()
    notes: dict[int, tuple[Verdict, tuple[str, ...]]] = {}
    for line in result.lines():
        found = _changed(line, result, standing)
        if found is None:
            continue
        verdict, sum_of, texts = found
        codes[place[line.row]] = DECISIONS.index(verdict)
        points[place[line.row]] = sum_of
        notes[line.row] = (line.decision, texts)
    if not notes:
        return result
    table = result.table
    for name, values in (("decision", codes), ("points", points)):
        column = pa.array(values, table.schema.field(name).type)
        table = table.set_column(table.schema.get_field_index(name), name, column)
    message = f"{len(notes):,} lines follow decisions that people recorded; see their reasons"
    return replace(result, table=table, remembered=notes, groups=(*result.groups, message))


def _changed(
    line: LineResult, result: CheckResult, standing: Mapping[str, Decision]
) -> tuple[Verdict, int, tuple[str, ...]] | None:
    """What decisions make of a line: its decision, its points, and what was remembered."""
    policy = result.run.policy
    whole = standing.get(line.fingerprint)
    if whole is not None:
        cleared = whole.ruling == "cleared"
        verdict = Verdict.CLEAR if cleared else Verdict.ALERT
        return verdict, 0 if cleared else line.points, (f"line {whole.text}",)
    pairs = {r.pair: d for r in line.reasons if r.pair and (d := standing.get(r.pair))}
    if not pairs:
        return None
    texts = tuple(f"pair {d.text}" for d in pairs.values())
    if any(d.ruling == "blocked" for d in pairs.values()):
        return Verdict.ALERT, line.points, texts
    left = [r for r in line.reasons if r.pair not in pairs]
    total = policy.sum_of(left)
    unknown = any(r.key in policy.cannot_tell for r in left)
    return policy.decide(total, unknown), total, texts
