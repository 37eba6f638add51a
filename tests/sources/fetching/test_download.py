"""A publisher that misbehaves never leaves half a file, and every failure says its name."""

from __future__ import annotations

import gzip
import logging
import os
import time
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path

import pytest

from umweg.errors import EXIT_PUBLISHER, InputError, PublisherError, UsageError
from umweg.sources.fetching.cache import Slot, prune
from umweg.sources.fetching.download import Downloader
from umweg.sources.fetching.wanted import Limits, Received, Wanted
from umweg.sources.source import Form

from .serving import Handler, file_of, publishing, sends

BODY = b"id,name\n" + b"".join(b"%d,Invented Works %d\n" % (i, i) for i in range(60_000))
SECRET = "0123456789abcdef"  # noqa: S105 - invented
QUICK = Limits(
    total_seconds=10, read_seconds=2, connect_seconds=2, attempts=3, first_wait=0.01, longest_wait=1
)


def wanted(url: str, form: Form = "csv", max_bytes: int = 10 << 20, **headers: str) -> Wanted:
    return Wanted(url, "list.csv", form, ("127.0.0.1",), max_bytes, headers)


class Client:
    """A downloader into a folder of the test's own, and what it said."""

    def __init__(self, folder: Path, limits: Limits = QUICK) -> None:
        self.said: list[str] = []
        self.cache = folder / ".downloads"
        self.downloader = Downloader(
            self.cache, limits=limits, loopback=True, tell=self.said.append
        )

    def __call__(self, w: Wanted, *, again: bool = False, held: tuple[str, ...] = ()) -> Received:
        return self.downloader.get(w, again=again, snapshots=held)

    def part(self, w: Wanted) -> Path:
        return Slot(self.cache, w.url, w.file).part

    def finished(self) -> list[Path]:
        return list(self.cache.glob("*/list.csv"))


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    for name in [n for n in os.environ if n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return Client(tmp_path)


def test_a_file_arrives_whole(client: Client) -> None:
    with publishing(file_of(BODY)) as server:
        got = client(wanted(server.url))
    assert got.path is not None
    assert got.path.name == "list.csv"
    assert got.path.read_bytes() == BODY
    assert got.sha256 == sha256(BODY).hexdigest()
    assert got.status == "new"
    ((_, headers),) = server.asked
    assert headers["Accept-Encoding"] == "identity"


# -- what passes ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_status_that_passes_is_asked_again(client: Client, status: int) -> None:
    with publishing(sends(b"busy", status), file_of(BODY)) as server:
        assert client(wanted(server.url)).sha256 == sha256(BODY).hexdigest()
    assert len(server.asked) == 2
    assert f"answered {status}: trying again" in client.said[0]


def test_retry_after_is_obeyed(client: Client) -> None:
    with publishing(sends(b"busy", 429, retry_after="1"), file_of(BODY)) as server:
        began = time.monotonic()
        client(wanted(server.url))
    assert time.monotonic() - began >= 1.0
    assert "trying again in 1 seconds" in client.said[0]


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"", 429, retry_after="3600"),
        sends(b"", 503, retry_after=formatdate(time.time() + 3600, usegmt=True)),
        sends(b'{"statusCode": 429, "message": "Rate limit is exceeded. '
              b'Try again in 3600 seconds."}', 429),
    ],
    ids=["seconds", "date", "message"],
)  # fmt: skip
def test_a_wait_that_is_too_long_ends_at_once_and_is_named(client: Client, answer: object) -> None:
    with publishing(answer) as server, pytest.raises(PublisherError) as error:  # type: ignore[arg-type]
        client(wanted(server.url))
    assert len(server.asked) == 1
    assert "asks to wait 3," in error.value.what
    assert error.value.exit_code == EXIT_PUBLISHER == 4


def test_500_for_ever_ends(client: Client) -> None:
    with publishing(sends(b"", 500)) as server, pytest.raises(PublisherError) as error:
        client(wanted(server.url))
    assert len(server.asked) == 3
    assert "answered 500 (attempt 3 of 3); nothing was stored" in error.value.what
    assert client.finished() == []


