"""A publisher's figures into a snapshot, judged in the engine: every row kept or set aside.

    rows of text → judged rows → statements made twice → flows, set_aside, coverage, origins

Only counts and messages pass through Python, so that memory does not grow with the file.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from umweg.errors import InputError
from umweg.periods import Window
from umweg.sources.aside import Aside
from umweg.sources.coverage import Seen, write_coverage
from umweg.sources.source import ImportRequest, Source
from umweg.sources.trade.decimals import Note
from umweg.sources.trade.judging import FIGURES
from umweg.sources.trade.statements import (
    key_counts,
    repeated,
    spoilt,
    summed,
    with_value,
    without_total,
)
from umweg.sources.trade.text_rows import Read
from umweg.store import Alarm, Manifest, Store, commit, input_file
from umweg.store.bulk import ABOUT, Bulk, Text
from umweg.store.contracts import ORIGINS

_ORDER = ("code", "partner", "reporter", "flow", "period", "nomenclature")
_SORTED = 1_000_000
"""Rows up to which figures are sorted, which packs them best. More stay in the order of their file:
publishers write months and reporters one after the other, and sorting would cost a fifth."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How a publisher's rows become figures.

    Attributes:
        source: The source.
        parser: Name and version of the parser.
        wanted: The columns of text that are read.
        judge: Rows of text → rows with the columns of `FIGURES`, `part` (what tells apart rows
            that are added up into one figure, else empty), `reason`, `detail`, `raw`, and one
            truth value for each alarm.
        about: Those of `wanted` whose cells many rows share; `judge` does not see them.
        understand: What rows are about, each once → the same with what `judge` needs of it.
        same: Columns that are alike in all rows and that `judge` leaves out.
        alarms: Name of the alarm → what a reader must know; its column is the name with `_`.
        summed: Whether rows of one key are parts of one figure, and added up.
        spoils: Reasons of a row set aside for which the other parts of its figure cannot stand
            alone: their sum would be less than what was published.
        breakdown: Reason of the rows that are parts of a total beside them.
        practice: How the publisher names the partner.
        reconciled: Whether the figures are reconciled from both sides' reports.
        covers: Whether the rows show what a reporter has published.
        derivation: What was done to the published figures, for `origins`.
    """

    source: Source
    parser: str
    wanted: tuple[str, ...]
    judge: Callable[[ir.Table], ir.Table]
    about: tuple[str, ...] = ()
    understand: Callable[[ir.Table], ir.Table] | None = None
    same: Mapping[str, str] = field(default_factory=dict)
    alarms: Mapping[str, str] = field(default_factory=dict)
    summed: bool = False
    spoils: tuple[str, ...] = ()
    breakdown: str | None = None
    practice: str | None = None
    reconciled: bool = False
    covers: bool = True
    derivation: str | None = None


ReadFile = Callable[[Bulk, Path, int, int, Aside], Read]
"""Bulk, file, its number, rows of the files before, where bad lines go → its rows."""


def import_figures(
    request: ImportRequest, store: Store, figures: Figures, read: ReadFile
) -> Manifest:
    """Import a publisher's files.

    Raises:
        InputError: a file is none of the publisher's, was changed while it was read, or has no row
            that can be kept; with `strict`, has any row that cannot. Nothing is stored then.
    """
    before = [_stamp(p) for p in request.files]
    with store.importing() as stage:
        bulk, aside = store.bulk(stage), Aside(stage)
        texts: list[Text] = []
        notes: list[Note] = []
        rows_read = rejected = numbered = 0
        hashes: list[str] = []
        for n, path in enumerate(request.files):
            found = read(bulk, path, n, numbered, aside)
            texts += found.texts
            notes += found.notes
            hashes.append(found.sha256)
            numbered += found.rows
            rejected += found.rejected
            rows_read += sum(t.rows for t in found.texts) + found.rejected
            if request.progress:
                request.progress(rows_read)
        if not rows_read:
            raise InputError(
                "the file has no rows", where=_names(request),
                allowed="at least one row of figures",
                next_step="ask the publisher again: a wrong period or code is answered by an "
                "empty file",
            )  # fmt: skip
        judged = _judged(texts, figures, bulk)
        bad = _Bad(request)
        bad.add(judged.filter(judged.reason.notnull()), bulk, "judged")
        keys = key_counts(judged, figures.breakdown, bulk)
        kept = judged.filter(judged.reason.isnull())
        lost = [judged]
        if keys["repeated"]:
            gone = repeated(kept, bulk)
            bad.add(gone, bulk, "repeated")
            kept = kept.anti_join(gone, "row")
            lost.append(gone)
        if figures.spoils:
            gone = spoilt(kept, lost, figures.spoils, bulk)
            bad.add(gone, bulk, "incomplete")
            kept = kept.anti_join(gone, "row")
        if figures.summed:
            kept, gone = with_value(kept)
            bad.add(gone, bulk, "without-value")
        aside.close()
        set_aside = rejected + bad.count
        if set_aside == rows_read:
            raise InputError(
                f"no row can be kept: all {rows_read:,} are set aside; nothing was stored",
                where=f"{_names(request)}: {bad.summary(aside)}",
                next_step="check that the file holds totals by country and goods code",
            )
        if request.strict and set_aside:
            raise InputError(
                f"{set_aside:,} of {rows_read:,} rows would be set aside, and the import is "
                "strict; nothing was stored",
                where=f"{_names(request)}: {bad.summary(aside)}",
                next_step="import without --strict to set them aside",
            )
        dataset = request.dataset or _dataset(kept, bulk)
        origin_id = f"{request.source}/{dataset}"
        final = summed(kept) if figures.summed else kept
        written = bulk.write(
            "flows",
            final.mutate(partial_code=False, origin_id=ibis.literal(origin_id)),
            "figures",
            order=_ORDER if figures.summed or rows_read <= _SORTED else (),
        )
        stage.write(ORIGINS, _origin(request, figures, origin_id))
        if figures.covers:
            write_coverage(stage, _seen(written, bulk), origin_id, figures.practice)
        alarms = [
            *request.noticed,
            *(Alarm(*note) for note in notes),
            *without_total(keys),
            *_alarms(kept, figures, bulk),
            *_two_editions(written, bulk),
        ]
        passports = [input_file(p, h) for p, h in zip(request.files, hashes, strict=True)]
        if before != [_stamp(p) for p in request.files]:
            raise InputError(
                "the file was changed while it was read; nothing was stored",
                where=_names(request),
                next_step="import it again once it is finished",
            )
        return commit(
            store.root, stage, source=request.source, dataset=dataset, parser=figures.parser,
            inputs=passports, rows_read=rows_read, rows_kept=rows_read - set_aside,
            rows_set_aside=set_aside, alarms=alarms, published_on=request.published_on,
            retrieved_at=request.retrieved_at, reconciled=figures.reconciled,
        )  # fmt: skip


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(path),
            next_step="check the name and the permissions",
        ) from error
    return found.st_mtime_ns, found.st_size


def _names(request: ImportRequest) -> str:
    return ", ".join(str(p) for p in request.files)


class _Bad:
    """The rows set aside by the engine: written there, counted here."""

    def __init__(self, request: ImportRequest) -> None:
        self.count = 0
        self._by_reason: dict[str, tuple[int, int, str]] = {}
        self._files = request.files

    def add(self, rows: ir.Table, bulk: Bulk, part: str) -> None:
        """Set rows aside that carry `row`, `file`, `reason`, `detail` and `raw`."""
        found = bulk.rows(
            rows.group_by("reason").agg(
                n=rows.count(), first=rows.row.min(), detail=rows.detail.argmin(rows.row)
            ).order_by("reason"),
            f"reasons {part}",
        ).to_pylist()  # fmt: skip
        if not found:
            return
        for r in found:
            self._by_reason[r["reason"]] = (r["n"], r["first"], r["detail"])
            self.count += r["n"]
        detail = rows.detail
        if len(self._files) > 1:
            named = ibis.cases(
                *((rows.file == n, f"{p.name}: ") for n, p in enumerate(self._files)), else_=""
            )
            detail = named + detail
        bulk.write("set_aside", rows.mutate(detail=detail), f"set aside {part}", part=part)

    def summary(self, aside: Aside) -> str:
        """The reasons with their counts and first rows."""
        lines = [
            f"{reason}: {n:,}, first row {first}: {detail}"
            for reason, (n, first, detail) in sorted(
                self._by_reason.items(), key=lambda item: -item[1][0]
            )
        ]
        if aside.count:
            lines.append(aside.summary())
        return "\n    ".join(lines)


def _judged(texts: Sequence[Text], figures: Figures, bulk: Bulk) -> ir.Table:
    """All rows with what became of them.

    Raises:
        StoreError: a row got lost between the steps.
    """
    rows = bulk.rows_of(texts, figures.wanted, figures.about)
    if figures.understand is not None:
        about = figures.understand(bulk.about(rows, figures.about))
        rows = rows.inner_join(bulk.keep(about, "what rows are about"), ABOUT)
    flags = (name.replace("-", "_") for name in figures.alarms)
    columns = ("row", "file", "reason", "detail", "raw", *FIGURES, "part", *flags)
    judged = figures.judge(rows).select(*(c for c in columns if c not in figures.same))
    kept = bulk.keep(judged, "judged rows", rows=sum(t.rows for t in texts))
    return kept.mutate(**{name: ibis.literal(text) for name, text in figures.same.items()})


_FEW = {"partners": 20, "codes": 2_000}


def _dataset(kept: ir.Table, bulk: Bulk) -> str:
    """A name made of what the file states, so that another selection does not take its place.

    The same selection downloaded again has the same name, and the newer takes the older's place.
    """
    table = kept.mutate(family=kept.nomenclature[:2], level=kept.code.length())
    names = ("freq", "reporter", "flow", "period", "partner", "code", "family", "level")
    found = bulk.rows(
        table.agg(**{n: table[n].collect(distinct=True) for n in names}), "what is stated"
    ).to_pylist()[0]
    held: dict[str, list[Any]] = {n: sorted(found[n]) for n in names}
    asked = dict(held)
    for name, many in (("partner", _FEW["partners"]), ("code", _FEW["codes"])):
        if len(held[name]) > many:
            asked[name] = []
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:6]
    reporters = [r.lower() for r in held["reporter"]]
    who = reporters[0] if len(reporters) == 1 else f"{len(reporters)}-reporters"
    span = sorted({held["period"][0], held["period"][-1]})
    name = "-".join([*(f.lower() for f in held["freq"]), who, *span, digest])
    return name.replace("_", "-")


def _origin(request: ImportRequest, figures: Figures, origin_id: str) -> pa.Table:
    given, source = request.origin, figures.source
    row = {
        "origin_id": origin_id,
        "publisher": (given and given.publisher) or source.publisher,
        "title": (given and given.title) or source.title,
        "url": (given and given.url) or request.url or source.url or None,
        "licence": (given and given.licence) or source.licence or None,
        "vintage": request.published_on,
        "derivation": "; ".join(filter(None, (request.asked, figures.derivation))) or None,
    }
    return pa.Table.from_pylist([row], schema=ORIGINS.schema)


def _seen(flows: ir.Table, bulk: Bulk) -> list[Seen]:
    scope = ibis.cases((flows.code == "TOTAL", "total"), else_="codes")
    scoped = flows.mutate(scope=scope)
    grouped = (
        scoped.group_by("reporter", "flow", "scope", "freq")
        .agg(periods=scoped.period.collect(distinct=True))
        .order_by("reporter", "flow", "scope", "freq")
    )
    seen: list[Seen] = []
    for r in bulk.rows(grouped, "what was published").to_pylist():
        periods = sorted(r["periods"])
        gaps = sorted(set(Window(periods[0], periods[-1]).periods) - set(periods))
        seen.append((r["reporter"], r["flow"], r["scope"], periods, gaps))
    return seen


def _alarms(kept: ir.Table, figures: Figures, bulk: Bulk) -> list[Alarm]:
    if not figures.alarms:
        return []
    columns = {name: kept[name.replace("-", "_")] for name in figures.alarms}
    counts = {f"n{i}": c.sum() for i, c in enumerate(columns.values())}
    firsts = {f"r{i}": kept.row.min(where=c) for i, c in enumerate(columns.values())}
    found = bulk.rows(kept.agg(**counts, **firsts), "alarms").to_pylist()[0]
    return [
        Alarm(name, found[f"n{i}"], f"{text} (first row {found[f'r{i}']})")
        for i, (name, text) in enumerate(figures.alarms.items())
        if found[f"n{i}"]
    ]


def _two_editions(flows: ir.Table, bulk: Bulk) -> list[Alarm]:
    """Where a reporter states a flow, period and level of codes in two editions of a family."""
    table = flows.mutate(family=flows.nomenclature[:2], level=flows.code.length())
    keys = ("reporter", "flow", "period", "level", "family")
    grouped = table.group_by(*keys).agg(
        editions=table.nomenclature.collect(distinct=True), n=table.count()
    )
    doubled = bulk.rows(grouped.filter(grouped.editions.length() > 1), "two editions").to_pylist()
    if not doubled:
        return []
    by: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for r in doubled:
        by[r["reporter"], r["flow"], " and ".join(sorted(r["editions"]))].append(r["period"])
    named = "; ".join(
        f"{reporter} {flow} in {editions} ({min(p)}..{max(p)})"
        for (reporter, flow, editions), p in sorted(by.items())[:12]
    )
    return [
        Alarm(
            "two-editions",
            sum(r["n"] for r in doubled),
            "a reporter states the same flow and period in two editions of one nomenclature: all "
            f"are kept, and a scan reads the newest edition only: {named}",
        )
    ]
