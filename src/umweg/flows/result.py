"""What a scan answers: frozen results that print as JSON, Arrow, pandas and in a notebook."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from umweg.evidence import CAVEATS, EXPLANATIONS, Judged, NotTested, Signal, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from umweg.flows.confirmation import Effect


def _plain(value: Any) -> Any:
    """Numbers that JSON can carry: ten significant digits; NaN and infinity become null."""
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return value


def _plain_all(values: Mapping[str, float]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in values.items()}


def signal_json(signal: Signal) -> dict[str, Any]:
    """A signal as plain data."""
    data = {k: _plain(v) for k, v in asdict(signal).items()}
    data["status"] = signal.status.value
    data["missing"] = list(signal.missing)
    return data


WINDOWS = "the windows"
MEASURES = "the measure of each good"
"""What divides before from after in a corridor."""
BEFORE_MEASURE = "before the measure of the goods"
"""The window before, in the signals of a corridor that was compared around it."""
OWN_FILE = "the user's file"
"""Publisher of figures that were read from a file and not from a store."""


@dataclass(frozen=True, slots=True)
class OriginUsed:
    """A publication whose figures were used."""

    origin_id: str
    publisher: str
    title: str
    url: str | None
    licence: str | None
    vintage: str | None
    snapshot_id: str
    sha256: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """How much may have passed in a flagged corridor, USD over all months from the measure on.

    `onward_usd` and `ghost_usd` are the two parts of the central estimate. `without_ghost`: the
    mirror gap could not be tested, so that the upper bound knows no ghost trade. Kilograms, and the
    unit value of what went on over that of what came in, where enough rows state a weight.
    """

    lower_usd: float
    central_usd: float
    upper_usd: float
    onward_usd: float
    ghost_usd: float
    without_ghost: bool
    lower_kg: float | None = None
    central_kg: float | None = None
    upper_kg: float | None = None
    unit_value_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked, of which versions, when: enough to repeat it.

    `elsewhere_tested` corridors were tested with the neutral countries as a placebo target, where
    nothing should be found, and `elsewhere_flagged` of them flagged at `fdr`.
    """

    run_id: str
    version: str
    regime_version: str
    policy_version: str
    policy_sha256: str
    as_of: str
    target: str
    programme: str | None
    goods_lists: tuple[str, ...]
    codes: tuple[str, ...]
    tier: str | None
    transit_asked: tuple[str, ...]
    transit: tuple[str, ...]
    before: str
    after: str
    earlier: str | None
    ratio_currency: str
    complete_reporters: bool
    codes_in_both: bool
    preset: str
    code_level: int
    basket_codes: int
    basket_sha256: str
    placebos: str
    n_placebos: int
    smallest_q: float | None
    origins: tuple[OriginUsed, ...]
    fdr: float = 0.10
    corridor_dates: str = WINDOWS
    elsewhere_tested: int = 0
    elsewhere_flagged: int = 0
    confirm: str = ""

    @property
    def own_dates(self) -> bool:
        """Whether the corridors were compared around the measure of their own goods."""
        return self.corridor_dates == MEASURES


