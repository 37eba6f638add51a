"""From a download of UN Comtrade to the onward leg of a scan, and BACI kept out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.trade.files import comtrade_csv, comtrade_row
from tests.sources.trade.test_baci import archive
from umweg.evidence import Status
from umweg.flows.corridor_scan import scan
from umweg.flows.options import ScanOptions
from umweg.sources import import_files
from umweg.store import Store


def test_exports_of_a_transit_country_by_code_answer_the_onward_leg(tmp_path: Path) -> None:
    """Kazakh exports to Russia, invented: USD 1,000 a month and code before, 900,000 after."""
    rows = [
        comtrade_row(period=f"{year}{month:02d}", cmdCode=code,
                     classificationCode="H6" if year >= 2022 else "H5",
                     primaryValue=900_000 if year >= 2022 else 1_000)
        for year in (2020, 2021, 2022)
        for month in range(1, 13)
        for code in ("854231", "854232", "851762", "847150")
    ]  # fmt: skip
    path = tmp_path / "TradeData.csv"
    path.write_text(comtrade_csv(*rows))
    store = Store.open(tmp_path / "store", create=True)
    found = import_files([path], store)
    import_files([archive(tmp_path)], store)
    result = scan(store, ScanOptions(transit=("KAZ",)))
    (country,) = result.countries
    # Eleven months each of the same codes, 900 times as much.
    assert country.onward_ratio == pytest.approx(900, rel=1e-6)
    assert country.signals.onward.status is Status.FIRED
    assert f"comtrade/{found.dataset}" in {o.origin_id for o in result.run.origins}
    # BACI is held, read by no test, and said to be.
    assert "baci/hs17" not in {o.origin_id for o in result.run.origins}
    (unread,) = [n for n in result.not_tested if n.what == "baci/hs17"]
    assert "erases the mirror gap" in unread.why
