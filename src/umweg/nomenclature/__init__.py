"""Goods codes and their vintages: HS2012, HS2017, HS2022 and the CN years built on them.

Codes only: the texts of the Harmonized System are not packaged.
"""

from umweg.nomenclature.codes import (
    HS2012,
    HS2017,
    HS2022,
    HS_VINTAGES,
    LATEST,
    Nomenclature,
    codes,
    created_in,
    exists,
    expand_range,
    format_code,
    level,
    nomenclature,
    parse_code,
    plain_dashes,
)
from umweg.nomenclature.correlation import (
    Conversion,
    Correlation,
    Trap,
    convert,
    predecessors,
    successors,
    traps,
)

__all__ = [
    "HS2012",
    "HS2017",
    "HS2022",
    "HS_VINTAGES",
    "LATEST",
    "Conversion",
    "Correlation",
    "Nomenclature",
    "Trap",
    "codes",
    "convert",
    "created_in",
    "exists",
    "expand_range",
    "format_code",
    "level",
    "nomenclature",
    "parse_code",
    "plain_dashes",
    "predecessors",
    "successors",
    "traps",
]
