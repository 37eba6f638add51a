"""Shipments followed, first in, first out: hand-computed cases, a slow twin, and bounds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umweg.errors import InputError, UsageError
from umweg.flows.tracing import SHIPMENTS, TraceResult, trace

COALITION = ("DEU", "FRA")
FIRST = date(2022, 1, 1)


def ship(day: int, who: str, to: str, kg: float, code: str = "854231") -> dict[str, Any]:
    """`DEU:a` to `KGZ:f`: a shipment on a day counted from the first."""
    (c1, f1), (c2, f2) = who.split(":"), to.split(":")
    when = FIRST + timedelta(days=day)
    return dict(zip(SHIPMENTS, (when, f1, f2, c1, c2, code, float(kg)), strict=True))


def run(*rows: dict[str, Any], **options: Any) -> TraceResult:
    schema = pa.schema(
        [(c, pa.date32() if c == "date" else pa.float64() if c == "net_weight_kg" else pa.string())
         for c in SHIPMENTS]
    )  # fmt: skip
    table = pa.Table.from_pylist(list(rows), schema=schema)
    return trace(table, "RUS", COALITION, **{"permutations": 19, **options})


def test_first_in_first_out() -> None:
    """100 kg from the coalition, then 50 kg from China; 120 leave: 100 + 20 of the second lot."""
    found = run(
        ship(0, "DEU:a", "KGZ:f", 100),
        ship(5, "CHN:b", "KGZ:f", 50),
        ship(10, "KGZ:f", "RUS:r", 120),
    )
    (firm,) = found.firms
    assert (firm.country, firm.firm, firm.code) == ("KGZ", "f", "854231")
    assert (firm.received_kg, firm.sent_kg, firm.passed_kg) == (100, 120, 100)
    assert firm.days == 10
    assert found.upper_kg == 100


def test_the_queue_serves_everybody() -> None:
    """80 of 100 go home first: 20 are left for the target; at most 100 could have been."""
    found = run(
        ship(0, "DEU:a", "KGZ:f", 100),
        ship(1, "KGZ:f", "KGZ:shop", 80),
        ship(2, "KGZ:f", "RUS:r", 100),
    )
    assert found.passed_kg == 20
    assert found.upper_kg == pytest.approx(100, abs=0.01)  # whole units of a thousandth at least


def test_lots_expire() -> None:
    rows = [ship(0, "DEU:a", "KGZ:f", 100), ship(181, "KGZ:f", "RUS:r", 100)]
    assert run(*rows).passed_kg == 0
    assert run(*rows).upper_kg == 0
    assert run(*rows, expiry_days=181).passed_kg == 100


def test_nothing_leaves_before_it_arrives_nor_as_another_code() -> None:
    assert run(ship(0, "KGZ:f", "RUS:r", 10), ship(1, "DEU:a", "KGZ:f", 10)).upper_kg == 0
    rows = [ship(0, "DEU:a", "KGZ:f", 10, "847150"), ship(1, "KGZ:f", "RUS:r", 10)]
    assert run(*rows).passed_kg == 0


def test_from_firm_to_firm_and_through_two_countries() -> None:
    """60 of f's 100 go to g, g sends 50 to a firm in another country, which sends them on."""
    found = run(
        ship(0, "DEU:a", "KGZ:f", 100),
        ship(1, "KGZ:f", "KGZ:g", 60),
        ship(2, "KGZ:g", "KAZ:h", 50),
        ship(3, "KAZ:h", "RUS:r", 70),
    )
    (firm,) = found.firms
    assert (firm.country, firm.firm, firm.passed_kg) == ("KAZ", "h", 50)
    assert found.upper_kg == pytest.approx(50, abs=0.01)
    assert "wait without end" in found.upper_method


def test_a_mixed_lot_passes_its_share_on() -> None:
    """g's lot is 30 kg of f's 60 kg shipment, of which 20 came from the coalition: a third."""
    found = run(
        ship(0, "DEU:a", "KGZ:f", 20),
        ship(0, "CHN:b", "KGZ:f", 40),
        ship(1, "KGZ:f", "KGZ:g", 60),
        ship(2, "KGZ:g", "RUS:r", 30),
    )
    assert found.passed_kg == pytest.approx(10, rel=1e-12)


def test_what_goes_straight_is_no_detour() -> None:
    found = run(ship(0, "DEU:a", "RUS:r", 50), ship(0, "DEU:a", "FRA:b", 50))
    assert (found.entered_kg, found.passed_kg, found.firms) == (0, 0, ())


