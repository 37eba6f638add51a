"""Goods lists: named sets of codes with dated membership, and how far each reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import cast, get_args

from umweg.errors import NomenclatureError, RegimeError
from umweg.nomenclature import Nomenclature, codes, nomenclature, parse_code
from umweg.regime.facts import Location, check_order, csv_rows, parse_date, parse_flag
from umweg.regime.model import Absence, DateQuality, Entry, ListInfo, Strength, Version

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
_GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class GoodsList:
    """A goods list with all its entries.

    `entries` holds every interval of every code; `members` answers as of a day.
    """

    info: ListInfo
    targets: tuple[str, ...]
    entries: tuple[Entry, ...] = field(repr=False)
    origin: str = ""

    @property
    def id(self) -> str:
        """The identifier, such as `eu-833-annex-xxiii`."""
        return self.info.id

    @property
    def title(self) -> str:
        """What is on the list, in words."""
        return self.info.title

    @property
    def nomenclature(self) -> str:
        """The vintage of its codes; single entries may be of another (see `Entry`)."""
        return self.info.nomenclature

    @property
    def programme(self) -> str:
        """The programme it belongs to."""
        return self.info.programme

    @property
    def complete_from(self) -> date | None:
        """First day of its reach."""
        return self.info.complete_from

    @property
    def complete_until(self) -> date | None:
        """First day that its reach no longer covers."""
        return self.info.complete_until

    @property
    def absence(self) -> Absence:
        """What it means, within the reach, that a code is not found."""
        return self.info.absence

    @property
    def versions(self) -> tuple[Version, ...]:
        """The published states of the list, in order."""
        return self.info.versions

    @cached_property
    def by_code(self) -> Mapping[str, tuple[Entry, ...]]:
        """All entries of each code."""
        index: dict[str, list[Entry]] = {}
        for entry in self.entries:
            index.setdefault(entry.code, []).append(entry)
        return {code: tuple(found) for code, found in index.items()}

    def members(
        self,
        as_of: date | None = None,
        tier: str | None = None,
        version: str | None = None,
    ) -> tuple[Entry, ...]:
        """The entries known to be on the list on a day; without a day, all that ever were.

        An entry whose date is a lower bound counts from that bound, one whose date is "no later
        than" counts from the day on which it is certain. `version` takes a published state, such
        as `v2`, with every code that first appeared in it or before.
        """
        found = self.entries
        if as_of is not None:
            found = tuple(e for e in found if e.in_force(as_of))
        if tier is not None:
            tiers = {e.tier for e in self.entries if e.tier}
            if tier not in tiers and f"{tier}." not in {t[:2] for t in tiers}:
                raise RegimeError(
                    f"the list {self.id} has no tier {tier!r}",
                    where=self.id,
                    allowed=", ".join(sorted(tiers)) or "this list has no tiers",
                    next_step="name one of its tiers, or leave it out",
                )
            found = tuple(e for e in found if e.tier == tier or e.tier.startswith(f"{tier}."))
        if version is not None:
            order = [v.id for v in self.versions]
            if version not in order:
                raise RegimeError(
                    f"the list {self.id} has no version {version!r}",
                    where=self.id,
                    allowed=", ".join(order) or "this list has no versions",
                    next_step="name one of its versions, or leave it out",
                )
            wanted = set(order[: order.index(version) + 1])
            found = tuple(e for e in found if e.version in wanted)
        return found

    def codes(self, as_of: date | None = None, tier: str | None = None) -> frozenset[str]:
        """The codes of `members`."""
        return frozenset(e.code for e in self.members(as_of, tier))

    def first_restricted(self, code: str) -> Entry | None:
        """The earliest entry of a code, or of the wider code of the list that holds it."""
        digits = parse_code(code)
        found = [
            e for n in (8, 6, 4, 2) if n <= len(digits) for e in self.by_code.get(digits[:n], ())
        ]
        return min(found, key=lambda e: e.from_ or date.min, default=None)

    def covers(self, as_of: date) -> bool:
        """Whether absence on a day can be told: within the reach, or before the list was made."""
        info = self.info
        if info.absence == "cannot-tell":
            return False
        if info.created is not None and as_of < info.created:
            return True
        if info.complete_until is None or as_of >= info.complete_until:
            return False
        return info.complete_from is None or info.complete_from <= as_of


def read_entries(
    path: Location, info: ListInfo, instruments: Iterable[str] | None = None
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
    for line, row in csv_rows(path, COLUMNS, ("code",)):
        entries.append(_entry(row, f"{path}, line {line}", info, standard, known))
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
    where: str,
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
            where=where,
            allowed="HS2012, HS2017, HS2022, CN2012 to CN2026",
            next_step="name it for the list, or in a column nomenclature",
        )
    days: dict[str, date] = {
        key: parse_date(cells[key], f"{where}, column {key}")
        for key in ("from", "until", "wind_down_until")
        if key in cells
    }
    start, until = days.get("from"), days.get("until")
    quality = get("date_quality", "exact")
    if start is None:
        start, quality = info.as_of, "no-later-than"
    if until is not None:
        check_order(start, until, where)
    reference = get("instrument") or get("reference") or info.instrument
    if known is not None:
        _check_reference(reference, known, where, "instrument")
        if until is not None:
            _check_reference(get("until_instrument", ""), known, where, "until_instrument")
    if "wind_down_until" in days and quality != "exact":
        raise RegimeError(
            "a wind-down is given although the date of the code is not exact",
            where=where,
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
            _refuse(value, allowed, where, key)
    return Entry(
        code=_code(row["code"], which, where),
        nomenclature=which.value,
        from_=start,
        until=until,
        date_quality=cast(DateQuality, quality),
        date_basis=get("date_basis") or ("text-of-a-day" if info.as_of else "source"),
        strength=cast(Strength, get("strength", info.strength)),
        instrument=reference,
        code_confidence=get("code_confidence", "B"),
        date_confidence=get("date_confidence") or info.date_confidence,
        tier=get("tier", ""),
        description=get("description", ""),
        partial_code="partial_code" in cells
        and parse_flag(cells["partial_code"], f"{where}, column partial_code"),
        price_threshold_eur=_price(cells["price_threshold_eur"], where)
        if "price_threshold_eur" in cells
        else None,
        wind_down_until=days.get("wind_down_until"),
        version=get("version", ""),
        provision=get("provision", ""),
        until_instrument=get("until_instrument", ""),
    )


def _code(text: str, which: Nomenclature, where: str) -> str:
    # The fast path: bare digits that exist. Everything else gets the full treatment.
    held = codes(which.hs)
    if len(text) == 6 and text in held:
        return text
    try:
        code = parse_code(text)
    except NomenclatureError as error:
        raise RegimeError(
            error.what, where=where, allowed=error.allowed, next_step=error.next_step
        ) from None
    if code[:6] not in held or (len(code) == 8 and not which.is_cn):
        raise RegimeError(
            f"the code {code} does not exist in {which}",
            where=where,
            allowed=f"codes of {which}" + ("" if which.is_cn else ", at most six digits"),
            next_step="check the code, or name its vintage in a column nomenclature",
        )
    return code


def _refuse(value: str, allowed: tuple[str, ...], where: str, key: str) -> None:
    raise RegimeError(
        f"{value!r} is not one of the words for {key}",
        where=f"{where}, column {key}",
        allowed=", ".join(allowed),
        next_step="use one of them",
    )


def _price(text: str, where: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = -1.0
    if not 0 < price < float("inf"):
        raise RegimeError(
            f"{text!r} is not a price in euro",
            where=f"{where}, column price_threshold_eur",
            allowed="a positive number with a decimal point, or empty",
            next_step="write 300, or leave it empty where there is no threshold",
        )
    return price


def _check_reference(reference: str, known: frozenset[str], where: str, key: str) -> None:
    if not reference:
        raise RegimeError(
            "no reference: every change of a list names the act that made it",
            where=where,
            allowed=f"an identifier of instruments.yaml in the column {key}",
            next_step=f"add {key}",
        )
    if reference not in known:
        raise RegimeError(
            f"unknown instrument {reference!r}",
            where=f"{where}, column {key}",
            allowed="an identifier of instruments.yaml",
            next_step="add the act to instruments.yaml, with its link, or correct the identifier",
        )


def check_overlaps(entries: list[Entry], lines: list[int], path: Location) -> None:
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


def aligned_entries(entries: Iterable[Entry], info: ListInfo) -> tuple[Entry, ...]:
    """The entries of another list, as they count for a list that refers to it.

    Membership begins with the later of the other list's date and the day of alignment. That is a
    lower bound, and wind-downs are not carried over: they belong to the other regime.
    """
    made = []
    for entry in entries:
        start = max(filter(None, (entry.from_, info.not_before)), default=None)
        if start is not None and entry.until is not None and entry.until <= start:
            continue
        made.append(
            entry._replace(
                from_=start,
                date_quality="lower-bound",
                date_basis="alignment",
                instrument=info.instrument,
                date_confidence="B",
                wind_down_until=None,
            )
        )
    return tuple(made)


def goods_list_from_csv(
    path: str | Path,
    *,
    id: str | None = None,
    title: str | None = None,
    target: str = "",
    programme: str = "user",
    nomenclature: str = "HS2022",
    complete_from: date | None = None,
    complete_until: date | None = None,
    provision: str = "",
    reference: str = "",
) -> GoodsList:
    """A goods list from a user's CSV file, with the same checks as the packaged ones.

    Args:
        path: CSV in UTF-8 with a column `code`, and any other of `COLUMNS`.
        id: Name of the list; default the name of the file.
        title: What is on it.
        target: The target it concerns; empty for every target.
        programme: The programme it belongs to.
        nomenclature: The vintage of its codes, unless a column says otherwise.
        complete_from: First day of its reach; without it, it is taken to reach back to its start.
        complete_until: First day that it no longer covers. With it, a code that is not found was
            not listed; without it, absence says nothing.
        provision: The provision, unless a column says otherwise.
        reference: Link or citation, unless a column says otherwise; default the name of the file.
    """
    path = Path(path)
    if not path.is_file():
        raise RegimeError(
            "the goods list cannot be opened: there is no such file",
            where=str(path),
            allowed="a CSV file with a column code",
            next_step="check the path",
        )
    check_order(complete_from, complete_until, f"{path}, complete_from and complete_until")
    # A row without a date stands on the list at the end of its reach, and who knows how long.
    day = complete_from or (complete_until - timedelta(days=1) if complete_until else None)
    info = ListInfo(
        id=id or path.stem,
        title=title or f"list of the user: {path.name}",
        programme=programme,
        direction="export",
        absence="not-listed" if complete_until else "cannot-tell",
        reach_note="given by the user"
        + ("" if complete_until else "; no complete_until given, so absence says nothing"),
        file=path.name,
        nomenclature=nomenclature,
        instrument=reference or path.name,
        as_of=day,
        complete_from=complete_from,
        complete_until=complete_until,
    )
    entries = read_entries(path, info)
    if provision:
        entries = tuple(e if e.provision else e._replace(provision=provision) for e in entries)
    entries = tuple(
        e._replace(date_basis="user") if e.date_basis in ("source", "text-of-a-day") else e
        for e in entries
    )
    return GoodsList(replace(info, as_of=None), (target,) if target else (), entries, str(path))
