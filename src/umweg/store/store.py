"""The store: published figures with their origin, as dated snapshots, read through one engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from umweg.errors import StoreError
from umweg.store.contracts import CONTRACTS, MIN_RATE_DAYS, SCHEMA_VERSION, VALUE_USD
from umweg.store.derived import discard
from umweg.store.engine import DuckDBEngine, Engine
from umweg.store.manifest import MANIFEST, Manifest
from umweg.store.migrate import migrate, version_of
from umweg.store.party_contracts import PARTY_TABLES
from umweg.store.snapshots import Staging, staging, write_json

if TYPE_CHECKING:  # Ibis takes half a second, which a question to the lists need not wait for
    import ibis.expr.types as ir

    from umweg.store.bulk import Bulk

_PARTIES = frozenset(t.name for t in PARTY_TABLES)
_HISTORIES = ("rates", "daily_rates")
SAMPLE_FOLDER = Path(__file__).parent / "sample"


def _is_empty(folder: Path) -> bool:
    """Whether a folder holds nothing but what a killed `Store.open` left of its first file."""
    return folder.is_dir() and all(p.name.startswith(".store.json.") for p in folder.iterdir())


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the store cannot be written: {error}",
        where=str(folder),
        next_step="check permissions and free space, or choose another folder with --store DIR",
    )


class Store:
    """Snapshots of published figures, and the engine that queries them.

    A store may stand on a base (the packaged sample): its snapshots are read together with the
    base's, and a snapshot of the same source and data set takes the place of the base's.

    Args:
        root: The store's folder.
        base: A store that is read below this one.
        engine: What executes queries; DuckDB without it.
        writable: Whether imports are allowed.
    """

    def __init__(
        self,
        root: Path,
        *,
        base: Store | None = None,
        engine: Engine | None = None,
        writable: bool = True,
    ) -> None:
        self.root = root
        self.base = base
        self.writable = writable
        self._engine = engine

    # -- opening ------------------------------------------------------------------------------

    @classmethod
    def sample(cls, engine: Engine | None = None) -> Store:
        """The packaged sample of real figures, read-only."""
        return cls(SAMPLE_FOLDER, engine=engine, writable=False)

    @classmethod
    def open(
        cls,
        root: Path | str,
        *,
        create: bool = False,
        with_sample: bool = True,
        engine: Engine | None = None,
    ) -> Store:
        """Open a store, migrating it to the present schema where it is older.

        Args:
            root: The store's folder.
            create: Make it if it does not exist.
            with_sample: Read the packaged sample below it.
            engine: What executes queries.

        Raises:
            StoreError: the folder is no store, or one of a newer program.
        """
        folder = Path(root)
        if not (folder / "store.json").exists():
            if not create:
                raise StoreError(
                    "there is no store here",
                    where=str(folder),
                    next_step="import figures with `umweg data import FILE`, which makes it, "
                    "or leave --store out to use the packaged sample",
                )
            if folder.exists() and not _is_empty(folder):
                raise StoreError(
                    "this folder is not empty and is no store",
                    where=str(folder),
                    next_step="choose an empty or a new folder with --store DIR",
                )
            try:
                folder.mkdir(parents=True, exist_ok=True)
                write_json(folder / "store.json", {"schema_version": SCHEMA_VERSION})
            except OSError as error:
                raise _unwritable(folder, error) from error
        if version_of(folder) != SCHEMA_VERSION:
            migrate(folder)
        base = cls.sample(engine) if with_sample else None
        return cls(folder, base=base, engine=engine)

    @cached_property
    def engine(self) -> Engine:
        """The engine; started when the first query needs it."""
        return self._engine or DuckDBEngine()

    # -- snapshots ----------------------------------------------------------------------------

    @cached_property
    def all_snapshots(self) -> tuple[Manifest, ...]:
        """Every snapshot held, oldest import first, the base's before the store's own."""
        own = sorted(
            (Manifest.read(p.parent) for p in (self.root / "snapshots").glob(f"*/{MANIFEST}")),
            key=lambda m: (m.imported_at, m.snapshot_id),
        )
        return (*(self.base.all_snapshots if self.base else ()), *own)

    def incomplete(self) -> tuple[Path, ...]:
        """Folders of snapshots that have lost their manifest: none of them is read."""
        folders = sorted(p for p in (self.root / "snapshots").glob("*") if p.is_dir())
        own = tuple(p for p in folders if not (p / MANIFEST).exists())
        return (*(self.base.incomplete() if self.base else ()), *own)

    def snapshots(self, as_of: date | None = None) -> tuple[Manifest, ...]:
        """The snapshots that count: the newest of each source and data set.

        They come in the order of their import, the base's before the store's own: one that takes
        the place of another has its own place in the order, not that of the other.

        Args:
            as_of: Only what was published (or, undated, imported) on or before this day.
        """
        newest: dict[tuple[str, str], Manifest] = {}
        for m in self.all_snapshots:
            key = (m.source, m.dataset)
            if as_of is not None and m.day > as_of.isoformat():
                continue
            old = newest.get(key)
            if old is None or m.day >= old.day:
                newest.pop(key, None)  # a dict keeps the place of a key that is set again
                newest[key] = m
        return tuple(newest.values())

    def published_by(self, day: date) -> Store:
        """This store, read-only, as it stood at the end of a day.

        It holds what was published (or, undated, imported) by then. Exchange rates are those of
        every day: the mean of a month was known at its end, and the snapshot that carries the
        history is younger than most days that are asked for.
        """
        seen = Store(self.root, base=self.base, engine=self.engine, writable=False)
        seen.__dict__["all_snapshots"] = tuple(
            m
            for m in self.all_snapshots
            if m.day <= day.isoformat() or (m.paths("rates") and not m.paths("flows"))
        )
        return seen

    def snapshot(self, snapshot_id: str) -> Manifest:
        """The snapshot of an id."""
        for m in self.all_snapshots:
            if m.snapshot_id == snapshot_id:
                return m
        raise StoreError(
            f"no snapshot is named '{snapshot_id}'",
            allowed=", ".join(m.snapshot_id for m in self.all_snapshots) or "(the store is empty)",
            next_step="see `umweg data list`",
        )

    @contextmanager
    def importing(self) -> Iterator[Staging]:
        """A staging area for an import; hand it to `commit` to make it visible."""
        if not self.writable:
            raise StoreError(
                "the packaged sample cannot be written to",
                next_step="choose a store with --store DIR or UMWEG_STORE",
            )
        try:
            with staging(self.root) as stage:
                yield stage
        except OSError as error:  # no room left, no permission: nothing became visible
            raise _unwritable(self.root, error) from error
        self.refresh()

    def bulk(self, stage: Staging) -> Bulk:
        """What writes a large import: always the embedded engine, and never without a limit."""
        from umweg.store.bulk import MEMORY, Bulk

        given = self._engine if isinstance(self._engine, DuckDBEngine) else None
        if given is not None and given.memory_limit is not None:
            return Bulk(stage, given)
        return Bulk(stage, DuckDBEngine(MEMORY, given.threads if given else None))

    def refresh(self) -> None:
        """Look again at what is on disk."""
        self.__dict__.pop("all_snapshots", None)

    def forget(self, snapshot_id: str) -> None:
        """Remove one snapshot of this store (never of the sample), even a damaged one."""
        folder = self.root / "snapshots" / snapshot_id
        # By its folder, not by its manifest: a damaged snapshot must be removable too.
        if folder.parent != self.root / "snapshots" or not folder.is_dir():
            self.snapshot(snapshot_id)  # names the snapshots that there are
            raise StoreError("a snapshot of the packaged sample cannot be removed")
        # Named like the staging of this process, so that what is left of it if the process is
        # killed here is removed by the next import.
        grave = self.root / ".staging" / f"{os.getpid()}-{os.urandom(4).hex()}"
        try:
            grave.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(grave)  # gone at once for every reader, then cleaned up
        except OSError as error:
            raise _unwritable(self.root, error) from error
        shutil.rmtree(grave, ignore_errors=True)
        self.refresh()
        # By their folders: one that is damaged must not keep the others from being cleaned up.
        below = self.base.all_snapshots if self.base else ()
        held = {p.name for p in folder.parent.iterdir()} | {m.snapshot_id for m in below}
        discard(self.root, held)

    # -- reading ------------------------------------------------------------------------------

    def table(
        self,
        name: str,
        as_of: date | None = None,
        snapshots: Collection[str] | None = None,
    ) -> ir.Table:
        """A table of the store over the snapshots that count.

        `flows` has two more columns: `value_usd` (see `contracts.VALUE_USD`) and `snapshot_id`.
        The tables of parties have `snapshot_id` too. `rates` and `daily_rates` are one history,
        that of the snapshot imported last.

        Args:
            name: Name of the contract.
            as_of: Only what was published on or before this day.
            snapshots: Only these snapshots.

        Raises:
            StoreError: the store holds no such table.
        """
        if name not in CONTRACTS:
            raise StoreError(f"no table is named '{name}'", allowed=", ".join(CONTRACTS))
        used = [
            m
            for m in self.snapshots(as_of)
            if m.paths(name) and (snapshots is None or m.snapshot_id in snapshots)
        ]
        if not used:
            raise StoreError(
                f"the store holds no '{name}'",
                where=str(self.root),
                next_step="import figures with `umweg data import FILE`",
            )
        if name in _HISTORIES:  # two histories of rates would double the flows that they meet
            used = used[-1:]
        for m in used:
            m.check_rows(name)
        if name != "flows" and name not in _PARTIES:
            return self._read(name, [p for m in used for p in m.paths(name)])
        import ibis

        parts = [
            self._read(name, m.paths(name)).mutate(snapshot_id=ibis.literal(m.snapshot_id))
            for m in used
        ]
        rows = parts[0] if len(parts) == 1 else ibis.union(*parts)
        if name != "flows":
            return rows
        return self._with_usd(rows, {s.currency for m in used for s in m.series})

    def has(self, name: str) -> bool:
        """Whether any snapshot holds the table."""
        return any(m.paths(name) for m in self.snapshots())

    def _read(self, name: str, paths: Sequence[Path]) -> ir.Table:
        try:
            return self.engine.read_parquet(paths).select(*CONTRACTS[name].names)
        except Exception as error:  # each engine has its own
            raise StoreError(
                f"a file of the table '{name}' is missing or damaged: {error}",
                where=", ".join(sorted({str(p.parent) for p in paths})),
                next_step="remove the snapshot with `umweg data forget ID` and import it again",
            ) from error

    def _with_usd(self, flows: ir.Table, currencies: Collection[str]) -> ir.Table:
        if set(currencies) <= {"USD"}:
            return flows.mutate(**{VALUE_USD.name: flows.value_reported})
        import ibis

        if not self.has("rates"):
            usd = ibis.cases(
                (flows.currency == "USD", flows.value_reported), else_=ibis.null(float)
            )
            return flows.mutate(**{VALUE_USD.name: usd})
        # Rates of every day, not of `as_of`: the mean of a month was known at its end, and the
        # snapshot that carries the whole history is younger than most days that are asked for.
        rates = self.table("rates")
        enough = ibis.or_(
            *((rates.freq == freq) & (rates.days >= days) for freq, days in MIN_RATE_DAYS.items())
        )
        rates = rates.filter(enough).select("currency", "period", "usd_per_unit")
        joined = flows.left_join(rates, ["currency", "period"])
        usd = ibis.cases(
            (joined.currency == "USD", joined.value_reported),
            else_=joined.value_reported * joined.usd_per_unit,
        )
        return joined.select(*flows.columns, **{VALUE_USD.name: usd})

    def execute(self, expr: ir.Table, step: str) -> pa.Table:
        """Run a named step of a query in the engine."""
        return self.engine.execute(expr, step)

    def read(self, name: str, as_of: date | None = None) -> pa.Table:
        """A whole (small) table as Arrow, for instance `coverage` or `origins`."""
        return self.execute(self.table(name, as_of), f"read {name}")
