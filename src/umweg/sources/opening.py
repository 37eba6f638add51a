"""Opening a publisher's file: plain, gzip or zip, as a stream with an end.

An archive of a few kilobytes can unpack to gigabytes. Nothing here unpacks more than it was
allowed to, and nothing is unpacked to a name that an archive chose.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from umweg.errors import InputError

MAX_BYTES = 64 << 30
"""Bytes that one file may unpack to; the largest published file known is a tenth of this."""

MAX_RATIO = 200
"""How many times larger than its archive a file may become once it is beyond `FREE_BYTES`.

Published CSV and XML shrink ten- to thirtyfold; a bomb of zeros shrinks a thousandfold.
"""

FREE_BYTES = 64 << 20

HEAD_BYTES = 1 << 16

MAX_MEMBERS = 10_000
"""Files in one archive; the archives of publishers hold some dozens."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others (bzip2, LZMA) may take gigabytes of memory before the first byte comes out."""


UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What a text in UTF-16 begins with."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, by which its format is recognised.

    Attributes:
        path: The file.
        name: Its name, or that of the only member of the archive.
        data: The first bytes, unpacked.
        members: Names of all members, where it is a zip archive.
    """

    path: Path
    name: str
    data: bytes
    members: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The beginning as text, for recognition only: bytes that are no UTF-8 are replaced."""
        encoding = "utf-16" if self.data.startswith(UTF_16) else "utf-8-sig"
        return self.data.decode(encoding, errors="replace")


def head_of(path: Path) -> Head:
    """The beginning of a file, unpacked.

    Raises:
        InputError: it cannot be read, or is a damaged archive.
    """
    members = members_of(path)
    inner = members[0] if len(members) == 1 else ""
    if len(members) > 1:
        return Head(path, path.name, b"", members)
    with opened(path) as stream:
        data = stream.read(HEAD_BYTES)
    name = inner or path.name
    return Head(path, name.removesuffix(".gz"), data, members)


def members_of(path: Path) -> tuple[str, ...]:
    """Names of the files in a zip archive; empty where it is none."""
    if not _is_zip(path):
        return ()
    with _reading(path), zipfile.ZipFile(path) as archive:
        # A Mac puts a second file beside each: icons and the like, never what was packed.
        names = tuple(
            i.filename
            for i in archive.infolist()
            if not i.is_dir() and not i.filename.startswith("__MACOSX/")
        )
    if len(names) > MAX_MEMBERS:
        raise InputError(
            f"the archive holds {len(names):,} files",
            where=str(path),
            allowed=f"at most {MAX_MEMBERS:,}",
            next_step="unpack it and name the file that is meant",
        )
    return names


@contextmanager
def opened(path: Path, member: str | None = None, max_bytes: int = MAX_BYTES) -> Iterator[BinaryIO]:
    """A file's bytes, unpacked from gzip or from a zip archive.

    A workbook is a zip archive too: open it by its path instead.

    Args:
        path: The file.
        member: Which member of a zip archive; the only one without it.
        max_bytes: More unpacked bytes than this are an error.

    Raises:
        InputError: it cannot be read, is a damaged archive, or unpacks to too much.
    """
    with ExitStack() as stack:
        # Only opening and reading are guarded: what the caller does with the bytes fails for
        # reasons of its own.
        with _reading(path):
            size = path.stat().st_size
            raw: IO[bytes]
            if _is_zip(path):
                archive = stack.enter_context(zipfile.ZipFile(path))
                raw = stack.enter_context(_member(archive, path, member or _only_member(path)))
            elif _starts(path, b"\x1f\x8b"):
                raw = cast(IO[bytes], stack.enter_context(gzip.open(path, "rb")))
            else:
                raw = stack.enter_context(path.open("rb", buffering=0))
        bounded = _Bounded(raw, path, size, max_bytes)
        yield cast(BinaryIO, io.BufferedReader(bounded, _CHUNK))


