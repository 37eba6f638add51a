"""Tests of the law and of lists: was a measure in force, was something listed, on a day?"""

from __future__ import annotations

from datetime import date

from umweg.claims import parameters as p
from umweg.claims.answer import FactRow, Lack, ListingRow, Outcome, caveats
from umweg.claims.figures import Figures
from umweg.claims.verdicts import ClaimVerdict
from umweg.claims.wording import Say
from umweg.errors import NomenclatureError
from umweg.nomenclature import nomenclature, parse_code
from umweg.regime import Event, GoodsList, Measure, Regime


def measure_in_force_at(
    figures: Figures, parameters: p.InForce, expect: p.Holds, _said_on: date | None
) -> Outcome:
    """Whether a measure of the regime, or what an event brought, was in force on a day.

    In force from the first day to the one before the end; where the first day is known only as a
    month or as a bound and the day asked for lies in between: not-testable. supported: it was so
    as stated; contradicted: it was not.
    """
    regime, on = figures.regime, parameters.day
    if parameters.measure is not None:
        measure = regime.all_measures[parameters.measure]
        state, fact = _measure_state(regime, measure, on)
    else:
        event = next(e for e in regime.events if e.id == parameters.event)
        state, fact = _event_state(regime, event, on)
    if state is None:
        lack = Lack(Say("the exact first day of {id}: known is {text}", id=fact.id, text=fact.date))
        return Outcome(ClaimVerdict.NOT_TESTABLE, missing=(lack,), rows=(fact,),
                       would_change=(Say("The exact day would decide it."),))  # fmt: skip
    verdict = ClaimVerdict.SUPPORTED if state == expect.holds else ClaimVerdict.CONTRADICTED
    said = Say("{text}: in force on {day}.", text=fact.text, day=on) if state else Say(
        "{text}: not in force on {day}.", text=fact.text, day=on)  # fmt: skip
    return Outcome(
        verdict, value=state, rows=(fact,),
        says=(said, Say("First day: {day}.", day=fact.date)),
        would_change=(Say("Another first or last day of the measure would change the verdict."),),
    )  # fmt: skip


def _measure_state(regime: Regime, measure: Measure, on: date) -> tuple[bool | None, FactRow]:
    interval = max(
        (i for i in measure.intervals if i.from_ <= on),
        key=lambda i: i.from_,
        default=min(measure.intervals, key=lambda i: i.from_),
    )
    act = regime.instruments[interval.instrument]
    fact = FactRow("measures.yaml", measure.id, interval.from_.isoformat(),
                   f"{measure.title} ({measure.provision})", act.link or act.title,
                   regime.version)  # fmt: skip
    state: bool | None = measure.in_force(on)
    if interval.date_quality == "lower-bound" and state:
        state = None  # it was not before, and may have begun later
    if interval.date_quality == "no-later-than" and on < interval.from_:
        state = None  # it may have begun earlier
    return state, fact


def _event_state(regime: Regime, event: Event, on: date) -> tuple[bool | None, FactRow]:
    fact = FactRow("timeline.csv", event.id, event.date_text or event.in_force.isoformat(),
                   f"{event.title}: {event.what}", event.reference, regime.version)  # fmt: skip
    last = event.in_force
    if event.precision == "month":
        last = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    if event.precision != "day" and event.in_force <= on < last:
        return None, fact
    return on >= event.in_force, fact


def listed_at(
    figures: Figures, parameters: p.Listed, expect: p.Holds, _said_on: date | None
) -> Outcome:
    """Whether goods were on a list of the regime, or a party on a list in the store, on a day.

    Goods: listed if the list names the code, or a wider code above it, on that day; not listed
    only within the reach of the list. A party: listed if an entity of that name or identifier has
    a listing that covers the day; not listed only if the list is held in a state of that day or
    later. Otherwise not-testable.
    """
    if parameters.code is not None:
        return _goods_listed(figures, parameters, expect)
    return _party_listed(figures, parameters, expect)


def _goods_listed(figures: Figures, parameters: p.Listed, expect: p.Holds) -> Outcome:
    regime, on = figures.regime, parameters.day
    goods_list = regime.goods_list(parameters.list)
    code = parse_code(parameters.code or "")
    prefixes = {code[:n] for n in (2, 4, 6, 8) if n <= len(code)}
    held = [e for e in goods_list.members(None) if e.code in prefixes]
    day = goods_list.info.as_of
    certain = [
        e for e in held
        if (e.in_force(on) and e.date_quality != "lower-bound") or (day is not None and day <= on)
    ]  # fmt: skip
    rows = tuple(_fact(regime, goods_list, e.code, e.from_ or day) for e in held)
    absent = not [e for e in held if e.in_force(on)] and goods_list.covers(on)
    if not certain and not absent:
        lack = Lack(Say("a state of the list {list} that says whether {code} was on it on {day}",
                        list=parameters.list, code=code, day=on))  # fmt: skip
        return Outcome(ClaimVerdict.NOT_TESTABLE, missing=(lack,), rows=rows)
    state = bool(certain)
    keys = ["may-be-controlled"] if certain and certain[0].strength != "listed" else []
    if not rows:
        info = goods_list.info
        rows = (FactRow("lists.yaml", info.id, f"{info.complete_from} – {info.complete_until}",
                        goods_list.title, info.reach_note, regime.version),)  # fmt: skip
    return _listing_outcome(state, expect, code, parameters, rows, keys)


