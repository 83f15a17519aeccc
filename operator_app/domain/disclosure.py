"""What of a violence record may leave this PC inside a sealed revision, by consent.

Without consent (or a recorded reason) to RECORD only codes, identifiers and times go. What may go
is listed here field by field, with the shape it must have; everything else is blanked, with
`withheld` naming it: a field that is added later, and words typed where a code belongs, stay here
by themselves. The ministry counts what goes, or not, by the word on STATISTICS that goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from operator_app.domain.calls import UNKNOWN_PLACE, Call
from operator_app.domain.cases import Case
from operator_app.domain.consent import RECORD, Consent, allows

WITHHELD = "WITHHELD"
"""Stands for the reason of a void: the ministry refuses a void without one."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,9}(\.[A-Z0-9_]{1,9})?")
_SMALL_CODE = re.compile(r"[a-z]{2,8}")
_ID = re.compile(r"[0-9A-Za-z-]{1,36}(:[A-Z0-9]{1,8})?")
_RULE = re.compile(r"[A-Z]+[0-9]*(:[0-9A-Za-z-]+)+")
_VERSION = re.compile(r"[0-9A-Za-z.-]{1,20}")
_KIND = re.compile(r"article|service")
_ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_CONTENT = re.compile(r"[0-9a-f]{16}")
_DAY = re.compile(r"\d{1,2}[./\-, ]\d{1,2}([./\-, ](\d{4}|\d{2}))?\.?|\d{4}-\d{1,2}-\d{1,2}")
_PLACE = re.compile(rf"\d{{14}}|{UNKNOWN_PLACE}")
_DISTRICT_DIGITS = 8
"""Of a SOATE code: country, oblast, district. In a village everybody knows whom it is about."""

Shape = re.Pattern[str] | None
"""What a text must look like to go; None for numbers, moments and yes or no."""


def _shaped(shape: Shape, *paths: str) -> dict[str, Shape]:
    return dict.fromkeys((path for line in paths for path in line.split()), shape)


_CONSENT = {
    **_shaped(_CODE, "purpose value recipient parts"),
    **_shaped(_ID, "by"),
    **_shaped(None, "at"),
}
CALL_KEPT: Mapping[str, Shape] = {
    **_shaped(_ID, "number office operator violence.joins"),
    **_shaped(None, "started_at ended_at duration_seconds danger_at voided_at anonymous"),
    **_shaped(
        _CODE,
        "contact_kind channel danger_now topics benefit_issue caller_sex caller_age_group",
        "relation actions violence.affected violence.affected_sex violence.vulnerabilities",
        "violence.forms violence.offender violence.children violence.place violence.answers",
        "violence.computed_level violence.raised_to violence.referrals.service_type",
        "violence.referrals.status",
    ),
    **_shaped(_SMALL_CODE, "language phone_kind"),
    **_shaped(_PLACE, "division"),
    **_shaped(_DAY, "violence.happened_on"),
    **_shaped(_VERSION, "violence.rules_version"),
    **_shaped(_KIND, "advice.kind"),
    **_shaped(_ENTRY, "advice.entry_id"),
    **_shaped(_CONTENT, "advice.content"),
    **_shaped(
        None,
        "violence.high_at violence.police_at violence.ambulance_at",
        "violence.referrals.at violence.referrals.warm",
    ),
    **{f"violence.consents.{name}": shape for name, shape in _CONSENT.items()},
}
"""What of a call goes without consent; "violence.forms" is the field `forms` of the block."""

