"""Reading the audit log: who did what when, never what was said.

An office has half a million rows after some years. They are read newest first, by key, and at most
STEP of them are looked at in one transaction: a save waits for one step and not for the whole log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, text, union
from sqlalchemy.sql import operators
from sqlalchemy.sql.expression import UnaryExpression

from operator_app.db.audit import any_text
from operator_app.db.case_models import case_access, case_file
from operator_app.db.engine import Database
from operator_app.db.models import app_user, audit, call
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.wire import canonical_plain

PAGE = 100
STEP = 20_000
"""Rows that are looked at in one transaction."""
GLASS = ("call.glass_broken", "case.glass_broken")
"""Opening a violence call or a case of somebody else with a stated reason."""

_IS_GLASS = text("action IN ('call.glass_broken','case.glass_broken')")
"""The condition of the partial index ix_audit_glass, word for word."""
_LATEST = 253_370_764_800_000
"""9999-01-01: a time after it is no day of the calendar any more in some time zone."""


@dataclass(frozen=True)
class AuditFilter:
    """What to show; None and () mean no restriction. Days are Bishkek days, both included.

    `user_id` "" stands for what nobody signed in did; `number` is that of a call or a case.
    """

    first_day: date | None = None
    last_day: date | None = None
    user_id: str | None = None
    actions: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True)
class Opening:
    """A case of somebody else was opened: until when it held, who of the supervisors saw it.

    Times in UTC milliseconds; None and "" while nobody saw it.
    """

    until: int
    seen_at: int | None
    seen_by: str


@dataclass(frozen=True)
class AuditLine:
    """One row as people read it. `at` in UTC milliseconds, 0 when the row holds no time at all.

    `details` has codes and counts by name, `stored` is the JSON they were read from. `reason` is
    what was stated to open a record, "" for those who may not read it: then it is in none of them.
    `numbers`: of the calls and cases that the row names, by the id it names them with.
    """

    seq: int
    at: int
    user_id: str
    action: str
    entity: str
    entity_id: str
    details: Mapping[str, str | int | bool]
    stored: str
    prev_hash: str
    hash: str
    reason: str = ""
    opening: Opening | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditPage:
    """Lines, newest first, and where the next step begins; None: that was the last one."""

    lines: tuple[AuditLine, ...]
    before: int | None


class AuditLog:
    """Verbs that only look. Every one needs the right to see the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, actor: Actor, wanted: AuditFilter, before: int | None = None, limit: int = PAGE
    ) -> AuditPage:
        """At most `limit` lines older than row `before`; fewer, or none, where the step ended
        sooner: then ask on from `AuditPage.before`."""
        actor.require(Right.SEE_AUDIT)
        with self._database.read() as connection, any_text(connection):
            reach = _reach(connection, wanted, before)
            if reach is None:
                return AuditPage((), None)
            rows = connection.execute(_step(connection, wanted, reach).limit(limit)).all()
            following: int | None = None
            if len(rows) == limit:
                following = rows[-1].seq
            elif reach.stepwise and reach.floor > reach.first:
                # Over a gap at once: somebody may have put a row of a huge number in.
                older = _newest(connection, audit.c.seq < reach.floor)
                following = None if older is None or older < reach.first else older + 1
            reasons = actor.may(Right.SEE_ACCESS_REASONS)
            lines = tuple(_lines(connection, rows, reasons=reasons))
        return AuditPage(lines, following)

    def names(self, actor: Actor) -> dict[str, str]:
        """Full name by user id of everybody who ever worked on this PC."""
        actor.require(Right.SEE_AUDIT)
        with self._database.read() as connection:
            rows = connection.execute(select(app_user.c.user_id, app_user.c.full_name))
            return {row.user_id: row.full_name for row in rows}


def line_of(row: Any, *, reasons: bool) -> AuditLine:
    """The stored row, whatever somebody put in it, without what other tables know of it."""
    details, stored = _details(row.details), _shown(row.details)
    stated = details.pop("reason", "") if row.action in GLASS else ""
    if stated and not reasons:
        stated, stored = "", canonical_plain(details).decode()
    return AuditLine(
        seq=row.seq,
        at=row.at if isinstance(row.at, int) and 0 <= row.at < _LATEST else 0,
        user_id=_shown(row.user_id),
        action=_shown(row.action),
        entity=_shown(row.entity),
        entity_id=_shown(row.entity_id),
        details=details,
        stored=stored,
        prev_hash=_shown(row.prev_hash),
        hash=_shown(row.hash),
        reason=str(stated),
    )


@dataclass(frozen=True)
class _Reach:
    """The rows of one step: `floor` to `last`; the filter ends at `first`."""

    first: int
    floor: int
    last: int
    stepwise: bool


def _reach(connection: Connection, wanted: AuditFilter, before: int | None) -> _Reach | None:
    """None where there is nothing."""
    first, last = _bounds(connection, _period(wanted))
    if before is not None:
        last = last if last is None else min(last, before - 1)
    if first is None or last is None or last < first:
        return None
    stepwise = not wanted.number and not _only_glass(wanted)
    return _Reach(first, max(first, last - STEP + 1) if stepwise else first, last, stepwise)


