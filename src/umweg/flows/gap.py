"""The mirror gap: what the exporter reported minus what the importer reported, brought to FOB.

Each formula stands here once. τ is (CIF − FOB)/FOB, so FOB = CIF/(1 + τ).
"""

from __future__ import annotations

from dataclasses import dataclass

from umweg.evidence import Signal, Status, cannot_tell
from umweg.flows.policy import Policy


def fob_from_cif(value_cif: float, tau: float) -> float:
    """The FOB value of an import valued CIF: M/(1+τ)."""
    return value_cif / (1 + tau)


def gap_usd(exports_fob: float, imports_cif: float, tau: float) -> float:
    """gap = X − M/(1+τ), in the unit of its arguments."""
    return exports_fob - fob_from_cif(imports_cif, tau)


def gap_share(exports_fob: float, imports_cif: float, tau: float) -> float | None:
    """The gap as a share of the exports; None without exports."""
    if exports_fob <= 0:
        return None
    return gap_usd(exports_fob, imports_cif, tau) / exports_fob


def arrival_ratio(exports_fob: float, imports_cif: float) -> float | None:
    """M/X. Its change over time is free of a constant τ. None without exports."""
    return imports_cif / exports_fob if exports_fob > 0 else None


@dataclass(frozen=True, slots=True)
class MirrorYear:
    """Both reports of one year, USD."""

    year: int
    exports_fob_usd: float
    imports_cif_usd: float


def judge_gap(
    years: tuple[MirrorYear, ...],
    first_year_after: int,
    practices: frozenset[str],
    policy: Policy,
    floor_usd: float,
    whose: str,
) -> Signal:
    """Judge the mirror gap by its change against its own past.

    The arrival ratio of all years after the measures together is held against the lowest year
    before them. Fired where it is at most the preset's share of that year, and what did not
    arrive, measured by the lowest year before, is above the floor per year.

    Args:
        years: The years that both sides published.
        first_year_after: First year that counts as after the measures.
        practices: The ways in which the importer named its partners over these years.
        policy: The thresholds.
        floor_usd: Materiality in USD a year.
        whose: The mirror pair in words, for the message of what is missing.
    """
    before = [y for y in years if y.year < first_year_after and y.exports_fob_usd > 0]
    after = [y for y in years if y.year >= first_year_after and y.exports_fob_usd > 0]
    if len(before) < 2 or not after:
        return cannot_tell(
            f"both reports of {whose}, for two years before {first_year_after} and one from then on"
        )
    held = {y.year for y in (*before, *after)}
    holes = sorted(set(range(min(held), max(held) + 1)) - held)
    if holes:
        return cannot_tell(f"the year {', '.join(map(str, holes))} of {whose}")
    if len(practices) > 1:
        return cannot_tell(
            f"an unbroken series of {whose}: the importer's practice changed "
            f"({'; '.join(sorted(practices))})"
        )
    ratios = {
        y.year: arrival_ratio(y.exports_fob_usd, y.imports_cif_usd) or 0.0
        for y in (*before, *after)
    }
    lowest = min(ratios[y.year] for y in before)
    if lowest <= 0:
        return cannot_tell(f"arrivals before {first_year_after} of {whose}: none were reported")
    if lowest > 1 + policy.tau_high:
        return cannot_tell(
            f"a complete exporters' report of {whose}: even in the lowest year before, "
            f"{lowest:.2f} times what was sent is said to have arrived"
        )
    exports = sum(y.exports_fob_usd for y in after)
    value = sum(y.imports_cif_usd for y in after) / exports
    unarrived_per_year = (lowest - value) * exports / len(after)
    preset = policy.gap_preset
    if value > preset.max_ratio_to_lowest_before * lowest:
        status = Status.NOT_FIRED
    else:
        status = Status.FIRED if unarrived_per_year > floor_usd else Status.BELOW_FLOOR
    span = f"{min(y.year for y in after)}-{max(y.year for y in after)}"
    return Signal(
        status,
        value=value,
        expected=lowest,
        method=f"arrival ratio M/X of {span} against the lowest year before "
        f"({min(ratios, key=lambda y: ratios[y] if y < first_year_after else 9e9)}); "
        "interval: lowest and highest single year after",
        ci_low=min(ratios[y.year] for y in after),
        ci_high=max(ratios[y.year] for y in after),
        preset=preset.name,
        unit="M/X",
    )
