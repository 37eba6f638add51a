"""Families of worlds that are drawn link by link: a second generator, built unlike the first.

The first (`families`, `trade_world`) draws dense panels of shipments round a gravity level. Here a
world is a list of trade links that are born and die, with seasons, autocorrelated noise and booms
that pass; detours are shares of the direct flow that was lost, some only for a while, some partly
ghost trade. Each family is hard in a way of its own. Nothing of the detector was tuned on a single
one of them; the seeds below `worlds.FIRST_REPORT_SEED` were looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class LinkFamily:
    """Parameters of a world of links. Amounts in USD, shares and probabilities between 0 and 1.

    Attributes:
        coalition, transit, neutral: Number of countries.
        codes, restricted, months, measure, later_measure, whole_headings: As in `Family`.
        level, mass_sd, skill: Log of the median link, and how countries and goods spread round it.
        least_link: Links whose mean month is below this are rare.
        noise: `gamma` (autocorrelated), `student` (lognormal with fat tails), `pareto` (few
            consignments of very different size).
        spread: How far a month lies from its mean, in logs.
        season: Log amplitude of the twelve free months of each heading.
        spells: Share of links that are alive only for a while.
        boom: Median log size of a boom; `p_boom` how many importer-and-heading,
            exporter-and-heading and single links have one; `passing_boom` the share that passes.
        tail_df: Tails of the booms (Student's t).
        resale: Share of booms of an importer that it sells on to everybody but the target.
        demand_shift: Log rise of the target's purchases of restricted goods from everybody.
        supply_drop: Log fall of the direct flow.
        planted: Number of planted corridors.
        share_low, share_high: What share of the lost direct flow of its code a detour carries.
        least_usd: A detour carries at least this a month.
        ghost, mixed, two_hop: Shares of planted corridors of these kinds; of the mixed ones, a
            part never arrives and the rest goes on.
        campaign: Share of detours that end before the figures do.
        lag: Most months until the goods go on.
        margin_low, margin_high: What the transit country adds to the price.
        decoys: Rises on one leg at the measure's date, as a share of restricted cells.
        tau_low, tau_high: Range of the CIF margin of country pairs.
        report_noise: Log standard deviation between two reports of a month.
        report_bias: The same of what two reports differ in all months alike.
        gaps, late, silent: As in `Family`.
        threshold: Reports below this value are absent.
        revision: First month in which reporters adopt the revision; `slow` the share of those
            that do so up to a year later. None for none.
        split: Share of codes that the revision splits, merges or renumbers.
        target_silent: Whether the target stops publishing at the measure.
        quantities: Share of rows with a net weight.
        yearly: Whether the figures are published by year.
    """

    name: str
    coalition: int = 5
    transit: int = 16
    neutral: int = 10
    codes: int = 240
    restricted: float = 0.3
    months: int = 72
    measure: int = 38
    later_measure: float = 0.3
    whole_headings: float = 0.3
    level: float = 5.8
    mass_sd: float = 0.9
    skill: float = 1.3
    least_link: float = 3_000
    noise: str = "gamma"
    spread: float = 0.6
    season: float = 0.25
    spells: float = 0.15
    boom: float = 0.8
    p_boom: float = 0.08
    passing_boom: float = 0.4
    tail_df: float = 3.0
    resale: float = 0.3
    demand_shift: float = 0.3
    supply_drop: float = 2.0
    planted: int = 60
    share_low: float = 0.05
    share_high: float = 0.6
    least_usd: float = 15_000
    ghost: float = 0.2
    mixed: float = 0.15
    two_hop: float = 0.1
    campaign: float = 0.2
    lag: int = 3
    margin_low: float = 0.02
    margin_high: float = 0.15
    decoys: float = 0.03
    tau_low: float = 0.02
    tau_high: float = 0.15
    report_noise: float = 0.15
    report_bias: float = 0.15
    gaps: float = 0.01
    late: float = 0.15
    silent: float = 0.0
    threshold: float = 0.0
    revision: int | None = 36
    slow: float = 0.5
    split: float = 0.08
    target_silent: bool = True
    quantities: float = 0.8
    yearly: bool = False

    def without_detours(self) -> LinkFamily:
        """The same family with nothing planted: every flag in it is false."""
        return replace(self, planted=0)


_LINKS = LinkFamily("links")

LINK_FAMILIES: dict[str, LinkFamily] = {
    f.name: f
    for f in (
        _LINKS,
        # No booms, but strong seasons; detours take large shares of the direct flow.
        replace(
            _LINKS, name="seasonal", season=0.9, p_boom=0.0, decoys=0.0, spells=0.05, spread=0.4,
            share_low=0.2, ghost=0.3, mixed=0.0, revision=None, target_silent=False,
        ),
        # Few consignments of very different size, frequent and strong booms that pass.
        replace(
            _LINKS, name="pareto", noise="pareto", boom=1.3, p_boom=0.2, passing_boom=0.7,
            tail_df=2.0, spells=0.35, campaign=0.4, decoys=0.06, threshold=1_000,
        ),
        # Small panel, nearly all goods restricted, three neutral countries.
        replace(
            _LINKS, name="few-controls", coalition=4, transit=18, neutral=3, codes=200,
            restricted=0.85, months=54, measure=30, revision=None, planted=80, later_measure=0.0,
        ),
        # Detours that are small against the flows on which they ride.
        replace(
            _LINKS, name="small-detours", level=7.5, share_low=0.01, share_high=0.08,
            least_usd=5_000, spread=0.5, planted=80, noise="student",
        ),
        # Statistics full of holes, thresholds and disagreement.
        replace(
            _LINKS, name="poor-reports", gaps=0.06, late=0.4, silent=0.15, threshold=8_000,
            report_noise=0.4, report_bias=0.4, slow=0.9, split=0.2, noise="student", spread=0.9,
        ),
        # The same kind of world in yearly figures.
        replace(_LINKS, name="yearly", months=84, measure=48, yearly=True, campaign=0.1),
        # As many countries and codes as a user's own file may hold.
        replace(
            _LINKS, name="wide", coalition=20, transit=45, neutral=34, codes=1_000, planted=150,
            level=4.5,
        ),
    )
}  # fmt: skip
