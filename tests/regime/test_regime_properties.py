"""What holds for every answer, whatever is asked; and that the documentation names every key."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umweg import nomenclature
from umweg import regime as rg
from umweg.regime import reading
from umweg.regime.facts import _fields
from umweg.regime.law import CSV_FILES, YAML_FILES
from umweg.regime.model import Edition, Interval, Measure, Version

LAW = rg.load()
CODES = sorted(nomenclature.codes("HS2022") | nomenclature.codes("HS2017"))
CN8 = sorted(LAW.goods_list("eu-833-cn8-20221007").codes())
DAYS = st.dates(date(2014, 1, 1), date(2027, 1, 1))
TARGETS = st.sampled_from(["RUS", "BLR", "KGZ"])


@settings(max_examples=120, deadline=None)
@given(code=st.sampled_from(CODES + CN8), target=TARGETS, day=DAYS)
def test_every_answer(code: str, target: str, day: date) -> None:
    answer = LAW.goods(code, target, day)
    for hit in answer.measures:
        assert hit.in_force_from is not None
        assert hit.in_force_from <= day
        assert hit.until is None or day < hit.until
    for hit in answer.later:
        assert hit.in_force_from is not None
        assert hit.in_force_from > day
    for hit in answer.measures + answer.later:
        assert target in LAW.all_measures[hit.measure].targets
        assert hit.reference
        # A bound never reads like a date, and a doubtful one never carries a wind-down.
        assert hit.date_text.startswith("from ") == (hit.date_quality == "exact")
        assert hit.wind_down is None or hit.date_quality == "exact"
        assert (hit.text == "listed") == (hit.strength == "listed")
    found = {h.list for h in answer.measures}
    for reach in answer.reach:
        assert (reach.status in ("listed", "may-be-controlled")) == (reach.list in found)
        if reach.status == "not-listed":
            assert reach.covers_as_of
        if not reach.held:
            assert reach.status == "cannot-tell"


@settings(max_examples=150, deadline=None)
@given(code=st.sampled_from([c for c in CODES if len(c) == 6]), target=TARGETS, day=DAYS)
def test_a_heading_holds_whatever_its_codes_hold(code: str, target: str, day: date) -> None:
    narrow, wide = LAW.goods(code, target, day), LAW.goods(code[:4], target, day)
    direct = {h.measure for h in narrow.measures if h.how in ("exact", "parent", "sub-codes")}
    assert direct <= {h.measure for h in wide.measures}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([c for c in sorted(nomenclature.codes("HS2022")) if len(c) == 6]))
def test_predecessors_and_successors_mirror_each_other(code: str) -> None:
    for back in nomenclature.predecessors(code, "HS2022", "HS2017", all_pairs=True):
        forth = nomenclature.successors(back.code, "HS2017", "HS2022", all_pairs=True)
        mirrored = {c.code: c.relationship for c in forth}
        assert mirrored[code] == back.relationship[::-1]


def test_a_measure_with_a_gap_is_not_in_force_in_the_gap(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    files = {
        "instruments.yaml": "- {id: act, issuer: EU, title: Act, link: 'x', confidence: B}\n",
        "programmes.yaml": "- {id: p, issuer: EU, title: P, targets: [SYR], instrument: act}\n",
        "lists.yaml": "- {id: l, title: L, programme: p, direction: export, file: l.csv, "
        "nomenclature: HS2022, source: chpl, absence: cannot-tell, reach_note: none}\n",
        "lists/l.csv": "code,from,instrument\n854231,2015-01-01,act\n",
        "measures.yaml": "- id: m\n  programme: p\n  kind: prohibition\n  title: M\n"
        "  provision: Art. 1\n  direction: export\n  targets: [SYR]\n  goods_list: l\n"
        "  intervals:\n"
        "    - {from: 2016-01-01, until: 2018-01-01, instrument: act, until_instrument: act, "
        "date_quality: exact, confidence: B}\n"
        "    - {from: 2020-01-01, instrument: act, date_quality: exact, confidence: B}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    law = rg.load([tmp_path])
    in_force = {y: law.goods("854231", "SYR", date(y, 6, 1)).measures for y in range(2015, 2022)}
    assert [y for y, hits in in_force.items() if hits] == [2016, 2017, 2020, 2021]
    assert len(law.goods("854231", "SYR", date(2015, 6, 1)).later) == 2


@pytest.mark.parametrize(
    "record", [*YAML_FILES.values(), *CSV_FILES.values(), Interval, Version, Edition, Measure]
)
def test_every_key_of_a_fact_file_is_documented(record: type) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "regime.md").read_text(encoding="utf-8")
    for key in _fields(record)[0]:
        assert f"`{key}`" in page, key
    for column in reading.COLUMNS:
        assert f"`{column}`" in page, column
