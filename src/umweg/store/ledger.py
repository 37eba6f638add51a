"""A ledger: records that are only ever appended, each holding the hash of the one before.

The chain holds hashes and what is not personal. What is personal lies beside it under the record's
number with a day until which it must be kept, and may be erased after that: the chain then says
*erased*, not *broken*, because the erasure is itself a record. The hash of what is personal is
salted, and the salt goes with it, so that nobody can find an erased name by trying names.

SQLite in one file, or PostgreSQL for a team, through SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from umweg.errors import InputError, StoreError

FIRST = "0" * 64
"""In place of the hash before the first record."""

ERASURE = "erasure"
"""Kind of the record that says which payloads were erased."""

_WAIT_SECONDS = 60
_LOCK = 0x554D5745  # "UMWE": one lock of the whole ledger in PostgreSQL

_metadata = sa.MetaData()
_chain = sa.Table(
    "ledger",
    _metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
)
_payloads = sa.Table(
    "payloads",
    _metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("retain_until", sa.Text, nullable=False),
)
_head = sa.Table(
    "head",
    _metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
)


FILE = "decisions.sqlite"


def place_of(named: str | None, store_folder: Path) -> tuple[str, bool]:
    """Where the ledger lies (in the store, unless a place is named), and whether it is there.

    A database is taken to be there.
    """
    if named and "://" in named:
        return named, True
    path = Path(named) if named else store_folder / FILE
    return str(path), path.exists()


@dataclass(frozen=True, slots=True)
class Record:
    """One link of the chain.

    Attributes:
        seq: Its number, from 1 without gaps.
        recorded_at: UTC, ISO 8601.
        kind: What it is about.
        body: What is not personal, and `payload`, the salted hash of what is.
        previous, hash: The chain.
    """

    seq: int
    recorded_at: str
    kind: str
    body: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the whole chain found.

    Attributes:
        records: Number of records.
        erased: Numbers of the records whose payload was erased after its time.
        problems: What is wrong, in words; empty where the chain is whole.
        head: Hash of the last record: keep it elsewhere, and a later chain must contain it.
    """

    records: int
    erased: tuple[int, ...]
    problems: tuple[str, ...]
    head: str

    @property
    def intact(self) -> bool:
        """Whether nothing was edited, deleted or reordered."""
        return not self.problems


