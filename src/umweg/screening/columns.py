"""Which column of a table is what: proposed from its header, shown, kept in a small file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from anyascii import anyascii
from rapidfuzz import fuzz

from umweg.errors import InputError, UsageError
from umweg.sources.batches import cut, listed

PARTY_ROLES = (
    "consignee", "buyer", "ship_to", "end_user", "notify", "forwarder", "bank", "payer", "vessel",
)  # fmt: skip
"""Roles of columns that name a party."""

_NEEDED = ("code", "destination", *PARTY_ROLES)
_LIKE = 90
"""Similarity in percent from which a header that is not on the list is taken for a misspelling."""

_CURRENCY = re.compile(
    r"\b(EUR|USD|GBP|CHF|RUB|KZT|JPY|CNY|TRY|PLN|SEK|NOK|DKK|CZK|HUF|AED)\b|([€$£₽₸]|РУБ)"
)
_SIGNS = {"РУБ": "RUB", "€": "EUR", "$": "USD", "£": "GBP", "₽": "RUB", "₸": "KZT"}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column plays which role.

    Attributes:
        roles: {role: name of the column}.
        how: {role: `given`, `known name`, `part of the name` or `spelt alike`}.
        unused: Columns that play no role; they are kept out of every test.
        currency: The currency that a header names, for a table without a column of its own.
    """

    roles: Mapping[str, str]
    how: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    currency: str = ""


@cache
def known_names() -> dict[str, tuple[str, ...]]:
    """{role: names of its columns}, the surest first (`columns.yaml`)."""
    path = Path(__file__).with_name("columns.yaml")
    with path.open(encoding="utf-8") as f:
        found: dict[str, list[object]] = yaml.safe_load(f)
    return {role: tuple(plain(str(n)) for n in names) for role, names in found.items()}


ROLES_HELP = "a role of columns.yaml, such as code, destination, consignee, value, date"


def plain(header: str) -> str:
    """A header without case, accents, brackets and punctuation; the sign № stays."""
    text = re.sub(r"[(\[{].*?[)\]}]", " ", header) or header
    text = text.casefold().replace("ß", "ss")
    out = []
    for char in text:
        if char.isalnum() or char == "№":
            # Accents of Latin letters go; other scripts stay as they are.
            out.append(anyascii(char).casefold() if "\u00c0" <= char <= "\u024f" else char)
        else:
            out.append(" ")
    return " ".join("".join(out).replace("ё", "е").split())


def propose(columns: Sequence[str], given: Mapping[str, str] | None = None) -> ColumnMap:
    """The roles of the columns of a table.

    A known name decides; then a header that holds a known name as whole words; then one that is
    spelt alike. Each column plays one role, each role is played by one column; where two columns
    have equal claims the first one counts.

    Args:
        columns: Names of the columns.
        given: Roles that the user has fixed; a role with an empty name is not played.

    Raises:
        UsageError: `given` names a role or column that there is not.
        InputError: no column of a code, a destination or a party is found.
    """
    given = dict(given or {})
    _check_given(given, columns)
    claims = []
    for position, column in enumerate(columns):
        if column in given.values():
            continue
        for role, rank, strength, how in _claims(column):
            if role not in given:
                claims.append((-strength, rank, position, role, column, how))
    roles = {role: column for role, column in given.items() if column}
    reasons = dict.fromkeys(roles, "given")
    taken = set(roles.values())
    for _, _, _, role, column, how in sorted(claims):
        if role not in roles and column not in taken:
            roles[role] = column
            reasons[role] = how
            taken.add(column)
    if not any(role in roles for role in _NEEDED):
        if sum(c.strip()[:1].isdigit() for c in columns) * 3 >= len(columns):
            raise InputError(
                "the table has no header: its first row looks like an order",
                where=f"first row: {listed(columns)}",
                allowed="a row of column names above the orders",
                next_step="add a row such as  order;hs code;country;consignee;value;currency;date",
            )
        raise InputError(
            "no column of a goods code, a destination or a party was found",
            where=f"header: {listed(columns)}",
            allowed="headers in English, German or Russian, such as HS code, Warennummer, "
            "Bestimmungsland, Empfänger, ТН ВЭД",
            next_step="say which column is what in a file: --mapping mapping.yaml with lines such "
            f"as  code: {cut(columns[0]) if columns else 'NAME'}",
        )
    ordered = {role: roles[role] for role in known_names() if role in roles}
    return ColumnMap(
        ordered,
        {role: reasons[role] for role in ordered},
        tuple(c for c in columns if c not in taken),
        _currency_of(ordered),
    )


