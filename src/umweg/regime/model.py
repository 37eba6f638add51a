"""The shape of every fact of the regime: frozen records, one class for each kind of fact file.

Intervals are half-open, `[from, until)`. "Current" is computed from dates and never stored. A field
named `from_` here is written `from` in the files.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

DateQuality = Literal["exact", "lower-bound", "no-later-than"]
"""How a date is to be read: the day itself; a day before which it was not so (the true day may be
later); a day from which on it is certain (the true day may be earlier)."""

Strength = Literal["listed", "may_be_controlled"]
"""`listed`: the act names the code. `may_be_controlled`: a list of texts was matched to codes by a
correlation table; the code is wider than the item, so it must be classified."""

Confidence = Literal["A", "B", "C", "D"]
"""A two or more sources, B one, C general knowledge or reconstruction, D not to be used."""

Absence = Literal["not-listed", "cannot-tell"]


@dataclass(frozen=True, slots=True)
class Edition:
    """`regime.yaml`: the month of the facts, and the target that is meant where none is named."""

    data_month: str
    default_target: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """`issuers.yaml`: an authority or group that adopts measures or publishes lists."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """`sources.yaml`: where a code list was taken from, and on what terms."""

    id: str
    title: str
    licence: str
    link: str = ""
    via: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """`instruments.yaml`: a legal act or public paper.

    `number_seen` says whether its number was read in a source (`yes`, `partly`) or is general
    knowledge (`no`).
    """

    id: str
    issuer: str
    title: str
    confidence: Confidence
    celex: str = ""
    link: str = ""
    note: str = ""
    adopted: date | None = None
    in_force: date | None = None
    number_seen: Literal["yes", "partly", "no"] = "no"


@dataclass(frozen=True, slots=True)
class Programme:
    """`programmes.yaml`: a regime; measures belong to one programme."""

    id: str
    issuer: str
    title: str
    targets: tuple[str, ...]
    instrument: str


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of time in which a measure applies; `instrument` made it begin,
    `until_instrument` made it end."""

    from_: date
    instrument: str
    date_quality: DateQuality
    confidence: Confidence
    until: date | None = None
    until_instrument: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """`measures.yaml`: one prohibition, duty or watch list.

    `main` marks the measures whose first day cuts time into before and after. `verified_on` is the
    day on which the provision itself was last compared with this record; empty if never.
    """

    id: str
    programme: str
    kind: Literal["prohibition", "duty", "watch-list"]
    title: str
    provision: str
    direction: str
    targets: tuple[str, ...]
    goods_list: str
    intervals: tuple[Interval, ...]
    annex: str = ""
    main: bool = False
    wind_down_note: str = ""
    verified_on: date | None = None
    note: str = ""

    @property
    def in_force_from(self) -> date:
        """The first day of the first interval."""
        return min(i.from_ for i in self.intervals)

    def in_force(self, as_of: date) -> bool:
        """Whether the measure applies on a day."""
        return any(
            i.from_ <= as_of and (i.until is None or as_of < i.until) for i in self.intervals
        )


@dataclass(frozen=True, slots=True)
class OwnershipInterval:
    """One stretch of time in which an authority reads ownership in one way.

    Attributes:
        threshold_percent, comparison: Holdings of at least (`>=`) or more than (`>`) so much.
        aggregate: `all`: the holdings of all listed persons are added up; `joint`: only those of
            persons who hold jointly.
        counts: What is a holding: shares, votes.
        control: Whether control without ownership has the same effect.
        paper, link: The guidance or provision.
    """

    from_: date
    threshold_percent: int
    comparison: Literal[">=", ">"]
    aggregate: Literal["all", "joint"]
    counts: tuple[Literal["shares", "votes"], ...]
    control: bool
    paper: str
    link: str
    date_quality: DateQuality
    confidence: Confidence
    until: date | None = None
    until_paper: str = ""
    note: str = ""

    def reached(self, percent: float) -> bool:
        """Whether a sum of holdings reaches the threshold."""
        limit = self.threshold_percent
        return percent >= limit if self.comparison == ">=" else percent > limit


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """`ownership.yaml`: when a firm counts as owned by the persons on an authority's lists."""

    id: str
    issuer: str
    title: str
    lists: tuple[str, ...]
    intervals: tuple[OwnershipInterval, ...]

    def at(self, as_of: date) -> OwnershipInterval | None:
        """The reading of a day; None where the authority had no such rule."""
        for i in self.intervals:
            if i.from_ <= as_of and (i.until is None or as_of < i.until):
                return i
        return None