class Ledger:
    """Opened with `Ledger.open`; every append is one transaction, on disk when it returns."""

    def __init__(self, engine: sa.Engine, where: str) -> None:
        self._engine = engine
        self.where = where

    @classmethod
    def open(cls, place: Path | str) -> Ledger:
        """Open a ledger, made where there is none.

        Args:
            place: A file (SQLite), or the address of a database such as
                `postgresql+pg8000://user@host/name`; a password only from the environment.

        Raises:
            StoreError: it cannot be opened or is no ledger.
            InputError: the driver of the database is not installed.
        """
        text = str(place)
        url = sa.engine.make_url(text if "://" in text else f"sqlite:///{Path(text).absolute()}")
        where = url.render_as_string(hide_password=True)
        try:
            if url.get_backend_name() == "sqlite":
                if url.database:
                    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
                engine = _sqlite(url)
            else:
                engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        except ModuleNotFoundError as error:
            raise InputError(
                f"the driver of this database is not installed: {error.name}",
                where=where,
                next_step="pip install 'umweg[postgres]' for PostgreSQL",
            ) from error
        found = cls(engine, where)
        with found._guarded():
            found._prepare()
        return found

    def _prepare(self) -> None:
        with self._writing() as connection:
            _metadata.create_all(connection)
            if connection.execute(sa.select(_head.c.seq)).first() is None:
                start = {"one": 1, "seq": 0, "hash": FIRST, "key": secrets.token_hex(32)}
                connection.execute(_head.insert().values(start))

    # -- writing ------------------------------------------------------------------------------

    def append(
        self,
        kind: str,
        body: Mapping[str, Any],
        payload: Mapping[str, Any] | None = None,
        retain_until: date | None = None,
    ) -> Record:
        """Add a record.

        Args:
            kind: What it is about.
            body: Plain values that are not personal and are kept for ever.
            payload: Plain values that are personal.
            retain_until: Last day on which the payload must be kept; needed with a payload.

        Raises:
            StoreError: it could not be written; nothing was.
        """
        if payload is not None and retain_until is None:
            raise ValueError("a payload needs a day until which it is kept")
        with self._guarded(), self._writing() as connection:
            return self._add(connection, kind, body, payload, retain_until)

    def _add(
        self,
        connection: sa.Connection,
        kind: str,
        body: Mapping[str, Any],
        payload: Mapping[str, Any] | None,
        retain_until: date | None,
    ) -> Record:
        last = connection.execute(sa.select(_head.c.seq, _head.c.hash)).one()
        seq, whole = int(last.seq) + 1, dict(body)
        if payload is not None and retain_until is not None:
            salt, content = secrets.token_hex(16), _canonical(payload)
            whole |= {"payload": _digest(salt, content), "retain_until": retain_until.isoformat()}
            connection.execute(
                _payloads.insert().values(
                    seq=seq, salt=salt, content=content, retain_until=retain_until.isoformat()
                )
            )
        stamp = datetime.now(UTC).isoformat(timespec="microseconds")
        text = _canonical(whole)
        digest = _link(seq, stamp, kind, text, last.hash)
        connection.execute(
            _chain.insert().values(
                seq=seq, recorded_at=stamp, kind=kind, body=text, previous=last.hash, hash=digest
            )
        )
        connection.execute(_head.update().values(seq=seq, hash=digest))
        return Record(seq, stamp, kind, whole, last.hash, digest)

    def erase(self, today: date) -> tuple[int, ...]:
        """Erase the payloads whose time is over, and record that; returns their numbers."""
        with self._guarded(), self._writing() as connection:
            over = _payloads.c.retain_until < today.isoformat()
            numbers = connection.execute(
                sa.select(_payloads.c.seq).where(over).order_by(_payloads.c.seq)
            )
            seqs = tuple(int(n) for (n,) in numbers)
            if seqs:
                connection.execute(_payloads.delete().where(_payloads.c.seq.in_(seqs)))
                self._add(connection, ERASURE, {"erased": list(seqs)}, None, None)
        return seqs

    # -- reading ------------------------------------------------------------------------------

    def records(self, kind: str | None = None) -> Iterator[Record]:
        """The records in the order of their numbers."""
        query = sa.select(_chain).order_by(_chain.c.seq)
        if kind is not None:
            query = query.where(_chain.c.kind == kind)
        with self._guarded(), self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query):
                yield Record(
                    row.seq, row.recorded_at, row.kind, json.loads(row.body), row.previous, row.hash
                )

    def payload(self, seq: int) -> Mapping[str, Any] | None:
        """What is personal of a record; None where it has nothing or it was erased."""
        query = sa.select(_payloads.c.content).where(_payloads.c.seq == seq)
        with self._guarded(), self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else dict(json.loads(found))

    def pseudonym(self, person: str) -> str:
        """A short name for a person that means nothing outside this ledger."""
        with self._guarded(), self._engine.connect() as connection:
            key = connection.execute(sa.select(_head.c.key)).scalar_one()
        plain = " ".join(person.split()).casefold()
        return "r-" + _digest(str(key), plain)[:12]

    def verify(self, known_head: str | None = None) -> Verification:
        """Walk the whole chain and look at every hash.

        Args:
            known_head: A hash that was noted before; the chain must still contain it.
        """
        problems: list[str] = []
        with self._guarded(), self._engine.connect() as connection:
            salted = {
                int(r.seq): (r.salt, r.content)
                for r in connection.execution_options(yield_per=1000).execute(sa.select(_payloads))
            }
            head = connection.execute(sa.select(_head.c.seq, _head.c.hash)).first()
            rows = list(connection.execute(sa.select(_chain).order_by(_chain.c.seq)))
        erased: set[int] = set()
        wanted: dict[int, str] = {}
        previous, expected, known = FIRST, 1, known_head is None or known_head == FIRST
        for row in rows:
            if row.seq != expected:
                problems.append(f"record {expected} is missing; record {row.seq} comes next")
                expected = int(row.seq)
            if row.previous != previous:
                problems.append(f"record {row.seq} does not follow the record before it")
            if _link(row.seq, row.recorded_at, row.kind, row.body, row.previous) != row.hash:
                problems.append(f"record {row.seq} is not as it was written")
            body = _body(row.body)
            if "payload" in body:
                wanted[int(row.seq)] = str(body["payload"])
            if row.kind == ERASURE:
                erased.update(int(n) for n in body.get("erased", ()))
            known = known or row.hash == known_head
            previous, expected = row.hash, expected + 1
        for seq, digest in wanted.items():
            if seq in salted:
                if _digest(*salted[seq]) != digest:
                    problems.append(f"the content of record {seq} is not as it was written")
            elif seq not in erased:
                problems.append(f"the content of record {seq} is missing and was not erased")
        problems += [f"content without a record: {n}" for n in sorted(set(salted) - set(wanted))]
        if head is None or (int(head.seq), head.hash) != (len(rows), previous):
            problems.append("the last records are missing: the chain ends before its noted head")
        if not known:
            problems.append(f"the chain does not contain the noted hash {known_head}")
        gone = tuple(sorted(n for n in erased & set(wanted) if n not in salted))
        return Verification(len(rows), gone, tuple(problems), previous)

    # -- the database -------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that no other writer shares."""
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            yield connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
            raise StoreError(
                f"the decisions cannot be read or written: {reason}",
                where=self.where,
                allowed="a file of this program, or an empty or new one; a database that answers",
                next_step="check the file and its permissions, or the address of the database",
            ) from error


def _sqlite(url: sa.URL) -> sa.Engine:
    """SQLite such that a transaction is on disk when it is committed, and writers wait in line."""
    engine = sa.create_engine(
        url, connect_args={"timeout": _WAIT_SECONDS}, poolclass=sa.pool.NullPool
    )

    @sa.event.listens_for(engine, "connect")
    def _opened(connection: Any, _: Any) -> None:
        # The driver would begin transactions late, and two writers could read the same head.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _canonical(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(salt: str, content: str) -> str:
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def _link(seq: int, stamp: str, kind: str, body: str, previous: str) -> str:
    text = json.dumps([int(seq), stamp, kind, body, previous], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _body(text: str) -> Mapping[str, Any]:
    """The body of a record; one that was edited into no JSON is empty, its hash says so."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
