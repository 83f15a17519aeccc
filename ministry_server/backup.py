"""Backups of the receiver's database: one SQLite file, whatever the engine it was made from.

A backup is one consistent state, taken while the receiver works. It is opened again and compared,
row for row, with that state; only then does `durable_through` advance, which tells devices up to
which receipt they may rely on the ministry. It holds no keys, and nothing that can be read without
them; the key files are kept elsewhere (keys.py).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ministry_server import schema
from ministry_server.backup_proof import Proof, digest_of
from ministry_server.store import KNOWN_VERSIONS, Store, get_all, put
from operator_app.errors import EnvironmentProblem

CHUNK = 500


@dataclass(frozen=True)
class Backup:
    """What a backup holds: its epoch, the receipts up to `server_seq`, its tables by name.

    `made_at` in UTC milliseconds; `version` is that of the schema.
    """

    epoch: str
    server_seq: int
    made_at: int
    version: str
    tables: dict[str, Proof]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(proof.rows for proof in self.tables.values())


def make_backup(store: Store, file: Path, now: int) -> Backup:
    """Write a backup, open it again, compare; then tell devices that they may rely on it.

    Raises EnvironmentProblem("backup.exists" | "backup.differs") and OSError.
    """
    with taken_whole(file) as part:
        made = _write(store, part, now)
        if check_backup(part) != made:
            raise EnvironmentProblem("backup.differs")
    with store.write() as connection:
        settings = get_all(connection, lock=True)
        # A database that was restored meanwhile is another history.
        if settings["epoch"] == made.epoch and int(settings["durable_through"]) < made.server_seq:
            put(connection, "durable_through", str(made.server_seq))
    return made


@contextlib.contextmanager
def taken_whole(file: Path) -> Iterator[Path]:
    """A new file to write to; it gets its name at the end of the block, or is gone if that raises.

    Raises EnvironmentProblem("backup.exists") rather than overwrite one.
    """
    if file.exists():
        raise EnvironmentProblem("backup.exists")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        _sync(part)
        part.rename(file)
        _sync(file.parent)
    finally:
        part.unlink(missing_ok=True)


def check_backup(file: Path) -> Backup:
    """Read a backup from end to end and compare it with what it says of itself.

    Raises EnvironmentProblem("backup.missing" | "backup.damaged" | "backup.other_version").
    """
    if not file.is_file():
        raise EnvironmentProblem("backup.missing")
    engine = open_file(file)
    try:
        with engine.connect() as connection:
            found = _check(connection)
    except (DatabaseError, ValueError, KeyError) as error:
        raise EnvironmentProblem("backup.damaged") from error
    finally:
        engine.dispose()
    if found.version not in KNOWN_VERSIONS:
        raise EnvironmentProblem("backup.other_version", found=found.version)
    return found


def open_file(file: Path) -> Engine:
    """A backup as a database that is only read."""
    address = f"{file.resolve().as_uri()}?mode=ro"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
    )


def tables_in(connection: Connection) -> list[Table]:
    """The tables that a database has of those we know, in the order in which rows may be added.

    With the columns that they have there: a backup may be of another version than the program.
    """
    there = set(inspect(connection).get_table_names())
    return [
        Table(table.name, MetaData(), autoload_with=connection, resolve_fks=False)
        for table in schema.metadata.sorted_tables
        if table.name in there
    ]


def rows_of(connection: Connection, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    """All rows in chunks; the table never is in memory whole."""
    result = connection.execution_options(yield_per=CHUNK).execute(select(table))
    for chunk in result.mappings().partitions():
        yield [dict(row) for row in chunk]


def _write(store: Store, part: Path, now: int) -> Backup:
    sqlite = store.engine.dialect.name == "sqlite"
    with store.read() as source:
        # The first question fixes the state that all later ones see.
        settings = get_all(source)
        with closing(sqlite3.connect(part, isolation_level=None)) as target:
            if sqlite:
                source.connection.driver_connection.backup(target)  # type: ignore[union-attr]
                target.execute("PRAGMA journal_mode = DELETE")
        tables = tables_in(source)
        if not sqlite:
            _copy_rows(source, part, tables)
        proofs = {table.name: digest_of(rows_of(source, table)) for table in tables}
    made = Backup(settings["epoch"], int(settings["server_seq"]), now, settings["schema"], proofs)
    with closing(sqlite3.connect(part)) as target, target:
        target.execute("CREATE TABLE backup_about (made_at INTEGER NOT NULL)")
        target.execute("INSERT INTO backup_about VALUES (?)", (now,))
        target.execute(
            "CREATE TABLE backup_proof"
            " (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, digest TEXT NOT NULL)"
        )
        target.executemany(
            "INSERT INTO backup_proof VALUES (?, ?, ?)",
            [(name, proof.rows, proof.digest) for name, proof in proofs.items()],
        )
    return made


def _copy_rows(source: Connection, part: Path, tables: list[Table]) -> None:
    engine = create_engine(f"sqlite:///{part}", poolclass=NullPool)
    ours = schema.metadata.tables
    with engine.begin() as target:
        schema.metadata.create_all(target, tables=[ours[table.name] for table in tables])
        for table in tables:
            for rows in rows_of(source, table):
                target.execute(insert(ours[table.name]), list(rows))
    engine.dispose()


def _check(connection: Connection) -> Backup:
    if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
        raise ValueError("integrity")
    made_at = connection.exec_driver_sql("SELECT made_at FROM backup_about").scalar_one()
    said = {
        name: Proof(rows, digest)
        for name, rows, digest in connection.exec_driver_sql("SELECT * FROM backup_proof")
    }
    proofs = {table.name: digest_of(rows_of(connection, table)) for table in tables_in(connection)}
    if proofs != said:
        raise ValueError("digest")
    settings = get_all(connection)
    return Backup(
        settings["epoch"], int(settings["server_seq"]), int(made_at), settings["schema"], proofs
    )


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
