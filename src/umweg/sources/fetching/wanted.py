"""What is asked for, what came, within which limits, and what can go wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from umweg.errors import InputError, PublisherError, UsageError
from umweg.sources.fetching.hosts import shown
from umweg.sources.source import Form


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
