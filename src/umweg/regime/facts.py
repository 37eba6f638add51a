"""Strict reading of fact files: an unknown key, a bad date or a missing reference is an error.

A small reader over the dataclasses of `model`, not a validation library: some thousand rows are
read while a user waits, and a message has to name file, row and key, what is allowed and what to
do next. Every key is known or refused, and every value has the type of its field.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from umweg.errors import RegimeError

T = TypeVar("T")

_COUNTRY = re.compile(r"[A-Z]{3}")
_TRUE = {"1", "true", "yes"}
_FALSE = {"", "0", "false", "no"}
_ALIASES = {"from_": "from"}


def key_of(field: str) -> str:
    """The name of a field as the files write it: `from` for `from_`."""
    return _ALIASES.get(field, field)


_KNOWN: dict[type, tuple[dict[str, tuple[str, Any]], tuple[str, ...]]] = {}


def _fields(cls: type) -> tuple[dict[str, tuple[str, Any]], tuple[str, ...]]:
    """({key: (field, type)}, required keys) of a record class."""
    if cls not in _KNOWN:
        _KNOWN[cls] = _read_fields(cls)
    return _KNOWN[cls]


def _read_fields(cls: Any) -> tuple[dict[str, tuple[str, Any]], tuple[str, ...]]:
    hints = get_type_hints(cls)
    known = {key_of(f.name): (f.name, hints[f.name]) for f in dataclasses.fields(cls)}
    required = tuple(
        key_of(f.name)
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    )
    return known, required


def parse_date(value: object, where: str) -> date:
    """A day written YYYY-MM-DD."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return _date(str(value))
    except ValueError:
        raise RegimeError(
            f"{value!r} is not a date",
            where=where,
            allowed="a day written YYYY-MM-DD, such as 2022-02-26",
            next_step="write the day in full, and say in date_quality how exact it is",
        ) from None


@cache
def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def check_country(code: str, where: str) -> str:
    """A country as three capital letters; whether it exists is tested by `umweg regime check`."""
    if not _COUNTRY.fullmatch(code):
        raise RegimeError(
            f"{code!r} is not a country code",
            where=where,
            allowed="three capital letters, ISO 3166-1 alpha-3, such as KAZ",
            next_step="write the alpha-3 code",
        )
    return code


def _convert(value: Any, wanted: Any, where: str) -> Any:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        if value is None or value == "":
            return None
        return _convert(value, next(a for a in get_args(wanted) if a is not type(None)), where)
    if origin is Literal:
        if value not in get_args(wanted):
            raise RegimeError(
                f"{value!r} is not one of the words for this key",
                where=where,
                allowed=", ".join(map(str, get_args(wanted))),
                next_step="use one of them",
            )
        return value
    if origin is tuple:
        return _convert_tuple(value, get_args(wanted)[0], where)
    if wanted is date:
        return parse_date(value, where)
    if wanted is bool:
        if isinstance(value, bool):
            return value
        return parse_flag(str(value), where)
    if wanted is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if wanted is str and isinstance(value, str):
        return value
    raise RegimeError(
        f"{value!r} has the wrong type",
        where=where,
        allowed=f"a value of type {getattr(wanted, '__name__', wanted)}",
        next_step="quote texts and codes: a bare 01 or a bare date is read as something else",
    )


def _convert_tuple(value: Any, inner: Any, where: str) -> tuple[Any, ...]:
    if isinstance(value, str):
        value = value.split()  # in CSV files several values stand in one cell, divided by spaces
    if not isinstance(value, list):
        raise RegimeError(
            f"{value!r} is not a list", where=where, allowed="a list", next_step="write [a, b]"
        )
    if dataclasses.is_dataclass(inner) and isinstance(inner, type):
        return tuple(record(inner, v, f"{where}, item {n}") for n, v in enumerate(value, 1))
    return tuple(_convert(v, inner, where) for v in value)


