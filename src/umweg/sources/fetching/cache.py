"""What the store remembers of a download: the bytes so far, and by what the publisher knows them.

One folder an address, below `.downloads` in the store: the finished file under its own name,
`part` while it is under way, and a note beside each.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path

from umweg.errors import InputError
from umweg.store.snapshots import write_json

CACHE = ".downloads"


@dataclass(frozen=True, slots=True)
class Note:
    """By what a publisher knows the bytes that are held.

    Attributes:
        url: The address that was asked.
        etag, last_modified: The publisher's validators, as they came; empty where it sent none.
        total: Bytes of the whole file; None where the publisher did not say.
        sha256, retrieved_at: Of a finished file.
        snapshot_id: What was made of it; empty until it is imported.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None
    sha256: str = ""
    retrieved_at: str = ""
    snapshot_id: str = ""

    @property
    def if_range(self) -> str:
        """What may stand in `If-Range`: a strong validator (RFC 9110, 13.1.5); empty without."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class Slot:
    """The place of one address in the cache."""

    def __init__(self, cache: Path, url: str, file: str) -> None:
        self.folder = cache / sha256(url.encode()).hexdigest()[:16]
        self.file = self.folder / file
        self.part = self.folder / "part"
        self._url = url

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else downloads to this place meanwhile.

        Raises:
            InputError: somebody does.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as handle:
            if not _lock(handle.fileno()):
                raise InputError(
                    "another process is downloading this file",
                    where=str(self.folder),
                    next_step="wait for it, then try again",
                )
            yield

    def note(self, of_part: bool = False) -> Note | None:
        """What is known of the finished file or of the part; None where nothing is held."""
        try:
            data = json.loads(self._note_path(of_part).read_text("utf-8"))
            note = Note(**{f.name: data[f.name] for f in fields(Note)})
        except (OSError, ValueError, KeyError, TypeError):
            return None  # a note that cannot be read is none: the file is fetched anew
        return note if note.url == self._url else None

    def write_note(self, note: Note, of_part: bool = False) -> None:
        """Remember; written whole or not at all."""
        write_json(self._note_path(of_part), asdict(note))

    def drop_part(self) -> None:
        """Start anew."""
        self.part.unlink(missing_ok=True)
        self._note_path(True).unlink(missing_ok=True)

    def drop_note(self) -> None:
        """Forget by what the publisher knows the finished file."""
        self._note_path(False).unlink(missing_ok=True)

    def drop(self) -> None:
        """Forget the address."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _note_path(self, of_part: bool) -> Path:
        return self.folder / ("part.json" if of_part else "note.json")


def prune(cache: Path, days: float = 7) -> int:
    """Remove parts and files that nobody came back for; returns how many addresses were dropped.

    What became a snapshot stays: the note by which it is known, and files that are needed with
    others.
    """
    dropped = 0
    for folder in cache.glob("*"):
        try:
            known = json.loads((folder / "note.json").read_text("utf-8")).get("snapshot_id")
        except (OSError, ValueError, AttributeError):
            known = None
        try:
            youngest = max(p.stat().st_mtime for p in folder.iterdir())
        except (OSError, ValueError):
            continue  # another process is at work here
        if not known and time.time() - youngest > days * 86_400:
            shutil.rmtree(folder, ignore_errors=True)
            dropped += 1
    return dropped


def _lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # no such call on this system: the rename at the end stays whole
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def fsynced(path: Path) -> str:
    """Bring a file to the disk, and its SHA-256."""
    from umweg.store.manifest import sha256_of

    with path.open("rb") as f:
        os.fsync(f.fileno())
    return sha256_of(path)
