"""Revisions: the immutable history that is also the outbox.

`append` is called inside the transaction that writes the rows screens read. The rest moves a row
along its way; only `confirm` moves it past "sending", and it takes a receipt that was verified.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, or_, select, update

from operator_app.db.models import revision
from operator_app.db.settings import Device
from operator_app.domain.ids import new_op_id
from operator_app.domain.wire import SCHEMA, WAITING, Header, Kind, Lane, State, payload

LEASE_MS = 120_000


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

    @property
    def body(self) -> dict[str, Any]:
        """The snapshot of the record."""
        data: dict[str, Any] = json.loads(self.payload)["body"]
        return data


@dataclass(frozen=True)
class Confirmation:
    """What a verified receipt says of one revision. `receipt` is its JSON text."""

    op_id: str
    tag: bytes
    state: State
    receipt: str
    code: str | None = None


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
) -> Header:
    """Write a revision, with the next gapless number of this incarnation."""
    last = connection.execute(
        select(func.max(revision.c.seq)).where(revision.c.inc == device.inc)
    ).scalar()
    header = Header(op_id or new_op_id(), device.device_id, device.inc, (last or 0) + 1)
    plaintext = payload(
        header, record_id=record_id, kind=kind, bases=bases, author=author_id, at=at, body=body
    )
    connection.execute(
        insert(revision),
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
    if bases and lane is Lane.URGENT:
        # What an urgent revision is based on must be there first.
        connection.execute(
            update(revision)
            .where(revision.c.record_id == record_id, revision.c.state.in_(sorted(WAITING)))
            .values(lane=int(Lane.URGENT))
        )
    return header


def history(connection: Connection, record_id: str) -> list[Revision]:
    """All revisions of a record, oldest first."""
    rows = connection.execute(
        select(revision).where(revision.c.record_id == record_id).order_by(revision.c.seq)
    ).mappings()
    return [_revision(row) for row in rows]


def find(connection: Connection, op_id: str) -> Revision | None:
    """The revision, or None."""
    row = connection.execute(select(revision).where(revision.c.op_id == op_id)).mappings().first()
    return _revision(row) if row else None


def take_batch(
    connection: Connection,
    *,
    lanes: Sequence[Lane],
    now_ms: int,
    most_items: int,
    most_bytes: int,
) -> list[Revision]:
    """Lease the next revisions of the given lanes, in their order, for sending.

    A lease that ran out (the PC was switched off while sending) is taken up again. A revision
    whose base is itself still unsent follows it, because order within a lane is by number.
    At least one revision is given when any is due, whatever its size.
    """
    due = and_(
        revision.c.lane.in_([int(lane) for lane in lanes]),
        revision.c.next_try_at <= now_ms,
        or_(
            revision.c.state == State.QUEUED.value,
            and_(revision.c.state == State.SENDING.value, revision.c.lease_until <= now_ms),
        ),
    )
    rows = connection.execute(
        select(revision).where(due).order_by(revision.c.lane, revision.c.seq).limit(most_items)
    ).mappings()
    batch: list[Revision] = []
    size = 0
    for row in rows:
        size += len(row["payload"])
        if batch and size > most_bytes:
            break
        batch.append(_revision(row))
    if batch:
        connection.execute(
            update(revision)
            .where(revision.c.op_id.in_([r.op_id for r in batch]))
            .values(
                state=State.SENDING.value,
                lease_until=now_ms + LEASE_MS,
                attempts=revision.c.attempts + 1,
            )
        )
    return batch


def give_back(
    connection: Connection, op_ids: Sequence[str], *, code: str, next_try_at: int = 0
) -> None:
    """Return leased revisions to the queue: nothing is known of them, they go again as they are."""
    connection.execute(
        update(revision)
        .where(revision.c.op_id.in_(op_ids), revision.c.state == State.SENDING.value)
        .values(state=State.QUEUED.value, lease_until=None, last_code=code, next_try_at=next_try_at)
    )


_RANK = {
    State.QUEUED: 0,
    State.SENDING: 0,
    State.STORED: 1,
    State.HELD: 2,
    State.CONFLICT: 3,
    State.REJECTED: 3,
    State.APPLIED: 4,
}


def confirm(connection: Connection, confirmation: Confirmation, now_ms: int) -> bool:
    """Move a revision on by a verified receipt. False when the receipt is not about our bytes.

    A receipt of an earlier stage that arrives late changes nothing.
    """
    row = connection.execute(
        select(revision.c.state, revision.c.tag).where(revision.c.op_id == confirmation.op_id)
    ).first()
    if row is None or not hmac.compare_digest(row.tag, confirmation.tag):
        return False
    values: dict[str, Any] = {}
    if confirmation.state is State.STORED:
        values["stored_receipt"] = confirmation.receipt
    else:
        values["final_receipt"] = confirmation.receipt
    if _RANK[confirmation.state] > _RANK[State(row.state)]:
        values |= {
            "state": confirmation.state.value,
            "lease_until": None,
            "last_code": confirmation.code,
            "confirmed_at": now_ms,
        }
    connection.execute(
        update(revision).where(revision.c.op_id == confirmation.op_id).values(**values)
    )
    return True


def queue_again(connection: Connection, inc: str, seqs: Sequence[int], *, code: str) -> int:
    """Send again what the server says it does not hold; the same bytes under the same number."""
    done = connection.execute(
        update(revision)
        .where(revision.c.inc == inc, revision.c.seq.in_(seqs))
        .values(
            state=State.QUEUED.value,
            lease_until=None,
            next_try_at=0,
            last_code=code,
            stored_receipt=None,
            final_receipt=None,
            confirmed_at=None,
        )
    )
    return int(done.rowcount)


def send_rejected_again(connection: Connection, op_id: str) -> bool:
    """Put one refused revision back in the queue, by a person's decision."""
    done = connection.execute(
        update(revision)
        .where(revision.c.op_id == op_id, revision.c.state == State.REJECTED.value)
        .values(state=State.QUEUED.value, next_try_at=0, last_code=None)
    )
    return bool(done.rowcount)