def test_no_server_at_all(client: Client) -> None:
    with publishing(sends(b"")) as server:
        url = server.url
    with pytest.raises(PublisherError, match="connection failed"):
        client(wanted(url))


def test_the_libraries_say_nothing_of_their_own(
    client: Client, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), publishing(sends(b"", 500), file_of(BODY)) as server:
        client(wanted(server.url, **{"X-Key": SECRET}))
    assert capsys.readouterr() == ("", "")
    assert SECRET not in caplog.text


# -- what is continued ------------------------------------------------------------------------


def test_a_file_that_is_cut_off_is_continued(client: Client) -> None:
    with publishing(file_of(BODY, cut=400_000), file_of(BODY)) as server:
        got = client(wanted(server.url))
    assert got.sha256 == sha256(BODY).hexdigest()
    second = server.asked[1][1]
    assert second["If-Range"] == '"one"'
    assert 0 < int(second["Range"][len("bytes=") : -1]) <= 400_000


def test_a_part_outlives_the_process_and_is_continued(client: Client, tmp_path: Path) -> None:
    with publishing(*3 * [file_of(BODY, cut=100_000)], file_of(BODY)) as server:
        with pytest.raises(PublisherError, match="what was received is kept"):
            client(wanted(server.url))
        assert client.part(wanted(server.url)).stat().st_size > 0
        assert client.finished() == []
        got = Client(tmp_path)(wanted(server.url))
    assert got.sha256 == sha256(BODY).hexdigest()
    assert "Range" in server.asked[3][1]


def test_a_part_of_another_file_is_not_continued(client: Client) -> None:
    """The ETag changed: RFC 9110 answers 200 with the whole new file."""
    new = BODY.replace(b"Works", b"Plant")
    with publishing(file_of(BODY, cut=100_000), file_of(new, etag='"two"')) as server:
        assert client(wanted(server.url)).sha256 == sha256(new).hexdigest()
    assert len(server.asked) == 2


def test_a_server_that_continues_another_file_is_not_believed(client: Client) -> None:
    """It answers 206 although the ETag changed: the part is thrown away."""
    new = BODY.replace(b"Works", b"Plant")

    def wrong(h: Handler) -> None:
        start = int(h.headers["Range"][len("bytes=") : -1])
        h.send(new[start:], 206, etag='"two"',
               content_range=f"bytes {start}-{len(new) - 1}/{len(new)}")  # fmt: skip

    with publishing(file_of(BODY, cut=100_000), wrong, file_of(new, etag='"two"')) as server:
        assert client(wanted(server.url)).sha256 == sha256(new).hexdigest()
    assert "Range" not in server.asked[2][1]


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_continued(client: Client, etag: str) -> None:
    with publishing(file_of(BODY, etag=etag, cut=100_000), file_of(BODY, etag=etag)) as server:
        assert client(wanted(server.url)).sha256 == sha256(BODY).hexdigest()
    assert "Range" not in server.asked[1][1]


# -- what is unchanged ------------------------------------------------------------------------


def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    with publishing(file_of(BODY)) as server:
        first = client(wanted(server.url))
        second = client(wanted(server.url))
        assert client(wanted(server.url), again=True).status == "new"
    assert second.status == "unchanged"
    assert second.retrieved_at == first.retrieved_at
    assert second.path == first.path


def test_bytes_that_were_imported_and_forgotten_are_asked_for_again(client: Client) -> None:
    with publishing(file_of(BODY)) as server:
        w = wanted(server.url)
        client.downloader.imported(client(w), "snap-1", keep=False)
        assert client.finished() == []
        unchanged = client(w, held=("snap-1",))
        assert (unchanged.status, unchanged.path) == ("unchanged", None)
        assert unchanged.snapshot_id == "snap-1"
        assert client(w).status == "new"  # nobody holds the snapshot any more
    assert "If-None-Match" not in server.asked[2][1]


