"""Recording calls: draft, save, open, amend, void. One transaction per act."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import audit, revisions, settings
from operator_app.db.engine import Database
from operator_app.db.models import call, call_action, call_topic, draft
from operator_app.domain.calls import (
    Call,
    CallForm,
    call_number,
    check_form,
    new_form,
    phone_columns,
)
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.ids import new_op_id, new_record_id
from operator_app.domain.people import Actor, Right
from operator_app.domain.phone import read_phone
from operator_app.domain.reference import Reference
from operator_app.domain.wire import Kind, Lane, State, call_body, call_from_body
from operator_app.errors import AppError, BadInput, Fault, NotAllowed, NotFound


class ReasonNeeded(AppError):
    """A violence call of somebody else: open it with a stated reason ("break the glass")."""


@dataclass(frozen=True)
class NewCall:
    """A call about to be filled in, and the number it will get if it is the next to be saved."""

    form: CallForm
    number: str


@dataclass(frozen=True)
class Draft:
    """An unsaved form; `amends` is (call_id, op_id it was opened at) when it changes a call."""

    form: CallForm
    amends: tuple[str, str] | None = None


@dataclass(frozen=True)
class CallVersion:
    """One revision of a call: who made it, when (UTC ms), and how far it is on its way."""

    call: Call
    kind: Kind
    author_id: str
    at: int
    state: State
    last_code: str | None


@dataclass(frozen=True)
class TodayFigures:
    """Counts of the present Bishkek day, without void calls."""

    calls: int
    conversations: int
    danger: int
    mine: int


@dataclass(frozen=True)
class EarlierCall:
    """An earlier call from the same number, as the help panel shows it."""

    call_id: str
    number: str
    started_at: int
    topic: str | None
    contact_kind: str
    actions: tuple[str, ...]


class Calls:
    """Verbs over calls. Every verb checks the actor's rights."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        with database.read() as connection:
            self._office = settings.read_office(connection)
            self._device = settings.read_device(connection)

    def start(self, actor: Actor) -> NewCall:
        """An empty form: language as last used by this person, place of the office."""
        actor.require(Right.RECORD_CALL)
        now = to_ms(self._clock())
        with self._database.read() as connection:
            language = connection.execute(
                select(call.c.language)
                .where(call.c.operator_id == actor.user_id, call.c.language.is_not(None))
                .order_by(call.c.started_at.desc())
                .limit(1)
            ).scalar()
            number = self._number(now, settings.peek_number(connection, self._counter(now)))
        return NewCall(new_form(now, language or "ky", self._office.division), number)

    def save(self, actor: Actor, form: CallForm) -> Call:
        """Rows, revision, audit and the end of the draft, in one transaction.

        When this returns the call is on the disk. Raises BadInput("call.faults") and changes
        nothing when a core field is missing.
        """
        actor.require(Right.RECORD_CALL)
        self._check(form)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            running = settings.next_number(connection, self._counter(form.started_at))
            saved = Call(
                call_id=new_record_id(self._clock),
                number=self._number(form.started_at, running),
                office_code=self._office.code,
                operator_id=actor.user_id,
                form=form,
                ended_at=max(now, form.started_at),
                duration_seconds=max(0, (now - form.started_at) // 1000),
                saved_at=now,
                revision=1,
                op_id=new_op_id(),
            )
            self._append(connection, saved, Kind.CALL, (), actor, now)
            connection.execute(insert(call), {**self._columns(saved), "call_id": saved.call_id})
            self._write_lists(connection, saved)
            connection.execute(delete(draft).where(draft.c.operator_id == actor.user_id))
            self._audited(connection, actor, "call.saved", saved.call_id, now)
        return saved

    def amend(self, actor: Actor, call_id: str, form: CallForm, base: str) -> Call:
        """A new revision on top of `base`, the op_id that was opened.

        Raises BadInput("call.changed_meanwhile") when someone else amended it since.
        """
        self._check(form)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            before = self._require_changeable(connection, actor, call_id)
            if before.op_id != base:
                raise BadInput("call.changed_meanwhile", [Fault("call", "call.changed_meanwhile")])
            # When it took place does not change by writing it down better.
            form = replace(form, started_at=before.form.started_at)
            amended = replace(
                before, form=form, saved_at=now, revision=before.revision + 1, op_id=new_op_id()
            )
            self._replace(connection, amended, Kind.CALL, base, actor, now)
            connection.execute(delete(draft).where(draft.c.operator_id == actor.user_id))
            self._audited(connection, actor, "call.amended", call_id, now)
        return amended

    def void(self, actor: Actor, call_id: str, reason: str) -> Call:
        """Mark the call as not valid, with the reason. Nothing is erased."""
        if not reason.strip():
            raise BadInput("call.faults", [Fault("reason", "call.reason_missing")])
        now = to_ms(self._clock())
        with self._database.write() as connection:
            before = self._require_changeable(connection, actor, call_id)
            voided = replace(
                before,
                saved_at=now,
                revision=before.revision + 1,
                op_id=new_op_id(),
                voided_at=now,
                void_reason=reason.strip()[:500],
            )
            self._replace(connection, voided, Kind.VOID, before.op_id, actor, now)
            self._audited(connection, actor, "call.voided", call_id, now)
        return voided

    def open(self, actor: Actor, call_id: str, reason: str = "") -> Call:
        """The whole call; audited.

        Raises ReasonNeeded for a violence call of another operator, unless a reason is given;
        the reason is audited and shown to the supervisor.
        """
        actor.require(Right.SEE_CALLS)
        with self._database.write() as connection:
            found = self._read(connection, call_id)
            own = found.operator_id == actor.user_id
            action, details = "call.viewed", {}
            if found.form.is_violence and not own:
                if not actor.may(Right.OPEN_ANY_VIOLENCE_CALL):
                    if not reason.strip():
                        raise ReasonNeeded("call.reason_needed")
                    action = "call.glass_broken"
                    details = {"reason": reason.strip()[:500]}
            self._audited(connection, actor, action, call_id, to_ms(self._clock()), details=details)
        return found

    def history(self, actor: Actor, call_id: str, reason: str = "") -> list[CallVersion]:
        """All revisions, oldest first; the same rule of access as `open`."""
        self.open(actor, call_id, reason)
        with self._database.read() as connection:
            rows = revisions.history(connection, call_id)
        return [
            CallVersion(
                replace(
                    call_from_body(r.body, call_id=call_id, op_id=r.op_id, saved_at=r.created_at),
                    revision=number,
                ),
                r.kind,
                r.author_id,
                r.created_at,
                r.state,
                r.last_code,
            )
            for number, r in enumerate(rows, start=1)
        ]

    def earlier(self, actor: Actor, typed_phone: str, limit: int = 5) -> list[EarlierCall]:
        """Earlier calls from the same number, newest first; none for a hidden or short one."""
        actor.require(Right.SEE_CALLS)
        key = read_phone(typed_phone).key
        if not key:
            return []
        with self._database.read() as connection:
            rows = connection.execute(
                select(call)
                .where(call.c.phone_key == key, call.c.phone_key != "")
                .order_by(call.c.started_at.desc())
                .limit(limit)
            ).all()
            return [
                EarlierCall(
                    r.call_id,
                    r.number,
                    r.started_at,
                    r.topic,
                    r.contact_kind,
                    self._actions(connection, r.call_id),
                )
                for r in rows
                if r.voided_at is None
            ]

    def today(self, actor: Actor) -> TodayFigures:
        """How the day goes so far."""
        actor.require(Right.SEE_CALLS)
        today = local_day(to_ms(self._clock())).isoformat()
        with self._database.read() as connection:
            row = connection.execute(
                select(
                    func.count(),
                    func.sum(call.c.substantive),
                    func.count().filter(call.c.danger_now == "Y"),
                    func.count().filter(call.c.operator_id == actor.user_id),
                ).where(call.c.local_day == today, call.c.voided_at.is_(None))
            ).one()
        return TodayFigures(row[0], row[1] or 0, row[2], row[3])

    def may_change(self, actor: Actor, saved: Call) -> bool:
        """Whether `amend` and `void` would be allowed now."""
        if saved.voided_at is not None:
            return False
        if actor.may(Right.CHANGE_ANY_CALL):
            return True
        today = local_day(to_ms(self._clock()))
        return (
            actor.may(Right.CHANGE_OWN_CALL_SAME_DAY)
            and saved.operator_id == actor.user_id
            and local_day(saved.form.started_at) == today
        )

    def save_draft(self, actor: Actor, unsaved: Draft) -> int:
        """Keep the unsaved form, encrypted on the disk; returns when (UTC ms)."""
        actor.require(Right.RECORD_CALL)
        now = to_ms(self._clock())
        body = {"form": unsaved.form.as_dict(), "amends": unsaved.amends}
        values = {"saved_at": now, "body": json.dumps(body, ensure_ascii=False)}
        with self._database.write() as connection:
            connection.execute(
                upsert(draft)
                .values(operator_id=actor.user_id, **values)
                .on_conflict_do_update(index_elements=["operator_id"], set_=values)
            )
        return now

    def draft(self, actor: Actor) -> Draft | None:
        """The form that was not saved before the program ended, or None."""
        with self._database.read() as connection:
            text = connection.execute(
                select(draft.c.body).where(draft.c.operator_id == actor.user_id)
            ).scalar()
        if text is None:
            return None
        body = json.loads(text)
        amends = tuple(body["amends"]) if body["amends"] else None
        return Draft(CallForm.from_dict(body["form"]), amends)

    def discard_draft(self, actor: Actor) -> None:
        """Forget the unsaved form, by the operator's decision."""
        with self._database.write() as connection:
            connection.execute(delete(draft).where(draft.c.operator_id == actor.user_id))

    def _check(self, form: CallForm) -> None:
        if faults := check_form(form, self._reference):
            raise BadInput("call.faults", faults)

    def _require_changeable(self, connection: Connection, actor: Actor, call_id: str) -> Call:
        before = self._read(connection, call_id)
        if not self.may_change(actor, before):
            code = "call.voided_already" if before.voided_at else "call.not_changeable"
            raise NotAllowed(code)
        return before

    def _replace(
        self, connection: Connection, new: Call, kind: Kind, base: str, actor: Actor, now: int
    ) -> None:
        self._append(connection, new, kind, (base,), actor, now)
        connection.execute(
            update(call).where(call.c.call_id == new.call_id).values(**self._columns(new))
        )
        for table in (call_topic, call_action):
            connection.execute(delete(table).where(table.c.call_id == new.call_id))
        self._write_lists(connection, new)

    def _append(
        self,
        connection: Connection,
        saved: Call,
        kind: Kind,
        bases: tuple[str, ...],
        actor: Actor,
        now: int,
    ) -> None:
        if saved.form.is_urgent:
            lane = Lane.URGENT
        else:
            lane = Lane.AMENDED if bases else Lane.NEW
        revisions.append(
            connection,
            self._device,
            record_id=saved.call_id,
            kind=kind,
            bases=bases,
            author_id=actor.user_id,
            at=now,
            lane=lane,
            body=call_body(saved),
            op_id=saved.op_id,
        )

    def _columns(self, saved: Call) -> dict[str, object]:
        form = saved.form
        _, e164, phone_key = phone_columns(form)
        return {
            "number": saved.number,
            "office_code": saved.office_code,
            "operator_id": saved.operator_id,
            "started_at": form.started_at,
            "ended_at": saved.ended_at,
            "duration_seconds": saved.duration_seconds,
            "local_day": local_day(form.started_at).isoformat(),
            "saved_at": saved.saved_at,
            "contact_kind": form.contact_kind,
            "substantive": int(self._reference.is_substantive(form.contact_kind or "")),
            "violence": int(form.is_violence),
            "channel": form.channel,
            "danger_now": form.danger_now,
            "danger_at": form.danger_at,
            "language": form.language,
            "topic": form.topics[0] if form.topics else None,
            "benefit_issue": form.benefit_issue,
            "caller_sex": form.caller_sex,
            "caller_age_group": form.caller_age_group,
            "caller_age_band": form.caller_age_band,
            "relation": form.relation,
            "affected_sex": form.affected_sex,
            "affected_age_group": form.affected_age_group,
            "division": form.division,
            "caller_name": form.caller_name,
            "phone_raw": form.phone,
            "phone_e164": e164,
            "phone_key": phone_key,
            "note": form.note,
            "revision_no": saved.revision,
            "op_id": saved.op_id,
            "voided_at": saved.voided_at,
            "void_reason": saved.void_reason,
        }

    def _write_lists(self, connection: Connection, saved: Call) -> None:
        if saved.form.topics:
            connection.execute(
                insert(call_topic),
                [
                    {"call_id": saved.call_id, "position": i, "topic": topic}
                    for i, topic in enumerate(saved.form.topics)
                ],
            )
        if saved.form.actions:
            connection.execute(
                insert(call_action),
                [
                    {"call_id": saved.call_id, "position": i, "action": action}
                    for i, action in enumerate(saved.form.actions)
                ],
            )

    def _read(self, connection: Connection, call_id: str) -> Call:
        row = connection.execute(select(call).where(call.c.call_id == call_id)).mappings().first()
        if row is None:
            raise NotFound("call.unknown")
        topics = connection.execute(
            select(call_topic.c.topic)
            .where(call_topic.c.call_id == call_id)
            .order_by(call_topic.c.position)
        ).scalars()
        return _call(row, tuple(topics), self._actions(connection, call_id))

    def _actions(self, connection: Connection, call_id: str) -> tuple[str, ...]:
        return tuple(
            connection.execute(
                select(call_action.c.action)
                .where(call_action.c.call_id == call_id)
                .order_by(call_action.c.position)
            ).scalars()
        )

    def _counter(self, at_ms: int) -> str:
        return f"call.{local_day(at_ms).year}"

    def _number(self, at_ms: int, running: int) -> str:
        day: date = local_day(at_ms)
        return call_number(self._office.code, day.year, running)

    def _audited(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        call_id: str,
        now: int,
        details: dict[str, str] | None = None,
    ) -> None:
        audit.append(
            connection,
            at=now,
            user_id=actor.user_id,
            action=action,
            entity="call",
            entity_id=call_id,
            details=details,
        )


def _call(row: RowMapping, topics: tuple[str, ...], actions: tuple[str, ...]) -> Call:
    form = CallForm(
        started_at=row["started_at"],
        contact_kind=row["contact_kind"],
        channel=row["channel"],
        danger_now=row["danger_now"],
        danger_at=row["danger_at"],
        language=row["language"],
        topics=topics,
        benefit_issue=row["benefit_issue"],
        caller_sex=row["caller_sex"],
        caller_age_group=row["caller_age_group"],
        caller_age_band=row["caller_age_band"],
        relation=row["relation"],
        affected_sex=row["affected_sex"],
        affected_age_group=row["affected_age_group"],
        division=row["division"],
        caller_name=row["caller_name"],
        phone=row["phone_raw"],
        note=row["note"],
        actions=actions,
    )
    return Call(
        call_id=row["call_id"],
        number=row["number"],
        office_code=row["office_code"],
        operator_id=row["operator_id"],
        form=form,
        ended_at=row["ended_at"],
        duration_seconds=row["duration_seconds"],
        saved_at=row["saved_at"],
        revision=row["revision_no"],
        op_id=row["op_id"],
        voided_at=row["voided_at"],
        void_reason=row["void_reason"],
    )
