"""Decisions are remembered until the list entry, the order, the policy or the day changes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from umweg.cli.main import run
from umweg.errors import InputError, UsageError
from umweg.screening import CheckOptions, CheckResult, check, remember
from umweg.screening.deciding_pack import subjects
from umweg.screening.decisions import decide, history, standing
from umweg.screening.policy import DEFAULT
from umweg.sources import import_files
from umweg.store import Store
from umweg.store.ledger import Ledger

TODAY = date.today()  # noqa: DTZ011 - decisions are recorded today
ORDERS = """order;date;hs code;destination;consignee;value;currency
1;2021-05-04;020110;Germany;Example Bank OAO;100,00;EUR
2;2021-05-05;020110;Germany;Quite Another Firm GmbH;100,00;EUR
"""


def load_list(store: Store, folder: Path, day: str, remark: str = "invented.") -> None:
    nothing = ",".join(["-0- "] * 7)
    rows = [f'{n},"QZX {n} HOLDING",-0- ,"TEST",{nothing},"x."' for n in range(2, 5_100)]
    path = folder / "sdn.csv"
    path.write_text(
        f'1,"EXAMPLE BANK OAO",-0- ,"TEST",{nothing},"{remark}"\n' + "\n".join(rows) + "\n", "utf-8"
    )
    import_files([path], store, source="ofac-sdn", published_on=day)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "store", create=True)
    load_list(store, tmp_path, "2024-05-03")
    return store


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, "utf-8")
    return path


def screened(
    orders: Path, store: Store, ledger: Ledger | None = None, **options: object
) -> CheckResult:
    found = check(orders, store, CheckOptions(**options))  # type: ignore[arg-type]
    return remember(found, standing(ledger, TODAY)) if ledger else found


def verdicts(result: CheckResult) -> list[str]:
    return [x.decision.value for x in result.lines()]


def ruled(
    ledger: Ledger, fingerprint: str, ruling: str, about: str = "pair", until: date | None = None
) -> None:
    decide(
        ledger, fingerprint, about, ruling, reason="another firm of that name", person="A. Person",
        today=TODAY, expires=until,
    )  # fmt: skip


def pair_of(result: CheckResult) -> str:
    line = next(iter(result.lines()))
    (pair,) = {r.pair for r in line.reasons if r.pair}
    return pair


def test_a_cleared_pair_is_not_asked_again_and_comes_back(
    tmp_path: Path, store: Store, orders: Path
) -> None:
    ledger = Ledger.open(tmp_path / "d.sqlite")
    first = screened(orders, store)
    before = verdicts(first)
    assert before[0] == "alert"
    ruled(ledger, pair_of(first), "cleared")
    after = screened(orders, store, ledger)
    line = next(iter(after.lines()))
    assert (line.decision.value, line.tested.value) == (before[1], "alert")
    assert line.remembered[0].startswith("pair cleared on ")
    assert line.reasons  # still there to be read
    assert after.counts["alert"] == 0
    assert "1 lines follow decisions" in after.groups[-1]
    # In another order of the same party, too.
    orders.write_text(ORDERS.replace("1;2021-05-04;020110", "9;2021-06-01;020220"), "utf-8")
    assert verdicts(screened(orders, store, ledger))[0] == before[1]
    # Not for another party of nearly the same name.
    orders.write_text(ORDERS.replace("Example Bank OAO", "Example Bank OAO 2"), "utf-8")
    assert not any(x.remembered for x in screened(orders, store, ledger).lines())
    orders.write_text(ORDERS, "utf-8")
    # The next edition of the list, with the same entry, changes nothing; another entry does.
    load_list(store, tmp_path, "2024-06-03")
    assert verdicts(screened(orders, store, ledger))[0] == before[1]
    load_list(store, tmp_path, "2024-07-03", "a.k.a. 'OTHER NAME'; invented.")
    assert verdicts(screened(orders, store, ledger)) == before


def test_another_policy_asks_again(tmp_path: Path, store: Store, orders: Path) -> None:
    ledger = Ledger.open(tmp_path / "d.sqlite")
    ruled(ledger, pair_of(screened(orders, store)), "cleared")
    policy = tmp_path / "policy.yaml"
    policy.write_text(DEFAULT.read_text("utf-8") + "\n# edited\n", "utf-8")
    assert verdicts(screened(orders, store, ledger, policy=policy))[0] == "alert"


def test_it_expires_is_blocked_and_undone(tmp_path: Path, store: Store, orders: Path) -> None:
    ledger = Ledger.open(tmp_path / "d.sqlite")
    first = screened(orders, store)
    pair, tomorrow = pair_of(first), TODAY + timedelta(days=1)
    ruled(ledger, pair, "cleared", until=tomorrow)
    assert verdicts(remember(first, standing(ledger, TODAY)))[0] != "alert"
    assert verdicts(remember(first, standing(ledger, tomorrow)))[0] == "alert"
    ruled(ledger, pair, "blocked")
    assert verdicts(remember(first, standing(ledger, tomorrow)))[0] == "alert"
    ruled(ledger, pair, "cleared")
    ruled(ledger, pair, "reopened")
    assert standing(ledger, TODAY) == {}
    assert [d.ruling for d in history(ledger)] == ["cleared", "blocked", "cleared", "reopened"]
    # As it stood: nothing was decided yesterday.
    ruled(ledger, pair, "cleared")
    assert standing(ledger, TODAY - timedelta(days=2)) == {}


def test_a_line_cleared_or_blocked(tmp_path: Path, store: Store, orders: Path) -> None:
    ledger = Ledger.open(tmp_path / "d.sqlite")
    held, free = screened(orders, store).lines()
    ruled(ledger, held.fingerprint, "cleared", "line")
    ruled(ledger, free.fingerprint, "blocked", "line")
    assert verdicts(screened(orders, store, ledger)) == ["clear", "alert"]
    # Another day of the order is another line.
    orders.write_text(ORDERS.replace("2021-05-04", "2021-05-14"), "utf-8")
    assert verdicts(screened(orders, store, ledger)) == ["alert", "alert"]


def test_the_commands(
    tmp_path: Path, store: Store, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, pack = str(store.root), tmp_path / "pack"
    assert run(["check", str(orders), "--store", folder, "--pack", str(pack), "-q"]) == 0
    assert run(["audit", "verify", "--store", folder]) == 2  # none yet
    ask = ["decide", str(pack), "--store", folder, "--row", "2", "--by", "A. Person"]
    capsys.readouterr()
    done = [*ask, "--decision", "cleared", "--reason", "another firm", "--pair", "--format", "json"]
    assert run(done) == 0
    out, err = capsys.readouterr()
    (made,) = json.loads(out)
    assert (made["about"], made["ruling"]) == ("pair", "cleared")
    assert made["hash"] in err
    assert run(["check", str(orders), "--store", folder, "--format", "json", "-q"]) == 0
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert (lines[0]["decision"] == "alert", lines[0]["tested"]) == (False, "alert")
    assert (
        run(["check", str(orders), "--store", folder, "--no-decisions", "--fail-on", "alert"]) == 1
    )
    # The pack of the first run still replays: the tests say what they said.
    assert run(["check", "--replay", str(pack), "--store", folder]) == 0
    capsys.readouterr()
    assert run(["audit", "verify", "--store", folder, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["intact"]
    assert run(["audit", "log", "--store", folder]) == 0
    out = capsys.readouterr().out
    assert "Person" not in out
    assert "Example" not in out
    assert run(["audit", "log", "--names", "--store", folder, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["reason"] == "another firm"
    assert run(["audit", "verify", "--store", folder, "--expect", "0" * 63 + "1"]) == 3
    assert run(["audit", "erase", "--store", folder]) == 0
    assert run(["check", str(orders), "--decisions", str(tmp_path / "none"), "-q"]) == 2


def test_bad_questions(tmp_path: Path, store: Store, orders: Path) -> None:
    ledger = Ledger.open(tmp_path / "d.sqlite")
    with pytest.raises(UsageError, match="is no decision"):
        ruled(ledger, "f", "maybe")
    with pytest.raises(UsageError, match="would have expired"):
        ruled(ledger, "f", "cleared", until=TODAY)
    with pytest.raises(UsageError, match="needs a reason"):
        decide(ledger, "f", "line", "cleared", reason=" ", person="A", today=TODAY)
    with pytest.raises(InputError, match="is no evidence pack"):
        subjects(tmp_path, 2, pair=False)
    pack = tmp_path / "pack"
    assert run(["check", str(orders), "--store", str(store.root), "--pack", str(pack), "-q"]) == 0
    with pytest.raises(UsageError, match="no decided line of row 77"):
        subjects(pack, 77, pair=False)
    with pytest.raises(UsageError, match="about a party and a list entry"):
        subjects(pack, 3, pair=True)
    assert list(ledger.records()) == []
