"""Tests of the destination, of the route, and of what the statistics say of the corridor."""

from __future__ import annotations

from umweg.evidence import Status
from umweg.flows.result import BEFORE_MEASURE
from umweg.geography import name_of
from umweg.screening.facts import Facts
from umweg.screening.goods_tests import Found
from umweg.screening.model import NotChecked, Reason, Trade
from umweg.screening.places import shown_place

SIGNAL_WORDS = {
    "surge": "exports of the coalition to it surged",
    "mirror_gap": "less arrives than is sent",
    "onward": "exports from it to the target rose",
}


def destination(line: Trade, facts: Facts) -> Found:
    """What the country of destination is on the day of the order: a target, an occupied territory,
    a third country to which certain goods are banned, a member of a customs union with a target, or
    named as a way to one, by whom and when. Members of the coalition give no reason."""
    if not line.destination or line.day_problem:
        return
    where = shown_place(line.destination)
    for target in facts.targets:
        place = facts.place(line.destination, target, line.day)
        if place.role == "occupied" and place.record:
            yield Reason(
                "destination-occupied", "destination",
                f"{where} is occupied territory, under an embargo of its own",
                place.record.legal_basis, place.record.from_.isoformat(),
            )  # fmt: skip
            return  # the same for every target
        if place.role == "target":
            record = place.record
            yield Reason(
                "destination-target", "destination", f"{where} is a target of sanctions",
                record.legal_basis if record else "regime",
                record.from_.isoformat() if record else "",
            )  # fmt: skip
    for target in facts.asked(line):
        place = facts.place(line.destination, target, line.day)
        if place.role != "third":
            continue
        if place.record:
            yield Reason(
                "destination-ban", "destination",
                f"certain goods must not be sold to {where}: {place.record.note}",
                place.record.legal_basis, place.record.from_.isoformat(), ask=True,
            )  # fmt: skip
        if union := place.customs_union:
            yield Reason(
                "destination-customs-union", "destination",
                f"{where}: {union.who}, {name_of(target)}: no customs check between the two",
                union.reference, union.date.isoformat(),
            )  # fmt: skip
        if place.named:
            first = place.named[0]
            more = f" and {len(place.named) - 1} more" if len(place.named) > 1 else ""
            yield Reason(
                "destination-transit", "destination",
                f"{where} is named as a way to {name_of(target)} by {first.who} on "
                f"{first.date_text or first.date}{more}",
                first.who, first.date.isoformat(), _link(facts, first.reference),
            )  # fmt: skip
        if union or place.named:
            return  # one way is enough: a country named for two targets is not twice as near


def end_use(line: Trade, facts: Facts) -> Found:
    """Whether the goods are used in the end in a target, whatever the country of delivery is."""
    if line.end_use in facts.targets and line.end_use != line.destination:
        yield Reason(
            "end-use-target", "destination",
            f"the line names {shown_place(line.end_use)} as the country of end use",
            "the line itself",
        )  # fmt: skip


def route(line: Trade, facts: Facts) -> Found:
    """Whether the route leads through a target: transit of certain goods through it is banned, and
    goods are lost on the way (red flags EU-02, EU-05, G7-05)."""
    for place in line.route:
        if place in facts.targets and place != line.destination:
            flag = next((f for f in facts.regime.red_flags if f.id == "EU-05"), None)
            yield Reason(
                "route-through-target", "route",
                f"the route leads through {shown_place(place)}; transit of certain goods through "
                "it is banned",
                flag.publisher if flag else "the line itself",
                link=flag.reference if flag else "",
            )  # fmt: skip


def corridor(line: Trade, facts: Facts) -> Found:
    """What the statistics say of this code to this country: the signals of the latest saved scan.
    They are about all trade in the code, never about this line."""
    if not line.code or line.code_problem or not line.destination or line.day_problem:
        return
    thirds = [
        t for t in facts.asked(line) if facts.place(line.destination, t, line.day).role == "third"
    ]
    if not thirds:
        return
    if not facts.signals:
        yield NotChecked(
            "corridor", "no scan is saved in the store", "run: umweg scan --save --store DIR"
        )
        return
    for target in thirds:
        found = facts.signals.find(target, line.destination, line.code)
        if found is None:
            yield NotChecked(
                "corridor",
                f"the saved scan has no corridor of {line.code} to {line.destination} and on to "
                f"{target}",
            )
            continue
        if found.verdict == "cannot-tell":
            missing = next((r["missing"] for r in found.rows if r["missing"]), "")
            yield NotChecked("corridor", f"the saved scan cannot tell: {missing}")
            continue
        if found.verdict not in ("alert", "review"):
            continue
        fired = [r for r in found.rows if r["status"] == "fired"]
        words = "; ".join(
            f"{SIGNAL_WORDS.get(r['signal'], r['signal'])} "
            f"({_number(r['value'])} where {_number(r['expected'])} was expected)"
            for r in fired
        )
        first = found.rows[0]
        until = str(first["after"]).split("..")[-1]
        # A corridor of a dated scan has no window before: its own measure divides the time.
        compared = (
            f"{BEFORE_MEASURE} against after it, up to {until}"
            if first["before"] == BEFORE_MEASURE
            else f"{first['before']} against {first['after']}"
        )
        yield Reason(
            f"corridor-{found.verdict}", "corridor",
            f"{found.code} to {shown_place(line.destination)}, {compared}: "
            f"{words}; consistent with diversion to {name_of(target)}, no proof",
            f"scan {first['run_id']}; {first['vintage']}", until,
        )  # fmt: skip


def commission_rule(line: Trade, facts: Facts) -> Found:
    """Whether the code meets, in trade with this very country, the rule by which the Commission
    chose its list of economically critical goods (October 2023): EU exports of more than EUR 1 m in
    2022, and at least twice the mean of 2019 to 2021. The list itself is of codes for all such
    countries together; without the statistics of all four years the rule cannot be told."""
    if len(line.code) < 6 or line.code_problem or not line.destination or line.day_problem:
        return
    asked = facts.asked(line)
    if not any(facts.place(line.destination, t, line.day).role == "third" for t in asked):
        return
    if facts.market is None or not facts.restricted(line):
        return
    status, text = facts.market.commission_rule(line.code, line.destination)
    if status is Status.FIRED:
        flag = next((f for f in facts.regime.red_flags if f.id == "ECG-01"), None)
        yield Reason(
            "goods-commission-rule", "goods",
            f"{text}: the Commission's rule for economically critical goods",
            f"{flag.publisher}, {flag.id}" if flag else "European Commission, October 2023",
            "2023-10", flag.reference if flag else "",
        )  # fmt: skip
    elif status is Status.CANNOT_TELL:
        yield NotChecked(
            "goods", f"the Commission's rule for economically critical goods: no {text}"
        )


def _number(value: float | None) -> str:
    return "an unknown number" if value is None else f"{value:.3g}"


def _link(facts: Facts, reference: str) -> str:
    if reference.startswith("http"):
        return reference
    act = facts.regime.instruments.get(reference)
    return act.link if act else ""
