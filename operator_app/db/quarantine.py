"""Single revisions that cannot pass: what a person sees of them and decides."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, update

from operator_app.db.lost import LOST
from operator_app.db.models import revision
from operator_app.db.revisions import WITH_WHOLE, WRITTEN_ORDER, Revision, from_row
from operator_app.domain.wire import State


def lost(connection: Connection, limit: int) -> list[Revision]:
    """What was refused, is tried in vain or in conflict, most urgent first; also what a supervisor
    set aside, not what was mended."""
    rows = connection.execute(
        WITH_WHOLE.where(LOST).order_by(revision.c.lane, WRITTEN_ORDER).limit(limit)
    ).mappings()
    return [from_row(row) for row in rows]


def send_again(connection: Connection, op_id: str) -> bool:
    """Put one back in the queue that was refused or put aside, by a person's decision."""
    aside = and_(revision.c.state == State.QUEUED.value, revision.c.next_try_at > 0)
    done = connection.execute(
        update(revision)
        .where(revision.c.op_id == op_id, or_(revision.c.state == State.REJECTED.value, aside))
        .values(
            state=State.QUEUED.value,
            next_try_at=0,
            last_code=None,
            final_receipt=None,
            confirmed_at=None,
        )
    )
    return bool(done.rowcount)