@dataclass(frozen=True, slots=True)
class Version:
    """A published state of a goods list: its number of codes and its first day."""

    id: str
    from_: date
    date_quality: DateQuality
    codes: int
    confidence: Confidence
    reference: str


@dataclass(frozen=True, slots=True)
class ListInfo:
    """`lists.yaml`: a goods list and how far it reaches.

    A list either has a `file`, or `refers_to` another list (its codes count from `not_before`), or
    is not held. `created` is the day the list came into being: before it, absence is certain.
    Between `complete_from` and `complete_until` (first day no longer covered) `absence` says what
    it means that a code is not found. `as_of` is for a list of one day's text without own dates.
    """

    id: str
    title: str
    programme: str
    direction: str
    absence: Absence
    reach_note: str
    file: str = ""
    refers_to: str = ""
    not_before: date | None = None
    nomenclature: str = ""
    strength: Strength = "listed"
    source: str = ""
    instrument: str = ""
    as_of: date | None = None
    created: date | None = None
    complete_from: date | None = None
    complete_until: date | None = None
    date_confidence: Confidence = "C"
    versions: tuple[Version, ...] = ()

    @property
    def held(self) -> bool:
        """Whether codes of this list are held."""
        return bool(self.file or self.refers_to)


class Entry(NamedTuple):
    """One code on one goods list, in one interval.

    A named tuple, because some thousand of them are made on every start.

    Attributes:
        code: Digits, with leading zeros.
        nomenclature: The vintage of the code.
        from_: First day; read it with `date_quality`. None if no date is known at all.
        until: First day on which it is no longer listed; None while it is.
        date_quality: See `DateQuality`.
        date_basis: `source`, `earliest-over-categories`, `annex-created`, `repaired`,
            `reconstruction`, `text-of-a-day`, `alignment`, or `user`.
        strength: See `Strength`.
        instrument: Identifier of the act that listed it, or a reference given by the user.
        code_confidence: That the code is on the list.
        date_confidence: That the date is right.
        tier: Tier of the Common High Priority List, else empty.
        description: Short text, where the source allows one.
        partial_code: Only some sub-codes of this code are listed.
        price_threshold_eur: The ban applies above this price per item.
        wind_down_until: Last day for old contracts; only where the date is exact.
        version: The published state in which the code first appeared.
        provision: Only in lists of users, where one file may hold several provisions.
        until_instrument: The act that ended it.
    """

    code: str
    nomenclature: str
    from_: date | None = None
    until: date | None = None
    date_quality: DateQuality = "exact"
    date_basis: str = "source"
    strength: Strength = "listed"
    instrument: str = ""
    code_confidence: str = "B"
    date_confidence: str = "B"
    tier: str = ""
    description: str = ""
    partial_code: bool = False
    price_threshold_eur: float | None = None
    wind_down_until: date | None = None
    version: str = ""
    provision: str = ""
    until_instrument: str = ""

    def in_force(self, as_of: date) -> bool:
        """Whether the code is known to be on the list on a day."""
        return (self.from_ is None or self.from_ <= as_of) and (
            self.until is None or as_of < self.until
        )


@dataclass(frozen=True, slots=True)
class Target:
    """`targets.yaml`: who is struck by a programme, in which role, from when."""

    code: str
    name: str
    kind: Literal["country", "territory"]
    role: Literal["target", "destination-of-ban", "occupied-territory"]
    programmes: tuple[str, ...]
    from_: date
    instrument: str
    legal_basis: str
    confidence: Confidence
    until: date | None = None
    until_instrument: str = ""
    note: str = ""

    def in_force(self, as_of: date) -> bool:
        """Whether the role applies on a day."""
        return self.from_ <= as_of and (self.until is None or as_of < self.until)