def _fact(regime: Regime, goods_list: GoodsList, code: str, day: date | None) -> FactRow:
    entry = goods_list.by_code[code][0]
    act = regime.instruments.get(entry.instrument)
    return FactRow(f"lists/{goods_list.info.file or goods_list.info.refers_to}", code,
                   day.isoformat() if day else "", entry.description or goods_list.title,
                   (act.link or act.title) if act else entry.instrument,
                   regime.version)  # fmt: skip


def _listing_outcome(
    state: bool, expect: p.Holds, what: str, parameters: p.Listed,
    rows: tuple[FactRow | ListingRow, ...], keys: list[str],
) -> Outcome:  # fmt: skip
    said = Say("{what} is on the list {list} on {day}.", what=what, list=parameters.list,
               day=parameters.day) if state else Say(
        "{what} is not on the list {list} on {day}.", what=what, list=parameters.list,
        day=parameters.day)  # fmt: skip
    return Outcome(
        ClaimVerdict.SUPPORTED if state == expect.holds else ClaimVerdict.CONTRADICTED,
        value=state, rows=rows, says=(said,), caveats=caveats(*keys),
        would_change=(Say("Another first or last day on the list would change the verdict."),),
    )  # fmt: skip


def _party_listed(figures: Figures, parameters: p.Listed, expect: p.Holds) -> Outcome:
    store, on, name = figures.store, parameters.day, parameters.party or ""
    held = []
    if store.has("listings"):
        listings = store.table("listings")
        held = store.execute(listings.filter(listings.list == parameters.list),
                             "claim: listings of a list").to_pylist()  # fmt: skip
    if not held:
        lack = Lack(
            Say("the list {list} in the store", list=parameters.list),
            f"umweg data import FILE --source {parameters.list}",
        )
        return Outcome(ClaimVerdict.NOT_TESTABLE, missing=(lack,))
    snapshots = {m.snapshot_id: m for m in store.snapshots()}
    ids = _entities_named(figures, name)
    rows = tuple(
        ListingRow(parameters.list, r["entity_id"], ids[r["entity_id"]], r["listed_from"] or "",
                   r["listed_until"] or "", snapshots[r["snapshot_id"]].source,
                   snapshots[r["snapshot_id"]].day, r["snapshot_id"])
        for r in held if r["entity_id"] in ids
    )  # fmt: skip
    day = on.isoformat()
    newest = max(snapshots[r["snapshot_id"]].day for r in held)
    listed = [
        r for r in rows
        if r.listed_from and r.listed_from <= day and (not r.listed_until or day < r.listed_until)
    ]  # fmt: skip
    undated = [r for r in rows if not r.listed_from]
    if not listed and (undated or newest < day):
        lack = Lack(Say("a state of the list {list} that says whether {code} was on it on {day}",
                        list=parameters.list, code=name, day=on))  # fmt: skip
        return Outcome(ClaimVerdict.NOT_TESTABLE, missing=(lack,), rows=rows)
    state = bool(listed)
    if not rows:  # what decides is the list itself, in which the name does not stand
        known = snapshots[held[0]["snapshot_id"]]
        rows = (ListingRow(parameters.list, "", "", "", "", known.source, newest,
                           known.snapshot_id),)  # fmt: skip
    return _listing_outcome(state, expect, name, parameters, rows, ["names-exact"])


def _entities_named(figures: Figures, name: str) -> dict[str, str]:
    """Entities that have this name or identifier, as published but for case and spaces."""
    store = figures.store
    wanted = " ".join(name.split()).casefold()
    found: dict[str, str] = {}
    if store.has("names"):
        names = store.table("names")
        rows = names.filter(names.name.lower() == wanted) if wanted.isascii() else names
        for r in store.execute(rows.select("entity_id", "name"), "claim: names").to_pylist():
            if " ".join(r["name"].split()).casefold() == wanted:
                found[r["entity_id"]] = r["name"]
    if store.has("entities"):
        entities = store.table("entities")
        mine = entities.filter((entities.entity_id == name) | (entities.caption == name))
        for r in store.execute(mine.select("entity_id", "caption"), "claim: entities").to_pylist():
            found[r["entity_id"]] = r["caption"]
    return found


def code_error(code: str, vintage: str | None) -> str:
    """What is wrong with a code of a claim file; empty where nothing is."""
    try:
        parse_code(code)
        if vintage:
            nomenclature(vintage)
    except NomenclatureError as error:
        return error.what
    return ""
