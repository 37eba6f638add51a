"""Every corridor of a scan at once: arrays of places × codes in, judged arrays out.

The two-leg score, its placebos and the reasons behind them follow Chupilkin, Javorcik and
Plekhanov (EBRD WP 276, 2023) for the comparison with unrestricted goods; the second leg and the
placebo ranks are ours, see docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umweg.flows.basket import Sorted
from umweg.flows.controls import METHODS, NONE, CodeControls
from umweg.flows.legs import ELSEWHERE, CodePanel
from umweg.flows.policy import Policy
from umweg.flows.stats import (
    Array,
    Flags,
    benjamini_hochberg,
    fold_of,
    harmonic,
    log_change,
    placebo_p,
    standardise,
)

UNRESTRICTED_PLACEBOS = "unrestricted goods"
FAKE_DATES = "the same goods one step earlier"


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the corridors stand among placebos: p, q (NaN without), and how many were compared."""

    p: Array
    q: Array
    placebos: int
    tests: int

    @property
    def attainable(self) -> float | None:
        """The smallest q that one corridor alone could reach; None without placebos."""
        return min(1.0, self.tests / (1 + self.placebos)) if self.placebos else None


@dataclass(frozen=True, slots=True)
class Test:
    """One signal of every corridor: arrays over corridors, NaN where not testable.

    `expected` is the control's growth (surge, onward) or the lowest arrival ratio before (gap);
    `method` the index of the control among those of the signal.
    """

    value: Array
    expected: Array
    excess_usd_per_year: Array
    ranks: Ranks
    method: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Corridors:
    """All corridors of a scan, one position each in every array.

    Attributes:
        place, code: Indices into the panel's places and codes.
        before, after: Inbound USD of the windows.
        direct: Growth of the coalition's direct exports of the code to the target.
        score, p, q: The two-leg score (one leg where the other is not held) and its placebo rank.
        placebos: Which placebos gave p; empty where none did.
        created: Codes that did not exist before.
        made_at_home: The place exported the code before to such an amount that sending it on is no
            re-export by itself.
    """

    place: NDArray[np.int64]
    code: NDArray[np.int64]
    before: Array
    after: Array
    direct: Array
    surge: Test
    gap: Test | None
    onward: Test | None
    score: Array
    p: Array
    q: Array
    placebos: str
    created: Flags
    made_at_home: Flags


@dataclass(frozen=True, slots=True)
class _Cells:
    """Effects of a set of cells (places × codes of the panel) on the legs that are held."""

    mask: Flags
    size: Array
    inbound: Array
    gap: Array
    onward: Array


def _cells(
    panel: CodePanel,
    mask: Flags,
    step: tuple[str, str],
    controls: CodeControls,
    onward_growth: Array,
    policy: Policy,
) -> _Cells:
    """The effects of the cells in `mask` that are large enough to be able to fire.

    A flow that is below the floor after cannot lie above it in excess. Leaving such cells out, of
    the corridors and of the placebos alike, keeps the comparison fair and the family of tests
    small.
    """
    offset = policy.log_offset_usd
    before, after = panel.rate("inbound", step[0]), panel.rate("inbound", step[1])
    inbound = log_change(after, before, offset) - np.log(controls.growth)
    nothing = np.full(before.shape, np.nan)
    gap, onward = nothing, nothing
    if panel.has("arrival"):
        m_before, m_after = panel.rate("arrival", step[0]), panel.rate("arrival", step[1])
        held = (m_before.sum(axis=1) > 0) & (m_after.sum(axis=1) > 0)
        change = log_change(after, before, offset) - log_change(m_after, m_before, offset)
        gap = np.where(held[:, None], change, np.nan)
    if panel.has("onward"):
        o_before, o_after = panel.rate("onward", step[0]), panel.rate("onward", step[1])
        held = (o_before.sum(axis=1) > 0) | (o_after.sum(axis=1) > 0)
        change = log_change(o_after, o_before, offset) - np.log(onward_growth)
        onward = np.where(held[:, None], change, np.nan)
    size = np.log(before + offset)  # what was before the measures decides who is comparable
    large = after >= policy.floor_usd_per_year.corridor
    return _Cells(mask & large & np.isfinite(inbound), size, inbound, gap, onward)


