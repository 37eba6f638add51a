"""Where each publisher offers its files, and how soon a copy is stale.

One page to correct when a publisher moves. The addresses were taken in November 2026 from the
publishers' documentation and from public programs that used them that autumn; none of them was
tried from the machine on which this was written.

A publisher may answer with a redirect to its own storage at a provider of disk space (OFAC, UN);
that host is named here too, and no other is followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from umweg.sources.source import Download, Source

_MB = 1 << 20
_OFAC = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/"
_OFAC_HOSTS = (
    "sanctionslistservice.ofac.treas.gov",
    "wc2h-sls-prod-public-published.s3.us-gov-west-1.amazonaws.com",
)


@dataclass(frozen=True, slots=True)
class Offered:
    """Hosts, files and rhythm of a source; see the fields of `Source` with the same names."""

    hosts: tuple[str, ...]
    max_age_days: int
    downloads: tuple[Download, ...] = ()


def _ofac(*names: str) -> Offered:
    files = tuple(Download(n.lower(), f"{_OFAC}{n}", "csv", 128 * _MB) for n in names)
    return Offered(_OFAC_HOSTS, 7, files)


OFFERED: dict[str, Offered] = {
    "ofac-sdn": _ofac("SDN.CSV", "ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV"),
    "ofac-consolidated": _ofac("CONS_PRIM.CSV", "CONS_ALT.CSV", "CONS_ADD.CSV"),
    "un": Offered(
        ("scsanctions.un.org", "unsolprodfiles.blob.core.windows.net"),
        7,
        (
            Download(
                "un-consolidated.xml",
                "https://scsanctions.un.org/resources/xml/en/consolidated.xml",
                "xml",
                128 * _MB,
            ),
        ),
    ),
    "uk-sanctions-list": Offered(
        ("sanctionslist.fcdo.gov.uk",),
        7,
        (
            Download(
                "UK-Sanctions-List.csv",
                "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv",
                "csv",
                512 * _MB,
            ),
        ),
    ),
    # The token is the same for everybody: it stands in the Commission's own public links.
    "eu": Offered(
        ("webgate.ec.europa.eu",),
        7,
        (
            Download(
                "eu-financial-sanctions.xml",
                "https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/"
                "content?token=dG9rZW4tMjAxNw",
                "xml",
                512 * _MB,
            ),
        ),
    ),
    "ca-sema": Offered(
        ("www.international.gc.ca",),
        14,
        (
            Download(
                "sema-lmes.xml",
                "https://www.international.gc.ca/world-monde/assets/office_docs/"
                "international_relations-relations_internationales/sanctions/sema-lmes.xml",
                "xml",
                128 * _MB,
            ),
        ),
    ),
    "csl": Offered(
        ("data.trade.gov",),
        7,
        (
            Download(
                "consolidated.csv",
                "https://data.trade.gov/downloadable_consolidated_screening_list/v1/"
                "consolidated.csv",
                "csv",
                256 * _MB,
            ),
        ),
    ),
    "opensanctions": Offered(
        ("data.opensanctions.org",),
        7,
        (
            Download(
                "entities.ftm.json",
                "https://data.opensanctions.org/datasets/latest/sanctions/entities.ftm.json",
                "json",
                4096 * _MB,
            ),
        ),
    ),
    "comtrade": Offered(("comtradeapi.un.org",), 90),
    "comext": Offered(("ec.europa.eu",), 60),
    "baci": Offered(("www.cepii.fr",), 400),
    "ecb": Offered(
        ("www.ecb.europa.eu",),
        31,
        (
            Download(
                "eurofxref-hist.zip",
                "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip",
                "zip",
                64 * _MB,
            ),
        ),
    ),
}

LIST_GROUPS: dict[str, tuple[str, ...]] = {
    "ofac": ("ofac-sdn", "ofac-consolidated"),
    "un": ("un",),
    "uk": ("uk-sanctions-list",),
    "eu": ("eu",),
    "ca": ("ca-sema",),
    "csl": ("csl",),
    "opensanctions": ("opensanctions",),
}
"""The lists that `umweg data fetch lists` takes, by publisher. The OFSI consolidated list is not
among them: it was withdrawn on 28 January 2026 in favour of the UK Sanctions List."""


def offered(source: Source) -> Source:
    """The source with where it is offered, beside what its own file says."""
    at = OFFERED.get(source.name)
    if at is None:
        return source
    return replace(
        source,
        hosts=tuple(dict.fromkeys((*source.hosts, *at.hosts))),
        downloads=source.downloads or at.downloads,
        max_age_days=source.max_age_days or at.max_age_days,
    )
