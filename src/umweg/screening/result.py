"""The frozen result of a screening: every line, its decision, reasons and what was not checked."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from umweg.evidence import Verdict
from umweg.screening.market import PRICE_FLAG, MarketPrice, compare_price
from umweg.screening.model import NotChecked, Outcome, Reason
from umweg.screening.policy import Policy
from umweg.sources.batches import Reject

if TYPE_CHECKING:
    import pandas as pd

DECISIONS = (Verdict.CLEAR, Verdict.CANNOT_TELL, Verdict.REVIEW, Verdict.ALERT)


@dataclass(frozen=True)
class Run:
    """What was checked against what: enough to run it again.

    Attributes:
        run_id: Follows from everything below: the same input and facts have the same id.
        version: Of the program.
        regime_version: Of the facts of the law.
        as_of: Day of the check, ISO 8601; lines without a day are asked for it.
        targets: Targets asked about, alpha-3.
        policy: The policy.
        input: Name, SHA-256, kind, encoding of the file.
        columns: {role: column}.
        how: {role: how the column was recognised}.
        unused_columns: Columns that play no role.
        goods_lists: Lists of the user: id, SHA-256, reach.
        party_lists: Snapshots of the lists of parties.
        statistics: The saved scan, if any.
        figures: Snapshots of trade figures and of rates.
        options: What was asked beside all this: whether parties are looked up, and usual quantities
            from a history (their number and SHA-256).
        notes: What was assumed, in words.
    """

    run_id: str
    version: str
    regime_version: str
    as_of: str
    targets: tuple[str, ...]
    policy: Policy
    input: Mapping[str, Any]
    columns: Mapping[str, str]
    how: Mapping[str, str]
    unused_columns: tuple[str, ...]
    goods_lists: tuple[Mapping[str, Any], ...]
    party_lists: tuple[Mapping[str, Any], ...]
    statistics: tuple[str, ...]
    figures: tuple[str, ...]
    options: Mapping[str, Any]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "run_id": self.run_id,
            "version": self.version,
            "regime_version": self.regime_version,
            "as_of": self.as_of,
            "targets": list(self.targets),
            "policy": self.policy.model_dump(mode="json"),
            "input": dict(self.input),
            "columns": dict(self.columns),
            "columns_how": dict(self.how),
            "unused_columns": list(self.unused_columns),
            "goods_lists": [dict(x) for x in self.goods_lists],
            "party_lists": [dict(x) for x in self.party_lists],
            "statistics": list(self.statistics),
            "figures": list(self.figures),
            "options": dict(self.options),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line as it was decided.

    Attributes:
        row: Row number in the file.
        decision: What was decided.
        points: Sum of the points of its reasons.
        order, item, day, code, code_read, destination, consignee: The line, for the reader; code
            as written and as read.
        value_usd: Amount in USD; None where it is not known.
        reasons: What the tests found, the weightiest first.
        not_checked: What was not looked at.
        repaired: What was changed while reading.
        remembered: Decisions of people that the line follows, in words.
        tested: What the tests alone decide.
        fingerprint: Hash of the parties, list entries, order data and policy: a decision about the
            line holds as long as it stays the same.
    """

    row: int
    decision: Verdict
    points: int
    order: str
    item: str
    day: str
    code: str
    code_read: str
    destination: str
    consignee: str
    value_usd: float | None
    reasons: tuple[Reason, ...]
    not_checked: tuple[NotChecked, ...]
    repaired: tuple[str, ...]
    fingerprint: str
    remembered: tuple[str, ...] = ()
    tested: Verdict = Verdict.CLEAR

    def to_dict(self, points: Mapping[str, int]) -> dict[str, Any]:
        """Plain values for JSON; `points` are the policy's."""
        return {
            "row": self.row,
            "decision": self.decision.value,
            "points": self.points,
            "order": self.order,
            "item": self.item,
            "day": self.day,
            "code": self.code,
            "code_read": self.code_read,
            "destination": self.destination,
            "consignee": self.consignee,
            "value_usd": self.value_usd,
            "reasons": [
                {
                    "test": r.test,
                    "text": r.text,
                    "source": r.source,
                    "date": r.date,
                    "key": r.key,
                    "points": points.get(r.key, 0),
                    "question": r.ask,
                    "link": r.link,
                    "entry": r.entry,
                    "pair": r.pair,
                }
                for r in self.reasons
            ],
            "not_checked": [n.text for n in self.not_checked],
            "repaired": list(self.repaired),
            "fingerprint": self.fingerprint,
            "remembered": list(self.remembered),
            "tested": self.tested.value,
        }


