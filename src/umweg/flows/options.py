"""What a scan is asked: options with the defaults that the packaged sample calls for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from umweg.errors import UsageError
from umweg.periods import Window

if TYPE_CHECKING:
    from umweg.regime import Regime

SAMPLE_TARGET = "RUS"
SAMPLE_GOODS_LIST = "eu-833-cn8-20221007"
SAMPLE_BEFORE = Window("2021-01", "2021-11")
SAMPLE_AFTER = Window("2022-01", "2022-11")
"""A plain scan asks what the packaged sample can answer; every part can be asked otherwise."""

PRESETS = ("control", "commission")


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """The question of a scan.

    Attributes:
        target: The sanctioned territory, alpha-3.
        programme: The goods lists of this programme make the basket.
        transit: Transit countries to look at; those the regime names without it.
        goods_list: Goods lists (ids of the regime, or paths of a user's CSV) that make the basket.
        codes: Only these codes (HS4, HS6, CN8, or ranges) of the basket; without a goods list,
            these codes alone.
        tier: Only entries of this tier of the goods list.
        before, after: The two windows that are compared.
        currency: Currency of `inbound_ratio`; the one that the exporters reported in, if it is
            one, else USD.
        complete_reporters: Leave out reporters that miss a period of either window.
        codes_in_both: Only codes that some exporter reported, to any partner held, in both
            windows.
        preset: `control` compares growth with the control's; `commission` is the rule by which
            the European Commission chose "economically critical goods" (over EUR 1 m and at
            least +100 % on the mean of 2019-2021).
        as_of: The regime as it stood on this day; today without it.
        policy: A policy file; the packaged one without it.
        fdr: False-discovery rate at which a corridor is flagged; the policy's without it.
        confirm: `ppml`: a regression beside the verdict of every country that is alert or review,
            or, with `transit`, of those named (extra `econ`).
    """

    target: str = SAMPLE_TARGET
    programme: str | None = None
    transit: tuple[str, ...] = ()
    goods_list: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    tier: str | None = None
    before: Window = SAMPLE_BEFORE
    after: Window = SAMPLE_AFTER
    currency: str | None = None
    complete_reporters: bool = False
    codes_in_both: bool = False
    preset: str = "control"
    as_of: date | None = None
    policy: Path | None = None
    fdr: float | None = None
    confirm: str | None = None

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise UsageError(f"no preset is named '{self.preset}'", allowed=", ".join(PRESETS))
        if self.before.freq != self.after.freq:
            raise UsageError(
                f"--before {self.before} and --after {self.after} are of two frequencies",
                allowed="both in months or both in years",
            )
        if self.before.overlaps(self.after) or self.before.first > self.after.first:
            raise UsageError(
                f"--before {self.before} must lie wholly before --after {self.after}",
                next_step="for instance --before 2021-01..2021-11 --after 2022-01..2022-11",
            )

    def default_lists(self, regime: Regime) -> tuple[str, ...]:
        """The goods lists of a scan that names none: the sample's, else all against the target."""
        if self.target in regime.goods_list(SAMPLE_GOODS_LIST).targets:
            return (SAMPLE_GOODS_LIST,)
        return tuple(n for n in regime.goods_lists if self.target in regime.goods_list(n).targets)

    @property
    def earlier(self) -> Window | None:
        """The window one step before `before`, for fake dates and the flow's own past.

        It exists where the two windows are of one length and whole years apart.
        """
        if len(self.before.periods) != len(self.after.periods):
            return None
        lag = int(self.after.first[:4]) - int(self.before.first[:4])
        same_season = self.before.first[4:] == self.after.first[4:]
        return self.before.shifted(-lag) if same_season and lag > 0 else None
