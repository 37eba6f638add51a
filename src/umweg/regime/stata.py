"""Goods lists from the Stata files of two research deposits that a user has downloaded.

- OpenICPSR 229004 (Chupilkin, Javorcik, Peeva, Plekhanov): `EU_sanctions_HS6.dta`, one row for
  each HS2017 code with flags for its categories.
- OpenICPSR 230342 (Egorov, Korovkin, Makarin, Nigmatulina): `data_sa_20241230.dta`, one row for
  each code and jurisdiction, CC BY-NC 4.0; it is read, never packaged.

Column names are those that public scripts reading the files use. A column that is not understood
is an error that names it: pass `ignore` once you know that you do not need it. Reading needs the
extra `stata` (pyreadstat).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from umweg.errors import RegimeError
from umweg.nomenclature import HS_VINTAGES, codes, nomenclature
from umweg.regime.lists import GoodsList
from umweg.regime.model import Entry, ListInfo

CATEGORIES: dict[str, tuple[str, str]] = {
    "dual_use": ("Art. 2", "may_be_controlled"),
    "military_tech": ("Art. 2a", "may_be_controlled"),
    "firearms": ("Art. 2aa", "listed"),
    "oil_exploration": ("Art. 3", "listed"),
    "oil_refining": ("Art. 3b", "listed"),
    "aviation": ("Art. 3c", "listed"),
    "luxury": ("Art. 3h", "listed"),
    "industrial_cap": ("Art. 3k", "listed"),
}
"""Category of deposit 229004 -> (provision of Regulation 833/2014, strength)."""

CATEGORY_ORDER = tuple(CATEGORIES)

# The deposit misprints the day of package 9; see the dates of its neighbours and the timeline.
MISPRINTS = {date(2016, 12, 22): date(2022, 12, 16)}


@dataclass(frozen=True)
class StataLists:
    """What a file gave: `rows_read` = rows kept + rows set aside + rows that list nothing.

    Attributes:
        lists: The goods lists, one for each provision or jurisdiction.
        rows_read: Rows of the file.
        rows_kept: Rows of which at least one entry was made.
        rows_unlisted: Rows that the file itself marks as not listed.
        set_aside: (row number, reason) of rows that could not be used.
    """

    lists: tuple[GoodsList, ...]
    rows_read: int
    rows_kept: int
    rows_unlisted: int
    set_aside: tuple[tuple[int, str], ...]


def read_openicpsr_229004(
    path: str | Path, *, target: str, programme: str = "user", ignore: Iterable[str] = ()
) -> StataLists:
    """`EU_sanctions_HS6.dta` as one goods list for each provision.

    The file has one date for each code, the earliest over its categories: where a code has several
    categories its dates are lower bounds. It gives the day of adoption; here the day after is the
    first day in force. The wind-down is kept only where a code has one category.
    """
    rows = _rows(
        path,
        required=("Code", "Date", *CATEGORY_ORDER),
        optional=("Winddowndate", "partially_exempt", "Maxprice", "EU_sanction", "sanction_type"),
        ignore=ignore,
    )
    held = codes("HS2017")
    entries: dict[str, list[Entry]] = {c: [] for c in CATEGORY_ORDER}
    aside: list[tuple[int, str]] = []
    kept = unlisted = 0
    for number, row in rows:
        categories = [c for c in CATEGORY_ORDER if _flag(row[c])]
        day = _day(row["Date"])
        if not categories and day is None:
            unlisted += 1
            continue
        code = _digits(row["Code"], 6)
        if code not in held:
            aside.append((number, f"the code {code or row['Code']!r} does not exist in HS2017"))
        elif not categories or day is None:
            aside.append((number, f"{code} has {'no date' if categories else 'no category'}"))
        else:
            kept += 1
            alone = len(categories) == 1
            start = MISPRINTS.get(day, day) + timedelta(days=1)
            for category in categories:
                entries[category].append(
                    Entry(
                        code=code,
                        nomenclature="HS2017",
                        from_=start,
                        date_quality="exact" if alone else "lower-bound",
                        date_basis="source" if alone else "earliest-over-categories",
                        strength=CATEGORIES[category][1],  # type: ignore[arg-type]
                        instrument="OpenICPSR 229004",
                        date_confidence="B",
                        partial_code=_flag(row.get("partially_exempt")),
                        price_threshold_eur=_number(row.get("Maxprice"))
                        if category == "luxury"
                        else None,
                        wind_down_until=_day(row.get("Winddowndate")) if alone else None,
                        provision=CATEGORIES[category][0],
                    )
                )
    lists = tuple(
        _list(f"openicpsr-229004-{c.replace('_', '-')}", c, entries[c], path, target, programme)
        for c in CATEGORY_ORDER
        if entries[c]
    )
    return StataLists(lists, len(rows), kept, unlisted, tuple(aside))


def read_openicpsr_230342(
    path: str | Path,
    *,
    target: str,
    vintage: str = "HS2022",
    programmes: dict[str, str] | None = None,
    ignore: Iterable[str] = (),
) -> StataLists:
    """`data_sa_20241230.dta` as one goods list for each jurisdiction (EU, GB, US, CA, JP, …).

    Codes of six digits and more become HS6 codes that may be partial; shorter ones stay headings
    or chapters. The file mixes vintages: a code that `vintage` does not have is given the latest
    vintage that has it, and set aside if none does. `programmes` maps a jurisdiction to a
    programme of the regime.
    """
    rows = _rows(path, required=("country2", "len", "code", "code_6", "date_s"), ignore=ignore)
    found: dict[str, dict[str, Entry]] = {}
    aside: list[tuple[int, str]] = []
    kept = 0
    for number, row in rows:
        length, day = _number(row["len"]), _day(row["date_s"])
        who = str(row["country2"] or "").strip()
        if length is None or day is None or not who:
            aside.append((number, "without country2, len or date_s"))
            continue
        long = length >= 6
        code = _digits(row["code_6"] if long else row["code"], 6 if long else int(length))
        which = next((v.value for v in _vintages(vintage) if code in codes(v)), None)
        if which is None:
            aside.append((number, f"{code or row['code']!r} exists in no vintage that is held"))
            continue
        kept += 1
        entry = Entry(
            code=code,
            nomenclature=which,
            from_=day,
            date_quality="lower-bound" if length > 6 else "exact",
            instrument="OpenICPSR 230342",
            partial_code=length > 6,
        )
        earlier = found.setdefault(who, {}).get(code)
        if earlier is None or earlier.from_ is None or day < earlier.from_:
            found[who][code] = entry
    lists = tuple(
        _list(
            f"openicpsr-230342-{who.lower()}",
            who,
            sorted(table.values(), key=lambda e: e.code),
            path,
            target,
            (programmes or {}).get(who, "user"),
            vintage,
        )
        for who, table in sorted(found.items())
    )
    return StataLists(lists, len(rows), kept, 0, tuple(aside))


def read_stata(path: str | Path, *, target: str, ignore: Iterable[str] = ()) -> StataLists:
    """Whichever of the two deposits the file is from: only one of them has a column `country2`."""
    columns = _table(path)
    if "country2" in columns:
        return read_openicpsr_230342(path, target=target, ignore=ignore)
    return read_openicpsr_229004(path, target=target, ignore=ignore)


def _vintages(preferred: str) -> list[Any]:
    first = nomenclature(preferred).hs
    return [first, *(v for v in reversed(HS_VINTAGES) if v != first)]


def _list(
    id: str,
    what: str,
    entries: Iterable[Entry],
    path: str | Path,
    target: str,
    programme: str,
    vintage: str = "HS2017",
) -> GoodsList:
    info = ListInfo(
        id=id,
        title=f"{Path(path).name}: {what}",
        programme=programme,
        direction="export",
        absence="cannot-tell",
        reach_note="from a research deposit that the user downloaded; its reach is not stated",
        file=Path(path).name,
        nomenclature=vintage,
    )
    return GoodsList(info, (target,), tuple(entries), str(path))


def _rows(
    path: str | Path,
    *,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    ignore: Iterable[str] = (),
) -> list[tuple[int, dict[str, Any]]]:
    """(row number, row) of a Stata file with exactly the columns that are understood."""
    table = _table(path)
    missing = [c for c in required if c not in table]
    remaining = [c for c in table if c not in {*required, *optional, *ignore}]
    if missing or remaining:
        raise RegimeError(
            f"the column {missing[0]!r} is missing"
            if missing
            else f"columns that are not understood: {', '.join(remaining)}",
            where=str(path),
            allowed=f"required {', '.join(required)}"
            + (f"; optional {', '.join(optional)}" if optional else ""),
            next_step="check that it is the right file"
            if missing
            else f"look at them, and if they are not needed pass ignore={remaining!r}",
        )
    columns = {name: list(values) for name, values in table.items()}
    count = len(columns[required[0]])
    return [(n + 1, {name: values[n] for name, values in columns.items()}) for n in range(count)]


def _table(path: str | Path) -> dict[str, Any]:
    """The columns of a Stata file."""
    try:
        import pyreadstat
    except ImportError:
        raise RegimeError(
            "Stata files cannot be read: the package pyreadstat is not installed",
            where=str(path),
            allowed="the extra stata",
            next_step="pip install 'umweg[stata]'",
        ) from None
    if not Path(path).is_file():
        raise RegimeError(
            "the Stata file does not exist",
            where=str(path),
            allowed="a file that you downloaded from OpenICPSR",
            next_step="check the path; the deposits ask for a free account",
        )
    try:
        table, _ = pyreadstat.read_dta(str(path), output_format="dict")
    except pyreadstat.ReadstatError as error:
        raise RegimeError(
            f"the file is not a readable Stata file: {error}",
            where=str(path),
            allowed="a .dta file",
            next_step="download it again",
        ) from None
    columns: dict[str, Any] = table
    return columns


def _missing(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _number(value: Any) -> float | None:
    return None if _missing(value) else _as(float, value)


def _flag(value: Any) -> bool:
    return _number(value) not in (None, 0.0)


def _digits(value: Any, width: int) -> str:
    """A code as text; a number lost its leading zeros and gets them back."""
    if _missing(value):
        return ""
    text = value.strip() if isinstance(value, str) else str(_as(int, value))
    return text.zfill(width)


def _as(kind: Callable[[Any], Any], value: Any) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise RegimeError(
            f"{value!r} is not a number",
            allowed="numbers in the columns that hold flags, codes and prices",
            next_step="check that it is the right file",
        ) from None


def _day(value: Any) -> date | None:
    if _missing(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise RegimeError(
            f"{value!r} is not a date",
            allowed="a Stata date, or a text YYYY-MM-DD",
            next_step="check that it is the right file",
        ) from None
