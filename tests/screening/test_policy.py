"""The policy file: what decides, and what a file must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from umweg.errors import InputError
from umweg.evidence import Verdict
from umweg.screening.model import Reason
from umweg.screening.policy import DEFAULT, Policy, load_policy


@pytest.mark.parametrize(
    ("points", "unknown", "expected"),
    [
        (0, False, Verdict.CLEAR), (29, False, Verdict.CLEAR), (29, True, Verdict.CANNOT_TELL),
        (30, False, Verdict.REVIEW), (30, True, Verdict.REVIEW), (99, False, Verdict.REVIEW),
        (100, False, Verdict.ALERT), (100, True, Verdict.ALERT), (0, True, Verdict.CANNOT_TELL),
    ],
)  # fmt: skip
def test_the_decision(policy: Policy, points: int, unknown: bool, expected: Verdict) -> None:
    assert policy.decide(points, unknown) is expected


def test_each_kind_of_reason_counts_once(policy: Policy) -> None:
    one = Reason("destination-transit", "destination", "a", "s")
    two = Reason("destination-transit", "destination", "b", "s")
    three = Reason("no-code", "input", "c", "s")
    assert policy.sum_of([one, two, three]) == policy.points["destination-transit"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("review_from: 30", "review_from: 300", "alert_from must be above"),
        ("alert_from: 100", "alert_at: 100", "alert_from"),
        ("  goods-prohibited: 100", "  goods-forbidden: 100", "lacks goods-prohibited"),
        ("  goods-prohibited: 100", "  goods-prohibited: -1", "negative"),
        ("  goods-prohibited: 100", "  goods-prohibited: viel", "goods-prohibited"),
        ("version: 2", "version: [", "cannot be used"),
        ("name: default", "name: default\nsha256: x", "sha256"),
        ("party_listed: 0.90", "party_listed: 9", "party_listed"),
    ],
)
def test_policies_that_are_none(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = DEFAULT.read_text("utf-8")
    assert old in text
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=what):
        load_policy(path)


def test_a_policy_of_ones_own(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(DEFAULT.read_text("utf-8").replace("name: default", "name: strict"), "utf-8")
    own = load_policy(path)
    assert own.label.startswith("strict 2")
    assert own.sha256 != policy.sha256
    with pytest.raises(InputError, match="cannot be read"):
        load_policy(tmp_path / "absent.yaml")