@contextmanager
def opened_as_utf8(
    path: Path, member: str | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[BinaryIO]:
    """As `opened`, for text of publishers, which is UTF-8: UTF-16, as spreadsheets save it, comes
    out as that. XML stays as it is, because its parser believes the encoding that it names."""
    with opened(path, member, max_bytes) as stream:
        start = cast(io.BufferedReader, stream).peek(4)[:4]
        if start.startswith(UTF_16) and start[2:] not in (b"<\0", b"\0<"):
            yield cast(BinaryIO, io.BufferedReader(_Utf8(stream, path), _CHUNK))
        else:
            yield stream


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> IO[bytes]:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise InputError(
            f"the archive holds no file '{plain(name)}'",
            where=str(path),
            allowed=", ".join(plain(n) for n in archive.namelist()[:5]),
            next_step="name one of its files",
        ) from None
    if info.compress_type not in _METHODS:
        raise NotImplementedError(f"compression method {info.compress_type}")
    return archive.open(info)


def plain(name: str) -> str:
    """A name that an archive chose, without signs that a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in name)


def _only_member(path: Path) -> str:
    names = members_of(path)
    if len(names) != 1:
        raise InputError(
            f"the archive holds {len(names)} files",
            where=str(path),
            allowed="an archive of one file",
            next_step="unpack it and name the file that is meant: "
            + ", ".join(plain(n) for n in names[:5]),
        )
    return names[0]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Errors of archives and of the system, in words."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise InputError(
            f"the archive is damaged or cut off: {error}",
            where=str(path),
            allowed="the whole archive, as the publisher hands it out",
            next_step="download it again",
        ) from error
    except (NotImplementedError, RuntimeError) as error:  # zipfile: method unknown, encrypted
        raise InputError(
            f"the archive cannot be unpacked: {error}",
            where=str(path),
            allowed="zip (stored or deflated, no password), gzip, or the plain file",
            next_step="unpack it first",
        ) from error
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(path),
            next_step="check the name and the permissions",
        ) from error


class _Bounded(io.RawIOBase):
    """A stream that refuses to unpack without end."""

    def __init__(self, raw: IO[bytes], path: Path, packed: int, max_bytes: int) -> None:
        self._raw, self._path, self._packed, self._max = raw, path, packed, max_bytes
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        with _reading(self._path):
            data = self._raw.read(len(view))
        self._read += len(data)
        if self._read > self._max or (
            self._read > FREE_BYTES and self._read > MAX_RATIO * self._packed
        ):
            raise InputError(
                f"the archive unpacks to more than {self._read:,} bytes from {self._packed:,}; "
                "nothing was stored",
                where=str(self._path),
                allowed=f"at most {self._max:,} bytes, and {MAX_RATIO} times its own size",
                next_step="check where the file comes from; unpack it first if it is right",
            )
        view[: len(data)] = data
        return len(data)


class _Utf8(io.RawIOBase):
    """Text in UTF-16 as UTF-8."""

    def __init__(self, raw: BinaryIO, path: Path) -> None:
        self._raw, self._path = raw, path
        self._decoder = codecs.getincrementaldecoder("utf-16")()
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._held:
            chunk = self._raw.read(_CHUNK)
            try:
                self._held = self._decoder.decode(chunk, final=not chunk).encode()
            except UnicodeError as error:
                raise InputError(
                    f"the text begins as UTF-16 and is none: {error}",
                    where=str(self._path),
                    allowed="text in UTF-8, or whole text in UTF-16",
                    next_step="download it again, or save it as UTF-8",
                ) from error
            if not chunk:
                break
        data, self._held = self._held[: len(view)], self._held[len(view) :]
        view[: len(data)] = data
        return len(data)


def _is_zip(path: Path) -> bool:
    return _starts(path, b"PK\x03\x04") or _starts(path, b"PK\x05\x06")


def _starts(path: Path, magic: bytes) -> bool:
    if path.exists() and not path.is_file():
        # A pipe would be waited for without end, and a file is read more than once.
        raise InputError(
            "this is not a regular file; save it to a file first",
            where=str(path),
            next_step="name the file itself",
        )
    with _reading(path), path.open("rb") as f:
        return f.read(len(magic)) == magic
