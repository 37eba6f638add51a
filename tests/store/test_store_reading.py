"""Reading the store: values in USD, errors of a query, the engines."""

from __future__ import annotations

import gc
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
from umweg.store import DuckDBEngine, Engine, Store, engine_named
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
