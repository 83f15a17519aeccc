"""Single records that did not get to the ministry: which, why, and what people decide about them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from operator_app.db import audit, quarantine, sync_state
from operator_app.db.engine import Database
from operator_app.db.revisions import Revision, find
from operator_app.db.sync_state import SetAside
from operator_app.domain.calls import MAX_REASON
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.text import check_text
from operator_app.domain.wire import Kind, State, check_payload
from operator_app.errors import BadInput, Fault

MOST_LISTED = 200


@dataclass(frozen=True)
class Refused:
    """A record that needs a person. Times in UTC milliseconds.

    `number` is what people call it, "" where it has none; `code` why it did not pass, `faults` the
    fields that this program finds wrong itself; `set_aside` a supervisor's reason to leave it.
    """

    op_id: str
    record_id: str
    kind: Kind
    number: str
    urgent: bool
    saved_at: int
    state: State
    attempts: int
    code: str
    faults: tuple[Fault, ...]
    set_aside: str = ""

    @property
    def mendable(self) -> bool:
        """Whether saving its record anew takes its place."""
        return self.kind is not Kind.SUGGESTION and self.state is not State.CONFLICT


class Refusals:
    """Verbs over what did not pass. Every verb checks the actor's rights."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listed(self, actor: Actor) -> list[Refused]:
        """What was refused, is tried in vain, or in conflict; most urgent first, set aside last."""
        actor.require(Right.SEE_SYNC)
        with self._database.read() as connection:
            rows = quarantine.lost(connection, MOST_LISTED)
            aside = sync_state.read_set_aside(connection)
        found = [_refused(row, aside.get(row.op_id)) for row in rows]
        return sorted(found, key=lambda row: bool(row.set_aside))

    def send_again(self, actor: Actor, op_id: str) -> bool:
        """Put one back in the queue as it is; False when it is not refused or put aside any more."""
        actor.require(Right.MANAGE_SYNC)
        with self._database.write() as connection:
            self._forget(connection, op_id)
            return quarantine.send_again(connection, op_id)

    def set_aside(self, actor: Actor, op_id: str, reason: str) -> bool:
        """Leave one with the office for good: nobody is asked for it any more. A supervisor's word.

        Raises BadInput("call.faults") without a reason. False when it needs nobody any more.
        """
        actor.require(Right.CHANGE_ANY_CALL)
        reason = reason.strip()
        faults = check_text("reason", reason, MAX_REASON)
        if faults or not reason:
            raise BadInput("call.faults", faults or [Fault("reason", "call.reason_missing")])
        now = to_ms(self._clock())
        with self._database.write() as connection:
            row = find(connection, op_id)
            if row is None or not (row.lost or row.state is State.CONFLICT):
                return False
            known = sync_state.read_set_aside(connection)
            known[op_id] = SetAside(now, actor.user_id, reason)
            sync_state.write_set_aside(connection, known)
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="sync.set_aside",
                entity="case" if row.kind is Kind.CASE else "call",
                entity_id=row.record_id,
                details={"code": row.last_code or ""},
            )
        return True

    def _forget(self, connection: Connection, op_id: str) -> None:
        known = sync_state.read_set_aside(connection)
        if known.pop(op_id, None) is not None:
            sync_state.write_set_aside(connection, known)


def _refused(row: Revision, aside: SetAside | None) -> Refused:
    faults = check_payload(json.loads(row.payload))
    return Refused(
        op_id=row.op_id,
        record_id=row.record_id,
        kind=row.kind,
        number=str(row.body.get("number", "")),
        urgent=row.lane == 0,
        saved_at=row.created_at,
        state=row.state,
        attempts=row.attempts,
        code=row.last_code or "",
        faults=tuple(Fault(f.where.removeprefix("body."), f.code) for f in faults),
        set_aside=aside.reason if aside else "",
    )
