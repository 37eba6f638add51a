"""Claim files: every mutation is an error that names file, key, what is allowed, what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.claims.drafts import claim_of, number, population, text_of
from umweg.claims import ClaimError, load_library, parse_claim, read_claim
from umweg.claims.checking import check_claim
from umweg.regime import load

PART = number("export_volume", {"population": population(), "period": 2022}, 9.1, "USD bn")
LISTS = {
    "sentence": "None of it.",
    "test": "trades_no_listed_goods",
    "parameters": {
        "reporter": "KAZ",
        "partner": "RUS",
        "goods": {"lists": ["chpl"], "day": date(2023, 9, 28)},
        "period": "2023-06..2023-08",
    },
}
TEXT = text_of(PART, LISTS)


def test_a_claim_is_read() -> None:
    claim = parse_claim(TEXT, "test.yaml")
    assert claim.parts[0].test == "export_volume"
    assert claim.said_on == date(2023, 9, 28)


@pytest.mark.parametrize(
    ("old", "new", "key", "allowed"),
    [
        ("test: export_volume", "test: export_volumen", "test", "growth_between"),
        ("period: 2022", "period: 2022-13", "period", "2023 H1"),
        ("period: 2022", "period: 2023-05..2023-02", "period", "2022-Q3"),
        ("period: 2022", "period: 2023 Q5", "period", "2022-Q3"),
        ("reporter: KAZ", "reporter: KAX", "reporter", "alpha-3"),
        ("      unit: USD bn\n      why", "      why", "tolerance, unit", "why"),
        ("unit: USD bn\n    reading", "unit: dollars\n    reading", "expect", "USD m"),
        ("sources:\n- url: https://example.org/a\n  kind: agency\n", "", "sources", "url"),
        ("sources:\n- url: https://example.org/a\n  kind: agency\n", "sources: []\n", "sources",
         "url"),
        ("url: https://example.org/a", "url: example.org", "url", "https://"),
        ("kind: agency", "kind: rumour", "kind", "press-conference"),
        ("kind: statement", "kind: statement\nclaimant: X", "claimant", "paraphrase"),
        ("value: 9.1", "value: '9.1'", "value", "number"),
        ("flow: X\n", "flow: export\n", "flow", "RX"),
        ("language: en", "language: english", "language", "a-z"),
        ("id: test-claim", "id: Test Claim", "id", "hyphens"),
        ("paraphrase: Something was said.\n", "", "paraphrase", "sources"),
        ("why: invented for a test", "why: so", "why", "10"),
        ("said_on: 2023-09-28", "said_on: 28.9.2023", "said_on", "YYYY-MM-DD"),
        ("confidence: A", "confidence: E", "confidence", "A"),
    ],
)  # fmt: skip
def test_mutations(old: str, new: str, key: str, allowed: str) -> None:
    assert old in TEXT
    with pytest.raises(ClaimError) as caught:
        parse_claim(TEXT.replace(old, new, 1), "mine.yaml")
    error = caught.value
    assert "mine.yaml" in error.where
    assert key in error.where
    assert allowed in error.allowed
    assert error.next_step
    assert error.exit_code == 3


@pytest.mark.parametrize(
    ("old", "new", "key", "allowed"),
    [
        ("day: 2023-09-28", "day: 2021-01-01", "day", "2023-05-19"),
        ("- chpl", "- chpel", "lists", "chpl"),
        ("day: 2023-09-28", "day: 2023-09-28\n      tier: '9'", "tier", "3.A"),
    ],
)
def test_what_the_regime_does_not_have(old: str, new: str, key: str, allowed: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1) if "day" not in old else new.join(TEXT.rsplit(old, 1))
    with pytest.raises(ClaimError) as caught:
        check_claim(parse_claim(text, "mine.yaml"), load(), "mine.yaml")
    assert "mine.yaml" in caught.value.where
    assert key in caught.value.where
    assert allowed in caught.value.allowed
    assert caught.value.next_step


def test_an_unknown_event_or_measure() -> None:
    part = {
        "sentence": "It was in force.",
        "test": "measure_in_force_at",
        "parameters": {"event": "eu-99", "day": date(2023, 1, 1)},
        "expect": {"holds": True},
    }
    with pytest.raises(ClaimError) as caught:
        check_claim(claim_of(part), load())
    assert "event" in caught.value.where
    assert "eu-2" in caught.value.allowed


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: [*x, *x]\n",
        "a: &x {b: 1}\n",
        "- 1\n",
        "just words\n",
        "id: a\nid: b\n",
        "id: !!python/object/apply:os.system ['true']\n",
        "id: a\n---\nid: b\n",
        "said_on: 2023-02-30\n",
        "a: [\n",
        "[" * 50 + "]" * 50,
        "",
    ],
    ids=["bomb", "anchor", "list", "text", "twice", "tag", "two", "no-day", "cut", "deep", "empty"],
)
def test_what_is_no_claim_file(text: str) -> None:
    with pytest.raises(ClaimError) as caught:
        parse_claim(text, "mine.yaml")
    assert "mine.yaml" in caught.value.where
    assert caught.value.allowed
    assert caught.value.next_step


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("# " + "x" * 200_000)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("id: é".encode("latin-1"))
    for path in (large, latin, tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ClaimError) as caught:
            read_claim(path)
        assert str(path) in caught.value.where


def test_an_identifier_given_twice_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT)
    (tmp_path / "b.yaml").write_text(TEXT)
    with pytest.raises(ClaimError, match="twice") as caught:
        load_library([tmp_path])
    assert "a.yaml" in caught.value.where
    assert "b.yaml" in caught.value.where


@pytest.mark.parametrize(
    ("unit", "tolerance_unit", "slack"),
    [
        # 5 % of 40 = 2; 3 m of bn = 0.003; points are points.
        ("USD bn", "% of value", 2.0),
        ("USD bn", "USD m", 0.005),
        ("%", "points", 5.0),
        ("times", "times", 5.0),
    ],
)
def test_tolerances_in_the_unit_of_the_value(unit: str, tolerance_unit: str, slack: float) -> None:
    part = number("export_volume", {"population": population(), "period": 2022}, 40, unit,
                  tolerance=5, tolerance_unit=tolerance_unit)  # fmt: skip
    expect = claim_of(part).parts[0].expect  # type: ignore[union-attr]
    assert expect.slack == pytest.approx(slack)


def test_a_tolerance_of_another_unit_is_refused() -> None:
    part = number("export_volume", {"population": population(), "period": 2022}, 40, "USD m",
                  tolerance_unit="EUR m")  # fmt: skip
    with pytest.raises(ClaimError) as caught:
        claim_of(part)
    assert "% of value" in caught.value.allowed
