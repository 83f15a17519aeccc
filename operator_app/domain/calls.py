"""A call: what the operator fills in, what must be there before it can be saved."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec

from operator_app.domain.clock import local_day
from operator_app.domain.consent import check_consent
from operator_app.domain.danger import ACUTE, DangerRules, check_answers
from operator_app.domain.days import check_age, check_past_day
from operator_app.domain.phone import Phone, PhoneKind, read_phone
from operator_app.domain.reference import Reference
from operator_app.domain.text import check_text
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import Fault

NUISANCE_KINDS = ("SILENT", "DROP", "WRONG", "PRANK", "ABUSE", "TEST", "MISSED")
"""Kinds for which the kind alone is the whole record (product.md)."""

UNKNOWN_PLACE = "UNKNOWN"
"""A valid answer to "where": asked, not known. None means not asked yet."""

VIOLENCE_TOPICS = frozenset({"CHI.ABU", "CHI.NEG", "OLD.ABU"})
MAX_TOPICS = 4
MAX_TEXT = 10_000
"""Characters of free text that are kept; a paste beyond it is refused with a sentence."""
MAX_NAME = 200
MAX_REASON = 500


MAX_ADVICE = 12
"""Articles and services noted in one call."""
ARTICLE = "article"
SERVICE = "service"


@dataclass(frozen=True)
class Advice:
    """What the caller was told: an article read out (its id with the language), or a service named.

    `content` is the version of it (db.feeds.content_of): what it said on that day can be read
    later; "" for what it says now.
    """

    kind: str
    entry_id: str
    content: str


@dataclass(frozen=True)
class CallForm:
    """The content of the call screen: typed by the operator, autosaved as a draft.

    Codes are those of the code lists; None means not answered yet. Times in UTC milliseconds.
    `danger_at` is the moment the danger question was answered, the start of the response clock.
    """

    started_at: int
    contact_kind: str | None = None
    channel: str = "PHONE"
    danger_now: str | None = None
    danger_at: int | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    benefit_issue: str | None = None
    caller_sex: str | None = None
    caller_age_group: str | None = None
    relation: str | None = None
    division: str | None = None
    caller_name: str = ""
    phone: str = ""
    note: str = ""
    actions: tuple[str, ...] = ()
    violence: ViolenceForm | None = None
    advice: tuple[Advice, ...] = ()

    @property
    def is_nuisance(self) -> bool:
        """Whether the kind alone suffices."""
        return self.contact_kind in NUISANCE_KINDS

    @property
    def is_violence(self) -> bool:
        """Whether the violence block belongs to this call (product.md, Required).

        What was answered in it keeps it open: a topic taken away again discards nothing.
        """
        return (
            self.danger_now == "Y"
            or any(t.startswith("VIO.") or t in VIOLENCE_TOPICS for t in self.topics)
            or (self.violence is not None and self.violence.has_content)
        )

    @property
    def is_urgent(self) -> bool:
        """Whether it is sent before everything else: danger now, high risk, a child in danger."""
        return (
            self.danger_now == "Y"
            or "CHI.ABU" in self.topics
            or (self.violence is not None and self.violence.level in ACUTE)
        )

    @property
    def has_content(self) -> bool:
        """Whether anything was entered beyond what the screen presets."""
        return bool(
            self.contact_kind
            or self.danger_now
            or self.topics
            or self.caller_sex
            or self.caller_age_group
            or self.caller_name.strip()
            or self.phone.strip()
            or self.note.strip()
            or self.actions
            or self.advice
            or (self.violence is not None and self.violence.has_content)
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types, keys by field name."""
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        data["topics"] = list(self.topics)
        data["actions"] = list(self.actions)
        # Left out where nothing was told: most calls, and all of older programs.
        del data["advice"]
        if self.advice:
            data["advice"] = [msgspec.to_builtins(one) for one in self.advice]
        if self.violence is not None:
            data["violence"] = msgspec.to_builtins(self.violence)
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CallForm:
        """The reverse of `as_dict`; keys of other program versions are left out."""
        known = {f.name for f in fields(cls)}
        kept = {k: v for k, v in data.items() if k in known}
        for name in ("topics", "actions"):
            kept[name] = tuple(kept.get(name, ()))
        kept["advice"] = msgspec.convert(kept.get("advice", ()), tuple[Advice, ...])
        if (block := kept.get("violence")) is not None:
            kept["violence"] = msgspec.convert(block, ViolenceForm)
        return cls(**kept)


def new_form(started_at: int, language: str, division: str) -> CallForm:
    """An empty form with the presets: last used language, place of the office."""
    return CallForm(started_at=started_at, language=language, division=division)


def nuisance(form: CallForm, kind: str) -> CallForm:
    """The form of a nuisance contact: only its kind and its number, nothing half-answered."""
    return CallForm(
        started_at=form.started_at,
        contact_kind=kind,
        channel=form.channel,
        phone=form.phone,
        note=form.note,
    )


REQUIRED = (
    "contact_kind",
    "danger_now",
    "language",
    "topics",
    "caller_sex",
    "caller_age_group",
    "division",
    "actions",
)
"""Fields of a substantive call in the order of the screen (product.md, Required)."""

_LIST_OF_FIELD = {
    "contact_kind": "contact_kind",
    "channel": "channel",
    "danger_now": "yes_no_unknown",
    "language": "language",
    "benefit_issue": "benefit_issue",
    "caller_sex": "sex",
    "caller_age_group": "age_group",
    "relation": "relation",
}


