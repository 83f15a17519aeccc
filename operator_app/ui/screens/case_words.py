"""The lines of a case's timeline in words."""

from __future__ import annotations

from dataclasses import dataclass

from operator_app.domain.cases import (
    CLOSED,
    Assessment,
    CallLink,
    Incident,
    Note,
    ProtectionOrder,
    SafetyPlan,
    Task,
)
from operator_app.domain.clock import local_day
from operator_app.domain.consent import Consent
from operator_app.domain.danger import YES
from operator_app.domain.days import read_day
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.case_history import (
    Happening,
    OwnerSet,
    Part,
    StatusSet,
    Stepped,
    VersionsMerged,
)
from operator_app.ui import wording


@dataclass(frozen=True)
class Line:
    """One line as people read it: a heading, what was said, a tone of the theme, the call to open.

    `details` may be as long as a note is.
    """

    heading: str
    details: str = ""
    tone: str = ""
    call_id: str = ""


def line(happening: Happening, reference: Reference, names: dict[str, str]) -> Line:
    """What a happening says."""
    return _Words(reference, names).line(happening.part)


class _Words:
    def __init__(self, reference: Reference, names: dict[str, str]) -> None:
        self._reference = reference
        self._names = names

    def line(self, part: Part) -> Line:
        match part:
            case CallLink():
                said = self._call(part)
            case Incident():
                said = self._incident(part)
            case Assessment():
                said = self._assessment(part)
            case Stepped():
                said = self._step(part)
            case ProtectionOrder():
                said = self._order(part)
            case Task():
                heading = _("Done: {what}").format(what=self._one("task_kind", part.kind))
                said = Line(heading, _joined(part.text, part.result), "calm")
            case Consent():
                said = self._consent(part)
            case StatusSet():
                said = self._status(part)
            case _:
                said = self._other(part)
        return said

    def _other(self, part: Note | SafetyPlan | OwnerSet | VersionsMerged) -> Line:
        match part:
            case Note():
                return Line(_("Note"), part.text)
            case OwnerSet():
                before, after = (wording.person(self._names, u) for u in (part.before, part.after))
                return Line(
                    _("Given to {name}").format(name=after),
                    _("before: {name}").format(name=before),
                )
            case SafetyPlan():
                return Line(_("Safety plan agreed"))
            case VersionsMerged():
                return Line(_("Two versions became one"))

    def _call(self, link: CallLink) -> Line:
        heading = _("Call {number}").format(number=link.number)
        danger = wording.danger_wording(link.danger_now) if link.danger_now == YES else None
        details = _joined(danger.words if danger else "", self._one("topic_l2", link.topic))
        return Line(heading, details, "danger" if danger else "", link.call_id)

    def _incident(self, incident: Incident) -> Line:
        forms = ", ".join(self._one("violence_form", form) for form in incident.forms)
        heading = _("What happened: {what}").format(what=forms) if forms else _("What happened")
        day = read_day(incident.happened_on, local_day(incident.told_at))
        facts = " · ".join(
            fact
            for fact in (
                wording.whole_day(day) if day else incident.happened_on,
                self._one("place_of_incident", incident.place),
                _("children: {answer}").format(
                    answer=self._one("yes_no_unknown", incident.children)
                )
                if incident.children
                else "",
            )
            if fact
        )
        return Line(heading, _joined(facts, incident.happened))

    def _assessment(self, assessment: Assessment) -> Line:
        risk = wording.risk_wording(self._reference, assessment.final)
        template = _("Risk lowered to: {risk}") if assessment.lowered else _("Risk: {risk}")
        asked = {q.code: q for q in self._reference.danger_rules.questions}
        # A question of other rules is named by its code: this PC has no words for it.
        yes = [
            asked[code].label(language()) if code in asked else code
            for code, answer in assessment.answers.items()
            if answer == YES
        ]
        raised = self._one("risk_level", assessment.raised_to)
        return Line(
            template.format(risk=risk.words),
            _joined(
                _("Danger now") if assessment.danger_now == YES else "",
                _("“Yes”: {questions}").format(questions=" · ".join(yes)) if yes else "",
                _("Raised by a person to: {risk}").format(risk=raised) if raised else "",
                assessment.reason,
            ),
            risk.tone,
        )

    def _step(self, part: Stepped) -> Line:
        service = self._one("service_type", part.referral.service_type)
        status = self._one("referral_status", part.step.status)
        first = part.step == part.referral.steps[0]
        tones = {"DONE": "calm", "REJ": "waiting", "NOT": "waiting"}
        return Line(
            f"{service}: {status}",
            _joined(
                part.referral.organisation,
                _("Put through or introduced") if part.referral.warm and first else "",
                part.step.reason,
                part.referral.note if first else "",
            ),
            tones.get(part.step.status, ""),
        )

    def _order(self, order: ProtectionOrder) -> Line:
        status = self._one("order_status", order.status)
        ends = wording.full_day_and_time(order.ends_at) if order.ends_at is not None else ""
        return Line(
            _("Protection order: {status}").format(status=status),
            _joined(_("ends {when}").format(when=ends) if ends else "", order.police_office),
            "danger" if order.broken_at is not None else "",
        )

    def _consent(self, consent: Consent) -> Line:
        purpose = self._one("consent_purpose", consent.purpose)
        said = self._one("consent", consent.value)
        to = self._one("service_type", consent.recipient or None)
        return Line(f"{purpose}: {said}", _joined(to, consent.reason))

    def _status(self, part: StatusSet) -> Line:
        after = self._one("case_status", part.after)
        if part.after == CLOSED:
            reason = self._one("close_reason", part.reason)
            return Line(_("Closed: {reason}").format(reason=reason), part.note, "calm")
        if part.before == CLOSED:
            return Line(_("Opened again: {status}").format(status=after))
        return Line(_("Status: {status}").format(status=after))

    def _one(self, list_name: str, code: str | None) -> str:
        return self._reference.label(list_name, code, language())


def _joined(*lines: str) -> str:
    return "\n".join(part.strip() for part in lines if part.strip())