def parse_flag(text: str, where: str) -> bool:
    """Yes or no: `1`, `true`, `yes` against `0`, `false`, `no` and empty."""
    lowered = text.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise RegimeError(
        f"{text!r} is neither yes nor no",
        where=where,
        allowed="1, true, yes, or 0, false, no, or empty",
        next_step="write 1 for yes and leave the cell empty for no",
    )


def record(cls: type[T], raw: object, where: str) -> T:
    """One record from a mapping; every key must be known and every required key present."""
    known, required = _fields(cls)
    if not isinstance(raw, Mapping):
        raise RegimeError(
            "a record is not a mapping of keys to values",
            where=where,
            allowed=", ".join(known),
            next_step="write key: value lines",
        )
    unknown = [str(k) for k in raw if k not in known]
    if unknown:
        raise RegimeError(
            f"unknown key {unknown[0]!r}",
            where=where,
            allowed=", ".join(known),
            next_step=f"remove or rename {', '.join(unknown)}",
        )
    missing = [k for k in required if raw.get(k) is None or raw.get(k) == ""]
    if missing:
        what = "no reference" if missing[0] in _REFERENCES else f"the key {missing[0]!r} is missing"
        raise RegimeError(
            f"{what}: every fact names {', '.join(missing)}",
            where=where,
            allowed=f"required keys: {', '.join(required)}",
            next_step=f"add {missing[0]}: the act or page on which this rests"
            if missing[0] in _REFERENCES
            else f"add {missing[0]}",
        )
    values = {
        known[k][0]: _convert(v, known[k][1], f"{where}, key {k}")
        for k, v in raw.items()
        if v is not None
    }
    made = cls(**values)
    _check_interval(made, where)
    return made


_REFERENCES = ("instrument", "reference", "instruments", "paper", "link")


def _check_interval(made: object, where: str) -> None:
    """What holds for every record with an interval: the order of its days, a cited end."""
    start = getattr(made, "from_", None) or getattr(made, "date", None)
    until = getattr(made, "until", None)
    check_order(start, until, where)
    for name in ("until_instrument", "until_reference"):
        if until is not None and hasattr(made, name) and not getattr(made, name):
            raise RegimeError(
                "the end of the interval has no reference",
                where=where,
                allowed=f"until together with {name}",
                next_step=f"add {name}: the act that ended it",
            )
    country = getattr(made, "country", None)
    if isinstance(country, str):
        check_country(country, where)


def check_order(start: date | None, until: date | None, where: str) -> None:
    """Half-open intervals are not empty: `until` lies after `from`."""
    if start is not None and until is not None and until <= start:
        raise RegimeError(
            f"until {until} does not lie after from {start}",
            where=where,
            allowed="until is the first day on which it no longer applies",
            next_step="correct one of the two days",
        )


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML that refuses a key written twice: the parser would silently keep the last one."""


def _unique_mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
            raise yaml.YAMLError(
                f"line {key.start_mark.line + 1}: the key {key.value!r} stands twice"
            )
        seen.add(key.value)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; an unreadable one is an error that names the line."""
    try:
        return yaml.load(_read_text(path, "utf-8"), _Loader)  # noqa: S506  (a safe loader)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: bad bytes, or 30 February
        raise RegimeError(
            f"the file is not readable YAML: {' '.join(str(error).split())}",
            where=str(path),
            allowed="YAML in UTF-8, each key once, days written YYYY-MM-DD",
            next_step="mend what is named above",
        ) from None


def yaml_records(cls: type[T], path: Path) -> tuple[T, ...]:
    """All records of a YAML file that is a list of mappings."""
    raw = read_yaml(path) or []
    if not isinstance(raw, list):
        raise RegimeError(
            "the file is not a list of records",
            where=str(path),
            allowed="a list: each record begins with '- '",
            next_step="begin each record with '- '",
        )
    return tuple(record(cls, item, _place(path, item, n)) for n, item in enumerate(raw, 1))


def _place(path: Path, item: object, number: int) -> str:
    name = item.get("id") or item.get("code") if isinstance(item, Mapping) else None
    return f"{path}, record {number}" + (f" ({name})" if name else "")