def with_level(form: CallForm, rules: DangerRules) -> CallForm:
    """The form with the danger level of its answers, as the rules now in force compute it."""
    if form.violence is None:
        return form
    level = rules.level(form.violence.answers, form.danger_now)
    block = replace(form.violence, computed_level=level, rules_version=rules.version)
    return replace(form, violence=block)


def check_form(form: CallForm, reference: Reference, *, early: bool = False) -> list[Fault]:
    """What keeps the form from being saved: missing core fields, unknown codes, too much text.

    `early`: a call with danger now, sent before the rest of the core is answered.
    """
    faults = []
    if form.contact_kind is None:
        return [Fault("contact_kind", "call.missing")]
    if reference.is_substantive(form.contact_kind) and not early:
        faults += [Fault(n, "call.missing") for n in REQUIRED if not getattr(form, n)]
    for name, list_name in _LIST_OF_FIELD.items():
        value = getattr(form, name)
        if value is not None and reference.find(list_name, value) is None:
            faults.append(Fault(name, "call.unknown_code"))
    faults += [
        Fault("topics", "call.unknown_code")
        for topic in form.topics
        if reference.find("topic_l2", topic) is None
    ]
    faults += [
        Fault("actions", "call.unknown_code")
        for action in form.actions
        if reference.find("action", action) is None
    ]
    if len(form.topics) > MAX_TOPICS:
        faults.append(Fault("topics", "call.too_many_topics", {"most": MAX_TOPICS}))
    if len(form.advice) > MAX_ADVICE:
        faults.append(Fault("advice", "call.too_much_advice", {"most": MAX_ADVICE}))
    if form.division not in (None, UNKNOWN_PLACE) and reference.division(form.division) is None:
        faults.append(Fault("division", "call.unknown_code"))
    for name, most in (("note", MAX_TEXT), ("caller_name", MAX_NAME), ("phone", MAX_NAME)):
        faults += check_text(name, getattr(form, name), most)
    return faults + _check_violence(form, reference)


_LIST_OF_BLOCK_FIELD = {
    "affected": "affected",
    "affected_sex": "sex",
    "offender": "relation",
    "children": "yes_no_unknown",
    "place": "place_of_incident",
    "raised_to": "risk_level",
}
_LIST_OF_BLOCK_LIST = {"forms": "violence_form", "vulnerabilities": "vulnerability"}
_MOST_OF_BLOCK_TEXT = {"affected_name": MAX_NAME, "happened": MAX_TEXT}
MAX_CONTACT_TEXT = 1_000


def _check_violence(form: CallForm, reference: Reference) -> list[Fault]:
    """Codes, ages, days and lengths; nothing of the block has to be there."""
    block = form.violence
    if block is None:
        return []
    codes = [(name, code, getattr(block, name)) for name, code in _LIST_OF_BLOCK_FIELD.items()]
    codes += [
        (name, code, value)
        for name, code in _LIST_OF_BLOCK_LIST.items()
        for value in getattr(block, name)
    ]
    for ask in block.referrals:
        codes.append(("referrals", "service_type", ask.service_type))
        codes.append(("referrals", "referral_status", ask.status))
    for consent in block.consents:
        codes.append(("consents", "consent_purpose", consent.purpose))
        codes.append(("consents", "consent", consent.value))
        codes.append(("consents", "service_type", consent.recipient or None))
        codes += [("consents", "consent_part", part) for part in consent.parts]
    faults = [
        Fault(name, "call.unknown_code")
        for name, list_name, value in codes
        if value is not None and reference.find(list_name, value) is None
    ]
    faults += check_answers(block.answers)
    for name, most in _MOST_OF_BLOCK_TEXT.items():
        faults += check_text(name, getattr(block, name), most)
    for name in ("phone", "hours", "who_may_answer", "what_to_say"):
        faults += check_text(f"contact.{name}", getattr(block.contact, name), MAX_CONTACT_TEXT)
    for consent in block.consents:
        faults += check_consent(consent)
        faults += check_text("consents", consent.reason, MAX_REASON)
    faults += check_age("affected_age", block.affected_age)
    return faults + check_past_day("happened_on", block.happened_on, local_day(form.started_at))


@dataclass(frozen=True)
class Call:
    """A saved call. Times in UTC milliseconds, duration in seconds.

    `device` is the PC of the office that took it, empty for this one.
    """

    call_id: str
    number: str
    office_code: str
    operator_id: str
    form: CallForm
    ended_at: int
    duration_seconds: int
    saved_at: int
    revision: int
    op_id: str
    voided_at: int | None = None
    void_reason: str | None = None
    device: str = ""

    @property
    def anonymous(self) -> bool:
        """True until a name is typed."""
        return not self.form.caller_name.strip()

    @property
    def phone(self) -> Phone:
        """The caller's number, understood as far as possible."""
        return read_phone(self.form.phone)


def with_phone_hidden(form: CallForm) -> CallForm:
    """The form for eyes that may not see who called."""
    return replace(form, phone="", caller_name="", note="")


def phone_columns(form: CallForm) -> tuple[str, str | None, str]:
    """(kind, E.164 or None, key for earlier calls) of the typed number."""
    if not form.phone.strip():
        return PhoneKind.NONE.value, None, ""
    phone = read_phone(form.phone)
    return phone.kind.value, phone.e164, phone.key


def call_number(office_code: str, year: int, running: int) -> str:
    """The number people say aloud: "0412-2026-003187"."""
    return f"{office_code}-{year}-{running:06d}"
