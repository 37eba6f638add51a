"""In which encoding a text file is written, when nobody says."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from umweg.errors import InputError, UsageError
from umweg.sources.opening import opened

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_WESTERN = ["cp1252", "cp1250"]
_CYRILLIC = ["cp1251", "koi8_r", "cp866"]
_CHUNK = 1 << 20
_SAMPLE = 1 << 17
"""Bytes of lines with other than ASCII characters from which the encoding is told."""


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """An encoding, and how it was found.

    Attributes:
        name: As Python names it; `utf-8-sig` is UTF-8 with a byte order mark.
        note: What a reader should know of the guess; empty where there was none.
        mixed: The file is mostly in this encoding, but some lines are UTF-8.
    """

    name: str
    note: str = ""
    mixed: bool = False


@dataclass
class _Census:
    """Lines of a file by what they are in UTF-8."""

    ascii_only: bool = True
    valid: int = 0
    invalid: int = 0
    sample: bytearray = field(default_factory=bytearray)

    def add(self, block: bytes) -> None:
        if block.isascii():
            return
        self.ascii_only = False
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            for line in block.splitlines(keepends=True):
                self._line(line)
        else:
            self.valid += sum(not line.isascii() for line in block.splitlines())

    def _line(self, line: bytes) -> None:
        if line.isascii():
            return
        try:
            line.decode("utf-8")
            self.valid += 1
        except UnicodeDecodeError:
            self.invalid += 1
            if len(self.sample) < _SAMPLE:
                self.sample += line[:4096]


def encoding_of(path: Path, given: str | None = None) -> TextEncoding:
    """The encoding of a text file, read once from beginning to end.

    A byte order mark decides. Without one, a file that is UTF-8 throughout, or in most of its
    lines with other than ASCII characters, is UTF-8 (its other lines are set aside when they are
    read). For all others the neighbourhood of the bytes tells Cyrillic from Western text (Cyrillic
    words consist of such bytes, Western words hold single ones); charset-normalizer chooses among
    the Cyrillic ones, whole words among the Western ones.

    Raises:
        UsageError: `given` is no encoding.
        InputError: the file holds no text.
    """
    if given is not None:
        try:
            name = codecs.lookup(given).name
        except LookupError:
            raise UsageError(
                f"{given!r} is no encoding",
                allowed="utf-8, utf-16, cp1252, cp1251, or another name that Python knows",
                next_step="leave it out to have it found",
            ) from None
        return TextEncoding("utf-8-sig" if name == "utf-8" else name)
    with opened(path) as stream:
        head = stream.read(1 << 16)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return TextEncoding(name)
        if zeros := head.count(0):
            return _with_zeros(head, zeros, path)
        return _from(_census(head, stream))


def _with_zeros(head: bytes, zeros: int, path: Path) -> TextEncoding:
    """NUL bytes: UTF-16 without its mark, a few strays, or no text at all."""
    for name, newline in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        # Every line end of such a file has its zero, and a header has one.
        if 0 < head.count(b"\n") == head.count(newline) and _decodes(head, name):
            return TextEncoding(name, f"the text has no byte order mark and is read as {name}")
    if zeros > max(16, len(head) * 0.02):
        raise InputError(
            f"the file is no text: {zeros} of its first {len(head)} bytes are zero",
            where=str(path),
            allowed="CSV, JSON lines, Parquet, or a workbook (XLSX, XLS, ODS)",
            next_step="export the table as CSV in UTF-8",
        )
    with opened(path) as stream:
        return _from(_census(b"", stream))


def _decodes(head: bytes, name: str) -> bool:
    try:
        return "\n" in codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeDecodeError:
        return False


def _census(head: bytes, stream: BinaryIO) -> _Census:
    census = _Census()
    rest = head
    while chunk := stream.read(_CHUNK):
        rest += chunk
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r")) + 1
        if not end and len(rest) > 4 * _CHUNK:  # a line without end: its parts are told alone
            end = len(rest)
            while end > len(rest) - 4 and rest[end - 1] & 0xC0 == 0x80:
                end -= 1
            end -= 1  # the first byte of what may be an unfinished character
        census.add(rest[:end])
        rest = rest[end:]
    census.add(rest)
    return census


def _from(census: _Census) -> TextEncoding:
    if census.ascii_only or not census.invalid:
        return TextEncoding("utf-8")
    if census.valid >= census.invalid:
        return TextEncoding(
            "utf-8",
            f"{census.invalid} lines are not UTF-8 while {census.valid} are: they are set aside",
        )
    name = single_byte_encoding(bytes(census.sample))
    note = f"the text is not UTF-8; it is read as {name}, told from its characters"
    return TextEncoding(name, note, mixed=census.valid > 0)


def single_byte_encoding(sample: bytes) -> str:
    """Which encoding of one byte a character a text is written in: a guess among five."""
    from charset_normalizer import from_bytes

    high = sum(byte >= 0x80 for byte in sample)
    beside = sum(one >= 0x80 and two >= 0x80 for one, two in pairwise(sample))
    if beside <= 0.5 * high:
        return min(_WESTERN, key=lambda name: _broken_words(sample, name))
    best = from_bytes(sample, cp_isolation=_CYRILLIC, threshold=1.0, enable_fallback=False).best()
    return best.encoding if best is not None else _CYRILLIC[0]


def _broken_words(sample: bytes, encoding: str) -> int:
    """Signs between two letters: `Spółka` read in a wrong encoding is `Spó³ka`.

    Signs at the end of a word prove nothing (`m³` is no Polish word); cp1252 wins a draw.
    """
    text = sample.decode(encoding, errors="replace")
    return sum(
        two > "\x7f" and not two.isalpha() and one.isalpha() and three.isalpha()
        for one, two, three in zip(text, text[1:], text[2:], strict=False)
    )
