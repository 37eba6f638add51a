"""Invented worlds in which the answer is known: legs that the packaged sample does not hold."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from umweg.evidence import Status, Verdict
from umweg.flows import CorridorResult, CountryResult, ScanOptions, ScanResult, scan
from umweg.periods import Window
from umweg.store import Store

from .worlds import FREE, MONTHS, RESTRICTED, add_to, growing, statement, store_of

AS_OF = date(2026, 11, 1)
YEARS = Window("2021-01", "2021-12"), Window("2022-01", "2022-12")
FLAT = {2020: 12e6, 2021: 12e6, 2022: 12e6}
BOOM = {2020: 12e6, 2021: 12e6, 2022: 60e6}


def options(**other: Any) -> ScanOptions:
    return ScanOptions(
        **{
            "goods_list": ("chpl",), "before": YEARS[0], "after": YEARS[1], "as_of": AS_OF, **other
        }
    )  # fmt: skip


def background(exporters: tuple[str, ...] = ("DEU", "FRA")) -> Iterator[dict[str, Any]]:
    """Everything flat: exports of all goods to transit countries, the target and neutrals."""
    for x in exporters:
        for partner in ("KAZ", "ARM", "RUS", "VNM", "EGY"):
            for code in FREE:
                yield from growing(x, partner, "X", code, FLAT)
    # The importers name both exporters.
    for importer in ("KAZ", "ARM"):
        for x in exporters:
            yield from growing(importer, x, "M", "020110", FLAT)


def world(folder: Path, rows: list[dict[str, Any]]) -> Store:
    return store_of(folder / "store", [*background(), *rows])


def country(result: ScanResult, code: str) -> CountryResult:
    return next(c for c in result.countries if c.transit == code)


def corridor(result: ScanResult, transit: str, code: str) -> CorridorResult:
    return next(c for c in result.corridors if (c.transit, c.code) == (transit, code))


def both_sides(transit: str, code: str, sent: dict[int, float], arrived: float) -> list[Any]:
    """Sent by one exporter; the arrival side reports a share of it (CIF)."""
    received = {y: v * (arrived if y >= 2022 else 1.0) for y, v in sent.items()}
    return [
        *growing("DEU", transit, "X", code, sent),
        *growing(transit, "DEU", "M", code, received),
    ]


def test_a_detour_is_an_alert(tmp_path: Path) -> None:
    """Restricted goods boom inbound and go on to the target; nothing else moves."""
    rows = []
    for code in RESTRICTED:
        rows += both_sides("KAZ", code, BOOM, arrived=1.0)
        rows += both_sides("ARM", code, FLAT, arrived=1.0)
        # Onward: nothing before, 40 m a year after. The target's other suppliers are flat.
        rows += growing("KAZ", "RUS", "X", code, {2022: 40e6})
        rows += growing("VNM", "RUS", "X", code, FLAT)
        rows += growing("ARM", "RUS", "X", code, {2020: 1e5, 2021: 1e5, 2022: 1e5})
    rows += growing("KAZ", "VNM", "X", "020220", FLAT)  # it published exports in every year
    result = scan(world(tmp_path, rows), options())
    found = country(result, "KAZ")
    assert found.verdict is Verdict.ALERT
    assert found.signals.surge.status is Status.FIRED
    assert found.signals.onward.status is Status.FIRED
    # Both reports agree in every year.
    assert corridor(result, "KAZ", "854231").signals.mirror_gap.status is Status.NOT_FIRED
    assert corridor(result, "KAZ", "854231").verdict is Verdict.ALERT
    quiet = country(result, "ARM")
    assert quiet.verdict is Verdict.CLEAR
    assert corridor(result, "ARM", "854231").verdict is Verdict.CLEAR


def test_ghost_trade_is_an_alert_without_an_onward_leg(tmp_path: Path) -> None:
    """The goods boom in the exporter's report and do not arrive."""
    rows = []
    for code in RESTRICTED:
        rows += both_sides("KAZ", code, BOOM, arrived=0.2)
    result = scan(world(tmp_path, rows), options())
    found = corridor(result, "KAZ", "854231")
    assert found.signals.mirror_gap.status is Status.FIRED
    assert found.signals.mirror_gap.value == pytest.approx(0.2)
    assert found.signals.onward.status is Status.CANNOT_TELL
    assert found.verdict is Verdict.ALERT
    assert "shared-report" in {c.key for c in found.caveats}


