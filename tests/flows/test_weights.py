"""Kilograms and unit values of a small world whose prices are known."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from umweg.flows import CorridorResult, ScanResult, scan_files
from umweg.validation.families import FAMILIES
from umweg.validation.worlds import World, make_world

SMALL = replace(
    FAMILIES["base"], name="small", coalition=2, transit=6, neutral=4, codes=90, months=48,
    measure=27, revision=None, planted=8, size=300_000, size_sd=0.4, two_hop=0.0, decoys=0.02,
    ghost=0.0, later_measure=0.0,
)  # fmt: skip
PRICE = 40.0
"""USD/kg of all goods in these tests."""


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SMALL, 5)


def scanned(world: World, kg: pa.Array) -> ScanResult:
    at = world.flows.schema.get_field_index("net_weight_kg")
    flows = world.flows.set_column(at, "net_weight_kg", kg)
    return scan_files(flows, world.goods, world.roles, world.concordance)


def told(result: ScanResult) -> list[CorridorResult]:
    found = [c for c in result.corridors if c.volume is not None and c.volume.central_usd > 0]
    assert found
    return found


def test_at_one_price_the_kilograms_are_the_dollars_over_it(world: World) -> None:
    usd = world.flows["value_usd"]
    for c in told(scanned(world, pc.divide(usd, PRICE))):
        v = c.volume
        assert v is not None
        assert v.unit_value_ratio in (None, pytest.approx(1.0))
        assert v.central_kg == pytest.approx(v.central_usd / PRICE)
        assert v.upper_kg is not None
        # No margin is needed in kilograms: the bound is that of USD without it.
        assert v.lower_kg is not None
        assert v.lower_kg <= v.central_kg <= v.upper_kg <= v.upper_usd / PRICE * 1.0001
        keys = {x.key for x in c.caveats}
        assert not keys & {"unit-values-differ", "weight-not-conserved"}


def test_onward_goods_that_are_five_times_as_dear_are_other_goods(world: World) -> None:
    usd = world.flows["value_usd"].to_numpy()
    onward = pc.and_(
        pc.equal(pc.cast(world.flows["partner"], pa.string()), "ZZZ"),
        pc.starts_with(pc.cast(world.flows["reporter"], pa.string()), "X"),
    ).to_numpy()
    kg = pa.array(usd / np.where(onward, 5 * PRICE, PRICE))
    found = [c for c in told(scanned(world, kg)) if c.volume and c.volume.unit_value_ratio]
    assert found
    for c in found:
        assert c.volume is not None
        assert c.volume.unit_value_ratio == pytest.approx(5.0)
        assert "unit-values-differ" in {x.key for x in c.caveats}


def test_onward_goods_that_weigh_more_than_what_came_are_not_all_from_there(world: World) -> None:
    usd = world.flows["value_usd"].to_numpy()
    onward = pc.equal(pc.cast(world.flows["partner"], pa.string()), "ZZZ").to_numpy()
    kg = pa.array(usd / np.where(onward, PRICE / 10, PRICE))
    found = [c for c in told(scanned(world, kg)) if c.volume and c.volume.onward_usd > 0]
    assert any("weight-not-conserved" in {x.key for x in c.caveats} for c in found)


def test_without_weights_there_are_no_kilograms(world: World) -> None:
    nothing = pa.nulls(world.flows.num_rows, pa.float64())
    for c in told(scanned(world, nothing)):
        assert c.volume is not None
        assert c.volume.central_kg is None
        assert c.volume.unit_value_ratio is None
