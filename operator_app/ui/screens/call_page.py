"""The page of a call in progress: head with timer, emergency strip, fields, foot, help."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.calls import CallForm, check_form
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.call_advice import CallAdvice
from operator_app.services.calls import Calls
from operator_app.ui.screens.call_fields import CallFields
from operator_app.ui.screens.call_help import WIDTH, CallHelp
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice, button, text
from operator_app.ui.widgets.emergency_strip import EmergencyStrip
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll

HELP_FROM_WIDTH = 1000
MARGIN = 20


class CallPage(QWidget):
    """Shows how the call stands; what to do with it is the screen's business."""

    def __init__(
        self,
        fields: CallFields,
        calls: Calls,
        advice: CallAdvice,
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
        self._came_from: QWidget | None = None
        self.strip = EmergencyStrip(reference, language())
        self.discard_button = button(_("Discard"))
        self.save_button = button(_("Save call"), "primary", "Ctrl+Enter")
        self.questions_button = button(_("Danger questions") + "   F3")
        self.help_button = button(_("Help for this call") + "   F5")
        self.help = CallHelp(calls, advice, reference, actor, tasks, clock)
        self.title = text("", "screenTitle")
        self.timer_label = text("00:00", "pill")
        self.timer_label.setAccessibleName(_("Time since the call began"))
        self.draft_label = text("", "hint")
        self.number_label = text("", "muted")
        self.problem = Notice("danger")
        self.missing_label = text("", "hint", wrap=True)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._show_time)
        self._lay_out()
        fields.went_on.connect(self.scroll_area.ensureWidgetVisible)
        fields.phone_edited.connect(self.help.look_up)
        fields.changed.connect(self._on_changed)
        self.strip.police_called.connect(fields.stamp_police)
        self.strip.ambulance_called.connect(fields.stamp_ambulance)
        self.help.panel.changed.connect(self._on_danger_answered)
        self.help.panel.passed.connect(self._leave_side)
        self.help.answers.left.connect(self._leave_side)
        self.questions_button.clicked.connect(self.go_to_danger)
        self.help_button.clicked.connect(self.go_to_help)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        self.help.looked_up.connect(self._on_looked_up)
        self.help.answers.add_keys(self)
        self.help.answers.taken.connect(fields.take_advice)
        self.help.answers.named.connect(fields.advice.set_titles)

    def begin(self, title: str, number: str, form: CallForm, amends: str) -> None:
        """A form was loaded: its title, its number ("" while unknown), the id of the call that it
        amends ("" for a new one)."""
        self.title.setText(title)
        self.show_number(number)
        self._started_at = form.started_at
        self.draft_label.setText("")
        self.say_problem("")
        self._fields.earlier_hint.hide()
        self.help.begin(amends, form.advice)
        if form.phone:
            self.help.look_up(form.phone)
        self.scroll_area.verticalScrollBar().setValue(0)
        self._seconds.start()
        self._show_time()
        self.show_missing()

    def show_number(self, number: str) -> None:
        """The number of the call; "" while it is not known."""
        self.number_label.setText(_("No. {number}").format(number=number) if number else "")

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

    def go_to_danger(self) -> None:
        """To the danger questions, from anywhere in the call; in a narrow window over the form."""
        if not self.help.danger_card.isVisibleTo(self.help):
            return
        self._open_side()
        self.help.panel.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def go_to_help(self) -> None:
        """To the field that looks an answer up, from anywhere in the call; in a narrow window over
        the form."""
        self._open_side()
        self.help.answers.go_to_field()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        drawer = self.side.isVisible() and self._columns.indexOf(self.side) < 0
        # The room of the side panel's scroll bar is taken from the margin.
        right = MARGIN if self._is_narrow else MARGIN - SCROLL_BAR
        self._columns.setContentsMargins(MARGIN, GRID, right, GRID)
        if not self._is_narrow:
            self._columns.addWidget(self.side)
            self.side.show()
        elif drawer:
            self._place_drawer()
        else:
            self._columns.removeWidget(self.side)
            self.side.hide()
        self._show_side_buttons()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._drawer_is_open:
            self._leave_side()
        else:
            super().keyPressEvent(event)

    def _open_side(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self._fields.isAncestorOf(focused):
            self._came_from = focused
        if self._is_narrow:
            self._place_drawer()
            self.side.show()
            self.side.raise_()

    @property
    def _is_narrow(self) -> bool:
        return self.width() < HELP_FROM_WIDTH

    @property
    def _drawer_is_open(self) -> bool:
        return self._is_narrow and self.side.isVisible()

    def _place_drawer(self) -> None:
        """Over the right part of the form, beside the strip that stays in sight."""
        over = self.scroll_area.geometry()
        width = self.side.sizeHint().width()
        self.side.setGeometry(over.right() + 1 - width, over.top(), width, over.height())

    def _show_side_buttons(self) -> None:
        self.help_button.setVisible(self._is_narrow)
        self.questions_button.setVisible(
            self._is_narrow and self.help.danger_card.isVisibleTo(self.help)
        )

    def _leave_side(self) -> None:
        """Back to where the operator was in the form, or to the first open question of it."""
        back = self._came_from
        self._came_from = None
        if back is not None and back.isVisible():
            back.setFocus(Qt.FocusReason.OtherFocusReason)
            self.scroll_area.ensureWidgetVisible(back)
        else:
            self._fields.focus_first()

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._drawer_is_open and not self.side.isAncestorOf(now):
            self.side.hide()
        content = self.scroll_area.widget()
        if content is not None and isinstance(now, QLineEdit) and content.isAncestorOf(now):
            # Qt scrolls until the cursor is seen, not the whole field. Lists open after this.
            top = now.mapTo(content, now.rect().topLeft())
            self.scroll_area.ensureVisible(top.x(), top.y() + now.height(), 0, GRID)

    def _on_danger_answered(self) -> None:
        panel = self.help.panel
        self._fields.set_danger_answers(panel.answers, panel.raised_to)

    def _on_changed(self) -> None:
        form = self._fields.form()
        self.strip.show_for(form)
        self.help.show_for(form)
        self._show_side_buttons()
        self.show_missing()

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
        head.addWidget(self.questions_button)
        head.addWidget(self.help_button)
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
        left.addWidget(self.strip)
        left.addWidget(self.scroll_area, 1)
        left.addLayout(foot)
        # A frame with a ground of its own: in a narrow window it lies over the form.
        self.side = QFrame()
        self.side.setObjectName("page")
        self.side.setFixedWidth(WIDTH + SCROLL_BAR)
        beside = QVBoxLayout(self.side)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(FittingScroll(self.help, WIDTH + SCROLL_BAR))
        self._columns = QHBoxLayout(self)
        self._columns.setSpacing(16)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self.side)
