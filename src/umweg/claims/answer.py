"""What comes out of a test: the verdict on each part, with everything it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from umweg.claims.model import Claim, Part
from umweg.claims.verdicts import ClaimVerdict, whole
from umweg.claims.wording import Say
from umweg.evidence import CAVEATS, EXPLANATIONS, Caveat

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A statement of `flows`, or several of one reporter about one partner and code.

    `value` is in `unit` (a currency, pieces or kg); `statements` is the number of rows of the store
    behind it, 0 where the reporter published the period and stated nothing.
    """

    reporter: str
    partner: str
    flow: str
    period: str
    nomenclature: str
    code: str
    value: float
    unit: str
    origin: str
    publisher: str
    vintage: str
    snapshot: str
    statements: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data."""
        return {"table": "flows", **{k: getattr(self, k) for k in self.__slots__}}


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact of the regime: file, identifier, day, and the page on which it rests."""

    file: str
    id: str
    date: str
    text: str
    reference: str
    vintage: str

    def to_dict(self) -> dict[str, Any]:
        """The fact as plain data."""
        return {"table": "regime", "origin": "regime",
                **{k: getattr(self, k) for k in self.__slots__}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A listing of a party in the store."""

    list: str
    entity_id: str
    caption: str
    listed_from: str
    listed_until: str
    origin: str
    vintage: str
    snapshot: str

    def to_dict(self) -> dict[str, Any]:
        """The listing as plain data."""
        return {"table": "listings", **{k: getattr(self, k) for k in self.__slots__}}


Row = FlowRow | FactRow | ListingRow


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing, and the command that would fetch it, where there is one."""

    what: Say
    query: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.query}" if self.query else str(self.what)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test found.

    Attributes:
        verdict: See `ClaimVerdict`.
        value: The number that was judged, in `unit`; None where there is none.
        low, high: Between these it lies, where it is known in part only or a margin is assumed.
        says: The finding in sentences.
        missing: What is missing; never empty where the verdict is not-testable.
        rows: Whatever decided.
        would_change: What would change the verdict.
        compared: Numbers for the chart: name, value in `unit`.
    """

    verdict: ClaimVerdict
    value: float | bool | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    says: tuple[Say, ...] = ()
    missing: tuple[Lack, ...] = ()
    rows: tuple[Row, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    explanations: tuple[str, ...] = ()
    would_change: tuple[Say, ...] = ()
    compared: tuple[tuple[Say, float], ...] = ()

    def __post_init__(self) -> None:
        if self.verdict is ClaimVerdict.NOT_TESTABLE and not self.missing:
            raise ValueError("a verdict 'not-testable' must say what is missing")


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part of a claim with its outcome."""

    part: Part
    outcome: Outcome

    @property
    def verdict(self) -> ClaimVerdict:
        """The verdict on this part."""
        return self.outcome.verdict

    @property
    def expected(self) -> float | bool | str | None:
        """What the statement says, as a number where it is one."""
        expect = getattr(self.part, "expect", None)
        for name in ("value", "holds", "change"):
            if hasattr(expect, name):
                found: float | bool | str = getattr(expect, name)
                return found
        return {"trades_no_listed_goods": 0.0, "no_onward_flow_of_goods_not_made_at_home": 0}.get(
            self.part.test
        )

    def to_dict(self) -> dict[str, Any]:
        """The part as plain data."""
        o, expect = self.outcome, getattr(self.part, "expect", None)
        tolerance = getattr(expect, "tolerance", None)
        return {
            "sentence": self.part.sentence,
            "test": self.part.test,
            "verdict": o.verdict.value,
            "value": _number(o.value),
            "unit": o.unit,
            "low": _number(o.low),
            "high": _number(o.high),
            "expected": self.expected,
            "expected_unit": getattr(expect, "unit", o.unit),
            "reading": getattr(expect, "reading", None),
            "tolerance": tolerance.model_dump() if tolerance else None,
            "says": [str(s) for s in o.says],
            "missing": [str(m) for m in o.missing],
            "rows": [r.to_dict() for r in o.rows],
            "caveats": [{"key": c.key, "text": c.text} for c in o.caveats],
            "explanations": [{"key": k, "text": EXPLANATIONS[k]} for k in o.explanations],
            "would_change": [str(s) for s in o.would_change],
        }


