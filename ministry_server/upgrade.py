"""Brings the tables of an older program up to ours, in the transaction of whoever asks.

Up to version 4 the intake was one table, with its bodies in it.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from ministry_server import schema
from ministry_server.partitions import make, months_of_rows

OLDER = ("1", "2", "3", "4")
"""Versions that can be brought up."""


def bring_up(connection: Connection) -> None:
    """Add the tables and columns that are missing, and move the bodies into their own table.

    No other writer may be at work. What is there twice after half of it was done by hand, is not
    our case: it is one transaction.
    """
    schema.metadata.create_all(connection)
    columns = _columns(connection, "enrolment_code")
    if "file_key" not in columns:
        kind = schema.enrolment_code.c.file_key.type.compile(connection.dialect)
        connection.execute(text(f"ALTER TABLE enrolment_code ADD COLUMN file_key {kind}"))
    if "ct" in _columns(connection, "intake"):
        make(connection, months_of_rows(connection))
        connection.execute(
            text(
                "INSERT INTO intake_body (id, received_at, sig, ct)"
                " SELECT id, received_at, sig, ct FROM intake"
            )
        )
        for name in ("sig", "ct"):
            connection.execute(text(f"ALTER TABLE intake DROP COLUMN {name}"))


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns(table)}
