"""Revisions: the immutable history that is also the outbox.

`append` is called inside the transaction that writes the rows screens read; db/outbox.py moves a
row along its way. The numbers on the screens are counted here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from operator_app.db.lost import HOW_MANY_NEED_YOU, STUCK_TRIES
from operator_app.db.models import revision, withheld
from operator_app.db.prepared import Prepared
from operator_app.db.settings import Device
from operator_app.domain.ids import new_op_id
from operator_app.domain.mending import Made, footing
from operator_app.domain.wire import (
    SCHEMA,
    WAITING,
    Header,
    Kind,
    Lane,
    State,
    canonical_plain,
    payload,
)

_THERE = (State.APPLIED, State.CONFLICT)
UNFINISHED = text("revision.state <> 'applied'")
"""Spelled as in ix_revision_unconfirmed: with a bound value SQLite would not use that index."""
WRITTEN_ORDER: ColumnElement[int] = literal_column("revision.rowid")
"""Rows are never deleted, so this is the order in which they were saved, over incarnations too."""

WITH_WHOLE = select(revision, withheld.c.body.label("whole")).outerjoin(
    withheld, withheld.c.op_id == revision.c.op_id
)
_LAST_SEQ = Prepared(select(func.max(revision.c.seq)).where(revision.c.inc == bindparam("inc")))
_INSERT = Prepared(
    insert(revision),
    columns=(
        "op_id", "record_id", "kind", "schema", "inc", "seq", "bases", "author_id",
        "created_at", "payload", "tag", "lane",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Revision:
    """One row of the history or the outbox. Times in UTC milliseconds."""

    op_id: str
    record_id: str
    kind: Kind
    inc: str
    seq: int
    bases: tuple[str, ...]
    author_id: str
    created_at: int
    payload: bytes
    tag: bytes
    lane: Lane
    state: State
    attempts: int
    next_try_at: int
    last_code: str | None
    confirmed_at: int | None
    whole: str | None = None
    """The whole snapshot, where the payload leaves fields out; read only for people here."""

    @property
    def body(self) -> dict[str, Any]:
        """The snapshot of the record."""
        data: dict[str, Any] = (
            json.loads(self.payload)["body"] if self.whole is None else json.loads(self.whole)
        )
        return data

    @property
    def over(self) -> tuple[str, ...]:
        """The refused ones it takes the place of."""
        if b'"over":[' not in self.payload:
            return ()
        return tuple(json.loads(self.payload).get("over", ()))

    @property
    def lost(self) -> bool:
        """Whether it was refused, or is tried again and again in vain."""
        tried = self.state in WAITING and self.attempts >= STUCK_TRIES
        return tried or self.state is State.REJECTED


def append(
    connection: Connection,
    device: Device,
    *,
    record_id: str,
    kind: Kind,
    bases: tuple[str, ...],
    author_id: str,
    at: int,
    lane: Lane,
    body: dict[str, Any],
    op_id: str | None = None,
    outgoing: dict[str, Any] | None = None,
    over: tuple[str, ...] = (),
) -> Header:
    """Write a revision, with the next gapless number of this incarnation.

    `outgoing` is what may leave of the body, where that is less; the whole stays in `withheld`.
    `over`: refused ones it takes the place of.
    """
    sent = body if outgoing is None else outgoing
    last = _LAST_SEQ.run(connection, {"inc": device.inc}).fetchone()[0]
    header = Header(op_id or new_op_id(), device.device_id, device.inc, (last or 0) + 1)
    plaintext = payload(
        header,
        record_id=record_id,
        kind=kind,
        bases=bases,
        author=author_id,
        at=at,
        body=sent,
        over=over,
    )
    _INSERT.run(
        connection,
        {
            "op_id": header.op_id,
            "record_id": record_id,
            "kind": kind.value,
            "schema": SCHEMA,
            "inc": header.inc,
            "seq": header.seq,
            "bases": json.dumps(bases),
            "author_id": author_id,
            "created_at": at,
            "payload": plaintext,
            "tag": hmac.digest(device.tag_key, plaintext, hashlib.sha256),
            "lane": int(lane),
        },
    )
    if sent is not body:
        connection.execute(
            insert(withheld).values(op_id=header.op_id, body=canonical_plain(body).decode())
        )
    if bases or over:
        # What a revision is based on must be there first: it inherits the better lane, also when
        # it was confirmed already, because a restored server may ask for both again.
        connection.execute(
            update(revision)
            .where(revision.c.record_id == record_id, revision.c.lane > int(lane))
            .values(lane=int(lane))
        )
    return header


def stand_on(
    before: Sequence[Revision], bases: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(bases, over) of a new revision made from `bases`; `before` is the history of its record."""
    if not any(one.lost for one in before):
        return bases, ()
    return footing(
        [Made(one.op_id, one.bases, one.over, one.lost, one.state in _THERE) for one in before],
        bases,
    )


