"""Which addresses may be asked, and how an address is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from umweg.errors import PublisherError

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_SECRET = re.compile(r"key|token|sig|credential|secret|password|x-amz|x-ms", re.IGNORECASE)


def check_address(url: str, hosts: Sequence[str], *, loopback: bool = False) -> str:
    """The host of an address that may be asked.

    Args:
        url: The address.
        hosts: The publisher's hosts.
        loopback: Plain http to this very machine is allowed; for tests of the downloader.

    Raises:
        PublisherError: another host, another protocol than https, or a user name in the address.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    own = loopback and host in LOOPBACK and parts.scheme in ("http", "https")
    if host not in hosts:
        raise PublisherError(
            f"the host '{host}' is not one of this publisher's; nothing was downloaded from it",
            where=shown(url),
            allowed=", ".join(hosts),
            next_step="look at the publisher's page whether it has moved; a file that you "
            "downloaded yourself is read with `umweg data import FILE`",
        )
    if (parts.scheme != "https" or parts.port not in (None, 443)) and not own:
        raise PublisherError(
            f"'{parts.scheme}' addresses on port {parts.port or 'default'} are not asked",
            where=shown(url),
            allowed="https on its own port",
            next_step="look at the publisher's page whether it has moved",
        )
    if parts.username or parts.password:
        raise PublisherError(
            "an address with a user name in it is not asked",
            where=shown(url),
            next_step="look at the publisher's page whether it has moved",
        )
    return host


def shown(url: str) -> str:
    """An address for a message: without user names, and with secrets of its query masked."""
    parts = urlsplit(url)
    query = urlencode(
        [
            (k, "***" if _SECRET.search(k) else v)
            for k, v in parse_qsl(parts.query, keep_blank_values=True)
        ],
        safe="*,/+:",
    )
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))
