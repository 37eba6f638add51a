"""One entity of a list in the making."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from umweg.sources.lists.days import Order, day_of
from umweg.sources.lists.fields import Noticed
from umweg.sources.lists.numbers import is_valid, kind_of, normal
from umweg.sources.lists.places import NOWHERE, alpha3_of
from umweg.sources.lists.scripts import script_of

Values = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """An entity while its publisher's rows are read.

    What is not understood is told to `noticed`, and what is published stays: a country that is not
    known goes into `fields`, a date that is none too.

    Attributes:
        number: The publisher's own stable number.
        schema: FollowTheMoney schema.
        noticed: Where alarms go.
        rows: Rows of the file that this entity is made of.
        order: Which comes first in dates of numbers.
    """

    number: str
    schema: str
    noticed: Noticed
    rows: int = 1
    order: Order = "dmy"
    names: list[Values] = field(default_factory=list)
    identifiers: list[Values] = field(default_factory=list)
    addresses: list[Values] = field(default_factory=list)
    listings: list[Values] = field(default_factory=list)
    relations: list[Values] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    birth_dates: list[str] = field(default_factory=list)
    birth_places: list[str] = field(default_factory=list)
    founded: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    gender: str | None = None
    dissolved: str | None = None
    industry: str | None = None
    remarks: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)

    def name(
        self,
        text: str,
        kind: str = "alias",
        *,
        weak: bool = False,
        language: str | None = None,
        given: str = "",
        patronymic: str = "",
        family: str = "",
    ) -> None:
        """A name in reading order; an empty one is none."""
        name = one_line(text)
        if name:
            self.names.append(
                {
                    "name": name,
                    "kind": kind,
                    "weak": weak,
                    "script": script_of(name),
                    "language": language,
                    "given": one_line(given) or None,
                    "patronymic": one_line(patronymic) or None,
                    "family": one_line(family) or None,
                }
            )

    def person(
        self,
        given: str,
        family: str,
        kind: str = "alias",
        *,
        middle: str = "",
        weak: bool = False,
        language: str | None = None,
    ) -> None:
        """A person's name from its parts."""
        self.name(
            f"{given} {middle} {family}",
            kind,
            weak=weak,
            language=language,
            given=given,
            patronymic=middle,
            family=family,
        )

    def identifier(
        self, kind: str, value: str, country: str = "", note: str = "", *, alpha3: str | None = None
    ) -> None:
        """A number; its kind is made exact by country and form."""
        text = one_line(value)
        bare = normal(text)
        if not bare:
            return
        issuer = alpha3 or (self.alpha3(country) if country else None)
        exact = kind_of(kind, bare, issuer)
        self.identifiers.append(
            {
                "kind": exact,
                "value": text,
                "normal": bare,
                "country": issuer,
                "valid": is_valid(exact, bare),
                "note": one_line(note) or None,
            }
        )

    def address(
        self,
        full: str = "",
        *,
        street: str = "",
        city: str = "",
        region: str = "",
        postal_code: str = "",
        country: str = "",
        note: str = "",
    ) -> None:
        """An address; the whole of it is put together from its parts where it is not given."""
        parts = [one_line(p) for p in (street, city, region, postal_code, country)]
        whole = one_line(full) or ", ".join(p for p in parts if p)
        alpha3 = self.alpha3(country) if country else None
        if whole.casefold() in NOWHERE:
            return
        self.addresses.append(
            {
                "full": whole,
                "street": parts[0] or None,
                "city": parts[1] or None,
                "region": parts[2] or None,
                "postal_code": parts[3] or None,
                "country": alpha3,
                "note": one_line(note) or None,
            }
        )

    def listing(
        self,
        list_: str,
        authority: str,
        *,
        programme: str = "",
        reference: str = "",
        listed_from: str = "",
        listed_until: str = "",
        legal_basis: str = "",
        reason: str = "",
        url: str = "",
    ) -> None:
        """A listing by an authority."""
        self.listings.append(
            {
                "list": list_,
                "authority": authority,
                "programme": one_line(programme) or None,
                "reference": one_line(reference) or None,
                "listed_from": self.day(listed_from),
                "listed_until": self.day(listed_until),
                "legal_basis": one_line(legal_basis) or None,
                "reason": reason.strip() or None,
                "url": url.strip() or None,
            }
        )

    def relation(
        self,
        kind: str,
        role: str = "",
        *,
        subject_id: str | None = None,
        subject_name: str | None = None,
        object_id: str | None = None,
        object_name: str | None = None,
        share: tuple[float | None, float | None] = (None, None),
        control: bool | None = None,
        valid_from: str = "",
        valid_until: str = "",
    ) -> None:
        """A relation; a side without an id and a name is this entity itself."""
        subject_self = not subject_id and not subject_name
        object_self = not object_id and not object_name
        self.relations.append(
            {
                "subject_id": SELF if subject_self else subject_id,
                "subject_name": subject_name or None,
                "object_id": SELF if object_self else object_id,
                "object_name": object_name or None,
                "kind": kind,
                "role": one_line(role) or None,
                "share_min": share[0],
                "share_max": share[1],
                "control": control,
                "valid_from": self.day(valid_from),
                "valid_until": self.day(valid_until),
            }
        )

    def country(self, text: str) -> None:
        """A country or nationality of the entity."""
        for part in _countries(text):
            if alpha3 := self.alpha3(part):
                self.countries.append(alpha3)

    def born(self, text: str) -> None:
        """A date of birth; one that cannot be read is an alarm and stays as published."""
        for part in re.split(r"\s+or\s+", one_line(text), flags=re.I):
            if day := self.day(part, "birth_date"):
                self.birth_dates.append(day)

    def alpha3(self, text: str) -> str | None:
        """Alpha-3 of a country as published; an unknown one is an alarm, and kept in `fields`."""
        name = one_line(text)
        if name.casefold() in NOWHERE:
            return None
        known = alpha3_of(name)
        if known is None:
            self.noticed.add(
                "unknown-country",
                "a country that is not known by this name; it is kept as published in `fields`",
                name,
            )
            self.keep("country_as_published", name)
        return known

    def day(self, text: str, what: str = "date") -> str | None:
        """A date as the store writes it; one that is none is an alarm, and kept in `fields`."""
        bare = one_line(text)
        if not bare or bare == "-":
            return None
        day = day_of(bare, self.order)
        if day is None:
            self.noticed.add(
                "date-not-understood",
                "a date that cannot be read; it is kept as published in `fields`",
                bare,
            )
            self.keep(f"{what}_as_published", bare)
        return day

    def keep(self, name: str, value: str) -> None:
        """A value that has no column of its own."""
        text = one_line(value)
        if text and text not in self.fields.setdefault(name, []):
            self.fields[name].append(text)

    def sex(self, text: str) -> None:
        """Gender in the publisher's words; another word than male or female is kept."""
        word = text.strip().casefold()
        if word in ("male", "m"):
            self.gender = "male"
        elif word in ("female", "f"):
            self.gender = "female"
        else:
            self.keep("gender", text)


def _countries(text: str) -> list[str]:
    """The countries of a cell that names one, or several with a sign between them."""
    name = one_line(text)
    if name.casefold() in NOWHERE:
        return []
    if alpha3_of(name):
        return [name]
    return [p for p in re.split(r"\s*[/;]\s*|\.\s+", name) if p]


SELF = "\0self"
"""Stands for the entity's own id until it is known."""


def one_line(text: str) -> str:
    """A text without line ends and double spaces."""
    return " ".join(text.split())
