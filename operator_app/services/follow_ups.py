"""What is to be done next, for one person, for the office, and what is so late that it rises.

A row names the case by its number and the follow-up by its kind: no name, and no word that somebody
wrote. Doing a follow-up is a change of its case (services/case_work.py), after opening it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select

from operator_app.db.case_models import case_file, case_order, case_task
from operator_app.db.engine import Database
from operator_app.domain.cases import CLOSED
from operator_app.domain.clock import Clock, day_bounds_ms, local_day, to_ms
from operator_app.domain.follow_ups import HOUR_MS, ORDER_ALARMS_HOURS, ORDER_RUNS, is_urgent, rises
from operator_app.domain.people import Actor, Right

ORDER_ENDS_SOON_MS = max(ORDER_ALARMS_HOURS) * HOUR_MS


class Scope(StrEnum):
    """Whose follow-ups: one's own, everybody's, or those so late that a supervisor must know."""

    MINE = "mine"
    OFFICE = "office"
    RISEN = "risen"


@dataclass(frozen=True)
class FollowUp:
    """An open follow-up as a list shows it. Times in UTC milliseconds; `owner` owns the case."""

    task_id: str
    case_id: str
    case_number: str
    kind: str
    way: str
    rule: str
    due_at: int
    created_at: int
    assignee_id: str
    risk: str
    owner: str
    is_late: bool


@dataclass(frozen=True)
class Counts:
    """Follow-ups of one person: late, and due later today; `risen` those of the whole office that
    are a supervisor's business (0 for others); `orders_ending`: running protection orders, of
    the person's cases or for a supervisor of all, that end within 48 hours."""

    late: int
    today: int
    risen: int
    orders_ending: int


@dataclass(frozen=True)
class Reminder:
    """How many follow-ups are late (one's own, and what rose to a supervisor), and the ids of those
    that cannot wait: urgent ones of one's own, and whatever rose. No content."""

    late: int
    pressing: frozenset[str]


_OPEN = (case_task.c.done_at.is_(None), case_task.c.dropped_at.is_(None))
_ROWS = (
    select(
        case_task.c.task_id,
        case_task.c.case_id,
        case_file.c.number.label("case_number"),
        case_task.c.kind,
        case_task.c.way,
        case_task.c.rule,
        case_task.c.due_at,
        case_task.c.created_at,
        case_task.c.assignee_id,
        case_file.c.risk,
        case_file.c.owner_id.label("owner"),
    )
    .join_from(case_task, case_file, case_file.c.case_id == case_task.c.case_id)
    .where(*_OPEN)
    .order_by(case_task.c.due_at, case_task.c.task_id)
)


class FollowUps:
    """Reads follow-ups."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def page(self, actor: Actor, scope: Scope) -> list[FollowUp]:
        """All open follow-ups of the scope, the earliest due first."""
        _require(actor, scope)
        with self._database.read() as connection:
            return self._rows(connection, actor, scope)

    def counts(self, actor: Actor) -> Counts:
        """How many there are, for the rail and the reports of the day."""
        actor.require(Right.SEE_CASES)
        now = to_ms(self._clock())
        day_ends = day_bounds_ms(local_day(now))[1]
        mine = (*_OPEN, case_task.c.assignee_id == actor.user_id)
        with self._database.read() as connection:
            late = _count(connection, *mine, case_task.c.due_at < now)
            today = _count(
                connection, *mine, case_task.c.due_at >= now, case_task.c.due_at < day_ends
            )
            sees_all = actor.may(Right.SEE_ALL_FOLLOW_UPS)
            risen = len(self._rows(connection, actor, Scope.RISEN)) if sees_all else 0
            ending = self._orders_ending(connection, actor, now)
        return Counts(late, today, risen, ending)

    def reminder(self, actor: Actor) -> Reminder:
        """What the person must be told of without being asked."""
        actor.require(Right.SEE_CASES)
        now = to_ms(self._clock())
        with self._database.read() as connection:
            mine = self._rows(connection, actor, Scope.MINE, case_task.c.due_at < now)
            pressing = {row.task_id for row in mine if is_urgent(row, row.risk)}
            late = {row.task_id for row in mine}
            if actor.may(Right.SEE_ALL_FOLLOW_UPS):
                risen = {row.task_id for row in self._rows(connection, actor, Scope.RISEN)}
                pressing, late = pressing | risen, late | risen
        return Reminder(len(late), frozenset(pressing))

    def _rows(
        self, connection: Connection, actor: Actor, scope: Scope, *conditions: ColumnElement[bool]
    ) -> list[FollowUp]:
        now = to_ms(self._clock())
        if scope is Scope.MINE:
            conditions += (case_task.c.assignee_id == actor.user_id,)
        if scope is Scope.RISEN:
            conditions += (case_task.c.due_at < now,)
        found = [
            FollowUp(**row, is_late=row["due_at"] < now)
            for row in connection.execute(_ROWS.where(*conditions)).mappings()
        ]
        if scope is Scope.RISEN:
            return [row for row in found if rises(row, row.risk, now)]
        return found

    def _orders_ending(self, connection: Connection, actor: Actor, now: int) -> int:
        conditions = [
            case_order.c.status.in_(sorted(ORDER_RUNS)),
            case_order.c.ends_at > now,
            case_order.c.ends_at <= now + ORDER_ENDS_SOON_MS,
            case_file.c.status != CLOSED,
        ]
        if not actor.may(Right.SEE_ALL_FOLLOW_UPS):
            conditions.append(case_file.c.owner_id == actor.user_id)
        return connection.execute(
            select(func.count())
            .select_from(case_order)
            .join(case_file, case_file.c.case_id == case_order.c.case_id)
            .where(*conditions)
        ).scalar_one()


def _require(actor: Actor, scope: Scope) -> None:
    actor.require(Right.SEE_CASES if scope is Scope.MINE else Right.SEE_ALL_FOLLOW_UPS)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(
        select(func.count()).select_from(case_task).where(*conditions)
    ).scalar_one()
