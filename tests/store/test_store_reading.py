"""Reading the store: values in USD, errors of a query, the engines."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from tests.store.test_store_snapshots import put
from umweg.errors import StoreError, UsageError
from umweg.settings import Settings
from umweg.store import DuckDBEngine, Engine, Store, commit, engine_named
from umweg.store.contracts import RATES
from umweg.store.engine import _spill_folder
from umweg.store.opening import open_configured


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def usd(store: Store, as_of: date | None = None) -> dict[tuple[str, str], float | None]:
    flows = store.table("flows", as_of)
    rows = store.execute(flows.filter(flows.origin_id == "o"), "own rows").to_pylist()
    return {(r["currency"], r["period"]): r["value_usd"] for r in rows}


def test_value_usd_is_the_value_at_the_mean_rate_of_its_period(store: Store) -> None:
    put(
        store,
        {"currency": "EUR", "period": "2022-03", "value_reported": 1000.0},
        {"currency": "EUR", "period": "2022", "freq": "A", "value_reported": 1000.0},
        {"currency": "USD", "period": "2022-03", "value_reported": 1000.0},
        {"currency": "KZT", "period": "2022-03", "value_reported": 1000.0},
    )
    found = usd(store)
    # The ECB's reference rates of March 2022, 23 days from 1.1162 (1 March) to 1.1101 (31 March),
    # have the mean 1.1019, which the ECB publishes as the monthly average:
    # EUR 1,000 x 1.1019 = USD 1,101.9.
    assert found["EUR", "2022-03"] == pytest.approx(1101.9, abs=0.05)
    # The mean of 2022 is 1.0530: EUR 1,000 x 1.0530 = USD 1,053.0.
    assert found["EUR", "2022"] == pytest.approx(1053.0, abs=0.05)
    assert found["USD", "2022-03"] == 1000.0
    assert found["KZT", "2022-03"] is None


def test_rates_are_known_whatever_day_is_asked_for(store: Store) -> None:
    """The snapshot with the rates is younger than the day: its means of past months still hold."""
    put(store, {"currency": "EUR"}, published_on="2022-05-15")
    assert usd(store, date(2022, 6, 1)) == {("EUR", "2022-03"): pytest.approx(110.19, abs=0.01)}


def test_a_rate_of_too_few_days_gives_no_value_in_usd(store: Store) -> None:
    """The ECB quoted RUB for the last time on 1 March 2022."""
    rates = store.read("rates").to_pylist()
    days = {(r["freq"], r["period"]): r["days"] for r in rates if r["currency"] == "RUB"}
    assert (days["M", "2022-03"], days["A", "2022"]) == (1, 42)  # the table keeps them
    put(
        store,
        *({"currency": "RUB", "period": p} for p in ("2022-02", "2022-03")),
        *({"currency": "RUB", "period": y, "freq": "A"} for y in ("2021", "2022")),
        {"currency": "USD", "period": "2022-03"},
    )
    found = usd(store)
    assert found["RUB", "2022-03"] is None
    assert found["RUB", "2022"] is None
    assert found["USD", "2022-03"] == 100.0
    # RUB 100 were about USD 1.30 in February 2022 and USD 1.36 in 2021 (73.7 for a dollar).
    assert found["RUB", "2022-02"] == pytest.approx(1.30, abs=0.05)
    assert found["RUB", "2021"] == pytest.approx(1.36, abs=0.02)


def put_rates(
    store: Store,
    *rows: tuple[str, str, float, int],
    published_on: str | None = None,
    source: str = "bank",
    dataset: str = "rates",
) -> None:
    table = pa.Table.from_pylist(
        [
            {"currency": c, "freq": "M" if "-" in p else "A", "period": p, "usd_per_unit": rate,
             "days": days, "origin_id": "rates"}
            for c, p, rate, days in rows
        ],
        schema=RATES.schema,
    )  # fmt: skip
    with store.importing() as stage:
        stage.write("rates", table)
        commit(
            store.root, stage, source=source, dataset=dataset, parser="p", inputs=(),
            rows_read=len(rows), rows_kept=len(rows), rows_set_aside=0, published_on=published_on,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("period", "days", "used"),
    [("2022-03", 9, False), ("2022-03", 10, True), ("2022", 199, False), ("2022", 200, True)],
)
def test_how_many_days_a_rate_must_be_made_of(
    store: Store, period: str, days: int, used: bool
) -> None:
    put_rates(store, ("EUR", period, 2.0, days))
    put(store, {"currency": "EUR", "period": period, "freq": "M" if "-" in period else "A"})
    assert usd(store) == {("EUR", period): 200.0 if used else None}


def test_one_history_of_rates_is_read(store: Store) -> None:
    """The one imported last; two would double the flows that they meet."""
    rows = put(store, {"currency": "EUR"}).rows_kept
    put_rates(store, ("EUR", "2022-03", 2.0, 20), published_on="2026-11-10")
    put_rates(store, ("EUR", "2022-03", 3.0, 20), source="other", published_on="2026-11-05")
    assert usd(store) == {("EUR", "2022-03"): 300.0}
    # A revision of the first is the last import: its place in the order is its own.
    put_rates(store, ("EUR", "2022-03", 4.0, 20), published_on="2026-11-12")
    assert usd(store) == {("EUR", "2022-03"): 400.0}
    own = store.table("flows").filter(ibis._.origin_id == "o")
    assert store.execute(own, "own rows").num_rows == rows
    held = {day: store.read("rates", date.fromisoformat(day)) for day in
            ("2026-11-01", "2026-11-05", "2026-11-10", "2026-11-12")}  # fmt: skip
    assert held["2026-11-01"].num_rows > 1000  # the sample's
    assert [held[d]["usd_per_unit"].to_pylist() for d in list(held)[1:]] == [[3.0], [3.0], [4.0]]


def test_rates_that_replace_those_of_the_sample(store: Store) -> None:
    """By source and data set: newer ones take the place, older ones do not."""
    put(store, {"currency": "EUR"})
    put_rates(
        store,
        ("EUR", "2022-03", 5.0, 20),
        source="ecb",
        dataset="sample",
        published_on="2020-01-01",
    )
    assert usd(store) == {("EUR", "2022-03"): pytest.approx(110.19, abs=0.01)}
    put_rates(
        store,
        ("EUR", "2022-03", 6.0, 20),
        source="ecb",
        dataset="sample",
        published_on="2027-01-01",
    )
    assert usd(store) == {("EUR", "2022-03"): 600.0}


def test_figures_in_usd_need_no_rates(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    put(store, {"currency": "USD"})
    assert usd(store) == {("USD", "2022-03"): 100.0}


def test_a_table_that_is_not_held_is_named(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    assert not store.has("flows")
    with pytest.raises(StoreError, match="holds no 'flows'"):
        store.table("flows")
    with pytest.raises(StoreError, match="no table is named 'flow'") as caught:
        store.table("flow")
    assert "flows" in caught.value.allowed


def test_a_step_that_fails_names_itself_and_its_sql() -> None:
    engine = DuckDBEngine()
    table = ibis.memtable(pa.table({"x": ["no number"]}))
    with pytest.raises(StoreError, match="'add things up' failed") as caught:
        engine.execute(table.select(x=table.x.cast("int64")), "add things up")
    assert "SELECT" in caught.value.where


def test_a_damaged_parquet_file_fails_with_its_step(store: Store) -> None:
    m = put(store)
    (m.folder / "flows.parquet").write_bytes(b"PAR1 no parquet")
    with pytest.raises(StoreError):
        usd(store)


# Spills (1e7 numbers sorted in 60 MB), reports what lies in the temporary folder, and ends.
SPILLING = """
import os, stat, sys, tempfile
from pathlib import Path
from umweg.store import DuckDBEngine

