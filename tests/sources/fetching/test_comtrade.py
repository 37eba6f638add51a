"""An answer of UN Comtrade is whole, or it is not taken; a key is never shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from umweg.errors import PublisherError, UsageError
from umweg.periods import Window
from umweg.sources.fetching.comtrade import (
    KEY,
    ComtradeFetch,
    comtrade_key,
    query_dataset,
    query_urls,
)
from umweg.sources.source import Source
from umweg.sources.trade.comtrade_api import ComtradeQuery

from .conftest import Place
from .serving import Handler, Publisher, publishing, sends

SECRET = "abcdef0123456789"  # noqa: S105 - invented
CODES = ("854231", "854232", "854233", "854239")
QUERY = ComtradeQuery(
    reporters=("KAZ",), partners=("RUS",), flows=("X",), codes=CODES,
    periods=Window.parse("2021-01..2022-12").periods,
)  # fmt: skip


class Comtrade:
    """One record for each period and code that is asked, cut off at a limit without a word."""

    def __init__(self, limit: int = 500, each: int = 1, empty: tuple[str, ...] = ()) -> None:
        self.limit, self.each, self.empty = limit, each, empty
        self.data_calls = self.count_calls = 0

    def __call__(self, h: Handler) -> None:
        asked = {k: v[0].split(",") for k, v in parse_qs(urlsplit(h.path).query).items()}
        rows: list[dict[str, Any]] = [
            {"reporterCode": 398, "flowCode": "X", "period": int(p), "cmdCode": c, "n": n}
            for p in asked["period"]
            for c in asked["cmdCode"]
            for n in range(self.each)
            if p not in self.empty and c not in self.empty
        ]
        only_count = asked.get("countOnly") == ["true"]
        sent = rows[: min(self.limit, int(asked.get("maxRecords", ["250000"])[0]))]
        self.count_calls += only_count
        self.data_calls += not only_count
        answer = (
            {"count": len(rows), "data": [], "error": ""}
            if only_count
            else {"elapsedTime": "0.1 secs", "count": len(sent), "data": sent, "error": ""}
        )
        h.send(json.dumps(answer).encode(), content_type="application/json; charset=utf-8")


def fetching(
    place: Place, source: Source, server: Publisher, key: str | None = None, again: bool = False
) -> ComtradeFetch:
    def rebase(url: str) -> str:
        return url.replace("https://comtradeapi.un.org", server.url.rpartition("/")[0])

    return ComtradeFetch(
        source, place.store, place.downloader, key=key, again=again, rebase=rebase
    )  # fmt: skip


def test_a_question_is_asked_a_year_at_a_time_and_stored_once(
    place: Place, counting: Source
) -> None:
    with publishing(Comtrade()) as server:
        got = fetching(place, counting, server).fetch(QUERY)
    assert got is not None
    assert got.manifest.rows_kept == 24 * 4
    assert got.manifest.dataset == query_dataset(QUERY)
    assert [urlsplit(p).path for p, _ in server.asked] == ["/public/v1/preview/C/M/HS"] * 2
    (origin,) = got.manifest.rows("origins").to_pylist()
    assert "reporters KAZ, partners RUS, flows X" in origin["derivation"]
    assert KEY in place.said[0]
    assert list((place.store.root / ".downloads").glob("*/*.json")) == []


def test_the_previews_limit_splits_until_every_answer_is_whole(
    place: Place, counting: Source
) -> None:
    """12 periods × 4 codes × 30 records = 1,440 in one answer; the preview gives 500."""
    comtrade = Comtrade(each=30)
    with publishing(comtrade) as server:
        got = fetching(place, counting, server).fetch(QUERY)
    assert got is not None
    assert got.manifest.rows_kept == 24 * 4 * 30
    assert any("reached its limit" in s for s in place.said)
    assert comtrade.data_calls > 2


def test_a_limit_of_the_account_is_seen_by_its_round_number(place: Place, counting: Source) -> None:
    """Nobody says that this account may have 1,000 records; the count shows it."""
    comtrade = Comtrade(limit=1000, each=30)
    with publishing(comtrade) as server:
        got = fetching(place, counting, server, SECRET).fetch(QUERY)
    assert got is not None
    assert got.manifest.rows_kept == 24 * 4 * 30
    assert comtrade.count_calls == 2
    for path, headers in server.asked:
        assert headers["Ocp-Apim-Subscription-Key"] == SECRET
        assert SECRET not in path
        assert path.startswith("/data/v1/get/C/M/HS?")


def test_a_round_number_that_is_whole_is_taken(place: Place, counting: Source) -> None:
    comtrade = Comtrade(limit=100_000, each=125)  # 1 period × 4 codes × 125 = 500
    with publishing(comtrade) as server:
        got = fetching(place, counting, server, SECRET).fetch(replace(QUERY, periods=("2021",)))
    assert got is not None
    assert got.manifest.rows_kept == 500
    assert (comtrade.data_calls, comtrade.count_calls) == (1, 1)


def test_an_answer_that_cannot_be_split_is_not_taken(place: Place, counting: Source) -> None:
    query = replace(QUERY, periods=("2021",), codes=("854231",))
    with (
        publishing(Comtrade(each=600)) as server,
        pytest.raises(PublisherError, match="cannot be asked in smaller parts; nothing was stored"),
    ):
        fetching(place, counting, server).fetch(query)
    assert place.snapshots == []


def test_an_answer_that_says_it_has_more_is_split(place: Place, counting: Source) -> None:
    def half(h: Handler) -> None:
        h.send(b'{"count": 9, "data": [{"period": 2021, "cmdCode": "1"}], "error": ""}',
               content_type="application/json")  # fmt: skip

    query = replace(QUERY, periods=("2021",), codes=("854231",))
    with publishing(half) as server, pytest.raises(PublisherError, match="more records than the 1"):
        fetching(place, counting, server, SECRET).fetch(query)


def test_empty_answers_are_named_and_are_not_zero(place: Place, counting: Source) -> None:
    with publishing(Comtrade(empty=("202203", "854239"))) as server:
        got = fetching(place, counting, server).fetch(QUERY)
    assert got is not None
    alarms = {a.name: a.detail for a in got.manifest.alarms}
    assert "KAZ X 2022-03. Not published yet" in alarms["asked-empty"]
    assert "not to be read as zero" in alarms["asked-empty"]
    assert "854239" in alarms["asked-empty-codes"]


def test_only_empty_answers_store_nothing(place: Place, counting: Source) -> None:
    with publishing(sends(b'{"count": 0, "data": [], "error": ""}',
                          content_type="application/json")) as server:  # fmt: skip
        assert fetching(place, counting, server).fetch(QUERY) is None
    assert place.snapshots == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"statusCode": 401, "message": f"no subscription {SECRET}"}, "no subscription ***"),
        (200, {"count": 0, "data": None, "error": "bad period"}, "bad period"),
        (200, {"count": 0, "data": [{"period": 1}], "error": f"key {SECRET}"}, "key ***"),
        (200, {"nothing": 1}, "no list 'data'"),
        (401, {"statusCode": 401, "message": f"Access denied with {SECRET}"}, "denied with ***"),
        (403, {"message": "Out of call volume quota. Quota will be replenished in 10:30:00."},
         "used up for 10.5 hours"),
    ],
)  # fmt: skip
def test_errors_are_said_without_the_key(
    place: Place, counting: Source, status: int, body: dict[str, Any], said: str
) -> None:
    answer = sends(json.dumps(body).encode(), status, content_type="application/json")
    with publishing(answer) as server, pytest.raises(PublisherError) as error:
        fetching(place, counting, server, SECRET).fetch(QUERY)
    assert said in str(error.value)
    assert SECRET not in str(error.value)
    assert place.snapshots == []


def test_answers_of_an_interrupted_run_are_not_asked_again(place: Place, counting: Source) -> None:
    """The quota ends after the first year; the next run asks for the second only."""
    quota = sends(b'{"message": "Quota will be replenished in 01:00:00."}', 403,
                  content_type="application/json")  # fmt: skip
    with publishing(Comtrade(), quota, Comtrade()) as server:
        with pytest.raises(PublisherError, match="1 answers are kept"):
            fetching(place, counting, server).fetch(QUERY)
        assert place.snapshots == []
        got = fetching(place, counting, server).fetch(QUERY)
    assert got is not None
    assert got.manifest.rows_kept == 24 * 4
    assert len(server.asked) == 3


def test_whole_files(place: Place, counting: Source) -> None:
    with publishing(sends(b"")) as server:
        base = server.url.rpartition("/")[0]
        listing = {"count": 1, "error": "", "data": [
            {"fileUrl": f"{base}/bulk/v1/file/398/abc", "reporterCode": 398, "period": 202101,
             "classificationCode": "H5", "publicationDate": "2023-01-03T00:00:00"}]}  # fmt: skip
        server.script = [
            sends(json.dumps(listing).encode(), content_type="application/json"),
            sends(b"period\tcode\n202101\t854231\n", content_type="application/TSV"),
        ]
        got = fetching(place, counting, server, SECRET).fetch_bulk(QUERY)
        assert got is not None
        assert got.manifest.inputs[0].name == "COMTRADE-FINAL-CM398202101H5[2023-01-03].gz"
        with pytest.raises(UsageError, match="accounts only"):
            fetching(place, counting, server).fetch_bulk(QUERY)


def test_a_file_that_is_made_on_request(place: Place, counting: Source) -> None:
    def state(status: str, uri: str | None) -> bytes:
        return json.dumps({"data": [{"status": status, "uri": uri}], "error": ""}).encode()

    kind = {"content_type": "application/json"}
    with publishing(sends(b"")) as server:
        elsewhere = "https://storage.example.org/x.zip?sig=secret"
        server.script = [
            sends(b'{"requestId": "r-1", "message": "taken"}', 202, **kind),
            sends(state("Running", None), **kind),
            sends(state("Completed", elsewhere), **kind),
        ]
        with pytest.raises(PublisherError, match=r"'storage\.example\.org' is not one") as error:
            fetching(place, counting, server, SECRET).fetch_async(QUERY)
    assert "sig=secret" not in str(error.value)
    assert len(server.asked) == 3


def test_the_key_is_read_from_the_environment_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(KEY, raising=False)
    assert comtrade_key() is None
    monkeypatch.setenv(KEY, f" {SECRET}\n")
    assert comtrade_key() == SECRET
    monkeypatch.setenv(KEY, "two words")
    with pytest.raises(UsageError) as error:
        comtrade_key()
    assert "two words" not in str(error.value)


def test_planned_addresses_hold_no_key_and_one_year_each() -> None:
    urls = query_urls(QUERY, with_key=True)
    assert len(urls) == 2
    assert all("subscription" not in u.lower() for u in urls)
