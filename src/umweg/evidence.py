"""What a finding is: signals, verdicts, and the closed lists of caveats and innocent explanations.

The texts here are the ones that readers see. A verdict is never stronger than its data: see
`verdict_of`, which is the whole rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """What became of one test."""

    FIRED = "fired"
    NOT_FIRED = "not-fired"
    BELOW_FLOOR = "below-floor"
    SHOWN = "shown"
    CANNOT_TELL = "cannot-tell"

    @property
    def tested(self) -> bool:
        """Whether the test was possible. Below the floor counts as tested and not fired."""
        return self in (Status.FIRED, Status.NOT_FIRED, Status.BELOW_FLOOR)


class Verdict(StrEnum):
    """The answer for a corridor or a country, weakest first."""

    CLEAR = "clear"
    CANNOT_TELL = "cannot-tell"
    REVIEW = "review"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Signal:
    """One test with its number, what was expected, and how sure that is.

    Attributes:
        status: What became of the test.
        value: The number that was judged (its unit stands in `unit`).
        expected: The same number without a detour, by `method`.
        method: How `expected` was made; names the control group that was used.
        ci_low, ci_high: Interval of `value`, of the kind that `method` names.
        p_value, q_value: Placebo p-value and Benjamini-Hochberg q, where placebos exist.
        missing: What is missing; never empty where the status is `cannot-tell`.
        unit: Unit of value and expected.
        preset: Name of the threshold used where there is no q.
    """

    status: Status
    value: float | None = None
    expected: float | None = None
    method: str = ""
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    missing: tuple[str, ...] = ()
    unit: str = "ratio"
    preset: str = ""

    def __post_init__(self) -> None:
        if self.status is Status.CANNOT_TELL and not self.missing:
            raise ValueError("a signal that cannot tell must say what is missing")


def cannot_tell(*missing: str, method: str = "") -> Signal:
    """A signal whose test was not possible, with what is missing for it."""
    return Signal(Status.CANNOT_TELL, method=method, missing=missing)


@dataclass(frozen=True, slots=True)
class Signals:
    """The four signals of one corridor or country. They stay apart."""

    surge: Signal
    collapse: Signal
    mirror_gap: Signal
    onward: Signal

    def items(self) -> tuple[tuple[str, Signal], ...]:
        """Name and signal, in the order in which they are shown."""
        return (
            ("surge", self.surge),
            ("collapse", self.collapse),
            ("mirror_gap", self.mirror_gap),
            ("onward", self.onward),
        )


def verdict_of(surge: Status, mirror_gap: Status, onward: Status) -> Verdict:
    """Surge, mirror gap and onward count; the collapse of the direct flow is common to all.

    alert: at least two of the three fired, one of them mirror gap or onward. review: exactly one
    fired. clear: none fired, and surge and at least one of mirror gap and onward were tested.
    cannot-tell: none fired and that was not possible.
    """
    fired = [s is Status.FIRED for s in (surge, mirror_gap, onward)]
    if sum(fired) >= 2:  # two of three always include mirror gap or onward
        return Verdict.ALERT
    if any(fired):
        return Verdict.REVIEW
    if surge.tested and (mirror_gap.tested or onward.tested):
        return Verdict.CLEAR
    return Verdict.CANNOT_TELL


CAVEATS: Mapping[str, str] = {
    "all-goods-control": "The control is all other goods sent to the same partner, one series: "
    "it carries the partner's demand and the exchange rate, not the trend of these goods.",
    "base-size": "The value before the measures is small, so that the factor says little; read "
    "the difference in money beside it.",
    "cif-fob": "Imports are valued CIF and exports FOB; they are brought together by one "
    "assumed margin τ, which cancels in the arrival ratio and moves the share of the gap.",
    "code-meaning": "Goods codes are compared by their digits across editions of the "
    "nomenclature; the meaning of some changed.",
    "confirmation-limits": "The regression beside the verdict reads the same reports as the "
    "signals and is no second source; a boom of the listed goods in this one country looks the "
    "same in it, whatever its cause; detours of a few goods may be too small for it to see.",
    "created-codes": "The code exists only in the nomenclature of one of the two windows, or "
    "nobody reported it before: its change is one of numbering.",
    "chapter-share": "One chapter of the tariff carries a large share of the value after.",
    "different-baskets": "The signals rest on different baskets: the listed goods for the surge, "
    "all goods for the mirror gap.",
    "fake-date-placebos": "The p-value compares with restricted codes one step earlier, before "
    "the measures: one other pair of windows, with what was particular to it.",
    "few-placebos": "There are too few earlier dates to compare with: how far the flow moves by "
    "itself is not known.",
    "group-composition": "A published group (such as 'The EU') did not have the same members in "
    "every year.",
    "import-codes": "The list may contain some codes that the act names for imports only.",
    "joined-codes": "A revision of the nomenclature ties this code to others; they were followed "
    "together, and what is said of one holds for all of them.",
    "later-vintage": "The figures came out, or were revised, after the statement was made: the "
    "speaker cannot have known these numbers.",
    "list-reach": "The goods list does not reach to the end of the window: goods listed later "
    "are not in the basket.",
    "listed-within-period": "Some goods were listed within a period of the figures, or on a day "
    "that is known only as a bound: trade before and after the listing cannot be told apart.",
    "may-be-controlled": "Some codes hold controlled and other goods: trade in them is no trade in "
    "listed goods before the goods are classified.",
    "missing-reporters": "Some reporters have no figure for some months of the windows; they "
    "count with what they published unless complete reporters are asked for.",
    "names-exact": "The name was compared as published, without variants of spelling.",
    "reading-open": "The publication does not say exactly which goods, months or partners it "
    "counted; the number is held against each reading.",
    "several-sources": "More than one source states this flow; one was used, the others are named.",
    "origin-or-consignment": "The importer's publication does not say whether the partner is the "
    "country of origin or of consignment.",
    "own-past-control": "No control group is held: the expectation is the flow's own growth of "
    "the year before.",
    "partial-codes": "Some rows sum only a part of their code's sub-codes; they are used for "
    "growth and never for a mirror gap.",
    "provisional": "The figures were published within a year of the window's end: its last "
    "periods are provisional and get revised.",
    "shared-report": "Surge and mirror gap both use the exporters' report: they are not "
    "independent, and their p-values are never multiplied.",
    "sub-codes-only": "The figures hold only some sub-codes of these goods: the sum is a lower "
    "bound.",
    "target-elsewhere": "This country is itself the target of another measure of the regime.",
    "total-only-onward": "The onward figure is of all goods: it is shown, not judged.",
    "windows-after-measures": "The window before does not end before the measures began: a detour "
    "that had begun by then is part of the comparison.",
    "unit-values-differ": "What went on has another unit value (USD/kg) than what came in: other "
    "goods, other qualities, or a weight that is wrong.",
    "weight-not-conserved": "What went on weighs more than what came in from the coalition and can "
    "have lain in stock: part of it came from elsewhere.",
    "volume-firm-level": "Volumes are minima of sums by product; followed firm by firm, far less "
    "was found to be rerouted than such minima suggest (1.8 against 16.1 %; Iyoha et al.).",
    "wider-codes": "The statistics are held at fewer digits than the list: the figure contains "
    "goods that are not listed.",
    "yearly-figures": "The figures are by year: each counts as twelve equal months, so that a rise "
    "within the year of the measure seems to begin before it.",
    "value-not-volume": "The figures are values: a rise of prices looks like a rise of goods.",
}
"""The closed list of caveats: key and the sentence the reader sees."""

EXPLANATIONS: Mapping[str, str] = {
    "price": "prices rose",
    "hs-revision": "goods moved to another code when the nomenclature changed",
    "reporting-practice": "a statistical office changed what it counts or whom it names as partner",
    "domestic-demand": "demand at home grew, or goods formerly bought elsewhere come from here now",
    "tiny-base": "little was traded before, so that one order makes a large factor",
    "own-production": "the country re-exports or exports what it makes itself",
}
"""Innocent explanations that trade figures alone cannot rule out."""


def remaining(*, renumbered: bool, tiny_base: bool) -> tuple[str, ...]:
    """The innocent explanations that a finding leaves open, by key.

    Args:
        renumbered: The nomenclature changed between the windows.
        tiny_base: Little was traded before.
    """
    settled = {"hs-revision"} if not renumbered else set()
    settled |= {"tiny-base"} if not tiny_base else set()
    return tuple(e for e in EXPLANATIONS if e not in settled)


@dataclass(frozen=True, slots=True)
class Caveat:
    """A caveat of the closed list, with the particulars of this finding."""

    key: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.key not in CAVEATS:
            raise ValueError(f"'{self.key}' is not on the closed list of caveats")

    @property
    def text(self) -> str:
        """The sentence shown to the reader."""
        return CAVEATS[self.key] + (f" {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class NotTested:
    """Something the scan was asked about, or that the regime names, and could not look at."""

    what: str
    why: str
    missing: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What every finding carries: signals, verdict, reasons, caveats, explanations that remain."""

    signals: Signals
    verdict: Verdict
    reasons: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    explanations: tuple[str, ...] = field(default=tuple(EXPLANATIONS))
