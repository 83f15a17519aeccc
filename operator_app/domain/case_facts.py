"""What cases add to the figures of a period: the violence annex, referrals, follow-ups.

A case is one person's safety: cases count people affected, not calls. It counts in the period in
which it was opened; its referrals and follow-ups in that in which they were offered or due. Only
what the person agreed to be counted is told apart (domain.md 4.5, Rules).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from operator_app.domain.call_figures import Cell, agreed, district
from operator_app.domain.cases import Case, Referral
from operator_app.domain.clock import local
from operator_app.domain.danger import ACUTE
from operator_app.domain.wire import case_from_body

SHELTERS = frozenset({"SHE", "CRI"})
POLICE = "POL"
NOT_GIVEN = frozenset({"REJ", "NOT"})
HOURS_OF_A_PART = 6
DAY_MS = 86_400_000


def counted(body: Mapping[str, Any]) -> bool:
    """Whether the words on the case let it, and its calls, be told apart in figures."""
    return agreed(body.get("consents", ()))


def cells_of_case(
    case_id: str, body: Mapping[str, Any], start: int, end: int, now: int
) -> Iterator[Cell]:
    """What a case as it was sent adds to the period from `start` to `end` (UTC ms, end not in it).

    `now`: what is not yet due then is in no figure of follow-ups.
    """
    case = case_from_body(dict(body), case_id=case_id)
    if not case.calls:
        # Its only call was moved to another case: nobody's.
        return
    may_tell = counted(body)
    if start <= case.opened_at < end:
        yield ("cases",)
        yield from _annex(case) if may_tell else [("cases_not_told_apart",)]
    yield from _tasks(case, start, end, now)
    if may_tell:
        for referral in case.referrals:
            if start <= referral.steps[0].at < end:
                yield from _referral(case, referral)


def _annex(case: Case) -> Iterator[Cell]:
    yield ("cases_told_apart",)
    person = case.affected
    yield ("affected", person.sex or "", person.age_band or "")
    yield ("risk", case.risk)
    yield ("gbv_type", case.gbv_type or "")
    yield ("relation", case.offender.relation or "")
    yield ("report", "REPEAT" if len(case.calls) > 1 else "FIRST")
    first_call = min(link.started_at for link in case.calls)
    yield ("part_of_day", str(local(first_call).hour // HOURS_OF_A_PART))
    for name, codes in (
        ("form", (form for one in case.incidents for form in one.forms)),
        ("incident_place", (one.place or "" for one in case.incidents)),
        ("vulnerability", person.vulnerabilities),
    ):
        yield from ((name, code) for code in dict.fromkeys(codes))
    if case.incidents:
        yield ("children", _most_telling(one.children for one in case.incidents))
    yield from _orders(case)
    services = {referral.service_type for referral in case.referrals if _was_told(referral)}
    if POLICE in services:
        yield ("police_told",)
    yield from _shelter(case)
    if case.risk in ACUTE:
        yield ("acute",)
        if case.plan.agreed_at is not None or case.plan.safe_person or case.plan.steps:
            yield ("acute_with_plan",)


def _most_telling(answers: Any) -> str:
    found = set(answers)
    return next((answer for answer in ("Y", "N", "U") if answer in found), "")


def _orders(case: Case) -> Iterator[Cell]:
    statuses = {order.status for order in case.orders}
    asked = any(o.asked_at is not None or o.status in ("ASK", "APPL", "REFP") for o in case.orders)
    issued = any(
        o.issued_at is not None or o.status in ("ISS3", "EXT30", "ELEC") for o in case.orders
    )
    broken = any(o.broken_at is not None or o.status == "BRK" for o in case.orders)
    for name, is_so in (
        ("ASKED", asked or issued or broken),
        ("ISSUED", issued or broken),
        ("EXTENDED", "EXT30" in statuses),
        ("BROKEN", broken),
        ("REFUSED", "REFP" in statuses),
    ):
        if is_so:
            yield ("order", name)


def _shelter(case: Case) -> Iterator[Cell]:
    asked = [r for r in case.referrals if r.service_type in SHELTERS]
    if not asked:
        return
    yield ("shelter", "ASKED")
    if any(r.first("DONE") is not None for r in asked):
        yield ("shelter", "GIVEN")
    elif asked[-1].status in NOT_GIVEN:
        yield ("shelter", "NOT_GIVEN")


def _was_told(referral: Referral) -> bool:
    return any(step.status in ("SENT", "ACC", "DONE") for step in referral.steps)


def _referral(case: Case, referral: Referral) -> Iterator[Cell]:
    service = referral.service_type
    yield ("referral", service, "OFFERED")
    for status, name in (
        ("DEC", "DECLINED"),
        ("SENT", "SENT"),
        ("ACC", "ACCEPTED"),
        ("DONE", "RECEIVED"),
    ):
        if referral.first(status) is not None:
            yield ("referral", service, name)
    if referral.status in NOT_GIVEN:
        yield ("referral", service, "NOT_RECEIVED")
        yield ("gap", district(case.division), service)
    sent, received = referral.sent_at, referral.first("DONE")
    if sent is not None and received is not None:
        yield ("referral_days", service, str(max(0, received - sent) // DAY_MS))


def _tasks(case: Case, start: int, end: int, now: int) -> Iterator[Cell]:
    for task in case.tasks:
        if not start <= task.due_at < min(end, now) or task.dropped_at is not None:
            continue
        yield ("follow_up_due",)
        if task.done_at is not None and task.done_at <= task.due_at:
            yield ("follow_up_on_time",)
