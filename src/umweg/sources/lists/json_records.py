"""JSON of publishers, whole or line by line, read without trust."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from umweg.errors import InputError
from umweg.sources.batches import Reject, cut

MAX_DOCUMENT = 512 << 20
"""Bytes of a document that is read at once."""

MAX_LINE = 64 << 20
"""Bytes of one line of JSON lines."""


def json_document(stream: BinaryIO, path: Path) -> Any:
    """A whole document.

    Raises:
        InputError: it is no JSON, is cut off, or is endless.
    """
    data = stream.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise InputError(
            f"the document is larger than {MAX_DOCUMENT >> 20} MB",
            where=str(path),
            next_step="import the publisher's CSV or JSON lines instead",
        )
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"the file is no complete JSON: {cut(str(error))}",
            where=str(path),
            allowed="the JSON as the publisher sent it",
            next_step="download it again; it may be cut off, or a page that says why there is none",
        ) from error


def json_lines(stream: BinaryIO, path: Path) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
    """The objects of JSON lines with their line numbers; a line that is none is set aside.

    Raises:
        InputError: a line is endless, or the last one is cut off.
    """
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise InputError(
                f"line {number} is longer than {MAX_LINE >> 20} MB",
                where=str(path),
                next_step="download the file again",
            )
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            found = error
        if isinstance(found, dict):
            yield number, found
        elif isinstance(found, Exception) and not line.endswith(b"\n"):
            raise InputError(
                f"the file ends in the middle of line {number}: {cut(str(found))}",
                where=str(path),
                allowed="the whole file: a list that was cut off reads as 'nobody else is listed'",
                next_step="download it again",
            )
        else:
            what = cut(str(found)) if isinstance(found, Exception) else "no object"
            text = line.decode("utf-8", errors="backslashreplace").strip()
            yield number, Reject(number, "bad-json", f"{what}; allowed: one object a line", text)
