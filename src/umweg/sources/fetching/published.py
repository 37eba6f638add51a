"""Files at fixed addresses: downloaded, and imported together if any of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from umweg.errors import UmwegError, UsageError
from umweg.sources.fetching.download import Downloader
from umweg.sources.fetching.wanted import Received, Wanted
from umweg.sources.importing import import_files
from umweg.sources.source import Download, Source
from umweg.store import Alarm, Manifest, Store


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of fetching one source.

    Attributes:
        source: Its name.
        status: `imported`, or `unchanged` since `retrieved_at`.
        files: The files that were received or are known.
        manifest: The snapshot that holds them.
        retrieved_at: When the publisher sent the bytes, ISO 8601 in UTC.
    """

    source: str
    status: Literal["imported", "unchanged"]
    files: tuple[Received, ...]
    manifest: Manifest
    retrieved_at: str


def wanted(source: Source, download: Download, max_bytes: int | None = None) -> Wanted:
    """A source's file as it is asked for."""
    return Wanted(
        download.url, download.file, download.form, source.hosts, max_bytes or download.max_bytes
    )


def fetch_published(
    source: Source,
    store: Store,
    downloader: Downloader,
    *,
    downloads: Sequence[Download] = (),
    dataset: str | None = None,
    again: bool = False,
    allow_shrink: bool = False,
    max_bytes: int | None = None,
) -> Fetched:
    """Fetch a source's files and import them, wholly or not at all.

    Args:
        source: The source.
        store: Where the snapshot goes.
        downloader: What downloads.
        downloads: Files in place of those that the source names.
        dataset: Data set within the source, where it is not the source's own.
        again: Ask for the bytes and import them even where they are unchanged.
        allow_shrink: Store a list although it lost many entities.
        max_bytes: Refuse a larger file.

    Raises:
        PublisherError: a file cannot be had; nothing is imported then.
        InputError: the files cannot be read as the source's; nothing is imported then.
    """
    files = tuple(downloads) or source.downloads
    if not files:
        raise UsageError(
            f"no file is known at a fixed address of '{source.name}'",
            next_step=f"download it, then `umweg data import FILE --source {source.name}`",
        )
    asked = [wanted(source, d, max_bytes) for d in files]
    held = {m.snapshot_id: m for m in store.all_snapshots}
    received = [downloader.get(w, again=again, snapshots=held.keys()) for w in asked]
    ids = {r.snapshot_id for r in received}
    if (
        all(r.status == "unchanged" for r in received)
        and len(ids) == 1
        and (i := ids.pop()) in held
    ):
        return Fetched(source.name, "unchanged", tuple(received), held[i], _latest(received))
    whole = [
        r if r.path is not None else downloader.get(w, again=True)
        for r, w in zip(received, asked, strict=True)
    ]
    manifest = import_received(
        whole, source, store, downloader, dataset=dataset, allow_shrink=allow_shrink
    )
    return Fetched(source.name, "imported", tuple(whole), manifest, _latest(whole))


def import_received(
    received: Sequence[Received],
    source: Source,
    store: Store,
    downloader: Downloader,
    *,
    dataset: str | None = None,
    allow_shrink: bool = False,
    asked: str | None = None,
    noticed: Sequence[Alarm] = (),
) -> Manifest:
    """Import files that were received together, and remember which snapshot they became."""
    paths = [r.file for r in received]
    try:
        manifest = import_files(
            paths,
            store,
            source=source.name,
            dataset=dataset,
            retrieved_at=_latest(received),
            url=received[0].wanted.url,
            allow_shrink=allow_shrink,
            asked=asked,
            noticed=noticed,
        )
    except UmwegError:
        # What cannot be read must not count as known: it is asked for anew next time.
        for r in received:
            downloader.unknow(r.wanted)
        raise
    for r in received:
        # Files that make up one import are kept: when one changes, the others are needed too.
        downloader.imported(r, manifest.snapshot_id, keep=len(received) > 1)
    return manifest


def _latest(received: Sequence[Received]) -> str:
    return max(r.retrieved_at for r in received)
