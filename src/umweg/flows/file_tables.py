"""A user's files for a scan without a store: read, checked, and brought into one shape.

Whatever cannot be used is either an error that names it, or set aside and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from umweg.errors import InputError
from umweg.flows.row_checks import (
    FLOW_COLUMNS,
    YEAR,
    check_codes,
    check_repeats,
    check_rows,
    digits_of,
    edition_of,
)
from umweg.store.engine import Engine
from umweg.store.user_files import as_text, user_table

ROLES = ("coalition", "target", "transit", "neutral")
DAY = re.compile(r"^\d{4}-(0[1-9]|1[0-2])(-\d\d)?$")


@dataclass(frozen=True, slots=True)
class Good:
    """A code of the goods list; `restricted_from` is a month, empty for goods without a measure."""

    code: str
    edition: str
    restricted_from: str
    tier: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The files, checked.

    Attributes:
        engine: What executes queries over `flows`.
        flows: The rows as they stand, with `usd` and `kg` as numbers.
        words: What the texts of each column mean: text as written → as used here, for reporter,
            partner, flow, period; (nomenclature, code) → (edition, digits).
        begun: Edition → the first month, or year, in which anybody used it.
        counts: (reporter, flow, month) → rows with a value.
        goods, roles, concordance: The small files, as Python values.
        rows: Rows of the flows file; `aside` how many were not used, by reason.
    """

    engine: Engine
    flows: ir.Table
    words: dict[str, dict[str, str]]
    codes: dict[tuple[str, str], tuple[str, str]]
    begun: dict[str, str]
    counts: dict[tuple[str, str, str], int]
    goods: tuple[Good, ...]
    roles: dict[str, str]
    concordance: tuple[tuple[str, str], ...] | None
    rows: int
    aside: dict[str, int]

    @property
    def span(self) -> tuple[str, str]:
        """First and last month of the figures."""
        months = [m for _, _, m in self.counts]
        return min(months), max(months)

    @property
    def yearly(self) -> bool:
        """Whether the figures are by year: each year then counts as twelve equal months."""
        return all(YEAR.match(m) for m in self.words["period"].values())


def read_tables(
    engine: Engine,
    flows: Path | pa.Table,
    goods: Path | pa.Table,
    roles: Path | pa.Table,
    concordance: Path | pa.Table | None = None,
) -> Tables:
    """Read and check the files of a scan.

    Raises:
        InputError: a column is missing, or values cannot be used; the message says which.
    """
    named_roles = _roles(engine, roles)
    found_goods = _goods(engine, goods)
    pairs = _concordance(engine, concordance) if concordance is not None else None
    raw, where = _opened(engine, flows, "--flows")
    _need(raw, FLOW_COLUMNS[:-1], where)
    rows = _numbers(raw)
    words, counts, total, aside = check_rows(engine, rows, where)
    level = max((len(g.code) for g in found_goods), default=6)
    codes, begun, wider = check_codes(engine, rows, where, level, words["period"])
    aside["rows of wider codes than the goods list"] = wider
    check_repeats(engine, rows, where)
    return Tables(
        engine, rows, words, codes, begun, counts, found_goods, named_roles, pairs, total,
        {k: v for k, v in aside.items() if v},
    )  # fmt: skip


def _opened(engine: Engine, given: Path | pa.Table, where: str) -> tuple[ir.Table, str]:
    if isinstance(given, pa.Table):
        # Plain text: the engine loses its way in dictionaries that change between chunks.
        plain = pa.schema(
            [
                pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
                for f in given.schema
            ]
        )
        return ibis.memtable(given.cast(plain)), where
    return user_table(engine, given), str(given)


def _need(table: ir.Table, columns: Sequence[str], where: str) -> None:
    lacking = [c for c in columns if c not in table.columns]
    if lacking:
        raise InputError(
            f"missing column{'s' if len(lacking) > 1 else ''}: {', '.join(lacking)}",
            where=where,
            allowed="the columns " + ", ".join(columns),
            next_step="name the columns so; further columns are not read",
        )


