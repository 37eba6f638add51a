"""`umweg data` as it is typed: results on stdout, messages on stderr, exit codes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from umweg.cli.main import run

HEADER = "reporter,partner,flow,period,nomenclature,code,value_reported,currency,basis\n"
GOOD = "DEU,KGZ,X,2022-01,HS2017,854231,100.5,EUR,FOB\n"
BAD = "DEU,Nowhere,X,2022-01,HS2017,854231,1,EUR,FOB\n"


class Data:
    """Runs `umweg data …` on a store of the test's own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self.file, self._capsys = folder / "store", folder / "flows.csv", capsys
        self.out = self.err = ""

    def __call__(self, *words: str | Path, store: bool = True) -> int:
        named = ["--store", str(self.store)] if store else []
        code = run(["data", *map(str, words), *named])
        self.out, self.err = self._capsys.readouterr()
        return code

    def load(self, content: str, *options: str) -> int:
        self.file.write_text(content)
        return self("import", self.file, "--source", "office", *options)

    @property
    def json(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.out)
        return found


@pytest.fixture
def data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Data:
    for name in [n for n in os.environ if n.startswith("UMWEG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Data(tmp_path, capsys)


def test_import_then_list(data: Data) -> None:
    code = data.load(HEADER + GOOD + BAD, "--published", "2024-08-15", "--format", "json")
    assert code == 0
    (made,) = data.json
    assert "flows.csv: set aside unknown-country: 1 row, first row 3" in data.err
    assert f"umweg data set-aside {made['snapshot_id']} --store" in data.err
    assert data("list", "--format", "json") == 0
    listed = {row["snapshot_id"]: row for row in data.json}
    row = listed[made["snapshot_id"]]
    assert row["sha256"] == hashlib.sha256(data.file.read_bytes()).hexdigest()
    assert str(row["retrieved_at"]).startswith("20")
    assert {k: row[k] for k in ("source", "dataset", "published_on", "rows_read", "rows_kept",
                                "rows_set_aside")} == {
        "source": "office", "dataset": "flows", "published_on": "2024-08-15", "rows_read": 2,
        "rows_kept": 1, "rows_set_aside": 1,
    }  # fmt: skip
    assert len(listed) == 6  # five of the sample


def test_the_sample_is_listed_without_any_store(
    data: Data, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("umweg.settings.default_store", lambda: tmp_path / "none")
    assert data("list", "--format", "json", store=False) == 0
    assert {row["dataset"] for row in data.json} == {"sample"}
    assert all(len(str(row["sha256"])) == 64 for row in data.json)


def test_tables_fit_eighty_columns(data: Data) -> None:
    data.load(HEADER + GOOD, "--published", "2024-08-15")
    for words in (["list"], ["coverage"], ["show", "office"], ["show", "kz-stat"]):
        assert data(*words) == 0
        lines = [line for line in data.out.splitlines() if "https://" not in line]
        assert max(map(len, lines)) <= 80 or words[0] == "show"
        assert data.out.endswith("\n")
        assert "\x1b" not in data.out


def test_coverage_names_what_is_missing(data: Data) -> None:
    data.load(HEADER + GOOD)
    assert data("coverage", "--reporter", "nld", "--format", "json") == 0
    (codes,) = [r for r in data.json if r["scope"] == "codes"]
    assert codes["missing"] == ["2022-11"]
    assert (codes["first"], codes["last"], codes["published"]) == ("2020-01", "2022-11", 34)
    assert data("coverage", "--reporter", "nld") == 0
    assert "2022-11" in data.out
    assert data("coverage", "--reporter", "CHE") == 3
    assert "nothing is held" in data.err


def test_show_tells_origin_inputs_alarms_and_rows_set_aside(data: Data) -> None:
    text = HEADER + GOOD + BAD + GOOD.replace("854231", "8542").replace("FOB", "")
    assert data.load(
        text, "--publisher", "An Office", "--title", "Trade", "--url", "https://example.org",
        "--licence", "CC BY 4.0",
    ) == 0  # fmt: skip
    assert data("show", "office") == 0
    shown = " ".join(data.out.split())
    for part in (
        "An Office, Trade", "licence CC BY 4.0", "https://example.org",
        hashlib.sha256(text.encode()).hexdigest(), "rows read 3 = kept 2 + set aside 1",
        "basis-assumed: 1 row", "heading-beside-sub-codes: 1 row", "unknown-country: 1 row",
        "row 3: partner 'Nowhere'",
    ):  # fmt: skip
        assert part in shown
    assert data("show", "office", "--format", "json") == 0
    held = json.loads(data.out)
    assert held["set_aside"][0]["first"][0]["row"] == 3
    assert held["inputs"][0]["name"] == "flows.csv"
    assert data("show", "office", "--format", "csv") == 0
    facts = {r["fact"]: r["value"] for r in csv.DictReader(io.StringIO(data.out))}
    assert facts["rows_kept"] == "2"


def test_rows_set_aside_as_csv(data: Data, tmp_path: Path) -> None:
    data.load(HEADER + GOOD + BAD)
    assert data("set-aside", "office") == 0
    (row,) = csv.DictReader(io.StringIO(data.out))
    assert (row["row"], row["reason"]) == ("3", "unknown-country")
    assert json.loads(row["raw"])["partner"] == "Nowhere"
    target = tmp_path / "aside.csv"
    assert data("set-aside", "office", "-o", target) == 0
    assert data.out == ""
    assert target.read_text("utf-8").startswith("row,reason,detail,raw\n3,unknown-country")


def test_no_rows_set_aside_is_a_header(data: Data) -> None:
    data.load(HEADER + GOOD)
    assert data("set-aside", "office") == 0
    assert data.out == "row,reason,detail,raw\n"
    assert data("set-aside", "kz-stat") == 0
    assert "build script" in data.err


def test_forget(data: Data) -> None:
    data.load(HEADER + GOOD, "--format", "json")
    name = data.json[0]["snapshot_id"]
    assert data("forget", str(name)) == 0
    assert "removed" in data.out
    assert data("forget", str(name)) == 3
    assert "no snapshot is named" in data.err
    assert data("forget", "kz-stat") == 3
    assert "sample" in data.err


def test_a_damaged_snapshot_can_be_forgotten(data: Data) -> None:
    data.load(HEADER + GOOD, "--format", "json")
    name = str(data.json[0]["snapshot_id"])
    (data.store / "snapshots" / name / "manifest.json").write_text("{")
    assert data("list") == 3
    assert f"umweg data forget {name}" in data.err
    assert data("forget", name) == 0
    assert data("list") == 0


def test_a_snapshot_without_its_manifest_is_named(data: Data) -> None:
    data.load(HEADER + GOOD, "--format", "json")
    name = str(data.json[0]["snapshot_id"])
    (data.store / "snapshots" / name / "manifest.json").unlink()
    assert data("list") == 0
    assert f"{name} has no manifest.json" in data.err
    assert f"umweg data forget {name} --store" in data.err
    assert data("forget", name) == 0
    assert data("list") == 0
    assert data.err == ""


def test_show_compares_each_file_with_the_manifest(data: Data) -> None:
    data.load(HEADER + GOOD, "--format", "json")
    folder = data.store / "snapshots" / str(data.json[0]["snapshot_id"])
    assert data("show", "office") == 0
    assert "damaged" not in data.err + data.out
    with (folder / "flows.parquet").open("ab") as f:
        f.write(b"x")
    assert data("show", "office", "--format", "json") == 0
    assert "flows.parquet: its SHA-256 is not the one of the manifest" in data.err
    assert [d["file"] for d in json.loads(data.out)["damaged"]] == ["flows.parquet"]
    assert data("show", "office") == 0
    assert "damaged flows.parquet" in data.out
    (folder / "origins.parquet").unlink()
    assert data("show", "office") == 3
    assert "umweg data forget" in data.err


def test_stamps_are_shown_to_the_second(data: Data) -> None:
    data.load(HEADER + GOOD, "--format", "json")
    stamp = str(data.json[0]["imported_at"])
    assert "." in stamp
    for words in (["show", "office"], ["show", "office", "--format", "csv"],
                  ["list", "--format", "csv"]):  # fmt: skip
        assert data(*words) == 0
        assert stamp[:19] in data.out
        assert stamp[:20] not in data.out


def test_what_another_snapshot_states_too_is_said(data: Data) -> None:
    data.load(HEADER + GOOD)
    assert "also-stated" not in data.err
    data.load(HEADER + GOOD, "--dataset", "annex")
    assert "alarm also-stated: DEU X M 6 digits 2022-01..2022-01: also stated by office/flows" in (
        data.err
    )
    for other in (("KGZ", "KAZ"), ("2022-01", "2022-02"), ("854231", "8542"), (",X,", ",M,")):
        data.load(
            HEADER + GOOD.replace(*other), "--dataset", f"other-{other[1].strip(',').lower()}"
        )
        assert "also-stated" not in data.err


def test_a_pipe_and_a_folder_are_refused_before_they_are_opened(data: Data, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        assert data("import", path, "--source", "office") == 3
        assert "not a regular file; save it to a file first" in data.err


def test_a_second_file_takes_the_place_of_the_first_aloud(data: Data) -> None:
    data.load(HEADER + GOOD, "--published", "2024-01-15")
    data.load(HEADER + GOOD.replace("100.5", "7"), "--published", "2024-02-15")
    assert "takes the place of office-2024-01-15" in data.err
    data.load(HEADER + GOOD.replace("100.5", "8"), "--published", "2023-12-15")
    assert "a newer snapshot" in data.err
    data.load(HEADER + GOOD.replace("100.5", "9"), "--dataset", "annex")
    assert "note:" not in data.err


def test_every_format_of_every_verb(data: Data, tmp_path: Path) -> None:
    data.load(HEADER + GOOD + BAD)
    for words in (["list"], ["coverage"], ["show", "office"], ["set-aside", "office"]):
        for kind, begins in (("xlsx", b"PK"), ("html", b"<"), ("json", b""), ("csv", b"")):
            target = tmp_path / f"result.{kind}"
            assert data(*words, "--format", kind, "-o", target) == 0
            assert target.read_bytes().startswith(begins)


def test_quiet_and_verbose(data: Data) -> None:
    data.load(HEADER + GOOD + BAD, "-q")
    assert data.err == ""
    data.load(HEADER + GOOD + BAD, "-v")
    assert f"store: {data.store}" in data.err


@pytest.mark.parametrize(
    ("content", "options", "code", "says"),
    [
        ("", [], 3, "empty"),
        (HEADER, [], 3, "no rows"),
        ("a,b\n1,2\n", [], 3, "unknown columns"),
        (HEADER + BAD, [], 3, "no row can be kept"),
        (HEADER + GOOD + BAD, ["--strict"], 3, "strict"),
        (HEADER + GOOD, ["--published", "yesterday"], 2, "no date"),
        (HEADER + GOOD, ["--published", "9999-12-31"], 2, "a day after today"),
        (HEADER + GOOD, ["--dataset", "Two Words"], 2, "no name of a data set"),
        (HEADER + GOOD, ["--format", "xml"], 2, "format"),
    ],
)
def test_what_cannot_be_imported(
    data: Data, content: str, options: list[str], code: int, says: str
) -> None:
    assert data.load(content, *options) == code
    assert says in data.err
    assert data.out == ""
    assert data("list") in (0, 3)
    assert "office" not in data.out


def test_missing_names(data: Data, tmp_path: Path) -> None:
    assert data("import", tmp_path / "nothing.csv", "--source", "x") == 3
    assert "cannot be read" in data.err
    assert data("import", tmp_path / "nothing.csv") == 3
    assert data("list", "--store", str(tmp_path / "mistyped"), store=False) == 3
    assert "no store here" in data.err
    data.load(HEADER + GOOD)
    assert data("show", "e") == 3
    assert "several snapshots" in data.err
    assert data("show", "zzz") == 3


@pytest.mark.parametrize("verb", ["import", "list", "coverage", "show", "set-aside", "forget"])
def test_every_verb_has_an_example_and_the_common_options(data: Data, verb: str) -> None:
    assert data(verb, "--help", store=False) == 0
    assert f"Example: umweg data {verb}" in data.out
    for option in ("--format", "--output", "--store", "--quiet", "--verbose", "--no-color"):
        assert option in data.out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, umweg.cli.data_cmd; "
        "print([m for m in ('ibis', 'pyarrow', 'duckdb', 'rigour') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_what_was_read_on_a_day(data: Data) -> None:
    """The newest of each source and data set that had been published by then, and its age then."""
    for day in ("2024-01-10", "2024-03-10"):
        assert data.load(HEADER + GOOD.replace("100.5", day[5:7]), "--published", day) == 0
    assert data("list", "--as-of", "2024-02-09", "--format", "json") == 0
    own = [(r["published_on"], r["age_days"]) for r in data.json if r["source"] == "office"]
    assert own == [("2024-01-10", 30)]
    assert data("list", "--as-of", "2024-03-10", "--format", "json") == 0
    own = [(r["published_on"], r["age_days"]) for r in data.json if r["source"] == "office"]
    assert own == [("2024-03-10", 0)]
    assert data("list", "--as-of", "1999-12-31") == 0
    assert data.out == "Nothing that is held had been published by 1999-12-31.\n"
    assert data("list", "--as-of", "yesterday") == 2
    assert data("coverage", "--reporter", "DEU", "--as-of", "2024-02-09", "--format", "json") == 0
    assert "office/flows" in {r["origin_id"] for r in data.json}
    assert data("coverage", "--as-of", "2000-01-01", "--format", "json") == 3


def test_an_id_is_never_broken_over_lines(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    data.load(HEADER + GOOD, "--published", "2024-01-10")
    monkeypatch.setenv("COLUMNS", "40")
    assert data("list") == 0
    assert any(len(line) > 20 and line.startswith("office-2024-01-10-") for line in
               data.out.splitlines())  # fmt: skip
