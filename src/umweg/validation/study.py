"""From measured worlds to a table: means with 95 % intervals, paired differences, volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from umweg.flows.stats import Array
from umweg.validation.detector import DETECTOR, LEVELS, SIZES, Record

Interval = tuple[float, float, float]
"""Mean, and the ends of its 95 % interval."""

METRICS = (
    "auc", "average_precision", "precision_50", "precision_100",
    *(f"{what}_{level:g}" for level in LEVELS for what in ("fdr", "power")),
)  # fmt: skip


def interval(values: Array) -> Interval:
    """Mean over worlds with Student's t interval; the worlds are independent."""
    x = values[np.isfinite(values)]
    if len(x) < 2:
        mean = float(x.mean()) if len(x) else float("nan")
        return mean, float("nan"), float("nan")
    half = float(stdtrit(len(x) - 1, 0.975) * x.std(ddof=1) / np.sqrt(len(x)))
    return float(x.mean()), float(x.mean()) - half, float(x.mean()) + half


def share(hits: int, n: int) -> Interval:
    """A share with Wilson's 95 % interval."""
    if not n:
        return float("nan"), float("nan"), float("nan")
    z = 1.959964
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p, float(centre - half), float(centre + half)


@dataclass(frozen=True, slots=True)
class Study:
    """What a number of worlds showed.

    Attributes:
        planted, null: Measured worlds with and without detours.
    """

    planted: tuple[Record, ...]
    null: tuple[Record, ...]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Study:
        """Sorted by whether anything was planted."""
        return cls(
            tuple(r for r in records if r["planted"]), tuple(r for r in records if not r["planted"])
        )

    @property
    def methods(self) -> list[str]:
        """The detector first, then the known methods by average precision."""
        found = self.planted or self.null
        names = [n for n in found[0]["methods"] if n != DETECTOR] if found else []
        return [DETECTOR, *sorted(names, key=lambda n: -self.mean(n, "average_precision")[0])]

    def values(self, method: str, metric: str) -> Array:
        """One number a planted world."""
        return np.array([r["methods"][method][metric] for r in self.planted], dtype=np.float64)

    def mean(self, method: str, metric: str) -> Interval:
        """Mean over the planted worlds."""
        return interval(self.values(method, metric))

    def lead(self, method: str, metric: str = "average_precision") -> Interval:
        """The detector less another method, world by world."""
        return interval(self.values(DETECTOR, metric) - self.values(method, metric))

    def any_flag(self, method: str, level: float) -> Interval:
        """Share of null worlds with any flag."""
        flags = [r["methods"][method][f"flagged_{level:g}"] > 0 for r in self.null]
        return share(sum(flags), len(flags))

    def volume(self, size: str | None = None) -> dict[str, float]:
        """Estimate over truth of all flagged corridors, and the share of truths in the bounds."""
        parts = [
            r["volumes"] if size is None else r["volumes"]["classes"][size] for r in self.planted
        ]
        total = {
            k: sum(p[k] for p in parts) for k in ("flagged", "estimate_usd", "truth_usd", "inside")
        }
        return {
            "flagged": total["flagged"],
            "ratio": total["estimate_usd"] / total["truth_usd"]
            if total["truth_usd"]
            else float("nan"),
            "inside": total["inside"] / total["flagged"] if total["flagged"] else float("nan"),
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row a method, flat."""
        found = []
        for method in self.methods:
            row: dict[str, Any] = {"method": method}
            for metric in METRICS:
                row[metric], row[f"{metric}_low"], row[f"{metric}_high"] = self.mean(method, metric)
            if method != DETECTOR:
                row["lead"], row["lead_low"], row["lead_high"] = self.lead(method)
            else:
                row["lead"] = row["lead_low"] = row["lead_high"] = None
            for level in LEVELS:
                row[f"null_any_flag_{level:g}"] = self.any_flag(method, level)[0]
            found.append({k: _rounded(v) for k, v in row.items()})
        return found

    def to_json(self) -> dict[str, Any]:
        """The whole study as plain data."""
        return {
            "worlds": len(self.planted),
            "null_worlds": len(self.null),
            "families": sorted({r["family"] for r in (*self.planted, *self.null)}),
            "seeds": sorted({r["seed"] for r in (*self.planted, *self.null)}),
            "corridors": sum(r["corridors"] for r in self.planted),
            "planted": sum(r["planted"] for r in self.planted),
            "methods": self.rows(),
            "null_any_flag": {
                f"{level:g}": [_rounded(x) for x in self.any_flag(DETECTOR, level)]
                for level in LEVELS
            } if self.null else {},
            "volumes": {
                "all flagged": {k: _rounded(v) for k, v in self.volume().items()},
                **{n: {k: _rounded(v) for k, v in self.volume(n).items()} for n, _, _ in SIZES},
            },
        }  # fmt: skip


def _rounded(x: Any) -> Any:
    if isinstance(x, float):
        return round(x, 4) if np.isfinite(x) else None
    return x
