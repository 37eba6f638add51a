"""Who stands where: targets, coalition, transit countries, each for a target and a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from umweg.regime.model import Member, Naming, Target, TransitCountry


@dataclass(frozen=True)
class Roles:
    """All roles of all countries. A country can stand in several roles under different measures."""

    target_records: tuple[Target, ...]
    members: tuple[Member, ...]
    namings: tuple[Naming, ...]

    def targets(self, as_of: date | None = None) -> tuple[Target, ...]:
        """Targets, occupied territories and destinations of a ban on a day (None: ever)."""
        return tuple(t for t in self.target_records if as_of is None or t.in_force(as_of))

    def coalition_records(self, target: str, as_of: date | None = None) -> tuple[Member, ...]:
        """Everyone with measures against a target on a day, partial ones included."""
        return tuple(
            m for m in self.members if m.target == target and (as_of is None or m.in_force(as_of))
        )

    def coalition(self, target: str, as_of: date | None = None) -> frozenset[str]:
        """The members of the coalition against a target on a day (None: ever), as alpha-3."""
        return frozenset(
            m.country for m in self.coalition_records(target, as_of) if m.role == "member"
        )

    def transit(self, target: str, as_of: date | None = None) -> tuple[TransitCountry, ...]:
        """The countries named as a way to a target by a day (None: ever), sorted by code.

        Each carries the namings made by then. A country that joined the coalition is no longer
        one: its namings end on that day.
        """
        by_country: dict[str, list[Naming]] = {}
        for naming in self.namings:
            if naming.target == target and (as_of is None or naming.in_force(as_of)):
                by_country.setdefault(naming.country, []).append(naming)
        return tuple(_country(namings) for _, namings in sorted(by_country.items()))


def _country(namings: Iterable[Naming]) -> TransitCountry:
    ordered = tuple(sorted(namings, key=lambda n: (n.date, n.who)))
    ends = [n.until for n in ordered if n.until is not None]
    until = max(ends) if len(ends) == len(ordered) else None
    return TransitCountry(ordered[0].country, ordered[0].target, ordered[0].date, until, ordered)
