"""What one call adds to the figures of its day: the definitions, for office and ministry alike.

A figure is a number of cells of an indicator: ("subject", "BEN.UBK") says that this call is one of
those with this subject. What the cells mean in words is in definitions.py; how they are
summed up over a period in domain/figures.py. The office makes the facts from its rows, the
ministry from the record it received: so only what the record carries is counted here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from operator_app.domain.calls import UNKNOWN_PLACE, CallForm
from operator_app.domain.clock import local
from operator_app.domain.consent import STATISTICS, Consent, allows
from operator_app.domain.violence import ViolenceForm

Cell = tuple[str, ...]
"""Indicator and the codes it is split by; "" stands for what was not recorded."""

CHILD = "C"
ADULT = "A"
MEN, WOMEN, BOYS, GIRLS, NOT_KNOWN = "MEN", "WOMEN", "BOYS", "GIRLS", "NOT_KNOWN"
_PERSON = {
    ("M", ADULT): MEN,
    ("F", ADULT): WOMEN,
    ("M", CHILD): BOYS,
    ("F", CHILD): GIRLS,
}
RESULTS: Mapping[str, frozenset[str]] = {
    "ADVICE": frozenset({"INF", "CON"}),
    "PSY": frozenset({"PSY"}),
    "REFERRED": frozenset({"REFC", "REFT"}),
    "TERR": frozenset({"TERR"}),
    "EMERGENCY": frozenset({"E102", "E103", "E112"}),
    "DECLINED": frozenset({"DECL"}),
    "NOT_POSSIBLE": frozenset({"NONE"}),
}
"""Results of the ministry's notes, by the actions that count as each; a call may have several."""
EMERGENCY = ("E102", "E103")
MISSED = "MISSED"
COMPLAINT = "COM"
SAVED_QUICKLY_MS = 60_000
_OBLAST_DIGITS, _DISTRICT_DIGITS = 5, 8
"""Of a SOATE code. In a village everybody knows whom it is about: figures end at the district."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """What of a call is counted. Times in UTC milliseconds, `seconds` its length.

    `number` stands for the telephone number ("" when there is none, or it was not sent);
    `first_saved_at`: of its first revision. `counted`: it is not about violence, or the person
    agreed to be in figures; else only that there was a call is told.
    """

    call_id: str
    started_at: int
    ended_at: int
    first_saved_at: int
    seconds: int
    kind: str
    asked: bool
    violence: bool
    counted: bool
    danger_now: str | None
    language: str | None
    topics: tuple[str, ...]
    benefit_issue: str | None
    sex: str | None
    age_group: str | None
    division: str | None
    actions: tuple[str, ...]
    anonymous: bool
    number: str
    alarm_at: int | None = None
    emergency_at: int | None = None


def cells_of_call(call: CallFact) -> Iterator[Cell]:
    """Everything that this call is one of; a cell may come several times only for ("seconds",)."""
    yield ("calls",)
    yield ("kind", call.kind)
    yield ("hour", f"{local(call.started_at).hour:02}")
    if call.kind != MISSED:
        yield ("answered",)
    if call.first_saved_at - call.ended_at <= SAVED_QUICKLY_MS:
        yield ("saved_quickly",)
    if call.asked:
        yield ("asked",)
        yield ("asked_hour", f"{local(call.started_at).hour:02}")
    if call.violence:
        yield ("violence",)
    if not call.counted:
        yield ("not_told_apart",)
        return
    yield from _danger(call)
    if any(topic.partition(".")[0] == COMPLAINT for topic in call.topics):
        yield ("complaint",)
    if call.asked:
        yield from _asked(call)


def _danger(call: CallFact) -> Iterator[Cell]:
    if call.danger_now == "Y":
        yield ("danger_now",)
        if any(action in EMERGENCY for action in call.actions):
            yield ("danger_with_emergency",)
    if call.alarm_at is None:
        return
    yield ("alarm",)
    if call.emergency_at is not None:
        # A clock that was set back makes no time of it, never less than none.
        yield ("alarm_seconds", str(max(0, call.emergency_at - call.alarm_at) // 1000))


def _asked(call: CallFact) -> Iterator[Cell]:
    subject = call.topics[0] if call.topics else ""
    yield ("age", call.age_group or "")
    yield ("person", _PERSON.get((call.sex or "", call.age_group or ""), NOT_KNOWN))
    yield ("who", call.kind)
    yield ("subject", subject)
    if call.age_group == CHILD:
        yield ("subject_child", subject)
    for result, actions in RESULTS.items():
        if not actions.isdisjoint(call.actions):
            yield ("result", result)
    yield from (("action", action) for action in dict.fromkeys(call.actions))
    yield ("oblast", oblast(call.division))
    yield ("district", district(call.division))
    yield ("language", call.language or "")
    if call.anonymous:
        yield ("anonymous",)
    if call.number:
        yield ("number", call.number)
    if call.benefit_issue:
        yield ("benefit", subject, call.benefit_issue)
    if "NONE" in call.actions:
        yield ("gap", district(call.division), "")
    yield from _unknown(call)


def _unknown(call: CallFact) -> Iterator[Cell]:
    answers = {
        "danger_now": call.danger_now in ("U", "X", "R"),
        "caller_sex": call.sex == "U",
        "caller_age_group": call.age_group == "U",
        "division": call.division == UNKNOWN_PLACE,
    }
    yield from (("unknown", field) for field, unknown in answers.items() if unknown)


def district(division: str | None) -> str:
    """The rayon or city of a place, by its SOATE code; "" for none, UNKNOWN as it is."""
    return _cut(division, _DISTRICT_DIGITS)


def oblast(division: str | None) -> str:
    """The oblast, Bishkek or Osh of a place; "" for none, UNKNOWN as it is."""
    return _cut(division, _OBLAST_DIGITS)


def _cut(division: str | None, digits: int) -> str:
    if not division or division == UNKNOWN_PLACE:
        return division or ""
    return division[:digits].ljust(len(division), "0")


def number_mark(e164: str | None) -> str:
    """What stands for a telephone number in figures: it tells numbers apart, and not which."""
    return hashlib.sha256(e164.encode()).hexdigest()[:12] if e164 else ""


def fact_of_body(
    call_id: str,
    body: Mapping[str, Any],
    *,
    asked: bool,
    first_saved_at: int,
    counted: bool | None = None,
) -> CallFact:
    """The facts of a call as it was sent (domain.wire.call_body).

    `counted`: what its case says of figures; None for a call without one, which decides itself.
    """
    block = body.get("violence") or {}
    violence = is_violence(body)
    if counted is None:
        counted = not violence or agreed(block.get("consents", ()))
    alarm, emergency = _alarm(body, block)
    return CallFact(
        call_id=call_id,
        started_at=body["started_at"],
        ended_at=body["ended_at"],
        first_saved_at=first_saved_at,
        seconds=body["duration_seconds"],
        kind=body["contact_kind"],
        asked=asked,
        violence=violence,
        counted=counted,
        danger_now=body["danger_now"],
        language=body["language"],
        topics=tuple(body["topics"]),
        benefit_issue=body.get("benefit_issue"),
        sex=body["caller_sex"],
        age_group=body["caller_age_group"],
        division=body["division"],
        actions=tuple(body["actions"]),
        anonymous=bool(body.get("anonymous")),
        number=number_mark(body.get("phone_e164")),
        alarm_at=alarm,
        emergency_at=emergency,
    )


def is_violence(body: Mapping[str, Any]) -> bool:
    """Whether a call as it was sent is about violence (CallForm.is_violence).

    Where only words were written in the block they do not go, but that they were there does.
    """
    form = CallForm(
        started_at=0,
        danger_now=body["danger_now"],
        topics=tuple(body["topics"]),
        violence=msgspec.convert(block, ViolenceForm) if (block := body.get("violence")) else None,
    )
    return form.is_violence or any(
        path.startswith("violence.") for path in body.get("withheld", ())
    )


def _alarm(body: Mapping[str, Any], block: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """When danger was known, and when 102 or 103 was called (services.response_clock)."""
    starts = [body.get("danger_at") if body["danger_now"] == "Y" else None, block.get("high_at")]
    ends = [block.get("police_at"), block.get("ambulance_at")]
    return (
        min((at for at in starts if at is not None), default=None),
        min((at for at in ends if at is not None), default=None),
    )


def agreed(consents: Any) -> bool:
    """Whether the words on a record, as JSON, let it be counted."""
    said = (
        Consent(
            purpose=c["purpose"],
            value=c["value"],
            at=c["at"],
            recipient=c.get("recipient", ""),
        )
        for c in consents
    )
    return allows(said, STATISTICS)
