"""What lies in the intake sealed to a key that nobody has any more, and was never opened.

It counts as missing: the device that made it has it still, seals it to the key in use and sends it
under the same id, number and tag. Then the new copy takes the place of the old one, as if it had
just arrived. What was opened once stays as it is, whatever becomes of its key.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
)

from ministry_server.schema import event, intake, intake_body
from ministry_server.store import get
from operator_app.domain.wire import State

NO_KEY = "opener.no_key"


def never_opened() -> ColumnElement[bool]:
    """Of a row of the intake: no opener had the key for it until now."""
    opened = exists(
        select(event.c.op_id).where(
            event.c.op_id == intake.c.op_id,
            or_(event.c.stage != State.HELD.value, event.c.code != NO_KEY),
        )
    )
    return not_(opened)


def unreadable(lost: Collection[str]) -> ColumnElement[bool]:
    """Of a row of the intake: sealed to one of these keys, and never opened."""
    return and_(intake.c.kid.in_(sorted(lost)), never_opened())


def unreadable_among(
    connection: Connection, op_ids: Collection[str], lost: Collection[str]
) -> set[str]:
    """Those of the revisions that have to be sealed anew."""
    if not lost or not op_ids:
        return set()
    found = select(intake.c.op_id).where(intake.c.op_id.in_(op_ids), unreadable(lost))
    return set(connection.execute(found).scalars())


def take_its_place(
    connection: Connection, row: dict[str, Any], body: dict[str, Any], old: Row[Any]
) -> None:
    """Put the copy that can be opened where the other one was; it is opened like anything new.

    `row` and `body` as for `intake` and `intake_body`, `old` with the `id` and `received_at` of
    what goes. The copy keeps the time (UTC ms) at which the revision first came.
    """
    new = {**row, "received_at": old.received_at}
    if connection.dialect.name == "sqlite":
        # It would give the number of the row that goes once more, and that was looked at already.
        last = connection.execute(select(func.max(intake.c.id))).scalar_one()
        new["id"] = max(last, int(get(connection, "opened_through"))) + 1
    for table in (event, intake):
        connection.execute(delete(table).where(table.c.op_id == row["op_id"]))
    connection.execute(
        delete(intake_body).where(
            intake_body.c.id == old.id, intake_body.c.received_at == old.received_at
        )
    )
    added = connection.execute(insert(intake).values(new).returning(intake.c.id)).scalar_one()
    connection.execute(
        insert(intake_body).values({**body, "id": added, "received_at": old.received_at})
    )
