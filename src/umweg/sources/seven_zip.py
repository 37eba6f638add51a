"""Archives of 7z, which Eurostat packs its months in."""

from __future__ import annotations

import shutil
from pathlib import Path

from umweg.errors import InputError, UsageError
from umweg.sources.opening import FREE_BYTES, MAX_BYTES, MAX_RATIO

SEVEN = b"7z\xbc\xaf\x27\x1c"
"""What an archive begins with."""


def is_7z(path: Path) -> bool:
    """Whether a file is a 7z archive."""
    with path.open("rb") as f:
        return f.read(6) == SEVEN


def unpacked_7z(path: Path, scratch: Path) -> Path:
    """The only member of a 7z archive, in a folder below `scratch`; bounded in size.

    Raises:
        UsageError: the extra that reads 7z is not installed.
        InputError: the archive is damaged, unpacks to too much, or holds not one file.
    """
    try:
        import py7zr
    except ImportError as error:
        raise UsageError(
            "a 7z archive needs the extra 'comext'",
            where=str(path),
            next_step="pip install 'umweg[comext]', or unpack the file first",
        ) from error
    folder = scratch / f"seven-{path.name}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with py7zr.SevenZipFile(path) as archive:
            members = [m for m in archive.list() if not m.is_directory]
            size = sum(m.uncompressed for m in members)
            packed = path.stat().st_size
            if size > MAX_BYTES or (size > FREE_BYTES and size > MAX_RATIO * packed):
                raise InputError(
                    f"the archive unpacks to {size:,} bytes from {packed:,}; nothing was stored",
                    where=str(path),
                    allowed=f"at most {MAX_BYTES:,} bytes, and {MAX_RATIO} times its own size",
                    next_step="check where the file comes from",
                )
            if len(members) != 1:
                raise InputError(
                    f"the archive holds {len(members)} files", where=str(path),
                    allowed="the one .dat file of a month", next_step="unpack it first",
                )  # fmt: skip
            archive.extractall(folder)
    except InputError:
        raise
    except Exception as error:  # py7zr has many kinds of its own, lzma and struct have others
        raise InputError(
            f"the archive is damaged or cut off: {error}",
            where=str(path),
            allowed="the whole archive, as the publisher hands it out",
            next_step="download it again",
        ) from error
    (found,) = [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    return found