def confirmed_ranges(connection: Connection, inc: str) -> list[tuple[int, int]]:
    """Runs of numbers (first, last) of this incarnation for which a receipt is held."""
    seqs = connection.execute(
        select(revision.c.seq)
        .where(
            revision.c.inc == inc,
            or_(revision.c.stored_receipt.is_not(None), revision.c.final_receipt.is_not(None)),
        )
        .order_by(revision.c.seq)
    ).scalars()
    ranges: list[tuple[int, int]] = []
    for seq in seqs:
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges


@dataclass(frozen=True)
class OutboxCounts:
    """The numbers on the screen; they are counted from the rows (invariant I15).

    `waiting` rows have no receipt; `oldest_waiting_at` is when the oldest of them was saved;
    `urgent_waiting_at` the same for urgent ones; `needs_you` were refused or are in conflict.
    """

    waiting: int
    oldest_waiting_at: int | None
    urgent_waiting_at: int | None
    needs_you: int


def counts(connection: Connection) -> OutboxCounts:
    """Count the outbox. Uses ix_revision_unconfirmed: it holds only rows not yet applied."""
    unfinished = revision.c.state != State.APPLIED.value
    waiting, oldest, urgent = connection.execute(
        select(
            func.count(),
            func.min(revision.c.created_at),
            func.min(revision.c.created_at).filter(revision.c.lane == int(Lane.URGENT)),
        ).where(revision.c.state.in_(sorted(WAITING)), unfinished)
    ).one()
    needs_you = connection.execute(
        select(func.count())
        .select_from(revision)
        .where(revision.c.state.in_([State.REJECTED, State.CONFLICT]), unfinished)
    ).scalar_one()
    return OutboxCounts(int(waiting), oldest, urgent, int(needs_you))


def unconfirmed(connection: Connection, states: Sequence[State], limit: int) -> list[Revision]:
    """Rows in the given states, most urgent first, for the sync page."""
    rows = connection.execute(
        select(revision)
        .where(revision.c.state.in_([s.value for s in states]))
        .order_by(revision.c.lane, revision.c.seq)
        .limit(limit)
    ).mappings()
    return [_revision(row) for row in rows]


def _revision(row: RowMapping) -> Revision:
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
    )
