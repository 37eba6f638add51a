"""Cells that have no detour, to rank the others among: which ones, and what they are worth.

Unrestricted goods share the date and its shocks with the tested cells, but not the goods; the
restricted goods one year before their measures share the goods, but not the date. Both together
are the placebos of a test (METHODS: placebo goods and fake dates).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from umweg.flows.half_years import HALF_YEAR, RAMP
from umweg.flows.panel import Panel
from umweg.flows.stats import Array, Flags, tail_p

LEVEL = 0.95
YEAR = 12
STRIKING = 0.98
"""A score above this quantile of the placebos is striking."""
PRIOR_CELLS = 30.0
"""Cells at the mean rate that every country is credited with."""


def earlier(panel: Panel) -> Panel | None:
    """The panel as it stood before the first measure, with a fake measure a year before its end.

    Returns:
        None where fewer than two spans of figures lie before the fake date and its ramp.
    """
    dates = panel.measure[panel.restricted]
    dates = dates[(dates >= 0) & (dates < len(panel.months))]
    if not len(dates):
        return None
    end = int(dates.min()) - RAMP
    if end - YEAR - RAMP < HALF_YEAR + RAMP:
        return None
    return replace(
        panel,
        measure=np.where(panel.restricted, end - YEAR, -1),
        months=panel.months[:end],
        sent=panel.sent[..., :end],
        both_sent=panel.both_sent[..., :end],
        both_arrived=panel.both_arrived[..., :end],
        arrived=panel.arrived[..., :end],
        onward=panel.onward[..., :end],
        supply=panel.supply[..., :end],
        other_in=panel.other_in[..., :end],
        from_transit=panel.from_transit[..., :end],
        to_transit=panel.to_transit[..., :end],
        direct=panel.direct[..., :end],
        publishes_exports=panel.publishes_exports[:, :end],
        publishes_imports=panel.publishes_imports[:, :end],
        sent_known=panel.sent_known[:end],
    )


def joined_p(scores: Array, goods: Array, dates: Array) -> Array:
    """p among two kinds of placebos: the tail of both together, at the level of the first.

    What happens at the date of the measures alone makes the placebos of an earlier date too quiet.
    So they add to the number of ranks, while how frequent a high score is, above the 95 % quantile
    of the unrestricted goods, is what these say if they say more.

    Args:
        scores: What is tested; NaN gives NaN.
        goods: Scores of unrestricted goods at the date.
        dates: Scores of tested cells at an earlier date; may be empty.
    """
    both = np.concatenate([goods, dates])
    if not len(dates) or not len(goods):
        return tail_p(scores, both)
    high = np.quantile(goods, LEVEL)
    share = float((both > high).mean())
    ratio = float((goods > high).mean()) / share if share > 0 else 1.0
    return np.asarray(np.minimum(tail_p(scores, both) * max(1.0, ratio), 1.0))


def country_odds(score: Array, tested: Flags, placebos: Array) -> Array:
    """Log odds of each cell by how often the other tested cells of its country are striking.

    Detours keep to few countries, so that an alarm among many is more likely to be one. A cell
    never speaks for itself; placebo cells get the odds of their country like the tested ones, so
    that p-values stay ranks among equals. An empirical-Bayes rate, drawn towards that of all.

    Args:
        score: Places × units.
        tested: Cells that are tested.
        placebos: Scores of placebos.
    """
    known = placebos[np.isfinite(placebos)]
    if not len(known) or not tested.any():
        return np.zeros(score.shape)
    hit = tested & (np.nan_to_num(score, nan=-np.inf) > np.quantile(known, STRIKING))
    mean = max(int(hit.sum()), 1) / int(tested.sum())
    hits = hit.sum(axis=1, keepdims=True) - hit
    cells = tested.sum(axis=1, keepdims=True) - tested
    return np.asarray(np.log((hits + PRIOR_CELLS * mean) / (cells + PRIOR_CELLS) / mean))
