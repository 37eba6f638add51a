"""Files as accidents leave them: bytes flipped, cut off, lines doubled, pieces lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.thorough import times

SEEDS = range(times(4, 40))
"""One seed for each kind of accident; `SLOW_TESTS=1` runs ten times as many."""


def flipped(data: bytearray, rng: random.Random) -> None:
    """Some bytes become others."""
    for _ in range(rng.choice((1, 5, 50))):
        data[rng.randrange(len(data))] = rng.randrange(256)


def truncated(data: bytearray, rng: random.Random) -> None:
    """The end is missing."""
    del data[rng.randrange(len(data)) :]


def lines_doubled(data: bytearray, rng: random.Random) -> None:
    """Lines stand a second time elsewhere."""
    lines = bytes(data).splitlines(keepends=True)
    for _ in range(5):
        at = rng.randrange(len(lines))
        lines.insert(rng.randrange(len(lines)), lines[at])
    data[:] = b"".join(lines)


def pieces_dropped(data: bytearray, rng: random.Random) -> None:
    """A few bytes from a sign of the format on are missing, or such a sign is one too many."""
    for _ in range(rng.choice((1, 3))):
        marks = [m.start() for m in re.finditer(rb'["<>,;\n\t]', data[:200_000])] or [0]
        at = rng.choice(marks)
        if rng.random() < 0.3:
            signs = (b'"', b",", b"\n", b"\r", b"\0", b"\x1f", b"\xff", b"-", b"e999")
            data[at:at] = rng.choice(signs)
        else:
            del data[at : at + rng.choice((1, 2, 30))]


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flipped, truncated, lines_doubled, pieces_dropped,
)  # fmt: skip


def mutated(whole: bytes, name: str, seed: int) -> bytes:
    """The file after the accident of a seed; the same each time."""
    rng = random.Random(f"{name}/{seed}")  # noqa: S311 - repeatable on purpose
    data = bytearray(whole)
    MUTATIONS[seed % len(MUTATIONS)](data, rng)
    return bytes(data)
