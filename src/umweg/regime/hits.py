"""The parts of an answer: a measure that meets the code, a question, the reach of a list."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

MAY_BE_CONTROLLED = "may be controlled, classify"
OLD_CONTRACTS = "old contracts only"


@dataclass(frozen=True, slots=True)
class Hit:
    """One measure that meets the code. Dates are read with `date_quality`, see `date_text`.

    `number_seen` says whether the number of the act was read in a source (`yes`, `partly`) or is
    general knowledge (`no`).
    """

    measure: str
    programme: str
    issuer: str
    kind: str
    title: str
    provision: str
    annex: str
    direction: str
    list: str
    strength: str
    text: str
    in_force_from: date | None
    date_quality: str
    date_text: str
    until: date | None
    wind_down: dict[str, str] | None
    price_threshold_eur: float | None
    partial_code: bool
    matched_code: str
    matched_codes: tuple[str, ...]
    nomenclature: str
    how: str
    how_note: str
    tier: str
    instrument: str
    instrument_title: str
    number_seen: str
    reference: str
    confidence: dict[str, str]
    verified_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the asker can answer, and on which the law depends."""

    about: str
    text: str
    lists: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What it means, for one list, that the code was or was not found.

    `status` is `listed`, `may-be-controlled`, `not-listed` (the list reaches to that day and does
    not have the code), or `cannot-tell`.
    """

    list: str
    title: str
    programme: str
    direction: str
    held: bool
    nomenclature: str
    complete_from: date | None
    complete_until: date | None
    absence: str
    covers_as_of: bool
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class GoodsAnswer:
    """The whole answer. `measures` holds what is in force on `as_of` and nothing else."""

    code: str
    target: str
    as_of: date
    measures: tuple[Hit, ...]
    later: tuple[Hit, ...]
    questions: tuple[Question, ...]
    reach: tuple[Reach, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: `{code, target, as_of, measures, later, questions, reach}`."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def date_text(day: date | None, quality: str) -> str:
    """The first day in words: a bound never reads like a date."""
    if day is None:
        return "first day not known"
    if quality == "lower-bound":
        return f"not before {day} (lower bound; the true day may be later)"
    if quality == "no-later-than":
        return f"no later than {day} (the true day may be earlier)"
    return f"from {day}"
