"""The records that need a person: why, and the ways out: mend, send again, set aside."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.wire import State
from operator_app.i18n import _
from operator_app.services.refusals import Refusals, Refused
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.refusal_wording import reason_words, record_words
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, FlowLayout, button, text
from operator_app.ui.wording import day_and_time, state_wording

EXPLANATION_HEIGHT = 58
"""Three lines, so that nothing moves when another record is chosen."""


class RefusedList(QWidget):
    """`failed(Exception)`: something could not be done; `changed`: something was."""

    failed = Signal(object)
    changed = Signal()

    def __init__(
        self,
        refusals: Refusals,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._refusals = refusals
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._clock = clock
        self._rows: list[Refused] = []
        self.table = PlainTable((_("Record"), _("Saved"), _("State"), _("Why")))
        self.view = plain_view(self.table, _("Needs you"))
        self.view.setWordWrap(False)
        self.explanation = text("", "hint", wrap=True)
        self.explanation.setMinimumHeight(EXPLANATION_HEIGHT)
        self.explanation.hide()
        self.explanation.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.mend_button = button(_("Open and mend"), key="Shift+F2")
        self.again_button = button(_("Send again"), key="Shift+F9")
        self.aside_button = button(_("Set aside for good"))
        self._lay_out()
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._on_chosen())
        self.view.activated.connect(self._on_activated)
        self.mend_button.clicked.connect(self._on_mend)
        self.again_button.clicked.connect(self._on_send_again)
        self.aside_button.clicked.connect(self._on_set_aside)

    @property
    def chosen(self) -> Refused | None:
        """The record the verbs are about."""
        row = self.view.currentIndex().row()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def show_rows(self, rows: list[Refused]) -> None:
        """Show these; the chosen one stays chosen."""
        chosen = self.chosen.op_id if self.chosen else ""
        today = local_day(to_ms(self._clock()))
        self._rows = rows
        self.table.show_rows(
            (
                record_words(row),
                day_and_time(row.saved_at, today),
                _("Set aside") if row.set_aside else state_wording(row.state).words,
                reason_words(row),
            )
            for row in rows
        )
        places = [place for place, row in enumerate(rows) if row.op_id == chosen]
        if rows:
            self.view.selectRow(places[0] if places else 0)
        self._on_chosen()

    def _on_chosen(self) -> None:
        row = self.chosen
        self.explanation.setText(reason_words(row) if row else "")
        self.explanation.setVisible(row is not None)
        self.mend_button.setEnabled(row is not None and row.opens)
        self.again_button.setEnabled(row is not None and row.state is not State.CONFLICT)
        self.aside_button.setEnabled(row is not None and not row.set_aside)

    def _on_activated(self, _index: QModelIndex) -> None:
        if self.mend_button.isVisible() and self.mend_button.isEnabled():
            self._on_mend()

    def _on_mend(self) -> None:
        if (row := self.chosen) is not None:
            self._events.mend_asked.emit(row)

    def _on_send_again(self) -> None:
        if (row := self.chosen) is not None:
            self._do(lambda: self._refusals.send_again(self._actor, row.op_id), then_send=True)

    def _on_set_aside(self) -> None:
        row = self.chosen
        if row is None:
            return
        question = _(
            "Why does {record} stay with the office for good? The ministry does not get it in "
            "this form; nobody is asked for it any more."
        ).format(record=record_words(row))
        if reason := self._dialogs.ask_reason(self, question, _("Set aside for good")):
            self._do(lambda: self._refusals.set_aside(self._actor, row.op_id, reason))

    def _do(self, act: Callable[[], bool], *, then_send: bool = False) -> None:
        def done(_was: bool) -> None:
            self.changed.emit()
            if then_send:
                self._events.send_now_asked.emit()

        self._tasks.database(self, act, done, self.failed.emit)

    def _lay_out(self) -> None:
        # At 150 % the buttons have no room beside one another.
        line = FlowLayout(spacing=GRID)
        line.addWidget(text(_("Needs you"), "cardTitle"))
        for made in (self.mend_button, self.again_button, self.aside_button):
            line.addWidget(made)
        self.mend_button.setVisible(self._actor.may(Right.SEE_CALLS))
        self.again_button.setVisible(self._actor.may(Right.MANAGE_SYNC))
        self.aside_button.setVisible(self._actor.may(Right.CHANGE_ANY_CALL))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(line)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.explanation)
