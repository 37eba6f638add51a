"""The mirror gap: its formula, its identity, and how it is judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umweg.evidence import Status
from umweg.flows.gap import MirrorYear, arrival_ratio, fob_from_cif, gap_share, gap_usd, judge_gap
from umweg.flows.policy import load_policy

POLICY = load_policy()
NOBODY: frozenset[str] = frozenset()


def test_formula() -> None:
    # X = 100, M = 53 CIF, τ = 6 %: M at FOB = 53/1.06 = 50, gap = 50, half of what was sent.
    assert fob_from_cif(53, 0.06) == pytest.approx(50)
    assert gap_usd(100, 53, 0.06) == pytest.approx(50)
    assert gap_share(100, 53, 0.06) == pytest.approx(0.5)
    assert gap_share(0, 53, 0.06) is None
    assert arrival_ratio(100, 53) == pytest.approx(0.53)


amounts = st.floats(min_value=1.0, max_value=1e12)


@given(amounts, amounts, st.floats(min_value=0.0, max_value=0.5))
def test_identity(x: float, m: float, tau: float) -> None:
    """X = gap + M/(1+τ), and a full arrival (M = X·(1+τ)) has no gap."""
    # The tolerance is that of adding two doubles of this size.
    assert gap_usd(x, m, tau) + fob_from_cif(m, tau) == pytest.approx(x, rel=1e-9, abs=1e-3)
    assert gap_usd(x, x * (1 + tau), tau) == pytest.approx(0, abs=1e-9 * x)


@given(amounts, amounts, amounts, amounts, st.floats(min_value=0.0, max_value=0.5))
def test_a_constant_margin_cancels_in_the_change_of_the_ratio(
    x1: float, m1: float, x2: float, m2: float, tau: float
) -> None:
    raw = (m2 / x2) / (m1 / x1)
    at_fob = (fob_from_cif(m2, tau) / x2) / (fob_from_cif(m1, tau) / x1)
    assert at_fob == pytest.approx(raw, rel=1e-12)


def years(ratios: dict[int, float], x: float = 1e8) -> tuple[MirrorYear, ...]:
    return tuple(MirrorYear(y, x, r * x) for y, r in ratios.items())


NORMAL = {2019: 0.90, 2020: 0.95, 2021: 0.92}
CASES = [
    # name, ratios, floor, status. The bar is 0.9 × the lowest year before: 0.9 × 0.90 = 0.81.
    ("falls far", {**NORMAL, 2022: 0.50, 2023: 0.40}, 1e6, Status.FIRED),
    ("stays", {**NORMAL, 2022: 0.90, 2023: 0.93}, 1e6, Status.NOT_FIRED),
    ("falls to just above the bar", {**NORMAL, 2022: 0.82, 2023: 0.82}, 1e6, Status.NOT_FIRED),
    ("falls to just below the bar", {**NORMAL, 2022: 0.80, 2023: 0.80}, 1e6, Status.FIRED),
    # (0.90 − 0.50) × 1e8 = 4e7 a year did not arrive: below a floor of 5e7.
    ("immaterial", {**NORMAL, 2022: 0.50, 2023: 0.50}, 5e7, Status.BELOW_FLOOR),
    ("a year is missing", {2019: 0.9, 2021: 0.92, 2022: 0.5}, 1e6, Status.CANNOT_TELL),
    ("one year before", {2021: 0.92, 2022: 0.5}, 1e6, Status.CANNOT_TELL),
    ("nothing after", NORMAL, 1e6, Status.CANNOT_TELL),
    ("no data", {}, 1e6, Status.CANNOT_TELL),
]


@pytest.mark.parametrize(("name", "ratios", "floor", "status"), CASES, ids=[c[0] for c in CASES])
def test_judgement(name: str, ratios: dict[int, float], floor: float, status: Status) -> None:
    signal = judge_gap(years(ratios), 2022, NOBODY, POLICY, floor, "A to B")
    assert signal.status is status
    assert bool(signal.missing) is (status is Status.CANNOT_TELL)


def test_years_after_are_pooled_by_value() -> None:
    # 2022: 50 of 100 arrived; 2023: 270 of 300; together 320/400 = 0.80.
    found = judge_gap(
        (*years({2020: 1.0, 2021: 1.0}), MirrorYear(2022, 1e8, 5e7), MirrorYear(2023, 3e8, 2.7e8)),
        2022, NOBODY, POLICY, 1e6, "A to B",
    )  # fmt: skip
    assert found.value == pytest.approx(0.80)
    assert (found.ci_low, found.ci_high) == (pytest.approx(0.5), pytest.approx(0.9))


def test_a_change_of_practice_cannot_tell() -> None:
    practices = frozenset({"partner by origin", "partner by consignment"})
    found = judge_gap(years({**NORMAL, 2022: 0.4}), 2022, practices, POLICY, 1e6, "A to B")
    assert found.status is Status.CANNOT_TELL
    assert "practice changed" in found.missing[0]