def _read_text(path: Path, encoding: str) -> str:
    """The text of a regular file; what cannot be opened is an error that names it."""
    try:
        if path.exists() and not path.is_file():
            raise RegimeError(
                "this is not a regular file",
                where=str(path),
                allowed="a file on disk, no folder and no pipe",
                next_step="name the file itself; save what comes from a pipe first",
            )
        return path.read_text(encoding=encoding)
    except OSError as error:
        raise RegimeError(
            f"the file cannot be opened: {error.strerror or error}",
            where=str(path),
            allowed="a file that exists and may be read",
            next_step="check the path and the permissions of the file",
        ) from None


def _delimiter(text: str, known: tuple[str, ...]) -> str:
    """Which of comma, semicolon and tab divides the header into the most known columns."""
    line = text.split("\n", 1)[0]
    return max(
        ",;\t", key=lambda d: sum(c.strip().strip('"').lower() in known for c in line.split(d))
    )


def csv_rows(
    path: Path, known: tuple[str, ...], required: tuple[str, ...], *, lenient: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of a CSV file in UTF-8 whose header holds known columns only.

    A `lenient` reading, for lists of users, takes semicolons and tabs too, and capitals in the
    header.
    """
    try:
        text = _read_text(path, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise RegimeError(
            f"the file is not UTF-8 (byte {error.start})",
            where=str(path),
            allowed="CSV in UTF-8",
            next_step="save it again as CSV UTF-8",
        ) from None
    delimiter = _delimiter(text, known) if lenient else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = _cells(reader, path)
    header = [h.strip() for h in next(rows, [])]
    if lenient:
        header = [h.lower() for h in header]
    if not any(header):
        raise RegimeError(
            "the file is empty",
            where=str(path),
            allowed=f"a header with at least {', '.join(required)}, and rows below it",
            next_step="check that the right file was given",
        )
    unknown = [h for h in header if h not in known]
    doubled = [h for h in header if header.count(h) > 1]
    absent = [k for k in required if k not in header]
    if unknown or doubled or absent:
        if absent:
            problem = f"the column {absent[0]!r} is missing"
        elif unknown:
            problem = f"unknown column {unknown[0]!r}"
        else:
            problem = f"the column {doubled[0]!r} stands twice"
        raise RegimeError(
            problem,
            where=f"{path}, line 1",
            allowed=", ".join(known),
            next_step="rename the columns to these names (divided by commas), or remove them",
        )
    width = len(header)
    for cells in rows:
        if len(cells) != width:
            if not cells:
                continue
            raise RegimeError(
                f"the row has {len(cells)} cells, the header {width}",
                where=f"{path}, line {reader.line_num}",
                allowed=f"{width} cells divided by {_DELIMITERS[delimiter]}s",
                next_step=f"quote cells that contain a {_DELIMITERS[delimiter]}",
            )
        yield reader.line_num, dict(zip(header, cells, strict=True))


LONGEST_CELL = 131_072
"""Characters of a cell; more is a quote that was never closed."""
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def _cells(reader: Any, path: Path) -> Iterator[list[str]]:
    """The rows of a reader; what the reader cannot take is an error with its line."""
    problem = ""
    try:
        for cells in reader:
            # The reader's own limit is one for the whole process, so that others may move it.
            if any(len(c) > LONGEST_CELL for c in cells):
                problem = "a cell is too long"
                break
            yield cells
    except csv.Error as error:
        problem = str(error)
    if problem:
        raise RegimeError(
            f"the file is not readable CSV: {problem}",
            where=f"{path}, after line {reader.line_num}",
            allowed=f"cells of at most {LONGEST_CELL:,} characters, quotes closed",
            next_step="look for a quote that is not closed, or shorten the cell",
        )


def csv_records(cls: type[T], path: Path) -> tuple[T, ...]:
    """All records of a CSV file whose columns are the fields of `cls`."""
    known, required = _fields(cls)
    return tuple(
        record(cls, {k: v for k, v in row.items() if v != ""}, f"{path}, line {line}")
        for line, row in csv_rows(path, tuple(known), required)
    )
