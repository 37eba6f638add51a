"""What `umweg data fetch` works with, and what it shows: a progress bar, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umweg.cli.output import say
from umweg.cli.output import show as show_any

if TYPE_CHECKING:
    from umweg.settings import Settings
    from umweg.sources.fetching.download import Downloader
    from umweg.sources.fetching.published import Fetched
    from umweg.sources.source import Download
    from umweg.store import Store

COLUMNS = (
    ("source", "source"),
    ("status", "status"),
    ("snapshot_id", "snapshot"),
    ("entities", "entities"),
    ("rows_kept", "kept"),
    ("retrieved_at", "retrieved"),
)
ASKED = (("source", "source"), ("file", "file"), ("url", "address"))


@contextmanager
def tools(
    settings: Settings, max_minutes: float, quiet: bool, verbose: bool, pause: float = 0.0
) -> Iterator[tuple[Store, Downloader]]:
    """The store and what downloads into it, with a progress bar on a terminal."""
    from umweg.sources.fetching.cache import CACHE, prune
    from umweg.sources.fetching.download import Downloader
    from umweg.sources.fetching.wanted import Limits, refuse_offline
    from umweg.store.opening import open_configured

    if settings.offline:
        refuse_offline()
    store = open_configured(settings, create=True)
    prune(store.root / CACHE)
    say(f"store: {store.root}", quiet=quiet or not verbose)
    with _progress(quiet, settings.no_color) as progress:
        yield (
            store,
            Downloader(
                store.root / CACHE,
                limits=Limits(total_seconds=max_minutes * 60, pause=pause),
                offline=settings.offline,
                tell=lambda text: say(text, quiet=quiet),
                progress=progress,
            ),
        )


@contextmanager
def _progress(quiet: bool, no_color: bool) -> Iterator[Callable[[str, int, int | None], None]]:
    if quiet or not sys.stderr.isatty():
        yield lambda _file, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    )  # fmt: skip
    console = Console(stderr=True, no_color=no_color)
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def progress(file: str, done: int, total: int | None) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file, total=total)
            bar.update(tasks[file], completed=done, total=total)

        yield progress


def plan_row(source: str, download: Download) -> dict[str, Any]:
    """A file that would be asked for."""
    return {"source": source, "file": download.file, "url": download.url}


def row(source: str, fetched: Fetched | None, status: str) -> dict[str, Any]:
    """What came of one source."""
    m = fetched.manifest if fetched else None
    return {
        "source": source,
        "status": status,
        "snapshot_id": m.snapshot_id if m else "",
        "dataset": m.dataset if m else "",
        "entities": sum(t.rows for t in m.tables if t.table == "entities") if m else 0,
        "rows_kept": m.rows_kept if m else 0,
        "rows_set_aside": m.rows_set_aside if m else 0,
        "retrieved_at": fetched.retrieved_at if fetched else "",
        "files": [
            {"url": r.wanted.url, "sha256": r.sha256} for r in (fetched.files if fetched else ())
        ],
    }


def told(fetched: Fetched, quiet: bool) -> dict[str, Any]:
    """What came of one source, with its alarms said."""
    if fetched.status == "unchanged":
        say(f"{fetched.source}: unchanged since {fetched.retrieved_at}", quiet=quiet)
    for alarm in fetched.manifest.alarms if fetched.status == "imported" else ():
        say(f"{fetched.source}: alarm {alarm.name}: {alarm.detail}", quiet=quiet)
    return row(fetched.source, fetched, fetched.status)


def told_or_empty(source: str, fetched: Fetched | None, quiet: bool) -> dict[str, Any]:
    """The same of a question, whose answers may all be empty."""
    if fetched is None:
        say(
            f"{source}: every answer was empty: not published, or nothing of what was asked. That "
            "is no data, not zero; nothing was stored",
            quiet=quiet,
        )
        return row(source, None, "empty")
    return told(fetched, quiet)


def show(
    rows: Sequence[dict[str, Any]],
    format_: str,
    output: Path | None,
    no_color: bool,
    columns: Sequence[tuple[str, str]] = COLUMNS,
) -> None:
    """Rows in the format that was asked."""
    show_any(rows, columns, format_, output, no_color, title="Fetched")
