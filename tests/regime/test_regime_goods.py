"""The answer about a goods code, on days for which the law is known."""

import json
from datetime import date
from pathlib import Path

import pytest

from umweg import regime as rg
from umweg.errors import NomenclatureError, UsageError
from umweg.regime.hits import GoodsAnswer

KEYS = ["code", "target", "as_of", "measures", "later", "questions", "reach"]


def ask(code: str, target: str, day: str, *lists: rg.GoodsList) -> GoodsAnswer:
    return rg.load().goods(code, target, date.fromisoformat(day), lists)


def provisions(hits: tuple[object, ...]) -> set[str]:
    return {h.provision for h in hits}  # type: ignore[attr-defined]


def status(answer: GoodsAnswer, name: str) -> str:
    return next(r.status for r in answer.reach if r.list == name)


def test_processors_in_march_2022() -> None:
    answer = ask("854231", "RUS", "2022-03-01")
    plain = json.loads(json.dumps(answer.to_dict()))
    assert list(plain) == KEYS
    assert plain["as_of"] == "2022-03-01"
    assert provisions(answer.measures) == {"Art. 2", "Art. 2a"}
    for hit in answer.measures:
        assert hit.strength == "may_be_controlled"
        assert hit.text == "may be controlled, classify"
        assert hit.date_quality == "lower-bound"
        assert hit.date_text.startswith("not before 2022-02-26")
        assert hit.wind_down is None
        assert hit.reference == "https://eur-lex.europa.eu/eli/reg/2022/328/oj"
    assert {"Art. 3k", "Common High Priority List", "Art. 12g"} <= provisions(answer.later)
    chpl = next(h for h in answer.later if h.measure == "chpl")
    assert (chpl.in_force_from, chpl.tier) == (date(2023, 5, 19), "1")
    assert "classification" in {q.about for q in answer.questions}


def test_the_us_rule_asks_and_never_hits() -> None:
    before, after = ask("854231", "RUS", "2023-05-18"), ask("854231", "RUS", "2023-05-19")
    assert "us-ear-746" not in {q.about for q in before.questions}
    assert "us-ear-746" in {q.about for q in after.questions}
    assert "us-ear-746" in {q.about for q in ask("9031", "BLR", "2023-05-19").questions}
    assert "us-ear-746" not in {q.about for q in ask("3926", "RUS", "2024-01-01").questions}
    assert "us-ear-746" not in {h.programme for h in after.measures + after.later}


def test_nothing_found_is_no_clearance() -> None:
    answer = ask("100630", "RUS", "2022-05-01")  # rice
    assert answer.measures == ()
    assert status(answer, "eu-833-annex-xxiii") == "not-listed"
    assert status(answer, "eu-833-dual-use") == "cannot-tell"
    assert status(answer, "eu-833-annex-xvi") == "cannot-tell"
    assert status(answer, "eu-833-annex-xx") == "cannot-tell"
    later = ask("100630", "RUS", "2023-06-24")
    assert status(later, "eu-833-annex-xxiii") == "cannot-tell"
    assert status(ask("100630", "RUS", "2023-06-23"), "eu-833-annex-xxiii") == "not-listed"
    assert "not restricted" not in json.dumps(later.to_dict())


def test_before_a_list_was_made_absence_is_certain() -> None:
    answer = ask("010121", "RUS", "2022-03-15")
    assert status(answer, "eu-833-annex-xviii") == "not-listed"
    assert provisions(answer.later) >= {"Art. 3h"}


def test_price_threshold_and_partial_code_are_asked() -> None:
    answer = ask("220410", "RUS", "2022-05-01")  # sparkling wine, some sub-codes
    hit = next(h for h in answer.measures if h.provision == "Art. 3h")
    assert hit.price_threshold_eur == 300
    assert hit.partial_code
    assert {"price", "partial code"} <= {q.about for q in answer.questions}


def test_wind_down_is_for_old_contracts_only() -> None:
    answer = ask("852990", "RUS", "2022-03-01")
    hit = next(h for h in answer.measures if h.provision == "Art. 2")
    assert hit.wind_down is not None
    assert hit.wind_down["until"] == "2022-05-01"
    assert hit.wind_down["applies_to"] == "old contracts only"
    assert "authorisation" in hit.wind_down["note"]


def test_kinds_of_code() -> None:
    assert {h.how for h in ask("85423190", "RUS", "2022-11-01").measures} == {"exact", "parent"}
    heading = ask("8542", "RUS", "2022-11-01")
    assert {h.how for h in heading.measures} == {"sub-codes"}
    assert "sub-codes" in {q.about for q in heading.questions}
    ranged = ask("8541-8543", "RUS", "2022-11-01")
    assert ranged.code == "8541-8543"
    codes = {c for h in ranged.measures for c in h.matched_codes}
    assert {c[:4] for c in codes} == {"8541", "8542", "8543"}


def test_a_newer_code_meets_the_older_list_through_its_predecessor() -> None:
    answer = ask("854800", "RUS", "2022-11-01")
    hits = [h for h in answer.measures if h.how == "predecessor"]
    assert {h.matched_code for h in hits} == {"854890"}
    assert all("854890 of HS2017" in h.how_note for h in hits)
    assert "vintage" in {q.about for q in answer.questions}


