"""Scorers side by side: on files, on the lists of a store, and nomenklatura in another program."""

import csv
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.invented_lists import add_list
from umweg.cli.main import run
from umweg.errors import EXIT_INPUT, EXIT_OK, EXIT_USAGE, InputError, UsageError
from umweg.parties import Party
from umweg.validation.cross_script import pair_sets, validate_store
from umweg.validation.name_pairs import LabelledPair, PairFile
from umweg.validation.names import NamesOptions, half_of, shuffled, validate_file
from umweg.validation.scorers import NOMENKLATURA_PYTHON, scorers_named

ROWS = [
    ("Olga Petrovskaya", "OLGA PETROVSKAYA", "person", True),
    ("Ivan Sidelnikov", "Sidelnikov Ivan", "person", True),
    ("Marat Bekov", "Gulnara Seitova", "person", False),
    ("Rassvet Trading LLC", "Rassvet Trading", "company", True),
    ("Rassvet Trading LLC", "Zenith Mining JSC", "company", False),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    with path.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["name_a", "name_b", "kind", "label"])
        writer.writerows([*r[:3], str(r[3]).lower()] for r in ROWS)
        writer.writerow(["", "nobody", "person", "true"])
    return path


def pairs() -> tuple[LabelledPair, ...]:
    return tuple(
        LabelledPair(i, Party.named(a, k.title()), Party.named(b, k.title()), label)
        for i, (a, b, k, label) in enumerate(ROWS)
    )


def test_json_of_a_file(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scores.csv"
    code = run(["validate", "names", str(file), "--format", "json", "--scores", str(out)])
    assert code == EXIT_OK
    data = json.loads(capsys.readouterr().out)
    ours = data["scorers"]["umweg"]
    assert {"f1", "precision", "recall", "auc", "threshold", "pairs_per_second"} <= set(ours)
    assert (ours["tp"], ours["fp"], ours["fn"], ours["tn"]) == (3, 0, 0, 2)
    assert ours["f1"] == ours["auc"] == ours["average_precision"] == 1.0
    assert (data["rows_read"], data["rows_kept"], data["rows_set_aside"]) == (6, 5, 1)
    assert data["set_aside"][0] == {
        "row": 7, "reason": "missing-name", "detail": "'name_a' is empty",
    }  # fmt: skip
    with out.open(encoding="utf-8") as f:
        scores = list(csv.DictReader(f))
    assert len(scores) == 5
    assert {"umweg", "rapidfuzz:ratio", "label", "name_a", "row"} <= set(scores[0])
    # rapidfuzz's ratio of "ivan sidelnikov" and "sidelnikov ivan": 2·10/30 characters in common.
    assert float(scores[1]["rapidfuzz:ratio"]) == pytest.approx(20 / 30, abs=1e-6)


@pytest.mark.parametrize("format_", ["table", "csv", "html"])
def test_other_formats(file: Path, format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "names", str(file), "--format", format_, "--slices"]) == EXIT_OK
    shown = capsys.readouterr().out
    assert "umweg" in shown
    assert "Latn/Latn" in shown


def test_a_threshold_of_ones_own(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["validate", "names", str(file), "--format", "json", "--threshold", "0"]
    assert run([*words, "--scorer", "umweg"]) == EXIT_OK
    data = json.loads(capsys.readouterr().out)
    assert list(data["scorers"]) == ["umweg"]
    assert data["scorers"]["umweg"]["recall"] == 1.0
    assert data["scorers"]["umweg"]["fp"] == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--threshold", "2"], EXIT_USAGE, "never be met"),
        (["--scorer", "magic"], EXIT_USAGE, "no scorer is named"),
        (["--half", "third"], EXIT_USAGE, "no half"),
        (["--without", "quality"], EXIT_USAGE, "no condition"),
        (["--from-store"], EXIT_USAGE, "one of the two"),
        (["--nomenklatura-python", "/nowhere/python"], EXIT_INPUT, "could not be run"),
    ],
)
def test_what_is_refused(
    file: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "names", str(file), *words]) == code
    assert said in capsys.readouterr().err


