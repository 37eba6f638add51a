"""Units of the numbers in claims: what people write, and the base unit it stands for.

A number never travels without one. Money is `USD`, `EUR m`, `USD bn` …; other units are `%` (of
growth or of a share), `points` (percentage points), `times` (a factor), `pieces`, `kg`.
`% of value` is for tolerances only: a share of the published value.
"""

from __future__ import annotations

import re

OTHER_UNITS = ("%", "points", "times", "pieces", "kg")
OF_VALUE = "% of value"
WAYS_TO_WRITE = "USD, USD m, USD bn (or another currency of ISO 4217), %, times, pieces, kg"

_MONEY = re.compile(r"^([A-Z]{3})(?: (m|bn))?$")
_SCALE = {None: 1.0, "m": 1e6, "bn": 1e9}


def is_unit(text: str) -> bool:
    """Whether a text is a unit of a value."""
    return bool(_MONEY.match(text)) or text in OTHER_UNITS


def currency_of(unit: str) -> str | None:
    """The currency of a unit of money, None for any other unit."""
    found = _MONEY.match(unit)
    return found[1] if found else None


def scale_of(unit: str) -> float:
    """How many base units one unit is: `USD m` is a million USD."""
    found = _MONEY.match(unit)
    return _SCALE[found[2]] if found else 1.0


def tolerance_units(unit: str) -> tuple[str, ...]:
    """The units in which the tolerance of a value in `unit` may be given."""
    currency = currency_of(unit)
    if currency:
        return (currency, f"{currency} m", f"{currency} bn", OF_VALUE)
    if unit == "%":
        return ("points", OF_VALUE)
    return (unit, OF_VALUE)


def tolerance_in(value: float, unit: str, amount: float, amount_unit: str) -> float:
    """A tolerance in the unit of its value.

    Args:
        value: The published value.
        unit: Its unit.
        amount: The tolerance.
        amount_unit: The unit of the tolerance, one of `tolerance_units(unit)`.
    """
    if amount_unit == OF_VALUE:
        return abs(value) * amount / 100
    return amount * scale_of(amount_unit) / scale_of(unit)
