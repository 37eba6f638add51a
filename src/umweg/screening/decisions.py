"""What people decided about lines and parties, remembered until it no longer holds.

A decision is about a fingerprint: the hash of everything it rested on. When the list entry, the
order's data or the policy change, the fingerprint is another one and the decision is not found; it
ends on its day of expiry, too. Nothing is ever changed in the ledger: a later decision about the
same fingerprint takes the place of an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from umweg.errors import UsageError
from umweg.store.ledger import Ledger, Record

KIND = "decision"
Ruling = Literal["cleared", "blocked", "reopened"]
RULINGS: tuple[Ruling, ...] = ("cleared", "blocked", "reopened")

RETENTION_YEARS = 10
"""Years for which what is personal of a decision is kept: OFAC's rule from 2025-03-12, the
longest that we know."""

LONGEST_REASON = 4_000


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it stands in the ledger.

    Attributes:
        fingerprint: What it is about.
        about: `line` (a line of an order book) or `pair` (a party and a list entry).
        ruling: `cleared`, `blocked`, or `reopened` (nothing is decided any more).
        expires: First day on which it no longer holds; None for no end.
        reviewer: Pseudonym of who decided.
        seq, recorded_at, hash: The record of the ledger.
    """

    fingerprint: str
    about: str
    ruling: Ruling
    expires: date | None
    reviewer: str
    seq: int
    recorded_at: str
    hash: str

    def holds(self, on: date) -> bool:
        """Whether it has not expired."""
        return self.expires is None or on < self.expires

    @property
    def text(self) -> str:
        """The decision in words, without a name."""
        end = f" until {self.expires}" if self.expires else ""
        return (
            f"{self.ruling} on {self.recorded_at[:10]} by {self.reviewer}{end}, record {self.seq}"
        )


def decide(
    ledger: Ledger,
    fingerprint: str,
    about: str,
    ruling: str,
    *,
    reason: str,
    person: str,
    today: date,
    expires: date | None = None,
    subject: Mapping[str, Any] | None = None,
    retention_years: int = RETENTION_YEARS,
) -> Decision:
    """Record a decision.

    Args:
        ledger: Where.
        fingerprint, about: What it is about.
        ruling: One of `RULINGS`.
        reason: Why, in words; kept with the payload, because reasons name people.
        person: Who decides; only a pseudonym enters the chain.
        today: The day.
        expires: First day on which it no longer holds.
        subject: What a reader needs to know what was decided (order, parties): payload.
        retention_years: How long the payload must be kept.

    Raises:
        UsageError: a word, a day or a reason that cannot be.
        StoreError: it could not be written; nothing was.
    """
    if ruling not in RULINGS:
        raise UsageError(f"'{ruling}' is no decision", allowed=", ".join(RULINGS))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(
            "a decision needs a reason in words",
            allowed=f"1 to {LONGEST_REASON:,} characters",
            next_step='add --reason "…"',
        )
    if not person.strip():
        raise UsageError("a decision needs a person", next_step="add --by NAME")
    if expires is not None and expires <= today:
        raise UsageError(
            f"the decision would have expired on {expires}",
            allowed="a day after today",
            next_step="choose a later --until",
        )
    if retention_years < 1:
        raise UsageError("decisions are kept for a year or more", allowed="1 or more")
    body = {
        "fingerprint": fingerprint,
        "about": about,
        "ruling": ruling,
        "expires": expires.isoformat() if expires else None,
        "reviewer": ledger.pseudonym(person),
    }
    payload = {"reason": reason.strip(), "person": person.strip(), "subject": dict(subject or {})}
    # The time runs from the day on which the decision can last be relied on.
    last = expires or today
    keep = date(last.year + retention_years, last.month, min(last.day, 28))
    return _decision(ledger.append(KIND, body, payload, keep))


def standing(ledger: Ledger, on: date) -> dict[str, Decision]:
    """Fingerprint → the decision that holds on a day: the latest one, if it has not expired."""
    found: dict[str, Decision] = {}
    for record in ledger.records(KIND):
        decision = _decision(record)
        # By the calendar of where the question is asked, as everything else.
        if datetime.fromisoformat(decision.recorded_at).astimezone().date() <= on:
            found[decision.fingerprint] = decision
    return {f: d for f, d in found.items() if d.ruling != "reopened" and d.holds(on)}


def history(ledger: Ledger, fingerprints: Iterable[str] | None = None) -> list[Decision]:
    """All decisions in their order; only those about some fingerprints, if they are named."""
    wanted = None if fingerprints is None else set(fingerprints)
    every = (_decision(r) for r in ledger.records(KIND))
    return [d for d in every if wanted is None or d.fingerprint in wanted]


def _decision(record: Record) -> Decision:
    body = record.body
    expires = body.get("expires")
    return Decision(
        fingerprint=str(body["fingerprint"]),
        about=str(body["about"]),
        ruling=body["ruling"],
        expires=date.fromisoformat(expires) if expires else None,
        reviewer=str(body["reviewer"]),
        seq=record.seq,
        recorded_at=record.recorded_at,
        hash=record.hash,
    )
