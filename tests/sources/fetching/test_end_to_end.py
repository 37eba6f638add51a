"""What interfaces answer becomes figures with their origin, by the importers of the sources."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from umweg.periods import Window
from umweg.sources import registry
from umweg.sources.fetching.comext import ComextFetch, ComextQuery
from umweg.sources.fetching.comtrade import ComtradeFetch
from umweg.sources.source import Source
from umweg.sources.trade.comtrade_api import ComtradeQuery

from .conftest import Place
from .serving import Handler, publishing, sends


def here(name: str, monkeypatch: pytest.MonkeyPatch) -> Source:
    source = replace(registry.SOURCES[name], hosts=("127.0.0.1",))
    monkeypatch.setitem(registry.SOURCES, name, source)
    return source


def record(period: str, code: str) -> dict[str, Any]:
    """One record as the API writes it (fields of the official documentation)."""
    return {
        "typeCode": "C", "freqCode": "A", "refPeriodId": int(f"{period}0101"),
        "refYear": int(period), "refMonth": 52, "period": period, "reporterCode": 398,
        "reporterISO": "KAZ", "reporterDesc": "Kazakhstan", "flowCode": "X", "flowDesc": "Export",
        "partnerCode": 643, "partnerISO": "RUS", "partnerDesc": "Russian Federation",
        "partner2Code": 0, "partner2ISO": "W00", "partner2Desc": "World",
        "classificationCode": "H5", "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": code, "cmdDesc": "", "aggrLevel": 6,
        "isLeaf": True, "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0",
        "motCode": 0, "motDesc": "TOTAL MOT", "qtyUnitCode": -1, "qtyUnitAbbr": "N/A", "qty": None,
        "isQtyEstimated": False, "altQtyUnitCode": -1, "altQtyUnitAbbr": "N/A", "altQty": None,
        "isAltQtyEstimated": False, "netWgt": 2.5, "isNetWgtEstimated": False, "grossWgt": None,
        "isGrossWgtEstimated": False, "cifvalue": None, "fobvalue": 1000.0, "primaryValue": 1000.0,
        "legacyEstimationFlag": 0, "isReported": True, "isAggregate": False,
    }  # fmt: skip


def test_answers_of_un_comtrade_become_flows(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two codes over three years, the last one without rows; the preview has room for two."""

    def answer(h: Handler) -> None:
        asked = {k: v[0].split(",") for k, v in parse_qs(urlsplit(h.path).query).items()}
        rows = [record(p, c) for p in asked["period"] for c in asked["cmdCode"] if p != "2023"]
        body = {"elapsedTime": "0.1 secs", "count": len(rows), "data": rows[:2], "error": ""}
        h.send(json.dumps(body).encode(), content_type="application/json; charset=utf-8")

    query = ComtradeQuery(
        reporters=("KAZ",), periods=Window.parse("2021..2023").periods, partners=("RUS",),
        flows=("X",), codes=("854231", "854232"),
    )  # fmt: skip
    with publishing(answer) as server:
        base = server.url.rpartition("/")[0]
        got = ComtradeFetch(
            here("comtrade", monkeypatch), place.store, place.downloader,
            rebase=lambda url: url.replace("https://comtradeapi.un.org", base),
        ).fetch(query)  # fmt: skip
    assert got is not None
    flows = got.manifest.rows("flows").to_pylist()
    assert sorted((r["period"], r["code"]) for r in flows) == [
        ("2021", "854231"), ("2021", "854232"), ("2022", "854231"), ("2022", "854232")
    ]  # fmt: skip
    assert {(r["reporter"], r["partner"], r["flow"], r["nomenclature"]) for r in flows} == {
        ("KAZ", "RUS", "X", "HS2017")
    }
    assert {(r["value_reported"], r["currency"], r["net_weight_kg"]) for r in flows} == {
        (1000.0, "USD", 2.5)
    }
    alarms = {a.name: a.detail for a in got.manifest.alarms}
    assert "KAZ X 2023" in alarms["asked-empty"]
    (origin,) = got.manifest.rows("origins").to_pylist()
    assert origin["derivation"].startswith("UN Comtrade API: reporters KAZ, partners RUS")
    covered = got.manifest.rows("coverage").to_pylist()
    assert "2023" not in {r["period"] for r in covered if r["status"] == "published"}


CSV = """DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG
ESTAT:DS-045409(1.0),14/11/25 11:00:00,A,DE,KG,85423190,2,VALUE_IN_EUROS,2021,5000,
ESTAT:DS-045409(1.0),14/11/25 11:00:00,A,DE,KG,85423190,2,QUANTITY_IN_100KG,2021,3,
"""  # noqa: E501 - one line as Eurostat writes it


def test_an_answer_of_eurostat_becomes_a_flow(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = ComextQuery(("DEU",), ("KGZ",), ("X",), ("85423190",), Window.parse("2021"))
    with publishing(sends(CSV.encode(), content_type="application/vnd.sdmx.data+csv")) as server:
        base = server.url.rpartition("/")[0]
        got = ComextFetch(
            here("comext", monkeypatch), place.store, place.downloader,
            rebase=lambda url: url.replace("https://ec.europa.eu", base),
        ).fetch(query)  # fmt: skip
    assert got is not None
    (flow,) = got.manifest.rows("flows").to_pylist()
    assert (flow["reporter"], flow["partner"], flow["flow"], flow["period"]) == (
        "DEU", "KGZ", "X", "2021"
    )  # fmt: skip
    assert (flow["code"], flow["value_reported"], flow["currency"]) == ("85423190", 5000.0, "EUR")
    assert flow["net_weight_kg"] == 300.0  # 3 × 100 kg
    (origin,) = got.manifest.rows("origins").to_pylist()
    assert "Eurostat SDMX API, DS-045409: reporters DEU" in origin["derivation"]
