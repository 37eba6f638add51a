"""OFAC: the list of Specially Designated Nationals and the consolidated list of the others.

Four formats: legacy CSV (the list, aliases, addresses, comments), `sdn.xml`, advanced XML and
enhanced XML. An entity has the same id in all of them: OFAC's own number.
"""

from __future__ import annotations

import re

from umweg.errors import InputError
from umweg.sources.lists.list_import import ListInfo, import_list
from umweg.sources.opening import Head, head_of
from umweg.sources.source import ImportRequest, Source
from umweg.store import Manifest, Store

_CSV = re.compile(r'^\d+,"[^"]+",(?:-0- |"(?:individual|vessel|aircraft)"),(?:"[^"]*"|-0- ),', re.A)
_XML = re.compile(r"<(sdnList|sanctionsData|Sanctions)[\s>]")
_FILTER = re.compile(r"<filters>.*?</filters>", re.S)


def _is_ofac(head: Head, consolidated: bool) -> bool:
    """Whether a file is OFAC's, and of this list as far as its content or its name says."""
    text = head.text
    found = _XML.search(text[:2_000])
    if not found and not _CSV.match(text):
        return False
    filters = _FILTER.search(text)
    if filters:
        return ("Consolidated List" in filters.group()) == consolidated
    name = f"{head.name} {head.path.name}".casefold()
    says = "cons" in name, "sdn" in name
    if says[0] == says[1]:
        return True  # either may be meant: the user must say
    return says[0] == consolidated


def _is_sdn(head: Head) -> bool:
    return _is_ofac(head, consolidated=False)


def _is_consolidated(head: Head) -> bool:
    return _is_ofac(head, consolidated=True)


_SERVICE = "https://sanctionslistservice.ofac.treas.gov"
_PARSER = "ofac/1"

SDN = Source(
    name="ofac-sdn",
    holds="entities",
    title="Specially Designated Nationals and Blocked Persons List",
    publisher="US Department of the Treasury, Office of Foreign Assets Control",
    importer="umweg.sources.lists.ofac:import_ofac",
    recognises=_is_sdn,
    url="https://sanctionslist.ofac.treas.gov/Home/SdnList",
    licence="US public domain (17 USC 105)",
    min_entities=5_000,
)
CONSOLIDATED = Source(
    name="ofac-consolidated",
    holds="entities",
    title="Consolidated list of OFAC's lists other than the SDN list",
    publisher=SDN.publisher,
    importer=SDN.importer,
    recognises=_is_consolidated,
    url="https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    licence=SDN.licence,
    min_entities=300,
)
SOURCES = (SDN, CONSOLIDATED)


def import_ofac(request: ImportRequest, store: Store) -> Manifest:
    """Import one of OFAC's lists, in whichever of its formats the file is."""
    source = next(s for s in SOURCES if s.name == request.source)
    info = ListInfo.of(source, _PARSER)
    heads = [head_of(path) for path in request.files]
    found = _XML.search(heads[0].text[:2_000])
    if found is None:
        from umweg.sources.lists.ofac_csv import read_csv

        return import_list(request, store, info, read_csv)
    if len(request.files) > 1:
        raise InputError(
            "the XML formats are one file each",
            where=", ".join(map(str, request.files)),
            next_step="import them one by one",
        )
    if found[1] == "sdnList":
        from umweg.sources.lists.ofac_xml import read_xml as read
    elif found[1] == "Sanctions":
        from umweg.sources.lists.ofac_advanced import read_advanced as read
    else:
        from umweg.sources.lists.ofac_enhanced import read_enhanced as read
    return import_list(request, store, info, read)
