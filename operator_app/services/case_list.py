"""The list of cases, and the cases a new call may belong to: codes and numbers, never a name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, tuple_

from operator_app.db.case_models import case_call, case_file, case_key
from operator_app.db.engine import Database
from operator_app.domain.cases import CLOSED
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.danger import ACUTE
from operator_app.domain.people import Actor, Right
from operator_app.domain.phone import read_phone
from operator_app.services.case_rows import name_words

PAGE = 100


@dataclass(frozen=True)
class CaseFilter:
    """Which cases to list: `owner_id` None for all; `acute` only high and immediate ones; `open`
    only those not closed; `late` only those with a follow-up past its time; `conflict` only those
    with two versions."""

    owner_id: str | None = None
    acute: bool = False
    open: bool = True
    late: bool = False
    conflict: bool = False


@dataclass(frozen=True)
class CaseRow:
    """A line of the list: no name, no word of the case. Times in UTC milliseconds."""

    case_id: str
    number: str
    kind: str
    status: str
    risk: str
    division: str | None
    opened_at: int
    owner_id: str
    next_action_at: int | None
    closed_at: int | None
    conflict: bool

    @property
    def key(self) -> tuple[int, str]:
        """Where the next page begins."""
        return self.opened_at, self.case_id


@dataclass(frozen=True)
class CaseCounts:
    """How many cases that are not closed are acute, late, in conflict."""

    acute: int
    late: int
    conflict: int


@dataclass(frozen=True)
class Suggestion:
    """A case a call may belong to; `by` is "phone" or "name"."""

    row: CaseRow
    by: str


_ROWS = select(
    case_file.c.case_id,
    case_file.c.number,
    case_file.c.kind,
    case_file.c.status,
    case_file.c.risk,
    case_file.c.division,
    case_file.c.opened_at,
    case_file.c.owner_id,
    case_file.c.next_action_at,
    case_file.c.closed_at,
    case_file.c.conflict,
)


class CaseList:
    """Reads lists of cases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def page(
        self,
        actor: Actor,
        wanted: CaseFilter,
        after: tuple[int, str] | None = None,
        limit: int = PAGE,
    ) -> list[CaseRow]:
        """At most `limit` cases opened before the key `after`, newest first."""
        actor.require(Right.SEE_CASES)
        c = case_file.c
        conditions: list[ColumnElement[bool]] = []
        if wanted.owner_id:
            conditions.append(c.owner_id == wanted.owner_id)
        if wanted.acute:
            conditions.append(c.risk.in_(sorted(ACUTE)))
        if wanted.open:
            conditions.append(c.status != CLOSED)
        if wanted.late:
            conditions.append(c.next_action_at < to_ms(self._clock()))
        if wanted.conflict:
            conditions.append(c.conflict == 1)
        if after:
            conditions.append(tuple_(c.opened_at, c.case_id) < tuple_(*after))
        with self._database.read() as connection:
            rows = connection.execute(
                _ROWS.where(*conditions).order_by(c.opened_at.desc(), c.case_id.desc()).limit(limit)
            ).mappings()
            return [_case_row(row) for row in rows]

    def counts(self, actor: Actor, owner_id: str | None = None) -> CaseCounts:
        """Of all open cases of the office, or of those of one person."""
        actor.require(Right.SEE_CASES)
        c = case_file.c
        conditions = [c.status != CLOSED]
        if owner_id:
            conditions.append(c.owner_id == owner_id)
        query = select(
            func.count().filter(c.risk.in_(sorted(ACUTE))),
            func.count().filter(c.next_action_at < to_ms(self._clock())),
            func.count().filter(c.conflict == 1),
        ).where(*conditions)
        with self._database.read() as connection:
            return CaseCounts(*connection.execute(query).one())

    def suggestions(self, actor: Actor, typed_phone: str, name: str) -> list[Suggestion]:
        """Cases of the same number, then of the same name (at least two words of it the same, or
        the only one given). The operator decides; nothing is joined by itself."""
        actor.require(Right.SEE_CASES)
        phone = read_phone(typed_phone).key
        words = name_words(name)
        with self._database.read() as connection:
            by_phone = _with_keys(connection, "phone", [phone] if phone else [], 1)
            by_name = _with_keys(connection, "name", words, min(2, len(words)))
            known = dict.fromkeys(by_name, "name") | dict.fromkeys(by_phone, "phone")
            rows = connection.execute(
                _ROWS.where(case_file.c.case_id.in_(list(known))).order_by(
                    case_file.c.opened_at.desc()
                )
            ).mappings()
            found = [Suggestion(_case_row(row), known[row["case_id"]]) for row in rows]
        return sorted(found, key=lambda s: s.by != "phone")[:5]

    def row(self, actor: Actor, case_id: str) -> CaseRow | None:
        """The line of one case, or None when this PC does not have it."""
        actor.require(Right.SEE_CASES)
        with self._database.read() as connection:
            found = connection.execute(_ROWS.where(case_file.c.case_id == case_id)).mappings()
            return next((_case_row(row) for row in found), None)

    def holds_only(self, actor: Actor, case_id: str, call_id: str) -> bool:
        """Whether there is no other call in the case: one sent early may still be moved from it."""
        actor.require(Right.SEE_CASES)
        with self._database.read() as connection:
            calls = connection.execute(
                select(case_call.c.call_id).where(case_call.c.case_id == case_id)
            ).scalars()
            return set(calls) == {call_id}

    def of_call(self, actor: Actor, call_id: str) -> str | None:
        """The id of the case the call belongs to, if any."""
        actor.require(Right.SEE_CASES)
        with self._database.read() as connection:
            return connection.execute(
                select(case_call.c.case_id).where(case_call.c.call_id == call_id)
            ).scalar()


def _case_row(row: RowMapping) -> CaseRow:
    return CaseRow(**{**row, "conflict": bool(row["conflict"])})


def _with_keys(connection: Connection, kind: str, keys: list[str], least: int) -> list[str]:
    """Cases that have at least `least` of the keys."""
    if not keys:
        return []
    rows = connection.execute(
        select(case_key.c.case_id).where(case_key.c.kind == kind, case_key.c.key.in_(keys))
    ).scalars()
    found: dict[str, int] = {}
    for case_id in rows:
        found[case_id] = found.get(case_id, 0) + 1
    return [case_id for case_id, number in found.items() if number >= least]
