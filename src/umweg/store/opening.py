"""Opening the store that the configuration names."""

from __future__ import annotations

from umweg.errors import StoreError
from umweg.settings import Settings
from umweg.store.engine import engine_named
from umweg.store.store import Store


def open_configured(settings: Settings, *, create: bool = False, required: bool = False) -> Store:
    """The store of the configuration, with the packaged sample below it.

    Where no store was named and the default one does not exist yet, that is the packaged sample
    alone: a newcomer's first question is answered without any set-up. A store that was named and
    does not exist is an error, so that a misspelt folder never passes for an empty store.

    Args:
        settings: The configuration.
        create: Make the store if it does not exist (for a command that writes).
        required: The command needs a store of the user's own; the sample alone is an error.

    Raises:
        StoreError: there is no store, or it is of another schema version.
        UsageError: the engine is not installed.
    """
    # The embedded engine costs nothing until its first query: the store starts it then, with
    # what the configuration says.
    engine = (
        engine_named(settings.engine, memory_limit=settings.memory_limit, threads=settings.threads)
        if settings.engine != "duckdb" or settings.memory_limit or settings.threads
        else None
    )
    folder = settings.store_folder
    exists = (folder / "store.json").exists()
    if settings.store is None and not exists and not create:
        if required:
            raise StoreError(
                "there is no store of your own yet, only the packaged sample",
                where=str(folder),
                next_step="make one with `umweg data import FILE --source NAME`",
            )
        return Store.sample(engine)
    return Store.open(folder, create=create, engine=engine)
