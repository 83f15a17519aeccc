"""What of a violence record may leave this PC inside a sealed revision, by consent.

Without consent (or a recorded reason) to RECORD, everything that could tell who she is or what
she said stays here: blanked in what is sent, with `withheld` naming the fields. Codes and times
go: the ministry counts them, or not, by the consent to STATISTICS that goes with them.
"""

from __future__ import annotations

import copy
from typing import Any

from operator_app.domain.calls import Call
from operator_app.domain.cases import Case
from operator_app.domain.consent import RECORD, allows

CALL_FIELDS = ("caller_name", "phone", "note")
VIOLENCE_FIELDS = ("affected_name", "happened")
CASE_PARTS = {
    "affected": ("name", "phone", "address"),
    "offender": ("name",),
    "contact": ("phone", "hours", "who_may_answer", "what_to_say"),
    "plan": ("safe_person", "code_word", "safe_place", "children_plan", "steps"),
}
CASE_LISTS = {
    "incidents": ("happened",),
    "referrals": ("note",),
    "tasks": ("text", "result"),
    "notes": ("text",),
    "assessments": ("reason",),
    "consents": ("reason",),
}


def call_outgoing(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a call as it may be sent; the same object when nothing is withheld."""
    violence = call.form.violence
    if not call.form.is_violence or (violence and allows(violence.consents, RECORD)):
        return body
    out = copy.deepcopy(body)
    withheld = _blank(out, CALL_FIELDS, "")
    if out.get("phone_e164"):
        out["phone_e164"] = None
    if inner := out.get("violence"):
        withheld += _blank(inner, VIOLENCE_FIELDS, "violence.")
        withheld += _blank(inner["contact"], CASE_PARTS["contact"], "violence.contact.")
        for consent in inner["consents"]:
            withheld += _blank(consent, ("reason",), "violence.consents.")
    if not withheld:
        return body
    out["withheld"] = sorted(set(withheld))
    return out


def case_outgoing(case: Case, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a case as it may be sent; the same object when nothing is withheld."""
    if allows(case.consents, RECORD):
        return body
    out = copy.deepcopy(body)
    withheld: list[str] = _blank(out, ("close_note",), "")
    for part, fields in CASE_PARTS.items():
        withheld += _blank(out[part], fields, f"{part}.")
    for name, fields in CASE_LISTS.items():
        for item in out[name]:
            withheld += _blank(item, fields, f"{name}.")
    for referral in out["referrals"]:
        for step in referral["steps"]:
            withheld += _blank(step, ("reason",), "referrals.steps.")
    if not withheld:
        return body
    out["withheld"] = sorted(set(withheld))
    return out


def _blank(where: dict[str, Any], fields: tuple[str, ...], prefix: str) -> list[str]:
    found = [name for name in fields if where.get(name)]
    for name in found:
        where[name] = ""
    return [prefix + name for name in found]
