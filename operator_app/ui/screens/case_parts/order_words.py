"""A protection order in words: where it stands, when it ends, and its alarms."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate

from operator_app.domain.cases import Case, ProtectionOrder, Task
from operator_app.domain.clock import local, local_day
from operator_app.domain.follow_ups import ISSUE_WITHIN_MS, ORDER_ASKED, ORDER_RUNS
from operator_app.i18n import _
from operator_app.ui.screens.case_parts.spans import DAY_MS, span
from operator_app.ui.wording import Wording, locale, time_of_day

SOON_MS = 2 * DAY_MS
ALARMING = ("BRK", "REFP")


def order_lines(order: ProtectionOrder, now: int) -> list[str]:
    """ "ends in 1 day 4 h (27 Nov, 09:00)" first, then what else is known of its time."""
    said = []
    if order.status in ORDER_RUNS and order.ends_at is not None:
        moment = short_moment(order.ends_at, now)
        if order.ends_at > now:
            left = span(order.ends_at - now)
            said.append(_("ends in {span} ({moment})").format(span=left, moment=moment))
        else:
            said.append(_("ended: {moment}").format(moment=moment))
    elif order.asked_at is not None:
        said.append(_("applied: {moment}").format(moment=short_moment(order.asked_at, now)))
    if order.status in ORDER_ASKED and order.asked_at is not None:
        due = order.asked_at + ISSUE_WITHIN_MS
        moment = short_moment(due, now)
        if due > now:
            said.append(_("to be issued by {moment}").format(moment=moment))
        else:
            said.append(
                _("was to be issued by {moment}, late by {span}").format(
                    moment=moment, span=span(now - due)
                )
            )
    if order.broken_at is not None:
        said.append(_("broken: {moment}").format(moment=short_moment(order.broken_at, now)))
    return said


def order_mark(label: str, order: ProtectionOrder, now: int) -> Wording:
    """The status as a mark: broken and late is danger, ending soon asks for attention."""
    if order.status in ALARMING:
        return Wording(label, "danger", "!")
    if order.status in ORDER_RUNS:
        if order.ends_at is not None and order.ends_at <= now:
            return Wording(_("Over"), "", "○")
        soon = order.ends_at is not None and order.ends_at - now < SOON_MS
        return Wording(label, "waiting" if soon else "calm", "◐" if soon else "●")
    if order.status in ORDER_ASKED:
        late = order.asked_at is not None and order.asked_at + ISSUE_WITHIN_MS < now
        return Wording(label, "danger" if late else "waiting", "!" if late else "◐")
    return Wording(label, "", "○")


def alarm_words(case: Case, order: ProtectionOrder, now: int) -> str:
    """ "Alarms: 25 Nov, 09:00 · 26 Nov, 21:00 (done)"; "" when there are none."""
    alarms = sorted(
        (t for t in case.tasks if t.dropped_at is None and _is_about(t, order)),
        key=lambda t: t.due_at,
    )
    said = [
        _("{moment} (done)").format(moment=short_moment(t.due_at, now))
        if t.done_at is not None
        else short_moment(t.due_at, now)
        for t in alarms
    ]
    return _("Alarms: {moments}").format(moments=" · ".join(said)) if said else ""


def short_moment(at: int, now: int) -> str:
    """ "27 Nov, 09:00", with the year where it is another one; Bishkek time."""
    return f"{_short_day(local_day(at), local_day(now))}, {time_of_day(at)}"


def typed_moment(at: int | None) -> str:
    """ "27.11.2026 09:00", as people type it; "" for None."""
    return "" if at is None else f"{local(at):%d.%m.%Y %H:%M}"


def _short_day(which: date, today: date) -> str:
    pattern = "d MMM" if which.year == today.year else "d MMM yyyy"
    return locale().toString(QDate(which.year, which.month, which.day), pattern)


def _is_about(task: Task, order: ProtectionOrder) -> bool:
    return task.kind == "ORDER" and f":{order.order_id}:" in task.rule
