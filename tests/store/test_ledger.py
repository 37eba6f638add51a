"""The ledger: nothing is edited, deleted, reordered, lost, doubled or torn without being found."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tests.thorough import times
from umweg.errors import InputError, StoreError
from umweg.store.ledger import FIRST, Ledger

KEEP = date(2036, 1, 1)
KILLS = times(10, 200)
"""How often a writer is killed; 200 with `SLOW_TESTS=1`."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.sqlite"


def filled(path: Path, n: int = 5) -> Ledger:
    ledger = Ledger.open(path)
    for i in range(n):
        ledger.append("decision", {"line": f"f{i}"}, {"name": f"Invented Firm {i}"}, KEEP)
    return ledger


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_whole_chain(path: Path) -> None:
    ledger = filled(path)
    found = ledger.verify()
    assert (found.records, found.intact, found.erased) == (5, True, ())
    records = list(ledger.records())
    assert [r.seq for r in records] == [1, 2, 3, 4, 5]
    assert records[0].previous == FIRST
    assert all(b.previous == a.hash for a, b in pairwise(records))
    assert ledger.payload(2) == {"name": "Invented Firm 1"}
    assert list(Ledger.open(path).records()) == records


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ('UPDATE ledger SET body = \'{"line":"x"}\' WHERE seq = 3', "record 3 is not as it was"),
        ("UPDATE ledger SET body = 'no json' WHERE seq = 3", "record 3 is not as it was written"),
        ("UPDATE ledger SET recorded_at = '2020' WHERE seq = 3", "record 3 is not as it was"),
        ("UPDATE ledger SET kind = 'other' WHERE seq = 5", "record 5 is not as it was written"),
        ("DELETE FROM ledger WHERE seq = 3", "record 3 is missing"),
        ("DELETE FROM ledger WHERE seq = 1", "record 1 is missing"),
        ("DELETE FROM ledger WHERE seq = 5", "the last records are missing"),
        ("DELETE FROM ledger", "the last records are missing"),
        ("UPDATE payloads SET content = '{}' WHERE seq = 2", "content of record 2 is not as it"),
        ("DELETE FROM payloads WHERE seq = 2", "record 2 is missing and was not erased"),
        ("DELETE FROM head", "the last records are missing"),
        (
            "UPDATE ledger SET seq = CASE seq WHEN 2 THEN -1 WHEN 3 THEN 2 ELSE seq END",
            "record 2 is not as it was written",
        ),
    ],
)
def test_every_manipulation_is_found(path: Path, statement: str, problem: str) -> None:
    filled(path)
    edit(path, statement)
    problems = Ledger.open(path).verify().problems
    assert any(problem in p for p in problems), problems


def test_two_records_exchanged(path: Path) -> None:
    filled(path)
    for statement in (
        "UPDATE ledger SET seq = -2 WHERE seq = 2",
        "UPDATE ledger SET seq = 2 WHERE seq = 3",
        "UPDATE ledger SET seq = 3 WHERE seq = -2",
    ):
        edit(path, statement)
    assert not Ledger.open(path).verify().intact


def test_a_chain_rewritten_from_the_end_is_found_by_a_hash_that_was_noted(path: Path) -> None:
    """Who can write everything can make another whole chain; a hash kept elsewhere says so."""
    noted = filled(path).verify().head
    edit(path, "DELETE FROM ledger")
    edit(path, "DELETE FROM payloads")
    edit(path, "DELETE FROM head")
    ledger = filled(path)
    assert ledger.verify().intact
    assert not ledger.verify(noted).intact
    assert ledger.verify(ledger.verify().head).intact