def test_a_boom_of_everything_is_no_surge(tmp_path: Path) -> None:
    """The control grows as much as the restricted goods: nothing is unexpected."""
    rows = [
        row
        for code in (*RESTRICTED, *FREE)
        for row in growing("ITA", "KAZ", "X", code, {2020: 40e6, 2021: 40e6, 2022: 200e6})
    ]
    result = scan(world(tmp_path, rows), options())
    assert country(result, "KAZ").inbound_ratio == pytest.approx(5)
    assert country(result, "KAZ").signals.surge.status is Status.NOT_FIRED


def test_goods_made_at_home_are_no_onward_signal(tmp_path: Path) -> None:
    """The country exported the goods before, to others; now it sends them to the target."""
    rows = []
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT)
        rows += growing("KAZ", "VNM", "X", code, {2020: 50e6, 2021: 50e6, 2022: 10e6})
        rows += growing("KAZ", "RUS", "X", code, {2022: 40e6})
    result = scan(world(tmp_path, rows), options())
    found = country(result, "KAZ").signals.onward
    assert found.status is Status.NOT_FIRED
    assert f"without {len(RESTRICTED)} codes that the country exported before" in found.method


def test_below_the_floor_is_tested_and_not_fired(tmp_path: Path) -> None:
    small = {2020: 1e4, 2021: 1e4, 2022: 8e4}  # an excess of 70,000 a year
    rows = both_sides("KAZ", "854231", small, arrived=1.0)
    result = scan(world(tmp_path, rows), options())
    assert country(result, "KAZ").signals.surge.status is Status.BELOW_FLOOR
    assert corridor(result, "KAZ", "854231").signals.surge.status is Status.BELOW_FLOOR


def test_whole_countries_are_permuted_where_there_are_enough(tmp_path: Path) -> None:
    """With twenty neutral destinations the surge of a country has a p-value: 1/(1+20)."""
    neutrals = "EGY VNM PAK NPL BGD KEN GHA MAR TUN PER CHL COL ECU PRY URY BOL PAN CRI JAM OMN"
    rows = growing("DEU", "KAZ", "X", "854231", BOOM)
    for n in neutrals.split():
        rows += growing("DEU", n, "X", "854231", FLAT)
        if n not in ("EGY", "VNM"):  # those are in the background already
            for code in FREE:
                rows += growing("DEU", n, "X", code, FLAT)
    result = scan(world(tmp_path, rows), options())
    surge = country(result, "KAZ").signals.surge
    assert surge.p_value == pytest.approx(1 / 21)
    assert surge.status is Status.FIRED
    assert surge.preset == ""
    assert "20 neutral countries" in surge.method


def test_a_member_and_its_group_are_never_both_summed(tmp_path: Path) -> None:
    """The same exports stated by a member and by the Union: one of them counts, both are named."""
    rows = [
        *growing("DEU", "KAZ", "X", "854231", FLAT),
        *growing("FRA", "KAZ", "X", "854231", FLAT),
        *growing("EU27_2020", "KAZ", "X", "854231", {y: 2 * v for y, v in FLAT.items()}),
    ]
    result = scan(world(tmp_path, rows), options())
    assert country(result, "KAZ").inbound_before_usd == pytest.approx(24e6)
    assert "several-sources" in {c.key for c in country(result, "KAZ").caveats}