def test_nothing_named_and_no_such_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "names"]) == EXIT_USAGE
    assert run(["validate", "names", "no-such.csv"]) == EXIT_INPUT
    assert "no-such.csv" in capsys.readouterr().err


def test_shuffled_pairs_are_none_that_match() -> None:
    """Two matches share a name: none of the three names may stand beside another."""
    known = (
        *pairs(),
        LabelledPair(9, Party.named("Iwan Sidelnikow", "Person"),
                     Party.named("IVAN SIDELNIKOV", "Person"), True),
    )  # fmt: skip
    found = shuffled(known, 10, seed=1)
    assert sorted(found) == [0, 1, 3, 5]
    assert {x.caption for x in found[1]} == {"OLGA PETROVSKAYA", "Gulnara Seitova"}
    assert {x.caption for x in found[5]} == {"OLGA PETROVSKAYA", "Gulnara Seitova"}
    assert {x.caption for x in found[3]} == {"Zenith Mining JSC"}
    assert shuffled(known, 10, seed=1) == found


def test_halves_are_fixed_and_whole() -> None:
    many = [
        LabelledPair(i, Party.named(f"Name {i}"), Party.named(f"Nom {i}"), True) for i in range(400)
    ]
    share = sum(half_of(p) == "holdout" for p in many) / 400
    assert 0.4 < share < 0.6  # ± 4 standard errors of a fair coin
    file = PairFile("x", "", "pairs", tuple(many))
    kept = [
        validate_file(file, NamesOptions(scorers=("rapidfuzz:ratio",), pool=0, half=h)).rows_kept
        for h in ("development", "holdout")
    ]
    assert sum(kept) == 400


def test_the_score_of_names_is_that_of_bare_parties() -> None:
    """The short way of `validate names` must give what `umweg match` would say."""
    from umweg.parties import compare

    done = scorers_named(["umweg"])[0].score([(p.query, p.listed) for p in pairs()], 5)
    assert done.scores.tolist() == pytest.approx(
        [compare(p.query, p.listed).score for p in pairs()]
    )


# -- nomenklatura in another program --------------------------------------------------------------

STAND_IN = """
import sys, types
class Proxy:
    seen = set()
    def __init__(self, d): self.d = d
    @classmethod
    def from_dict(cls, d):
        assert d["id"] not in cls.seen, "ids must be unique"
        cls.seen.add(d["id"]); return cls(d)
class Logic:
    NAME = "logic-v2"
    @staticmethod
    def default_config(): return None
    @staticmethod
    def compare(q, x, config):
        same = q.d["properties"]["name"][0].lower() == x.d["properties"]["name"][0].lower()
        return types.SimpleNamespace(score=float(same))
matching = types.ModuleType("nomenklatura.matching")
matching.ALGORITHMS = [Logic]
matching.get_algorithm = lambda name: Logic if name == Logic.NAME else None
ftm = types.ModuleType("followthemoney"); ftm.EntityProxy = Proxy
sys.modules.update({"nomenklatura": types.ModuleType("nomenklatura"),
                    "nomenklatura.matching": matching, "followthemoney": ftm})
import importlib.metadata as metadata
metadata.version = lambda name: "0"
import runpy
worker = sys.argv[1]; sys.argv = sys.argv[1:]
runpy.run_path(worker, run_name="__main__")
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """An interpreter with a nomenklatura that only knows equal names."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN)
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script")
def test_nomenklatura_is_measured_where_it_is_installed(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NOMENKLATURA_PYTHON, str(stand_in))
    names = [s.name for s in scorers_named(())]
    assert "nomenklatura:logic-v2" in names
    scorer = scorers_named(["nomenklatura:logic-v2"])[0]
    done = scorer.score([(p.query, p.listed) for p in pairs()], 5)
    assert done.scores.tolist() == [1, 0, 0, 0, 0]
    with pytest.raises(InputError, match="knows no algorithm"):
        scorers_named(["nomenklatura:logic-v1"])[0].score([(pairs()[0].query,) * 2], 1)


