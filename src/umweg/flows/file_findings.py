"""From the detector's arrays to the corridors of a scan of files: reasons, verdicts, volumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umweg.evidence import (
    Caveat,
    Signal,
    Signals,
    Status,
    cannot_tell,
    remaining,
    verdict_of,
)
from umweg.flows.detector import FAKE_DATES, Detection
from umweg.flows.file_tables import Good
from umweg.flows.findings import RANK, reasons_of
from umweg.flows.firing import fire
from umweg.flows.panel_files import FilePanel
from umweg.flows.policy import Policy
from umweg.flows.result import CorridorResult, Volume
from umweg.flows.stats import Array
from umweg.flows.volumes import Volumes, volumes_of
from umweg.flows.weights import Weights, weights_of

PER_YEAR = 2.0
"""Half-years in a year."""
VOLUMES_UP_TO_Q = 0.20
"""Volumes are given for corridors up to this q or above: a sum over all of them says nothing."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell, its numbers looked up in the arrays."""

    found: Detection
    place: int
    unit: int

    def of(self, array: Array) -> float:
        return float(array[self.place, self.unit])

    def leg(self, name: str, field: str) -> float:
        return self.of(getattr(self.found.legs[name], field))


def _known(x: float) -> float | None:
    return x if math.isfinite(x) else None


def corridor_results(
    held: FilePanel, found: Detection, policy: Policy
) -> tuple[CorridorResult, ...]:
    """Every corridor of the restricted goods as a finding, ranked."""
    panel = held.panel
    most = max(policy.q, VOLUMES_UP_TO_Q)
    places, units = np.nonzero(found.tested & (found.q <= most))
    volumes = volumes_of(found, places, units, policy.volume)
    weights = weights_of(found, volumes, held.weights, places, units, policy.volume)
    at = {(int(p), int(u)): i for i, (p, u) in enumerate(zip(places, units, strict=True))}
    results: list[CorridorResult] = []
    for place in np.flatnonzero(panel.transit):
        for unit, goods in held.goods.items():
            cell = _Cell(found, int(place), unit)
            index = at.get((int(place), unit))
            results += [
                _corridor(held, cell, good, policy, (volumes, weights), index, len(goods))
                for good in goods
            ]
    return tuple(
        sorted(
            results,
            key=lambda f: (
                RANK[f.verdict],
                f.q_value if f.q_value is not None else 2.0,
                -(f.score if f.score is not None else -1.0),
                f.transit,
                f.code,
            ),
        )
    )


def _corridor(
    held: FilePanel, cell: _Cell, good: Good, policy: Policy,
    amounts: tuple[Volumes, Weights], index: int | None, sharing: int,
) -> CorridorResult:  # fmt: skip
    found, panel = cell.found, cell.found.panel
    place = panel.places[cell.place]
    q = cell.of(found.q)
    created = bool(held.created[cell.unit])
    # A leg that begins with the code itself has no past to rise from.
    unknown = cannot_tell("the code before the measure: nobody reported it, nor a predecessor")
    signals = Signals(
        unknown if created else _surge(held, cell, policy, q <= policy.q),
        _collapse(cell),
        unknown if created else _gap(cell, policy, q <= policy.q),
        unknown if created else _onward(cell, policy, q <= policy.q),
    )
    score = None if created else _known(cell.of(found.score))
    volume = None
    if index is not None and not created:
        volume = _volume(*amounts, index, sharing)
    base = cell.leg("inbound", "before") * PER_YEAR
    caveats = [
        Caveat(key)
        for key, applies in (
            ("base-size", base < policy.floor_usd_per_year.corridor),
            ("created-codes", created),
            ("shared-report", signals.surge.status.tested and signals.mirror_gap.status.tested),
            ("code-meaning", cell.unit in held.units.cut),
            ("joined-codes", sharing > 1 or len(held.units.members[cell.unit]) > 2),
            ("fake-date-placebos", found.placebos == FAKE_DATES),
            ("yearly-figures", held.yearly),
            ("unit-values-differ", volume is not None and not amounts[1].plausible[index or 0]),
            ("weight-not-conserved", volume is not None and not amounts[1].conserved[index or 0]),
            ("volume-firm-level", volume is not None),
            ("value-not-volume", True),
        )
        if applies
    ]
    before_usd, after_usd = _rates(cell)
    return CorridorResult(
        signals=signals,
        verdict=verdict_of(signals.surge.status, signals.mirror_gap.status, signals.onward.status),
        reasons=reasons_of(signals),
        caveats=tuple(caveats),
        explanations=remaining(
            renumbered=len({e for e, _ in held.units.members[cell.unit]}) > 1,
            tiny_base=base < policy.floor_usd_per_year.corridor,
        ),
        target=panel.target,
        transit=place,
        code=good.code,
        nomenclature=good.edition,
        lists=(f"tier {good.tier}",) if good.tier else (),
        inbound_before_usd=before_usd,
        inbound_after_usd=after_usd,
        inbound_excess_usd=_known(cell.leg("inbound", "excess") * PER_YEAR),
        score=score,
        p_value=None if created else _known(cell.of(found.p)),
        q_value=None if created else _known(q),
        volume=volume,
    )


