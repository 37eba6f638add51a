"""The panel of the detector: both legs of every corridor by month, as dense arrays.

Places are the countries through which goods may pass: transit countries, and neutral ones as their
comparison. Units are goods codes, or the few codes that a revision of the nomenclature ties
together (see `code_units`). All amounts are USD a month as reported; what was not published is
held apart from zero in the flags of who published what.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umweg.flows.stats import Flags

Amounts = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Panel:
    """Places × units × months.

    Attributes:
        target: The sanctioned territory.
        places: Countries; `transit` flags the candidates, the others are neutral.
        units: Name of each unit; `heading` the index of its heading.
        restricted: Units under a measure; `measure` the month index of its date (-1 without).
        months: The months, in order.
        sent: What the coalition says it sent to the place (FOB), corrected for exporters that
            missed months.
        both_sent, both_arrived: The same flow by both sides (FOB, CIF), only where exporter and
            importer published the month.
        arrived: What the place says it received from the coalition (CIF).
        onward: What the place says it sent to the target (FOB).
        supply: What the place says it sent to neutral countries (FOB).
        other_in: What the place says it received from elsewhere than the coalition (CIF).
        from_transit: What other transit countries say they sent to the place (FOB).
        to_transit: What the place says it sent to other transit countries (FOB).
        direct: Units × months, coalition → target (FOB).
        publishes_exports, publishes_imports: Places × months: whether anything was published.
        sent_known: Months in which enough of the coalition published.
    """

    target: str
    places: tuple[str, ...]
    transit: Flags
    units: tuple[str, ...]
    heading: Ints
    restricted: Flags
    measure: Ints
    months: tuple[str, ...]
    sent: Amounts
    both_sent: Amounts
    both_arrived: Amounts
    arrived: Amounts
    onward: Amounts
    supply: Amounts
    other_in: Amounts
    from_transit: Amounts
    to_transit: Amounts
    direct: Amounts
    publishes_exports: Flags
    publishes_imports: Flags
    sent_known: Flags

    @property
    def shape(self) -> tuple[int, int, int]:
        """Places, units, months."""
        return len(self.places), len(self.units), len(self.months)
