"""Judging a batch of rows of a flows table: good rows in columns, bad rows one by one.

The good rows of a batch are found with a few array operations. Only a row that breaks a rule is
looked at as a row, so that its message can name everything that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from umweg.sources.batches import Batch, Reject, as_json
from umweg.sources.cells import (
    DEFAULT_BASIS,
    RULES,
    Cell,
    Problem,
    Rule,
    code_in_vintage,
    number,
)
from umweg.sources.statements import (
    BASIS_ASSUMED,
    BASIS_NAMES,
    CODE_REWRITTEN,
    CODE_UNCHECKED,
    TEXT_REWRITTEN,
    VINTAGES,
    Registers,
    Statements,
    pack,
    period_number,
)
from umweg.store.contracts import FLOW_KINDS

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

OPTIONAL_NUMBERS = ("net_weight_kg", "quantity")


class BatchRules:
    """The rules of a file with these columns, and the statements that pass them.

    Args:
        columns: The columns of the file.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.registers = Registers()
        self.statements = Statements(self.registers)
        # With value_reported at hand, value_usd repeats it: the store derives it again.
        self.value_column = "value_reported" if "value_reported" in columns else "value_usd"
        self._texts = [name for name in columns if name in RULES]
        self._numbers = [name for name in OPTIONAL_NUMBERS if name in columns]
        self._cells: dict[str, dict[str, Cell]] = {name: {} for name in self._texts}
        registers = self.registers
        self._number_of: dict[str, Any] = {
            "reporter": registers.places.number,
            "partner": registers.places.number,
            "flow": FLOW_KINDS.index,
            "freq": (None, "M", "A").index,
            "period": period_number,
            "nomenclature": VINTAGES.index,
            "code": registers.codes.number,
            "currency": registers.currencies.number,
            "basis": BASIS_NAMES.index,
            "partial_code": ("false", "true").index,
            "quantity_unit": registers.units.number,
            "origin_id": registers.origins.number,
        }
        self._usd = registers.currencies.number("USD") if self.value_column == "value_usd" else -1

    def read(self, batch: Batch) -> tuple[int, list[Reject]]:
        """Keep the good rows of a batch; returns how many, and the rows that are set aside."""
        size = len(batch.rows)
        rejects = list(batch.rejects)
        if not size:
            return 0, rejects
        good = np.ones(size, bool)
        parts: dict[str, Ints] = {}
        notes = np.zeros(size, np.uint8)
        for name in self._texts:
            parts[name] = self._read_text(name, batch.columns[name], good, notes)
        value = self._read_number(self.value_column, batch, good, optional=False)
        numbers = {n: self._read_number(n, batch, good, optional=True) for n in self._numbers}
        good &= parts["reporter"] != parts["partner"]
        self._check_frequency(parts, good)
        self._check_codes(parts, good, notes)
        bad = np.flatnonzero(~good)
        rejects += [
            self._reject(row, texts)
            for row, texts in zip(batch.rows[bad].tolist(), batch.texts(bad), strict=True)
        ]
        if good.any():
            self._keep(batch, good, parts, value, numbers, notes)
        return int(good.sum()), rejects

    def _keep(
        self,
        batch: Batch,
        good: Mask,
        parts: dict[str, Ints],
        value: npt.NDArray[np.float64],
        numbers: Mapping[str, npt.NDArray[np.float64]],
        notes: npt.NDArray[np.uint8],
    ) -> None:
        zeros = np.zeros(len(good), np.int64)
        usual = np.array([BASIS_NAMES.index(DEFAULT_BASIS[f]) for f in FLOW_KINDS])
        basis = parts.get("basis", zeros)
        notes[basis == 0] |= BASIS_ASSUMED
        # A bad row's flow has no usual basis; it is left out below.
        basis = np.where(basis == 0, usual[np.maximum(parts["flow"], 0)], basis)
        currency = parts["currency"] if self._usd < 0 else np.full(len(good), self._usd)
        partial_code = parts.get("partial_code", zeros)
        kept = {n: v[good] for n, v in {**parts, "partial_code": partial_code}.items()}
        columns: dict[str, npt.NDArray[Any]] = {
            "key": pack(kept),
            "row": batch.rows[good],
            "value": value[good],
            "currency": currency[good],
            "basis": basis[good],
            "notes": notes[good],
            **{name: values[good] for name, values in numbers.items()},
        }
        if "quantity_unit" in parts:
            columns["unit"] = kept["quantity_unit"]
        if "origin_id" in parts:
            columns["origin"] = kept["origin_id"]
        self.statements.add(columns)

    # -- columns ------------------------------------------------------------------------------

    def _read_text(
        self, name: str, column: pa.StringArray, good: Mask, notes: npt.NDArray[np.uint8]
    ) -> Ints:
        """The numbers of a column's texts, -1 for bad ones, which are struck from `good`."""
        encoded = column.dictionary_encode()
        note = CODE_REWRITTEN if name == "code" else TEXT_REWRITTEN
        numbers = np.empty(len(encoded.dictionary), np.int64)
        altered = np.zeros(len(encoded.dictionary), bool)
        for index, text in enumerate(encoded.dictionary.to_pylist()):
            cell = self._cell(name, text)
            numbers[index] = -1 if cell.problem else self._number_of[name](cell.value)
            altered[index] = cell.altered
        where = encoded.indices.to_numpy()
        result: Ints = numbers[where]
        good &= result >= 0
        if altered.any():
            notes[altered[where]] |= note
        return result

    def _cell(self, name: str, text: str) -> Cell:
        known = self._cells[name]
        cell = known.get(text)
        if cell is None:
            rule: Rule = RULES[name]
            cell = known[text] = rule(text)
        return cell

    def _read_number(
        self, name: str, batch: Batch, good: Mask, *, optional: bool
    ) -> npt.NDArray[np.float64]:
        """The numbers of a column; NaN for none and for bad ones, which are struck from `good`."""
        column = batch.columns[name]
        # Arrow reads most spellings at once; what it leaves is judged by the rule of one cell.
        values = _cast(pc.if_else(pc.equal(column, ""), None, column))
        doubtful = ~np.isfinite(values) | (values < 0)
        if optional:
            doubtful &= pc.not_equal(column, "").to_numpy(zero_copy_only=False)
        values += 0.0
        for index in np.flatnonzero(doubtful):
            value, problem = number(name, column[int(index)].as_py(), optional=optional)
            values[index] = value
            good[index] &= problem is None
        return values

    def _check_frequency(self, parts: Mapping[str, Ints], good: Mask) -> None:
        if "freq" not in parts:
            return
        annual = parts["period"] >= period_number("1900")
        stated = parts["freq"]
        good &= (stated == 0) | (stated == np.where(annual, 2, 1))

    def _check_codes(
        self, parts: Mapping[str, Ints], good: Mask, notes: npt.NDArray[np.uint8]
    ) -> None:
        pairs = (parts["code"] << 5) | parts["nomenclature"]
        pairs[(parts["code"] < 0) | (parts["nomenclature"] < 0)] = -1
        distinct, where = np.unique(pairs, return_inverse=True)
        exists = np.ones(len(distinct), bool)
        checked = np.ones(len(distinct), bool)
        for index, pair in enumerate(distinct.tolist()):
            if pair >= 0:
                code = self.registers.codes.texts[pair >> 5]
                problem, checked[index] = code_in_vintage(str(code), VINTAGES[pair & 31])
                exists[index] = problem is None
        good &= exists[where]
        notes[~checked[where]] |= CODE_UNCHECKED

    # -- rows ---------------------------------------------------------------------------------

    def _reject(self, row: int, texts: Mapping[str, str]) -> Reject:
        raw = as_json(texts)
        if not any(text.strip() for text in texts.values()):
            return Reject(row, "empty-row", "no field holds anything; remove the row", raw)
        problems = self._problems(texts)
        return Reject(row, problems[0].reason, "; ".join(p.detail for p in problems), raw)

    def _problems(self, texts: Mapping[str, str]) -> list[Problem]:
        """Everything that is wrong with one row, in the order of its columns."""
        cells = {name: self._cell(name, texts[name]) for name in self._texts}
        found = [cell.problem for cell in cells.values() if cell.problem]
        found += [
            problem
            for name, judge in (
                (self.value_column, partial(number, optional=False)),
                *((n, partial(number, optional=True)) for n in self._numbers),
            )
            if (problem := judge(name, texts[name])[1])
        ]
        value = {name: cell.value for name, cell in cells.items() if not cell.problem}
        if value.get("reporter") and value.get("reporter") == value.get("partner"):
            found.append(
                Problem(
                    "reporter-is-partner",
                    f"reporter and partner are both {value['reporter']}; allowed: two different "
                    "countries; goods that come back from abroad are no flow between two countries",
                )
            )
        if (period := value.get("period")) and (freq := value.get("freq")):
            actual = "A" if len(period) == 4 else "M"
            if freq != actual:
                found.append(
                    Problem(
                        "freq-contradicts-period",
                        f"freq {freq} with period {period}; allowed: M with YYYY-MM, A with YYYY; "
                        "correct one of them, or leave freq out",
                    )
                )
        if (code := value.get("code")) and (name := value.get("nomenclature")):
            problem, _ = code_in_vintage(code, name)
            found += [problem] if problem else []
        return found


def _cast(column: pa.Array) -> npt.NDArray[np.float64]:
    """The column as numbers, NaN where a text is none (or stands for no finite number)."""
    try:
        numbers = column.cast(pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(column, r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$")
        numbers = pc.if_else(plain, column, None).cast(pa.float64())
    result: npt.NDArray[np.float64] = numbers.to_numpy(zero_copy_only=False).astype(
        np.float64, copy=True
    )
    return result
