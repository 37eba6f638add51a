"""The answer to "what does the law say of this goods code, against this target, on this day?"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from umweg.errors import UsageError
from umweg.nomenclature import codes
from umweg.regime.hits import (
    MAY_BE_CONTROLLED,
    OLD_CONTRACTS,
    GoodsAnswer,
    Hit,
    Reach,
    date_text,
)
from umweg.regime.lists import GoodsList
from umweg.regime.matching import Match, Search, parse_query, search
from umweg.regime.model import Entry, Interval, ListInfo, Measure
from umweg.regime.questions import held_until, questions

if TYPE_CHECKING:
    from umweg.regime.law import Regime


def answer(
    regime: Regime,
    code: str,
    target: str,
    as_of: date,
    extra_lists: Sequence[GoodsList] = (),
) -> GoodsAnswer:
    """See `Regime.goods`."""
    shown, prefixes = parse_query(code)
    extra_lists = [g for n, g in enumerate(extra_lists) if g not in extra_lists[:n]]
    pairs = [(m, regime.list_infos[m.goods_list]) for m in regime.measures(target)]
    if not pairs and not any(target in g.targets for g in extra_lists):
        known = sorted({t for m in regime.all_measures.values() for t in m.targets})
        raise UsageError(
            f"no measure against {target!r} is held",
            allowed=", ".join(known),
            next_step="name the sanctioned country by its alpha-3 code",
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
            for interval in measure.intervals:
                hit = _hit(regime, measure, interval, goods_list, matches)
                if hit is None:
                    continue
                if hit.until is not None and hit.until <= as_of:
                    ended.add(goods_list.id)
                elif hit.in_force_from is not None and hit.in_force_from > as_of:
                    later.append(hit)
                else:
                    now.append(hit)
    now.sort(key=_order)
    later.sort(key=_order)
    reach = _reach(pairs, held, searches, as_of, now, later, ended)
    asked = questions(regime, prefixes, target, as_of, now, later, searches, held)
    return GoodsAnswer(shown, target, as_of, tuple(now), tuple(later), asked, reach)


def _order(hit: Hit) -> tuple[date, str, str]:
    return (hit.in_force_from or date.min, hit.measure, hit.matched_code)


def _user_measure(goods_list: GoodsList, target: str) -> Measure:
    """A list of a user stands for a prohibition of which only the list is known."""
    return Measure(
        id=goods_list.id,
        programme=goods_list.programme,
        kind="prohibition",
        title=goods_list.title.removeprefix("list of the user: "),
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


def _hit(
    regime: Regime,
    measure: Measure,
    interval: Interval,
    goods_list: GoodsList,
    matches: list[Match],
) -> Hit | None:
    """The stretch of time in which measure and listing both apply; None if there is none."""
    first = matches[0]
    entry = first.entry
    start, quality, act, grade = _start(interval, entry)
    until = min((e for e in (entry.until, interval.until) if e is not None), default=None)
    if start is not None and until is not None and until <= start:
        return None
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
        number_seen=instrument.number_seen if instrument else "",
        reference=(instrument.link or instrument.note) if instrument else act,
        confidence={"code": entry.code_confidence, "date": grade},
        verified_on=measure.verified_on,
        note=measure.note,
    )


def _start(interval: Interval, entry: Entry) -> tuple[date | None, str, str, str]:
    """The day from which code and measure both apply: day, quality, act, confidence."""
    if entry.from_ is None:
        return None, "no-later-than", entry.instrument, entry.date_confidence
    if interval.from_ <= entry.from_:
        return entry.from_, entry.date_quality, entry.instrument, entry.date_confidence
    # The measure is younger than the listing. A listing that may be later still stays a bound.
    lower = entry.date_quality == "lower-bound"
    quality = "lower-bound" if lower else interval.date_quality
    return interval.from_, quality, interval.instrument, interval.confidence


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
    unknown = _annex_unknown(lists, searches)
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
        elif goods_list is not None and info.created is not None and as_of < info.created:
            status = "not-listed"
            text = f"not on the list on {as_of}: the list began on {info.created}"
        elif covers and info.absence == "not-listed" and (note := unknown.get(info.programme)):
            status = "cannot-tell"
            text = note
        elif covers and not doubt and not (id in soon and soon[id].date_quality == "no-later-than"):
            status = "not-listed"
            text = f"not on the list on {as_of}: the list reaches to that day"
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


def _annex_unknown(lists: dict[str, GoodsList], searches: dict[str, Search]) -> dict[str, str]:
    """{programme: why no annex of it can be told} where one day's text lists a code unexplained.

    A text of one day names no annex. Its code is explained by a dated list of the programme that
    has it on that day; otherwise it stands in any of them, or in one that is not held.
    """
    found: dict[str, str] = {}
    for id, text in lists.items():
        day = text.info.as_of
        if day is None:
            continue
        dated = [
            g
            for g in lists.values()
            if g.programme == text.programme and g.id != id and g.absence == "not-listed"
        ]
        listed = dict.fromkeys(m.entry.code for m in searches[id].matches)
        unexplained = sorted(c for c in listed if not any(_has(g, c, day) for g in dated))
        if unexplained:
            more = f" and {len(unexplained) - 1} more" if len(unexplained) > 1 else ""
            found[text.programme] = (
                f"cannot tell: the consolidated text of {day} lists {unexplained[0]}{more} in an "
                "annex that is not identified"
            )
    return found


def _has(goods_list: GoodsList, code: str, day: date) -> bool:
    """Whether a list has a code, or a wider one, on a day; across vintages where it must be."""
    if code[:6] in codes(goods_list.nomenclature):
        entries = [e for n in (2, 4, 6, 8) for e in goods_list.by_code.get(code[:n], ())]
    else:
        entries = [m.entry for m in search(goods_list, (code,)).matches]
    return any(e.in_force(day) for e in entries)


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
