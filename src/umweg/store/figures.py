"""The figures of `flows`: what a number must be to be added up."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import StoreError
from umweg.store.contracts import FLOWS


def check_figures(flows: pa.Table) -> None:
    """Refuse numbers that are none: one NaN or infinity among them makes every sum one.

    Raises:
        StoreError: a number is not finite, or a value is below zero.
    """
    for column in FLOWS.columns:
        if not pa.types.is_floating(column.type):
            continue
        values = flows[column.name]
        faults = {"not finite": pc.invert(pc.is_finite(values))}
        if column.name == "value_reported":
            faults["negative"] = pc.and_(pc.is_finite(values), pc.less(values, 0))
        counts = {name: pc.sum(mask).as_py() or 0 for name, mask in faults.items()}
        if any(counts.values()):
            found = ", ".join(f"{n} rows are {name}" for name, n in counts.items() if n)
            raise StoreError(
                f"column '{column.name}' of 'flows' must hold numbers that can be added: {found}",
                allowed="finite numbers" + (", 0 or more" if "negative" in faults else ""),
                next_step="set the rows aside with a reason before they are written",
            )
