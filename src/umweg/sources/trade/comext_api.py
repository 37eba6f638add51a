"""The interface of Eurostat Comext in words: addresses that ask. Nothing here opens a connection.

Two ways: whole months as bulk files (7z), and the SDMX interface for a selection. The data set
DS-045409 states value in euro, weight in 100 kg and the supplementary quantity, by CN8 and its
sums at six, four and two digits.

Source: https://ec.europa.eu/eurostat/web/user-guides/data-browser/api-data-access, "Comext".
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from umweg.errors import UsageError
from umweg.periods import frequency_of
from umweg.sources.trade.places import alpha3_to_eurostat

HOST = "ec.europa.eu"
HOSTS = (HOST,)
DATASET = "DS-045409"
FLOWS = {"M": "1", "X": "2"}
INDICATORS = ("VALUE_IN_EUROS", "QUANTITY_IN_100KG", "SUPPLEMENTARY_QUANTITY")
FILES = "https://ec.europa.eu/eurostat/api/dissemination/files"
PRODUCTS = "comext/COMEXT_DATA/PRODUCTS"


def bulk_file(month: str) -> str:
    """Name of the bulk file of a month: `full_v2_202401.7z`, from 2002-01 on.

    Raises:
        UsageError: this is no month.
    """
    if frequency_of(month) != "M":
        raise UsageError(f"'{month}' is no month", allowed="YYYY-MM from 2002-01 on")
    return f"full_v2_{month.replace('-', '')}.7z"


def bulk_url(month: str) -> str:
    """Address of the bulk file of a month: all reporters, partners and products."""
    return f"{FILES}?file={quote(f'{PRODUCTS}/{bulk_file(month)}', safe='')}"


def listing_url() -> str:
    """Address of the list of bulk files (a web page with a link for each)."""
    return f"{FILES}/?sort=1&dir={quote(PRODUCTS, safe='')}"


def comext_code(place: str) -> str:
    """The code of a country in Comext: DE, GR, XS for Serbia.

    Raises:
        UsageError: there is none.
    """
    try:
        return alpha3_to_eurostat()[place]
    except KeyError:
        raise UsageError(
            f"Eurostat has no country '{place}'",
            allowed="alpha-3 codes such as DEU, KAZ; WLD, EU27_2020",
        ) from None


def data_url(
    *,
    reporters: tuple[str, ...],
    partners: tuple[str, ...],
    codes: tuple[str, ...],
    flows: tuple[str, ...],
    first: str,
    last: str,
    indicators: tuple[str, ...] = INDICATORS,
) -> str:
    """Address of a selection as SDMX-CSV; an empty tuple stands for all.

    A selection without codes or periods is refused by Eurostat as too large
    (`EXTRACTION_TOO_BIG`): ask year by year.

    Args:
        reporters, partners: Alpha-3 codes.
        codes: Goods codes of 2, 4, 6 or 8 digits, or TOTAL.
        flows: X, M.
        first, last: First and last period, both months or both years.
        indicators: What is stated.

    Raises:
        UsageError: periods of two kinds, a flow or country that Eurostat has not.
    """
    freq = frequency_of(first)
    if freq is None or freq != frequency_of(last):
        raise UsageError(
            f"{first} and {last} are no periods of one kind",
            allowed="months like 2023-01, or years like 2023",
        )
    if bad := [f for f in flows if f not in FLOWS]:
        raise UsageError(f"Comext has no flow '{bad[0]}'", allowed=", ".join(FLOWS))
    key = ".".join(
        (
            freq,
            "+".join(comext_code(r) for r in reporters),
            "+".join(comext_code(p) for p in partners),
            "+".join(codes),
            "+".join(FLOWS[f] for f in flows),
            "+".join(indicators),
        )
    )
    asked = urlencode({"startPeriod": first, "endPeriod": last, "format": "SDMX-CSV"})
    return f"https://{HOST}/eurostat/api/comext/dissemination/sdmx/2.1/data/{DATASET}/{key}?{asked}"
