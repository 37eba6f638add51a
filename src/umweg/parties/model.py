"""What a party is to the matcher: the listed entity, the query, the match and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS: Mapping[str, tuple[str, ...]] = {
    "person": ("Person",),
    "organization": ("Organization", "Company", "PublicBody"),
    "vessel": ("Vessel",),
    "aircraft": ("Airplane",),
    "any": (),
}
"""What a user calls a kind, and the FollowTheMoney schemata that it means."""


@dataclass(frozen=True, slots=True)
class PartyName:
    """A name of a party; `kind` and `weak` as in the store's table `names`."""

    text: str
    kind: str = "primary"
    weak: bool = False
    script: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number of a party; `normal` is what is compared, `valid` what its check digit says."""

    kind: str
    value: str
    normal: str = ""
    country: str | None = None
    valid: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """An authority put the party on a list."""

    list: str
    authority: str
    programme: str | None = None
    reference: str | None = None
    listed_from: str | None = None
    listed_until: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A person, firm, vessel: one that is listed, or one that is asked about.

    Dates are YYYY, YYYY-MM or YYYY-MM-DD, `~` before one that is approximate; countries alpha-3.
    A query needs a name alone.
    """

    names: tuple[PartyName, ...]
    schema: str = "LegalEntity"
    entity_id: str = ""
    birth_dates: tuple[str, ...] = ()
    founded: tuple[str, ...] = ()
    gender: str | None = None
    countries: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    snapshot_id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """The primary name."""
        return self.names[0].text if self.names else ""

    @classmethod
    def named(cls, name: str, schema: str = "LegalEntity", **known: Any) -> Party:
        """A query of one name."""
        return cls((PartyName(name),), schema, **known)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Which word of the query met which word of the listed name, how, and with what weight."""

    query: str
    listed: str
    how: str
    similarity: float
    weight: float


@dataclass(frozen=True, slots=True)
class Feature:
    """One function of the scoring table, as it came out.

    Attributes:
        name: The function's name.
        text: Its docstring: what the reader is told.
        score: What it found, in [0, 1]; for a contradiction the strength of it.
        weight: Its weight; negative where it speaks against a match.
        detail: What was compared.
    """

    name: str
    text: str
    score: float
    weight: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed party that the query may be.

    Attributes:
        party: The listed party.
        score: In [0, 1].
        matched_name: The listed name that met the query best.
        query_name: The name of the query that met it.
        aligned: Word by word.
        features: Everything that counted, for and against.
    """

    party: Party
    score: float
    matched_name: PartyName
    query_name: str
    aligned: tuple[Aligned, ...] = ()
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The answer to one query.

    `problem` is set where the query could not be answered (an empty name, a name of 100,000
    characters): then there are no candidates, and that is no clearance.
    """

    query: Party
    candidates: tuple[Candidate, ...]
    problem: str | None = None
