"""The database: SQLite by default, PostgreSQL with the same code.

Every writing transaction locks the `server_seq` row first, so that receipts are numbered in the
order of their commits and a cursor over them misses none.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import QueuePool

from ministry_server import schema
from ministry_server.schema import meta
from ministry_server.upgrade import OLDER, bring_up
from operator_app.errors import EnvironmentProblem

DATABASE_FILE = "ministry.db"
BUSY_SECONDS = 10.0
LOST_VERSIONS = 1_000
"""More than anybody published after the backup that was restored."""
KNOWN_VERSIONS = (*OLDER, schema.VERSION)

_ALL = select(meta.c.key, meta.c.value)
_PUT = update(meta).where(meta.c.key == bindparam("name")).values(value=bindparam("value"))


class Store:
    """Short transactions. Both kinds are safe from any thread and any process."""

    def __init__(self, engine: Engine, turnstile: Turnstile | None) -> None:
        self.engine = engine
        # SQLite's readers see one state anyway.
        one_state = {} if turnstile else {"isolation_level": "REPEATABLE READ"}
        self._reading = engine.execution_options(**one_state)
        self._turnstile = turnstile

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that changes: committed at the end of the block, undone if it raises."""
        with self._turnstile or contextlib.nullcontext(), self.engine.connect() as connection:
            connection.execution_options(begin="IMMEDIATE")
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks, and sees one state however many questions it asks."""
        with self._reading.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections; SQLite folds its WAL into the file."""
        with self._turnstile or contextlib.nullcontext():
            self.engine.dispose()
        if self._turnstile:
            self._turnstile.close()


class Turnstile:
    """One writer at a time, in this process and among the processes on this machine.

    SQLite's own lock does that too, but waits by sleeping; and its libraries before 3.51.3 can
    lose commits when one connection checkpoints while another writes
    (research/sync-anchors.md, finding 10). The lock is SQLite's own, on an empty file beside the
    database: every system has it, and it falls when its holder dies.
    """

    def __init__(self, file: Path) -> None:
        self._thread_lock = threading.Lock()
        self._connection = sqlite3.connect(
            file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    def __enter__(self) -> None:
        self._thread_lock.acquire()
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except BaseException as error:
            self._thread_lock.release()
            if isinstance(error, sqlite3.OperationalError):
                raise OperationalError("BEGIN", None, error) from error
            raise

    def __exit__(self, *exception: object) -> None:
        try:
            self._connection.execute("COMMIT")
        finally:
            self._thread_lock.release()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def open_store(folder: Path, database_url: str | None = None) -> Store:
    """The store of a data folder, or of a database elsewhere. It must have been made.

    What an older program made is brought up to this one. Raises EnvironmentProblem(
    "server.database_missing" | "server.database_away" | "server.database_other_version").
    """
    store = _connect(folder, database_url, make=False)
    try:
        with store.read() as connection:
            version = get(connection, "schema")
    except (OperationalError, ProgrammingError) as error:
        store.close()
        # A server of its own that has no such table says so by another kind of error.
        away = database_url is not None and isinstance(error, OperationalError)
        code = "server.database_away" if away else "server.database_missing"
        raise EnvironmentProblem(code) from error
    if version in OLDER:
        try:
            version = _bring_up(store)
        except BaseException:
            store.close()
            raise
    if version != schema.VERSION:
        store.close()
        raise EnvironmentProblem("server.database_other_version", found=version)
    return store


def _bring_up(store: Store) -> str:
    with store.write() as connection:
        # Another process may be doing the same.
        if get_all(connection, lock=True)["schema"] in OLDER:
            bring_up(connection)
            put(connection, "schema", schema.VERSION)
        return get(connection, "schema")


def make_store(folder: Path, database_url: str | None = None) -> None:
    """Make the tables and the first epoch; a database that has them is left as it is."""
    store = _connect(folder, database_url, make=True)
    first = {
        "schema": schema.VERSION,
        "epoch": str(uuid.uuid4()),
        "server_seq": "0",
        "durable_through": "0",
        "opened_through": "0",
    }
    try:
        with store.write() as connection:
            schema.metadata.create_all(connection)
            connection.execute(
                insert_new(connection, meta),
                [{"key": key, "value": value} for key, value in first.items()],
            )
    finally:
        store.close()


def insert_new(connection: Connection, table: Table) -> Any:
    """INSERT ... ON CONFLICT DO NOTHING in the words of this database."""
    return _insert_new(connection.dialect.name, table)


@functools.cache
def _insert_new(dialect_name: str, table: Table) -> Any:
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def get(connection: Connection, key: str) -> str:
    """A value of `meta`."""
    return str(connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one())


def get_all(connection: Connection, *, lock: bool = False) -> dict[str, str]:
    """All of `meta`; with `lock` no other writer gets past this point until we commit."""
    if lock and connection.dialect.name != "sqlite":
        connection.execute(select(meta.c.value).where(meta.c.key == "server_seq").with_for_update())
    return {row.key: row.value for row in connection.execute(_ALL)}


def put(connection: Connection, key: str, value: str) -> None:
    """Change a value of `meta`."""
    connection.execute(_PUT, {"name": key, "value": value})


def new_epoch(store: Store) -> str:
    """Write a new epoch: to be done after each restore, so that devices compare notes again.

    All feeds are published again whole, under versions that no device has seen: what was lost of
    them has to be published once more.
    """
    with store.write() as connection:
        return renew_epoch(connection)


def renew_epoch(connection: Connection) -> str:
    """The same inside a transaction."""
    epoch = str(uuid.uuid4())
    feed, entry = schema.feed, schema.feed_entry
    put(connection, "epoch", epoch)
    connection.execute(update(feed).values(version=feed.c.version + LOST_VERSIONS))
    now = select(feed.c.version).where(feed.c.feed == entry.c.feed).scalar_subquery()
    connection.execute(update(entry).values(version=now))
    return epoch


def _connect(folder: Path, database_url: str | None, *, make: bool) -> Store:
    if database_url is not None:
        return Store(create_engine(database_url, hide_parameters=True, pool_pre_ping=True), None)
    file = folder / DATABASE_FILE
    if make:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    elif not file.exists():
        raise EnvironmentProblem("server.database_missing")
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=6,
        max_overflow=4,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return Store(engine, Turnstile(folder / "writer.lock"))


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
