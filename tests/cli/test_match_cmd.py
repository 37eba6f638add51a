"""`umweg match`: words in, words out, exit codes, formats, bad input."""

import csv
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.invented_lists import add_list

from umweg.cli.main import run
from umweg.errors import EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_INPUT, EXIT_OK, EXIT_USAGE

FIRMS = [
    {"id": "1", "schema": "Company", "names": [("Rassvet Trading LLC", "primary")],
     "countries": ["KAZ"], "listed_from": "2024-02-01", "programme": "INVENTED"},
    {"id": "2", "schema": "Person", "names": [("Ada Celik", "primary")]},
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> str:
    add_list(tmp_path / "s", "ours", FIRMS)
    return str(tmp_path / "s")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "customers.csv"
    path.write_text(
        "Kundennummer;Firma;Land\nK1;Rassvet Trading;Kasachstan\nK2;Nordlicht Handel;Deutschland\n"
        "K3;;\n",
        "utf-8",
    )
    return str(path)


def test_a_name(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["match", "Rassvet Trading", "--store", store]) == EXIT_OK
    out = capsys.readouterr().out
    for said in ("Rassvet Trading: match", "Invented Authority, INVENTED, since 2024-02-01",
                 "2024-05-03", "snapshot", "not held", "Why:"):  # fmt: skip
        assert said in " ".join(out.split()), said


@pytest.mark.parametrize("format_", ["json", "jsonl", "csv", "html", "ftm"])
def test_formats_of_a_name(store: str, format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["match", "Rassvet Trading", "--store", store, "--format", format_]) == EXIT_OK
    out = capsys.readouterr().out
    assert "ours/1" in out
    if format_ in ("json", "jsonl", "ftm"):
        json.loads(out)


@pytest.mark.parametrize(
    ("name", "fail_on", "code"),
    [
        ("Rassvet Trading", "never", EXIT_OK), ("Rassvet Trading", "match", EXIT_FINDINGS),
        ("Rassvet Trading", "cannot-tell", EXIT_FINDINGS), ("Nobody Atall", "match", EXIT_OK),
        ("Nobody Atall", "cannot-tell", EXIT_OK), ("…", "cannot-tell", EXIT_CANNOT_TELL),
        ("…", "match", EXIT_OK),
    ],
)  # fmt: skip
def test_exit_codes(
    store: str, name: str, fail_on: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["match", name, "--store", store, "--fail-on", fail_on]) == code


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], EXIT_USAGE, "give a name, or a file"),
        (["Ada", "--file", "x.csv"], EXIT_USAGE, "one of the two"),
        (["Ada", "--threshold", "7"], EXIT_USAGE, "never be met"),
        (["Ada", "--fail-on", "alert"], EXIT_USAGE, "never, match, cannot-tell"),
        (["Ada", "--kind", "robot"], EXIT_USAGE, "organization"),
        (["Ada", "--country", "Atlantis"], EXIT_USAGE, "no country"),
        (["Ada", "--id", "7707083893"], EXIT_USAGE, "KIND:VALUE"),
        (["Ada", "--born", "soon"], EXIT_USAGE, "1970-05-01"),
        (["Ada", "--resume"], EXIT_USAGE, "goes with --file"),
        (["Ada", "--algorithm", "magic"], EXIT_USAGE, "no algorithm"),
        (["--file", "x.csv", "--born", "1970"], EXIT_USAGE, "goes with NAME"),
        (["--file", "x.csv", "--resume"], EXIT_USAGE, "add the same -o FILE"),
        (["--file", "no-such.csv"], EXIT_INPUT, "no-such.csv"),
        (["Ada", "--list", "magic"], EXIT_INPUT, "no list called magic"),
        (["Ada", "--as-of", "1999-01-01"], EXIT_INPUT, "as it stood on 1999-01-01"),
        (["Ada", "--format", "xlsx"], EXIT_USAGE, "add -o FILE"),
        (["Ada", "--format", "pdf"], EXIT_USAGE, "jsonl"),
    ],
)
def test_what_is_refused(
    store: str, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["match", *words, "--store", store]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_a_store_without_a_list_never_says_no_match(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert run(["match", "Ada Celik"]) == EXIT_INPUT
    captured = capsys.readouterr()
    assert "no-match" not in captured.out
    assert "umweg data fetch lists" in captured.err


def test_a_file(store: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["match", "--file", file, "--store", store, "--fail-on", "match"]) == EXIT_FINDINGS
    out = capsys.readouterr().out
    assert "rows read 3 = answered 2 + set aside 1" in out
    assert "name = Firma, reference = Kundennummer, country = Land" in out
    assert "row 4: missing-name" in out


def test_formats_of_a_file(
    store: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["match", "--file", file, "--store", store, "--format"]
    assert run([*words, "csv"]) == EXIT_OK
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [r["status"] for r in rows] == ["match", "no-match", "set-aside"]
    assert rows[0]["entity_id"] == "ours/1"
    assert run([*words, "json"]) == EXIT_OK
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"run", "summary", "results"}
    assert data["summary"]["rows_read"] == len(data["results"]) == 3
    assert run([*words, "html"]) == EXIT_OK
    page = capsys.readouterr().out
    assert "ours/1" in page
    assert "Nordlicht" not in page  # nobody found, nothing to look at
    assert run([*words, "ftm"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["query"]["name"] == "Rassvet Trading"
    book = tmp_path / "out.xlsx"
    assert run([*words, "xlsx", "-o", str(book)]) == EXIT_OK
    sheets = CalamineWorkbook.from_path(book)
    assert sheets.sheet_names == ["Matches", "Looked at", "Not looked at", "Run"]
    assert len(sheets.get_sheet_by_name("Matches").to_python()) == 4
    out = tmp_path / "out.jsonl"
    assert run([*words, "jsonl", "-o", str(out)]) == EXIT_OK
    lines = [json.loads(x) for x in out.read_text("utf-8").splitlines()]
    assert ["run" in lines[0], "summary" in lines[-1], len(lines)] == [True, True, 5]
    assert not out.with_name("out.jsonl.part").exists()
    capsys.readouterr()
    again = [*words, "csv", "--previous", str(out), "--column", "name=Firma"]
    assert run(again) == EXIT_OK
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [r["status"] for r in rows] == ["no-match", "no-match", "set-aside"]
    assert run([*words, "csv", "--rescreen", "2024-01-01"]) == EXIT_OK
    assert "ours/1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", EXIT_INPUT, "empty"),
        ("number,colour\n1,red\n", EXIT_INPUT, "--column name='number'"),
        ("name\n", EXIT_OK, "rows read 0"),
        ("name\n" + "x" * 100_000 + "\nAda Celik\n", EXIT_OK, "match 1"),
        ("name\n\x01\x02\nAda Celik\n", EXIT_OK, "match 1"),
    ],
)
def test_bad_files(
    store: str, tmp_path: Path, text: str, code: int, said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = tmp_path / "c.csv"
    path.write_text(text, "utf-8")
    assert run(["match", "--file", str(path), "--store", store]) == code
    captured = capsys.readouterr()
    assert said in captured.out + captured.err
    assert "Traceback" not in captured.err


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_a_killed_run_is_gone_on_with(store: str, tmp_path: Path) -> None:
    path, out = tmp_path / "many.csv", tmp_path / "out.csv"
    path.write_text("name\n" + "".join(f"Nordlicht Handel {i}\n" for i in range(6_000)))
    words = [sys.executable, "-m", "umweg", "match", "--file", str(path), "--store", store,
             "--format", "csv", "-o", str(out)]  # fmt: skip
    part = out.with_name("out.csv.part")
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if part.exists() and part.stat().st_size > 40_000:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    if out.exists():
        pytest.skip("the machine was faster than the signal")
    done = part.read_bytes().count(b"\n") - 1
    assert done > 0
    ended = subprocess.run([*words, "--resume"], capture_output=True, text=True)
    assert ended.returncode == EXIT_OK, ended.stderr
    with out.open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    assert [int(r["row"]) for r in rows] == list(range(2, 6_002))
    assert not part.exists()


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four customers: two are on the list under another spelling, one is not, one has no name."""
    root = Path(__file__).resolve().parents[2]
    shutil.copytree(root / "examples", tmp_path / "examples")
    text = (root / "examples" / "README.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    lines = next(b for b in blocks if "customers.csv" in b).strip().splitlines()
    monkeypatch.chdir(tmp_path)
    shown = []
    for line in lines:
        assert run(shlex.split(line)[1:]) == EXIT_OK, line
        shown.append(capsys.readouterr().out)
    assert "rows read 4 = answered 3 + set aside 1" in shown[1]
    assert "match 2, no-match 1" in shown[1]
    assert "Рассвет Трейдинг: match" in shown[2]
