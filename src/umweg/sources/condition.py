"""The condition of an installation: program, configuration, store, and what cannot be reached."""

from __future__ import annotations

import importlib.metadata as metadata
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from umweg.errors import EXIT_INPUT, EXIT_OK, EXIT_PUBLISHER, StoreError
from umweg.settings import OTHER_VARIABLES, Settings, where_set
from umweg.sources.fetching.cache import CACHE
from umweg.sources.fetching.hosts import shown
from umweg.sources.registry import SOURCES
from umweg.sources.source import Source
from umweg.store import SCHEMA_VERSION, Manifest, Store
from umweg.store.manifest import MANIFEST
from umweg.store.migrate import version_of
from umweg.version import __version__

Status = Literal["ok", "note", "stale", "damaged", "unreachable"]

LOW_DISK = 1 << 30
PROBE_SECONDS = 5.0
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    Attributes:
        topic: program, library, extra, configuration, store, snapshot, source or publisher.
        name: What it is.
        status: `damaged` makes the store unusable in part, `stale` is older than its source
            allows, `note` is worth knowing.
        value: What was found.
        do_next: What to type, where something should be done.
    """

    topic: str
    name: str
    status: Status
    value: str
    do_next: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Everything that was looked at."""

    lines: tuple[Line, ...]

    @property
    def exit_code(self) -> int:
        """3 where the store is damaged, 4 where a publisher cannot be reached, 0 else."""
        found = {line.status for line in self.lines}
        if "damaged" in found:
            return EXIT_INPUT
        return EXIT_PUBLISHER if "unreachable" in found else EXIT_OK


def condition(
    settings: Settings,
    *,
    store_flag: Path | None = None,
    today: date,
    quick: bool = False,
    online: bool = False,
    sources: Sequence[Source] | None = None,
    probe: Callable[[str], str] | None = None,
) -> Condition:
    """Look at everything.

    Args:
        settings: The configuration.
        store_flag: `--store`, where it was given.
        today: The day from which ages are counted.
        quick: Do not read every file of the store to compare its SHA-256.
        online: Ask each publisher's host whether it answers; without it nothing is asked.
        sources: In place of all sources.
        probe: Asks one host, and returns what is wrong or nothing; in place of a HEAD request.
    """
    known = tuple(sources) if sources is not None else tuple(SOURCES.values())
    folder = settings.store_folder
    held, store_lines = _store(settings, quick, today)
    lines = [
        *_program(),
        *_configuration(settings, store_flag),
        *_places(folder),
        *store_lines,
        *_sources(known, held, today),
    ]
    if online:
        lines.extend(_publishers(known, probe or answers))
    return Condition(tuple(lines))


# -- program --------------------------------------------------------------------------------------


def _program() -> Iterator[Line]:
    yield Line("program", "umweg", "ok", __version__)
    yield Line("program", "python", "ok", f"{platform.python_version()} on {platform.system()}")
    for requirement in metadata.requires("umweg") or ():
        found = re.match(r"[A-Za-z0-9._-]+", requirement)
        extra = re.search(r"extra == ['\"]([\w-]+)", requirement)
        if found is None or found[0] == "umweg" or (extra and extra[1] in ("dev", "build")):
            continue
        try:
            version = metadata.version(found[0])
        except metadata.PackageNotFoundError:
            version = ""
        if extra:
            yield Line(
                "extra",
                f"{extra[1]} ({found[0]})",
                "ok" if version else "note",
                version or "not installed",
                "" if version else f"pip install 'umweg[{extra[1]}]' if you need it",
            )
        else:
            yield Line("library", found[0], "ok" if version else "damaged", version or "missing")


# -- configuration --------------------------------------------------------------------------------


def _configuration(settings: Settings, store_flag: Path | None) -> Iterator[Line]:
    origins = where_set(settings, store_flag)
    for key, origin in origins.items():
        value = settings.store_folder if key == "store" else getattr(settings, key)
        said = _plain(value)
        if key == "decisions":
            said = _masked(said)
        yield Line("configuration", key, "ok", f"{said} ({origin})")
    for name in (*OTHER_VARIABLES, *_PROXIES):
        value = os.environ.get(name) or os.environ.get(name.lower())
        if value:
            said = "set, not shown" if _SECRET.search(name) else _masked(value)
            yield Line("configuration", name, "ok", f"{said} (environment)")
        elif name in OTHER_VARIABLES:
            yield Line("configuration", name, "note", "not set")


