"""Putting a backup back: into SQLite or PostgreSQL, wherever it came from.

All in one transaction, the new epoch included: nobody ever sees the old rows under the old epoch
again, and every device compares notes and sends what is missing (invariant I7).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from ministry_server import schema
from ministry_server.backup import Backup, check_backup, open_file, rows_of, tables_in
from ministry_server.partitions import make, months_of_rows
from ministry_server.store import Store, get_all, put, renew_epoch
from operator_app.errors import EnvironmentProblem


def restore(store: Store, file: Path, *, replace: bool = False, older: bool = False) -> Backup:
    """Check the backup and put it in the place of what the database holds; what it was.

    `replace`: although the database holds something. `older`: although a newer backup was made,
    on which devices may have relied already. Raises what `check_backup` raises, and
    EnvironmentProblem("backup.not_empty" | "backup.older").
    """
    backup = check_backup(file)
    engine = open_file(file)
    try:
        with engine.connect() as source, store.write() as target:
            if target.dialect.name == "postgresql":
                target.execute(text("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE"))
            settings = get_all(target, lock=True)
            if not replace and _holds_something(target):
                raise EnvironmentProblem("backup.not_empty")
            if not older and int(settings["durable_through"]) > backup.server_seq:
                raise EnvironmentProblem("backup.older")
            _copy(source, target)
            put(target, "schema", schema.VERSION)
            put(target, "durable_through", str(backup.server_seq))
            renew_epoch(target)
    finally:
        engine.dispose()
    return backup


def _holds_something(connection: Connection) -> bool:
    return any(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (schema.device, schema.intake, schema.feed, schema.enrolment_code)
    )


def _copy(source: Connection, target: Connection) -> None:
    for table in reversed(schema.metadata.sorted_tables):
        target.execute(delete(table))
    make(target, months_of_rows(source))
    for table in tables_in(source):
        ours = schema.metadata.tables[table.name]
        for rows in rows_of(source, table):
            target.execute(insert(ours), [_only(row, ours) for row in rows])
            if "ct" in table.c and ours is schema.intake:
                # Of a program that had it all in one table.
                bodies = [_only(row, schema.intake_body) for row in rows]
                target.execute(insert(schema.intake_body), bodies)
    if target.dialect.name == "postgresql":
        for table in (schema.intake, schema.alarm):
            last = select(func.max(table.c.id)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, "id")
            target.execute(select(func.setval(sequence, func.coalesce(last, 1))))


def _only(row: dict[str, Any], table: Table) -> dict[str, Any]:
    """The columns of a row that the table has."""
    return {name: value for name, value in row.items() if name in table.c}
