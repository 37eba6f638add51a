"""Downloads into the cache of a store: whole, checked files, each at its own place."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from umweg.sources.fetching.cache import Slot
from umweg.sources.fetching.hosts import check_address
from umweg.sources.fetching.transfer import Transfer
from umweg.sources.fetching.wanted import Limits, Received, Wanted, refuse_offline


class Downloader:
    """Downloads into the cache of a store.

    Args:
        cache: Its folder.
        limits: How long and how often.
        offline: Refuse everything.
        loopback: Plain http to this machine may be asked, for tests.
        tell: Called with what a person should know meanwhile.
        progress: Called with the file's name, bytes so far and in all (None where unknown).
    """

    def __init__(
        self,
        cache: Path,
        *,
        limits: Limits | None = None,
        offline: bool = False,
        loopback: bool = False,
        tell: Callable[[str], None] = lambda _: None,
        progress: Callable[[str, int, int | None], None] = lambda _f, _n, _t: None,
    ) -> None:
        self.cache, self.limits, self.tell = cache, limits or Limits(), tell
        self._offline, self.loopback, self.progress = offline, loopback, progress
        self._last = 0.0

    def get(
        self, wanted: Wanted, *, again: bool = False, snapshots: Collection[str] = ()
    ) -> Received:
        """A file, whole and checked.

        Args:
            wanted: What is asked for.
            again: Ask for the bytes even where they are unchanged.
            snapshots: Ids of the snapshots that are held; bytes that were imported as one of them
                need not be sent again.

        Raises:
            PublisherError: it cannot be had, or is not what was asked for. A part that was
                received stays, and is continued next time.
            UsageError: the network must not be used.
        """
        if self._offline:
            refuse_offline()
        check_address(wanted.url, wanted.hosts, loopback=self.loopback)
        slot = Slot(self.cache, wanted.url, wanted.file)
        with slot.held():
            if again:
                slot.drop_part()
            return Transfer(self, wanted, slot, again, snapshots).run()

    def kept(self, wanted: Wanted, hours: float) -> Received | None:
        """A file of an interrupted run that is young enough to be used again."""
        slot = Slot(self.cache, wanted.url, wanted.file)
        note = slot.note()
        if note is None or not slot.file.exists():
            return None
        age = datetime.now(UTC) - datetime.fromisoformat(note.retrieved_at)
        if age.total_seconds() > hours * 3600:
            return None
        return Received(wanted, slot.file, "unchanged", note.sha256, note.retrieved_at)

    def imported(self, received: Received, snapshot_id: str, *, keep: bool) -> None:
        """Remember what became of a file; its bytes are removed unless they are to be kept."""
        slot = Slot(self.cache, received.wanted.url, received.wanted.file)
        note = slot.note()
        if note is not None:
            slot.write_note(replace(note, snapshot_id=snapshot_id))
        if not keep:
            slot.file.unlink(missing_ok=True)

    def unknow(self, wanted: Wanted) -> None:
        """Ask for a file anew next time; its bytes stay, to be looked at."""
        Slot(self.cache, wanted.url, wanted.file).drop_note()

    def drop(self, wanted: Wanted) -> None:
        """Forget a file and what is known of it."""
        Slot(self.cache, wanted.url, wanted.file).drop()

    def wait_turn(self) -> None:
        """Keep the pause between two requests."""
        rest = self._last + self.limits.pause - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        self._last = time.monotonic()
