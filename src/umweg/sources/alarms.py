"""What a reader of imported flows must know: the named alarms of a snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from umweg.sources.cells import DEFAULT_BASIS
from umweg.sources.statements import (
    BASIS_ASSUMED,
    BASIS_NAMES,
    CODE_REWRITTEN,
    CODE_UNCHECKED,
    TEXT_REWRITTEN,
    Statements,
    part,
    period_name,
)
from umweg.store import Alarm, Store
from umweg.store.contracts import FLOW_KINDS, MIN_RATE_DAYS

_SHOWN = 5
_NAMED = 12


def alarms_of(statements: Statements, store: Store, columns: Sequence[str]) -> list[Alarm]:
    """The alarms of the kept rows of a file, in a fixed order."""
    found = [
        _by_mask(
            statements,
            "basis-assumed",
            statements.noted(BASIS_ASSUMED),
            "no basis is stated: FOB is assumed for X and RX, CIF for M and RM; give a column "
            "'basis' if it is known",
        ),
        _by_mask(
            statements,
            "basis-contradicts-flow",
            _unusual_basis(statements),
            "exports are usually valued FOB and imports CIF; these rows state the other: the "
            "values are kept as they are and the basis is believed",
        ),
        _by_mask(
            statements,
            "code-rewritten",
            statements.noted(CODE_REWRITTEN),
            "the code was written with separators or spaces; they were removed",
        ),
        _by_mask(
            statements,
            "code-not-checked",
            statements.noted(CODE_UNCHECKED),
            "codes of eight digits: their first six exist in the nomenclature, the last two "
            "cannot be checked, because no list of them is held",
        ),
        _by_mask(
            statements,
            "text-rewritten",
            statements.noted(TEXT_REWRITTEN),
            "a text was trimmed or put into capitals to be understood",
        ),
        _headings(statements),
        _two_editions(statements),
        _mixed_currencies(statements),
        _no_rate(statements, store),
    ]
    if "value_usd" in columns and "value_reported" in columns:
        found.append(
            Alarm(
                "value-usd-not-used",
                len(statements),
                "the file has value_reported and value_usd: value_reported is kept, value_usd is "
                "derived from it at ECB rates whenever the store is read",
            )
        )
    if statements.has("quantity") and not statements.has("unit"):
        held = ~np.isnan(statements["quantity"].astype(float))
        found.append(
            _by_mask(
                statements,
                "quantity-without-unit",
                held,
                "a quantity without a unit cannot be compared; give a column 'quantity_unit'",
            )
        )
    return [alarm for alarm in found if alarm is not None]


def _rows(rows: npt.NDArray[np.int64]) -> str:
    first = ", ".join(str(r) for r in np.sort(rows)[:_SHOWN])
    return f"row{'s' if len(rows) > 1 else ''} {first}" + (" …" if len(rows) > _SHOWN else "")


def _by_mask(
    statements: Statements, name: str, mask: npt.NDArray[np.bool_], text: str
) -> Alarm | None:
    rows = statements.rows[mask]
    return Alarm(name, len(rows), f"{text} ({_rows(rows)})") if len(rows) else None


def _unusual_basis(statements: Statements) -> npt.NDArray[np.bool_]:
    usual = np.array([BASIS_NAMES.index(DEFAULT_BASIS[flow]) for flow in FLOW_KINDS])
    unusual: npt.NDArray[np.bool_] = statements["basis"] != usual[part(statements.keys, "flow")]
    return unusual


def _headings(statements: Statements) -> Alarm | None:
    rows = statements.rows[statements.headings_beside_sub_codes()]
    if not len(rows):
        return None
    return Alarm(
        "heading-beside-sub-codes",
        len(rows),
        "headings whose own sub-codes stand beside them for the same reporter, partner, flow and "
        "period: all are kept and never summed together; a scan uses one level of codes "
        f"({_rows(rows)})",
    )


def _two_editions(statements: Statements) -> Alarm | None:
    older, found = statements.two_editions()
    rows = statements.rows[older]
    if not len(rows):
        return None
    named = "; ".join(
        f"{reporter} {flow} in {' and '.join(editions)} ({_span(periods)})"
        for (reporter, flow, editions), periods in sorted(found.items())[:_NAMED]
    ) + ("; …" if len(found) > _NAMED else "")
    return Alarm(
        "two-editions",
        len(rows),
        "a reporter states the same flow and period in two editions of one nomenclature: all are "
        "kept, and a scan reads the newest edition only, never these rows of the older one "
        f"({_rows(rows)}): {named}",
    )


def _span(periods: Sequence[str]) -> str:
    return f"{periods[0]}..{periods[-1]}, {len(periods)} period{'s' if len(periods) > 1 else ''}"


def _mixed_currencies(statements: Statements) -> Alarm | None:
    by_reporter: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    texts = statements.registers.currencies.texts
    for (reporter, currency), held in statements.currencies_by("reporter").items():
        by_reporter[reporter][str(texts[currency])] = held
    mixed = {r: c for r, c in by_reporter.items() if len(c) > 1}
    if not mixed:
        return None
    named = "; ".join(
        f"{statements.registers.places.texts[r]}: "
        + ", ".join(f"{c} ({n} rows, first row {first})" for c, (n, first) in sorted(cs.items()))
        for r, cs in list(mixed.items())[:_NAMED]
    )
    return Alarm(
        "mixed-currencies",
        sum(n for cs in mixed.values() for n, _ in cs.values()),
        "a reporter states values in several currencies; they are kept as stated and only "
        f"comparable in USD: {named}",
    )


def _no_rate(statements: Statements, store: Store) -> Alarm | None:
    texts = statements.registers.currencies.texts
    by_period = {
        (period_name(p), str(texts[c])): held
        for (p, c), held in statements.currencies_by("period").items()
        if texts[c] != "USD"
    }
    if not by_period:
        return None
    known: set[tuple[str, str]] = set()
    if store.has("rates"):
        known = {
            (r["period"], r["currency"])
            for r in store.read("rates").to_pylist()
            if r["days"] >= MIN_RATE_DAYS[r["freq"]]
        }
    without = {key: held for key, held in by_period.items() if key not in known}
    if not without:
        return None
    periods: dict[str, list[str]] = defaultdict(list)
    for period, currency in sorted(without):
        periods[currency].append(period)
    named = ", ".join(f"{c} ({_span(p)})" for c, p in list(periods.items())[:_NAMED])
    return Alarm(
        "no-rate",
        sum(n for n, _ in without.values()),
        f"no ECB reference rate of enough days is held for {named}: value_usd is empty for these "
        f"rows (first row {min(first for _, first in without.values())}); give values in USD or in "
        "a currency that the ECB quotes",
    )
