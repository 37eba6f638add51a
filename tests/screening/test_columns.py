"""Headers in three languages, misspellings, and what a user fixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from umweg.errors import InputError, UsageError
from umweg.screening.columns import known_names, mapping_text, propose, read_mapping

GERMAN = (
    "Auftrag;Pos;Datum;Warennummer;Bezeichnung;Menge;ME;Rechnungswert;Währung;Nettogewicht;"
    "Empfänger;Bestimmungsland;Lieferbedingung;Vertragsdatum"
)
ENGLISH = (
    "Order No.;Line;Order Date;HS Code;Description;Qty;UoM;Value;Currency;Net Weight;"
    "Ultimate Consignee;Notify Party;Freight Forwarder;Ship-to Country;Incoterms;ECCN"
)
RUSSIAN = (
    "№ заказа;Дата;Код ТН ВЭД;Наименование товара;Кол-во;Стоимость;Вес нетто, кг;"
    "Грузополучатель;Покупатель;Страна назначения;Условия поставки"
)
COMMON = "order item date code description quantity unit value currency net_weight consignee"
RUSSIAN_ROLES = (
    "order date code description quantity value net_weight consignee buyer destination incoterm"
)
SHORT = "order code consignee ship_to buyer destination"


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (GERMAN, f"{COMMON} destination incoterm contract_date"),
        (ENGLISH, f"{COMMON} notify forwarder destination incoterm control_number"),
        (RUSSIAN, RUSSIAN_ROLES),
        ("order_id;hts;consignee;ship_to;customer;country", SHORT),
        ("Schedule B;Ultimate Consignee;Final Destination", "code consignee end_use_country"),
        ("Zolltarifnummer;Kunde;Lieferland;Endverwender", "code buyer destination end_user"),
    ],
)
def test_headers_are_recognised(header: str, roles: str) -> None:
    columns = header.split(";")
    found = propose(columns)
    assert found.roles == dict(zip(roles.split(), columns, strict=True))
    assert not found.unused


def test_misspelt_headers_and_units_in_them() -> None:
    found = propose(["Bestimmungslnad", "Zolltarifnumer", "Rechnungswert (EUR)", "Farbe"])
    assert found.roles == {
        "code": "Zolltarifnumer", "destination": "Bestimmungslnad", "value": "Rechnungswert (EUR)",
    }  # fmt: skip
    assert found.how["code"] == "spelt alike"
    assert (found.currency, found.unused) == ("EUR", ("Farbe",))


def test_one_column_one_role_and_the_surest_name_wins() -> None:
    found = propose(["Land", "Bestimmungsland", "HS Code"])
    assert found.roles["destination"] == "Bestimmungsland"
    assert found.unused == ("Land",)


def test_what_a_user_fixes_counts(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("code: Ware\ndestination: Nach\nconsignee:\n", "utf-8")
    found = propose(["Ware", "Nach", "Empfänger"], read_mapping(path))
    assert found.roles == {"code": "Ware", "destination": "Nach"}
    path.write_text(mapping_text(found), "utf-8")
    assert read_mapping(path) == dict(found.roles)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- a", "no list of roles"),
        ("farbe: x", "no role"),
        ("code: fehlt", "no column"),
        ("a: [", "cannot be read"),
    ],
)
def test_mappings_that_are_none(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=what):
        propose(["Ware"], read_mapping(path))


def test_a_table_of_other_things_is_no_order_book() -> None:
    with pytest.raises(InputError, match="no column of a goods code"):
        propose(["Temperatur", "Uhrzeit"])


def test_no_name_stands_for_two_roles() -> None:
    seen: dict[str, str] = {}
    for role, names in known_names().items():
        for name in names:
            assert seen.setdefault(name, role) == role, name
