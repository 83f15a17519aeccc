"""Recording calls: draft, save, open, amend, void. One transaction per act."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import audit, revisions, settings
from operator_app.db.engine import Database
from operator_app.db.models import call, draft
from operator_app.db.prepared import Prepared
from operator_app.domain.calls import (
    Call,
    CallForm,
    call_number,
    check_form,
    new_form,
    with_level,
)
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.disclosure import call_outgoing
from operator_app.domain.ids import new_op_id, new_record_id
from operator_app.domain.people import Actor, Right
from operator_app.domain.phone import read_phone
from operator_app.domain.reference import Reference
from operator_app.domain.wire import Kind, Lane, State, call_body, call_from_body
from operator_app.errors import AppError, BadInput, Fault, NotAllowed
from operator_app.services import call_lookup, call_rows, response_clock
from operator_app.services.call_lookup import EarlierCall, TodayFigures
from operator_app.services.case_files import CaseFiles

# Built once: building a statement costs more than running it.
_DRAFT = upsert(draft)
_KEEP_DRAFT = _DRAFT.on_conflict_do_update(
    index_elements=["operator_id", "draft_key"],
    set_={"saved_at": _DRAFT.excluded.saved_at, "body": _DRAFT.excluded.body},
)
_END_DRAFT = Prepared(
    delete(draft).where(
        draft.c.operator_id == bindparam("operator_id"),
        draft.c.draft_key == bindparam("draft_key"),
    )
)


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

    @property
    def key(self) -> str:
        """Tells it from another unfinished call of the same person."""
        return self.amends[0] if self.amends else str(self.form.started_at)


@dataclass(frozen=True)
class CallVersion:
    """One revision of a call: who made it, when (UTC ms), and how far it is on its way."""

    call: Call
    kind: Kind
    author_id: str
    at: int
    state: State
    last_code: str | None


class Calls:
    """Verbs over calls. Every verb checks the actor's rights."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        with database.read() as connection:
            self._office = settings.read_office(connection)
            self._device = settings.read_device(connection)
        self._case_files = CaseFiles(self._device, self._office.code, reference.danger_rules, clock)

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

    def save(self, actor: Actor, form: CallForm, *, early: bool = False) -> Call:
        """Rows, revision, case, audit and the end of the draft, in one transaction.

        When this returns the call is on the disk. Raises BadInput("call.faults") and changes
        nothing when a core field is missing. `early`: a call with danger now or high risk goes to
        the ministry while it is still being answered; what follows amends it.
        """
        actor.require(Right.RECORD_CALL)
        form = self._checked(form, early=early)
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
            call_rows.add(connection, saved, self._reference, complete=not early)
            self._follow(connection, saved, actor, now, early=early)
            self._end_draft(connection, actor, Draft(form))
            self._audited(connection, actor, "call.saved", saved.call_id, now)
        return saved

    def amend(self, actor: Actor, call_id: str, form: CallForm, base: str) -> Call:
        """A new revision on top of `base`, the op_id that was opened.

        Raises BadInput("call.changed_meanwhile") when someone else amended it since.
        """
        form = self._checked(form)
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
            self._follow(connection, amended, actor, now)
            self._end_draft(connection, actor, Draft(form, (call_id, base)))
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
            found = call_rows.read(connection, call_id)
            own = found.operator_id == actor.user_id
            action, details = "call.viewed", {}
            protected = found.form.is_violence and not own
            if protected and not actor.may(Right.OPEN_ANY_VIOLENCE_CALL):
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
        with self._database.read() as connection:
            return call_lookup.earlier(connection, read_phone(typed_phone).key, limit)

    def today(self, actor: Actor) -> TodayFigures:
        """How the day goes so far."""
        actor.require(Right.SEE_CALLS)
        today = local_day(to_ms(self._clock())).isoformat()
        with self._database.read() as connection:
            return call_lookup.today(connection, today, actor.user_id)

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
                _KEEP_DRAFT, {"operator_id": actor.user_id, "draft_key": unsaved.key, **values}
            )
        return now

    def draft(self, actor: Actor) -> Draft | None:
        """The form that was kept last and never saved, or None."""
        with self._database.read() as connection:
            text = connection.execute(
                select(draft.c.body)
                .where(draft.c.operator_id == actor.user_id)
                .order_by(draft.c.saved_at.desc(), draft.c.draft_key.desc())
                .limit(1)
            ).scalar()
        if text is None:
            return None
        body = json.loads(text)
        amends = tuple(body["amends"]) if body["amends"] else None
        return Draft(CallForm.from_dict(body["form"]), amends)

    def discard_draft(self, actor: Actor, unsaved: Draft) -> None:
        """Forget an unsaved form, by the operator's decision."""
        with self._database.write() as connection:
            self._end_draft(connection, actor, unsaved)

    def _end_draft(self, connection: Connection, actor: Actor, unsaved: Draft) -> None:
        _END_DRAFT.run(connection, {"operator_id": actor.user_id, "draft_key": unsaved.key})

    def _checked(self, form: CallForm, *, early: bool = False) -> CallForm:
        form = with_level(form, self._reference.danger_rules)
        if faults := check_form(form, self._reference, early=early and form.is_urgent):
            raise BadInput("call.faults", faults)
        return form

    def _follow(
        self, connection: Connection, saved: Call, actor: Actor, now: int, *, early: bool = False
    ) -> None:
        """What a violence call brings with it: its case, and the response clock."""
        if saved.form.is_violence:
            self._case_files.absorb(connection, saved, actor.user_id, now, early=early)
            response_clock.note(connection, saved)

    def _require_changeable(self, connection: Connection, actor: Actor, call_id: str) -> Call:
        before = call_rows.read(connection, call_id)
        if not self.may_change(actor, before):
            code = "call.voided_already" if before.voided_at else "call.not_changeable"
            raise NotAllowed(code)
        return before

    def _replace(
        self, connection: Connection, new: Call, kind: Kind, base: str, actor: Actor, now: int
    ) -> None:
        self._append(connection, new, kind, (base,), actor, now)
        call_rows.replace(connection, new, self._reference)

    def _append(
        self,
        connection: Connection,
        saved: Call,
        kind: Kind,
        bases: tuple[str, ...],
        actor: Actor,
        now: int,
    ) -> None:
        ordinary = Lane.AMENDED if bases else Lane.NEW
        lane = Lane.URGENT if saved.form.is_urgent else ordinary
        body = call_body(saved)
        revisions.append(
            connection,
            self._device,
            record_id=saved.call_id,
            kind=kind,
            bases=bases,
            author_id=actor.user_id,
            at=now,
            lane=lane,
            body=body,
            outgoing=call_outgoing(saved, body),
            op_id=saved.op_id,
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
