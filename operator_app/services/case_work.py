"""The work on a case: incidents, protection orders, referrals, follow-ups. Rights as in Cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from operator_app.domain.calls import MAX_TEXT
from operator_app.domain.cases import (
    PHONE,
    Case,
    Incident,
    ProtectionOrder,
    Referral,
    ReferralStep,
    Task,
    find_part,
    replaced,
)
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.days import check_past_day, read_day
from operator_app.domain.follow_ups import check_due, check_task, referral_due
from operator_app.domain.ids import new_record_id
from operator_app.domain.orders import checked_order, with_end_of_issue
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.referrals import FAILED, FIRST_STEPS, NEXT_STEPS, require_consent
from operator_app.errors import BadInput, Fault, NotAllowed, NotFound
from operator_app.services.case_texts import check_text
from operator_app.services.cases import Cases

MAX_NAME = 500
"""Characters of the name of an office or an organisation."""


class CaseWork:
    """Verbs over the parts of a case. Whatever is refused leaves the case as it was."""

    def __init__(self, cases: Cases, reference: Reference, clock: Clock) -> None:
        self._cases = cases
        self._reference = reference
        self._clock = clock

    @property
    def _now(self) -> int:
        return to_ms(self._clock())

    def set_incident(self, actor: Actor, case_id: str, incident: Incident) -> Case:
        """Write down what happened (`incident_id` "" for a new one), or correct it.

        `happened_on` may be as typed; type and contexts are computed. Raises BadInput with a
        fault of `happened_on`, `happened`, `forms`, `place` or `children`.
        """
        check_text("happened", incident.happened, MAX_TEXT)
        now = self._now
        today = local_day(now)
        if faults := check_past_day("happened_on", incident.happened_on, today):
            raise BadInput("case.faults", faults)
        day = read_day(incident.happened_on, today)
        written = replace(
            incident,
            happened_on=day.isoformat() if day else "",
            happened=incident.happened.strip(),
            gbv_type=None,
            contexts=(),
        )
        told = (written.happened_on, written.happened, written.forms)
        if not any((*told, written.place, written.children)):
            raise BadInput("case.faults", [Fault("happened", "incident.empty")])
        if not written.incident_id:
            written = replace(written, incident_id=new_record_id(self._clock), told_at=now)

        def noted(case: Case) -> Case:
            before = find_part(case.incidents, "incident_id", written.incident_id)
            if before is None and incident.incident_id:
                raise NotFound("case.part_unknown")
            known = before or Incident("", 0)
            self._check_codes("forms", "violence_form", written.forms, known.forms)
            self._check_codes("place", "place_of_incident", [written.place], [known.place])
            self._check_codes("children", "yes_no_unknown", [written.children], [known.children])
            kept = written
            if before is not None:
                kept = replace(
                    written,
                    told_at=before.told_at,
                    call_id=before.call_id,
                    gbv_type=before.gbv_type,
                    contexts=before.contexts,
                )
            return replace(case, incidents=replaced(case.incidents, "incident_id", kept))

        return self._cases.change(actor, case_id, noted, "case.incident_set")

    def set_order(self, actor: Actor, case_id: str, order: ProtectionOrder) -> Case:
        """A protection order as it stands now; `order_id` "" for a new one.

        An issued order without an end gets its three days. Raises BadInput with faults of
        `asked_at`, `issued_at`, `ends_at` or `broken_at` for moments that cannot be.
        """
        self._check_codes("status", "order_status", [order.status])
        check_text("police_office", order.police_office, MAX_NAME)
        now = self._now
        new_id = new_record_id(self._clock)

        def noted(case: Case) -> Case:
            before = find_part(case.orders, "order_id", order.order_id)
            if before is None and order.order_id:
                raise NotFound("case.part_unknown")
            written = replace(
                with_end_of_issue(order, before), police_office=order.police_office.strip()
            )
            kept = checked_order(written, now)
            if before is None:
                kept = replace(kept, order_id=new_id, recorded_at=now)
            return replace(case, orders=replaced(case.orders, "order_id", kept))

        return self._cases.change(actor, case_id, noted, "case.order_set", {"status": order.status})

    def refer(
        self,
        actor: Actor,
        case_id: str,
        service_type: str,
        status: str,
        *,
        organisation: str = "",
        warm: bool = False,
        note: str = "",
        reason: str = "",
        due_at: int | None = None,
    ) -> Case:
        """A new referral, offered, declined or sent at once; `warm`: she was put through.

        Raises BadInput: "referral.no_consent" when the service may not be told.
        """
        if self._reference.find("service_type", service_type) is None:
            raise BadInput("case.faults", [Fault("service_type", "referral.service_missing")])
        if status not in FIRST_STEPS:
            raise BadInput("case.faults", [Fault("status", "referral.no_such_step")])
        if warm and status != "SENT":
            raise BadInput("case.faults", [Fault("warm", "referral.warm_is_sent")])
        check_text("organisation", organisation, MAX_NAME)
        check_text("note", note, MAX_TEXT)
        now = self._now
        if due_at is not None:
            check_due(due_at, now)
        new = Referral(
            referral_id=new_record_id(self._clock),
            service_type=service_type,
            steps=(self._step(actor, status, reason, now),),
            organisation=organisation.strip(),
            warm=warm,
            due_at=due_at or (referral_due(service_type, now) if status == "SENT" else None),
            note=note.strip(),
        )

        def referred(case: Case) -> Case:
            require_consent(case, service_type, status, None)
            return replace(case, referrals=(*case.referrals, new))

        return self._cases.change(
            actor, case_id, referred, "case.referred", {"to": service_type, "status": status}
        )

    def step_referral(
        self,
        actor: Actor,
        case_id: str,
        referral_id: str,
        status: str,
        *,
        reason: str = "",
        warm: bool | None = None,
    ) -> Case:
        """The referral came to another status; one that failed says why."""
        now = self._now
        step = self._step(actor, status, reason, now)

        def stepped(case: Case) -> Case:
            referral = find_part(case.referrals, "referral_id", referral_id)
            if referral is None:
                raise NotFound("case.part_unknown")
            if status not in NEXT_STEPS.get(referral.status, ()):
                raise BadInput("case.faults", [Fault("status", "referral.no_such_step")])
            require_consent(case, referral.service_type, status, referral)
            due = referral.due_at
            if status == "SENT":
                due = referral_due(referral.service_type, now)
            after = replace(
                referral,
                steps=(*referral.steps, step),
                due_at=due,
                warm=referral.warm if warm is None else warm,
            )
            return replace(case, referrals=replaced(case.referrals, "referral_id", after))

        return self._cases.change(actor, case_id, stepped, "case.referral_step", {"status": status})

    def add_task(
        self,
        actor: Actor,
        case_id: str,
        *,
        kind: str,
        way: str,
        due_at: int,
        assignee_id: str = "",
        text: str = "",
    ) -> Case:
        """A follow-up by hand; `assignee_id` "" for the owner of the case.

        Raises BadInput("task.no_safe_call") for a phone call she did not agree to, or without a
        time that is safe; a fault of `due_at` for a time gone by.
        """
        check_text("text", text, MAX_TEXT)
        self._check_codes("kind", "task_kind", [kind])
        self._check_codes("way", "task_way", [way])
        check_due(due_at, self._now)
        colleagues = self._cases.colleagues(actor)

        def added(case: Case) -> Case:
            task = Task(
                task_id=new_record_id(self._clock),
                kind=kind,
                way=way,
                due_at=due_at,
                assignee_id=assignee_id or case.owner_id,
                created_at=self._now,
                text=text.strip(),
            )
            _check_assignee(actor, case, task.assignee_id, colleagues)
            check_task(case, task)
            return replace(case, tasks=(*case.tasks, task))

        return self._cases.change(actor, case_id, added, "case.task_added", {"kind": kind})

    def finish_task(self, actor: Actor, case_id: str, task_id: str, result: str) -> Case:
        """Done, with what came of it."""
        if not result.strip():
            raise BadInput("case.faults", [Fault("result", "task.result_missing")])
        check_text("result", result, MAX_TEXT)
        return self._change_task(
            actor,
            case_id,
            task_id,
            "case.task_done",
            done_at=self._now,
            done_by=actor.user_id,
            result=result.strip(),
        )

    def move_task(self, actor: Actor, case_id: str, task_id: str, due_at: int) -> Case:
        """Another time for it. An alarm of an order cannot be put off past the order's end."""
        check_due(due_at, self._now)
        return self._change_task(actor, case_id, task_id, "case.task_moved", due_at=due_at)

    def give_task(self, actor: Actor, case_id: str, task_id: str, assignee_id: str) -> Case:
        """Another person for it, who may open the case because of it."""
        return self._change_task(
            actor, case_id, task_id, "case.task_given", assignee_id=assignee_id
        )

    def set_task_way(self, actor: Actor, case_id: str, task_id: str, way: str) -> Case:
        """Another way; phoning only with consent and a safe time."""
        self._check_codes("way", "task_way", [way])
        return self._change_task(actor, case_id, task_id, "case.task_way_set", way=way)

    def _change_task(
        self, actor: Actor, case_id: str, task_id: str, action: str, **changes: object
    ) -> Case:
        colleagues = self._cases.colleagues(actor)

        def changed(case: Case) -> Case:
            task = find_part(case.tasks, "task_id", task_id)
            if task is None or not task.is_open:
                raise NotFound("task.not_open")
            after = replace(task, **changes)  # type: ignore[arg-type]
            if after.assignee_id != task.assignee_id:
                _check_assignee(actor, case, after.assignee_id, colleagues)
            if after.is_open and (after.due_at != task.due_at or after.way == PHONE):
                check_task(case, after)
            return replace(case, tasks=replaced(case.tasks, "task_id", after))

        return self._cases.change(actor, case_id, changed, action)

    def _step(self, actor: Actor, status: str, reason: str, now: int) -> ReferralStep:
        self._check_codes("status", "referral_status", [status])
        if status in FAILED and not reason.strip():
            raise BadInput("case.faults", [Fault("reason", "referral.reason_missing")])
        check_text("reason", reason, MAX_TEXT)
        return ReferralStep(status, now, actor.user_id, reason.strip())

    def _check_codes(
        self,
        where: str,
        list_name: str,
        codes: Iterable[str | None],
        known: Iterable[str | None] = (),
    ) -> None:
        """`known`: codes that were there before; a newer list of another PC may have them."""
        new = {code for code in codes if code is not None}.difference(known)
        if any(self._reference.find(list_name, code) is None for code in new):
            raise BadInput("case.faults", [Fault(where, "call.unknown_code")])


def _check_assignee(actor: Actor, case: Case, assignee_id: str, colleagues: Iterable[str]) -> None:
    """A follow-up opens the case to whoever has it: only who answers for the case gives it away."""
    if assignee_id == case.owner_id:
        return
    if assignee_id not in colleagues:
        raise BadInput("case.faults", [Fault("assignee", "person.unknown")])
    if case.owner_id != actor.user_id and not actor.may(Right.ASSIGN_CASES):
        raise NotAllowed("task.given_by_owner")
