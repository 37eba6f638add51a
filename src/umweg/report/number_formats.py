"""How numbers, codes and periods are written for readers: the one place for it.

Growth is always a factor and an absolute difference: on a tiny base the factor alone deceives.
"""

from __future__ import annotations

import math
import re

from umweg.periods import Window

NONE = "–"
"""What stands where there is no number. Never a zero."""

_MINUS = "−"


def _signed(text: str, x: float, plus: bool) -> str:
    if x < 0:
        return _MINUS + text
    return f"+{text}" if plus else text


def is_number(x: float | None) -> bool:
    """Whether there is a number to write."""
    return x is not None and math.isfinite(x)


def money(x: float | None, currency: str = "USD", *, plus: bool = False) -> str:
    """An amount: `USD 18.0 m`, `USD 2.74 bn`, `USD 45,300`; with `plus`, `+USD 18.0 m`.

    An empty `currency` leaves it to the heading of the column.
    """
    if x is None or not math.isfinite(x):
        return NONE
    size = abs(x)
    if round(size / 1e6, 1) >= 1000:
        text = f"{size / 1e9:,.2f} bn"
    elif size >= 99_950:
        text = f"{size / 1e6:,.1f} m"
    else:
        text = f"{size:,.0f}"
    return _signed(f"{currency} {text}".strip(), x if text != "0" else 0.0, plus and text != "0")


def millions(x: float | None) -> str:
    """An amount in millions for a column that names the unit: `18.0`; `<0.05` is not hidden."""
    if x is None or not math.isfinite(x):
        return NONE
    if x == 0:
        return "0"
    if abs(x) < 0.05e6:
        return "<0.05" if x > 0 else f">{_MINUS}0.05"
    return _signed(f"{abs(x) / 1e6:,.1f}", x, plus=False)


def factor(x: float | None) -> str:
    """Growth as a factor: `×7.06`, `×0.41`, from a hundred on without decimals."""
    if x is None or not math.isfinite(x):
        return NONE
    return f"×{x:,.2f}" if round(x, 2) < 100 else f"×{x:,.0f}"


def share(x: float | None) -> str:
    """A share of one: `67 %`."""
    if x is None or not math.isfinite(x):
        return NONE
    rounded = round(x * 100)
    return _signed(f"{abs(rounded):,} %", rounded, plus=False)


def decimal(x: float | None, digits: int = 2) -> str:
    """A plain number with fixed decimals, thousands set apart."""
    if x is None or not math.isfinite(x):
        return NONE
    return _signed(f"{abs(x):,.{digits}f}", x if round(x, digits) else 0.0, plus=False)


def probability(x: float | None) -> str:
    """A p or q: three decimals; below them `<0.001`, never 0."""
    if x is None or not math.isfinite(x):
        return NONE
    return "<0.001" if x < 0.001 else f"{x:.3f}"


def interval(low: float | None, high: float | None, currency: str = "USD") -> str:
    """An interval of amounts: `USD 266.2 m to USD 350.1 m`."""
    if not (is_number(low) and is_number(high)):
        return NONE
    return f"{money(low, currency)} to {money(high, currency)}"


def growth(ratio: float | None, difference: float | None, currency: str = "USD") -> str:
    """Factor and absolute difference together: `×7.06 (+EUR 424.9 m)`."""
    if not is_number(ratio):
        return f"from nothing ({money(difference, currency, plus=True)})"
    return f"{factor(ratio)} ({money(difference, currency, plus=True)})"


def code(digits: str) -> str:
    """A goods code in text: `8542`, `8542.31`, `8542 31 90`, `8542 31 90 00`."""
    if len(digits) == 6:
        return f"{digits[:4]}.{digits[4:]}"
    if len(digits) in (8, 10):
        return " ".join([digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))])
    return digits


def vintage(nomenclature: str) -> str:
    """The edition of a nomenclature in text: `HS 2022`, `CN 2022`."""
    return re.sub(r"^([A-Z]+)(\d{4})$", r"\1 \2", nomenclature)


def window(text: str) -> str:
    """A window in text: `2021-01 to 2021-11`."""
    first, _, last = text.partition("..")
    return first if not last or first == last else f"{first} to {last}"


def count(n: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 country`, `2,218 codes`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def difference(before: float, after: float, windows: tuple[str, str]) -> tuple[float, str]:
    """After minus before, and ` a year` where the windows differ in length.

    Windows of two lengths cannot be subtracted; their yearly rates can.
    """
    b, a = (Window.parse(w).years for w in windows)
    return (after - before, "") if b == a else (after / a - before / b, " a year")


def listing(items: list[str] | tuple[str, ...]) -> str:
    """Words in a row: `a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
