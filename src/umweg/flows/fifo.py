"""First in, first out: which arrivals left again, shipment by shipment, as loops over arrays.

Each firm keeps what it receives of a code in a queue of lots. What it sends is taken from its
oldest lots that have not expired, and carries along how much of them came from the coalition, so
that goods are followed from firm to firm and through several countries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NOBODY = -1
"""In place of a firm: the coalition's exporter, or somebody in the target or elsewhere."""


@dataclass(frozen=True)
class Movements:
    """Shipments in the order of their days; on one day arrivals from the coalition come first.

    Attributes:
        day: Day, as a number.
        kg: Net weight.
        giver, taker: Numbers of the firm and code that a shipment leaves and reaches; `NOBODY`
            where that side is not followed.
        start: It leaves the coalition.
        end: It reaches the target.
    """

    day: Ints
    kg: Floats
    giver: Ints
    taker: Ints
    start: Mask
    end: Mask

    def ordered(self) -> tuple[Movements, Ints]:
        """The same movements in order, and the order."""
        rank = np.where(self.start, 0, np.where(self.end, 2, 1))
        key = self.day * 3 + rank
        if len(key) and int(key.min()) >= 0 and int(key.max()) < 1 << 16:
            key = key.astype(np.uint16)  # numpy sorts 16 bits by radix, many times faster
        order = np.argsort(key, kind="stable").astype(np.int64)
        return self.taken(order), order

    def taken(self, rows: Ints | Mask) -> Movements:
        """Some of the movements."""
        return Movements(
            self.day[rows], self.kg[rows], self.giver[rows], self.taker[rows],
            self.start[rows], self.end[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class Passed:
    """What was followed, in the order of the movements.

    Attributes:
        kg: How much of a shipment came from the coalition.
        kg_days: The same, each kilogram times the days it lay with the firm that sent it.
    """

    kg: Floats
    kg_days: Floats


def follow(moves: Movements, firms: int, expiry_days: int) -> Passed:
    """Follow goods from the coalition through the firms' queues.

    What a firm got from elsewhere and what it sends elsewhere takes its place in the queue. A
    shipment that no lot covers is taken for the firm's own goods.

    Args:
        moves: Movements in order.
        firms: Number of firms and codes.
        expiry_days: A lot older than this is taken to have been used up.
    """
    kg, kg_days = _follow(
        moves.day, moves.kg, moves.giver, moves.taker, moves.start, firms, expiry_days
    )
    return Passed(kg, kg_days)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _follow(day: Any, kg: Any, giver: Any, taker: Any, start: Any, firms: int, expiry: int) -> Any:
    size = len(day)
    came = np.zeros(size)
    kg_days = np.zeros(size)
    left = np.zeros(size)  # a shipment that reached a firm is a lot under its own number
    share = np.zeros(size)
    behind = np.full(size, -1, np.int64)  # the lot after this one in its queue
    head = np.full(firms, -1, np.int64)
    tail = np.full(firms, -1, np.int64)
    for i in range(size):
        if start[i]:
            came[i] = kg[i]
        elif giver[i] >= 0:
            g = giver[i]
            need = kg[i]
            while need > 0 and head[g] >= 0:
                lot = head[g]
                if left[lot] <= 0 or day[i] - day[lot] > expiry:
                    head[g] = behind[lot]
                    continue
                taken = min(need, left[lot])
                left[lot] -= taken
                need -= taken
                came[i] += taken * share[lot]
                kg_days[i] += taken * share[lot] * (day[i] - day[lot])
        t = taker[i]
        if t >= 0 and kg[i] > 0:
            left[i] = kg[i]
            share[i] = came[i] / kg[i]
            if head[t] < 0:
                head[t] = i
            else:
                behind[tail[t]] = i
            tail[t] = i
    return came, kg_days


def at_most(moves: Movements, firms: int, expiry_days: int) -> float:
    """The most that can have passed from the coalition to the target, in kilograms.

    Where each firm receives from the coalition and sends to the target itself, this is exact: only
    those shipments are looked at, all lots live equally long, and then taking the oldest one first
    is a maximum flow in time. Where goods go from firm to firm it is the maximum flow through the
    network of firms and days, in which goods may wait without end.
    """
    between = ~moves.start & ~moves.end & (moves.giver >= 0) & (moves.taker >= 0)
    direct = moves.taken(moves.start | moves.end)
    if not between.any():
        return float(follow(direct, firms, expiry_days).kg[direct.end].sum())
    from umweg.flows.time_network import maximum

    return maximum(moves.taken(moves.start | moves.end | between))


def shuffled(moves: Movements, rng: np.random.Generator) -> Movements:
    """The same movements with the days of each firm's and code's shipments exchanged at random.

    What is followed under such days is what would pass by chance: a firm's turnover stays as it
    is, the order of its shipments goes. Arrivals from the coalition keep their days.
    """
    rows = np.flatnonzero(~moves.start & (moves.giver >= 0))
    by_firm = rows[np.argsort(moves.giver[rows], kind="stable")]
    mixed = rows[np.lexsort((rng.random(len(rows)), moves.giver[rows]))]
    day = moves.day.copy()
    day[by_firm] = moves.day[mixed]
    return Movements(day, moves.kg, moves.giver, moves.taker, moves.start, moves.end).ordered()[0]
