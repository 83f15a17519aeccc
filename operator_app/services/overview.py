"""What a supervisor sees at a glance: the figures of some days, and how things stand now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, TextClause, func, select, text

from operator_app.db import revisions, settings
from operator_app.db.case_models import case_file, case_order, case_referral, case_task
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.domain.case_figures import Delay, delay
from operator_app.domain.cases import CLOSED
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.danger import ACUTE
from operator_app.domain.figures import Figures, Period
from operator_app.domain.follow_ups import DAY_MS, ORDER_RUNS, is_urgent
from operator_app.domain.overview import Concern, Shown
from operator_app.domain.people import Actor, Right
from operator_app.domain.wire import WAITING
from operator_app.services import figure_days, review_queue
from operator_app.services.case_files import CaseFiles
from operator_app.services.figures import Behind, FigureBook, Record
from operator_app.services.follow_ups import ORDER_ENDS_SOON_MS

UNSENT_AFTER_MS = DAY_MS
_OPEN_TASK = (case_task.c.done_at.is_(None), case_task.c.dropped_at.is_(None))
_OPEN_CASE = case_file.c.status != CLOSED
_RECORD = (case_file.c.case_id, case_file.c.number, case_file.c.opened_at, case_file.c.kind)

_ALARMS = """
SELECT call.call_id, number, started_at, contact_kind, danger_now, alarm_at, police_at, ambulance_at
FROM call INDEXED BY ix_call_local_day LEFT JOIN response ON response.call_id = call.call_id
WHERE call.local_day BETWEEN :first AND :last AND voided_at IS NULL
  AND (danger_now = 'Y' OR alarm_at IS NOT NULL)