def test_a_heading_is_never_added_to_its_sub_codes(tmp_path: Path) -> None:
    rows = [
        *growing("DEU", "KAZ", "X", "854231", FLAT),
        *growing("DEU", "KAZ", "X", "8542", {y: 3 * v for y, v in FLAT.items()}),
    ]
    result = scan(world(tmp_path, rows), options())
    assert country(result, "KAZ").inbound_before_usd == pytest.approx(12e6)


def test_partial_codes_make_no_mirror_gap(tmp_path: Path) -> None:
    rows = [
        *growing("DEU", "KAZ", "X", "854231", BOOM, partial_code=True),
        *growing("KAZ", "DEU", "M", "854231", FLAT),
    ]
    result = scan(world(tmp_path, rows), options())
    found = corridor(result, "KAZ", "854231")
    assert found.signals.mirror_gap.status is Status.CANNOT_TELL
    assert "partial-codes" in {c.key for c in found.caveats}


def test_a_user_import_takes_the_place_of_the_same_reporter(tmp_path: Path) -> None:
    """The later snapshot of another source wins, and the other is named."""
    store = world(tmp_path, growing("ITA", "KAZ", "X", "854231", FLAT))
    later = [
        {**row, "origin_id": "later"}
        for row in growing("ITA", "KAZ", "X", "854231", {y: 5 * v for y, v in FLAT.items()})
    ]
    add_to(store, later, source="later")
    store.refresh()
    result = scan(store, options())
    assert country(result, "KAZ").inbound_before_usd == pytest.approx(60e6)


