"""How codes of one HS vintage correspond to codes of another.

The pairs are those of the correlation tables of the UN Statistics Division. Its *conversion*
tables, which name a single target for each code, are not used: they send the semiconductor
devices 8541.51 and 8541.59 of HS2022 to telephones (8517.12). What the pairs alone get wrong is
written down, dated and with a reason, in `data/traps.csv`.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from umweg.errors import NomenclatureError
from umweg.nomenclature.codes import DATA, Nomenclature, exists, nomenclature, parse_code


@dataclass(frozen=True, slots=True)
class Correlation:
    """One code of the other vintage that shares goods with the code asked for.

    Attributes:
        code: The six-digit code in the other vintage.
        relationship: `1:1` the same goods; `n:1` the other code is wider, several codes went
            into it; `1:n` the other code is narrower, one of several parts; `n:n` the goods
            overlap, and neither holds the other. Read from the code asked for to `code`.
        note: What to know before using it; empty where there is nothing.
    """

    code: str
    relationship: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one code becomes in another vintage.

    Attributes:
        code: The one code, or None where no single code can be named.
        relationship: As in `Correlation`; `1:1` alone says that the goods are the same.
        candidates: Every code that shares goods with it.
        note: Why it is not exact, or why there is no single code.
    """

    code: str | None
    relationship: str
    candidates: tuple[str, ...]
    note: str = ""

    @property
    def exact(self) -> bool:
        """Whether the two codes hold the same goods."""
        return self.relationship == "1:1"


class Trap(NamedTuple):
    """A pair of vintages in which the correlation of a code misleads.

    Attributes:
        code: The code in `newer`.
        newer: The vintage of the code.
        older: The vintage it is compared with.
        use: The code to use instead in `older`; empty where none can be named.
        since: First day on which the newer vintage applied, and the trap with it.
        note: What goes wrong.
        reference: Where that can be read.
    """

    code: str
    newer: str
    older: str
    use: str
    since: str
    note: str
    reference: str


Pairs = dict[str, tuple[str, ...]]


@cache
def _table(newer: Nomenclature, older: Nomenclature) -> tuple[Pairs, Pairs]:
    """(older codes of each newer code, newer codes of each older code)."""
    name = f"{newer.value.lower()}-{older.value.lower()}.txt.gz"
    text = gzip.decompress(DATA.joinpath(name).read_bytes()).decode("ascii")
    forward: Pairs = {}
    backward: dict[str, list[str]] = {}
    for line in text.splitlines():
        new, *olds = line.split(" ")
        forward[new] = tuple(olds)
        for old in olds:
            backward.setdefault(old, []).append(new)
    return forward, {old: tuple(news) for old, news in backward.items()}


@cache
def traps() -> tuple[Trap, ...]:
    """All dated traps of the correlation tables."""
    text = DATA.joinpath("traps.csv").read_text(encoding="utf-8")
    return tuple(Trap(**row) for row in csv.DictReader(text.splitlines()))


def _trap(code: str, newer: Nomenclature, older: Nomenclature) -> Trap | None:
    for trap in traps():
        if (trap.code, trap.newer, trap.older) == (code, newer.value, older.value):
            return trap
    return None


def _pair(newer: Nomenclature | str, older: Nomenclature | str) -> tuple[Nomenclature, ...]:
    new, old = nomenclature(newer).hs, nomenclature(older).hs
    if new.year <= old.year:
        raise NomenclatureError(
            f"{new} is not later than {old}",
            allowed="predecessors look back, successors look forward",
            next_step="swap the two vintages",
        )
    return new, old


def _hs6(code: str, which: Nomenclature) -> str:
    digits = parse_code(code)[:6]
    if len(digits) < 6:
        raise NomenclatureError(
            f"{code!r} has {len(digits)} digits: only six-digit codes are correlated",
            allowed="6 or 8 digits",
            next_step="ask for each subheading of the heading",
        )
    if not exists(digits, which):
        raise NomenclatureError(
            f"{digits} does not exist in {which}",
            allowed=f"a code of {which}",
            next_step="name the vintage from which the code comes",
        )
    return digits


