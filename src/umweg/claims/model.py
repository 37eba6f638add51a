"""The claim file: who said what, when, where, on what evidence, and what is put to which test."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from umweg.claims import parameters as p
from umweg.claims.population import Day, RefusedError, Strict, as_list, as_tuple

SourceKind = Literal[
    "agency", "press-conference", "interview", "report", "press", "official", "statistics",
    "research", "code",
]  # fmt: skip
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


def _id(text: str) -> str:
    if not _ID.match(text):
        raise RefusedError(
            f"{text!r} is no identifier", "small letters, digits and single hyphens: kz-2023-09-28"
        )
    return text


def _web(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or any(c.isspace() for c in text):
        raise RefusedError(f"{text!r} is no address of a web page", "https://… or http://…")
    return text


Id = Annotated[str, AfterValidator(_id)]
Text = Annotated[str, Field(min_length=3, max_length=1500)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Speaker(Strict):
    """Who spoke: a holder of public office, an authority, a publisher."""

    name: str = Field(min_length=2)
    role: str = ""


class Source(Strict):
    """Where the statement can be read."""

    url: Annotated[str, AfterValidator(_web)]
    kind: SourceKind
    accessed_on: Day | None = None
    note: str = ""


class Link(Strict):
    """Another statement about the same thing: claimed and denied stand side by side."""

    claim: Id
    relation: Literal["denies", "denied-by", "repeats", "conflicts-with", "same-subject"]


class _Part(Strict):
    sentence: Text


class TradesNoListedGoods(_Part):
    """See `goods_rules.trades_no_listed_goods`."""

    test: Literal["trades_no_listed_goods"]
    parameters: p.ListedTrade


class NoOnwardFlow(_Part):
    """See `onward_rule.no_onward_flow_of_goods_not_made_at_home`."""

    test: Literal["no_onward_flow_of_goods_not_made_at_home"]
    parameters: p.OnwardTrade


class ExportVolume(_Part):
    """See `number_rules.export_volume`."""

    test: Literal["export_volume"]
    parameters: p.Volume
    expect: p.Expect


class GrowthBetween(_Part):
    """See `number_rules.growth_between`."""

    test: Literal["growth_between"]
    parameters: p.Growth
    expect: p.Expect


class ShareOf(_Part):
    """See `number_rules.share_of`."""

    test: Literal["share_of"]
    parameters: p.Share
    expect: p.Expect


class MirrorGapBelow(_Part):
    """See `number_rules.mirror_gap_below`."""

    test: Literal["mirror_gap_below"]
    parameters: p.Gap
    expect: p.Expect


class MeasureInForceAt(_Part):
    """See `law_rules.measure_in_force_at`."""

    test: Literal["measure_in_force_at"]
    parameters: p.InForce
    expect: p.Holds


class FlowStoppedAfter(_Part):
    """See `event_rule.flow_stopped_after`."""

    test: Literal["flow_stopped_after"]
    parameters: p.EventStudy
    expect: p.Change


class ListedAt(_Part):
    """See `law_rules.listed_at`."""

    test: Literal["listed_at"]
    parameters: p.Listed
    expect: p.Holds


class FigureMatches(_Part):
    """See `number_rules.figure_matches`."""

    test: Literal["figure_matches"]
    parameters: p.FigureMatches
    expect: p.Expect


class NotTestable(_Part):
    """A part that no test can decide yet, with the data that would make it testable."""

    test: Literal["none"]
    needs: Annotated[
        tuple[Text, ...],
        BeforeValidator(as_tuple),
        BeforeValidator(as_list),
        Field(min_length=1),
    ]


Part = Annotated[
    TradesNoListedGoods
    | NoOnwardFlow
    | ExportVolume
    | GrowthBetween
    | ShareOf
    | MirrorGapBelow
    | MeasureInForceAt
    | FlowStoppedAfter
    | ListedAt
    | FigureMatches
    | NotTestable,
    Field(discriminator="test"),
]
TESTS = (
    "trades_no_listed_goods", "no_onward_flow_of_goods_not_made_at_home", "export_volume",
    "growth_between", "share_of", "mirror_gap_below", "measure_in_force_at", "flow_stopped_after",
    "listed_at", "figure_matches", "none",
)  # fmt: skip
"""The names of the tests, `none` for a part that only says what it would need."""


class Claim(Strict):
    """One public statement, as its file describes it.

    `kind`: a statement (or its denial) of somebody, a published figure, or a measure that somebody
    announced. `said_on` is the day on which it was said or published, where that is known; else
    `said_text` may say what is known. `language` is that of the original, as ISO 639-1;
    `written_in` that of paraphrase and sentences in this file.
    """

    id: Id
    kind: Literal["statement", "denial", "figure", "measure"]
    title: Annotated[str, Field(min_length=3, max_length=120)]
    speaker: Speaker
    said_on: Day | None = None
    said_text: str = ""
    place: str = ""
    language: Language
    written_in: Language = "en"
    paraphrase: Text
    confidence: Literal["A", "B", "C"]
    sources: Annotated[tuple[Source, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    linked: Annotated[tuple[Link, ...], BeforeValidator(as_tuple)] = ()
    parts: Annotated[tuple[Part, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    note: str = ""