@pytest.mark.parametrize(
    "rows",
    [
        [statement("DEU", "KAZ", "X", "2022-01", "854231", 1e6)],  # one period only
        [statement("DEU", "KAZ", "X", m, "854231", 0.0) for m in ("2021-01", "2022-01")],
        growing("DEU", "KAZ", "X", "020110", FLAT),  # nothing restricted
    ],
    ids=["one-period", "all-zero", "nothing-restricted"],
)
def test_poor_panels_cannot_tell(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    result = scan(store_of(tmp_path / "store", rows), options())
    assert all(c.verdict is Verdict.CANNOT_TELL for c in (*result.countries, *result.corridors))
    assert any("KAZ" in n.what for n in result.not_tested) or result.countries


def test_yearly_statements(tmp_path: Path) -> None:
    rows = [
        statement("DEU", "KAZ", "X", y, code, usd)
        for code in (*RESTRICTED, *FREE)
        for y, usd in (
            ("2020", 12e6),
            ("2021", 12e6),
            ("2022", 60e6 if code in RESTRICTED else 12e6),
        )
    ]
    result = scan(
        store_of(tmp_path / "store", rows),
        options(before=Window("2021", "2021"), after=Window("2022", "2022")),
    )
    found = country(result, "KAZ")
    assert found.inbound_ratio == pytest.approx(5)
    assert found.ci_low_usd is None  # one year has no spread
    assert found.signals.surge.status is Status.FIRED


def test_files_of_single_years_add_up(tmp_path: Path) -> None:
    rows = growing("ITA", "KAZ", "X", "854231", FLAT)
    store = store_of(tmp_path / "store", background())
    for year in ("2020", "2021", "2022"):
        part = [{**r, "origin_id": year} for r in rows if r["period"].startswith(year)]
        add_to(store, part, source=f"year-{year}")
    store.refresh()
    result = scan(store, options())
    assert country(result, "KAZ").inbound_before_usd == pytest.approx(12e6)
    assert country(result, "KAZ").inbound_after_usd == pytest.approx(12e6)


def test_a_revised_file_takes_the_place_of_the_old_for_its_periods_alone(tmp_path: Path) -> None:
    old = growing("DEU", "KAZ", "X", "854231", FLAT)
    revised = growing("DEU", "KAZ", "X", "854231", {2022: 24e6})
    store = store_of(tmp_path / "store", [])
    add_to(store, old, source="old")
    add_to(store, revised, source="revised")
    store.refresh()
    found = country(scan(store, options()), "KAZ")
    assert found.inbound_before_usd == pytest.approx(12e6)  # 2021, from the old file
    assert found.inbound_after_usd == pytest.approx(24e6)  # 2022, from the revised one
    assert "several-sources" in {c.key for c in found.caveats}


def test_the_mirror_gap_of_a_country_is_of_its_basket_where_both_sides_state_codes(
    tmp_path: Path,
) -> None:
    rows = []
    for code in RESTRICTED:
        rows += both_sides("KAZ", code, BOOM, arrived=0.25)
    for code in FREE:  # everything else arrives
        rows += growing("KAZ", "DEU", "M", code, FLAT)
        rows += growing("KAZ", "FRA", "M", code, FLAT)
    result = scan(world(tmp_path, rows), options())
    found = country(result, "KAZ")
    # 2020 and 2021: all arrived; 2022: a quarter of it.
    assert found.gap_share_raw_by_year == {
        "2020": pytest.approx(0), "2021": pytest.approx(0), "2022": pytest.approx(0.75)
    }  # fmt: skip
    assert found.signals.mirror_gap.status is Status.FIRED
    assert found.verdict is Verdict.ALERT
    assert "different-baskets" not in {c.key for c in found.caveats}


def test_an_onward_leg_at_six_digits_speaks_for_the_country_and_for_no_corridor(
    tmp_path: Path,
) -> None:
    """The sample is at eight digits; a country's own exports come at six."""
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    rows = []
    for code in ("854231", "847150"):
        rows += growing("KAZ", "RUS", "X", code, {2021: 1e6, 2022: 50e6})
        rows += growing("KAZ", "VNM", "X", code, {2021: 2e6, 2022: 2e6})
    add_to(store, [{**r, "nomenclature": "HS2017"} for r in rows])
    store.refresh()
    result = scan(store, ScanOptions(transit=("KAZ",), as_of=AS_OF))
    found = country(result, "KAZ")
    assert found.signals.onward.status is Status.FIRED
    assert found.verdict is Verdict.ALERT  # with the mirror gap of the packaged figures
    assert "wider-codes" in {c.key for c in found.caveats}
    assert {c.signals.onward.status for c in result.corridors} == {Status.CANNOT_TELL}
    assert found.inbound_ratio == pytest.approx(2.22, abs=0.02)  # the inbound leg is as it was


def test_one_members_file_does_not_push_out_the_group(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    rows = growing("DEU", "KAZ", "X", "85423190", FLAT, nomenclature="CN2021")
    add_to(store, rows)
    store.refresh()
    result = scan(store, ScanOptions(transit=("KAZ",), as_of=AS_OF))
    found = country(result, "KAZ")
    assert found.inbound_ratio == pytest.approx(2.22, abs=0.02)
    assert any(c.key == "several-sources" and "DEU" in c.detail for c in found.caveats)


def test_a_country_that_publishes_only_one_window_has_no_growth(tmp_path: Path) -> None:
    """Figures that begin in 2022 are no rise from nothing, on any leg."""
    rows = []
    for code in RESTRICTED:
        rows += growing("DEU", "UZB", "X", code, FLAT)
        rows += growing("ITA", "UZB", "X", code, {2022: 90e6})
        rows += growing("UZB", "RUS", "X", code, {2022: 40e6})
        rows += growing("UZB", "DEU", "M", code, {2022: 1e6})
    result = scan(world(tmp_path, rows), options())
    found = country(result, "UZB")
    assert found.inbound_ratio == pytest.approx(1)
    assert found.signals.onward.status is Status.CANNOT_TELL
    assert found.signals.mirror_gap.status is Status.CANNOT_TELL
    what = {n.what for n in result.not_tested}
    assert {"exports of ITA (left out)", "exports of UZB", "imports of UZB"} <= what


def test_more_arrived_than_was_sent_is_no_base_for_a_gap(tmp_path: Path) -> None:
    """Twice what was sent arrived before, all of it after: the exporters' report was incomplete."""
    rows = []
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT)
        rows += growing("KAZ", "DEU", "M", code, {2020: 24e6, 2021: 24e6, 2022: 12e6})
    result = scan(world(tmp_path, rows), options())
    gap = country(result, "KAZ").signals.mirror_gap
    assert gap.status is Status.CANNOT_TELL
    assert "complete exporters' report" in gap.missing[0]
    assert corridor(result, "KAZ", "854231").signals.mirror_gap.status is Status.CANNOT_TELL


def test_a_file_about_one_partner_is_not_taken_for_one_about_all(tmp_path: Path) -> None:
    """A single figure of imports from one member beside the packaged imports from all 27."""
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    add_to(store, [statement("KAZ", "DEU", "M", "2022", "TOTAL", 99.0)])
    store.refresh()
    found = country(scan(store, ScanOptions(transit=("KAZ",), as_of=AS_OF)), "KAZ")
    assert found.signals.mirror_gap.value == pytest.approx(0.748, abs=0.002)


def test_an_importer_that_names_few_exporters_has_no_mirror_by_code(tmp_path: Path) -> None:
    rows = []
    for code in RESTRICTED:
        for exporter in ("DEU", "FRA", "ITA", "POL"):
            rows += growing(exporter, "UZB", "X", code, FLAT)
        rows += growing("UZB", "DEU", "M", code, FLAT)
    result = scan(world(tmp_path, rows), options())
    found = corridor(result, "UZB", "854231").signals.mirror_gap
    assert found.status is Status.CANNOT_TELL


# --- what is not published is not zero ---------------------------------------------------------


def covered(reporter: str, flow: str, missing: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "reporter": reporter, "flow": flow, "freq": "M", "period": m, "scope": "codes",
            "status": "missing" if m in missing else "published", "practice": None, "note": None,
            "origin_id": "invented",
        }
        for m in MONTHS
    ]  # fmt: skip


