"""What was answered in a call, in words: for the opened call and for its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from operator_app.domain.calls import Advice, Call
from operator_app.domain.reference import Reference
from operator_app.i18n import N_, _, language
from operator_app.ui import wording
from operator_app.ui.screens import violence_answers


@dataclass(frozen=True)
class Answer:
    """One answered field: its name, its label and what was answered, as people read it."""

    field: str
    label: str
    value: str
    links: tuple[tuple[str, Advice], ...] = ()
    """What can be opened, and how it is called."""


@dataclass(frozen=True)
class Section:
    """Answers that belong together."""

    title: str
    answers: tuple[Answer, ...]
    long: bool = False
    """Its answers are long: it stands in the column of the request."""


_SECTIONS = (
    (
        N_("Call"),
        ("started_at", "duration", "operator", "contact_kind", "channel", "language"),
    ),
    (
        N_("Request"),
        ("danger_now", "danger_at", "topics", "benefit_issue", "note", "actions", "advice"),
    ),
    (
        N_("Caller"),
        ("phone", "caller_name", "caller_sex", "caller_age_group", "division"),
    ),
    (
        N_("Person concerned"),
        ("relation",),
    ),
    *violence_answers.SECTIONS,
    (
        N_("Void"),
        ("voided_at", "void_reason"),
    ),
)
_LONG = (N_("Request"), N_("Violence"), N_("Danger screen"))
FIELDS = tuple(field for _title, fields in _SECTIONS for field in fields)
"""All fields in the order of the page."""


def sections(
    call: Call,
    reference: Reference,
    names: dict[str, str],
    titles: Mapping[Advice, str],
) -> list[Section]:
    """The answered fields of a call under their headings; what was not answered is left out.

    `titles`: what the advice given in it is called.
    """
    told = tuple((titles.get(a, a.entry_id), a) for a in call.form.advice)
    values = _values(call, reference, names)
    values["advice"] = "\n".join(title for title, _advice in told)
    labels = _labels()
    links = {"advice": told}
    found = []
    for title, fields in _SECTIONS:
        answers = tuple(
            Answer(f, labels[f], values[f], links.get(f, ())) for f in fields if values[f]
        )
        if answers:
            found.append(Section(_(title), answers, title in _LONG))
    return found


def _labels() -> dict[str, str]:
    return {
        "started_at": _("Time"),
        "duration": _("Duration"),
        "operator": _("Operator"),
        "contact_kind": _("Kind of contact"),
        "channel": _("Way of contact"),
        "language": _("Language"),
        "danger_now": _("In danger right now?"),
        "danger_at": _("Danger answered at"),
        "topics": _("Topics"),
        "benefit_issue": _("What about the benefit"),
        "note": _("What it was about"),
        "actions": _("Action taken"),
        "advice": _("Told the caller"),
        "phone": _("Phone number"),
        "caller_name": _("Name"),
        "caller_sex": _("Caller's sex"),
        "caller_age_group": _("Age"),
        "division": _("Place"),
        "relation": _("Caller is, to the person concerned"),
        **violence_answers.labels(),
        "voided_at": _("Made void"),
        "void_reason": _("Reason"),
    }


def _values(call: Call, reference: Reference, names: dict[str, str]) -> dict[str, str]:
    form = call.form
    spoken = language()

    def one(list_name: str, code: str | None) -> str:
        return reference.label(list_name, code, spoken)

    def lines(list_name: str, codes: tuple[str, ...]) -> str:
        return "\n".join(one(list_name, code) for code in codes)

    return {
        "started_at": wording.full_day_and_time(form.started_at),
        "duration": wording.duration(call.duration_seconds),
        "operator": wording.person(names, call.operator_id),
        "contact_kind": one("contact_kind", form.contact_kind),
        "channel": one("channel", form.channel),
        "language": one("language", form.language),
        "danger_now": one("yes_no_unknown", form.danger_now),
        "danger_at": wording.time_of_day(form.danger_at) if form.danger_at else "",
        "topics": lines("topic_l2", form.topics),
        "benefit_issue": one("benefit_issue", form.benefit_issue),
        "note": form.note.strip(),
        "actions": lines("action", form.actions),
        "phone": call.phone.shown,
        "caller_name": form.caller_name.strip(),
        "caller_sex": one("sex", form.caller_sex),
        "caller_age_group": one("age_group", form.caller_age_group),
        "division": wording.place(reference, form.division),
        "relation": one("relation", form.relation),
        **violence_answers.values(form, reference),
        "voided_at": wording.full_day_and_time(call.voided_at) if call.voided_at else "",
        "void_reason": call.void_reason or "",
    }