def _number(value: float | bool | None) -> float | bool | None:
    """A number that JSON has: no infinity."""
    return value if value is None or isinstance(value, bool) or isfinite(value) else None


@dataclass(frozen=True)
class ClaimResult:
    """The verdict on a claim, a function of the claim, the data of a day and the law as held.

    Attributes:
        claim: The claim file.
        as_of: The day: only what was published by then was used.
        parts: The parts with their outcomes.
        regime_version: Version of the facts of the law.
        snapshots: The snapshots of figures that counted on that day.
    """

    claim: Claim
    as_of: date
    parts: tuple[PartResult, ...]
    regime_version: str
    snapshots: tuple[str, ...] = field(default=())

    @cached_property
    def verdict(self) -> ClaimVerdict:
        """The verdict on the whole."""
        return whole(p.verdict for p in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data: `claim, as_of, verdict, parts`, and what it rests on."""
        return {
            "claim": self.claim.id,
            "as_of": self.as_of.isoformat(),
            "verdict": self.verdict.value,
            "title": self.claim.title,
            "said_on": self.claim.said_on.isoformat() if self.claim.said_on else None,
            "parts": [p.to_dict() for p in self.parts],
            "regime_version": self.regime_version,
            "snapshots": list(self.snapshots),
        }

    def to_json(self) -> str:
        """The result as JSON."""
        import json

        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"

    def to_arrow(self) -> pa.Table:
        """One row a part: verdict, value, expectation, missing, caveats."""
        import pyarrow as pa

        return pa.Table.from_pylist(list(flat([self])), schema=_schema())

    def to_pandas(self) -> pd.DataFrame:
        """`to_arrow` as a pandas data frame."""
        return self.to_arrow().to_pandas()

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(p.part.sentence)}</td><td><b>{p.verdict.value}</b></td>"
            f"<td>{escape(' '.join(map(str, p.outcome.says)))}</td></tr>"
            for p in self.parts
        )
        return (
            f"<p><b>{escape(self.claim.title)}</b> as of {self.as_of}: "
            f"<b>{self.verdict.value}</b></p><table>{rows}</table>"
        )


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    return pa.schema(
        [
            ("claim", text), ("as_of", text), ("claim_verdict", text), ("sentence", text),
            ("test", text), ("verdict", text), ("value", number), ("unit", text),
            ("expected", text), ("expected_unit", text), ("low", number), ("high", number),
            ("says", text), ("missing", text), ("caveats", text), ("rows", pa.int64()),
        ]
    )  # fmt: skip


def flat(results: Iterable[ClaimResult]) -> Iterable[dict[str, Any]]:
    """One flat row a part, for tables, CSV and workbooks."""
    for r in results:
        for p in r.parts:
            d = p.to_dict()
            value = d["value"]
            yield {
                "claim": r.claim.id,
                "as_of": r.as_of.isoformat(),
                "claim_verdict": r.verdict.value,
                "sentence": d["sentence"],
                "test": d["test"],
                "verdict": d["verdict"],
                "value": float(value) if value is not None else None,
                "unit": d["unit"],
                "expected": "" if d["expected"] is None else str(d["expected"]),
                "expected_unit": d["expected_unit"],
                "low": d["low"],
                "high": d["high"],
                "says": " ".join(d["says"]),
                "missing": "; ".join(d["missing"]),
                "caveats": ", ".join(c["key"] for c in d["caveats"]),
                "rows": len(d["rows"]),
            }


def caveats(*keys: str, **details: str) -> tuple[Caveat, ...]:
    """Caveats by key, each once, in the order of the closed list; underscores stand for hyphens."""
    wanted = {**dict.fromkeys(keys, ""), **{k.replace("_", "-"): v for k, v in details.items()}}
    return tuple(Caveat(k, wanted[k]) for k in CAVEATS if k in wanted)
