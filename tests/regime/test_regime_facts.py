"""The packaged facts, held against what the law and the collected notes say."""

import os
import runpy
from datetime import date
from pathlib import Path

import pytest

from umweg import regime as rg
from umweg.errors import RegimeError
from umweg.nomenclature import predecessors
from umweg.regime.invariants import check

ROOT = Path(__file__).resolve().parents[2]
RAW = Path(os.environ.get("UMWEG_RAW", ROOT.parent / "shared" / "data"))
DATA = ROOT / "src" / "umweg" / "regime" / "data"


@pytest.fixture(scope="module")
def regime() -> rg.Regime:
    return rg.load()


def test_high_priority_list(regime: rg.Regime) -> None:
    chpl = regime.goods_list("chpl")
    assert chpl.nomenclature == "HS2022"
    assert len(chpl.codes()) == 50
    # Tiers 1, 2, 3.A, 3.B, 4.A, 4.B, and the published states of the list.
    tiers = ("1", "2", "3.A", "3.B", "4.A", "4.B")
    assert [len(chpl.members(tier=t)) for t in tiers] == [4, 5, 16, 9, 11, 5]
    assert len(chpl.members(tier="3")) == 25
    assert [len(chpl.members(version=v)) for v in ("v0", "v1", "v2", "v3")] == [9, 38, 45, 50]


def test_high_priority_dates_that_are_bounds_say_so(regime: rg.Regime) -> None:
    chpl = regime.goods_list("chpl")
    assert len(chpl.members(date(2023, 5, 18))) == 0
    assert len(chpl.members(date(2023, 5, 19))) == 9
    assert len(chpl.members(date(2023, 9, 26))) == 45
    assert len(chpl.members(date(2024, 2, 23))) == 50
    exact = {e.code for e in chpl.entries if e.date_quality == "exact"}
    assert len(exact) == 9 + 5
    assert all(e.date_confidence == "C" for e in chpl.entries if e.date_quality != "exact")


def test_partial_predecessors_of_the_high_priority_list(regime: rg.Regime) -> None:
    wider = {
        c.code
        for c in regime.goods_list("chpl").entries
        if predecessors(c.code, "HS2022", "HS2017")[0].code != c.code
    }
    assert wider == {"852589", "854149", "854151", "854159", "854800", "880730"}


def test_export_ban_rows_and_codes(regime: rg.Regime) -> None:
    lists = [
        regime.goods_list(i)
        for i in regime.goods_lists
        if i.startswith("eu-833") and i != "eu-833-cn8-20221007"
    ]
    rows = {g.id.removeprefix("eu-833-"): len(g.entries) for g in lists}
    assert rows == {
        "annex-ii": 26, "annex-vii": 505, "annex-x": 8, "annex-xi": 33, "annex-xviii": 707,
        "annex-xxiii": 988, "dual-use": 865, "firearms": 22,
    }  # fmt: skip
    assert sum(rows.values()) == 3154
    assert len({e.code for g in lists for e in g.entries}) == 2297
    strengths = [e.strength for g in lists for e in g.entries]
    assert strengths.count("may_be_controlled") == 1370
    assert strengths.count("listed") == 1784


def test_wind_downs_of_other_categories_are_unknown(regime: rg.Regime) -> None:
    for name in regime.goods_lists:
        for entry in regime.goods_list(name).entries:
            if entry.date_quality != "exact":
                assert entry.wind_down_until is None


def test_cn8_list(regime: rg.Regime) -> None:
    cn8 = regime.goods_list("eu-833-cn8-20221007")
    assert cn8.nomenclature == "CN2022"
    assert len(cn8.members()) == len(cn8.codes()) == 2223
    # 42 codes of the act went out with HS2022; they are of the year before.
    assert sum(e.nomenclature == "CN2021" for e in cn8.entries) == 42
    assert {(e.from_, e.date_quality) for e in cn8.entries} == {
        (date(2022, 10, 7), "no-later-than")
    }
    assert max(len(e.description) for e in cn8.entries) <= 80
    assert not cn8.covers(date(2022, 10, 7))


