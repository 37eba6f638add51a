"""A user's table is read as it comes: any encoding, delimiter and kind, every row answered for."""

from __future__ import annotations

import csv
import gzip
import json
import resource
import zipfile
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from umweg.errors import InputError, UsageError
from umweg.sources.table_file import TableFile
from umweg.sources.text_encoding import single_byte_encoding

GERMAN = "Auftrag;Empfänger;Wert\n4711;Müller Maschinenbau;1.234,50\n4712;Groß & Söhne;7,00\n"
RUSSIAN = "Заказ;Грузополучатель;Стоимость\n1;ООО Ромашка;15,5\n2;АО Ёлка;7\n"


def rows(file: TableFile) -> list[dict[str, str]]:
    return [r for b in file.batches() for r in b.texts(range(len(b.rows)))]


def rejects(file: TableFile) -> dict[int, str]:
    return {r.row: r.reason for b in file.batches() for r in b.rejects}


def numbers(file: TableFile) -> list[int]:
    return [int(n) for b in file.batches() for n in b.rows]


def saved(tmp_path: Path, data: bytes | str, name: str = "orders.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "cp1252", "cp1252"),
        (GERMAN, "utf-16", "utf-16"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8_r", "koi8_r"),
        (RUSSIAN, "utf-16-be", "utf-16-be"),
        ("a;b\n1;2\n", "ascii", "utf-8"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_encoding_is_found_and_said(
    tmp_path: Path, text: str, encoding: str, found: str, ends: str
) -> None:
    file = TableFile(saved(tmp_path, text.replace("\n", ends).encode(encoding)))
    header, *lines = [line.split(";") for line in text.splitlines()]
    assert file.encoding == found
    assert file.columns == tuple(header)
    assert [list(r.values()) for r in rows(file)] == lines
    assert numbers(file) == list(range(2, 2 + len(lines)))
    assert bool(file.notes) == (found in ("cp1252", "cp1251", "koi8_r", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Lieferung 5 m³, 3 µm, 20 °C, Größe", "cp1252"),
        ("Société générale, reçu à l'été", "cp1252"),
        ("Spółka z o.o., części zamienne, źródło", "cp1250"),
        ("Интегральные схемы, процессоры", "cp1251"),
        ("Интегральные схемы, процессоры", "cp866"),
        ("Интегральные схемы, процессоры", "koi8_r"),
    ],
)
def test_encodings_of_one_byte_are_told_apart(text: str, encoding: str) -> None:
    assert text.encode(encoding).decode(single_byte_encoding(text.encode(encoding))) == text


def test_a_given_encoding_is_used_and_a_wrong_one_named(tmp_path: Path) -> None:
    path = saved(tmp_path, RUSSIAN.encode("cp1251"))
    assert TableFile(path, encoding="windows-1251").columns[0] == "Заказ"
    with pytest.raises(UsageError, match="no encoding"):
        TableFile(path, encoding="klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join("ab") + "\n" + delimiter.join(["1.5", "x y"]) + "\n"
    file = TableFile(saved(tmp_path, text))
    assert (file.delimiter, rows(file)) == (delimiter, [{"a": "1.5", "b": "x y"}])


def test_decimal_commas_do_not_make_a_comma_the_delimiter(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, "code;wert\n1;1,5\n2;2,5\n"))
    assert file.columns == ("code", "wert")


def test_the_line_of_excel_that_names_the_delimiter(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, "sep=|\na|b;c\n1|2\n"))
    assert (file.columns, file.header_row, numbers(file)) == (("a", "b;c"), 2, [3])


def test_a_title_above_the_header_is_not_the_header(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, "Auftragsliste 03/2024\n\nNr;Name;Wert\n1;x;2\n"))
    assert file.columns == ("Nr", "Name", "Wert")
    assert file.header_row == 3
    assert "1 row above" in file.notes[0]
    assert numbers(file) == [4]


def test_a_quoted_text_may_run_over_lines(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, 'a;b\n1;"x\ny ""z"" ;"\n2;u\n'))
    assert rows(file) == [{"a": "1", "b": 'x\ny "z" ;'}, {"a": "2", "b": "u"}]
    assert numbers(file) == [2, 3]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, 'a;b\n1;"5 inch\n2;x\n3;5" pipe\n4;"y"\n'))
    assert rejects(file) == {2: "unclosed-quote"}
    assert [r["b"] for r in rows(file)] == ["x", '5" pipe', "y"]


def test_ragged_empty_and_trailing_rows(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, "a;b\n1;2;3\n\n4;5;\n;\n6;7\n8\n\n\n;;;\n"))
    assert [r["a"] for r in rows(file)] == ["4", "6"]
    assert rejects(file) == {2: "ragged-row", 3: "empty-row", 5: "empty-row", 7: "ragged-row"}


