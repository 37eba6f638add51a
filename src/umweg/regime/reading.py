"""Reading a code list from CSV: every row checked, every complaint with its line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import cast, get_args

from umweg.errors import NomenclatureError, RegimeError
from umweg.nomenclature import Nomenclature, codes, nomenclature, parse_code
from umweg.regime.facts import check_order, csv_rows, parse_date, parse_flag
from umweg.regime.model import DateQuality, Entry, ListInfo, Strength

COLUMNS = (
    "code",
    "nomenclature",
    "from",
    "until",
    "date_quality",
    "date_basis",
    "wind_down_until",
    "price_threshold_eur",
    "partial_code",
    "strength",
    "tier",
    "version",
    "provision",
    "instrument",
    "until_instrument",
    "reference",
    "code_confidence",
    "date_confidence",
    "description",
)
"""The columns of a code list. Only `code` is required; the rest falls back on lists.yaml."""

_DATE_QUALITIES = get_args(DateQuality)
_STRENGTHS = get_args(Strength)
_COLUMN = {key: f"column {key}" for key in COLUMNS}
_GRADES = ("A", "B", "C", "D")
NOT_STATED = "not stated"
"""In place of a grade, where a list of a user gives none."""


def read_entries(
    path: Path, info: ListInfo, instruments: Iterable[str] | None = None
) -> tuple[Entry, ...]:
    """The entries of a code list, every row checked.

    Args:
        path: CSV in UTF-8 with the columns of `COLUMNS`.
        info: The list; its fields fill columns that the file leaves out.
        instruments: The identifiers of known acts; None if references are free texts (a list of a
            user).
    """
    known = None if instruments is None else frozenset(instruments)
    standard = nomenclature(info.nomenclature) if info.nomenclature else None
    entries: list[Entry] = []
    lines: list[int] = []
    for line, row in csv_rows(path, COLUMNS, ("code",), lenient=known is None):
        try:
            entries.append(_entry(row, info, standard, known))
        except (RegimeError, NomenclatureError) as error:
            # The place is put together only here: five thousand rows are read on every start.
            raise RegimeError(
                error.what,
                where=f"{path}, line {line}" + (f", {error.where}" if error.where else ""),
                allowed=error.allowed,
                next_step=error.next_step,
            ) from None
        lines.append(line)
    if not entries:
        raise RegimeError(
            "the list has a header and no rows",
            where=str(path),
            allowed="one row for each code",
            next_step="add the codes, or leave the list out",
        )
    check_overlaps(entries, lines, path)
    return tuple(entries)


def _entry(
    row: dict[str, str],
    info: ListInfo,
    standard: Nomenclature | None,
    known: frozenset[str] | None,
) -> Entry:
    # Runs some thousand times on every start: empty cells are gone, and what is absent costs
    # nothing.
    cells = {key: value for key, value in row.items() if value}
    get = cells.get
    which = nomenclature(cells["nomenclature"]) if "nomenclature" in cells else standard
    if which is None:
        raise RegimeError(
            "the nomenclature of the code is not known",
            allowed="HS2012, HS2017, HS2022, CN2012 to CN2026",
            next_step="name it for the list, or in a column nomenclature",
        )
    days: dict[str, date] = {
        key: parse_date(cells[key], _COLUMN[key])
        for key in ("from", "until", "wind_down_until")
        if key in cells
    }
    start, until = days.get("from"), days.get("until")
    quality = get("date_quality", "exact")
    if start is None:
        start, quality = info.as_of, "no-later-than"
    if until is not None:
        check_order(start, until, "")
    reference = get("instrument") or get("reference") or info.instrument
    if known is not None:
        _check_reference(reference, known, "instrument")
        if until is not None:
            _check_reference(get("until_instrument", ""), known, "until_instrument")
    if "wind_down_until" in days and quality != "exact":
        raise RegimeError(
            "a wind-down is given although the date of the code is not exact",
            allowed="wind_down_until only where date_quality is exact",
            next_step="leave wind_down_until empty: it may belong to another provision",
        )
    for key, value, allowed in (
        ("date_quality", quality, _DATE_QUALITIES),
        ("strength", get("strength", info.strength), _STRENGTHS),
        ("code_confidence", get("code_confidence", "B"), _GRADES),
        ("date_confidence", get("date_confidence", "B"), _GRADES),
    ):
        if value not in allowed:
            _refuse(value, allowed, key)
    return Entry(
        code=_code(row["code"], which),
        nomenclature=which.value,
        from_=start,
        until=until,
        date_quality=cast(DateQuality, quality),
        date_basis=get("date_basis") or ("text-of-a-day" if info.as_of else "source"),
        strength=cast(Strength, get("strength", info.strength)),
        instrument=reference,
        code_confidence=get("code_confidence", "B" if known is not None else NOT_STATED),
        date_confidence=get("date_confidence")
        or (info.date_confidence if known is not None else NOT_STATED),
        tier=get("tier", ""),
        description=get("description", ""),
        partial_code="partial_code" in cells
        and parse_flag(cells["partial_code"], "column partial_code"),
        price_threshold_eur=_price(cells["price_threshold_eur"])
        if "price_threshold_eur" in cells
        else None,
        wind_down_until=days.get("wind_down_until"),
        version=get("version", ""),
        provision=get("provision", ""),
        until_instrument=get("until_instrument", ""),
    )


def _code(text: str, which: Nomenclature) -> str:
    # The fast path: bare digits that exist. Everything else gets the full treatment.
    held = codes(which.hs)
    if len(text) == 6 and text in held:
        return text
    code = parse_code(text)
    if code[:6] not in held or (len(code) == 8 and not which.is_cn):
        raise RegimeError(
            f"the code {code} does not exist in {which}",
            allowed=f"codes of {which}" + ("" if which.is_cn else ", at most six digits"),
            next_step="check the code, or name its vintage in a column nomenclature",
        )
    return code


def _refuse(value: str, allowed: tuple[str, ...], key: str) -> None:
    raise RegimeError(
        f"{value!r} is not one of the words for {key}",
        where=f"column {key}",
        allowed=", ".join(allowed),
        next_step="use one of them",
    )


def _price(text: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = -1.0
    if not 0 < price < float("inf"):
        raise RegimeError(
            f"{text!r} is not a price in euro",
            where="column price_threshold_eur",
            allowed="a positive number with a decimal point, or empty",
            next_step="write 300, or leave it empty where there is no threshold",
        )
    return price


def _check_reference(reference: str, known: frozenset[str], key: str) -> None:
    if not reference:
        raise RegimeError(
            "no reference: every change of a list names the act that made it",
            allowed=f"an identifier of instruments.yaml in the column {key}",
            next_step=f"add {key}",
        )
    if reference not in known:
        raise RegimeError(
            f"unknown instrument {reference!r}",
            where=f"column {key}",
            allowed="an identifier of instruments.yaml",
            next_step="add the act to instruments.yaml, with its link, or correct the identifier",
        )


def check_overlaps(entries: list[Entry], lines: list[int], path: Path) -> None:
    """No code stands twice on one list under one provision on the same day."""
    seen: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for entry, line in zip(entries, lines, strict=True):
        start, until = entry.from_ or date.min, entry.until or date.max
        earlier = seen.setdefault((entry.code, entry.provision), [])
        for other_start, other_until, other_line in earlier:
            if start < other_until and other_start < until:
                provision = f" under {entry.provision}" if entry.provision else ""
                raise RegimeError(
                    f"overlapping dates: {entry.code}{provision} is listed twice on the same day",
                    where=f"{path}, lines {other_line} and {line}",
                    allowed="intervals [from, until) of one code that do not overlap",
                    next_step="end the first interval (until) where the second begins, or remove "
                    "one row",
                )
        earlier.append((start, until, line))
