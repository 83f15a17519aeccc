"""Looking calls up beside the work: earlier ones from a number, the figures of the day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from operator_app.db.models import call, revision
from operator_app.domain.wire import Lane, State
from operator_app.services import call_rows


@dataclass(frozen=True)
class TodayFigures:
    """Counts of the present Bishkek day, without void calls."""

    calls: int
    conversations: int
    danger: int
    mine: int


@dataclass(frozen=True)
class EarlierCall:
    """An earlier call from the same number, as the help panel shows it."""

    call_id: str
    number: str
    started_at: int
    topic: str | None
    contact_kind: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Sending:
    """How far the newest revision of a call is on its way. Times in UTC milliseconds.

    `confirmed_at` is when a receipt of the ministry was verified, None before.
    """

    number: str
    saved_at: int
    urgent: bool
    state: State
    confirmed_at: int | None


def sending(connection: Connection, call_id: str) -> Sending | None:
    """Where the newest revision of the call is, or None for an unknown call."""
    row = connection.execute(
        select(call.c.number, revision)
        .join(revision, revision.c.op_id == call.c.op_id)
        .where(call.c.call_id == call_id)
    ).first()
    if row is None:
        return None
    urgent = row.lane == Lane.URGENT
    return Sending(row.number, row.created_at, urgent, State(row.state), row.confirmed_at)


def earlier(connection: Connection, phone_key: str, limit: int) -> list[EarlierCall]:
    """Calls with this key of a phone number, newest first, without void ones."""
    if not phone_key:
        return []
    rows = connection.execute(
        select(call)
        .where(call.c.phone_key == phone_key, call.c.phone_key != "")
        .order_by(call.c.started_at.desc())
        .limit(limit)
    ).all()
    return [
        EarlierCall(
            r.call_id,
            r.number,
            r.started_at,
            r.topic,
            r.contact_kind,
            call_rows.actions(connection, r.call_id),
        )
        for r in rows
        if r.voided_at is None
    ]


def today(connection: Connection, local_day: str, user_id: str) -> TodayFigures:
    """Counts of the Bishkek day."""
    row = connection.execute(
        select(
            func.count(),
            func.sum(call.c.substantive),
            func.count().filter(call.c.danger_now == "Y"),
            func.count().filter(call.c.operator_id == user_id),
        ).where(call.c.local_day == local_day, call.c.voided_at.is_(None))
    ).one()
    return TodayFigures(row[0], row[1] or 0, row[2], row[3])