def test_headers_that_are_empty_or_twice(tmp_path: Path) -> None:
    file = TableFile(saved(tmp_path, "Name;;Name;Name (2);\n1;2;3;4;5\n"))
    assert file.columns == ("Name", "column 2", "Name (2)", "Name (2) (2)", "column 5")
    assert len(set(file.columns)) == 5
    assert any("same name" in n for n in file.notes)


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="10,000 columns"):
        TableFile(saved(tmp_path, ";".join("x" * 10_000) + "\n"))


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    mixed = "a;b\n1;Müller\n2;Größe\n".encode() + "3;Köln\n".encode("cp1252") + b"4;x\0y\n5;z\n"
    file = TableFile(saved(tmp_path, mixed))
    assert file.encoding == "utf-8"
    assert rejects(file) == {4: "undecodable-text", 5: "control-characters"}
    assert [r["a"] for r in rows(file)] == ["1", "2", "5"]
    assert "1 lines are not UTF-8" in file.notes[0]


def test_lines_of_utf8_in_a_file_of_another_encoding_are_not_misread(tmp_path: Path) -> None:
    mixed = "a;b\n1;Müller\n2;Größe\n".encode("cp1252") + "3;Köln\n".encode()
    file = TableFile(saved(tmp_path, mixed))
    assert file.encoding == "cp1252"
    assert rejects(file) == {4: "mixed-encoding"}


def test_a_cell_of_a_hundred_megabytes_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as f:
        f.write(b"a;b\n1;x\n2;")
        for _ in range(100):
            f.write(b"y" * (1 << 20))
        f.write(b"\n3;z\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    file = TableFile(path)
    assert rejects(file) == {3: "too-long-row"}
    assert [r["a"] for r in rows(file)] == ["1", "3"]
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 60_000  # a block of 1 MB is held a few times over, never the 100 MB


@pytest.mark.parametrize("limit", [1 << 17, 1 << 22])
def test_a_quoted_cell_beyond_the_limit_costs_its_row(tmp_path: Path, limit: int) -> None:
    """Whatever limit another reader in the process has set for the csv module."""
    before = csv.field_size_limit(limit)
    try:
        file = TableFile(saved(tmp_path, 'a;b\n1;"' + "x" * 200_000 + '"\n2;y\n'))
        assert rejects(file) == {2: "too-long-row"}
    finally:
        csv.field_size_limit(before)


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(
        str(path), {"default_date_format": "dd.mm.yyyy", "strings_to_formulas": False}
    ) as book:
        book.add_worksheet("Notes").hide()
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["Code", "Day", "Serial", "Value", "Text"])
        sheet.write_row(1, 0, [85423190, date(2024, 3, 1), 45352, 1234.5, "0101 21"])
        sheet.write_row(
            3, 0, ["01012100", datetime.fromisoformat("2024-03-01 12:30"), "", 0.1 + 0.2, "=1+1"]
        )
        book.add_worksheet("Other").write(0, 0, "x")
        sheet.activate()
    return path


def test_a_workbook_gives_text_and_says_what_was_a_number(tmp_path: Path) -> None:
    file = TableFile(workbook(tmp_path / "orders.xls"))  # the name is no evidence
    assert (file.kind, file.sheet) == ("xlsx", "Orders")
    assert "Other" in file.notes[0]
    [batch] = file.batches()
    assert batch.texts([0, 1]) == [
        # 45352 is the serial of 2024-03-01: 45292 is 2024-01-01, and 31 + 29 days follow
        dict(
            zip(file.columns, ["85423190", "2024-03-01", "45352", "1234.5", "0101 21"], strict=True)
        ),
        dict(
            zip(file.columns, ["01012100", "2024-03-01 12:30:00", "", "0.3", "=1+1"], strict=True)
        ),
    ]
    assert batch.rows.tolist() == [2, 4]
    assert [(r.row, r.reason) for r in batch.rejects] == [(3, "empty-row")]
    assert batch.numbers["Code"].tolist() == [True, False]
    assert "Text" not in batch.numbers


def test_a_sheet_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "orders.xlsx")
    assert TableFile(path, sheet="Other").columns == ("x",)
    with pytest.raises(InputError, match="no sheet 'Absent'"):
        TableFile(path, sheet="Absent")
    with pytest.raises(UsageError, match="sheet"):
        TableFile(saved(tmp_path, GERMAN), sheet="x")