def test_an_older_code_meets_the_newer_list_through_its_successors() -> None:
    answer = ask("852580", "RUS", "2024-03-01")
    hit = next(h for h in answer.measures if h.measure == "chpl")
    assert (hit.how, hit.matched_codes) == ("successor", ("852589",))


def test_overlapping_vintages_are_not_expanded() -> None:
    answer = ask("880610", "RUS", "2022-11-01")  # drones, created in HS2022
    assert status(answer, "eu-833-annex-xi") == "cannot-tell"
    heading = ask("8806", "RUS", "2022-11-01")
    assert status(heading, "eu-833-annex-xi") == "cannot-tell"
    assert not [h for h in answer.measures if h.how == "predecessor"]


def test_a_bound_from_above_is_never_a_start() -> None:
    answer = ask("848210", "RUS", "2023-08-01")  # ball bearings: on the list by 2023-09-26
    later = next(h for h in answer.later if h.measure == "chpl")
    assert later.date_text.startswith("no later than 2023-09-26")
    assert status(answer, "chpl") == "cannot-tell"


def test_the_second_regime() -> None:
    before, after = ask("854231", "BLR", "2024-06-29"), ask("854231", "BLR", "2024-06-30")
    assert before.measures == ()
    assert "eu-765-industry" in {h.list for h in after.measures}
    assert {h.programme for h in after.measures} == {"eu-765"}
    assert status(before, "eu-765-earlier") == "cannot-tell"


def test_a_hit_beyond_the_reach_asks_whether_it_still_stands() -> None:
    answer = ask("060110", "RUS", "2026-01-01")
    assert "Art. 3k" in provisions(answer.measures)
    assert "later changes" in {q.about for q in answer.questions}


def test_unknown_target_and_code() -> None:
    with pytest.raises(UsageError, match="DEU"):
        ask("854231", "DEU", "2022-03-01")
    with pytest.raises(NomenclatureError, match="none of the vintages"):
        ask("771100", "RUS", "2022-03-01")


def test_a_list_of_the_user(tmp_path: Path) -> None:
    path = tmp_path / "annex.csv"
    path.write_text(
        "code,from,until,provision,price_threshold_eur,reference\n"
        "8542.31,2025-01-01,,Art. 9,,https://example.org/act\n"
        "8703,2024-01-01,2025-06-01,Art. 9,50000,https://example.org/act\n",
        encoding="utf-8",
    )
    mine = rg.goods_list_from_csv(
        path, id="mine", target="RUS", complete_until=date(2026, 1, 1), nomenclature="HS2022"
    )
    answer = ask("854231", "RUS", "2025-03-01", mine)
    hit = next(h for h in answer.measures if h.list == "mine")
    assert (hit.provision, hit.reference) == ("Art. 9", "https://example.org/act")
    assert status(ask("870323", "RUS", "2025-05-31", mine), "mine") == "listed"
    ended = ask("870323", "RUS", "2025-06-01", mine)
    assert status(ended, "mine") == "not-listed"
    assert "mine" not in {h.list for h in ended.measures + ended.later}
    assert status(ask("100630", "RUS", "2025-03-01", mine), "mine") == "not-listed"
    assert status(ask("100630", "RUS", "2026-01-01", mine), "mine") == "cannot-tell"


def test_a_list_of_the_user_without_reach_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("code\n854231\n", encoding="utf-8")
    mine = rg.goods_list_from_csv(path, target="RUS")
    assert status(ask("100630", "RUS", "2025-03-01", mine), "codes") == "cannot-tell"
    hit = next(h for h in ask("854231", "RUS", "2025-03-01", mine).measures if h.list == "codes")
    assert hit.in_force_from is None
    assert hit.date_text == "first day not known"


@pytest.mark.parametrize("code", ["62011210", "850162", "840710", "841869", "900651", "620191"])
def test_a_code_of_an_unknown_annex_clears_no_annex(code: str) -> None:
    answer = ask(code, "RUS", "2022-10-07")
    for annex in ("ii", "x", "xi", "xviii", "xxiii"):
        reach = next(r for r in answer.reach if r.list == f"eu-833-annex-{annex}")
        assert reach.status == "cannot-tell"
        assert "in an annex that is not identified" in reach.text
    # Where a dated list has the code, that list explains it.
    assert status(ask("847150", "RUS", "2022-10-07"), "eu-833-annex-xi") == "not-listed"


@pytest.mark.parametrize("code", ["847150", "851713", "880730", "854151"])
def test_an_undivided_subheading_is_met_whole(code: str) -> None:
    answer = ask(code, "RUS", "2022-10-07")
    hit = next(h for h in answer.measures if h.list == "eu-833-cn8-20221007")
    assert (hit.how, hit.how_note) == ("exact", f"{code}00 is the whole subheading {code}")
    assert "sub-codes" not in {q.about for q in answer.questions}


def test_a_list_given_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("CODE\tReference\n854231\tmy act\n", encoding="utf-8")
    one, two = (rg.goods_list_from_csv(path, target="RUS") for _ in range(2))
    hits = [h for h in ask("854231", "RUS", "2025-03-01", one, two).measures if h.list == "codes"]
    assert [h.confidence for h in hits] == [{"code": "not stated", "date": "not stated"}]
    assert hits[0].title == "codes.csv"