def _rates(cell: _Cell) -> tuple[float, float]:
    """USD a year of the inbound leg, before and after the date of the goods.

    Means of the half-years that the test compares; where there is none, of the months.
    """
    before, after = cell.leg("inbound", "before"), cell.leg("inbound", "after")
    if math.isfinite(before) and math.isfinite(after):
        return before * PER_YEAR, after * PER_YEAR
    course = cell.found.panel.sent[cell.place, cell.unit]
    split = min(max(int(cell.found.panel.measure[cell.unit]), 0), len(course))
    return _a_year(course[:split]), _a_year(course[split:])


def _a_year(months: NDArray[np.float32]) -> float:
    return float(months.mean()) * 12 if len(months) else 0.0


def _volume(v: Volumes, w: Weights, i: int, sharing: int) -> Volume:
    """The volume of a cell; codes that a revision ties together share it."""
    part = 1.0 / sharing
    lower = part if sharing == 1 else 0.0
    kg = bool(np.isfinite(w.central[i]))
    return Volume(
        lower_usd=float(v.lower[i]) * lower,
        central_usd=float(v.central[i]) * part,
        upper_usd=float(v.upper[i]),
        onward_usd=float(v.onward[i]) * part,
        ghost_usd=float(v.ghost[i]) * part,
        without_ghost=bool(v.without_ghost[i]),
        lower_kg=float(w.lower[i]) * lower if kg else None,
        central_kg=float(w.central[i]) * part if kg else None,
        upper_kg=float(w.upper[i]) if kg else None,
        unit_value_ratio=_known(float(w.ratio[i])),
    )


def _status(
    cell: _Cell, leg: str, ratio: float | None, preset: float, policy: Policy, passed: bool
) -> tuple[Status, float | None, float | None]:
    """Status, p and q of a leg.

    A leg fires by its own q. Where the two-leg q of the corridor has passed, the multiplicity has
    been paid for, and each leg is asked for its own p at the same level.
    """
    found = cell.found
    p, q = _known(cell.of(found.leg_p[leg])), _known(cell.of(found.leg_q[leg]))
    judged = q
    if passed and p is not None and q is not None:
        judged = min(p, q)
    excess = cell.leg(leg, "excess") * PER_YEAR
    status = fire(
        ratio is None or ratio >= preset,
        excess if math.isfinite(excess) else 0.0,
        policy.floor_usd_per_year.corridor,
        q=judged,
        attainable=None if judged is None else found.attainable,
        limit=policy.q,
    )
    return status, p, q


def _undated(held: FilePanel, unit: int) -> str:
    measure = int(held.panel.measure[unit])
    months = held.panel.months
    if measure < 0 or measure >= len(months):
        side = "before" if measure < 0 else "after"
        return f"figures from {side} the measure: they reach from {months[0]} to {months[-1]}"
    return (
        "half a year of figures before and a quarter after the measure of "
        f"{months[measure]}: they reach from {months[0]} to {months[-1]}"
    )


def _ratio(cell: _Cell, leg: str) -> float | None:
    before, after = cell.leg(leg, "before"), cell.leg(leg, "after")
    return after / before if before > 0 else None


def _controls(cell: _Cell, leg: str) -> str:
    used = cell.found.legs[leg].controls
    if not used:
        return "no control group: the flow's own past"
    return "against " + ", ".join(name for name, _ in used)


def _ranked(cell: _Cell) -> str:
    n = cell.found.n_placebos
    return f"; p: rank among {n:,} placebos ({cell.found.placebos})" if cell.found.placebos else ""


