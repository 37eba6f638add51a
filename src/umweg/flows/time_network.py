"""Networks in time: nodes are places on days, and goods move forward only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from umweg.flows.fifo import Movements

_LARGEST = 2**31 - 1
"""Largest capacity of scipy's maximum flow, which counts in 32 bits."""


def maximum(moves: Movements) -> float:
    """The maximum flow from the coalition's shipments to those that reach the target.

    A node is a firm at one of its shipments; goods wait with a firm from one of its shipments to
    the next. Weights are rounded up to the unit in which the whole fits 32 bits, so that the
    result is never too small.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    total = min(float(moves.kg[moves.start].sum()), float(moves.kg[moves.end].sum()))
    if total <= 0:
        return 0.0
    unit = max(1e-3, 2 * float(moves.kg.sum()) / _LARGEST)
    weight = np.ceil(moves.kg / unit - 1e-9).astype(np.int64)
    size = len(moves.kg)
    # Two nodes a shipment: where it is taken from (2i) and where it arrives (2i + 1).
    source, sink = 2 * size, 2 * size + 1
    rows = np.arange(size)
    tails = [np.where(moves.start, source, 2 * rows)]
    heads = [np.where(moves.end, sink, 2 * rows + 1)]
    bounds = [weight]
    firm = np.concatenate([moves.giver, moves.taker])
    node = np.concatenate([2 * rows, 2 * rows + 1])
    used = firm >= 0
    used[:size] &= ~moves.start
    used[size:] &= ~moves.end
    firm, node = firm[used], node[used]
    order = np.lexsort((node, firm))  # movements are in the order of their days
    firm, node = firm[order], node[order]
    same = firm[1:] == firm[:-1]
    tails.append(node[:-1][same])
    heads.append(node[1:][same])
    bounds.append(np.full(int(same.sum()), _LARGEST, np.int64))
    graph = coo_array(
        (
            np.minimum(np.concatenate(bounds), _LARGEST).astype(np.int32),
            (
                np.concatenate(tails).astype(np.int32),
                np.concatenate(heads).astype(np.int32),
            ),
        ),
        shape=(2 * size + 2, 2 * size + 2),
    ).tocsr()
    return min(float(maximum_flow(graph, source, sink).flow_value) * unit, total)
