"""Statements compiled once and run by the driver: for the few that every save runs.

SQLAlchemy finds a statement it knows in a cache, but building the key, the context and the result
around each run takes several times as long as SQLite needs for the statement itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect(paramstyle="named")


class Prepared:
    """A Core statement over plain texts, integers and bytes, with its parameters by name.

    An INSERT without values names every column; `columns` leaves out those with a default.
    """

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        compiled: Any = statement.compile(
            dialect=_DIALECT, column_keys=None if columns is None else list(columns)
        )
        if any(not b.required and b.value is not None for b in compiled.binds.values()):
            raise ValueError("a prepared statement takes all its values by name")
        self.text = str(compiled)

    def run(self, connection: Connection, parameters: Mapping[str, object]) -> Any:
        """Run it inside the connection's transaction; returns the driver's cursor."""
        return _driver(connection).execute(self.text, parameters)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run it once for each row."""
        _driver(connection).executemany(self.text, rows)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
