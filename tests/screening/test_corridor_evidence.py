"""The course of goods around a measure, and the chart on the page of a held order."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from umweg.flows.goods_course import GoodsCourses
from umweg.regime import load
from umweg.report.check_files import order_html
from umweg.report.order_chart import CorridorFigures
from umweg.screening import CheckOptions, check
from umweg.screening.corridor_evidence import CorridorEvidence
from umweg.sources.flow_table import import_flows
from umweg.store import Store

from .conftest import Write

HEADER = "reporter,partner,flow,period,nomenclature,code,value_usd"
MEASURE = date(2022, 4, 9)
MONTHS = [f"{y}-{m:02d}" for y in (2021, 2022) for m in range(1, 13)]


def store_of(tmp_path: Path, rows: list[str]) -> Store:
    path = tmp_path / "flows.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    import_flows(path, store, source="invented", published_on="2023-03-01")
    return store


def series(
    partner: str, code: str, before: float, after: float, reporter: str = "DEU"
) -> list[str]:
    """Months of two years: one amount before May 2022, another from then on."""
    return [
        f"{reporter},{partner},X,{m},HS2017,{code},{before if m < '2022-05' else after}"
        for m in MONTHS
    ]


def course(store: Store, code: str = "854231") -> GoodsCourses:
    known = frozenset({"RUS", "BLR", "KAZ", "DEU", "FRA"})
    made = GoodsCourses(store, frozenset({"RUS"}), known, date(2023, 6, 1))
    made.load([(code, "KAZ")])
    return made


def test_the_same_goods_elsewhere_are_the_first_comparison(tmp_path: Path) -> None:
    store = store_of(
        tmp_path,
        [
            *series("KAZ", "854231", 100, 600), *series("VNM", "854231", 1000, 2000),
            *series("FRA", "854231", 5, 500), *series("KAZ", "TOTAL", 1000, 1000),
        ],
    )  # fmt: skip
    found = course(store).of("85423190", "KAZ", MEASURE)  # six digits, for want of eight
    assert (found.code, found.exporters, found.missing) == ("854231", 1, "")
    # May to December 2022 against the same months of 2021: ×6; the comparison doubled
    assert (found.after[0], found.after[-1]) == ("2022-05", "2022-12")
    assert (found.before[0], found.before[-1]) == ("2021-05", "2021-12")
    assert (found.growth, found.compared_growth) == (6, 2)
    assert found.comparison.startswith("the same goods to countries")
    # brought to the level of the code before: 1,000 × 100 / 1,000, then twice that
    assert found.compared["2021-05"] == pytest.approx(100)
    assert found.compared["2022-12"] == pytest.approx(200)
    assert list(found.usd) == MONTHS


def test_else_all_other_goods_of_the_same_exporters(tmp_path: Path) -> None:
    rows = [*series("KAZ", "854231", 100, 600), *series("KAZ", "TOTAL", 1100, 2100)]
    found = course(store_of(tmp_path, rows)).of("854231", "KAZ", MEASURE)
    # all goods less the code: 1,000 before, 1,500 after
    assert found.compared_growth == pytest.approx(1.5)
    assert found.comparison.startswith("all other goods")


def test_without_comparison_months_or_figures_it_is_said(tmp_path: Path) -> None:
    alone = store_of(tmp_path, series("KAZ", "854231", 100, 600))
    made = course(alone)
    found = made.of("854231", "KAZ", MEASURE)
    assert (found.growth, found.compared_growth, dict(found.compared)) == (6, None, {})
    assert "no monthly exports of 854231 to VNM" in made.of("854231", "VNM", MEASURE).missing
    assert "of these months" in made.of("854231", "KAZ", date(2014, 8, 1)).missing
    late = made.of("854231", "KAZ", date(2022, 12, 20))
    assert (late.before, late.after, late.growth) == ((), (), None)


def test_an_exporter_that_stops_publishing_is_left_out(tmp_path: Path) -> None:
    stops = [r for r in series("KAZ", "854231", 900, 900, "FRA") if r.split(",")[3] < "2022-05"]
    others = [x for r in ("ITA", "POL", "AUT", "ESP") for x in series("KAZ", "854231", 10, 10, r)]
    store = store_of(tmp_path, [*series("KAZ", "854231", 10, 10), *stops, *others])
    found = course(store).of("854231", "KAZ", MEASURE)
    assert found.growth == 1
    assert found.exporters == 5


def test_the_page_of_a_held_order_shows_the_chart_and_says_it(orders: Write) -> None:
    path = orders(
        "order;date;code;consignee;country;value;currency",
        "7;2026-03-01;85423190;Steppe <b>Trade</b>;KZ;4000;EUR", "7;2026-03-01;481910;Y;FR;1;EUR",
        "8;2026-03-01;854231;Emir;AE;4000;EUR",
    )  # fmt: skip
    store = Store.sample()
    result = check(path, store, CheckOptions(as_of=date(2026, 3, 1), parties=False))
    evidence = CorridorEvidence(result, store, load())
    lines = list(result.lines())
    evidence.load(lines)
    views = evidence.of(lines[:2])
    assert [(v.course.code, v.course.place) for v in views] == [("85423190", "KAZ")]
    page = order_html(result, lines[:2], "00001", CorridorFigures().of(views))
    [drawing] = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    root = ElementTree.fromstring(drawing)  # noqa: S314 - drawn by ourselves
    # Eurostat as published, May to November: the numbers of the chart stand in its text
    assert "Exports of 8542 31 90 to Kazakhstan" in root.attrib["aria-label"]
    assert "all other goods of the same exporters" in root.attrib["aria-label"]
    assert "Source: Eurostat, Comext" in page
    assert "Scan: none is saved" in page
    assert "<b>Trade" not in page
    assert len(page.encode()) < 120_000
    [other] = evidence.of(lines[2:])
    assert "no monthly exports of 854231 to ARE" in other.course.missing
    assert "No chart: the store holds no monthly exports" in order_html(
        result, lines[2:], "00002", CorridorFigures().of([other])
    )
    # beyond the most that a pack draws, the numbers stand in words
    [told] = CorridorFigures(most=0).of(views)
    assert (told.svg, told.reading) == ("", "")
    assert "it would have been USD" in told.text
