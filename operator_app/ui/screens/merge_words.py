"""The fields on which two versions of a case differ, in people's words."""

from __future__ import annotations

from typing import Any

from operator_app.domain.case_merge import Merged
from operator_app.domain.consent import Consent
from operator_app.domain.reference import Reference
from operator_app.i18n import N_, _, language
from operator_app.ui import wording

_LABELS = {
    "risk": N_("Risk"),
    "status": N_("Status"),
    "kind": N_("Kind of case"),
    "division": N_("Place"),
    "owner_id": N_("Owner of the case"),
    "opened_at": N_("Opened"),
    "opened_by": N_("Opened by"),
    "closed_at": N_("Closed"),
    "closed_by": N_("Closed by"),
    "close_reason": N_("Why closed"),
    "close_note": N_("Words on closing"),
    "affected.name": N_("Name"),
    "affected.sex": N_("Sex"),
    "affected.age": N_("Age"),
    "affected.age_band": N_("Age group"),
    "affected.phone": N_("Phone number"),
    "affected.address": N_("Address"),
    "affected.is_caller": N_("The caller is the affected person"),
    "offender.relation": N_("The offender is to her or him"),
    "offender.lives_together": N_("Lives together with the offender"),
    "offender.sex": N_("Offender's sex"),
    "offender.age_band": N_("Offender's age group"),
    "offender.has_weapon": N_("Offender has a weapon"),
    "offender.is_official": N_("Offender is an official"),
    "offender.known_to_police": N_("Offender is known to the police"),
    "offender.name": N_("Offender's name"),
    "contact.phone": N_("Safe number"),
    "contact.hours": N_("When it is safe to call"),
    "contact.who_may_answer": N_("Who may answer"),
    "contact.what_to_say": N_("What to say"),
    "plan.safe_person": N_("Safety plan: person to go to"),
    "plan.code_word": N_("Safety plan: code word"),
    "plan.safe_place": N_("Safety plan: safe place"),
    "plan.documents_ready": N_("Safety plan: documents ready"),
    "plan.children_plan": N_("Safety plan: children"),
    "plan.steps": N_("Safety plan: steps"),
    "plan.agreed_at": N_("Safety plan: agreed"),
    "incidents.happened_on": N_("Incident: day"),
    "incidents.place": N_("Incident: where"),
    "incidents.division": N_("Incident: place"),
    "incidents.children": N_("Incident: children there"),
    "incidents.happened": N_("Incident: what happened"),
    "orders.status": N_("Protection order: status"),
    "orders.asked_at": N_("Protection order: asked for"),
    "orders.issued_at": N_("Protection order: issued"),
    "orders.ends_at": N_("Protection order: ends"),
    "orders.police_office": N_("Protection order: police office"),
    "orders.broken_at": N_("Protection order: broken"),
    "referrals.organisation": N_("Referral: organisation"),
    "referrals.warm": N_("Referral: put through"),
    "referrals.due_at": N_("Referral: answer due"),
    "referrals.note": N_("Referral: note"),
    "tasks.due_at": N_("Follow-up: due"),
    "tasks.assignee_id": N_("Follow-up: who"),
    "tasks.way": N_("Follow-up: way"),
    "tasks.result": N_("Follow-up: result"),
    "tasks.done_at": N_("Follow-up: done"),
    "tasks.done_by": N_("Follow-up: done by"),
}
_LIST_OF_FIELD = {
    "risk": "risk_level",
    "status": "case_status",
    "kind": "case_kind",
    "close_reason": "close_reason",
    "affected.sex": "sex",
    "affected.age_band": "age_band",
    "offender.relation": "relation",
    "offender.lives_together": "yes_no_unknown",
    "offender.sex": "sex",
    "offender.age_band": "age_band",
    "offender.has_weapon": "yes_no_unknown",
    "offender.is_official": "yes_no_unknown",
    "offender.known_to_police": "yes_no_unknown",
    "plan.documents_ready": "yes_no_unknown",
    "incidents.place": "place_of_incident",
    "incidents.children": "yes_no_unknown",
    "orders.status": "order_status",
    "tasks.way": "task_way",
}
_PEOPLE = {"owner_id", "opened_by", "closed_by", "tasks.assignee_id", "tasks.done_by"}
_PLACES = {"division", "incidents.division"}


def label(field: str, merged: Merged, reference: Reference) -> str:
    """What the field is called; of a referral or a follow-up also which one."""
    if field.startswith("consents."):
        _list, purpose, *recipient = field.split(".")
        words = reference.label("consent_purpose", purpose, language())
        about = reference.label("service_type", recipient[0], language()) if recipient else ""
        return f"{words}: {about}" if about else words
    name = _name(field)
    words = _(_LABELS[name]) if name in _LABELS else name
    about = _about(field, merged, reference)
    return f"{words} ({about})" if about else words


def value(field: str, found: Any, reference: Reference, names: dict[str, str]) -> str:
    """A value in words; "not answered" for nothing."""
    if isinstance(found, Consent):
        words = reference.label("consent", found.value, language())
        return f"{words}. {found.reason}" if found.reason else words
    if found is None or found == "":
        return _("not answered")
    name = _name(field)
    if name in _LIST_OF_FIELD:
        words = reference.label(_LIST_OF_FIELD[name], found, language())
    elif name in _PEOPLE:
        words = wording.person(names, found)
    elif name in _PLACES:
        words = wording.place(reference, found)
    elif isinstance(found, bool):
        words = _("yes") if found else _("no")
    elif isinstance(found, int) and name.endswith("_at"):
        words = wording.full_day_and_time(found)
    else:
        words = str(found)
    return words


def _name(field: str) -> str:
    parts = field.split(".")
    return f"{parts[0]}.{parts[-1]}" if len(parts) > 2 else field


def _about(field: str, merged: Merged, reference: Reference) -> str:
    name, _dot, rest = field.partition(".")
    entry_id = rest.rpartition(".")[0]
    if name == "referrals":
        services = [r.service_type for r in merged.case.referrals if r.referral_id == entry_id]
        return reference.label("service_type", services[0], language()) if services else ""
    if name == "tasks":
        kinds = [t.kind for t in merged.case.tasks if t.task_id == entry_id]
        return reference.label("task_kind", kinds[0], language()) if kinds else ""
    return ""
