"""What a supervisor fills in: the questions, what it comes to, words to whoever did the work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.review import Form, Point, Waiting
from operator_app.errors import BadInput
from operator_app.i18n import _, language
from operator_app.ui import problems, review_wording
from operator_app.ui.widgets.basic import GRID, Card, button, labelled, set_state, text
from operator_app.ui.widgets.chips import ChipGroup
from operator_app.ui.widgets.fitting_scroll import FittingScroll
from operator_app.ui.widgets.note_field import NoteField

_POINTS_WIDTH = 470
_CHIPS_WIDTH = 296


class ReviewForm(Card):
    """Digits answer and lead on, Enter leads on. `edited()`: something is to be kept.

    `finish_asked(Form)`: the person is done. What stands in it stays until `show_form`.
    """

    edited = Signal()
    finish_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, ChipGroup] = {}
        self.outcome: ChipGroup | None = None
        self.comment = NoteField()
        self.comment.setPlaceholderText(_("What was good, what is better next time"))
        self.problem = text("", "problem", wrap=True)
        self.problem.hide()
        self.done_button = button(_("Done"), "primary", "Ctrl+Enter")
        holder = QWidget()
        self._points_box = QVBoxLayout(holder)
        self._points_box.setContentsMargins(0, 0, GRID, 0)
        self._scroll = FittingScroll(holder, _POINTS_WIDTH)
        self._outcome_box = QVBoxLayout()
        side = QVBoxLayout()
        side.setSpacing(GRID)
        side.addLayout(self._outcome_box)
        side.addWidget(labelled(_("To whoever did the work"), self.comment), 1)
        side.addWidget(self.problem)
        side.addWidget(self.done_button, alignment=Qt.AlignmentFlag.AlignRight)
        columns = QHBoxLayout()
        columns.setSpacing(2 * GRID)
        columns.addWidget(self._scroll, 3)
        columns.addLayout(side, 2)
        self.body.addLayout(columns)
        self.comment.textChanged.connect(self._on_edited)
        self.done_button.clicked.connect(lambda: self.finish_asked.emit(self.form))

    @property
    def form(self) -> Form:
        """What is filled in now."""
        given = {code: group.value for code, group in self.answers.items() if group.value}
        outcome = self.outcome.value if self.outcome else None
        return Form(given, outcome, self.comment.toPlainText())

    def show_form(self, waiting: Waiting, points: Sequence[Point], form: Form) -> None:
        """Ask about this one; `form`: what was filled in before."""
        self.say("")
        self.setEnabled(True)
        self._show_points(points, form)
        self._show_outcome(waiting, form)
        with QSignalBlocker(self.comment):
            self.comment.setPlainText(form.comment)

    def focus_first(self) -> None:
        """Put the keyboard on the first question that is open."""
        groups = self._groups
        target = next((g for g in groups if g.value is None), groups[0])
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, sentence: str) -> None:
        """What went wrong; an empty sentence takes it away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        for group in self._groups:
            group.set_missing(False)
        set_state(self.comment, "missing", False)

    def show_problem(self, error: Exception) -> None:
        """Say why it was not taken, and lead to what is missing; everything filled in stays."""
        self.setEnabled(True)
        self.say(problems.sentence(error))
        wanted: QWidget = self.done_button
        if isinstance(error, BadInput):
            wrong = {fault.where for fault in error.faults}
            groups = {**self.answers, "outcome": self.outcome}
            missing = [group for name, group in groups.items() if name in wrong and group]
            for group in missing:
                group.set_missing(True)
            set_state(self.comment, "missing", "comment" in wrong)
            wanted = missing[0] if missing else self.comment
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    @property
    def _groups(self) -> list[ChipGroup]:
        return [*self.answers.values(), *([self.outcome] if self.outcome else [])]

    def _show_points(self, points: Sequence[Point], form: Form) -> None:
        self.answers = {}
        _empty(self._points_box)
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for line, point in enumerate(points):
            words = point.label(language())
            group = ChipGroup(review_wording.answer_chips(), words)
            group.setMinimumWidth(_CHIPS_WIDTH)
            group.set_value(form.answers.get(point.code))
            self._lead_on(group)
            grid.addWidget(text(words, wrap=True), line, 0)
            grid.addWidget(group, line, 1)
            self.answers[point.code] = group
        grid.setRowStretch(len(points), 1)
        self._points_box.addWidget(rows)
        self._scroll.setVisible(bool(points))

    def _show_outcome(self, waiting: Waiting, form: Form) -> None:
        _empty(self._outcome_box)
        self.outcome = ChipGroup(review_wording.outcome_chips(waiting.reason), _("Outcome"))
        self.outcome.set_value(form.outcome)
        self._lead_on(self.outcome)
        self._outcome_box.addWidget(labelled(_("Outcome"), self.outcome))
        order = [*self.answers.values(), self.outcome, self.comment, self.done_button]
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _lead_on(self, group: ChipGroup) -> None:
        group.changed.connect(self._on_edited)
        group.picked.connect(lambda _code: self._on_passed(group))
        group.passed.connect(partial(self._on_passed, group))

    def _on_passed(self, group: ChipGroup) -> None:
        groups = self._groups
        following = groups[groups.index(group) + 1 :]
        target: QWidget = following[0] if following else self.comment
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_edited(self) -> None:
        if self.problem.text():
            self.say("")
        self.edited.emit()


def _empty(box: QVBoxLayout) -> None:
    while (item := box.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
