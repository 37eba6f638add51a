"""UN Comtrade: what Comtrade Plus downloads (`TradeData_*.csv`), the API's JSON, the bulk files.

All three have the same fields, 47 of them in the download. One figure a reporter, partner, flow,
period and code is kept: the total over customs procedures, modes of transport and supply, and
second partners. Breakdowns stand beside their totals and would be counted twice.

Sources: UN Comtrade user guide, https://uncomtrade.org/docs/; IMTS 2010, chapter IV (valuation).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from umweg.errors import InputError
from umweg.sources.aside import Aside
from umweg.sources.cells import COMTRADE_VINTAGES, FIRST_YEAR, LAST_YEAR
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.sources.trade.decimals import Note
from umweg.sources.trade.figures import Figures, import_figures
from umweg.sources.trade.json_rows import json_rows
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
from umweg.sources.trade.places import M49_NO_COUNTRY, m49_to_alpha3
from umweg.sources.trade.text_rows import Layout, Read, csv_rows, unpacked
from umweg.store import Manifest, Store
from umweg.store.bulk import ABOUT, Bulk

LAYOUT = Layout(
    title="a file of UN Comtrade",
    wanted=(
        "typecode", "freqcode", "period", "reportercode", "reporterdesc", "flowcode",
        "partnercode", "partnerdesc", "partner2code", "classificationcode",
        "isoriginalclassification", "cmdcode", "customscode", "moscode", "motcode", "qtyunitcode",
        "qtyunitabbr", "qty", "isqtyestimated", "netwgt", "isnetwgtestimated", "cifvalue",
        "fobvalue", "primaryvalue", "legacyestimationflag", "isreported", "isaggregate",
    ),
    required=(
        "freqcode", "period", "reportercode", "flowcode", "partnercode", "classificationcode",
        "cmdcode", "primaryvalue",
    ),
    # Descriptions repeat a code, parts of a date the period; a second unit and the gross weight
    # have no place in the contract.
    ignored=(
        "refperiodid", "refyear", "refmonth", "reporteriso", "flowdesc", "partneriso",
        "partner2iso", "partner2desc", "classificationsearchcode", "cmddesc", "aggrlevel", "isleaf",
        "customsdesc", "mosdesc", "motdesc", "altqtyunitcode", "altqtyunitabbr", "altqty",
        "isaltqtyestimated", "grosswgt", "isgrosswgtestimated", "datasetcode",
    ),
    about=(
        "typecode", "freqcode", "period", "reportercode", "reporterdesc", "flowcode",
        "partnercode", "partnerdesc", "partner2code", "classificationcode",
        "isoriginalclassification", "customscode", "moscode", "motcode", "qtyunitcode",
        "qtyunitabbr", "isqtyestimated", "isnetwgtestimated", "legacyestimationflag", "isreported",
        "isaggregate",
    ),
    numbers=("qty", "netwgt", "cifvalue", "fobvalue", "primaryvalue"),
)  # fmt: skip

UNITS = {
    "2": "m2", "3": "1000 kWh", "4": "m", "5": "u", "6": "2u", "7": "l", "8": "kg", "9": "1000u",
    "10": "jeu/pack", "11": "12u", "12": "m3", "13": "carat", "14": "km", "15": "g", "16": "hm",
    "17": "kg C5H14ClNO", "18": "kg H2O2", "19": "kg K2O", "20": "kg KOH", "21": "kg met.am.",
    "22": "kg N", "23": "kg NaOH", "24": "kg P2O5", "25": "kg U", "26": "ce/el", "27": "1000l",
    "28": "head", "29": "t", "30": "GT",
}  # fmt: skip
"""Units of quantity that UN Comtrade writes as a number only (reference list QuantityUnits)."""

FLOW_PARTS = {
    "DX": "domestic exports", "FM": "foreign imports", "MIP": "imports for inward processing",
    "MOP": "imports after outward processing", "XIP": "exports after inward processing",
    "XOP": "exports for outward processing",
}  # fmt: skip
"""Flows that are parts of X or M."""

ALARMS = {
    "weight-or-quantity-estimated": "UN Comtrade estimated the net weight or the quantity of "
    "these rows; the value is as reported",
    "not-as-reported": "these totals were added up by UN Comtrade from what was reported in more "
    "detail, or for shorter periods",
    "converted-classification": "these rows were converted by UN Comtrade into another edition of "
    "the HS than the one they were reported in: figures of single codes are partly allotted",
    "basis-assumed": "neither cifvalue nor fobvalue stands beside primaryvalue: FOB is assumed for "
    "X and RX, CIF for M and RM",
    "basis-contradicts-flow": "imports valued FOB, as the reporter states them: no cifvalue is "
    "given; the values are kept as they are and the basis is believed",
    "weight-zero": "a net weight of 0 beside a value: UN Comtrade writes 0 where none was "
    "reported; the weight is left empty",
    "code-not-checked": "codes of an edition of the HS before 2012, of which no list is held",
}


def understand(about: ir.Table) -> ir.Table:
    """Step: what rows are about, each once: who, with whom, when, how, and why it is no figure."""
    rows = about.mutate(
        **{f"t_{n}": text(about, n) for n in LAYOUT.about},
        **{f"w_{n}": whole(number(about, n)) for n in ("period", "reportercode", "partnercode")},
    )
    flow, freq, edition = (
        rows[f"t_{n}"].upper() for n in ("flowcode", "freqcode", "classificationcode")
    )
    unit = rows.t_qtyunitcode
    has_unit = ~one_of(unit, "", "-1", "1", "-1.0", "1.0")
    rows = rows.mutate(
        flow=flow,
        freq=freq,
        nomenclature=ibis.cases(
            *((edition == k, v) for k, v in COMTRADE_VINTAGES.items()), else_=ibis.null("string")
        ),
        period_read=_period(freq, rows.w_period),
        imports=one_of(flow, "M", "RM"),
        unit=ibis.cases(
            (has_unit & (rows.t_qtyunitabbr != ""), rows.t_qtyunitabbr),
            *((has_unit & (unit == k), v) for k, v in UNITS.items()),
            (has_unit, unit),
            else_=ibis.null("string"),
        ),
        whole_flow=one_of(rows.t_motcode, *_ZERO)
        & one_of(rows.t_moscode, *_ZERO)
        & one_of(rows.t_partner2code, *_ZERO)
        & one_of(rows.t_customscode.upper(), "", "C00"),
        weight_or_quantity_estimated=one_of(rows.t_isqtyestimated.lower(), *_YES)
        | one_of(rows.t_isnetwgtestimated.lower(), *_YES)
        | one_of(rows.t_legacyestimationflag, "2", "4", "6", "2.0", "4.0", "6.0"),
        not_as_reported=one_of(rows.t_isreported.lower(), *_NO),
        converted_classification=one_of(rows.t_isoriginalclassification.lower(), *_NO),
    )
    for side in ("reporter", "partner"):
        rows = with_place(rows, rows[f"w_{side}code"], side, m49_to_alpha3(), M49_NO_COUNTRY)
    rows = judged(rows, _about_reasons(rows), LAYOUT.about)
    return rows.select(
        ABOUT, "reporter", "partner", "flow", "freq", "nomenclature", "imports", "unit",
        "weight_or_quantity_estimated", "not_as_reported", "converted_classification",
        period="period_read", about_reason="reason", about_detail="detail",
        about_raw=ibis.struct({n: rows[n] for n in LAYOUT.about}).cast("json").cast("string"),
    )  # fmt: skip


def judge(rows: ir.Table) -> ir.Table:
    """Steps: the rows of UN Comtrade as figures, each kept or with the reason why not."""
    rows = rows.mutate(
        code=text(rows, "cmdcode").upper(),
        **{f"n_{n}": finite(number(rows, n)) for n in LAYOUT.numbers},
    )
    cif, fob = rows.n_cifvalue.fill_null(0.0), rows.n_fobvalue.fill_null(0.0)
    weight, quantity = rows.n_netwgt, rows.n_qty
    has_unit = (quantity >= 0) & rows.unit.notnull()
    rows = rows.mutate(
        value_reported=ibis.cases(
            # An import at the border of the importer (CIF), an export at its own (FOB).
            (rows.imports & (cif > 0), cif),
            (~rows.imports & (fob > 0), fob),
            else_=ibis.coalesce(rows.n_primaryvalue, rows.n_cifvalue, rows.n_fobvalue),
        ),
        basis=ibis.cases((rows.imports & ((cif > 0) | (fob <= 0)), "CIF"), else_="FOB"),
        net_weight_kg=ibis.cases((weight > 0, weight), else_=ibis.null("float64")),
        quantity=ibis.cases((has_unit, quantity), else_=ibis.null("float64")),
        quantity_unit=ibis.cases((has_unit, rows.unit), else_=ibis.null("string")),
        basis_assumed=(cif <= 0) & (fob <= 0),
        basis_contradicts_flow=rows.imports & (cif <= 0) & (fob > 0),
    )
    rows = rows.mutate(weight_zero=(weight == 0) & (rows.value_reported > 0))
    rows = with_code(rows, hs_only=True)
    rows = rows.mutate(code_not_checked=rows.code_known.isnull())
    names = ("primaryvalue", "cifvalue", "fobvalue")
    written = ibis.coalesce(*(text(rows, n).nullif("") for n in names), "")
    return judged(
        rows,
        [(rows.about_reason.notnull(), rows.about_reason, rows.about_detail),
         *code_reasons(rows), *value_reasons(rows, written)],
        ("cmdcode", *LAYOUT.numbers),
        # Then no reason holds: a value was read, so one was written.
        rows.about_reason.isnull() & rows.code_known & (rows.value_reported >= 0),
        rows.about_raw,
    )  # fmt: skip


_ZERO = ["", "0", "0.0"]
_YES = ["true", "1", "1.0"]
_NO = ["false", "0", "0.0"]


def _period(freq: ir.StringValue, written: ir.IntegerValue) -> ir.StringValue:
    """`202301` of a month, `2023` of a year; null where it is neither."""
    year, month, digits = written // 100, written % 100, written.cast("string")
    return ibis.cases(
        (
            (freq == "M") & year.between(FIRST_YEAR, LAST_YEAR) & month.between(1, 12),
            digits[:4] + "-" + digits[4:6],
        ),
        ((freq == "A") & written.between(FIRST_YEAR, LAST_YEAR), digits),
        else_=ibis.null("string"),
    )


def _about_reasons(rows: ir.Table) -> Reasons:
    kind = rows.t_typecode.upper()
    parts = ibis.cases(*((rows.flow == k, v) for k, v in FLOW_PARTS.items()), else_="")
    return [
        (~one_of(kind, "", "C"), "no-goods",
         "typeCode '" + kind[:80] + "'; allowed: C, trade in goods"),
        (rows.nomenclature.isnull(), "other-classification",
         "classification '" + rows.t_classificationcode[:80] + "'; allowed: the HS, H0 "
         "to H6: SITC (S1 to S4) and BEC state the same trade again"),
        (parts != "", "part-of-flow",
         "flow " + rows.flow + ": " + parts + " are part of the total flow beside it"),
        (~one_of(rows.flow, "X", "M", "RX", "RM"), "unknown-flow",
         "flow '" + rows.flow[:80] + "'; allowed: X, M, RX, RM"),
        (~rows.whole_flow, "breakdown",
         "a part of its flow: customs " + rows.t_customscode + ", transport "
         + rows.t_motcode + ", supply " + rows.t_moscode + ", second partner "
         + rows.t_partner2code + "; kept is the total C00, 0, 0, 0"),
        (rows.period_read.isnull(), "bad-period",
         "period '" + rows.t_period[:80] + "' with freqCode '" + rows.freq[:80]
         + "'; allowed: YYYYMM with M, YYYY with A"),
        *place_reasons(
            rows, "reporter", rows.t_reportercode[:80], rows.t_reporterdesc[:80]
        ),
        (rows.reporter == "WLD", "unknown-country", "the world can be a partner, never a reporter"),
        *place_reasons(
            rows, "partner", rows.t_partnercode[:80], rows.t_partnerdesc[:80]
        ),
        (rows.reporter == rows.partner, "reporter-is-partner",
         "reporter and partner are both " + rows.reporter + ": goods that come back from abroad "
         "are no flow between two countries"),
    ]  # fmt: skip


# -- reading --------------------------------------------------------------------------------------


def shifted_back(names: list[str], row: list[str]) -> tuple[list[str], Note | None]:
    """The names that the cells really belong to.

    In the download each line but the header may end with a comma. Programs that take the first
    column for an index then shift all names by one, and save the file like that.
    """
    if "freqcode" not in names:
        return names, None
    at = names.index("freqcode")
    if row[at : at + 1] and row[at].strip().upper() in ("A", "M"):
        return names, None
    text = (
        "the names in the header stand one column beside their cells, as programs save this "
        "download that take its first column for an index; they were set right"
    )
    for by in (-1, 1):
        there = at + by
        if 0 <= there < len(row) and row[there].strip().upper() in ("A", "M"):
            moved = [*names[1:], ""] if by < 0 else ["", *names[:-1]]
            return moved, ("columns-shifted", 1, text)
    return names, None


def _read(bulk: Bulk, path: Path, n: int, first: int, aside: Aside) -> Read:
    head = head_of(path)
    if head.text.lstrip().startswith("{"):
        return json_rows(bulk, path, LAYOUT, shown=path, file=n, first=first)
    plain = unpacked(path, bulk)
    return csv_rows(
        bulk, plain, LAYOUT, aside, shown=path, file=n, first=first, renamed=shifted_back
    )


_BULK_NAME = re.compile(r"COMTRADE-FINAL.*\[(\d{4}-\d{2}-\d{2})")


def recognises(head: Head) -> bool:
    """Whether the beginning of a file is UN Comtrade's."""
    start = head.text[:4096].lower()
    if head.text.lstrip().startswith("{"):
        return '"data"' in start and '"reportercode"' in start
    line = start.partition("\n")[0]
    return all(name in line for name in ("reportercode", "cmdcode", "primaryvalue", "flowcode"))


