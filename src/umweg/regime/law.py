"""The regime: all fact files of one or several folders, read strictly and answered as of a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from umweg.errors import RegimeError
from umweg.regime.facts import csv_records, read_yaml, record, yaml_records
from umweg.regime.lists import GoodsList, aligned_entries
from umweg.regime.model import (
    Annex,
    Duty,
    Edition,
    Entry,
    Event,
    Instrument,
    Interval,
    Issuer,
    ListInfo,
    Measure,
    Member,
    Naming,
    OwnershipInterval,
    OwnershipRule,
    Programme,
    QuestionRule,
    RedFlag,
    Source,
    Target,
    TransitCountry,
)
from umweg.regime.reading import read_entries
from umweg.regime.roles import Roles

if TYPE_CHECKING:
    from umweg.regime.hits import GoodsAnswer

T = TypeVar("T")

PACKAGED = Path(__file__).parent / "data"

YAML_FILES: dict[str, type] = {
    "issuers": Issuer,
    "sources": Source,
    "instruments": Instrument,
    "programmes": Programme,
    "measures": Measure,
    "lists": ListInfo,
    "questions": QuestionRule,
    "duties": Duty,
    "targets": Target,
    "ownership": OwnershipRule,
}
CSV_FILES: dict[str, type] = {
    "coalition": Member,
    "transit": Naming,
    "timeline": Event,
    "red_flags": RedFlag,
    "annexes": Annex,
}


@dataclass(frozen=True)
class Regime:
    """The law as data. Facts are read when they are first asked for, and then kept.

    Attributes:
        directories: The folders read, the packaged one first.
    """

    directories: tuple[Path, ...]

    # ------------------------------------------------------------------------------ facts

    def _records(self, name: str, cls: type[T]) -> tuple[tuple[T, Path], ...]:
        yaml_file = name in YAML_FILES
        found: list[tuple[T, Path]] = []
        for folder in self.directories:
            path = folder / f"{name}.{'yaml' if yaml_file else 'csv'}"
            if path.is_file():
                reader: Callable[[type[T], Path], tuple[T, ...]] = (
                    yaml_records if yaml_file else csv_records
                )
                found += [(r, path) for r in reader(cls, path)]
        return tuple(found)

    def _by_id(self, name: str, cls: type[T]) -> dict[str, T]:
        table: dict[str, T] = {}
        homes: dict[str, Path] = {}
        for item, path in self._records(name, cls):
            key: str = getattr(item, "id", "")
            if key in table:
                raise RegimeError(
                    f"the id {key!r} is given twice",
                    where=f"{homes[key]} and {path}",
                    allowed="each id once over all folders",
                    next_step="rename one of the two records",
                )
            table[key], homes[key] = item, path
        return table

    @cached_property
    def issuers(self) -> dict[str, Issuer]:
        """Authorities, by id."""
        return self._by_id("issuers", Issuer)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources of the code lists, by id."""
        return self._by_id("sources", Source)

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        """Legal acts and public papers, by id."""
        table = self._by_id("instruments", Instrument)
        self._resolve("instruments", table.values(), "issuer", self.issuers)
        return table

    @cached_property
    def programmes(self) -> dict[str, Programme]:
        """Regimes, by id."""
        table = self._by_id("programmes", Programme)
        self._resolve("programmes", table.values(), "issuer", self.issuers)
        self._resolve("programmes", table.values(), "instrument", self.instruments)
        return table

    @cached_property
    def list_infos(self) -> dict[str, ListInfo]:
        """What is known of each goods list without reading its codes, by id."""
        table = self._by_id("lists", ListInfo)
        self._resolve("lists", table.values(), "programme", self.programmes)
        self._resolve("lists", table.values(), "refers_to", table)
        self._resolve("lists", table.values(), "source", self.sources)
        self._resolve("lists", table.values(), "instrument", self.instruments)
        return table

    @cached_property
    def all_measures(self) -> dict[str, Measure]:
        """Every measure, by id."""
        table = self._by_id("measures", Measure)
        self._resolve("measures", table.values(), "programme", self.programmes)
        self._resolve("measures", table.values(), "goods_list", self.list_infos)
        for measure in table.values():
            self._resolve(
                f"measures, {measure.id}", measure.intervals, "instrument", self.instruments
            )
            _check_apart(measure.intervals, f"the measure {measure.id}", "measures.yaml")
        return table

    @cached_property
    def question_rules(self) -> dict[str, QuestionRule]:
        """Rules that need no list and only ask, by id."""
        table = self._by_id("questions", QuestionRule)
        self._resolve("questions", table.values(), "programme", self.programmes)
        self._resolve("questions", table.values(), "instrument", self.instruments)
        return table

    @cached_property
    def ownership_rules(self) -> dict[str, OwnershipRule]:
        """When a firm counts as owned by listed persons, by authority."""
        table = self._by_id("ownership", OwnershipRule)
        self._resolve("ownership", table.values(), "issuer", self.issuers)
        for rule in table.values():
            _check_apart(rule.intervals, f"the ownership rule {rule.id}", "ownership.yaml")
        return table

    @cached_property
    def duties(self) -> dict[str, Duty]:
        """Duties of exporters that are no prohibition, by id."""
        table = self._by_id("duties", Duty)
        self._resolve("duties", table.values(), "programme", self.programmes)
        self._resolve("duties", table.values(), "instrument", self.instruments)
        for duty in table.values():
            for name in duty.lists:
                if name not in self.list_infos:
                    self._unknown("duties", duty.id, "lists", name, self.list_infos)
        return table

    @cached_property
    def roles(self) -> Roles:
        """Targets, coalition and transit countries."""
        targets = tuple(t for t, _ in self._records("targets", Target))
        self._resolve("targets", targets, "instrument", self.instruments)
        for target in targets:
            for programme in target.programmes:
                if programme not in self.programmes:
                    self._unknown("targets", target.code, "programmes", programme, self.programmes)
        return Roles(
            targets,
            tuple(m for m, _ in self._records("coalition", Member)),
            tuple(n for n, _ in self._records("transit", Naming)),
        )

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The whole timeline, in order of the day in force."""
        table = self._by_id("timeline", Event)
        self._resolve("timeline", table.values(), "issuer", self.issuers)
        for event in table.values():
            for name in event.instruments:
                if name not in self.instruments:
                    self._unknown("timeline", event.id, "instruments", name, self.instruments)
        return tuple(sorted(table.values(), key=lambda e: (e.in_force, e.issuer, e.id)))

    @cached_property
    def red_flags(self) -> tuple[RedFlag, ...]:
        """Public warning signs."""
        return tuple(self._by_id("red_flags", RedFlag).values())

    @cached_property
    def annexes(self) -> tuple[Annex, ...]:
        """The annexes of Regulation 833/2014."""
        return tuple(a for a, _ in self._records("annexes", Annex))

    def _resolve(self, name: str, items: Iterable[Any], key: str, known: dict[str, Any]) -> None:
        for item in items:
            value = getattr(item, key)
            if value and value not in known:
                self._unknown(
                    name, getattr(item, "id", getattr(item, "code", "")), key, value, known
                )

    def _unknown(self, name: str, item: str, key: str, value: str, known: dict[str, Any]) -> None:
        raise RegimeError(
            f"{key} {value!r} of {item or name!r} is not known",
            where=f"{name}, key {key}",
            allowed=", ".join(sorted(known)[:40]) or "none is defined",
            next_step=f"add a record {value!r}, or correct the identifier",
        )

    # ---------------------------------------------------------------------------- version

    @cached_property
    def version(self) -> str:
        """The month of the facts and a hash of all fact files, such as `2026.11+1a2b3c4d`."""
        import hashlib  # a few milliseconds, and only the version needs it

        digest = hashlib.sha256()
        for folder in self.directories:
            for path in _fact_files(folder):
                digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return f"{self.edition.data_month}+{digest.hexdigest()[:8]}"

    @cached_property
    def edition(self) -> Edition:
        """The month of the packaged facts and the default target."""
        path = self.directories[0] / "regime.yaml"
        return record(Edition, read_yaml(path), str(path))

    @property
    def default_target(self) -> str:
        """The target that is meant where a command names none."""
        return self.edition.default_target

    # ------------------------------------------------------------------------- goods lists

    @property
    def goods_lists(self) -> tuple[str, ...]:
        """The ids of the lists of which codes are held."""
        return tuple(i for i, info in self.list_infos.items() if info.held)

    @cached_property
    def _loaded(self) -> dict[str, GoodsList]:
        return {}

    def goods_list(self, id: str) -> GoodsList:
        """A goods list with its entries; read once."""
        if id in self._loaded:
            return self._loaded[id]
        info = self.list_infos.get(id)
        if info is None or not info.held:
            what = "is not held: only its existence is known" if info else "is not known"
            raise RegimeError(
                f"the goods list {id!r} {what}",
                where="lists.yaml",
                allowed=", ".join(self.goods_lists),
                next_step="name one of these lists, or load your own from CSV",
            )
        entries: tuple[Entry, ...]
        if info.refers_to:
            base = self.goods_list(info.refers_to)
            entries = aligned_entries(base.entries, info)
            info = replace(info, nomenclature=base.nomenclature, strength=base.info.strength)
            origin = base.origin
        else:
            path = self._list_path(info)
            entries = read_entries(path, info, self.instruments)
            origin = str(path)
        targets = self.programmes[info.programme].targets
        self._loaded[id] = GoodsList(info, targets, entries, origin)
        return self._loaded[id]

    def _list_path(self, info: ListInfo) -> Path:
        for folder in self.directories:
            path = folder / "lists" / info.file
            if path.is_file():
                return path
        raise RegimeError(
            f"the file of the goods list {info.id!r} is missing: lists/{info.file}",
            where="lists.yaml, key file",
            allowed="a CSV file in the folder lists beside lists.yaml",
            next_step="add the file, or correct its name",
        )

    # ---------------------------------------------------------------------------- answers

    def measures(self, target: str | None = None, as_of: date | None = None) -> tuple[Measure, ...]:
        """Measures against a target (None: all) that apply on a day (None: ever)."""
        return tuple(
            m
            for m in self.all_measures.values()
            if (target is None or target in m.targets) and (as_of is None or m.in_force(as_of))
        )

    def main_measures_from(self, target: str) -> date:
        """The first day of the main goods measures: what cuts time into before and after."""
        days = [m.in_force_from for m in self.measures(target) if m.main]
        if not days:
            raise RegimeError(
                f"no main measure against {target!r} is held",
                where="measures.yaml, key main",
                allowed=", ".join(self.target_codes),
                next_step="name one of these targets",
            )
        return min(days)

    @property
    def target_codes(self) -> tuple[str, ...]:
        """The targets for which goods measures are held, sorted."""
        return tuple(sorted({t for m in self.all_measures.values() if m.main for t in m.targets}))

    def coalition(self, target: str, as_of: date | None = None) -> frozenset[str]:
        """The members of the coalition against a target on a day; see `Roles.coalition`."""
        return self.roles.coalition(target, as_of)

    def transit(self, target: str, as_of: date | None = None) -> tuple[TransitCountry, ...]:
        """The transit countries to a target on a day; see `Roles.transit`."""
        return self.roles.transit(target, as_of)

    def targets(self, as_of: date | None = None) -> tuple[Target, ...]:
        """Targets, territories and destinations of a ban; see `Roles.targets`."""
        return self.roles.targets(as_of)

    def timeline(self, target: str | None = None, until: date | None = None) -> tuple[Event, ...]:
        """Events that concern a target (None: all), in force before `until` (None: all)."""
        return tuple(
            e
            for e in self.events
            if (target is None or target in e.targets) and (until is None or e.in_force < until)
        )

    def goods(
        self,
        code: str,
        target: str,
        as_of: date,
        extra_lists: Sequence[GoodsList] = (),
    ) -> GoodsAnswer:
        """What the law says of a goods code against a target on a day.

        Args:
            code: CN8, HS6, HS4, chapter, or a range such as `8541-8543`.
            target: Alpha-3 code of the destination.
            as_of: The day.
            extra_lists: Lists of the user, see `goods_list_from_csv`.
        """
        from umweg.regime.answer import answer

        return answer(self, code, target, as_of, extra_lists)


def _check_apart(intervals: Sequence[Interval | OwnershipInterval], whose: str, where: str) -> None:
    ordered = sorted(intervals, key=lambda i: i.from_)
    if not ordered:
        raise RegimeError(
            f"{whose} has no interval",
            where=where,
            allowed="at least one interval with from and its act",
            next_step="add its first day and the act",
        )
    for one, two in pairwise(ordered):
        if one.until is None or two.from_ < one.until:
            raise RegimeError(
                f"overlapping dates of {whose}: {one.from_}, {two.from_}",
                where=where,
                allowed="intervals [from, until) that do not overlap",
                next_step="end the first interval where the second begins",
            )


def _fact_files(folder: Path) -> list[Path]:
    found = [p for p in folder.iterdir() if p.name.endswith((".yaml", ".csv"))]
    lists = folder / "lists"
    if lists.is_dir():
        found += [p for p in lists.iterdir() if p.name.endswith(".csv")]
    return sorted(found, key=lambda p: p.name)


@cache
def _load(directories: tuple[Path, ...]) -> Regime:
    return Regime(directories)


def load(extra_dirs: Iterable[str | Path] = ()) -> Regime:
    """The packaged regime, with the fact files of further folders added.

    A folder holds any of the files that the packaged one holds, in the same format: see
    docs/regime.md. Identifiers must not be given twice.
    """
    folders: list[Path] = [PACKAGED]
    for extra in extra_dirs:
        folder = Path(extra)
        names = {f"{n}.yaml" for n in YAML_FILES} | {f"{n}.csv" for n in CSV_FILES}
        if not folder.is_dir():
            raise RegimeError(
                "the folder of fact files does not exist",
                where=str(folder),
                allowed=f"a folder with any of {', '.join(sorted(names))}, and lists/",
                next_step="check the path",
            )
        stray = sorted(
            p.name
            for p in folder.iterdir()
            if p.suffix in (".yaml", ".yml", ".csv") and p.name not in names
        )
        if stray or not any((folder / n).is_file() for n in names):
            raise RegimeError(
                f"unknown fact file {stray[0]!r}" if stray else "the folder holds no fact files",
                where=str(folder),
                allowed=", ".join(sorted(names)) + ", and the folder lists/",
                next_step="rename the file; a single code list is given with --goods-list",
            )
        folders.append(folder)
    return _load(tuple(folders))
