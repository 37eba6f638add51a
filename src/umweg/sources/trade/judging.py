"""Steps that every publisher's rows go through: countries, goods codes, numbers, reasons.

Ibis expressions only; the store executes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from umweg.nomenclature import HS_VINTAGES, Nomenclature, codes
from umweg.store.bulk import small

KEY = ("reporter", "partner", "flow", "freq", "period", "nomenclature", "code")
FIGURES = (*KEY, "value_reported", "currency", "basis", "net_weight_kg", "quantity",
           "quantity_unit")  # fmt: skip


@ibis.udf.scalar.builtin(name="trim")  # type: ignore[untyped-decorator]
def _trim(cell: str) -> str:  # type: ignore[empty-body]
    """Without the blanks around it; ibis's own strip asks for a set of signs, four times slower."""


def text(rows: ir.Table, name: str) -> ir.StringValue:
    """A column trimmed, empty for null."""
    return _trim(rows[name].fill_null(""))


def number(rows: ir.Table, name: str) -> ir.FloatingValue:
    """A column as a number; null where it is none. The cast takes blanks, and `nan`, `inf`."""
    return rows[name].nullif("").try_cast("float64")  # a cast that fails costs twice as much


def one_of(value: ir.Value, *allowed: str) -> ir.BooleanValue:
    """Whether a value is one of a few. An `isin` would cost a join for each."""
    return ibis.or_(*(value == a for a in allowed))


def finite(value: ir.FloatingValue) -> ir.FloatingValue:
    """A number, null where it is not finite."""
    return ibis.cases((value.isnan() | value.isinf(), ibis.null("float64")), else_=value)


def whole(value: ir.FloatingValue) -> ir.IntegerValue:
    """A number as a whole one (`398`, `051`, `398.0`); null where it is none."""
    return ibis.cases((value == value.floor(), value.try_cast("int32")), else_=ibis.null("int32"))


def with_place(
    rows: ir.Table,
    code: ir.Value,
    into: str,
    known: Mapping[int, str] | Mapping[str, str],
    none: Mapping[int, str] | Mapping[str, str],
) -> ir.Table:
    """The rows with `into` (alpha-3 or null) and `into_note` (what the code is, if no country)."""
    table = small(
        {
            f"{into}_code": [*known, *none],
            into: [*known.values(), *(None for _ in none)],
            f"{into}_note": [*(None for _ in known), *none.values()],
        },
        pa.schema(
            [
                (f"{into}_code", pa.int32() if code.type().is_integer() else pa.string()),
                (into, pa.string()),
                (f"{into}_note", pa.string()),
            ]
        ),
    )
    joined = rows.mutate(**{f"{into}_key": code})
    joined = joined.left_join(table, joined[f"{into}_key"] == table[f"{into}_code"])
    return joined.drop(f"{into}_code", f"{into}_key")


@cache
def _codes() -> pa.Table:
    pairs = [(v.value, c) for v in HS_VINTAGES for c in sorted(codes(v))]
    return pa.table({"hs_vintage": [v for v, _ in pairs], "hs_code": [c for _, c in pairs]})


def with_code(rows: ir.Table, *, hs_only: bool = False) -> ir.Table:
    """The rows with `code_known` (true, false, or null for "cannot be told").

    `code` and `nomenclature` are there already. A code of eight digits is looked up by its first
    six; whether the last two exist cannot be told, because no list of them is held.

    Args:
        rows: The rows.
        hs_only: Whether all nomenclatures are editions of the HS, which is quicker to tell.
    """
    of = {n.value: n.hs.value for n in (HS_VINTAGES if hs_only else Nomenclature) if n.held}
    hs = ibis.cases(
        *((rows.nomenclature == name, vintage) for name, vintage in of.items()),
        else_=ibis.null("string"),
    )
    rows = rows.mutate(hs_of=hs, hs_six=rows.code[:6])
    table = small(
        {n: _codes()[n].to_pylist() for n in _codes().column_names},
        pa.schema([("hs_vintage", pa.string()), ("hs_code", pa.string())]),
    )
    joined = rows.left_join(table, [rows.hs_of == table.hs_vintage, rows.hs_six == table.hs_code])
    held = joined.hs_of.notnull()
    known = ibis.cases(
        (joined.code == "TOTAL", True),
        (held & joined.hs_code.isnull(), False),
        (held & (joined.code.length() <= 6), True),
        else_=ibis.null("boolean"),
    )
    return joined.mutate(code_known=known).drop("hs_vintage", "hs_code", "hs_of", "hs_six")