@dataclass(frozen=True)
class CheckResult:
    """The result of `umweg.check`.

    Attributes:
        run: What was checked against what.
        read: Rows below the header.
        aside: Rows that were not decided, with the reason: read = decided + set aside.
        table: One row a line: see `line_table.COLUMNS`.
        trade, parties, flags: Outcomes that the rows of `table` refer to by number.
        prices: Unit values of the statistics, referred to in the same way.
        not_checked: What was not looked at on any line.
        groups: Messages about many lines at once.
        questions: Red flags that only a person can answer: (id, question, publisher).
        seconds: How long it took.
        remembered: Row → what the tests alone decide, and the decisions of people that it follows.
    """

    run: Run
    read: int
    aside: tuple[Reject, ...]
    table: pa.Table
    trade: tuple[Outcome, ...]
    parties: tuple[Outcome, ...]
    flags: tuple[Reason, ...]
    prices: tuple[MarketPrice, ...]
    not_checked: tuple[NotChecked, ...]
    groups: tuple[str, ...]
    questions: tuple[tuple[str, str, str], ...]
    seconds: float = 0.0
    remembered: Mapping[int, tuple[Verdict, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def decided(self) -> int:
        """Number of lines that have a decision."""
        return int(self.table.num_rows)

    @cached_property
    def counts(self) -> dict[str, int]:
        """{decision: number of lines}."""
        numbers = np.bincount(np.asarray(self.table["decision"]), minlength=len(DECISIONS))
        return {d.value: int(n) for d, n in zip(DECISIONS, numbers, strict=True)}

    @property
    def share_of_alerts(self) -> float:
        """Alerts among the decided lines."""
        return self.counts["alert"] / self.decided if self.decided else 0.0

    def lines(self, decisions: Collection[str] | None = None) -> Iterator[LineResult]:
        """The lines in the order of the file; only those of some decisions, if they are named."""
        wanted = (
            None
            if decisions is None
            else {n for n, d in enumerate(DECISIONS) if d.value in decisions}
        )
        for batch in self.table.to_batches(max_chunksize=10_000):
            chosen = batch
            if wanted is not None:
                mask = np.isin(np.asarray(batch["decision"]), list(wanted))
                chosen = batch.filter(pa.array(mask))
            for row in chosen.to_pylist():
                yield self._line(row)

    def _line(self, row: Mapping[str, Any]) -> LineResult:
        trade, party = self.trade[row["trade"]], self.parties[row["parties"]]
        decision = DECISIONS[row["decision"]]
        tested, remembered = self.remembered.get(row["row"], (decision, ()))
        price = compare_price(
            self.prices[row["price"]], row["value_usd"], row["weight_kg"], row["pieces"]
        )
        flags = tuple(
            replace(r, text=f"{r.text} {price.text}.") if r.key == PRICE_FLAG else r
            for n, r in enumerate(self.flags)
            if row["flags"] >> n & 1
        )
        points = self.run.policy.points
        reasons = sorted(
            (*trade.reasons, *party.reasons, *flags), key=lambda r: -points.get(r.key, 0)
        )
        return LineResult(
            row=row["row"],
            decision=decision,
            points=row["points"],
            order=row["order"],
            item=row["item"],
            day=row["day"],
            code=row["code"],
            code_read=row["code_read"],
            destination=row["destination"],
            consignee=row["consignee"],
            value_usd=row["value_usd"],
            reasons=tuple(reasons),
            not_checked=(
                *trade.not_checked,
                *party.not_checked,
                *price.not_checked,
                *self.not_checked,
            ),
            repaired=tuple(t for t in (row["repaired"] or "").split("\x1f") if t),
            fingerprint=_fingerprint(row, reasons, self.run.policy),
            remembered=remembered,
            tested=tested,
        )

    def reason_counts(self, decision: str) -> list[tuple[str, int, Reason]]:
        """(key, number of lines, one example) of the reasons of the lines of a decision, the
        commonest first."""
        counted: Counter[str] = Counter()
        examples: dict[str, Reason] = {}
        code = [d.value for d in DECISIONS].index(decision)
        mask = np.asarray(self.table["decision"]) == code
        if not mask.any():
            return []
        columns = [np.asarray(self.table[n])[mask] for n in ("trade", "parties", "flags")]
        distinct, numbers = np.unique(np.stack(columns), axis=1, return_counts=True)
        for (trade, party, flags), number in zip(
            distinct.T.tolist(), numbers.tolist(), strict=True
        ):
            found = (
                *self.trade[trade].reasons, *self.parties[party].reasons,
                *(r for n, r in enumerate(self.flags) if flags >> n & 1),
            )  # fmt: skip
            for reason in {r.key: r for r in found}.values():
                counted[reason.key] += number
                examples.setdefault(reason.key, reason)
        return [(key, n, examples[key]) for key, n in counted.most_common()]

    def summary(self) -> dict[str, Any]:
        """The result without its lines, as JSON shows it."""
        return {
            "run": self.run.to_dict(),
            "read": self.read,
            "decided": self.decided,
            "decisions": self.counts,
            "share_of_alerts": round(self.share_of_alerts, 4),
            "messages": list(self.groups),
            "set_aside": [
                {"row": r.row, "reason": r.reason, "detail": r.detail} for r in self.aside
            ],
            "questions": [{"id": i, "question": q, "publisher": p} for i, q, p in self.questions],
        }

    def to_json(self) -> str:
        """The whole result as JSON text: `run, read, decided, set_aside, lines` and more."""
        return "".join(self.json_parts())

    def json_parts(self) -> Iterator[str]:
        """The text of `to_json` in parts, so that a million lines need not be held at once."""
        head = json.dumps(self.summary(), ensure_ascii=False, indent=1)
        yield head[: head.rindex("\n}")] + ',\n "lines": ['
        separator = "\n  "
        points = self.run.policy.points
        for line in self.lines():
            yield separator + json.dumps(line.to_dict(points), ensure_ascii=False)
            separator = ",\n  "
        yield "\n ]\n}\n"

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lines as flat rows for a table, a sheet or a data frame."""
        for line in self.lines():
            yield {
                "row": line.row,
                "decision": line.decision.value,
                "points": line.points,
                "order": line.order,
                "item": line.item,
                "day": line.day,
                "code": line.code,
                "code_read": line.code_read,
                "destination": line.destination,
                "consignee": line.consignee,
                "value_usd": line.value_usd,
                "reasons": " | ".join(r.text for r in line.reasons),
                "sources": " | ".join(f"{r.source} {r.date}".strip() for r in line.reasons),
                "questions": " | ".join(r.text for r in line.reasons if r.ask),
                "not_checked": " | ".join(n.text for n in line.not_checked),
                "repaired": " | ".join(line.repaired),
                "remembered": " | ".join(line.remembered),
                "fingerprint": line.fingerprint,
            }

    def to_arrow(self) -> pa.Table:
        """The lines as an Arrow table, one row a line."""
        return pa.Table.from_pylist(list(self.rows()), schema=ROWS_SCHEMA)

    def to_pandas(self) -> pd.DataFrame:
        """The lines as a data frame; needs pandas."""
        return self.to_arrow().to_pandas()

    def _repr_html_(self) -> str:
        import html

        rows = "".join(
            f"<tr><td>{name}</td><td>{number:,}</td></tr>" for name, number in self.counts.items()
        )
        notes = "".join(f"<p>{html.escape(g)}</p>" for g in self.groups)
        return (
            f"<table><caption>{html.escape(str(self.run.input['name']))}: {self.read:,} rows read, "
            f"{self.decided:,} decided, {len(self.aside):,} set aside</caption>"
            f"<tbody>{rows}</tbody></table>{notes}"
        )


_S = pa.string()
ROWS_SCHEMA = pa.schema(
    [
        ("row", pa.int64()), ("decision", _S), ("points", pa.int64()), ("order", _S), ("item", _S),
        ("day", _S), ("code", _S), ("code_read", _S), ("destination", _S), ("consignee", _S),
        ("value_usd", pa.float64()), ("reasons", _S), ("sources", _S), ("questions", _S),
        ("not_checked", _S), ("repaired", _S), ("remembered", _S), ("fingerprint", _S),
    ]
)  # fmt: skip


def _fingerprint(row: Mapping[str, Any], reasons: list[Reason], policy: Policy) -> str:
    """The hash of what a decision about a line rests on."""
    facts = [
        " ".join(str(row["consignee"]).casefold().split()),
        row["code_read"], row["destination"], row["order"], row["item"], row["day"],
        sorted((r.key, r.source, r.date, r.entry, r.pair) for r in reasons),
        policy.sha256,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:32]