def test_order_that_is_no_chance() -> None:
    """Each arrival leaves the next day and nothing else lies there: exchanged days break that."""
    rows = []
    for n in range(30):
        rows.append(ship(40 * n, "DEU:a", "KGZ:f", 10 + n))
        rows.append(ship(40 * n + 1, "KGZ:f", "RUS:r", 10 + n))
        rows.append(ship(40 * n + 2, "CHN:c", "KGZ:f", 100))
        rows.append(ship(40 * n + 3, "KGZ:f", "UZB:u", 100))
    found = run(*rows, permutations=99)
    assert found.p_value == 0.01
    assert found.passed_kg == sum(10 + n for n in range(30))
    assert found.firms[0].chance_kg < found.passed_kg
    # Repeatable.
    assert run(*rows, permutations=99) == found


def slow(rows: list[tuple[int, int, float]], expiry: int) -> float:
    """One firm: (day, +1 coalition, +2 other, -1 target, -2 other; kg), as lists of lots."""
    lots: list[list[float]] = []
    passed = 0.0
    for day, kind, kg in sorted(rows, key=lambda r: (r[0], {1: 0, 2: 1, -2: 1, -1: 2}[r[1]])):
        if kind > 0:
            lots.append([day, kg, kind == 1])
            continue
        need = kg
        for lot in lots:
            if day - lot[0] <= expiry and lot[1] > 0 and need > 0:
                taken = min(need, lot[1])
                lot[1] -= taken
                need -= taken
                passed += taken if lot[2] and kind == -1 else 0
    return passed


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from([1, 2, -1, -2]), st.integers(1, 50)),
        min_size=1,
        max_size=25,
    ),
    st.integers(0, 30),
)
def test_against_lists_of_lots(rows: list[tuple[int, int, int]], expiry: int) -> None:
    sides = {1: ("DEU:a", "KGZ:f"), 2: ("CHN:b", "KGZ:f"), -1: ("KGZ:f", "RUS:r"),
             -2: ("KGZ:f", "UZB:u")}  # fmt: skip
    ordered = sorted(rows, key=lambda r: (r[0], {1: 0, 2: 1, -2: 1, -1: 2}[r[1]]))
    table = [ship(d, *sides[k], kg) for d, k, kg in ordered]
    found = run(*table, expiry_days=expiry, permutations=1)
    assert found.passed_kg == pytest.approx(slow([(d, k, kg) for d, k, kg in ordered], expiry))
    # A bound: never below what was followed, never above what came or went.
    assert found.upper_kg >= found.passed_kg - 1e-9
    assert found.upper_kg <= min(found.entered_kg, found.reached_kg) + 1e-9


def test_the_network_bound_is_the_firms_bound_where_nothing_expires() -> None:
    """Two ways to one number: the loop over lots, and scipy's maximum flow."""
    rng = np.random.default_rng(3)
    rows = []
    for _ in range(300):
        day, firm = int(rng.integers(0, 90)), f"f{rng.integers(0, 5)}"
        kg = float(rng.integers(1, 100))
        rows.append(
            ship(day, "DEU:a", f"KGZ:{firm}", kg)
            if rng.random() < 0.5
            else ship(day, f"KGZ:{firm}", "RUS:r", kg)
        )
    exact = run(*rows, expiry_days=1000, permutations=1).upper_kg
    lone = ship(0, "KGZ:p", "KGZ:q", 1)  # a hand-over elsewhere turns the network on
    network = run(*rows, lone, expiry_days=1000, permutations=1).upper_kg
    assert network == pytest.approx(exact, rel=1e-3)
    assert network >= exact - 1e-6


@pytest.mark.parametrize("kg", [-1.0, float("nan"), float("inf")])
def test_no_weight(kg: float) -> None:
    with pytest.raises(InputError, match="net_weight_kg"):
        run(ship(0, "DEU:a", "KGZ:f", kg))


def test_missing_columns_and_cells_and_numbers() -> None:
    with pytest.raises(InputError, match="lack date"):
        trace(pa.table({"code": ["1"]}), "RUS", COALITION)
    with pytest.raises(InputError, match="'consignee' is empty"):
        run({**ship(0, "DEU:a", "KGZ:f", 1), "consignee": None})
    with pytest.raises(UsageError):
        run(ship(0, "DEU:a", "KGZ:f", 1), expiry_days=-1)
    assert run().firms == ()
