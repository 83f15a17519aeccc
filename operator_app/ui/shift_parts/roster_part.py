"""The roster of a week: arrows go to a shift of a day, a digit puts a person on or takes them off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Person
from operator_app.i18n import _, language, ngettext
from operator_app.services.shifts import Shifts
from operator_app.ui.models.plain_table import dress_table
from operator_app.ui.models.roster_model import RosterModel, Week
from operator_app.ui.problems import sentence
from operator_app.ui.reference_wording import weekday_and_day
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.arrow_button import arrow_button
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.wording import whole_day

SIDE_WIDTH = 280
LEAST_ROW_HEIGHT = 40
PEOPLE_GAP = 4
_ID = Qt.ItemDataRole.UserRole


class RosterGrid(QTableView):
    """Says which person a digit stands for, and that a cell is to be emptied."""

    digit = Signal(int)
    emptied = Signal()
    entered_people = Signal()

    def __init__(self) -> None:
        super().__init__()
        dress_table(self, _("Who is on duty"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setAlternatingRowColors(False)
        self.setShowGrid(True)
        self.setWordWrap(True)
        self.verticalHeader().setMinimumSectionSize(LEAST_ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.text().isdecimal() and event.text() != "0":
            self.digit.emit(int(event.text()))
        elif plain and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.emptied.emit()
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_people.emit()
        else:
            super().keyPressEvent(event)


class RosterPart(QWidget):
    """Left the week, right the people of the cell; every change is kept at once."""

    def __init__(self, shifts: Shifts, actor: Actor, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self._shifts = shifts
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._candidates: tuple[Person, ...] = ()
        self._changes = 0
        self.model: RosterModel | None = None
        self.first = self._monday()
        self.grid = RosterGrid()
        self.people = QListWidget()
        self.people.setAccessibleName(_("People of this shift"))
        self.people.setTabKeyNavigation(False)
        self.people.setSpacing(PEOPLE_GAP)
        self.week_label = text("", "strong")
        self.cell_label = text("", "cardTitle", wrap=True)
        self.previous_button = arrow_button("previous", _("Previous week"), "Alt+Left")
        self.next_button = arrow_button("next", _("Next week"), "Alt+Right")
        self.copy_button = button(_("As the week before"), key="F8")
        self.told = Notice()
        self.problem = Notice("danger")
        self._lay_out()
        self.previous_button.clicked.connect(lambda: self.show_week(self.first - timedelta(7)))
        self.next_button.clicked.connect(lambda: self.show_week(self.first + timedelta(7)))
        self.copy_button.clicked.connect(self._copy)
        self.grid.digit.connect(self._toggle_number)
        self.grid.emptied.connect(lambda: self._set_people(()))
        self.grid.entered_people.connect(
            lambda: self.people.setFocus(Qt.FocusReason.TabFocusReason)
        )
        self.people.itemChanged.connect(lambda _item: self._on_ticked())
        back = QShortcut(QKeySequence("Esc"), self.people)
        back.setContext(Qt.ShortcutContext.WidgetShortcut)
        back.activated.connect(lambda: self.grid.setFocus(Qt.FocusReason.BacktabFocusReason))
        self.setFocusProxy(self.grid)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def show_week(self, first: date) -> None:
        """Show the week that begins on this Monday."""
        self.first = first
        self._say()
        self.refresh()

    def refresh(self) -> None:
        """Read the week and the people again."""
        first, changes = self.first, self._changes

        def read() -> tuple[Week, tuple[Person, ...]]:
            days = [first + timedelta(days=n) for n in range(7)]
            shifts = [self._shifts.of(day) for day in days]
            return Week(first, shifts, self._shifts.roster(first)), self._shifts.candidates()

        self._tasks.database(
            self, read, lambda found: self._on_read(found, changes), self._on_failed
        )

    def _on_read(self, found: tuple[Week, tuple[Person, ...]], changes: int) -> None:
        week, self._candidates = found
        if week.first != self.first:
            return
        if changes != self._changes:
            # Somebody was put on duty after it was read.
            self.refresh()
            return
        before = self.grid.currentIndex()
        at = (before.row(), before.column()) if before.isValid() else self._today_cell(week)
        self.model = RosterModel(week, self._today())
        self.grid.setModel(self.model)
        header = self.grid.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.grid.selectionModel().currentChanged.connect(lambda _now, _old: self._on_cell())
        column = min(at[1], self.model.columnCount() - 1)
        index = self.model.index(at[0], max(column, 1))
        self.grid.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        last = week.days[-1]
        self.week_label.setText(
            _("{first} – {last}").format(first=weekday_and_day(week.first), last=whole_day(last))
        )
        self._on_cell()

    def _today_cell(self, week: Week) -> tuple[int, int]:
        days = week.days
        return (days.index(self._today()), 1) if self._today() in days else (0, 1)

    def _on_cell(self) -> None:
        place = self.model.place(self.grid.currentIndex()) if self.model else None
        row = self.people.currentRow()
        self.people.blockSignals(True)
        self.people.clear()
        if place is None:
            self.cell_label.setText("")
        else:
            day, shift = place
            self.cell_label.setText(f"{weekday_and_day(day)}. {shift.name(language())}")
            for number, person in enumerate(self._listed(), start=1):
                item = QListWidgetItem(f"{number}  {person.full_name}")
                item.setData(_ID, person.user_id)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled
                    | Qt.ItemFlag.ItemIsSelectable
                    | Qt.ItemFlag.ItemIsUserCheckable
                )
                on = person.user_id in self._on_duty()
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
                self.people.addItem(item)
            self.people.setCurrentRow(max(0, min(row, self.people.count() - 1)))
        self.people.blockSignals(False)

    def _listed(self) -> Sequence[Person]:
        """Who can be on duty, and who has left since but was."""
        known = {person.user_id for person in self._candidates}
        gone = [p for p in self._people_of_cell() if p.user_id not in known]
        return [*self._candidates, *gone]

    def _people_of_cell(self) -> tuple[Person, ...]:
        place = self.model.place(self.grid.currentIndex()) if self.model else None
        if self.model is None or place is None:
            return ()
        return self.model.week.people(place[0], place[1].code)

    def _on_duty(self) -> list[str]:
        return [person.user_id for person in self._people_of_cell()]

    def _toggle_number(self, number: int) -> None:
        if 1 <= number <= self.people.count():
            item = self.people.item(number - 1)
            on = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def _on_ticked(self) -> None:
        items = [self.people.item(row) for row in range(self.people.count())]
        chosen = [str(i.data(_ID)) for i in items if i.checkState() == Qt.CheckState.Checked]
        self._set_people(chosen)

    def _set_people(self, user_ids: Sequence[str]) -> None:
        place = self.model.place(self.grid.currentIndex()) if self.model else None
        if self.model is None or place is None:
            return
        self._say()
        self._changes += 1
        known = {person.user_id: person for person in self._listed()}
        # At once, not when it is on the disk: the next key may come before that.
        self.model.put(self.grid.currentIndex(), [known[user_id] for user_id in user_ids])
        self._on_cell()
        day, code = place[0], place[1].code
        self._tasks.database(
            self,
            lambda: self._shifts.set_duty(self._actor, day, code, user_ids),
            lambda _nothing: None,
            self._on_not_set,
        )

    def _copy(self) -> None:
        first = self.first
        self._tasks.database(
            self,
            lambda: self._shifts.copy_last_week(self._actor, first),
            self._on_copied,
            self._on_failed,
        )

    def _on_copied(self, filled: int) -> None:
        self._say(
            ngettext(
                "{n} shift is filled as a week before.",
                "{n} shifts are filled as a week before.",
                filled,
            ).format(n=filled)
            if filled
            else _("There was nothing to fill: every shift has somebody, or nobody a week before.")
        )
        self.refresh()

    def _on_not_set(self, error: Exception) -> None:
        self._on_failed(error)
        self.refresh()

    def _on_failed(self, error: Exception) -> None:
        self._say(problem=sentence(error))

    def _say(self, told: str = "", problem: str = "") -> None:
        self.told.show_text(told)
        self.problem.show_text(problem)

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))

    def _monday(self) -> date:
        today = self._today()
        return today - timedelta(days=today.weekday())

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(GRID)
        for widget in (self.previous_button, self.week_label, self.next_button):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.copy_button)
        left = Card()
        left.body.addLayout(line)
        left.body.addWidget(self.grid, 1)
        right = Card()
        right.body.addWidget(self.cell_label)
        right.body.addWidget(self.people)
        hint = _("In the week: arrows, and the digit of a person. Del empties a shift.")
        right.body.addWidget(text(hint, "hint", wrap=True))
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (right, self.told, self.problem):
            column.addWidget(part)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(left, 1)
        layout.addWidget(side)
