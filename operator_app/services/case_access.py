"""Who may open a case: its owner, supervisors, and whoever states a reason ("break the glass")."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, or_, select, update

from operator_app.db import audit
from operator_app.db.case_models import case_access, case_file, case_task
from operator_app.db.engine import Database
from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.ids import new_record_id
from operator_app.domain.people import Actor, Right
from operator_app.errors import AppError

ACCESS_HOLDS_MS = 3_600_000


class CaseReasonNeeded(AppError):
    """A case of somebody else: open it with a stated reason ("break the glass")."""


@dataclass(frozen=True)
class Access:
    """Somebody opened a case that is not theirs, and why."""

    access_id: str
    case_id: str
    case_number: str
    user_id: str
    at: int
    reason: str


def has_access(connection: Connection, actor: Actor, case: Case, now: int) -> bool:
    """Owner, supervisor, who has a task in it, or who stated a reason less than an hour ago."""
    if not actor.may(Right.SEE_CASES):
        return False
    if actor.may(Right.OPEN_ANY_CASE) or case.owner_id == actor.user_id:
        return True
    granted = select(case_access.c.access_id).where(
        case_access.c.case_id == case.case_id,
        case_access.c.user_id == actor.user_id,
        case_access.c.until > now,
        case_access.c.at <= now,
    )
    assigned = select(case_task.c.task_id).where(
        case_task.c.case_id == case.case_id,
        case_task.c.assignee_id == actor.user_id,
        case_task.c.done_at.is_(None),
        case_task.c.dropped_at.is_(None),
    )
    return connection.execute(select(or_(granted.exists(), assigned.exists()))).scalar_one() == 1


def require_access(connection: Connection, actor: Actor, case: Case, now: int) -> None:
    """Raise CaseReasonNeeded unless the case is open to the person now, and NotAllowed for a role
    that sees no case at all, though it may have been theirs in another role."""
    actor.require(Right.SEE_CASES)
    if not has_access(connection, actor, case, now):
        raise CaseReasonNeeded("case.reason_needed")


def grant(
    connection: Connection, actor: Actor, case_id: str, reason: str, now: int, clock: Clock
) -> None:
    """Let the person in for an hour, for the stated reason."""
    connection.execute(
        insert(case_access).values(
            access_id=new_record_id(clock),
            case_id=case_id,
            user_id=actor.user_id,
            at=now,
            until=now + ACCESS_HOLDS_MS,
            reason=reason,
        )
    )


class Accesses:
    """What the supervisor sees of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def count_unseen(self, actor: Actor) -> int:
        """How many openings the supervisor has not ticked off yet."""
        actor.require(Right.SEE_ACCESS_REASONS)
        query = select(func.count()).where(case_access.c.seen_at.is_(None))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def unseen(self, actor: Actor, limit: int = 100) -> list[Access]:
        """Whoever opened a case of somebody else, for the supervisor, oldest first."""
        actor.require(Right.SEE_ACCESS_REASONS)
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    case_access.c.access_id,
                    case_access.c.case_id,
                    case_file.c.number,
                    case_access.c.user_id,
                    case_access.c.at,
                    case_access.c.reason,
                )
                .join_from(case_access, case_file, case_file.c.case_id == case_access.c.case_id)
                .where(case_access.c.seen_at.is_(None))
                .order_by(case_access.c.at)
                .limit(limit)
            ).all()
        return [Access(*row) for row in rows]

    def mark_seen(self, actor: Actor, access_id: str) -> None:
        """The supervisor read the reason; kept with the entry."""
        actor.require(Right.SEE_ACCESS_REASONS)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            connection.execute(
                update(case_access)
                .where(case_access.c.access_id == access_id, case_access.c.seen_at.is_(None))
                .values(seen_at=now, seen_by=actor.user_id)
            )
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="case.access_seen",
                entity="case_access",
                entity_id=access_id,
            )