SOURCE = Source(
    name="comtrade",
    holds="flows",
    title="UN Comtrade, trade in goods by reporter, partner and HS code",
    publisher="United Nations Statistics Division",
    importer="umweg.sources.trade.comtrade:import_comtrade",
    recognises=recognises,
    url="https://comtradeplus.un.org/",
    licence="UN Comtrade: free to use with attribution; not to be redistributed",
    hosts=("comtradeapi.un.org",),
    dataset_by_content=True,
)

FIGURES = Figures(
    source=SOURCE,
    parser="comtrade/1",
    wanted=LAYOUT.wanted,
    judge=judge,
    about=LAYOUT.about,
    understand=understand,
    same={"currency": "USD", "part": ""},
    alarms=ALARMS,
    breakdown="breakdown",
    derivation="totals over customs procedure, transport and second partner; country codes mapped",
)


def import_comtrade(request: ImportRequest, store: Store) -> Manifest:
    """Import files of UN Comtrade.

    Raises:
        InputError: see `import_figures`; a file of breakdowns without their totals says so.
    """
    if request.published_on is None:
        days = [m[1] for p in request.files if (m := _BULK_NAME.search(p.name))]
        if days:
            request = replace(request, published_on=max(days))
    try:
        return import_figures(request, store, FIGURES, _read)
    except InputError as error:
        if "breakdown" in error.where:
            raise InputError(
                error.what,
                where=error.where,
                allowed="rows with customsCode C00, motCode 0 and partner2Code 0",
                next_step="ask UN Comtrade for the totals: leave the breakdowns by customs "
                "procedure, transport and second partner out",
            ) from error
        raise
