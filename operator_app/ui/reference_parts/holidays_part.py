"""The holidays of a year as this office sees them; adding its own, taking them back."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.days import read_day_in
from operator_app.domain.people import Actor
from operator_app.errors import BadInput, Fault
from operator_app.i18n import _, language
from operator_app.services.calendar import MOST_YEARS_AWAY, Calendar, Holiday
from operator_app.ui.models.holiday_model import NAME, HolidayModel
from operator_app.ui.models.plain_table import plain_view
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.arrow_button import arrow_button
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.form import Form, FormField
from operator_app.ui.wording import whole_day

SIDE_WIDTH = 340


class HolidaysPart(QWidget):
    """Left the days of the chosen year, right the form for one of this office.

    `changed`: what this office says was changed, so other screens may have to count anew.
    """

    changed = Signal()

    def __init__(self, calendar: Calendar, actor: Actor, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self._calendar = calendar
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._goal: date | None = None
        today = local_day(to_ms(clock()))
        self._years = (today.year - MOST_YEARS_AWAY, today.year + MOST_YEARS_AWAY)
        self.year = today.year
        self.model = HolidayModel()
        self.view = plain_view(self.model, _("Holidays"))
        self.view.setWordWrap(False)
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.previous_button = arrow_button("previous", _("Previous year"), "Alt+Left")
        self.next_button = arrow_button("next", _("Next year"), "Alt+Right")
        self.year_label = text("", "strong")
        self.remove_button = button(_("Take back"))
        self.remove_button.setText(_("Take back") + "   Del")
        # In the list only: in a field the key takes a sign away.
        delete = QShortcut(QKeySequence("Del"), self.view)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove_button.click)
        self.form = Form()
        self.form.add(FormField("day", _("Day"), QLineEdit()))
        self.form.add(FormField("name", _("Name of the day"), QLineEdit()))
        self.form.edit("day").setPlaceholderText(_("as in 9.03"))
        self.kind = ChipGroup(
            [Chip("closed", _("Day off"), "1"), Chip("open", _("Working day"), "2")],
            _("What it is"),
        )
        self.kind.set_value("closed")
        self.add_button = button(_("Enter"), "primary")
        self.add_button.setAutoDefault(True)
        self.done = Notice()
        self.problem = Notice("danger")
        self._lay_out()
        self.previous_button.clicked.connect(lambda: self.show_year(self.year - 1))
        self.next_button.clicked.connect(lambda: self.show_year(self.year + 1))
        self.remove_button.clicked.connect(self._on_remove)
        self.add_button.clicked.connect(self._on_add)
        self.form.completed.connect(lambda: self.kind.setFocus(Qt.FocusReason.TabFocusReason))
        self.kind.passed.connect(self._on_add)
        self.view.selectionModel().currentRowChanged.connect(lambda _now, _old: self._on_row())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def show_year(self, year: int) -> None:
        """Show the days of another year."""
        first, last = self._years
        self.year = min(max(year, first), last)
        self.refresh()

    def refresh(self) -> None:
        """Read the days of the year again."""
        year, spoken = self.year, language()
        self.year_label.setText(str(year))
        self.previous_button.setEnabled(year > self._years[0])
        self.next_button.setEnabled(year < self._years[1])
        self._tasks.database(
            self,
            lambda: (year, self._calendar.year(year, spoken)),
            self._on_read,
            self._on_failed,
        )

    def _on_read(self, found: tuple[int, list[Holiday]]) -> None:
        year, holidays = found
        if year != self.year:
            return
        row = self.view.currentIndex().row()
        self.model.show(holidays)
        days = [holiday.day for holiday in holidays]
        if self._goal in days:
            row = days.index(self._goal)
            self._goal = None
        if holidays:
            index = self.model.index(min(max(row, 0), len(holidays) - 1), 0)
            flags = QItemSelectionModel.SelectionFlag
            self.view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._on_row()

    def _on_row(self) -> None:
        self.remove_button.setEnabled(self.model.is_ours(self.view.currentIndex().row()))

    def _on_add(self) -> None:
        day = read_day_in(self.form.value("day"), self.year)
        if day is None:
            self._on_failed(BadInput("holiday.faults", [Fault("day", "holiday.no_day")]))
            return
        name, closed = self.form.value("name"), self.kind.value == "closed"
        self._tasks.database(
            self,
            lambda: self._calendar.enter(self._actor, day, closed=closed, name=name),
            lambda _nothing: self._on_entered(day),
            self._on_failed,
        )

    def _on_entered(self, day: date) -> None:
        self._say(_("{day} is entered.").format(day=whole_day(day)))
        self.form.show_faults([])
        for field in self.form.fields.values():
            field.edit.clear()
        self.kind.set_value("closed")
        self.form.focus_first()
        self._goal = day
        self.show_year(day.year)
        self.changed.emit()

    def _on_remove(self) -> None:
        row = self.view.currentIndex().row()
        if not self.model.is_ours(row):
            return
        day = self.model.holidays[row].day
        self._tasks.database(
            self,
            lambda: self._calendar.forget(self._actor, day),
            lambda _nothing: self._on_removed(day),
            self._on_failed,
        )

    def _on_removed(self, day: date) -> None:
        self._say(_("What this office said of {day} is taken back.").format(day=whole_day(day)))
        self.refresh()
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        rest: list[Fault] = []
        if isinstance(error, BadInput):
            rest = self.form.show_faults(error.faults)
        problem = sentence(error) if rest or not isinstance(error, BadInput) else ""
        self._say("", problem)

    def _say(self, done: str, problem: str = "") -> None:
        self.done.show_text(done)
        self.problem.show_text(problem)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(GRID)
        for widget in (self.previous_button, self.year_label, self.next_button):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.remove_button)
        left = Card()
        left.body.addLayout(line)
        left.body.addWidget(self.view, 1)
        right = Card(_("A day of this office"))
        right.body.addWidget(
            text(
                _("It goes before the calendar and before what the ministry says."),
                "hint",
                wrap=True,
            )
        )
        right.body.addWidget(self.form)
        right.body.addWidget(labelled(_("What it is"), self.kind))
        right.body.addWidget(self.add_button, alignment=Qt.AlignmentFlag.AlignLeft)
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (right, self.done, self.problem):
            column.addWidget(part)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(left, 1)
        layout.addWidget(side)