LATE_2022 = {f"2022-{m:02d}" for m in range(7, 13)}


def test_months_that_an_importer_did_not_publish_make_no_gap(tmp_path: Path) -> None:
    rows = [*background()]
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT)
        arrived = growing("KAZ", "DEU", "M", code, FLAT)
        rows += [r for r in arrived if r["period"] not in LATE_2022]
    store = store_of(tmp_path / "store", rows, covered("KAZ", "M", LATE_2022))
    result = scan(store, options())
    assert corridor(result, "KAZ", "854231").signals.mirror_gap.status is Status.CANNOT_TELL
    assert country(result, "KAZ").signals.mirror_gap.status is Status.CANNOT_TELL
    assert any("imports of KAZ" in n.what and "2022-07" in n.missing for n in result.not_tested)


def test_months_that_a_country_did_not_publish_clear_nothing(tmp_path: Path) -> None:
    """Exports published to January 2022 only: that no onward flow is seen later says nothing."""
    rows = [*background()]
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT)
        sold = growing("KAZ", "VNM", "X", code, {2020: 1e6, 2021: 1e6, 2022: 1e6})
        rows += [r for r in sold if r["period"] <= "2022-01"]
    result = scan(store_of(tmp_path / "store", rows), options())
    assert country(result, "KAZ").signals.onward.status is Status.CANNOT_TELL
    assert country(result, "KAZ").verdict is Verdict.CANNOT_TELL


def test_windows_beyond_the_figures_cannot_be_told() -> None:
    """The sample ends in November 2022."""
    asked = ScanOptions(
        transit=("KGZ",), before=Window("2021-01", "2021-12"), after=Window("2022-01", "2023-12"),
        as_of=AS_OF,
    )  # fmt: skip
    result = scan(options=asked)
    found = country(result, "KGZ")
    assert found.signals.surge.status is Status.CANNOT_TELL
    assert "2022-12" in found.signals.surge.missing[0]
    assert found.inbound_ratio is None
    assert {c.signals.surge.status for c in result.corridors} == {Status.CANNOT_TELL}


