"""Goods followed shipment by shipment: what reached the target of what left the coalition.

For users who hold declarations or bills of lading. Nothing here proves a path of one good: goods of
a code are interchangeable, and first in, first out is a convention of book-keeping. The numbers say
what the shipments are consistent with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import InputError, UsageError
from umweg.flows.fifo import NOBODY, Movements, at_most, follow, shuffled

if TYPE_CHECKING:
    import pandas as pd

SHIPMENTS = (
    "date",
    "consignor",
    "consignee",
    "from_country",
    "to_country",
    "code",
    "net_weight_kg",
)
"""Columns of a table of shipments; `value_usd` may be there too."""

EXPIRY_DAYS = 180
PERMUTATIONS = 99

Ints = npt.NDArray[np.int64]

CAVEATS = (
    "First in, first out says what the shipments are consistent with, and proves no single path.",
    "Firms are told apart by what the shipments call them: two spellings are two firms.",
    "A departure that no lot covers is taken for the firm's own goods or an older stock.",
)


@dataclass(frozen=True, slots=True)
class Traced:
    """One firm and code that sent goods to the target.

    Attributes:
        received_kg: What it received from the coalition, from the first hand or a later one.
        sent_kg: What it sent to the target.
        passed_kg: How much of that came from the coalition, first in, first out.
        days: How long those goods lay with it, on average.
        chance_kg: The same under exchanged days, on average.
        p_value: Share of the exchanges in which at least as much passed.
    """

    country: str
    firm: str
    code: str
    received_kg: float
    sent_kg: float
    passed_kg: float
    days: float | None
    chance_kg: float
    p_value: float

    @property
    def passed_share(self) -> float:
        """Part of what it sent to the target that came from the coalition."""
        return self.passed_kg / self.sent_kg if self.sent_kg else 0.0


@dataclass(frozen=True, slots=True)
class TraceResult:
    """What a table of shipments says.

    Attributes:
        target, coalition, expiry_days, permutations, seed: What was asked.
        shipments: Number of shipments read; `followed` those that a firm's queue took part in.
        entered_kg: What left the coalition for a country that is neither it nor the target.
        reached_kg: What reached the target from such countries.
        passed_kg: How much of that came from the coalition, first in, first out.
        upper_kg: The most that can have: maximum flow in time.
        upper_method: How the upper bound was computed.
        p_value: Share of the exchanges in which at least as much passed in all.
        firms: One row a firm and code, the heaviest first.
    """

    target: str
    coalition: tuple[str, ...]
    expiry_days: int
    permutations: int
    seed: int
    shipments: int
    followed: int
    entered_kg: float
    reached_kg: float
    passed_kg: float
    upper_kg: float
    upper_method: str
    p_value: float
    firms: tuple[Traced, ...]
    caveats: tuple[str, ...] = CAVEATS

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            **asdict(self),
            "firms": [{**asdict(f), "passed_share": f.passed_share} for f in self.firms],
        }

    def to_arrow(self) -> pa.Table:
        """The firms, one row each."""
        return pa.Table.from_pylist([asdict(f) for f in self.firms])

    def to_pandas(self) -> pd.DataFrame:
        """The firms as a pandas data frame."""
        return self.to_arrow().to_pandas()


def trace(
    shipments: pa.Table,
    target: str,
    coalition: Collection[str],
    *,
    expiry_days: int = EXPIRY_DAYS,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> TraceResult:
    """Follow shipments from the coalition through firms elsewhere to the target.

    A shipment within a country, or between two countries that are neither, hands goods from one
    firm to the next.

    Args:
        shipments: The columns `SHIPMENTS`: date (a day), consignor and consignee (any stable name
            or number of the firm), countries in alpha-3, code, net weight in kilograms.
        target: The sanctioned territory, alpha-3.
        coalition: Members of the coalition, alpha-3.
        expiry_days: A lot older than this is taken to have been used up where it lay.
        permutations: How often days are exchanged for the p-values.
        seed: Of the exchanges.
        progress: Called with the number of exchanges done.

    Raises:
        InputError: a column is missing or holds what it must not.
        UsageError: a number makes no sense.
    """
    if expiry_days < 0 or permutations < 1:
        raise UsageError(
            f"{expiry_days} days and {permutations} permutations cannot be",
            allowed="0 days or more, 1 permutation or more",
        )
    _check(shipments)
    moves, firms, keys = _movements(shipments, target, set(coalition))
    moves, _ = moves.ordered()
    found = follow(moves, firms, expiry_days)
    leaving = moves.end & (moves.giver >= 0)
    giver = moves.giver[leaving]
    passed = np.bincount(giver, found.kg[leaving], firms)
    sent = np.bincount(giver, moves.kg[leaving], firms)
    lay = np.bincount(giver, found.kg_days[leaving], firms)
    arrives = moves.taker >= 0
    received = np.bincount(moves.taker[arrives], found.kg[arrives], firms)

    rng = np.random.default_rng(seed)
    as_much, all_as_much, chance = np.zeros(firms, np.int64), 0, np.zeros(firms)
    for n in range(permutations):
        mixed = shuffled(moves, rng)
        other = follow(mixed, firms, expiry_days)
        out = mixed.end & (mixed.giver >= 0)
        kg = np.bincount(mixed.giver[out], other.kg[out], firms)
        # Sums in another order differ in the last digits.
        as_much += kg >= passed * (1 - 1e-9)
        all_as_much += int(kg.sum() >= passed.sum() * (1 - 1e-9))
        chance += kg
        if progress:
            progress(n + 1)
    between = bool((~moves.start & ~moves.end & (moves.taker >= 0) & (moves.giver >= 0)).any())
    order = np.lexsort((-sent, -passed))
    return TraceResult(
        target,
        tuple(sorted(coalition)),
        expiry_days,
        permutations,
        seed,
        shipments.num_rows,
        len(moves.day),
        float(moves.kg[moves.start].sum()),
        float(moves.kg[leaving].sum()),
        float(passed.sum()),
        at_most(moves, firms, expiry_days),
        "maximum flow through firms and days, goods wait without end"
        if between
        else "maximum flow of each firm and code, lots expire",
        (1 + all_as_much) / (1 + permutations),
        tuple(
            Traced(
                *keys(int(f)),
                float(received[f]),
                float(sent[f]),
                float(passed[f]),
                float(lay[f] / passed[f]) if passed[f] > 0 else None,
                float(chance[f] / permutations),
                (1 + int(as_much[f])) / (1 + permutations),
            )
            for f in order
            if sent[f] > 0
        ),
    )


def _check(table: pa.Table) -> None:
    missing = [c for c in SHIPMENTS if c not in table.column_names]
    if missing:
        raise InputError(
            f"the shipments lack {', '.join(missing)}",
            allowed=", ".join(SHIPMENTS),
            next_step="name the columns like this",
        )
    for name in SHIPMENTS:
        if table[name].null_count:
            row = pc.index(pc.is_null(table[name]), True).as_py()
            raise InputError(
                f"'{name}' is empty in {table[name].null_count} shipments",
                where=f"row {row + 1}",
                next_step="fill it, or remove the row",
            )
    kg = table["net_weight_kg"]
    bad = pc.invert(pc.and_(pc.is_finite(kg), pc.greater_equal(kg, 0.0)))
    if pc.any(bad).as_py():
        row = pc.index(bad, True).as_py()
        raise InputError(
            f"'net_weight_kg' is {kg[row].as_py()}",
            where=f"row {row + 1}",
            allowed="a number from 0",
            next_step="correct the weight",
        )


def _movements(
    table: pa.Table, target: str, coalition: set[str]
) -> tuple[Movements, int, Callable[[int], tuple[str, str, str]]]:
    """Shipments as movements between numbered firms and codes, and the names of a number."""
    leaves, reaches = (
        table[c].combine_chunks().dictionary_encode() for c in ("from_country", "to_country")
    )
    inside = np.array([c in coalition for c in leaves.dictionary.to_pylist()], bool)
    start = inside[leaves.indices.to_numpy()]
    places = reaches.dictionary.to_pylist()
    end = np.array([c == target for c in places], bool)[reaches.indices.to_numpy()]
    home = np.array([c in coalition for c in places], bool)[reaches.indices.to_numpy()]
    from_target = np.array([c == target for c in leaves.dictionary.to_pylist()], bool)
    back = from_target[leaves.indices.to_numpy()]

    size = table.num_rows
    givers = _key(table, "from_country", "consignor")
    takers = _key(table, "to_country", "consignee")
    numbers = pa.chunked_array([givers, takers]).combine_chunks().dictionary_encode()
    both = numbers.indices.to_numpy().astype(np.int64)
    giver = np.where(start | back, NOBODY, both[:size])
    taker = np.where(end | home, NOBODY, both[size:])
    day = pc.cast(pc.cast(table["date"], pa.date32()), pa.int32()).to_numpy().astype(np.int64)
    kg = pc.cast(table["net_weight_kg"], pa.float64()).to_numpy()
    # What goes straight from the coalition to the target, or stays among its members, is no detour.
    used = ~(start & (end | home)) & ~(back & end)
    moves = Movements(day - int(day.min(initial=0)), kg, giver, taker, start, end).taken(used)

    def names(number: int) -> tuple[str, str, str]:
        country, firm, code = numbers.dictionary[number].as_py().split("\x1f")
        return country, firm, code

    return moves, len(numbers.dictionary), names


def _key(table: pa.Table, country: str, firm: str) -> pa.Array:
    parts = [pc.cast(table[c], pa.string()) for c in (country, firm, "code")]
    joined = pc.binary_join_element_wise(*parts, "\x1f")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
