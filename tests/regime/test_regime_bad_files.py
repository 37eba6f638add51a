"""Bad fact files: each is an error that says what, where, what is allowed and what to do next."""

import os
from datetime import date
from pathlib import Path

import pytest

from umweg import regime as rg
from umweg.errors import EXIT_INPUT, RegimeError
from umweg.regime.invariants import check

INSTRUMENT = """
- {id: my-act, issuer: EU, title: My act, link: "https://example.org", confidence: B}
"""
PROGRAMME = """
- {id: mine, issuer: EU, title: My regime, targets: [SYR], instrument: my-act}
"""
LIST = """
- id: my-list
  title: My list
  programme: mine
  direction: export
  file: my-list.csv
  nomenclature: HS2022
  strength: listed
  source: chpl
  complete_from: 2024-01-01
  complete_until: 2025-01-01
  absence: not-listed
  reach_note: invented
"""
MEASURE = """
- id: my-measure
  programme: mine
  kind: prohibition
  title: My ban
  provision: Art. 1
  direction: export
  targets: [SYR]
  goods_list: my-list
  main: true
  intervals:
    - {from: 2024-01-01, instrument: my-act, date_quality: exact, confidence: B}
"""
SECOND = "    - {from: 2024-06-01, instrument: my-act, date_quality: exact, confidence: B}\n"
CODES = (
    "code,from,until,date_quality,instrument,until_instrument\n854231,2024-01-01,,exact,my-act,\n"
)


def write(folder: Path, **files: str) -> Path:
    """A folder of a user's fact files that is right, except for what is given."""
    content = {
        "instruments.yaml": INSTRUMENT,
        "programmes.yaml": PROGRAMME,
        "lists.yaml": LIST,
        "measures.yaml": MEASURE,
        "lists/my-list.csv": CODES,
    } | {k.replace("__", "/").replace("_yaml", ".yaml").replace("_csv", ".csv"): v
         for k, v in files.items()}  # fmt: skip
    (folder / "lists").mkdir()
    for name, text in content.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def complaint(folder: Path) -> str:
    """The first thing that the check says is broken; empty if nothing is."""
    try:
        results = check(rg.load([folder]))
    except RegimeError as error:
        return error.render()
    return "\n".join(p for c in results for p in c.problems)


