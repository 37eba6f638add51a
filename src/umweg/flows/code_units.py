"""Goods codes of several editions as units that can be followed over time.

A revision of the Harmonized System renumbers, splits and merges codes, and reporters adopt it in
different months. Codes that share goods across editions form one unit, so that no jump in a unit
is one of numbering. Without that, a code that appears in 2022 looks like a surge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from umweg import nomenclature as nom
from umweg.errors import NomenclatureError

Code = tuple[str, str]
"""Edition of the Harmonized System (`HS2022`) and digits."""

MOST_CODES = 12
"""A unit with more codes than this says nothing of any of them: its n:n links are cut."""


@dataclass(frozen=True, slots=True)
class Units:
    """Which unit every code belongs to.

    Attributes:
        of: (edition, digits) → index of the unit.
        members: The codes of each unit.
        cut: Units of which a link was cut, so that part of a change may be one of numbering.
    """

    of: Mapping[Code, int]
    members: tuple[tuple[Code, ...], ...]
    cut: frozenset[int]


def code_units(codes: Iterable[Code], concordance: Iterable[tuple[str, str]] | None) -> Units:
    """Join codes to units.

    Args:
        codes: Every (edition, digits) that occurs in the figures or the goods list.
        concordance: (HS2022, HS2017) pairs; the packaged correlation tables without it.
    """
    held = sorted(set(codes))
    editions = sorted({e for e, _ in held})
    links = _given(concordance) if concordance is not None else _packaged(held)
    linked = {a for a, _, _ in links} | {b for _, b, _ in links}
    known = set(held)
    for edition in editions:
        for e, digits in held:
            same = (edition, digits)
            # Digits that no table speaks of mean the same in every edition.
            if e != edition and same in known and not {(e, digits), same} & linked:
                links.append(((e, digits), same, True))
    groups = _joined(held, [(a, b) for a, b, _ in links])
    large = {c for g in groups if len(g) > MOST_CODES for c in g}
    if large:
        groups = _joined(held, [(a, b) for a, b, sure in links if sure or a not in large])
    members = tuple(tuple(sorted(g)) for g in sorted(groups, key=min))
    of = {c: i for i, group in enumerate(members) for c in group}
    return Units(of, members, frozenset(of[c] for c in large))


Link = tuple[Code, Code, bool]
"""Two codes that share goods, and whether one holds all of the other."""


def _given(pairs: Iterable[tuple[str, str]]) -> list[Link]:
    table = sorted(set(pairs))
    olds: dict[str, int] = {}
    news: dict[str, int] = {}
    for new, old in table:
        news[new] = news.get(new, 0) + 1
        olds[old] = olds.get(old, 0) + 1
    return [
        (("HS2022", new), ("HS2017", old), news[new] == 1 or olds[old] == 1) for new, old in table
    ]


def _packaged(held: list[Code]) -> list[Link]:
    """Links of the correlation tables of the UN Statistics Division, for six-digit codes."""
    editions = [v for v in nom.HS_VINTAGES if any(e == v.value for e, _ in held)]
    if len(editions) < 2:
        return []
    links: list[Link] = []
    # Every step between neighbouring editions, also where one in between is not in the figures.
    steps = [v for v in nom.HS_VINTAGES if editions[0].year <= v.year <= editions[-1].year]
    for older, newer in pairwise(steps):
        for code in sorted(nom.codes(newer)):
            if len(code) != 6:
                continue
            try:
                found = nom.predecessors(code, newer, older)
            except NomenclatureError:
                continue
            links += [
                ((newer.value, code), (older.value, c.code), c.relationship != "n:n") for c in found
            ]
    return links


def _joined(held: list[Code], pairs: Iterable[tuple[Code, Code]]) -> list[list[Code]]:
    """Connected components of the codes held (union-find)."""
    parent: dict[Code, Code] = {c: c for c in held}

    def root(c: Code) -> Code:
        while parent[c] != c:
            parent[c] = parent[parent[c]]
            c = parent[c]
        return c

    for a, b in pairs:
        for c in (a, b):
            parent.setdefault(c, c)
        parent[root(a)] = root(b)
    groups: dict[Code, list[Code]] = {}
    for c in held:
        groups.setdefault(root(c), []).append(c)
    return list(groups.values())
