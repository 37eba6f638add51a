"""Every source by its name, and which of them a file is of."""

from __future__ import annotations

from umweg.errors import UsageError
from umweg.sources import lists, trade
from umweg.sources.ecb import SOURCE as ECB
from umweg.sources.offered import offered
from umweg.sources.opening import Head
from umweg.sources.source import Source

SOURCES: dict[str, Source] = {s.name: offered(s) for s in (*trade.SOURCES, *lists.SOURCES, ECB)}


def source_named(name: str) -> Source:
    """The source of a name.

    Raises:
        UsageError: there is none.
    """
    if name not in SOURCES:
        raise UsageError(
            f"no source is named '{name}'",
            allowed=", ".join(SOURCES),
            next_step="choose one of them; figures in the store's own columns and tables with a "
            "mapping take any other name",
        )
    return SOURCES[name]


def recognised(head: Head) -> tuple[Source, ...]:
    """The sources that a file may be of, by its beginning; empty where none knows it."""
    return tuple(s for s in SOURCES.values() if s.recognises(head))
