"""What stands below the list of follow-ups: its actions, another time, another person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.follow_ups import HOUR_MS, OFFICE_OPENS, next_working_morning
from operator_app.domain.moments import read_moment
from operator_app.errors import AppError
from operator_app.i18n import _
from operator_app.ui import problems
from operator_app.ui.follow_up_wording import due_at
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.widgets.chips import Chip, ChipGroup


class ActBar(QWidget):
    """`asked(act)`: "open", "done", "move" or "give", by mouse or Tab; the list has the keys."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.buttons = {
            "done": button(f"{_('Done')}   D", "primary"),
            "open": button(f"{_('Open the case')}   Enter"),
            "move": button(f"{_('Other time')}   M"),
            "give": button(f"{_('Give to')}…   G"),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for act, made in self.buttons.items():
            made.clicked.connect(lambda _checked=False, act=act: self.asked.emit(act))
            layout.addWidget(made)
        layout.addStretch(1)

    def show_for(self, *, any_chosen: bool, may_give: bool) -> None:
        """Only what can be done with the follow-up that is chosen."""
        for made in self.buttons.values():
            made.setEnabled(any_chosen)
        self.buttons["give"].setVisible(may_give)


class MoveBar(Card):
    """Another time for a follow-up: `moved(due_at)` in UTC milliseconds, or `left()`."""

    moved = Signal(object)
    left = Signal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.title = text("", "cardTitle")
        chips = [
            Chip("hour", _("In an hour"), "1"),
            Chip("morning", _("Tomorrow 09:00"), "2"),
            Chip("days", _("In 3 days"), "3"),
        ]
        self.chips = ChipGroup(chips, _("Other time"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("or type it: 25.11 14:30"))
        self.field.setAccessibleName(_("Day and time"))
        self.field.setFixedWidth(260)
        self.understood = text("", "muted")
        self.move_button = button(_("Move it"), "primary")
        self.cancel_button = button(f"{_('Cancel')}   Esc")
        self.problem = text("", "problem", wrap=True)
        self.problem.hide()
        self._build()
        self.chips.picked.connect(self._on_picked)
        self.field.textChanged.connect(self._on_typed)
        self.field.returnPressed.connect(self._on_typed_enough)
        self.move_button.clicked.connect(self._on_typed_enough)
        self.cancel_button.clicked.connect(self.left)
        _leave_by_escape(self)

    def start(self, number: str, what: str) -> None:
        """Ask for another time of this follow-up."""
        self.title.setText(f"{_('Other time')}:  {what} · {number}")
        self.field.clear()
        self.chips.set_value(None)
        self.show_problem("")
        self.chips.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, sentence: str) -> None:
        """Say why it was not moved."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.chips.set_value(None)

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.chips, 1)
        line.addWidget(self.field)
        line.addWidget(self.move_button)
        line.addWidget(self.cancel_button)
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.understood)
        self.body.addLayout(top)
        self.body.addLayout(line)
        self.body.addWidget(self.problem)

    def _on_picked(self, code: str) -> None:
        now = to_ms(self._clock())
        choices = {
            "hour": now + HOUR_MS,
            "morning": next_working_morning(now),
            "days": next_working_morning(now, 3),
        }
        self.moved.emit(choices[code])

    def _read(self) -> int | None:
        office_opens: time = OFFICE_OPENS
        return read_moment(self.field.text(), to_ms(self._clock()), otherwise=office_opens)

    def _on_typed(self) -> None:
        moment = self._read()
        self.understood.setText("" if moment is None else due_at(moment, to_ms(self._clock())))
        self.show_problem("")

    def _on_typed_enough(self) -> None:
        moment = self._read()
        if moment is None:
            self.show_problem(problems.sentence(AppError("task.due_not_understood")))
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.moved.emit(moment)


class GiveBar(Card):
    """Another person for a follow-up: `given(user_id)`, or `left()`."""

    given = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = text("", "cardTitle")
        self.people: ChipGroup | None = None
        self.cancel_button = button(f"{_('Cancel')}   Esc")
        self.problem = text("", "problem", wrap=True)
        self.problem.hide()
        self._line = QHBoxLayout()
        self._line.setSpacing(GRID)
        self._line.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.title)
        self.body.addLayout(self._line)
        self.body.addWidget(self.problem)
        self.cancel_button.clicked.connect(self.left)
        _leave_by_escape(self)

    def start(self, number: str, what: str, people: Mapping[str, str]) -> None:
        """Ask who shall have this follow-up; `people`: full name by user id."""
        self.title.setText(f"{_('Give to')}:  {what} · {number}")
        self.show_problem("" if people else _("Nobody else works on cases on this PC."))
        if self.people is not None:
            self._line.removeWidget(self.people)
            self.people.deleteLater()
        chips = [
            Chip(code, name, str(n) if n <= 9 else "")
            for n, (code, name) in enumerate(people.items(), start=1)
        ]
        self.people = ChipGroup(chips, _("Give to"))
        self.people.picked.connect(self.given)
        self._line.insertWidget(0, self.people, 1)
        # At once, or it could not take the keyboard yet.
        self.people.show()
        self.setTabOrder(self.people, self.cancel_button)
        first = self.people if people else self.cancel_button
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, sentence: str) -> None:
        """Say why it was not given."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        if self.people is not None:
            self.people.set_value(None)


def _leave_by_escape(bar: MoveBar | GiveBar) -> None:
    escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), bar)
    escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    escape.activated.connect(bar.left)
