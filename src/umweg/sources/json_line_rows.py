"""JSON lines as rows of cells: one object a line, bounded, each line with an answer of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from umweg.errors import InputError
from umweg.sources.batches import Reject, cut
from umweg.sources.csv_rows import TooLong, lines
from umweg.sources.text_encoding import TextEncoding
from umweg.sources.workbook_rows import Cells, number_text


class JsonLineRows:
    """The lines of a file.

    Args:
        path: The file.
        encoding: Its encoding.
    """

    def __init__(self, path: Path, encoding: TextEncoding) -> None:
        self._path, self._encoding = path, encoding

    def keys(self, most: int) -> list[str]:
        """The keys of all objects, in the order in which they come; `most` and a few at most.

        Raises:
            InputError: no line is an object.
        """
        keys: dict[str, None] = {}
        for _, found in self._objects():
            if isinstance(found, dict):
                keys.update(dict.fromkeys(found))
            if len(keys) > most:
                break
        if not keys:
            raise InputError(
                "no line is a JSON object",
                where=str(self._path),
                allowed='an object on each line, such as {"order": "1", "code": "854231"}',
                next_step="write one object on each line (JSON lines)",
            )
        return list(keys)

    def rows(self, keys: Sequence[str]) -> Iterator[tuple[int, Cells | Reject]]:
        """The cells of each object under these keys, with the number of its line."""
        for row, found in self._objects():
            if isinstance(found, Reject):
                yield row, found
                continue
            values = [found.get(key) for key in keys]
            texts = [_json_text(v) for v in values]
            if any(_has_surrogate(t) or "\0" in t for t in texts):
                yield row, Reject(row, "undecodable-text", "the line holds no whole text", "{}")
                continue
            yield row, Cells(texts, [isinstance(v, int | float) for v in values])

    def _objects(self) -> Iterator[tuple[int, dict[str, object] | Reject]]:
        for row, line in enumerate(lines(self._path, self._encoding), start=1):
            if isinstance(line, TooLong):
                yield row, Reject(row, "too-long-row", "the line is too long", "{}")
                continue
            if not line.strip():
                yield row, {}
                continue
            raw = json.dumps({"line": cut(line)}, ensure_ascii=True)
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield row, Reject(row, "not-json", f"the line is no JSON: {error}", raw)
                continue
            if not isinstance(found, dict):
                yield row, Reject(row, "not-json", "the line is no JSON object", raw)
                continue
            yield row, found


def _json_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
