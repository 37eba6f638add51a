"""Routes over an invented store: numbers by hand, and what is said where figures are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.worlds import FREE, statement, store_of
from umweg.errors import UsageError
from umweg.evidence import Verdict
from umweg.flows import RoutesResult, ScanOptions, routes
from umweg.periods import Window
from umweg.store import Store

BEFORE, AFTER = Window("2021-01", "2021-03"), Window("2022-01", "2022-03")
CODE = "854231"


def world(
    folder: Path, arcs: dict[tuple[str, str], tuple[float, float]], grows: float = 1
) -> Store:
    """A store in which each arc carries its values each month; other goods grow alike on all."""
    rows = []
    for (reporter, partner), (before, after) in arcs.items():
        for window, usd, other in ((BEFORE, before, 1e6), (AFTER, after, 1e6 * grows)):
            for month in window.periods:
                rows.append(statement(reporter, partner, "X", month, CODE, usd))
                rows += [statement(reporter, partner, "X", month, c, other) for c in FREE[:2]]
    return store_of(folder, rows)


def run(store: Store, **options: object) -> RoutesResult:
    asked = ScanOptions(
        codes=(CODE,), transit=("KGZ", "KAZ"), before=BEFORE, after=AFTER, **options,  # type: ignore[arg-type]
    )  # fmt: skip
    return routes(store, asked)


def test_two_hops(tmp_path: Path) -> None:
    """Each month: 900,000 more into KGZ, 500,000 more from there to KAZ, 400,000 more from KAZ to
    the target. Over three months 1.2 m can have passed, all of it through both."""
    found = run(
        world(
            tmp_path,
            {
                ("DEU", "KGZ"): (100_000, 1_000_000),
                ("KGZ", "KAZ"): (0, 500_000),
                ("KAZ", "RUS"): (100_000, 500_000),
                ("DEU", "RUS"): (2_000_000, 0),
            },
        )
    )
    assert found.max_flow_usd == pytest.approx(1_200_000, rel=1e-6)
    (way,) = found.routes
    assert (way.countries, way.hops) == (("coalition", "KGZ", "KAZ", "RUS"), 2)
    assert way.at_most_usd == pytest.approx(1_200_000, rel=1e-6)
    legs = {(a.exporter, a.importer): a for a in found.arcs}
    assert legs["KGZ", "KAZ"].least_usd == pytest.approx(1_200_000, rel=1e-5)
    assert legs["coalition", "KGZ"].excess_usd == pytest.approx(2_700_000)
    assert (found.direct_before_usd, found.direct_after_usd) == (6_000_000, 0)
    assert found.verdict is Verdict.REVIEW
    assert not found.missing


def test_growth_of_all_other_goods_is_no_excess(tmp_path: Path) -> None:
    """Everything doubles: 200,000 is what 100,000 was expected to become."""
    arcs = {("DEU", "KGZ"): (100_000, 200_000), ("KGZ", "RUS"): (100_000, 200_000),
            ("KAZ", "RUS"): (100_000, 200_000)}  # fmt: skip
    found = run(world(tmp_path, arcs, grows=2))
    assert found.max_flow_usd == 0
    assert found.verdict is Verdict.CLEAR
    assert "grown as all other goods" in found.arcs[0].method


def test_without_the_onward_leg_it_cannot_tell(tmp_path: Path) -> None:
    found = run(world(tmp_path, {("DEU", "KGZ"): (0, 1_000_000)}))
    assert (found.max_flow_usd, found.routes) == (0, ())
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.missing == ("exports by code, both windows, of KAZ, KGZ",)


def test_the_coalition_by_eight_digits_and_transit_by_six(tmp_path: Path) -> None:
    """CN8 of the exporters and HS6 of the transit country are sums of the same six digits."""
    rows = []
    for window, usd in ((BEFORE, 0.0), (AFTER, 500_000.0)):
        for month in window.periods:
            for cn in ("85423111", "85423190"):
                rows.append(
                    statement("DEU", "KGZ", "X", month, cn, usd, nomenclature="CN2021")
                )  # fmt: skip
            rows.append(statement("KGZ", "RUS", "X", month, CODE, usd * 3))
            rows.append(statement("KGZ", "RUS", "X", month, FREE[0], 5e6))
            rows.append(statement("DEU", "KGZ", "X", month, "02011000", 5e6, nomenclature="CN2021"))
    found = run(store_of(tmp_path, rows))
    # 2 · 500,000 enter each month, 1,500,000 leave: 3,000,000 over three months.
    assert found.max_flow_usd == pytest.approx(3_000_000, rel=1e-6)


def test_the_sample_says_what_is_missing() -> None:
    found = routes(options=ScanOptions(codes=("8542",), transit=("KGZ",)))
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.missing == ("exports by code, both windows, of KGZ",)
    assert found.to_json()["verdict"] == "cannot-tell"
    assert found.to_arrow().num_rows == 0


def test_usage() -> None:
    with pytest.raises(UsageError, match="routes are those of some goods"):
        routes()
    with pytest.raises(UsageError, match="lag of -1"):
        routes(options=ScanOptions(codes=("8542",)), lag=-1)
