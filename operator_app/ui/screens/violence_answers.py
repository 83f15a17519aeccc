"""What was answered in the violence block of a call, in words."""

from __future__ import annotations

from operator_app.domain.calls import CallForm
from operator_app.domain.clock import local_day
from operator_app.domain.consent import CALL_BACK, Consent, newest
from operator_app.domain.danger import NOT_ASSESSED
from operator_app.domain.days import read_day
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ReferralAsk, ViolenceForm
from operator_app.i18n import N_, _, language
from operator_app.ui import wording

SECTIONS = (
    (
        N_("Violence"),
        (
            "affected", "affected_name", "affected_sex", "affected_age", "forms",
            "vulnerabilities", "offender", "children", "place", "happened_on", "happened",
        ),
    ),
    (
        N_("Danger screen"),
        ("level", "raised_to", "answers", "police_at", "ambulance_at"),
    ),
    (
        N_("Safe contact"),
        (
            "call_back", "contact.phone", "contact.hours", "contact.who_may_answer",
            "contact.what_to_say",
        ),
    ),
    (
        N_("Consent and referrals"),
        ("consents", "referrals"),
    ),
)  # fmt: skip


def labels() -> dict[str, str]:
    """The name of each field."""
    return {
        "affected": _("Who is affected"),
        "affected_name": _("Name of the affected person"),
        "affected_sex": _("Sex of the affected person"),
        "affected_age": _("Age of the affected person"),
        "forms": _("Forms of violence"),
        "vulnerabilities": _("What makes it harder for her"),
        "offender": _("The offender is to her"),
        "children": _("Children were there"),
        "place": _("Where it happened"),
        "happened_on": _("When it happened"),
        "happened": _("What happened, in short"),
        "level": _("Level"),
        "raised_to": _("Raised by the operator to"),
        "answers": _("Danger questions"),
        "police_at": _("102 called"),
        "ambulance_at": _("103 called"),
        "call_back": _("May she be called back"),
        "contact.phone": _("Phone, if another one"),
        "contact.hours": _("When it is safe"),
        "contact.who_may_answer": _("Who may answer"),
        "contact.what_to_say": _("What to say if another answers"),
        "consents": _("Consents"),
        "referrals": _("Referrals"),
    }


def values(form: CallForm, reference: Reference) -> dict[str, str]:
    """What was answered, by field; empty where nothing was."""
    said = form.violence or ViolenceForm()
    spoken = language()

    def one(list_name: str, code: str | None) -> str:
        return reference.label(list_name, code, spoken)

    def lines(list_name: str, codes: tuple[str, ...]) -> str:
        return "\n".join(one(list_name, code) for code in codes)

    day = read_day(said.happened_on, local_day(form.started_at))
    call_back = newest(said.consents, CALL_BACK)
    others = [c for c in said.consents if c.purpose != CALL_BACK]
    return {
        "affected": one("affected", said.affected),
        "affected_name": said.affected_name.strip(),
        "affected_sex": one("sex", said.affected_sex),
        "affected_age": said.affected_age.strip(),
        "forms": lines("violence_form", said.forms),
        "vulnerabilities": lines("vulnerability", said.vulnerabilities),
        "offender": one("relation", said.offender),
        "children": one("yes_no_unknown", said.children),
        "place": one("place_of_incident", said.place),
        "happened_on": wording.whole_day(day) if day else said.happened_on.strip(),
        "happened": said.happened.strip(),
        "level": one("risk_level", said.level) if _is_assessed(said) else "",
        "raised_to": one("risk_level", said.raised_to),
        "answers": _answers(said, reference, spoken),
        "police_at": wording.time_of_day(said.police_at) if said.police_at else "",
        "ambulance_at": wording.time_of_day(said.ambulance_at) if said.ambulance_at else "",
        "call_back": _consent(call_back, reference, spoken) if call_back else "",
        "contact.phone": said.contact.phone.strip(),
        "contact.hours": said.contact.hours.strip(),
        "contact.who_may_answer": said.contact.who_may_answer.strip(),
        "contact.what_to_say": said.contact.what_to_say.strip(),
        "consents": "\n".join(
            f"{_purpose(c, reference, spoken)}: {_consent(c, reference, spoken)}" for c in others
        ),
        "referrals": "\n".join(_referral(r, reference, spoken) for r in said.referrals),
    }


def _is_assessed(said: ViolenceForm) -> bool:
    return bool(said.answers or said.raised_to or said.computed_level != NOT_ASSESSED)


def _answers(said: ViolenceForm, reference: Reference, spoken: str) -> str:
    """Each question with its answer; a question of other rules by its code."""
    questions = {q.code: q.label(spoken) for q in reference.danger_rules.questions}
    order = [*questions, *(code for code in said.answers if code not in questions)]
    return "\n".join(
        "{question} – {answer}".format(
            question=questions.get(code, code),
            answer=reference.label("yes_no_unknown", said.answers[code], spoken),
        )
        for code in order
        if code in said.answers
    )


def _purpose(consent: Consent, reference: Reference, spoken: str) -> str:
    if consent.recipient:
        return _("May be told: {service}").format(
            service=reference.label("service_type", consent.recipient, spoken)
        )
    return reference.label("consent_purpose", consent.purpose, spoken)


def _consent(consent: Consent, reference: Reference, spoken: str) -> str:
    value = reference.label("consent", consent.value, spoken)
    reason = consent.reason.strip()
    return f"{value} ({reason})" if reason else value


def _referral(ask: ReferralAsk, reference: Reference, spoken: str) -> str:
    service = reference.label("service_type", ask.service_type, spoken)
    status = reference.label("referral_status", ask.status, spoken)
    how = f", {_('Put through').lower()}" if ask.warm else ""
    return f"{service}: {status.lower()}{how}, {wording.time_of_day(ask.at)}"
