"""The right-hand panel of a call: danger questions, answers, earlier calls, numbers to call."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from operator_app.domain.calls import Advice, CallForm
from operator_app.domain.clock import Clock, local, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.i18n import _, language
from operator_app.services.call_advice import CallAdvice
from operator_app.services.call_lookup import EarlierCall
from operator_app.services.calls import Calls
from operator_app.ui.screens.help_card import HelpCard
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, text
from operator_app.ui.widgets.danger_panel import DangerPanel
from operator_app.ui.wording import day

WIDTH = 316
LINK_WIDTH = 268
"""What a line of a card in a panel of that width holds."""


class CallHelp(QWidget):
    """What the operator may need beside the form."""

    open_asked = Signal(str)
    looked_up = Signal(int)
    """How many earlier calls there are from the number."""
    failed = Signal(Exception)

    def __init__(
        self,
        calls: Calls,
        advice: CallAdvice,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._calls = calls
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._number = ""
        self._besides = ""
        self.setFixedWidth(WIDTH)
        self.panel = DangerPanel(reference.danger_rules, reference, language())
        self.danger_card = Card(_("Danger questions") + "  F3")
        self.danger_card.body.setContentsMargins(12, GRID, 12, GRID)
        self.danger_card.body.setSpacing(4)
        self.danger_card.body.addWidget(self.panel)
        self.danger_card.hide()
        self.answers = HelpCard(advice, reference, actor, tasks, clock)
        self.answers.failed.connect(self.failed)
        self.earlier_card = Card(_("Earlier calls from this number"))
        self._earlier = QVBoxLayout()
        self._earlier.setSpacing(GRID)
        self.earlier_card.body.addLayout(self._earlier)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.danger_card)
        layout.addWidget(self.answers)
        layout.addWidget(self.earlier_card)
        self.numbers_card = self._numbers()
        layout.addWidget(self.numbers_card)
        layout.addStretch(1)
        self.begin("")

    def offer(self, card: QWidget) -> None:
        """Another card, under the answers."""
        self._layout.insertWidget(self._layout.indexOf(self.answers) + 1, card)

    def begin(self, besides: str, told: tuple[Advice, ...] = ()) -> None:
        """No number yet. `besides`: the id of the call that is amended, no earlier one itself;
        `told`: what was told in it so far."""
        self._number = ""
        self._besides = besides
        self.answers.begin(told)
        self._show([])

    def show_for(self, form: CallForm) -> None:
        """What helps with the call as it stands; the guidance of a violence call only in one."""
        self.danger_card.setVisible(form.is_violence)
        # In danger the strip above the form has them.
        self.numbers_card.setVisible(not form.is_violence)
        self.answers.show_for(form)
        block = form.violence or ViolenceForm()
        if (block.answers, block.raised_to) == (self.panel.answers, self.panel.raised_to):
            self.panel.set_danger_now(form.danger_now)
        else:
            self.panel.load(block.answers, block.raised_to, form.danger_now)

    def look_up(self, typed_phone: str) -> None:
        """Show the earlier calls from a number."""
        if typed_phone == self._number:
            return
        self._number = typed_phone
        self._tasks.database(
            self,
            lambda: self._calls.earlier(self._actor, typed_phone),
            self._on_found,
            self.failed.emit,
        )

    def _on_found(self, earlier: list[EarlierCall]) -> None:
        others = [call for call in earlier if call.call_id != self._besides]
        self._show(others)
        self.looked_up.emit(len(others))

    def _show(self, calls: list[EarlierCall]) -> None:
        while item := self._earlier.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if not calls:
            hint = _("None, or no number was entered yet.")
            self._earlier.addWidget(text(hint, "muted", wrap=True))
        for call in calls:
            self._earlier.addWidget(self._earlier_row(call))

    def _earlier_row(self, call: EarlierCall) -> QWidget:
        shown_in = language()
        topic = self._reference.label("topic_l2", call.topic, shown_in) or self._reference.label(
            "contact_kind", call.contact_kind, shown_in
        )
        done = ", ".join(self._reference.label("action", a, shown_in) for a in call.actions)
        row = QWidget()
        layout = QVBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        heading = f"{day(local(call.started_at).date(), self._today())} · {topic}"
        link = QPushButton()
        link.setObjectName("link")
        link.ensurePolished()
        shown = link.fontMetrics().elidedText(heading, Qt.TextElideMode.ElideRight, LINK_WIDTH)
        link.setText(shown.replace("&", "&&"))
        link.setAccessibleName(heading)
        if shown != heading:
            link.setToolTip(heading)
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        link.setAutoDefault(False)
        link.clicked.connect(lambda: self.open_asked.emit(call.call_id))
        layout.addWidget(link, alignment=Qt.AlignmentFlag.AlignLeft)
        if done:
            detail = text(done, "hint", wrap=True)
            detail.setContentsMargins(5, 0, 0, 0)
            layout.addWidget(detail)
        return row

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))

    def _numbers(self) -> QWidget:
        card = Card(_("Numbers to call"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, number in enumerate(self._reference.emergency_numbers):
            grid.addWidget(text(number.number, "strong"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text(number.label(language()), "", wrap=True), row, 1)
        card.body.addLayout(grid)
        hint = _("To be confirmed by the ministry.")
        card.body.addWidget(text(hint, "hint", wrap=True))
        return card
