"""Families of invented worlds: how trade, noise, booms, reports and detours are drawn.

A detector that is tuned on one kind of world is good in that kind of world. So the families differ
in structure (size, noise, tails, share of zeros, correlation of the legs, quality of the reports),
and one of them, `reserve`, is kept for the published figures: nothing was tuned on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Family:
    """Parameters of a world. Amounts in USD, shares and probabilities between 0 and 1.

    Attributes:
        coalition, transit, neutral: Number of countries.
        codes: Number of goods codes; `restricted` is the share under a measure.
        months: Length of the panel; `measure` the month (from 0) of the main measure.
        later_measure: Share of restricted codes whose measure comes later, month by month.
        whole_headings: Share of headings that are restricted as a whole.
        noise: `shipments` (compound Poisson), `lognormal`, or `lumpy` (few large orders).
        shipment_usd: Median size of a shipment; larger means more zeros.
        level: Log of the median monthly flow of a country pair and code.
        spread: Standard deviation of the log of pair-and-code levels.
        never: Probability that a small pair never trades a code.
        tail_df: Degrees of freedom of the booms (Student's t): lower is fatter.
        boom_country, boom_heading, boom_country_heading, boom_cell: Scale of the booms of each
            kind; `p_country_heading` and `p_cell` how many have one.
        entrepot: Share of country-and-heading booms that lift both legs of a country alike.
        currency, price: Monthly standard deviations of the two shocks.
        demand_shift: Log rise of the target's purchases of restricted goods from everybody
            after the measure (it buys elsewhere what it no longer gets).
        supply_drop: Log fall of the direct flow.
        planted: Number of planted corridors; `ghost` and `two_hop` the shares of those kinds.
        size: Median planted flow a month; `size_sd` its log standard deviation.
        ramp: Months until the full flow; `anticipation` months before the measure at most.
        margin: Trade margin of the transit country on what it sends on.
        passing: Share of the planted inbound flow that goes on (the rest stays in stock).
        decoys: One-leg decoys as a share of cells (inbound, onward, gap together).
        decoys_everywhere: Whether goods without a measure have them too.
        report_noise: Log standard deviation of the difference between two reports.
        tau_mean: Mean CIF margin; it varies by pair.
        late: Share of transit countries whose last months are missing.
        gaps: Share of reporter-months that are missing.
        silent: Share of transit countries that publish no exports at all.
        threshold: Reports below this value are absent.
        revision: Month in which the HS revision comes, None for none; `slow` the share of
            reporters that adopt it half a year late.
        split: Share of codes that the revision splits, merges or renumbers.
        target_silent: Whether the target stops publishing at the measure.
        quantities: Share of rows with a net weight.
    """

    name: str = "base"
    coalition: int = 4
    transit: int = 18
    neutral: int = 8
    codes: int = 240
    restricted: float = 0.4
    months: int = 66
    measure: int = 38
    later_measure: float = 0.25
    whole_headings: float = 0.4
    noise: str = "shipments"
    shipment_usd: float = 20_000
    level: float = 9.8
    spread: float = 1.6
    never: float = 0.25
    tail_df: float = 3.0
    boom_country: float = 0.25
    boom_heading: float = 0.25
    boom_country_heading: float = 0.6
    p_country_heading: float = 0.12
    boom_cell: float = 0.8
    p_cell: float = 0.10
    entrepot: float = 0.2
    currency: float = 0.015
    price: float = 0.02
    demand_shift: float = 0.5
    supply_drop: float = 1.6
    planted: int = 40
    ghost: float = 0.25
    two_hop: float = 0.1
    size: float = 60_000
    size_sd: float = 1.0
    ramp: int = 5
    anticipation: int = 2
    margin: float = 0.08
    passing: float = 0.95
    decoys: float = 0.05
    decoys_everywhere: bool = True
    report_noise: float = 0.12
    tau_mean: float = 0.06
    late: float = 0.15
    gaps: float = 0.01
    silent: float = 0.0
    threshold: float = 500
    revision: int | None = 36
    slow: float = 0.3
    split: float = 0.08
    target_silent: bool = True
    quantities: float = 0.8

    def without_detours(self) -> Family:
        """The same family with nothing planted: every flag in it is false."""
        return replace(self, planted=0)


_BASE = Family()

FAMILIES: dict[str, Family] = {
    f.name: f
    for f in (
        _BASE,
        replace(
            _BASE, name="lognormal", noise="lognormal", coalition=3, transit=20, codes=180,
            restricted=0.45, planted=35,
            level=10.5, spread=2.0, never=0.35, tail_df=2.5, boom_cell=0.6, p_cell=0.2,
            revision=None, target_silent=False, entrepot=0.0, months=72, measure=38, size=90_000,
            later_measure=0.0, threshold=0.0, report_noise=0.2,
        ),
        replace(
            _BASE, name="lumpy", noise="lumpy", shipment_usd=60_000, level=9.0, never=0.45,
            codes=300, transit=16, neutral=5, restricted=0.3, p_cell=0.06, decoys=0.1,
            gaps=0.03, late=0.3, ghost=0.4, passing=0.8, ramp=9, size=80_000,
        ),
        replace(
            _BASE, name="calm", codes=160, transit=12, tail_df=6.0, boom_cell=0.3, p_cell=0.05,
            p_country_heading=0.05, decoys=0.02, planted=20, size=40_000, whole_headings=0.1,
            level=11.0, silent=0.1, later_measure=0.6,
        ),
        # Rises on one leg at restricted goods only, which no placebo knows of.
        replace(_BASE, name="decoys", decoys=0.12, decoys_everywhere=False, transit=20, codes=200),
        # Kept for the published figures: not looked at while the detector was made.
        replace(
            _BASE, name="reserve", noise="lumpy", coalition=5, transit=16, neutral=10, codes=220,
            restricted=0.35, months=60, measure=30, level=10.2, spread=1.9, never=0.3,
            tail_df=2.2, boom_country=0.35, boom_heading=0.3, p_country_heading=0.15,
            boom_cell=0.7, p_cell=0.15, entrepot=0.35, demand_shift=0.3, planted=45, size=70_000,
            size_sd=1.3, ghost=0.3, two_hop=0.15, passing=0.85, margin=0.12, decoys=0.08,
            report_noise=0.18, late=0.2, gaps=0.02, revision=28, whole_headings=0.6,
            later_measure=0.4, threshold=1000,
        ),
    )
}  # fmt: skip
