"""Eurostat Comext: the monthly bulk files (7z or dat), and the answers of the SDMX interface.

The bulk files state each flow by statistical procedure; a figure here is their sum, which is the
total trade that Eurostat's own tables show. The SDMX answers state value, weight and quantity in
rows of their own, which together make one figure.

Sources: Eurostat, "User guide on European statistics on international trade in goods"; code lists
in the bulk facility, comext/COMEXT_METADATA.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from umweg.errors import InputError
from umweg.nomenclature import Nomenclature
from umweg.sources.aside import Aside
from umweg.sources.cells import FIRST_YEAR, LAST_YEAR
from umweg.sources.opening import Head, head_of
from umweg.sources.seven_zip import SEVEN, is_7z, unpacked_7z
from umweg.sources.source import ImportRequest, Source
from umweg.sources.trade.figures import Figures, import_figures
from umweg.sources.trade.json_rows import cube_rows
from umweg.sources.trade.judging import (
    Reasons,
    code_reasons,
    finite,
    judged,
    number,
    one_of,
    place_reasons,
    text,
    value_reasons,
    whole,
    with_code,
    with_place,
)
from umweg.sources.trade.places import EUROSTAT_NO_COUNTRY, eurostat_to_alpha3
from umweg.sources.trade.text_rows import Layout, Read, csv_rows, unpacked
from umweg.store import Manifest, Store
from umweg.store.bulk import Bulk

BULK = Layout(
    title="a bulk file of Comext",
    wanted=("reporter", "partner", "product_nc", "flow", "stat_procedure", "suppl_unit",
            "trade_type", "period", "value_eur", "quantity_kg", "quantity_suppl_unit"),
    required=("reporter", "partner", "product_nc", "flow", "period", "value_eur"),
    ignored=("product_sitc", "product_cpa21", "product_cpa22", "product_cpa2002",
             "product_cpa2008", "product_cpa2_1", "product_bec", "product_bec5",
             "product_section", "value_nac", "declarant", "partner_code"),
    numbers=("value_eur", "quantity_kg", "quantity_suppl_unit"),
)  # fmt: skip

OLD_NAMES = {
    "declarant_iso": "reporter", "partner_iso": "partner", "stat_regime": "stat_procedure",
    "supp_unit": "suppl_unit", "value_in_euros": "value_eur", "quantity_in_kg": "quantity_kg",
    "sup_quantity": "quantity_suppl_unit",
}  # fmt: skip
"""Names of the bulk files before version 2, which have numbers beside the letters of countries."""

_DIMENSIONS = ("freq", "reporter", "partner", "product", "flow", "indicators", "time_period")

SDMX = Layout(
    title="an SDMX-CSV answer of Comext",
    wanted=(*_DIMENSIONS, "obs_value", "obs_flag"),
    required=("reporter", "partner", "product", "flow", "indicators", "time_period", "obs_value"),
    ignored=("dataflow", "last update", "structure", "structure_id", "structure_name", "action",
             "conf_status"),
    numbers=("obs_value",),
)  # fmt: skip

INDICATORS = {
    "VALUE_IN_EUROS": ("value", 1.0), "VALUE_EUR": ("value", 1.0),
    "QUANTITY_IN_100KG": ("weight", 100.0), "QUANTITY_IN_KG": ("weight", 1.0),
    "QUANTITY_KG": ("weight", 1.0),
    "SUPPLEMENTARY_QUANTITY": ("quantity", 1.0), "SUP_QUANTITY": ("quantity", 1.0),
    "QUANTITY_SUPPL_UNIT": ("quantity", 1.0),
}  # fmt: skip
"""Indicators of the data sets, each as what it measures and how many units (euro, kg) it counts."""

PROCEDURES = {
    "1": "normal", "2": "inward processing", "3": "outward processing",
    "5": "inward processing, suspension", "6": "inward processing, drawback",
    "7": "textile outward processing", "9": "not recorded from customs declarations",
}  # fmt: skip


def _vintage(year: ir.IntegerValue) -> ir.StringValue:
    held = [n.year for n in Nomenclature if n.is_cn]
    return ibis.cases(
        (year.between(min(held), max(held)), "CN" + year.cast("string")), else_=ibis.null("string")
    )


def _places(rows: ir.Table) -> ir.Table:
    for side in ("reporter", "partner"):
        code = rows[f"t_{side}"].upper()
        rows = with_place(rows, code, f"{side}_read", eurostat_to_alpha3(), EUROSTAT_NO_COUNTRY)
    return rows


def _finish(rows: ir.Table, reasons: Reasons, raw: tuple[str, ...]) -> ir.Table:
    result = judged(rows, reasons, raw)
    read = ("reporter", "partner", "flow", "period", "freq")
    held = [n for n in read if f"{n}_read" in result.columns]
    return result.drop(*(n for n in held if n in result.columns)).rename(
        **{n: f"{n}_read" for n in held}
    )


def _common_reasons(rows: ir.Table, written: ir.StringValue) -> Reasons:
    return [
        (rows.flow_read.isnull(), "unknown-flow",
         "flow '" + rows.t_flow[:80] + "'; allowed: 1 for imports, 2 for exports"),
        (rows.period_read.isnull(), "bad-period",
         "period '" + written[:80] + "'; allowed: a month, or a year (52 as the month)"),
        (rows.nomenclature.isnull(), "nomenclature-not-held",
         "period " + written[:80] + ": the Combined Nomenclature is held from 2012 on"),
        *place_reasons(_as(rows, "reporter"), "reporter", rows.t_reporter[:80], ibis.literal("")),
        (rows.reporter_read == "WLD", "unknown-country",
         "the world can be a partner, never a reporter"),
        *place_reasons(_as(rows, "partner"), "partner", rows.t_partner[:80], ibis.literal("")),
        (rows.reporter_read == rows.partner_read, "reporter-is-partner",
         "reporter and partner are both " + rows.reporter_read + ": goods that come back from "
         "abroad are no flow between two countries"),
        *code_reasons(rows),
    ]  # fmt: skip


class _Side(dict[str, ir.Value]):
    """Columns under the names that `place_reasons` looks for."""


def _as(rows: ir.Table, side: str) -> Any:
    return _Side({side: rows[f"{side}_read"], f"{side}_note": rows[f"{side}_read_note"]})


def judge_bulk(rows: ir.Table) -> ir.Table:
    """Steps: rows of a bulk file as parts of figures, each kept or with the reason why not."""
    names = [n for n in BULK.wanted if n not in ("value_eur", "quantity_kg", "quantity_suppl_unit")]
    rows = rows.mutate(
        **{f"t_{n}": text(rows, n) for n in (*names, "value_eur")},
        **{f"n_{n}": finite(number(rows, n)) for n in
           ("value_eur", "quantity_kg", "quantity_suppl_unit", "period")},
    )  # fmt: skip
    written = whole(rows.n_period)
    year, month = written // 100, written % 100
    digits = written.cast("string")
    in_time = year.between(FIRST_YEAR, LAST_YEAR)
    unit = rows.t_suppl_unit
    has_unit = ~one_of(unit.upper(), "", "NO_SU", "-", "0") & (rows.n_quantity_suppl_unit > 0)
    rows = rows.mutate(
        freq=ibis.cases((month == 52, "A"), else_="M"),
        flow_read=ibis.cases(
            (rows.t_flow == "1", "M"), (rows.t_flow == "2", "X"), else_=ibis.null("string")
        ),
        period_read=ibis.cases(
            (in_time & month.between(1, 12), digits[:4] + "-" + digits[4:6]),
            (in_time & (month == 52), digits[:4]),
            else_=ibis.null("string"),
        ),
        nomenclature=_vintage(year),
        code=rows.t_product_nc.upper(),
        value_reported=rows.n_value_eur,
        net_weight_kg=ibis.cases(
            (rows.n_quantity_kg > 0, rows.n_quantity_kg), else_=ibis.null("float64")
        ),
        quantity=ibis.cases((has_unit, rows.n_quantity_suppl_unit), else_=ibis.null("float64")),
        quantity_unit=ibis.cases((has_unit, unit), else_=ibis.null("string")),
        part=rows.t_stat_procedure + "/" + rows.t_trade_type + "/" + rows.t_partner.upper()
        + "/" + unit,
        several_procedures=~one_of(rows.t_stat_procedure, "", "1"),
    )  # fmt: skip
    rows = with_code(_places(_priced(rows)))
    rows = rows.mutate(code_not_checked=rows.code_known.isnull())
    reasons: Reasons = [
        (rows.t_stat_procedure == "4", "procedures-together",
         "statistical procedure 4 is the sum of the others beside it"),
        (rows.code.re_search(r"[A-Z]") & (rows.code != "TOTAL"), "suppressed-code",
         "code " + rows.code + " hides the goods: the reporter keeps them secret, or they are "
         "not specified"),
        *_common_reasons(rows, rows.t_period),
        *value_reasons(rows, rows.t_value_eur),
    ]  # fmt: skip
    return _finish(rows, reasons, BULK.wanted)


def _priced(rows: ir.Table) -> ir.Table:
    """Eurostat values imports CIF and exports FOB, in euro (statistical value at the border)."""
    return rows.mutate(
        currency=ibis.literal("EUR"),
        basis=ibis.cases((rows.flow_read == "M", "CIF"), else_="FOB"),
    )


def judge_sdmx(rows: ir.Table) -> ir.Table:
    """Steps: rows of an SDMX answer as parts of figures, each kept or with the reason why not."""
    rows = rows.mutate(
        **{f"t_{n}": text(rows, n) for n in ("obs_value", "obs_flag")},
        **{f"t_{n}": text(rows, n).split(":")[0].strip() for n in _DIMENSIONS},
        n_obs_value=finite(number(rows, "obs_value")),
    )
    of = rows.t_indicators.upper()
    kind = {
        k: ibis.or_(*(of == n for n, (what, _) in INDICATORS.items() if what == k))
        for k in ("value", "weight", "quantity")
    }
    factor = ibis.cases(*((of == n, f) for n, (_, f) in INDICATORS.items()), else_=1.0)
    amount = rows.n_obs_value * factor
    none = ibis.null("float64")
    period = rows.t_time_period
    month = period.re_search(r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")
    year = period.re_search(r"^(19|20)[0-9]{2}$")
    flow = rows.t_flow.upper()
    rows = rows.mutate(
        freq_read=ibis.cases((year, "A"), else_="M"),
        flow_read=ibis.cases(
            (one_of(flow, "1", "IMPORT", "1-IMPORT", "M"), "M"),
            (one_of(flow, "2", "EXPORT", "2-EXPORT", "X"), "X"),
            (one_of(flow, "3", "RE-EXPORT"), "RX"),
            else_=ibis.null("string"),
        ),
        period_read=ibis.cases((month | year, period), else_=ibis.null("string")),
        nomenclature=_vintage(period[:4].try_cast("int32")),
        code=rows.t_product.upper(),
        known=kind["value"] | kind["weight"] | kind["quantity"],
        value_reported=ibis.cases((kind["value"], amount), else_=none),
        net_weight_kg=ibis.cases((kind["weight"] & (amount > 0), amount), else_=none),
        quantity=ibis.cases((kind["quantity"] & (amount > 0), amount), else_=none),
        quantity_unit=ibis.null("string"),
        part=of,
        confidential=rows.t_obs_flag.lower().contains("c"),
    )
    rows = with_code(_places(_priced(rows)))
    rows = rows.mutate(code_not_checked=rows.code_known.isnull())
    group = (
        one_of(rows.t_partner.upper(), "EU", "EU27_2020")
        | rows.t_partner.contains("_EU")
        | rows.t_partner.upper().re_search(r"^(INT|EXT|EA)[A-Z0-9_]*$")
    )
    reasons: Reasons = [
        (~rows.known, "other-indicator",
         "indicator '" + rows.t_indicators[:80] + "'; read are value in euro, weight, and "
         "supplementary quantity"),
        (group & rows.partner_read.isnull(), "group-of-countries",
         "partner " + rows.t_partner[:80] + " is a group: it repeats its members"),
        (rows.code.re_search(r"[A-Z]") & (rows.code != "TOTAL"), "suppressed-code",
         "code " + rows.code + " hides the goods, or is no code of the Combined Nomenclature"),
        *_common_reasons(rows, rows.t_time_period),
        (rows.t_obs_value == "", "missing-value",
         "no figure: not published, or kept secret"),
        (rows.n_obs_value.isnull(), "not-a-number",
         "the figure '" + rows.t_obs_value[:80] + "' is no number"),
        (rows.n_obs_value < 0, "negative-value",
         "the figure " + rows.t_obs_value[:80] + " is negative; allowed: 0 or more"),
    ]  # fmt: skip
    return _finish(rows, reasons, SDMX.wanted)


# -- reading --------------------------------------------------------------------------------------


def _old(names: list[str], _row: list[str]) -> tuple[list[str], None]:
    if "declarant_iso" not in names:
        return names, None
    numbers = {"partner": "partner_code"}
    return [OLD_NAMES.get(numbers.get(n, n), numbers.get(n, n)) for n in names], None


def _without_labels(names: list[str], _row: list[str]) -> tuple[list[str], None]:
    """The names of the columns of codes, where the answer has labels too: in a column beside each
    (version 2), or behind a colon (version 1)."""
    codes = [n.partition(":")[0].strip() for n in names]
    if "structure_name" not in codes:
        return codes, None
    known = {*SDMX.wanted, *SDMX.ignored}
    labels = [before in known and (n not in known or n == before)
              for before, n in pairwise(["", *codes])]  # fmt: skip
    return ["" if label else n for n, label in zip(codes, labels, strict=True)], None


def _read_bulk(bulk: Bulk, path: Path, n: int, first: int, aside: Aside) -> Read:
    plain = unpacked_7z(path, bulk.stage.scratch()) if is_7z(path) else unpacked(path, bulk)
    return csv_rows(bulk, plain, BULK, aside, shown=path, file=n, first=first, renamed=_old)


def _read_sdmx(bulk: Bulk, path: Path, n: int, first: int, aside: Aside) -> Read:
    head = head_of(path)
    if head.text.lstrip().startswith("{"):
        return cube_rows(bulk, path, SDMX, file=n, first=first)
    plain = unpacked(path, bulk)
    return csv_rows(
        bulk, plain, SDMX, aside, shown=path, file=n, first=first, renamed=_without_labels
    )


def _first_line(head: Head) -> str:
    return head.text.lstrip().partition("\n")[0].lower()


def _is_tsv(line: str) -> bool:
    return "\\time_period" in line or "\\time\t" in line


def recognises(head: Head) -> bool:
    """Whether the beginning of a file is Comext's."""
    line = _first_line(head)
    if _is_tsv(line):
        return True
    if head.data.startswith(SEVEN):
        return head.path.name.lower().startswith("full")
    if "product_nc" in line and "flow" in line:
        return True
    if head.text.lstrip().startswith("{"):
        start = head.text[:20_000]
        return '"dimension"' in start and ('"DS-0' in start or "indicators" in start)
    return all(n in line for n in ("reporter", "partner", "product", "indicators", "obs_value"))


