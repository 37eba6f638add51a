"""The library: every claim runs on the sample; published figures come out as published."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from tests.claims.drafts import TODAY, exports, imported
from umweg.claims import ClaimResult, Figures, find_claim, history, load_library, run_claims
from umweg.claims.checking import check_claim
from umweg.claims.library import PACKAGED
from umweg.errors import UsageError
from umweg.regime import load
from umweg.store import Store

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def results() -> dict[str, ClaimResult]:
    found = run_claims(load_library().values(), Figures(Store.sample(), TODAY, load()))
    return {r.claim.id: r for r in found}


def test_it_holds_every_statement_and_figure() -> None:
    library = load_library()
    assert len([i for i in library if i.startswith("kz-")]) == 23
    assert len([i for i in library if i.startswith("pe-")]) == 80
    for claim in library.values():
        assert claim.sources
        check_claim(claim, load())
        assert all(x.claim in library for x in claim.linked), claim.id
    texts = [p.read_text("utf-8") for p in PACKAGED.glob("*.yaml")]
    assert all(t.startswith("# Derived by") for t in texts)


def test_every_verdict_has_rows_or_says_what_is_missing(results: dict[str, ClaimResult]) -> None:
    for r in results.values():
        for p in r.parts:
            if p.verdict.value == "not-testable":
                assert p.outcome.missing, r.claim.id
            else:
                assert p.outcome.rows, r.claim.id
            for row in p.outcome.rows:
                d = row.to_dict()
                assert d["origin"], r.claim.id
                assert d["vintage"], r.claim.id
        assert json.dumps(r.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("claim", "part", "value", "within"),
    [
        # Published by Destatis and Eurostat; what the sample gives must agree to the last digit
        # published, except where both sides of a growth were revised since.
        ("pe-025", 0, 2.8, 0.05), ("pe-027", 0, 49, 1), ("pe-028", 0, 323, 1),
        ("pe-026", 1, 32, 1), ("pe-029", 0, 591, 1.5), ("pe-029", 1, 180.1, 1),
        ("pe-037", 0, 345, 0.5), ("pe-037", 1, 909, 2), ("pe-041", 0, 58, 0.5),
        # IMF, Direction of Trade Statistics, in USD: our conversion at monthly ECB rates.
        ("pe-047", 0, 178, 1), ("pe-049", 0, 41, 0.5), ("pe-050", 0, 116, 0.5),
        ("pe-051", 0, 537, 0.5),
        # The repository from which the sample's totals were collected.
        ("pe-052", 0, 344.8, 0.05), ("pe-054", 0, 88.6, 0.05), ("pe-055", 0, 63.8, 0.05),
    ],
)  # fmt: skip
def test_published_figures(
    claim: str, part: int, value: float, within: float, results: dict[str, ClaimResult]
) -> None:
    found = results[claim].parts[part]
    assert found.outcome.value == pytest.approx(value, abs=within)
    assert found.verdict.value == "supported"


def test_a_percentage_that_its_own_absolute_number_belies(results: dict[str, ClaimResult]) -> None:
    """+130 % and +EUR 1.5 bn on EUR 2.3 bn cannot both be: 1.5 / 2.3 = 65 %."""
    found = results["pe-039"]
    assert [p.verdict.value for p in found.parts] == ["contradicted", "supported"]
    assert found.verdict.value == "mixed"


def test_history_of_the_statement_of_september_2023() -> None:
    stages = history(find_claim("kz-14"), Store.sample(), load(), TODAY)
    assert stages[0].as_of == date(2023, 9, 28)
    assert [s.as_of for s in stages] == sorted(s.as_of for s in stages)
    assert stages[0].result.snapshots == ("eurostat-listed-2023-01-21-a1b41d87",)
    came = [x for s in stages for x in s.came_in]
    assert any(x.startswith("kz-stat") for x in came)
    # The national office's total came in 2024: a lower bound of the fourth part, no decision.
    assert stages[0].result.parts[3].outcome.low in (None, 0.0)
    assert stages[-1].result.parts[3].outcome.low == pytest.approx(9.09, abs=0.01)


def test_history_turns_when_the_figures_come_in(tmp_path: Path) -> None:
    rows = exports("2023-06..2023-08", {"854231": 1e6, "100199": 1e6})
    store = imported(tmp_path / "store", rows, published="2024-05-01", sample=True)
    stages = history(find_claim("kz-13"), store, load(), TODAY)
    verdicts = {s.as_of.isoformat(): s.result.verdict.value for s in stages}
    assert verdicts["2023-09-28"] == "not-testable"
    assert verdicts["2024-05-01"] == "contradicted"
    assert [s.as_of.isoformat() for s in stages if s.changed] == ["2024-05-01"]


def test_an_unknown_claim_names_near_ones() -> None:
    with pytest.raises(UsageError) as caught:
        find_claim("kz-1")
    assert "kz-14" in caught.value.allowed


@pytest.fixture
def build_claims() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module("build_claims")
    finally:
        sys.path.remove(str(SCRIPTS))


def test_the_library_is_what_the_script_makes_of_the_tables(
    build_claims: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = build_claims.raw_folder()
    if raw is None or not (raw / "regime" / "published_estimates.csv").is_file():
        pytest.skip("no raw files: set UMWEG_RAW to a folder with regime/kz_statements.csv and "
                    "regime/published_estimates.csv, which were collected from the public pages "
                    "that the claims name")  # fmt: skip
    monkeypatch.setattr(build_claims, "OUT", tmp_path)
    monkeypatch.setattr(build_claims, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["build_claims.py", str(raw)])
    build_claims.main()
    made = {p.name: p.read_text("utf-8") for p in tmp_path.glob("*.yaml")}
    assert made == {p.name: p.read_text("utf-8") for p in PACKAGED.glob("*.yaml")}


def test_the_table_of_the_docs_is_what_the_data_give(tmp_path: Path) -> None:
    sys.path.insert(0, str(SCRIPTS))
    try:
        script = importlib.import_module("published_figures")
    finally:
        sys.path.remove(str(SCRIPTS))
    raw = script.raw_folder()
    if raw is None or not (raw / "trade" / "country_totals").is_dir():
        pytest.skip("no raw files: set UMWEG_RAW to a folder with trade/country_totals (from "
                    "github.com/mary-lev/eu-export-sanctions, commit "
                    "4b6a5dfc864ab3352104974a4516458fd7347b38)")  # fmt: skip
    text, tested, agreeing = script.table(script.store_with_totals(raw, tmp_path / "store"))
    docs = (SCRIPTS.parent / "docs" / "claims.md").read_text("utf-8")
    assert text in docs
    assert f"{tested} of the 80 figures" in docs
    assert f"{agreeing} of them are supported in every part" in docs
