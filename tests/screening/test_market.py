"""Unit values and the Commission's rule, on small invented statistics."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from umweg.evidence import Status
from umweg.flows.goods_statistics import Exports, GoodsStatistics, unit_value
from umweg.geography import EU27_2020
from umweg.screening import CheckOptions, check
from umweg.screening.market import NO_PRICE, Market, MarketPrice, compare_price
from umweg.screening.policy import Policy
from umweg.sources.flow_table import import_flows
from umweg.store import Store

from .conftest import Write

HEADER = (
    "reporter,partner,flow,period,nomenclature,code,value_reported,currency,basis,net_weight_kg,"
    "quantity,quantity_unit"
)


def store_of(tmp_path: Path, *rows: str) -> Store:
    path = tmp_path / "flows.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    store = Store.open(tmp_path / "store", create=True)
    import_flows(path, store, source="invented", published_on="2023-06-01")
    return store


def row(
    reporter: str, period: str, usd: float, kg: object = "", pieces: object = "",
    code: str = "854231", partner: str = "KAZ",
) -> str:  # fmt: skip
    unit = "u" if pieces != "" else ""
    return f"{reporter},{partner},X,{period},HS2017,{code},{usd},USD,FOB,{kg},{pieces},{unit}"


def year(reporter: str, usd: float, kg: float, pieces: float = 0) -> Exports:
    return Exports(reporter, "2022", "854231", usd, kg, usd, pieces, usd if pieces else 0)


def test_the_median_of_enough_statements_else_their_sum() -> None:
    # USD a kg: 10, 20, 90; the median is 20, the sum 1,200 / 60 = 20 as well with one weight each
    found = [year("DEU", 100, 10), year("FRA", 400, 20), year("ITA", 900, 10)]
    enough = unit_value(found, "kg", 3)
    assert enough is not None
    assert (enough.usd, enough.is_median, enough.statements) == (20, True, 3)
    few = unit_value(found, "kg", 4)
    assert few is not None
    assert (few.usd, few.is_median) == (pytest.approx(1400 / 40), False)
    assert unit_value(found, "piece", 1) is None
    assert unit_value([], "kg", 1) is None


PRICE = MarketPrice(
    kg=unit_value([year("DEU", 1000, 10)], "kg", 1),
    piece=unit_value([year("DEU", 1000, 10, 500)], "piece", 1),
)
ONLY_PIECES = MarketPrice(piece=PRICE.piece)


@pytest.mark.parametrize(
    ("price", "value", "kg", "pieces", "ratio", "missing"),
    [
        (PRICE, 4000, 10, None, 4.0, ""),  # 400 a kg against 100
        (PRICE, 4000, 10, 1000, 4.0, ""),  # the weight goes before the pieces
        (PRICE, 4000, None, 1000, 2.0, ""),  # 4 apiece against 2
        (ONLY_PIECES, 4000, 10, 1000, 2.0, ""),
        (ONLY_PIECES, 4000, 10, None, None, "no number of pieces"),
        (PRICE, 4000, None, None, None, "no net weight or number of pieces"),
        (PRICE, None, 10, None, None, "no amount"),
        (MarketPrice(missing="the store holds no exports"), 4000, 10, 1, None, "the store holds"),
        (NO_PRICE, 4000, 10, 1, None, ""),
    ],
)
def test_the_line_against_the_market(
    price: MarketPrice, value: float | None, kg: float | None, pieces: float | None,
    ratio: float | None, missing: str,
) -> None:  # fmt: skip
    found = compare_price(price, value, kg, pieces)
    assert found.ratio == (None if ratio is None else pytest.approx(ratio))
    assert missing in found.missing
    assert bool(found.missing) == bool(missing)


def test_prices_by_code_country_and_year(tmp_path: Path, policy: Policy) -> None:
    store = store_of(
        tmp_path,
        *(row(r, "2022", 100 * n, 1) for n, r in enumerate(("DEU", "FRA", "ITA", "POL", "AUT"), 1)),
        row("RUS", "2022", 9e6, 1),  # a target's exports are no market
        row("DEU", "2018", 1, 1, code="848210"),
        row("DEU", "2022", 50, code="850440"),
    )
    market = Market(GoodsStatistics(store, ("RUS", "BLR"), date(2026, 3, 1)), policy)
    market.load([("85423190", "KAZ"), ("848210", "KAZ"), ("850440", "KAZ"), ("854231", "VNM")])

    def price(code: str, place: str, wanted: int) -> MarketPrice:
        return market.prices[market.number(code, place, wanted)]

    # 100 to 500 USD a kg: the median of the five is 300; an 8-digit code falls back on its six
    found = price("85423190", "KAZ", 2023).kg
    assert found is not None
    assert (found.usd, found.code, found.is_median) == (300, "854231", True)
    assert price("854231", "KAZ", 2024).kg == found
    assert "end on 2022" in price("854231", "KAZ", 2025).missing
    assert "end on 2018" in price("848210", "KAZ", 2022).missing
    assert "no weight" in price("850440", "KAZ", 2022).missing
    assert "holds no exports of 854231 to Vietnam" in price("854231", "VNM", 2022).missing
    assert "too wide" in price("8542", "KAZ", 2022).missing


def eu_years(amounts: dict[str, float], partner: str = "KAZ") -> list[str]:
    """The same amount from every member state in each year."""
    return [
        f"{m},{partner},X,{y},HS2017,854231,{eur},EUR,FOB,,,"
        for m in sorted(EU27_2020)
        for y, eur in amounts.items()
    ]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        # 27 members: 2022 is 27 × 40,000 = EUR 1.08 m; the mean before 27 × 20,000, half of it
        ({"2019": 10_000, "2020": 20_000, "2021": 30_000, "2022": 40_000}, Status.FIRED),
        ({"2019": 10_000, "2020": 20_000, "2021": 31_000, "2022": 40_000}, Status.NOT_FIRED),
        # 27 × 37,000 = EUR 0.999 m
        ({"2019": 1_000, "2020": 1_000, "2021": 1_000, "2022": 37_000}, Status.NOT_FIRED),
        ({"2020": 20_000, "2021": 30_000, "2022": 90_000}, Status.CANNOT_TELL),
    ],
)
def test_the_commissions_rule(
    tmp_path: Path, policy: Policy, amounts: dict[str, float], expected: Status
) -> None:
    store = store_of(tmp_path, *eu_years(amounts))
    market = Market(GoodsStatistics(store, ("RUS",), date(2026, 3, 1)), policy)
    market.load([("854231", "KAZ"), ("854231", "ARM")])
    status, text = market.commission_rule("85423190", "KAZ")
    assert status is expected, text
    assert ("2019" in text) or status is not Status.CANNOT_TELL
    assert market.commission_rule("854231", "ARM")[0] is Status.CANNOT_TELL


def test_a_line_is_told_its_numbers(tmp_path: Path, orders: Write) -> None:
    rows = [row(r, "2022", 100, 1) for r in ("DEU", "FRA", "ITA", "POL", "AUT")]
    store = store_of(tmp_path, *rows)
    path = orders(
        "order;date;code;country;amount;currency;net weight (kg);quantity;unit",
        "1;2023-03-01;854231;KZ;4000;USD;10;;",  # 400 a kg, four times the market's 100
        "2;2023-03-01;854231;KZ;2000;USD;10;;",
        "3;2023-03-01;854231;KZ;4000;USD;;0,01;t",  # the quantity is a weight
        "4;2023-03-01;854231;KZ;4000;USD;;5;pcs",
        "5;2023-03-01;854231;FR;4000;USD;10;;",
        "6;2023-03-01;481910;KZ;4000;USD;10;;",
    )
    result = check(path, store, CheckOptions(as_of=date(2026, 3, 1), parties=False))
    flagged = {
        line.row: next((r for r in line.reasons if r.key == "flag-unit-value"), None)
        for line in result.lines()
    }
    assert [bool(flagged[n]) for n in range(2, 8)] == [True, False, True, False, False, False]
    reason = flagged[2]
    assert reason is not None
    assert "USD 400.00 a kg on the line, 4.0 times USD 100.00 a kg of 854231" in reason.text
    assert "median of 5 yearly export statements, 2022; figures: invented/flows)" in reason.text
    assert "JA2-08" in reason.source
    missing = {line.row: " ".join(n.text for n in line.not_checked) for line in result.lines()}
    assert "no net weight to compare" in missing[5]
    assert "price:" not in missing[2]
    assert "price:" not in missing[6] + missing[7]
    assert not any(i in ("JA2-08", "JA3-07") for i, *_ in result.questions)