@dataclass(frozen=True, slots=True)
class CountryResult(Judged):
    """One transit country: the basket's inbound leg, the mirror gap by year, the verdict.

    Ratios and shares are plain numbers (7.06, 0.67); amounts are USD over the window unless the
    name says otherwise. `inbound_ratio` is computed in the run's `ratio_currency`, so it is not
    the quotient of the `_usd` fields; `control_ratio` is the control's growth in the same currency,
    `control_growth` in USD. `direct_ratio` is the basket to the target itself, and
    `direct_control_ratio` all other goods to it, in the same currency. `confirmation` stands beside
    the verdict and changes nothing in it; empty where it was not asked for.
    """

    target: str = ""
    transit: str = ""
    name: str = ""
    inbound_before_usd: float = 0.0
    inbound_after_usd: float = 0.0
    inbound_before_reported: float = 0.0
    inbound_after_reported: float = 0.0
    inbound_ratio: float | None = None
    inbound_expected_usd: float | None = None
    inbound_excess_usd: float | None = None
    ci_low_usd: float | None = None
    ci_high_usd: float | None = None
    control_growth: float | None = None
    control_ratio: float | None = None
    control_method: str = ""
    direct_ratio: float | None = None
    direct_control_ratio: float | None = None
    gap_share_by_year: Mapping[str, float] = field(default_factory=dict)
    gap_share_raw_by_year: Mapping[str, float] = field(default_factory=dict)
    mirror_by_year: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    tau: float = 0.0
    onward_ratio: float | None = None
    onward_by_year: Mapping[str, float] = field(default_factory=dict)
    monthly: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    confirmation: tuple[Effect, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The country as plain data (the published schema)."""
        names = (
            "target", "transit", "name", "inbound_before_usd", "inbound_after_usd",
            "inbound_before_reported", "inbound_after_reported", "inbound_ratio",
            "inbound_expected_usd", "inbound_excess_usd", "ci_low_usd", "ci_high_usd",
            "control_growth", "control_ratio", "control_method", "direct_ratio",
            "direct_control_ratio", "tau",
            "onward_ratio",
        )  # fmt: skip
        return {
            **{n: _plain(getattr(self, n)) for n in names},
            "gap_share_by_year": _plain_all(self.gap_share_by_year),
            "gap_share_raw_by_year": _plain_all(self.gap_share_raw_by_year),
            "mirror_usd_by_year": {
                y: _plain_all({"exports_fob_usd": x, "imports_cif_usd": m})
                for y, (x, m) in self.mirror_by_year.items()
            },
            "onward_usd_by_year": _plain_all(self.onward_by_year),
            "signals": {n: signal_json(s) for n, s in self.signals.items()},
            "confirmation": [
                {k: _plain(v) for k, v in e.to_json().items()} for e in self.confirmation
            ],
            **judged_json(self),
        }


def judged_json(judged: Judged) -> dict[str, Any]:
    """Verdict, reasons, caveats and remaining explanations as plain data.

    Caveats and explanations are keys of the closed lists, whose texts stand once, in `run`.
    """
    return {
        "verdict": judged.verdict.value,
        "reasons": list(judged.reasons),
        "caveats": [{"key": c.key, "detail": c.detail} for c in judged.caveats],
        "explanations": list(judged.explanations),
    }


@dataclass(frozen=True, slots=True)
class CorridorResult(Judged):
    """One corridor: target, transit country and goods code.

    The inbound amounts are sums over the windows, or, where the run's `corridor_dates` is the
    measure of each good, USD a year around it (means of half-years).
    """

    target: str = ""
    transit: str = ""
    code: str = ""
    nomenclature: str = ""
    description: str = ""
    lists: tuple[str, ...] = ()
    inbound_before_usd: float = 0.0
    inbound_after_usd: float = 0.0
    inbound_excess_usd: float | None = None
    score: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    volume: Volume | None = None

    def to_json(self) -> dict[str, Any]:
        """The corridor as plain data (the published schema)."""
        return {
            "target": self.target,
            "transit": self.transit,
            "code": self.code,
            "nomenclature": self.nomenclature,
            "description": self.description,
            "lists": list(self.lists),
            "inbound_before_usd": _plain(self.inbound_before_usd),
            "inbound_after_usd": _plain(self.inbound_after_usd),
            "inbound_excess_usd": _plain(self.inbound_excess_usd),
            "signals": {n: signal_json(s) for n, s in self.signals.items()},
            "score": _plain(self.score),
            "p_value": _plain(self.p_value),
            "q_value": _plain(self.q_value),
            **volume_json(self.volume),
            **judged_json(self),
        }


def volume_json(volume: Volume | None) -> dict[str, Any]:
    """The volume of a corridor as plain data; nulls where none is given."""
    v = volume
    return {
        "volume_lower_usd": _plain(v.lower_usd) if v else None,
        "volume_usd": _plain(v.central_usd) if v else None,
        "volume_upper_usd": _plain(v.upper_usd) if v else None,
        "volume_onward_usd": _plain(v.onward_usd) if v else None,
        "volume_ghost_usd": _plain(v.ghost_usd) if v else None,
        "volume_without_ghost": v.without_ghost if v else None,
        "volume_lower_kg": _plain(v.lower_kg) if v else None,
        "volume_kg": _plain(v.central_kg) if v else None,
        "volume_upper_kg": _plain(v.upper_kg) if v else None,
        "unit_value_ratio": _plain(v.unit_value_ratio) if v else None,
    }


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The answer of a scan. Countries and corridors are ranked, the most striking first."""

    run: Run
    countries: tuple[CountryResult, ...]
    corridors: tuple[CorridorResult, ...]
    not_tested: tuple[NotTested, ...]

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """Every verdict that occurs among countries and corridors."""
        return frozenset(x.verdict for x in (*self.countries, *self.corridors))

    def to_json(self) -> dict[str, Any]:
        """The whole result as plain data; its schema is `umweg/flows/scan.schema.json`."""
        return {
            "run": {
                **asdict(self.run),
                "caveats": dict(CAVEATS),
                "explanations": dict(EXPLANATIONS),
            },
            "countries": [c.to_json() for c in self.countries],
            "corridors": [c.to_json() for c in self.corridors],
            "not_tested": [asdict(n) for n in self.not_tested],
        }

    def signal_rows(self) -> list[dict[str, Any]]:
        """One row a signal, in the columns of the store's `signals` table."""
        rows: list[dict[str, Any]] = []
        vintage = f"regime {self.run.regime_version}; " + ", ".join(
            f"{o.origin_id} {o.vintage or 'undated'}" for o in self.run.origins
        )
        findings: tuple[CountryResult | CorridorResult, ...] = (*self.countries, *self.corridors)
        for found in findings:
            corridor = isinstance(found, CorridorResult)
            dated = corridor and self.run.own_dates
            for name, s in found.signals.items():
                rows.append(
                    {
                        "run_id": self.run.run_id,
                        "scale": "corridor" if corridor else "country",
                        "target": found.target,
                        "transit": found.transit,
                        "code": found.code if isinstance(found, CorridorResult) else "",
                        "nomenclature": (
                            found.nomenclature if isinstance(found, CorridorResult) else None
                        ),
                        "signal": name,
                        "status": s.status.value,
                        "value": _plain(s.value),
                        "expected": _plain(s.expected),
                        "method": s.method,
                        "ci_low": _plain(s.ci_low),
                        "ci_high": _plain(s.ci_high),
                        "p_value": _plain(s.p_value),
                        "q_value": _plain(s.q_value),
                        "missing": "; ".join(s.missing) or None,
                        "verdict": found.verdict.value,
                        "before": BEFORE_MEASURE if dated else self.run.before,
                        "after": self.run.after,
                        "vintage": vintage,
                    }
                )
        return rows

    def to_arrow(self) -> pa.Table:
        """The corridors as a table, one row each, signals flattened."""
        rows = []
        for c in self.corridors:
            row = {
                k: v
                for k, v in c.to_json().items()
                if k not in ("signals", "reasons", "caveats", "explanations", "lists")
            }
            row["lists"] = ";".join(c.lists)
            for name, s in c.signals.items():
                row[f"{name}_status"] = s.status.value
                row[f"{name}_value"] = _plain(s.value)
                row[f"{name}_expected"] = _plain(s.expected)
            row["reasons"] = " | ".join(c.reasons)
            row["caveats"] = ";".join(x.key for x in c.caveats)
            rows.append(row)
        return pa.Table.from_pylist(rows)

    def to_pandas(self) -> pd.DataFrame:
        """The corridors as a pandas data frame."""
        return self.to_arrow().to_pandas()

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{html.escape(c.name)}</td><td>{c.verdict.value}</td><td>"
            f"{'' if c.inbound_ratio is None else f'×{c.inbound_ratio:.2f}'}</td>"
            f"<td>{html.escape('; '.join(c.reasons))}</td></tr>"
            for c in self.countries
        )
        return (
            f"<table><caption>umweg scan {html.escape(self.run.target)}, "
            f"{self.run.before} → {self.run.after}</caption><tr><th>transit country</th>"
            f"<th>verdict</th><th>inbound</th><th>reasons</th></tr>{cells}</table>"
        )
