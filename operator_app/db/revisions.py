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

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    and_,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from operator_app.db.models import revision
from operator_app.db.settings import Device
from operator_app.domain.ids import new_op_id
from operator_app.domain.wire import (
    CONFIRMED,
    SCHEMA,
    WAITING,
    Header,
    Kind,
    Lane,
    State,
    payload,
)

LEASE_MS = 120_000
LONGEST_WAIT_MS = 6 * 3_600_000
"""No revision is put aside for longer. A moment further ahead was written under a wrong clock."""

_UNFINISHED = text("revision.state <> 'applied'")
"""Spelled as in ix_revision_unconfirmed: with a bound value SQLite would not use that index."""
_WRITTEN_ORDER: ColumnElement[int] = literal_column("revision.rowid")
"""Rows are never deleted, so this is the order in which they were saved, over incarnations too."""


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
    """What a verified receipt of this device says of one revision. `receipt` is its JSON text."""

    op_id: str
    inc: str
    seq: int
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
    if bases:
        # What a revision is based on must be there first: it inherits the better lane, also when
        # it was confirmed already, because a restored server may ask for both again.
        connection.execute(
            update(revision)
            .where(revision.c.record_id == record_id, revision.c.lane > int(lane))
            .values(lane=int(lane))
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


def due(
    connection: Connection, *, lanes: Sequence[Lane], now_ms: int, most_items: int
) -> list[Revision]:
    """The revisions of the lanes to be sent next, most urgent first, then as they were saved.

    A lease that ran out (the PC was switched off while sending) counts as due. A revision whose
    base is unsent is due only together with that base, behind it.
    """
    base = revision.alias("base")
    named = func.json_each(revision.c.bases).table_valued("value")
    waits_for_base = exists(
        select(base.c.op_id).where(
            base.c.op_id.in_(select(named.c.value)),
            base.c.state.in_(sorted(WAITING)),
            ~_ready(base, lanes, now_ms),
        )
    )
    rows = connection.execute(
        select(revision)
        .where(_UNFINISHED, _ready(revision, lanes, now_ms), ~waits_for_base)
        .order_by(revision.c.lane, _WRITTEN_ORDER)
        .limit(most_items)
    ).mappings()
    return [_revision(row) for row in rows]


def _ready(table: FromClause, lanes: Sequence[Lane], now_ms: int) -> ColumnElement[bool]:
    # Moments too far ahead were written before the clock was set back: they hold nothing up (I16).
    return and_(
        table.c.lane.in_([int(lane) for lane in lanes]),
        or_(
            table.c.next_try_at <= now_ms,
            table.c.next_try_at > now_ms + LONGEST_WAIT_MS,
        ),
        or_(
            table.c.state == State.QUEUED.value,
            and_(
                table.c.state == State.SENDING.value,
                or_(
                    func.coalesce(table.c.lease_until, 0) <= now_ms,
                    table.c.lease_until > now_ms + LEASE_MS,
                ),
            ),
        ),
    )


def lease(connection: Connection, op_ids: Sequence[str], now_ms: int) -> None:
    """Mark revisions as on their way for LEASE_MS."""
    connection.execute(
        update(revision)
        .where(revision.c.op_id.in_(op_ids), revision.c.state.in_(sorted(WAITING)))
        .values(
            state=State.SENDING.value,
            lease_until=now_ms + LEASE_MS,
            attempts=revision.c.attempts + 1,
        )
    )


def reclaim(connection: Connection, *, code: str) -> int:
    """Take back all leases at once: the program starts, so nothing is being sent."""
    done = connection.execute(
        update(revision)
        .where(_UNFINISHED, revision.c.state == State.SENDING.value)
        .values(state=State.QUEUED.value, lease_until=None, last_code=code)
    )
    return int(done.rowcount)


def give_back(
    connection: Connection, op_ids: Sequence[str], *, code: str, next_try_at: int = 0
) -> None:
    """Return leased revisions to the queue: nothing is known of them, they go again as they are."""
    connection.execute(
        update(revision)
        .where(revision.c.op_id.in_(op_ids), revision.c.state == State.SENDING.value)
        .values(state=State.QUEUED.value, lease_until=None, last_code=code, next_try_at=next_try_at)
    )


def hurry(connection: Connection) -> None:
    """Make everything that was put aside due now, by a person's decision."""
    connection.execute(
        update(revision)
        .where(_UNFINISHED, revision.c.state == State.QUEUED.value, revision.c.next_try_at > 0)
        .values(next_try_at=0)
    )


def next_due_at(connection: Connection, now_ms: int) -> int | None:
    """When the earliest waiting revision may be sent (UTC ms); None when nothing waits."""
    earliest = func.min(
        func.iif(revision.c.next_try_at > now_ms + LONGEST_WAIT_MS, 0, revision.c.next_try_at)
    )
    value: int | None = connection.execute(
        select(earliest).where(_UNFINISHED, revision.c.state.in_(sorted(WAITING)))
    ).scalar()
    return value


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

    A receipt of an earlier stage that arrives late changes nothing but the stored one's text, so
    the receipt beside a state is always one that says this state.
    """
    row = connection.execute(
        select(revision.c.state, revision.c.inc, revision.c.seq, revision.c.tag).where(
            revision.c.op_id == confirmation.op_id
        )
    ).first()
    if (
        row is None
        or (row.inc, row.seq) != (confirmation.inc, confirmation.seq)
        or not hmac.compare_digest(row.tag, confirmation.tag)
    ):
        return False
    values: dict[str, Any] = {}
    if confirmation.state is State.STORED:
        values["stored_receipt"] = confirmation.receipt
    if _RANK[confirmation.state] > _RANK[State(row.state)]:
        values |= {
            "state": confirmation.state.value,
            "lease_until": None,
            "next_try_at": 0,
            "last_code": confirmation.code,
            "confirmed_at": now_ms,
        }
        if confirmation.state is not State.STORED:
            values["final_receipt"] = confirmation.receipt
    if values:
        connection.execute(
            update(revision).where(revision.c.op_id == confirmation.op_id).values(**values)
        )
    return True


def queue_again(connection: Connection, inc: str, first: int, last: int, *, code: str) -> int:
    """Send again what the server says it does not hold; the same bytes under the same number.

    Only what counted as confirmed: what waits goes anyway, what was refused needs a person.
    """
    done = connection.execute(
        update(revision)
        .where(
            revision.c.inc == inc,
            revision.c.seq.between(first, last),
            revision.c.state.in_(sorted(CONFIRMED)),
        )
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
        .values(
            state=State.QUEUED.value,
            next_try_at=0,
            last_code=None,
            final_receipt=None,
            confirmed_at=None,
        )
    )
    return bool(done.rowcount)


def incarnations(connection: Connection) -> list[str]:
    """Every incarnation that has revisions here."""
    return list(connection.execute(select(revision.c.inc).distinct()).scalars())


def last_number(connection: Connection, inc: str) -> int:
    """The highest number given in this incarnation; 0 for none."""
    found = connection.execute(select(func.max(revision.c.seq)).where(revision.c.inc == inc))
    return int(found.scalar() or 0)


def confirmed_ranges(connection: Connection, inc: str) -> list[tuple[int, int]]:
    """Runs of numbers (first, last) of this incarnation that the ministry holds, by receipt.

    Computed from the gaps: numbers are gapless, and only few are not confirmed.
    """
    open_numbers = connection.execute(
        select(revision.c.seq)
        .where(
            _UNFINISHED,
            revision.c.inc == inc,
            revision.c.state.in_(sorted({*WAITING, State.REJECTED})),
        )
        .order_by(revision.c.seq)
    ).scalars()
    ranges: list[tuple[int, int]] = []
    first = 1
    for number in [*open_numbers, last_number(connection, inc) + 1]:
        if number > first:
            ranges.append((first, number - 1))
        first = number + 1
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
    waiting, oldest, urgent = connection.execute(
        select(
            func.count(),
            func.min(revision.c.created_at),
            func.min(revision.c.created_at).filter(revision.c.lane == int(Lane.URGENT)),
        ).where(_UNFINISHED, revision.c.state.in_(sorted(WAITING)))
    ).one()
    needs_you = connection.execute(
        select(func.count())
        .select_from(revision)
        .where(_UNFINISHED, revision.c.state.in_([State.REJECTED, State.CONFLICT]))
    ).scalar_one()
    return OutboxCounts(int(waiting), oldest, urgent, int(needs_you))


def urgent_older_than(connection: Connection, age_ms: int, now_ms: int) -> int:
    """How many urgent revisions wait for longer than `age_ms`.

    One saved in the future was saved under a wrong clock; its age is not known, so it counts.
    """
    return int(
        connection.execute(
            select(func.count())
            .select_from(revision)
            .where(
                _UNFINISHED,
                revision.c.state.in_(sorted(WAITING)),
                revision.c.lane == int(Lane.URGENT),
                or_(
                    revision.c.created_at < now_ms - age_ms,
                    revision.c.created_at > now_ms + age_ms,
                ),
            )
        ).scalar_one()
    )


def unconfirmed(connection: Connection, states: Sequence[State], limit: int) -> list[Revision]:
    """Rows in the given states (never "applied"), most urgent first, for the sync page."""
    rows = connection.execute(
        select(revision)
        .where(_UNFINISHED, revision.c.state.in_([s.value for s in states]))
        .order_by(revision.c.lane, _WRITTEN_ORDER)
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
