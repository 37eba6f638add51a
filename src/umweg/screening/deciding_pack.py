"""A line or a pair of an evidence pack, to be decided about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from umweg.errors import InputError, UsageError
from umweg.screening.memory import LINE, PAIR

RESULT = "result.json"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision would be about.

    Attributes:
        fingerprint, about: For `decisions.decide`.
        shown: What it is, for the reader and for the payload of the decision.
    """

    fingerprint: str
    about: str
    shown: dict[str, Any]


def subjects(pack: Path, row: int, *, pair: bool) -> tuple[Subject, ...]:
    """The line of a row, or the pairs of its reasons.

    Raises:
        InputError: the folder is no evidence pack.
        UsageError: the row has no decision, or no reason about a party.
    """
    path = pack / RESULT
    try:
        found = json.loads(path.read_text("utf-8"))
        lines, run = found["lines"], found["run"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"this folder is no evidence pack: {error}",
            where=str(path),
            allowed="a folder that `umweg check --pack` wrote",
            next_step="write one with: umweg check orders.csv --pack FOLDER",
        ) from error
    line = next((x for x in lines if x["row"] == row), None)
    if line is None:
        raise UsageError(
            f"the pack has no decided line of row {row}",
            where=str(path),
            allowed=f"rows {min((x['row'] for x in lines), default=0)} to "
            f"{max((x['row'] for x in lines), default=0)} that were decided",
            next_step="see the rows in result.csv",
        )
    common = {
        "run": run["run_id"] if isinstance(run, dict) and "run_id" in run else "",
        **{k: line[k] for k in ("row", "order", "item", "code", "destination", "consignee")},
        "decision": line["decision"],
    }
    if not pair:
        reasons = [r["text"] for r in line["reasons"]]
        return (Subject(line["fingerprint"], LINE, {**common, "reasons": reasons}),)
    pairs = tuple(_pairs(line, common))
    if not pairs:
        raise UsageError(
            f"no reason of row {row} is about a party and a list entry",
            where=str(path),
            next_step="decide about the line: leave --pair out",
        )
    return pairs


def _pairs(line: dict[str, Any], common: dict[str, Any]) -> Iterator[Subject]:
    for reason in line["reasons"]:
        if reason.get("pair"):
            shown = {**common, "entry": reason["entry"], "reasons": [reason["text"]]}
            yield Subject(reason["pair"], PAIR, shown)
