"""What a line of an order book is to the tests, and what a test says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Reason:
    """Something a test found.

    Attributes:
        key: Name of the reason; the policy gives it points.
        test: The test that found it.
        text: A sentence for the reader.
        source: Who says so: act, list, publication, or the line itself.
        date: The date of the source (of the list entry, the data, the signal), ISO 8601, or empty.
        link: Where the source can be read.
        ask: It is a question that only the asker can answer.
        entry: Identifier of the list entry, where the reason is one.
        pair: Hash of the party, the whole entry and the policy: a decision about the two holds as
            long as it stays the same.
    """

    key: str
    test: str
    text: str
    source: str
    date: str = ""
    link: str = ""
    ask: bool = False
    entry: str = ""
    pair: str = ""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something that was not looked at, why, and what would make it possible."""

    test: str
    why: str
    next_step: str = ""

    @property
    def text(self) -> str:
        """As results show it."""
        return f"{self.test}: {self.why}" + (f"; {self.next_step}" if self.next_step else "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tests of one kind say of a line; shared by all lines that are alike to them."""

    reasons: tuple[Reason, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Trade:
    """What, where to and when: the part of a line that the law and the statistics speak of.

    Attributes:
        code: Goods code, digits only; empty if there is none.
        code_problem: Why a text that stands there is none.
        destination: Alpha-3 of the country of destination; empty if there is none.
        destination_problem: Why a text that stands there is none.
        end_use: Alpha-3 of the country of end use, where it is given.
        route: Countries that the route names.
        day: Day on which the law is asked.
        day_problem: Why a text that stands there is none.
        contract_day: Day of the contract; None if it is not known.
        price_eur: Price of an item; None if it is not known. Lines that lie between the same
            thresholds of the law share one price.
        control_number: Number of a control list, as written.
        clause: `yes` or `no`, whether the contract forbids re-export; empty if not known.
    """

    code: str = ""
    code_problem: str = ""
    destination: str = ""
    destination_problem: str = ""
    end_use: str = ""
    route: tuple[str, ...] = ()
    day: date = date.min
    day_problem: str = ""
    contract_day: date | None = None
    price_eur: float | None = None
    control_number: str = ""
    clause: str = ""
