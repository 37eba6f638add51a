"""Tests of the law, of lists, and of what a flow did after an event."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.claims.drafts import TODAY, claim_of, exports, imported, population, run
from umweg.claims.answer import Outcome
from umweg.claims.event_rule import _judge
from umweg.claims.verdicts import ClaimVerdict
from umweg.store import Store, commit
from umweg.store.contracts import CONTRACTS, ORIGINS


def outcome(part: dict[str, Any], store: Store | None = None) -> Outcome:
    return run(claim_of(part), store or Store.sample()).parts[0].outcome


@pytest.mark.parametrize(
    ("parameters", "holds", "expected"),
    [
        # The waybill duty: from 2023-04-01, to the day.
        ({"event": "kz-snt-2023", "day": date(2023, 3, 31)}, True, "contradicted"),
        ({"event": "kz-snt-2023", "day": date(2023, 3, 31)}, False, "supported"),
        ({"event": "kz-snt-2023", "day": date(2023, 4, 1)}, True, "supported"),
        ({"event": "kz-snt-2023", "day": date(2024, 4, 1)}, False, "contradicted"),
        # The ban on military exports: known is the month, August 2022.
        ({"event": "kz-mil-2022", "day": date(2022, 7, 31)}, True, "contradicted"),
        ({"event": "kz-mil-2022", "day": date(2022, 8, 15)}, True, "not-testable"),
        ({"event": "kz-mil-2022", "day": date(2022, 9, 1)}, True, "supported"),
        # Article 3k of Regulation 833/2014: fifth package, in force from 2022-04-09.
        ({"measure": "eu-833-art-3k", "day": date(2022, 4, 8)}, True, "contradicted"),
        ({"measure": "eu-833-art-3k", "day": date(2022, 4, 9)}, True, "supported"),
    ],
)
def test_measure_in_force_at(parameters: dict[str, Any], holds: bool, expected: str) -> None:
    part = {
        "sentence": "It was in force.",
        "test": "measure_in_force_at",
        "parameters": parameters,
        "expect": {"holds": holds},
    }
    found = outcome(part)
    assert found.verdict.value == expected
    row = found.rows[0].to_dict()
    assert row["table"] == "regime"
    assert row["id"] in parameters.values()
    assert row["file"] in ("timeline.csv", "measures.yaml")
    assert bool(found.missing) == (expected == "not-testable")


@pytest.mark.parametrize(
    ("goods_list", "code", "day", "holds", "expected"),
    [
        ("chpl", "854231", date(2023, 9, 28), True, "supported"),
        ("chpl", "8542.31", date(2023, 9, 28), False, "contradicted"),
        ("chpl", "100199", date(2023, 9, 28), True, "contradicted"),
        ("chpl", "100199", date(2023, 9, 28), False, "supported"),
        # Before the list came into being, absence is certain.
        ("chpl", "854231", date(2022, 1, 1), False, "supported"),
        # Beyond the reach of the list nothing can be said of a code that is not found.
        ("eu-833-annex-xxiii", "010121", date(2024, 1, 1), True, "not-testable"),
    ],
)
def test_goods_listed_at(goods_list: str, code: str, day: date, holds: bool, expected: str) -> None:
    part = {
        "sentence": "It is listed.",
        "test": "listed_at",
        "parameters": {"list": goods_list, "code": code, "day": day},
        "expect": {"holds": holds},
    }
    assert outcome(part).verdict.value == expected


def _listed(folder: Path) -> Store:
    """A list of the day 2024-01-15 with one invented firm, listed in 2023."""
    store = Store.open(folder, create=True, with_sample=False)
    entity = {
        "entity_id": "list/1", "schema": "Company", "caption": "Nowhere Trading LLP",
        "origin_id": "list", **{c: [] for c in ("countries", "birth_dates", "birth_places",
                                                "founded", "titles", "topics")},
    }  # fmt: skip
    name = {"entity_id": "list/1", "name": "Nowhere Trading LLP", "kind": "primary", "weak": False,
            "script": "Latn"}  # fmt: skip
    listing = {"entity_id": "list/1", "list": "test-list", "authority": "Nobody",
               "listed_from": "2023-06-01"}  # fmt: skip
    origin = {"origin_id": "list", "publisher": "Nobody", "title": "A list"}
    rows = {"entities": entity, "names": name, "listings": listing}
    with store.importing() as stage:
        for table, row in rows.items():
            schema = CONTRACTS[table].schema
            stage.write(table, pa.Table.from_pylist([row], schema=schema))
        stage.write("origins", pa.Table.from_pylist([origin], schema=ORIGINS.schema))
        commit(store.root, stage, source="test-list", dataset="list", parser="test", inputs=(),
               rows_read=1, rows_kept=1, rows_set_aside=0, published_on="2024-01-15")  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("party", "day", "holds", "expected"),
    [
        ("nowhere trading llp", date(2023, 9, 28), True, "supported"),
        ("Nowhere Trading LLP", date(2023, 5, 31), True, "contradicted"),
        ("list/1", date(2023, 9, 28), True, "supported"),
        ("Somewhere Ltd", date(2023, 9, 28), False, "supported"),
        # The state held is of 2024-01-15: later listings are not in it.
        ("Somewhere Ltd", date(2024, 3, 1), False, "not-testable"),
    ],
)
def test_party_listed_at(party: str, day: date, holds: bool, expected: str, tmp_path: Path) -> None:
    part = {
        "sentence": "It is listed.",
        "test": "listed_at",
        "parameters": {"list": "test-list", "party": party, "day": day},
        "expect": {"holds": holds},
    }
    found = outcome(part, _listed(tmp_path / "store"))
    assert found.verdict.value == expected
    if expected != "not-testable":
        assert found.rows[0].to_dict()["table"] == "listings"


def test_a_list_that_is_not_held_is_named() -> None:
    part = {
        "sentence": "It is listed.",
        "test": "listed_at",
        "parameters": {"list": "test-list", "party": "X Ltd", "day": date(2023, 1, 1)},
        "expect": {"holds": True},
    }
    found = outcome(part)
    assert found.verdict is ClaimVerdict.NOT_TESTABLE
    assert "umweg data import" in found.missing[0].query


# -- events --------------------------------------------------------------------------------------

WAVE = (1.0, 0.9, 1.1, 1.0, 0.95, 1.05)


def _series(level_after: float) -> list[dict[str, Any]]:
    """Monthly exports around 10 m from 2020-04 to 2024-04, at another level from 2023-04 on."""
    rows = []
    months = [f"{y}-{m:02d}" for y in range(2020, 2025) for m in range(1, 13)]
    for n, month in enumerate(m for m in months if "2020-04" <= m <= "2024-04"):
        usd = 10e6 * WAVE[n % 6] * (level_after if month >= "2023-04" else 1)
        rows += exports(month, {"854231": usd})
    return rows


@pytest.mark.parametrize(
    ("level", "stated", "expected"),
    [
        # At most a tenth: stopped. At most four fifths and rarer than its own swings: fell.
        (0.05, "stopped", "supported"), (0.05, "fell", "supported"),
        (0.05, "unchanged", "contradicted"),
        (0.5, "fell", "supported"), (0.5, "stopped", "contradicted"),
        (0.5, "unchanged", "contradicted"),
        (1.0, "unchanged", "supported"), (1.0, "fell", "contradicted"),
        (1.0, "stopped", "contradicted"),
    ],
)  # fmt: skip
def test_flow_stopped_after(level: float, stated: str, expected: str, tmp_path: Path) -> None:
    part = {
        "sentence": "It stopped.",
        "test": "flow_stopped_after",
        "parameters": {"population": population(), "event": "kz-snt-2023", "months": 12},
        "expect": {"change": stated},
    }
    found = outcome(part, imported(tmp_path / "store", _series(level)))
    assert found.verdict.value == expected
    assert found.value == pytest.approx(level, rel=0.02)
    assert found.rows[-1].to_dict()["id"] == "kz-snt-2023"


def test_without_months_on_both_sides_it_cannot_be_told(tmp_path: Path) -> None:
    rows = [r for r in _series(0.5) if r["period"] < "2023-10"]
    part = {
        "sentence": "It stopped.",
        "test": "flow_stopped_after",
        "parameters": {"population": population(), "event": "kz-snt-2023", "months": 12},
        "expect": {"change": "fell"},
    }
    found = outcome(part, imported(tmp_path / "store", rows))
    assert found.verdict is ClaimVerdict.NOT_TESTABLE
    assert "--periods 2023-10..2024-04" in found.missing[0].query


@pytest.mark.parametrize(
    ("ratio", "placebos", "stated", "verdict"),
    [
        # A fall to 0.6 among 20 placebos of which none fell so far: p = 1/21.
        (0.6, [1.0] * 20, "fell", ClaimVerdict.SUPPORTED),
        # Three of 20 fell as far: p = 4/21 > 0.1.
        (0.6, [0.5] * 3 + [1.0] * 17, "fell", ClaimVerdict.MIXED),
        # Too few placebos to say.
        (0.6, [1.0] * 5, "fell", ClaimVerdict.MIXED),
        (0.6, [], "unchanged", ClaimVerdict.MIXED),
        (0.6, [], "stopped", ClaimVerdict.CONTRADICTED),
        (0.81, [], "fell", ClaimVerdict.CONTRADICTED),
        (0.1, [], "stopped", ClaimVerdict.SUPPORTED),
    ],
)
def test_truth_table_of_events(
    ratio: float, placebos: list[float], stated: str, verdict: ClaimVerdict
) -> None:
    assert _judge(ratio, placebos, stated) is verdict


def test_today_is_after_every_snapshot_of_the_sample() -> None:
    assert all(m.day <= TODAY.isoformat() for m in Store.sample().all_snapshots)
