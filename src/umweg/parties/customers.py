"""A customer file as it comes, as parties to be matched; rows that name nobody are set aside."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from umweg.errors import InputError, UsageError
from umweg.parties.kinds import schema_named
from umweg.parties.model import Identifier, Party, PartyName
from umweg.sources.batches import Reject
from umweg.sources.lists.days import day_of
from umweg.sources.lists.numbers import is_valid, kind_of, normal
from umweg.sources.lists.places import alpha3_of
from umweg.sources.table_file import TableFile

NUMBERS = (
    "inn", "ogrn", "bin", "iin", "okpo", "lei", "imo", "uscc", "bic", "vat", "tax",
    "registration", "passport",
)  # fmt: skip
"""Roles of columns that hold a number of the party."""

_ISSUER = {"inn": "RUS", "ogrn": "RUS", "okpo": "RUS", "bin": "KAZ", "iin": "KAZ", "uscc": "CHN"}
_NAMES = ("given", "middle", "family")
_GENDER = {"m": "male", "male": "male", "f": "female", "female": "female", "w": "female",
           "männlich": "male", "weiblich": "female", "м": "male", "ж": "female",
           "мужской": "male", "женский": "female"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """One row of a customer file.

    Attributes:
        row: Its number in the file.
        reference: The customer's own number there, if the file has one.
        party: What is asked about.
        digest: Changes when anything changes by which the row is matched.
    """

    row: int
    reference: str
    party: Party
    digest: str


@dataclass(frozen=True, slots=True)
class CustomerAside:
    """A row that cannot be matched, and why."""

    row: int
    reason: str
    detail: str


@cache
def roles() -> Mapping[str, tuple[str, ...]]:
    """{role: names of its columns}, as in `customer_columns.yaml`."""
    path = Path(__file__).with_name("customer_columns.yaml")
    found: dict[str, list[object]] = yaml.safe_load(path.read_text("utf-8"))
    return {role: tuple(_plain(str(n)) for n in names) for role, names in found.items()}


def _plain(header: str) -> str:
    """A header without case, spaces and punctuation."""
    return "".join(c for c in header.casefold() if c.isalnum())


def columns_of(header: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which column plays which role; a name of `customer_columns.yaml` decides.

    Args:
        header: Names of the columns.
        given: Roles that the user has fixed.

    Raises:
        UsageError: `given` names a role or column that there is not.
        InputError: no column holds a name.
    """
    found: dict[str, str] = {}
    for role, column in (given or {}).items():
        if role not in roles():
            raise UsageError(
                f"'{role}' is no role of a column", where="--column", allowed=", ".join(roles()),
                next_step="write it like --column name=Kunde",
            )  # fmt: skip
        if column not in header:
            raise UsageError(
                f"the file has no column '{column}'", where="--column", allowed=", ".join(header),
                next_step="write the column as it stands in the header",
            )  # fmt: skip
        found[role] = column
    free = {_plain(c): c for c in reversed(header) if c not in found.values()}
    for role, names in roles().items():
        known = next((free[n] for n in names if n in free), None)
        if role not in found and known is not None and known not in found.values():
            found[role] = known
    if "name" not in found and "family" not in found:
        raise InputError(
            "no column of names was found",
            where=f"header: {', '.join(header)[:300]}",
            allowed="a column called name, Kunde, Firma, наименование, ФИО …",
            next_step="say which one it is, for instance --column name="
            + (f"'{header[0]}'" if header else "HEADER"),
        )
    return {role: found[role] for role in roles() if role in found}


class CustomerFile:
    """A customer file: CSV, workbook, Parquet or JSON lines.

    Attributes:
        table: The file.
        columns: {role: column} that is read.
        unused: Columns that are not.

    Args:
        path: The file.
        given: Roles that the user has fixed.
        kind: Schema of rows that name none.
        sheet: Sheet of a workbook.
    """

    def __init__(
        self,
        path: Path,
        given: Mapping[str, str] | None = None,
        *,
        kind: str = "LegalEntity",
        sheet: str | None = None,
    ) -> None:
        self.table = TableFile(path, sheet=sheet)
        self.columns = columns_of(self.table.columns, given)
        self.unused = tuple(c for c in self.table.columns if c not in self.columns.values())
        self.not_understood: Counter[str] = Counter()
        self._kind = kind

    def __iter__(self) -> Iterator[Customer | CustomerAside]:
        """Every row, in the order of the file."""
        self.not_understood.clear()
        for batch in self.table.batches():
            rejects = sorted(batch.rejects, key=lambda r: r.row)
            numbers = batch.rows.tolist()
            columns = [batch.columns[c].to_pylist() for c in self.columns.values()]
            cells = zip(*columns, strict=True)
            for row, values in zip(numbers, cells, strict=True):
                while rejects and rejects[0].row < row:
                    yield _aside(rejects.pop(0))
                yield self._customer(row, dict(zip(self.columns, values, strict=True)))
            yield from map(_aside, rejects)

    def _customer(self, row: int, cells: Mapping[str, str]) -> Customer | CustomerAside:
        cells = {role: " ".join(text.split()) for role, text in cells.items()}
        name = cells.get("name") or " ".join(filter(None, (cells.get(p) for p in _NAMES)))
        if not any(c.isalnum() for c in name):
            return CustomerAside(row, "missing-name", "the row has no name")
        country = self._country(cells.get("country", ""))
        party = Party(
            (PartyName(name),),
            schema_named(cells.get("kind", "")) or self._kind,
            birth_dates=self._day("born", cells.get("born", "")),
            founded=self._day("founded", cells.get("founded", "")),
            gender=_GENDER.get(cells.get("gender", "").casefold()),
            countries=country,
            identifiers=tuple(
                identifier(role, cells[role], country[0] if country else None)
                for role in NUMBERS
                if cells.get(role)
            ),
            addresses=(cells["address"],) if cells.get("address") else (),
        )
        # Only what is matched: a new telephone number of a customer is no reason to look again.
        used = {k: v for k, v in cells.items() if k != "reference"}
        text = json.dumps([used, self._kind], ensure_ascii=False, sort_keys=True)
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        return Customer(row, cells.get("reference", ""), party, digest)

    def _country(self, text: str) -> tuple[str, ...]:
        if not text:
            return ()
        found = alpha3_of(text)
        if found is None:
            self.not_understood[f"country '{text[:40]}'"] += 1
        return (found,) if found else ()

    def _day(self, what: str, text: str) -> tuple[str, ...]:
        if not text:
            return ()
        found = birth_date(text)
        if found is None:
            self.not_understood[f"{what}: '{text[:40]}'"] += 1
        return (found,) if found else ()


def _aside(reject: Reject) -> CustomerAside:
    return CustomerAside(reject.row, reject.reason, reject.detail)


def birth_date(text: str) -> str | None:
    """A date of a customer file as YYYY, YYYY-MM or YYYY-MM-DD; None where it is none.

    `03/05/1970` is the third of May in one country and the fifth of March in another: where both
    could be meant, only the year is taken.
    """
    day, month = day_of(text, "dmy"), day_of(text, "mdy")
    if day and month and day != month and "/" in text:
        return day[:5].rstrip("-")
    return day or month


def identifier(kind: str, value: str, country: str | None = None) -> Identifier:
    """A number as it is compared, its kind made exact and its check digit looked at."""
    bare = normal(value)
    issuer = _ISSUER.get(kind, country)
    exact = kind_of(kind, bare, issuer)
    return Identifier(exact, value, bare, issuer, is_valid(exact, bare))