def history(connection: Connection, record_id: str) -> list[Revision]:
    """All revisions of a record, oldest first."""
    rows = connection.execute(
        WITH_WHOLE.where(revision.c.record_id == record_id).order_by(revision.c.seq)
    ).mappings()
    return [from_row(row) for row in rows]


def find(connection: Connection, op_id: str) -> Revision | None:
    """The revision, or None."""
    row = connection.execute(WITH_WHOLE.where(revision.c.op_id == op_id)).mappings().first()
    return from_row(row) if row else None


@dataclass(frozen=True)
class OutboxCounts:
    """The numbers on the screen; they are counted from the rows (invariant I15).

    `waiting` rows have no receipt; `oldest_waiting_at` is when the oldest of them was saved;
    `urgent_waiting_at` the same for urgent ones; `needs_you` were refused, are in conflict, or are tried in
    vain, without those that were mended or set aside.
    """

    waiting: int
    oldest_waiting_at: int | None
    urgent_waiting_at: int | None
    needs_you: int


def counts(connection: Connection) -> OutboxCounts:
    """Count the outbox. Uses ix_revision_unconfirmed: it holds only rows not yet applied."""
    waiting, oldest, urgent = connection.execute(
        select(
            func.count(),
            func.min(revision.c.created_at),
            func.min(revision.c.created_at).filter(revision.c.lane == int(Lane.URGENT)),
        ).where(UNFINISHED, revision.c.state.in_(sorted(WAITING)))
    ).one()
    needs_you = connection.execute(HOW_MANY_NEED_YOU).scalar_one()
    return OutboxCounts(int(waiting), oldest, urgent, int(needs_you))


def is_unsettled(connection: Connection, record_ids: Sequence[str]) -> bool:
    """Whether the ministry holds back or doubts a revision of these records, as far as we know."""
    found = connection.execute(
        select(revision.c.op_id)
        .where(
            UNFINISHED,
            revision.c.state.in_([State.HELD.value, State.CONFLICT.value]),
            revision.c.record_id.in_(record_ids),
        )
        .limit(1)
    )
    return found.first() is not None


def unconfirmed(connection: Connection, states: Sequence[State], limit: int) -> list[Revision]:
    """Rows in the given states (never "applied"), most urgent first, for the sync page."""
    rows = connection.execute(
        select(revision)
        .where(UNFINISHED, revision.c.state.in_([s.value for s in states]))
        .order_by(revision.c.lane, WRITTEN_ORDER)
        .limit(limit)
    ).mappings()
    return [from_row(row) for row in rows]


def to_carry(
    connection: Connection, *, besides: Sequence[tuple[int, int]], most_items: int
) -> list[tuple[int, Revision]]:
    """What has no receipt yet, as it was written, each with its place in that order.

    `besides`: runs of places (first, last) that are left out. Nothing is changed by carrying.
    """
    rows = connection.execute(
        select(revision, WRITTEN_ORDER.label("place"))
        .where(
            UNFINISHED,
            revision.c.state.in_(sorted(WAITING)),
            *(~WRITTEN_ORDER.between(first, last) for first, last in besides),
        )
        .order_by(WRITTEN_ORDER)
        .limit(most_items)
    ).mappings()
    return [(int(row["place"]), from_row(row)) for row in rows]


def from_row(row: RowMapping) -> Revision:
    """The revision of a table row."""
    return Revision(
        op_id=row["op_id"],
        record_id=row["record_id"],
        kind=Kind(row["kind"]),
        inc=row["inc"],
        seq=row["seq"],
        bases=tuple(json.loads(row["bases"])),
        author_id=row["author_id"],
        created_at=row["created_at"],
        payload=row["payload"],
        tag=row["tag"],
        lane=Lane(row["lane"]),
        state=State(row["state"]),
        attempts=row["attempts"],
        next_try_at=row["next_try_at"],
        last_code=row["last_code"],
        confirmed_at=row["confirmed_at"],
        whole=row.get("whole"),
    )
