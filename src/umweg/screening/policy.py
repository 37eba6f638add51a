"""The policy of a screening: points, thresholds and the decision, in a file a user can replace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from umweg.errors import InputError
from umweg.evidence import Verdict
from umweg.screening.model import Reason

DEFAULT = Path(__file__).with_name("policy.yaml")
_MAX_BYTES = 1 << 20


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(_Strict):
    """Numbers that tests compare with."""

    party_listed: float = Field(gt=0, le=1)
    party_possible: float = Field(gt=0, le=1)
    measures_day: date
    round_sum_usd: float = Field(gt=0)
    unusual_quantity_factor: float = Field(gt=1)
    unit_value_factor: float = Field(gt=1)
    unit_value_min_statements: int = Field(ge=1)
    unit_value_years: int = Field(ge=1)


class Policy(_Strict):
    """Points of each reason, and from which sum a line is reviewed or an alert."""

    name: str = Field(min_length=1, max_length=100)
    version: int = Field(ge=1)
    review_from: int = Field(gt=0)
    alert_from: int = Field(gt=0)
    points: dict[str, int]
    cannot_tell: tuple[str, ...]
    thresholds: Thresholds
    sha256: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Policy:
        if self.alert_from <= self.review_from:
            raise ValueError("alert_from must be above review_from")
        twice = sorted(set(self.points) & set(self.cannot_tell))
        if twice:
            raise ValueError(f"{twice[0]} has points and stands under cannot_tell")
        negative = [k for k, v in self.points.items() if v < 0]
        if negative:
            raise ValueError(f"{negative[0]} has negative points: nothing takes suspicion away")
        return self

    @property
    def label(self) -> str:
        """Name, version and hash, as results name the policy."""
        return f"{self.name} {self.version} ({self.sha256[:12]})"

    def sum_of(self, reasons: Iterable[Reason]) -> int:
        """The points of the reasons of a line: each kind counts once, however often it is met."""
        return sum(self.points.get(key, 0) for key in {r.key for r in reasons})

    def decide(self, points: int, cannot_tell: bool) -> Verdict:
        """The decision of a line.

        alert: points from `alert_from` on. review: from `review_from` on. cannot-tell: fewer, and
        something that the decision needs could not be told. clear: everything else.
        """
        if points >= self.alert_from:
            return Verdict.ALERT
        if points >= self.review_from:
            return Verdict.REVIEW
        return Verdict.CANNOT_TELL if cannot_tell else Verdict.CLEAR


def load_policy(path: Path | None = None) -> Policy:
    """The packaged policy, or a user's own; every key must be there and no other.

    Raises:
        InputError: the file cannot be read, or is no policy.
    """
    path = path or DEFAULT
    packaged = set(_parsed(DEFAULT, DEFAULT.read_bytes()).points) if path != DEFAULT else None
    try:
        with path.open("rb") as f:
            data = f.read(_MAX_BYTES)
    except OSError as error:
        raise InputError(
            f"the policy cannot be read: {error.strerror or error}",
            where=str(path),
            next_step="print the packaged one with: umweg check --show-policy",
        ) from None
    policy = _parsed(path, data)
    if packaged is not None:
        known = packaged | set(_parsed(DEFAULT, DEFAULT.read_bytes()).cannot_tell)
        given = set(policy.points) | set(policy.cannot_tell)
        if given != known:
            missing, unknown = sorted(known - given), sorted(given - known)
            raise InputError(
                f"the policy {'lacks ' + missing[0] if missing else 'does not know ' + unknown[0]}",
                where=str(path),
                allowed="each reason once, under points or cannot_tell",
                next_step="start from the packaged one: umweg check --show-policy",
            )
    return policy


def _parsed(path: Path, data: bytes) -> Policy:
    try:
        found = yaml.safe_load(data)
        if not isinstance(found, dict):
            raise ValueError("it is no mapping of keys")
        if "sha256" in found:
            raise ValueError("sha256 is computed and cannot be given")
        return Policy(**found, sha256=hashlib.sha256(data).hexdigest())
    except (ValidationError, ValueError, TypeError, yaml.YAMLError) as error:
        text = str(error)
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            text = f"{'.'.join(str(k) for k in first['loc']) or 'policy'}: {first['msg']}"
        raise InputError(
            f"the policy cannot be used: {text}",
            where=str(path),
            allowed="the keys of the packaged policy",
            next_step="start from the packaged one: umweg check --show-policy",
        ) from None