ONWARD_CONTROLS = (
    "",
    "the target's other suppliers of these goods",
    "the country's exports of these goods elsewhere",
    "the country's unrestricted goods to the target",
    "nothing: next to none was sent before",
)


def onward_growth(
    panel: CodePanel, sorted_codes: Sorted, step: tuple[str, str], policy: Policy
) -> tuple[Array, NDArray[np.int64]]:
    """Control growth of the onward leg, and which of `ONWARD_CONTROLS` it is.

    First the target's demand, then the place's own supply, then its unrestricted goods. Where next
    to nothing was sent before, no control is needed: whatever comes is new. Else NaN.
    """
    shape = (len(panel.places), len(panel.codes))
    out = np.full(shape, np.nan)
    method = np.zeros(shape, dtype=np.int64)
    least = policy.min_control_usd

    def fill(after: Array, before: Array, index: int) -> None:
        good = (before >= least) & (after >= least) & np.isnan(out)
        out[good] = (after / np.where(before > 0, before, 1.0))[good]
        method[good] = index

    if panel.has("origin") and ELSEWHERE in panel.places:
        k = panel.row(ELSEWHERE)
        fill(
            np.tile(panel.rate("origin", step[1])[k], (shape[0], 1)),
            np.tile(panel.rate("origin", step[0])[k], (shape[0], 1)),
            1,
        )
    if panel.has("supply"):
        fill(panel.rate("supply", step[1]), panel.rate("supply", step[0]), 2)
    if panel.has("onward"):
        other = np.array([sorted_codes.kinds.get(c) == "other" for c in panel.codes])
        after = panel.rate("onward", step[1])[:, other].sum(axis=1, keepdims=True)
        before = panel.rate("onward", step[0])[:, other].sum(axis=1, keepdims=True)
        fill(np.broadcast_to(after, shape), np.broadcast_to(before, shape), 3)
    before = panel.rate("onward", step[0]) if panel.has("onward") else np.zeros(shape)
    new = np.isnan(out) & (before <= policy.floor_usd_per_year.corridor)
    out[new], method[new] = 1.0, 4
    return out, method


def _pick_placebos(
    unrestricted: _Cells, fake: _Cells | None, policy: Policy
) -> tuple[str, _Cells | None]:
    if int(unrestricted.mask.sum()) >= policy.min_placebos:
        return UNRESTRICTED_PLACEBOS, unrestricted
    if fake is not None and int(fake.mask.sum()) >= policy.min_placebos:
        return FAKE_DATES, fake
    return "", None


LEGS = ("inbound", "gap", "onward")


def _on_yardstick(
    real: _Cells,
    placebo: _Cells | None,
    leg: str,
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    testable: Flags,
    folds: Array,
) -> tuple[Array, Array]:
    """Effects of the corridors, and of the placebos, in units of the placebos' scale; else NaN."""
    if placebo is None:
        return np.full(len(rows), np.nan), np.zeros(0)
    mine = np.where(testable, getattr(real, leg)[rows, cols], np.nan)
    theirs = getattr(placebo, leg)[placebo.mask]
    keep = np.isfinite(theirs)
    sizes, halves = placebo.size[placebo.mask], folds[placebo.mask]
    z, z_placebo = standardise(mine, real.size[rows, cols], theirs[keep], sizes[keep], halves[keep])
    full = np.full(len(theirs), np.nan)
    full[keep] = z_placebo
    return z, full


def _ranked(z: Array, placebos: Array, policy: Policy) -> Ranks:
    """The ranks of the corridors, where there are enough placebos."""
    known = int(np.isfinite(placebos).sum())
    if known < policy.min_placebos:
        nothing = np.full(len(z), np.nan)
        return Ranks(nothing, nothing, 0, 0)
    p = placebo_p(z, placebos)
    return Ranks(p, benjamini_hochberg(p), known, int(np.isfinite(p).sum()))


