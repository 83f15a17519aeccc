"""One saved call, to be read: every answer with its label, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.calls import Advice, Call
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.ui import wording
from operator_app.ui.screens.call_answers import Answer, Section, sections
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, set_state, text

_LABEL_WIDTH = 150


class CallView(QWidget):
    """Shows what it is given; the journal screen acts on its signals."""

    back_asked = Signal()
    amend_asked = Signal()
    void_asked = Signal()
    history_asked = Signal()
    advice_asked = Signal(object)
    """Somebody wants to read what was told: the Advice."""

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self._reference = reference
        self.title = text("", "screenTitle")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.state_pill = text("", "pill")
        self.danger_pill = text("", "pill")
        self.void_pill = text("", "pill")
        _show_mark(self.void_pill, wording.Wording(_("Void"), "waiting", "✕"))
        self.amended_label = text("", "muted")
        self.back_button = button(_("Back"), key="Esc")
        self.amend_button = button(_("Amend"), "primary", "F6")
        self.history_button = button(_("History"), key="F7")
        self.void_button = button(_("Make void"), key="Del")
        self.why_not = text("", "muted")
        self.notice = Notice("warning")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(_("The answers of the call"))
        self._build()
        self.back_button.clicked.connect(self.back_asked)
        self.amend_button.clicked.connect(self.amend_asked)
        self.history_button.clicked.connect(self.history_asked)
        self.void_button.clicked.connect(self.void_asked)

    def show_call(
        self, call: Call, names: dict[str, str], titles: Mapping[Advice, str], why_not: str
    ) -> None:
        """Show the call; `titles`: what its advice is called; `why_not` says why it cannot be
        changed, empty when it can."""
        self.notice.show_text("")
        self.title.setText(_("Call {number}").format(number=call.number))
        self.void_pill.setVisible(call.voided_at is not None)
        danger = wording.danger_wording(call.form.danger_now)
        self.danger_pill.setVisible(call.form.danger_now == "Y")
        if danger:
            _show_mark(self.danger_pill, danger)
        self.amended_label.setText(
            _("version {n}").format(n=call.revision) if call.revision > 1 else ""
        )
        for changing in (self.amend_button, self.void_button):
            changing.setEnabled(not why_not)
        self.why_not.setText(why_not)
        shown = sections(call, self._reference, names, titles)
        self.area.setWidget(_page(shown, self.advice_asked.emit))
        self.area.verticalScrollBar().setValue(0)

    def show_state(self, state: wording.Wording) -> None:
        """How far the call is on its way."""
        _show_mark(self.state_pill, state)

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong; an empty sentence takes it away."""
        self.notice.show_text(sentence)

    def _build(self) -> None:
        top = self.head = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.title)
        for pill in (self.void_pill, self.danger_pill, self.state_pill):
            top.addWidget(pill)
        top.addWidget(self.amended_label)
        top.addStretch(1)
        top.addWidget(self.back_button)
        bottom = QHBoxLayout()
        bottom.setSpacing(GRID)
        bottom.addWidget(self.why_not)
        bottom.addStretch(1)
        for action in (self.void_button, self.history_button, self.amend_button):
            bottom.addWidget(action)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(self.notice)
        layout.addWidget(self.area, 1)
        layout.addLayout(bottom)


def _show_mark(pill: QLabel, mark: wording.Wording) -> None:
    pill.setText(f"{mark.sign}  {mark.words}")
    pill.setAccessibleName(mark.words)
    set_state(pill, "tone", mark.tone)


def _page(shown: list[Section], open_advice: Callable[[Advice], None]) -> QWidget:
    """What was said, which has the long answers, at the left; who and when at the right."""
    page = QWidget()
    left, right = QVBoxLayout(), QVBoxLayout()
    for section in shown:
        # A nuisance call has nothing but the call itself.
        column = left if section.long or len(shown) == 1 else right
        column.addWidget(_card(section, open_advice))
    columns = QHBoxLayout(page)
    columns.setContentsMargins(0, 0, 0, 0)
    columns.setSpacing(12)
    for column, stretch in ((left, 1), (right, 1)):
        column.setSpacing(12)
        column.addStretch(1)
        columns.addLayout(column, stretch)
    return page


def _card(section: Section, open_advice: Callable[[Advice], None]) -> Card:
    card = Card(section.title)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(GRID)
    grid.setColumnStretch(1, 1)
    for line, answer in enumerate(section.answers):
        label = text(answer.label, "muted", wrap=True)
        label.setFixedWidth(_LABEL_WIDTH)
        value = text(answer.value, wrap=True)
        value.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleName(f"{answer.label}: {answer.value}")
        grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_links(answer, open_advice) if answer.links else value, line, 1)
    card.body.addLayout(grid)
    return card


def _links(answer: Answer, open_advice: Callable[[Advice], None]) -> QWidget:
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for title, advice in answer.links:
        link = button(title.replace("&", "&&"), "link")
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        link.clicked.connect(partial(open_advice, advice))
        layout.addWidget(link, alignment=Qt.AlignmentFlag.AlignLeft)
    return box
