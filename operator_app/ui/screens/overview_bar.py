"""The line above the overview: which days, with which they are compared, how far it is."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QWidget

from operator_app.domain.figures import Period
from operator_app.domain.overview import Days, Shown
from operator_app.i18n import _
from operator_app.ui.overview_wording import period_text
from operator_app.ui.widgets.basic import GRID, ShortenedLabel, text
from operator_app.ui.widgets.chips import Chip, ChipGroup


class OverviewBar(QWidget):
    """`changed()`: other days are wanted. A digit picks from anywhere on `page`."""

    changed = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        chips = [
            Chip(Days.TODAY, _("Today"), "1"),
            Chip(Days.WEEK, _("This week"), "2"),
            Chip(Days.MONTH, _("This month"), "3"),
            Chip(Days.ANY, _("Any days"), "4"),
        ]
        self.days = ChipGroup(chips, _("Days"))
        self.days.set_value(Days.TODAY)
        for chip in chips:
            pick = QShortcut(QKeySequence(chip.key), page)
            pick.activated.connect(partial(self._pick, chip.code))
        self.first, self.last = _day_field(_("First day")), _day_field(_("Last day"))
        self._between = QWidget()
        between = QHBoxLayout(self._between)
        between.setContentsMargins(0, 0, 0, 0)
        between.setSpacing(4)
        for part in (self.first, text("–"), self.last):
            between.addWidget(part)
        self._between.hide()
        self.compared = ShortenedLabel("", "muted")
        self.state = text("", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.days)
        layout.addWidget(self._between)
        layout.addWidget(self.compared, 1)
        layout.addWidget(self.state)
        self.days.picked.connect(self._on_picked)
        for field in (self.first, self.last):
            field.dateChanged.connect(self.changed)

    @property
    def asked(self) -> Days:
        """Which days are asked for."""
        return Days(self.days.value or Days.TODAY)

    @property
    def chosen(self) -> Period:
        """The days of the two fields, in their order."""
        first, last = sorted((_date(self.first), _date(self.last)))
        return Period(first, last)

    def show_days(self, shown: Shown, today: date) -> None:
        """Say which days are shown; none after today can be chosen."""
        for field, day in ((self.first, shown.period.first), (self.last, shown.period.last)):
            with QSignalBlocker(field):
                field.setMaximumDate(QDate(today.year, today.month, today.day))
                if self.asked is not Days.ANY:
                    field.setDate(QDate(day.year, day.month, day.day))
        said = _("{days}, compared with {before}").format(
            days=period_text(shown.period), before=period_text(shown.before)
        )
        self.compared.setText(said)
        self.compared.setToolTip(said)

    def _pick(self, code: str) -> None:
        self.days.set_value(code)
        self._on_picked(code)

    def _on_picked(self, code: str) -> None:
        self._between.setVisible(code == Days.ANY)
        if code == Days.ANY:
            self.first.setFocus()
        self.changed.emit()


def _day_field(name: str) -> QDateEdit:
    field = QDateEdit()
    field.setAccessibleName(name)
    field.setCalendarPopup(True)
    field.setDisplayFormat("dd.MM.yyyy")
    field.setMinimumWidth(116)
    return field


def _date(field: QDateEdit) -> date:
    shown = field.date()
    return date(shown.year(), shown.month(), shown.day())
