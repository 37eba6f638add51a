"""The policy: every threshold of a scan, versioned, in one file that a user can replace."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from umweg.errors import InputError, UsageError
from umweg.flows.stats import Array, Flags

DEFAULT = Path(__file__).with_name("policy.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GrowthPreset(_Strict):
    """Fires where growth exceeds the control's by this factor."""

    name: str
    min_ratio_to_expected: float = Field(gt=1)


class OnwardPreset(GrowthPreset):
    """The growth preset, for goods that were hardly exported before."""

    max_exported_before_usd: float = Field(ge=0)
    max_share_exported_before: float = Field(ge=0, le=1)

    def made_at_home(self, exported_before: Array, onward_after: Array) -> Flags:
        """Goods exported before to such an amount that sending them on is no re-export by itself.

        Both arguments in USD a year, of the same shape.
        """
        flags: Flags = (exported_before > self.max_exported_before_usd) & (
            exported_before > self.max_share_exported_before * onward_after
        )
        return flags


class GapPreset(_Strict):
    """Fires where the arrival ratio after is at most this share of the lowest before."""

    name: str
    max_ratio_to_lowest_before: float = Field(gt=0, lt=1)


class VolumePolicy(_Strict):
    """What is assumed of what a transit country does with goods, for volumes."""

    margin: float = Field(ge=0, lt=1)
    margin_low: float = Field(ge=0, lt=1)
    margin_high: float = Field(ge=0, lt=1)
    stock_share: float = Field(ge=0, le=1)
    report_error: float = Field(ge=0, lt=1)
    home_output_usd: float = Field(ge=0)
    unit_value_low: float = Field(gt=0)
    unit_value_high: float = Field(gt=0)
    weighed_share: float = Field(ge=0, le=1)


class ConfirmationPolicy(_Strict):
    """Limits of the regression that stands beside a country's verdict."""

    seconds: float = Field(gt=0)
    max_rows: int = Field(ge=1)
    min_pairs: float = Field(ge=2)


class Floors(_Strict):
    """Materiality: excess in USD a year below which nothing fires."""

    country: float = Field(ge=0)
    corridor: float = Field(ge=0)


class Policy(_Strict):
    """The thresholds of a scan; see policy.yaml for the meaning of each."""

    version: str
    q: float = Field(gt=0, lt=1)
    min_placebos: int = Field(ge=1)
    surge_preset: GrowthPreset
    gap_preset: GapPreset
    onward_preset: OnwardPreset
    floor_usd_per_year: Floors
    tau: float = Field(ge=0, lt=1)
    tau_low: float = Field(ge=0, lt=1)
    tau_high: float = Field(ge=0, lt=1)
    chapter_share: float = Field(gt=0, le=1)
    small_base_usd: float = Field(ge=0)
    min_control_usd: float = Field(ge=0)
    log_offset_usd: float = Field(gt=0)
    volume: VolumePolicy
    confirmation: ConfirmationPolicy
    sha256: str = ""


@cache
def load_policy(path: Path | None = None, fdr: float | None = None) -> Policy:
    """Read a policy file (the packaged one without a path).

    Args:
        path: The file.
        fdr: Takes the place of the file's `q`.

    Raises:
        UsageError: `fdr` is no rate.
        InputError: the file cannot be read, has an unknown or missing key, or a bad value.
    """
    file = path or DEFAULT
    try:
        text = file.read_text("utf-8")
        data: Any = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the policy file cannot be read: {error}", where=str(file)) from error
    if not isinstance(data, dict) or "sha256" in data:
        raise InputError(
            "the policy file must be a mapping of the known keys",
            where=str(file),
            allowed=", ".join(k for k in Policy.model_fields if k != "sha256"),
        )
    try:
        policy = Policy(**data, sha256=hashlib.sha256(text.encode()).hexdigest())
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"the policy file is not valid: {first['msg']}",
            where=f"{file}, key {'.'.join(str(x) for x in first['loc'])}",
            allowed=", ".join(k for k in Policy.model_fields if k != "sha256"),
            next_step="compare with the packaged file: umweg scan --show-policy",
        ) from error
    if fdr is None:
        return policy
    if not 0 < fdr < 1:
        raise UsageError(f"--fdr {fdr} is no rate", allowed="a number between 0 and 1")
    return policy.model_copy(update={"q": fdr})