def _surge(held: FilePanel, cell: _Cell, policy: Policy, passed: bool) -> Signal:
    if cell.found.date[cell.unit] < 0:
        return cannot_tell(_undated(held, cell.unit))
    if not math.isfinite(cell.leg("inbound", "effect")):
        return cannot_tell("exports of most of the coalition, before and after the measure")
    if not cell.found.placebos:
        return cannot_tell(
            "a control group: unrestricted goods, or the same goods to neutral countries"
        )
    growth = cell.leg("inbound", "growth")
    ratio = _ratio(cell, "inbound")
    if cell.leg("inbound", "before") + cell.leg("inbound", "after") <= 0:
        return Signal(
            Status.NOT_FIRED, value=1.0, expected=1.0, unit="after/before",
            method="nothing was sent before or after",
        )  # fmt: skip
    least = policy.surge_preset.min_ratio_to_expected * growth
    status, p, q = _status(cell, "inbound", ratio, least, policy, passed)
    return _signal(
        status, ratio, growth, _controls(cell, "inbound") + _ranked(cell), p, q, "after/before"
    )


def _signal(
    status: Status, value: float | None, expected: float | None, method: str, p: float | None,
    q: float | None, unit: str,
) -> Signal:  # fmt: skip
    missing = (
        ("enough placebos: one case alone could not reach the limit",)
        if status is Status.CANNOT_TELL
        else ()
    )
    return Signal(
        status, value=value, expected=expected, method=method, p_value=p, q_value=q,
        missing=missing, unit=unit,
    )  # fmt: skip


def _collapse(cell: _Cell) -> Signal:
    date = int(cell.found.date[cell.unit])
    panel = cell.found.panel
    course = panel.direct[cell.unit]
    before = float(course[: max(date, 0)].mean()) if date > 0 else 0.0
    if before <= 0:
        return cannot_tell(f"direct exports of this code to {panel.target} before the measure")
    return Signal(
        Status.SHOWN, value=float(course[date:].mean()) / before, expected=1.0,
        unit="after/before",
        method="direct exports of the coalition; common to all transit countries, never counted",
    )  # fmt: skip


def _gap(cell: _Cell, policy: Policy, passed: bool) -> Signal:
    panel = cell.found.panel
    if cell.found.date[cell.unit] < 0 or not math.isfinite(cell.leg("gap", "effect")):
        return cannot_tell(
            f"imports of {panel.places[cell.place]} from the coalition, in months before and after "
            "the measure that both sides published"
        )
    if not cell.found.placebos:
        return cannot_tell("placebos: unrestricted goods, or the same goods to neutral countries")
    before, after = cell.leg("gap", "before"), cell.leg("gap", "after")
    if after <= 0:
        return Signal(Status.NOT_FIRED, value=None, expected=None, unit="M/X",
                      method="nothing was sent after")  # fmt: skip
    ratio = cell.leg("gap", "ratio_after")
    status, p, q = _status(cell, "gap", None, 0.0, policy, passed)
    expected = cell.leg("gap", "ratio_before") if before > 0 else 1.0
    if status is Status.FIRED and ratio > policy.gap_preset.max_ratio_to_lowest_before * expected:
        status = Status.NOT_FIRED
    method = "arrival ratio M/X against its level before, " + _controls(cell, "gap")
    return _signal(status, ratio, expected, method + _ranked(cell), p, q, "M/X")


def _onward(cell: _Cell, policy: Policy, passed: bool) -> Signal:
    panel = cell.found.panel
    if cell.found.date[cell.unit] < 0 or not math.isfinite(cell.leg("onward", "effect")):
        return cannot_tell(
            f"exports of {panel.places[cell.place]} to {panel.target}, before and after the measure"
        )
    if not cell.found.placebos:
        return cannot_tell("placebos: unrestricted goods, or the same goods to neutral countries")
    growth, ratio = cell.leg("onward", "growth"), _ratio(cell, "onward")
    if cell.leg("onward", "before") + cell.leg("onward", "after") <= 0:
        return Signal(
            Status.NOT_FIRED, value=1.0, expected=1.0, unit="after/before",
            method="nothing was sent on before or after",
        )  # fmt: skip
    if cell.leg("inbound", "after") + cell.leg("from_transit", "after") <= 0:
        return Signal(
            Status.NOT_FIRED, value=ratio, expected=growth, unit="after/before",
            method="nothing came in that could be sent on",
        )  # fmt: skip
    least = policy.onward_preset.min_ratio_to_expected * growth
    status, p, q = _status(cell, "onward", ratio, least, policy, passed)
    own = bool(
        policy.onward_preset.made_at_home(
            np.array(cell.of(cell.found.exported_before) * PER_YEAR),
            np.array(cell.leg("onward", "after") * PER_YEAR),
        )
    )
    method = _controls(cell, "onward") + ("; exported before" if own else "") + _ranked(cell)
    if own and status in (Status.FIRED, Status.CANNOT_TELL):
        status = Status.NOT_FIRED
    return _signal(status, ratio, growth, method, p, q, "after/before")
