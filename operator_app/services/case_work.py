"""The work on a case: incidents, protection orders, referrals, follow-ups. Rights as in Cases."""

from __future__ import annotations

from dataclasses import replace

from operator_app.domain.cases import (
    PHONE,
    TOLD,
    Case,
    Incident,
    ProtectionOrder,
    Referral,
    ReferralStep,
    Task,
    find_part,
    replaced,
)
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.consent import SHARE, allows
from operator_app.domain.follow_ups import (
    EXTENDED_TO_MOST_MS,
    ISSUED_FOR_MS,
    ORDER_RUNS,
    check_task,
    referral_due,
)
from operator_app.domain.gbv import gbv_type
from operator_app.domain.ids import new_record_id
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput, Fault, NotFound
from operator_app.services.cases import MAX_TEXT, Cases, check_text

FAILED = frozenset({"DEC", "REJ", "NOT"})
"""Statuses that say why."""
NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "OFF": ("SENT", "DEC", "ACC", "DONE"),
    "DEC": ("OFF", "SENT"),
    "SENT": ("ACC", "REJ", "DONE", "NOT", "UNK"),
    "ACC": ("DONE", "NOT", "UNK"),
    "REJ": ("SENT",),
    "DONE": (),
    "NOT": ("SENT",),
    "UNK": ("ACC", "DONE", "NOT"),
}
"""Where a referral may go from each status."""


class CaseWork:
    """Verbs over the parts of a case."""

    def __init__(self, cases: Cases, reference: Reference, clock: Clock) -> None:
        self._cases = cases
        self._reference = reference
        self._clock = clock

    @property
    def _now(self) -> int:
        return to_ms(self._clock())

    def set_incident(self, actor: Actor, case_id: str, incident: Incident) -> Case:
        """Write down or correct what happened; the type follows from the forms of violence."""
        check_text("happened", incident.happened, MAX_TEXT)
        typed = replace(incident, gbv_type=gbv_type(incident.forms))
        return self._cases.change(
            actor,
            case_id,
            lambda case: replace(case, incidents=replaced(case.incidents, "incident_id", typed)),
            "case.incident_set",
        )

    def set_order(self, actor: Actor, case_id: str, order: ProtectionOrder) -> Case:
        """A protection order as it stands now; `order_id` "" for a new one.

        An issued order without an end gets its three days. Raises BadInput with a fault of
        `issued_at` or `ends_at` for moments that cannot be.
        """
        check_text("police_office", order.police_office, 500)
        kept = checked_order(order, self._now)
        if not kept.order_id:
            kept = replace(kept, order_id=new_record_id(self._clock), recorded_at=self._now)
        return self._cases.change(
            actor,
            case_id,
            lambda case: replace(case, orders=replaced(case.orders, "order_id", kept)),
            "case.order_set",
            {"status": kept.status},
        )

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
        """A new referral, offered, declined or sent at once.

        Raises BadInput: "referral.no_consent" when the service may not be told.
        """
        if self._reference.find("service_type", service_type) is None:
            raise BadInput("case.faults", [Fault("service_type", "referral.service_missing")])
        check_text("organisation", organisation, 500)
        check_text("note", note, MAX_TEXT)
        now = self._now
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
            _require_consent(case, service_type, status)
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
            _require_consent(case, referral.service_type, status)
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
        """A follow-up by hand. Raises BadInput("task.no_safe_call") for a phone call she did not
        agree to, or without a time that is safe; a fault of `due_at` for a time gone by."""
        check_text("text", text, MAX_TEXT)
        self._check_due(due_at)

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
        """Another time for it."""
        self._check_due(due_at)
        return self._change_task(actor, case_id, task_id, "case.task_moved", due_at=due_at)

    def give_task(self, actor: Actor, case_id: str, task_id: str, assignee_id: str) -> Case:
        """Another person for it."""
        return self._change_task(
            actor, case_id, task_id, "case.task_given", assignee_id=assignee_id
        )

    def set_task_way(self, actor: Actor, case_id: str, task_id: str, way: str) -> Case:
        """Another way; phoning only with consent and a safe time."""
        return self._change_task(actor, case_id, task_id, "case.task_way_set", way=way)

    def _change_task(
        self, actor: Actor, case_id: str, task_id: str, action: str, **changes: object
    ) -> Case:
        def changed(case: Case) -> Case:
            task = find_part(case.tasks, "task_id", task_id)
            if task is None or not task.is_open:
                raise NotFound("case.part_unknown")
            after = replace(task, **changes)  # type: ignore[arg-type]
            if after.way == PHONE and after.is_open:
                check_task(case, after)
            return replace(case, tasks=replaced(case.tasks, "task_id", after))

        return self._cases.change(actor, case_id, changed, action)

    def _step(self, actor: Actor, status: str, reason: str, now: int) -> ReferralStep:
        if self._reference.find("referral_status", status) is None:
            raise BadInput("case.faults", [Fault("status", "call.unknown_code")])
        if status in FAILED and not reason.strip():
            raise BadInput("case.faults", [Fault("reason", "referral.reason_missing")])
        check_text("reason", reason, MAX_TEXT)
        return ReferralStep(status, now, actor.user_id, reason.strip())

    def _check_due(self, due_at: int) -> None:
        if due_at <= self._now:
            raise BadInput("case.faults", [Fault("due_at", "task.due_in_past")])


def checked_order(order: ProtectionOrder, now: int) -> ProtectionOrder:
    """The order with its three days filled in. Raises BadInput for moments that cannot be."""
    faults = []
    for name in ("asked_at", "issued_at", "broken_at"):
        moment = getattr(order, name)
        if moment is not None and moment > now:
            faults.append(Fault(name, "day.in_future"))
    if order.status in ORDER_RUNS:
        if order.issued_at is None:
            faults.append(Fault("issued_at", "order.issued_missing"))
        else:
            ends_at = order.ends_at or order.issued_at + ISSUED_FOR_MS
            if ends_at <= order.issued_at:
                faults.append(Fault("ends_at", "order.ends_before_issued"))
            # A court's ban with electronic monitoring has a term of its own.
            elif order.status != "ELEC" and ends_at > order.issued_at + EXTENDED_TO_MOST_MS:
                faults.append(Fault("ends_at", "order.too_long", {"days": 30}))
            order = replace(order, ends_at=ends_at)
    if faults:
        raise BadInput("case.faults", faults)
    return order


def _require_consent(case: Case, service_type: str, status: str) -> None:
    if status in TOLD and not allows(case.consents, SHARE, service_type):
        raise BadInput("referral.no_consent", [Fault("consents", "referral.no_consent")])