def test_a_right_folder_adds_a_regime(tmp_path: Path) -> None:
    regime = rg.load([write(tmp_path)])
    assert complaint(tmp_path) == ""
    answer = regime.goods("854231", "SYR", date(2024, 6, 1))
    assert [h.measure for h in answer.measures] == ["my-measure"]
    assert regime.main_measures_from("SYR") == date(2024, 1, 1)
    assert regime.version != rg.load().version
    # The packaged regimes are still there, untouched.
    assert regime.main_measures_from("RUS") == date(2022, 2, 26)


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        (
            {"measures_yaml": MEASURE.replace("main: true", "in_force_form: 2024-01-01")},
            ["unknown key 'in_force_form'", "measures.yaml, record 1 (my-measure)", "provision",
             "remove or rename"],
        ),
        (
            {"measures_yaml": MEASURE.replace("instrument: my-act, ", "")},
            ["no reference", "measures.yaml, record 1 (my-measure), key intervals, item 1",
             "add instrument"],
        ),
        (
            {"measures_yaml": MEASURE.replace("instrument: my-act", "instrument: other-act")},
            ["'other-act'", "not known", "add a record"],
        ),
        (
            {"measures_yaml": MEASURE.replace("2024-01-01", "01.01.2024")},
            ["'01.01.2024' is not a date", "YYYY-MM-DD"],
        ),
        (
            {"measures_yaml": MEASURE.replace("2024-01-01", "2024-02-30")},
            ["day is out of range", "measures.yaml", "YYYY-MM-DD"],
        ),
        (
            {"measures_yaml": MEASURE.replace("date_quality: exact", "date_quality: about")},
            ["'about'", "exact, lower-bound, no-later-than"],
        ),
        (
            {"measures_yaml": MEASURE.replace(
                "from: 2024-01-01", "until: 2023-01-01, until_instrument: my-act, from: 2024-01-01"
            )},
            ["until 2023-01-01 does not lie after from 2024-01-01"],
        ),
        (
            {"measures_yaml": MEASURE.replace(
                "from: 2024-01-01", "until: 2025-01-01, from: 2024-01-01"
            )},
            ["the end of the interval has no reference", "until_instrument"],
        ),
        (
            {"measures_yaml": MEASURE
             + SECOND},
            ["overlapping dates of the measure my-measure"],
        ),
        (
            {"measures_yaml": MEASURE.replace("title: My ban\n", "title: A\n  title: B\n")},
            ["'title' stands twice", "measures.yaml"],
        ),
        (
            {"measures_yaml": MEASURE.replace("targets: [SYR]", "targets: [DEU]")},
            ["DEU has no role under mine"],
        ),
        ({"measures_yaml": "- [not, a, mapping]"}, ["not a mapping", "measures.yaml, record 1"]),
        ({"measures_yaml": "a: b"}, ["not a list of records"]),
        ({"measures_yaml": "- {id: ["}, ["not readable YAML", "measures.yaml"]),
        (
            {"lists_yaml": LIST.replace("  absence: not-listed\n", "")},
            ["'absence' is missing", "lists.yaml, record 1 (my-list)"],
        ),
        (
            {"lists_yaml": LIST.replace("2025-01-01", "2023-01-01")},
            ["my-list: has an empty reach"],
        ),
        (
            {"lists_yaml": LIST.replace("  complete_until: 2025-01-01\n", "")},
            ["tells absence without complete_from and complete_until"],
        ),
        (
            {"lists_yaml": LIST.replace("my-list.csv", "missing.csv")},
            ["the file of the goods list 'my-list' is missing"],
        ),
        (
            {"lists_yaml": LIST.replace("id: my-list", "id: chpl")},
            ["the id 'chpl' is given twice"],
        ),
        (
            {"lists__my-list_csv": CODES + "854231,2024-06-01,,exact,my-act,\n"},
            ["overlapping dates: 854231", "my-list.csv, lines 2 and 3"],
        ),
        (
            {"lists__my-list_csv": CODES.replace(",my-act,", ",,")},
            ["no reference", "my-list.csv, line 2", "add instrument"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("my-act", "nobody")},
            ["unknown instrument 'nobody'", "my-list.csv, line 2"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("2024-01-01,,", "2024-01-01,2024-05-01,")},
            ["no reference", "until_instrument"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("2024-01-01,,", "2024-01-01,2024-01-01,")},
            ["does not lie after"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("854231", "851712")},
            ["the code 851712 does not exist in HS2022", "my-list.csv, line 2"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("854231", "10121")},
            ["has 5 digits", "my-list.csv, line 2", "010121"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("2024-01-01", "2024")},
            ["'2024' is not a date", "my-list.csv, line 2, column from"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("exact", "sure")},
            ["'sure'", "column date_quality"],
        ),
        (
            {"lists__my-list_csv": CODES.replace("instrument,until", "statute,until")},
            ["unknown column 'statute'", "my-list.csv, line 1"],
        ),
        ({"lists__my-list_csv": CODES.splitlines()[0] + "\n"}, ["a header and no rows"]),
        ({"lists__my-list_csv": ""}, ["the file is empty", "my-list.csv"]),
        (
            {"lists__my-list_csv": "hs,from\n854231,2024-01-01\n"},
            ["the column 'code' is missing", "my-list.csv, line 1"],
        ),
        (
            {"lists__my-list_csv": CODES.replace(",exact", "")},
            ["the row has 5 cells, the header 6", "my-list.csv, line 2"],
        ),
        (
            {"lists__my-list_csv": "code,from,wind_down_until,date_quality,instrument\n"
             "854231,2024-01-01,2024-03-01,lower-bound,my-act\n"},
            ["a wind-down is given although the date of the code is not exact"],
        ),
        (
            {"lists__my-list_csv": "code,from,price_threshold_eur,instrument\n"
             "854231,2024-01-01,-5,my-act\n"},
            ["'-5' is not a price in euro"],
        ),
        (
            {"transit_csv": "country,target,who,date,date_quality,reference,confidence\n"
             "Iraq,SYR,me,2024-01-01,exact,https://example.org,B\n"},
            ["'Iraq' is not a country code", "transit.csv, line 2"],
        ),
        (
            {"transit_csv": "country,target,who,date,date_quality,reference,confidence\n"
             "XQX,SYR,me,2024-01-01,exact,https://example.org,B\n"},
            ["XQX is no country"],
        ),
        (
            {"transit_csv": "country,target,who,date,date_quality,reference,confidence\n"
             "IRQ,SYR,me,2024-01-01,exact,,B\n"},
            ["no reference", "transit.csv, line 2", "add reference"],
        ),
        (
            {"transit_csv": "country,target,who,date,date_quality,reference,confidence\n"
             "DEU,RUS,me,2024-01-01,exact,https://example.org,B\n"},
            ["DEU is coalition and transit against RUS from 2024-01-01"],
        ),
        (
            {"instruments_yaml": INSTRUMENT.replace("issuer: EU", "issuer: Atlantis")},
            ["issuer 'Atlantis'", "not known"],
        ),
        (
            {"instruments_yaml": INSTRUMENT.replace(
                "confidence: B", "confidence: B, adopted: 2024-02-01, in_force: 2024-01-01"
            )},
            ["instrument my-act"],
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_named(tmp_path: Path, files: dict[str, str], parts: list[str]) -> None:
    said = complaint(write(tmp_path, **files))
    for part in parts:
        assert part in said, said


def test_stray_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(RegimeError, match="does not exist"):
        rg.load([tmp_path / "nowhere"])
    with pytest.raises(RegimeError, match="no fact files"):
        rg.load([tmp_path])
    (tmp_path / "measure.yaml").write_text(MEASURE, encoding="utf-8")
    with pytest.raises(RegimeError, match=r"measure\.yaml") as caught:
        rg.load([tmp_path])
    assert "measures.yaml" in caught.value.allowed
    assert caught.value.exit_code == EXIT_INPUT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("code\n", "a header and no rows"),
        ("hs6\n854231\n", "the column 'code' is missing"),
        ("code,colour\n854231,red\n", "unknown column 'colour'"),
        ("code\n8542311\n", "has 7 digits"),
        ("code\n8542319900\n", "has 10 digits"),
        ("code\n771100\n", "does not exist in HS2022"),
        ("code\n85423190\n", "does not exist in HS2022"),
        ("code\n854231\n8542.31\n", "overlapping dates: 854231"),
        ("code,from,until\n854231,2024-01-01,2023-01-01\n", "does not lie after"),
        ("code,partial_code\n854231,perhaps\n", "neither yes nor no"),
    ],
)
def test_a_bad_list_of_the_user(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegimeError) as caught:
        rg.goods_list_from_csv(path)
    assert said in caught.value.what
    assert str(path) in caught.value.where
    assert caught.value.allowed
    assert caught.value.next_step


