"""The conditions of the journal, and how SQLite is kept on the way that was chosen (see journal)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select
from sqlalchemy.sql import operators
from sqlalchemy.sql.expression import UnaryExpression

from operator_app.db.models import call, revision
from operator_app.domain.wire import State


@dataclass(frozen=True, eq=False)
class Lead:
    """A condition that can lead: an indexed column of call, equal to any of the values."""

    column: ColumnElement[Any]
    values: tuple[str, ...]

    def equals(self, value: str) -> ColumnElement[bool]:
        """The condition for one value, in the words of the column's index."""
        if self.column is call.c.phone_key:
            return (self.column == value) & (self.column != "")
        return self.column == value


def in_states(states: Sequence[State]) -> list[ColumnElement[bool]]:
    """The revision is in one of the states, none of which is APPLIED."""
    # The second condition is that of the partial index ix_revision_unconfirmed, word for word.
    return [
        revision.c.state.in_([s.value for s in states]),
        revision.c.state != literal(State.APPLIED.value, literal_execute=True),
    ]


def unled(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column with a unary plus: SQLite then leaves its index alone."""
    return UnaryExpression(column, operator=operators.custom_op("+"), type_=column.type)


def count(connection: Connection, some: Select[Any]) -> int:
    """How many rows there are."""
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