def test_workbooks_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    far = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(far)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(InputError, match="too large"):
        TableFile(far)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<x/>")
        z.writestr("xl/workbook.xml", "<x/>")
        z.writestr("xl/worksheets/sheet1.xml", b" " * (160 << 20))
    with pytest.raises(InputError, match="unpacks to"):
        TableFile(bomb)


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="T">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, rows: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        z.writestr("content.xml", ODS.format(rows=rows))
        z.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
            '><manifest:file-entry manifest:full-path="/" manifest:media-type="x"/>'
            "</manifest:manifest>",
        )
    return path


def test_an_open_document_with_and_without_a_bomb(tmp_path: Path) -> None:
    def cell(text: str, times: int = 1) -> str:
        return (
            f'<table:table-cell office:value-type="string" table:number-columns-repeated="{times}">'
            f"<text:p>{text}</text:p></table:table-cell>"
        )

    end = (
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    good = f"<table:table-row>{cell('a')}{cell('b')}</table:table-row>"
    good += f"<table:table-row>{cell('1')}{cell('2')}</table:table-row>{end}"
    file = TableFile(ods(tmp_path / "good.ods", good))
    assert (file.kind, rows(file)) == ("ods", [{"a": "1", "b": "2"}])
    bad = f'<table:table-row table:number-rows-repeated="1000000">{cell("x", 16384)}'
    with pytest.raises(InputError, match="repeated ones included"):
        TableFile(ods(tmp_path / "bad.ods", bad + "</table:table-row>"))


def test_parquet_gives_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "code": pa.array([85423190.0, None]),
            "day": pa.array([date(2024, 3, 1), None]),
            "name": pa.array(["Müller", "x"]).dictionary_encode(),
            "n": pa.array([7, 8]),
        }
    )
    pq.write_table(table, path)
    file = TableFile(path)
    assert file.kind == "parquet"
    assert rows(file) == [
        {"code": "85423190", "day": "2024-03-01", "name": "Müller", "n": "7"},
        {"code": "", "day": "", "name": "x", "n": "8"},
    ]
    assert numbers(file) == [1, 2]
    [batch] = file.batches()
    assert batch.numbers["code"].tolist() == [True, False]


def test_json_lines(tmp_path: Path) -> None:
    text = (
        '{"code": 85423190.0, "n": "x"}\n\n[1]\n{"n": "y", "m": {"k": 1}}\nnope\n{"n": "\\ud800"}\n'
    )
    file = TableFile(saved(tmp_path, text, "orders.jsonl"))
    assert (file.kind, file.columns) == ("jsonl", ("code", "n", "m"))
    assert rows(file) == [
        {"code": "85423190", "n": "x", "m": ""},
        {"code": "", "n": "y", "m": '{"k": 1}'},
    ]
    assert rejects(file) == {2: "empty-row", 3: "not-json", 5: "not-json", 6: "undecodable-text"}


def test_packed_text_is_read_and_packed_workbooks_named(tmp_path: Path) -> None:
    packed = saved(tmp_path, gzip.compress(GERMAN.encode("cp1252")), "orders.csv.gz")
    assert rows(TableFile(packed))[0]["Empfänger"] == "Müller Maschinenbau"
    archive = tmp_path / "orders.zip"
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("../../evil.csv", GERMAN)  # nothing is written to a name that an archive chose
    assert len(rows(TableFile(archive))) == 2
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    again = saved(tmp_path, gzip.compress((tmp_path / "a.parquet").read_bytes()), "a.parquet.gz")
    with pytest.raises(InputError, match="packed"):
        TableFile(again)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table>", "web page"),
        (b'[{"a": 1}]', "JSON array"),
        (bytes(1000), "no text"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"PAR1 cut off", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut off", "damaged"),
        (b"{nothing}", "no line is a JSON object"),
    ],
)
def test_files_that_are_no_table_are_named(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        list(TableFile(saved(tmp_path, data)).batches())


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        TableFile(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="regular file"):
        TableFile(tmp_path)


@settings(max_examples=150, deadline=None)
@given(
    data=st.lists(
        st.sampled_from(
            [b"a", b";", b'"', b"\n", b"\r\n", b"\0", b"\xfc", "ü".encode(), b",", b"1"]
        ),
        max_size=60,
    )
)
def test_every_row_is_kept_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(b"h1;h2\n" + b"".join(data))
    file = TableFile(path)
    seen = [int(n) for b in file.batches(7) for n in [*b.rows, *(r.row for r in b.rejects)]]
    assert sorted(seen) == list(range(2, 2 + len(seen)))
    for batch in file.batches(7):
        assert all(len(c) == len(batch.rows) for c in batch.columns.values())


def test_json_round_trip_of_any_text(tmp_path: Path) -> None:
    text = 'x"\\ \t é ж 漢'
    file = TableFile(saved(tmp_path, json.dumps({"a": text}) + "\n", "x.jsonl"))
    assert rows(file) == [{"a": text}]
    assert np.array_equal(numbers(file), [1])