here = Path(tempfile.gettempdir())
engines = [DuckDBEngine(memory_limit="60MB", threads=1), DuckDBEngine()]
(folder,) = here.glob("umweg*")
assert stat.S_IMODE(folder.stat().st_mode) == 0o700, oct(folder.stat().st_mode)
for engine in engines:
    set_to = engine._con.raw_sql("SELECT current_setting('temp_directory')").fetchall()
    assert set_to == [(str(folder),)], set_to
rows = engines[0]._con.raw_sql("SELECT hash(i) AS h FROM range(10000000) t(i) ORDER BY h")
rows.fetchone()
assert any(folder.iterdir()), "nothing was spilled"
print("spilled")
if sys.argv[1] == "fails":
    raise RuntimeError("at the end")
"""


# Forks before DuckDB has threads, which do not survive that.
FORKING = """
import os, sys, tempfile
from pathlib import Path
from umweg.store.engine import _spill_folder

here = Path(tempfile.gettempdir())
folder = _spill_folder(os.getpid())
child = os.fork()
own = _spill_folder(os.getpid())
if not child:
    assert own != folder
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert own == folder
assert list(here.glob("umweg*")) == [folder], "the child left its folder, or took this one"
print("forked")
"""


def run(script: str, temporary: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "TMPDIR": str(temporary)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="modes and TMPDIR of POSIX")
@pytest.mark.parametrize(("how", "code"), [("ends", 0), ("fails", 1)])
def test_what_is_spilled_is_private_and_gone_with_the_process(
    tmp_path: Path, how: str, code: int
) -> None:
    done = run(SPILLING, tmp_path, how)
    assert (done.stdout, done.returncode) == ("spilled\n", code), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_forked_process_spills_into_a_folder_of_its_own(tmp_path: Path) -> None:
    done = run(FORKING, tmp_path)
    assert (done.stdout, done.returncode) == ("forked\n", 0), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_temporary_folder_the_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(StoreError, match="no folder can be made") as caught:
        _spill_folder(-1)
    assert "TMPDIR" in caught.value.next_step


def test_engines_by_name() -> None:
    assert engine_named("duckdb", memory_limit="1GB", threads=1).name == "duckdb"
    with pytest.raises(UsageError, match="no engine is named 'polars'"):
        engine_named("polars")


@pytest.fixture
def spark_engine() -> Iterator[Engine]:
    """A local Spark, gone with its sockets before the next test is watched for unclosed ones."""
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield engine_named("spark")
        SparkSession.builder.getOrCreate().stop()
        gc.collect()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_answers_like_duckdb(store: Store, spark_engine: Engine) -> None:
    """The same expression on both engines; sums of doubles may differ in the last digits."""
    put(store, {"value_reported": 1.0}, {"value_reported": 2.5, "code": "8542"})
    put(store, {"value_reported": 4.0, "currency": "KZT"}, source="t")
    spark = Store(store.root, base=store.base, engine=spark_engine)
    answers = []
    for each in (store, spark):
        flows = each.table("flows")
        expr = (
            flows.filter(flows.partner == "KGZ", flows.period == "2022-03")
            .group_by("reporter", "code", "currency")
            .agg(value=flows.value_reported.sum(), usd=flows.value_usd.sum(), n=ibis._.count())
            .order_by("reporter", "code", "currency")
        )
        answers.append(each.execute(expr, "sums by code").to_pylist())
    duck, other = answers
    assert len(duck) == len(other) > 600
    for a, b in zip(duck, other, strict=True):
        assert [a[k] for k in ("reporter", "code", "currency", "n")] == [
            b[k] for k in ("reporter", "code", "currency", "n")
        ]
        # 1e-12: sums of at most some hundred doubles in another order
        assert a["value"] == pytest.approx(b["value"], rel=1e-12)
        assert a["usd"] == (None if b["usd"] is None else pytest.approx(b["usd"], rel=1e-12))
    small = ibis.memtable(pa.table({"code": ["8542"], "tier": [1]}))
    flows = spark.table("flows")
    joined = flows.filter(flows.origin_id == "o").join(small, "code")
    assert spark.execute(joined, "join with a small table")["tier"].to_pylist() == [1]
    with pytest.raises(StoreError, match="'a step' failed"):
        spark.execute(flows.select(x=ibis.literal("x").cast("int64") / flows.period.cast("int64")),
                      "a step")  # fmt: skip


# -- opening what the configuration names -------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without a store."""
    folder = tmp_path / "data"
    monkeypatch.setattr("umweg.settings.default_store", lambda: folder)
    return folder


def test_a_newcomer_reads_the_sample(home: Path) -> None:
    store = open_configured(Settings())
    assert store.root == Store.sample().root
    assert not store.writable
    assert not home.exists()


def test_a_command_that_writes_makes_the_default_store(home: Path) -> None:
    assert open_configured(Settings(), create=True).root == home
    assert open_configured(Settings()).root == home


def test_a_command_that_needs_a_store_says_how_to_get_one(home: Path) -> None:
    with pytest.raises(StoreError, match="no store of your own") as caught:
        open_configured(Settings(), required=True)
    assert "umweg data import" in caught.value.next_step


def test_a_named_store_must_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        open_configured(Settings(store=tmp_path / "mistyped"))
    assert open_configured(Settings(store=tmp_path / "new"), create=True).base is not None


def test_the_engine_of_the_configuration_is_used(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "new", threads=1, memory_limit="1GB")
    store = open_configured(settings, create=True)
    put(store)
    assert usd(store)