def test_the_commission_rule_needs_all_its_months() -> None:
    asked = ScanOptions(
        transit=("KGZ",), before=Window("2019-01", "2021-12"), after=Window("2022-01", "2022-12"),
        preset="commission", as_of=AS_OF,
    )  # fmt: skip
    assert country(scan(options=asked), "KGZ").signals.surge.status is Status.CANNOT_TELL


def test_the_commission_rule(tmp_path: Path) -> None:
    """EUR 2 m a year in 2019-2021, 5 m in 2022: over 1 m, and at least twice the mean."""
    years = {"2019": 2e6, "2020": 2e6, "2021": 2e6, "2022": 5e6}
    rows = [
        statement("DEU", place, "X", y, "854231", usd * factor, currency="EUR")
        for y, usd in years.items()
        for place, factor in (("KAZ", 1.0), ("ARM", 0.1))
    ]
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    add_to(store, rows)
    store.refresh()
    asked = options(
        before=Window("2019", "2021"), after=Window("2022", "2022"), preset="commission"
    )
    result = scan(store, asked)
    assert country(result, "KAZ").signals.surge.status is Status.FIRED
    assert country(result, "ARM").signals.surge.status is Status.NOT_FIRED  # EUR 0.5 m


def test_a_currency_without_a_rate_is_unknown_and_not_zero(tmp_path: Path) -> None:
    """The ECB's last rate of the rouble is of 2022-03-01."""
    rows = []
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT, currency="EUR")
        rows += growing(
            "KAZ", "DEU", "M", code, {y: 80 * v for y, v in FLAT.items()}, currency="RUB"
        )
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    add_to(store, rows)
    store.refresh()
    result = scan(store, options(transit=("KAZ",)))
    gaps = {c.signals.mirror_gap.status for c in result.corridors}
    assert gaps <= {Status.CANNOT_TELL}


def test_two_currencies_of_one_reporter_count_once(tmp_path: Path) -> None:
    rows = [
        *growing("ITA", "KAZ", "X", "854231", {2020: 12e6, 2021: 12e6}),
        *growing("ITA", "KAZ", "X", "854231", {2022: 12e6}, currency="EUR"),
    ]
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    add_to(store, [*background(), *rows])
    store.refresh()
    found = country(scan(store, options(transit=("KAZ",))), "KAZ")
    assert found.inbound_before_usd == pytest.approx(12e6)
    assert found.inbound_after_usd == pytest.approx(12e6 * 1.053, rel=0.01)  # mean rate of 2022


def test_two_editions_of_one_statement_count_once(tmp_path: Path) -> None:
    rows = [
        *growing("ITA", "KAZ", "X", "854231", FLAT),
        *growing("ITA", "KAZ", "X", "854231", {2022: 12e6}, nomenclature="HS2022"),
    ]
    found = country(scan(world(tmp_path, rows), options()), "KAZ")
    assert found.inbound_ratio == pytest.approx(1)


def test_imports_from_countries_whose_exports_are_not_held_are_left_out(tmp_path: Path) -> None:
    """The importer stops buying from a member whose own report is not in the store."""
    rows = both_sides("KAZ", "854231", FLAT, arrived=1.0)
    rows += growing("KAZ", "USA", "M", "854231", {2020: 6e6, 2021: 6e6})
    result = scan(world(tmp_path, rows), options())
    assert corridor(result, "KAZ", "854231").signals.mirror_gap.status is Status.NOT_FIRED
    assert country(result, "KAZ").signals.mirror_gap.status is Status.NOT_FIRED


def test_an_exporter_that_begins_to_publish_opens_no_gap(tmp_path: Path) -> None:
    rows = []
    for year in ("2019", "2020", "2021", "2022"):
        for member in ("DEU", "FRA", "ITA", "POL", "ESP", "CZE"):
            if member != "CZE" or year == "2022":
                rows.append(statement(member, "KAZ", "X", year, "TOTAL", 10e6))
            if member != "CZE":
                rows.append(statement("KAZ", member, "M", year, "TOTAL", 10e6))
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT)
    result = scan(world(tmp_path, rows), options())
    gap = country(result, "KAZ").signals.mirror_gap
    assert gap.status is Status.NOT_FIRED
    assert gap.value == pytest.approx(1)


