"""Files at fixed addresses are imported together, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from umweg.errors import InputError, PublisherError
from umweg.sources.fetching.published import fetch_published
from umweg.sources.source import Download, Source

from .conftest import Place
from .serving import Publisher, file_of, publishing, sends

BODY = b"id,name\n1,Invented Works\n2,Second Works\n"


def at(source: Source, server: Publisher, *names: str) -> Source:
    base = server.url.rpartition("/")[0]
    return replace(source, downloads=tuple(Download(n, f"{base}/{n}", "csv") for n in names))


def test_fetched_imported_and_unchanged_the_second_time(place: Place, counting: Source) -> None:
    with publishing(file_of(BODY)) as server:
        source = at(counting, server, "list.csv")
        first = fetch_published(source, place.store, place.downloader)
        second = fetch_published(source, place.store, place.downloader)
    assert (first.status, first.manifest.rows_kept) == ("imported", 2)
    assert first.manifest.retrieved_at == first.retrieved_at
    assert first.manifest.inputs[0].name == "list.csv"
    assert second.status == "unchanged"
    assert second.manifest.snapshot_id == first.manifest.snapshot_id
    assert second.retrieved_at == first.retrieved_at
    assert place.snapshots == [first.manifest.snapshot_id]
    assert server.asked[1][1]["If-None-Match"] == '"one"'


def test_a_forgotten_snapshot_is_fetched_anew(place: Place, counting: Source) -> None:
    with publishing(file_of(BODY)) as server:
        source = at(counting, server, "list.csv")
        first = fetch_published(source, place.store, place.downloader)
        place.store.forget(first.manifest.snapshot_id)
        again = fetch_published(source, place.store, place.downloader)
    assert again.status == "imported"
    assert place.snapshots == [first.manifest.snapshot_id]


def test_of_several_files_the_unchanged_ones_are_used_from_the_cache(
    place: Place, counting: Source
) -> None:
    new = BODY + b"3,Third Works\n"
    script = [file_of(BODY), file_of(BODY), file_of(new, etag='"two"'), file_of(BODY)]
    with publishing(*script) as server:
        source = at(counting, server, "main.csv", "more.csv")
        fetch_published(source, place.store, place.downloader)
        second = fetch_published(source, place.store, place.downloader)
    assert second.status == "imported"
    assert second.manifest.rows_kept == 5  # three of the new file, two of the one that was kept
    assert len(server.asked) == 4
    assert server.asked[3][1]["If-None-Match"] == '"one"'


def test_one_file_that_fails_stores_none(place: Place, counting: Source) -> None:
    with publishing(file_of(BODY), sends(b"gone", 404)) as server:
        source = at(counting, server, "main.csv", "more.csv")
        with pytest.raises(PublisherError, match="answered 404"):
            fetch_published(source, place.store, place.downloader)
    assert place.snapshots == []


def test_what_the_importer_refuses_is_not_stored_and_asked_for_anew(
    place: Place, counting: Source
) -> None:
    with publishing(file_of(b"id,name\n1,BAD\n"), file_of(BODY)) as server:
        source = at(counting, server, "list.csv")
        with pytest.raises(InputError, match="says BAD"):
            fetch_published(source, place.store, place.downloader)
        assert place.snapshots == []
        assert fetch_published(source, place.store, place.downloader).status == "imported"
    assert "If-None-Match" not in server.asked[1][1]


def test_a_size_limit_of_the_users(place: Place, counting: Source) -> None:
    with publishing(file_of(BODY)) as server, pytest.raises(PublisherError, match="larger than 10"):
        fetch_published(
            at(counting, server, "list.csv"), place.store, place.downloader, max_bytes=10
        )
    assert place.snapshots == []
