"""Follow-ups that rules make: found anew from the case each time it is saved, never twice.

Each rule names itself and what it is about ("ORDER48:<order>:<end>"), so that the same state gives
the same tasks on every PC and after every restart, and a change (an extension, an answer) drops
what it made needless. No rule asks the clock whether something is needed: a clock that is wrong
for a day must not lose an alarm. An order recorded late has its alarms, late, at once; one that is
over gets the status that says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Protocol

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
"""A late follow-up is shown to the supervisor after a day, an urgent one at once."""
LAST_ALARM = f"ORDER{min(ORDER_ALARMS_HOURS)}:"
_ALARMS = tuple(f"ORDER{hours}:" for hours in ORDER_ALARMS_HOURS)
LATEST_DUE_MS = 183 * DAY_MS
"""A follow-up further away is a slip of the year, and would be lost."""


class Due(Protocol):
    """A follow-up, whole or as a row of a list: when it is due, and since when it is known."""

    @property
    def due_at(self) -> int:
        """UTC milliseconds."""

    @property
    def created_at(self) -> int:
        """UTC milliseconds."""

    @property
    def rule(self) -> str:
        """Which rule made it; "" by hand."""


@dataclass(frozen=True)
class _Wanted:
    rule: str
    kind: str
    due_at: int


def with_rule_tasks(case: Case, now: int) -> Case:
    """The case with the tasks that the rules ask for, and without open ones they no longer do.

    What a person has done does not come back. What was dropped (by closing the case, by a changed
    order) comes back when it is needed again; a task made by hand only while its time is to come.
    Open phone tasks that may not be phoned (any more) become tasks of another way.
    """
    wanted = {} if case.is_closed else {w.rule: w for w in _wanted(case)}
    known = {task.rule for task in case.tasks if task.rule}
    tasks = tuple(_settled(case, task, wanted, now) for task in case.tasks)
    added = tuple(_made(case, w, now) for w in wanted.values() if w.rule not in known)
    return replace(case, tasks=tasks + added)


def check_task(case: Case, task: Task) -> None:
    """Raises BadInput("task.no_safe_call") for a phone call she did not agree to, or without a
    time that is safe; BadInput("task.after_order") for an alarm put off past the order's end."""
    if task.way == PHONE and not case.may_be_phoned:
        raise BadInput("task.no_safe_call", [Fault("way", "task.no_safe_call")])
    ends_at = order_end_of(task.rule)
    if ends_at is not None and task.due_at >= ends_at:
        raise BadInput("task.after_order", [Fault("due_at", "task.after_order")])


def check_due(due_at: int, now: int) -> None:
    """Raises BadInput("case.faults") for a time gone by, or more than half a year away."""
    if due_at <= now:
        raise BadInput("case.faults", [Fault("due_at", "task.due_in_past")])
    if due_at > now + LATEST_DUE_MS:
        raise BadInput("case.faults", [Fault("due_at", "task.due_too_far")])


def next_working_morning(at_ms: int, days: int = 1) -> int:
    """Nine o'clock of the next day in Bishkek, or so many days on: violence does not wait for a
    working day."""
    day = local(at_ms).date() + timedelta(days=days)
    return to_ms(datetime.combine(day, OFFICE_OPENS, tzinfo=BISHKEK))


def order_alarms(order: ProtectionOrder) -> tuple[tuple[int, int], ...]:
    """(hours before the end, when) of the alarms of a running order; nothing for others."""
    if order.status not in ORDER_RUNS or order.ends_at is None:
        return ()
    return tuple((hours, order.ends_at - hours * HOUR_MS) for hours in ORDER_ALARMS_HOURS)


def order_end_of(rule: str) -> int | None:
    """When the order of an alarm ends; None for every other rule."""
    return int(rule.rsplit(":", 1)[1]) if rule.startswith(_ALARMS) else None


def referral_due(service_type: str, sent_at: int) -> int:
    """When an answer of the service is expected."""
    return sent_at + REFERRAL_DUE_DAYS.get(service_type, 3) * DAY_MS


def is_urgent(task: Due, risk: str) -> bool:
    """One of an acute case, or the last alarm of an order: a day later it would be too late."""
    return risk in ACUTE or task.rule.startswith(LAST_ALARM)


def rises(task: Due, risk: str, now: int) -> bool:
    """Whether an open follow-up is so late that it is the supervisor's business."""
    waits = 0 if is_urgent(task, risk) else LATE_RISES_AFTER_MS
    return now - late_since(task, now) > waits


def late_since(task: Due, now: int) -> int:
    """From when on somebody could have been late: an alarm may be due before it was recorded.

    A moment of recording that is still to come is a wrong clock's, and counts for nothing.
    """
    return max(task.due_at, task.created_at) if task.created_at <= now else task.due_at


def _wanted(case: Case) -> Iterator[_Wanted]:
    # A supervisor's lowering is no news of danger, nor is a screen that found none.
    acute = [a for a in case.assessments if {a.computed, a.raised_to} & ACUTE and not a.lowered]
    if acute and case.is_acute:
        # In the order of recording: a wrong clock's assessment would stay the latest for years.
        last = acute[-1]
        yield _Wanted(f"SAFE:{last.assessment_id}", "SAFE", next_working_morning(last.at))
    for order in case.orders:
        if order.status in ORDER_ASKED:
            asked_at = order.recorded_at if order.asked_at is None else order.asked_at
            yield _Wanted(f"ISSUE:{order.order_id}:{asked_at}", "ORDER", asked_at + ISSUE_WITHIN_MS)
        for hours, at in order_alarms(order):
            yield _Wanted(f"ORDER{hours}:{order.order_id}:{order.ends_at}", "ORDER", at)
    for referral in case.referrals:
        if referral.due_at is not None and referral.status not in ANSWERED:
            yield _Wanted(
                f"REFER:{referral.referral_id}:{referral.due_at}", "REFER", referral.due_at
            )


def _made(case: Case, wanted: _Wanted, now: int) -> Task:
    task = Task(
        task_id=_task_id(case.case_id, wanted.rule),
        kind=wanted.kind,
        way=PHONE if wanted.kind == "SAFE" and case.may_be_phoned else OTHER_WAY,
        due_at=wanted.due_at,
        assignee_id=case.owner_id,
        created_at=now,
        rule=wanted.rule,
    )
    waiting = [t for t in case.open_tasks if t.rule.startswith("SAFE:")]
    if wanted.kind == "SAFE" and waiting:
        # News of danger must not put off the look after her that was due already.
        earlier = waiting[0]
        return replace(
            task, due_at=min(task.due_at, earlier.due_at), assignee_id=earlier.assignee_id
        )
    return task


def _settled(case: Case, task: Task, wanted: dict[str, _Wanted], now: int) -> Task:
    if task.done_at is not None:
        return task
    still_to_come = not case.is_closed and (task.is_open or task.due_at > now)
    if not (task.rule in wanted if task.rule else still_to_come):
        return task if task.dropped_at is not None else replace(task, dropped_at=now)
    way = OTHER_WAY if task.way == PHONE and not case.may_be_phoned else task.way
    return replace(task, way=way, dropped_at=None)


def _task_id(case_id: str, rule: str) -> str:
    # The same on every PC that draws the same conclusion: a merge finds one task, not two.
    return hashlib.sha256(f"{case_id} {rule}".encode()).hexdigest()[:32]
