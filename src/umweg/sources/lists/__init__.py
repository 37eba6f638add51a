"""Publishers of sanctions and export-control lists: one file each."""

from umweg.sources.source import Source

SOURCES: tuple[Source, ...] = ()