def _relationship(source: str, target: str, there: Pairs, back: Pairs) -> str:
    # The UN column says the same for every pair where it can be read; a test compares the two.
    many_sources = len(back[target]) > 1
    many_targets = len(there[source]) > 1
    return f"{'n' if many_sources else '1'}:{'n' if many_targets else '1'}"


def predecessors(
    code: str,
    from_: Nomenclature | str,
    to: Nomenclature | str,
    *,
    all_pairs: bool = False,
) -> tuple[Correlation, ...]:
    """The codes of the older vintage `to` that share goods with `code` of the newer `from_`.

    Where a trap is on record, its code comes alone (or none, if none can be named): an n:n pair
    with 150 headings is no basis for anything. `all_pairs` gives every pair of the UN table.
    """
    newer, older = _pair(from_, to)
    digits = _hs6(code, newer)
    there, back = _table(newer, older)
    trap = None if all_pairs else _trap(digits, newer, older)
    if trap is not None:
        if not trap.use:
            return ()
        relationship = (
            _relationship(digits, trap.use, there, back)
            if (trap.use in there.get(digits, ()))
            else "n:1"
        )
        return (Correlation(trap.use, relationship, trap.note),)
    return tuple(
        Correlation(old, _relationship(digits, old, there, back)) for old in there.get(digits, ())
    )


def successors(
    code: str,
    from_: Nomenclature | str,
    to: Nomenclature | str,
    *,
    all_pairs: bool = False,
) -> tuple[Correlation, ...]:
    """The codes of the newer vintage `to` that share goods with `code` of the older `from_`.

    Pairs that a trap forbids in the other direction are left out here too, and a code that a trap
    names is added; `all_pairs` gives the UN table as it stands.
    """
    newer, older = _pair(to, from_)
    digits = _hs6(code, older)
    there, back = _table(newer, older)
    found: list[Correlation] = []
    for new in back.get(digits, ()):
        trap = None if all_pairs else _trap(new, newer, older)
        if trap is None:
            found.append(Correlation(new, _relationship(digits, new, back, there)))
        elif trap.use == digits:
            found.append(Correlation(new, _relationship(digits, new, back, there), trap.note))
    if not all_pairs:
        known = {c.code for c in found}
        found += [
            Correlation(t.code, "1:n", t.note)
            for t in traps()
            if (t.newer, t.older, t.use) == (newer.value, older.value, digits)
            and t.code not in known
        ]
    return tuple(sorted(found, key=lambda c: c.code))


def convert(code: str, from_: Nomenclature | str, to: Nomenclature | str) -> Conversion:
    """What one code becomes in another vintage, and how exact that is.

    A single code is named for 1:1 and n:1 (the target is wider), and where a trap names one.
    For 1:n and n:n there is none, and the note says so; the UN conversion tables, which name one
    all the same, are not consulted.
    """
    source, target = nomenclature(from_).hs, nomenclature(to).hs
    digits = _hs6(code, source)
    if source == target:
        return Conversion(digits, "1:1", (digits,))
    if source.year > target.year:
        found = predecessors(digits, source, target)
        trap = _trap(digits, source, target)
    else:
        found = successors(digits, source, target)
        trap = None
    candidates = tuple(c.code for c in found)
    if not found:
        note = trap.note if trap else f"{digits} of {source} has no counterpart in {target}"
        return Conversion(None, "n:n", (), note)
    kinds = Counter(c.relationship for c in found)
    relationship = found[0].relationship if len(kinds) == 1 else "n:n"
    if len(found) == 1 and (relationship in ("1:1", "n:1") or trap is not None):
        note = found[0].note
        if not note and relationship == "n:1":
            note = f"{found[0].code} of {target} is wider than {digits} of {source}"
        return Conversion(found[0].code, relationship, candidates, note)
    note = (
        f"{digits} of {source} shares goods with {len(found)} code(s) of {target} "
        f"({relationship}): no single code can be named"
    )
    return Conversion(None, relationship, candidates, note)