SOURCE = Source(
    name="comext",
    holds="flows",
    title="Comext, international trade in goods by reporter, partner and CN code",
    publisher="Eurostat",
    importer="umweg.sources.trade.comext:import_comext",
    recognises=recognises,
    url="https://ec.europa.eu/eurostat/web/international-trade-in-goods/database",
    licence="Eurostat: reuse with attribution (CC BY 4.0)",
    hosts=("ec.europa.eu",),
    dataset_by_content=True,
    packs_with_7z=True,
)

_NOT_CHECKED = (
    "codes of eight digits: their first six exist in the nomenclature, the last two cannot be "
    "checked, because no list of them is held"
)
_PRACTICE = (
    "imports: partner is the country of origin (extra-EU) or consignment (intra-EU); exports: "
    "country of destination"
)

BULK_FIGURES = Figures(
    source=SOURCE,
    parser="comext-bulk/1",
    wanted=BULK.wanted,
    judge=judge_bulk,
    alarms={
        "several-procedures": "rows of other statistical procedures than the normal one; they are "
        "added to it, as in Eurostat's own totals",
        "code-not-checked": _NOT_CHECKED,
    },
    summed=True,
    spoils=("missing-value", "not-a-number", "negative-value", "conflicting-statements"),
    practice=_PRACTICE,
    derivation="summed over statistical procedures; country codes mapped",
)

