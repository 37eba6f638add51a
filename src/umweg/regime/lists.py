"""Goods lists: named sets of codes with dated membership, and how far each reaches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from umweg.errors import RegimeError
from umweg.nomenclature import parse_code
from umweg.regime.facts import check_order
from umweg.regime.model import Absence, Entry, ListInfo, Version
from umweg.regime.reading import read_entries


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

    @cached_property
    def sorted_codes(self) -> tuple[str, ...]:
        """All codes in order, so that those within a code stand together."""
        return tuple(sorted(self.by_code))

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
        path: CSV in UTF-8 with a column `code`, and any other of `COLUMNS`; divided by commas,
            semicolons or tabs.
        id: Name of the list; default the name of the file.
        title: What is on it.
        target: The target it concerns; empty for every target.
        programme: The programme it belongs to.
        nomenclature: The vintage of its codes, unless a column says otherwise.
        complete_from: First day of its reach; without it, it is taken to reach back to its start.
        complete_until: First day that it no longer covers. With it, a code that is not found was
            not listed; without it, absence says nothing. A row without `from` counts on every day
            of the reach, with its first day unknown.
        provision: The provision, unless a column says otherwise.
        reference: Link or citation, unless a column says otherwise; default the name of the file.
    """
    path = Path(path)
    if not os.path.lexists(path):
        raise RegimeError(
            "the goods list cannot be opened: there is no such file",
            where=str(path),
            allowed="a CSV file with a column code",
            next_step="check the path",
        )
    check_order(complete_from, complete_until, f"{path}, complete_from and complete_until")
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
        as_of=complete_from,  # the day from which a row without a date is certain
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
