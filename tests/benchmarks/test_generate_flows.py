"""The generator of invented flow tables: its small world is a valid store, and a scan reads it."""

import importlib.util
import json
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from umweg import nomenclature as nom
from umweg.flows import ScanOptions, scan
from umweg.flows.policy import DEFAULT
from umweg.periods import Window
from umweg.regime import load
from umweg.store import Store

ROWS = 100_000
BEFORE, AFTER = Window("2021-01", "2021-12"), Window("2022-01", "2022-12")
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "generate_flows.py"


def script() -> ModuleType:
    """The generator as a module; it is a script and on no path."""
    spec = importlib.util.spec_from_file_location("generate_flows", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a small world."""
    out: Path = tmp_path_factory.mktemp("world") / "store"
    script().generate(out, ROWS, seed=1)
    return out


def query(folder: Path, sql: str, **values: object) -> list[tuple[object, ...]]:
    """Plain SQL over the statements, past everything of ours."""
    files = str(folder / "snapshots" / "*" / "flows*.parquet")
    found: list[tuple[object, ...]] = duckdb.execute(
        f"with f as (from read_parquet($files)) {sql}", {"files": files, **values}
    ).fetchall()
    return found


def test_every_statement_once_and_as_many_as_asked(folder: Path) -> None:
    assert query(folder, "select count(*) from f where code <> 'TOTAL'") == [(ROWS,)]
    twice = (
        "select reporter, partner, flow, period, nomenclature, code from f group by all "
        "having count(*) > 1"
    )
    assert query(folder, twice) == []
    assert query(folder, "select reporter from f where reporter = partner") == []


def test_codes_exist_in_their_vintage(folder: Path) -> None:
    for vintage, code in query(folder, "select distinct nomenclature, code from f"):
        assert code == "TOTAL" or nom.exists(str(code), str(vintage)), (vintage, code)


def test_totals_are_the_sums_of_their_codes(folder: Path) -> None:
    gaps = query(
        folder,
        "select abs(sum(if(code = 'TOTAL', value_reported, -value_reported))) from f "
        "group by reporter, partner, flow, period",
    )
    # Whole units, far below 2^53: the sums are exact in any order.
    assert {g for (g,) in gaps} == {0.0}


def test_the_target_stops_publishing_and_the_coverage_says_so(folder: Path) -> None:
    start = json.loads((folder / "generator.json").read_text("utf-8"))["from"]
    last = query(folder, "select max(period) < $start from f where reporter = 'RUS'", start=start)
    assert last == [(True,)]
    rows = Store.open(folder, with_sample=False).read("coverage").to_pylist()
    missing = {(r["reporter"], r["period"]) for r in rows if r["status"] == "missing"}
    assert missing == {("RUS", p) for p in Window(start, "2024-12").periods}


def test_a_scan_sums_what_plain_sql_sums(folder: Path, tmp_path: Path) -> None:
    """A store with a snapshot a year: each statement counts once, and all years are read.

    A policy that asks for more placebos than there are leaves the comparison of the windows, whose
    amounts are sums.
    """
    policy = tmp_path / "policy.yaml"
    text = DEFAULT.read_text("utf-8").replace("min_placebos: 19", "min_placebos: 1000000")
    policy.write_text(text, "utf-8")
    lists = ("eu-833-annex-xviii", "eu-833-annex-xxiii")
    result = scan(
        Store.open(folder, with_sample=False),
        ScanOptions(goods_list=lists, before=BEFORE, after=AFTER, policy=policy),
    )
    assert result.run.corridor_dates == "the windows"
    assert result.run.earlier == "2020-01..2020-12"
    coalition = load().coalition("RUS", date(2022, 12, 31))
    sums = {
        (partner, code, year): value
        for partner, code, year, value in query(
            folder,
            "select partner, code, period[:4], sum(value_reported) from f "
            "where flow = 'X' and list_contains($coalition, reporter) group by all",
            coalition=sorted(coalition),
        )
    }
    assert len(result.corridors) > 10
    for c in result.corridors:
        assert c.inbound_before_usd == sums.get((c.transit, c.code, "2021"), 0.0)
        assert c.inbound_after_usd == sums.get((c.transit, c.code, "2022"), 0.0)


def test_the_same_seed_gives_the_same_tables(tmp_path: Path) -> None:
    generate = script().generate
    for name in ("one", "two"):
        generate(tmp_path / name, 5_000, seed=7)
    one, two = (
        {s.snapshot_id for s in Store.open(tmp_path / n, with_sample=False).snapshots()}
        for n in ("one", "two")
    )
    assert one == two
