"""A store, and a downloader that may ask this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from umweg.sources import registry
from umweg.sources.fetching.cache import CACHE
from umweg.sources.fetching.download import Downloader
from umweg.sources.fetching.wanted import Limits
from umweg.sources.source import Source
from umweg.store import Store

QUICK = Limits(
    total_seconds=10, read_seconds=2, connect_seconds=2, attempts=3, first_wait=0.01, longest_wait=1
)


@dataclass
class Place:
    """Where a test fetches to."""

    store: Store
    downloader: Downloader
    said: list[str]

    @property
    def snapshots(self) -> list[str]:
        """Ids of what the store holds of its own."""
        return sorted(p.name for p in (self.store.root / "snapshots").glob("*"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in [n for n in os.environ if n.lower().endswith("_proxy") or n.startswith("UMWEG_")]:
        monkeypatch.delenv(name)
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    said: list[str] = []
    downloader = Downloader(store.root / CACHE, limits=QUICK, loopback=True, tell=said.append)
    return Place(store, downloader, said)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Source:
    """A source on this machine whose importer counts."""
    source = Source(
        name="counting", holds="entities", title="Counted", publisher="Nobody",
        importer="tests.sources.fetching.importers:count_rows", recognises=lambda _: False,
        hosts=("127.0.0.1",),
    )  # fmt: skip
    monkeypatch.setitem(registry.SOURCES, "counting", source)
    return source
