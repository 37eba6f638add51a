"""Eurostat answers at once, or later, or calls the selection too large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from umweg.errors import PublisherError, UsageError
from umweg.periods import Window
from umweg.sources.fetching.baci import baci_download
from umweg.sources.fetching.comext import ComextFetch, ComextQuery, bulk_downloads
from umweg.sources.source import Source

from .conftest import Place
from .serving import Answer, Publisher, publishing, sends

CSV = sends(b"DATAFLOW,freq,OBS_VALUE\nESTAT:DS-045409(1.0),M,5\n",
            content_type="application/vnd.sdmx.data+csv")  # fmt: skip
HEADER = sends(b"DATAFLOW,freq,OBS_VALUE\n")
FAULT = b"<S:Fault><faultcode>%d</faultcode><faultstring>%s</faultstring></S:Fault>"
TOO_BIG = sends(FAULT % (413, b"EXTRACTION_TOO_BIG"), 413, content_type="application/xml")
NOTHING = sends(FAULT % (100, b"No results found"), 404, content_type="application/xml")
QUERY = ComextQuery(("DEU",), ("KGZ",), ("X",), ("85423190",), Window.parse("2021-01..2022-12"))


def xml(status: str) -> Answer:
    """The envelope of Eurostat's asynchronous answers (its user guide, "Asynchronous API")."""
    body = (
        '<env:Envelope xmlns:env="e"><env:Body><ns0:asyncResponse xmlns:ns0="n"><status>'
        "<key>k</key><id>fc3c3a25-0000-4000-8000-0123456789ab</id>"
        f"<status>{status}</status></status></ns0:asyncResponse></env:Body></env:Envelope>"
    )
    return sends(body.encode(), content_type="application/xml")


def fetching(place: Place, source: Source, server: Publisher) -> ComextFetch:
    def rebase(url: str) -> str:
        return url.replace("https://ec.europa.eu", server.url.rpartition("/")[0])

    return ComextFetch(source, place.store, place.downloader, rebase=rebase)


def test_a_selection_is_asked_a_year_at_a_time(place: Place, counting: Source) -> None:
    with publishing(CSV) as server:
        got = fetching(place, counting, server).fetch(QUERY)
    assert got is not None
    assert got.manifest.rows_kept == 2
    first, second = (path for path, _ in server.asked)
    assert "/DS-045409/M.DE.KG.85423190.2." in first
    assert "startPeriod=2021-01&endPeriod=2021-12" in first
    assert "startPeriod=2022-01&endPeriod=2022-12" in second


def test_a_selection_that_is_too_large_is_asked_in_parts(place: Place, counting: Source) -> None:
    with publishing(TOO_BIG, CSV) as server:
        got = fetching(place, counting, server).fetch(QUERY)
    assert got is not None
    assert got.manifest.rows_kept == 3  # half of 2021, the other half, 2022
    assert "endPeriod=2021-06" in server.asked[1][0]


def test_what_cannot_be_made_smaller_is_refused(place: Place, counting: Source) -> None:
    query = replace(QUERY, window=Window.parse("2021-01"))
    with publishing(TOO_BIG) as server, pytest.raises(PublisherError, match="EXTRACTION_TOO_BIG"):
        fetching(place, counting, server).fetch(query)
    assert place.snapshots == []


def test_an_answer_that_comes_later_is_waited_for(place: Place, counting: Source) -> None:
    query = replace(QUERY, window=Window.parse("2021"))
    script = [xml("SUBMITTED"), xml("PROCESSING"), xml("AVAILABLE"), CSV]
    with publishing(*script) as server:
        got = fetching(place, counting, server).fetch(query)
    assert got is not None
    paths = [p.rpartition("/dissemination/")[2] for p, _ in server.asked[1:]]
    request = "fc3c3a25-0000-4000-8000-0123456789ab"
    assert paths == [f"1.0/async/status/{request}"] * 2 + [f"1.0/async/data/{request}"]


def test_an_answer_that_expired_is_refused(place: Place, counting: Source) -> None:
    script = [xml("SUBMITTED"), xml("EXPIRED")]
    with publishing(*script) as server, pytest.raises(PublisherError, match="EXPIRED"):
        fetching(place, counting, server).fetch(QUERY)


@pytest.mark.parametrize("nothing", [NOTHING, HEADER], ids=["404", "header"])
def test_an_empty_answer_is_named(place: Place, counting: Source, nothing: Answer) -> None:
    with publishing(nothing, CSV, nothing) as server:
        got = fetching(place, counting, server).fetch(QUERY)
        assert got is not None
        (alarm,) = got.manifest.alarms
        assert alarm.name == "asked-empty"
        assert "2021-01..2021-12" in alarm.detail
        assert fetching(place, counting, server).fetch(QUERY) is None


def test_an_unknown_address_is_not_taken_for_empty(place: Place, counting: Source) -> None:
    with (
        publishing(sends(b"<html>Not found</html>", 404)) as server,
        pytest.raises(PublisherError, match="answered 404"),
    ):
        fetching(place, counting, server).fetch(QUERY)
    assert place.snapshots == []


def test_long_selections_are_split_by_the_length_of_the_address() -> None:
    codes = tuple(f"{n:08d}" for n in range(10_000_000, 10_000_600))
    parts = list(replace(QUERY, codes=codes, window=Window.parse("2021")).parts())
    assert all(len(p.url) <= 2000 for p in parts)
    assert tuple(c for p in parts for c in p.codes) == codes


@pytest.mark.parametrize(
    "wrong", [{"codes": ()}, {"reporters": ()}, {"codes": ("854",)}, {"codes": ("8542.31",)}]
)
def test_what_eurostat_would_not_answer_is_not_asked(wrong: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError):
        replace(QUERY, **wrong)  # type: ignore[arg-type]


def test_bulk_files_and_archives() -> None:
    (january, _) = bulk_downloads(Window.parse("2022-01..2022-02"))
    assert january.file == "full_v2_202201.7z"
    assert baci_download("hs17").file == "BACI_HS17_V202601.zip"
    for edition, release in (("HS18", "202601"), ("HS17", "2026"), ("HS17", "../x")):
        with pytest.raises(UsageError):
            baci_download(edition, release)
