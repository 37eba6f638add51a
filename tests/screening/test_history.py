"""Own sales against the market, on invented sales and the packaged figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from umweg.errors import InputError
from umweg.periods import Window
from umweg.regime import Regime
from umweg.report.assessment import assessment_html
from umweg.report.language import FOLDER, catalogue
from umweg.screening import CheckOptions, History, check, compare_history
from umweg.store import Store

HEADER = "Rechnungsdatum;Warennummer;Kunde;Bestimmungsland;Menge;Umsatz;Währung"


def sales(path: Path, factors: dict[str, float]) -> Path:
    rows = [HEADER]
    for month in range(1, 12):
        for country, grown in factors.items():
            for year, amount in ((2021, 1000.0), (2022, 1000.0 * grown)):
                rows.append(
                    f"15.{month:02d}.{year};85423190;Firma {country};{country};10;{amount:.2f};USD"
                )
    path.write_text("\n".join([*rows, "x;85423190;Firma;KZ;1;5;USD", ";;;;;5;USD"]) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> History:
    path = sales(tmp_path_factory.mktemp("sales") / "sales.csv", {"KZ": 50.0, "UZ": 1.0, "VN": 2.0})
    return compare_history(path, Store.sample(), reporter="DEU")


def test_growth_is_compared_for_the_same_months(told: History) -> None:
    assert (told.before, told.after) == (
        Window.parse("2021-01..2021-11"), Window.parse("2022-01..2022-11"),
    )  # fmt: skip
    rows = {(r.destination, r.code): r for r in told.rows}
    kaz = rows["KAZ", "all goods"]
    # 11 months of 1,000 and of 50,000
    assert (kaz.before, kaz.after, kaz.factor) == (11_000, 550_000, 50)
    assert kaz.market == "DEU"
    assert kaz.status == "faster"
    assert kaz.market_factor is not None
    assert 1 < kaz.market_factor < 3  # German exports to Kazakhstan grew, but not fiftyfold
    assert rows["UZB", "all goods"].status == "not-faster"


def test_what_the_statistics_lack_is_cannot_tell(told: History) -> None:
    rows = {(r.destination, r.code): r for r in told.rows}
    assert rows["VNM", "all goods"].status == "cannot-tell"
    assert "VNM" in rows["VNM", "all goods"].missing


def test_rows_that_cannot_be_compared_are_counted(told: History) -> None:
    assert told.unused == {"day": 1}
    assert [a.reason for a in told.aside] == ["no-order"]
    assert told.read == 3 * 22 + 2


def test_what_a_customer_usually_orders_becomes_a_flag(told: History, tmp_path: Path) -> None:
    assert told.usual["firma kz", "85423190"] == 10
    path = tmp_path / "orders.csv"
    path.write_text(
        "order;hs code;consignee;country;quantity\n1;85423190;Firma KZ;KZ;30\n"
        "2;85423190;Firma KZ;KZ;29\n", "utf-8",
    )  # fmt: skip
    result = check(path, options=CheckOptions(usual_quantities=told.usual))
    flagged = ["flag-unusual-quantity" in {r.key for r in x.reasons} for x in result.lines()]
    assert flagged == [True, False]  # three times ten, and just below


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Exposure by goods"), ("de", "Gefährdung nach Waren")]
)
def test_the_risk_assessment_in_two_languages(
    told: History, law: Regime, lang: str, words: str
) -> None:
    page = assessment_html(told, law, lang)
    assert words in page
    assert f'<html lang="{lang}">' in page
    assert ("Kasachstan" in page) == (lang == "de")
    assert "×50" in page


def test_the_german_catalogue_is_whole() -> None:
    folder = FOLDER.parent
    template = (folder / "templates" / "assessment.html.j2").read_text("utf-8")
    code = (folder / "assessment.py").read_text("utf-8")
    asked = {t.replace("\\'", "'") for t in re.findall(r'_\("(.*?)"[,)]', template)}
    asked |= set(re.findall(r'say\("(.*?)"[,)]', code))
    assert len(asked) > 30
    german = catalogue("de", "assessment")
    assert [t for t in asked if german.gettext(t) == t and t != "Code"] == []


def test_sales_without_a_year_to_compare(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEADER}\n15.03.2022;85423190;F;KZ;1;5;USD\n", "utf-8")
    with pytest.raises(InputError, match="a year before"):
        compare_history(path, Store.sample())
    path.write_text("Warennummer;Bestimmungsland\n854231;KZ\n", "utf-8")
    with pytest.raises(InputError, match="no column of the date"):
        compare_history(path, Store.sample())
