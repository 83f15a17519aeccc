"""The encrypted database files. The only importer of sqlcipher3.

WAL with synchronous=FULL: one fsync per commit, and what was committed survives a power cut.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool, QueuePool

from operator_app.errors import AppError, EnvironmentProblem

KEY_BYTES = 32
PAGE_BYTES = 4096
LEAST_SQLITE = (3, 51, 3)
"""Older ones carry a WAL-reset race that loses commits (research/sync-anchors.md, finding 10)."""
BUSY_TIMEOUT_MS = 10_000
LEAVE_SECONDS = 5
"""What running transactions are given to end before somebody has the file alone."""
STEPS_BETWEEN_LOOKS = 20_000
"""Of SQLite's machine, between two questions whether a long statement is to end."""


class Database:
    """Short transactions over one encrypted file.

    `write()` is the unit of work: BEGIN IMMEDIATE, committed when the block ends, rolled back when
    it raises. `read()` sees one consistent state. Both are safe from any thread.
    """

    def __init__(self, file: Path, key: bytes, *, synchronous: str = "FULL") -> None:
        """`key`: 32 raw bytes. `synchronous` is lowered only by tests that plant a fault."""
        check_library()
        if len(key) != KEY_BYTES:
            raise EnvironmentProblem("database.key_wrong")
        self.file = file
        self.key = key
        self._synchronous = synchronous
        self._engine = _engine(file, key, synchronous)
        self._taken = False

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that changes the file."""
        with _converted(), self._connection() as connection, connection.begin():
            _begin(connection, "IMMEDIATE")
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks."""
        with _converted(), self._connection() as connection, connection.begin():
            _begin(connection, "DEFERRED")
            yield connection

    def prove_key(self) -> None:
        """Read the first page; raises `database.key_wrong` when the key does not fit.

        A file that was cut to nothing fits any key: it is `database.damaged`, never a new one.
        """
        with self.read() as connection:
            if not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
                raise EnvironmentProblem("database.damaged")

    def verify(self) -> list[str]:
        """Page authentication codes and structure; an empty list means the file is sound.

        Raises `database.key_wrong` or `database.damaged` when it cannot even be opened.
        """
        damage: list[str] = []
        with self.bare_connection() as connection:
            # A page torn by a power cut during a checkpoint is whole in the log: fold that in
            # first, because the codes are checked in the file alone.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            for check in ("cipher_integrity_check", "integrity_check"):
                try:
                    rows = connection.execute(f"PRAGMA {check}").fetchall()
                except sqlcipher3.dbapi2.DatabaseError as error:
                    if _environment_code(str(error)) != "database.damaged":
                        raise
                    rows = [(str(error),)]
                damage += [str(row[0]) for row in rows if row[0] != "ok"]
        return damage

    def copy_pages(
        self, target: Path, pages: int, on_step: Callable[[int, int], None]
    ) -> tuple[int, int]:
        """Copy one moment of the database into a new file under the same key, while others write.

        `on_step(done, total)` after every so many pages; what it raises ends the copying. Returns
        how many revisions there were at that moment and the number of the last audit row.

        SQLCipher knows the backup interface of SQLite between files of the same cipher settings.
        The open transaction keeps the moment: else each save would make it begin anew.
        """
        with self.bare_connection() as source:
            source.execute("BEGIN")
            counted = source.execute(
                "SELECT (SELECT count(*) FROM revision), (SELECT coalesce(max(seq), 0) FROM audit)"
            ).fetchone()
            copy = sqlcipher3.dbapi2.connect(str(target), isolation_level=None)
            try:
                # Nothing is lost with it: a copy that was cut short is never used.
                for statement in (*_key_statements(self.key), "PRAGMA synchronous = OFF"):
                    copy.execute(statement)
                source.backup(
                    copy,
                    pages=pages,
                    progress=lambda _status, left, total: on_step(total - left, total),
                )
            finally:
                copy.close()
            source.execute("ROLLBACK")
        return counted[0], counted[1]

    @contextlib.contextmanager
    def bare_connection(self) -> Iterator[Any]:
        """A driver connection outside the pool, for migration and backup; autocommit."""
        with _converted():
            connection = _connect(self.file, self.key, "FULL")
            try:
                yield connection
            finally:
                connection.close()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody reads or writes by `read` and `write` until the block ends, and nobody is about to.

        Raises `database.locked` when running transactions do not end.
        """
        self._taken = True
        try:
            until = time.monotonic() + LEAVE_SECONDS
            while self._engine.pool.checkedout():  # type: ignore[attr-defined]
                if time.monotonic() > until:
                    raise EnvironmentProblem("database.locked")
                time.sleep(0.01)
            self._engine.dispose()
            yield
        finally:
            self._taken = False

    def use_key(self, key: bytes) -> None:
        """The file has another key now; inside `alone`."""
        self.key = key
        self._engine = _engine(self.file, key, self._synchronous)

    def sibling(self, file: Path) -> Database:
        """Another file under the same key: a backup to be opened and checked."""
        return Database(file, self.key)

    def close(self) -> None:
        """Close all connections; the WAL is folded into the file."""
        self._engine.dispose()

    def _connection(self) -> Connection:
        """A connection of the pool, once nobody has the file alone. Raises `database.taken`."""
        until = 0.0
        while True:
            if not self._taken:
                connection = self._engine.connect()
                # Once more: `alone` waits for who holds a connection, they for `alone`.
                if not self._taken:
                    return connection
                connection.invalidate()
                connection.close()
            until = until or time.monotonic() + BUSY_TIMEOUT_MS / 1000
            if time.monotonic() > until:
                raise EnvironmentProblem("database.taken")
            time.sleep(0.02)


def _engine(file: Path, key: bytes, synchronous: str) -> Engine:
    # BEGIN is spoken by `write` and `read`, not by an event: one listener makes every statement
    # go through SQLAlchemy's event dispatch, which is a tenth of the time of a save.
    return create_engine(
        "sqlite://",
        module=sqlcipher3.dbapi2,
        creator=lambda: _connect(file, key, synchronous),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=2,
    )


def _begin(connection: Connection, mode: str) -> None:
    driver_connection: Any = connection.connection.driver_connection
    driver_connection.execute(f"BEGIN {mode}")


def _connect(file: Path, key: bytes, synchronous: str) -> Any:
    connection = sqlcipher3.dbapi2.connect(
        str(file), isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
    )
    for statement in (
        *_key_statements(key),
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {synchronous}",
        "PRAGMA foreign_keys = ON",
        # Else REPLACE would pass by the triggers that keep history and audit.
        "PRAGMA recursive_triggers = ON",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA trusted_schema = OFF",
    ):
        connection.execute(statement)
    return connection


def _key_statements(key: bytes) -> tuple[str, str]:
    return f"PRAGMA key = \"x'{key.hex()}'\"", f"PRAGMA cipher_page_size = {PAGE_BYTES}"


@contextlib.contextmanager
def frozen(file: Path, key: bytes, stopped: Callable[[], bool]) -> Iterator[Connection]:
    """A database file that nobody writes, only read: nothing is made beside it or changed.

    What follows the pages in the file is not looked at. A statement under way ends with
    EnvironmentProblem("database.interrupted") when `stopped()` says so.
    """

    def connect() -> Any:
        posix = file.resolve().as_posix()
        uri = "file://" + quote(posix if posix.startswith("/") else f"/{posix}")
        connection = sqlcipher3.dbapi2.connect(
            f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None, check_same_thread=False
        )
        for statement in (*_key_statements(key), "PRAGMA temp_store = MEMORY"):
            connection.execute(statement)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(stopped, STEPS_BETWEEN_LOOKS)
        return connection

    engine = create_engine(
        "sqlite://", module=sqlcipher3.dbapi2, creator=connect, poolclass=NullPool
    )
    with _converted(), engine.connect() as connection:
        yield connection


def connect_derived(file: Path, key: bytes, *, cache_kb: int) -> Any:
    """A driver connection to a file that can be made anew from the database: its last commits may
    be lost in a power cut, but not its soundness."""
    connection = _connect(file, key, "NORMAL")
    connection.execute(f"PRAGMA cache_size = -{cache_kb}")
    return connection


def is_fault_of_file(error: BaseException) -> bool:
    """Whether a file is no database under its key, or is damaged."""
    code = _environment_code(str(error)) if isinstance(error, sqlcipher3.dbapi2.Error) else None
    return code in ("database.key_wrong", "database.damaged")


def check_library() -> None:
    """Refuse to run on a library that is not SQLCipher or loses commits."""
    if sqlcipher3.dbapi2.sqlite_version_info < LEAST_SQLITE:
        raise EnvironmentProblem("database.library_old", found=sqlcipher3.dbapi2.sqlite_version)
    probe = sqlcipher3.dbapi2.connect(":memory:")
    try:
        if not probe.execute("PRAGMA cipher_version").fetchone():
            raise EnvironmentProblem("database.library_plain")
    finally:
        probe.close()


def library_versions() -> tuple[str, str]:
    """Of SQLite and of SQLCipher. Raises EnvironmentProblem as `check_library`."""
    check_library()
    probe = sqlcipher3.dbapi2.connect(":memory:")
    try:
        cipher = probe.execute("PRAGMA cipher_version").fetchone()[0]
    finally:
        probe.close()
    return str(sqlcipher3.dbapi2.sqlite_version), str(cipher)


def driver() -> Any:
    """The driver module, for the one other engine: that of the migrations."""
    return sqlcipher3.dbapi2


@contextlib.contextmanager
def _converted() -> Iterator[None]:
    """Turn the library's errors into ours, once, here. A programming fault stays what it is."""
    try:
        yield
    except AppError:
        raise
    except (DatabaseError, sqlcipher3.dbapi2.DatabaseError) as error:
        original = error.orig if isinstance(error, DatabaseError) else error
        code = _environment_code(str(original))
        if code is None:
            raise
        raise EnvironmentProblem(code) from error


def _environment_code(message: str) -> str | None:
    known = {
        "file is not a database": "database.key_wrong",
        "database disk image is malformed": "database.damaged",
        "hmac check failed": "database.damaged",
        "database or disk is full": "database.disk_full",
        "disk I/O error": "database.disk_error",
        "database is locked": "database.locked",
        "attempt to write a readonly database": "database.read_only",
        "unable to open database file": "database.cannot_open",
        "interrupted": "database.interrupted",
    }
    return next((code for text, code in known.items() if text in message), None)