ORDER BY started_at DESC, call.call_id
"""


@dataclass(frozen=True)
class Counted:
    """So many; `records`: which, for who may see them; empty where it is no list of records."""

    number: int
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Alarms:
    """Calls of some days with danger now, and how soon 102 or 103 was called in those with danger
    now or high risk. Of all calls, whatever was agreed on figures: this does not leave the office."""

    in_danger: Counted
    all: Counted
    emergency: Delay


@dataclass(frozen=True)
class Standing:
    """How things stand now, whatever days are shown. `oldest_waiting_at` in UTC milliseconds.

    `acute`: open cases of high risk; `waiting`: revisions without a receipt; `sends`: whether
    there is a server to send them to.
    """

    acute: Counted
    follow_ups_late: int
    referrals_overdue: Counted
    waiting: int
    oldest_waiting_at: int | None
    sends: bool
    troubles: Mapping[Concern, Counted]


@dataclass(frozen=True)
class Overview:
    """Figures of the days shown and of the same days before; all calls by day for the line."""

    shown: Shown
    now: Figures
    before: Figures
    alarms: Alarms
    alarms_before: Alarms
    by_day: tuple[tuple[date, int], ...]
    by_day_before: tuple[tuple[date, int], ...]
    standing: Standing


class Overviews:
    """Reads overviews; needs SEE_FIGURES. Which cases a number is of is told by SEE_CASES."""

    def __init__(
        self, database: Database, book: FigureBook, files: CaseFiles, clock: Clock
    ) -> None:
        self._database = database
        self._book = book
        self._files = files
        self._clock = clock

    def read(self, actor: Actor, shown: Shown, now: Figures, before: Figures) -> Overview:
        """Everything at once; `now` and `before` are the figures of the days shown and of those
        before. Days of the line that are not counted yet are counted first."""
        for line in (shown.line, shown.line_before):
            while days := self._book.days_to_count(actor, line):
                self._book.count(actor, days)
        with self._database.read() as connection:
            return Overview(
                shown,
                now,
                before,
                _alarms(connection, actor, shown.period),
                _alarms(connection, actor, shown.before),
                _by_day(connection, shown.line),
                _by_day(connection, shown.line_before),
                self._standing(connection, actor),
            )

    def _standing(self, connection: Connection, actor: Actor) -> Standing:
        now = to_ms(self._clock())
        outbox = revisions.counts(connection)
        sends = bool(settings.read_server(connection).url)
        acute = _cases(connection, case_file.c.risk.in_(sorted(ACUTE)))
        troubles = {
            Concern.FOLLOW_UPS: Counted(_urgent_late(connection, now)),
            Concern.ORDERS: _counted(actor, _orders_ending(connection, now)),
            Concern.PLAN: _counted(actor, [r for r in acute if not r["has_plan"]]),
            Concern.REVIEW: Counted(len(review_queue.high_risk(connection, self._files))),
            Concern.UNSENT: Counted(_unsent(connection, now) if sends else 0),
        }
        return Standing(
            acute=_counted(actor, acute),
            follow_ups_late=_count(connection, case_task, *_OPEN_TASK, case_task.c.due_at < now),
            referrals_overdue=_counted(actor, _referrals_overdue(connection, now)),
            waiting=outbox.waiting,
            oldest_waiting_at=outbox.oldest_waiting_at,
            sends=sends,
            troubles={concern: found for concern, found in troubles.items() if found.number},
        )


def _by_day(connection: Connection, period: Period) -> tuple[tuple[date, int], ...]:
    days = period.each_day()
    return tuple(
        (day, figure_days.of_calls(connection, Period(day, day)).number("calls")) for day in days
    )


def _alarms(connection: Connection, actor: Actor, period: Period) -> Alarms:
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    rows = connection.execute(text(_ALARMS), days).all()
    records = [Record(Behind.CALL, r.call_id, r.number, r.started_at, r.contact_kind) for r in rows]
    known = records if actor.may(Right.SEE_CALLS) else []
    danger = [row.danger_now == "Y" for row in rows]
    alarm = [row.alarm_at is not None for row in rows]
    called = (
        (r.alarm_at, min((at for at in (r.police_at, r.ambulance_at) if at), default=None))
        for r in rows
        if r.alarm_at is not None
    )
    return Alarms(
        Counted(sum(danger), tuple(compress(known, danger))),
        Counted(sum(alarm), tuple(compress(known, alarm))),
        delay(called),
    )


def _counted(actor: Actor, rows: Sequence[RowMapping]) -> Counted:
    if not actor.may(Right.SEE_CASES):
        return Counted(len(rows))
    return Counted(
        len(rows),
        tuple(
            Record(Behind.CASE, row["case_id"], row["number"], row["opened_at"], row["kind"])
            for row in rows
        ),
    )


def _cases(connection: Connection, *conditions: ColumnElement[bool]) -> list[RowMapping]:
    query = select(*_RECORD, case_file.c.has_plan).where(_OPEN_CASE, *conditions)
    return list(connection.execute(query.order_by(case_file.c.opened_at.desc())).mappings())


def _orders_ending(connection: Connection, now: int) -> list[RowMapping]:
    query = (
        select(*_RECORD)
        .join_from(case_order, case_file, case_file.c.case_id == case_order.c.case_id)
        .where(
            case_order.c.status.in_(sorted(ORDER_RUNS)),
            case_order.c.ends_at > now,
            case_order.c.ends_at <= now + ORDER_ENDS_SOON_MS,
            _OPEN_CASE,
        )
        .order_by(case_order.c.ends_at)
    )
    return list(connection.execute(query).mappings())


def _urgent_late(connection: Connection, now: int) -> int:
    query = (
        select(case_task.c.rule, case_task.c.due_at, case_task.c.created_at, case_file.c.risk)
        .join_from(case_task, case_file, case_file.c.case_id == case_task.c.case_id)
        .where(*_OPEN_TASK, case_task.c.due_at < now)
    )
    return sum(is_urgent(row, row.risk) for row in connection.execute(query))


def _referrals_overdue(connection: Connection, now: int) -> list[RowMapping]:
    query = (
        select(*_RECORD)
        .join_from(case_referral, case_file, case_file.c.case_id == case_referral.c.case_id)
        .where(case_referral.c.due_at < now, case_referral.c.status == "SENT", _OPEN_CASE)
        .order_by(case_referral.c.due_at)
    )
    return list(connection.execute(query).mappings())


def _unsent(connection: Connection, now: int) -> int:
    return _count(
        connection,
        revision,
        revisions.UNFINISHED,
        revision.c.state.in_(sorted(WAITING)),
        revision.c.created_at < now - UNSENT_AFTER_MS,
    )


def _count(
    connection: Connection, table: Table, *conditions: ColumnElement[bool] | TextClause
) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return connection.execute(query).scalar_one()
