"""Choosing what the daily log is of: a day, a shift, a week, a month, a year, or from day to day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout

from operator_app.domain.shifts import Shift
from operator_app.domain.span import Choice, Unit
from operator_app.export.daily_log_words import shift_text
from operator_app.i18n import _
from operator_app.ui.widgets.arrow_button import arrow_button
from operator_app.ui.widgets.basic import GRID, Card, button, labelled

EARLIEST = QDate(2000, 1, 1)
_UNIT_KEYS = "Alt+↑, Alt+↓"


class SpanCard(Card):
    """Shows a choice; `chosen(Choice)` when the person makes another, at most of today."""

    chosen = Signal(object)

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self._choice = choice
        self._today = choice.day
        self._shifts: tuple[Shift, ...] = ()
        self.unit_field = QComboBox()
        self.unit_field.setAccessibleName(_("Of which time"))
        self.unit_field.setToolTip(f"{_('Of which time')} ({_UNIT_KEYS})")
        self.unit_field.activated.connect(self._on_unit)
        self.day_field = _day_field(_("Day"))
        self.day_field.dateChanged.connect(self._on_day)
        self.until_field = _day_field(_("Last day"))
        self.until_field.dateChanged.connect(self._on_until)
        self.previous_button = arrow_button("previous", _("Previous"), "Alt+Left")
        self.next_button = arrow_button("next", _("Next"), "Alt+Right")
        self.today_button = button(_("Today"), key="Ctrl+T")
        self.previous_button.clicked.connect(lambda: self._step(-1))
        self.next_button.clicked.connect(lambda: self._step(1))
        self.today_button.clicked.connect(self._on_today)
        for key, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(lambda step=step: self._other_unit(step))
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.previous_button)
        line.addWidget(self.day_field, 1)
        line.addWidget(self.next_button)
        self.until_box = labelled(_("Last day"), self.until_field)
        self.body.addWidget(self.unit_field)
        self.body.addLayout(line)
        self.body.addWidget(self.until_box)
        self.body.addWidget(self.today_button)

    def show_choice(self, choice: Choice, today: date) -> None:
        """What the page is of now; nothing after today can be chosen."""
        self._choice, self._today = choice, today
        for field, day in ((self.day_field, choice.day), (self.until_field, choice.until)):
            with QSignalBlocker(field):
                field.setDateRange(EARLIEST, _qdate(today))
                field.setDate(_qdate(day))
        with QSignalBlocker(self.until_field):
            self.until_field.setMinimumDate(_qdate(choice.day))
        self.until_box.setVisible(choice.unit is Unit.DAYS)
        self.next_button.setEnabled(choice.moved(1).span(self._shifts).first <= today)
        self._fill()

    def show_shifts(self, shifts: Sequence[Shift]) -> None:
        """The shifts of the day shown."""
        self._shifts = tuple(shifts)
        self._fill()

    def _fill(self) -> None:
        entries: list[tuple[str, Unit, str]] = [(_("Whole day"), Unit.DAY, "")]
        entries += [(shift_text(shift), Unit.SHIFT, shift.code) for shift in self._shifts]
        entries += [
            (_("Week"), Unit.WEEK, ""),
            (_("Month"), Unit.MONTH, ""),
            (_("Year"), Unit.YEAR, ""),
            (_("From day to day"), Unit.DAYS, ""),
        ]
        now = (self._choice.unit, self._choice.shift_code)
        with QSignalBlocker(self.unit_field):
            self.unit_field.clear()
            for label, unit, code in entries:
                self.unit_field.addItem(label, (unit.value, code))
            place = next((n for n, (_l, u, c) in enumerate(entries) if (u, c) == now), 0)
            self.unit_field.setCurrentIndex(place)

    def _on_unit(self, place: int) -> None:
        value, code = self.unit_field.itemData(place)
        unit = Unit(value)
        until = self._choice.until
        if unit is Unit.DAYS:
            # Begin from what is on the page: the week becomes from Monday to Sunday.
            span = self._choice.span(self._shifts)
            until = min(max(span.last, span.first), self._today)
            self._choice = replace(self._choice, day=min(span.first, until))
        self.chosen.emit(replace(self._choice, unit=unit, shift_code=code, until=until))

    def _other_unit(self, step: int) -> None:
        place = self.unit_field.currentIndex() + step
        if 0 <= place < self.unit_field.count():
            self.unit_field.setCurrentIndex(place)
            self._on_unit(place)

    def _on_day(self, chosen: QDate) -> None:
        day = _date(chosen)
        self.chosen.emit(replace(self._choice, day=day, until=max(day, self._choice.until)))

    def _on_until(self, chosen: QDate) -> None:
        self.chosen.emit(replace(self._choice, until=_date(chosen)))

    def _on_today(self) -> None:
        today = self._today
        self.chosen.emit(replace(self._choice, day=today, until=today))

    def _step(self, steps: int) -> None:
        moved = self._choice.moved(steps)
        if _qdate(moved.day) >= EARLIEST:
            self.chosen.emit(moved)


def _day_field(name: str) -> QDateEdit:
    field = QDateEdit()
    field.setCalendarPopup(True)
    field.setDisplayFormat("dd.MM.yyyy")
    field.setAccessibleName(name)
    # A year is typed digit by digit; each of them would count another time.
    field.setKeyboardTracking(False)
    return field


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _date(chosen: QDate) -> date:
    return date(chosen.year(), chosen.month(), chosen.day())
