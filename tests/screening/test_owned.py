"""A consignee that is on no list, and owned by somebody who is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screening.test_memory import load_list
from tests.sources.lists.test_bods import company, holding, share
from umweg.screening import CheckResult, LineResult, check
from umweg.sources import import_files
from umweg.store import Store

ORDERS = """order;date;hs code;destination;consignee;value;currency
1;2024-05-14;020110;Germany;Sample Leasing;100,00;EUR
2;2024-05-15;020110;Germany;Beispiel Handel;100,00;EUR
3;2024-05-15;020110;Germany;Muster Logistik;100,00;EUR
"""


@pytest.fixture
def result(tmp_path: Path) -> CheckResult:
    """The listed bank holds 60 % of Sample Leasing, a band of 25 to 50 % of Beispiel Handel (50
    would be enough for OFAC), and 10 % of Muster Logistik."""
    import json

    store = Store.open(tmp_path / "store", create=True)
    load_list(store, tmp_path, "2024-05-03")
    register = tmp_path / "bods.json"
    statements = [
        company("bank", "Example Bank OAO"),
        company("a", "Sample Leasing"),
        company("b", "Beispiel Handel"),
        company("c", "Muster Logistik"),
        holding("r1", "bank", "a", share(exact=60)),
        holding("r2", "bank", "b", share(minimum=25, maximum=50)),
        holding("r3", "bank", "c", share(exact=10)),
    ]
    register.write_text(json.dumps(statements), "utf-8")
    import_files([register], store, source="bods", published_on="2024-05-03")
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS, "utf-8")
    return check(orders, store)


def keys(line: LineResult) -> set[str]:
    return {r.key for r in line.reasons if r.key.startswith("party")}


def test_owned_possibly_owned_and_merely_registered(result: CheckResult) -> None:
    owned, possibly, free = result.lines()
    assert (owned.decision.value, keys(owned)) == ("alert", {"party-owned"})
    (reason,) = (r for r in owned.reasons if r.key == "party-owned")
    assert "60 % held by Example Bank OAO 60 % (listed)" in reason.text
    assert "ofac.treasury.gov" in reason.link
    assert (possibly.decision.value, keys(possibly)) == ("review", {"party-owned-possible"})
    # A firm that a register names is known, and that is no listing.
    assert keys(free) == set()
    assert not any(n.test == "ownership" for n in free.not_checked)
