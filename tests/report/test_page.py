"""The HTML report: one file, readable by anyone, with the data behind each chart."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import replace

import pytest

from tests.report.reading import Reader
from umweg.evidence import Verdict
from umweg.flows import ScanOptions, ScanResult, scan
from umweg.periods import Window
from umweg.regime import Regime
from umweg.report import scan_html
from umweg.report.charts import BINS
from umweg.store import Store


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


def chart_data(reader: Reader, chart: str) -> list[dict[str, str]]:
    (link,) = [a for a in reader.all("a") if (a.get("download") or "").endswith(f"-{chart}.csv")]
    head, _, body = (link["href"] or "").partition(",")
    assert head == "data:text/csv;base64"
    return list(csv.DictReader(io.StringIO(base64.b64decode(body).decode())))


def test_is_one_small_well_formed_file(page: str, reader: Reader) -> None:
    assert len(page.encode()) < 2_000_000
    assert reader.unbalanced == []
    assert reader.stack == []
    assert reader.all("html")[0]["lang"] == "en"


def test_needs_no_network_and_no_script(page: str, reader: Reader) -> None:
    assert not reader.all("script")
    assert not reader.all("link")
    assert not reader.all("img")
    assert not [a for _, a in reader.tags if "src" in a or "srcset" in a]
    assert not [k for _, a in reader.tags for k in a if k.startswith("on")]
    assert "@import" not in page
    assert "url(" not in page
    for tag, attributes in reader.tags:
        href = attributes.get("href") or attributes.get("xlink:href")
        if href:
            assert tag == "a", "only links that a reader may follow lead outside"
            assert href.startswith(("https://", "http://", "#", "data:text/csv;base64,"))


def test_inner_links_have_a_target(reader: Reader) -> None:
    ids = {a["id"] for _, a in reader.tags if a.get("id")}
    for link in reader.all("a"):
        if (link["href"] or "").startswith("#"):
            assert (link["href"] or "")[1:] in ids


def test_every_chart_has_a_text_for_those_who_cannot_see_it(
    reader: Reader, result: ScanResult
) -> None:
    charts = reader.all("svg")
    mirrored = sum(bool(c.mirror_by_year) for c in result.countries)
    assert len(charts) == len(result.countries) + 1 + 1 + mirrored
    for chart in charts:
        assert chart["role"] == "img"
        assert len(chart["aria-label"] or "") > 30
    assert len(reader.all("title")) == 1 + len(charts)


def test_every_chart_has_its_source_and_its_data(reader: Reader, result: ScanResult) -> None:
    figures = reader.all("figure")
    assert [f["id"] for f in figures] == ["chart-legs", "chart-heat", "chart-gaps"]
    assert len(reader.all("figcaption")) == len(figures)
    assert reader.text.count("Source: ") == len(figures)
    for origin in result.run.origins:
        assert origin.publisher in reader.text
        assert (origin.vintage or "undated") in reader.text
        for digest in origin.sha256:
            assert digest[:12] in reader.text


def test_the_data_behind_the_legs_are_the_results(reader: Reader, result: ScanResult) -> None:
    rows = chart_data(reader, "legs")
    drawn = {(r["leg"], r["partner"], r["period"]): float(r["value_usd"]) for r in rows}
    expected = {
        ("inbound", c.transit, p): v
        for c in result.countries
        for p, v in c.monthly["inbound"].items()
    } | {
        ("direct", result.run.target, p): v
        for p, v in result.countries[0].monthly["direct"].items()
    }  # fmt: skip
    assert drawn == expected
    assert {r["window"] for r in rows} == {"earlier", "before", "after"}


def test_the_data_behind_the_heat_map_are_the_results(reader: Reader, result: ScanResult) -> None:
    rows = chart_data(reader, "heat")
    assert len(rows) == 25 * len(result.countries)
    for row in rows:
        mine = [
            c
            for c in result.corridors
            if c.transit == row["transit"] and c.code.startswith(row["heading"])
        ]
        assert int(row["corridors"]) == len(mine)
        if mine:
            after = sum(c.inbound_after_usd for c in mine)
            excess = sum(c.inbound_excess_usd or 0.0 for c in mine)
            # The order of a sum of floats is all that may differ.
            assert float(row["inbound_after_usd"]) == pytest.approx(after, rel=1e-12)
            assert float(row["inbound_excess_usd"] or 0) == pytest.approx(excess, rel=1e-9, abs=1)


def test_the_data_behind_the_gaps_are_the_results(reader: Reader, result: ScanResult) -> None:
    rows = chart_data(reader, "gaps")
    drawn = {
        (r["transit"], r["year"]): (float(r["exports_fob_usd"]), float(r["imports_cif_usd"]))
        for r in rows
    }
    assert drawn == {
        (c.transit, y): pair for c in result.countries for y, pair in c.mirror_by_year.items()
    }
    assert [round(float(r["gap_share_raw"]), 2) for r in rows if r["transit"] == "KGZ"] == [
        0.15, 0.03, 0.07, 0.57, 0.67,
    ]  # fmt: skip


def test_says_the_answer_in_words_first(reader: Reader, result: ScanResult) -> None:
    text = reader.text
    headings = ["The answer", "The countries", "over time", "Which goods", "What was sent",
                "The most striking corridors", "What was not tested", "Caveats",
                "Innocent explanations", "Method", "Sources and versions",
                "How to repeat"]  # fmt: skip
    places = [text.index(h) for h in headings]
    assert places == sorted(places)
    assert "An indicator is no proof" in text
    for c in result.countries:
        assert c.name in text[: text.index("The countries")]
    kyrgyzstan = result.countries[0]
    assert kyrgyzstan.verdict is Verdict.ALERT
    assert "×7.07 (EUR 70.1 m → EUR 495.0 m, +EUR 424.9 m)" in text
    assert "consistent with diversion. They rest on different baskets" in text
    assert "sent to it, counting all goods (lowest year before: 85 %)" in text
    assert "2019 15 %, 2020 3 %, 2021 7 %, 2022 57 %, 2023 67 %" in text


@pytest.mark.parametrize("word", ["evade", "evasion", "smuggl", "guilt", "violat", "illegal"])
def test_never_accuses(page: str, word: str) -> None:
    assert word not in page.lower()


def test_marks_the_measures_and_lists_them(reader: Reader) -> None:
    for words in ("1–5", "2022-02-26", "Reg. (EU) 2022/1904", "not drawn"):
        assert words in reader.text


def test_each_caveat_is_explained_once(reader: Reader, result: ScanResult) -> None:
    texts = {c.key: c for x in (*result.countries, *result.corridors) for c in x.caveats}
    for caveat in texts.values():
        sentence = caveat.text.removesuffix(f" {caveat.detail}") if caveat.detail else caveat.text
        assert reader.text.count(" ".join(sentence.split())) == 1


def test_says_how_to_repeat(reader: Reader, result: ScanResult) -> None:
    assert "umweg scan --target RUS --goods-list eu-833-cn8-20221007" in reader.text
    assert "--before 2021-01..2021-11 --after 2022-01..2022-11" in reader.text
    assert result.run.run_id in reader.text
    assert result.run.regime_version in reader.text


def test_hostile_text_stays_text(hostile: ScanResult, regime: Regime) -> None:
    page = scan_html(hostile, regime)
    reader = Reader(page)
    assert not reader.all("script")
    assert "<script" not in page
    assert "javascript:" not in page
    assert "alert('x')" in reader.text
    assert reader.unbalanced == []


def test_nothing_tested_is_no_clearance(regime: Regime, result: ScanResult) -> None:
    nothing = replace(result, countries=(), corridors=())
    reader = Reader(scan_html(nothing, regime))
    assert "This is no clearance" in reader.text
    assert not reader.all("svg")
    assert reader.unbalanced == []


def test_same_result_same_page(page: str, result: ScanResult, regime: Regime) -> None:
    assert scan_html(result, regime) == page


def test_windows_of_other_lengths(regime: Regime) -> None:
    """A difference of windows of two lengths is one of yearly rates, and says so."""
    options = ScanOptions(
        before=Window.parse("2021-01..2021-06"),
        after=Window.parse("2022-03..2022-11"),
        transit=("KGZ", "ARM"),
        codes=("8542",),
    )
    reader = Reader(scan_html(scan(Store.sample(), options, regime=regime), regime))
    assert " a year)" in reader.text
    assert "--transit KGZ,ARM" in reader.text
    assert "--codes 8542" in reader.text


def test_windows_of_years(regime: Regime, small: ScanResult) -> None:
    years = {"2019": 1e6, "2020": 2e6, "2021": 3e6, "2022": 9e6}
    country = replace(small.countries[0], monthly={"inbound": years, "direct": years})
    run = replace(small.run, earlier=None, before="2019..2020", after="2021..2022")
    reader = Reader(scan_html(replace(small, run=run, countries=(country,)), regime))
    assert "USD million a year" in reader.text
    assert {r["window"] for r in chart_data(reader, "legs")} == {"before", "after"}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize(("step", "fill", "ink"), BINS)
def test_text_on_the_heat_map_can_be_read(step: str, fill: str, ink: str) -> None:
    light, dark = sorted((luminance(fill), luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, step


def test_steps_of_the_heat_map_get_darker() -> None:
    """So that they stay in order in grey, on any copier and for any eye."""
    fills = [luminance(fill) for _, fill, _ in BINS[:6]]
    assert fills == sorted(fills, reverse=True)
