"""BACI of CEPII: one archive for each edition of the Harmonized System and each release."""

from __future__ import annotations

import re

from umweg.errors import UsageError
from umweg.sources.source import Download

EDITIONS = ("HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22")
RELEASE = "202601"
"""The release of January 2026, the newest one known here; CEPII publishes one a year."""
MAX_BYTES = 8 << 30


def baci_download(edition: str, release: str = RELEASE) -> Download:
    """The archive of an edition.

    Raises:
        UsageError: there is no such edition, or this is no release.
    """
    if edition.upper() not in EDITIONS:
        raise UsageError(f"BACI has no edition '{edition}'", allowed=", ".join(EDITIONS))
    if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])[a-z]?", release):
        raise UsageError(
            f"'{release}' is no release of BACI", allowed="year and month, such as 202601"
        )
    name = f"BACI_{edition.upper()}_V{release}.zip"
    return Download(name, f"https://www.cepii.fr/DATA_DOWNLOAD/baci/data/{name}", "zip", MAX_BYTES)
