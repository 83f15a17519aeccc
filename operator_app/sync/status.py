"""What the screens say about the way to the ministry. Every number is counted from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from operator_app.db import outbox, quarantine, revisions, settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.revisions import Revision
from operator_app.db.sync_state import Attempt, Contact
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.wire import Kind, Lane, State
from operator_app.errors import AppError, BadInput, ServerRefused

URGENT_AGE_MS = 15 * 60_000
SKEW_WARNED_MS = 5 * 60_000
CONTACT_STALE_MS = 45 * 60_000
"""Three idle rounds: who has not heard the server for longer does not say "online"."""


class LinkState(StrEnum):
    """Where the connection stands."""

    NOT_CONFIGURED = "not_configured"
    NOT_ENROLLED = "not_enrolled"
    ONLINE = "online"
    OFFLINE = "offline"
    REFUSED = "refused"
    PORTAL = "portal"
    CLOCK_WRONG = "clock_wrong"
    """Connected, but this PC's clock differs; or no TLS because of the date."""


@dataclass(frozen=True)
class SyncStatus:
    """Times in UTC milliseconds by this PC's clock; None where there is none.

    `urgent_overdue`: urgent ones unconfirmed for more than 15 minutes. `needs_you`: refused or in
    conflict. `last_verified_at`: last receipt of the ministry. `skew_seconds`: this PC's clock
    minus the server's. `numbers_ahead`: how many numbers the server holds that this database never
    gave; more than 0 means it was put back to an older copy. `only_there`: entries of this PC
    that only the ministry has since it was restored from a backup.
    """

    state: LinkState
    waiting: int
    oldest_waiting_at: int | None
    urgent_overdue: int
    needs_you: int
    last_verified_at: int | None
    last_contact_at: int | None
    offline_since: int | None
    problem: str | None
    skew_seconds: int | None
    numbers_ahead: int
    only_there: int = 0


@dataclass(frozen=True)
class OutboxRow:
    """One revision on the sync page; `number` is the call's, "" where it has none."""

    op_id: str
    record_id: str
    kind: Kind
    number: str
    urgent: bool
    saved_at: int
    state: State
    attempts: int
    last_code: str | None


def read_status(database: Database, clock: Clock) -> SyncStatus:
    """One consistent look; cheap enough for every few seconds."""
    now = to_ms(clock())
    with database.read() as connection:
        counts = revisions.counts(connection)
        contact = sync_state.read_contact(connection)
        state, code = _state(connection, contact, now)
        offline = state in (LinkState.OFFLINE, LinkState.PORTAL, LinkState.REFUSED)
        return SyncStatus(
            state=state,
            waiting=counts.waiting,
            oldest_waiting_at=counts.oldest_waiting_at,
            urgent_overdue=outbox.urgent_older_than(connection, URGENT_AGE_MS, now),
            needs_you=counts.needs_you,
            last_verified_at=contact.last_verified_at,
            last_contact_at=contact.last_contact_at,
            offline_since=(contact.offline_since or contact.last_contact_at) if offline else None,
            problem=code,
            skew_seconds=None if contact.skew_ms is None else round(contact.skew_ms / 1000),
            numbers_ahead=sync_state.read_ledger(connection).unknown_numbers,
            only_there=sync_state.read_recovery(connection).only_there,
        )


def waiting_rows(database: Database, limit: int = 200) -> list[OutboxRow]:
    """What has no receipt yet, in the order in which it is sent."""
    return _rows(database, [State.QUEUED, State.SENDING], limit)


def rows_that_need_you(database: Database, limit: int = 200) -> list[OutboxRow]:
    """What the ministry refused, cannot take or holds as a conflict; set aside or not."""
    with database.read() as connection:
        return [_row(r) for r in quarantine.lost(connection, limit)]


def last_attempts(database: Database, limit: int = 50) -> list[Attempt]:
    """The last exchanges with the server, newest first."""
    with database.read() as connection:
        return sync_state.attempts(connection, limit)


def send_again(database: Database, op_id: str) -> bool:
    """Put one refused revision back in the queue, by a person's decision."""
    with database.write() as connection:
        return quarantine.send_again(connection, op_id)


def _state(connection: Connection, contact: Contact, now: int) -> tuple[LinkState, str | None]:
    server = settings.read_server(connection)
    if not server.url:
        return LinkState.NOT_CONFIGURED, None
    if not server.enrolled and (not server.enrolment_code or not contact.state):
        return LinkState.NOT_ENROLLED, contact.code
    if not contact.state:
        return LinkState.OFFLINE, None
    state = LinkState(contact.state)
    if state is LinkState.ONLINE:
        heard_at = contact.last_contact_at
        if heard_at is None or abs(now - heard_at) > CONTACT_STALE_MS:
            return LinkState.OFFLINE, None
        if contact.skew_ms is not None and abs(contact.skew_ms) > SKEW_WARNED_MS:
            return LinkState.CLOCK_WRONG, "clock.wrong"
    return state, contact.code


def state_after(problem: AppError) -> LinkState:
    """Where the connection stands when a run ended with this problem."""
    if isinstance(problem, ServerRefused | BadInput):
        return LinkState.REFUSED
    if problem.code == "net.portal":
        return LinkState.PORTAL
    if problem.code == "net.certificate_time":
        return LinkState.CLOCK_WRONG
    return LinkState.OFFLINE


def _rows(database: Database, states: list[State], limit: int) -> list[OutboxRow]:
    with database.read() as connection:
        return [_row(r) for r in revisions.unconfirmed(connection, states, limit)]


def _row(revision: Revision) -> OutboxRow:
    return OutboxRow(
        op_id=revision.op_id,
        record_id=revision.record_id,
        kind=revision.kind,
        number=str(revision.body.get("number", "")),
        urgent=revision.lane is Lane.URGENT,
        saved_at=revision.created_at,
        state=revision.state,
        attempts=revision.attempts,
        last_code=revision.last_code,
    )
