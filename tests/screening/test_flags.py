"""Truth tables of the red flags that a line can answer."""

from __future__ import annotations

import pytest

from umweg.regime import Regime
from umweg.screening import flags as f
from umweg.screening.policy import Policy


@pytest.mark.parametrize(
    ("text", "expected"),
    [("23.02.2022", False), ("24.02.2022", True), ("2021", False), ("2022", False), ("2023", True),
     ("", False), ("unbekannt", False)],
)  # fmt: skip
def test_founded_or_first_order_after_the_measures(
    text: str, expected: bool, policy: Policy
) -> None:
    assert f.founded_after(text, policy) is expected
    assert f.first_order_after(text, policy) is expected


@pytest.mark.parametrize(
    ("consignee", "forwarder", "expected"),
    [
        ("Desert Falcon Logistics FZE", "", True),
        ("ООО Экспедиция Восток", "", False),
        ("ТОО Карго Сервис", "", True),
        ("Anadolu Rulman", "ANADOLU RULMAN", True),
        ("Anadolu Rulman", "Kühn Spedition", False),
        ("Logistikbedarf Meier", "", True),
        ("", "", False),
    ],
)
def test_forwarders_as_consignees(
    consignee: str, forwarder: str, expected: bool, policy: Policy
) -> None:
    assert f.forwarder_consignee(consignee, forwarder, policy) is expected


def test_banks_as_consignees(policy: Policy) -> None:
    assert f.bank_consignee("Steppe Bank JSC", policy)
    assert f.bank_consignee("АО Банк Степь", policy)
    assert not f.bank_consignee("Sitzbankfabrik Huber", policy)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("ул. Абая 10, кв. 4", True), ("Apt 12, Baker St", True), ("Postfach 33", True),
     ("Business Center, Office 1204", True), ("Industriestraße 4", False), ("", False)],
)  # fmt: skip
def test_homes_and_offices(address: str, expected: bool, policy: Policy) -> None:
    assert f.home_or_office_address(address, policy) is expected


def test_mail(policy: Policy) -> None:
    ends = f.target_domains(("RUS", "BLR"))
    assert f.free_mail("a.b@gmail.com", policy)
    assert f.free_mail("a@yandex.kz ", policy)
    assert not f.free_mail("info@rulman.com.tr", policy)
    assert f.target_mail("x@firma.ru", ends, policy)
    assert f.target_mail("x@firma.BY", ends, policy)
    assert not f.target_mail("x@firma.kz", ends, policy)


def test_the_others(policy: Policy) -> None:
    assert f.destination_changed("RUS", "KAZ", policy)
    assert not f.destination_changed("KAZ", "KAZ", policy)
    assert not f.destination_changed("", "KAZ", policy)
    assert f.third_country_payer("ARE", "KAZ", policy)
    assert not f.third_country_payer("KAZ", "KAZ", policy)
    assert f.ex_works("EXW Köln", policy)
    assert not f.ex_works("DAP", policy)
    assert f.round_sum(10_800, 10_000, policy)
    assert not f.round_sum(10_800, 10_001, policy)
    assert not f.round_sum(9_999, 9_000, policy)
    assert f.unusual_quantity(300, 100, policy)
    assert not f.unusual_quantity(299, 100, policy)


def test_each_flag_cites_what_it_follows(law: Regime, policy: Policy) -> None:
    known = {flag.id for flag in law.red_flags}
    for flag in f.FLAGS:
        assert set(flag.published) <= known, flag.key
        reason = f.flag_reason(flag, law, policy)
        assert reason.source
        assert reason.text.endswith(".")
        assert flag.key in policy.points


def test_what_the_columns_do_not_answer_is_asked(law: Regime) -> None:
    everything = f.questionnaire(law, frozenset())
    fewer = f.questionnaire(law, frozenset({"founded", "consignee", "forwarder"}))
    assert {"JA2-01", "JA3-08"} <= {i for i, *_ in everything}
    assert not {"JA2-01", "JA3-08"} & {i for i, *_ in fewer}
    assert len({q for _, q, _ in everything}) == len(everything)
