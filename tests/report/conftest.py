"""One scan of the packaged sample serves all tests of the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from umweg.evidence import NotTested
from umweg.flows import ScanResult, scan
from umweg.regime import Regime, load
from umweg.report import scan_html

HOSTILE = "<script>alert('x')</script> & \"quoted\""
FORMULA = '=cmd|"/c calc"!A0'


@pytest.fixture(scope="session")
def regime() -> Regime:
    return load()


@pytest.fixture(scope="session")
def result(regime: Regime) -> ScanResult:
    return scan(regime=regime)


@pytest.fixture(scope="session")
def small(result: ScanResult) -> ScanResult:
    """The same with only the first corridors, for what is done corridor by corridor."""
    return replace(result, corridors=result.corridors[:60])


@pytest.fixture(scope="session")
def medium(result: ScanResult) -> ScanResult:
    """Enough corridors for every case to occur, few enough for a quick test."""
    return replace(result, corridors=result.corridors[::6])


@pytest.fixture(scope="session")
def hostile(small: ScanResult) -> ScanResult:
    """Texts as a bad or a malicious file could bring them."""
    first, second, *rest = small.corridors
    corridors = (
        replace(first, description=HOSTILE, inbound_after_usd=9e12, code="01012100"),
        replace(second, description=FORMULA),
        *rest,
    )
    origin = replace(small.run.origins[0], url="javascript:alert(1)", publisher=HOSTILE)
    country = replace(small.countries[0], name=HOSTILE, reasons=(FORMULA, HOSTILE))
    return replace(
        small,
        corridors=corridors,
        countries=(country, *small.countries[1:]),
        run=replace(small.run, origins=(origin, *small.run.origins[1:])),
        not_tested=(NotTested(HOSTILE, FORMULA, HOSTILE),),
    )


@pytest.fixture(scope="session")
def page(result: ScanResult, regime: Regime) -> str:
    return scan_html(result, regime)
