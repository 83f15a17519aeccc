"""The page of a call in progress: head with timer, fields, foot with what is missing, help."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from operator_app.domain.calls import CallForm, check_form
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.calls import Calls
from operator_app.ui.screens.call_fields import CallFields
from operator_app.ui.screens.call_help import CallHelp
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice, button, text

HELP_FROM_WIDTH = 1000


class CallPage(QWidget):
    """Shows how the call stands; what to do with it is the screen's business."""

    def __init__(
        self,
        fields: CallFields,
        calls: Calls,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._fields = fields
        self._reference = reference
        self._clock = clock
        self._started_at = 0
        self.help = CallHelp(calls, reference, actor, tasks, clock)
        self.title = text("", "screenTitle")
        self.timer_label = text("00:00", "pill")
        self.timer_label.setAccessibleName(_("Time since the call began"))
        self.draft_label = text("", "hint")
        self.number_label = text("", "muted")
        self.problem = Notice("danger")
        self.missing_label = text("", "hint", wrap=True)
        self.discard_button = button(_("Discard"))
        self.save_button = button(_("Save call"), "primary", "Ctrl+Enter")
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._show_time)
        self._lay_out()
        fields.went_on.connect(self.scroll_area.ensureWidgetVisible)
        fields.phone_edited.connect(self.help.look_up)
        self.help.looked_up.connect(self._on_looked_up)

    def begin(self, title: str, number: str, form: CallForm, amends: str) -> None:
        """A form was loaded: its title, its number ("" while unknown), the id of the call that it
        amends ("" for a new one)."""
        self.title.setText(title)
        self.number_label.setText(_("No. {number}").format(number=number) if number else "")
        self._started_at = form.started_at
        self.draft_label.setText("")
        self.say_problem("")
        self._fields.earlier_hint.hide()
        self.help.begin(amends)
        if form.phone:
            self.help.look_up(form.phone)
        self.scroll_area.verticalScrollBar().setValue(0)
        self._seconds.start()
        self._show_time()
        self.show_missing()

    def end(self) -> None:
        """The call was saved or discarded."""
        self._seconds.stop()

    def say_problem(self, sentence: str) -> None:
        """What keeps the call from being saved, in the place of what is missing; "" for nothing."""
        self.problem.show_text(sentence)
        self.missing_label.setVisible(not sentence)

    def say_of_draft(self, words: str) -> None:
        """What became of the draft, beside the timer."""
        self.draft_label.setText(words)

    def show_missing(self) -> None:
        """Say what is still to be answered."""
        names = {
            "contact_kind": _("kind of contact"),
            "danger_now": _("danger"),
            "language": _("language"),
            "topics": _("topic"),
            "caller_sex": _("sex"),
            "caller_age_group": _("age"),
            "division": _("place"),
            "actions": _("action taken"),
        }
        faults = check_form(self._fields.form(), self._reference)
        missing = [names[f.where] for f in faults if f.where in names]
        if self._fields.kind.value is None:
            sentence = _("First: what kind of contact?")
        elif missing:
            sentence = _("Still to answer: {fields}").format(fields=", ".join(missing))
        else:
            sentence = _("Everything needed is answered.")
        self.missing_label.setText(sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.help.setVisible(event.size().width() >= HELP_FROM_WIDTH)

    def _on_looked_up(self, earlier: int) -> None:
        self._fields.earlier_hint.setText(_("{n} earlier ▸").format(n=earlier))
        self._fields.earlier_hint.setVisible(bool(earlier))

    def _show_time(self) -> None:
        seconds = max(0, (to_ms(self._clock()) - self._started_at) // 1000)
        hours, rest = divmod(seconds, 3600)
        shown = f"{rest // 60:02d}:{rest % 60:02d}"
        self.timer_label.setText(f"{hours}:{shown}" if hours else shown)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.timer_label)
        head.addWidget(self.draft_label)
        head.addStretch(1)
        head.addWidget(self.number_label)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll_area.setWidget(self._fields)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.missing_label, 1)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.discard_button)
        foot.addWidget(self.save_button)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(head)
        left.addWidget(self.scroll_area, 1)
        left.addLayout(foot)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(20, GRID, 20, GRID)
        columns.setSpacing(16)
        columns.addLayout(left, 1)
        columns.addWidget(self.help)
