"""The goods of a claim, held to the codes of the statistics."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from umweg import nomenclature as nom
from umweg.claims.population import Codes, Lists
from umweg.flows.basket import ListedCodes, meet
from umweg.regime import Entry, GoodsList, Regime

SOLID = ("exact", "sub-code", "predecessor")
"""Ways to meet a list that put a code of the statistics wholly under it."""


@dataclass(frozen=True)
class Listed:
    """A list of the regime on a day: its codes by vintage, and their entries."""

    goods_list: GoodsList
    codes: tuple[ListedCodes, ...]
    entries: dict[str, Entry]


@dataclass(frozen=True)
class Basket:
    """Goods by code or by list."""

    prefixes: tuple[str, ...]
    nomenclature: str
    lists: tuple[Listed, ...]

    @classmethod
    def of(cls, goods: Codes | Lists, regime: Regime) -> Basket:
        """The goods of a claim file."""
        if isinstance(goods, Codes):
            return cls(goods.prefixes, goods.nomenclature, ())
        return cls((), "", tuple(listed(regime, name, goods) for name in goods.lists))

    @cached_property
    def longest(self) -> int:
        """Digits of the most detailed code."""
        return max([len(p) for p in self.prefixes] + [c.longest for x in self.lists
                                                      for c in x.codes], default=0)  # fmt: skip

    def holds(self, code: str, vintage: str) -> bool:
        """Whether a code of the statistics belongs to the goods as a whole.

        A code of another edition does where everything that it is made of belongs to them.
        """
        if self.prefixes:
            if code.startswith(self.prefixes):
                return True
            match = meet(code, vintage, self._chosen)
            return match is not None and match.how in SOLID
        return any(how in SOLID for _, _, how in self.matches(code, vintage))

    @cached_property
    def _chosen(self) -> ListedCodes:
        return ListedCodes("", self.nomenclature, frozenset(self.prefixes))

    def matches(self, code: str, vintage: str) -> tuple[tuple[Listed, Entry, str], ...]:
        """The lists that a code meets, with the entry and the way in which it meets it."""
        # What a list of six digits says of a code of eight, it says of its first six.
        return _matches(self, code[: max(self.longest, 6)], vintage)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def share_held(
        self, held: Collection[tuple[str, str]], vintage: nom.Nomenclature, level: int
    ) -> float:
        """The share of the goods' own codes that occur among the codes of a publication.

        Codes of eight digits have no list to compare with: a heading is known to be whole only at
        its own level or at six digits.
        """
        if self.prefixes:
            codes = {code for code, name in held if nom.nomenclature(name).hs == vintage.hs}
            edition = nom.nomenclature(self.nomenclature).hs
            return min(_share_of_prefix(p, edition, codes, vintage, level) for p in self.prefixes)
        # A list is compared with all editions of the publication: a code that was made later, or
        # ended earlier, has no row in the others.
        known = {code[:n] for code, _ in held for n in (2, 4, 6, 8)}
        own = {c for x in self.lists for of in x.codes for c in of.codes if len(c) <= level}
        return len(own & known) / len(own) if own else 0.0

    def exists_in(self, vintages: Iterable[nom.Nomenclature]) -> bool:
        """Whether the codes exist in all these vintages."""
        return all(nom.exists(p[:6], v.hs) is not False for p in self.prefixes for v in vintages)


def listed(regime: Regime, name: str, goods: Lists) -> Listed:
    """A list of the regime as it stood on the day of the goods."""
    found = regime.goods_list(name)
    # A list of one day's text has no dates of its own: its entries count from that day.
    day = None if found.info.as_of is not None else goods.day
    entries = found.members(day, goods.tier)
    by_vintage: dict[str, dict[str, str]] = {}
    for e in entries:
        by_vintage.setdefault(e.nomenclature, {})[e.code] = e.description
    codes = tuple(
        ListedCodes(name, v, frozenset(texts), texts) for v, texts in sorted(by_vintage.items())
    )
    return Listed(found, codes, {e.code: e for e in entries})


@cache
def _matches(basket: Basket, code: str, vintage: str) -> tuple[tuple[Listed, Entry, str], ...]:
    found = []
    for x in basket.lists:
        for codes in x.codes:
            match = meet(code, vintage, codes)
            if match is not None:
                entry = x.entries.get(match.entry) or next(
                    e for c, e in x.entries.items() if c.startswith(match.entry[:4])
                )
                found.append((x, entry, match.how))
    return tuple(found)


def in_vintage(code: str, older: nom.Nomenclature, newer: nom.Nomenclature) -> tuple[str, ...]:
    """The codes of six digits of another edition that a code has become, or was made of."""
    six = code[:6]
    if older is newer or len(six) < 6 or nom.exists(six, newer):
        return (six,)
    step = nom.successors if newer.year > older.year else nom.predecessors
    return tuple(c.code for c in step(six, older, newer)) or (six,)


def _share_of_prefix(
    prefix: str,
    edition: nom.Nomenclature,
    codes: Collection[str],
    vintage: nom.Nomenclature,
    level: int,
) -> float:
    if len(prefix) == level and nom.exists(prefix[:6], vintage):
        return float(prefix in codes)
    if level != 6:
        return 0.0
    own = {c for c in nom.codes(edition) if len(c) == 6 and c.startswith(prefix)}
    below = {c for o in own for c in in_vintage(o, edition, vintage)}
    return len(below & set(codes)) / len(below) if below else 0.0
