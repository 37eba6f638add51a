"""Months, years and windows of them, as the figures are published.

A period is the string a publisher uses (`2021-03`, `2021`); a window is a closed range of periods
of one frequency, written `2021-01..2021-11`. People write intervals in other ways too, which
`Window.parse` reads: `2023 H1`, `2022-Q3`, `Jan-Nov 2022`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from umweg.errors import UsageError

Frequency = Literal["M", "A"]

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_YEAR = re.compile(r"^\d{4}$")
_DASH = r"\s*[-\u2010-\u2015]\s*"
_PART = re.compile(r"^(?:(\d{4})[\s-]*([HQ])([1-4])|([HQ])([1-4])[\s-]*(\d{4}))$", re.IGNORECASE)
_NAMED = re.compile(rf"^([a-z]+)\.?(?:{_DASH}([a-z]+)\.?)?\s+(\d{{4}})$", re.IGNORECASE)
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
WAYS_TO_WRITE = "2022, 2022-03, 2022-01..2022-11, 2021..2023, 2023 H1, 2022-Q3, Jan-Nov 2022"
"""How an interval may be written."""


def frequency_of(period: str) -> Frequency | None:
    """`M` for `2021-03`, `A` for `2021`, None for anything else."""
    if _MONTH.match(period):
        return "M"
    return "A" if _YEAR.match(period) else None


def _ordinal(period: str) -> int:
    if frequency_of(period) == "A":
        return int(period)
    return int(period[:4]) * 12 + int(period[5:]) - 1


def _from_ordinal(number: int, freq: Frequency) -> str:
    return f"{number:04d}" if freq == "A" else f"{number // 12:04d}-{number % 12 + 1:02d}"


def _written_out(text: str) -> str:
    """`2023 H1`, `2022-Q3`, `Jan-Nov 2022` as `FROM..TO`; any other text as it is."""
    if found := _PART.match(text):
        year, kind, number = (found[1], found[2], found[3]) if found[1] else (
            found[6], found[4], found[5],
        )  # fmt: skip
        length = 6 if kind.upper() == "H" else 3
        last = int(number) * length
        if last <= 12:
            return f"{year}-{last - length + 1:02d}..{year}-{last:02d}"
    elif found := _NAMED.match(text):
        first, last_month = _month_of(found[1]), _month_of(found[2] or found[1])
        if first and last_month:
            return f"{found[3]}-{first:02d}..{found[3]}-{last_month:02d}"
    return text


def _month_of(name: str) -> int | None:
    """The month of an English name or its first three letters (and `Sept`)."""
    low = name.lower()
    meant = [n for n, m in enumerate(_MONTH_NAMES, 1) if m == low or low in (m[:3], m[:4])]
    return meant[0] if meant else None


def last_day(period: str) -> date:
    """Last day of a month or year."""
    year = int(period[:4])
    month = int(period[5:]) if len(period) > 4 else 12
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)


@dataclass(frozen=True, slots=True)
class Window:
    """A closed range of periods of one frequency, both ends included."""

    first: str
    last: str

    def __post_init__(self) -> None:
        freq = frequency_of(self.first)
        if freq is None or freq != frequency_of(self.last):
            raise UsageError(
                f"the window {self.first}..{self.last} is not a range of months or of years",
                allowed="YYYY-MM..YYYY-MM or YYYY..YYYY, both ends of one kind; "
                f"or an interval written like {WAYS_TO_WRITE}",
                next_step="write for instance 2021-01..2021-11",
            )
        if _ordinal(self.last) < _ordinal(self.first):
            raise UsageError(
                f"the window {self.first}..{self.last} ends before it begins",
                allowed="first period no later than the last",
                next_step=f"write {self.last}..{self.first}",
            )

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read `2021-01..2021-11`, or one period for a window of one; also `2023 H1`, `2022-Q3`
        and `Jan-Nov 2022`."""
        first, _, last = _written_out(text.strip()).partition("..")
        return cls(first.strip(), (last or first).strip())

    @property
    def freq(self) -> Frequency:
        """`M` or `A`."""
        return "A" if len(self.first) == 4 else "M"

    @property
    def periods(self) -> tuple[str, ...]:
        """Every period of the window, in order."""
        return tuple(
            _from_ordinal(n, self.freq)
            for n in range(_ordinal(self.first), _ordinal(self.last) + 1)
        )

    @property
    def years(self) -> float:
        """Length in years, to bring a sum over the window to a yearly rate."""
        return len(self.periods) / (12 if self.freq == "M" else 1)

    @property
    def before(self) -> str:
        """The period just before the window."""
        return _from_ordinal(_ordinal(self.first) - 1, self.freq)

    @property
    def next(self) -> str:
        """The period just after the window."""
        return _from_ordinal(_ordinal(self.last) + 1, self.freq)

    @property
    def first_day(self) -> date:
        """The first day of the window."""
        return date(int(self.first[:4]), int(self.first[5:] or 1), 1)

    @property
    def until(self) -> date:
        """The first day after the window: as an interval of days it is `[first_day, until)`."""
        return date.fromordinal(last_day(self.last).toordinal() + 1)

    @property
    def calendar_years(self) -> tuple[str, ...]:
        """The whole calendar years that the window consists of; none where it is no such sum."""
        if self.freq == "A":
            return self.periods
        whole = self.first.endswith("-01") and self.last.endswith("-12")
        return tuple(Window(self.first[:4], self.last[:4]).periods) if whole else ()

    @property
    def months(self) -> Window:
        """The same window in months."""
        return self if self.freq == "M" else Window(f"{self.first}-01", f"{self.last}-12")

    def shifted(self, years: int) -> Window:
        """The same window `years` earlier (negative) or later."""
        step = years * (12 if self.freq == "M" else 1)
        return Window(
            _from_ordinal(_ordinal(self.first) + step, self.freq),
            _from_ordinal(_ordinal(self.last) + step, self.freq),
        )

    def overlaps(self, other: Window) -> bool:
        """Whether the two windows share a period."""
        return bool(set(self.periods) & set(other.periods))

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"
