"""`umweg data fetch` as it is typed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.sources.fetching.serving import file_of, publishing, sends

from umweg.cli.main import run
from umweg.sources import registry
from umweg.sources.fetching import download
from umweg.sources.source import Download, Source

BODY = b"id,name\n1,Invented Works\n"


class Fetch:
    """Runs `umweg data fetch …` on a store of the test's own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self._capsys = folder / "store", capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = run(["data", "fetch", *words, "--store", str(self.store)])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def fetch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Fetch:
    for name in [n for n in os.environ if n.startswith("UMWEG_") or n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        download, "Downloader", partial(download.Downloader, loopback=True)
    )  # the command itself has no way to allow it
    return Fetch(tmp_path, capsys)


def offer(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    source = Source(
        name=name, holds="entities", title="Counted", publisher="Nobody",
        importer="tests.sources.fetching.importers:count_rows", recognises=lambda _: False,
        hosts=("127.0.0.1",), downloads=(Download("list.csv", url, "csv"),),
    )  # fmt: skip
    monkeypatch.setitem(registry.SOURCES, name, source)


def test_a_list_is_fetched_then_unchanged(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    with publishing(file_of(BODY)) as server:
        offer(monkeypatch, "un", server.url)
        assert fetch("lists", "un", "--format", "json") == 0
        (row,) = json.loads(fetch.out)
        assert (row["status"], row["rows_kept"]) == ("imported", 1)
        assert row["files"][0]["url"] == server.url
        assert fetch("lists", "un") == 0
    assert "un: unchanged since 20" in fetch.err
    assert "unchanged" in fetch.out


def test_one_publisher_that_is_away_does_not_keep_the_others(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with publishing(sends(b"", 404), file_of(BODY)) as server:
        offer(monkeypatch, "eu", server.url)
        offer(monkeypatch, "un", server.url.replace("list", "un"))
        assert fetch("lists", "eu", "un", "--format", "json") == 4
    assert [r["status"] for r in json.loads(fetch.out)] == ["failed", "imported"]
    assert "umweg: eu: the publisher answered 404" in fetch.err


def test_a_publisher_that_is_away_is_exit_code_4(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with publishing(sends(b"<!doctype html>", content_type="text/html")) as server:
        offer(monkeypatch, "un", server.url)
        assert fetch("lists", "un") == 4
    assert "text/html" in fetch.err
    assert "do next" in fetch.err
    assert fetch.out == ""


@pytest.mark.parametrize("how", ["flag", "environment", "file"])
def test_offline_refuses(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch, how: str, tmp_path: Path
) -> None:
    if how == "environment":
        monkeypatch.setenv("UMWEG_OFFLINE", "true")
    if how == "file":
        (tmp_path / "umweg.toml").write_text("offline = true\n")
    words = ["--offline"] if how == "flag" else []
    with publishing(file_of(BODY)) as server:
        offer(monkeypatch, "un", server.url)
        assert fetch("lists", "un", *words) == 2
    assert "nothing is downloaded offline" in fetch.err
    assert server.asked == []
    assert not fetch.store.exists()


def test_the_command_line_asks_no_other_host(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "un", "https://elsewhere.example.org/list.csv")
    assert fetch("lists", "un") == 4
    assert "'elsewhere.example.org' is not one of this publisher's" in fetch.err
    source = replace(registry.SOURCES["un"], downloads=())
    monkeypatch.setitem(registry.SOURCES, "un", source)
    assert fetch("lists", "un") == 2


def test_a_dry_run_prints_the_addresses_and_asks_nobody(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "abcdef0123456789"
    monkeypatch.setenv("UMWEG_COMTRADE_KEY", key)
    words = ["comtrade", "--reporter", "KAZ", "--partner", "RUS", "--codes", "854231,8542"]
    assert fetch(*words, "--periods", "2021-01..2022-12", "--dry-run", "--format", "json") == 0
    rows = json.loads(fetch.out)
    assert len(rows) == 2
    assert rows[0]["url"].startswith("https://comtradeapi.un.org/data/v1/get/C/M/HS?")
    assert key not in fetch.out + fetch.err
    assert not fetch.store.exists()
    assert fetch("baci", "--nomenclature", "HS22", "--dry-run", "--format", "csv") == 0
    assert "https://www.cepii.fr/DATA_DOWNLOAD/baci/data/BACI_HS22_V202601.zip" in fetch.out
    assert fetch("comext", "--bulk", "2022-01", "--dry-run", "--format", "csv") == 0
    assert "full_v2_202201.7z" in fetch.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lists", "unknown"], "no list is fetched by the name 'unknown'"),
        (["comtrade", "--reporter", "KAZ", "--periods", "202101"], "not a range of months"),
        (["comtrade", "--reporter", "KAZ", "--periods", "2021", "--flow", "Z"], "no flow 'Z'"),
        (["comtrade", "--reporter", "Kazakhstan", "--periods", "2021"], "no country"),
        (["comtrade", "--reporter", "KAZ", "--periods", "2021", "--codes", "85.42"], "goods code"),
        (["comtrade", "--reporter", "KAZ", "--periods", "2021", "--bulk", "--async"], "two ways"),
        (["comext", "--reporter", "DEU", "--codes", "8542"], "no periods"),
        (["comext", "--bulk", "2022-01", "--codes", "8542"], "whole months"),
        (["comext", "--bulk", "2022"], "no month"),
        (["comext", "--periods", "2021", "--codes", "8542"], "reporters and codes"),
        (["baci", "--nomenclature", "HS18"], "no edition"),
        (["baci", "--max-size", "big"], "no size"),
    ],
)
def test_wrong_questions_are_never_sent(fetch: Fetch, words: list[str], said: str) -> None:
    assert fetch(*words) == 2
    assert said in fetch.err
