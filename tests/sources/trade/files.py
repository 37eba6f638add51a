"""Small invented files in the publishers' official formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

COMTRADE = (
    "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode",
    "reporterISO", "reporterDesc", "flowCode", "flowDesc", "partnerCode", "partnerISO",
    "partnerDesc", "partner2Code", "partner2ISO", "partner2Desc", "classificationCode",
    "classificationSearchCode", "isOriginalClassification", "cmdCode", "cmdDesc",
    "aggrLevel", "isLeaf", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc",
    "qtyUnitCode", "qtyUnitAbbr", "qty", "isQtyEstimated", "altQtyUnitCode",
    "altQtyUnitAbbr", "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated",
    "grossWgt", "isGrossWgtEstimated", "cifvalue", "fobvalue", "primaryValue",
    "legacyEstimationFlag", "isReported", "isAggregate",
)  # fmt: skip

_ROW = {
    "typeCode": "C", "freqCode": "M", "refPeriodId": "20230101", "refYear": "2023", "refMonth": "1",
    "period": "202301", "reporterCode": "398", "reporterISO": "KAZ", "reporterDesc": "Kazakhstan",
    "flowCode": "X", "flowDesc": "Export", "partnerCode": "643", "partnerISO": "RUS",
    "partnerDesc": "Russian Federation", "partner2Code": "0", "partner2ISO": "W00",
    "partner2Desc": "World", "classificationCode": "H6", "classificationSearchCode": "HS",
    "isOriginalClassification": "true", "cmdCode": "854231",
    "cmdDesc": "Electronic integrated circuits; processors, n.e.c.", "aggrLevel": "6",
    "isLeaf": "true", "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0",
    "motCode": "0", "motDesc": "TOTAL MOT", "qtyUnitCode": "5", "qtyUnitAbbr": "u", "qty": "10",
    "isQtyEstimated": "false", "altQtyUnitCode": "8", "altQtyUnitAbbr": "kg", "altQty": "2",
    "isAltQtyEstimated": "false", "netWgt": "2", "isNetWgtEstimated": "false", "grossWgt": "0",
    "isGrossWgtEstimated": "false", "cifvalue": "", "fobvalue": "1000", "primaryValue": "1000",
    "legacyEstimationFlag": "0", "isReported": "true", "isAggregate": "false",
}  # fmt: skip


def comtrade_row(**changes: object) -> dict[str, str]:
    """One record of UN Comtrade; an import gets its value as CIF."""
    row = {**_ROW, **{k: str(v) for k, v in changes.items()}}
    value = row["primaryValue"]
    imports = row["flowCode"] in ("M", "RM")
    if "cifvalue" not in changes:
        row["cifvalue"] = value if imports else ""
    if "fobvalue" not in changes:
        row["fobvalue"] = "" if imports else value
    return row


def csv_text(names: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> str:
    """Rows as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def comtrade_csv(*rows: Mapping[str, str]) -> str:
    """A download of Comtrade Plus."""
    return csv_text(COMTRADE, rows)


def json_stat_cube() -> dict[str, Any]:
    """An answer of Comext in JSON-stat: DE to KZ and AM, one month, value and weight.

    Row-major: KZ value, KZ weight, AM value, AM weight (not published).
    """

    def dimension(*codes: str) -> dict[str, Any]:
        return {"category": {"index": {c: n for n, c in enumerate(codes)}}}

    return {
        "version": "2.0", "class": "dataset",
        "id": ["freq", "reporter", "partner", "product", "flow", "indicators", "time"],
        "size": [1, 1, 2, 1, 1, 2, 1],
        "dimension": {
            "freq": dimension("M"), "reporter": dimension("DE"), "partner": dimension("KZ", "AM"),
            "product": dimension("854231"), "flow": dimension("2"),
            "indicators": dimension("VALUE_IN_EUROS", "QUANTITY_IN_100KG"),
            "time": dimension("2024-02"),
        },
        "value": {"0": 1230, "1": 0.04, "2": 77},
    }  # fmt: skip
