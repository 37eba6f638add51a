"""What the files of every invented world have in common: countries, months, who publishes what."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from umweg.validation.families import Family
from umweg.validation.link_families import LinkFamily
from umweg.validation.trade_world import Flags

FIRST_MONTH = (2019, 1)

AnyFamily = Family | LinkFamily


def month_name(index: int) -> str:
    """`2019-01` and so on."""
    year, month = divmod(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + index, 12)
    return f"{year:04d}-{month + 1:02d}"


class Names:
    """Invented countries, in the range that ISO 3166 leaves to its users (QMA-QZZ, XAA-XZZ)."""

    def __init__(self, f: AnyFamily) -> None:
        def named(first: str, n: int) -> list[str]:
            return [f"{first}{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(n)]

        self.coalition = [f"Q{chr(77 + i // 26)}{chr(65 + i % 26)}" for i in range(f.coalition)]
        self.places = [
            *named("X", f.transit),
            *[f"X{chr(78 + i // 26)}{chr(65 + i % 26)}" for i in range(f.neutral)],
        ]
        self.target = "ZZZ"
        self.all = [*self.coalition, *self.places, self.target]
        self.transit = f.transit

    def roles(self) -> pa.Table:
        transit = len(self.coalition) + self.transit
        kinds = [
            "coalition" if i < len(self.coalition) else "transit" if i < transit else "neutral"
            for i in range(len(self.all) - 1)
        ]
        return pa.table({"country": self.all, "role": [*kinds, "target"]})


def published(rng: np.random.Generator, f: AnyFamily, target: int) -> dict[str, Flags]:
    """Which months each reporter publishes, by flow."""
    n = target + 1
    out = rng.random((n, f.months)) >= f.gaps
    late = np.flatnonzero(rng.random(n) < f.late)
    for c in late[(late >= f.coalition) & (late < f.coalition + f.transit)]:
        out[c, f.months - int(rng.integers(1, 7)) :] = False
    if f.target_silent:
        out[target, f.measure - 1 :] = False
    exports = out.copy()
    silent = rng.random(n) < f.silent
    silent[: f.coalition] = False
    exports[silent] = False
    return {"X": exports, "M": out}


def coded(index: np.ndarray, values: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(index.astype(np.int32)), pa.array(values, pa.string())
    )
