"""One address to one checked file: retried, continued, bounded, and never half a file.

What RFC 9110 offers is used: `Retry-After`, conditional requests, and `Range` with `If-Range`, so
that a part is continued only while the publisher still offers the same bytes.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn
from urllib.parse import urljoin

from umweg.errors import InputError, PublisherError, UsageError
from umweg.sources.fetching.cache import Note, Slot, fsynced
from umweg.sources.fetching.forms import check_bytes, check_type
from umweg.sources.fetching.hosts import check_address, shown
from umweg.sources.source import Form
from umweg.version import __version__

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
LARGE = 100 << 20
"""Bytes from which a file's size is said before it is downloaded."""
PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Statuses after which the same request may succeed later."""

# Its warnings would appear on stderr beside our own words about the same thing.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often.

    Attributes:
        total_seconds: For one file, retries and waits included.
        read_seconds: Without a single byte.
        connect_seconds: Until a connection stands.
        attempts: Requests for one file, the first included.
        first_wait, longest_wait: Seconds; the wait doubles from one attempt to the next, with
            jitter. A publisher that asks for more than the longest one ends the download.
        pause: Seconds between two requests.
    """

    total_seconds: float = 3600.0
    read_seconds: float = 60.0
    connect_seconds: float = 20.0
    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 120.0
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is asked for.

    Attributes:
        url: Its address.
        file: The name it is kept under.
        form: What its first bytes must look like.
        hosts: Hosts that may be asked.
        max_bytes: More is refused.
        headers: Sent to the first host only: a key must not travel with a redirect.
    """

    url: str
    file: str
    form: Form
    hosts: tuple[str, ...]
    max_bytes: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it lies in the cache.

    Attributes:
        path: The file; None where the publisher says it is unchanged and only its import is held.
        status: `new`, or `unchanged` since `retrieved_at`.
    """

    wanted: Wanted
    path: Path | None
    status: Literal["new", "unchanged"]
    sha256: str
    retrieved_at: str
    snapshot_id: str = ""

    @property
    def file(self) -> Path:
        """The file, where its bytes are held.

        Raises:
            InputError: they are not.
        """
        if self.path is None:
            raise InputError(
                "the bytes of this download are not held any more",
                where=shown(self.wanted.url),
                next_step="fetch it again with --again",
            )
        return self.path


class RefusedError(PublisherError):
    """An answer with a status that no retry mends."""

    def __init__(self, status: int, body: str, where: str) -> None:
        self.status, self.body = status, body
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).strip()[:200]
        super().__init__(
            f"the publisher answered {status}" + (f": {said}" if said else ""),
            where=where,
            next_step={
                401: "check the key (UMWEG_COMTRADE_KEY)",
                403: "the address wants a consent or a key: open it in a browser",
                404: "the file has moved: look at the publisher's page",
                410: "the file has moved: look at the publisher's page",
            }.get(status, "try again later, or look at the publisher's page"),
        )


class OtherFormError(PublisherError):
    """An answer of another format; its beginning may say why."""

    def __init__(self, error: PublisherError, beginning: str) -> None:
        self.beginning = beginning
        super().__init__(
            error.what, where=error.where, allowed=error.allowed, next_step=error.next_step
        )


