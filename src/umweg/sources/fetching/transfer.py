"""One file under way: asked for, tried again, continued, checked, and put in its place.

What RFC 9110 offers is used: `Retry-After`, conditional requests, and `Range` with `If-Range`, so
that a part is continued only while the publisher still offers the same bytes.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from umweg.errors import InputError, PublisherError
from umweg.sources.fetching.cache import Note, Slot, fsynced
from umweg.sources.fetching.forms import check_bytes, check_type
from umweg.sources.fetching.hosts import check_address, shown
from umweg.sources.fetching.wanted import (
    OtherFormError,
    PassingError,
    Received,
    RefusedError,
    Wanted,
)
from umweg.version import __version__

if TYPE_CHECKING:
    import httpx

    from umweg.sources.fetching.download import Downloader

MAX_REDIRECTS = 5
LARGE = 100 << 20
"""Bytes from which a file's size is said before it is downloaded."""
PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Statuses after which the same request may succeed later."""

# Its warnings would appear on stderr beside our own words about the same thing.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class Transfer:
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
                host = check_address(url, self._wanted.hosts, loopback=self._d.loopback)
                response = stack.enter_context(
                    client.stream("GET", url, headers={**headers, **own})
                )
                if not response.has_redirect_location:
                    return self._answer(response, start)
                url = urljoin(url, response.headers["location"])
                if check_address(url, self._wanted.hosts, loopback=self._d.loopback) != host:
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
                self._d.progress(wanted.file, done, total)
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
