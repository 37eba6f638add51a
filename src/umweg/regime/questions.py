"""What only the asker can answer: the questions that come with an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from umweg.regime.hits import MAY_BE_CONTROLLED, Hit, Question
from umweg.regime.lists import GoodsList
from umweg.regime.matching import Search
from umweg.regime.model import Measure

if TYPE_CHECKING:
    from umweg.regime.law import Regime


def held_until(goods_list: GoodsList | None) -> date | None:
    """The first day of which the list, as it is held, says nothing; None if none is stated."""
    if goods_list is None:
        return None
    info = goods_list.info
    if info.complete_until is None and info.as_of is not None:
        return info.as_of + timedelta(days=1)
    return info.complete_until


def questions(
    regime: Regime,
    prefixes: tuple[str, ...],
    target: str,
    as_of: date,
    now: list[Hit],
    later: list[Hit],
    searches: dict[str, Search],
    held: list[tuple[Measure, GoodsList]],
) -> tuple[Question, ...]:
    found: list[Question] = []
    for rule in regime.question_rules.values():
        applies = target in rule.targets and rule.from_ <= as_of
        if rule.until is not None and rule.until <= as_of:
            applies = False
        if applies and any(
            p.startswith(q) or q.startswith(p) for p in prefixes for q in rule.prefixes
        ):
            act = regime.instruments[rule.instrument]
            found.append(Question(rule.programme, rule.text, (), act.link or act.title))

    def ask(about: str, text: str, hits: Iterable[Hit]) -> None:
        lists = tuple(dict.fromkeys(h.list for h in hits))
        if lists:
            found.append(Question(about, text, lists))

    ask(
        "classification",
        "Does the item meet a technical entry of the list? The code is matched to a list of texts "
        f"by a correlation table and is wider than the item: {MAY_BE_CONTROLLED}.",
        [h for h in now if h.strength == "may_be_controlled"],
    )
    ask(
        "sub-codes",
        "Which code within it is meant? Only some of the codes within it are listed.",
        [h for h in now if h.how == "sub-codes"],
    )
    ask(
        "partial code",
        "Which code of eight digits is it? Only some sub-codes of the listed code are covered.",
        [h for h in now if h.partial_code],
    )
    for price in sorted({h.price_threshold_eur for h in now if h.price_threshold_eur}):
        ask(
            "price",
            f"Is the price above EUR {price:g} per item? The ban applies only then.",
            [h for h in now if h.price_threshold_eur == price],
        )
    for note in dict.fromkeys(h.how_note for h in now if h.how in ("predecessor", "successor")):
        ask(
            "vintage",
            f"Is the item within the listed goods? The list is in another vintage: {note}.",
            [h for h in now if h.how_note == note],
        )
    for id, result in searches.items():
        if result.doubt and result.matches:
            found.append(
                Question("vintage", f"In which vintage is the code? {result.doubt}.", (id,))
            )
    ask(
        "date",
        "Was the code already listed on that day? Its date is a lower bound: read the act.",
        [h for h in now if h.date_quality == "lower-bound"],
    )
    ask(
        "date",
        "Was the code already listed on that day? The list gives it no first day.",
        [h for h in now if h.in_force_from is None],
    )
    ask(
        "date",
        "Was the code already listed on that day? Only a day is known from which on it was.",
        [h for h in later if h.date_quality == "no-later-than"],
    )
    for goods_list in {g.id: g for _, g in held}.values():
        end = held_until(goods_list)
        if end is not None and as_of >= end:
            ask(
                "later changes",
                f"Is the code still listed? The list is held as it stood before {end}: check the "
                "consolidated text in force.",
                [h for h in now if h.list == goods_list.id],
            )
    for measure, goods_list in held:
        hits = [h for h in now if h.measure == measure.id]
        if hits and "import" in goods_list.info.direction and goods_list.info.direction != "import":
            ask("direction", f"Is it an export ban? {goods_list.info.reach_note}.", hits)
    return tuple(_merge(found))


def _merge(questions: Iterable[Question]) -> list[Question]:
    """The same question about several lists is asked once."""
    merged: dict[tuple[str, str], Question] = {}
    for question in questions:
        key = (question.about, question.text)
        if key in merged:
            lists = tuple(dict.fromkeys(merged[key].lists + question.lists))
            merged[key] = replace(question, lists=lists)
        else:
            merged[key] = question
    return list(merged.values())
