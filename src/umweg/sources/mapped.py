"""A table of the user's own, read by a mapping file: trade here, parties in `sources.lists`.

The mapping turns each row of the table into statements in the columns of the `flows` contract; from
there on the rules, messages and alarms are those of `flow_table`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa

from umweg.errors import InputError, UsageError
from umweg.nomenclature import HS_VINTAGES
from umweg.sources.batches import Batch, Reject, as_json, cut, listed
from umweg.sources.country_names import CountryNames, is_language
from umweg.sources.flow_table import DATASET, OriginInfo, import_table
from umweg.sources.mapping import (
    UNITS,
    WEIGHTS,
    Columns,
    FlowMapping,
    Place,
    Where,
    Wide,
    flow_mapping,
    known_names,
    read_document,
)
from umweg.sources.source import ImportRequest
from umweg.sources.table_file import WORKBOOKS, TableFile
from umweg.sources.workbook_rows import SheetRows
from umweg.store import Alarm, Manifest, Store

PARSER = "mapped/1"
IGNORED = "ignored-by-mapping"

CELL = 1_000
"""A statement of a wide table is numbered row × CELL + column."""

SHEET = 1_000_000_000
"""Statements of a second sheet are numbered from here on, and so forth."""


def import_mapped(request: ImportRequest, store: Store) -> Manifest:
    """Import a table by its mapping.

    Raises:
        UsageError: several files at once.
        InputError: the mapping or the table cannot be read, or they do not fit each other; see
            also `import_flows`.
    """
    if request.mapping is None:  # pragma: no cover - the door asks for one
        raise UsageError("a table of this kind needs a mapping", next_step="add --mapping FILE")
    where = request.mapping
    document = read_document(where)
    if document["holds"] == "entities":
        private = import_module("umweg.sources.lists.private")
        # A list is one data set, called as the list is.
        request = replace(request, dataset=request.dataset or request.source)
        return private.import_private(request, document, store)  # type: ignore[no-any-return]
    if len(request.files) > 1:
        raise UsageError(
            "a mapping reads one file at a time",
            next_step="import the files one by one, each with its own --dataset",
        )
    mapping = flow_mapping(document, where)
    told = mapping.origin
    given = request.origin or OriginInfo()
    request = replace(
        request,
        origin=OriginInfo(
            given.publisher or told.publisher,
            given.title or told.title,
            given.url or told.url,
            given.licence or told.licence,
        ),
    )
    table = MappedTable(request.files[0], mapping, where)
    return import_table(
        table, store, source=request.source, dataset=request.dataset or DATASET,
        vintage=request.published_on, origin=request.origin, strict=request.strict,
        progress=request.progress, parser=PARSER, retrieved_at=request.retrieved_at,
        alarms=[Alarm("read-as", 1, note) for note in table.notes],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Figure:
    """One statement that each row makes: where its value stands, and what it is of."""

    value: str
    position: int
    told: Wide | None = None
    match: re.Match[str] | None = None


class MappedTable:
    """A table and its mapping: batches in the columns of the contract.

    Args:
        path: The table.
        mapping: What its columns are.
        where: The mapping file, for messages.

    Raises:
        InputError: a column that the mapping names is not in the table.
    """

    def __init__(self, path: Path, mapping: FlowMapping, where: Path) -> None:
        self.path = path
        self._mapping, self._where = mapping, where
        self._tables = self._sheets()
        self.columns = self._contract_columns()
        self._names = {
            side: self._names_of(place)
            for side in ("reporter", "partner")
            if (place := getattr(mapping, side)) is not None
        }
        self._ignore = {k: frozenset(" ".join(t.split()) for t in v)
                        for k, v in mapping.ignore.items()}  # fmt: skip
        for table in self._tables:
            self._figures(table)
            self._check(table)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed while the table was read."""
        return tuple(dict.fromkeys(n for t in self._tables for n in t.notes))

    def _sheets(self) -> list[TableFile]:
        t = self._mapping.table
        known = known_names(self._mapping)
        plain = TableFile(
            self.path, sheet=t.sheet, encoding=t.encoding, delimiter=t.delimiter, recognise=known
        )
        if t.sheets is None:
            return [plain]
        if plain.kind not in WORKBOOKS:
            raise UsageError(
                f"the mapping names sheets, and the file is {plain.kind}",
                where=f"{self._where}, key table.sheets",
                next_step="leave it out",
            )
        names = SheetRows(self.path, plain.kind, None).names
        chosen = [n for n in names if re.search(t.sheets, n)]
        if not chosen:
            raise InputError(
                f"no sheet fits '{t.sheets}'",
                where=f"{self.path}, sheets: {listed(names)}",
                next_step=f"correct table.sheets in {self._where}",
            )
        return [TableFile(self.path, sheet=n, recognise=known) for n in chosen]

    def _names_of(self, place: Place) -> CountryNames:
        if bad := [x for x in place.language if not is_language(x)]:
            raise InputError(
                f"no names of countries are known in the language '{bad[0]}'",
                where=str(self._where),
                allowed="codes of languages such as ru, de, fr, ky, kk",
            )
        return CountryNames(place.names, place.language, place.drop_parentheses)

    def _contract_columns(self) -> tuple[str, ...]:
        m = self._mapping
        names = ["reporter", "partner", "flow", "period", "nomenclature", "code",
                 "value_reported", "currency"]  # fmt: skip
        names += ["basis"] if m.basis else []
        names += ["net_weight_kg"] if m.net_weight else []
        names += ["quantity"] if m.quantity else []
        names += ["quantity_unit"] if m.quantity_unit else []
        return tuple(names)

    # -- columns ------------------------------------------------------------------------------

    def _column(self, table: TableFile, names: Columns, key: str) -> str:
        wanted = (names,) if isinstance(names, str) else names
        by_name = {" ".join(c.split()).casefold(): c for c in reversed(table.columns)}
        for name in wanted:
            found = by_name.get(" ".join(name.split()).casefold())
            if found is not None:
                return found
        sheet = f", sheet '{table.sheet}'" if table.sheet else ""
        raise InputError(
            f"the table has no column '{wanted[0]}'",
            where=f"{self.path}{sheet}; named by {self._where}, key {key}",
            allowed=listed(table.columns),
            next_step="correct the name in the mapping",
        )

    def _figures(self, table: TableFile) -> list[_Figure]:
        m = self._mapping
        if m.value is not None:
            return [_Figure(self._column(table, m.value.column, "value"), 0)]
        figures = []
        for told in m.wide:
            if told.column is not None:
                name = self._column(table, told.column, "wide")
                figures.append(_Figure(name, table.columns.index(name) + 1, told))
                continue
            found = [
                _Figure(name, n + 1, told, match)
                for n, name in enumerate(table.columns)
                if (match := re.search(told.columns or "", name))
            ]
            if not found:
                raise InputError(
                    f"no column fits '{told.columns}'",
                    where=f"{self.path}; named by {self._where}, key wide",
                    allowed=listed(table.columns),
                    next_step="correct the mapping",
                )
            figures += found
        return figures

    def _check(self, table: TableFile) -> None:
        """Every column that the mapping names is there, before anything is read."""
        m = self._mapping
        for key in ("reporter", "partner", "flow", "period", "nomenclature", "code", "currency",
                    "basis", "quantity_unit", "net_weight", "quantity"):  # fmt: skip
            part = getattr(m, key)
            if part is not None and part.column is not None:
                self._column(table, part.column, key)

    # -- rows ---------------------------------------------------------------------------------

    def batches(self, *, careful: bool = False) -> Iterator[Batch]:
        """The statements of the table, in the columns of the contract and as they were written."""
        del careful  # the table is always read line by line
        for ordinal, table in enumerate(self._tables):
            for batch in table.batches():
                figures = self._figures(table)
                yield from self._statements(table, batch, figures, ordinal * SHEET)

    def _statements(
        self, table: TableFile, batch: Batch, figures: Sequence[_Figure], base: int
    ) -> Iterator[Batch]:
        wide = bool(self._mapping.wide)
        factor = CELL if wide else 1
        rejects = tuple(
            Reject(r.row * factor + base, r.reason, r.detail, r.raw)
            for r in batch.rejects
            if r.reason != "empty-row"
        )
        if not len(batch.rows):
            if rejects:
                yield Batch(batch.rows, self._nothing(), rejects)
            return
        last = table.header_row + self._mapping.table.skip_below_header
        for figure in figures:
            yield self._of(table, batch, figure, base, last, rejects)
            rejects = ()

    def _nothing(self) -> dict[str, pa.StringArray]:
        return {n: pa.array([], pa.string()) for n in self.columns}

    def _of(
        self, table: TableFile, batch: Batch, figure: _Figure, base: int, last: int,
        rejects: tuple[Reject, ...],
    ) -> Batch:  # fmt: skip
        m, size = self._mapping, len(batch.rows)
        told, wide = figure.told, figure.told is not None
        values = batch.columns[figure.value].to_pylist()
        texts: dict[str, list[str]] = {}
        for side in ("reporter", "partner"):
            texts[side] = self._texts(table, batch, side, told, size)
        texts["flow"] = self._texts(table, batch, "flow", told, size)
        texts["period"] = self._period(table, batch, figure, size)
        texts["code"] = self._texts(table, batch, "code", told, size)
        keep = np.ones(size, bool)
        if wide:  # an empty cell of a wide table states nothing
            keep &= np.array([bool(v.strip()) for v in values])
        why: dict[int, str] = {}
        for n in np.flatnonzero(batch.rows <= last).tolist():
            why[n] = "the row belongs to the header (table.skip_below_header)"
        for key, names in self._ignore.items():
            for n, text in enumerate(texts[key]):
                if " ".join(text.split()) in names:
                    why.setdefault(n, f"{key} '{cut(text)}' is named under 'ignore'")
        for side, names_of in self._names.items():
            texts[side] = [names_of.code(t) or t for t in texts[side]]
        unit = m.value.unit if m.value else m.unit
        texts["value_reported"] = self._numbers(values, UNITS[unit])
        years = [p[:4] for p in texts["period"]]
        texts["nomenclature"] = self._nomenclature(table, batch, years, size)
        texts["currency"] = self._where_texts(table, batch, m.currency, "currency", size)
        if m.basis:
            texts["basis"] = self._where_texts(table, batch, m.basis, "basis", size)
        if m.net_weight:
            column = self._column(table, m.net_weight.column, "net_weight")
            weights = batch.columns[column].to_pylist()
            texts["net_weight_kg"] = self._numbers(weights, WEIGHTS[m.net_weight.unit])
        if m.quantity:
            column = self._column(table, m.quantity.column, "quantity")
            texts["quantity"] = self._numbers(batch.columns[column].to_pylist(), "1")
        if m.quantity_unit:
            texts["quantity_unit"] = self._where_texts(
                table, batch, m.quantity_unit, "quantity_unit", size
            )
        rows = batch.rows * (CELL if wide else 1) + figure.position + base
        ignored = [n for n in sorted(why) if keep[n]]
        originals = batch.texts(ignored)
        rejects += tuple(
            Reject(int(rows[n]), IGNORED, why[n], as_json(raw))
            for n, raw in zip(ignored, originals, strict=True)
        )
        keep[ignored] = False
        chosen = pa.array(np.flatnonzero(keep))
        columns = {n: pa.array(texts[n], pa.string()).take(chosen) for n in self.columns}
        written = {f"{n} (as written)": c.take(chosen) for n, c in batch.columns.items()}
        return Batch(rows[keep], {**columns, **written}, rejects)

    def _texts(
        self, table: TableFile, batch: Batch, key: str, told: Wide | None, size: int
    ) -> list[str]:
        if told is not None and (same := getattr(told, key)) is not None:
            return [same] * size
        where = getattr(self._mapping, key)
        return self._where_texts(table, batch, where, key, size)

    def _where_texts(
        self, table: TableFile, batch: Batch, where: Where, key: str, size: int
    ) -> list[str]:
        if where.column is None:
            return [where.value or ""] * size
        texts = batch.columns[self._column(table, where.column, key)].to_pylist()
        if not where.values:
            return [str(t) for t in texts]
        meant = {k.strip().casefold(): v for k, v in where.values.items()}
        return [meant.get(t.strip().casefold(), t) for t in texts]

    def _period(self, table: TableFile, batch: Batch, figure: _Figure, size: int) -> list[str]:
        told = figure.told
        if told is not None and told.period is not None:
            text = figure.match.expand(told.period) if figure.match else told.period
            return [text] * size
        period = self._mapping.period
        if period is None:  # pragma: no cover - the mapping is checked for one
            return [""] * size
        if period.column is not None:
            texts = batch.columns[self._column(table, period.column, "period")].to_pylist()
        else:
            texts = [table.sheet if period.sheet else period.value or ""] * size
        if period.pattern is None:
            return [str(t) for t in texts]
        known: dict[str, str] = {}
        for text in set(texts):
            match = re.search(period.pattern, text)
            groups = match.groupdict() if match else {}
            year, month = groups.get("year"), groups.get("month")
            known[text] = text if not year else f"{year}-{int(month):02d}" if month else year
        return [known[t] for t in texts]

    def _nomenclature(
        self, table: TableFile, batch: Batch, years: Sequence[str], size: int
    ) -> list[str]:
        where = self._mapping.nomenclature
        if where.value == "CN by year":
            return [f"CN{y}" for y in years]
        if where.value == "HS by year":
            return [_hs_of(y) for y in years]
        return self._where_texts(table, batch, where, "nomenclature", size)

    def _numbers(self, texts: Sequence[str], factor: str) -> list[str]:
        t = self._mapping.table
        if factor == "1" and t.decimal == "." and not t.thousands:
            return list(texts)
        times = Decimal(factor)
        return [_number(text, times, t.decimal, t.thousands) for text in texts]


_MAX_EXPONENT = 300
"""Beyond this a number is none (a double ends at 1e308), and written out it would fill memory."""


def _hs_of(year: str) -> str:
    if not year.isdigit():
        return ""
    held = [("HS1992", 1988), ("HS1996", 1996), ("HS2002", 2002), ("HS2007", 2007),
            *((v.value, v.year) for v in HS_VINTAGES)]  # fmt: skip
    return max((first, name) for name, first in held if first <= max(int(year), 1988))[1]


def _number(text: str, factor: Decimal, decimal: str, thousands: str) -> str:
    """A number as the contract writes it; what is none stays as it is, and is set aside by name."""
    plain = text.strip()
    if not plain:
        return ""
    if thousands:
        groups = r"[\s\u00a0\u202f]" if thousands == " " else re.escape(thousands)
        plain = re.sub(rf"(?<=[0-9]){groups}(?=[0-9]{{3}}(?:[^0-9]|$))", "", plain)
        plain = re.sub(rf"(?<=[0-9]){groups}(?=[0-9]{{3}}(?:[^0-9]|$))", "", plain)
    if decimal == ",":
        if "." in plain:
            return text
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > _MAX_EXPONENT:
        return text
    return format((value * factor).normalize(), "f")
