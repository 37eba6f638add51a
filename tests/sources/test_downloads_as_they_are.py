"""Downloads as users have them: saved again by a spreadsheet, renamed, cut off, of another format.

Each becomes the right rows, or an error that says what, where, what is allowed and what to do. They
are imported as a user does, through the command line.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import py7zr
import pytest
from xlsxwriter import Workbook

from tests.sources.lists.test_invented_lists import EU_HEADER, eu_row
from tests.sources.trade.files import comtrade_csv, comtrade_row
from tests.sources.trade.test_comext import HEAD, ROWS, SDMX
from tests.store.test_list_changes import sdn
from umweg.cli.main import run
from umweg.store import Manifest, Store

VALUES = [n * 1000.5 for n in range(1, 13)]
GOOD = comtrade_csv(
    *(comtrade_row(period=f"2023{n:02d}", primaryValue=v) for n, v in enumerate(VALUES, 1))
)
LINES = GOOD.splitlines()


def again(text: str, delimiter: str, cell: Callable[[str], str] = str) -> str:
    """A table as a spreadsheet saves it again; `cell` writes what is below the header."""
    head, *rows = csv.reader(io.StringIO(text))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(c) for c in row] for row in rows)
    return out.getvalue()


def is_decimal(cell: str) -> bool:
    return "." in cell and cell.replace(".", "").isdigit()


def comma(cell: str) -> str:
    return cell.replace(".", ",") if is_decimal(cell) else cell


def thousands(cell: str) -> str:
    return f"{float(cell):,.2f}".translate(str.maketrans(",.", ".,")) if is_decimal(cell) else cell


def zipped(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def seven(text: str) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(text, "full_202402.dat")
    return out.getvalue()


def workbook(*rows: list[str]) -> bytes:
    out = io.BytesIO()
    with Workbook(out) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    return out.getvalue()


def load(tmp_path: Path, name: str, data: bytes | str, *asked: str) -> int:
    """Import a file as a user does; returns the exit code."""
    file = tmp_path / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    store = tmp_path / "store"
    return run(["data", "import", str(file), "--store", str(store), "-q", *asked])


def held(tmp_path: Path) -> Manifest:
    (found,) = Store.open(tmp_path / "store", with_sample=False).all_snapshots
    return found


def refused(capsys: pytest.CaptureFixture[str], says: str) -> None:
    """The error has its four parts, and nothing was stored."""
    error = capsys.readouterr().err
    assert says in error
    for part in ("umweg: ", "where: ", "allowed: ", "do next: "):
        assert part in error, error


COMTRADE: dict[str, tuple[str, bytes | str]] = {
    "with a mark": ("TradeData.csv", "\ufeff" + GOOD),
    "UTF-16": ("TradeData.csv", GOOD.encode("utf-16")),
    "a comma after each row": ("x.csv", "\r\n".join([LINES[0], *(x + "," for x in LINES[1:])])),
    "a comma after each line": ("x.csv", "\r\n".join(x + "," for x in LINES)),
    "ends of lines of an old Mac": ("x.csv", "\r".join(LINES)),
    "semicolon, decimal comma": ("x.csv", again(GOOD, ";", comma)),
    "the same with a mark": ("x.csv", "\ufeff" + again(GOOD, ";", comma)),
    "the same in Windows-1252": (
        "x.csv", again(GOOD.replace("Kazakhstan", "Kasachstän"), ";", comma).encode("cp1252"),
    ),
    "semicolon, decimal point": ("x.csv", again(GOOD, ";")),
    "thousands set off": ("x.csv", again(GOOD, ";", thousands)),
    "Unicode text of a spreadsheet": ("x.txt", again(GOOD, "\t", comma).encode("utf-16")),
    "gzip by another name": ("x.csv", gzip.compress(GOOD.encode())),
    "zip by another name": ("x.csv", zipped({"TradeData.csv": GOOD})),
    "zip of a Mac": ("x.zip", zipped({"a.csv": GOOD, "__MACOSX/._a.csv": b"\0"})),
    "CSV by the name of a workbook": ("x.xlsx", GOOD),
}  # fmt: skip


@pytest.mark.parametrize("name", COMTRADE)
def test_a_download_of_comtrade_as_it_came(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, *COMTRADE[name]) == 0
    m = held(tmp_path)
    assert (m.source, m.rows_read, m.rows_kept) == ("comtrade", 12, 12)
    # The values that were written, months in their order.
    assert m.rows("flows").sort_by("period")["value_reported"].to_pylist() == VALUES
    says_comma = any(w in name for w in ("decimal comma", "same", "thousands", "Unicode"))
    assert ("decimal-comma" in {a.name for a in m.alarms}) == says_comma


REFUSED: dict[str, tuple[str, bytes | str, str]] = {
    "empty": ("x.csv", "", "the file is empty"),
    "blank": ("x.csv", "\ufeff\r\n\r\n", "the file is empty"),
    "only a header": ("x.csv", LINES[0] + "\r\n", "no rows"),
    "a page": ("x.csv", "<!DOCTYPE html><html><title>503 Busy</title>", "a web page ('503 Busy')"),
    "a message": ("x.json", '{"statusCode": 429, "message": "Rate limit"}', "(Rate limit)"),
    "UTF-16 without its mark": ("x.csv", GOOD.encode("utf-16-le"), "no text in UTF-8"),
    "UTF-16 cut off": ("x.csv", GOOD.encode("utf-16")[:-1], "begins as UTF-16"),
    "cut off": ("x.csv", GOOD[:-200], "ends in the middle of row 13"),
    "gzip cut off": ("x.csv.gz", gzip.compress(GOOD.encode())[:-200], "damaged or cut off"),
    "zip cut off": ("x.zip", zipped({"a.csv": GOOD})[:-40], "damaged or cut off"),
    "7z cut off": ("full_202402.7z", seven(f"{HEAD}\n{ROWS}")[:-40], "damaged or cut off"),
    "several files": ("x.zip", zipped({"a.csv": GOOD, "b.csv": GOOD}), "holds 2 files"),
    "a workbook": ("x.csv", workbook(*map(list, csv.reader(LINES))), "a workbook"),
    "a PDF": ("x.csv", b"%PDF-1.7\n", "a PDF"),
    "decimals in two ways": (
        "x.csv", again(GOOD, ";", comma).replace("12006,0", "12.006"), "two ways: '",
    ),
    "codes that lost a zero": ("x.csv", GOOD.replace("854231", "10121"), "its leading zero"),
    "Eurostat's TSV": ("x.tsv", "freq,reporter,geo\\TIME_PERIOD\t2023-01 \n", "Eurostat's TSV"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("named", [False, True])
def test_what_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, named: bool
) -> None:
    file, data, says = REFUSED[name]
    source = "comext" if name in ("7z cut off", "Eurostat's TSV") else "comtrade"
    assert load(tmp_path, file, data, *(["--source", source] if named else [])) == 3
    refused(capsys, says if name != "several files" or not named else "archive holds 2 files")
    assert not list((tmp_path / "store").glob("snapshots/*"))


@pytest.mark.parametrize("delimiter", ",;\t|")
def test_a_bulk_file_of_comext_with_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    text = f"{HEAD}\n{ROWS}".replace(",", delimiter)
    assert load(tmp_path, "full_202402.dat", text) == 0
    # 1000 + 200 + 30: the three procedures of one figure.
    assert 1230 in held(tmp_path).rows("flows")["value_reported"].to_pylist()


def test_a_figure_that_lost_a_part_is_no_figure(tmp_path: Path) -> None:
    """A value that cannot be read must not leave the sum of the others in its place."""
    text = f"{HEAD}\n{ROWS}".replace("202402,200,", "202402,n/a,")
    assert load(tmp_path, "full_202402.dat", text) == 0
    m = held(tmp_path)
    assert sorted(m.rows("flows")["value_reported"].to_pylist()) == [7, 900]
    aside = {r["row"]: r["reason"] for r in m.rows("set_aside").to_pylist()}
    assert (aside[3], aside[2], aside[4]) == (
        "not-a-number", "incomplete-figure", "incomplete-figure",
    )  # fmt: skip
    assert m.rows_read == m.rows_kept + m.rows_set_aside == 10


def sdmx(version: int, labels: bool) -> str:
    """The same answer in the layouts of SDMX-CSV; labels stand in a column beside each or, in
    version 1, behind a colon."""
    head, *rows = csv.reader(io.StringIO(SDMX))
    dims = head[2:]
    before = {1: ["DATAFLOW", "LAST UPDATE"], 2: ["STRUCTURE", "STRUCTURE_ID", "ACTION"]}[version]
    names, cells = dims, [row[2:] for row in rows]
    if labels and version == 1:
        names = [f"{n}: Label" if n.islower() else n for n in dims]
        cells = [[f"{c}: Label" if n.islower() else c for n, c in zip(dims, r, strict=True)]
                 for r in cells]  # fmt: skip
    elif labels:
        before = [*before, "STRUCTURE_NAME"]
        names = [x for n in dims for x in (n, n.capitalize() if n == "partner" else f"{n} label")]
        cells = [[x for c in r for x in (c, "Label")] for r in cells]
    return "\n".join(",".join(r) for r in [before + names, *(["x"] * len(before) + r
                                                             for r in cells)])  # fmt: skip


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("labels", [False, True])
def test_answers_in_sdmx_csv(tmp_path: Path, version: int, labels: bool) -> None:
    assert load(tmp_path, "answer.csv", sdmx(version, labels)) == 0
    m = held(tmp_path)
    assert (m.rows_read, m.rows_kept, m.alarms) == (7, 4, ())
    sent = next(r for r in m.rows("flows").to_pylist() if r["partner"] == "KAZ")
    assert (sent["value_reported"], sent["net_weight_kg"], sent["quantity"]) == (1230, 4, 60)


YEAR = "t,i,j,k,v,q\n2020,276,398,854231,1.5,1\n"
BACI = {
    "another edition inside": ("BACI_HS22_V202401", "BACI_HS17_Y2020_V202401", "different"),
    "another version inside": ("BACI_HS17_V202501", "BACI_HS17_Y2020_V202401", "different"),
    "a year before the edition": ("BACI_HS22_V202401", "BACI_HS22_Y2020_V202401",
                                  "period-before-edition"),
    "another year inside": ("BACI_HS17_V202401", "BACI_HS17_Y2019_V202401", "the year 2019"),
    "a version to come": ("BACI_HS17_V299901", "BACI_HS17_Y2020_V299901", "no month until today"),
    "no month": ("BACI_HS17_V202313", "BACI_HS17_Y2020_V202313", "no month until today"),
}  # fmt: skip


@pytest.mark.parametrize("name", BACI)
def test_an_archive_of_baci_with_a_wrong_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    outside, inside, says = BACI[name]
    assert load(tmp_path, f"{outside}.zip", zipped({f"{inside}.csv": YEAR})) == 3
    assert says in capsys.readouterr().err


SDN = sdn(*((n, f"FIRM {n}", "CUBA", f"Website {n}.example.") for n in range(1, 61)))
SMALL = ("--allow-shrink", "--source", "ofac-sdn")


def test_a_list_of_ofac_without_its_companions_says_so(tmp_path: Path) -> None:
    assert load(tmp_path, "sdn.csv", SDN, *SMALL) == 0
    (alarm,) = [a for a in held(tmp_path).alarms if a.name == "companion-missing"]
    assert "alt.csv" in alarm.detail
    assert "add.csv" in alarm.detail


@pytest.mark.parametrize(
    "text", [again(SDN, ";"), again(SDN, ","), SDN.encode("utf-16"), "\ufeff" + SDN]
)
def test_a_list_of_ofac_saved_again(tmp_path: Path, text: bytes | str) -> None:
    assert load(tmp_path, "sdn.csv", text, *SMALL) == 0
    assert held(tmp_path).rows("entities")["caption"].to_pylist()[-1] == "FIRM 60"


@pytest.mark.parametrize("cut", [20, 30, 60])
def test_a_list_that_was_cut_off_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cut: int
) -> None:
    """Also inside a quoted text, where the number of fields is right."""
    assert load(tmp_path, "sdn.csv", SDN.strip()[:-cut], *SMALL) == 3
    refused(capsys, "ends in the middle of the row that begins in line 60")


EU = "\r\n".join([";".join(EU_HEADER), eu_row(NameAlias_WholeName="Ivan Testov")])


@pytest.mark.parametrize(
    "text",
    [EU, EU.replace(";", ","), EU.encode("utf-16"), EU + ";", EU.replace("\r\n", ";\r\n") + ";"],
)
def test_an_eu_list_saved_again_of_one_row(tmp_path: Path, text: bytes | str) -> None:
    assert load(tmp_path, "eu.csv", text) == 0
    assert held(tmp_path).rows("entities")["caption"].to_pylist() == ["Ivan Testov"]


def test_an_eu_list_with_a_translated_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(tmp_path, "eu.csv", EU.replace("NameAlias_WholeName", "Alias_GanzerName")) == 3
    refused(capsys, "missing: NameAlias_WholeName")


UK = (
    "Unique ID,Name 6,Name 1,Name type,Regime Name,Designation Type\r\n"
    "RUS0001,TESTOV,Ivan,Primary Name,Invented Regulations,Individual\r\n"
)


@pytest.mark.parametrize(
    "above",
    ["Report Date: 28-Jan-2026\r\n", "Report Date: 28-Jan-2026,,,,,\r\n",
     "Report Date,28/01/2026\r\n", '"Report Date: 28 January 2026"\r\n\r\n'],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", ",;")
def test_a_uk_list_with_the_line_of_its_date(tmp_path: Path, above: str, delimiter: str) -> None:
    assert load(tmp_path, "uk.csv", above + UK.replace(",", delimiter)) == 0
    m = held(tmp_path)
    assert (m.source, m.published_on, m.rows_kept) == ("uk-sanctions-list", "2026-01-28", 1)


def test_a_uk_list_as_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ods = zipped({"mimetype": "application/vnd.oasis.opendocument", "content.xml": "<a/>"})
    assert load(tmp_path, "uk.ods", ods, "--source", "uk-sanctions-list") == 3
    refused(capsys, "a workbook")


def listed(n: int) -> dict[str, Any]:
    return {"source": "Specially Designated Nationals (SDN) - Treasury Department",
            "name": f"Firm {n}", "id": str(n), "source_list_url": "http://example.org"}  # fmt: skip


def test_a_page_of_the_screening_list_is_not_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [listed(n) for n in range(10)]
    page = json.dumps({"total": 11, "offset": 0, "results": results})
    assert load(tmp_path, "csl.json", page, "--allow-shrink") == 3
    refused(capsys, "10 of 11 entries")
    assert load(tmp_path, "csl.json", json.dumps({"results": results}), "--allow-shrink") == 0
    assert held(tmp_path).rows_kept == 10


def test_json_lines_that_were_cut_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = '{"id":"a","schema":"Person","caption":"X","properties":{"name":["X"]}}'
    assert load(tmp_path, "e.json", f"{line}\n{line[:-9]}", "--source", "opensanctions") == 3
    refused(capsys, "ends in the middle of line 2")


MAPPING = """
holds: flows
reporter: {value: KGZ}
partner: {column: partner}
flow: {value: X}
period: {column: year}
nomenclature: {value: HS by year}
code: {value: TOTAL}
value: {column: kusd, unit: thousand}
currency: {value: USD}
"""


def test_a_workbook_with_merged_cells_in_its_header(tmp_path: Path) -> None:
    """A title over all columns, a group over two of them, a name over two rows."""
    path = tmp_path / "exports.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "Exports of Kyrgyzstan, thousand USD")
        sheet.merge_range(1, 0, 2, 0, "partner")
        sheet.merge_range(1, 1, 1, 2, "figures")
        sheet.write_row(2, 1, ["year", "kusd"])
        for n in range(5):
            sheet.write_row(3 + n, 0, ["Russia", 2015 + n, n + 0.5])
    (tmp_path / "m.yaml").write_text(MAPPING)
    asked = ("--source", "kg-own", "--mapping", str(tmp_path / "m.yaml"))
    assert load(tmp_path, path.name, path.read_bytes(), *asked) == 0
    assert held(tmp_path).rows("flows")["value_reported"].to_pylist() == [
        500, 1500, 2500, 3500, 4500,
    ]  # fmt: skip
