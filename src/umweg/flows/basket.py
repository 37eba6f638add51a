"""Which goods a scan is about: the basket, and what else is restricted and so no control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from umweg import nomenclature as nom
from umweg.errors import NomenclatureError, UsageError


@dataclass(frozen=True)
class ListedCodes:
    """A goods list as the scan needs it: its vintage, codes and texts."""

    list_id: str
    nomenclature: str
    codes: frozenset[str]
    descriptions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def longest(self) -> int:
        """Digits of the most detailed code."""
        return max((len(c) for c in self.codes), default=0)

    @cached_property
    def below(self) -> Mapping[str, str]:
        """The first code under every wider one."""
        found: dict[str, str] = {}
        for code in sorted(self.codes, reverse=True):
            for length in range(2, len(code)):
                found[code[:length]] = code
        return found


@dataclass(frozen=True, slots=True)
class Match:
    """How a code of the statistics meets a list.

    `how`: exact; sub-code (the list names a wider code above it); wider (the list names only
    sub-codes of it); predecessor (met through the correlation of two vintages, all older codes
    listed); partial (only some of them).
    """

    list_id: str
    how: str
    entry: str


@cache
def _older(code: str, of: str, to: str) -> tuple[str, ...]:
    """The HS6 codes of vintage `to` that an HS6 code of vintage `of` is made of."""
    try:
        newer, older = nom.nomenclature(of).hs, nom.nomenclature(to).hs
        if newer is older or nom.exists(code, older):
            return (code,)
        if newer.year > older.year:
            return tuple(c.code for c in nom.predecessors(code, newer, older))
        return tuple(c.code for c in nom.successors(code, newer, older))
    except NomenclatureError:
        return (code,)


def meet(code: str, vintage: str, listed: ListedCodes) -> Match | None:
    """Whether and how a code of the statistics falls under a list."""
    for length in (8, 6, 4, 2):
        if length <= len(code) and code[:length] in listed.codes:
            how = "exact" if length == len(code) else "sub-code"
            return Match(listed.list_id, how, code[:length])
    if len(code) >= 6:
        older = _older(code[:6], vintage, listed.nomenclature)
        if older != (code[:6],) and older:
            hits = [c for c in older if c in listed.codes or c[:4] in listed.codes]
            if hits:
                how = "predecessor" if len(hits) == len(older) else "partial"
                return Match(listed.list_id, how, hits[0])
    below = listed.below.get(code)
    return Match(listed.list_id, "wider", below) if below else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The codes that a user asked for, as prefixes."""

    prefixes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Wanted:
        """Read `8542`, `8542.31`, `85423190` and ranges such as `8541-8543`.

        Raises:
            UsageError: something is no goods code.
        """
        prefixes: list[str] = []
        for text in texts:
            try:
                if "-" in text:
                    prefixes += nom.expand_range(text)
                else:
                    prefixes.append(nom.parse_code(text))
            except NomenclatureError as error:
                raise UsageError(
                    error.what, where=f"--codes {text}", allowed=error.allowed,
                    next_step=error.next_step,
                ) from error  # fmt: skip
        return cls(tuple(prefixes))

    def __contains__(self, code: object) -> bool:
        return not self.prefixes or (isinstance(code, str) and code.startswith(self.prefixes))


@dataclass(frozen=True, slots=True)
class Sorted:
    """The codes of the statistics, sorted by what they are to the scan.

    Attributes:
        kinds: code → `basket`, `restricted` (on some list of the regime, not asked for) or
            `other` (on no list: a control).
        matches: code → the lists of the basket it meets.
    """

    kinds: Mapping[str, str]
    matches: Mapping[str, tuple[Match, ...]]

    def of(self, kind: str) -> frozenset[str]:
        """The codes of one kind."""
        return frozenset(c for c, k in self.kinds.items() if k == kind)


def sort_codes(
    codes: Iterable[tuple[str, str]],
    basket: Sequence[ListedCodes],
    restricted: Sequence[ListedCodes],
    wanted: Wanted,
    in_both: frozenset[str] | None,
) -> Sorted:
    """Sort codes of the statistics into basket, restricted and other.

    Args:
        codes: (code, vintage) as stated.
        basket: The lists that make the basket; without any, the wanted codes alone do.
        restricted: Every list of the regime for the target.
        wanted: Narrows the basket.
        in_both: If given, the basket keeps only these.
    """
    kinds: dict[str, str] = {}
    matches: dict[str, tuple[Match, ...]] = {}
    for code, vintage in codes:
        found = tuple(m for m in (meet(code, vintage, b) for b in basket) if m)
        # A code that is only partly a listed one stays out of the basket and of the controls.
        solid = tuple(m for m in found if m.how != "partial")
        listed = bool(found) or any(meet(code, vintage, r) for r in restricted)
        asked = code in wanted and (bool(solid) if basket else bool(wanted.prefixes))
        if asked and (in_both is None or code in in_both):
            kinds[code], matches[code] = "basket", solid
        else:
            kinds[code] = "restricted" if listed or asked else "other"
    return Sorted(kinds, matches)


def renumbered_codes(
    codes: Iterable[tuple[str, str]], year_before: int, year_after: int
) -> frozenset[str]:
    """Codes whose HS6 did not exist in the vintage before, or no longer in the one after."""
    vintages = [
        max((v for v in nom.HS_VINTAGES if v.year <= year), key=lambda v: v.year)
        if year >= nom.HS_VINTAGES[0].year
        else nom.HS_VINTAGES[0]
        for year in (year_before, year_after)
    ]
    return frozenset(
        code
        for code, _ in codes
        if len(code) >= 6 and not all(nom.exists(code[:6], v) for v in vintages)
    )
