"""The sanctions regime as dated, cited data.

`load()` gives the packaged regime; nothing in the code knows a country's name.
"""

from umweg.regime.law import Regime, load
from umweg.regime.lists import GoodsList, goods_list_from_csv
from umweg.regime.model import (
    Duty,
    Entry,
    Event,
    Instrument,
    Measure,
    Member,
    Naming,
    RedFlag,
    Target,
    TransitCountry,
)
from umweg.regime.roles import Roles

__all__ = [
    "Duty",
    "Entry",
    "Event",
    "GoodsList",
    "Instrument",
    "Measure",
    "Member",
    "Naming",
    "RedFlag",
    "Regime",
    "Roles",
    "Target",
    "TransitCountry",
    "goods_list_from_csv",
    "load",
]
