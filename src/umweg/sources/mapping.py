"""The mapping file: which column of a user's own table of trade is what.

One YAML document, strict: a key that is not known is an error, because a misspelt one would be a
setting that is silently not made. `holds: entities` is read by `sources.lists`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from umweg.errors import InputError
from umweg.sources.table_header import Recognise

HOLDS = ("flows", "entities")

UNITS = {"one": "1", "hundred": "100", "thousand": "1000", "million": "1000000",
         "billion": "1000000000"}  # fmt: skip
WEIGHTS = {"kg": "1", "100kg": "100", "tonne": "1000", "g": "0.001", "lb": "0.45359237"}
"""Kilograms in a unit of weight; the pound of 1959 is 0.45359237 kg exactly."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"'{text}' is no regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Columns = str | tuple[str, ...]
"""The name of a column, or the names that it has in one file or another."""


class Where(_Part):
    """Where a value stands: in a column, or the same in every row.

    Attributes:
        column: Name of the column (or the names that it may have).
        value: The same for every row.
        values: What the texts of the column mean; a text that is not named stays as it is.
    """

    column: Columns | None = None
    value: str | None = None
    values: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one(self) -> Where:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either 'column' or 'value'")
        return self


class Place(Where):
    """A reporter or partner.

    Attributes:
        language: Languages of the names, besides English: `ru`, `de`, `fr` …
        names: Names that are written in a way of their own, with the alpha-3 code of each.
        drop_parentheses: Whether what stands in parentheses at the end of a name is no part of it.
    """

    language: tuple[str, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    drop_parentheses: bool = False


class Period(_Part):
    """The month or year.

    Attributes:
        column: Name of the column.
        value: The same for every row.
        sheet: Taken from the name of the sheet.
        pattern: Regular expression with the groups `year` and, for months, `month`.
    """

    column: Columns | None = None
    value: str | None = None
    sheet: bool = False
    pattern: Pattern | None = None

    @model_validator(mode="after")
    def _one(self) -> Period:
        if (self.column is not None) + (self.value is not None) + self.sheet != 1:
            raise ValueError("give one of 'column', 'value' and 'sheet: true'")
        if self.pattern is not None and "(?P<year>" not in self.pattern:
            raise ValueError("'pattern' needs a group (?P<year>…), and (?P<month>…) for months")
        return self


class Amount(_Part):
    """A column of numbers.

    Attributes:
        column: Name of the column.
        unit: What the numbers count.
    """

    column: Columns
    unit: str = "one"


class Value(Amount):
    """The value; `unit` one, hundred, thousand, million or billion."""

    unit: Literal["one", "hundred", "thousand", "million", "billion"] = "one"


class Weight(Amount):
    """The net weight; `unit` kg, 100kg, tonne, g or lb."""

    unit: Literal["kg", "100kg", "tonne", "g", "lb"] = "kg"


class Wide(_Part):
    """Columns that hold one figure each: a row of the table is several statements.

    Attributes:
        column: Name of the column.
        columns: Or a regular expression for the names of several.
        flow, period, code, reporter, partner: What the figures of the column are of; in `period`
            `\\g<1>` stands for the first group of `columns`.
    """

    column: Columns | None = None
    columns: Pattern | None = None
    flow: str | None = None
    period: str | None = None
    code: str | None = None
    reporter: str | None = None
    partner: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Wide:
        if (self.column is None) == (self.columns is None):
            raise ValueError("give either 'column' or 'columns'")
        return self


class Table(_Part):
    """How the table is written.

    Attributes:
        sheet: Name of the sheet of a workbook.
        sheets: Or a regular expression: every sheet whose name fits is read.
        encoding, delimiter: Of a CSV file, where they are not found.
        skip_below_header: Rows right below the header that are none, such as its second line.
        decimal, thousands: How numbers are written, where they are text.
    """

    sheet: str | None = None
    sheets: Pattern | None = None
    encoding: str | None = None
    delimiter: str | None = None
    skip_below_header: int = Field(default=0, ge=0, le=20)
    decimal: Literal[".", ","] = "."
    thousands: Literal["", " ", ",", ".", "'"] = ""

    @model_validator(mode="after")
    def _differ(self) -> Table:
        if self.decimal == self.thousands:
            raise ValueError("'decimal' and 'thousands' cannot be the same sign")
        if self.sheet is not None and self.sheets is not None:
            raise ValueError("give either 'sheet' or 'sheets'")
        return self


class Origin(_Part):
    """Who published the figures."""

    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    licence: str | None = None


def columns_of(part: Any) -> set[str]:
    """The names of columns in a mapping, or in a part of one."""
    if isinstance(part, BaseModel):
        found: set[str] = set()
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name == "column" and value is not None:
                found |= {value} if isinstance(value, str) else set(value)
            else:
                found |= columns_of(value)
        return found
    return set().union(*map(columns_of, part)) if isinstance(part, tuple) else set()


def known_names(part: Any) -> Recognise:
    """Tells the header of a table: how many names of a row the mapping names."""
    wanted = {" ".join(n.split()).casefold() for n in columns_of(part)}
    return lambda names: len(wanted & {" ".join(n.split()).casefold() for n in names})


class FlowMapping(_Part):
    """A table of trade.

    Attributes:
        nomenclature: A vintage such as HS2022; `HS by year` or `CN by year` for the edition that
            was in force; or a column.
        currency: ISO 4217, for every row; or a column.
        ignore: Column of the contract → texts whose rows are no figures of their own, such as the
            totals of regions.
    """

    holds: Literal["flows"]
    origin: Origin = Origin()
    table: Table = Table()
    reporter: Place
    partner: Place | None = None
    flow: Where | None = None
    period: Period | None = None
    nomenclature: Where
    code: Where
    value: Value | None = None
    unit: Literal["one", "hundred", "thousand", "million", "billion"] = "one"
    currency: Where
    basis: Where | None = None
    net_weight: Weight | None = None
    quantity: Amount | None = None
    quantity_unit: Where | None = None
    wide: tuple[Wide, ...] = ()
    ignore: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> FlowMapping:
        if (self.value is None) == (not self.wide):
            raise ValueError("give either 'value' or 'wide'")
        for name in ("partner", "flow", "period"):
            if getattr(self, name) is None and not (
                self.wide and all(getattr(w, name) is not None for w in self.wide)
            ):
                raise ValueError(f"'{name}' is missing")
        known = ("reporter", "partner", "flow", "period", "code")
        if bad := [k for k in self.ignore if k not in known]:
            raise ValueError(f"'ignore' has no '{bad[0]}'; allowed: {', '.join(known)}")
        return self


def read_document(path: Path) -> dict[str, Any]:
    """The YAML document of a mapping file, and whether it says what the table holds.

    Raises:
        InputError: it cannot be read, or does not say so.
    """
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise InputError(
            f"the mapping cannot be read: {error}",
            where=str(path),
            allowed="a YAML file in UTF-8",
            next_step="see docs/sources.md for one",
        ) from error
    if not isinstance(found, dict) or found.get("holds") not in HOLDS:
        raise InputError(
            "the mapping does not say what the table holds",
            where=f"{path}, key 'holds'",
            allowed=", ".join(HOLDS),
            next_step="add the line 'holds: flows'",
        )
    return found


def flow_mapping(document: dict[str, Any], path: Path) -> FlowMapping:
    """A document as the mapping of a table of trade.

    Raises:
        InputError: a key that is not known, is missing, or holds what it cannot.
    """
    try:
        return FlowMapping.model_validate(document)
    except ValidationError as error:
        problems = error.errors()
        lines = []
        for p in problems[:5]:
            key = ".".join(str(k) for k in p["loc"]) or "(the mapping)"
            lines.append(f"{key}: {p['msg'].removeprefix('Value error, ')}")
        raise InputError(
            f"the mapping does not fit: {'; '.join(lines)}",
            where=str(path),
            allowed=_allowed(problems[0]["loc"]),
            next_step="see docs/sources.md for every key",
        ) from error


def _allowed(loc: tuple[int | str, ...]) -> str:
    """The keys that are allowed where a problem is."""
    model: Any = FlowMapping
    for key in loc[:-1]:
        field = model.model_fields.get(str(key)) if hasattr(model, "model_fields") else None
        if field is None:
            continue
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next((k for k in kinds if hasattr(k, "model_fields")), model)
    return ", ".join(model.model_fields)
