"""Who is let in: the codes that are still good, and newcomers that wait for a person's word."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from ministry_server.schema import device, enrolment_code, meta, pending_device
from ministry_server.store import Store, insert_new

APPROVAL = "approval"
"""Key in `meta`: whether a good code is not enough."""
_ON, _OFF = "on", "off"
SHOWN = 8
"""So many signs of a code's hash name it; they tell nothing of the code."""


@dataclass(frozen=True)
class CodeLine:
    """A code that nobody has used. Times in UTC milliseconds."""

    code_id: str
    office: str
    created_at: int
    expires_at: int


def approval_needed(connection: Connection) -> bool:
    """Whether a person has to let each new device in."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == APPROVAL)).scalar()
    return value == _ON


def need_approval(store: Store, needed: bool) -> None:
    """From now on; who waits already goes on waiting."""
    value = _ON if needed else _OFF
    with store.write() as connection:
        connection.execute(insert_new(connection, meta), {"key": APPROVAL, "value": value})
        connection.execute(update(meta).where(meta.c.key == APPROVAL).values(value=value))


def note_newcomer(connection: Connection, dev: str, now: int, *, always: bool = False) -> None:
    """A device was enrolled for the first time. `always`: it showed no code."""
    if always or approval_needed(connection):
        connection.execute(insert_new(connection, pending_device), {"dev": dev, "asked_at": now})


def approve(store: Store, dev: str) -> bool:
    """Let a newcomer in; False when no such device waits."""
    with store.write() as connection:
        done = connection.execute(delete(pending_device).where(pending_device.c.dev == dev))
        return done.rowcount == 1


def open_codes(connection: Connection, now: int) -> list[CodeLine]:
    """The codes that would let a device in, the oldest first."""
    codes = enrolment_code.c
    rows = connection.execute(
        select(codes.secret_hash, codes.office, codes.created_at, codes.expires_at)
        .where(codes.used_by.is_(None), codes.expires_at > now)
        .order_by(codes.created_at, codes.secret_hash)
    )
    return [
        CodeLine(row.secret_hash[:SHOWN], row.office, row.created_at, row.expires_at)
        for row in rows
    ]


def withdraw_code(store: Store, code_id: str) -> bool:
    """Make a code useless that nobody has used; False when there is none of this id."""
    if len(code_id) != SHOWN or not code_id.isalnum():
        return False
    with store.write() as connection:
        done = connection.execute(
            delete(enrolment_code).where(
                enrolment_code.c.secret_hash.startswith(code_id, autoescape=True),
                enrolment_code.c.used_by.is_(None),
            )
        )
        return done.rowcount > 0


def pending(connection: Connection) -> dict[str, int]:
    """Who waits: device -> since when."""
    rows = connection.execute(
        select(pending_device.c.dev, pending_device.c.asked_at).join(
            device, device.c.dev == pending_device.c.dev
        )
    )
    return {row.dev: row.asked_at for row in rows}
