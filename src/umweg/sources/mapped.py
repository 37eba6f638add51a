"""A table of the user's own, read by a mapping file."""

from __future__ import annotations

from umweg.errors import UsageError
from umweg.sources.source import ImportRequest
from umweg.store import Manifest, Store


def import_mapped(request: ImportRequest, store: Store) -> Manifest:
    """Import a table by its mapping."""
    raise UsageError("no mapping is read yet", where=f"{request.mapping}, {store.root}")
