"""What the person suggested to correct, and how far that is on its way; stands under the entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.wire import State
from operator_app.i18n import _
from operator_app.services.suggestions import Suggestions
from operator_app.ui import problems
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.sync_wording import code_sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.wording import (
    AT_THE_MINISTRY,
    WAITING_STATES,
    Wording,
    day_and_time,
    state_wording,
)

KEY = "Shift+F6"
ROW_HEIGHT, MOST_ROWS = 32, 4


@dataclass(frozen=True)
class _Line:
    """A correction, sent or not. `state` None: it is not sent; `content`: the version meant."""

    entry_id: str
    content: str
    title: str
    at: int
    state: State | None
    code: str | None


class OwnCorrections(Card):
    """The list of one kind of entries; hidden until somebody asks for it.

    `button` stands where the page puts it and tells the figures. `entry_asked(entry_id, content)`:
    show what was corrected, in that version. `unsent_asked(entry_id)`: go on with what is typed.
    `opened()`, `closed()`: the list came, or went.
    """

    entry_asked = Signal(str, str)
    unsent_asked = Signal(str)
    opened = Signal()
    closed = Signal()

    def __init__(
        self,
        suggestions: Suggestions,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
        kind: str,
        title_of: Callable[[str, str], str],
    ) -> None:
        """`title_of` the id of an entry and a version ("" for today's); runs on the worker."""
        super().__init__(_("My corrections"))
        self._suggestions = suggestions
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._kind = kind
        self._title_of = title_of
        self._sends = True
        self._lines: list[_Line] = []
        self.button = button(_("My corrections"), "link", KEY)
        self._may = actor.may(Right.SUGGEST_CORRECTION)
        self.button.setVisible(self._may)
        self.button.clicked.connect(self.open_list)
        self.model = PlainTable((_("Entry"), _("When"), _("State")))
        self.model.setParent(self)
        self.view = plain_view(self.model, _("My corrections"))
        self.view.activated.connect(lambda index: self._on_chosen(index.row()))
        self.sentence = text("", "muted", wrap=True)
        self.close_button = button(_("Close"), key="Esc")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.sentence, 1)
        line.addWidget(self.close_button)
        self.body.addWidget(self.view)
        self.body.addLayout(line)
        self.close_button.clicked.connect(self.close_list)
        self.hide()

    def refresh(self) -> None:
        """Read again how far everything is."""
        if self._may:
            self._tasks.database(self, self._read, self._on_read, self._on_failed)

    def set_sends(self, *, sends: bool) -> None:
        """Whether there is a server to send to; what waits may have arrived by now."""
        waits = any(line.state in WAITING_STATES for line in self._lines)
        if waits or sends != self._sends:
            self._sends = sends
            self.refresh()

    def open_list(self) -> None:
        """Show the list and put the keyboard on it."""
        self.show()
        self.opened.emit()
        self.refresh()
        target = self.view if self._lines else self.close_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_list(self) -> None:
        """Hide it; the keyboard goes back."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _read(self) -> list[_Line]:
        typed = [
            _Line(u.entry_id, "", self._title_of(u.entry_id, ""), at, None, None)
            for at, u in self._suggestions.unsent(self._actor)
            if u.kind == self._kind
        ]
        sent = [
            _Line(
                s.entry_id, s.content, self._title_of(s.entry_id, s.content), s.at, s.state, s.code
            )
            for s in self._suggestions.mine(self._actor)
            if s.kind == self._kind
        ]
        return typed + sent

    def _on_read(self, lines: list[_Line]) -> None:
        self._lines = lines
        today = local_day(to_ms(self._clock()))
        chosen = self.view.currentIndex().row()
        self.model.show_rows(
            (line.title, day_and_time(line.at, today), self._state(line)) for line in lines
        )
        self.view.setVisible(bool(lines))
        rows = min(len(lines), MOST_ROWS)
        self.view.setFixedHeight(ROW_HEIGHT * rows + self.view.horizontalHeader().height() + 4)
        if lines:
            self.view.selectRow(min(max(chosen, 0), len(lines) - 1))
            self.sentence.setText(_("Enter opens what the correction is about."))
        else:
            self.sentence.setText(_("You have not suggested a correction yet."))
        self._tell_figures()

    def _tell_figures(self) -> None:
        sent = [line for line in self._lines if line.state is not None]
        parts = []
        if sent:
            arrived = sum(line.state in AT_THE_MINISTRY for line in sent)
            parts.append(_("Suggested: {n}, at the ministry: {m}").format(n=len(sent), m=arrived))
        if typed := len(self._lines) - len(sent):
            parts.append(_("not sent: {n}").format(n=typed))
        words = " · ".join(parts) or _("My corrections")
        self.button.setText(f"{words}   {KEY}")
        self.button.setAccessibleName(words)

    def _state(self, line: _Line) -> str:
        if line.state is None:
            said = Wording(_("Not sent: Enter goes on with it"), "", "✎")
        else:
            said = state_wording(line.state, sends=self._sends)
        words = f"{said.sign} {said.words}"
        return f"{words}: {code_sentence(line.code)}" if line.code else words

    def _on_chosen(self, row: int) -> None:
        line = self._lines[row]
        self.hide()
        if line.state is None:
            self.unsent_asked.emit(line.entry_id)
        else:
            self.entry_asked.emit(line.entry_id, line.content)

    def _on_failed(self, error: Exception) -> None:
        self.sentence.setText(problems.sentence(error))