def scan_corridors(
    panel: CodePanel,
    sorted_codes: Sorted,
    places: Sequence[str],
    target: str,
    controls: CodeControls,
    fake_controls: CodeControls | None,
    created: frozenset[str],
    policy: Policy,
) -> Corridors:
    """Judge every (place, code) with a flow in either window.

    Args:
        panel: Sums by leg, place, code and window.
        sorted_codes: What each code is.
        places: The transit countries.
        target: The sanctioned territory.
        controls: Control growth before → after.
        fake_controls: Control growth earlier → before, where that window exists.
        created: Codes that did not exist in the window before.
        policy: The thresholds.
    """
    step = ("before", "after")
    kinds = np.array([sorted_codes.kinds.get(c, "") for c in panel.codes])
    here = np.array([p in places for p in panel.places])[:, None]
    before, after = panel.rate("inbound", "before"), panel.rate("inbound", "after")
    some = here & ((before > 0) | (after > 0))
    demand, demand_method = onward_growth(panel, sorted_codes, step, policy)
    is_created = np.array([c in created for c in panel.codes])
    real = _cells(panel, some & (kinds == "basket"), step, controls, demand, policy)
    free = _cells(panel, some & (kinds == "other") & ~is_created, step, controls, demand, policy)
    fake = None
    if fake_controls is not None:
        past = panel.rate("inbound", "earlier")
        # All restricted codes, asked for or not: a narrow question has the same yardstick.
        restricted = (kinds == "basket") | (kinds == "restricted")
        fake = _cells(
            panel,
            # Codes renumbered between the two fake windows are no placebos either.
            here & restricted & ((past > 0) | (before > 0)) & (past.sum(axis=0) > 0),
            ("earlier", "before"),
            fake_controls,
            onward_growth(panel, sorted_codes, ("earlier", "before"), policy)[0],
            policy,
        )
    name, placebo = _pick_placebos(free, fake, policy)

    rows, cols = np.nonzero(some & (kinds == "basket"))
    testable = real.mask[rows, cols] & ~is_created[cols]
    known = np.isfinite(controls.growth[rows, cols]) & ~is_created[cols]
    folds = np.broadcast_to(fold_of(panel.codes), before.shape)
    legs = [_on_yardstick(real, placebo, leg, rows, cols, testable, folds) for leg in LEGS]
    (z_in, pl_in), (z_gap, pl_gap), (z_on, pl_on) = legs
    surge_ranks, gap_ranks, onward_ranks = (_ranked(z, pl, policy) for z, pl in legs)

    score = harmonic(z_in, np.fmax(z_on, z_gap))
    pl_score = harmonic(pl_in, np.fmax(pl_on, pl_gap))
    # Corridors with one leg are ranked against placebos with one leg, and so for two.
    two = np.isfinite(np.fmax(z_on, z_gap))
    pl_two = np.isfinite(np.fmax(pl_on, pl_gap))
    p = np.where(two, _ranked(score, pl_score[pl_two], policy).p, surge_ranks.p)
    if placebo is None:  # no yardstick: the plain log growth over the control's ranks
        score = np.where(testable, real.inbound[rows, cols], np.nan)

    b, a = before[rows, cols], after[rows, cols]
    growth = controls.growth[rows, cols]
    surge = Test(
        value=np.where(b > 0, a / np.where(b > 0, b, 1.0), np.nan),
        expected=np.where(known, growth, np.nan),
        excess_usd_per_year=np.where(known, a - b * growth, np.nan),
        ranks=surge_ranks,
        method=np.where(known, controls.method[rows, cols], METHODS.index(NONE)),
    )  # fmt: skip
    return Corridors(
        place=rows,
        code=cols,
        before=panel.usd["inbound", "before"][rows, cols],
        after=panel.usd["inbound", "after"][rows, cols],
        direct=_direct(panel, target)[cols],
        surge=surge,
        gap=_gap_test(panel, rows, cols, is_created, policy, gap_ranks),
        onward=_onward_test(panel, rows, cols, demand, demand_method, is_created, onward_ranks),
        score=score,
        p=p,
        q=benjamini_hochberg(p),
        placebos=name,
        created=is_created[cols],
        made_at_home=made_at_home(panel, policy)[rows, cols],
    )