def test_without_nomenklatura(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOMENKLATURA_PYTHON, raising=False)
    with pytest.raises(InputError, match="environment of its own"):
        scorers_named(["nomenklatura:logic-v2"])
    with pytest.raises(UsageError):
        scorers_named(["nomenklatura:magic"])


# -- the lists of a store -------------------------------------------------------------------------

PERSON_NAMES = [
    ("Azamat Torekulov", "Азамат Торекулов"), ("Viktor Lebedkin", "Виктор Лебедкин"),
    ("Raushan Ospanova", "Раушан Оспанова"), ("Timur Galiyev", "Тимур Галиев"),
    ("Nadezhda Korobeynikova", "Надежда Коробейникова"), ("Pavel Strelkin", "Павел Стрелкин"),
]  # fmt: skip


def test_pairs_of_the_stores_lists(tmp_path: Path) -> None:
    people = [
        {"id": str(i), "schema": "Person", "names": [(a, "primary"), (f"{a} Jr", "alias"),
                                                     (b, "original")]}
        for i, (a, b) in enumerate(PERSON_NAMES)
    ]  # fmt: skip
    firms = [{"id": "f", "schema": "Company",
              "names": [("Altyn Kum Trading", "primary"), ("Алтын Кум Трейдинг", "original")]},
             {"id": "n", "schema": "Vessel", "names": [("Nova", "primary"), ("Нова", "original")]},
             {"id": "o", "schema": "Person", "names": [("Ada Celik", "primary")]}]  # fmt: skip
    add_list(tmp_path / "store", "first", [*people, *firms])
    store = add_list(tmp_path / "store", "second", people[:2])  # the same pairs on another list
    sets = pair_sets(store)
    assert {k: len(v) for k, v in sets.items()} == {"persons/Cyrl": 6, "firms/Cyrl": 1}
    pair = sets["persons/Cyrl"][0]
    assert [n.text for n in pair.listed.names] == ["Azamat Torekulov"]
    everything = pair_sets(store, against="all")["persons/Cyrl"][0]
    assert len(everything.listed.names) == 2

    result = validate_store(store, NamesOptions(scorers=("umweg", "rapidfuzz:ratio")))
    assert [s.name for s in result.sets] == ["persons/Cyrl"]
    assert result.notes == ("firms/Cyrl: 1 pairs, too few to measure",)
    ours = result.sets[0].scorers["umweg"]
    assert ours.ranking is not None
    assert ours.ranking.shuffled == 6 * 5
    assert ours.ranking.at[1].value == 1.0
    assert result.rows_read == 7 == result.rows_kept + result.left_out


def test_from_store_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "store"
    people = [{"id": str(i), "schema": "Person", "names": [(a, "primary"), (b, "original")]}
              for i, (a, b) in enumerate(PERSON_NAMES)]  # fmt: skip
    add_list(folder, "first", people)
    words = ["validate", "names", "--from-store", "--store", str(folder)]
    assert run([*words, "--format", "json", "--scorer", "umweg"]) == EXIT_OK
    data = json.loads(capsys.readouterr().out)
    assert data["sets"]["persons/Cyrl"]["matches"] == 6
    assert run(words) == EXIT_OK
    assert "persons/Cyrl: 6 matching pairs" in capsys.readouterr().out
    assert run([*words, "--set", "persons/Runr"]) == EXIT_USAGE
    assert run([*words, "--against", "some"]) == EXIT_USAGE


def test_a_store_without_original_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_list(tmp_path / "store", "first",
             [{"id": "1", "schema": "Person", "names": [("Ada Celik", "primary")]}])  # fmt: skip
    words = ["validate", "names", "--from-store", "--store", str(tmp_path / "store")]
    assert run(words) == EXIT_INPUT
    assert "original script" in capsys.readouterr().err