def test_erased_is_not_broken(path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.append("decision", {"n": 1}, {"name": "Invented A"}, date(2026, 1, 31))
    ledger.append("decision", {"n": 2}, {"name": "Invented B"}, date(2026, 2, 28))
    # The last day is still one on which it must be kept.
    assert ledger.erase(date(2026, 1, 31)) == ()
    assert ledger.erase(date(2026, 2, 1)) == (1,)
    found = ledger.verify()
    assert (found.intact, found.erased, found.records) == (True, (1,), 3)
    assert ledger.payload(1) is None
    assert ledger.payload(2) == {"name": "Invented B"}
    assert b"Invented A" not in path.read_bytes()


def test_the_chain_holds_no_names(path: Path) -> None:
    ledger = filled(path)
    for record in ledger.records():
        assert "Invented" not in json.dumps(record.body)
    one, two = ledger.pseudonym("A. Person"), ledger.pseudonym("B. Person")
    assert one != two
    assert one == ledger.pseudonym("a.  person")
    # The same name means something else in another ledger.
    assert Ledger.open(path.with_name("other.sqlite")).pseudonym("A. Person") != one


def test_files_that_are_none_and_drivers_that_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite"
    path.write_text("this is no database, and it is long enough to be looked at" * 50)
    with pytest.raises(StoreError, match="cannot be read or written"):
        Ledger.open(path)
    with pytest.raises(StoreError):
        Ledger.open(tmp_path)
    with pytest.raises(InputError, match="driver"):
        Ledger.open("mysql://nowhere/db")


WRITER = """
import sys
from datetime import date
from umweg.store.ledger import Ledger
ledger = Ledger.open(sys.argv[1])
for i in range(int(sys.argv[3])):
    r = ledger.append("decision", {"line": f"{sys.argv[2]}-{i}"}, {"n": i}, date(2036, 1, 1))
    print(r.seq, flush=True)
"""


def writer(path: Path, name: str, n: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(n)], stdout=subprocess.PIPE
    )


def test_killed_in_the_middle_of_writes(path: Path) -> None:
    """A writer is killed at a random moment, again and again: every record that it was told of is
    there, the chain is whole, and nothing is doubled or torn."""
    Ledger.open(path)
    told: set[int] = set()
    rng = random.Random(7)  # noqa: S311 - moments, no secrets
    for n in range(KILLS):
        with writer(path, f"w{n}", 100_000) as process:
            assert process.stdout is not None
            first = process.stdout.readline()  # it has begun
            time.sleep(rng.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read()
        told.update(int(x) for x in (first + rest).split() if x.isdigit())
    ledger = Ledger.open(path)
    found = ledger.verify()
    assert found.intact, found.problems[:3]
    lines = [r.body["line"] for r in ledger.records()]
    assert len(lines) == len(set(lines)) == found.records
    # A number that was cut in the pipe is shorter than the one that was written.
    assert {t for t in told if t <= found.records} == told
    assert found.records >= len(told) - KILLS


def test_eight_writers_at_once(path: Path) -> None:
    Ledger.open(path)
    each = 25
    processes = [writer(path, f"w{n}", each) for n in range(8)]
    numbers = [int(x) for p in processes for x in p.communicate(timeout=300)[0].split()]
    assert all(p.returncode == 0 for p in processes)
    assert sorted(numbers) == list(range(1, 8 * each + 1))
    found = Ledger.open(path).verify()
    assert (found.records, found.intact) == (8 * each, True)


@pytest.mark.skipif(shutil.which("initdb") is None, reason="PostgreSQL (initdb) is not on the PATH")
def test_postgresql(tmp_path: Path) -> None:
    """The same on a real server that this test starts, on a socket of its own folder."""
    pytest.importorskip("pg8000")
    data, run = tmp_path / "data", tmp_path / "run"
    run.mkdir()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        if subprocess.run(["id", "postgres"], capture_output=True).returncode:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        for folder in (*reversed(tmp_path.parents[:3]), tmp_path, run):
            if str(folder).startswith("/tmp/"):  # noqa: S108 - pytest's own folders
                folder.chmod(0o777)
    env = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        [*as_user, "initdb", "-D", str(data), "-A", "trust", "-U", "umweg"],
        capture_output=True, text=True, env=env, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    port = 40_000 + os.getpid() % 20_000
    options = f"-k {run} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run(
        [*as_user, "pg_ctl", "-D", str(data), "-o", options, "-w", "-l", str(run / "log"), "start"],
        check=True, capture_output=True, env=env, cwd="/",
    )  # fmt: skip
    try:
        url = f"postgresql+pg8000://umweg@127.0.0.1:{port}/postgres"
        ledger = Ledger.open(url)
        code = WRITER.replace("sys.argv[1]", repr(url))
        processes = [
            subprocess.Popen([sys.executable, "-c", code, "x", f"w{n}", "10"]) for n in range(8)
        ]
        assert [p.wait(120) for p in processes] == [0] * 8
        ledger.append("decision", {"n": 1}, {"name": "Invented A"}, date(2020, 1, 1))
        assert ledger.erase(date(2026, 1, 1)) == (81,)
        found = ledger.verify()
        assert (found.records, found.intact, found.erased) == (82, True, (81,))
    finally:
        subprocess.run(
            [*as_user, "pg_ctl", "-D", str(data), "-m", "immediate", "stop"],
            capture_output=True, env=env, cwd="/",
        )  # fmt: skip
