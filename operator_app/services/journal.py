"""The journal: all calls, newest first, filtered and paged in SQL by key, never by OFFSET.

The database keeps no statistics (ANALYZE leads SQLite to wrong indexes, design/performance.md), so
the way through the tables is chosen here: the narrowest of the asked-for conditions leads, found by
counting at most `PROBE` index entries of each, and a unary plus keeps the planner off the others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)

from operator_app.db import seats
from operator_app.db.engine import Database
from operator_app.db.models import call, revision
from operator_app.db.prepared import Prepared
from operator_app.domain.calls import NUISANCE_KINDS
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.phone import read_phone
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.services.journal_terms import Lead, count, in_states, unled
from operator_app.services.search import Search

PAGE = 100
PROBE = 1000
"""Entries of an index that are counted to tell a narrow condition from a wide one."""

MOST_ARMS = 200
"""Values of a condition that are walked along one by one; SQLite merges 500 at most."""


@dataclass(frozen=True)
class JournalFilter:
    """What to show; None means no restriction. Days are Bishkek days, both included.

    `topic` is a topic of level 2 or 1; `division` one of any level (all inside it), or
    UNKNOWN_PLACE; `nuisance` True for the kinds that are their whole record, False for
    conversations; `danger` "Y", "N" or "U"; `states` any of the sync states; `text` the number of
    a call, a phone number as people write it, a part of either, or words: of the calls that these
    find, the newest MOST_IN_JOURNAL are looked at; `seat` the number of the office's PC, 0 for this.
    """

    first_day: date | None = None
    last_day: date | None = None
    operator_id: str | None = None
    topic: str | None = None
    division: str | None = None
    contact_kind: str | None = None
    nuisance: bool | None = None
    danger: str | None = None
    states: tuple[State, ...] = ()
    text: str = ""
    seat: int | None = None


class JournalRow(NamedTuple):
    """One line of the journal: no name and no text. Times in UTC milliseconds.

    `seat` is the number of the office's PC that took the call, 0 for this one; how far calls of
    others are on their way is not known here: no state. A tuple, because a page of dataclasses takes
    longer to make than to read.
    """

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
    state: State | None
    last_code: str | None
    seat: int = 0

    @property
    def key(self) -> tuple[int, str]:
        """Where the next page begins."""
        return self.started_at, self.call_id


_STATES = {state.value: state for state in State}
_ROWS: Select[Any] = select(
    call.c.call_id,
    call.c.number,
    call.c.started_at,
    call.c.duration_seconds,
    call.c.operator_id,
    call.c.contact_kind,
    call.c.topic,
    call.c.division,
    call.c.language,
    call.c.danger_now,
    call.c.violence,
    call.c.revision_no,
    call.c.voided_at,
    revision.c.state,
    revision.c.last_code,
    call.c.device,
).join_from(call, revision, revision.c.op_id == call.c.op_id, isouter=True)
"""In the order of the fields of JournalRow, but for the seat's number."""
_EVERYTHING = JournalFilter()
_ORDER = (call.c.started_at.desc(), call.c.call_id.desc())
# The offset is written out: SQLAlchemy gives SQLite one in any case, as a parameter of its own.
_ALL = _ROWS.order_by(*_ORDER).limit(bindparam("limit")).offset(literal_column("0"))
_NEWEST = Prepared(_ALL)
_OLDER = Prepared(
    _ALL.where(
        tuple_(call.c.started_at, call.c.call_id)
        < tuple_(bindparam("started_at", required=True), bindparam("call_id", required=True))
    )
)


