"""Kilograms: a volume in weight beside the one in money, and whether the unit values fit.

What goes on cannot weigh more than what came in and lay in stock (METHODS §3). Weights need no
trade margin; they need rows that state one, and say nothing where few do. Goods that are sold on
are worth about what they cost, so an onward unit value far from that of the imports means other
goods, or a weight that is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from umweg.flows.detector import Detection
from umweg.flows.half_years import RAMP
from umweg.flows.panel import Ints
from umweg.flows.policy import VolumePolicy
from umweg.flows.stats import Array, Flags
from umweg.flows.two_legs import FIRST_OF_TWO, SECOND_OF_TWO
from umweg.flows.volumes import Volumes
from umweg.store.engine import Engine

SENT, ONWARD, TO_TRANSIT, FROM_TRANSIT = range(4)


@dataclass(frozen=True, slots=True)
class Weights:
    """Kilograms of the cells asked for; NaN where too few rows state a weight.

    Attributes:
        lower, central, upper: As the volumes in USD, over the same months.
        unit_value_in, unit_value_on: USD/kg after the measure, of what came in and what went on.
        ratio: Their quotient, onward over inbound.
        plausible: Whether the ratio lies in the policy's range; True where it is not known.
        conserved: Whether what went on weighs no more than what came, stock included.
    """

    lower: Array
    central: Array
    upper: Array
    unit_value_in: Array
    unit_value_on: Array
    ratio: Array
    plausible: Flags
    conserved: Flags


def weighed_rows(engine: Engine, rows: ir.Table, units: Ints, legs: tuple[str, ...]) -> pa.Table:
    """Step: USD and kilograms of the rows that state a weight, by leg, place, unit and month.

    Args:
        engine: What executes the query.
        rows: Rows with leg, place, unit, month, the partner's place, usd and kg.
        units: The restricted units.
        legs: Names of the legs, by their number in `rows`.
    """
    wanted = {"sent": SENT, "onward": ONWARD, "to_transit": TO_TRANSIT}
    held = rows.filter(
        rows.leg.isin([legs.index(n) for n in wanted]), rows.unit.isin(units.tolist()),
        rows.usd > 0,
    )  # fmt: skip
    weighed = (held.kg.notnull() & (held.kg > 0)).cast("float64")
    sums = held.group_by("leg", "place", "partner_at", "unit", "at").agg(
        usd=held.usd.sum(),
        weighed=(held.usd * weighed).sum(),
        kg=(held.kg.fill_null(0.0) * weighed).sum(),
    )
    table = engine.execute(sums, "weights by leg, place, unit and month")
    leg = np.select(
        [table["leg"].to_numpy() == legs.index(n) for n in wanted], list(wanted.values())
    )
    plain = {n: table[n].to_numpy() for n in ("place", "unit", "at", "usd", "weighed", "kg")}
    middle = leg == TO_TRANSIT
    # What one transit country sends to another arrives there.
    arriving = {n: v[middle] for n, v in plain.items()}
    arriving["place"] = table["partner_at"].to_numpy()[middle]
    return pa.table(
        {
            "leg": np.append(leg, np.full(int(middle.sum()), FROM_TRANSIT)),
            **{n: np.append(v, arriving[n]) for n, v in plain.items()},
        }
    )


def weights_of(
    found: Detection, volumes: Volumes, rows: pa.Table, places: Ints, units: Ints,
    policy: VolumePolicy,
) -> Weights:  # fmt: skip
    """Kilograms of the cells (place, unit) whose volumes are given.

    Args:
        found: What the detector says.
        volumes: The volumes in USD of the same cells.
        rows: See `weighed_rows`.
        places, units: Indices of the cells.
        policy: Range of unit values, stock, and the least share of the value that is weighed.
    """
    start = np.maximum(found.date[units] - RAMP, 1)
    path = found.path[places, units]
    first = np.where(path == SECOND_OF_TWO, FROM_TRANSIT, SENT)
    second = np.where(path == FIRST_OF_TWO, TO_TRANSIT, ONWARD)
    table = {n: rows[n].to_numpy() for n in rows.column_names}
    n_units = len(found.panel.units)

    def key(leg: Ints, place: Ints, unit: Ints) -> Ints:
        return np.asarray((leg * len(found.panel.places) + place) * n_units + unit, dtype=np.int64)

    keys = key(table["leg"], table["place"], table["unit"])
    order = np.argsort(keys, kind="stable")

    def unit_value(leg: Ints) -> Array:
        wanted = key(leg, places, units)
        begin = np.searchsorted(keys[order], wanted, side="left")
        end = np.searchsorted(keys[order], wanted, side="right")
        out = np.full(len(places), np.nan)
        for i in range(len(places)):
            mine = order[begin[i] : end[i]]
            mine = mine[table["at"][mine] >= start[i]]
            usd, weighed, kg = (table[n][mine].sum() for n in ("usd", "weighed", "kg"))
            if kg > 0 and weighed >= policy.weighed_share * usd:
                out[i] = weighed / kg
        return out

    value_in, value_on = unit_value(first), unit_value(second)
    ratio = value_on / value_in
    came = np.maximum(volumes.inbound_high, 0.0) / value_in
    # What went on without a stated weight is taken at the price of what came.
    price_on = np.where(np.isfinite(value_on), value_on, value_in)
    went_low, went_high = (
        np.maximum(x, 0.0) / price_on for x in (volumes.onward_low, volumes.onward_high)
    )
    stock = policy.stock_share * came
    ghost = np.where(volumes.without_ghost, 0.0, np.maximum(volumes.gap_high, 0.0)) / value_in
    error = 1 + policy.report_error
    # Where nothing is known of what went on, what came is the only bound.
    upper = error * np.fmin(came, went_high + stock + ghost)
    other = volumes.other_supply / value_in
    lower = np.maximum(np.nan_to_num(went_low - other), 0.0)
    central = np.minimum(volumes.central / value_in, upper)
    low, high = policy.unit_value_low, policy.unit_value_high
    conserved = ~(went_low > error * (came + stock))
    return Weights(
        lower=np.where(np.isfinite(value_in), np.minimum(lower, central), np.nan),
        central=central,
        upper=upper,
        unit_value_in=value_in,
        unit_value_on=value_on,
        ratio=ratio,
        plausible=~((ratio < low) | (ratio > high)),
        conserved=conserved,
    )
