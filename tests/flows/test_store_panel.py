"""A scan of a store and one of the same figures in files: one detector, equal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pytest

from tests.flows.worlds import add_table, growing, store_of
from umweg import nomenclature as nom
from umweg.flows import ScanOptions, ScanResult, confirmation, scan, scan_files
from umweg.flows.basket import meet
from umweg.flows.question import ask
from umweg.flows.result import BEFORE_MEASURE
from umweg.periods import Window
from umweg.regime import load
from umweg.store import Store
from umweg.validation.families import Family
from umweg.validation.worlds import World, make_world

FAMILY = Family(
    name="store", coalition=3, transit=8, neutral=4, codes=120, months=60, measure=38, planted=14,
    later_measure=0.3, revision=None, target_silent=False, gaps=0.0,
)  # fmt: skip
COALITION = ("DEU", "FRA", "POL")
TRANSIT = ("KAZ", "KGZ", "ARM", "GEO", "UZB", "TUR", "ARE", "SRB")
NEUTRAL = ("VNM", "EGY", "CHL", "COL")
BEFORE, AFTER = Window("2021-01", "2021-12"), Window("2023-01", "2023-12")


@pytest.fixture(scope="module")
def world() -> World:
    """An invented world under names of real countries, without codes that a list of ours names."""
    drawn = make_world(FAMILY, 5)
    roles = drawn.roles.to_pydict()
    places = {"coalition": iter(COALITION), "transit": iter(TRANSIT), "neutral": iter(NEUTRAL)}
    names = {
        c: "RUS" if r == "target" else next(places[r])
        for c, r in zip(roles["country"], roles["role"], strict=True)
    }
    question = ask(ScanOptions(transit=TRANSIT, before=BEFORE, after=AFTER), load())
    real = (
        c
        for c in sorted(nom.codes("HS2017"))
        if len(c) == 6 and not any(meet(c, "HS2017", x) for x in question.restricted)
    )
    codes = dict(zip(sorted(set(drawn.goods["code"].to_pylist())), real, strict=False))

    def renamed(table: pa.Table) -> pa.Table:
        for column, new in (
            ("reporter", names), ("partner", names), ("country", names), ("code", codes),
            ("transit", names),
        ):  # fmt: skip
            if column in table.column_names:
                values = [new[v] for v in table[column].to_pylist()]
                table = table.set_column(
                    table.column_names.index(column), column, pa.array(values, pa.string())
                )
        return table

    return replace(
        drawn,
        flows=renamed(drawn.flows),
        goods=renamed(drawn.goods),
        roles=renamed(drawn.roles),
        truth=renamed(drawn.truth),
    )


def held(world: World, folder: Path, cn8: bool = False) -> Store:
    """The world as an import of a user; with `cn8` the coalition states eight digits."""
    table, n = world.flows, world.flows.num_rows
    detailed = pc.and_(pc.is_in(table["reporter"], pa.array(COALITION)), pa.scalar(cn8))
    code = pc.binary_join_element_wise(
        table["code"], pc.if_else(detailed, "00", ""), ""
    )  # fmt: skip
    columns = {
        **{c: table[c].cast(pa.string()) for c in ("reporter", "partner", "flow", "period")},
        "freq": pa.repeat("M", n),
        "nomenclature": pc.if_else(detailed, "CN2017", "HS2017"),
        "code": code,
        "value_reported": table["value_usd"],
        "currency": pa.repeat("USD", n),
        "basis": pa.repeat("FOB", n),
        "net_weight_kg": table["net_weight_kg"],
        "quantity": pa.nulls(n),
        "quantity_unit": pa.nulls(n),
        "partial_code": pa.repeat(False, n),
        "origin_id": pa.repeat("invented", n),
    }
    store = Store.open(folder / "store", create=True, with_sample=False)
    add_table(store, pa.table(columns))
    return store


def listed(world: World, folder: Path) -> Path:
    """The restricted goods as a user's list."""
    goods = [r for r in world.goods.to_pylist() if r["restricted_from"]]
    path = folder / "goods.csv"
    pacsv.write_csv(
        pa.table(
            {
                "code": [r["code"] for r in goods],
                "nomenclature": [r["nomenclature"] for r in goods],
                "from": [r["restricted_from"] + "-15" for r in goods],
            }
        ),
        path,
    )
    return path


