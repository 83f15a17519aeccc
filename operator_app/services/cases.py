"""Cases: the list, opening them, and every change. One transaction per act; rights checked here.

A case opens to its owner and to supervisors; anybody else states a reason, which is audited, shown
to the supervisor, and holds for an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.db.models import app_user
from operator_app.domain.calls import MAX_REASON, MAX_TEXT
from operator_app.domain.case_intake import assessed
from operator_app.domain.case_merge import Decision, Merged
from operator_app.domain.cases import (
    CLOSED,
    STATUSES,
    Affected,
    Case,
    Note,
    Offender,
    SafetyPlan,
    check_person,
)
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.consent import Consent, check_consent
from operator_app.domain.danger import LEVELS, check_screen, more_cautious
from operator_app.domain.follow_ups import with_rule_tasks
from operator_app.domain.ids import new_record_id
from operator_app.domain.incidents import with_types
from operator_app.domain.people import RIGHTS, Actor, Right, Role
from operator_app.domain.reference import Reference
from operator_app.domain.violence import SafeContact
from operator_app.errors import BadInput, Fault, NotAllowed
from operator_app.services.case_access import CaseReasonNeeded, grant, has_access, require_access
from operator_app.services.case_files import CaseFiles
from operator_app.services.case_history import CaseView, timeline
from operator_app.services.case_texts import check_text, require_reason
from operator_app.services.case_versions import Version
from operator_app.services.closures import closed_as_asked, closure_asked_at


class Cases:
    """Verbs over cases."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        with database.read() as connection:
            office = settings.read_office(connection)
            device = settings.read_device(connection)
        self.files = CaseFiles(device, office.code, reference.danger_rules, clock)

    @property
    def _now(self) -> int:
        return to_ms(self._clock())

    def open(self, actor: Actor, case_id: str, reason: str = "") -> Case:
        """The whole case; audited.

        Raises CaseReasonNeeded for a case of another person, unless a reason is given; a reason
        holds for an hour.
        """
        actor.require(Right.SEE_CASES)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            found = self.files.read(connection, case_id)
            action, details = "case.viewed", {}
            if not has_access(connection, actor, found, now):
                reason = reason.strip()
                if not reason:
                    raise CaseReasonNeeded("case.reason_needed")
                check_text("reason", reason, MAX_REASON)
                action, details = "case.glass_broken", {"reason": reason}
                grant(connection, actor, case_id, reason, now, self._clock)
            self._audited(connection, actor, action, case_id, now, details)
        return found

    def view(self, actor: Actor, case_id: str) -> CaseView:
        """What the page of the case shows; after `open`, and again when something changed."""
        with self._database.read() as connection:
            shown = self.files.read(connection, case_id)
            require_access(connection, actor, shown, self._now)
            history = timeline(shown, self.files.versions(connection, case_id))
            heads = len(self.files.heads(connection, case_id))
            asked_at = closure_asked_at(connection, case_id)
        return CaseView(shown, history, heads, actor.may(Right.WORK_ON_CASES), asked_at)

    def versions(self, actor: Actor, case_id: str) -> list[Version]:
        """All revisions, oldest first; after `open`."""
        with self._database.read() as connection:
            require_access(connection, actor, self.files.read(connection, case_id), self._now)
            return self.files.versions(connection, case_id)

    def heads(self, actor: Actor, case_id: str) -> list[Version]:
        """The versions that contradict each other; one when there is no conflict."""
        with self._database.read() as connection:
            require_access(connection, actor, self.files.read(connection, case_id), self._now)
            return self.files.heads(connection, case_id)

    def may_change(self, actor: Actor, case: Case) -> bool:
        """Whether changes of the case would be allowed now."""
        if not actor.may(Right.WORK_ON_CASES):
            return False
        with self._database.read() as connection:
            return has_access(connection, actor, case, to_ms(self._clock()))

    def change(
        self,
        actor: Actor,
        case_id: str,
        make: Callable[[Case], Case],
        action: str,
        details: dict[str, str] | None = None,
        *,
        closed_too: bool = False,
        settled: bool = False,
        also: Callable[[Connection], None] | None = None,
    ) -> Case:
        """A new revision: `make` of the case as it is now, with the tasks the rules ask for.

        For the verbs of this and other services. A closed case takes only what is `closed_too`;
        what must be `settled` waits for one version of two; `also` is written with the revision.
        Raises NotAllowed for these, and what `make` and `also` raise; nothing is changed then.
        """
        actor.require(Right.WORK_ON_CASES)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            before = self.files.head(connection, case_id)
            require_access(connection, actor, before, now)
            if before.is_closed and not closed_too:
                raise NotAllowed("case.closed")
            if settled and len(self.files.heads(connection, case_id)) > 1:
                raise NotAllowed("case.two_versions")
            made = make(before)
            if made == before:
                return before
            made = with_rule_tasks(with_types(made), now)
            saved = self.files.write(connection, made, (before.op_id,), actor.user_id, now)
            self._audited(connection, actor, action, case_id, now, details or {})
            if also is not None:
                also(connection)
        return saved

    def assess(
        self,
        actor: Actor,
        case_id: str,
        answers: dict[str, str],
        *,
        danger_now: str | None = None,
        raised_to: str | None = None,
        reason: str = "",
    ) -> Case:
        """One more danger screen. The risk rises if it must; it never falls by this."""
        if faults := check_screen(answers, danger_now, raised_to):
            raise BadInput("case.faults", faults)
        check_text("reason", reason, MAX_TEXT)
        return self.change(
            actor,
            case_id,
            lambda case: assessed(
                case,
                self._reference.danger_rules,
                answers,
                danger_now=danger_now,
                raised_to=raised_to,
                by=actor.user_id,
                at=to_ms(self._clock()),
                assessment_id=new_record_id(self._clock),
                reason=reason.strip(),
            ),
            "case.assessed",
        )

    def lower_risk(self, actor: Actor, case_id: str, level: str, reason: str) -> Case:
        """A supervisor's decision, with the reason; kept as an assessment of its own."""
        actor.require(Right.LOWER_RISK)
        require_reason(reason)

        def lowered(case: Case) -> Case:
            if level not in LEVELS or more_cautious(level, case.risk) == level:
                raise BadInput("case.faults", [Fault("risk", "case.not_lower")])
            kept = assessed(
                case,
                self._reference.danger_rules,
                {},
                danger_now=None,
                raised_to=None,
                by=actor.user_id,
                at=to_ms(self._clock()),
                assessment_id=new_record_id(self._clock),
                reason=reason.strip(),
            )
            decision = replace(kept.assessments[-1], final=level, lowered=True)
            return replace(kept, risk=level, assessments=(*kept.assessments[:-1], decision))

        return self.change(
            actor, case_id, lowered, "case.risk_lowered", {"to": level}, settled=True
        )

    def set_status(self, actor: Actor, case_id: str, status: str) -> Case:
        """Any status but closed; one that was closed is open again."""
        if status not in STATUSES or status == CLOSED:
            raise BadInput("case.faults", [Fault("status", "call.unknown_code")])
        return self.change(
            actor,
            case_id,
            lambda case: replace(
                case,
                status=status,
                closed_at=None,
                closed_by="",
                close_reason=None,
                close_note="",
            ),
            "case.status_set",
            {"to": status},
            closed_too=True,
        )

    def close(
        self,
        actor: Actor,
        case_id: str,
        reason: str,
        note: str = "",
        also: Callable[[Connection], None] | None = None,
    ) -> Case:
        """Close it, with a code of `close_reason`. High risk: a supervisor only."""
        if self._reference.find("close_reason", reason) is None:
            raise BadInput("case.faults", [Fault("close_reason", "case.close_reason_missing")])
        check_text("close_note", note, MAX_TEXT)
        now = to_ms(self._clock())

        def closed(case: Case) -> Case:
            if case.is_acute and not actor.may(Right.CLOSE_ACUTE_CASE):
                raise NotAllowed("case.acute_closed_by_supervisor")
            return replace(
                case,
                status=CLOSED,
                closed_at=now,
                closed_by=actor.user_id,
                close_reason=reason,
                close_note=note.strip(),
            )

        also = also or partial(closed_as_asked, case_id=case_id, by=actor.user_id, now=now)
        return self.change(
            actor, case_id, closed, "case.closed", {"reason": reason}, settled=True, also=also
        )

    def colleagues(self, actor: Actor) -> dict[str, str]:
        """Who a case or a follow-up may be given to: full name by user id, by name."""
        actor.require(Right.WORK_ON_CASES)
        roles = [role.value for role in Role if Right.WORK_ON_CASES in RIGHTS[role]]
        query = (
            select(app_user.c.user_id, app_user.c.full_name)
            .where(app_user.c.active == 1, app_user.c.role.in_(roles))
            .order_by(app_user.c.full_name)
        )
        with self._database.read() as connection:
            return {row.user_id: row.full_name for row in connection.execute(query)}

    def assign(self, actor: Actor, case_id: str, owner_id: str) -> Case:
        """Give the case, with its open tasks, to another person who works on cases here."""
        actor.require(Right.ASSIGN_CASES)
        if owner_id not in self.colleagues(actor):
            raise BadInput("case.faults", [Fault("owner", "person.unknown")])

        def assigned(case: Case) -> Case:
            tasks = tuple(
                replace(t, assignee_id=owner_id)
                if t.is_open and t.assignee_id == case.owner_id
                else t
                for t in case.tasks
            )
            return replace(case, owner_id=owner_id, tasks=tasks)

        return self.change(actor, case_id, assigned, "case.assigned", {"to": owner_id})

    def add_note(self, actor: Actor, case_id: str, text: str) -> Case:
        """Words on the case; a note is never changed."""
        if not text.strip():
            raise BadInput("case.faults", [Fault("note", "case.note_empty")])
        check_text("note", text, MAX_TEXT)
        note = Note(new_record_id(self._clock), to_ms(self._clock()), actor.user_id, text.strip())
        return self.change(
            actor,
            case_id,
            lambda case: replace(case, notes=(*case.notes, note)),
            "case.noted",
            closed_too=True,
        )

    def set_person(self, actor: Actor, case_id: str, affected: Affected) -> Case:
        """Who the case is about."""
        if faults := check_person(affected):
            raise BadInput("case.faults", faults)
        return self.change(
            actor, case_id, lambda case: replace(case, affected=affected), "case.person_set"
        )

    def set_offender(self, actor: Actor, case_id: str, offender: Offender) -> Case:
        """Facts about who did it."""
        check_text("offender_name", offender.name, 200)
        return self.change(
            actor, case_id, lambda case: replace(case, offender=offender), "case.offender_set"
        )

    def set_contact(self, actor: Actor, case_id: str, contact: SafeContact) -> Case:
        """How she may be reached. Phone follow-ups that are no longer safe become others."""
        for name in ("phone", "hours", "who_may_answer", "what_to_say"):
            check_text(name, getattr(contact, name), 1_000)
        return self.change(
            actor, case_id, lambda case: replace(case, contact=contact), "case.contact_set"
        )

    def set_plan(self, actor: Actor, case_id: str, plan: SafetyPlan) -> Case:
        """The safety plan, as agreed now."""
        for name in ("safe_person", "code_word", "safe_place", "children_plan", "steps"):
            check_text(name, getattr(plan, name), MAX_TEXT)
        agreed = replace(plan, agreed_at=to_ms(self._clock()))
        return self.change(actor, case_id, lambda case: replace(case, plan=agreed), "case.plan_set")

    def add_consent(self, actor: Actor, case_id: str, consent: Consent) -> Case:
        """One more word on one purpose; the earlier ones are kept."""
        if faults := check_consent(consent):
            raise BadInput("case.faults", faults)
        check_text("consents", consent.reason, MAX_REASON)
        now = to_ms(self._clock())

        def noted(case: Case) -> Case:
            # Later than all before it, also where this PC's clock was put back meanwhile.
            at = max([now, *(c.at + 1 for c in case.consents)])
            said = replace(consent, at=at, by=actor.user_id)
            return replace(case, consents=(*case.consents, said))

        return self.change(
            actor,
            case_id,
            noted,
            "case.consent_noted",
            {"purpose": consent.purpose, "value": consent.value},
            closed_too=True,  # she may take her word back as long as the record exists
        )

    def merged(self, actor: Actor, case_id: str) -> Merged:
        """The versions that contradict each other, where, and what is shown meanwhile."""
        with self._database.read() as connection:
            found = self.files.merged(connection, case_id)
            require_access(connection, actor, found.case, self._now)
        return found

    def merge(
        self, actor: Actor, case_id: str, bases: tuple[str, ...], choices: Mapping[str, int]
    ) -> Case:
        """The supervisor's one version of several: a revision based on all of them.

        `choices`: for each difference the number of the version that is right; what is not chosen
        keeps the more cautious value. Raises BadInput("case.changed_meanwhile") when another
        version came since.
        """
        actor.require(Right.MERGE_CASES)
        now = self._now
        with self._database.write() as connection:
            decision = Decision(choices, actor.user_id, now)
            found = self.files.merged(connection, case_id, decision)
            if {v.op_id for v in found.versions} != set(bases):
                raise BadInput("case.changed_meanwhile", [Fault("case", "case.changed_meanwhile")])
            made = with_rule_tasks(found.case, now)
            saved = self.files.write(connection, made, tuple(sorted(bases)), actor.user_id, now)
            self._audited(connection, actor, "case.merged", case_id, now, {})
        return saved

    def _audited(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        case_id: str,
        now: int,
        details: dict[str, str],
    ) -> None:
        audit.append(
            connection,
            at=now,
            user_id=actor.user_id,
            action=action,
            entity="case",
            entity_id=case_id,
            details=details,
        )
