"""What a violence call adds to its case. Saying the same call twice adds nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from operator_app.domain.calls import UNKNOWN_PLACE, Call
from operator_app.domain.cases import (
    OTHER_WAY,
    PHONE,
    Affected,
    Assessment,
    CallLink,
    Case,
    Incident,
    Referral,
    ReferralStep,
    find_part,
    replaced,
)
from operator_app.domain.clock import local_day
from operator_app.domain.consent import GIVEN, Consent
from operator_app.domain.danger import YES, DangerRules, carried, risk_after
from operator_app.domain.days import age_band, read_age, read_day
from operator_app.domain.follow_ups import referral_due, with_rule_tasks
from operator_app.domain.gbv import contexts
from operator_app.domain.incidents import with_types
from operator_app.domain.violence import CALLER, ReferralAsk, SafeContact, ViolenceForm

CHILD_TOPICS = ("CHI.",)
OLDER_TOPIC = "OLD.ABU"
CHILD = "C"

T = TypeVar("T")


def case_kind(call: Call) -> str:
    """VIOLENCE, or CHILD where the topic is about a child (code list `case_kind`)."""
    about_child = any(topic.startswith(CHILD_TOPICS) for topic in call.form.topics)
    return "CHILD" if about_child else "VIOLENCE"


def absorb(
    case: Case,
    call: Call,
    rules: DangerRules,
    *,
    by: str,
    now: int,
    new_id: Callable[[], str],
    before: Call | None = None,
) -> Case:
    """The case with what the call says. What the call leaves open keeps what the case knew.

    `before`: what the case took from this call last, where it was amended. Only what differs from
    it is news: what was corrected on the case meanwhile is not put back by an amended note.
    """
    said, old = _block(call), _block(before)
    link = CallLink(
        call.call_id,
        call.number,
        call.form.started_at,
        call.operator_id,
        call.form.topics[0] if call.form.topics else None,
        call.form.danger_now,
    )
    case = replace(
        case,
        calls=replaced(case.calls, "call_id", link),
        division=_news(_division(call), _division(before), case.division),
        affected=_affected(case, call, before),
        offender=replace(
            case.offender, relation=_news(said.offender, old.offender, case.offender.relation)
        ),
        contact=_contact(case.contact, said.contact, old.contact),
    )
    # Of several words at one moment the last one was meant.
    moments = {(c.purpose, c.recipient, c.at): c for c in said.consents}
    for consent in moments.values():
        if consent not in old.consents:
            case = _consented(case, consent, by)
    case = _told(case, call, before)
    case = _assessed(case, call, said, rules, by=by, now=now, new_id=new_id)
    for ask in said.referrals:
        referral = _referral(case, call, ask, by)
        case = replace(case, referrals=replaced(case.referrals, "referral_id", referral))
    return _with_ways(with_rule_tasks(with_types(case), now), call)


def _with_ways(case: Case, call: Call) -> Case:
    """What was planned while she was still being asked (a call that was sent early) may be done by
    phone once she agreed in the same call."""
    if not case.may_be_phoned:
        return case
    own = {f"SAFE:{a.assessment_id}" for a in case.assessments if a.call_id == call.call_id}
    tasks = tuple(
        replace(t, way=PHONE) if t.is_open and t.way == OTHER_WAY and t.rule in own else t
        for t in case.tasks
    )
    return replace(case, tasks=tasks)


def _block(call: Call | None) -> ViolenceForm:
    return (call.form.violence if call else None) or ViolenceForm()


def _news(said: T, old: T, known: T) -> T:
    """What is known after the call said this, and `old` before it: silence takes nothing back."""
    return said if said and said != old else known


def _affected(case: Case, call: Call, before: Call | None) -> Affected:
    said, known = _person(call), case.affected
    old = _person(before) if before else Affected()
    if old.is_caller and not said.is_caller and _block(call).affected and _only_call(case, call):
        # It was noted wrongly: the number and the name of the caller are not hers.
        known = replace(
            known,
            is_caller=False,
            name="" if known.name == old.name else known.name,
            phone="" if known.phone == old.phone else known.phone,
            sex=None if known.sex == old.sex else known.sex,
        )
    age, band = known.age, known.age_band
    if said.age is not None and said.age != old.age:
        age, band = said.age, said.age_band
    return replace(
        known,
        is_caller=said.is_caller or known.is_caller,
        name=_news(said.name, old.name, known.name),
        sex=_news(said.sex, old.sex, known.sex),
        age=age,
        age_band=band,
        phone=_news(said.phone, old.phone, known.phone),
        vulnerabilities=tuple(
            dict.fromkeys(
                (
                    *known.vulnerabilities,
                    *(v for v in said.vulnerabilities if v not in old.vulnerabilities),
                )
            )
        ),
    )


def _person(call: Call) -> Affected:
    """The affected person as this one call tells of her."""
    said, form = _block(call), call.form
    is_caller = said.affected == CALLER
    age = read_age(said.affected_age)
    return Affected(
        is_caller=is_caller,
        name=said.affected_name.strip() or (form.caller_name.strip() if is_caller else ""),
        sex=said.affected_sex or (form.caller_sex if is_caller else None),
        age=age,
        age_band=age_band(age),
        phone=form.phone.strip() if is_caller else "",
        vulnerabilities=said.vulnerabilities,
    )


def _only_call(case: Case, call: Call) -> bool:
    return all(link.call_id == call.call_id for link in case.calls)


def _division(call: Call | None) -> str | None:
    return None if call is None or call.form.division == UNKNOWN_PLACE else call.form.division


def _contact(known: SafeContact, said: SafeContact, old: SafeContact) -> SafeContact:
    return SafeContact(
        phone=_news(said.phone.strip(), old.phone.strip(), known.phone),
        hours=_news(said.hours.strip(), old.hours.strip(), known.hours),
        who_may_answer=_news(
            said.who_may_answer.strip(), old.who_may_answer.strip(), known.who_may_answer
        ),
        what_to_say=_news(said.what_to_say.strip(), old.what_to_say.strip(), known.what_to_say),
    )


def _consented(case: Case, said: Consent, by: str) -> Case:
    """The case with one more word, unless it is there, or a later one on the same matter is.

    A refusal counts even with an earlier time: a PC's clock may have been put back meanwhile.
    """
    matter = (said.purpose, said.recipient)
    same = [c for c in case.consents if (c.purpose, c.recipient) == matter]
    last = max(reversed(same), key=lambda c: c.at, default=None)
    if any(c.at == said.at and _content(c) == _content(said) for c in same):
        return case
    at = said.at
    if last is not None and at < last.at:
        if said.value in GIVEN or _content(last) == _content(said):
            return case
        at = last.at + 1
    return replace(case, consents=(*case.consents, replace(said, at=at, by=said.by or by)))


def _content(consent: Consent) -> tuple[str, str, tuple[str, ...]]:
    return consent.value, consent.reason, consent.parts


def _told(case: Case, call: Call, before: Call | None) -> Case:
    """The case with what happened as this call told it: one incident for each call."""
    said = _incident(call)
    old = _incident(before) if before else Incident(call.call_id, call.form.started_at)
    known = find_part(case.incidents, "incident_id", call.call_id)
    if known is None:
        if not (said.forms or said.happened or said.place or said.children):
            return case
        return replace(case, incidents=(*case.incidents, said))
    incident = replace(
        known,
        happened_on=_news(said.happened_on, old.happened_on, known.happened_on),
        forms=_news(said.forms, old.forms, known.forms),
        contexts=tuple(dict.fromkeys((*known.contexts, *said.contexts))),
        place=_news(said.place, old.place, known.place),
        division=_news(said.division, old.division, known.division),
        children=_news(said.children, old.children, known.children),
        happened=_news(said.happened, old.happened, known.happened),
    )
    return replace(case, incidents=replaced(case.incidents, "incident_id", incident))


def _incident(call: Call) -> Incident:
    said, form = _block(call), call.form
    day = read_day(said.happened_on, local_day(form.started_at))
    # Where no age is known, what kind of call it is tells something; domain.incidents goes on.
    child = case_kind(call) == "CHILD" or (
        said.affected == CALLER and form.caller_age_group == CHILD
    )
    return Incident(
        incident_id=call.call_id,
        told_at=form.started_at,
        happened_on=day.isoformat() if day else "",
        forms=said.forms,
        contexts=contexts(said.forms, None, child=child, older=OLDER_TOPIC in form.topics),
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
    danger_now = call.form.danger_now
    last = next((a for a in reversed(case.assessments) if a.call_id == call.call_id), None)
    if last is None:
        is_news = bool(said.answers or said.raised_to) or danger_now == YES
    else:
        # Also an answer that was taken back is kept, though it lowers nothing.
        is_news = (last.answers, last.danger_now, last.raised_to) != (
            said.answers,
            danger_now,
            said.raised_to,
        )
    if not is_news:
        return case
    return assessed(
        case,
        rules,
        said.answers,
        danger_now=danger_now,
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
    final = risk_after(case.risk, [computed, raised_to])
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


def _referral(case: Case, call: Call, ask: ReferralAsk, by: str) -> Referral:
    referral_id = f"{call.call_id}:{ask.service_type}"
    step = ReferralStep(ask.status, ask.at, by)
    known = find_part(case.referrals, "referral_id", referral_id)
    if known is None:
        known = Referral(
            referral_id=referral_id,
            service_type=ask.service_type,
            steps=(step,),
            call_id=call.call_id,
        )
    elif known.first(ask.status) is None:
        known = replace(known, steps=(*known.steps, step))
    due = known.due_at
    if due is None and known.sent_at is not None:
        due = referral_due(ask.service_type, known.sent_at)
    return replace(known, warm=ask.warm or known.warm, due_at=due)
