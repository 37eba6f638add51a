"""The command line as a user meets it: exit codes, streams, formats, errors."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from umweg.cli.main import run
from umweg.errors import EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_INPUT, EXIT_OK, EXIT_USAGE

SMALL = ["--transit", "KGZ", "--codes", "8542", "--as-of", "2026-11-01"]


def umweg(
    *words: str, env: dict[str, str] | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "umweg", *words],
        capture_output=True, text=True, env={**os.environ, **(env or {})}, input=stdin,
    )  # fmt: skip


def test_help_names_the_verbs_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == EXIT_OK
    shown = capsys.readouterr().out
    for word in ("scan", "regime", "data", "cannot-tell", "Exit codes"):
        assert word in shown


@pytest.mark.parametrize("verb", ["scan", "regime goods", "data import"])
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*verb.split(), "--help"]) == EXIT_OK
    assert f"umweg {verb}" in capsys.readouterr().out


def test_help_stays_light() -> None:
    """`umweg --help` must not import the engine, the charts or the model library."""
    code = (
        "import sys; from umweg.cli.main import run; run(['--help']); "
        "heavy = {'ibis', 'duckdb', 'pyarrow', 'pandas', 'altair', 'scipy', 'numpy'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


WRONG = [
    (["scan", "--target", "XXX"], EXIT_USAGE, "RUS"),
    (["scan", "--transit", "ZZZ"], EXIT_USAGE, "alpha-3"),
    (["scan", "--transit", "DEU"], EXIT_USAGE, "coalition"),
    (["scan", "--goods-list", "nothing"], EXIT_USAGE, "eu-833-cn8-20221007"),
    (["scan", "--goods-list", "chpl", "--tier", "9"], EXIT_USAGE, "4.B"),
    (["scan", "--codes", "85x"], EXIT_USAGE, "do next"),
    (["scan", "--programme", "nothing"], EXIT_USAGE, "eu-833"),
    (["scan", "--before", "2022-01..2021-01"], EXIT_USAGE, "ends before it begins"),
    (["scan", "--before", "2021..2021"], EXIT_USAGE, "two frequencies"),
    (["scan", "--before", "2022-01..2022-06"], EXIT_USAGE, "wholly before"),
    (["scan", "--before", "last year"], EXIT_USAGE, "YYYY-MM"),
    (["scan", "--frequency", "A"], EXIT_USAGE, "does not fit"),
    (["scan", "--currency", "KZT"], EXIT_USAGE, "EUR"),
    (["scan", "--preset", "mine"], EXIT_USAGE, "commission"),
    (["scan", "--format", "pdf"], EXIT_USAGE, "html"),
    (["scan", "--format", "xlsx"], EXIT_USAGE, "-o"),
    (["scan", "--fail-on", "clear"], EXIT_USAGE, "never"),
    (["scan", "--as-of", "yesterday"], EXIT_USAGE, "YYYY-MM-DD"),
    (["scan", "--policy", "no-such-file.yaml"], EXIT_INPUT, "no-such-file.yaml"),
    (["scan", "--store", "no-such-store"], EXIT_INPUT, "umweg data import"),
    (["scan", "--engine", "oracle"], EXIT_USAGE, "duckdb"),
    (["scan", "-o", "no-such-folder/x.json"], EXIT_USAGE, "no-such-folder"),
    (["scan", "--nonsense"], EXIT_USAGE, "--help"),
    (["frobnicate"], EXIT_USAGE, "--help"),
]


@pytest.mark.parametrize(("words", "code", "hint"), WRONG, ids=[" ".join(w[0]) for w in WRONG])
def test_wrong_usage_says_what_to_do(
    words: Sequence[str], code: int, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert hint in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("asked", "code"),
    [("never", EXIT_OK), ("alert", EXIT_FINDINGS), ("review", EXIT_FINDINGS)],
)
def test_fail_on(asked: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--transit", "KGZ", "--format", "csv", "--fail-on", asked]) == code


def test_fail_on_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["scan", "--transit", "UZB", "--format", "csv", "--fail-on"]
    assert run([*words, "cannot-tell"]) == EXIT_CANNOT_TELL
    assert run([*words, "review"]) == EXIT_OK


def test_json_on_stdout_alone() -> None:
    done = umweg("scan", *SMALL, "--format", "json", "-v")
    assert done.returncode == EXIT_OK
    data = json.loads(done.stdout)
    assert set(data) == {"run", "countries", "corridors", "not_tested"}
    assert "store:" in done.stderr


def test_no_colour_in_a_pipe_nor_with_no_color() -> None:
    for env in ({}, {"NO_COLOR": "1"}, {"FORCE_COLOR": ""}):
        done = umweg("scan", *SMALL, env=env)
        assert "\x1b[" not in done.stdout


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m umweg scan --transit KGZ --format csv | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)  # noqa: S602
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_save_keeps_the_signals_for_other_commands(tmp_path: Path) -> None:
    store = tmp_path / "store"
    words = ["scan", *SMALL, "--format", "csv", "--save", "--store", str(store)]
    assert umweg(*words).returncode == EXIT_OK
    from umweg.store import Store

    rows = Store.open(store).read("signals").to_pylist()
    assert {r["signal"] for r in rows} == {"surge", "collapse", "mirror_gap", "onward"}
    assert {r["transit"] for r in rows} == {"KGZ"}
    assert {r["scale"] for r in rows} == {"country", "corridor"}


def test_report_beside_the_table(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = umweg("scan", *SMALL, "--report", str(page))
    assert done.returncode == EXIT_OK
    assert "Kyrgyzstan" in done.stdout
    assert page.read_text("utf-8").startswith("<!")


def test_a_policy_of_ones_own(tmp_path: Path) -> None:
    text = umweg("scan", "--show-policy").stdout
    strict = tmp_path / "strict.yaml"
    strict.write_text(text.replace("min_ratio_to_expected: 1.5", "min_ratio_to_expected: 1.25"))
    data = json.loads(
        umweg("scan", "--transit", "KAZ", "--policy", str(strict), "--format", "json").stdout
    )
    assert data["countries"][0]["verdict"] == "alert"  # 1.37 times the control's growth
    broken = tmp_path / "broken.yaml"
    broken.write_text(text + "colour: red\n")
    done = umweg("scan", "--policy", str(broken))
    assert done.returncode == EXIT_INPUT
    assert "colour" in done.stderr
    assert "min_placebos" in done.stderr


def test_a_code_page_without_our_signs_is_no_failure() -> None:
    for format_ in ("table", "json", "html"):
        done = subprocess.run(
            [sys.executable, "-m", "umweg", "scan", *SMALL, "--format", format_],
            capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        )  # fmt: skip
        assert done.returncode == EXIT_OK, done.stderr
        if format_ == "json":
            json.loads(done.stdout.decode("cp1252"))


def test_a_defect_never_looks_like_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    import umweg.regime

    def broken(*_: object) -> None:
        raise ZeroDivisionError("invented")

    monkeypatch.setattr(umweg.regime, "load", broken)
    assert run(["regime", "measures"]) == EXIT_INPUT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_said() -> None:
    command = f"{sys.executable} -m umweg regime measures > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)  # noqa: S602
    assert done.returncode == EXIT_INPUT
    assert "refused" in done.stderr


@pytest.mark.parametrize("option", ["--codes", "--transit", "--goods-list"])
def test_an_empty_variable_is_no_question_about_everything(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", option, ""]) == EXIT_USAGE
    assert "empty" in capsys.readouterr().err


def test_a_list_says_nothing_of_a_day_before_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["scan", "--as-of", "2020-01-01"]) == EXIT_USAGE
    assert "2022-10-07" in capsys.readouterr().err
