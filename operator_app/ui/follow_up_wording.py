"""How follow-ups are worded wherever they are listed."""

from __future__ import annotations

from datetime import date, timedelta

from operator_app.domain.cases import PHONE, Task
from operator_app.domain.clock import local_day
from operator_app.domain.follow_ups import DAY_MS, HOUR_MS, Due, late_since, order_end_of
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.follow_ups import Counts, FollowUp
from operator_app.ui.wording import day, day_and_time, time_of_day

MINUTE_MS = 60_000


def due(task: Due, now: int) -> str:
    """ "late by 3 h", "now", "today 14:00", "tomorrow 09:00", "27 Nov, 09:00"."""
    if task.due_at < now:
        return _late(now - late_since(task, now))
    return due_at(task.due_at, now)


def due_at(at_ms: int, now: int) -> str:
    """ "today 14:00", "tomorrow 09:00", "27 Nov, 09:00"."""
    today, which = local_day(now), local_day(at_ms)
    if which == today:
        return _("today {time}").format(time=time_of_day(at_ms))
    if which == today + timedelta(days=1):
        return _("tomorrow {time}").format(time=time_of_day(at_ms))
    return f"{day(which, today)}, {time_of_day(at_ms)}"


def what(reference: Reference, row: FollowUp | Task, today: date) -> str:
    """What is to be done, as the rule or the kind says it: no word that somebody wrote."""
    if row.rule.startswith("ISSUE:"):
        return _("Was the protection order issued?")
    ends_at = order_end_of(row.rule)
    if ends_at is not None:
        when = day_and_time(ends_at, today)
        return _("Protection order ends: {when}").format(when=when)
    return reference.label("task_kind", row.kind, language())


def way(reference: Reference, code: str) -> str:
    """How it is to be done; when she may be phoned is said only inside the case."""
    if code == PHONE:
        return _("By phone: see safe time")
    return reference.label("task_way", code, language())


def counted(counts: Counts) -> str:
    """ "late: 2 · later today: 1 · orders ending within 48 h: 1"; only what there is."""
    parts = []
    if counts.late:
        parts.append(_("late: {n}").format(n=counts.late))
    if counts.today:
        parts.append(_("later today: {n}").format(n=counts.today))
    if counts.orders_ending:
        parts.append(_("orders ending within 48 h: {n}").format(n=counts.orders_ending))
    return " · ".join(parts)


def _late(for_ms: int) -> str:
    days, rest = divmod(for_ms, DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    minutes = rest // MINUTE_MS
    if days:
        return _("late by {days} d {hours} h").format(days=days, hours=hours)
    if hours:
        return _("late by {hours} h").format(hours=hours)
    if minutes:
        return _("late by {minutes} min").format(minutes=minutes)
    return _("now")