Reasons = list[tuple[ir.BooleanValue, ir.StringValue | str, ir.StringValue | str]]


def judged(
    rows: ir.Table,
    reasons: Reasons,
    raw: tuple[str, ...],
    plain: ir.BooleanValue | None = None,
    raw_before: ir.StringValue | None = None,
) -> ir.Table:
    """The rows with `reason`, `detail` and `raw`, empty for a row that is kept.

    Args:
        rows: The rows.
        reasons: Condition, name, and what was found and is allowed; the first that holds counts.
        raw: The columns of the publisher that `raw` shows.
        plain: Whether none of the reasons can hold: most rows are told by a few comparisons and
            need not be held against every reason.
        raw_before: An object of JSON whose members `raw` shows before those columns.
    """
    none = ibis.null("string")
    quick = [] if plain is None else [(plain.fill_null(False), none)]
    reason = ibis.cases(*quick, *((c, name) for c, name, _ in reasons), else_=none)
    detail = ibis.cases(*quick, *((c, d) for c, _, d in reasons), else_=none)
    shown = ibis.struct({n: rows[n] for n in raw}).cast("json").cast("string")
    if raw_before is not None:
        shown = raw_before[: raw_before.length() - 1] + "," + shown[1:]
    with_reason = rows.mutate(reason=reason, detail=detail)
    return with_reason.mutate(raw=ibis.cases((with_reason.reason.notnull(), shown), else_=none))


def place_reasons(
    rows: ir.Table, side: str, code: ir.StringValue, where: ir.StringValue
) -> Reasons:
    """The reasons for which a reporter or a partner is none."""
    note = rows[f"{side}_note"]
    named = ibis.cases((where != "", " (" + where + ")"), else_="")
    return [
        (code == "", "missing-value", f"'{side}' is empty; allowed: a country's code"),
        (
            rows[side].isnull() & note.notnull(),
            "no-country",
            f"{side} " + code + " is " + note.fill_null("")
            + ": no country of today; it stays out of every sum by country",
        ),
        (
            rows[side].isnull(),
            "unknown-country",
            f"{side} " + code + named + " is not known; allowed: the publisher's codes of "
            "countries",
        ),
    ]  # fmt: skip


def code_reasons(rows: ir.Table) -> Reasons:
    """The reasons for which a goods code is none."""
    # A code that is known needs no look at its spelling, which costs most where it is right.
    doubtful = ibis.cases((rows.code_known.fill_null(False), ""), else_=rows.code)
    shape = doubtful.re_search(r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|)$")
    return [
        (doubtful.startswith("99"), "unspecified-goods",
         "code " + rows.code + " stands for goods that are not specified: no code of the HS"),
        (~shape | (rows.code == ""), "bad-code",
         ibis.cases(
             (rows.code.re_search(r"^[0-9]{1,7}$"),
              "code '" + rows.code + "' has an odd number of digits: a spreadsheet may have taken "
              "its leading zero; allowed: 2, 4, 6 or 8 digits, as the publisher sent them"),
             else_="code '" + rows.code[:80] + "'; allowed: 2, 4, 6 or 8 digits, or TOTAL; some "
             "sub-codes are kept secret or are a publisher's own",
         )),
        (rows.code_known == ibis.literal(False), "code-not-in-nomenclature",
         rows.nomenclature + " has no code '" + rows.code + "'"),
    ]  # fmt: skip


def value_reasons(rows: ir.Table, written: ir.StringValue) -> Reasons:
    """The reasons for which a value is none."""
    return [
        (written == "", "missing-value", "the value is empty; allowed: a number from 0"),
        (rows.value_reported.isnull(), "not-a-number",
         "the value '" + written[:80] + "' is no number"),
        (rows.value_reported < 0, "negative-value",
         "the value " + written[:80] + " is negative; allowed: 0 or more"),
    ]  # fmt: skip
