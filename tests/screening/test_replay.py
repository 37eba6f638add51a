"""A pack run again says what changed: one thing at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.invented_lists import add_list
from umweg.regime import goods_list_from_csv
from umweg.report.check_text import replay_text
from umweg.report.evidence_pack import write_pack
from umweg.report.plain_text import Style
from umweg.screening import CheckOptions, check
from umweg.screening.policy import DEFAULT
from umweg.screening.replay import Replay, replay
from umweg.sources.flow_table import import_flows
from umweg.store import Store

from .conftest import Write

HEADER = "order;date;hs code;consignee;country;value;currency;quantity"
DAY = date(2026, 3, 1)
LISTED = "Severnaya Elektronika Limited"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(tmp_path / "store", create=True)
    put_list(made, LISTED, "2026-02-01")
    return made


def put_list(store: Store, name: str, published_on: str) -> None:
    entity = {"id": "1", "schema": "Company", "names": [(name, "primary")]}
    add_list(store.root, "invented", [entity], published_on)
    store.refresh()


@pytest.fixture
def pack(orders: Write, tmp_path: Path, store: Store) -> Callable[..., Path]:
    def write(**options: Any) -> Path:
        path = orders(
            HEADER, f"1;2026-02-02;481910;{LISTED};VN;10;EUR;1",
            "2;2026-02-02;854231;Steppe Trade;KZ;10;EUR;900",
        )  # fmt: skip
        goods = tmp_path / "annex.csv"
        goods.write_text("code,from\n481910,2026-01-01\n", "utf-8")
        lists = (goods_list_from_csv(goods, complete_until=date(2027, 1, 1)),)
        asked = CheckOptions(as_of=DAY, goods_lists=lists, **options)
        result = check(path, store, asked)
        folder = tmp_path / "pack"
        write_pack(
            result, folder, source=path, policy=DEFAULT, goods_lists=[goods],
            usual_quantities=asked.usual_quantities,
        )  # fmt: skip
        return folder

    return write


def told(found: Replay) -> str:
    return replay_text(found, style=Style(True, None))


@pytest.mark.parametrize(
    "options",
    [{}, {"parties": False}, {"targets": ("BLR",)},
     {"usual_quantities": {("steppe trade", "854231"): 10.0}}],
)  # fmt: skip
def test_every_option_is_kept(
    pack: Callable[..., Path], store: Store, options: dict[str, Any]
) -> None:
    folder = pack(**options)
    again = replay(folder, store)
    assert again.same, told(again)
    keys = {r.key for line in again.result.lines() for r in line.reasons}
    assert ("party-listed" in keys) == options.get("parties", True)
    assert ("flag-unusual-quantity" in keys) == ("usual_quantities" in options)


def test_a_newer_list_of_parties(pack: Callable[..., Path], store: Store) -> None:
    folder = pack()
    put_list(store, "Quite Another Works", "2026-02-20")
    again = replay(folder, store)
    assert list(again.differences) == ["lists of parties"]
    [change] = again.changed
    assert (change.row, change.before) == (2, "alert")
    assert any(r.startswith("no longer: party-listed") for r in change.reasons)


def test_newer_figures_and_another_program(
    pack: Callable[..., Path], store: Store, tmp_path: Path
) -> None:
    folder = pack()
    flows = tmp_path / "flows.csv"
    flows.write_text(
        "reporter,partner,flow,period,nomenclature,code,value_usd\nDEU,KAZ,X,2025,HS2022,854231,9\n",
        "utf-8",
    )
    import_flows(flows, store, source="invented", published_on="2026-02-01")
    manifest = folder / "manifest.json"
    data = json.loads(manifest.read_text("utf-8"))
    data["run"]["version"] = "0.0.1"
    manifest.write_text(json.dumps(data), "utf-8")
    again = replay(folder, store)
    assert list(again.differences) == ["program", "trade figures and rates"]
    assert again.differences["program"][0] == "0.0.1"
    assert again.differences["trade figures and rates"][0] == ""
    assert again.differences["trade figures and rates"][1].startswith("invented-2026-02-01-")
    assert not again.changed
    assert "0 of 2 lines are decided otherwise" in told(again)


def test_a_goods_list_that_lost_a_code(pack: Callable[..., Path], store: Store) -> None:
    folder = pack()
    (folder / "input" / "goods-list-1.csv").write_text("code,from\n482010,2026-01-01\n", "utf-8")
    again = replay(folder, store)
    assert again.damaged == ("input/goods-list-1.csv",)
    assert list(again.differences) == ["goods lists of the user"]
    text = told(again)
    assert "row 2" in text
    assert "goods-may-be-restricted" in text or "goods-restricted-for-target" in text


def test_without_the_usual_quantities_it_is_no_pack(
    pack: Callable[..., Path], store: Store
) -> None:
    folder = pack(usual_quantities={("steppe trade", "854231"): 10.0})
    shutil.copy(folder / "manifest.json", folder / "input" / "usual-quantities.json")
    from umweg.errors import InputError

    with pytest.raises(InputError, match="usual quantities"):
        replay(folder, store)
