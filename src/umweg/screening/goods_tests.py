"""Tests of the goods: on a list, on that day, against that target; and duties that follow.

Each test takes the line and the facts and gives reasons. Its docstring is what the reader is told.
Lines between the same turning days of the law share an answer, so that no text names the day of a
single one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from umweg.geography import EU27_2020, name_of
from umweg.regime.hits import GoodsAnswer, Hit
from umweg.screening.facts import Facts
from umweg.screening.model import NotChecked, Reason, Trade
from umweg.screening.places import shown_place

Found = Iterator[Reason | NotChecked]

RESTRICTING = "prohibition"
NO_REACH = "list-reach"


def readable(line: Trade, facts: Facts) -> Found:
    """The line says what is sold, to which country, and when. Without these no other test can
    answer, and a line of which they are missing is never cleared."""
    if line.destination_problem:
        yield _own("bad-destination", line.destination_problem)
    elif not line.destination:
        yield _own("no-destination", "the line names no country of destination")
    if line.day_problem:
        yield _own("bad-date", f"the day of the order cannot be read: {line.day_problem}")
    if line.destination and not facts.asked(line):
        return  # what is sold within the coalition needs no code
    if line.code_problem:
        yield _own("bad-code", line.code_problem)
    elif not line.code:
        yield _own("no-code", "the line has no goods code: which one is it?")


def _own(key: str, text: str) -> Reason:
    return Reason(key, "input", text, "the line itself", ask=True)


def goods_on_a_list(line: Trade, facts: Facts) -> Found:
    """Whether the code is listed on the day of the order: against the country of destination, where
    that is a target, or against a target that goods may be carried on to. Prohibitions, lists of
    texts, the Common High Priority List with its tier, and rules that only ask are kept apart. A
    code that the lists do not reach is never taken for one that is not restricted."""
    if not line.code or line.code_problem or line.day_problem or not line.destination:
        return
    for target in facts.asked(line):
        role = facts.place(line.destination, target, line.day).role
        direct = role == "target" or line.end_use == target
        if role == "occupied" and not direct:
            continue  # it is under an embargo of its own: see destination
        answer = facts.goods(line.code, target, line.day)
        listed = [h for h in answer.measures if h.direction.startswith("export")]
        if len(line.code) == 4:
            yield from _heading(line, facts, answer, listed)
        elif direct:
            for hit in _one_each(listed):
                yield _direct(line, hit, target)
            yield from _questions(answer)
        else:
            yield from _third(answer, listed)
        yield from _reach(line, facts, answer, listed, direct)


def _one_each(hits: list[Hit]) -> list[Hit]:
    """One hit for each list: the one that leaves least open."""
    best: dict[str, Hit] = {}
    for hit in hits:
        other = best.get(hit.list)
        if other is None or (hit.how != "sub-codes" and other.how == "sub-codes"):
            best[hit.list] = hit
    return list(best.values())


def _direct(line: Trade, hit: Hit, target: str) -> Reason:
    """What a listing means for goods that are sold to the target itself."""
    code = hit.matched_code if len(hit.matched_codes) == 1 else f"{line.code} ({hit.matched_code})"
    what = f"{code} is listed against {name_of(target)}: {_law(hit)}"
    since = hit.in_force_from.isoformat() if hit.in_force_from else ""

    def reason(key: str, text: str, ask: bool = False) -> Reason:
        return Reason(key, "goods", text, _source(hit), since, _link(hit), ask)

    if hit.kind == "watch-list":
        return reason("goods-priority", f"{what}, tier {hit.tier}")
    if hit.kind != RESTRICTING:
        return reason("goods-priority", what)
    if hit.strength == "may_be_controlled":
        return reason("goods-may-be-controlled", f"{what}: may be controlled; classify it", True)
    if hit.how in ("sub-codes", "predecessor", "successor") or hit.partial_code:
        note = hit.how_note or "only a part of the code is listed"
        return reason("goods-partial", f"{what}; {note}: which goods are meant?", True)
    if "import" in hit.direction:
        return reason("goods-partial", f"{what}; it may be an import ban: read the annex", True)
    if hit.wind_down is not None and line.day <= date.fromisoformat(hit.wind_down["until"]):
        return _wind_down(line, hit, what, since)
    if hit.price_threshold_eur is not None:
        price, step = line.price_eur, hit.price_threshold_eur
        if price is None:
            text = f"{what}; above EUR {step:g} per item: what does an item cost?"
            return reason("goods-price-unknown", text, True)
        if price <= step:
            return reason("goods-below-price", f"{what} only above EUR {step:g} per item")
        what += f", above EUR {step:g} per item"
    if hit.in_force_from is None or hit.date_quality == "lower-bound":
        text = f"{what}: was it listed on the day of the order?"
        return reason("goods-date-uncertain", text, True)
    return reason("goods-prohibited", what)


def _wind_down(line: Trade, hit: Hit, what: str, since: str) -> Reason:
    until = (hit.wind_down or {})["until"]
    text = f"{what}; a period for old contracts runs until {until}"
    if line.contract_day is None:
        key, ask = "goods-wind-down-unknown", True
        text += ": when was the contract concluded?"
    elif hit.in_force_from is not None and line.contract_day < hit.in_force_from:
        key, ask = "goods-wind-down", True
        text += "; the contract is older: are its other conditions met?"
    else:
        key, ask = "goods-prohibited", False
        text += ", and the contract is not older than the listing"
    return Reason(key, "goods", text, _source(hit), since, _link(hit), ask)


def _third(answer: GoodsAnswer, listed: list[Hit]) -> Found:
    """What a listing means for goods that go to a third country."""
    priority = [h for h in listed if h.kind == "watch-list"]
    if priority:
        hit = priority[0]
        tier = min(hit.tier.split(", "))  # of several within a wider code, the most critical
        yield Reason(
            f"goods-priority-tier-{tier[:1]}", "goods",
            f"{hit.matched_code} is on the {hit.title}, tier {hit.tier}: codes that the issuers "
            "ask exporters to watch first",
            _source(hit), hit.in_force_from.isoformat() if hit.in_force_from else "", _link(hit),
        )  # fmt: skip
    whole = ("exact", "parent")
    bans = [
        h for h in listed
        if h.kind == RESTRICTING and h.strength == "listed" and h.how in whole
        and not h.partial_code
    ]  # fmt: skip
    if bans:
        first = min(bans, key=lambda h: h.in_force_from or date.max)
        acts = "; ".join(dict.fromkeys(_law(h) for h in bans[:3]))
        yield Reason(
            "goods-restricted-for-target", "goods",
            f"{first.matched_code} must not be sold to {name_of(answer.target)}: {acts}",
            _source(first), first.in_force_from.isoformat() if first.in_force_from else "",
            _link(first),
        )  # fmt: skip
    elif maybe := [h for h in listed if h.kind == RESTRICTING]:
        hit = maybe[0]
        yield Reason(
            "goods-may-be-restricted", "goods",
            f"{hit.matched_code} may be restricted against {name_of(answer.target)}, in part or "
            f"as an item of a list of texts: {_law(hit)}",
            _source(hit), hit.in_force_from.isoformat() if hit.in_force_from else "", _link(hit),
            ask=True,
        )  # fmt: skip


def _heading(line: Trade, facts: Facts, answer: GoodsAnswer, listed: list[Hit]) -> Found:
    """A code of four digits is never decided: its restricted parts are named."""
    codes = sorted({c for h in listed for c in h.matched_codes})
    if codes:
        more = f" and {len(codes) - 12} more" if len(codes) > 12 else ""
        first = listed[0]
        yield Reason(
            "heading-only", "goods",
            f"{line.code} has four digits; restricted against {name_of(answer.target)} within it: "
            f"{', '.join(codes[:12])}{more}. Which subheading is it?",
            _source(first), first.in_force_from.isoformat() if first.in_force_from else "",
            _link(first), ask=True,
        )  # fmt: skip
    elif facts.covered_by_user(answer.target, line.day) is None:
        yield Reason(
            "heading-only-reach", "goods",
            f"{line.code} has four digits: which subheading is it?", "the line itself", ask=True,
        )  # fmt: skip


def _questions(answer: GoodsAnswer) -> Found:
    for question in answer.questions:
        if question.about in answer_programmes(answer):
            continue
        if question.reference:  # a rule that needs no list
            yield Reason(
                "us-rule-question", "goods", question.text, question.about,
                link=question.reference, ask=True,
            )  # fmt: skip


def answer_programmes(answer: GoodsAnswer) -> frozenset[str]:
    """Programmes by whose own lists the code was found: their rules need not be asked about."""
    return frozenset(h.programme for h in answer.measures)


def _reach(
    line: Trade, facts: Facts, answer: GoodsAnswer, listed: list[Hit], direct: bool
) -> Found:
    """What it means that the code was not found."""
    if any(h.kind == RESTRICTING and h.strength == "listed" for h in listed):
        return
    if len(line.code) == 4 or facts.covered_by_user(answer.target, line.day):
        return
    unknown = [
        r for r in answer.reach if r.status == "cannot-tell" and r.direction.startswith("export")
    ]
    ended = [
        r for r in unknown
        if r.absence == "not-listed" and r.complete_until and r.complete_until <= line.day
    ]  # fmt: skip
    target = name_of(answer.target)
    if ended:
        end = min(r.complete_until for r in ended if r.complete_until)
        yield Reason(
            NO_REACH, "goods",
            f"{line.code} is on no list that is held against {target}, and the held lists end "
            f"on {end}",
            ended[0].title, end.isoformat(), ask=True,
        )  # fmt: skip
    elif unknown and direct:
        yield Reason(
            "lists-not-held", "goods",
            f"{line.code} is on no list that is held against {target}; "
            f"{len(unknown)} of its lists do not tell what is not on them ({unknown[0].title})",
            unknown[0].title, ask=True,
        )  # fmt: skip
    if unknown and not direct:
        texts = [r for r in unknown if r not in ended]
        if texts:
            yield NotChecked(
                "goods",
                f"{len(texts)} lists against {target}: texts, or lists of which no codes are held",
                "classify the item by the annexes themselves",
            )


def contract_clause(line: Trade, facts: Facts) -> Found:
    """Whether the goods may be sold only with a clause against re-export (Art. 12g of Regulation
    833/2014 and its like): goods of the lists that the duty names, to a third country that is no
    partner, from its first day on; old contracts are exempt for a time."""
    if not line.code or line.code_problem or line.day_problem or not line.destination:
        return
    if line.destination in EU27_2020:
        return
    for duty in facts.regime.duties.values():
        if line.destination in (*duty.not_to, *duty.targets) or not duty.in_force(line.day):
            continue
        target = duty.targets[0]
        if target not in facts.targets:
            continue
        hits = [
            h for h in facts.goods(line.code, target, line.day).measures
            if h.list in duty.lists and h.how != "sub-codes"
        ]  # fmt: skip
        if not hits:
            continue
        act = facts.regime.instruments[duty.instrument]
        source = f"{act.title}, {duty.provision}"
        what = f"{duty.provision} asks for a clause for {hits[0].matched_code} ({hits[0].title})"
        key, text, ask = "clause-unknown", f"{what}: does the contract have it?", True
        if line.contract_day and duty.exempts(line.contract_day, line.day):
            key = "clause-old-contract"
            text = (
                f"{what}; the contract is old enough to be exempt until {duty.old_contracts_until}"
            )
            ask = False
        elif line.clause == "yes":
            key, text, ask = "clause-present", f"{what}: the line says that it is there", False
        elif line.clause == "no":
            key, text, ask = "clause-missing", f"{what}: the line says that it is missing", False
        elif (
            duty.old_contracts_until
            and line.day < duty.old_contracts_until
            and not line.contract_day
        ):
            text = f"{what}, unless it was concluded before {duty.old_contracts_before}: was it?"
        yield Reason(key, "contract", text, source, duty.from_.isoformat(), act.link, ask)


_NO_NUMBER = {
    "",
    "-",
    "none",
    "no",
    "nein",
    "keine",
    "kein",
    "nlr",
    "ear99",
    "n",
    "n/a",
    "нет",
    "0",
}
_NUMBER = re.compile(r"^[0-9][A-E][0-9]{3}", re.IGNORECASE)


def control_number(line: Trade, facts: Facts) -> Found:
    """Whether the line itself gives a number of a control list (dual-use, ECCN, Ausfuhrliste): such
    goods need an authorisation for most destinations, and must not go to a target."""
    number = line.control_number.strip()
    if number.casefold() in _NO_NUMBER or not line.destination:
        return
    dual_use = bool(_NUMBER.match(number))
    source = "Reg. (EU) 2021/821, Art. 3 and Annex I" if dual_use else "the line itself"
    targets = [
        t for t in facts.targets
        if facts.place(line.destination, t, line.day).role in ("target", "occupied")
        or line.end_use == t
    ]  # fmt: skip
    if targets:
        text = f"the line gives the control number {number}, and goes to {shown_place(targets[0])}"
        yield Reason("control-number-target", "control number", text, source)
    elif line.destination not in EU27_2020:
        text = f"the line gives the control number {number}: is there an authorisation?"
        yield Reason("control-number", "control number", text, source, ask=True)


def _law(hit: Hit) -> str:
    annex = f", Annex {hit.annex}" if hit.annex and hit.annex[:1] in "IVXL" else ""
    return f"{hit.title} ({hit.provision}{annex}, {hit.date_text})"


def _source(hit: Hit) -> str:
    return f"{hit.instrument_title}, {hit.provision}"


def _link(hit: Hit) -> str:
    return hit.reference if hit.reference.startswith("http") else ""
