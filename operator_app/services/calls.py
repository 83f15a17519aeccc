"""Recording calls: draft, save, open, amend, void. One transaction per act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from operator_app.db import audit, revisions, settings
from operator_app.db.engine import Database
from operator_app.db.models import call
from operator_app.domain.calls import (
    MAX_REASON,
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
from operator_app.domain.text import check_text
from operator_app.domain.wire import Kind, Lane, call_body
from operator_app.errors import AppError, BadInput, Fault, NotAllowed
from operator_app.services import (
    call_drafts,
    call_history,
    call_lookup,
    call_rows,
    response_clock,
)
from operator_app.services.call_drafts import Draft
from operator_app.services.call_history import CallVersion
from operator_app.services.call_lookup import EarlierCall, Sending, TodayFigures
from operator_app.services.case_files import CaseFiles


class ReasonNeeded(AppError):
    """A violence call of somebody else: open it with a stated reason ("break the glass")."""


@dataclass(frozen=True)
class NewCall:
    """A call about to be filled in, and the number it will get if it is the next to be saved."""

    form: CallForm
    number: str


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
            call_drafts.end(connection, actor.user_id, Draft(form))
            if early:
                self._go_on(connection, actor, saved, complete=False)
            self._audited(connection, actor, "call.saved", saved.call_id, now)
        return saved

    def amend(
        self,
        actor: Actor,
        call_id: str,
        form: CallForm,
        base: str,
        *,
        early: bool = False,
        in_call: bool = False,
    ) -> Call:
        """A new revision on top of `base`, the op_id that was opened.

        Raises BadInput("call.changed_meanwhile") when someone else amended it since. `early`: as
        in `save`; a call that was complete once stays so. `in_call`: the caller has been on the
        line until now, the call lasted that long.
        """
        now = to_ms(self._clock())
        with self._database.write() as connection:
            before = self._require_changeable(connection, actor, call_id)
            complete = not early or call_rows.is_complete(connection, call_id)
            form = self._checked(form, early=not complete)
            if before.op_id != base:
                raise BadInput("call.changed_meanwhile", [Fault("call", "call.changed_meanwhile")])
            if in_call:
                seconds = max(0, (now - before.form.started_at) // 1000)
                before = replace(before, ended_at=now, duration_seconds=seconds)
            # When it took place does not change by writing it down better.
            form = replace(form, started_at=before.form.started_at)
            amended = replace(
                before, form=form, saved_at=now, revision=before.revision + 1, op_id=new_op_id()
            )
            self._replace(connection, amended, Kind.CALL, base, actor, now, complete=complete)
            self._follow(connection, amended, actor, now, early=not complete)
            call_drafts.end(connection, actor.user_id, Draft(form, (call_id, base)))
            if early:
                self._go_on(connection, actor, amended, complete=complete)
            self._audited(connection, actor, "call.amended", call_id, now)
        return amended

    def void(self, actor: Actor, call_id: str, reason: str) -> Call:
        """Mark the call as not valid, with the reason. Nothing is erased."""
        reason = reason.strip()
        if not reason:
            raise BadInput("call.faults", [Fault("reason", "call.reason_missing")])
        _check_reason(reason)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            before = self._require_changeable(connection, actor, call_id)
            voided = replace(
                before,
                saved_at=now,
                revision=before.revision + 1,
                op_id=new_op_id(),
                voided_at=now,
                void_reason=reason,
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
                reason = reason.strip()
                if not reason:
                    raise ReasonNeeded("call.reason_needed")
                _check_reason(reason)
                action, details = "call.glass_broken", {"reason": reason}
            self._audited(connection, actor, action, call_id, to_ms(self._clock()), details=details)
        return found

    def history(self, actor: Actor, call_id: str, reason: str = "") -> list[CallVersion]:
        """All revisions, oldest first; the same rule of access as `open`."""
        self.open(actor, call_id, reason)
        with self._database.read() as connection:
            return call_history.versions(connection, call_id)

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

    def sending(self, actor: Actor, call_id: str) -> Sending | None:
        """How far the newest revision of the call is on its way; None for an unknown call."""
        actor.require(Right.SEE_CALLS)
        with self._database.read() as connection:
            return call_lookup.sending(connection, call_id)

    def may_change(self, actor: Actor, saved: Call) -> bool:
        """Whether `amend` and `void` would be allowed now: never for a call of another PC, because
        what is changed here does not get there."""
        if saved.voided_at is not None or saved.device:
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
        with self._database.write() as connection:
            call_drafts.keep(connection, actor.user_id, unsaved, now)
        return now

    def draft(self, actor: Actor) -> Draft | None:
        """The form that was kept last and never saved, or None."""
        actor.require(Right.RECORD_CALL)
        with self._database.read() as connection:
            return call_drafts.newest(connection, actor.user_id)

    def discard_draft(self, actor: Actor, unsaved: Draft) -> None:
        """Forget an unsaved form, by the operator's decision."""
        actor.require(Right.RECORD_CALL)
        with self._database.write() as connection:
            call_drafts.end(connection, actor.user_id, unsaved)

    def _go_on(self, connection: Connection, actor: Actor, sent: Call, *, complete: bool) -> None:
        """What was sent early is still on the screen: a draft goes on as its amendment."""
        on = Draft(sent.form, (sent.call_id, sent.op_id), early=not complete)
        call_drafts.keep(connection, actor.user_id, on, sent.saved_at)

    def _checked(self, form: CallForm, *, early: bool = False) -> CallForm:
        form = with_level(form, self._reference.danger_rules)
        if faults := check_form(form, self._reference, early=early and form.is_urgent):
            raise BadInput("call.faults", faults)
        return form

    def _follow(
        self, connection: Connection, saved: Call, actor: Actor, now: int, *, early: bool = False
    ) -> None:
        """What a violence call brings with it: its case, and the response clock."""
        # Also when it was corrected to no violence at all: the case it opened has to know.
        in_case = saved.revision > 1 and self._case_files.of_call(connection, saved.call_id)
        if saved.form.is_violence or in_case:
            told = self._case_files.absorb(connection, saved, actor.user_id, now, early=early)
            response_clock.note(connection, saved)
            if told is not None:
                audit.append(
                    connection,
                    at=now,
                    user_id=actor.user_id,
                    action="case.told_by_call",
                    entity="case",
                    entity_id=told.case_id,
                    details={"call": saved.call_id},
                )

    def _require_changeable(self, connection: Connection, actor: Actor, call_id: str) -> Call:
        before = call_rows.read(connection, call_id)
        if not self.may_change(actor, before):
            raise NotAllowed(why_not_changeable(before))
        return before

    def _replace(
        self,
        connection: Connection,
        new: Call,
        kind: Kind,
        base: str,
        actor: Actor,
        now: int,
        *,
        complete: bool = True,
    ) -> None:
        self._append(connection, new, kind, (base,), actor, now)
        call_rows.replace(connection, new, self._reference, complete=complete)

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
        before = revisions.history(connection, saved.call_id) if bases else []
        outgoing = call_outgoing(
            saved,
            body,
            was_violence=call_rows.was_violence(before),
            of_case=self._case_files.words_for(connection, saved),
        )
        bases, over = revisions.stand_on(before, bases)
        revisions.append(
            connection,
            self._device,
            record_id=saved.call_id,
            kind=kind,
            bases=bases,
            over=over,
            author_id=actor.user_id,
            at=now,
            lane=lane,
            body=body,
            outgoing=outgoing,
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


def why_not_changeable(saved: Call) -> str:
    """The code of the reason why a call may not be changed."""
    if saved.device:
        return "call.other_seat"
    return "call.voided_already" if saved.voided_at is not None else "call.not_changeable"


def _check_reason(reason: str) -> None:
    if faults := check_text("reason", reason, MAX_REASON):
        raise BadInput("call.faults", faults)