def _plain(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _masked(value: str) -> str:
    """The address of a proxy or a database may hold a password."""
    return shown(value) if "://" in value else re.sub(r"^[^@/]*@", "***@", value)


# -- store ----------------------------------------------------------------------------------------


def _places(folder: Path) -> Iterator[Line]:
    existing = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
        yield Line("store", "writable", "ok", str(folder))
    except OSError as error:
        yield Line(
            "store",
            "writable",
            "note",
            f"{folder}: {error.strerror or error}",
            "check permissions, or choose another folder with --store DIR",
        )
    free = shutil.disk_usage(existing).free
    yield Line(
        "store",
        "free disk",
        "ok" if free >= LOW_DISK else "note",
        _size(free),
        "" if free >= LOW_DISK else "make room before the next import",
    )
    cache = folder / CACHE
    files = [p for p in cache.glob("*/*") if p.is_file()] if cache.is_dir() else []
    parts = sum(p.name == "part" for p in files)
    yield Line(
        "store",
        "downloads kept",
        "ok",
        f"{_size(sum(p.stat().st_size for p in files))}, {parts} of them under way"
        if files
        else "none",
    )


def _store(settings: Settings, quick: bool, today: date) -> tuple[list[Manifest], list[Line]]:
    """The snapshots that can be read, and what was found of every one."""
    sample = Store.sample()
    folder = settings.store_folder
    lines: list[Line] = []
    if (folder / "store.json").exists():
        try:
            version = version_of(folder)
            fits = version <= SCHEMA_VERSION
            lines.append(
                Line(
                    "store",
                    "schema",
                    "ok" if fits else "damaged",
                    f"version {version}, this program knows {SCHEMA_VERSION}",
                    "" if fits else "install a newer umweg",
                )
            )
        except StoreError as error:
            lines.append(Line("store", "schema", "damaged", error.what, error.next_step))
    elif settings.store is None:
        lines.append(
            Line("store", "schema", "note", "no store of your own yet: the sample alone is read")
        )
    else:
        lines.append(
            Line("store", "schema", "damaged", "there is no store here",
                 f"make it with `umweg data import FILE --store {folder}`")
        )  # fmt: skip
    held: list[Manifest] = []
    for root, own in ((sample.root, False), (folder, True)):
        for path in sorted((root / "snapshots").glob("*")):
            if path.is_dir():
                manifest, line = _snapshot(path, own, quick, today)
                held.extend([manifest] if manifest else [])
                lines.append(line)
    return held, lines


def _snapshot(path: Path, own: bool, quick: bool, today: date) -> tuple[Manifest | None, Line]:
    mend = (
        f"umweg data forget {path.name}, then import or fetch it again"
        if own
        else "install umweg again: the packaged sample is damaged"
    )
    if not (path / MANIFEST).exists():
        return None, Line("snapshot", path.name, "damaged", f"it has lost its {MANIFEST}", mend)
    try:
        m = Manifest.read(path)
        differing = (
            {t.file: "it is missing" for t in m.tables if not (path / t.file).exists()}
            if quick
            else m.differing()
        )
    except StoreError as error:
        return None, Line("snapshot", path.name, "damaged", error.what, mend)
    if differing:
        name, what = next(iter(differing.items()))
        return None, Line("snapshot", path.name, "damaged", f"{name}: {what}", mend)
    facts = [f"{m.rows_kept:,} rows", f"{_age(m, today):,} days old"]
    if m.rows_set_aside:
        facts.insert(1, f"{m.rows_set_aside:,} set aside")
    if m.alarms:
        facts.append(f"alarms {', '.join(a.name for a in m.alarms)}")
    if not own:
        facts.append("packaged sample")
    return m, Line("snapshot", path.name, "ok", ", ".join(facts))


def _day(m: Manifest) -> date:
    """The day that a snapshot's data are of: published, else retrieved, else imported."""
    return date.fromisoformat((m.published_on or m.retrieved_at or m.imported_at)[:10])


def _age(m: Manifest, today: date) -> int:
    return (today - _day(m)).days


def _sources(known: Sequence[Source], held: Sequence[Manifest], today: date) -> Iterator[Line]:
    for source in known:
        ages = [_age(m, today) for m in held if m.source == source.name]
        if not ages:
            yield Line("source", source.name, "note", "nothing of it is held")
            continue
        limit, age = source.max_age_days, min(ages)
        stale = 0 < limit < age
        fetch = "lists " + source.name if source.holds == "entities" else source.name
        yield Line(
            "source",
            source.name,
            "stale" if stale else "ok",
            f"newest is {age:,} days old"
            + (f", stale after {limit}" if limit else ", no limit of age"),
            f"umweg data fetch {fetch}" if stale and source.hosts else "",
        )


# -- publishers -----------------------------------------------------------------------------------


def _publishers(known: Sequence[Source], probe: Callable[[str], str]) -> Iterator[Line]:
    hosts = list(dict.fromkeys(h for s in known for h in s.hosts))
    with ThreadPoolExecutor(max_workers=8) as pool:
        for host, wrong in zip(hosts, pool.map(probe, hosts), strict=True):
            yield Line(
                "publisher",
                host,
                "unreachable" if wrong else "ok",
                wrong or "answers",
                "check the network, the proxy (HTTPS_PROXY) and the publisher's page"
                if wrong
                else "",
            )


def answers(host: str, *, scheme: str = "https", seconds: float = PROBE_SECONDS) -> str:
    """What is wrong with a host; empty where it answers, whatever it says."""
    import httpx

    try:
        httpx.head(f"{scheme}://{host}/", timeout=seconds, follow_redirects=False)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _size(size: int) -> str:
    value = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1024:
            return f"{value:,.0f} {unit}"
        value /= 1024
    return f"{value:,.1f} TB"
