"""Publishers of trade statistics: one file each."""

from umweg.sources.source import Source

SOURCES: tuple[Source, ...] = ()
