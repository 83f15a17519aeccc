"""Follow-ups that rules make: found anew from the case each time it is saved, never twice.

Each rule names itself and what it is about ("ORDER48:<order>:<end>"), so that the same state gives
the same tasks on every PC and after every restart, and a change (an extension, an answer) drops
what it made needless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from operator_app.domain.cases import ANSWERED, OTHER_WAY, PHONE, Case, ProtectionOrder, Task
from operator_app.domain.clock import BISHKEK, local, to_ms
from operator_app.domain.danger import ACUTE
from operator_app.errors import BadInput, Fault

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ORDER_ALARMS_HOURS = (48, 12)
"""Hours before a protection order ends at which somebody must act."""
ISSUE_WITHIN_MS = DAY_MS
"""The police issue an order within 24 hours of the request (law 63/2017, arts 25-29)."""
ISSUED_FOR_MS = 3 * DAY_MS
EXTENDED_TO_MOST_MS = 30 * DAY_MS
ORDER_RUNS = frozenset({"ISS3", "EXT30", "ELEC", "BRK"})
ORDER_ASKED = frozenset({"APPL"})
OFFICE_OPENS = time(9, 0)
REFERRAL_DUE_DAYS = {"POL": 1, "MED": 1, "FME": 1, "CRI": 1, "SHE": 1, "CPD": 1}
"""Days in which a service is expected to answer; 3 for the others."""
LATE_RISES_AFTER_MS = DAY_MS
"""A late follow-up is shown to the supervisor after a day, that of an acute case at once."""


@dataclass(frozen=True)
class _Wanted:
    rule: str
    kind: str
    due_at: int


def with_rule_tasks(case: Case, now: int) -> Case:
    """The case with the tasks that the rules ask for, and without open ones they no longer do.

    Open phone tasks that may not be phoned (any more) become tasks of another way.
    """
    wanted = {} if case.is_closed else {w.rule: w for w in _wanted(case)}
    known = {task.rule for task in case.tasks if task.rule}
    tasks = tuple(_settled(case, task, wanted, now) for task in case.tasks)
    added = tuple(
        Task(
            task_id=_task_id(case.case_id, w.rule),
            kind=w.kind,
            way=PHONE if w.kind == "SAFE" and case.may_be_phoned else OTHER_WAY,
            due_at=w.due_at,
            assignee_id=case.owner_id,
            created_at=now,
            rule=w.rule,
        )
        for w in wanted.values()
        if w.rule not in known
    )
    return replace(case, tasks=tasks + added)


def check_task(case: Case, task: Task) -> None:
    """Raises BadInput("task.no_safe_call") for a phone call she did not agree to, or without a
    time that is safe."""
    if task.way == PHONE and not case.may_be_phoned:
        raise BadInput("task.no_safe_call", [Fault("way", "task.no_safe_call")])


def next_working_morning(at_ms: int) -> int:
    """Nine o'clock of the next day in Bishkek: violence does not wait for a working day."""
    day = local(at_ms).date() + timedelta(days=1)
    return to_ms(datetime.combine(day, OFFICE_OPENS, tzinfo=BISHKEK))


def order_alarms(order: ProtectionOrder) -> tuple[tuple[int, int], ...]:
    """(hours before the end, when) of the alarms of a running order; nothing for others."""
    if order.status not in ORDER_RUNS or order.ends_at is None:
        return ()
    return tuple((hours, order.ends_at - hours * HOUR_MS) for hours in ORDER_ALARMS_HOURS)


def referral_due(service_type: str, sent_at: int) -> int:
    """When an answer of the service is expected."""
    return sent_at + REFERRAL_DUE_DAYS.get(service_type, 3) * DAY_MS


def rises(task: Task, risk: str, now: int) -> bool:
    """Whether a late follow-up is the supervisor's business."""
    late_for = now - task.due_at
    return task.is_open and late_for > (0 if risk in ACUTE else LATE_RISES_AFTER_MS)


def _wanted(case: Case) -> Iterator[_Wanted]:
    # Not those that only kept what was known: else each new word would put the visit off.
    acute = [a for a in case.assessments if {a.computed, a.raised_to} & ACUTE]
    if acute and case.is_acute:
        last = max(acute, key=lambda a: a.at)
        yield _Wanted(f"SAFE:{last.assessment_id}", "SAFE", next_working_morning(last.at))
    for order in case.orders:
        if order.status in ORDER_ASKED and order.asked_at is not None:
            yield _Wanted(
                f"ISSUE:{order.order_id}:{order.asked_at}",
                "ORDER",
                order.asked_at + ISSUE_WITHIN_MS,
            )
        for hours, at in order_alarms(order):
            yield _Wanted(f"ORDER{hours}:{order.order_id}:{order.ends_at}", "ORDER", at)
    for referral in case.referrals:
        if referral.due_at is not None and referral.status not in ANSWERED:
            yield _Wanted(
                f"REFER:{referral.referral_id}:{referral.due_at}", "REFER", referral.due_at
            )


def _settled(case: Case, task: Task, wanted: dict[str, _Wanted], now: int) -> Task:
    if not task.is_open:
        return task
    if case.is_closed or (task.rule and task.rule not in wanted):
        return replace(task, dropped_at=now)
    if task.way == PHONE and not case.may_be_phoned:
        return replace(task, way=OTHER_WAY)
    return task


def _task_id(case_id: str, rule: str) -> str:
    # The same on every PC that draws the same conclusion: a merge finds one task, not two.
    return hashlib.sha256(f"{case_id} {rule}".encode()).hexdigest()[:32]