CASE_KEPT: Mapping[str, Shape] = {
    **_shaped(
        _ID,
        "number office opened_by owner_id closed_by calls.call_id calls.number",
        "calls.operator_id incidents.incident_id incidents.call_id assessments.assessment_id",
        "assessments.by assessments.call_id orders.order_id referrals.referral_id",
        "referrals.call_id referrals.steps.by tasks.task_id tasks.assignee_id tasks.done_by",
        "notes.note_id notes.by",
    ),
    **_shaped(
        None,
        "opened_at closed_at affected.is_caller plan.agreed_at calls.started_at",
        "incidents.told_at assessments.at assessments.lowered orders.recorded_at",
        "orders.asked_at orders.issued_at orders.ends_at orders.broken_at referrals.steps.at",
        "referrals.warm referrals.due_at tasks.due_at tasks.created_at tasks.done_at",
        "tasks.dropped_at notes.at",
    ),
    **_shaped(
        _CODE,
        "kind status risk close_reason affected.sex affected.age_band affected.vulnerabilities",
        "offender.relation offender.lives_together offender.sex offender.age_band",
        "offender.has_weapon offender.is_official offender.known_to_police",
        "plan.documents_ready calls.topic calls.danger_now incidents.forms incidents.gbv_type",
        "incidents.contexts incidents.place incidents.children assessments.answers",
        "assessments.danger_now assessments.computed assessments.final assessments.raised_to",
        "orders.status referrals.service_type referrals.steps.status tasks.kind tasks.way",
    ),
    **_shaped(_PLACE, "division incidents.division"),
    **_shaped(_DAY, "incidents.happened_on"),
    **_shaped(_VERSION, "assessments.rules_version"),
    **_shaped(_RULE, "tasks.rule"),
    **{f"consents.{name}": shape for name, shape in _CONSENT.items()},
}
"""What of a case goes without consent."""


def call_outgoing(
    call: Call,
    body: dict[str, Any],
    *,
    was_violence: bool = False,
    of_case: Iterable[Consent] = (),
) -> dict[str, Any]:
    """The body of a call as it may be sent; the same object when nothing is withheld.

    `was_violence`: an earlier revision was a violence call, which changing its topic does not
    undo. `of_case`: what was said on the case of the call; a later refusal there counts here.
    """
    if not (call.form.is_violence or was_violence):
        return body
    said = call.form.violence.consents if call.form.violence else ()
    if allows((*of_case, *said), RECORD):
        return body
    return _outgoing(body, CALL_KEPT)


def case_outgoing(
    case: Case, body: dict[str, Any], said: Iterable[Consent] | None = None
) -> dict[str, Any]:
    """The body of a case as it may be sent; the same object when nothing is withheld.

    `said`: all words known here, where that is more than this version of the case holds.
    """
    if allows(case.consents if said is None else said, RECORD):
        return body
    return _outgoing(body, CASE_KEPT)


def _outgoing(body: dict[str, Any], kept: Mapping[str, Shape]) -> dict[str, Any]:
    withheld: set[str] = set()
    out: dict[str, Any] = _only(body, "", kept, withheld)
    if not withheld:
        return body
    out["withheld"] = sorted(withheld)
    return out


def _only(value: Any, path: str, kept: Mapping[str, Shape], withheld: set[str]) -> Any:
    """The value with every text and number blanked that is not kept or not in its shape."""
    if isinstance(value, dict):
        if path in kept:  # answers by code: the names are content here
            return {
                _only(name, path, kept, withheld): _only(one, path, kept, withheld)
                for name, one in value.items()
            }
        start = f"{path}." if path else ""
        return {name: _only(one, start + name, kept, withheld) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_only(one, path, kept, withheld) for one in value]
    if value is None or value == "":
        return value
    left = _kept(value, path, kept)
    if left != value:
        withheld.add(path)
    return left


def _kept(value: Any, path: str, kept: Mapping[str, Shape]) -> Any:
    if not isinstance(value, str):
        return value if path in kept else None
    shape = kept.get(path)
    if shape is None or not shape.fullmatch(value):
        return _BLANK.get(path, "")
    if shape is _PLACE and value != UNKNOWN_PLACE:
        return value[:_DISTRICT_DIGITS].ljust(len(value), "0")
    return value


_BLANK: Mapping[str, Any] = {"phone_e164": None, "void_reason": WITHHELD}
