"""Whether the rows of a user's flows can be used: what they say is looked at once for each text.

Millions of rows hold a few hundred different texts a column, so the engine counts and Python reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import ibis.expr.types as ir

from umweg import nomenclature as nom
from umweg.errors import InputError, NomenclatureError
from umweg.store.engine import Engine

FLOW_COLUMNS = (
    "reporter", "partner", "flow", "period", "nomenclature", "code", "value_usd", "net_weight_kg",
)  # fmt: skip
MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
YEAR = re.compile(r"^\d{4}$")
FLOWS = ("X", "M")
REEXPORTS = ("RX", "RM")


def edition_of(name: str, where: str) -> str:
    """The edition of the Harmonized System that a nomenclature uses, `HS2022` for CN2024."""
    try:
        return nom.nomenclature(name).hs.value
    except NomenclatureError as error:
        raise InputError(
            error.what, where=where, allowed=error.allowed, next_step=error.next_step
        ) from error


def digits_of(text: str) -> str:
    """A code with the zero that a spreadsheet took away."""
    digits = re.sub(r"[\s.]", "", text)
    return digits.zfill(len(digits) + len(digits) % 2)


def months_of(period: str) -> tuple[str, ...]:
    """The months of a period: one, or the twelve of a year."""
    return (period,) if MONTH.match(period) else tuple(f"{period}-{m:02d}" for m in range(1, 13))


def _unusable(what: str, n: int, where: str, example: str, allowed: str) -> InputError:
    return InputError(
        f"{what}: {n:,} rows",
        where=f"{where}, for instance {example}",
        allowed=allowed,
        next_step="correct or remove them: a sum over them would be wrong",
    )


def check_rows(
    engine: Engine, rows: ir.Table, where: str
) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str, str], int], int, dict[str, int]]:
    """Read reporters, flows, periods and values.

    Returns:
        Text as written → as used, by column; rows with a value by (reporter, flow, month); rows in
        all; rows that are not used, by reason.

    Raises:
        InputError: something cannot be used.
    """
    bad_value = (rows.usd.isinf() | rows.usd.isnan() | (rows.usd < 0)).fill_null(False)
    found = engine.execute(
        rows.group_by("reporter", "flow", "period").agg(
            n=rows.count(),
            held=rows.usd.notnull().sum(),
            no_number=(rows.stated & rows.usd.isnull()).sum(),
            infinite=(rows.usd.isinf() | rows.usd.isnan()).fill_null(False).sum(),
            negative=(rows.usd < 0).fill_null(False).sum(),
            weight=(rows.kg < 0).fill_null(False).sum(),
            sample=rows.usd.min(where=bad_value),
        ),
        "check the flows",
    ).to_pylist()
    if not found:
        raise InputError("the file has no rows", where=where)
    words: dict[str, dict[str, str]] = {"reporter": {}, "flow": {}, "period": {}}
    counts: dict[tuple[str, str, str], int] = {}
    aside = {"rows without a value": 0, "rows of re-exports and re-imports (part of X and M)": 0}
    for r in found:
        name, flow, month = ((r[k] or "").strip() for k in ("reporter", "flow", "period"))
        flow = flow.upper()
        example = f"reporter={name}, flow={flow}, period={month}"
        if not name:
            raise _unusable("no reporter", r["n"], where, example, "a country in every row")
        if flow not in (*FLOWS, *REEXPORTS):
            raise _unusable(f"unknown flow '{flow}'", r["n"], where, example,
                            "X (exports, FOB) and M (imports, CIF)")  # fmt: skip
        if not MONTH.match(month) and not YEAR.match(month):
            raise _unusable(
                f"period '{month}' is no month", r["n"], where, example,
                "YYYY-MM, or YYYY in every row of yearly figures",
            )  # fmt: skip
        for key, what in (
            ("no_number", "value_usd is no number"),
            ("infinite", "value_usd is infinite or not a number"),
            ("negative", "value_usd is negative"),
            ("weight", "net_weight_kg is negative"),
        ):
            if r[key]:
                shown = f"{example}, value_usd={r['sample']}"
                raise _unusable(what, r[key], where, shown, "finite numbers of 0 or more, in USD")
        if flow in REEXPORTS:
            aside["rows of re-exports and re-imports (part of X and M)"] += r["n"]
            continue
        aside["rows without a value"] += r["n"] - r["held"]
        for column, text in (("reporter", name), ("flow", flow), ("period", month)):
            words[column][r[column]] = text
        for m in months_of(month):
            counts[name, flow, m] = counts.get((name, flow, m), 0) + r["held"]
    if not counts:
        raise InputError("no row of exports or imports", where=where, allowed="flow X or M")
    lengths = {len(m) for m in words["period"].values()}
    if len(lengths) > 1:
        raise InputError(
            "some periods are months and some are years",
            where=where,
            allowed="figures of one frequency: a year that holds its own months would count twice",
            next_step="leave out one of the two",
        )
    partners = engine.execute(
        rows.group_by("partner").agg(n=rows.count()), "partners of the flows"
    ).to_pylist()
    words["partner"] = {}
    for r in partners:
        if not (r["partner"] or "").strip():
            raise _unusable("no partner", r["n"], where, "partner=", "a country in every row")
        words["partner"][r["partner"]] = r["partner"].strip()
    return words, counts, sum(r["n"] for r in found), aside


def check_codes(
    engine: Engine, rows: ir.Table, where: str, level: int, months: Mapping[str, str]
) -> tuple[dict[tuple[str, str], tuple[str, str]], dict[str, str], int]:
    """Read nomenclatures and codes.

    Args:
        engine: What counts.
        rows: The rows.
        where: The file, for messages.
        level: Digits of the goods list: longer codes are cut to it, shorter ones not used.
        months: Periods as written → month.

    Returns:
        (nomenclature, code) as written → (edition, digits); the first month of each edition; rows
        of codes that are too short.
    """
    found = engine.execute(
        rows.group_by("nomenclature", "code").agg(n=rows.count(), first=rows.period.min()),
        "codes of the flows",
    ).to_pylist()
    begun: dict[str, str] = {}
    editions: dict[str, str] = {}
    codes: dict[tuple[str, str], tuple[str, str]] = {}
    wider = 0
    for r in found:
        name, text = r["nomenclature"] or "", r["code"] or ""
        if name not in editions:
            editions[name] = edition_of(name, where)
        if r["first"] in months:
            month = months[r["first"]]
            begun[editions[name]] = min(month, begun.get(editions[name], month))
        digits = digits_of(text)
        if not digits.isdigit() or not digits.isascii():
            raise _unusable(f"'{text}' is no goods code", r["n"], where, f"code={text}",
                            "4, 6, 8 or 10 digits")  # fmt: skip
        if len(digits) < level:
            wider += r["n"]
        else:
            codes[name, text] = (editions[name], digits[:level])
    return codes, begun, wider


def check_repeats(engine: Engine, rows: ir.Table, where: str) -> None:
    """A cell that is stated twice would count twice.

    Raises:
        InputError: some cell is.
    """
    keys = list(FLOW_COLUMNS[:6])
    twice = rows.group_by(keys).agg(n=rows.count()).filter(lambda t: t.n > 1)
    summed = engine.execute(
        twice.agg(n=twice.count(), **{k: twice[k].min() for k in keys}), "cells stated twice"
    ).to_pylist()[0]
    if summed["n"]:
        shown = engine.execute(twice.limit(1), "example of a cell stated twice").to_pylist()[0]
        raise InputError(
            f"{summed['n']:,} cells are stated more than once",
            where=f"{where}, for instance " + ", ".join(f"{k}={shown[k]}" for k in keys),
            allowed="one row for each reporter, partner, flow, period, nomenclature and code",
            next_step="add up what belongs together, or remove the repeated rows",
        )
