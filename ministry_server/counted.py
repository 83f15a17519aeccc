"""What is kept of a record to count it: no names, no words, only what the definitions look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from operator_app.domain.call_figures import CallFact, cells_of_call, fact_of_body
from operator_app.domain.case_check import EARLIEST, LATEST
from operator_app.domain.case_facts import cells_of_case, counted
from operator_app.domain.cases import Affected, Case, Offender, SafetyPlan
from operator_app.domain.clock import local
from operator_app.domain.violence import SafeContact
from operator_app.domain.wire import case_body

MOST_MONTHS = 240
"""A case that is in more of them is none: it would fill the database by itself."""


class CountedCall(msgspec.Struct, tag="call", frozen=True):
    """A call. Whether it is told apart is decided by the cases that hold it, if there are any."""

    fact: CallFact


class CountedCase(msgspec.Struct, tag="case", frozen=True):
    """A case: `ref` stands for its id, `calls` are the ids of its calls, `body` a snapshot without
    anything that is not counted."""

    ref: str
    calls: tuple[str, ...]
    may_tell: bool
    body: dict[str, Any]


Counted = CountedCall | CountedCase

_DECODER = msgspec.json.Decoder(Counted)


def counted_call(
    payload: dict[str, Any], *, asked_kinds: frozenset[str], first_saved_at: int
) -> dict[str, bytes]:
    """A call as it was sent, by the month ("2026-10") in which it began. Raises what `BROKEN` says."""
    body = payload["body"]
    fact = fact_of_body(
        payload["record_id"],
        body,
        asked=body["contact_kind"] in asked_kinds,
        first_saved_at=first_saved_at,
    )
    return {month_of(fact.started_at): _checked(CountedCall(fact))}


def counted_case(ref: str, case: Case) -> dict[str, bytes]:
    """A case under every month in which it, its calls, referrals and follow-ups are counted."""
    words = [
        {name: getattr(word, name) for name in ("purpose", "value", "at", "recipient")}
        for word in case.consents
    ]
    left = {**case_body(_bare(case)), "consents": words}
    calls = tuple(link.call_id for link in case.calls)
    text = _checked(CountedCase(ref, calls, counted(left), left))
    months = {month_of(at) for at in _moments(case)}
    if len(months) > MOST_MONTHS:
        raise ValueError("months")
    return dict.fromkeys(months, text)


BROKEN = (msgspec.MsgspecError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
"""What a record may raise whose parts are not of their types: the wire lets some of that pass."""


def read_counted(text: bytes) -> Counted:
    """The reverse."""
    made: Counted = _DECODER.decode(text)
    return made


def month_of(at: int) -> str:
    """The month in Bishkek, "2026-10", of a moment (UTC ms)."""
    return local(at).strftime("%Y-%m")


def _checked(made: Counted) -> bytes:
    """Its text, after counting it once as it will be read: then that cannot fail later."""
    text = msgspec.json.encode(made)
    read = read_counted(text)
    if isinstance(read, CountedCall):
        deque(cells_of_call(read.fact), maxlen=0)
    else:
        deque(cells_of_case(read.ref, read.body, EARLIEST, LATEST, LATEST), maxlen=0)
    return text


def _moments(case: Case) -> Iterable[int]:
    yield case.opened_at
    yield from (link.started_at for link in case.calls)
    yield from (referral.steps[0].at for referral in case.referrals)
    yield from (task.due_at for task in case.tasks)


def _bare(case: Case) -> Case:
    plan = case.plan
    has_plan = plan.agreed_at is not None or plan.safe_person or plan.steps
    return replace(
        case,
        number="",
        opened_by="",
        owner_id="",
        closed_by="",
        close_note="",
        affected=Affected(
            sex=case.affected.sex,
            age_band=case.affected.age_band,
            vulnerabilities=case.affected.vulnerabilities,
        ),
        offender=Offender(relation=case.offender.relation),
        contact=SafeContact(),
        plan=SafetyPlan(agreed_at=plan.agreed_at, steps="+" if has_plan else ""),
        calls=tuple(replace(link, number="", operator_id="") for link in case.calls),
        incidents=tuple(
            replace(one, happened="", happened_on="", division=None) for one in case.incidents
        ),
        assessments=(),
        consents=(),
        orders=tuple(replace(order, police_office="") for order in case.orders),
        referrals=tuple(
            replace(
                referral,
                organisation="",
                note="",
                steps=tuple(replace(step, by="", reason="") for step in referral.steps),
            )
            for referral in case.referrals
        ),
        tasks=tuple(
            replace(task, assignee_id="", done_by="", text="", result="", rule="")
            for task in case.tasks
        ),
        notes=(),
        withheld=(),
    )
