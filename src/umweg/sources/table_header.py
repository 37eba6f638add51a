"""Which row of a table is its header, and what its columns are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from umweg.sources.batches import cut, listed

Recognise = Callable[[Sequence[str]], int]
"""How many of the names of a row are known to who asks."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header: the position of its (last) row, its names, and of how many rows it is."""

    at: int
    names: tuple[str, ...]
    rows: int = 1


def find_header(rows: Sequence[Sequence[str]], recognise: Recognise | None = None) -> Header | None:
    """The row that names the columns, among the first rows of a table; None: all are empty.

    It is the first row that is about as wide as the widest: reports begin with a title, a date or
    an empty line, and those have a cell or two. With `recognise`, a row below it, or two rows on
    top of each other (joined, or the lower cell where it is not empty: merged cells name a group
    above its columns), take its place if more of their names are known; but never one below a row
    of data, which would be lost.
    """
    widths = [sum(bool(t.strip()) for t in texts) for texts in rows]
    widest = max(widths, default=0)
    if not widest:
        return None
    usual = next(n for n, width in enumerate(widths) if width * 2 >= widest)
    best = Header(usual, tuple(rows[usual]))
    if recognise is None:
        return best
    known = recognise(rows[usual])
    for at, texts in enumerate(rows):
        if at > usual and _numbers(rows[at - 1]) > 1:
            break  # orders have begun
        if (found := recognise(texts)) > known:
            best, known = Header(at, tuple(texts)), found
        above = rows[at - 1] if at else ()
        if len(above) == len(texts) and not _numbers((*above, *texts)):
            pairs = list(zip(above, texts, strict=True))
            joined, lower = (f"{a} {b}".strip() for a, b in pairs), (b or a for a, b in pairs)
            for both in (tuple(joined), tuple(lower)):
                if (found := recognise(both)) > known:
                    best, known = Header(at, both, 2), found
    return best


def _numbers(texts: Sequence[str]) -> int:
    """How many cells begin with a digit: no name of a column does."""
    return sum(t.strip()[:1].isdigit() for t in texts)


def column_names(written: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """(names of the columns, each once; what had to be said about them)."""
    names: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    seen: Counter[str] = Counter()
    empty: list[str] = []
    for position, name in enumerate(written, start=1):
        text = " ".join(name.split())
        if not text:
            text = f"column {position}"
            empty.append(text)
        seen[text] += 1
        shown, number = text, 1
        while shown in taken:
            number += 1
            shown = f"{text} ({number})"
        taken.add(shown)
        names.append(shown)
    twice = [n for n, k in seen.items() if k > 1]
    if twice:
        notes.append(
            f"columns of the same name: {listed(twice)}; "
            f"the later ones are called '{cut(twice[0])} (2)' and so on"
        )
    while empty and names[-len(empty) :] != empty:
        notes.append(f"a column without a name is called '{empty.pop(0)}'")
    return tuple(names), notes