@dataclass(frozen=True, slots=True)
class Member:
    """`coalition.csv`: a country that applies the measures against a target.

    Only the role `member` makes a country part of the coalition; `partial` (own, narrower
    measures) and `own-embargo` are kept and shown apart.
    """

    country: str
    target: str
    role: Literal["member", "partial", "own-embargo"]
    from_: date
    date_quality: DateQuality
    instrument: str
    membership_confidence: Confidence
    date_confidence: Confidence
    reference: str
    bloc: str = ""
    date_text: str = ""
    us_exclusion_list: str = ""
    reference_2: str = ""
    until: date | None = None

    def in_force(self, as_of: date) -> bool:
        """Whether the role applies on a day."""
        return self.from_ <= as_of and (self.until is None or as_of < self.until)


@dataclass(frozen=True, slots=True)
class Naming:
    """`transit.csv`: one statement that goods may pass through a third country to a target."""

    country: str
    target: str
    who: str
    date: dt.date
    date_quality: DateQuality
    reference: str
    confidence: Confidence
    date_text: str = ""
    until: dt.date | None = None
    until_reference: str = ""
    note: str = ""

    def in_force(self, as_of: dt.date) -> bool:
        """Whether the country had been named on a day and the role had not ended."""
        return self.date <= as_of and (self.until is None or as_of < self.until)


@dataclass(frozen=True, slots=True)
class TransitCountry:
    """A third country with everyone who named it up to a day."""

    country: str
    target: str
    from_: date
    until: date | None
    named_by: tuple[Naming, ...]

    @property
    def alpha3(self) -> str:
        """The ISO 3166 alpha-3 code."""
        return self.country

    @property
    def basis(self) -> str:
        """Who named it, in words, the earliest first."""
        return "; ".join(dict.fromkeys(n.who for n in self.named_by))


@dataclass(frozen=True, slots=True)
class Event:
    """`timeline.csv`: something adopted by an issuer on a day.

    Where `precision` is not `day`, `in_force` is the first possible day and `date_text` says what
    the source says.
    """

    id: str
    issuer: str
    targets: tuple[str, ...]
    adopted: date
    in_force: date
    precision: Literal["day", "month", "range"]
    instruments: tuple[str, ...]
    title: str
    what: str
    confidence: Confidence
    number_seen: Literal["yes", "partly", "no"]
    reference: str
    package: str = ""
    date_text: str = ""
    reference_2: str = ""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """`red_flags.csv`: a public warning sign, in our own words."""

    id: str
    publisher: str
    text: str
    status: Literal["verified-in-summary", "general-knowledge", "gap"]
    reference: str
    fields: str = ""
    level: str = ""
    open_statistics: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """`annexes.csv`: an annex of Regulation 833/2014; numbering with confidence D is unchecked."""

    annex: str
    article: str
    subject: str
    confidence: Confidence
    direction: str = ""
    package: str = ""
    instruments: tuple[str, ...] = ()
    coding: str = ""


@dataclass(frozen=True, slots=True)
class QuestionRule:
    """`questions.yaml`: a rule that needs no list; it asks, and never makes a measure."""

    id: str
    programme: str
    targets: tuple[str, ...]
    prefixes: tuple[str, ...]
    from_: date
    instrument: str
    confidence: Confidence
    text: str
    until: date | None = None
    until_instrument: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """`duties.yaml`: something an exporter owes for goods that may go, such as a contract clause.

    It applies to goods of `lists` that are sold to a third country other than those of `not_to`,
    from its first day on; contracts concluded before `old_contracts_before` are exempt until
    `old_contracts_until` (first day without the exemption), or until they end, if that is earlier.
    """

    id: str
    programme: str
    targets: tuple[str, ...]
    provision: str
    title: str
    text: str
    from_: date
    instrument: str
    lists: tuple[str, ...]
    not_to: tuple[str, ...]
    references: tuple[str, ...]
    confidence: Confidence
    until: date | None = None
    until_instrument: str = ""
    old_contracts_before: date | None = None
    old_contracts_until: date | None = None
    verified_on: date | None = None
    note: str = ""

    def in_force(self, as_of: date) -> bool:
        """Whether the duty applies on a day."""
        return self.from_ <= as_of and (self.until is None or as_of < self.until)

    def exempts(self, contract: date, as_of: date) -> bool:
        """Whether a contract of a day is still exempt on another."""
        before, until = self.old_contracts_before, self.old_contracts_until
        return before is not None and until is not None and contract < before and as_of < until