@pytest.mark.parametrize(
    ("package", "in_force"),
    [
        ("1", "2022-02-23"), ("2", "2022-02-26"), ("3", "2022-03-02"), ("4", "2022-03-16"),
        ("5", "2022-04-09"), ("6", "2022-06-04"), ("7", "2022-07-22"), ("8", "2022-10-07"),
        ("9", "2022-12-17"), ("10", "2023-02-26"), ("11", "2023-06-24"), ("12", "2023-12-19"),
        ("13", "2024-02-24"), ("14", "2024-06-25"), ("15", "2024-12-17"), ("16", "2025-02-25"),
        ("17", "2025-05-21"), ("18", "2025-07-20"), ("19", "2025-10-24"), ("20", "2026-04-24"),
    ],
)  # fmt: skip
def test_packages(regime: rg.Regime, package: str, in_force: str) -> None:
    events = [e for e in regime.timeline() if e.issuer == "EU" and e.package == package]
    assert [e.in_force.isoformat() for e in events] == [in_force]
    assert all(i in regime.instruments for e in events for i in e.instruments)


def test_timeline(regime: rg.Regime) -> None:
    assert len(regime.timeline()) == 55
    assert all(e.in_force < date(2022, 3, 1) for e in regime.timeline(until=date(2022, 3, 1)))
    assert {"eu-by-2024", "us-bis-2022-03-02"} <= {e.id for e in regime.timeline("BLR")}
    month = next(e for e in regime.timeline() if e.id == "eu-ecg-2023-10")
    assert (month.precision, month.date_text) == ("month", "2023-10")


def test_main_measures(regime: rg.Regime) -> None:
    assert regime.main_measures_from("RUS") == date(2022, 2, 26)
    assert regime.main_measures_from("BLR") == date(2022, 3, 2)
    with pytest.raises(RegimeError, match="no main measure"):
        regime.main_measures_from("DEU")


def test_coalition_is_dated(regime: rg.Regime) -> None:
    eu = regime.coalition("RUS", date(2022, 2, 26))
    assert {"DEU", "FRA", "USA"} <= eu
    assert "JPN" not in eu
    assert "JPN" in regime.coalition("RUS", date(2022, 3, 18))
    assert len(regime.coalition("RUS")) == 39  # named in the joint guidance of September 2023
    roles = {m.country: m.role for m in regime.roles.coalition_records("RUS")}
    assert roles["SGP"] == "partial"
    assert roles["UKR"] == "own-embargo"
    assert not {"SGP", "UKR"} & regime.coalition("RUS")


def test_a_transit_country_that_joins_the_coalition_changes_its_role(regime: rg.Regime) -> None:
    before, after = date(2022, 7, 1), date(2023, 2, 24)
    assert "TWN" in {t.alpha3 for t in regime.transit("RUS", before)}
    assert "TWN" not in regime.coalition("RUS", before)
    assert "TWN" not in {t.alpha3 for t in regime.transit("RUS", after)}
    assert "TWN" in regime.coalition("RUS", after)


def test_transit_countries_and_who_named_them(regime: rg.Regime) -> None:
    alert = date(2022, 6, 28)
    named = {
        t.country for t in regime.transit("RUS", alert) if any(n.date == alert for n in t.named_by)
    }
    assert len(named) == 18  # the joint alert FIN-2022-Alert003
    assert {"KAZ", "KGZ", "ARM", "GEO", "UZB", "TUR", "ARE"} <= named
    assert "HKG" not in {t.country for t in regime.transit("RUS", alert)}
    assert "HKG" in {t.country for t in regime.transit("RUS", date(2024, 5, 7))}
    assert all(n.reference for t in regime.transit("RUS") for n in t.named_by)


def test_roles_belong_to_a_target_and_a_date(regime: rg.Regime) -> None:
    blr = next(t for t in regime.transit("RUS", date(2022, 3, 1)) if t.country == "BLR")
    assert "customs union" in blr.basis
    assert "BLR" in {t.code for t in regime.targets(date(2022, 3, 2)) if t.role == "target"}
    assert "BLR" not in {t.code for t in regime.targets(date(2022, 3, 1))}
    roles = {t.code: t.role for t in regime.targets(date(2026, 4, 24))}
    assert roles["KGZ"] == "destination-of-ban"
    assert "KGZ" in {t.country for t in regime.transit("RUS", date(2026, 4, 24))}
    assert "KGZ" not in {t.code for t in regime.targets(date(2026, 4, 23))}
    assert [m.id for m in regime.measures("KGZ", date(2026, 4, 24))] == ["eu-833-art-12f"]
    assert "UA-43" in roles