def test_other_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("code,description\n854231,Gerät\n".encode("cp1252"))
    with pytest.raises(RegimeError, match="not UTF-8"):
        rg.goods_list_from_csv(path)
    with pytest.raises(RegimeError, match="no such file"):
        rg.goods_list_from_csv(tmp_path / "nowhere.csv")


def test_unknown_tier_version_and_list() -> None:
    chpl = rg.load().goods_list("chpl")
    with pytest.raises(RegimeError, match="no tier '5'") as caught:
        chpl.members(tier="5")
    assert "4.B" in caught.value.allowed
    with pytest.raises(RegimeError, match="no version"):
        chpl.members(version="v9")
    with pytest.raises(RegimeError, match="not known"):
        rg.load().goods_list("annex-z")


def test_what_is_no_readable_file_is_named(tmp_path: Path) -> None:
    long = tmp_path / "long.csv"
    long.write_text("code,description\n854231," + "x" * 140_000 + "\n", encoding="utf-8")
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    for path, said in (
        (long, "not readable CSV"),
        (pipe, "not a regular file"),
        (tmp_path, "not a regular file"),
        (loop, "cannot be opened"),
    ):
        with pytest.raises(RegimeError, match=said) as caught:
            rg.goods_list_from_csv(path)
        assert str(path) in caught.value.where
        assert caught.value.next_step
