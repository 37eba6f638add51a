"""The rows of a CSV file in any encoding: bounded, with every line answered for.

A quoted text may run over several lines. A quote that is never closed would swallow the rest of the
file: what is not closed within `MAX_LINES` lines, or closes with another number of fields, is set
aside as one bad line, and reading goes on with the next.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from umweg.sources.batches import Reject, cut, ragged, unclosed
from umweg.sources.opening import opened
from umweg.sources.text_encoding import TextEncoding

MAX_LINE = 1 << 20
"""Characters of a row; a longer one is set aside and never held whole."""

MAX_FIELD = 1 << 17
"""Characters of a quoted text: what the csv module takes unless somebody in the process, such as
the reader of lists, has told it to take more."""

MAX_LINES = 64
"""Lines over which one quoted text may run."""

DELIMITERS = (";", ",", "\t", "|")
_CHUNK = 1 << 20
_SAMPLE_LINES = 100


class TooLong(NamedTuple):
    """A line beyond `MAX_LINE`, of which only the beginning was kept."""

    beginning: str


def lines(
    path: Path, encoding: TextEncoding, tell: Callable[[int], None] | None = None
) -> Iterator[str | TooLong]:
    """The lines of a text file without their ends (any of the three kinds).

    Args:
        path: The file.
        encoding: Its encoding.
        tell: Called with the number of bytes of each part that was read, unpacked.
    """
    # A byte that is no text becomes a lone surrogate, which no real text contains.
    errors = "replace" if encoding.name.startswith(("utf-16", "utf-32")) else "surrogateescape"
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding.name)(errors), translate=True
    )
    rest, skipping, beginning = "", False, ""
    with opened(path) as stream:
        while True:
            chunk = stream.read(_CHUNK)
            if tell is not None:
                tell(len(chunk))
            parts = (rest + decoder.decode(chunk, final=not chunk)).split("\n")
            rest = parts.pop()
            if skipping and parts:
                yield TooLong(beginning)
                skipping = False
                del parts[0]
            for part in parts:
                yield part if len(part) <= MAX_LINE else TooLong(part[:MAX_LINE])
            if skipping:
                rest = ""
            elif len(rest) > MAX_LINE:
                skipping, beginning, rest = True, rest[:200], ""
            if not chunk:
                break
    if skipping:
        yield TooLong(beginning)
    elif rest:
        yield rest


def delimiter_of(sample: list[str]) -> str:
    """The sign that divides the fields: the one that divides most, and evenly, the header above
    all. A comma before decimals divides rows evenly too, but no header."""
    shown = [line for line in sample[:_SAMPLE_LINES] if 0 < len(line) < MAX_FIELD]
    best, chosen = 0, ","
    for delimiter in DELIMITERS:
        counts = [len(next(csv.reader([line], delimiter=delimiter))) for line in shown]
        if not counts:
            break
        width, agreeing = max(Counter(counts).items(), key=lambda i: (i[1], i[0]))
        score = (width - 1) * agreeing + counts[0] - 1
        if score > best:
            best, chosen = score, delimiter
    return chosen


class _FieldTooLongError(Exception):
    """A quoted text is longer than the csv module takes."""


class CsvRows:
    """The rows of a CSV file as lists of fields, or as rejects.

    Args:
        path: The file.
        encoding: Its encoding.
        delimiter: What divides the fields; found where it is None.
    """

    def __init__(self, path: Path, encoding: TextEncoding, delimiter: str | None) -> None:
        self._path, self._encoding = path, encoding
        self.bytes_read = 0
        lost = "\ufffd" if encoding.name.startswith(("utf-16", "utf-32")) else ""
        self._no_text = re.compile(f"[\ud800-\udfff{lost}]")
        sample = [line for line in self._sample() if isinstance(line, str)]
        self.has_sep_line = bool(sample) and sample[0].lower().startswith("sep=")
        if self.has_sep_line and delimiter is None and len(sample[0]) == 5:
            delimiter = sample[0][4]
        self.delimiter = delimiter or delimiter_of(sample[self.has_sep_line :])

    def _sample(self) -> Iterator[str | TooLong]:
        for n, line in enumerate(lines(self._path, self._encoding)):
            if n > _SAMPLE_LINES:
                return
            yield line

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str] | Reject]]:
        """Each row with its number, the first being 1.

        Args:
            width: Number of fields that a row must have; None while the header is looked for.
        """
        self.bytes_read = 0
        source = lines(self._path, self._encoding, self._count)
        waiting: deque[str | TooLong] = deque()
        row = 0
        if self.has_sep_line:
            next(source, None)
            row = 1
        while True:
            line = waiting.popleft() if waiting else next(source, None)
            if line is None:
                return
            row += 1
            if isinstance(line, TooLong):
                yield row, _too_long(row, line)
            elif (problem := self._not_text(row, line)) is not None:
                yield row, problem
            elif '"' not in line:
                yield row, self._checked(row, line.split(self.delimiter), line, width)
            else:
                yield row, self._quoted(row, line, source, waiting, width)

    def _count(self, size: int) -> None:
        self.bytes_read += size

    def _checked(
        self, row: int, fields: list[str], line: str, width: int | None
    ) -> list[str] | Reject:
        if width is None or len(fields) == width:
            return fields
        if len(fields) > width and not any(f.strip() for f in fields[width:]):
            return fields[:width]  # a program that ends each line with the sign, but not the header
        if not line.strip(self.delimiter + " \t"):
            return [""] * width
        return ragged(row, len(fields), width, self.delimiter, line[:MAX_LINE])

    def _quoted(
        self,
        row: int,
        line: str,
        source: Iterator[str | TooLong],
        waiting: deque[str | TooLong],
        width: int | None,
    ) -> list[str] | Reject:
        """A row with a quoted text, which may go on on the next lines."""
        taken: list[str | TooLong] = []
        text = line
        try:
            fields = self._parsed(line)
            if fields is not None:
                return self._checked(row, fields, line, width)
            while fields is None and len(taken) < MAX_LINES:
                following = waiting.popleft() if waiting else next(source, None)
                if following is None:
                    break
                taken.append(following)
                if isinstance(following, TooLong) or self._not_text(row, following) is not None:
                    break
                text += "\n" + following
                if '"' in following:
                    fields = self._parsed(text)
        except _FieldTooLongError:
            waiting.extendleft(reversed(taken))
            return _too_long(row, TooLong(line[:200]))
        if fields is not None and (width is None or len(fields) == width):
            return fields
        waiting.extendleft(reversed(taken))
        return unclosed(row, line)

    def _parsed(self, text: str) -> list[str] | None:
        """The fields of a text; None where a quoted one does not end in it.

        Raises:
            _FieldTooLongError: a field is longer than the module takes.
        """
        ended = [f"{line}\n" for line in text.split("\n")]
        # Were a quoted text still open, the reader would go on to the line after it. Over several
        # lines, a quote before other text is taken for a stray one that came first.
        reader = csv.reader([*ended, "after"], delimiter=self.delimiter, strict=len(ended) > 1)
        try:
            fields = next(reader)
        except csv.Error as error:
            if "limit" in str(error):
                raise _FieldTooLongError from error
            return None
        if any(len(field) > MAX_FIELD for field in fields):
            raise _FieldTooLongError
        return fields if reader.line_num == len(ended) else None

    def _not_text(self, row: int, line: str) -> Reject | None:
        if line.isascii():
            if "\0" not in line:
                return None
            return _control(row, line)
        if "\0" in line:
            return _control(row, line)
        if self._no_text.search(line):
            shown = line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            return Reject(
                row,
                "undecodable-text",
                f"bytes that are not {self._encoding.name.removesuffix('-sig')}; allowed: one "
                "encoding throughout the file; save it as UTF-8",
                json.dumps({"line": shown}, ensure_ascii=False),
            )
        if self._encoding.mixed and _is_utf8(line, self._encoding.name):
            return Reject(
                row,
                "mixed-encoding",
                f"the row is UTF-8 in a file of {self._encoding.name}; allowed: one encoding "
                "throughout the file; save it as UTF-8",
                json.dumps({"line": line}, ensure_ascii=False),
            )
        return None


def _is_utf8(line: str, encoding: str) -> bool:
    try:
        line.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _control(row: int, line: str) -> Reject:
    return Reject(
        row,
        "control-characters",
        "the row holds NUL characters; allowed: text; export the table again",
        json.dumps({"line": cut(line)}, ensure_ascii=False),
    )


def _too_long(row: int, line: TooLong) -> Reject:
    return Reject(
        row,
        "too-long-row",
        f"the row is longer than {MAX_LINE:,} characters, or a quoted text in it than "
        f"{MAX_FIELD:,}; check that each row ends with a line end",
        json.dumps({"line": cut(line.beginning)}, ensure_ascii=False),
    )
