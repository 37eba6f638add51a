"""Bringing a store of an older schema version to the present one.

A migration is a function that changes one snapshot's folder (a copy of it) from version n to n+1.
Every snapshot is migrated in a staging copy and swapped in by rename, so that a process killed in
the middle leaves each snapshot in its old or its new form, and the next run goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from umweg.errors import StoreError
from umweg.store.contracts import SCHEMA_VERSION
from umweg.store.manifest import MANIFEST
from umweg.store.snapshots import write_json

Migration = Callable[[Path], None]

MIGRATIONS: Mapping[int, Migration] = {}
"""From version → the step to the next one. Version 1 is the first: there is none yet."""


def version_of(root: Path) -> int:
    """The schema version written in a store's `store.json`."""
    path = root / "store.json"
    try:
        return int(json.loads(path.read_text("utf-8"))["schema_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"this folder is no readable store: {error}",
            where=str(path),
            allowed='a file store.json with {"schema_version": N}',
            next_step="choose the folder with --store DIR or UMWEG_STORE",
        ) from error


def migrate(
    root: Path,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    present: int = SCHEMA_VERSION,
) -> int:
    """Bring a store to the present version; returns the number of snapshots changed.

    Raises:
        StoreError: the store is of a newer version, or a step is missing.
    """
    version = version_of(root)
    if version > present:
        raise StoreError(
            f"the store has schema version {version}, this program knows {present}",
            where=str(root),
            next_step="update umweg, or choose another store with --store DIR",
        )
    changed = 0
    work = root / ".migration"
    for retired in sorted(work.glob("retired-*")):  # a run was killed between its two renames
        original = root / "snapshots" / retired.name.removeprefix("retired-")
        if not original.exists():
            retired.rename(original)
    while version < present:
        step = migrations.get(version)
        if step is None:
            raise StoreError(
                f"no migration leads from schema version {version} to {version + 1}",
                where=str(root),
                next_step="import the figures again into a new store",
            )
        for folder in sorted((root / "snapshots").glob("*/")):
            data = json.loads((folder / MANIFEST).read_text("utf-8"))
            if data["schema_version"] != version:
                continue
            copy = work / f"copy-{folder.name}"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
            step(copy)
            data = json.loads((copy / MANIFEST).read_text("utf-8"))
            write_json(copy / MANIFEST, {**data, "schema_version": version + 1})
            retired = work / f"retired-{folder.name}"
            shutil.rmtree(retired, ignore_errors=True)
            folder.rename(retired)
            copy.rename(folder)
            shutil.rmtree(retired, ignore_errors=True)
            changed += 1
        version += 1
        write_json(root / "store.json", {"schema_version": version})
    shutil.rmtree(work, ignore_errors=True)
    return changed