def test_exports_to_the_coalition_alone_are_no_crash(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store", growing("DEU", "FRA", "X", "854231", FLAT))
    result = scan(store, options())
    assert result.countries == ()
    assert result.not_tested


def test_a_control_that_vanishes_is_no_control(tmp_path: Path) -> None:
    rows = []
    for code in RESTRICTED:
        rows += growing("ITA", "UZB", "X", code, FLAT)
    for code in FREE:
        rows += growing("ITA", "UZB", "X", code, {2020: 12e6, 2021: 12e6, 2022: 1.0})
    found = country(scan(world(tmp_path, rows), options()), "UZB")
    assert found.signals.surge.status is not Status.FIRED


def test_other_suppliers_of_the_target_are_the_control_of_the_onward_leg(tmp_path: Path) -> None:
    """Everybody sends ten times as much to the target: demand, and no detour."""
    rise = {2020: 2e6, 2021: 2e6, 2022: 20e6}
    rows = []
    for code in RESTRICTED:
        rows += growing("DEU", "KAZ", "X", code, FLAT)
        rows += growing("KAZ", "RUS", "X", code, {y: v / 4 for y, v in rise.items()})
        rows += growing("VNM", "RUS", "X", code, rise)
    found = country(scan(world(tmp_path, rows), options()), "KAZ").signals.onward
    assert found.status is Status.NOT_FIRED
    assert found.expected == pytest.approx(10)


def test_windows_after_the_measures_clear_nothing(tmp_path: Path) -> None:
    rows = []
    for code in RESTRICTED:
        rows += both_sides("KAZ", code, FLAT, arrived=1.0)
    asked = options(before=Window("2022-03", "2022-06"), after=Window("2022-07", "2022-10"))
    found = country(scan(world(tmp_path, rows), asked), "KAZ")
    assert found.signals.surge.status is Status.CANNOT_TELL
    assert "windows-after-measures" in {c.key for c in found.caveats}


def test_the_free_goods_of_these_worlds_are_on_no_list() -> None:
    from umweg.regime import load

    regime = load()
    listed = frozenset[str]().union(*(regime.goods_list(n).codes() for n in regime.goods_lists))
    for code in FREE:
        assert not any(x.startswith(code) or code.startswith(x) for x in listed), code


def test_a_few_exporters_do_not_speak_for_the_coalition(tmp_path: Path) -> None:
    """One member's exports to a country of which the packaged figures know nothing."""
    store = Store.open(tmp_path / "store", create=True, with_sample=True)
    rows = growing("DEU", "TUR", "X", "85423190", BOOM, nomenclature="CN2021", currency="EUR")
    add_to(store, [r for r in rows if r["period"] < "2022"])
    add_to(
        store,
        [{**r, "nomenclature": "CN2022"} for r in rows if r["period"] >= "2022"],
        source="later",
    )
    store.refresh()
    result = scan(store, ScanOptions(transit=("TUR", "KAZ"), as_of=AS_OF))
    found = country(result, "TUR")
    assert found.signals.surge.status is Status.CANNOT_TELL
    assert "only those of DEU" in found.signals.surge.missing[0]
    assert {c.signals.surge.status for c in result.corridors if c.transit == "TUR"} == {
        Status.CANNOT_TELL
    }
    assert country(result, "KAZ").inbound_ratio == pytest.approx(2.22, abs=0.02)


def test_goods_listed_after_the_windows_are_named_as_such() -> None:
    """The lists against Belarus that are held begin on 2024-06-30."""
    result = scan(options=ScanOptions(target="BLR", transit=("KGZ",), as_of=AS_OF))
    assert any("restricted at the time" in n.what for n in result.not_tested)
    for c in result.corridors:
        assert all(name.startswith(("eu-765", "chpl")) for name in c.lists), c.lists
