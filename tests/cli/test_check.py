"""`umweg check` as it is typed: formats, files, exit codes, messages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from umweg.cli.main import run

HEADER = "Auftrag;Warennummer;Empfänger;Bestimmungsland"
ROWS = ("1;85423190;TOO Sary-Arka;Kasachstan", "2;48191000;Boulon SARL;Frankreich", "3;;Nord;KZ")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_bytes("\r\n".join([HEADER, *ROWS, ""]).encode("cp1252"))
    return path


def test_the_table_and_what_was_recognised(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(book), "--as-of", "2026-03-01"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("orders.csv: 3 rows read, 3 decided, 0 set aside")
    assert "code" in err
    assert "Warennummer" in err
    assert "\x1b" not in out + err


@pytest.mark.parametrize("format_", ["json", "csv", "xlsx", "html"])
def test_every_format_into_a_file(book: Path, tmp_path: Path, format_: str) -> None:
    out = tmp_path / f"out.{format_}"
    assert run(["check", str(book), "--format", format_, "-o", str(out), "-q"]) == 0
    assert out.stat().st_size > 500
    if format_ == "json":
        assert json.loads(out.read_text("utf-8"))["decided"] == 3
    if format_ == "csv":
        with out.open(encoding="utf-8", newline="") as f:
            assert [r["decision"] for r in csv.DictReader(f)] == ["review", "clear", "cannot-tell"]


@pytest.mark.parametrize(
    ("fail_on", "code"), [("never", 0), ("alert", 0), ("review", 1), ("cannot-tell", 1)]
)
def test_exit_codes(book: Path, fail_on: str, code: int) -> None:
    assert run(["check", str(book), "-q", "--as-of", "2026-03-01", "--fail-on", fail_on]) == code


def test_cannot_tell_has_a_code_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(f"{HEADER}\n3;;Nord;KZ\n", "utf-8")
    assert run(["check", str(path), "-q", "--fail-on", "cannot-tell"]) == 5
    assert run(["check", str(path), "-q", "--fail-on", "review"]) == 0


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        ([], 2, "an order book is needed"),
        (["absent.csv"], 3, "cannot be read"),
        (["{book}", "--fail-on", "always"], 2, "--fail-on"),
        (["{book}", "--complete-until", "2026-01-01"], 2, "--goods-list"),
        (["{book}", "--as-of", "gestern"], 2, "not a date"),
        (["{book}", "--target", "FRA"], 2, "no measures"),
        (["{book}", "--format", "pdf"], 2, "unknown format"),
        (["--replay", "{book}"], 3, "no evidence pack"),
        (["--replay", "x", "{book}"], 2, "stands alone"),
    ],
)
def test_wrong_usage_is_said(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, what: str
) -> None:
    assert run(["check", *(w.format(book=book) for w in words)]) == code
    assert what in capsys.readouterr().err


def test_a_mapping_is_kept_and_used(book: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    assert run(["check", str(book), "-q", "--save-mapping", str(mapping)]) == 0
    assert "code: Warennummer" in mapping.read_text("utf-8")
    out = tmp_path / "out.json"
    words = ["check", str(book), "-q", "--mapping", str(mapping), "--format", "json"]
    assert run([*words, "-o", str(out)]) == 0
    assert json.loads(out.read_text("utf-8"))["run"]["columns_how"]["code"] == "given"


def test_a_pack_and_its_replay(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "pack"
    assert run(["check", str(book), "-q", "--as-of", "2026-03-01", "--pack", str(pack)]) == 0
    assert (pack / "orders" / "00001.html").exists()
    capsys.readouterr()
    assert run(["check", "--replay", str(pack)]) == 0
    assert "the same result" in capsys.readouterr().out
    (pack / "lines.csv").write_text("changed", "utf-8")
    assert run(["check", "--replay", str(pack)]) == 1
    assert "lines.csv" in capsys.readouterr().out


def test_the_policy_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--show-policy"]) == 0
    assert "review_from: 30" in capsys.readouterr().out


def test_sales_against_the_market(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sales.csv"
    rows = [
        f"15.{m:02d}.{y};481910;KZ;{1000 * (y - 2020)},00;EUR"
        for y in (2021, 2022)
        for m in range(1, 12)
    ]
    path.write_text("\n".join(["Datum;Warennummer;Land;Umsatz;Währung", *rows]) + "\n", "utf-8")
    page = tmp_path / "risk.html"
    words = ["check", "--history", str(path), "--reporter", "deu"]
    assert run([*words, "--assessment", str(page), "--lang", "de"]) == 0
    out, err = capsys.readouterr()
    assert "KAZ" in out
    assert "2021-01..2021-11 against 2022-01..2022-11" in err
    assert "Risikobewertung" in page.read_text("utf-8")
    assert run(["check", "--assessment", str(page), str(path)]) == 2
    assert run([*words, "--lang", "fr"]) == 2
