"""A new claim file from answers to questions: valid, or an error that says which answer is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from umweg.claims.checking import check_claim
from umweg.claims.model import TESTS
from umweg.claims.reading import ClaimError, parse_claim
from umweg.regime import Regime

DRAFTED = (
    "export_volume", "trades_no_listed_goods", "no_onward_flow_of_goods_not_made_at_home", "none",
)  # fmt: skip
"""The tests that a few answers are enough for; the others are written by hand from an example."""

_NUMBER = ("export_volume",)
_TRADE = (
    "export_volume", "trades_no_listed_goods", "no_onward_flow_of_goods_not_made_at_home",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its key, its text, a default, and the tests it is asked for (None: all)."""

    key: str
    text: str
    default: str | None = None
    tests: tuple[str, ...] | None = None

    def asked(self, answers: Mapping[str, str]) -> bool:
        """Whether it is asked after these answers."""
        return self.tests is None or answers.get("test") in self.tests


QUESTIONS = (
    Question("id", "Identifier (small letters, digits, hyphens)"),
    Question("title", "A short title"),
    Question("speaker", "Who said it"),
    Question("role", "Office or role", ""),
    Question("said_on", "Day, YYYY-MM-DD (empty if not known)", ""),
    Question("language", "Language of the original, two letters", "en"),
    Question("paraphrase", "What was said, in your own words"),
    Question("source", "Where it can be read (web address)"),
    Question("source_kind", "Kind of source: agency, press-conference, interview, report, press, "
             "official, statistics, research, code", "press"),
    Question("test", f"Test: {', '.join(DRAFTED)}", "export_volume"),
    Question("reporter", "Whose trade is it, alpha-3", tests=_TRADE),
    Question("partner", "With whom (the target of an onward flow), alpha-3", tests=_TRADE),
    Question("goods", "Goods: TOTAL, codes such as 8542,8471, or a goods list such as chpl",
             "TOTAL", ("export_volume",)),
    Question("goods", "A goods list such as chpl",
             tests=("trades_no_listed_goods", "no_onward_flow_of_goods_not_made_at_home")),
    Question("period", "Period: 2022, 2023 H1, 2022-01..2022-11", tests=_TRADE),
    Question("value", "The number stated", tests=_NUMBER),
    Question("unit", "Its unit: USD m, EUR bn …", "USD m", _NUMBER),
    Question("needs", "Which data would make it testable", tests=("none",)),
)  # fmt: skip
"""What is asked, in this order."""


def draft(answers: Mapping[str, str], regime: Regime) -> str:
    """The text of a claim file.

    Raises:
        ClaimError: an answer is not valid; names the key of the file that it became.
    """
    if answers.get("test") not in DRAFTED:
        raise ClaimError(
            f"a file for the test {answers.get('test')!r} cannot be asked for",
            where="--test",
            allowed=", ".join(DRAFTED),
            next_step="write the file by hand from an example: `umweg claim show ID --format "
            f"json`; all tests: {', '.join(TESTS)}",
        )
    data: dict[str, Any] = {
        "id": answers["id"],
        "kind": "statement",
        "title": answers["title"],
        "speaker": {"name": answers["speaker"], "role": answers.get("role", "")},
    }
    if answers.get("said_on"):
        data["said_on"] = answers["said_on"]
    data |= {
        "language": answers["language"],
        "paraphrase": answers["paraphrase"],
        "confidence": "B",
        "sources": [{"url": answers["source"], "kind": answers["source_kind"]}],
        "parts": [_part(answers)],
    }
    text = (
        "# One statement; see docs/claims.md for every key. More parts and sources may be added.\n"
        + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=96)
    )
    check_claim(parse_claim(text, "the answers"), regime, "the answers")
    return text


def _part(answers: Mapping[str, str]) -> dict[str, Any]:
    test = answers["test"]
    part: dict[str, Any] = {"sentence": answers["paraphrase"], "test": test}
    if test == "none":
        return {**part, "needs": [answers["needs"]]}
    if test == "trades_no_listed_goods":
        goods = {"lists": [answers["goods"]], "day": answers.get("said_on") or "2023-09-28"}
        part["parameters"] = {
            "reporter": answers["reporter"], "partner": answers["partner"], "flow": "X",
            "goods": goods, "period": answers["period"],
        }  # fmt: skip
        return part
    if test == "no_onward_flow_of_goods_not_made_at_home":
        from umweg.claims.population import as_window

        after = as_window(answers["period"])
        before = after.shifted(-2)
        goods = {"lists": [answers["goods"]], "day": answers.get("said_on") or "2023-09-28"}
        part["parameters"] = {
            "place": answers["reporter"], "target": answers["partner"], "goods": goods,
            "before": str(before), "after": str(after),
        }  # fmt: skip
        return part
    part["parameters"] = {
        "population": {
            "reporter": answers["reporter"], "partner": answers["partner"], "flow": "X",
            "goods": _goods(answers["goods"]),
        },
        "period": answers["period"],
    }  # fmt: skip
    part["expect"] = {
        "value": _number(answers["value"]),
        "unit": answers["unit"],
        "tolerance": {"value": 5, "unit": "% of value",
                      "why": "to be replaced: how exact the statement is, and why"},
    }  # fmt: skip
    return part


def _goods(text: str) -> Any:
    if text.upper() == "TOTAL":
        return "TOTAL"
    codes = [c.strip() for c in text.split(",") if c.strip()]
    return {"codes": codes, "nomenclature": "HS2022"}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
