"""Dates as publishers of lists write them, as the tables of the store write them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

Order = Literal["dmy", "mdy"]

_MONTHS = {
    m: i
    for i, m in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CIRCA = re.compile(
    r"^\(?(?:circa|c\.|ca\.?|approx(?:imately|\.)?|about|around|between|~)\)?\s*", re.I
)
_RANGE = re.compile(r"\s+(?:to|and|until)\s+|\s*/\s*(?=[12]\d{3}\b)|(?<=\d{4})\s*[-–]\s*(?=\d{4})")
_ISO = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ][\d:.]+.*|Z|[-+]\d\d:\d\d)?$")
_WORDS = re.compile(r"^(?:(\d{1,2})(?:st|nd|rd|th)?[\s.-]+)?([A-Za-z]{3,9})\.?,?[\s-]+(\d{4})$")
_WORDS_US = re.compile(r"^([A-Za-z]{3,9})\.?\s+(\d{1,2}),\s*(\d{4})$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})/(\d{4})$")
_NUMBERS = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:\s+[\d:]+.*)?$")


def day_of(text: str, order: Order = "dmy") -> str | None:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD; two with `/` between for a range; `~` for circa.

    A part that is 0 is not known: `00/00/1961` is 1961.

    Args:
        text: As published.
        order: Which comes first where a date is written in numbers, `05/03/1970`.

    Returns:
        None where the text is no date.

    >>> day_of("circa 1951 to Mar 1953")
    '~1951/1953-03'
    """
    bare = " ".join(text.split()).strip(" .;")
    circa = ""
    cut = _CIRCA.match(bare)
    if cut:
        # "between 1951 and 1953" is a range and not circa.
        circa = "" if cut.group().lower().startswith("between") else "~"
        bare = bare[cut.end() :]
    whole = _one(bare, order)
    if whole:
        return circa + whole
    ends = _RANGE.split(bare)
    if len(ends) != 2:
        return None
    first, last = (_one(e, order) for e in ends)
    if not first or not last:
        return None
    return period(first, last, circa=bool(circa)) or f"{circa}{first}/{last}"


def _one(text: str, order: Order) -> str | None:
    if found := _ISO.match(text):
        return _written(*found.groups())
    if found := _NUMBERS.match(text):
        a, b, year = found.groups()
        return _written(year, b, a) if order == "dmy" else _written(year, a, b)
    if found := _MONTH_YEAR.match(text):
        return _written(found[2], found[1], None)
    if found := _WORDS.match(text):
        day, word, year = found.groups()
        month = _MONTHS.get(word[:3].lower())
        return _written(year, str(month), day) if month else None
    if found := _WORDS_US.match(text):
        word, day, year = found.groups()
        month = _MONTHS.get(word[:3].lower())
        return _written(year, str(month), day) if month else None
    return None


def _written(year: str, month: str | None, day: str | None) -> str | None:
    y, m, d = int(year), int(month or 0), int(day or 0)
    try:
        date(y, m or 1, d or 1)
    except ValueError:
        return None
    if not m:
        return f"{y:04d}" if not d else None
    return f"{y:04d}-{m:02d}" + (f"-{d:02d}" if d else "")


def period(first: str, last: str, *, circa: bool = False) -> str | None:
    """A period of days as a date: a whole month or year as such, else both its ends.

    >>> period("1962-01-01", "1962-12-31")
    '1962'
    >>> period("1951-01-01", "1953-12-31", circa=True)
    '~1951/1953'
    """
    begin, end = _one(first, "dmy"), _one(last, "dmy")
    if begin is None or end is None or len(begin) != 10 or len(end) != 10:
        return None
    mark = "~" if circa else ""
    if begin == end:
        return mark + begin
    if begin.endswith("-01-01") and end.endswith("-12-31"):
        return mark + (begin[:4] if begin[:4] == end[:4] else f"{begin[:4]}/{end[:4]}")
    month_end = date.fromisoformat(end) + timedelta(days=1)
    if begin[:7] == end[:7] and begin.endswith("-01") and month_end.day == 1:
        return mark + begin[:7]
    return f"{mark}{begin}/{end}"
