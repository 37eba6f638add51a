"""Correlations and their traps, held against the raw tables where those are at hand."""

import csv
import os
import runpy
from pathlib import Path

import pytest

from umweg import nomenclature as n
from umweg.errors import NomenclatureError

ROOT = Path(__file__).resolve().parents[2]
RAW = Path(os.environ.get("UMWEG_RAW", ROOT.parent / "shared" / "data"))
FOLDER = RAW / "regime" / "hs_concordance"
needs_raw = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="raw tables not at hand: github.com/insongkim/concordance at 201c812e, data-raw "
    "(set UMWEG_RAW)",
)

# The six high-priority codes of HS2022 that have only a wider code in HS2017.
PARTIAL = {
    "852589": "852580",
    "854149": "854140",
    "854151": "854150",
    "854159": "854150",
    "854800": "854890",
    "880730": "880330",
}


@pytest.mark.parametrize(("code", "older"), PARTIAL.items())
def test_partial_predecessors(code: str, older: str) -> None:
    found = n.predecessors(code, "HS2022", "HS2017")
    assert [c.code for c in found] == [older]
    conversion = n.convert(code, "CN2022", "HS2017")
    assert conversion.code == older
    assert not conversion.exact
    assert conversion.note


@pytest.mark.parametrize("code", ["854151", "854159"])
@pytest.mark.parametrize("to", ["HS2017", "HS2012"])
def test_semiconductors_never_become_telephones(code: str, to: str) -> None:
    assert "851712" not in {c.code for c in n.predecessors(code, "HS2022", to)}
    assert n.convert(code, "HS2022", to).code == "854150"
    assert len(n.predecessors(code, "HS2022", to, all_pairs=True)) > 150


def test_parts_of_receivers_are_not_expanded() -> None:
    assert [c.code for c in n.predecessors("852990", "HS2022", "HS2017")] == ["852990"]
    assert n.predecessors("852990", "HS2022", "HS2017")[0].note
    assert len(n.predecessors("852990", "HS2022", "HS2017", all_pairs=True)) == 483


def test_n_to_n_names_no_single_code() -> None:
    conversion = n.convert("880610", "HS2022", "HS2017")
    assert conversion.code is None
    assert conversion.relationship == "n:n"
    assert "no single code" in conversion.note


def test_same_goods_stay_the_same_code() -> None:
    assert n.convert("010121", "HS2022", "HS2017") == n.Conversion("010121", "1:1", ("010121",))
    assert n.convert("01012100", "CN2022", "CN2024").code == "010121"


def test_successors_mirror_predecessors() -> None:
    found = {c.code: c for c in n.successors("854150", "HS2017", "HS2022")}
    assert {"854151", "854159"} <= set(found)
    assert found["854151"].note
    assert "854151" not in {c.code for c in n.successors("851712", "HS2017", "HS2022")}
    assert "854151" in {c.code for c in n.successors("851712", "HS2017", "HS2022", all_pairs=True)}


def test_wrong_directions_and_codes_are_errors() -> None:
    with pytest.raises(NomenclatureError, match="not later"):
        n.predecessors("854150", "HS2017", "HS2022")
    with pytest.raises(NomenclatureError, match="does not exist"):
        n.predecessors("854150", "HS2022", "HS2017")
    with pytest.raises(NomenclatureError, match="only six-digit"):
        n.convert("8541", "HS2022", "HS2017")


def test_traps_are_dated_and_name_codes_that_exist() -> None:
    for trap in n.traps():
        assert trap.since == str(n.nomenclature(trap.newer).valid_from)
        assert n.exists(trap.code, trap.newer)
        assert n.exists(trap.use, trap.older)
        assert trap.reference
        assert trap.note


@needs_raw
@pytest.mark.parametrize(
    ("newer", "older"), [("HS2022", "HS2017"), ("HS2022", "HS2012"), ("HS2017", "HS2012")]
)
def test_relationship_follows_from_the_pairs(newer: str, older: str) -> None:
    """The computed relationship is the one that the UN table states, wherever it can be read."""
    with (FOLDER / f"{newer}_{older}_correlation.csv".lower()).open(newline="") as handle:
        stated = {(a, b): r for a, b, r in list(csv.reader(handle))[1:] if b != "0000ex"}
    assert len(stated) > 4700
    for code in {a for a, _ in stated}:
        for c in n.predecessors(code, newer, older, all_pairs=True):
            if (code, c.code) in stated:
                assert c.relationship == stated[code, c.code]


@needs_raw
def test_rebuild_gives_the_packaged_files(tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "build_nomenclature.py"))
    script["main"](RAW, tmp_path)
    packaged = ROOT / "src" / "umweg" / "nomenclature" / "data"
    built = sorted(p.name for p in tmp_path.iterdir())
    assert len(built) == 6
    for name in built:
        assert (tmp_path / name).read_bytes() == (packaged / name).read_bytes(), name