class Journal:
    """Reads the list of calls."""

    def __init__(
        self, database: Database, reference: Reference, search: Search | None = None
    ) -> None:
        """Without `search` only whole numbers are found."""
        self._database = database
        self._reference = reference
        self._search = search

    def page(
        self,
        actor: Actor,
        wanted: JournalFilter,
        after: tuple[int, str] | None = None,
        limit: int = PAGE,
    ) -> list[JournalRow]:
        """At most `limit` rows older than the key `after`, newest first."""
        actor.require(Right.SEE_CALLS)
        with self._database.read() as connection:
            by_text = self._by_text(connection, actor, wanted.text.strip())
            if by_text is not None:
                wanted = replace(wanted, text="")
            found = self._found(connection, wanted, after, limit, by_text)
            numbers = seats.numbers(connection) if any(r[15] for r in found) else {}
        return [
            JournalRow._make(
                (
                    *r[:10],
                    bool(r[10]),
                    r[11],
                    r[12] is not None,
                    _STATES.get(r[13]),
                    r[14],
                    numbers.get(r[15], 0),
                )
            )
            for r in found
        ]

    def states(self, actor: Actor, call_ids: Sequence[str]) -> dict[str, State]:
        """How far the current revision of each call is; calls that are not there are left out."""
        actor.require(Right.SEE_CALLS)
        query = (
            select(call.c.call_id, revision.c.state)
            .join_from(call, revision, revision.c.op_id == call.c.op_id)
            .where(call.c.call_id.in_(bindparam("ids", expanding=True)))
        )
        found: dict[str, State] = {}
        with self._database.read() as connection:
            for start in range(0, len(call_ids), PROBE):
                some = list(call_ids[start : start + PROBE])
                found |= {
                    r.call_id: State(r.state) for r in connection.execute(query, {"ids": some})
                }
        return found

    def seat(self, device: str) -> int:
        """The number of the office's PC; 0 for this one."""
        with self._database.read() as connection:
            return seats.numbers(connection).get(device, 0)

    def query(
        self,
        connection: Connection,
        wanted: JournalFilter,
        after: tuple[int, str] | None,
        limit: int,
        among: Sequence[str] | None = None,
    ) -> Select[Any] | CompoundSelect[Any] | None:
        """The one statement of a page; None when nothing can match. `among`: only these calls."""
        leads = self._leads(connection, wanted)
        if among is not None:
            return self._among(wanted, after, limit, leads, among)
        lead = self._narrowest(connection, wanted, leads)
        if lead is not None and len(lead.values) > MOST_ARMS:
            # So many places are found soon by going through the calls as they come.
            lead = None
        by_state = lead is None and self._states_lead(connection, wanted)
        common = self._common(wanted, after, by_state)
        common += [unled(x.column).in_(x.values) for x in leads if x is not lead]
        if lead is None:
            newest = unled(call.c.started_at) if by_state else call.c.started_at
            return _ROWS.where(*common).order_by(newest.desc(), call.c.call_id.desc()).limit(limit)
        if not lead.values:
            return None
        # One walk along the index for each value, merged by time: no sorting of all that match.
        arms = [_ROWS.where(lead.equals(value), *common) for value in lead.values]
        if len(arms) == 1:
            return arms[0].order_by(*_ORDER).limit(limit)
        merged = union_all(*arms)
        columns = merged.selected_columns
        return merged.order_by(columns.started_at.desc(), columns.call_id.desc()).limit(limit)

    def _by_text(self, connection: Connection, actor: Actor, text: str) -> list[str] | None:
        """The calls that a text finds; None where it is a whole number, which leads by itself."""
        if not text or self._search is None:
            return None
        is_number = select(call.c.call_id).where(call.c.number == text)
        if connection.execute(is_number).first() is not None:
            return None
        return self._search.call_ids(actor, text)

    def _among(
        self,
        wanted: JournalFilter,
        after: tuple[int, str] | None,
        limit: int,
        leads: list[Lead],
        call_ids: Sequence[str],
    ) -> Select[Any] | None:
        """The page of a few known calls: they are looked up first, and sorted."""
        if not call_ids:
            return None
        newest = unled(call.c.started_at)
        return (
            _ROWS.where(
                call.c.call_id.in_(list(call_ids)),
                *self._common(wanted, after, bool(wanted.states)),
                *(unled(x.column).in_(x.values) for x in leads),
            )
            .order_by(newest.desc(), call.c.call_id.desc())
            .limit(limit)
        )

    def _found(
        self,
        connection: Connection,
        wanted: JournalFilter,
        after: tuple[int, str] | None,
        limit: int,
        among: Sequence[str] | None,
    ) -> Sequence[Sequence[Any]]:
        if wanted == _EVERYTHING and among is None:
            # What is asked most: the list as it opens, and on towards older calls.
            if after is None:
                return list(_NEWEST.run(connection, {"limit": limit}))
            key = {"started_at": after[0], "call_id": after[1]}
            return list(_OLDER.run(connection, {**key, "limit": limit}))
        query = self.query(connection, wanted, after, limit, among)
        return [] if query is None else connection.execute(query).all()

    def _leads(self, connection: Connection, wanted: JournalFilter) -> list[Lead]:
        c = call.c
        leads = []
        if text := wanted.text.strip():
            # A number of a call is one row; anything else is taken for a phone number.
            known = connection.execute(select(c.call_id).where(c.number == text)).first()
            key = read_phone(text).key
            if known:
                leads.append(Lead(c.number, (text,)))
            else:
                leads.append(Lead(c.phone_key, (key,) if key else ()))
        if wanted.operator_id:
            leads.append(Lead(c.operator_id, (wanted.operator_id,)))
        if wanted.topic:
            leads.append(Lead(c.topic, self._topics(connection, wanted.topic)))
        if wanted.division:
            leads.append(Lead(c.division, self._inside(connection, wanted.division)))
        if wanted.contact_kind:
            leads.append(Lead(c.contact_kind, (wanted.contact_kind,)))
        if wanted.danger:
            leads.append(Lead(c.danger_now, (wanted.danger,)))
        return leads

    def _narrowest(
        self, connection: Connection, wanted: JournalFilter, leads: list[Lead]
    ) -> Lead | None:
        """The condition to walk along; None when there is none, or a sync state is narrower."""
        if len(leads) < 2 and not wanted.states:
            return leads[0] if leads else None
        counted = []
        for lead in leads:
            some = [
                select(literal(1)).where(lead.equals(value), *_period(wanted)).limit(PROBE)
                for value in lead.values
            ]
            number = sum(count(connection, one) for one in some)
            counted.append((number, len(lead.values), lead))
        if not counted:
            return None
        number, _values, lead = min(counted, key=lambda x: x[:2])
        return lead if number < PROBE or not self._states_lead(connection, wanted) else None

    def _states_lead(self, connection: Connection, wanted: JournalFilter) -> bool:
        """Whether few revisions are in the states: then they are looked up first, and sorted."""
        if not wanted.states or State.APPLIED in wanted.states:
            return False
        return (
            count(connection, select(literal(1)).where(*in_states(wanted.states)).limit(PROBE))
            < PROBE
        )

    def _common(
        self, wanted: JournalFilter, after: tuple[int, str] | None, by_state: bool
    ) -> list[ColumnElement[bool]]:
        """The conditions that never lead; with `by_state`, the states do."""
        c = call.c
        conditions = _period(wanted, led=not by_state)
        if wanted.nuisance is not None:
            kind = unled(c.contact_kind)
            nuisance = kind.in_(NUISANCE_KINDS)
            conditions.append(nuisance if wanted.nuisance else kind.not_in(NUISANCE_KINDS))
        if by_state:
            conditions += in_states(wanted.states)
        elif wanted.states:
            conditions.append(unled(revision.c.state).in_([s.value for s in wanted.states]))
        if wanted.seat is not None:
            conditions.append(unled(c.device) == seats.device_of(wanted.seat))
        if after:
            started = unled(c.started_at) if by_state else c.started_at
            conditions.append(tuple_(started, c.call_id) < tuple_(*after))
        return conditions

    def _topics(self, connection: Connection, code: str) -> tuple[str, ...]:
        """The topic itself, or those of a level 1 topic that occur, also ones no longer listed."""
        if "." in code:
            return (code,)
        # Some topics of level 1 have nothing below them and stand for themselves.
        found: list[str] = [code]
        last = code + "."
        while True:
            following = connection.execute(
                select(func.min(call.c.topic)).where(call.c.topic > last, call.c.topic < code + "/")
            ).scalar()
            if following is None:
                return tuple(found)
            found.append(following)
            last = following

    def _inside(self, connection: Connection, code: str) -> tuple[str, ...]:
        """The places in it that occur: an oblast has hundreds of villages."""
        inside = self._reference.inside(code) or [code]
        place = func.json_each(json.dumps(inside)).table_valued("value")
        occurs = exists().where(call.c.division == place.c.value)
        return tuple(connection.execute(select(place.c.value).where(occurs)).scalars())


def _period(wanted: JournalFilter, *, led: bool = True) -> list[ColumnElement[bool]]:
    started = call.c.started_at if led else unled(call.c.started_at)
    conditions = []
    if wanted.first_day:
        conditions.append(started >= day_bounds_ms(wanted.first_day)[0])
    if wanted.last_day:
        conditions.append(started < day_bounds_ms(wanted.last_day)[1])
    return conditions
