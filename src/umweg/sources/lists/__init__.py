"""Publishers of sanctions and export-control lists: one file each."""

from umweg.sources.lists import (
    bis,
    bods,
    ca_sema,
    csl,
    eu,
    nsfreg,
    ofac,
    opensanctions,
    uk_conlist,
    uk_sanctions_list,
    un,
)
from umweg.sources.source import Source

SOURCES: tuple[Source, ...] = (
    *ofac.SOURCES,
    *un.SOURCES,
    *uk_conlist.SOURCES,
    *uk_sanctions_list.SOURCES,
    *eu.SOURCES,
    *ca_sema.SOURCES,
    *csl.SOURCES,
    *opensanctions.SOURCES,
    *bis.SOURCES,
    *bods.SOURCES,
    *nsfreg.SOURCES,
)