def recognised(columns: Sequence[str]) -> int:
    """How many roles the names of a row play: of several rows, that of most is the header."""
    found = {role for column in columns for role, *_ in _claims(column)}
    return len(found & set(known_names()))


def _claims(column: str) -> list[tuple[str, int, int, str]]:
    """(role, rank of the name, strength, how) of everything that a header may be."""
    text = plain(column)
    found: list[tuple[str, int, int, str]] = []
    if not text:
        return found
    words = f" {text} "
    for role, names in known_names().items():
        for rank, name in enumerate(names):
            if text == name:
                found.append((role, rank, 100, "known name"))
                break
            if len(name) > 3 and f" {name} " in words:
                # The longer the part, the surer; a stray word of 4 letters in a long header is not.
                share = len(name) / len(text)
                if share >= 0.4:
                    found.append((role, rank, 50 + int(40 * share), "part of the name"))
            elif len(name) > 6 and abs(len(name) - len(text)) <= 2:
                alike = fuzz.ratio(name, text)
                if alike >= _LIKE:
                    found.append((role, rank, int(alike) - 50, "spelt alike"))
    return found


def _currency_of(roles: Mapping[str, str]) -> str:
    for role in ("value", "unit_price"):
        found = _CURRENCY.search(roles.get(role, "").upper())
        if found:
            return found[1] or _SIGNS[found[2]]
    return ""


def _check_given(given: Mapping[str, str], columns: Sequence[str]) -> None:
    for role, column in given.items():
        if role not in known_names():
            raise UsageError(
                f"{role!r} is no role of a column",
                where="mapping",
                allowed=", ".join(known_names()),
                next_step="name one of these roles",
            )
        if column and column not in columns:
            raise UsageError(
                f"the table has no column {column!r}",
                where=f"mapping, {role}",
                allowed=listed(columns),
                next_step="write the column as it stands in the header",
            )


def read_mapping(path: Path) -> dict[str, str]:
    """A mapping kept by `write_mapping`, or typed: YAML, `role: column`.

    Raises:
        UsageError: it cannot be read, or is no mapping of texts.
    """
    try:
        with path.open(encoding="utf-8") as f:
            found = yaml.safe_load(f.read(1 << 20))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(
            f"the mapping cannot be read: {error}",
            where=str(path),
            allowed="YAML: a line  role: name of the column  for each role",
            next_step="let umweg check write one with --save-mapping",
        ) from None
    if not isinstance(found, dict) or not all(
        isinstance(k, str) and (v is None or isinstance(v, str | int)) for k, v in found.items()
    ):
        raise UsageError(
            "the mapping is no list of roles and columns",
            where=str(path),
            allowed="YAML: a line  role: name of the column  for each role",
            next_step="let umweg check write one with --save-mapping",
        )
    return {role: "" if column is None else str(column) for role, column in found.items()}


def mapping_text(mapping: ColumnMap) -> str:
    """A mapping as the text of its file."""
    lines = [
        "# Which column is what. Change a name, or leave it empty if no column plays the role."
    ]
    body = yaml.safe_dump(dict(mapping.roles), allow_unicode=True, sort_keys=False)
    if mapping.unused:
        lines.append(f"# Not used: {listed(mapping.unused)}")
    return "\n".join([*lines, body])
