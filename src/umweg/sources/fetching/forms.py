"""Whether what a publisher sent is what was asked for: content type and first bytes."""

from __future__ import annotations

from pathlib import Path

from umweg.errors import InputError, PublisherError
from umweg.sources.appearance import error_message, is_web_page, named
from umweg.sources.opening import head_of
from umweg.sources.source import Form

_OTHER: dict[str, tuple[str, ...]] = {
    "csv": ("html", "json", "xml", "image/", "audio/", "video/", "pdf"),
    "json": ("html", "xml", "image/", "audio/", "video/", "pdf", "csv"),
    "xml": ("html", "json", "image/", "audio/", "video/", "pdf", "csv"),
    "zip": ("html", "json", "xml", "image/", "audio/", "video/", "pdf", "csv"),
    "7z": ("html", "json", "xml", "image/", "audio/", "video/", "pdf", "csv"),
}
"""Parts of a content type that say that it is another format. Publishers name a CSV file
`text/plain` or `application/octet-stream` as often as `text/csv`: what is neutral is judged by its
first bytes."""

_MAGIC = {"zip": b"PK\x03\x04", "7z": b"7z\xbc\xaf\x27\x1c"}


def check_type(content_type: str, form: Form, where: str) -> None:
    """Refuse an answer whose content type names another format.

    Raises:
        PublisherError: it does.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if any(word in kind for word in _OTHER[form]):
        raise PublisherError(
            f"the publisher sent '{kind}' in place of {form}; nothing was stored",
            where=where,
            allowed=f"a file of {form}",
            next_step="open the address in a browser: it may want a consent, or have moved",
        )


def check_bytes(path: Path, form: Form, where: str) -> None:
    """Refuse a file that does not begin as its format does.

    Raises:
        PublisherError: it is empty, a web page, an error message, or of another format.
    """
    if path.stat().st_size == 0:
        raise _refused("an empty answer", form, where)
    if form in _MAGIC:
        with path.open("rb") as f:
            data = f.read(512)
        if data.startswith(_MAGIC[form]):
            return
        raise _refused(_named(data), form, where)
    try:
        head = head_of(path)
    except InputError as error:
        raise PublisherError(
            f"{error.what}; nothing was stored", where=where, next_step="fetch it again"
        ) from error
    if len(head.members) > 1:
        raise _refused(f"an archive of {len(head.members)} files", form, where)
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not data:
        raise _refused("an empty answer", form, where)
    if b"\0" in data[:1024] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused("binary data", form, where)
    begins = data[:1] if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else b""
    fits = {"xml": (b"<",), "json": (b"{", b"[")}.get(form)
    other = begins in (b"<", b"{", b"[") if fits is None else begins not in (*fits, b"")
    if is_web_page(data) or other:
        raise _refused(_named(data), form, where)
    if form == "json" and (said := error_message(data.decode("utf-8", "replace"))):
        raise _refused(f"an error message ({said})", form, where)


def _named(data: bytes) -> str:
    """What some bytes are, in words, with the message where they hold one."""
    begins = data.lstrip()[:1]
    kinds = {b"<": "XML", b"{": "JSON", b"[": "JSON"}
    return named(data) or kinds.get(begins, "another format")


def _refused(what: str, form: Form, where: str) -> PublisherError:
    return PublisherError(
        f"the publisher sent {what} in place of a file of {form}; nothing was stored",
        where=where,
        allowed=f"a file of {form}",
        next_step="try again later, or open the address in a browser",
    )
