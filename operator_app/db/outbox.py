"""The outbox: revisions on their way, in the same rows as the history (db/revisions.py).

Only `confirm` moves a revision past "sending", and it takes a receipt that was verified.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from operator_app.db.lost import EARLIER_NOT_MENDED, NOT_MENDED
from operator_app.db.models import revision
from operator_app.db.prepared import Prepared
from operator_app.db.revisions import (
    UNFINISHED,
    WRITTEN_ORDER,
    Revision,
    from_row,
)
from operator_app.domain.wire import CONFIRMED, WAITING, Lane, State

_PROGRESS = (
    "state",
    "lease_until",
    "next_try_at",
    "last_code",
    "confirmed_at",
    "stored_receipt",
    "final_receipt",
)
LEASE_MS = 120_000
LONGEST_WAIT_MS = 6 * 3_600_000
"""No revision is put aside for longer. A moment further ahead was written under a wrong clock."""


@dataclass(frozen=True)
class Confirmation:
    """What a verified receipt of this device says of one revision. `receipt` is its JSON text."""

    op_id: str
    inc: str
    seq: int
    tag: bytes
    state: State
    receipt: str
    epoch: str
    server_seq: int
    code: str | None = None


def due(
    connection: Connection, *, lanes: Sequence[Lane], now_ms: int, most_items: int
) -> list[Revision]:
    """The revisions of the lanes to be sent next, most urgent first, then as they were saved.

    A lease that ran out (the PC was switched off while sending) counts as due. Behind a revision
    that waits for something else the later ones of its record wait, too: their bases lie among
    the earlier ones, and none may arrive before its base (I11). One whose place was taken holds up
    nobody.
    """
    earlier = revision.alias("earlier")
    overtakes = exists(
        select(earlier.c.op_id).where(
            earlier.c.record_id == revision.c.record_id,
            literal_column("earlier.rowid") < WRITTEN_ORDER,
            earlier.c.state.in_(sorted(WAITING)),
            ~_ready(earlier, lanes, now_ms),
            EARLIER_NOT_MENDED,
        )
    )
    rows = connection.execute(
        select(revision)
        .where(UNFINISHED, _ready(revision, lanes, now_ms), ~overtakes)
        .order_by(revision.c.lane, WRITTEN_ORDER)
        .limit(most_items)
    ).mappings()
    return [from_row(row) for row in rows]


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
        .where(UNFINISHED, revision.c.state == State.SENDING.value)
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


def hurry(connection: Connection, *, code: str | None = None) -> None:
    """Make everything that was put aside due now, or what was for this reason."""
    reason = [] if code is None else [revision.c.last_code == code]
    aside = (revision.c.state == State.QUEUED.value, revision.c.next_try_at > 0)
    connection.execute(update(revision).where(UNFINISHED, *aside, *reason).values(next_try_at=0))


def next_due_at(connection: Connection, now_ms: int) -> int | None:
    """When the next revision may be sent (UTC ms): now when one is due; None when nothing waits.

    One whose base was put aside is due no earlier than that base.
    """
    if due(connection, lanes=tuple(Lane), now_ms=now_ms, most_items=1):
        return now_ms
    later = func.max(revision.c.next_try_at, func.coalesce(revision.c.lease_until, 0))
    value: int | None = connection.execute(
        select(func.min(later)).where(
            UNFINISHED, revision.c.state.in_(sorted(WAITING)), later > now_ms
        )
    ).scalar()
    return value


_RANK = {
    State.QUEUED: 0,
    State.SENDING: 0,
    State.STORED: 1,
    State.HELD: 2,
    # A mended server may take later what it refused.
    State.REJECTED: 3,
    State.CONFLICT: 4,
    State.APPLIED: 5,
}


_NAMED: ColumnElement[bool] = revision.c.op_id.in_(
    select(func.json_each(bindparam("op_ids")).table_valued("value").c.value)
)
_KNOWN = Prepared(
    select(
        revision.c.op_id,
        revision.c.inc,
        revision.c.seq,
        revision.c.tag,
        *(revision.c[name] for name in _PROGRESS),
    ).where(_NAMED)
)
_MOVE = Prepared(
    update(revision)
    .where(revision.c.op_id == bindparam("moved"))
    .values({name: bindparam(name) for name in _PROGRESS})
)


def confirm(connection: Connection, confirmations: Sequence[Confirmation], now_ms: int) -> int:
    """Move revisions on by verified receipts; how many of these are about our bytes.

    A receipt that arrives late, after one that the server signed later or of a later stage, does
    not move its revision; so the receipt beside a state is always one that says this state.
    """
    op_ids = json.dumps([c.op_id for c in confirmations])
    rows = {row[0]: row[1:] for row in _KNOWN.run(connection, {"op_ids": op_ids})}
    progress = {op_id: dict(zip(_PROGRESS, row[3:], strict=True)) for op_id, row in rows.items()}
    ours = 0
    moved = set()
    for confirmation in confirmations:
        row = rows.get(confirmation.op_id)
        if (
            row is None
            or row[:2] != (confirmation.inc, confirmation.seq)
            or not hmac.compare_digest(row[2], confirmation.tag)
        ):
            continue
        ours += 1
        if _moves(progress[confirmation.op_id], confirmation, now_ms):
            moved.add(confirmation.op_id)
    _MOVE.run_many(connection, [{"moved": op_id} | progress[op_id] for op_id in sorted(moved)])
    return ours


def _moves(row: dict[str, Any], confirmation: Confirmation, now_ms: int) -> bool:
    """Take the receipt into the row's progress; whether that changed anything."""
    changed = False
    if confirmation.state is State.STORED and row["stored_receipt"] != confirmation.receipt:
        row["stored_receipt"] = confirmation.receipt
        changed = True
    late = _signed_before(confirmation, row["final_receipt"] or row["stored_receipt"])
    if late or _RANK[confirmation.state] <= _RANK[State(row["state"])]:
        return changed
    row |= {
        "state": confirmation.state.value,
        "lease_until": None,
        "next_try_at": 0,
        "last_code": confirmation.code,
        "confirmed_at": now_ms,
    }
    if confirmation.state is not State.STORED:
        row["final_receipt"] = confirmation.receipt
    return True


