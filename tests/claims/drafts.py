"""Small claims and invented figures for the tests of claims."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from tests.flows.worlds import statement
from umweg.claims import Claim, ClaimResult, Figures, parse_claim, run_claim
from umweg.periods import Window
from umweg.regime import load
from umweg.store import Store, commit
from umweg.store.contracts import FLOWS, ORIGINS

TODAY = date(2026, 11, 20)


def claim_of(*parts: dict[str, Any], **other: Any) -> Claim:
    """A claim with these parts."""
    return parse_claim(text_of(*parts, **other), "test.yaml")


def text_of(*parts: dict[str, Any], **other: Any) -> str:
    """The text of a claim file with these parts."""
    data = {
        "id": "test-claim",
        "kind": "statement",
        "title": "An invented statement",
        "speaker": {"name": "Somebody", "role": "Minister"},
        "said_on": date(2023, 9, 28),
        "language": "en",
        "paraphrase": "Something was said.",
        "confidence": "A",
        "sources": [{"url": "https://example.org/a", "kind": "agency"}],
        "parts": list(parts),
        **other,
    }
    return yaml.safe_dump(data, sort_keys=False)


def number(
    test: str, parameters: dict[str, Any], value: float, unit: str, reading: str = "about",
    tolerance: float = 0.0, tolerance_unit: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A part about a number."""
    allowance = {
        "value": tolerance,
        "unit": tolerance_unit or ("points" if unit == "%" else unit),
        "why": "invented for a test",
    }
    return {
        "sentence": "A number.",
        "test": test,
        "parameters": parameters,
        "expect": {"value": value, "unit": unit, "reading": reading, "tolerance": allowance},
    }


def population(reporter: str = "KAZ", partner: str = "RUS", flow: str = "X", **more: Any) -> Any:
    """Whose trade with whom."""
    return {"reporter": reporter, "partner": partner, "flow": flow, **more}


def imported(
    folder: Path,
    rows: Iterable[dict[str, Any]],
    *,
    published: str = "2024-01-15",
    source: str = "comtrade",
    sample: bool = False,
    dataset: str = "flows",
) -> Store:
    """A store with these rows, as a fetch from UN Comtrade would leave them."""
    store = Store.open(folder, create=True, with_sample=sample)
    found = [{**r, "origin_id": source} for r in rows]
    with store.importing() as stage:
        stage.write("flows", pa.Table.from_pylist(found, schema=FLOWS.schema))
        origin = {"origin_id": source, "publisher": "UN Comtrade", "title": "test", "vintage": None}
        stage.write("origins", pa.Table.from_pylist([origin], schema=ORIGINS.schema))
        commit(
            store.root, stage, source=source, dataset=dataset, parser="test", inputs=(),
            rows_read=len(found), rows_kept=len(found), rows_set_aside=0, published_on=published,
        )  # fmt: skip
    return store


def exports(
    periods: str, codes: dict[str, float], *, reporter: str = "KAZ", partner: str = "RUS",
    total: float | None = None, **more: Any,
) -> list[dict[str, Any]]:  # fmt: skip
    """The answer to one query for all codes and the total: the same values in every period."""
    rows = []
    for p in Window.parse(periods).periods:
        vintage = "HS2022" if p >= "2022" else "HS2017"
        whole = sum(codes.values()) if total is None else total
        for code, usd in [*codes.items(), ("TOTAL", whole)]:
            rows.append(
                statement(reporter, partner, "X", p, code, usd, nomenclature=vintage, **more)
            )
    return rows


def run(claim: Claim, store: Store, as_of: date = TODAY) -> ClaimResult:
    """The verdict on a claim."""
    return run_claim(claim, Figures(store, as_of, load()))
