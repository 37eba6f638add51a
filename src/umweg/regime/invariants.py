"""What must hold across the fact files; `umweg regime check` prints it with counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from umweg.errors import UmwegError
from umweg.geography import is_country
from umweg.nomenclature import HS_VINTAGES, codes
from umweg.regime.facts import csv_rows
from umweg.regime.law import PACKAGED, Regime


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: in words, how many facts it was tested on, and what broke it."""

    name: str
    tested: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing broke it."""
        return not self.problems


Problems = Iterator[str | None]
"""One item for each fact tested: None if it is as it must be, else what is wrong."""


def check(regime: Regime) -> tuple[Check, ...]:
    """Every invariant, tested on every fact."""
    return tuple(_run(rule, regime) for rule in RULES)


def _run(rule: Callable[[Regime], Problems], regime: Regime) -> Check:
    name = (rule.__doc__ or "").strip()
    tested, problems = 0, []
    try:
        for problem in rule(regime):
            tested += 1
            if problem:
                problems.append(problem)
    except UmwegError as error:
        problems.append(error.render())
    return Check(name, tested, tuple(problems))


def _files_read(regime: Regime) -> Problems:
    """Every fact file has known keys, known words, real dates and references that resolve"""
    tables = (
        regime.issuers, regime.sources, regime.instruments, regime.programmes,
        regime.list_infos, regime.all_measures, regime.question_rules,
        regime.roles.target_records, regime.roles.members, regime.roles.namings,
        regime.events, regime.red_flags, regime.annexes,
    )  # fmt: skip
    for table in tables:
        for _ in table:
            yield None


def _entries(regime: Regime) -> Problems:
    """Codes exist in their nomenclature, never overlap, and every change is cited"""
    for id in regime.goods_lists:
        for entry in regime.goods_list(id).entries:
            yield None if entry.instrument in regime.instruments else f"{id} {entry.code}: no act"


def _bounds(regime: Regime) -> Problems:
    """No code stands on a list before the list was made or after its reach ended"""
    for id in regime.goods_lists:
        goods_list = regime.goods_list(id)
        created, end = goods_list.info.created, goods_list.complete_until
        for entry in goods_list.entries:
            early = created and entry.from_ and entry.from_ < created
            late = end and entry.from_ and entry.from_ >= end
            yield f"{id} {entry.code}: {entry.from_} lies outside" if early or late else None


def _wind_downs(regime: Regime) -> Problems:
    """A wind-down stands only beside an exact date and ends after it"""
    for id in regime.goods_lists:
        for e in regime.goods_list(id).entries:
            if e.wind_down_until is not None:
                good = e.date_quality == "exact" and e.from_ and e.wind_down_until > e.from_
                yield None if good else f"{id} {e.code}: wind-down until {e.wind_down_until}"


def _reach(regime: Regime) -> Problems:
    """Every list says how far it reaches, and its dates are in order"""
    for info in regime.list_infos.values():
        problem = None
        if info.file and info.refers_to:
            problem = "has a file and refers to another list"
        elif info.file and not (info.source and info.nomenclature):
            problem = "is held without source or nomenclature"
        elif info.refers_to and not (info.not_before and info.instrument):
            problem = "refers to another list without not_before or instrument"
        elif info.absence == "not-listed" and not (info.complete_from and info.complete_until):
            problem = "tells absence without complete_from and complete_until"
        elif not info.held and info.absence != "cannot-tell":
            problem = "is not held and tells absence"
        elif (
            info.complete_from
            and info.complete_until
            and (info.complete_until <= info.complete_from)
        ):
            problem = "has an empty reach"
        yield f"{info.id}: {problem}" if problem else None


def _versions(regime: Regime) -> Problems:
    """Published states of a list have the number of codes that was published"""
    for id in regime.goods_lists:
        goods_list = regime.goods_list(id)
        for version in goods_list.versions:
            found = len({e.code for e in goods_list.members(version=version.id)})
            good = found == version.codes
            yield None if good else f"{id} {version.id}: {found} codes, published {version.codes}"


def _roles(regime: Regime) -> Problems:
    """No country is coalition and transit for one target on one day, nor a way to itself"""
    members = [m for m in regime.roles.members if m.role == "member"]
    for naming in regime.roles.namings:
        problem = None
        if naming.country == naming.target:
            problem = f"{naming.country} is a way to itself"
        for member in members:
            if (member.country, member.target) == (naming.country, naming.target) and (
                max(member.from_, naming.date)
                < min(member.until or date.max, naming.until or date.max)
            ):
                problem = (
                    f"{naming.country} is coalition and transit against {naming.target} from "
                    f"{max(member.from_, naming.date)}"
                )
        yield problem
    for member in members:
        yield (
            f"{member.country} is a member against itself"
            if (member.country == member.target)
            else None
        )


def _countries(regime: Regime) -> Problems:
    """Countries are ISO 3166-1 alpha-3 codes of today; territories are marked as such"""
    for target in regime.roles.target_records:
        if target.kind == "country":
            yield None if is_country(target.code) else f"target {target.code}"
    pairs = [(m.country, m.target) for m in regime.roles.members]
    pairs += [(n.country, n.target) for n in regime.roles.namings]
    for code in (code for pair in pairs for code in pair):
        yield None if is_country(code) else f"{code} is no country"


def _measure_targets(regime: Regime) -> Problems:
    """Every measure strikes a country that has a role under its programme"""
    for measure in regime.all_measures.values():
        programme = regime.programmes[measure.programme]
        for code in measure.targets:
            known = code in programme.targets or any(
                t.code == code and measure.programme in t.programmes
                for t in regime.roles.target_records
            )
            yield None if known else f"{measure.id}: {code} has no role under {programme.id}"


def _questions(regime: Regime) -> Problems:
    """Rules without a list name codes that exist, and only ask"""
    for rule in regime.question_rules.values():
        for prefix in rule.prefixes:
            known = any(prefix in codes(v) for v in HS_VINTAGES)
            yield None if known and rule.text.strip() else f"{rule.id}: {prefix}"


def _duties(regime: Regime) -> Problems:
    """Duties name countries that exist, and an exemption ends after it begins"""
    for duty in regime.duties.values():
        for code in duty.not_to:
            yield None if is_country(code) else f"{duty.id}: {code} is no country"
        before, until = duty.old_contracts_before, duty.old_contracts_until
        whole = (before is None) == (until is None)
        ordered = before is None or until is None or before < until
        yield None if whole and ordered else f"{duty.id}: the exemption of old contracts"


def _order(regime: Regime) -> Problems:
    """Nothing is in force before it was adopted"""
    for act in regime.instruments.values():
        if act.adopted and act.in_force:
            yield None if act.adopted <= act.in_force else f"instrument {act.id}"
    for event in regime.events:
        if event.precision == "day":
            yield None if event.adopted <= event.in_force else f"event {event.id}"


def _set_aside(regime: Regime) -> Problems:
    """Codes of a source that its nomenclature does not have are set aside, not lost"""
    columns = ("code", "provision", "from", "instrument", "reason")
    for _, row in csv_rows(PACKAGED / "set_aside.csv", columns, columns):
        lost = any(row["code"] in codes(v) for v in HS_VINTAGES[1:2])
        unknown = row["instrument"] not in regime.instruments
        yield f"{row['code']} is set aside without need" if lost or unknown else None


RULES: tuple[Callable[[Regime], Problems], ...] = (
    _files_read,
    _entries,
    _bounds,
    _wind_downs,
    _reach,
    _versions,
    _roles,
    _countries,
    _measure_targets,
    _questions,
    _duties,
    _order,
    _set_aside,
)
