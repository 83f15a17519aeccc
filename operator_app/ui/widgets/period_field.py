"""Boxes to choose from, days, and the spans of days that lists are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QComboBox, QDateEdit

from operator_app.i18n import _

BETWEEN = "between"
"""The span whose days are typed."""


def periods() -> list[tuple[str, str]]:
    """Spans of days by their keys."""
    return [
        (_("All days"), "all"),
        (_("Today"), "today"),
        (_("Yesterday"), "yesterday"),
        (_("7 days"), "week"),
        (_("This month"), "month"),
        (_("From – to"), BETWEEN),
    ]


def period_days(
    period: str, today: date, between: tuple[date, date]
) -> tuple[date | None, date | None]:
    """The first and the last day of a span; None where it has no end. `between`: in any order."""
    match period:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "week":
            return today - timedelta(days=6), today
        case "month":
            return today.replace(day=1), today
        case "between":
            first, last = sorted(between)
            return first, last
        case _:
            return None, None


def choice_box(name: str, entries: Sequence[tuple[str, Any]]) -> QComboBox:
    """A box that shows what there is room for; its list shows everything."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setMaxVisibleItems(20)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(4)
    for label, value in entries:
        box.addItem(label, value)
    # The list may be wider than the box: nothing in it is cut off.
    widest = max(box.fontMetrics().horizontalAdvance(label) for label, _value in entries)
    box.view().setMinimumWidth(widest + 48)
    return box


def day_field(name: str) -> QDateEdit:
    """A day, typed or taken from the calendar."""
    field = QDateEdit()
    field.setAccessibleName(name)
    field.setCalendarPopup(True)
    field.setDisplayFormat("dd.MM.yyyy")
    field.setMinimumWidth(120)
    return field


def day_in(field: QDateEdit) -> date:
    """The day that a field shows."""
    shown = field.date()
    return date(shown.year(), shown.month(), shown.day())


def show_last_days(first: QDateEdit, last: QDateEdit, today: date) -> None:
    """Put the last seven days into the fields of a span."""
    for field, day in ((first, today - timedelta(days=6)), (last, today)):
        field.setDate(QDate(day.year, day.month, day.day))
