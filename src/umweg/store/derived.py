"""What is derived of snapshots and kept beside them, such as the index of listed names.

It can be made again at any time, so nothing waits for it: a folder appears whole by one rename, and
is gone by one. Whoever had its files open reads on; whoever comes too late makes it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umweg.store.manifest import Manifest

FOLDER = "cache"

NEWEST = 8
"""Sets of snapshots of which something is kept: today's lists, a few selections of them, a few days
of the past. What was not used for longest is removed."""

_OF = "of.json"


def place(root: Path, kind: str, snapshots: Sequence[Manifest], *facts: str | bytes) -> Path:
    """Where something derived of snapshots is kept.

    Args:
        root: The folder of the store.
        kind: What it is: `parties`.
        snapshots: What it is derived of.
        facts: What else it depends on; other facts, another place.
    """
    known = hashlib.sha256()
    for fact in (*facts, *(m.snapshot_id for m in snapshots)):
        known.update(fact if isinstance(fact, bytes) else fact.encode())
    folder = root / FOLDER / f"{kind}-{known.hexdigest()[:16]}"
    with suppress(OSError):
        os.utime(folder / _OF)  # it is used
    return folder


def keep(folder: Path, snapshots: Sequence[Manifest], write: Callable[[Path], None]) -> bool:
    """Write what is derived, so that others see all of it or nothing; False where that fails.

    A store that cannot be written to is no error: it is then made again next time. What was derived
    of the same snapshots by another version of the program is removed.

    Args:
        folder: Its `place`.
        snapshots: What it is derived of.
        write: Writes it into a folder.
    """
    fresh = folder.with_name(f".{folder.name}-{os.getpid()}")
    of = [m.snapshot_id for m in snapshots]
    try:
        if folder.exists():  # what it holds cannot be read
            _remove(folder)
        fresh.mkdir(parents=True, exist_ok=True)
        write(fresh)
        (fresh / _OF).write_text(json.dumps({"snapshots": of}), encoding="utf-8")
        fresh.rename(folder)
    except OSError:  # or another process was first
        return folder.exists()
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    others = [f for f in _newest_first(folder.parent, folder.name.partition("-")[0]) if f != folder]
    for n, other in enumerate(others, start=2):
        if n > NEWEST or _snapshots_of(other) == of:
            _remove(other)
    return True


def discard(root: Path, held: Collection[str]) -> None:
    """Remove what can never be used again: what is derived of a snapshot that is gone."""
    for folder in _newest_first(root / FOLDER):
        of = _snapshots_of(folder)
        if of is None or set(of) - set(held):
            _remove(folder)


def _newest_first(cache: Path, kind: str = "*") -> list[Path]:
    def used(folder: Path) -> float:
        try:
            return (folder / _OF).stat().st_mtime
        except OSError:
            return 0.0

    return sorted(cache.glob(f"{kind}-*"), key=used, reverse=True)


def _snapshots_of(folder: Path) -> list[str] | None:
    try:
        found = json.loads((folder / _OF).read_text(encoding="utf-8"))["snapshots"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, list) else None


def _remove(folder: Path) -> None:
    # By a name that nobody looks for first. Where a system does not let go of files that are open,
    # the folder stays as it is, and the next one tries again.
    grave = folder.with_name(f".{folder.name}-{os.getpid()}-old")
    with suppress(OSError):
        folder.rename(grave)
        shutil.rmtree(grave, ignore_errors=True)
    for left in folder.parent.glob(".*-old"):
        shutil.rmtree(left, ignore_errors=True)