def asked(world: World, folder: Path) -> ScanOptions:
    return ScanOptions(
        transit=TRANSIT, goods_list=(str(listed(world, folder)),), before=BEFORE, after=AFTER,
        as_of=date(2026, 11, 1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def store(world: World, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return held(world, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def scanned(world: World, store: Store, tmp_path_factory: pytest.TempPathFactory) -> ScanResult:
    return scan(store, asked(world, tmp_path_factory.mktemp("asked")))


def numbers(result: ScanResult) -> dict[tuple[str, str], list[float | None]]:
    """Score, p, q and volume of every corridor."""
    return {
        (c.transit, c.code): [
            c.score, c.p_value, c.q_value,
            *((v.lower_usd, v.central_usd, v.upper_usd) if (v := c.volume) else ()),
        ]
        for c in result.corridors
    }  # fmt: skip


def test_store_and_files_agree(world: World, scanned: ScanResult) -> None:
    files = scan_files(world.flows, world.goods, world.roles)
    result = scanned
    of_files, of_store = numbers(files), numbers(result)
    assert result.run.corridor_dates == files.run.corridor_dates == "the measure of each good"
    assert (result.run.n_placebos, result.run.placebos) == (
        files.run.n_placebos, files.run.placebos,
    )  # fmt: skip
    assert len(of_store) > 100
    for corridor, values in of_store.items():
        assert values == pytest.approx(of_files[corridor]), corridor
    # Left out are corridors into which nothing was ever sent.
    assert all(of_files[k][0] in (None, 0.0) for k in of_files.keys() - of_store.keys())
    assert {(c.transit, c.code): c.verdict for c in result.corridors}.items() <= {
        (c.transit, c.code): c.verdict for c in files.corridors
    }.items()
    rows = {(r["scale"], r["before"]) for r in result.signal_rows()}
    assert rows == {("country", str(BEFORE)), ("corridor", BEFORE_MEASURE)}
    assert sum(len(v) > 3 for v in of_store.values()) > 0, "no volume was compared"


def test_a_confirmation_reads_the_same_rows_from_a_store(
    world: World, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fit, put in here, hands back a sum over the rows: equal effects are equal rows."""

    def fitted(columns: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        usd, treated = columns["usd"], columns["treated"]
        effect = float((usd * treated).sum() / usd.sum())
        return {"effect": effect, "error": {"pair": 1.0, "place": 1.0}, "observations": len(usd)}

    monkeypatch.setattr(confirmation, "find_spec", lambda name: name)
    monkeypatch.setattr(confirmation, "fit_guarded", fitted)
    files = scan_files(world.flows, world.goods, world.roles, confirm="ppml", named=TRANSIT)
    stored = scan(store, replace(asked(world, tmp_path), confirm="ppml"))

    def effects(result: ScanResult) -> dict[tuple[str, str], list[float | None]]:
        return {
            (c.transit, e.leg): [e.growth, e.observations, e.pairs_effective, e.countries]
            for c in result.countries
            for e in c.confirmation
        }

    of_files = effects(files)
    assert sum(v[0] is not None for v in of_files.values()) >= 8
    for key, values in effects(stored).items():
        assert values == pytest.approx(of_files[key]), key


def test_a_level_of_eight_digits_is_cut_to_six(
    world: World, scanned: ScanResult, tmp_path: Path
) -> None:
    """Exporters that state CN8 and importers that state HS6 meet on six digits."""
    plain = numbers(scanned)
    detailed = held(world, tmp_path / "cn", cn8=True)
    result = scan(detailed, asked(world, tmp_path))
    cut = numbers(result)
    assert cut.keys() == plain.keys()
    for corridor, values in cut.items():
        assert values == pytest.approx(plain[corridor]), corridor


def test_goods_of_other_lists_are_no_control(
    world: World, store: Store, scanned: ScanResult, tmp_path: Path
) -> None:
    """Asked about half of the list, the other half is neither tested nor a placebo."""
    codes = sorted({c.code for c in scanned.corridors})
    half = tuple(codes[::2])
    narrow = scan(store, replace(asked(world, tmp_path), codes=half))
    assert {c.code for c in narrow.corridors} <= set(half)
    # Of the placebos, only those at an earlier date are of the goods asked for.
    assert 0 < narrow.run.n_placebos <= scanned.run.n_placebos


def test_without_unrestricted_goods_the_windows_are_compared(tmp_path: Path) -> None:
    rows = [
        row
        for partner in ("KAZ", "VNM")
        for row in growing("DEU", partner, "X", "854231", {2020: 1e6, 2021: 1e6, 2022: 9e6})
    ]
    result = scan(
        store_of(tmp_path / "store", rows),
        ScanOptions(
            goods_list=("chpl",), before=Window("2021-01", "2021-12"),
            after=Window("2022-01", "2022-12"), as_of=date(2026, 11, 1),
        ),
    )  # fmt: skip
    assert result.run.corridor_dates == "the windows"
    said = [n for n in result.not_tested if "own goods" in n.what]
    assert len(said) == 1
    assert "unrestricted" in said[0].why
