"""The tables of the terminal: they fit, and they say what is in the result."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from umweg.flows import ScanResult
from umweg.report import number_formats as nf
from umweg.report import scan_table, scan_text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_longer_than_the_terminal(result: ScanResult, width: int) -> None:
    text = scan_text(result, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [60, 80])
def test_reads_well(result: ScanResult, width: int) -> None:
    text = scan_text(result, width, top=5)
    for c in result.countries:
        assert c.name in text
    assert "×7.07" in text
    assert "+424.9 m" in text
    assert "? cannot tell" in text
    assert nf.code(result.corridors[0].code) in text
    assert f"Not tested: {len(result.not_tested)}" in text
    words = " ".join(text.split())
    assert "An indicator is no proof" in words
    assert words.index("Kyrgyzstan: alert") < words.index("country")


def test_verdicts_are_words_with_and_without_colour(result: ScanResult) -> None:
    plain = scan_text(result, 80, top=2)
    coloured = scan_text(result, 80, top=2, color=True)
    assert "\x1b[" in coloured
    for word in ("▲ alert", "◆ review", "? cannot tell"):
        assert word in plain


def test_fits_the_console_it_is_printed_on(result: ScanResult) -> None:
    out = io.StringIO()
    Console(file=out, width=50).print(scan_table(result, top=3))
    assert max(cell_len(line) for line in out.getvalue().splitlines()) <= 50


@pytest.mark.parametrize("width", [60, 80])
def test_a_long_name_never_cuts_a_number(result: ScanResult, width: int) -> None:
    first = replace(result.countries[0], name="The Long Republic of Somewhere and its Islands")
    text = scan_text(replace(result, countries=(first, *result.countries[1:])), width, top=0)
    table = text[text.index("country") :].splitlines()[1:7]
    for line in table:
        assert "…" not in line[8:].replace("…", "", 1 if "The Long" in line else 0)
    assert "×7.07" in table[0]
    assert "+424.9 m" in table[0]


def test_many_countries_are_counted_not_named(result: ScanResult) -> None:
    unknown = result.countries[-1]
    many = tuple(replace(unknown, name=f"Country {i}") for i in range(9))
    text = scan_text(replace(result, countries=(result.countries[0], *many)), 80)
    assert "? cannot tell: 9 countries" in " ".join(text.split())


def test_no_corridors_asked_for(result: ScanResult) -> None:
    assert "most striking" not in scan_text(result, 80, top=0)


def test_nothing_tested(result: ScanResult) -> None:
    text = " ".join(scan_text(replace(result, countries=(), corridors=()), 80).split())
    assert "This is no clearance" in text
    assert "No corridor was looked at" in text


def test_a_table_waits_for_no_chart_library() -> None:
    code = (
        "import sys, umweg.report as r; r.scan_table; r.scan_csv; "
        "print([m for m in ('altair', 'vl_convert', 'xlsxwriter', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_name() -> None:
    import umweg.report

    with pytest.raises(AttributeError, match="scan_pdf"):
        umweg.report.scan_pdf  # noqa: B018
    assert set(dir(umweg.report)) >= {"scan_html", "scan_xlsx"}