class PassingError(PublisherError):
    """A failure that may pass: a status such as 503, a broken connection."""

    def __init__(self, what: str, where: str, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(what, where=where, next_step="try again later")


def refuse_offline() -> NoReturn:
    """Nothing is downloaded offline.

    Raises:
        UsageError: always.
    """
    raise UsageError(
        "nothing is downloaded offline",
        where="--offline, UMWEG_OFFLINE or offline in umweg.toml",
        next_step="leave it out, or read a file that you have with `umweg data import FILE`",
    )


class Downloader:
    """Downloads into the cache of a store.

    Args:
        cache: Its folder.
        limits: How long and how often.
        offline: Refuse everything.
        loopback: Plain http to this machine may be asked, for tests.
        tell: Called with what a person should know meanwhile.
        progress: Called with the file's name, bytes so far and in all (None where unknown).
    """

    def __init__(
        self,
        cache: Path,
        *,
        limits: Limits | None = None,
        offline: bool = False,
        loopback: bool = False,
        tell: Callable[[str], None] = lambda _: None,
        progress: Callable[[str, int, int | None], None] = lambda _f, _n, _t: None,
    ) -> None:
        self.cache, self.limits, self.tell = cache, limits or Limits(), tell
        self._offline, self._loopback, self._progress = offline, loopback, progress
        self._last = 0.0

    def get(
        self, wanted: Wanted, *, again: bool = False, snapshots: Collection[str] = ()
    ) -> Received:
        """A file, whole and checked.

        Args:
            wanted: What is asked for.
            again: Ask for the bytes even where they are unchanged.
            snapshots: Ids of the snapshots that are held; bytes that were imported as one of them
                need not be sent again.

        Raises:
            PublisherError: it cannot be had, or is not what was asked for. A part that was
                received stays, and is continued next time.
            UsageError: the network must not be used.
        """
        if self._offline:
            refuse_offline()
        check_address(wanted.url, wanted.hosts, loopback=self._loopback)
        slot = Slot(self.cache, wanted.url, wanted.file)
        with slot.held():
            if again:
                slot.drop_part()
            return _Transfer(self, wanted, slot, again, snapshots).run()

    def kept(self, wanted: Wanted, hours: float) -> Received | None:
        """A file of an interrupted run that is young enough to be used again."""
        slot = Slot(self.cache, wanted.url, wanted.file)
        note = slot.note()
        if note is None or not slot.file.exists():
            return None
        age = datetime.now(UTC) - datetime.fromisoformat(note.retrieved_at)
        if age.total_seconds() > hours * 3600:
            return None
        return Received(wanted, slot.file, "unchanged", note.sha256, note.retrieved_at)

    def imported(self, received: Received, snapshot_id: str, *, keep: bool) -> None:
        """Remember what became of a file; its bytes are removed unless they are to be kept."""
        slot = Slot(self.cache, received.wanted.url, received.wanted.file)
        note = slot.note()
        if note is not None:
            slot.write_note(replace(note, snapshot_id=snapshot_id))
        if not keep:
            slot.file.unlink(missing_ok=True)

    def unknow(self, wanted: Wanted) -> None:
        """Ask for a file anew next time; its bytes stay, to be looked at."""
        Slot(self.cache, wanted.url, wanted.file).drop_note()

    def drop(self, wanted: Wanted) -> None:
        """Forget a file and what is known of it."""
        Slot(self.cache, wanted.url, wanted.file).drop()

    def wait_turn(self) -> None:
        """Keep the pause between two requests."""
        rest = self._last + self.limits.pause - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        self._last = time.monotonic()


class _Transfer:
    """One file under way."""

    def __init__(
        self,
        downloader: Downloader,
        wanted: Wanted,
        slot: Slot,
        again: bool,
        snapshots: Collection[str],
    ) -> None:
        self._d, self._wanted, self._slot = downloader, wanted, slot
        self._deadline = time.monotonic() + downloader.limits.total_seconds
        self._where = shown(wanted.url)
        note = None if again else slot.note()
        held = note is not None and (slot.file.exists() or note.snapshot_id in snapshots)
        self._known = note if held else None
        self._number = 0

    def run(self) -> Received:
        import stamina

        limits = self._d.limits
        attempts = stamina.retry_context(
            on=self._passes,
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.first_wait,
            wait_max=limits.longest_wait,
            wait_jitter=limits.first_wait,
        )
        try:
            for attempt in attempts:
                with attempt:
                    self._number = attempt.num
                    received = self._attempt()
            return received
        except PassingError as error:
            raise PublisherError(
                f"{error.what} (attempt {self._number} of {limits.attempts}); nothing was stored",
                where=error.where,
                next_step=error.next_step
                + ("; what was received is kept and continued" if self._slot.part.exists() else ""),
            ) from error

    def _passes(self, error: Exception) -> bool | float:
        """Whether to try again, and after how many seconds where the publisher said it."""
        if not isinstance(error, PassingError):
            return False
        limits = self._d.limits
        wait = error.wait
        if wait is not None and (wait > limits.longest_wait or self._left() < wait):
            error.what += f" and asks to wait {wait:,.0f} seconds"
            return False
        if self._left() <= 0:
            return False
        if self._number < limits.attempts:
            after = "" if wait is None else f" in {wait:,.0f} seconds"
            self._d.tell(f"{self._wanted.file}: {error.what}: trying again{after}")
        return True if wait is None else wait

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _attempt(self) -> Received:
        import httpx

        limits = self._d.limits
        timeout = httpx.Timeout(
            connect=limits.connect_seconds,
            read=max(0.001, min(limits.read_seconds, self._left())),
            write=limits.connect_seconds,
            pool=limits.connect_seconds,
        )
        self._d.wait_turn()
        # Redirects are followed here, each host looked at; proxies come from the environment.
        with httpx.Client(follow_redirects=False, timeout=timeout) as client:
            try:
                return self._ask(client)
            except httpx.TimeoutException as error:
                raise PassingError(
                    f"the publisher did not answer in time ({type(error).__name__})", self._where
                ) from error
            except httpx.TransportError as error:
                raise PassingError(f"the connection failed: {error}", self._where) from error
            except httpx.InvalidURL as error:
                raise PublisherError(
                    f"the publisher sent on to an address that is none: {error}", where=self._where
                ) from error

    def _ask(self, client: httpx.Client) -> Received:
        start, headers = self._request_headers()
        url, own = self._wanted.url, dict(self._wanted.headers)
        with ExitStack() as stack:
            for _ in range(MAX_REDIRECTS + 1):
                host = check_address(url, self._wanted.hosts, loopback=self._d._loopback)
                response = stack.enter_context(
                    client.stream("GET", url, headers={**headers, **own})
                )
                if not response.has_redirect_location:
                    return self._answer(response, start)
                url = urljoin(url, response.headers["location"])
                if check_address(url, self._wanted.hosts, loopback=self._d._loopback) != host:
                    own = {}
        raise PublisherError(
            f"the publisher sends on more than {MAX_REDIRECTS} times",
            where=self._where,
            next_step="look at the publisher's page whether the file has moved",
        )

    def _request_headers(self) -> tuple[int, dict[str, str]]:
        """The byte to start from, and what is sent."""
        headers = {
            # Bytes are counted, continued and hashed as the publisher keeps them.
            "Accept-Encoding": "identity",
            "Accept": "*/*",
            "User-Agent": f"umweg/{__version__}",
        }
        part = self._slot.note(of_part=True)
        if part is not None and part.if_range and self._slot.part.exists():
            start = self._slot.part.stat().st_size
            if start:
                return start, {
                    **headers, "Range": f"bytes={start}-", "If-Range": part.if_range
                }  # fmt: skip
        if self._known is not None:
            if self._known.etag:
                headers["If-None-Match"] = self._known.etag
            if self._known.last_modified:
                headers["If-Modified-Since"] = self._known.last_modified
        return 0, headers

    def _answer(self, response: httpx.Response, start: int) -> Received:
        status = response.status_code
        if status == 304 and self._known is not None and not start:
            known, file = self._known, self._slot.file
            return Received(
                self._wanted,
                file if file.exists() else None,
                "unchanged",
                known.sha256,
                known.retrieved_at,
                known.snapshot_id,
            )
        if status == 206 and start:
            return self._receive(response, self._continued(response, start))
        if status in (304, 206, 416):
            # What is held does not fit what the publisher has: start anew.
            self._slot.drop_part()
            self._known = None
            raise PassingError(f"the publisher answered {status} to a part", self._where, wait=0.0)
        if status in (200, 202):
            return self._receive(response, 0)
        body = self._body(response)
        if status in PASSING:
            raise PassingError(
                f"the publisher answered {status}", self._where, _asked_wait(response, body)
            )
        raise RefusedError(status, body, self._where)

    def _continued(self, response: httpx.Response, start: int) -> int:
        """The byte at which the part is continued; anew where it is not the same file."""
        part = self._slot.note(of_part=True)
        found = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", "").strip()
        )
        etag = response.headers.get("etag", "")
        same = (
            part is not None
            and found is not None
            and int(found[1]) == start
            and (found[2] == "*" or part.total in (None, int(found[2])))
            and (not etag or not part.etag or etag == part.etag)
        )
        if not same:
            self._slot.drop_part()
            raise PassingError("the file changed while it was downloaded", self._where, wait=0.0)
        return start

    def _receive(self, response: httpx.Response, start: int) -> Received:
        wanted, slot = self._wanted, self._slot
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", ""):
            raise PublisherError(
                f"the publisher sent the file packed by '{encoding}', which was not asked for",
                where=self._where,
                allowed="the file as it is, or gzip",
                next_step="download the file in a browser, then `umweg data import FILE`",
            )
        try:
            check_type(response.headers.get("content-type", ""), wanted.form, self._where)
        except PublisherError as error:
            raise OtherFormError(error, self._body(response)) from None
        length = response.headers.get("content-length", "")
        total = start + int(length) if length.isdecimal() else None
        self._check_size(total or 0)
        if total is not None and total >= LARGE and not start:
            self._d.tell(f"{wanted.file}: {total:,} bytes")
        if start == 0:
            slot.drop_part()
            slot.write_note(
                Note(
                    wanted.url,
                    response.headers.get("etag", ""),
                    response.headers.get("last-modified", ""),
                    total,
                ),
                of_part=True,
            )
        self._check_room((total or 0) - start)
        done = start
        with slot.part.open("ab" if start else "wb") as out:
            for chunk in response.iter_raw():
                done += len(chunk)
                self._check_size(done)
                out.write(chunk)
                self._d._progress(wanted.file, done, total)
                if self._left() <= 0:
                    raise PublisherError(
                        f"the download took longer than {self._d.limits.total_seconds:,.0f} "
                        f"seconds; {done:,} bytes of it are kept",
                        where=self._where,
                        next_step="run the same command again to continue, or give more time "
                        "with --max-minutes",
                    )
        if total is not None and done != total:
            raise PassingError(f"{done:,} bytes of {total:,} came", self._where)
        return self._finished()

    def _finished(self) -> Received:
        wanted, slot = self._wanted, self._slot
        try:
            check_bytes(slot.part, wanted.form, self._where)
        except PublisherError as error:
            with slot.part.open("rb") as f:
                beginning = f.read(4096).decode("utf-8", errors="replace")
            slot.drop_part()
            error.what = self._masked(error.what)
            raise OtherFormError(error, self._masked(beginning)) from None
        digest = fsynced(slot.part)
        part = slot.note(of_part=True) or Note(wanted.url)
        note = replace(
            part,
            sha256=digest,
            total=slot.part.stat().st_size,
            retrieved_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        slot.part.replace(slot.file)
        slot.write_note(note)
        slot.drop_part()
        return Received(wanted, slot.file, "new", digest, note.retrieved_at)

    def _check_size(self, size: int) -> None:
        if size > self._wanted.max_bytes:
            self._slot.drop_part()
            raise PublisherError(
                f"the file is larger than {self._wanted.max_bytes:,} bytes; nothing was stored",
                where=self._where,
                allowed=f"at most {self._wanted.max_bytes:,} bytes",
                next_step="allow more with --max-size, if a file of that size is expected",
            )

    def _check_room(self, size: int) -> None:
        free = shutil.disk_usage(self._slot.folder).free
        if size > free:
            raise InputError(
                f"the file needs {size:,} bytes and {free:,} are free",
                where=str(self._slot.folder),
                next_step="make room, or choose another folder with --store DIR",
            )

    def _body(self, response: httpx.Response) -> str:
        """The beginning of an error's text, without anything secret that it repeats."""
        data = b""
        for chunk in response.iter_raw():
            data += chunk
            if len(data) >= 4096 or self._left() <= 0:
                break
        return self._masked(data[:4096].decode("utf-8", errors="replace"))

    def _masked(self, text: str) -> str:
        for secret in self._wanted.headers.values():
            text = text.replace(secret, "***")
        return text


def _asked_wait(response: httpx.Response, body: str) -> float | None:
    """Seconds that the publisher asks to wait: in a header, else in its message."""
    header = response.headers.get("retry-after", "").strip()
    if header.isdecimal():
        return float(header)
    if header:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            return None
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    found = re.search(r"try again in (\d+) seconds?", body, re.IGNORECASE)
    return float(found[1]) if found else None