def test_second_regime_refers_to_the_lists_of_the_first(regime: rg.Regime) -> None:
    own, base = regime.goods_list("eu-765-industry"), regime.goods_list("eu-833-annex-xxiii")
    assert own.codes() == base.codes()
    assert own.targets == ("BLR",)
    assert not own.members(date(2024, 6, 29))
    assert len(own.members(date(2024, 6, 30))) == len(base.entries)
    assert {(e.date_quality, e.date_confidence, e.instrument) for e in own.entries} == {
        ("lower-bound", "B", "eu-2024-1865")
    }
    assert not own.covers(date(2024, 7, 1))


@pytest.mark.parametrize("annex", ["ii", "x", "xi", "xviii", "xxiii"])
def test_annexes_reach_to_the_day_before_package_11(regime: rg.Regime, annex: str) -> None:
    goods_list = regime.goods_list(f"eu-833-annex-{annex}")
    assert goods_list.covers(date(2023, 6, 23))
    assert not goods_list.covers(date(2023, 6, 24))


@pytest.mark.parametrize("name", ["annex-vii", "dual-use", "firearms"])
def test_text_lists_never_tell_absence(regime: rg.Regime, name: str) -> None:
    assert not regime.goods_list(f"eu-833-{name}").covers(date(2022, 12, 1))


@pytest.mark.parametrize("annex", ["xvi", "xx"])
def test_lists_not_held_say_so(regime: rg.Regime, annex: str) -> None:
    with pytest.raises(RegimeError, match="not held"):
        regime.goods_list(f"eu-833-annex-{annex}")


def test_every_invariant_holds(regime: rg.Regime) -> None:
    results = check(regime)
    assert len(results) == 13
    for result in results:
        assert result.ok, (result.name, result.problems)
        assert result.tested > 0


def test_red_flags_and_annexes(regime: rg.Regime) -> None:
    assert len(regime.red_flags) == 61
    assert sum(f.open_statistics for f in regime.red_flags) == 12
    assert len(regime.annexes) == 20


def test_version_names_the_month_and_the_content(regime: rg.Regime) -> None:
    month, _, digest = regime.version.partition("+")
    assert month == "2026.11"
    assert len(digest) == 8
    assert int(digest, 16) >= 0


def test_first_restriction_of_a_code(regime: rg.Regime) -> None:
    entry = regime.goods_list("eu-833-annex-xxiii").first_restricted("85423190")
    assert entry is not None
    assert (entry.code, entry.from_, entry.date_quality) == (
        "854231", date(2022, 4, 9), "lower-bound"
    )  # fmt: skip
    assert regime.goods_list("eu-833-annex-xxiii").first_restricted("010121") is None


def test_no_country_stands_in_the_code() -> None:
    """Which country is meant comes from the facts alone."""
    names = {"RUS", "BLR", "KAZ", "KGZ", "UKR", "Russia", "Belarus", "Kazakhstan", "Kyrgyzstan"}
    for path in (ROOT / "src" / "umweg" / "regime").glob("*.py"):
        code = "\n".join(
            line.partition("#")[0] for line in path.read_text(encoding="utf-8").splitlines()
        )
        for name in names:
            assert f'"{name}"' not in code, (path.name, name)


@pytest.mark.skipif(
    not (RAW / "regime").is_dir(),
    reason="collected tables not at hand (set UMWEG_RAW); their sources: OpenICPSR 229004, "
    "github.com/LeeSeogMin/sanctions at acb92311, github.com/vzemlys/ruimpeks at 5b5d97c",
)
def test_rebuild_gives_the_packaged_files(tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "build_regime.py"))
    script["main"](RAW, tmp_path)
    built = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert len(built) == 17
    for name in built:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name