def _signed_before(confirmation: Confirmation, known: str | None) -> bool:
    """Whether the server signed it before the receipt we have; not comparable over epochs."""
    if known is None:
        return False
    receipt = json.loads(known)
    return bool(
        receipt["epoch"] == confirmation.epoch and receipt["server_seq"] > confirmation.server_seq
    )


def held_behind(connection: Connection, op_ids: Sequence[str]) -> bool:
    """Whether the ministry holds a revision back that comes after one of these in its record.

    These have arrived now: what was held for the lack of them has moved on.
    """
    base = revision.alias("base")
    found = connection.execute(
        select(revision.c.op_id)
        .join(base, base.c.record_id == revision.c.record_id)
        .where(
            UNFINISHED,
            revision.c.state == State.HELD.value,
            base.c.op_id.in_(op_ids),
            literal_column("base.rowid") < WRITTEN_ORDER,
        )
        .limit(1)
    )
    return found.first() is not None


def _held_by_server() -> ColumnElement[bool]:
    """What a receipt says the server holds: also what it stored, opened and refused."""
    return or_(
        revision.c.state.in_(sorted(CONFIRMED)),
        and_(revision.c.state == State.REJECTED.value, revision.c.stored_receipt.is_not(None)),
    )


def queue_again(connection: Connection, inc: str, first: int, last: int, *, code: str) -> int:
    """Send again what the server says it does not hold; the same bytes under the same number.

    Only what it had a receipt for: what waits goes anyway.
    """
    done = connection.execute(
        update(revision)
        .where(
            revision.c.inc == inc,
            revision.c.seq.between(first, last),
            _held_by_server(),
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
    # The incarnation is not asked for in SQL: its index would be taken, and every row be read.
    rows = connection.execute(
        select(revision.c.inc, revision.c.seq).where(UNFINISHED, not_(_held_by_server()))
    )
    open_numbers = sorted(row.seq for row in rows if row.inc == inc)
    ranges: list[tuple[int, int]] = []
    first = 1
    for number in [*open_numbers, last_number(connection, inc) + 1]:
        if number > first:
            ranges.append((first, number - 1))
        first = number + 1
    return ranges


def waiting_besides(connection: Connection, op_ids: Sequence[str]) -> tuple[int, int | None]:
    """How many wait, and since when the oldest of them (UTC ms), leaving out the given ones."""
    waiting, oldest = connection.execute(
        select(func.count(), func.min(revision.c.created_at)).where(
            UNFINISHED,
            revision.c.state.in_(sorted(WAITING)),
            revision.c.op_id.not_in(op_ids),
        )
    ).one()
    return int(waiting), oldest


def urgent_older_than(connection: Connection, age_ms: int, now_ms: int) -> int:
    """How many urgent revisions wait for longer than `age_ms`.

    One saved in the future was saved under a wrong clock; its age is not known, so it counts.
    """
    return int(
        connection.execute(
            select(func.count())
            .select_from(revision)
            .where(
                UNFINISHED,
                revision.c.state.in_(sorted(WAITING)),
                revision.c.lane == int(Lane.URGENT),
                NOT_MENDED,
                or_(
                    revision.c.created_at < now_ms - age_ms,
                    revision.c.created_at > now_ms + age_ms,
                ),
            )
        ).scalar_one()
    )
