"""What a file is, by its first bytes, where it is nothing that a publisher hands out as data."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from umweg.errors import InputError
from umweg.sources.batches import cut
from umweg.sources.opening import UTF_16, Head, plain
from umweg.sources.seven_zip import SEVEN

_SIGNS = (
    (b"%PDF", "a PDF document"), (b"{\\rtf", "a text document (RTF)"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (SEVEN, "a 7z archive"),
    (b"Rar!", "a RAR archive"), (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"), (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"SQLite format 3", "a database"),
)  # fmt: skip
_TABLES = ((b"\xd0\xcf\x11\xe0", "a workbook"), (b"PAR1", "a Parquet file"))
"""What users have, and no publisher."""

_OF_AN_ERROR = {
    "code", "detail", "error", "errors", "message", "path", "status", "statusCode", "success",
    "timestamp", "title", "type",
}  # fmt: skip
"""Keys of JSON objects by which interfaces report an error (RFC 9457 among them)."""

_ZEROS = 0.1
"""Share of zero bytes beyond which a file is no text; a damaged file of text has a few."""


def is_web_page(data: bytes) -> bool:
    """Whether some bytes begin a page of HTML."""
    begins = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return begins.startswith((b"<!doctype html", b"<html"))


def signed(data: bytes, signs: Sequence[tuple[bytes, str]] = _SIGNS) -> str:
    """What a file is that holds no table, by the sign that it begins with; empty without one."""
    return next((name for sign, name in signs if data.startswith(sign)), "")


def named(data: bytes) -> str:
    """What the first bytes of a file are, in words, with the message where they hold one; empty
    where they may be text of any kind."""
    if found := signed(data, (*_SIGNS, *_TABLES)):
        return found
    if is_web_page(data):
        title = re.search(rb"<title[^>]*>([^<]*)<", data[:4096], re.IGNORECASE)
        said = cut(" ".join(title[1].decode("utf-8", "replace").split())) if title else ""
        return f"a web page ('{said}')" if said else "a web page"
    if data.count(0) > _ZEROS * len(data) and not data.startswith(UTF_16):
        return "no text in UTF-8 (every tenth byte or more is zero)"
    if said := error_message(data.decode("utf-8-sig", errors="replace")):
        return f"an error message ({said})"
    return ""


def error_message(text: str) -> str:
    """The message of a JSON object of nothing but an error; it is short, so whole in `text`."""
    try:
        found = json.loads(text[:4096])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict) or found.keys() - _OF_AN_ERROR:
        return ""
    words = [found[k] for k in ("message", "error", "detail", "errors", "title") if found.get(k)]
    return str(words[0])[:200] if words else ""


def refuse_other_formats(head: Head, *, seven: bool = False) -> None:
    """Refuse what is no publisher's file, whichever publisher is meant.

    Args:
        head: The beginning of the file.
        seven: Whether the publisher packs its files with 7z.

    Raises:
        InputError: it is empty, a web page, a workbook, an error message, a picture …
    """
    what, step = named(head.data), "download the file again"
    if any(m.startswith("xl/") or m == "content.xml" for m in head.members):
        what = "a workbook"
    elif not head.members and not head.data.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        what = "empty"
    if not what or (seven and "7z" in what):
        return
    if "workbook" in what:
        step = (
            "download the publisher's own CSV, XML or JSON, or save the sheet as 'CSV UTF-8'; a "
            "table of your own needs --mapping"
        )
    elif "archive" in what or "compressed" in what:
        step = "unpack it first"
    elif "UTF-8" in what:
        step = "save it as UTF-8, or download it again"
    elif "page" in what:
        step = "open it in a browser to see what it says, then download the file again"
    raise InputError(
        f"the file is {what}; nothing was stored",
        where=str(head.path),
        allowed="the file as the publisher hands it out",
        next_step=step,
    )


def not_recognised(head: Head, allowed: str) -> InputError:
    """The error for a file of which no source knows the beginning."""
    if len(head.members) > 1:
        named_ = ", ".join(plain(m) for m in head.members[:5])
        more = f" and {len(head.members) - 5} more" if len(head.members) > 5 else ""
        return InputError(
            f"the archive holds {len(head.members)} files, and they are of no source by their "
            "names",
            where=f"{head.path}: {named_}{more}",
            allowed="an archive of one file, or BACI's",
            next_step="unpack it; files of one source and data set may be named together",
        )
    first = head.text.lstrip().partition("\n")[0].strip()
    return InputError(
        "the source of the file is not recognised",
        where=f"{head.path}, first line: {cut(first)}",
        allowed=allowed,
        next_step="name the source with --source, for a table of another kind with --mapping",
    )
