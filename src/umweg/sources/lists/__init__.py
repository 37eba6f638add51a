"""Publishers of sanctions and export-control lists: one file each."""

from umweg.sources.lists import ofac, uk_conlist, un
from umweg.sources.source import Source

SOURCES: tuple[Source, ...] = (*ofac.SOURCES, *un.SOURCES, *uk_conlist.SOURCES)
