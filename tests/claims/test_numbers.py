"""Tests of numbers on invented figures; the arithmetic stands beside each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.claims.drafts import claim_of, exports, imported, number, population, run
from tests.flows.worlds import statement
from umweg.claims import ClaimVerdict
from umweg.store import Store

CHIPS = {"codes": ["8542"], "nomenclature": "HS2022"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """KAZ to RUS by month: 2021 chips 1 m and other 9 m, 2022 chips 3 m and other 17 m a month."""
    rows = [
        *exports("2021", {"854231": 12e6, "100199": 108e6}),
        *exports("2022", {"854231": 36e6, "100199": 204e6}),
        *exports("2022-01..2022-12", {"854231": 3e6, "100199": 17e6}),
        # The mirror of 2022: 200 m of the 240 m arrive, CIF.
        statement("RUS", "KAZ", "M", "2022", "TOTAL", 200e6, nomenclature="HS2022"),
        # Pieces: 500 in 2022.
        statement("KAZ", "RUS", "X", "2022", "8450", 1e6, nomenclature="HS2022", quantity=500.0,
                  quantity_unit="u"),
    ]  # fmt: skip
    return imported(tmp_path_factory.mktemp("numbers") / "store", rows)


def verdict(store: Store, part: dict[str, Any]) -> tuple[str, Any]:
    result = run(claim_of(part), store)
    found = result.parts[0]
    if found.verdict is not ClaimVerdict.NOT_TESTABLE:
        assert found.outcome.rows
    else:
        assert found.outcome.missing
    return found.verdict.value, found.outcome.value


@pytest.mark.parametrize(
    ("parameters", "value", "unit", "reading", "expected"),
    [
        # 36 + 204 = 240 m in 2022.
        ({"population": population(), "period": 2022}, 240, "USD m", "about", "supported"),
        ({"population": population(), "period": 2022}, 0.24, "USD bn", "about", "supported"),
        ({"population": population(), "period": 2022}, 250, "USD m", "about", "contradicted"),
        ({"population": population(), "period": 2022}, 250, "USD m", "at-least", "contradicted"),
        ({"population": population(), "period": 2022}, 200, "USD m", "at-least", "supported"),
        ({"population": population(), "period": 2022}, 250, "USD m", "at-most", "supported"),
        # Half a year: 6 × 20 = 120 m.
        ({"population": population(), "period": "2022 H1"}, 120, "USD m", "about", "supported"),
        ({"population": population(), "period": "2022-Q3"}, 60, "USD m", "about", "supported"),
        # Codes and total add up, so that the other codes of 8542 were not traded.
        ({"population": population(goods=CHIPS), "period": 2022}, 36, "USD m", "about",
         "supported"),
        ({"population": population(goods=CHIPS), "period": 2022}, 30, "USD m", "at-least",
         "supported"),
        ({"population": population(goods=CHIPS), "period": 2022}, 20, "USD m", "about",
         "contradicted"),
        # Not published: 2023, and another reporter.
        ({"population": population(), "period": 2023}, 240, "USD m", "about", "not-testable"),
        ({"population": population("KGZ"), "period": 2022}, 1, "USD m", "about", "not-testable"),
        # Two reporters, one of them silent: 240 m at least.
        ({"population": population(["KAZ", "KGZ"]), "period": 2022}, 100, "USD m", "at-most",  # type: ignore[arg-type]
         "contradicted"),
        ({"population": population(["KAZ", "KGZ"]), "period": 2022}, 300, "USD m", "about",  # type: ignore[arg-type]
         "not-testable"),
        ({"population": population(), "period": 2022, "statistic": "monthly-peak"}, 20, "USD m",
         "about", "supported"),
    ],
)  # fmt: skip
def test_volumes(
    store: Store, parameters: Any, value: float, unit: str, reading: str, expected: str
) -> None:
    part = number("export_volume", parameters, value, unit, reading, 1, "% of value")
    assert verdict(store, part)[0] == expected


@pytest.mark.parametrize(
    ("goods", "value", "unit", "expected"),
    [
        # 240 / 120 = 2: +100 %. Chips by six digits: 36 / 12 = 3.
        ("TOTAL", 100, "%", "supported"),
        ("TOTAL", 2, "times", "supported"),
        ("TOTAL", 90, "%", "contradicted"),
        ({"codes": ["8542.31"], "nomenclature": "HS2017"}, 3, "times", "supported"),
        ({"codes": ["8471.30"], "nomenclature": "HS2017"}, 3, "times", "not-testable"),
    ],
)
def test_growth(store: Store, goods: Any, value: float, unit: str, expected: str) -> None:
    parameters = {"population": population(goods=goods), "before": 2021, "after": 2022}
    part = number("growth_between", parameters, value, unit, tolerance=0.5)
    assert verdict(store, part)[0] == expected


def test_a_share(store: Store) -> None:
    """36 of 240 = 15 %."""
    goods = {"codes": ["8542.31"], "nomenclature": "HS2022"}
    parameters = {
        "part": population(goods=goods),
        "whole": population(),
        "period": 2022,
    }
    assert verdict(store, number("share_of", parameters, 15, "%", tolerance=0.1)) == (
        "supported",
        pytest.approx(15),
    )
    assert verdict(store, number("share_of", parameters, 20, "%", tolerance=0.1))[0] == (
        "contradicted"
    )


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        # X = 240, M = 200: 16.7 % at τ = 0 and (240 − 200/1.2)/240 = 30.6 % at τ = 20 %.
        (35, "supported"), (20, "mixed"), (10, "contradicted"),
    ],
)  # fmt: skip
def test_a_mirror_gap(store: Store, limit: float, expected: str) -> None:
    parameters = {"exporters": "KAZ", "importers": "RUS", "period": 2022}
    part = number("mirror_gap_below", parameters, limit, "%", "at-most")
    result = run(claim_of(part), store).parts[0]
    assert result.verdict.value == expected
    assert result.outcome.low == pytest.approx(100 * 40 / 240)
    assert result.outcome.high == pytest.approx(100 * (240 - 200 / 1.2) / 240)
    assert {c.key for c in result.outcome.caveats} >= {"cif-fob"}


def test_a_mirror_gap_without_the_other_side(store: Store) -> None:
    parameters = {"exporters": "KAZ", "importers": "RUS", "period": 2021}
    part = number("mirror_gap_below", parameters, 30, "%", "at-most")
    result = run(claim_of(part), store).parts[0]
    assert result.verdict is ClaimVerdict.NOT_TESTABLE
    assert "--reporter RUS --partner KAZ --flow M --codes TOTAL --periods 2021..2021" in str(
        result.outcome.missing[0]
    )


def test_pieces(store: Store) -> None:
    goods = {"codes": ["8450"], "nomenclature": "HS2022"}
    figure = {"of": "quantity", "population": population(goods=goods), "period": 2022}
    part = number("figure_matches", {"figure": figure}, 500, "pieces", tolerance=1)
    assert verdict(store, part) == ("supported", 500.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # Chips 36 m, all goods 240 m: each is a reading; 100 m lies between; 300 m outside.
        (36, "supported"), (240, "supported"), (100, "not-testable"), (300, "contradicted"),
        (10, "contradicted"),
    ],
)  # fmt: skip
def test_an_unpublished_basket_gives_bounds(store: Store, value: float, expected: str) -> None:
    figure = {"of": "volume", "population": population(), "period": 2022}
    baskets = {
        "chips": {"codes": ["8542.31"], "nomenclature": "HS2022"},
        "everything": "TOTAL",
    }
    part = number("figure_matches", {"figure": figure, "baskets": baskets}, value, "USD m",
                  tolerance=1)  # fmt: skip
    result = run(claim_of(part), store).parts[0]
    assert result.verdict.value == expected
    assert "reading-open" in {c.key for c in result.outcome.caveats}


def test_an_offset_share(tmp_path: Path) -> None:
    """ARM rises by 10, RUS falls by 200: 5 %."""
    rows = [
        *exports("2021", {"854231": 5e6}, reporter="DEU", partner="ARM"),
        *exports("2022", {"854231": 15e6}, reporter="DEU", partner="ARM"),
        *exports("2021", {"854231": 300e6}, reporter="DEU", partner="RUS"),
        *exports("2022", {"854231": 100e6}, reporter="DEU", partner="RUS"),
    ]
    store = imported(tmp_path / "store", rows)
    figure = {
        "of": "offset",
        "rise": population("DEU", "ARM"),
        "fall": population("DEU", "RUS"),
        "before": 2021,
        "after": 2022,
    }
    part = number("figure_matches", {"figure": figure}, 5, "%", tolerance=0.1)
    assert verdict(store, part) == ("supported", pytest.approx(5))


def test_growth_from_nothing_is_no_factor(tmp_path: Path) -> None:
    rows = [*exports("2021", {"854231": 0.0}), *exports("2022", {"854231": 5e6})]
    store = imported(tmp_path / "store", rows)
    parameters = {"population": population(), "before": 2021, "after": 2022}
    part = number("growth_between", parameters, 100, "%")
    assert verdict(store, part) == ("not-testable", None)


def test_rows_add_up_to_the_value(store: Store) -> None:
    part = number("export_volume", {"population": population(), "period": "2022 H1"}, 120, "USD m")
    outcome = run(claim_of(part), store).parts[0].outcome
    rows = [r.to_dict() for r in outcome.rows]
    assert sum(r["value"] for r in rows) == pytest.approx(120e6)
    assert {r["period"] for r in rows} == {f"2022-0{m}" for m in range(1, 7)}
    assert {(r["table"], r["origin"], r["vintage"]) for r in rows} == {
        ("flows", "comtrade", "2024-01-15")
    }


def test_some_codes_of_a_heading_are_a_lower_bound(tmp_path: Path) -> None:
    """The codes do not add up to the total of 100 m: other chips may hide in the rest."""
    store = imported(tmp_path / "store", exports("2022", {"854231": 36e6}, total=100e6))
    parameters = {"population": population(goods=CHIPS), "period": 2022}
    for value, reading, expected in (
        (36, "about", "not-testable"), (30, "at-least", "supported"), (20, "about", "contradicted"),
    ):  # fmt: skip
        part = number("export_volume", parameters, value, "USD m", reading)
        assert verdict(store, part)[0] == expected
