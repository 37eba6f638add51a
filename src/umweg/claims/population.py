"""Whose trade, in what, when: the parts of a claim file that say which figures a test is about."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Tag,
    model_validator,
)

from umweg import nomenclature as nom
from umweg.errors import NomenclatureError, UsageError
from umweg.geography import GROUPS, is_place
from umweg.periods import WAYS_TO_WRITE, Window

COUNTRY = f"ISO 3166-1 alpha-3 codes of three letters, or a group: {', '.join(GROUPS)}"


class RefusedError(ValueError):
    """A value that a claim file must not hold, with what it may hold instead."""

    def __init__(self, what: str, allowed: str, next_step: str = "") -> None:
        super().__init__(what)
        self.allowed = allowed
        self.next_step = next_step


class Strict(BaseModel):
    """Unknown keys are errors, types are not guessed, and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True
    )


def _place(code: str) -> str:
    if not is_place(code):
        raise RefusedError(
            f"{code!r} is no country and no group", COUNTRY, "write three capital letters"
        )
    return code


def as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _filled(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise RefusedError("the list is empty", "at least one entry")
    return value


def as_day(value: Any) -> Any:
    """A day, as YAML reads it or as a text."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise RefusedError(f"{value!r} is not a day", "a day written YYYY-MM-DD") from None


def as_window(value: Any) -> Any:
    """An interval of time in one of the ways in which people write it."""
    if isinstance(value, Window):
        return value
    try:
        return Window.parse(str(value))
    except UsageError as error:
        raise RefusedError(error.what, WAYS_TO_WRITE) from None


Day = Annotated[date, BeforeValidator(as_day)]
Period = Annotated[Window, BeforeValidator(as_window)]
Place = Annotated[str, AfterValidator(_place)]
Places = Annotated[
    tuple[Place, ...], BeforeValidator(as_tuple), BeforeValidator(as_list), AfterValidator(_filled)
]
FlowKind = Literal["X", "M", "RX", "RM"]
FlowKinds = Annotated[
    tuple[FlowKind, ...],
    BeforeValidator(as_tuple),
    BeforeValidator(as_list),
    AfterValidator(_filled),
]
Texts = Annotated[
    tuple[str, ...], BeforeValidator(as_tuple), BeforeValidator(as_list), AfterValidator(_filled)
]


class Codes(Strict):
    """Goods by code, in the vintage in which they were chosen.

    `codes` are headings, sub-headings or ranges of headings: `8542`, `8517.13`, `8541-8542`.
    """

    codes: Texts
    nomenclature: str

    @model_validator(mode="after")
    def _known(self) -> Codes:
        try:
            vintage = nom.nomenclature(self.nomenclature)
        except NomenclatureError as error:
            raise RefusedError(error.what, error.allowed, error.next_step) from None
        for code in self.codes:
            try:
                plain = nom.expand_range(code) if "-" in code else (nom.parse_code(code),)
            except NomenclatureError as error:
                raise RefusedError(error.what, error.allowed, error.next_step) from None
            for one in plain:
                if not nom.exists(one[:6], vintage.hs):
                    raise RefusedError(
                        f"{self.nomenclature} has no code {one}",
                        f"codes of {self.nomenclature}",
                        "correct the code or the nomenclature",
                    )
        return self

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The codes as digits, ranges written out."""
        found: list[str] = []
        for code in self.codes:
            found += nom.expand_range(code) if "-" in code else [nom.parse_code(code)]
        return tuple(dict.fromkeys(found))


class Lists(Strict):
    """Goods by lists of the regime, as they stood on a day; `tier` narrows a list with tiers."""

    lists: Texts
    day: Day
    tier: str | None = None


BY_CODE, BY_LIST = "goods-by-code", "goods-by-list"
"""Names of two kinds of goods, which no key of a file has."""


def _kind_of_goods(value: Any) -> str:
    if isinstance(value, Codes | Lists):
        return BY_CODE if isinstance(value, Codes) else BY_LIST
    if isinstance(value, dict):
        return BY_LIST if "lists" in value else BY_CODE
    return "all-goods"


Goods = Annotated[
    Annotated[Literal["TOTAL"], Tag("all-goods")]
    | Annotated[Codes, Tag(BY_CODE)]
    | Annotated[Lists, Tag(BY_LIST)],
    Discriminator(_kind_of_goods),
]
"""All goods (`TOTAL`), goods by code, or goods by lists of the regime."""

ListsOrCodes = Annotated[
    Annotated[Codes, Tag(BY_CODE)] | Annotated[Lists, Tag(BY_LIST)],
    Discriminator(lambda value: _kind_of_goods(value).replace("all-goods", BY_CODE)),
]


class Population(Strict):
    """Whose statements about whom: the reporters, their partners, the flow and the goods.

    Several reporters, partners or flows are added up.
    """

    reporter: Places
    partner: Places
    flow: FlowKinds
    goods: Goods = "TOTAL"