def _bounds(
    connection: Connection, period: list[ColumnElement[bool]]
) -> tuple[int | None, int | None]:
    first, last = func.min(audit.c.seq), func.max(audit.c.seq)
    if period:
        return tuple(connection.execute(select(first, last).where(*period)).one())
    # Each by itself is looked up; both in one statement would be a scan.
    ends = select(select(first).scalar_subquery(), select(last).scalar_subquery())
    return tuple(connection.execute(ends).one())


def _step(connection: Connection, wanted: AuditFilter, reach: _Reach) -> Select[Any]:
    conditions = [audit.c.seq >= reach.floor, audit.c.seq <= reach.last]
    conditions += _period(wanted, led=False)
    if wanted.user_id is not None:
        conditions.append(audit.c.user_id == wanted.user_id)
    if wanted.actions:
        conditions.append(audit.c.action.in_(wanted.actions))
    query = select(audit).where(*conditions).order_by(audit.c.seq.desc())
    if wanted.number:
        return query.where(audit.c.entity_id.in_(_ids_of(connection, wanted.number)))
    return query.where(_IS_GLASS) if _only_glass(wanted) else query


def _only_glass(wanted: AuditFilter) -> bool:
    return bool(wanted.actions) and set(wanted.actions) <= set(GLASS)


def _period(wanted: AuditFilter, *, led: bool = True) -> list[ColumnElement[bool]]:
    at: ColumnElement[Any] = audit.c.at
    if not led:
        # The plus keeps SQLite on the order of the rows: by the index it would have to sort them.
        at = UnaryExpression(at, operator=operators.custom_op("+"), type_=at.type)
    conditions = []
    if wanted.first_day:
        conditions.append(at >= day_bounds_ms(wanted.first_day)[0])
    if wanted.last_day:
        conditions.append(at < day_bounds_ms(wanted.last_day)[1])
    return conditions


def _newest(connection: Connection, condition: ColumnElement[bool]) -> int | None:
    return connection.execute(select(func.max(audit.c.seq)).where(condition)).scalar()


def _ids_of(connection: Connection, number: str) -> list[str]:
    """The records of that number: two PCs of an office may have given it twice."""
    typed = number.strip().upper()
    found = union(
        select(call.c.call_id).where(call.c.number == typed),
        select(case_file.c.case_id).where(case_file.c.number == typed),
        select(case_access.c.access_id)
        .join_from(case_access, case_file, case_file.c.case_id == case_access.c.case_id)
        .where(case_file.c.number == typed),
    )
    return list(connection.execute(found).scalars())


def _lines(connection: Connection, rows: Sequence[Any], *, reasons: bool) -> list[AuditLine]:
    lines = [line_of(row, reasons=reasons) for row in rows]
    numbers = _numbers(connection, lines)
    openings = _openings(connection, [r.entity_id for r in rows if r.action == GLASS[1]])
    return [
        replace(
            line,
            opening=openings.get((row.entity_id, row.user_id, row.at)),
            numbers={each: numbers[each] for each in _named(line) if each in numbers},
        )
        for line, row in zip(lines, rows, strict=True)
    ]


def _named(line: AuditLine) -> list[str]:
    return [line.entity_id, *(told for told in line.details.values() if isinstance(told, str))]


def _numbers(connection: Connection, lines: Sequence[AuditLine]) -> dict[str, str]:
    """The number of each call or case that the lines name, by the id they name it with."""
    ids = {each for line in lines for each in _named(line) if each}
    found = union(
        select(call.c.call_id, call.c.number).where(call.c.call_id.in_(ids)),
        select(case_file.c.case_id, case_file.c.number).where(case_file.c.case_id.in_(ids)),
        select(case_access.c.access_id, case_file.c.number)
        .join_from(case_access, case_file, case_file.c.case_id == case_access.c.case_id)
        .where(case_access.c.access_id.in_(ids)),
    )
    return {row[0]: row[1] for row in connection.execute(found)}


def _openings(
    connection: Connection, case_ids: Sequence[Any]
) -> dict[tuple[Any, Any, Any], Opening]:
    """By case, person and moment."""
    if not case_ids:
        return {}
    c = case_access.c
    rows = connection.execute(select(case_access).where(c.case_id.in_(case_ids)))
    return {
        (row.case_id, row.user_id, row.at): Opening(row.until, row.seen_at, row.seen_by or "")
        for row in rows
    }


def _details(stored: Any) -> dict[str, str | int | bool]:
    """What the row tells besides; nothing where somebody spoilt it."""
    try:
        told = json.loads(stored)
    except (ValueError, TypeError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {
        _shown(name): value if isinstance(value, int) else _shown(value)
        for name, value in told.items()
    }


def _shown(stored: Any) -> str:
    """A value as a text that can be shown and written, whatever somebody put in its place."""
    words = stored if isinstance(stored, str) else str(stored)
    return words.encode(errors="replace").decode()