def made_at_home(panel: CodePanel, policy: Policy) -> Flags:
    """Places × codes that the place itself exported before (see `OnwardPreset.made_at_home`)."""
    nothing = np.zeros((len(panel.places), len(panel.codes)))
    before = sum(
        (panel.rate(leg, "before") for leg in ("onward", "supply") if panel.has(leg)), nothing
    )
    after = panel.rate("onward", "after") if panel.has("onward") else nothing
    return policy.onward_preset.made_at_home(before, after)


def _direct(panel: CodePanel, target: str) -> Array:
    if target not in panel.places:
        return np.full(len(panel.codes), np.nan)
    k = panel.row(target)
    before, after = panel.rate("inbound", "before")[k], panel.rate("inbound", "after")[k]
    return np.where(before > 0, after / np.where(before > 0, before, 1.0), np.nan)


def _gap_test(
    panel: CodePanel, rows: NDArray[np.int64], cols: NDArray[np.int64], created: Flags,
    policy: Policy, ranks: Ranks,
) -> Test | None:  # fmt: skip
    """Arrival ratio after against the lower of the two windows before."""
    if not panel.has("arrival") or "earlier" not in panel.years:
        return None

    def ratio(window: str) -> Array:
        x, m = panel.rate("inbound", window), panel.rate("arrival", window)
        held = (x > 0) & (m.sum(axis=1, keepdims=True) > 0)
        return np.where(held, m / np.where(x > 0, x, 1.0), np.nan)[rows, cols]

    lowest = np.minimum(ratio("earlier"), ratio("before"))
    # More arrived than was sent, freight and insurance included: the exporters' report is not
    # complete, and a fall of the ratio to one is no gap.
    known = np.isfinite(lowest) & ~created[cols]
    usable = known & (lowest > 0) & (lowest <= 1 + policy.tau_high)
    value = np.where(usable, ratio("after"), np.nan)
    missing = (lowest - value) * panel.rate("inbound", "after")[rows, cols]
    return Test(value, lowest, missing, ranks, np.zeros(len(rows), dtype=np.int64))


def _onward_test(
    panel: CodePanel, rows: NDArray[np.int64], cols: NDArray[np.int64], growth: Array,
    method: NDArray[np.int64], created: Flags, ranks: Ranks,
) -> Test | None:  # fmt: skip
    """Onward flow after against its own level before at the control's growth.

    Testable where the place's exports are held (to anybody), and a control is.
    """
    if not panel.has("onward") and not panel.has("supply"):
        return None
    nothing = np.zeros((len(panel.places), len(panel.codes)))
    legs = [leg for leg in ("onward", "supply") if panel.has(leg)]
    held = sum(
        (panel.rate(leg, w).sum(axis=1) for leg in legs for w in ("before", "after")), nothing[:, 0]
    )
    onward = panel.has("onward")
    before = panel.rate("onward", "before") if onward else nothing
    after = panel.rate("onward", "after") if onward else nothing
    g = growth[rows, cols]
    testable = (held[rows] > 0) & ~created[cols] & np.isfinite(g)
    b, a = before[rows, cols], after[rows, cols]
    return Test(
        value=np.where(testable & (b > 0), a / np.where(b > 0, b, 1.0), np.nan),
        expected=np.where(testable, g, np.nan),
        excess_usd_per_year=np.where(testable, a - b * g, np.nan),
        ranks=ranks,
        method=method[rows, cols],
    )