# -- what is no file --------------------------------------------------------------------------

PAGE = b"\n<!DOCTYPE html><html><body>Maintenance</body></html>"


@pytest.mark.parametrize(
    ("answer", "form", "said"),
    [
        (sends(PAGE, content_type="text/html; charset=utf-8"), "csv", "sent 'text/html'"),
        (sends(PAGE), "csv", "a web page"),
        (sends(PAGE, content_type="application/xml"), "xml", "a web page"),
        (sends(b"", content_type=""), "csv", "an empty answer"),
        (sends(b"  \n"), "csv", "an empty answer"),
        (sends(b'{"error": "no such list"}'), "csv", r"an error message \(no such list\)"),
        (sends(b'{"error": "no such list"}', content_type="application/json"), "json",
         r"an error message \(no such list\)"),
        (sends(b"a,b\n1,2\n"), "json", "'text/csv' in place of json"),
        (sends(b"a,b\n1,2\n", content_type="text/plain"), "xml", "another format"),
        (sends(b"PK not", content_type="application/zip"), "zip", "another format"),
        (sends(b"\x89PNG\x0d\x0a\0\0", content_type="image/png"), "csv", "image/png"),
        (sends(b"ab\0\0cd\0\0"), "csv", "binary data"),
        (sends(gzip.compress(PAGE), content_encoding="gzip"), "csv", "a web page"),
        (sends(gzip.compress(BODY)[:200], content_encoding="gzip"), "csv", "damaged or cut off"),
        (sends(b"a,b\n", content_encoding="br"), "csv", "packed by 'br'"),
    ],
)  # fmt: skip
def test_what_is_not_the_file_is_refused(
    client: Client, answer: object, form: Form, said: str
) -> None:
    with publishing(answer) as server, pytest.raises(PublisherError, match=said):  # type: ignore[arg-type]
        client(wanted(server.url, form))
    assert len(server.asked) == 1
    assert client.finished() == []
    assert list(client.cache.glob("*/part")) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_status_that_does_not_pass_is_said(client: Client, status: int) -> None:
    body = f"<p>no <b>access</b> with {SECRET}</p>".encode()
    with publishing(sends(body, status)) as server, pytest.raises(PublisherError) as error:
        client(wanted(server.url, **{"Ocp-Apim-Subscription-Key": SECRET}))
    assert f"answered {status}: no access with ***" in str(error.value)
    assert SECRET not in repr(wanted(server.url, key=SECRET))
    assert len(server.asked) == 1


# -- where it leads ---------------------------------------------------------------------------


def test_a_redirect_on_the_same_host_is_followed(client: Client) -> None:
    with publishing(sends(b"", 302, location="/now.csv"), file_of(BODY)) as server:
        assert client(wanted(server.url)).sha256 == sha256(BODY).hexdigest()
    assert server.asked[1][0] == "/now.csv"


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/list.csv?sig=abc",
        "http://localhost:1/list.csv",
        "https://127.0.0.1.example.org/list.csv",
        "ftp://127.0.0.1/list.csv",
        "http://who:pass@127.0.0.1/list.csv",
        "file:///etc/hostname",
        "//example.org/list.csv",
    ],
)
def test_a_redirect_elsewhere_is_refused(client: Client, target: str) -> None:
    with (
        publishing(sends(b"", 302, location=target), file_of(BODY)) as server,
        pytest.raises(PublisherError) as error,
    ):
        client(wanted(server.url))
    assert len(server.asked) == 1
    assert "abc" not in str(error.value)
    assert "pass" not in str(error.value)


def test_a_redirect_without_end_ends(client: Client) -> None:
    with (
        publishing(sends(b"", 302, location="/list.csv")) as server,
        pytest.raises(PublisherError, match="sends on more than 5 times"),
    ):
        client(wanted(server.url))
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "https://example.org/x", "https://127.0.0.1:8443/x", "file:///x"],
)
def test_only_the_publishers_hosts_by_https(tmp_path: Path, url: str) -> None:
    with pytest.raises(PublisherError, match=r"not one of|not asked"):
        Downloader(tmp_path).get(wanted(url))


