"""The journal: all calls, newest first, filtered and paged in SQL by key, never by OFFSET."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select, tuple_

from operator_app.db.engine import Database
from operator_app.db.models import call, revision
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.phone import read_phone
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State

PAGE = 100


@dataclass(frozen=True)
class JournalFilter:
    """What to show; None means no restriction. Days are Bishkek days, both included.

    `topic` is a topic of level 2 or 1; `division` one of level 2 or 1 (all inside it), or
    UNKNOWN_PLACE; `danger` "Y", "N" or "U"; `states` any of the sync states; `text` the number of
    a call or a phone number.
    """

    first_day: date | None = None
    last_day: date | None = None
    operator_id: str | None = None
    topic: str | None = None
    division: str | None = None
    contact_kind: str | None = None
    substantive: bool | None = None
    danger: str | None = None
    states: tuple[State, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class JournalRow:
    """One line of the journal: no name and no text. Times in UTC milliseconds."""

    call_id: str
    number: str
    started_at: int
    duration_seconds: int
    operator_id: str
    contact_kind: str
    topic: str | None
    division: str | None
    language: str | None
    danger_now: str | None
    violence: bool
    revision_no: int
    voided: bool
    state: State
    last_code: str | None

    @property
    def key(self) -> tuple[int, str]:
        """Where the next page begins."""
        return self.started_at, self.call_id


class Journal:
    """Reads the list of calls."""

    def __init__(self, database: Database, reference: Reference) -> None:
        self._database = database
        self._reference = reference

    def page(
        self,
        actor: Actor,
        wanted: JournalFilter,
        after: tuple[int, str] | None = None,
        limit: int = PAGE,
    ) -> list[JournalRow]:
        """At most `limit` rows older than the key `after`, newest first."""
        actor.require(Right.SEE_CALLS)
        query = self.query(wanted, after, limit)
        with self._database.read() as connection:
            return [
                JournalRow(
                    call_id=r.call_id,
                    number=r.number,
                    started_at=r.started_at,
                    duration_seconds=r.duration_seconds,
                    operator_id=r.operator_id,
                    contact_kind=r.contact_kind,
                    topic=r.topic,
                    division=r.division,
                    language=r.language,
                    danger_now=r.danger_now,
                    violence=bool(r.violence),
                    revision_no=r.revision_no,
                    voided=r.voided_at is not None,
                    state=State(r.state),
                    last_code=r.last_code,
                )
                for r in connection.execute(query)
            ]

    def query(
        self, wanted: JournalFilter, after: tuple[int, str] | None, limit: int
    ) -> Select[tuple[object, ...]]:
        """The one statement of a page."""
        c = call.c
        query = select(
            c.call_id,
            c.number,
            c.started_at,
            c.duration_seconds,
            c.operator_id,
            c.contact_kind,
            c.topic,
            c.division,
            c.language,
            c.danger_now,
            c.violence,
            c.revision_no,
            c.voided_at,
            revision.c.state,
            revision.c.last_code,
        ).join_from(call, revision, revision.c.op_id == c.op_id)
        if wanted.first_day:
            query = query.where(c.started_at >= day_bounds_ms(wanted.first_day)[0])
        if wanted.last_day:
            query = query.where(c.started_at < day_bounds_ms(wanted.last_day)[1])
        if wanted.operator_id:
            query = query.where(c.operator_id == wanted.operator_id)
        if wanted.topic:
            query = query.where(
                c.topic == wanted.topic
                if "." in wanted.topic
                else and_(c.topic >= wanted.topic + ".", c.topic < wanted.topic + "/")
            )
        if wanted.division:
            query = query.where(c.division.in_(self._inside(wanted.division)))
        if wanted.contact_kind:
            query = query.where(c.contact_kind == wanted.contact_kind)
        if wanted.substantive is not None:
            query = query.where(c.substantive == int(wanted.substantive))
        if wanted.danger:
            query = query.where(c.danger_now == wanted.danger)
        if wanted.states:
            query = query.where(revision.c.state.in_([s.value for s in wanted.states]))
        if text := wanted.text.strip():
            key = read_phone(text).key
            by_number = c.number == text
            query = query.where(
                or_(by_number, and_(c.phone_key == key, c.phone_key != "")) if key else by_number
            )
        if after:
            query = query.where(tuple_(c.started_at, c.call_id) < tuple_(*after))
        return query.order_by(c.started_at.desc(), c.call_id.desc()).limit(limit)

    def _inside(self, code: str) -> list[str]:
        inside = [
            d.code
            for level in (1, 2)
            for d in self._reference.divisions(level)
            if self._reference.is_within(d.code, code)
        ]
        return inside or [code]
