"""The answer to "what does the law say of this goods code, against this target, on this day?"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from umweg.errors import UsageError
from umweg.regime.lists import GoodsList
from umweg.regime.matching import Match, Search, parse_query, search
from umweg.regime.model import Entry, Interval, ListInfo, Measure

if TYPE_CHECKING:
    from umweg.regime.law import Regime

MAY_BE_CONTROLLED = "may be controlled, classify"
OLD_CONTRACTS = "old contracts only"


@dataclass(frozen=True, slots=True)
class Hit:
    """One measure that meets the code. Dates are read with `date_quality`, see `date_text`."""

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


def answer(
    regime: Regime,
    code: str,
    target: str,
    as_of: date,
    extra_lists: Sequence[GoodsList] = (),
) -> GoodsAnswer:
    """See `Regime.goods`."""
    shown, prefixes = parse_query(code)
    pairs = [(m, regime.list_infos[m.goods_list]) for m in regime.measures(target)]
    if not pairs and not any(target in g.targets for g in extra_lists):
        known = sorted({t for m in regime.all_measures.values() for t in m.targets})
        raise UsageError(
            f"no measure against {target!r} is held",
            allowed=", ".join(known),
            next_step="name the sanctioned country by its alpha-3 code, such as --target "
            f"{known[0] if known else 'XXX'}",
        )
    held = [(m, regime.goods_list(i.id)) for m, i in pairs if i.held]
    held += [
        (_user_measure(g, target), g) for g in extra_lists if not g.targets or target in g.targets
    ]
    now: list[Hit] = []
    later: list[Hit] = []
    ended: set[str] = set()
    searches: dict[str, Search] = {}
    for measure, goods_list in held:
        if goods_list.id not in searches:
            searches[goods_list.id] = search(goods_list, prefixes)
        for matches in _grouped(searches[goods_list.id].matches):
            hit = _hit(regime, measure, goods_list, matches)
            if hit.until is not None and hit.until <= as_of:
                ended.add(goods_list.id)
            elif hit.in_force_from is not None and hit.in_force_from > as_of:
                later.append(hit)
            else:
                now.append(hit)
    now.sort(key=_order)
    later.sort(key=_order)
    reach = _reach(pairs, held, searches, as_of, now, later, ended)
    questions = _questions(regime, prefixes, target, as_of, now, later, searches, held)
    return GoodsAnswer(shown, target, as_of, tuple(now), tuple(later), questions, reach)


def _order(hit: Hit) -> tuple[date, str, str]:
    return (hit.in_force_from or date.min, hit.measure, hit.matched_code)


def _user_measure(goods_list: GoodsList, target: str) -> Measure:
    """A list of a user stands for a prohibition of which only the list is known."""
    return Measure(
        id=goods_list.id,
        programme=goods_list.programme,
        kind="prohibition",
        title=goods_list.title,
        provision="list of the user",
        direction=goods_list.info.direction,
        targets=(target,),
        goods_list=goods_list.id,
        intervals=(
            Interval(
                from_=date.min,
                instrument=goods_list.info.instrument,
                date_quality="lower-bound",
                confidence="C",
            ),
        ),
    )


def _grouped(matches: Iterable[Match]) -> list[list[Match]]:
    """Sub-codes that differ in nothing but the code stand together, all else alone."""
    groups: dict[object, list[Match]] = {}
    for match in matches:
        key: object = (
            match.entry._replace(code="", description="", tier=""),
            match.how,
            match.note,
            "" if match.how == "sub-codes" else match.entry.code,
        )
        groups.setdefault(key, []).append(match)
    return list(groups.values())


def _hit(regime: Regime, measure: Measure, goods_list: GoodsList, matches: list[Match]) -> Hit:
    first = matches[0]
    entry = first.entry
    start, quality, act, grade = _start(measure, entry)
    ends = [e for e in (entry.until, measure.intervals[-1].until) if e is not None]
    until = min(ends, default=None)
    programme = regime.programmes.get(measure.programme)
    instrument = regime.instruments.get(act)
    matched = tuple(sorted({m.entry.code for m in matches}))
    may_be = entry.strength == "may_be_controlled"
    return Hit(
        measure=measure.id,
        programme=measure.programme,
        issuer=programme.issuer if programme else "user",
        kind=measure.kind,
        title=measure.title,
        provision=entry.provision or measure.provision,
        annex=measure.annex,
        direction=measure.direction,
        list=goods_list.id,
        strength=entry.strength,
        text=MAY_BE_CONTROLLED if may_be else "listed",
        in_force_from=start,
        date_quality=quality,
        date_text=date_text(start, quality),
        until=until,
        wind_down=None
        if entry.wind_down_until is None
        else {
            "until": entry.wind_down_until.isoformat(),
            "applies_to": OLD_CONTRACTS,
            "note": measure.wind_down_note,
        },
        price_threshold_eur=entry.price_threshold_eur,
        partial_code=entry.partial_code,
        matched_code=matched[0] if len(matched) == 1 else f"{len(matched)} codes",
        matched_codes=matched,
        nomenclature=entry.nomenclature,
        how=first.how,
        how_note=first.note,
        tier=", ".join(sorted({m.entry.tier for m in matches if m.entry.tier})),
        instrument=act,
        instrument_title=instrument.title if instrument else act,
        reference=(instrument.link or instrument.note) if instrument else act,
        confidence={"code": entry.code_confidence, "date": grade},
        verified_on=measure.verified_on,
        note=measure.note,
    )


def _start(measure: Measure, entry: Entry) -> tuple[date | None, str, str, str]:
    """The day from which code and measure both apply: day, quality, act, confidence."""
    if entry.from_ is None:
        return None, "no-later-than", entry.instrument, entry.date_confidence
    interval = measure.intervals[0]
    if interval.from_ <= entry.from_:
        return entry.from_, entry.date_quality, entry.instrument, entry.date_confidence
    # The measure is younger than the listing. A listing that may be later still stays a bound.
    lower = entry.date_quality == "lower-bound"
    quality = "lower-bound" if lower else interval.date_quality
    return interval.from_, quality, interval.instrument, interval.confidence


def date_text(day: date | None, quality: str) -> str:
    """The first day in words: a bound never reads like a date."""
    if day is None:
        return "first day not known"
    if quality == "lower-bound":
        return f"not before {day} (lower bound; the true day may be later)"
    if quality == "no-later-than":
        return f"no later than {day} (the true day may be earlier)"
    return f"from {day}"


def _reach(
    pairs: list[tuple[Measure, ListInfo]],
    held: list[tuple[Measure, GoodsList]],
    searches: dict[str, Search],
    as_of: date,
    now: list[Hit],
    later: list[Hit],
    ended: set[str],
) -> tuple[Reach, ...]:
    lists = {g.id: g for _, g in held}
    infos = {i.id: i for _, i in pairs} | {g.id: g.info for g in lists.values()}
    strengths = {h.list: h.strength for h in now}
    soon = {h.list: h for h in later}
    found: list[Reach] = []
    for id, info in infos.items():
        goods_list = lists.get(id)
        covers = goods_list is not None and goods_list.covers(as_of)
        doubt = searches[id].doubt if id in searches else ""
        if id in strengths:
            listed = strengths[id] == "listed"
            status = "listed" if listed else "may-be-controlled"
            text = "found on the list" if listed else f"found: {MAY_BE_CONTROLLED}"
            end = held_until(goods_list)
            if end is not None and as_of >= end:
                text += f", as it stood before {end}; later changes are not held"
        elif covers and not doubt and not (id in soon and soon[id].date_quality == "no-later-than"):
            status = "not-listed"
            text = f"not on the list on {as_of}: the list reaches to that day"
            if info.created is not None and as_of < info.created:
                text = f"not on the list on {as_of}: the list began on {info.created}"
        else:
            status = "cannot-tell"
            text = _why(info, goods_list, as_of, doubt, soon.get(id))
        if id in ended:
            text += "; it was listed before, see its interval"
        found.append(
            Reach(
                list=id,
                title=info.title,
                programme=info.programme,
                direction=info.direction,
                held=info.held,
                nomenclature=info.nomenclature,
                complete_from=info.complete_from,
                complete_until=info.complete_until,
                absence=info.absence,
                covers_as_of=covers,
                status=status,
                text=text,
            )
        )
    return tuple(found)


def held_until(goods_list: GoodsList | None) -> date | None:
    """The first day of which the list, as it is held, says nothing; None if none is stated."""
    if goods_list is None:
        return None
    info = goods_list.info
    if info.complete_until is None and info.as_of is not None:
        return info.as_of + timedelta(days=1)
    return info.complete_until


def _why(
    info: ListInfo, goods_list: GoodsList | None, as_of: date, doubt: str, soon: Hit | None
) -> str:
    if goods_list is None:
        return f"cannot tell: the codes of this list are not held ({info.reach_note})"
    if soon is not None and soon.date_quality == "no-later-than":
        return f"cannot tell: listed {soon.date_text}"
    if doubt:
        return f"cannot tell: {doubt}"
    if info.absence == "cannot-tell":
        return f"cannot tell: absence never means not controlled ({info.reach_note})"
    if info.complete_until is not None and as_of >= info.complete_until:
        return (
            f"cannot tell: the list is held up to the day before {info.complete_until} "
            f"({info.reach_note})"
        )
    return f"cannot tell: the list is complete only from {info.complete_from} ({info.reach_note})"


def _questions(
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
