"""Between calls: start the next one, see what was saved last, go on with an unfinished one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.calls import Call
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.call_drafts import Draft
from operator_app.services.call_lookup import TodayFigures
from operator_app.services.calls import Calls
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.wording import time_of_day


class ReadyPage(QWidget):
    """The calm page: one big button and F2."""

    start_asked = Signal()
    resume_asked = Signal(object)
    forgotten = Signal()
    """An offered form was discarded: there may be another one."""
    voided = Signal(str)

    def __init__(
        self, calls: Calls, reference: Reference, actor: Actor, tasks: Tasks, dialogs: Dialogs
    ) -> None:
        super().__init__()
        self._calls = calls
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._draft: Draft | None = None
        self._last: Call | None = None
        self.problem = Notice("danger")
        self.start_button = button(_("Start a call") + "   F2", "primary")
        self.start_button.setMinimumSize(240, 48)
        self.start_button.clicked.connect(self.start_asked)
        self.offer_card = self._made_offer()
        self.saved_card = self._made_saved()
        self.figures = {
            name: text("–", "figure") for name in ("calls", "conversations", "danger", "mine")
        }
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self.problem)
        column.addWidget(self.offer_card)
        column.addWidget(self._made_start())
        column.addWidget(self.saved_card)
        column.addWidget(self._made_figures())
        column.addStretch(2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addStretch(1)
        layout.addLayout(column, 4)
        layout.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Read today's figures again."""
        self._tasks.database(
            self, lambda: self._calls.today(self._actor), self._show_figures, self._on_failed
        )

    def offer(self, draft: Draft | None) -> None:
        """Offer a form that was not saved before the program ended."""
        self._draft = draft
        self.offer_card.setVisible(draft is not None)
        if draft is not None:
            started = time_of_day(draft.form.started_at)
            self.offer_text.setText(
                _("A call that began at {time} was not finished. What was typed is here.").format(
                    time=started
                )
            )
            if self.isVisible():
                self.resume_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_saved(self, call: Call) -> None:
        """Say that the call is on the disk of this PC."""
        self._last = call
        kind = self._reference.label("contact_kind", call.form.contact_kind, language())
        self.saved_text.setText(
            _("Saved here: No. {number} · {kind}").format(number=call.number, kind=kind)
        )
        self.void_button.setVisible(call.voided_at is None)
        self.saved_card.show()
        self.problem.show_text("")

    def _made_start(self) -> QWidget:
        card = Card()
        card.body.setContentsMargins(24, 24, 24, 24)
        card.body.addWidget(text(_("Ready for the next call"), "screenTitle"))
        hint = _("F2 starts the call and its timer. Then one digit for the kind of contact.")
        card.body.addWidget(text(hint, "muted", wrap=True))
        card.body.addSpacing(GRID)
        card.body.addWidget(self.start_button, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

    def _made_offer(self) -> Card:
        card = Card(_("An unfinished call"), "warning")
        self.offer_text = text("", wrap=True)
        self.resume_button = button(_("Go on with it"), "primary")
        self.resume_button.setAutoDefault(True)
        self.forget_button = button(_("Discard"))
        self.resume_button.clicked.connect(self._on_resume)
        self.forget_button.clicked.connect(self._on_forget)
        row = QHBoxLayout()
        row.addWidget(self.resume_button)
        row.addWidget(self.forget_button)
        row.addStretch(1)
        card.body.addWidget(self.offer_text)
        card.body.addLayout(row)
        card.hide()
        return card

    def _made_saved(self) -> Card:
        card = Card("", "notice")
        self.saved_text = text("", "strong", wrap=True)
        self.void_button = button(_("Pressed by mistake? Void it"), "link", "Ctrl+Z")
        self.void_button.clicked.connect(self._on_void_asked)
        row = QHBoxLayout()
        row.addWidget(self.saved_text, 1)
        row.addWidget(self.void_button)
        card.body.addLayout(row)
        card.hide()
        return card

    def _made_figures(self) -> QWidget:
        card = Card(_("Today"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        names = {
            "calls": _("all calls"),
            "conversations": _("conversations"),
            "danger": _("danger now"),
            "mine": _("taken by you"),
        }
        for column, (key, name) in enumerate(names.items()):
            grid.addWidget(self.figures[key], 0, column)
            grid.addWidget(text(name, "muted"), 1, column)
        card.body.addLayout(grid)
        return card

    def _show_figures(self, today: TodayFigures) -> None:
        self.figures["calls"].setText(str(today.calls))
        self.figures["conversations"].setText(str(today.conversations))
        self.figures["danger"].setText(str(today.danger))
        self.figures["mine"].setText(str(today.mine))

    def _on_resume(self) -> None:
        draft, self._draft = self._draft, None
        self.offer_card.hide()
        if draft is not None:
            self.resume_asked.emit(draft)

    def _on_forget(self) -> None:
        if not self._dialogs.confirm(self, _("Discard what was entered?"), _("Discard")):
            return
        if (forgotten := self._draft) is None:
            return
        self.offer(None)
        self.start_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tasks.database(
            self,
            lambda: self._calls.discard_draft(self._actor, forgotten),
            lambda _none: self.forgotten.emit(),
            self._on_failed,
        )

    def _on_void_asked(self) -> None:
        last = self._last
        if last is None or last.voided_at is not None:
            return
        self._tasks.database(
            self,
            lambda: self._calls.void(self._actor, last.call_id, _("Saved by mistake")),
            self._on_voided,
            self._on_failed,
        )

    def _on_voided(self, call: Call) -> None:
        self._last = call
        self.saved_text.setText(_("Void: No. {number}").format(number=call.number))
        self.void_button.hide()
        self.voided.emit(call.call_id)

    def _on_failed(self, error: Exception) -> None:
        self.problem.show_text(sentence(error))
