"""How well scores tell matches from the rest: counts, rates with intervals, ranks."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

Z95 = 1.959963984540054
"""97.5th percentile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its Wilson interval of 95 %.

    Attributes:
        value: hits / of; None where there is nothing to divide by.
        low, high: Wilson (1927), J. Am. Stat. Assoc. 22, 209–212.
    """

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def low(self) -> float | None:
        return self._bounds()[0]

    @property
    def high(self) -> float | None:
        return self._bounds()[1]

    def _bounds(self) -> tuple[float | None, float | None]:
        if not self.of:
            return None, None
        p, n = self.hits / self.of, self.of
        centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Confusion:
    """What a threshold makes of labelled scores (a score at the threshold is a match)."""

    tp: int
    fp: int
    fn: int
    tn: int

    @classmethod
    def at(cls, scores: Floats, labels: Bools, threshold: float) -> Confusion:
        said = scores >= threshold
        return cls(
            int((said & labels).sum()),
            int((said & ~labels).sum()),
            int((~said & labels).sum()),
            int((~said & ~labels).sum()),
        )

    @property
    def precision(self) -> Rate:
        return Rate(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Rate:
        return Rate(self.tp, self.tp + self.fn)

    @property
    def right(self) -> Rate:
        return Rate(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)

    @property
    def f1(self) -> float | None:
        """2·TP / (2·TP + FP + FN); None without any match, said or true."""
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else None


def auc(scores: Floats, labels: Bools) -> float | None:
    """Area under the ROC curve: the chance that a match scores above a non-match, ties half.

    Mann and Whitney (1947). None unless there are both.
    """
    positive, negative = int(labels.sum()), int((~labels).sum())
    if not positive or not negative:
        return None
    ranks = rankdata(scores)
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(scores: Floats, labels: Bools) -> float | None:
    """Sum over the thresholds of (gain in recall) × precision; ties count together."""
    if not labels.any():
        return None
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(labels[order])
    last = np.append(np.nonzero(np.diff(ordered))[0], ordered.size - 1)
    precision = hits[last] / (last + 1)
    recall = hits[last] / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def best_f1(scores: Floats, labels: Bools) -> tuple[float, float] | None:
    """The highest F1 that any threshold gives, and that threshold: chosen *after* the fact."""
    if not labels.any():
        return None
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(labels[order])
    last = np.append(np.nonzero(np.diff(ordered))[0], ordered.size - 1)
    f1 = 2 * hits[last] / (last + 1 + hits[-1])
    best = int(np.argmax(f1))
    return float(f1[best]), float(ordered[last[best]])


def bootstrap_f1(
    scores: Floats, labels: Bools, threshold: float, *, seed: int, times: int = 2000
) -> tuple[float, float] | None:
    """Percentile interval of 95 % of F1, resampling pairs."""
    said = scores >= threshold
    if not (said | labels).any():
        return None
    # F1 needs three counts: a multinomial draw of the four cells is the bootstrap.
    counts = np.array([
        (said & labels).sum(), (said & ~labels).sum(), (~said & labels).sum(),
        (~said & ~labels).sum(),
    ])  # fmt: skip
    n = int(counts.sum())
    tp, fp, fn, _ = np.random.default_rng(seed).multinomial(n, counts / n, times).T
    whole = 2 * tp + fp + fn
    values = np.divide(2 * tp, whole, out=np.zeros(times), where=whole > 0)
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def cut_at(shuffled: Floats, one_in: int) -> float:
    """The score that at most one in `one_in` shuffled pairs exceeds."""
    allowed = shuffled.size // one_in
    return float(np.sort(shuffled)[::-1][allowed])


def recall_at_cut(positives: Floats, shuffled: Floats, one_in: int = 1000) -> Rate | None:
    """Share of the matches that score above `cut_at`; None with too few shuffled pairs."""
    if shuffled.size < one_in or not positives.size:
        return None
    return Rate(int((positives > cut_at(shuffled, one_in)).sum()), int(positives.size))


def recall_at(positives: Floats, others: Floats, k: int) -> Rate:
    """Share of the matches that are among the first k when ranked with other listed names.

    Args:
        positives: Score of each query with its listed name, shape (n,).
        others: Its scores with other listed names, shape (n, m); nan where there is none.
            A tie counts against the match.
    """
    above = (others >= positives[:, None]).sum(axis=1)  # nan compares false
    return Rate(int((above < k).sum()), int(positives.size))