SDMX_FIGURES = Figures(
    source=SOURCE,
    parser="comext-sdmx/1",
    wanted=SDMX.wanted,
    judge=judge_sdmx,
    alarms={
        "confidential": "figures that Eurostat marks as confidential in part",
        "code-not-checked": _NOT_CHECKED,
    },
    summed=True,
    practice=_PRACTICE,
    derivation="value, weight and quantity of one statement put together; country codes mapped",
)


def import_comext(request: ImportRequest, store: Store) -> Manifest:
    """Import files of Comext: bulk files, or answers of the SDMX interface.

    Raises:
        InputError: see `import_figures`; files of both kinds at once.
    """
    for path in request.files:
        if _is_tsv(_first_line(head_of(path))):
            raise InputError(
                "this is Eurostat's TSV, which has a column for each period; nothing was stored",
                where=str(path),
                allowed="SDMX-CSV, JSON-stat, or a bulk file",
                next_step="download it again and choose SDMX-CSV",
            )
    kinds = {_is_bulk(p) for p in request.files}
    if len(kinds) > 1:
        raise InputError(
            "bulk files and answers of the interface cannot be one import",
            where=", ".join(str(p) for p in request.files),
            next_step="import them one after the other",
        )
    if kinds == {True}:
        return import_figures(request, store, BULK_FIGURES, _read_bulk)
    return import_figures(request, store, SDMX_FIGURES, _read_sdmx)


def _is_bulk(path: Path) -> bool:
    head = head_of(path)
    line = _first_line(head)
    return (
        head.data.startswith(SEVEN)
        or "product_nc" in line
        or ("obs_value" not in line and not head.text.lstrip().startswith("{"))
    )
