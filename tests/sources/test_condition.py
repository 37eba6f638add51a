"""What `umweg doctor` finds: ages, damage, hosts; and never a secret."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from umweg.errors import UmwegError
from umweg.settings import load_settings
from umweg.sources.condition import Condition, Line, answers, condition
from umweg.sources.source import Source
from umweg.store import Store, commit
from umweg.store.contracts import ORIGINS

from .fetching.serving import publishing, sends

SECRET = "abcdef0123456789"  # noqa: S105 - invented
LISTED = Source(
    name="listed", holds="entities", title="Listed", publisher="Nobody", importer="x:y",
    recognises=lambda _: False, hosts=("lists.example.org",), max_age_days=7,
)  # fmt: skip


def snapshot(root: Path, source: str, published_on: str) -> Path:
    store = Store.open(root, create=True, with_sample=False)
    with store.importing() as stage:
        origin = dict.fromkeys(ORIGINS.names) | {
            "origin_id": source, "publisher": "Nobody", "title": "Listed"
        }  # fmt: skip
        stage.write("origins", pa.Table.from_pylist([origin], ORIGINS.schema))
        m = commit(
            store.root, stage, source=source, dataset=source, parser="t/1", inputs=[],
            rows_read=1, rows_kept=1, rows_set_aside=0, published_on=published_on,
        )  # fmt: skip
    return m.folder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [n for n in os.environ if n.startswith("UMWEG_") or n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    snapshot(tmp_path / "store", "listed", "2026-01-01")
    return tmp_path / "store"


def look(root: Path | None, *, quick: bool = False, online: bool = False) -> Condition:
    return condition(
        load_settings(store=root), store_flag=root, today=date(2026, 1, 9), quick=quick,
        online=online, sources=[LISTED, replace(LISTED, name="other", hosts=())],
        probe=lambda host: f"{host} is away",
    )  # fmt: skip


def line(found: Condition, topic: str, name: str) -> Line:
    (wanted,) = [x for x in found.lines if (x.topic, x.name) == (topic, name)]
    return wanted


def test_a_sound_store(root: Path) -> None:
    found = look(root)
    assert found.exit_code == 0
    assert line(found, "program", "umweg").status == "ok"
    assert line(found, "library", "duckdb").status == "ok"
    assert line(found, "store", "schema").status == "ok"
    assert {x.topic for x in found.lines} >= {"extra", "configuration", "snapshot", "source"}
    assert not [x for x in found.lines if x.topic == "publisher"]  # nothing was asked


def test_what_is_older_than_its_source_allows_is_stale(root: Path) -> None:
    """8 days from 1 to 9 January; the limit is 7."""
    stale = line(look(root), "source", "listed")
    assert stale.status == "stale"
    assert stale.value == "newest is 8 days old, stale after 7"
    assert "umweg data fetch" in stale.do_next
    assert look(root).exit_code == 0
    snapshot(root, "listed", "2026-01-02")
    assert line(look(root), "source", "listed").status == "ok"
    assert line(look(root), "source", "other").status == "note"


@pytest.mark.parametrize("what", ["manifest", "manifest lost", "changed", "file lost"])
def test_damage_is_found(root: Path, what: str) -> None:
    folder = next((root / "snapshots").iterdir())
    if what == "manifest":
        (folder / "manifest.json").write_text("{")
    elif what == "manifest lost":
        (folder / "manifest.json").unlink()
    elif what == "changed":
        with (folder / "origins.parquet").open("r+b") as f:
            f.write(b"X")
    else:
        (folder / "origins.parquet").unlink()
    found = look(root)
    damaged = line(found, "snapshot", folder.name)
    assert damaged.status == "damaged"
    assert f"umweg data forget {folder.name}" in damaged.do_next
    assert found.exit_code == 3
    assert look(root, quick=True).exit_code == (0 if what == "changed" else 3)


def test_a_store_that_is_named_and_not_there(tmp_path: Path) -> None:
    found = look(tmp_path / "none")
    assert line(found, "store", "schema").status == "damaged"
    assert found.exit_code == 3
    assert not (tmp_path / "none").exists()


def test_a_store_of_a_newer_program(root: Path) -> None:
    (root / "store.json").write_text('{"schema_version": 999}')
    assert line(look(root), "store", "schema").status == "damaged"


def test_hosts_are_asked_only_when_that_is_wanted(root: Path) -> None:
    found = look(root, online=True)
    (away,) = [x for x in found.lines if x.topic == "publisher"]
    assert (away.name, away.status) == ("lists.example.org", "unreachable")
    assert found.exit_code == 4


def test_a_host_that_answers_anything_is_reached() -> None:
    with publishing(sends(b"", 503)) as server:
        host = f"127.0.0.1:{server.server_port}"
        assert answers(host, scheme="http", seconds=2) == ""
    assert answers(host, scheme="http", seconds=2).startswith("ConnectError")


def test_no_secret_is_shown_and_every_value_says_where_it_comes_from(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "umweg.toml").write_text("threads = 2\n")
    monkeypatch.setenv("UMWEG_COMTRADE_KEY", SECRET)
    monkeypatch.setenv("UMWEG_OFFLINE", "true")
    monkeypatch.setenv("HTTPS_PROXY", f"http://who:{SECRET}@proxy.example.org:3128")
    found = look(root)
    assert SECRET not in repr(found)
    assert line(found, "configuration", "UMWEG_COMTRADE_KEY").value.startswith("set, not shown")
    assert line(found, "configuration", "HTTPS_PROXY").value.startswith(
        "http://proxy.example.org:3128"
    )
    values = {x.name: x.value for x in found.lines if x.topic == "configuration"}
    assert values["store"] == f"{root} (--store)"
    assert values["offline"] == "true (UMWEG_OFFLINE)"
    assert values["threads"] == "2 (umweg.toml, key 'threads')"
    assert values["engine"] == "duckdb (default)"


def test_a_proxy_without_scheme_is_masked_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"who:{SECRET}@proxy.example.org:3128")
    assert SECRET not in repr(look(root))


def test_a_bad_setting_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMWEG_THREADS", "many")
    with pytest.raises(UmwegError, match="UMWEG_THREADS"):
        look(root)


def test_the_password_of_a_database_is_never_shown(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMWEG_DECISIONS", f"postgresql+pg8000://me:{SECRET}@localhost/decisions")
    found = look(root)
    assert SECRET not in repr(found)
    assert "localhost" in line(found, "configuration", "decisions").value
