"""What a publisher's format declares of itself, and what an import is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

from umweg.sources.flow_table import OriginInfo
from umweg.sources.opening import Head
from umweg.store import Alarm, Manifest, Store

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One import, as it was asked for.

    Attributes:
        files: The publisher's files; the first is the main one (OFAC: sdn.csv, then alt and add).
        source: Name of the source.
        dataset: Data set within the source; a newer snapshot of both takes the older one's place.
            Empty where the source names it by what the file states.
        published_on: The publisher's own date, YYYY-MM-DD; read from the file where it says it.
        retrieved_at: When the bytes were had from the publisher, ISO 8601 in UTC.
        url: Where the bytes were had.
        mapping: A mapping file (YAML) for tables that have no format of their own.
        origin: What the user says of the publisher.
        strict: Refuse the file if any row would have to be set aside.
        allow_shrink: Store a list although it has far fewer entities than the one before.
        progress: Called with the number of rows (or entities) read so far.
        asked: What was asked of an interface, in words, for `origins.derivation`.
        noticed: What was noticed while the files were fetched; joins the snapshot's alarms.
    """

    files: tuple[Path, ...]
    source: str
    dataset: str
    published_on: str | None = None
    retrieved_at: str | None = None
    url: str | None = None
    mapping: Path | None = None
    origin: OriginInfo | None = None
    strict: bool = False
    allow_shrink: bool = False
    progress: Progress | None = None
    asked: str | None = None
    noticed: tuple[Alarm, ...] = ()


Importer = Callable[[ImportRequest, Store], Manifest]

Form = Literal["csv", "json", "xml", "zip", "7z"]


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a publisher offers at a fixed address.

    Attributes:
        file: The name it is kept and imported under: `sdn.csv`.
        url: Its address, at one of the source's hosts.
        form: What its first bytes must look like; anything else is refused.
        max_bytes: More than this is refused.
    """

    file: str
    url: str
    form: Form
    max_bytes: int = 512 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's data set that Umweg can read.

    Attributes:
        name: What `--source` takes: `ofac-sdn`.
        holds: `flows`, `entities` for a list of parties, or `rates`.
        title, publisher, url, licence: For `origins`.
        importer: `module:function`, loaded when it is first used.
        recognises: Whether the beginning of a file is this source's.
        hosts: The publisher's hosts, and those to which the publisher itself sends its readers
            on; a download from any other is refused.
        downloads: The files that make up one import, the main one first; empty where an address
            depends on what is asked for.
        max_age_days: Days after which a copy is stale; 0 where the publisher names no rhythm.
        min_entities: A list with fewer is taken for a truncated one; 0 for no check.
        max_shrink: Share of its entities that a list may lose against the snapshot before.
        dataset: Data set of a file for which none is named; the name of the source without it.
        dataset_by_content: Whether the data set is named by what a file states, because the
            publisher hands out selections: another selection is no newer version of the first.
        packs_with_7z: Whether the publisher packs its files so; no other source's file is one.
    """

    name: str
    holds: Literal["flows", "entities", "rates"]
    title: str
    publisher: str
    importer: str
    recognises: Callable[[Head], bool]
    url: str = ""
    licence: str = ""
    hosts: tuple[str, ...] = ()
    downloads: tuple[Download, ...] = ()
    max_age_days: int = 0
    min_entities: int = 0
    max_shrink: float = 0.1
    dataset: str = field(default="")
    dataset_by_content: bool = False
    packs_with_7z: bool = False

    def read(self, request: ImportRequest, store: Store) -> Manifest:
        """Import the files of a request."""
        module, _, function = self.importer.partition(":")
        return cast(Importer, getattr(import_module(module), function))(request, store)