def _small(
    engine: Engine, given: Path | pa.Table, where: str, columns: Sequence[str], also: Sequence[str]
) -> tuple[list[dict[str, str]], str]:
    """A small table as rows of text, empty text where there is nothing."""
    table, place = _opened(engine, given, where)
    _need(table, columns, place)
    names = [*columns, *(c for c in also if c in table.columns)]
    text = table.select(**{n: as_text(table, n) for n in names})
    rows = engine.execute(text, f"read {where.removeprefix('--')}").to_pylist()
    if not rows:
        raise InputError("the file has no rows", where=place)
    return [{n: r.get(n) or "" for n in (*columns, *also)} for r in rows], place


def _roles(engine: Engine, given: Path | pa.Table) -> dict[str, str]:
    rows, where = _small(engine, given, "--roles", ("country", "role"), ())
    found: dict[str, str] = {}
    for r in rows:
        country, role = r["country"], r["role"].lower()
        if role not in ROLES:
            raise InputError(
                f"unknown role '{r['role']}' of {country or '(no country)'}",
                where=where,
                allowed=", ".join(ROLES),
            )
        if not country or found.get(country, role) != role:
            raise InputError(
                f"'{country}' has two roles" if country else "a row without a country",
                where=where,
                next_step="give every country one role",
            )
        found[country] = role
    targets = [c for c, r in found.items() if r == "target"]
    if len(targets) != 1:
        raise InputError(
            f"{len(targets)} countries are the target",
            where=where,
            allowed="exactly one; scan several targets one after another",
        )
    for role in ("coalition", "transit"):
        if role not in found.values():
            raise InputError(f"no country has the role '{role}'", where=where)
    return found


def _goods(engine: Engine, given: Path | pa.Table) -> tuple[Good, ...]:
    rows, where = _small(
        engine, given, "--goods", ("code", "nomenclature", "restricted_from"), ("tier",)
    )
    found: dict[tuple[str, str], Good] = {}
    for r in rows:
        code, day = digits_of(r["code"]), r["restricted_from"]
        if not code.isdigit() or len(code) not in (2, 4, 6, 8, 10):
            raise InputError(f"'{r['code']}' is not a goods code", where=where,
                             allowed="4, 6 or 8 digits")  # fmt: skip
        if day and not DAY.match(day):
            raise InputError(
                f"restricted_from of {code} is '{day}'",
                where=where,
                allowed="YYYY-MM, YYYY-MM-DD, or nothing for goods without a measure",
            )
        good = Good(code, edition_of(r["nomenclature"], where), day[:7], r["tier"])
        old = found.setdefault((good.edition, code), good)
        if old.restricted_from != good.restricted_from:
            # A code on two lists is restricted from the first day on.
            first = min(x for x in (old.restricted_from, good.restricted_from) if x)
            found[good.edition, code] = Good(code, good.edition, first, old.tier or good.tier)
    return tuple(found.values())


def _concordance(engine: Engine, given: Path | pa.Table) -> tuple[tuple[str, str], ...]:
    rows, _ = _small(engine, given, "--concordance", ("hs2022", "hs2017"), ())
    return tuple(
        (digits_of(r["hs2022"]), digits_of(r["hs2017"]))
        for r in rows
        if r["hs2022"] and r["hs2017"]
    )


def _numbers(raw: ir.Table) -> ir.Table:
    """Step: the columns as text, value and weight as numbers; what is no number is null."""
    weight = raw.net_weight_kg if "net_weight_kg" in raw.columns else ibis.null("float64")
    texts = {n: raw[n] if raw[n].type().is_string() else as_text(raw, n) for n in FLOW_COLUMNS[:6]}
    value = raw.value_usd
    return raw.select(
        **texts,
        stated=(value != "").fill_null(False) if value.type().is_string() else value.notnull(),
        usd=value.cast("float64") if value.type().is_numeric() else value.try_cast("float64"),
        kg=weight.cast("float64") if weight.type().is_numeric() else weight.try_cast("float64"),
    )