def test_offline_asks_nobody(tmp_path: Path) -> None:
    with publishing(file_of(BODY)) as server, pytest.raises(UsageError, match="offline"):
        Downloader(tmp_path, offline=True, loopback=True).get(wanted(server.url))
    assert server.asked == []


# -- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_over_the_size_limit_is_refused(client: Client, announced: bool) -> None:
    sent = 0

    def answer(h: Handler) -> None:
        nonlocal sent
        h.send(b"", content_length=str(1 << 40) if announced else "", connection="close")
        try:
            for _ in range(4000):
                h.wfile.write(b"1,x\n" * 4096)
                sent += 4 * 4096
        except OSError:
            pass
        h.close_connection = True

    with publishing(answer) as server, pytest.raises(PublisherError, match="larger than"):
        client(wanted(server.url, max_bytes=1 << 20))
    assert sent < 32 << 20
    assert list(client.cache.glob("*/part")) == []


def test_a_slow_publisher_meets_the_time_limit_and_is_continued(tmp_path: Path) -> None:
    def drip(h: Handler) -> None:
        h.send(b"", content_length=str(len(BODY)), etag='"one"')
        try:
            for i in range(0, len(BODY), 300):
                h.wfile.write(BODY[i : i + 300])
                time.sleep(0.02)
        except OSError:
            h.close_connection = True

    limits = Limits(total_seconds=0.5, read_seconds=5, attempts=3, first_wait=0.01)
    client = Client(tmp_path, limits)
    with publishing(drip, file_of(BODY)) as server:
        began = time.monotonic()
        with pytest.raises(PublisherError, match="took longer than"):
            client(wanted(server.url))
        assert time.monotonic() - began < 3
        assert client(wanted(server.url)).sha256 == sha256(BODY).hexdigest()
    assert "Range" in server.asked[1][1]


def test_a_publisher_that_falls_silent_is_asked_again(tmp_path: Path) -> None:
    def silent(h: Handler) -> None:
        h.send(BODY[:1000], content_length=str(len(BODY)), etag='"one"')
        time.sleep(0.6)
        h.close_connection = True

    client = Client(tmp_path, Limits(total_seconds=10, read_seconds=0.2, first_wait=0.01))
    with publishing(silent, file_of(BODY)) as server:
        assert client(wanted(server.url)).sha256 == sha256(BODY).hexdigest()
    assert "did not answer in time" in client.said[0]


def test_two_downloads_of_one_file_do_not_meet(client: Client) -> None:
    with publishing(file_of(BODY)) as server:
        w = wanted(server.url)
        with Slot(client.cache, w.url, w.file).held(), pytest.raises(InputError, match="another"):
            client(w)


def test_a_note_that_is_damaged_is_no_note(client: Client) -> None:
    with publishing(file_of(BODY)) as server:
        got = client(wanted(server.url))
        assert got.path is not None
        (got.path.parent / "note.json").write_text("{")
        assert client(wanted(server.url)).status == "new"


def test_what_nobody_came_back_for_is_removed(client: Client) -> None:
    """Parts and files older than a week; what became a snapshot stays known."""
    with publishing(file_of(BODY)) as server:
        stays = client(wanted(server.url))
        client.downloader.imported(stays, "snap-1", keep=True)
        old = client(wanted(server.url + "?old"))
        young = client(wanted(server.url + "?young"))
    assert stays.path
    assert old.path
    assert young.path
    long_ago = time.time() - 8 * 86_400
    for path in (*stays.path.parent.iterdir(), *old.path.parent.iterdir()):
        os.utime(path, (long_ago, long_ago))
    assert prune(client.cache) == 1
    assert stays.path.exists()
    assert young.path.exists()
    assert not old.path.parent.exists()
