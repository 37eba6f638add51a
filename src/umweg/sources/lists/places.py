"""Countries as publishers of lists name them, as ISO 3166 alpha-3."""

from __future__ import annotations

import re
from functools import lru_cache

NOWHERE = frozenset(
    {"", "none identified", "undetermined", "unknown", "stateless", "not known", "none", "n/a",
     "-", "na", "other", "00", "zz", "xx"}
)  # fmt: skip
"""What publishers write where there is no country: handled, and no alarm."""

_OTHER_NAMES = {
    "congo (democratic republic)": "COD",
    "bosnia-herzegovina": "BIH",
    "crimea": "UKR",
    "occupied palestinian territories": "PSE",
    "kosovo (under unscr 1244/99)": "XKX",
}
"""Names that publishers use and the library of countries does not know."""

_PREFIX = re.compile(r"^(?:region:\s*|the\s+)", re.I)
_SUFFIX = re.compile(r"\s*(?:\(the\)|,\s*the)\s*$", re.I)


@lru_cache(maxsize=1 << 14)
def alpha3_of(text: str) -> str | None:
    """Alpha-3 of a country, of a former one (SUN, YUG) or of the country that a region is part of.

    None where the name is not known; see `NOWHERE` for what is no country at all.
    """
    # The library takes a while to load; a list without countries need not wait for it.
    from rigour.territories import lookup_territory

    name = " ".join(text.split())
    for form in (name, _SUFFIX.sub("", _PREFIX.sub("", name))):
        if known := _OTHER_NAMES.get(form.casefold()):
            return known
        territory = lookup_territory(form)
        while territory is not None and not territory.alpha3:
            territory = territory.parent
        if territory is not None and territory.alpha3:
            return str(territory.alpha3).upper()
    return None
