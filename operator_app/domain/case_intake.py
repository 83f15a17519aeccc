"""What a violence call adds to its case. Saying the same call twice adds nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from operator_app.domain.calls import UNKNOWN_PLACE, Call
from operator_app.domain.cases import (
    Affected,
    Assessment,
    CallLink,
    Case,
    Incident,
    Referral,
    ReferralStep,
    replaced,
)
from operator_app.domain.clock import local_day
from operator_app.domain.consent import Consent, newest
from operator_app.domain.danger import DangerRules, carried, risk_after
from operator_app.domain.days import age_band, read_age, read_day
from operator_app.domain.follow_ups import referral_due, with_rule_tasks
from operator_app.domain.gbv import OLDER_FROM, contexts, gbv_type
from operator_app.domain.violence import CALLER, SafeContact, ViolenceForm

CHILD_TOPICS = ("CHI.",)
ADULT_FROM = 18


def case_kind(call: Call) -> str:
    """VIOLENCE, or CHILD where the topic is about a child (code list `case_kind`)."""
    about_child = any(topic.startswith(CHILD_TOPICS) for topic in call.form.topics)
    return "CHILD" if about_child else "VIOLENCE"


def absorb(
    case: Case, call: Call, rules: DangerRules, *, by: str, now: int, new_id: Callable[[], str]
) -> Case:
    """The case with what the call says. What the call leaves open keeps what the case knew."""
    said = call.form.violence or ViolenceForm()
    link = CallLink(
        call.call_id,
        call.number,
        call.form.started_at,
        call.operator_id,
        call.form.topics[0] if call.form.topics else None,
        call.form.danger_now,
    )
    affected = _affected(case.affected, call, said)
    case = replace(
        case,
        calls=replaced(case.calls, "call_id", link),
        division=_division(call) or case.division,
        affected=affected,
        offender=replace(case.offender, relation=said.offender or case.offender.relation),
        contact=_contact(case.contact, said.contact),
        consents=case.consents + tuple(c for c in said.consents if _is_news(case, c)),
    )
    incident = _incident(call, said, affected)
    if incident.forms or incident.happened or incident.place or incident.children:
        case = replace(case, incidents=replaced(case.incidents, "incident_id", incident))
    case = _assessed(case, call, said, rules, by=by, now=now, new_id=new_id)
    for ask in said.referrals:
        case = replace(
            case,
            referrals=replaced(
                case.referrals,
                "referral_id",
                _referral(case, call, ask.service_type, ask.status, ask.at, ask.warm, by),
            ),
        )
    return with_rule_tasks(case, now)


def _affected(known: Affected, call: Call, said: ViolenceForm) -> Affected:
    is_caller = said.affected == CALLER
    form = call.form
    typed_age = read_age(said.affected_age)
    name = said.affected_name.strip() or (form.caller_name.strip() if is_caller else "")
    sex = said.affected_sex or (form.caller_sex if is_caller else None)
    return replace(
        known,
        is_caller=is_caller or known.is_caller,
        name=name or known.name,
        sex=sex or known.sex,
        age=typed_age if typed_age is not None else known.age,
        age_band=age_band(typed_age) or known.age_band,
        phone=(form.phone.strip() if is_caller else "") or known.phone,
        vulnerabilities=tuple(dict.fromkeys((*known.vulnerabilities, *said.vulnerabilities))),
    )


def _division(call: Call) -> str | None:
    return None if call.form.division == UNKNOWN_PLACE else call.form.division


def _contact(known: SafeContact, said: SafeContact) -> SafeContact:
    return SafeContact(
        phone=said.phone.strip() or known.phone,
        hours=said.hours.strip() or known.hours,
        who_may_answer=said.who_may_answer.strip() or known.who_may_answer,
        what_to_say=said.what_to_say.strip() or known.what_to_say,
    )


def _is_news(case: Case, consent: Consent) -> bool:
    """Whether the word differs from the last one on the same purpose and recipient."""
    last = newest(case.consents, consent.purpose, consent.recipient)
    if last is None or last.recipient != consent.recipient:
        return True
    return (last.value, last.reason, last.parts) != (consent.value, consent.reason, consent.parts)


def _incident(call: Call, said: ViolenceForm, affected: Affected) -> Incident:
    day = read_day(said.happened_on, local_day(call.form.started_at))
    if affected.age is not None:
        child, older = affected.age < ADULT_FROM, affected.age >= OLDER_FROM
    else:
        young_caller = affected.is_caller and call.form.caller_age_group == "C"
        child, older = young_caller or case_kind(call) == "CHILD", "OLD.ABU" in call.form.topics
    return Incident(
        incident_id=call.call_id,
        told_at=call.form.started_at,
        happened_on=day.isoformat() if day else "",
        forms=said.forms,
        gbv_type=gbv_type(said.forms),
        contexts=contexts(said.forms, said.offender, child=child, older=older),
        place=said.place,
        division=_division(call),
        children=said.children,
        happened=said.happened.strip(),
        call_id=call.call_id,
    )


def _assessed(
    case: Case,
    call: Call,
    said: ViolenceForm,
    rules: DangerRules,
    *,
    by: str,
    now: int,
    new_id: Callable[[], str],
) -> Case:
    if not said.answers and not said.raised_to and call.form.danger_now != "Y":
        return case
    last = next((a for a in reversed(case.assessments) if a.call_id == call.call_id), None)
    if last is not None and (last.answers, last.danger_now) == (
        said.answers,
        call.form.danger_now,
    ):
        raised = risk_after(case.risk, call.form.danger_now, [said.raised_to])
        if raised in (case.risk, last.final):
            return case
    return assessed(
        case,
        rules,
        said.answers,
        danger_now=call.form.danger_now,
        raised_to=said.raised_to,
        by=by,
        at=now,
        assessment_id=new_id(),
        call_id=call.call_id,
    )


def assessed(
    case: Case,
    rules: DangerRules,
    answers: dict[str, str],
    *,
    danger_now: str | None,
    raised_to: str | None,
    by: str,
    at: int,
    assessment_id: str,
    call_id: str = "",
    reason: str = "",
) -> Case:
    """The case with one more assessment; its risk rises if it must, and never falls."""
    told: dict[str, str] = {}
    for earlier in case.assessments:
        # A supervisor who lowered the risk has weighed what was answered until then.
        told = {} if earlier.lowered else carried(told, earlier.answers)
    computed = rules.level(carried(told, answers), danger_now)
    final = risk_after(case.risk, danger_now, [computed, raised_to])
    new = Assessment(
        assessment_id=assessment_id,
        at=at,
        by=by,
        answers=dict(answers),
        danger_now=danger_now,
        rules_version=rules.version,
        computed=computed,
        final=final,
        raised_to=raised_to,
        reason=reason,
        call_id=call_id,
    )
    return replace(case, risk=final, assessments=(*case.assessments, new))


def _referral(
    case: Case, call: Call, service_type: str, status: str, at: int, warm: bool, by: str
) -> Referral:
    referral_id = f"{call.call_id}:{service_type}"
    known = next((r for r in case.referrals if r.referral_id == referral_id), None)
    if known is None:
        known = Referral(
            referral_id=referral_id,
            service_type=service_type,
            steps=(ReferralStep(status, at, by),),
            call_id=call.call_id,
        )
    elif known.status != status and known.first(status) is None:
        known = replace(known, steps=(*known.steps, ReferralStep(status, at, by)))
    due = known.due_at
    if due is None and known.sent_at is not None:
        due = referral_due(service_type, known.sent_at)
    return replace(known, warm=warm or known.warm, due_at=due)
