"""The thresholds of the named tests: one file, versioned, beside the policy of a scan."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

DEFAULT = Path(__file__).with_name("policy.yaml")


class ClaimPolicy(BaseModel):
    """See policy.yaml for the meaning of each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    min_share_of_codes_held: float = Field(gt=0, le=1)
    min_share_of_total: float = Field(gt=0, le=1)
    stopped_at_most: float = Field(ge=0, lt=1)
    fell_to_at_most: float = Field(gt=0, lt=1)
    max_placebo_share: float = Field(gt=0, lt=1)
    min_placebos: int = Field(ge=1)
    max_rows: int = Field(ge=1)
    min_share_of_nomenclature: float = Field(gt=0, le=1)
    max_totals: int = Field(ge=0)
    negligible_share: float = Field(ge=0, lt=1)


@cache
def claim_policy() -> ClaimPolicy:
    """The packaged thresholds."""
    return ClaimPolicy(**yaml.safe_load(DEFAULT.read_text("utf-8")))
